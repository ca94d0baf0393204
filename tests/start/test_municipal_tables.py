"""Lists of municipalities of other countries: their grids, sums and languages."""

from __future__ import annotations

import pytest

from publisher.start.projection import to_degrees
from publisher.start.raw_tables import tables_of
from publisher.start.table_guess import TableGuess, guess_tables


def guess(content: str, name: str = "liste.csv") -> TableGuess:
    (found,) = guess_tables(tables_of(content.encode(), name))
    return found


def kinds_of(found: TableGuess, *headings: str) -> list[str]:
    by_heading = {column.heading: column.kind for column in found.columns}
    return [by_heading[heading] for heading in headings]


def system(found: TableGuess) -> set[int]:
    return {c.style.epsg for c in found.columns if c.kind in ("northing", "easting")}


# Name → table, headings of the northing and of the easting, EPSG code.
GRIDS = {
    "lambert named in the heading": (
        "Nom;Capacité;X_L93;Y_L93\nSalle A;40;651234,5;6862100,1\nSalle B;55;652980,2;6863100,7\n",
        ("Y_L93", "X_L93"),
        2154,
    ),
    "lambert of a table in French": (
        "Libellé;Quartier;Coord X;Coord Y\nPuits;Est;842100;6519000\nKiosque;Sud;843250;6518200\n",
        ("Coord Y", "Coord X"),
        2154,
    ),
    "the system in a column": (
        "Asset,Kind,GeoX,GeoY,Reference system\nBench 1,wood,530100,180200,OSGB36\n"
        "Bench 2,steel,530900,181100,OSGB36\nBench 3,wood,531500,180900,OSGB36\n",
        ("GeoY", "GeoX"),
        27700,
    ),
    "the British grid unsaid": (
        "Ref,Street,Northing,Easting\nL1,High Street,393200,384100\nL2,Mill Lane,394000,385500\n",
        ("Northing", "Easting"),
        27700,
    ),
    "a zone in front of the easting": (
        "Nr;Bezeichnung;Ostwert;Hochwert\n1;Brunnen;33391000,5;5819000,2\n2;Linde;33392100;5820100\n",
        ("Hochwert", "Ostwert"),
        5650,
    ),
    "a Swedish grid in an English table": (
        "Ref,Street,Northing,Easting\nL1,Ekgatan,6580822,674032\nL2,Algatan,6581822,675032\n",
        ("Northing", "Easting"),
        3006,
    ),
}


@pytest.mark.parametrize(("content", "axes", "epsg"), GRIDS.values(), ids=GRIDS)
def test_places_are_in_the_grid_of_their_country(
    content: str, axes: tuple[str, str], epsg: int
) -> None:
    found = guess(content)
    assert kinds_of(found, *axes) == ["northing", "easting"]
    assert system(found) == {epsg}


@pytest.mark.parametrize(
    ("north", "east", "epsg", "place"),
    [
        (6862302, 652469, 2154, (48.858, 2.352)),
        (180380, 530047, 27700, (51.507, -0.128)),
        (5819698, 33391783, 5650, (52.517, 13.406)),
    ],
)
def test_grids_are_where_their_capitals_are(
    north: float, east: float, epsg: int, place: tuple[float, float]
) -> None:
    """A thousandth of a degree: the middle of Paris, London, Berlin on any map."""
    assert to_degrees(north, east, epsg) == pytest.approx(place, abs=0.004)


def test_numbers_of_north_and_east_are_no_places() -> None:
    found = guess("Supplier,Year,North,East\nA,2023,1200,3400\nB,2024,1500,3100\nC,2024,90,80\n")
    assert kinds_of(found, "North", "East") == ["number", "number"]


def test_length_and_breadth_are_degrees_only_where_german_is_spoken() -> None:
    places = "Anlage;Größe;Länge;Breite\nA;3;9,18211;48,77512\nB;4;9,19012;48,78123\n"
    assert kinds_of(guess(places), "Länge", "Breite") == ["longitude", "latitude"]
    beams = "Anlage;Größe;Länge;Breite\nA;3;12,5;48,2\nB;4;9,1;50,1\n"
    assert kinds_of(guess(beams), "Länge", "Breite") == ["number", "number"]
    far = "Anlage;Größe;Länge;Breite\nA;3;2,18211;8,77512\nB;4;2,19012;8,78123\n"
    assert kinds_of(guess(far), "Länge", "Breite") == ["number", "number"]


@pytest.mark.parametrize(
    "last",
    ["Summe;;12", "Insgesamt:;;12", "Yhteensä;;12", "I alt;;12", "Grand total;;12", "Ensemble;;12"],
)
def test_a_sum_is_no_thing_in_any_language(last: str) -> None:
    (found,) = tables_of(f"Halle;Ort;Plätze\nA;Ulm;5\nB;Au;7\n{last}\n".encode(), "t.csv")
    assert [row.cells[0] for row in found.rows] == ["A", "B"]
    assert found.notes


def test_a_thing_named_like_a_remark_stays() -> None:
    (found,) = tables_of(b"Name;Ort;Typ\nQuelle am Hang;Ulm;x\nStand 4;Au;y\n", "t.csv")
    assert len(found.rows) == 2


@pytest.mark.parametrize(
    ("headings", "language"),
    [
        ("Betegnelse;Vejnavn;Husnr;Etableret", "da"),
        ("Supplier Ref,Purchase,Net Amount", "en"),
        ("siteRef,StreetAddress,RadarKeyNeeded", "en"),
        ("code;libelle_commune;secteur", "fr"),
        ("Objekt;Placering;Antal", "sv"),
    ],
)
def test_headings_tell_the_language(headings: str, language: str) -> None:
    mark = ";" if ";" in headings else ","
    row = mark.join(["Ab", "Bc", "12", "13"][: headings.count(mark) + 1])
    assert guess(f"{headings}\n{row}\n{row.replace('A', 'D')}\n").language == language
