from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from publisher.load.sources import read_sources
from publisher.quality.approval import ApprovedSources, approve
from publisher.rdf.geometries import read_geometry
from publisher.rdf.subjects import Subjects
from publisher.release.build import build
from publisher.release.model import CATALOGUE_EU, CATALOGUE_SE, Release
from publisher.release.tables.cells import TableRow
from publisher.release.tables.columns import class_slugs, kebab_case
from publisher.release.tables.geojson import Chain, GeometryChains, thing_geometries
from publisher.release.tables.table import Column, Table, read_tables
from publisher.release.tables.workbook import write_workbook

FALUN = "https://kommuner.example.org/id/municipality/falun"
DCAT = "http://www.w3.org/ns/dcat#"


def table_csv(release: Release, name: str) -> list[list[str]]:
    """Return the lines of a CSV file of a release, read by Python's own reader."""
    content = (release.folder / "tables" / name).read_bytes().decode("utf-8")
    return list(csv.reader(io.StringIO(content, newline="")))


def described(release: Release, name: str) -> Any:
    """Return the content of a JSON file among the tables."""
    return json.loads((release.folder / "tables" / name).read_text(encoding="utf-8"))


def _geometry_chains(things: Iterable[str], subjects: Subjects) -> tuple[Chain, ...]:
    chains = GeometryChains(subjects)
    for thing in things:
        chains.add(thing)
    return chains.in_order()


def test_every_class_with_a_shape_and_things_is_a_table(municipalities: Release) -> None:
    """The shapes decide, whatever the data is about; a class without things has no table."""
    assert list(read_tables(municipalities.folder)) == ["county", "municipality"]


def test_a_class_without_a_shape_is_no_table(release: Release) -> None:
    """Nobody has said what the columns of a river are."""
    assert list(read_tables(release.folder)) == ["lake"]


def test_columns_stand_in_the_order_of_the_shapes_with_the_label_first(
    municipalities: Release,
) -> None:
    """sh:order; the IRI comes before everything, and texts and names have a column a language."""
    assert table_csv(municipalities, "municipality.csv")[0] == [
        "id",
        "label_en",
        "label_sv",
        "identifier",
        "county",
        "county_en",
        "county_sv",
        "letters",
        "coastal",
        "altLabel_sv",
        "description_en",
        "description_sv",
        "modified",
        "note",
    ]


def test_a_line_of_csv_holds_what_the_data_says(municipalities: Release) -> None:
    """RFC 4180: quotation marks, line ends and commas survive."""
    header, *lines = table_csv(municipalities, "municipality.csv")
    falun = dict(zip(header, next(line for line in lines if line[0] == FALUN), strict=True))

    assert falun["county"] == "https://kommuner.example.org/id/county/dalarna"
    assert (falun["county_sv"], falun["county_en"]) == ("Dalarnas län", "Dalarna County")
    assert (falun["letters"], falun["coastal"], falun["modified"]) == ("5", "false", "2026-01-02")
    assert falun["note"].split("|") == ["=1+1", 'Line one\nline "two", <b>bold</b>']


def test_the_separator_stands_in_no_value(municipalities: Release) -> None:
    """One name holds a bar, so what stands between names is another sign, which metadata tells."""
    header, *lines = table_csv(municipalities, "municipality.csv")
    falun = next(line for line in lines if line[0] == FALUN)

    assert falun[header.index("altLabel_sv")] == "Fahlun | gammalt¦Falu kommun"


def test_lines_of_csv_end_with_cr_lf(municipalities: Release) -> None:
    """RFC 4180, section 2, rule 1."""
    content = (municipalities.folder / "tables" / "county.csv").read_bytes()

    assert content.count(b"\r\n") == content.count(b"\n") == 6


def test_the_metadata_describes_each_column_of_the_file(municipalities: Release) -> None:
    """Tabular metadata, section 5.6.1: the header is among the titles of the column."""
    metadata = described(municipalities, "municipality.csv-metadata.json")
    columns = [c for c in metadata["tableSchema"]["columns"] if not c.get("virtual")]

    assert metadata["@context"] == "http://www.w3.org/ns/csvw"
    assert metadata["url"] == "municipality.csv"
    assert [c["titles"]["und"] for c in columns] == table_csv(municipalities, "municipality.csv")[0]
    assert metadata["tableSchema"]["aboutUrl"] == "{+id}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("letters", {"datatype": "integer"}),
        ("coastal", {"datatype": "boolean"}),
        ("modified", {"datatype": "date"}),
        ("county", {"datatype": "anyURI", "valueUrl": "{+county}"}),
        ("county_sv", {"lang": "sv", "suppressOutput": True}),
        ("altLabel_sv", {"lang": "sv", "separator": "¦"}),
        ("identifier", {"datatype": "string"}),
    ],
)
def test_the_metadata_tells_type_language_and_separator(
    municipalities: Release, name: str, said: dict[str, object]
) -> None:
    """A program reads the file without guessing."""
    schema = described(municipalities, "municipality.csv-metadata.json")["tableSchema"]
    column = next(c for c in schema["columns"] if c["name"] == name)

    assert said.items() <= column.items()


def test_names_of_columns_for_people_are_those_of_the_shapes(municipalities: Release) -> None:
    """sh:name, in each language."""
    schema = described(municipalities, "municipality.csv-metadata.json")["tableSchema"]
    letters = next(c for c in schema["columns"] if c["name"] == "letters")

    assert letters["titles"] == {"und": "letters", "en": "Letters", "sv": "Bokstäver"}


def test_a_workbook_has_a_sheet_a_language_and_a_header_that_stays(municipalities: Release) -> None:
    """Staff scroll; the names of the columns stay."""
    book = load_workbook(municipalities.folder / "tables" / "municipality.xlsx")

    assert book.sheetnames == ["Svenska", "English"]
    assert book["Svenska"].freeze_panes == "C2"
    assert [cell.value for cell in book["Svenska"][1]][:5] == [
        "Adress",
        "Namn (en)",
        "Namn (sv)",
        "Kod",
        "Län",
    ]


def test_a_workbook_holds_numbers_dates_truth_and_links(municipalities: Release) -> None:
    """Not texts that look like them; what begins with = is no formula."""
    sheet = load_workbook(municipalities.folder / "tables" / "municipality.xlsx")["English"]
    falun = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == FALUN)
    values = [cell.value for cell in falun]

    assert falun[0].hyperlink is not None
    assert falun[0].hyperlink.target == FALUN
    assert values[3:7] == ["2080", "Dalarna County", 5, False]
    assert values[10] == datetime(2026, 1, 2)
    assert values[11] == '=1+1; Line one\nline "two", <b>bold</b>'
    assert falun[11].data_type == "s"


def test_a_workbook_says_when_it_cuts_a_text(tmp_path: Path) -> None:
    """A cell of Excel holds 32,767 characters."""
    column = Column("text", "https://e.org/p", {"en": "Text"}, "plain")
    table = Table("t", "https://e.org/C", {"en": "T"}, "d", 1, (), (column,))
    line = TableRow("https://e.org/a", {"https://e.org/p": (Literal("x" * 40_000),)})

    write_workbook(table, [line], lambda name, language: "", tmp_path / "t.xlsx")

    cell = load_workbook(tmp_path / "t.xlsx")["English"]["B2"].value
    assert isinstance(cell, str)
    assert len(cell) == 32_767
    assert cell.endswith("… (40000 characters; the CSV file has the whole text)")


@pytest.mark.parametrize("written", ["1e400", "-1E+309", "1e-400", "INF", "NaN"])
def test_a_number_that_a_workbook_cannot_hold_is_text(tmp_path: Path, written: str) -> None:
    """It is there as it is written, and ends no build."""
    double = NamedNode("http://www.w3.org/2001/XMLSchema#double")
    column = Column("size", "https://e.org/p", {"en": "Size"}, "number")
    table = Table("t", "https://e.org/C", {"en": "T"}, "d", 1, (), (column,))
    row = TableRow("https://e.org/a", {"https://e.org/p": (Literal(written, datatype=double),)})

    write_workbook(table, [row], lambda name, language: "", tmp_path / "t.xlsx")

    assert load_workbook(tmp_path / "t.xlsx")["English"]["B2"].value == written


def test_a_workbook_has_links_as_long_as_the_format_allows(tmp_path: Path) -> None:
    """They are counted in units of UTF-16; a longer one stands there as text."""
    names = ["https://e.org/" + "\N{MUSICAL SYMBOL G CLEF}" * count for count in (1032, 1033)]
    table = Table("t", "https://e.org/C", {"en": "T"}, "d", 2, (), ())

    write_workbook(
        table,
        [TableRow(name, {}) for name in names],
        lambda name, language: "",
        tmp_path / "t.xlsx",
    )

    cells = [row[0] for row in load_workbook(tmp_path / "t.xlsx")["English"].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == names
    assert [cell.hyperlink is not None for cell in cells] == [True, False]


def test_a_workbook_keeps_what_its_format_reads_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Markup, control characters and what looks like one, spaces; days; so many links."""
    monkeypatch.setattr("publisher.release.tables.workbook.MOST_LINKS", 2)
    texts = ["<r><t>a</t></r>", "a\x07_x0041_\r\n_xZ ", " \uffff&amp;", "\N{MUSICAL SYMBOL G CLEF}"]
    days = ["1900-02-28", "1900-03-01", "2026-12-01", "1899-01-01"]
    columns = (
        Column("text", "https://e.org/p", {"en": "Text"}, "plain"),
        Column("day", "https://e.org/day", {"en": "Day"}, "date"),
    )
    table = Table("t", "https://e.org/C", {"en": "T"}, "d", 4, (), columns)
    day = NamedNode("http://www.w3.org/2001/XMLSchema#date")
    rows = [
        TableRow(
            f"https://e.org/{number}[\"'&]#a&{number}",
            {
                "https://e.org/p": (Literal(said),),
                "https://e.org/day": (Literal(on, datatype=day),),
            },
        )
        for number, (said, on) in enumerate(zip(texts, days, strict=True))
    ]

    write_workbook(table, rows, lambda name, language: "", tmp_path / "t.xlsx")

    sheet = load_workbook(tmp_path / "t.xlsx")["English"]
    cells = list(sheet.iter_rows(min_row=2))
    assert [unescape(str(row[1].value)) for row in cells] == texts
    assert [str(row[2].value)[:10] for row in cells] == days
    assert sheet.dimensions == sheet.auto_filter.ref == "A1:C5"
    links = [row[0].hyperlink for row in cells]
    assert [bool(link) for link in links] == [True, True, False, False]
    assert links[1] is not None
    assert links[1].target == "https://e.org/1%5b%22'&%5d"
    assert links[1].location == "a&1"


def test_geojson_holds_every_thing_located_or_not(municipalities: Release) -> None:
    """RFC 7946, section 3.2: a feature without a place has a null geometry."""
    collection = described(municipalities, "municipality.geojson")
    features = {f["id"].rpartition("/")[2]: f for f in collection["features"]}

    assert collection["type"] == "FeatureCollection"
    assert len(features) == 7
    assert features["falun"]["geometry"] == {"type": "Point", "coordinates": [15.63, 60.61]}
    assert features["mora"]["geometry"] is None
    assert features["falun"]["properties"]["letters"] == 5
    assert features["falun"]["properties"]["coastal"] is False
    assert features["falun"]["properties"]["altLabel_sv"] == ["Fahlun | gammalt", "Falu kommun"]


def test_a_class_without_geometries_has_no_geojson(municipalities: Release) -> None:
    """An empty map helps nobody."""
    assert read_tables(municipalities.folder)["county"].files == ("csv", "xlsx")


@pytest.mark.parametrize(
    ("wkt", "coordinates"),
    [
        ("POINT(15.6 60.6)", [15.6, 60.6]),
        ("Point Z (15.6 60.6 120)", [15.6, 60.6, 120]),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(15 60)", [15, 60]),
        ("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(60 15)", [15, 60]),
        ("LINESTRING(1 2, 3 4)", [[1, 2], [3, 4]]),
        ("MULTIPOINT(1 2, 3 4)", [[1, 2], [3, 4]]),
        ("MULTIPOINT((1 2), (3 4))", [[1, 2], [3, 4]]),
        (
            "POLYGON((0 0, 0 9, 9 9, 9 0, 0 0), (1 1, 2 1, 2 2, 1 1))",
            [
                [[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]],
                [[1, 1], [2, 2], [2, 1], [1, 1]],
            ],
        ),
        ("MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))", [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]),
    ],
)
def test_wkt_is_read(wkt: str, coordinates: object) -> None:
    """Longitude first; outer rings counterclockwise, holes clockwise (RFC 7946, 3.1.6)."""
    found = read_geometry(wkt)

    assert found is not None
    assert found["coordinates"] == coordinates


@pytest.mark.parametrize(
    "wkt",
    [
        "",
        "POINT EMPTY",
        "CIRCLE(1 2)",
        "POINT(north east)",
        "POINT(1 2",
        "<http://www.opengis.net/def/crs/EPSG/0/999999> POINT(6700000 500000)",
    ],
)
def test_what_geojson_cannot_hold_is_no_geometry(wkt: str) -> None:
    """Metres read as degrees would put Falun into space."""
    assert read_geometry(wkt) is None


def test_a_thing_without_a_geometry_has_that_of_its_site_s_town() -> None:
    """An initiative is where it sits; the nearest chain of properties counts."""
    turtle = """
        PREFIX geo: <http://www.opengis.net/ont/geosparql#>
        PREFIX org: <http://www.w3.org/ns/org#>
        PREFIX locn: <http://www.w3.org/ns/locn#>
        PREFIX : <https://e.org/>
        :club org:hasSite :house . :house locn:location :town .
        :town geo:hasGeometry [ geo:asWKT "POINT(1 2)" ] .
    """
    store = Store()
    store.load(turtle, format=RdfFormat.TURTLE)
    subjects = Subjects(store)
    found = _geometry_chains(["https://e.org/club"], subjects)

    assert len(found) == 1
    assert thing_geometries("https://e.org/club", found, subjects) == ("POINT(1 2)",)
    assert thing_geometries("https://e.org/nobody", found, subjects) == ()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("ClusterInitiative", "cluster-initiative"),
        ("Lake", "lake"),
        ("lake", "lake"),
        ("RDFThing", "rdf-thing"),
        ("Sjö", "sjo"),
        ("", "thing"),
    ],
)
def test_a_class_is_called_by_its_words(name: str, slug: str) -> None:
    """Kebab-case, in letters that need no escape."""
    assert kebab_case(name) == slug


def test_classes_that_share_a_name_get_their_prefix() -> None:
    """Whichever is built first, each keeps its address."""
    classes = ["https://schema.org/Place", "https://e.org/def#Place", "https://e.org/def#Town"]

    assert list(class_slugs(classes, {"e": "https://e.org/def#"}).values()) == [
        "schema-place",
        "e-place",
        "town",
    ]
    assert list(class_slugs(["https://a.org/Place", "https://b.org/Place"], {}).values()) == [
        "place",
        "place-2",
    ]


def distributions(release: Release, view: str) -> dict[str, dict[str, list[str]]]:
    """Return address of a file → what the catalogue says of its distribution."""
    store = Store()
    store.load(path=str(release.folder / view), format=RdfFormat.N_TRIPLES)
    found: dict[str, dict[str, list[str]]] = {}
    download = NamedNode(DCAT + "downloadURL")
    for quad in store.quads_for_pattern(None, download, None):
        said: dict[str, list[str]] = {}
        for about in store.quads_for_pattern(quad.subject, None, None):
            name = about.predicate.value.split("#")[-1].rpartition("/")[2]
            said.setdefault(name, []).append(str(getattr(about.object, "value", "")))
        found[str(getattr(quad.object, "value", ""))] = said
    return found


@pytest.fixture
def catalogued(tmp_path: Path, world: Path) -> Release:
    """Return a release of the tiny world whose catalogue has a dataset."""
    catalogue = world / "data" / "catalogue.ttl"
    catalogue.write_text(
        catalogue.read_text(encoding="utf-8")
        + """
<https://data.example.org/catalog> dcat:dataset <https://data.example.org/dataset/lakes> .
<https://data.example.org/dataset/lakes> a dcat:Dataset ;
    dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/> .
""",
        encoding="utf-8",
    )
    return build(approve(read_sources(world, "https://data.example.org/")), tmp_path / "releases")


@pytest.mark.slow
@pytest.mark.parametrize("view", [CATALOGUE_EU, CATALOGUE_SE])
def test_the_files_of_a_table_are_distributions(catalogued: Release, view: str) -> None:
    """Portals show and preview them; size and licence are those of the file and its dataset."""
    file = catalogued.files["tables/lake.csv"]
    said = distributions(catalogued, view)["https://data.example.org/table/lake.csv"]

    assert said["byteSize"] == [str(file.length)]
    assert said["mediaType"] == ["http://www.iana.org/assignments/media-types/text/csv"]
    assert said["license"] == ["http://creativecommons.org/publicdomain/zero/1.0/"]
    assert said["accessURL"] == ["https://data.example.org/table/lake"]
    assert sorted(said["title"]) == ["Lake (CSV)", "Sjö (CSV)"]


@pytest.mark.slow
def test_the_digest_in_the_catalogue_is_that_of_the_file(catalogued: Release) -> None:
    """Whoever downloads it can check it."""
    content = (catalogued.folder / "tables" / "lake.xlsx").read_bytes()
    written = (catalogued.folder / CATALOGUE_EU).read_text(encoding="utf-8")

    assert hashlib.sha256(content).hexdigest() in written


@pytest.mark.slow
def test_the_same_sources_give_the_same_bytes(
    approved: ApprovedSources, release: Release, tmp_path: Path
) -> None:
    """Workbooks too: no time of day is in them."""
    again = build(approved, tmp_path)
    names = [name for name in release.files if name.startswith("tables/")]

    assert len(names) == 5
    assert {n: again.files[n].sha256 for n in names} == {n: release.files[n].sha256 for n in names}


def test_a_thing_with_latitude_and_longitude_has_a_geometry() -> None:
    """Two properties of a node make one point; which of several belong together, nobody knows."""
    turtle = """
        PREFIX schema: <https://schema.org/>
        PREFIX : <https://e.org/>
        :well schema:geo [ schema:latitude "46,2" ; schema:longitude 6.1 ] .
        :odd schema:geo [ schema:latitude 1, 2 ; schema:longitude 3 ] .
    """
    store = Store()
    store.load(turtle, format=RdfFormat.TURTLE)
    subjects = Subjects(store)
    things = ["https://e.org/well", "https://e.org/odd"]
    found = _geometry_chains(things, subjects)

    assert thing_geometries(things[0], found, subjects) == ("POINT(6.1 46.2)",)
    assert thing_geometries(things[1], found, subjects) == ()
