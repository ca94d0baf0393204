"""Columns for links that point to the things of a table, and for what lies further away."""

from __future__ import annotations

import csv
import dataclasses
import json
import shutil
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.query.embedded import InProcessEngine
from publisher.rdf.subjects import Subjects
from publisher.release.build import build
from publisher.release.model import Release
from publisher.release.sqlite_files import open_sqlite
from publisher.release.tables.files import csv_metadata
from publisher.release.tables.index import INDEX_EXTENSION
from publisher.release.tables.table import read_path, read_tables
from publisher.render.tables.by_sparql import SelectionQueries
from publisher.render.tables.rows import TableReader
from publisher.render.tables.selection import Selection
from tests.conftest import BASE, WORLD

WATER = BASE + "def/water#"
FLOWS = f"^<{WATER}flowsInto>"
_HEAD = f"""
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX water: <{WATER}>
PREFIX shape: <{BASE}shapes#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
_SHAPES = """
shape:Inflow a sh:NodeShape ; sh:targetClass water:Lake ; sh:property
    [ sh:path [ sh:inversePath water:flowsInto ] ; sh:order 2 ;
      sh:name "rivers"@en , "tillflöden"@sv ] ,
    [ sh:path ( [ sh:inversePath water:flowsInto ] skos:prefLabel ) ; sh:order 3 ;
      sh:name "names of rivers"@en , "tillflödenas namn"@sv ] ,
    [ sh:path dcterms:hasPart ; sh:order 4 ] ,
    [ sh:path [ sh:inversePath dcterms:isPartOf ] ; sh:equals dcterms:hasPart ] ,
    [ sh:path [ sh:oneOrMorePath dcterms:hasPart ] ; sh:order 5 ] .
shape:River a sh:NodeShape ; sh:targetClass water:River ; sh:property
    [ sh:path skos:prefLabel ; sh:order 1 ] ,
    [ sh:path [ sh:inversePath dcterms:replaces ] ; sh:order 2 ] .
"""
_RIVERS = f"""
<{BASE}id/river/byalven> a water:River ;
    skos:prefLabel "Byälven"@sv , "Byälven River"@en ;
    water:flowsInto <{BASE}id/lake/vänern> ; dcterms:isPartOf <{BASE}id/lake/vänern> .
<{BASE}id/lake/vänern> dcterms:hasPart <{BASE}id/river/byalven> .
<{BASE}id/river/oreälven> a water:River ;
    skos:prefLabel "Oreälven"@sv ; water:flowsInto <{BASE}id/lake/siljan> .
"""


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the tiny world whose lakes have columns for the rivers they get."""
    world = Path(shutil.copytree(WORLD, tmp_path_factory.mktemp("fed") / "world"))
    (world / "shapes/Inflow.ttl").write_text(_HEAD + _SHAPES, encoding="utf-8")
    (world / "data/rivers/more.ttl").write_text(_HEAD + _RIVERS, encoding="utf-8")
    return build(approve(read_sources(world, BASE)), tmp_path_factory.mktemp("releases"))


@pytest.fixture(params=["by the index", "by the engine"])
def lines(request: pytest.FixtureRequest, fed: Release) -> Iterator[TableReader]:
    """Return what reads the lakes."""
    table = read_tables(fed.folder)["lake"]
    engine = InProcessEngine(fed.store)
    with open_sqlite(inf, fed.folder / table.file(INDEX_EXTENSION)) as opened:
        index = opened if "index" in request.param else None
        yield TableReader(engine, table, fed.prefixes, "sv", index)


def rows(release: Release, name: str) -> list[dict[str, str]]:
    """Return the lines of a CSV file."""
    with (release.folder / "tables" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.slow
def test_links_to_a_thing_are_a_column(fed: Release) -> None:
    """SHACL, section 2.3.1.4; the values are the things that link, with their names beside."""
    siljan, vänern = rows(fed, "lake.csv")

    assert siljan["inverse_flowsInto"] == BASE + "id/river/oreälven"
    assert vänern["inverse_flowsInto"].split("|") == [
        BASE + "id/river/byalven",
        BASE + "id/river/klaralven",
    ]
    assert vänern["inverse_flowsInto_sv"] == "Byälven|Klarälven"


def test_steps_after_each_other_are_a_column(fed: Release) -> None:
    """SHACL, section 2.3.1.2; texts have a column for each language."""
    siljan, vänern = rows(fed, "lake.csv")

    assert siljan["inverse_flowsInto_prefLabel_sv"] == "Oreälven"
    assert vänern["inverse_flowsInto_prefLabel_en"] == "Byälven River|Klarälven River"


def test_what_equals_another_property_or_goes_on_for_ever_is_no_column(fed: Release) -> None:
    """The first would be there twice, the second has no end; and nothing replaces a river."""
    tables = read_tables(fed.folder)

    assert [column.path for column in tables["lake"].columns] == [
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        FLOWS,
        f"{FLOWS}/<http://www.w3.org/2004/02/skos/core#prefLabel>",
        "http://purl.org/dc/terms/hasPart",
    ]
    assert [column.name for column in tables["river"].columns] == ["label"]


def test_the_shape_names_the_column_and_no_property_does(fed: Release) -> None:
    """What flowsInto is called is not what its inverse is called."""
    sheet = load_workbook(fed.folder / "tables" / "lake.xlsx")["Svenska"]

    assert [cell.value for cell in sheet[1]][:6] == [
        "Adress",
        "Namn (en)",
        "Namn (sv)",
        "Tillflöden",
        "Tillflödenas namn (en)",
        "Tillflödenas namn (sv)",
    ]
    assert [cell.value for cell in sheet["D"]][1:] == ["Oreälven", "Byälven; Klarälven"]


def described(release: Release, name: str) -> Any:
    """Return what metadata says of a column."""
    path = release.folder / "tables" / "lake.csv-metadata.json"
    columns = json.loads(path.read_text(encoding="utf-8"))["tableSchema"]["columns"]
    return next(column for column in columns if column["name"] == name)


def test_metadata_claims_nothing_that_it_cannot_say(fed: Release) -> None:
    """Of several values a template makes one address; so no triples, but a note for readers."""
    column = described(fed, "inverse_flowsInto")

    assert "propertyUrl" not in column
    assert column["suppressOutput"] is True
    assert FLOWS in column["dc:description"][0]["@value"]
    assert described(fed, "inverse_flowsInto_prefLabel_sv")["suppressOutput"] is True


def test_metadata_turns_a_single_link_round(fed: Release) -> None:
    """Tabular metadata, section 5.7: aboutUrl is what the cell is about, here the river."""
    table = read_tables(fed.folder)["lake"]
    column = dataclasses.replace(table.columns[1], separator="")
    said = csv_metadata(dataclasses.replace(table, columns=(column,)), "lake.csv")
    found = next(c for c in said["tableSchema"]["columns"] if c["name"] == "inverse_flowsInto")

    assert (found["aboutUrl"], found["propertyUrl"], found["valueUrl"]) == (
        "{+inverse_flowsInto}",
        WATER + "flowsInto",
        "{+id}",
    )
    assert "suppressOutput" not in found


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        (Selection(filters={"inverse_flowsInto": (BASE + "id/river/byalven",)}), ["vänern"]),
        (Selection(filters={"inverse_flowsInto_prefLabel": ("Oreälven",)}), ["siljan"]),
        (Selection(words="klar"), ["vänern"]),
        (Selection(sort="inverse_flowsInto"), ["vänern", "siljan"]),
        (Selection(sort="inverse_flowsInto_prefLabel", descending=True), ["siljan", "vänern"]),
    ],
)
def test_such_columns_filter_and_sort(
    lines: TableReader, choice: Selection, found: list[str]
) -> None:
    """As others do."""
    told = lines.read(choice, (), 10).lines

    assert [line.iri.rpartition("/")[2] for line in told] == found
    assert lines.count(choice) == len(found)


def test_a_page_shows_what_links(lines: TableReader, fed: Release) -> None:
    """And calls it by its name."""
    columns = read_tables(fed.folder)["lake"].columns
    told = lines.read(Selection(), columns, 10)
    vänern = next(line for line in told.lines if line.iri.endswith("vänern"))

    assert [term.value for term in vänern.values[FLOWS]] == [
        BASE + "id/river/byalven",
        BASE + "id/river/klaralven",
    ]
    assert told.name(BASE + "id/river/byalven", "sv") == "Byälven"


def test_the_query_of_a_page_finds_what_it_shows(lines: TableReader, fed: Release) -> None:
    """A reader who sends it gets the same values."""
    columns = read_tables(fed.folder)["lake"].columns
    query = lines.queries.whole(Selection(), columns, 10, 0)
    found = {
        (row["thing"].value.rpartition("/")[2], row["value"].value)
        for row in InProcessEngine(fed.store).rows(query)
        if row["property"] == Literal(FLOWS)
    }

    assert "water:flowsInto" in query
    assert found == {
        ("siljan", BASE + "id/river/oreälven"),
        ("vänern", BASE + "id/river/byalven"),
        ("vänern", BASE + "id/river/klaralven"),
    }


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("e:p", "https://e.org/p"),
        ("[ sh:inversePath e:p ]", "^<https://e.org/p>"),
        ("( e:p [ sh:inversePath e:q ] )", "<https://e.org/p>/^<https://e.org/q>"),
        ("[ sh:inversePath ( e:p e:q ) ]", ""),
        ("[ sh:alternativePath ( e:p e:q ) ]", ""),
        ("( e:p [ sh:zeroOrMorePath e:q ] )", ""),
        ("( e:p e:p e:p e:p e:p e:p )", ""),
    ],
)
def test_a_path_is_read(written: str, path: str) -> None:
    """Inverse and sequence; others have no column."""
    turtle = f"{_HEAD} PREFIX e: <https://e.org/> e:shape sh:path {written} ."
    store = Store()
    store.load(turtle.encode(), format=RdfFormat.TURTLE)
    shapes = Subjects(store)
    (term,) = shapes.values("https://e.org/shape", "http://www.w3.org/ns/shacl#path")

    assert read_path(shapes, term) == path
    assert isinstance(term, NamedNode) == (written == "e:p")


def test_values_at_the_end_of_a_path_are_counted(fed: Release) -> None:
    """Where there is no index, with the values of properties in one query."""
    columns = read_tables(fed.folder)["lake"].columns[1:4]
    told = SelectionQueries(read_tables(fed.folder)["lake"], fed.prefixes, "sv").facets(
        Selection(), columns
    )
    found = [
        (row["property"].value, row["value"].value.rpartition("/")[2], row["count"].value)
        for row in InProcessEngine(fed.store).rows(told)
    ]

    assert (FLOWS, "klaralven", "1") in found
    assert ("http://purl.org/dc/terms/hasPart", "byalven", "1") in found
