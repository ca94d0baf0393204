from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from publisher.errors import QueryLimitExceeded, QueryRefused
from publisher.quality.approval import ApprovedSources
from publisher.rdf.sorted_files import Quads, by_graph
from publisher.rdf.text import fold, one_edit_variants, plain_letters, words
from publisher.release.build import build
from publisher.release.model import Release
from publisher.release.search import Search
from publisher.release.search_index import SEARCH_FILE, write_search

BASE = "https://data.example.org/"
GRAPH = NamedNode(f"{BASE}dataset/d")
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.fixture(scope="session")
def search(municipalities: Release) -> Search:
    """Return the search of the world of municipalities."""
    return Search(municipalities.folder / SEARCH_FILE, 5.0)


def found(search: Search, text: str, language: str = "sv") -> list[str]:
    """Return the last parts of the IRIs of what is found."""
    return [hit.iri.rpartition("/")[2] for hit in search.find(text, language).hits]


def graphs_of(quads: Iterable[Quad], folder: Path) -> dict[str, Quads]:
    """Return quads by graph, as a build has them."""
    return by_graph(sorted(f"{quad} .\n".encode() for quad in quads), folder / "graphs")


def of_names(folder: Path, names: Mapping[str, str]) -> Search:
    """Return a search over things with these Swedish names."""
    quads = [
        Quad(
            NamedNode(f"{BASE}id/{name}"),
            NamedNode(f"{SKOS}prefLabel"),
            Literal(label, language="sv"),
            GRAPH,
        )
        for name, label in names.items()
    ]
    write_search(folder / SEARCH_FILE, graphs_of(quads, folder), BASE)
    return Search(folder / SEARCH_FILE, 5.0)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Värmland", "värmland"),
        ("VÄRMLAND", "värmland"),
        ("Va\u0308rmland", "värmland"),
        ("Åre", "åre"),
        ("A\u030are", "åre"),
        ("Öland", "öland"),
        ("Idé", "ide"),
        ("Crème brûlée", "creme brulee"),
        ("Müller", "muller"),
        ("Tromsø", "tromsö"),
        ("Ærø", "ärö"),
        ("Straße", "strasse"),
        ("ﬁnn", "finn"),
    ],
)
def test_swedish_letters_are_letters_and_other_marks_are_not(text: str, form: str) -> None:
    """Swedish has 29 letters; é is an e with a mark."""
    assert fold(text) == form


@pytest.mark.parametrize(
    ("text", "form"), [("värmland", "varmland"), ("åäö", "aao"), ("falun", "falun")]
)
def test_the_plain_form_has_no_letter_of_its_own(text: str, form: str) -> None:
    """As people write who have another keyboard."""
    assert plain_letters(text) == form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \t\n ", []),
        ("***", []),
        ("\x00", []),
        ('"a" OR b*', ["a", "or", "b"]),
        ("high-voltage", ["high", "voltage"]),
        ("snake_case", ["snake", "case"]),
        ("2015–2020", ["2015", "2020"]),
    ],
)
def test_words_are_letters_and_digits(text: str, expected: list[str]) -> None:
    """Whatever else stands between them parts them."""
    assert words(text) == expected


@pytest.mark.parametrize("near", ["värmlan", "vrmland", "värmlandd", "värmalnd", "vermland"])
def test_one_edit_is_a_letter_left_out_put_in_replaced_or_swapped(near: str) -> None:
    """What fingers do (Damerau–Levenshtein distance 1)."""
    assert "värmland" in set(one_edit_variants(near, "abcdefghijklmnopqrstuvwxyzåäö"))


@pytest.mark.parametrize("far", ["värmlnad2", "vrmlnd", "ärmlandx"])
def test_two_edits_are_too_many(far: str) -> None:
    """Otherwise everything is near everything."""
    assert "värmland" not in set(one_edit_variants(far, "abcdefghijklmnopqrstuvwxyzåäö"))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Gävle", "gavle"),
        ("gävle", "gavle"),
        ("Gavle", "gavle"),
        ("GAVLE", "gavle"),
        ("gäv", "gavle"),
        ("Åre", "are"),
        ("are", "are"),
        ("orebro", "orebro"),
        ("ängelholm", "angelholm"),
        ("Fahlun", "falun"),
        ("2080", "falun"),
        ("koppar", "falun"),
        ("Dalarna County", "dalarna"),
        ("gruva koppar", "falun"),
    ],
)
def test_a_search_finds(search: Search, text: str, first: str) -> None:
    """By names, other names, codes and descriptions, with or without Swedish letters."""
    assert found(search, text)[:1] == [first]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Gevle", "gavle"),
        ("Gävlee", "gavle"),
        ("Gvle", "gavle"),
        ("Gälve", "gavle"),
        ("Orebbro", "orebro"),
        ("Engelholm", "angelholm"),
        ("Kopar", "falun"),
        ("Jämtlads", "jamtland"),
    ],
)
def test_one_letter_amiss_is_forgiven(search: Search, text: str, first: str) -> None:
    """In words of four letters and more."""
    assert found(search, text)[:1] == [first]


@pytest.mark.parametrize("text", ["Xre", "Gxxle", "Falun Gävle", "zzzz", "", "  ", "*", "\x00"])
def test_what_is_not_there_is_not_found(search: Search, text: str) -> None:
    """All words must be there; short words and two letters amiss are not mended."""
    assert found(search, text) == []


def test_the_exact_word_comes_before_its_likeness(tmp_path: Path) -> None:
    """Who writes Varmland may mean Varmland; who writes Värmland does not."""
    search = of_names(tmp_path, {"ä": "Värmland", "a": "Varmland"})

    assert found(search, "Varmland") == ["a", "ä"]
    assert found(search, "Värmland") == ["ä", "a"]


def test_names_come_before_descriptions_and_short_names_before_long(tmp_path: Path) -> None:
    """What is called so, then what begins so, then what is described so."""
    quads = []
    for name, label, text in (
        ("text", "Annat", "En text om stål."),
        ("long", "Stål och verkstad i Dalarna", ""),
        ("part", "Stålindustri", ""),
        ("whole", "Stål", ""),
    ):
        thing = NamedNode(f"{BASE}id/{name}")
        quads.append(
            Quad(thing, NamedNode(f"{SKOS}prefLabel"), Literal(label, language="sv"), GRAPH)
        )
        if text:
            quads.append(
                Quad(thing, NamedNode(f"{SKOS}definition"), Literal(text, language="sv"), GRAPH)
            )
    write_search(tmp_path / SEARCH_FILE, graphs_of(quads, tmp_path), BASE)

    assert found(Search(tmp_path / SEARCH_FILE, 5.0), "stål") == ["whole", "long", "part", "text"]


def test_another_form_of_a_word_shares_as_many_letters_as_any(tmp_path: Path) -> None:
    """Planning means a planner; what shares fewer letters with it, a planet, is another word."""
    search = of_names(tmp_path, {"planner": "Planerare", "planet": "Planeten"})

    assert found(search, "planering") == ["planner"]


@pytest.fixture(scope="module")
def elms(tmp_path_factory: pytest.TempPathFactory) -> Search:
    """Return the search of a park: elms with a year and a planter, and a property with a name."""
    kind, year, planter = (f"{BASE}def/{name}" for name in ("Elm", "year", "planter"))
    said = [
        (kind, f"{SKOS}prefLabel", Literal("alm", language="sv")),
        (year, f"{SKOS}prefLabel", Literal("planterad", language="sv")),
    ]
    for name, when, who in (("Lillalmen", "1871", "Ada Berg"), ("Storalmen", "1902", "Bo Ek Dal")):
        thing = f"{BASE}id/{name.lower()}"
        said += [
            (thing, TYPE.value, NamedNode(kind)),
            (thing, f"{SKOS}prefLabel", Literal(name, language="sv")),
            (thing, year, Literal(when, datatype=NamedNode(f"{XSD}gYear"))),
            (thing, planter, Literal(who)),
        ]
    quads = [Quad(NamedNode(s), NamedNode(p), o, GRAPH) for s, p, o in said]
    folder = tmp_path_factory.mktemp("elms")
    write_search(folder / SEARCH_FILE, graphs_of(quads, folder), BASE)
    return Search(folder / SEARCH_FILE, 5.0)


@pytest.mark.parametrize(
    ("text", "first", "left_out"),
    [
        ("planterades 1902", "storalmen", []),
        ("Vad planterade Ada Berg?", "lillalmen", []),
        ("hur hög är Lillalmen", "lillalmen", ["hög"]),
        ("planterad av Berg 1902", "lillalmen", ["1902"]),
        ("vilka almar planterades 1902", "storalmen", []),
        ("planterad i Berg 1902 av Ada", "lillalmen", ["1902"]),
        ("björkar", "", []),
        ("Lillalmen Storalmen", "", []),
    ],
)
def test_years_and_plain_texts_are_found_and_words_left_out_are_named(
    elms: Search, text: str, first: str, left_out: list[str]
) -> None:
    """What nothing has is left out, then one more; two things that share no word stay apart."""
    result = elms.find(text, "sv")
    assert list(result.left_out) == left_out
    assert ([hit.iri.rpartition("/")[2] for hit in result.hits] or [""])[0] == first


def test_the_reader_s_language_comes_first(search: Search) -> None:
    """A thing is found once, in the reader's words if they fit."""
    assert [hit.language for hit in search.find("Falun", "sv").hits] == ["sv"]
    assert [hit.language for hit in search.find("Falun", "en").hits] == ["en"]
    assert [hit.language for hit in search.find("koppar", "en").hits] == ["sv"]


def test_statements_geometries_shapes_and_foreign_things_are_not_listed(tmp_path: Path) -> None:
    """Parts of other things, and what has no page here."""
    named = {
        "id/a": "http://www.opengis.net/ont/geosparql#Geometry",
        "id/b": "http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement",
        "id/c": f"{BASE}def#Thing",
    }
    quads = []
    for path, kind in named.items():
        thing = NamedNode(BASE + path)
        quads.append(Quad(thing, NamedNode(f"{SKOS}prefLabel"), Literal("same"), GRAPH))
        quads.append(Quad(thing, TYPE, NamedNode(kind), GRAPH))
    for name, graph in (
        ("https://elsewhere.example/x", GRAPH),
        (f"{BASE}shapes#x", NamedNode(f"{BASE}shapes")),
        (f"{BASE}catalog/contact", NamedNode(f"{BASE}catalog")),
    ):
        quads.append(Quad(NamedNode(name), NamedNode(f"{SKOS}prefLabel"), Literal("same"), graph))
    write_search(tmp_path / SEARCH_FILE, graphs_of(quads, tmp_path), BASE)

    assert found(Search(tmp_path / SEARCH_FILE, 5.0), "same") == ["c"]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '""""',
        "falun OR gävle",
        "falun NOT gävle",
        "NEAR(falun gävle, 2)",
        "label:falun",
        "{label} : falun",
        "fal*un",
        "^falun",
        "falun AND",
        "(falun",
        "falun' OR 1=1 --",
        "falun\x00gävle",
        "\ud800",
        "ﷺ",
        "1" * 200,
    ],
)
def test_operators_are_words_or_nothing(search: Search, text: str) -> None:
    """Whatever is written is looked for; nothing of it is understood as a query."""
    assert len(search.find(text, "sv").hits) <= 1


@pytest.mark.parametrize("text", ["x" * 201, "x" * 10_000, "a " * 11, "ö" * 201])
def test_a_search_that_is_too_long_is_refused(search: Search, text: str) -> None:
    """The bound is told."""
    with pytest.raises(QueryRefused, match="at most 200 characters and 10 words"):
        search.find(text, "sv")


def test_a_search_ends_when_its_time_is_over(municipalities: Release) -> None:
    """The same limit as SPARQL: one search does not hold the site up."""
    hasty = Search(municipalities.folder / SEARCH_FILE, -1.0)
    # So few instructions may pass unseen; many words need more.
    with pytest.raises(QueryLimitExceeded, match="stopped"):
        hasty.find("fallun gevle orebbro engelholm jämtlads kopar dalarn kommun", "sv")


def test_a_release_without_an_index_finds_nothing(tmp_path: Path) -> None:
    """Releases made before there was one are served on."""
    assert Search(tmp_path / "nothing", 5.0).find("falun", "sv").hits == ()


def test_the_index_cannot_be_written_to(municipalities: Release) -> None:
    """A release never changes."""
    address = f"{(municipalities.folder / SEARCH_FILE).as_uri()}?mode=ro&immutable=1"
    with (
        closing(sqlite3.connect(address, uri=True)) as index,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        index.execute("DELETE FROM things")


@pytest.mark.slow
def test_the_same_sources_give_the_same_index(
    approved: ApprovedSources, release: Release, tmp_path: Path
) -> None:
    """It stands in the manifest with its digest."""
    assert build(approved, tmp_path).files[SEARCH_FILE].sha256 == release.files[SEARCH_FILE].sha256
