"""Catalogues of others: feeds in any syntax, paged ones, portals of CKAN; and importing again."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from publisher.cli import main
from publisher.rdf.namespaces import iri
from tests.edit.conftest import Pages

BASE = "https://data.kommun.example/"
OTHERS = "https://annan.example/"
SHARED = Path(__file__).parents[3] / "shared" / "portals"
FEED = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
<https://annan.example/katalog> a dcat:Catalog ; dcterms:title "Deras"@sv ;
    dcat:dataset <https://annan.example/d/1> , <https://annan.example/d/2> ;
    dcat:record <https://annan.example/r/1> .
<https://annan.example/r/1> a dcat:CatalogRecord ; foaf:primaryTopic <https://annan.example/d/1> .
<https://annan.example/d/1> a dcat:Dataset ; dcterms:title "Träd"@sv , "Puut"@fi ;
    dcterms:description "Alla träd."@sv ; dcterms:accrualPeriodicity "månadsvis" ;
    dcterms:language "sv" ; dcat:theme "Miljö" , "Rymdfart" ; dcat:keyword "träd, park"@sv ;
    dcterms:issued "2024-05-01" ; owl:versionInfo "2" ;
    dcterms:publisher [ a foaf:Organization ; foaf:name "Kommunen"@sv ] ;
    dcat:contactPoint [ a vcard:Kind ; vcard:fn "Parken"@sv ; vcard:hasEmail "park@annan.example" ;
        vcard:hasTelephone "%PHONE%" ] ;
    dcat:distribution [ a dcat:Distribution ; dcat:accessURL "https://annan.example/t r.csv" ;
        dcterms:format [ rdfs:label "Excel" ] ; dcat:byteSize "12.0" ;
        dcterms:license <https://creativecommons.org/licenses/by/4.0/deed.sv> ] .
<https://annan.example/d/2> a dcat:Dataset ; dcterms:title "Vatten"@sv ;
    dcterms:description "Allt vatten."@sv ; <https://annan.example/egen> "kvar" .
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with nothing but a catalogue; one stands in it."""
    found = tmp_path / "folder"
    (found / "data").mkdir(parents=True)
    (found / "pyproject.toml").write_text(f'[tool.publisher]\nbase_iri = "{BASE}"\n')
    (found / "data" / "catalogue.ttl").write_text(
        f"<{BASE}catalog> a <http://www.w3.org/ns/dcat#Catalog> .\n"
    )
    monkeypatch.chdir(found)
    return found


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, arguments), "--lang", "en"])


def imported(*arguments: object) -> str:
    """Return what an import that must succeed prints."""
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def said(folder: Path) -> set[Triple]:
    """Return what the files of the catalogue say."""
    files = (folder / "data" / "catalogue").glob("*.ttl")
    return {q.triple for f in files for q in parse(f.read_bytes(), format=RdfFormat.TURTLE)}


def values(folder: Path, thing: str, path: str) -> set[str]:
    wanted = (NamedNode(thing), NamedNode(iri(path)))
    return {t.object.value for t in said(folder) if (t.subject, t.predicate) == wanted}


def feed_file(folder: Path, text: str = FEED, phone: str = "023-123 45") -> Path:
    path = folder.parent / "feed.ttl"
    path.write_text(text.replace("%PHONE%", phone), encoding="utf-8")
    return path


def test_a_feed_becomes_files_in_the_form_of_dcat_ap(folder: Path) -> None:
    """Terms, addresses and dates written as texts are understood; IRIs and languages are kept."""
    imported(feed_file(folder))

    one = f"{OTHERS}d/1"
    authority = "http://publications.europa.eu/resource/authority/"
    assert values(folder, one, "dcterms:title") == {"Träd", "Puut"}
    assert values(folder, one, "dcterms:accrualPeriodicity") == {f"{authority}frequency/MONTHLY"}
    assert values(folder, one, "dcterms:language") == {f"{authority}language/SWE"}
    assert values(folder, one, "dcat:theme") == {f"{authority}data-theme/ENVI", "Rymdfart"}
    assert values(folder, one, "dcat:keyword") == {"träd", "park"}
    assert values(folder, one, "dcat:version") == {"2"}
    (file,) = values(folder, one, "dcat:distribution")
    assert values(folder, file, "dcat:accessURL") == {"https://annan.example/t%20r.csv"}
    assert values(folder, file, "dcterms:format") == {f"{authority}file-type/XLSX"}
    assert values(folder, file, "dcterms:license") == {
        "http://creativecommons.org/licenses/by/4.0/"
    }
    assert values(folder, file, "dcat:byteSize") == {"12"}
    (contact,) = values(folder, one, "dcat:contactPoint")
    assert values(folder, contact, "vcard:hasEmail") == {"mailto:park@annan.example"}
    assert values(folder, contact, "rdf:type") == {iri("vcard:Organization")}
    assert values(folder, f"{OTHERS}d/2", "dcterms:title") == {"Vatten"}
    assert Literal("kvar") in {triple.object for triple in said(folder)}
    assert values(folder, f"{BASE}catalog", "dcat:dataset") == {one, f"{OTHERS}d/2"}
    names = {path.name for path in (folder / "data" / "catalogue").glob("*.ttl")}
    assert names == {"agents.ttl", "trad.ttl", "vatten.ttl"}


def test_what_only_their_catalogue_leads_to_goes_with_it(folder: Path) -> None:
    """Its own files and conditions; what a dataset shares with it stays."""
    text = FEED.replace(
        'a dcat:Catalog ; dcterms:title "Deras"@sv ;',
        'a dcat:Catalog ; dcterms:title "Deras"@sv ; dcat:distribution <https://annan.example/f> ;'
        " dcterms:publisher <https://annan.example/deras> ; dcat:contactPoint"
        " <https://annan.example/c> ; dcat:service <https://annan.example/s> ;",
    )
    text += """
<https://annan.example/f> a dcat:Distribution ; dcat:accessURL <https://annan.example/katalog.rdf> ;
    dcterms:rights [ rdfs:label "Bara deras" ] .
<https://annan.example/deras> a foaf:Agent ; foaf:name "Deras"@sv .
<https://annan.example/c> a vcard:Kind ; vcard:fn "Delad" .
<https://annan.example/s> a dcat:DataService ; dcterms:title "Tjänst"@sv ;
    dcat:contactPoint <https://annan.example/c> .
"""
    imported(feed_file(folder, text))

    things = {t.subject.value for t in said(folder)}  # type: ignore[union-attr]
    assert {f"{OTHERS}s", f"{OTHERS}c"} <= things
    assert not {f"{OTHERS}f", f"{OTHERS}deras"} & things
    assert not any("Bara deras" in str(triple) for triple in said(folder))
    assert not (folder / "data" / "catalogue" / "terms.ttl").exists()


NEIGHBOURS = """
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcatde: <http://dcat-ap.de/def/dcatde/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix it: <http://dati.gov.it/onto/dcatapit#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
<https://annan.example/d/1> a dcat:Dataset ; dcterms:title "Trær"@nb ;
    dcterms:accrualPeriodicity "Annuelle" ; dcterms:isVersionOf <https://annan.example/d/0> ;
    adms:sample "https://annan.example/prov" ;
    dcterms:temporal [ a dcterms:PeriodOfTime ; it:startDate "2019-01-01" ] ;
    dcat:contactPoint [ a vcard:Organization ; vcard:hasOrganizationName "Etaten"@nb ;
        vcard:hasEmail "mailto:a@annan.example" ] , [ a vcard:Kind ;
        vcard:hasEmail <mailto:b@annan.example> ] ;
    dcat:distribution <https://annan.example/d/1/f> .
<https://annan.example/d/1/f> a dcat:Distribution ; dcat:downloadURL <https://annan.example/f.csv> ;
    adms:status <http://purl.org/adms/status/UnderDevelopment> ;
    dcatde:plannedAvailability <http://dcat-ap.de/def/plannedAvailability/stable> .
"""


def test_what_other_countries_and_old_lists_have_is_understood(folder: Path) -> None:
    """Of Germany, Italy, France and Norway, and of ADMS before the EU's lists."""
    imported(feed_file(folder, NEIGHBOURS))
    thing, file = f"{OTHERS}d/1", f"{OTHERS}d/1/f"
    terms = {
        path: {v.rpartition("/")[2] for v in values(folder, where, path)}
        for where, path in (
            (thing, "dcterms:accrualPeriodicity"),
            (file, "adms:status"),
            (file, "dcatap:availability"),
        )
    }
    assert list(terms.values()) == [{"ANNUAL"}, {"DEVELOP"}, {"STABLE"}]
    assert values(folder, thing, "dcat:isVersionOf") == {f"{OTHERS}d/0"}
    (period,) = values(folder, thing, "dcterms:temporal")
    assert values(folder, period, "dcat:startDate") == {"2019-01-01"}
    contacts = values(folder, thing, "dcat:contactPoint")
    assert {n for c in contacts for n in values(folder, c, "vcard:fn")} == {
        *("Etaten", "b@annan.example")
    }
    mail = NamedNode(iri("vcard:hasEmail"))
    assert all(isinstance(t.object, NamedNode) for t in said(folder) if t.predicate == mail)
    assert values(folder, file, "dcat:accessURL") == {f"{OTHERS}f.csv"}


def test_each_change_and_loss_is_a_line_of_the_report(folder: Path) -> None:
    """Dataset, field, before, after and why; as CSV and as JSON."""
    report = folder / "report.json"
    imported(feed_file(folder), "--report", report)
    lines = json.loads(report.read_text())

    found = {(each["kind"], each["dataset"], each["field"], each["old"]) for each in lines}
    assert ("changed", "Träd", "dcterms:accrualPeriodicity", "månadsvis") in found
    assert ("unknown", "Träd", "dcat:theme", "Rymdfart") in found
    assert ("dropped", "Deras", "dcat:Catalog", "Deras") in found
    assert {"dcat:record", "owl:versionInfo", "dcat:byteSize"} <= {e["field"] for e in lines}
    assert all(each["reason"]["sv"] and each["reason"]["en"] for each in lines)

    imported(feed_file(folder), "--report", folder / "again.csv", "--dry-run")
    rows = list(csv.DictReader((folder / "again.csv").read_text("utf-8-sig").splitlines()))
    assert {row["Dataset"] for row in rows} >= {"Träd"}


def test_names_that_are_given_last(folder: Path) -> None:
    """A contact without a name keeps the one that it got when its telephone changes."""
    imported(feed_file(folder))
    before = {t.subject for t in said(folder)}
    output = imported(feed_file(folder, phone="023-999 99"))

    assert {t.subject for t in said(folder)} == before
    assert "0 new files, 1 changed, 0 removed" in output
    assert "tel:02399999" in {getattr(t.object, "value", "") for t in said(folder)}
    assert not any(str(t.subject).startswith("_:") for t in said(folder))


def test_an_import_without_news_writes_nothing(folder: Path) -> None:
    imported(feed_file(folder))
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}
    assert "0 new files, 0 changed, 0 removed" in imported(feed_file(folder))
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()} == before


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "data" / "catalogue" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_was_changed_by_hand_stays_unless_somebody_says_otherwise(folder: Path) -> None:
    """Who alone has changed a value decides; where both have, the change by hand stays."""
    imported(feed_file(folder))
    edit(folder, "vatten.ttl", '"Allt vatten."@sv', '"Sjöar och åar."@sv')
    news = FEED.replace('"Vatten"@sv', '"Vattendrag"@sv')
    imported(feed_file(folder, news))
    two = f"{OTHERS}d/2"
    assert values(folder, two, "dcterms:title") == {"Vattendrag"}
    assert values(folder, two, "dcterms:description") == {"Sjöar och åar."}

    both = news.replace('"Allt vatten."@sv', '"Vatten av alla slag."@sv')
    output = imported(feed_file(folder, both))
    assert "kept as it was" in output
    assert values(folder, two, "dcterms:description") == {"Sjöar och åar."}

    third = both.replace('"Vatten av alla slag."@sv', '"Vatten."@sv')
    imported(feed_file(folder, third), "--overwrite")
    assert values(folder, two, "dcterms:description") == {"Vatten."}


def test_a_file_with_comments_is_left_to_its_author(folder: Path) -> None:
    imported(feed_file(folder))
    edit(folder, "vatten.ttl", "PREFIX dcat:", "# Fråga Anna först.\nPREFIX dcat:")
    output = imported(feed_file(folder, FEED.replace('"Vatten"@sv', '"Vattendrag"@sv')))
    assert "comments" in output
    assert "# Fråga Anna först." in (folder / "data/catalogue/vatten.ttl").read_text()


def test_a_data_set_that_is_gone_is_removed_on_demand_only(folder: Path) -> None:
    imported(feed_file(folder))
    less = FEED.partition("<https://annan.example/d/2> a")[0].replace(
        ", <https://annan.example/d/2>", ""
    )
    output = imported(feed_file(folder, less))
    assert "vatten.ttl: the source does not have it any more" in output
    assert (folder / "data/catalogue/vatten.ttl").exists()

    dry = imported(feed_file(folder, less), "--allow-removal", "--dry-run")
    assert "1 removed. Nothing was written." in dry
    assert (folder / "data/catalogue/vatten.ttl").exists()
    imported(feed_file(folder, less), "--allow-removal")
    assert not (folder / "data/catalogue/vatten.ttl").exists()


@pytest.mark.parametrize(
    ("syntax", "extension"),
    [
        (RdfFormat.RDF_XML, "rdf"),
        (RdfFormat.JSON_LD, "jsonld"),
        (RdfFormat.N_TRIPLES, "nt"),
        (RdfFormat.TRIG, "trig"),
    ],
)
def test_every_syntax_says_the_same(folder: Path, syntax: RdfFormat, extension: str) -> None:
    quads = list(parse(FEED.encode(), format=RdfFormat.TURTLE))
    path = folder.parent / f"feed.{extension}"
    path.write_bytes(serialize((q.triple for q in quads), format=syntax) or b"")
    imported(path)
    other = said(folder)
    for file in (folder / "data" / "catalogue").iterdir():
        file.unlink()
    imported(feed_file(folder, phone="%PHONE%"))
    assert other == said(folder)


@pytest.mark.parametrize(
    "name",
    [
        "examples/feed-se-dcat-ap-se-3.0.1.ttl",
        "examples/feed-eu-dcat-ap-3.0.1.ttl",
        "profiles/dcat-ap-se-3.0.1/rekommenderat.ttl",
        "profiles/dcat-ap-se-3.0.1/obligatoriskt.ttl",
    ],
)
def test_feeds_of_others_come_whole(folder: Path, name: str) -> None:
    """All that is left out is their catalogue, and what the build says of terms by itself."""
    if not SHARED.is_dir():
        pytest.skip("the examples of the portals are not here")
    report = folder / "report.json"
    imported(SHARED / name, "--report", report)
    dropped = [e for e in json.loads(report.read_text()) if e["kind"] in ("dropped", "unknown")]
    assert {each["field"] for each in dropped} <= {"dcat:Catalog", "rdfs:label"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.ttl", b""),
        ("page.html", b"<!DOCTYPE html><html><body>Hej</body></html>"),
        ("half.json", b'{"success": true, "result": {"results": [{"na'),
        ("deep.json", b'{"result": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
        ("failed.json", b'{"success": false, "error": {"message": "Not found\\u001b[2J"}}'),
        ("other.json", b'{"a": 1}'),
        ("bits.rdf", bytes(range(256))),
        ("wrong.ttl", b"<a> <b> ."),
        ("nothing.ttl", b"<https://e.example/a> a <https://e.example/B> ."),
        ("names.json", b'{"success": true, "result": ["a", "b"]}'),
        ("strange.json", b'{"result": {"results": [{"id": [1], "resources": [7], "tags": 3}]}}'),
    ],
)
def test_bad_input_costs_a_sentence(folder: Path, name: str, content: bytes) -> None:
    path = folder.parent / name
    path.write_bytes(content)
    before = sorted(folder.rglob("*"))
    result = call(path)
    assert "fault" not in result.output
    assert "\x1b" not in result.output
    if name != "strange.json":
        assert result.exit_code == 1
        assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (["nosuch.rdf"], "Check the name"),
        (["ftp://e.example/x"], "https://"),
        ([], "publisher import https://"),
        (["x.csv", "--report", "report.txt"], "report.csv"),
    ],
)
def test_wrong_use_is_told_with_its_cure(folder: Path, arguments: list[str], cure: str) -> None:
    result = call(*arguments)
    assert result.exit_code in (1, 2)
    assert cure in result.output


# On the web.


def hydra_page(number: int, following: str) -> bytes:
    link = f'<p{number}> a hydra:PagedCollection ; hydra:nextPage "{following}" .'
    return (
        "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
        "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
        f'<https://annan.example/d/{number}> a dcat:Dataset ; dcterms:title "D {number}"@sv .\n'
        + (link if following else "")
    ).encode()


def test_a_paged_feed_comes_whole(
    folder: Path, pages_on_web: Callable[[Callable[[str], Pages]], str]
) -> None:
    def pages(site: str) -> Pages:
        following = {1: f"{site}/c?page=2", 2: "/c?page=3", 3: ""}
        return {f"/c?page={n}": ("text/turtle", hydra_page(n, following[n])) for n in (1, 2, 3)}

    output = imported(pages_on_web(pages) + "/c?page=1")
    assert output.startswith("3 datasets")


@pytest.mark.parametrize(
    "following", ["{site}/c?page=1", "http://localhost:9/c?page=2", "{site}/gone"]
)
def test_of_half_a_feed_nothing_is_imported(
    folder: Path, pages_on_web: Callable[[Callable[[str], Pages]], str], following: str
) -> None:
    """Pages in a circle, on another host, or missing."""
    before = sorted(folder.rglob("*"))
    site = pages_on_web(
        lambda site: {
            "/c?page=1": ("text/turtle", hydra_page(1, following.replace("{site}", site)))
        }
    )
    result = call(f"{site}/c?page=1")
    assert result.exit_code == 1
    assert "fault" not in result.output
    assert sorted(folder.rglob("*")) == before


def package(number: int, **more: object) -> Mapping[str, object]:
    return {
        "id": f"id-{number}",
        "name": f"paket-{number}",
        "title": f"Paket {number}",
        "notes": "Om paketet.",
        "license_id": "cc-zero",
        "organization": {"id": "o", "title": "Kommunen"},
        "maintainer_email": "gis@kommun.example",
        "tags": [{"name": "väg"}],
        "extras": [{"key": "frequency", "value": "årligen"}, {"key": "mystisk", "value": "7"}],
        "resources": [{"id": "r", "url": "https://kommun.example/v.csv", "format": "csv"}],
        **more,
    }


def answer(result: object) -> tuple[str, bytes]:
    body = json.dumps({"success": True, "result": result}).encode()
    return "application/json", body


OPEN_DATA = {
    "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
    "dataset": [
        {
            "identifier": "https://hub.example/d/lek",
            "title": "Lekplatser",
            "description": "Alla.",
            "keyword": ["lek"],
            "modified": "R/P1W",
            "accrualPeriodicity": "R/P1Y",
            "accessLevel": "public",
            "publisher": {"name": "Kommunen", "subOrganizationOf": {"name": "Riket"}},
            "contactPoint": {"fn": "GIS", "hasEmail": "mailto:gis@hub.example"},
            "spatial": "11,57,12,58",
            "temporal": "2001-02-03/2004-05-06",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "language": ["sv-SE"],
            "bureauCode": ["1"],
            "distribution": [{"downloadURL": "https://hub.example/l.csv", "mediaType": "text/csv"}],
        }
    ],
}


def test_records_of_ogc_api_are_read(folder: Path) -> None:
    """A catalogue of maps: files and services are links, a contact is a list of people."""
    record = {
        "type": "Feature",
        "id": "urn:x:mire",
        "conformsTo": ["http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"],
        "geometry": {"type": "Point", "coordinates": [14, 61]},
        "time": {"interval": ["2021-01-01", ".."]},
        "properties": {
            "type": "dataset",
            "title": "Mires",
            "description": "All mires.",
            "language": {"code": "en"},
            "keywords": ["peat"],
            "contacts": [{"organization": "County", "emails": [{"value": "gis@county.example"}]}],
            "odd": "kept in the report",
        },
        "links": [
            {"rel": "enclosure", "type": "text/csv", "href": "https://county.example/mires.csv"},
            {"rel": "self", "href": "https://county.example/items/mire"},
        ],
    }
    path = folder.parent / "records.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [record]}))
    output = imported(path, "--into", folder)
    text = (folder / "data" / "catalogue" / "mires.ttl").read_text(encoding="utf-8")
    for part in ('"Mires"@en', "mires.csv", '"2021-01-01"', '"peat"@en', "geoJSONLiteral"):
        assert part in text
    assert "dcat:endDate" not in text
    assert "odd" in output


def test_a_data_json_of_project_open_data_comes_whole(folder: Path) -> None:
    """As ArcGIS Hub and Socrata write it: with what has no property named in the report."""
    path = folder.parent / "data.json"
    path.write_text(json.dumps(OPEN_DATA))
    output = imported(path)
    thing = "https://hub.example/d/lek"
    (file,) = values(folder, thing, "dcat:distribution")
    assert values(folder, file, "dcat:accessURL") == {"https://hub.example/l.csv"}
    assert values(folder, file, "dcterms:license") == {
        "http://creativecommons.org/licenses/by/4.0/"
    }
    assert {v.rpartition("/")[2] for v in values(folder, thing, "dcterms:accrualPeriodicity")} == {
        *("WEEKLY", "ANNUAL")
    }
    (period,) = values(folder, thing, "dcterms:temporal")
    assert values(folder, period, "dcat:endDate") == {"2004-05-06"}
    (place,) = values(folder, thing, "dcterms:spatial")
    assert values(folder, place, "dcat:bbox")
    assert "left out: bureauCode" in output
    assert "left out: subOrganizationOf" in output


def test_the_front_page_of_another_portal_is_enough(
    folder: Path, pages_on_web: Callable[[Callable[[str], Pages]], str]
) -> None:
    """Where its software has its feed."""
    body = json.dumps(OPEN_DATA).encode()
    pages = {"/": ("text/html", b"<!DOCTYPE html><p>x"), "/data.json": ("application/json", body)}
    assert imported(pages_on_web(lambda _: pages) + "/", "--dry-run").count("1 datasets") == 1


def test_a_packed_feed_is_read_and_of_several_files_none(folder: Path) -> None:
    """What a packer puts beside the file does not count."""
    path = folder.parent / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deras/feed.ttl", FEED.replace("%PHONE%", "1"))
        archive.writestr("__MACOSX/._feed.ttl", "x")
    assert imported(path, "--dry-run").count("2 datasets") == 1
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("readme.txt", "x")
    assert "2 files: deras/feed.ttl, readme.txt" in call(path).output


def test_contexts_of_a_feed_are_fetched(
    folder: Path, pages_on_web: Callable[[Callable[[str], Pages]], str]
) -> None:
    """And where one cannot be had, nothing is imported without it."""
    context = {"Dataset": iri("dcat:Dataset"), "title": iri("dcterms:title")}
    site = pages_on_web(
        lambda site: (
            {
                f"/{name}": (
                    "application/ld+json",
                    json.dumps(
                        {
                            "@context": f"{site}/c{name}",
                            "@id": OTHERS,
                            "@type": "Dataset",
                            "title": "T",
                        }
                    ).encode(),
                )
                for name in ("one", "two")
            }
            | {"/cone": ("application/ld+json", json.dumps({"@context": context}).encode())}
        )
    )
    assert imported(f"{site}/one").startswith("1 datasets")
    assert "context cannot be fetched" in call(f"{site}/two").output


def test_what_a_portal_hides_is_not_published(folder: Path) -> None:
    """And each contact of a package comes."""
    path = folder.parent / "ckan.json"
    people = [{"name": "A", "email": "a@e.example"}, {"name": "B", "email": "b@e.example"}]
    listed = [package(1, private=True), package(2, state="draft"), package(3, contact=people)]
    path.write_bytes(answer({"count": 3, "results": listed})[1])
    output = imported(path)
    assert output.startswith("1 datasets")
    assert output.count("does not show this package") == 2
    assert len(values(folder, f"{BASE}dataset/paket-3", "dcat:contactPoint")) == 2
    assert "left out: maintainer_email" in output


@pytest.mark.parametrize("address", ["lists/ours.csv", "export?what=list"])
def test_a_list_at_an_address_is_read(
    folder: Path, pages_on_web: Callable[[Callable[[str], Pages]], str], address: str
) -> None:
    """By its name, or by what the server says that it is."""
    rows = "Titel;Beskrivning;Länk\nBroar;Alla broar;https://files.example.net/b.csv\n"
    site = pages_on_web(lambda site: {f"/{address}": ("text/csv; charset=utf-8", rows.encode())})
    assert imported(f"{site}/{address}").startswith("1 datasets, 1 files")
    assert values(folder, f"{BASE}dataset/broar", "dcterms:title") == {"Broar"}


def test_resources_that_are_services_become_services(folder: Path) -> None:
    """CKAN has files alone; what several packages have of one map service is one service."""
    maps = "https://maps.example.net/ows"
    request = f"{maps}?service=WMS&request=GetCapabilities"
    api = {"id": "api", "url": "https://api.example.net/v2", "format": "REST API"}
    path = folder.parent / "ckan.json"
    listed = [
        package(1, resources=[{"id": "m", "url": request, "format": "OGC WMS"}, api]),
        package(2, resources=[{"id": "m", "url": request, "format": ""}]),
    ]
    path.write_bytes(answer({"count": 2, "results": listed})[1])
    assert imported(path).startswith("2 datasets, 3 files, 2 services")
    service = f"{BASE}service/wms-maps-example-net-ows"
    served = {f"{BASE}dataset/paket-{number}" for number in (1, 2)}
    assert values(folder, service, "dcat:endpointURL") == {maps}
    assert values(folder, service, "dcat:endpointDescription") == {request}
    assert values(folder, service, "dcat:servesDataset") == served
    file = f"{BASE}dataset/paket-1/resource/api"
    assert values(folder, file, "dcat:accessURL") == {"https://api.example.net/v2"}
    assert values(folder, file, "dcat:accessService") == {f"{BASE}service/paket-1-rest"}
    assert values(folder, file, "dcterms:format") == set()


def test_the_front_page_of_a_ckan_portal_is_enough(
    folder: Path, pages_on_web: Callable[[Callable[[str], Pages]], str]
) -> None:
    """The packages come in pages, and keep the addresses that the portal gives them."""
    api = "/api/3/action/package_search?rows=100"
    many = [package(n) for n in range(150)]

    def pages(site: str) -> Pages:
        return {
            "/": ("text/html", b"<!DOCTYPE html><html></html>"),
            api: answer({"count": 150, "results": many[:100]}),
            f"{api}&start=100": answer({"count": 150, "results": many[100:]}),
        }

    site = pages_on_web(pages)
    report = folder / "report.json"
    output = imported(f"{site}/", "--report", report)
    assert output.startswith("150 datasets, 150 files")
    assert values(folder, f"{site}/dataset/id-149", "dcterms:title") == {"Paket 149"}
    file = f"{site}/dataset/id-149/resource/r"
    assert values(folder, file, "dcterms:license") == {
        "http://creativecommons.org/publicdomain/zero/1.0/"
    }
    lost = [e for e in json.loads(report.read_text()) if e["field"] == "mystisk"]
    assert {(each["kind"], each["old"]) for each in lost} == {("dropped", "7")}
    assert len(lost) == 150


def test_packages_of_which_the_names_are_listed_are_fetched(
    folder: Path, pages_on_web: Callable[[Callable[[str], Pages]], str]
) -> None:
    def pages(site: str) -> Pages:
        shown = f"{site}/api/3/action/package_show".removeprefix(site)
        return {
            "/api/3/action/package_list": answer(["a", "b å"]),
            f"{shown}?id=a": answer(package(1, title_translated={"sv": "Ett", "en": "One"})),
            f"{shown}?id=b%20%C3%A5": answer(package(2)),
        }

    site = pages_on_web(pages)
    assert imported(f"{site}/api/3/action/package_list").startswith("2 datasets")
    assert values(folder, f"{site}/dataset/id-1", "dcterms:title") == {"Ett", "One"}


def test_ckan_and_its_own_rdf_say_the_same_of_places_and_people(folder: Path) -> None:
    """A box in GeoJSON, a period, a contact; and lists held as texts."""
    path = folder.parent / "ckan.json"
    spatial = json.dumps({"type": "Polygon", "coordinates": [[[14, 60], [15, 60], [15, 61]]]})
    more = {"spatial": spatial, "temporal_start": "2020", "language": '["sv", "en"]'}
    path.write_text(json.dumps([package(1, **more)]))
    imported(path)
    thing = f"{BASE}dataset/paket-1"
    (place,) = values(folder, thing, "dcterms:spatial")
    assert values(folder, place, "dcat:bbox") == {
        "POLYGON((14.0 60.0, 15.0 60.0, 15.0 61.0, 14.0 61.0, 14.0 60.0))"
    }
    (period,) = values(folder, thing, "dcterms:temporal")
    assert values(folder, period, "dcat:startDate") == {"2020"}
    assert len(values(folder, thing, "dcterms:language")) == 2
    assert values(folder, thing, "dcat:contactPoint") == {f"{BASE}contact/gis-kommun-example"}


GEONETWORK = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
 xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:dct="http://purl.org/dc/terms/"
 xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:locn="http://www.w3.org/ns/locn#">
 <dcat:Dataset rdf:about="https://geo.example/srv/resources/u1">
  <dct:title xml:lang="sv">Naturreservat</dct:title>
  <dct:description xml:lang="sv">Gränser.</dct:description>
  <dct:accrualPeriodicity
   rdf:resource="http://inspire.ec.europa.eu/metadata-codelist/MaintenanceFrequency/asNeeded"/>
  <dct:spatial><dct:Location>
   <locn:geometry rdf:datatype="http://www.opengis.net/ont/geosparql#wktLiteral"
    >POLYGON((12 59, 15 59, 15 62, 12 62, 12 59))</locn:geometry>
   <locn:geometry rdf:datatype="https://www.iana.org/assignments/media-types/application/vnd.geo+json"
    >{"type":"Polygon"}</locn:geometry>
  </dct:Location></dct:spatial>
  <dct:publisher><foaf:Organization><foaf:name xml:lang="sv">Länsstyrelsen</foaf:name>
   </foaf:Organization></dct:publisher>
  <dcat:distribution><dcat:Distribution>
   <dcat:accessURL rdf:resource="https://geo.example/wms?request=GetCapabilities"/>
   <dct:format><dct:MediaTypeOrExtent><rdfs:label>OGC:WMS</rdfs:label></dct:MediaTypeOrExtent>
   </dct:format></dcat:Distribution></dcat:distribution>
 </dcat:Dataset>
</rdf:RDF>
"""


def test_a_feed_as_geonetwork_writes_it_keeps_its_places(folder: Path) -> None:
    """A shape in two forms is one, with a box; formats and frequencies are those of the EU."""
    path = folder.parent / "geonetwork.rdf"
    path.write_text(GEONETWORK, encoding="utf-8")
    imported(path)
    thing = "https://geo.example/srv/resources/u1"
    authority = "http://publications.europa.eu/resource/authority/"
    assert values(folder, thing, "dcterms:accrualPeriodicity") == {f"{authority}frequency/IRREG"}
    (place,) = values(folder, thing, "dcterms:spatial")
    assert len(values(folder, place, "locn:geometry")) == 1
    assert values(folder, place, "dcat:bbox") == {
        "POLYGON((12.0 59.0, 15.0 59.0, 15.0 62.0, 12.0 62.0, 12.0 59.0))"
    }
    (file,) = values(folder, thing, "dcat:distribution")
    assert values(folder, file, "dcterms:format") == {f"{authority}file-type/WMS_SRVC"}
    assert place.startswith(thing)
    assert file.startswith(thing)
