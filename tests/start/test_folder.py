"""A table becomes a folder that passes the check, and the next table goes into it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli import main
from publisher.load.sources import PUBLISHED, Sources, read_sources
from publisher.quality.approval import check
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Subjects
from publisher.release.tables.geojson import GeometryChains, thing_geometries
from publisher.start.mapping import read_mappings

BASE = "https://data.dalby.example/spar/"
SAID = ("--yes", "--publisher", "Dalby kommun", "--contact", "spar@dalby.example")
TRACKS = """Spårkod;Spår;Längd (km);Belyst;Underlag;Byggt;Ansvarig;Längst norrut;Längst österut
S-1;Elljusspåret;2,5;ja;flis;ca 1975;Friluft;6584000;412000
S-2;Myrspåret;10;nej;stig, spång;1988;Friluft;6585000;413000
S-3;Åsspåret;5,25;nej;stig;2001;Klubben;6586000;414000
S-4;Sjöspåret;8;ja;flis, stig;sent;Klubben;6587000;415000
"""


def publisher(*arguments: str, typed: str | None = None) -> Result:
    """Return what the command printed, and its exit code."""
    result = CliRunner().invoke(main, [*arguments, "--lang", "sv"], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that was made of a table."""
    place = tmp_path_factory.mktemp("start")
    table = place / "spår.csv"
    table.write_text(TRACKS.replace("Längst norrut", "N").replace("Längst österut", "E"), "cp1252")
    result = publisher("start", str(table), "--into", str(place / "s"), *SAID)
    assert result.exit_code == 0, result.output
    return place / "s"


@pytest.fixture(scope="module")
def sources(made: Path) -> Sources:
    """Return its sources."""
    return read_sources(made, BASE)


@pytest.fixture(scope="module")
def said(sources: Sources) -> Subjects:
    """Return what they say."""
    return Subjects(sources.quads(*PUBLISHED))


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the folder, and stand in it."""
    copy = Path(shutil.copytree(made, tmp_path / "s"))
    monkeypatch.chdir(copy)
    return copy


def rows(folder: Path, text: str, name: str = "spår 2027.csv") -> str:
    """Write a table beside a folder; return its name."""
    path = folder.parent / name
    path.write_text(text.replace("Längst norrut", "N").replace("Längst österut", "E"), "utf-8")
    return str(path)


def test_what_is_made_of_a_table_has_no_finding(sources: Sources) -> None:
    assert check(sources) == []


def test_a_row_keeps_every_cell_with_its_type(said: Subjects) -> None:
    values = {
        path.rpartition("#")[2].rpartition("/")[2]: [term.value for term in terms]
        for path, terms in said.of(f"{BASE}id/spar/s-1").items()
    }
    assert values["identifier"] == ["S-1"]
    assert values["prefLabel"] == ["Elljusspåret"]
    assert values["langd"] == ["2.5"]
    assert values["belyst"] == ["true"]
    assert values["byggt"] == ["1975"]
    assert values["byggtAsWritten"] == ["ca 1975"]
    assert values["geometry"][0].startswith("POINT (13.")


def test_what_no_value_can_say_is_kept_as_written(said: Subjects) -> None:
    """A year that is the word 'late' stops nobody and is not lost."""
    thing = f"{BASE}id/spar/s-4"
    assert said.values(thing, f"{BASE}def/spar#byggt") == ()
    kept = said.values(thing, f"{BASE}def/spar#byggtAsWritten")
    assert [term.value for term in kept] == ["sent"]


def test_several_values_in_a_cell_are_concepts_of_one_list(said: Subjects) -> None:
    scheme = f"{BASE}id/concept/underlag"
    names = {
        said.values(concept, iri("skos:prefLabel"))[0].value
        for concept in said.subjects(iri("skos:inScheme"), scheme)
    }
    assert names == {"flis", "stig", "spång"}


def test_the_mapping_is_csvw_and_reads_back_as_it_was(made: Path) -> None:
    (mapping,) = read_mappings(made)
    assert mapping.key == ("Spårkod",)
    assert mapping.delimiter == ";"
    by_heading = {column.heading: column for column in mapping.columns}
    assert by_heading["Längd (km)"].style.decimal == ","
    assert by_heading["Underlag"].separator == ","
    assert by_heading["N"].style.epsg == 3006
    assert by_heading["Byggt"].note


def test_the_same_table_changes_nothing(folder: Path) -> None:
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    result = publisher("start", rows(folder, TRACKS), "--yes")
    assert result.exit_code == 0
    assert "0 ändrade, 0 nya, 0 borta" in result.output
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_the_next_table_shows_what_differs_and_writes_it(folder: Path) -> None:
    text = TRACKS.replace("S-2;Myrspåret;10;", "S-2;Myrspåret;11;").replace("flis;ca", "grus;ca")
    text = "".join(line for line in text.splitlines(True) if not line.startswith("S-3"))
    result = publisher(
        "start",
        rows(folder, text + "S-9;Nya spåret;1;ja;flis;2026;Friluft;6584500;412500\n"),
        "--yes",
    )
    assert result.exit_code == 0, result.output
    assert "2 ändrade, 1 nya, 1 borta" in result.output
    assert "Myrspåret, Längd (km): 10.0 → 11.0" in result.output
    assert "Elljusspåret, Underlag: flis → grus" in result.output
    after = read_sources(folder, BASE)
    found = Subjects(after.quads(*PUBLISHED))
    assert found.values(f"{BASE}id/spar/s-9", iri("skos:prefLabel"))
    assert found.values(f"{BASE}id/concept/underlag/grus", iri("skos:prefLabel"))
    assert found.values(f"{BASE}id/spar/s-3", iri("skos:prefLabel")), "what is gone stays"
    assert check(after) == []


def test_rows_that_are_gone_are_removed_where_that_is_allowed(folder: Path) -> None:
    text = "".join(line for line in TRACKS.splitlines(True) if not line.startswith("S-3"))
    result = publisher("start", rows(folder, text), "--yes", "--allow-removal")
    assert result.exit_code == 0, result.output
    assert "Åsspåret" in result.output
    assert "s-3" not in (folder / "data" / "spar" / "spar.ttl").read_text("utf-8")


def test_a_cell_that_cannot_be_read_stops_unless_it_may_be_left_out(folder: Path) -> None:
    text = rows(folder, TRACKS.replace("5,25", "fem").replace("Elljusspåret;2,5", "Elljus;2,6"))
    data = folder / "data" / "spar" / "spar.ttl"
    before = data.read_bytes()
    stopped = publisher("start", text, "--yes")
    assert stopped.exit_code == 1
    assert "rad 4, kolumn Längd (km): ”fem” är inte ett tal" in stopped.output
    assert data.read_bytes() == before
    done = publisher("start", text, "--yes", "--skip-bad")
    assert done.exit_code == 0
    after = data.read_text("utf-8")
    assert '"Elljus"@sv' in after
    assert "5.25" in after, "what cannot be read changes nothing"


def test_what_a_value_says_more_for_the_first_time_is_kept_beside_it(folder: Path) -> None:
    """A length that was exact and is "ca 6 km" in the next table keeps its word as well."""
    result = publisher("start", rows(folder, TRACKS.replace("5,25", "ca 6")), "--yes")
    assert result.exit_code == 0, result.output
    after = read_sources(folder, BASE)
    assert check(after) == []
    said = Subjects(after.quads(*PUBLISHED))
    (column,) = [c for c in read_mappings(folder)[0].columns if c.heading == "Längd (km)"]
    assert [t.value for t in said.values(f"{BASE}id/spar/s-3", column.note)] == ["ca 6"]


def test_a_renamed_column_is_named_and_can_be_said_to_be_the_same(folder: Path) -> None:
    text = rows(folder, TRACKS.replace("Ansvarig", "Ansvarig part"))
    result = publisher("start", text, "--dry-run")
    assert "--renamed 'Ansvarig=Ansvarig part'" in result.output
    result = publisher("start", text, "--dry-run", "--renamed", "Ansvarig=Ansvarig part")
    assert "finns inte" not in result.output
    assert "0 ändrade" in result.output


def sit_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands ask; what is typed comes from a pipe."""
    for module in ("table_faults", "table_updates"):
        monkeypatch.setattr(f"publisher.cli.{module}.may_ask", lambda _switches: True)


@pytest.mark.parametrize(
    ("old", "new"),
    [("Ansvarig", "Drift"), ("Längd (km)", "Sträcka"), ("Spårkod", "Id"), ("Underlag", "Yta")],
)
def test_a_column_under_another_name_is_known_by_its_cells(
    folder: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    """Also the one that tells rows apart. It is said first; nothing is renamed in silence."""
    text = rows(folder, TRACKS.replace(old, new).replace("5,25;", "5,3;"))
    assert f"{old}={new}" in publisher("start", text, "--dry-run").output
    sit_at_a_terminal(monkeypatch)
    asked = publisher("start", text, typed="y\n" * 2).output
    assert f"Kanske heter den {new} nu" in asked
    assert "1 ändrade, 0 nya, 0 borta" in asked
    again = publisher("start", text, "--dry-run").output
    assert "Kanske heter" not in again
    assert "0 ändrade, 0 nya, 0 borta" in again
    assert check(read_sources(folder, BASE)) == []


def test_two_columns_of_yes_and_no_are_not_taken_for_each_other(folder: Path) -> None:
    """Half of their cells are the same by chance."""
    text = (
        TRACKS.replace("Belyst", "Hundar").replace("2,5;ja", "2,5;nej").replace("10;nej", "10;ja")
    )
    result = publisher("start", rows(folder, text), "--yes")
    assert "som förut" not in result.output


def test_what_cannot_be_read_is_corrected_in_place_or_stops(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = rows(folder, TRACKS.replace("5,25", "fem"))
    sit_at_a_terminal(monkeypatch)
    stopped = publisher("start", text, typed="stoppa\n")
    assert stopped.exit_code == 1
    result = publisher("start", text, typed="rätta\n5,5\nsent\ny\n")
    assert result.exit_code == 0, result.output
    assert "Rad 4, Längd (km)" in result.output
    assert "5.5" in (folder / "data" / "spar" / "spar.ttl").read_text("utf-8")


def test_a_table_of_something_else_is_refused(folder: Path) -> None:
    result = publisher("start", rows(folder, "A;B\n1;2\n", "annat.csv"), "--yes")
    assert result.exit_code == 2
    assert "Ingen mappning" in result.output


def test_nothing_is_asked_with_yes_and_what_is_missing_is_named(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("Namn;Antal\nA b;1\nC d;2\n", "utf-8")
    result = publisher("start", str(table), "--into", str(tmp_path / "a"), "--yes")
    assert result.exit_code == 2
    assert "--publisher" in result.output
    assert not (tmp_path / "a").exists()


def test_in_a_terminal_a_guess_can_be_changed_and_answers_are_asked_for(tmp_path: Path) -> None:
    table = tmp_path / "hus.csv"
    table.write_text("Namn;Byggt\nNorra huset;1950\nSödra huset;1960\nÖstra huset;1970\n", "utf-8")
    # The second column is a year; the first alternative is taken instead; then four answers.
    typed = "2\n1\n\nHus\nDalby kommun\nhus@dalby.example\n\n"
    result = publisher("start", str(table), "--into", str(tmp_path / "h"), "--text", typed=typed)
    assert result.exit_code == 0, result.output
    (mapping,) = read_mappings(tmp_path / "h")
    assert mapping.base_iri == "https://data.dalby.example/hus/"
    assert [column.kind for column in mapping.columns] == ["name", "number"]


def test_places_of_a_table_are_places_of_its_geojson(sources: Sources) -> None:
    """LOCN's property with a literal leads to a geometry, as GeoSPARQL's does."""
    said = Subjects(sources.quads(*PUBLISHED))
    thing = f"{BASE}id/spar/s-1"
    leading = GeometryChains(said)
    leading.add(thing)
    chains = leading.in_order()
    assert chains == ((iri("locn:geometry"),),)
    assert thing_geometries(thing, chains, said)[0].startswith("POINT (13.")


def test_a_sheet_import_takes_a_table_through_its_mapping(folder: Path) -> None:
    file = rows(folder, TRACKS.replace("Myrspåret", "Mosspåret"), "spår-2028.csv")
    result = publisher("sheet", "import", file)
    assert result.exit_code == 0, result.output
    assert "1 ändrade, 0 nya, 0 borta" in result.output
    assert "Mosspåret" in (folder / "data" / "spar" / "spar.ttl").read_text("utf-8")


WIDER = """Spårkod;Spår;Längd (km);Belyst;Underlag;Byggt;Ansvarig;N;E;Hundar;Besiktigat;Färg
S-1;Elljusspåret;2,5;ja;flis;ca 1975;Friluft;6584000;412000;nej;2027-04-03;gul
S-2;Myrspåret;10;nej;stig, spång;1988;Friluft;6585000;413000;ja;2027-04-04;blå
S-3;Åsspåret;5,25;nej;stig;2001;Klubben;6586000;414000;ja;2027-04-05;gul
S-4;Sjöspåret;8;ja;flis, stig;sent;Klubben;6587000;415000;nej;2027-05-01;blå
"""


def test_new_columns_are_told_with_what_they_would_become(folder: Path) -> None:
    """Without a question nothing of them is taken in."""
    result = publisher("start", rows(folder, WIDER), "--yes")
    assert "+ Hundar → ja eller nej" in result.output
    assert "Besiktigat" in result.output
    assert "--new-columns" in result.output
    assert len(read_mappings(folder)[0].columns) == 9


def test_new_columns_are_taken_in_with_property_field_and_list(folder: Path) -> None:
    """And the folder passes the check; the table after that knows them."""
    result = publisher("start", rows(folder, WIDER), "--yes", "--new-columns")
    assert result.exit_code == 0, result.output
    (mapping,) = read_mappings(folder)
    kinds = {column.heading: column.kind for column in mapping.columns}
    assert (kinds["Hundar"], kinds["Besiktigat"], kinds["Färg"]) == ("truth", "date", "list")
    after = read_sources(folder, BASE)
    assert check(after) == []
    said = Subjects(after.quads(*PUBLISHED))
    thing = f"{BASE}id/spar/s-2"
    paths = {column.heading: column.path for column in mapping.columns}
    assert [t.value for t in said.values(thing, paths["Besiktigat"])] == ["2027-04-04"]
    (colour,) = said.values(thing, paths["Färg"])
    assert said.values(colour.value, iri("skos:prefLabel"))[0].value == "blå"
    assert said.values(f"{BASE}id/concept/farg", iri("skos:prefLabel"))[0].value == "Färg"
    again = publisher("start", rows(folder, WIDER, "spår 2028.csv"), "--yes")
    assert "0 ändrade, 0 nya, 0 borta" in again.output


def test_a_name_in_another_language_than_the_table_keeps_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so it is when the next table comes through the mapping that was kept."""
    table = tmp_path / "puistot.csv"
    table.write_text("Numero;Nimi;Tyyppi\nP1;Niittypuisto;Puisto\nP2;Rantatie;Katu\n", "utf-8")
    folder = tmp_path / "made"
    who = ("--publisher", "Kunta", "--contact", "a@example.org", "--base-iri", BASE)
    names = ("--name", "en=Parks", "--licence", "cc0")
    result = publisher("start", str(table), "--into", str(folder), "--yes", *names, *who)
    assert result.exit_code == 0, result.output
    labels = {
        quad.object.language
        for quad in read_sources(folder, BASE).quads(*PUBLISHED)
        if quad.predicate.value == iri("rdfs:label") and quad.object.value == "Parks"
    }
    assert labels == {"en"}

    monkeypatch.chdir(folder)
    again = publisher("start", str(table), "--yes")
    assert again.exit_code == 0, again.output
    assert check(read_sources(folder, BASE)) == []
