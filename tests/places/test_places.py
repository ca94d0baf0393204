"""The places against the facts they were taken from: codes, names, boundaries, positions."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, SKOS

REPOSITORY = Path(__file__).resolve().parents[2]
FACTS = REPOSITORY.parent / "shared" / "facts"
ID = Namespace("https://w3id.org/nms-kluster/id/")
NUTS = Namespace("http://data.europa.eu/nuts/code/")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
SCHEMA = Namespace("https://schema.org/")
WGS = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#")

Point = tuple[float, float]
Ring = list[Point]

_NUMBER = r"-?\d+(?:\.\d+)?"
_POINT = re.compile(rf"POINT\(({_NUMBER}) ({_NUMBER})\)")
_RING = rf"\({_NUMBER} {_NUMBER}(?:, {_NUMBER} {_NUMBER})+\)"
_POLYGON = re.compile(rf"POLYGON\({_RING}(?:, {_RING})*\)")
_TOWN_ROW = re.compile(
    r"^\| (?P<name>\S+) \| \S+ \| (?P<municipality>\d{4}) \| .*"
    r"sws\.geonames\.org/(?P<geonames>\d+)/ \| (?P<lat>[\d.]+) \| (?P<long>[\d.]+) \|$",
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def places() -> Graph:
    """Every place of the sources in one graph."""
    graph = Graph()
    for path in sorted((REPOSITORY / "data" / "places").glob("*.ttl")):
        graph.parse(path)
    return graph


def _fact_file(name: str) -> str:
    path = FACTS / name
    if not path.is_file():
        pytest.skip(f"the facts are not beside the repository: {path}")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def boundaries() -> list[dict[str, Any]]:
    """The features of the boundaries file: counties and municipalities."""
    features: list[dict[str, Any]] = json.loads(_fact_file("boundaries.geojson"))["features"]
    return features


@pytest.fixture(scope="module")
def town_rows() -> list[dict[str, str]]:
    """The rows of the table of towns in the facts."""
    rows = [match.groupdict() for match in _TOWN_ROW.finditer(_fact_file("clusters.md"))]
    assert len(rows) == 8
    return rows


def _wkt(graph: Graph, place: URIRef) -> str:
    geometry = graph.value(place, GEO.hasGeometry)
    wkt = graph.value(geometry, GEO.asWKT)
    assert isinstance(wkt, Literal), f"{place} has no geometry"
    return str(wkt)


def _rings(wkt: str) -> list[Ring]:
    """Return the rings of a polygon, the outer one first, as (longitude, latitude)."""
    return [
        [(float(x), float(y)) for x, y in re.findall(rf"({_NUMBER}) ({_NUMBER})", ring)]
        for ring in re.findall(_RING, wkt)
    ]


def _doubled_area(ring: Ring) -> float:
    """Return twice the area of a ring, positive when it runs anticlockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))


def _holds(ring: Ring, point: Point) -> bool:
    """Tell whether a ray from the point to the east crosses the ring an odd number of times."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _polygons(graph: Graph) -> list[tuple[URIRef, str]]:
    return [
        (geometry, str(wkt))
        for geometry, wkt in graph.subject_objects(GEO.asWKT)
        if isinstance(geometry, URIRef) and str(wkt).startswith("POLYGON")
    ]


@pytest.mark.slow
def test_every_municipality_of_the_facts_is_there_with_code_name_county_and_boundary(
    places: Graph, boundaries: list[dict[str, Any]]
) -> None:
    """A missing municipality is a hole in the map and a dead link from an area served."""
    expected = [f["properties"] for f in boundaries if f["properties"]["level"] == "municipality"]
    assert len(expected) == 44

    for municipality in expected:
        code = municipality["scb"]
        place = ID[f"municipality/{code}"]
        names = {str(name) for name in places.objects(place, SKOS.prefLabel)}
        assert (place, DCTERMS.identifier, Literal(code)) in places
        assert names == {municipality["name"]}
        county = ID[f"county/{municipality['county']}"]
        assert places.value(place, SCHEMA.containedInPlace) == county
        assert places.value(place, GEO.hasGeometry) == ID[f"geometry/municipality-{code}"]


def test_no_municipality_is_there_that_the_facts_do_not_know(
    places: Graph, boundaries: list[dict[str, Any]]
) -> None:
    """A code typed wrongly would otherwise live beside the right one."""
    known = {ID[f"municipality/{f['properties']['scb']}"] for f in boundaries}
    kind = ID["concept/place-kind/municipality"]

    assert set(places.subjects(DCTERMS.type, kind)) <= known


def test_counties_bear_the_names_of_the_facts(
    places: Graph, boundaries: list[dict[str, Any]]
) -> None:
    """The Swedish name of a county is an official one, with its genitive."""
    counties = [f["properties"] for f in boundaries if f["properties"]["level"] == "county"]
    assert [county["scb"] for county in counties] == ["17", "20", "21"]

    for county in counties:
        name = Literal(county["name"], lang="sv")
        assert (ID[f"county/{county['scb']}"], SKOS.prefLabel, name) in places


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("region/norra-mellansverige", "SE31"),
        ("county/17", "SE311"),
        ("county/18", "SE124"),
        ("county/19", "SE125"),
        ("county/20", "SE312"),
        ("county/21", "SE313"),
    ],
)
def test_regions_and_counties_link_to_their_nuts_code(places: Graph, place: str, code: str) -> None:
    """The codes do not follow the order of the county codes, so they are easily swapped."""
    linked = {o for o in places.objects(ID[place], SCHEMA.sameAs) if str(o).startswith(str(NUTS))}

    assert linked == {NUTS[code]}


@pytest.mark.parametrize(
    ("code", "notation"),
    [("17", "SE-S"), ("18", "SE-T"), ("19", "SE-U"), ("20", "SE-W"), ("21", "SE-X")],
)
def test_counties_bear_their_iso_3166_2_code(places: Graph, code: str, notation: str) -> None:
    """The letters are those of the former county letters, not initials of the names."""
    assert list(places.objects(ID[f"county/{code}"], SKOS.notation)) == [Literal(notation)]


@pytest.mark.parametrize("county", ["17", "20", "21"])
def test_what_lies_in_a_county_lies_in_norra_mellansverige(places: Graph, county: str) -> None:
    """Whoever asks for the region gets its towns by following containedInPlace."""
    region = ID["region/norra-mellansverige"]
    contained = set(places.transitive_subjects(SCHEMA.containedInPlace, ID[f"county/{county}"]))
    assert len(contained) > 10

    for place in contained:
        assert region in set(places.transitive_objects(place, SCHEMA.containedInPlace)), place


@pytest.mark.parametrize("county", ["18", "19"])
def test_counties_outside_the_region_are_not_put_into_it(places: Graph, county: str) -> None:
    """Some initiatives reach into Örebro and Västmanland, which are in another NUTS region."""
    assert places.value(ID[f"county/{county}"], SCHEMA.containedInPlace) is None


def test_every_place_inside_another_names_one_that_exists(places: Graph) -> None:
    """A parent without a description would break the chain silently."""
    for parent in places.objects(None, SCHEMA.containedInPlace):
        assert (parent, RDF.type, DCTERMS.Location) in places, parent


def test_every_geometry_belongs_to_a_place_and_names_its_source(places: Graph) -> None:
    """A boundary without its source could not be attributed."""
    geometries = set(places.subjects(RDF.type, GEO.Geometry))
    assert geometries == set(places.objects(None, GEO.hasGeometry))

    for geometry in geometries:
        assert places.value(geometry, DCTERMS.source) is not None, geometry


def test_every_wkt_literal_is_a_point_or_a_polygon_with_closed_rings(places: Graph) -> None:
    """A ring that stays open makes a map library drop the shape without a word."""
    literals = list(places.objects(None, GEO.asWKT))
    assert len(literals) == 55

    for wkt in literals:
        assert isinstance(wkt, Literal)
        assert wkt.datatype == GEO.wktLiteral
        assert _POINT.fullmatch(wkt) or _POLYGON.fullmatch(wkt), wkt[:80]
        for ring in _rings(wkt):
            assert len(ring) >= 4
            assert ring[0] == ring[-1]


def test_coordinates_are_longitude_before_latitude(places: Graph) -> None:
    """CRS84 is the default of WKT here; swapped axes put Dalarna into the Arabian Sea."""
    for wkt in places.objects(None, GEO.asWKT):
        for x, y in re.findall(rf"({_NUMBER}) ({_NUMBER})", str(wkt)):
            assert 11 < float(x) < 19
            assert 58 < float(y) < 63


def test_outer_rings_run_anticlockwise_and_holes_clockwise(places: Graph) -> None:
    """GeoJSON made from them (RFC 7946) is then right without another step."""
    for geometry, wkt in _polygons(places):
        outer, *holes = _rings(wkt)
        assert _doubled_area(outer) > 0, geometry
        assert all(_doubled_area(hole) < 0 for hole in holes), geometry


def test_boundaries_hold_exactly_the_points_of_the_facts(
    places: Graph, boundaries: list[dict[str, Any]]
) -> None:
    """Turning a ring round must not lose a corner."""
    for feature in boundaries:
        properties = feature["properties"]
        place = ID[f"{properties['level']}/{properties['scb']}"]
        expected = [sorted(map(tuple, ring)) for ring in feature["geometry"]["coordinates"]]
        assert [sorted(ring) for ring in _rings(_wkt(places, place))] == expected, place


def test_towns_agree_with_the_table_of_the_facts(
    places: Graph, town_rows: list[dict[str, str]]
) -> None:
    """Position, GeoNames identifier and municipality belong together."""
    kind = ID["concept/place-kind/town"]
    assert len(set(places.subjects(DCTERMS.type, kind))) == len(town_rows)

    for row in town_rows:
        slug = row["name"].lower().translate(str.maketrans("åäö", "aao"))
        town = ID[f"town/{slug}"]
        geonames = URIRef(f"https://sws.geonames.org/{row['geonames']}/")
        assert places.value(town, DCTERMS.type) == kind
        assert {str(name) for name in places.objects(town, SKOS.prefLabel)} == {row["name"]}
        assert list(places.objects(town, SCHEMA.sameAs)) == [geonames]
        municipality = ID[f"municipality/{row['municipality']}"]
        assert places.value(town, SCHEMA.containedInPlace) == municipality
        assert str(places.value(town, WGS.lat)) == row["lat"]
        assert str(places.value(town, WGS.long)) == row["long"]


def test_the_point_of_a_town_is_its_latitude_and_longitude(places: Graph) -> None:
    """The map reads the geometry, other clients read wgs:lat and wgs:long."""
    for town in places.subjects(DCTERMS.type, ID["concept/place-kind/town"]):
        assert isinstance(town, URIRef)
        lat, long = places.value(town, WGS.lat), places.value(town, WGS.long)
        assert _wkt(places, town) == f"POINT({long} {lat})"


def test_every_town_lies_inside_the_boundary_of_its_municipality(places: Graph) -> None:
    """A town outside its own municipality is a wrong point or a wrong code."""
    for town in places.subjects(DCTERMS.type, ID["concept/place-kind/town"]):
        assert isinstance(town, URIRef)
        municipality = places.value(town, SCHEMA.containedInPlace)
        assert isinstance(municipality, URIRef)
        point = _POINT.fullmatch(_wkt(places, town))
        assert point is not None
        outer, *holes = _rings(_wkt(places, municipality))
        position = (float(point[1]), float(point[2]))
        assert _holds(outer, position), town
        assert not any(_holds(hole, position) for hole in holes), town


@pytest.mark.parametrize(
    "area", ["area/bergslagen", "area/varmland-and-surroundings", "area/varmland-region"]
)
def test_areas_without_a_fixed_boundary_have_no_geometry_and_no_code(
    places: Graph, area: str
) -> None:
    """Drawing Bergslagen or "Värmland med omnejd" would claim an extent that no source gives."""
    assert (ID[area], RDF.type, SCHEMA.Place) in places
    assert (ID[area], RDF.type, SCHEMA.AdministrativeArea) not in places
    assert places.value(ID[area], GEO.hasGeometry) is None
    assert places.value(ID[area], DCTERMS.identifier) is None


def test_every_place_has_a_name_in_both_languages(places: Graph) -> None:
    """Pages and the catalogue exist in Swedish and English."""
    for place in places.subjects(RDF.type, DCTERMS.Location):
        names = list(places.objects(place, SKOS.prefLabel))
        languages = [name.language for name in names if isinstance(name, Literal)]
        assert set(languages) == {"en", "sv"}, place
        assert len(names) == 2, place
