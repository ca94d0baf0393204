"""Catalogues in JSON, form by form: what becomes DCAT, what is named as left out, and pages.

The examples are made up; their shape is that of the specifications which each module of
``publisher.edit.catalogue.forms`` names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from publisher.cli import main
from publisher.edit.catalogue.forms.form import next_by_number
from publisher.edit.catalogue.forms.form_table import FORMS, form_of
from publisher.edit.catalogue.forms.json_fields import JsonFields
from publisher.rdf.namespaces import iri
from tests.edit.conftest import Pages

BASE = "https://data.kommun.example/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
CC_BY = "http://creativecommons.org/licenses/by/4.0/"
DOCS = Path(__file__).parents[2] / "publisher" / "docs"


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
    result = CliRunner().invoke(main, ["import", *map(str, arguments), "--lang", "en"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def imported(folder: Path, document: object, name: str = "feed.json") -> list[dict[str, Any]]:
    """Import a document that must succeed; return what the report says."""
    source = folder.parent / name
    written = document if isinstance(document, str) else json.dumps(document)
    source.write_text(written, encoding="utf-8")
    return imported_from(folder, source)


def imported_from(folder: Path, source: object) -> list[dict[str, Any]]:
    report = folder.parent / "report.json"
    result = call(source, "--report", report)
    assert result.exit_code == 0, result.output
    return list(json.loads(report.read_text(encoding="utf-8")))


def refused(folder: Path, document: object, name: str = "feed.json") -> str:
    """Return what is said of a document that cannot be imported; the folder stays as it was."""
    source = folder.parent / name
    written = document if isinstance(document, str) else json.dumps(document)
    source.write_text(written, encoding="utf-8")
    before = sorted(folder.rglob("*"))
    result = call(source)
    assert result.exit_code == 1
    assert sorted(folder.rglob("*")) == before
    return " ".join(result.output.split())


def said(folder: Path) -> set[Triple]:
    files = (folder / "data" / "catalogue").glob("*.ttl")
    return {q.triple for f in files for q in parse(f.read_bytes(), format=RdfFormat.TURTLE)}


def values(folder: Path, thing: str, path: str) -> set[str]:
    wanted = (NamedNode(thing), NamedNode(iri(path)))
    return {t.object.value for t in said(folder) if (t.subject, t.predicate) == wanted}


def things(folder: Path, kind: str) -> set[str]:
    return {
        t.subject.value  # type: ignore[union-attr]
        for t in said(folder)
        if t.predicate.value == iri("rdf:type") and t.object == NamedNode(iri(kind))
    }


def dropped(notes: list[dict[str, Any]]) -> set[str]:
    return {note["field"] for note in notes if note["kind"] == "dropped"}


def one(found: set[str]) -> str:
    (value,) = found
    return value


# On the web.

Documents = dict[str, object]


@pytest.fixture
def web(
    pages_on_web: Callable[[Callable[[str], Pages]], str],
) -> Callable[[Callable[[str], Documents]], str]:
    """Return what serves JSON, or pages that are texts, on a socket, and gives the address."""

    def written(document: object) -> tuple[str, bytes]:
        if isinstance(document, str):
            return "text/html", document.encode()
        return "application/json", json.dumps(document).encode()

    def start(make: Callable[[str], Documents]) -> str:
        return pages_on_web(lambda site: {path: written(d) for path, d in make(site).items()})

    return start


# Opendatasoft.


def portal_dataset(number: int = 1, **default: object) -> dict[str, object]:
    return {
        "dataset_id": f"badplatser-{number}",
        "dataset_uid": "da_x",
        "has_records": True,
        "features": ["analyze", "geo"],
        "attachments": [{"id": "karta_pdf", "url": "odsfile://k", "mimetype": "application/pdf"}],
        "fields": [{"name": "namn", "type": "text"}],
        "metas": {
            "default": {
                "title": f"Badplatser {number}",
                "description": "<p>Alla bad &amp; bryggor.</p><p>Varje år.</p>",
                "theme": ["Miljö", "Bad"],
                "keyword": ["bad"],
                "license": "CC BY 4.0",
                "language": "sv",
                "modified": "2026-03-01T10:00:00+00:00",
                "publisher": "Kommunen",
                "territory": ["Sverige"],
                "records_count": 12,
                **default,
            },
            "dcat": {
                "contact_name": "GIS",
                "contact_email": "gis@kommun.example",
                "accrualperiodicity": "årligen",
                "created": "2024-02-03",
            },
            "eget": {"handlaggare": "nummer sju"},
        },
    }


def test_datasets_of_opendatasoft_become_datasets_with_their_exports(
    folder: Path, web: Callable[[Callable[[str], Documents]], str]
) -> None:
    path = "/api/explore/v2.1/catalog/datasets"
    pages: Documents = {
        path: {"total_count": 2, "results": [portal_dataset(1)]},
        f"{path}?limit=100&offset=1": {"total_count": 2, "results": [portal_dataset(2)]},
    }
    site = web(lambda _: pages)
    notes = imported_from(folder, site + path)

    thing = f"{site}/explore/dataset/badplatser-1/"
    assert things(folder, "dcat:Dataset") == {thing, f"{site}/explore/dataset/badplatser-2/"}
    assert values(folder, thing, "dcterms:description") == {"Alla bad & bryggor.\n\nVarje år."}
    assert values(folder, thing, "dcterms:spatial") == {f"{AUTHORITY}country/SWE"}
    assert values(folder, thing, "dcat:theme") == {f"{AUTHORITY}data-theme/ENVI"}
    assert values(folder, thing, "dcat:keyword") == {"bad", "Bad"}
    assert values(folder, thing, "dcterms:accrualPeriodicity") == {f"{AUTHORITY}frequency/ANNUAL"}
    downloads = {
        address
        for file in values(folder, thing, "dcat:distribution")
        for address in values(folder, file, "dcat:downloadURL")
    }
    exports = f"{site}{path}/badplatser-1/exports/"
    assert downloads == {
        *(f"{exports}{name}" for name in ("csv", "json", "geojson")),
        f"{site}/api/datasets/1.0/badplatser-1/attachments/karta_pdf/",
    }
    licences = {
        licence
        for file in values(folder, thing, "dcat:distribution")
        for licence in values(folder, file, "dcterms:license")
    }
    assert licences == {CC_BY}
    contact = one(values(folder, thing, "dcat:contactPoint"))
    assert values(folder, contact, "vcard:hasEmail") == {"mailto:gis@kommun.example"}
    assert {"metas.default.records_count", "metas.eget", "fields"} <= dropped(notes)


def test_version_2_0_of_opendatasoft_is_read_alike(folder: Path) -> None:
    answer = {"total_count": 1, "datasets": [{"links": [], "dataset": portal_dataset()}]}
    imported(folder, answer)
    thing = f"{BASE}dataset/badplatser-1"
    assert values(folder, thing, "dcterms:title") == {"Badplatser 1"}


def test_a_saved_page_says_that_others_follow(folder: Path) -> None:
    notes = imported(folder, {"total_count": 700, "results": [portal_dataset()]})
    left = [note["old"] for note in notes if note["field"] == "links"]
    assert left == ["limit=100&offset=1"]


# Frictionless Data.

PACKAGE = {
    "name": "lekplatser",
    "title": "Lekplatser",
    "description": "Alla lekplatser.",
    "homepage": "https://kommun.example/lek",
    "version": "3.1",
    "created": "2025-01-02T03:04:05Z",
    "keywords": ["lek"],
    "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
    "contributors": [
        {"title": "Kommunen", "roles": ["publisher"], "path": "https://kommun.example/"},
        {"title": "Parken", "role": "maintainer", "email": "park@kommun.example"},
        {"title": "Elsewhere", "role": "funder"},
    ],
    "sources": [{"title": "Inventering", "path": "https://kommun.example/inventering"}],
    "resources": [
        {
            "name": "lek",
            "path": "https://kommun.example/lek.csv",
            "mediatype": "text/csv",
            "format": "csv",
            "bytes": 1234,
            "hash": "sha256:" + "ab" * 32,
            "schema": {"fields": [{"name": "a"}]},
        },
        {"name": "delar", "path": ["del1.csv", "del2.csv"]},
        {"name": "inuti", "data": [[1, 2]]},
    ],
    "eget": {"a": 1},
}


def test_a_data_package_becomes_a_dataset_with_its_resources(folder: Path) -> None:
    notes = imported(folder, PACKAGE)
    thing = f"{BASE}dataset/lekplatser"
    assert values(folder, thing, "dcat:landingPage") == {"https://kommun.example/lek"}
    assert values(folder, thing, "dcat:version") == {"3.1"}
    assert values(folder, thing, "dcterms:source") == {"https://kommun.example/inventering"}
    publisher = one(values(folder, thing, "dcterms:publisher"))
    assert values(folder, publisher, "foaf:name") == {"Kommunen"}
    file = one(
        {
            each
            for each in values(folder, thing, "dcat:distribution")
            if values(folder, each, "dcat:accessURL") == {"https://kommun.example/lek.csv"}
        }
    )
    assert values(folder, file, "dcat:byteSize") == {"1234"}
    assert values(folder, file, "dcterms:format") == {f"{AUTHORITY}file-type/CSV"}
    checksum = one(values(folder, file, "spdx:checksum"))
    assert values(folder, checksum, "spdx:checksumValue") == {"ab" * 32}
    assert len(values(folder, thing, "dcat:distribution")) == 4
    beside = {note["old"] for note in notes if "beside" in note["reason"]["en"]}
    assert beside == {"del1.csv", "del2.csv"}
    assert {"resources.schema", "resources.data", "eget", "contributors.role"} <= dropped(notes)


def test_resources_beside_a_package_on_the_web_have_addresses(
    folder: Path, web: Callable[[Callable[[str], Documents]], str]
) -> None:
    site = web(lambda _: {"/p/datapackage.json": PACKAGE})
    imported_from(folder, f"{site}/p/datapackage.json")
    thing = f"{BASE}dataset/lekplatser"
    addresses = {
        address
        for file in values(folder, thing, "dcat:distribution")
        for address in values(folder, file, "dcat:downloadURL")
    }
    assert addresses == {
        "https://kommun.example/lek.csv",
        f"{site}/p/del1.csv",
        f"{site}/p/del2.csv",
    }


# DataCite.


def record(kind: str = "Dataset", **more: object) -> dict[str, object]:
    return {
        "doi": "10.5072/bad-1",
        "titles": [
            {"title": "Bathing water", "lang": "en"},
            {"title": "B", "titleType": "Subtitle"},
        ],
        "creators": [
            {
                "name": "Example, Alma",
                "nameType": "Personal",
                "givenName": "Alma",
                "familyName": "Example",
                "nameIdentifiers": [
                    {"nameIdentifier": "0000-0000-0000-0000", "nameIdentifierScheme": "ORCID"}
                ],
                "affiliation": ["A university"],
            }
        ],
        "publisher": {"name": "The archive"},
        "publicationYear": 2025,
        "types": {"resourceTypeGeneral": kind, "ris": "DATA"},
        "descriptions": [{"description": "All.", "descriptionType": "Abstract", "lang": "en"}],
        "subjects": [{"subject": "water", "subjectScheme": "own"}],
        "dates": [
            {"date": "2025-06-01", "dateType": "Issued"},
            {"date": "2010-01-01/2011-12-31", "dateType": "Collected"},
            {"date": "2020", "dateType": "Copyrighted"},
        ],
        "rightsList": [
            {"rightsUri": "https://creativecommons.org/licenses/by/4.0/legalcode"},
            {"rights": "info:eu-repo/semantics/openAccess"},
        ],
        "relatedIdentifiers": [
            {
                "relatedIdentifier": "10.5072/other",
                "relatedIdentifierType": "DOI",
                "relationType": "IsDerivedFrom",
            }
        ],
        "geoLocations": [
            {
                "geoLocationPlace": "The lake",
                "geoLocationBox": {
                    "westBoundLongitude": "11",
                    "eastBoundLongitude": 12,
                    "southBoundLatitude": 57,
                    "northBoundLatitude": 58,
                },
            }
        ],
        "url": "https://archive.example/1",
        "contentUrl": ["https://archive.example/1.nc"],
        "formats": ["application/x-netcdf"],
        "sizes": ["3 rooms"],
        "fundingReferences": [{"funderName": "A fund"}],
        **more,
    }


@pytest.mark.parametrize("wrap", ["alone", "data", "list", "hyphens"])
def test_datacite_is_read_in_each_of_its_shapes(folder: Path, wrap: str) -> None:
    shapes = {
        "alone": record(),
        "data": {"data": {"id": "x", "type": "dois", "attributes": record()}},
        "list": {"data": [{"attributes": record()}, {"attributes": record("Software")}]},
        "hyphens": json.loads(
            json.dumps(record()).replace('"publicationYear"', '"publication-year"')
        ),
    }
    notes = imported(folder, shapes[wrap])
    thing = "https://doi.org/10.5072/bad-1"
    assert things(folder, "dcat:Dataset") == {thing}
    assert values(folder, thing, "dcterms:title") == {"Bathing water"}
    assert values(folder, thing, "dcterms:creator") == {"https://orcid.org/0000-0000-0000-0000"}
    assert values(folder, thing, "dcterms:issued") == {"2025-06-01"}
    assert values(folder, thing, "dcterms:source") == {"https://doi.org/10.5072/other"}
    assert values(folder, thing, "dcterms:accessRights") == {f"{AUTHORITY}access-right/PUBLIC"}
    period = one(values(folder, thing, "dcterms:temporal"))
    assert values(folder, period, "dcat:endDate") == {"2011-12-31"}
    place = one(values(folder, thing, "dcterms:spatial"))
    assert "POLYGON((11.0 57.0" in one(values(folder, place, "dcat:bbox"))
    file = one(values(folder, thing, "dcat:distribution"))
    assert values(folder, file, "dcterms:license") == {CC_BY}
    assert values(folder, file, "dcat:downloadURL") == {"https://archive.example/1.nc"}
    left = {field.rpartition("attributes.")[2] for field in dropped(notes)}
    assert {"sizes", "fundingReferences", "creators.affiliation", "dates.date"} <= left
    assert ("resourceTypeGeneral" in left) is (wrap == "list")


def test_of_a_polygon_the_box_is_kept_and_that_is_said(folder: Path) -> None:
    corners = [(11, 57), (12, 57), (12, 59), (11, 57)]
    polygon = [{"polygonPoint": {"pointLongitude": x, "pointLatitude": y}} for x, y in corners]
    notes = imported(folder, record(geoLocations=[{"geoLocationPolygon": polygon}]))
    place = one(values(folder, "https://doi.org/10.5072/bad-1", "dcterms:spatial"))
    assert "POLYGON((11.0 57.0, 12.0 57.0, 12.0 59.0" in one(values(folder, place, "dcat:bbox"))
    assert "dcat:bbox" in {note["new"] for note in notes if "Polygon" in note["field"]}


def test_what_is_no_dataset_is_refused_with_its_kind(folder: Path) -> None:
    assert "(resourceTypeGeneral: Software): it is no dataset." in refused(
        folder, record("Software")
    )


# Dataverse.


def field(name: str, value: object, kind: str = "primitive") -> dict[str, object]:
    return {"typeName": name, "typeClass": kind, "value": value}


def compound(name: str, **parts: object) -> dict[str, object]:
    return field(name, [{key: field(key, value) for key, value in parts.items()}], "compound")


VERSION = {
    "versionNumber": 2,
    "versionMinorNumber": 1,
    "lastUpdateTime": "2026-01-05T06:07:08Z",
    "license": {"name": "CC BY 4.0", "uri": "http://creativecommons.org/licenses/by/4.0"},
    "disclaimer": "None.",
    "metadataBlocks": {
        "citation": {
            "displayName": "Citation",
            "fields": [
                field("title", "Bees"),
                compound("author", authorName="Example, Alma", authorAffiliation="A university"),
                compound("datasetContact", datasetContactEmail="bee@archive.example"),
                compound("dsDescription", dsDescriptionValue="Of <b>bees</b>."),
                field("subject", ["Earth Sciences"]),
                field("kindOfData", ["counts"]),
                compound(
                    "timePeriodCovered", timePeriodCoveredStart="2001", timePeriodCoveredEnd="2002"
                ),
            ],
        },
        "geospatial": {"fields": [compound("geographicCoverage", country="Sweden")]},
        "own": {"fields": [field("hive", "7")]},
    },
    "files": [
        {
            "label": "bees.tab",
            "restricted": True,
            "categories": ["Data"],
            "dataFile": {
                "id": 42,
                "contentType": "text/tab-separated-values",
                "filesize": 99,
                "checksum": {"type": "MD5", "value": "0f" * 16},
            },
        }
    ],
}
BEES = {
    "id": 7,
    "protocol": "doi",
    "authority": "10.5072",
    "identifier": "BEE",
    "persistentUrl": "https://doi.org/10.5072/BEE",
    "publisher": "The archive",
    "publicationDate": "2026-01-01",
}


@pytest.mark.parametrize("key", ["datasetVersion", "latestVersion"])
def test_a_dataset_of_dataverse_comes_with_its_blocks_and_files(
    folder: Path, web: Callable[[Callable[[str], Documents]], str], key: str
) -> None:
    document = {"status": "OK", "data": {**BEES, key: VERSION}}
    site = web(lambda _: {"/api/datasets/7": document})
    notes = imported_from(folder, f"{site}/api/datasets/7")
    thing = "https://doi.org/10.5072/BEE"
    assert values(folder, thing, "dcterms:title") == {"Bees"}
    assert values(folder, thing, "dcterms:description") == {"Of bees."}
    assert values(folder, thing, "dcat:version") == {"2.1"}
    assert values(folder, thing, "dcterms:spatial") == {f"{AUTHORITY}country/SWE"}
    assert values(folder, thing, "dcterms:accessRights") == {f"{AUTHORITY}access-right/RESTRICTED"}
    file = one(values(folder, thing, "dcat:distribution"))
    download = f"{site}/api/access/datafile/42"
    assert values(folder, file, "dcat:downloadURL") == {download}
    added = {(note["field"], note["new"]) for note in notes if note["kind"] == "added"}
    assert ("dcat:downloadURL", download) in added
    assert values(folder, file, "dcterms:license") == {CC_BY}
    assert values(folder, file, "dcat:byteSize") == {"99"}
    left = dropped(notes)
    assert {"citation.kindOfData", "own.hive", "citation.author.authorAffiliation"} <= left
    assert {f"{key}.disclaimer", f"{key}.files.categories"} <= left


def test_answers_of_a_search_of_dataverse_are_followed(
    folder: Path, web: Callable[[Callable[[str], Documents]], str]
) -> None:
    def item(number: int, kind: str = "dataset") -> dict[str, object]:
        return {
            "name": f"Bees {number}",
            "type": kind,
            "url": f"https://doi.org/10.5072/B{number}",
            "global_id": f"doi:10.5072/B{number}",
            "description": "Of bees.",
            "published_at": "2026-01-01T00:00:00Z",
            "publisher": "The archive",
            "authors": ["Example, Alma"],
            "subjects": ["Bees"],
            "publications": [{"citation": "B."}],
        }

    def answer(*items: object) -> dict[str, object]:
        return {"status": "OK", "data": {"total_count": 3, "items": list(items)}}

    path = "/api/search?q=*"
    pages: Documents = {
        path: answer(item(1), item(2, "file")),
        "/api/search?q=%2A&per_page=100&start=2": answer(item(3)),
    }
    notes = imported_from(folder, web(lambda _: pages) + path)
    assert things(folder, "dcat:Dataset") == {
        "https://doi.org/10.5072/B1",
        "https://doi.org/10.5072/B3",
    }
    assert {"type", "publications"} <= dropped(notes)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({**BEES, "latestVersion": {**VERSION, "versionState": "DRAFT"}}, "versionState: DRAFT"),
        (record(state="registered"), "state: registered"),
        ({"results": [{**portal_dataset(), "visibility": "restricted"}]}, "visibility: restricted"),
    ],
)
def test_what_its_system_does_not_show_is_not_published(
    folder: Path, document: object, field: str
) -> None:
    assert f"({field}): it is not public where it comes from." in refused(folder, document)


# STAC and OGC APIs.

COLLECTION = {
    "stac_version": "1.0.0",
    "type": "Collection",
    "id": "snow",
    "title": "Snow cover",
    "description": "Seen from above.",
    "keywords": ["snow"],
    "license": "CC-BY-4.0",
    "providers": [
        {"name": "Snow office", "roles": ["producer", "licensor"], "url": "https://snow.example/"},
        {"name": "Store", "roles": ["host"]},
        {"name": "Mill", "roles": ["processor"]},
    ],
    "extent": {
        "spatial": {"bbox": [[10, 55, 0, 24, 69, 2000], [11, 56, 0, 12, 57, 10]]},
        "temporal": {"interval": [["2019-01-01T00:00:00Z", None]]},
    },
    "summaries": {"gsd": [20], "platform": ["a"]},
    "links": [
        {"rel": "items", "href": "./items", "type": "application/geo+json"},
        {"rel": "license", "href": "https://snow.example/licence"},
        {"rel": "about", "href": "https://snow.example/about"},
        {"rel": "odd", "href": "https://snow.example/odd"},
    ],
    "assets": {
        "legend": {"href": "https://snow.example/legend.csv", "type": "text/csv"},
        "thumb": {"href": "https://snow.example/t.png", "roles": ["thumbnail"]},
    },
}


def test_collections_of_a_stac_catalogue_are_found_from_its_root(
    folder: Path, web: Callable[[Callable[[str], Documents]], str]
) -> None:
    root = {
        "stac_version": "1.0.0",
        "type": "Catalog",
        "id": "root",
        "description": "All.",
        "links": [
            {"rel": "child", "href": "./snow/collection.json"},
            {"rel": "child", "href": "https://elsewhere.example/ice.json"},
            {"rel": "item", "href": "./one.json"},
        ],
    }
    site = web(lambda _: {"/stac/catalog.json": root, "/stac/snow/collection.json": COLLECTION})
    notes = imported_from(folder, f"{site}/stac/catalog.json")

    thing = f"{BASE}dataset/snow"
    place = one(values(folder, thing, "dcterms:spatial"))
    assert "POLYGON((10.0 55.0" in one(values(folder, place, "dcat:bbox"))
    period = one(values(folder, thing, "dcterms:temporal"))
    assert values(folder, period, "dcat:startDate") == {"2019-01-01T00:00:00+00:00"}
    assert values(folder, period, "dcat:endDate") == set()
    publisher = one(values(folder, thing, "dcterms:publisher"))
    assert values(folder, publisher, "foaf:name") == {"Store"}
    creator = one(values(folder, thing, "dcterms:creator"))
    assert values(folder, creator, "foaf:homepage") == {"https://snow.example/"}
    assert values(folder, thing, "dcat:spatialResolutionInMeters") == {"20"}
    addresses = {
        address
        for file in values(folder, thing, "dcat:distribution")
        for address in values(folder, file, "dcat:accessURL")
    }
    assert addresses == {f"{site}/stac/snow/items", "https://snow.example/legend.csv"}
    left = dropped(notes)
    assert {"providers", "extent.spatial.bbox", "summaries.platform", "assets.thumb"} <= left
    assert {"links.href", "links"} <= left
    assert "https://elsewhere.example/ice.json" in {note["old"] for note in notes}


@pytest.mark.parametrize(
    ("licence", "expected"),
    [("CC-BY-4.0", CC_BY), ("ISC", "https://spdx.org/licenses/ISC"), ("various", None)],
)
def test_licences_of_stac_are_identifiers_of_spdx_or_words(
    folder: Path, licence: str, expected: str | None
) -> None:
    links = [{"rel": "items", "href": "https://snow.example/items"}]
    imported(folder, {**COLLECTION, "license": licence, "links": links, "assets": {}})
    file = one(values(folder, f"{BASE}dataset/snow", "dcat:distribution"))
    assert values(folder, file, "dcterms:license") == ({expected} if expected else set())
    rights = values(folder, file, "dcterms:rights")
    assert bool(rights) is (expected is None)


def test_an_item_of_stac_is_refused_with_its_cure(folder: Path) -> None:
    item = {"stac_version": "1.0.0", "type": "Feature", "id": "one", "links": []}
    assert "import the collection that it belongs to" in refused(folder, item)


def ogc_pages(site: str) -> Documents:
    def collection(number: int, **more: object) -> dict[str, object]:
        address = f"{site}/api/collections/lake-{number}"
        return {
            "id": f"lake-{number}",
            "title": f"Lakes {number}",
            "description": "Of the county.",
            "itemType": "feature",
            "extent": {"spatial": {"bbox": [[11, 57, 12, 58]]}},
            "storageCrs": "http://www.opengis.net/def/crs/EPSG/0/3006",
            "attribution": "The county",
            "links": [
                {"rel": "self", "href": address},
                {"rel": "items", "href": f"{address}/items", "type": "application/geo+json"},
                {"rel": "items", "href": f"{address}/items?f=html", "type": "text/html"},
            ],
            **more,
        }

    return {
        "/api/": {
            "title": "Lakes",
            "links": [
                {"rel": "conformance", "href": f"{site}/api/conformance"},
                {"rel": "data", "href": f"{site}/api/collections"},
            ],
        },
        "/api/collections": {
            "collections": [collection(1), collection(3, itemType="record")],
            "links": [{"rel": "next", "href": f"{site}/api/collections?page=2"}],
        },
        "/api/collections?page=2": {"collections": [collection(2)], "links": []},
    }


def test_collections_of_an_ogc_api_share_its_service(
    folder: Path, web: Callable[[Callable[[str], Documents]], str]
) -> None:
    site = web(ogc_pages)
    notes = imported_from(folder, f"{site}/api/")
    lakes = {f"{site}/api/collections/lake-{number}" for number in (1, 2)}
    assert things(folder, "dcat:Dataset") == lakes
    service = one(things(folder, "dcat:DataService"))
    assert values(folder, service, "dcat:servesDataset") == lakes
    assert values(folder, service, "dcat:endpointURL") == {f"{site}/api"}
    thing = min(lakes)
    assert values(folder, thing, "dcat:landingPage") == {f"{thing}/items?f=html"}
    assert values(folder, thing, "dcterms:conformsTo") == {
        "http://www.opengis.net/def/crs/EPSG/0/3006"
    }
    file = one(values(folder, thing, "dcat:distribution"))
    assert values(folder, file, "dcterms:format") == {f"{AUTHORITY}file-type/GEOJSON"}
    assert {"attribution", "itemType"} <= dropped(notes)


def test_a_record_of_ogc_api_says_what_it_leaves(folder: Path) -> None:
    found = {
        "type": "Feature",
        "id": "urn:x:moor",
        "conformsTo": ["http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"],
        "geometry": None,
        "time": {"date": "2020-05-06", "resolution": "P1D"},
        "linkTemplates": [{"uriTemplate": "https://e.example/{x}"}],
        "properties": {
            "type": "dataset",
            "title": "Moors",
            "description": "All.",
            "license": "other",
            "themes": [
                {"concepts": [{"id": "peat"}, {"id": "w", "url": "https://t.example/water"}]}
            ],
            "contacts": [
                {"name": "Somebody", "roles": ["author"]},
                {
                    "name": "A person",
                    "organization": "County",
                    "roles": ["publisher", "owner"],
                    "phones": [{"value": "1"}],
                    "emails": [],
                },
                {"name": "Desk", "emails": [{"value": "desk@county.example"}]},
            ],
        },
        "links": [
            {"rel": "enclosure", "href": "https://county.example/moors.csv", "type": "text/csv"},
            {"rel": "license", "href": "https://creativecommons.org/licenses/by/4.0/"},
            {"rel": "describes", "href": "https://county.example/odd"},
        ],
    }
    notes = imported(folder, found)
    thing = one(things(folder, "dcat:Dataset"))
    publisher = one(values(folder, thing, "dcterms:publisher"))
    assert values(folder, publisher, "foaf:name") == {"County"}
    assert values(folder, thing, "dcat:keyword") == {"peat"}
    assert values(folder, thing, "dcat:theme") == {"https://t.example/water"}
    period = one(values(folder, thing, "dcterms:temporal"))
    assert values(folder, period, "dcat:endDate") == {"2020-05-06"}
    file = one(values(folder, thing, "dcat:distribution"))
    assert values(folder, file, "dcterms:license") == {CC_BY}
    left = dropped(notes)
    assert {"time.resolution", "linkTemplates", "contacts", "links"} <= left
    assert {"contacts.name", "phones", "roles"} <= left


# Socrata.


def entry(number: int, kind: str = "dataset") -> dict[str, object]:
    called = f"abcd-000{number}"
    return {
        "resource": {
            "id": called,
            "name": f"Trees {number}",
            "description": "All.",
            "type": kind,
            "attribution": "Parks",
            "contact_email": "parks@city.example",
            "createdAt": "2020-01-01T00:00:00.000Z",
            "data_updated_at": "2026-02-03T00:00:00.000Z",
            "columns_name": ["Kind"],
        },
        "classification": {
            "domain_category": "Environment",
            "domain_tags": ["tree"],
            "domain_metadata": [{"key": "Owner", "value": "Parks"}],
        },
        "metadata": {"domain": "data.city.example", "license": "Terms of the city"},
        "permalink": f"https://data.city.example/d/{called}",
    }


def test_the_catalogue_of_socrata_is_followed(
    folder: Path, web: Callable[[Callable[[str], Documents]], str]
) -> None:
    path = "/api/catalog/v1?limit=2"
    pages: Documents = {
        path: {"results": [entry(1), entry(2, "map")], "resultSetSize": 3},
        f"{path}&offset=2": {"results": [entry(3, "href")], "resultSetSize": 3},
    }
    notes = imported_from(folder, web(lambda _: pages) + path)
    thing = "https://data.city.example/d/abcd-0001"
    assert things(folder, "dcat:Dataset") == {thing, "https://data.city.example/d/abcd-0003"}
    assert values(folder, thing, "dcat:theme") == {f"{AUTHORITY}data-theme/ENVI"}
    downloads = {
        address
        for file in values(folder, thing, "dcat:distribution")
        for address in values(folder, file, "dcat:downloadURL")
    }
    assert downloads == {
        "https://data.city.example/api/views/abcd-0001/rows.csv?accessType=DOWNLOAD",
        "https://data.city.example/resource/abcd-0001.json",
    }
    file = min(values(folder, thing, "dcat:distribution"))
    statement = one(values(folder, file, "dcterms:rights"))
    assert values(folder, statement, "rdfs:label") == {"Terms of the city"}
    left = dropped(notes)
    assert {"resource.type", "resource.columns_name", "classification.domain_metadata"} <= left


# schema.org.

LAKES = {
    "@context": "https://schema.org/",
    "@type": "Dataset",
    "@id": "https://lakes.example/set",
    "name": [{"@value": "Lakes", "@language": "en"}, {"@value": "Sjöar", "@language": "sv"}],
    "description": "All of them.",
    "keywords": "water, lake",
    "license": {"@type": "CreativeWork", "url": "https://creativecommons.org/licenses/by/4.0/"},
    "creator": {"@id": "https://lakes.example/who"},
    "publisher": {"@type": "Organization", "name": "Lake office", "url": "https://lakes.example/"},
    "temporalCoverage": "2001-01-01/..",
    "spatialCoverage": {
        "@type": "Place",
        "name": "North",
        "geo": {"@type": "GeoShape", "box": "57 11 58 12"},
    },
    "dateModified": "2026-01-02",
    "variableMeasured": ["depth"],
    "isBasedOn": {"@type": "Dataset", "name": "Another", "url": "https://lakes.example/other"},
    "distribution": [
        {
            "@type": "DataDownload",
            "contentUrl": "https://lakes.example/lakes.csv",
            "encodingFormat": "text/csv",
            "contentSize": "1.5 MB",
        }
    ],
}
WHO = {
    "@context": "https://schema.org",
    "@id": "https://lakes.example/who",
    "@type": "Person",
    "name": "Alma Example",
}


def expanded(document: dict[str, Any]) -> dict[str, Any]:
    """Return the same with a prefix in place of the vocabulary."""

    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {
            key if key.startswith("@") else f"sdo:{key}": (
                f"sdo:{inner}" if key == "@type" else named(inner)
            )
            for key, inner in value.items()
            if key != "@context"
        }

    return {"@context": {"sdo": "http://schema.org/"}, **named(document)}


@pytest.mark.parametrize("shape", ["list", "graph", "prefix", "page"])
def test_a_dataset_of_schema_org_is_read_in_each_of_its_shapes(folder: Path, shape: str) -> None:
    nodes = [{k: v for k, v in each.items() if k != "@context"} for each in (LAKES, WHO)]
    blocks = "".join(
        f'<script type="application/ld+json">{json.dumps(each)}</script>'
        for each in ({"@context": "https://schema.org", "@graph": nodes}, {"@type": "WebSite"})
    )
    shapes: dict[str, object] = {
        "list": [LAKES, WHO],
        "graph": {"@context": {"@vocab": "http://schema.org/"}, "@graph": nodes},
        "prefix": [expanded(LAKES), expanded(WHO)],
        "page": f"<!DOCTYPE html><html><head>{blocks}</head><body><p>Lakes</p></body></html>",
    }
    notes = imported(folder, shapes[shape], "lakes.html" if shape == "page" else "lakes.json")
    thing = "https://lakes.example/set"
    assert things(folder, "dcat:Dataset") == {thing}
    assert values(folder, thing, "dcterms:title") == {"Lakes", "Sjöar"}
    assert values(folder, thing, "dcat:keyword") == {"water", "lake"}
    assert values(folder, thing, "dcterms:source") == {"https://lakes.example/other"}
    creator = one(values(folder, thing, "dcterms:creator"))
    assert values(folder, creator, "foaf:name") == {"Alma Example"}
    place = one(values(folder, thing, "dcterms:spatial"))
    assert "POLYGON((11.0 57.0" in one(values(folder, place, "dcat:bbox"))
    file = one(values(folder, thing, "dcat:distribution"))
    assert values(folder, file, "dcat:byteSize") == {"1500000"}
    assert values(folder, file, "dcterms:license") == {CC_BY}
    assert "variableMeasured" in dropped(notes)


def test_a_keyword_has_its_own_language_or_that_of_the_dataset(folder: Path) -> None:
    """schema.org has keywords as texts, as texts in a language and as defined terms, mixed."""
    keywords = [{"@value": "sjö", "@language": "sv"}, "lake", {"name": "pond"}]
    imported(folder, {**LAKES, "keywords": keywords, "inLanguage": "en"}, "lakes.json")
    written = "".join(f.read_text(encoding="utf-8") for f in folder.rglob("data/**/*.ttl"))
    assert {'"sjö"@sv', '"lake"@en', '"pond"@en'} <= set(re.findall(r'"\w+"@\w+', written))


CROISSANT = {
    "@context": {
        "@vocab": "https://schema.org/",
        "@language": "en",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "conformsTo": "dct:conformsTo",
        "recordSet": "cr:recordSet",
        "citeAs": "cr:citeAs",
    },
    "@type": "sc:Dataset",
    "name": "Birds",
    "conformsTo": "http://mlcommons.org/croissant/1.0",
    "license": "cc-by-4.0",
    "url": "https://birds.example/set",
    "citeAs": "B.",
    "distribution": [
        {
            "@type": "cr:FileObject",
            "@id": "archive",
            "contentUrl": "https://birds.example/all.zip",
            "encodingFormat": "application/zip",
            "sha256": "cd" * 32,
        },
        {
            "@type": "cr:FileSet",
            "@id": "pictures",
            "containedIn": {"@id": "archive"},
            "includes": "*.png",
        },
    ],
    "recordSet": {"@type": "cr:RecordSet", "name": "rows"},
}


def test_croissant_gives_its_files_and_names_what_lies_in_archives(folder: Path) -> None:
    notes = imported(folder, CROISSANT)
    thing = "https://birds.example/set"
    file = one(values(folder, thing, "dcat:distribution"))
    checksum = one(values(folder, file, "spdx:checksum"))
    assert values(folder, checksum, "spdx:checksumValue") == {"cd" * 32}
    assert {"recordSet", "citeAs", "distribution"} <= dropped(notes)
    assert {t.object.language for t in said(folder) if t.object.value == "Birds"} == {"en"}  # type: ignore[union-attr]


def test_the_page_of_a_dataset_is_read_where_it_has_no_feed(
    folder: Path, web: Callable[[Callable[[str], Documents]], str]
) -> None:
    block = json.dumps(LAKES)
    page = f'<!DOCTYPE html><script type="application/ld+json">{block}</script><p>Lakes</p>'
    imported_from(folder, web(lambda _: {"/sets/lakes": page}) + "/sets/lakes")
    assert things(folder, "dcat:Dataset") == {"https://lakes.example/set"}


def test_a_block_of_a_page_that_is_broken_is_named(folder: Path) -> None:
    scripts = "".join(
        f'<script type="application/ld+json">{block}</script>'
        for block in (json.dumps(LAKES), '{"@type": "Dataset",')
    )
    notes = imported(folder, f"<!DOCTYPE html><html>{scripts}</html>", "lakes.html")
    assert '{"@type": "Dataset",' in {note["old"] for note in notes}


def test_dcat_in_json_ld_stays_dcat(folder: Path) -> None:
    """Also where it has terms of schema.org beside."""
    document = {
        "@context": {"@vocab": "http://www.w3.org/ns/dcat#", "schema": "http://schema.org/"},
        "@id": "https://e.example/d",
        "@type": ["Dataset", "schema:Dataset"],
        "http://purl.org/dc/terms/title": {"@value": "Kept", "@language": "en"},
        "schema:name": "Also",
    }
    imported(folder, document)
    assert values(folder, "https://e.example/d", "dcterms:title") == {"Kept"}
    assert "Also" in {triple.object.value for triple in said(folder)}  # type: ignore[union-attr]


# Lines.


def test_lines_of_json_are_read_each_by_itself(folder: Path) -> None:
    lines = [COLLECTION, record(), PACKAGE, {"something": "else"}]
    notes = imported(folder, "\n".join(map(json.dumps, lines)) + "\n", "all.jsonl")
    assert things(folder, "dcat:Dataset") == {
        f"{BASE}dataset/snow",
        "https://doi.org/10.5072/bad-1",
        f"{BASE}dataset/lekplatser",
    }
    left = [note["old"] for note in notes if "no form" in note["reason"]["en"]]
    assert left == ['{"something": "else"}']


def test_lines_of_json_ld_are_read_as_dcat(folder: Path) -> None:
    """Nodes without a name in different lines are different nodes."""
    context = {"@vocab": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
    lines = [
        {"@context": context, "@id": "_:a", "@type": "Dataset", "dct:title": title}
        for title in ("One", "Two")
    ]
    imported(folder, "\n".join(map(json.dumps, lines)), "all.ndjson")
    assert things(folder, "dcat:Dataset") == {f"{BASE}dataset/one", f"{BASE}dataset/two"}


def test_a_line_that_is_broken_is_named_by_its_number(folder: Path) -> None:
    text = json.dumps(record()) + "\n\n" + '{"doi": '
    assert "Line 3 is not JSON" in refused(folder, text, "all.jsonl")


def test_json_that_breaks_off_is_placed_without_words_of_the_parser(folder: Path) -> None:
    """The reader may not read English: line and column say where."""
    said = refused(folder, '{"@type": "Dataset",\n "name": ', "half.json")
    assert "Line 2 is not JSON from column" in said
    assert "Expecting" not in said
    number = refused(folder, '{"@type": "Dataset", "size": ' + "9" * 5000 + "}", "long.json")
    assert "a number that is too long" in number


# What is not read, and what never ends.


@pytest.mark.parametrize(
    ("document", "form"),
    [
        ('<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd"/>', "ISO 19139"),
        (
            '<?xml version="1.0"?><mdb:MD_Metadata'
            ' xmlns:mdb="http://standards.iso.org/iso/19115/-3/mdb/2.0"/>',
            "ISO 19115-3",
        ),
        (
            '<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"'
            ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
            "CSW",
        ),
    ],
)
def test_metadata_of_maps_in_xml_are_refused_with_their_name_and_cure(
    folder: Path, document: str, form: str
) -> None:
    output = refused(folder, document, "record.xml")
    assert f"It is {form}, which is not read here. Ask the same catalogue for GeoDCAT-AP" in output


@pytest.mark.parametrize("following", ["/c", "http://localhost:9/c"])
def test_of_pages_that_never_end_nothing_is_imported(
    folder: Path, web: Callable[[Callable[[str], Documents]], str], following: str
) -> None:
    page = {"data": [{"attributes": record()}], "links": {"next": following}}
    before = sorted(folder.rglob("*"))
    result = call(web(lambda _: {"/c": page}) + "/c")
    assert result.exit_code == 1
    assert "page" in result.output
    assert sorted(folder.rglob("*")) == before


def test_a_part_that_is_something_else_stops_the_import(
    folder: Path, web: Callable[[Callable[[str], Documents]], str]
) -> None:
    root = {"stac_version": "1.0.0", "id": "r", "links": [{"rel": "child", "href": "/x.json"}]}
    result = call(web(lambda _: {"/r.json": root, "/x.json": {"a": 1}}) + "/r.json")
    assert result.exit_code == 1
    assert "of no form that is read here" in " ".join(result.output.split())


@pytest.mark.parametrize(
    "document",
    [
        {"results": [{"dataset_id": 1, "metas": {"default": {"title": [1]}, "dcat": 7}}]},
        {"name": [1], "resources": [{"path": {"a": 1}, "data": 3, "licenses": "x"}]},
        {"doi": 7, "titles": "x", "creators": [3], "types": [], "rightsList": [None]},
        {"data": {"datasetVersion": {"metadataBlocks": {"citation": {"fields": [7, {}]}}}}},
        {"stac_version": 1, "type": "Collection", "extent": {"spatial": {"bbox": "x"}}, "links": 3},
        {"collections": [{"id": 1, "links": [7, {"rel": 3}], "extent": {"temporal": []}}]},
        {"results": [{"resource": {"name": {}}, "link": 3, "classification": []}]},
        {"@context": "https://schema.org", "@type": "Dataset", "name": {"a": 1}, "license": [[]]},
        {"@context": [None, {"a": "a"}], "@type": ["schema:Dataset", 3], "name": "x"},
    ],
)
def test_values_of_other_kinds_than_expected_cost_no_more_than_a_sentence(
    folder: Path, document: object
) -> None:
    source = folder.parent / "odd.json"
    source.write_text(json.dumps(document))
    result = call(source)
    assert "Traceback" not in result.output
    assert result.exit_code in (0, 1)


def test_what_is_almost_an_address_a_tag_or_a_character_stops_nothing(folder: Path) -> None:
    """A host in half of its brackets, a sign of percent, tags that are none, half a character."""
    notes = imported(
        folder,
        record(
            url="https://e.example/50%/x",
            titles=[{"title": "Half \ud800 a sign", "lang": "klingonisch"}],
            relatedIdentifiers=[
                {"relatedIdentifier": "http://[", "relationType": "References"},
                {"relatedIdentifier": "https://e.example/ok", "relationType": "References"},
            ],
        ),
    )
    thing = "https://doi.org/10.5072/bad-1"
    assert values(folder, thing, "dcat:landingPage") == {"https://e.example/50%25/x"}
    assert values(folder, thing, "dcterms:title") == {"Half \ufffd a sign"}
    assert values(folder, thing, "dcterms:relation") == {"https://e.example/ok"}
    tags = {
        t.object.value: t.object.language for t in said(folder) if hasattr(t.object, "language")
    }
    assert tags["Half \ufffd a sign"] == "sv"
    assert tags["Example, Alma"] is None
    assert "http://[" in {note["old"] for note in notes}


@pytest.mark.parametrize("key", ["accessURL", "downloadURL"])
def test_an_address_that_is_none_stays_a_text_in_project_open_data(folder: Path, key: str) -> None:
    file = {key: "http://[", "title": "F"}
    dataset = {"title": "T", "accessLevel": "public", "distribution": [file]}
    imported(folder, {"dataset": [dataset]})
    assert "http://[" in {triple.object.value for triple in said(folder)}  # type: ignore[union-attr]


# The table.

EXAMPLES = {
    "Opendatasoft": {"total_count": 1, "results": [portal_dataset()]},
    "Socrata": {"results": [entry(1)], "resultSetSize": 1},
    "Dataverse": {**BEES, "datasetVersion": VERSION},
    "DataCite": record(),
    "STAC": COLLECTION,
    "OGC API": ogc_pages("https://e.example")["/api/collections"],
    "Frictionless Data Package": PACKAGE,
    "schema.org": LAKES,
    "CKAN": {"success": True, "result": {"count": 0, "results": []}},
    "Project Open Data, OGC API Records": {"dataset": [{"title": "T", "accessLevel": "public"}]},
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_document_is_recognised_by_what_is_in_it(name: str) -> None:
    form = form_of(EXAMPLES[name])
    assert form is not None
    assert form.name == name


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - {"CKAN"}))
def test_imported_again_without_news_nothing_is_written(folder: Path, name: str) -> None:
    """The names that are given do not depend on the order or the moment."""
    imported(folder, EXAMPLES[name])
    before = {path: path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file()}
    imported(folder, json.loads(json.dumps(EXAMPLES[name], sort_keys=True)))
    after = {path: path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file()}
    assert after == before


def test_every_form_has_an_example_and_a_row_in_the_documentation() -> None:
    assert {form.name for form in FORMS} == {*EXAMPLES}
    text = (DOCS / "catalogue.md").read_text(encoding="utf-8")
    for name in (part for form in FORMS for part in form.name.split(", ")):
        assert f"| {name}" in text, name


def test_nothing_of_fields_is_lost() -> None:
    """What is read in part is named in part."""
    fields = JsonFields({"a": ["x", {"b": 1}], "c": [{"d": 2, "e": 3}, "y"], "f": 0, "g": []})
    assert fields.texts("a") == ["x"]
    assert [each.text("d") for each in fields.each("c")] == ["2"]
    assert sorted(fields.rest()) == [("a", '{"b": 1}'), ("c", "y"), ("c.e", "3"), ("f", "0")]


@pytest.mark.parametrize("total", [None, "3", 2, True])
def test_an_answer_without_a_greater_count_is_the_last(total: object) -> None:
    assert next_by_number("https://e.example/d", 2, total, size=("limit", 10)) == ""
