"""Plane coordinates: which system a heading or a number means, and its degrees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.rdf.geometries import registry_degrees


@dataclass(frozen=True)
class PlaneSystem:
    """A projection in which places are two numbers, in metres.

    Attributes:
        name: What surveyors call it.
        meridian: Central meridian, in degrees.
        is_zone: Whether it is one of the twelve local zones of SWEREF 99.
        is_swedish: Whether it is one of Sweden's, whose first axis leads north.
        north: Least and greatest northing, of one that is not Swedish.
        east: Least and greatest easting.
    """

    name: str
    meridian: float
    is_zone: bool = True
    is_swedish: bool = True
    north: tuple[int, int] = (3_500_000, 9_400_000)
    east: tuple[int, int] = (20_000, 1_200_000)


def _foreign(
    name: str,
    meridian: float,
    *,
    north: tuple[int, int] = PlaneSystem.north,
    east: tuple[int, int] = PlaneSystem.east,
) -> PlaneSystem:
    return PlaneSystem(name, meridian, is_zone=False, is_swedish=False, north=north, east=east)


# EPSG code → system.
SYSTEMS: Mapping[int, PlaneSystem] = {
    3006: PlaneSystem("SWEREF 99 TM", 15.0, is_zone=False),
    3007: PlaneSystem("SWEREF 99 12 00", 12.0),
    3008: PlaneSystem("SWEREF 99 13 30", 13.5),
    3009: PlaneSystem("SWEREF 99 15 00", 15.0),
    3010: PlaneSystem("SWEREF 99 16 30", 16.5),
    3011: PlaneSystem("SWEREF 99 18 00", 18.0),
    3012: PlaneSystem("SWEREF 99 14 15", 14.25),
    3013: PlaneSystem("SWEREF 99 15 45", 15.75),
    3014: PlaneSystem("SWEREF 99 17 15", 17.25),
    3015: PlaneSystem("SWEREF 99 18 45", 18.75),
    3016: PlaneSystem("SWEREF 99 20 15", 20.25),
    3017: PlaneSystem("SWEREF 99 21 45", 21.75),
    3018: PlaneSystem("SWEREF 99 23 15", 23.25),
    3021: PlaneSystem("RT 90 2,5 gon V", 15 + 48 / 60 + 29.8 / 3600, is_zone=False),
    # Of the neighbours, and of maps on the web.
    25832: _foreign("UTM 32", 9.0),
    25833: _foreign("UTM 33", 15.0),
    25835: _foreign("UTM 35", 27.0),
    # As German states write them: the zone stands in front of the easting.
    4647: _foreign("UTM 32 (zone in front)", 9.0, east=(32_020_000, 33_000_000)),
    5650: _foreign("UTM 33 (zone in front)", 15.0, east=(33_020_000, 34_000_000)),
    3067: _foreign("ETRS-TM35FIN", 27.0),
    2154: _foreign("Lambert 93", 3.0, north=(6_000_000, 7_200_000), east=(75_000, 1_300_000)),
    27700: _foreign("British National Grid", -2.0, north=(0, 1_300_000), east=(0, 700_000)),
    3857: PlaneSystem("Web Mercator", 0.0, is_zone=False, is_swedish=False),
}
# Both axes have one range: only the headings tell them apart.
ALIKE_AXES = frozenset((3857, 27700))
# A cell that names a system, not a number that happens to be the code of one.
_NAMING = re.compile(r"epsg|srid|sweref|utm|osgb|lambert|tm35|rt ?90|british", re.IGNORECASE)
WGS84 = 4326
_ZONE = re.compile(r"(?<!\d)(1[2-8]|2[0-3])\s?°?[\s_.:-]?(00|15|30|45)(?!\d)")
_EPSG = re.compile(r"(?:epsg|srid)\D{0,12}?(\d{4,5})(?!\d)|(?<!\d)(30[012]\d)(?!\d)", re.IGNORECASE)
_UTM = re.compile(r"utm\D{0,6}(32|33|35)(?!\d)")


def to_degrees(north: float, east: float, epsg: int) -> tuple[float, float]:
    """Return latitude and longitude of a plane coordinate, in degrees.

    Raises:
        KeyError: The system is none of ``SYSTEMS``.
    """
    if epsg not in SYSTEMS:
        raise KeyError(epsg)
    first, second = (north, east) if SYSTEMS[epsg].is_swedish else (east, north)
    longitude, latitude = registry_degrees(epsg, first, second)
    return latitude, longitude


def named_system(text: str) -> int | None:
    """Return the EPSG code of the system that a heading or a file's name says.

    >>> named_system("E (SWEREF 99 18 00)"), named_system("x_epsg3006"), named_system("Nord")
    (3011, 3006, None)
    >>> named_system("x_utm32"), named_system("N (ETRS-TM35FIN)")
    (25832, 3067)
    >>> named_system("Coord. X (L93)"), named_system("OSGB36")
    (2154, 27700)
    """
    if code := _EPSG.search(text):
        epsg = int(code[1] or code[2])
        if epsg in SYSTEMS or epsg == WGS84:
            return epsg
    plain = text.casefold()
    if zone := _UTM.search(plain):
        return 25800 + int(zone[1])
    if "tm35fin" in plain.replace(" ", "").replace("-", ""):
        return 3067
    if "mercator" in plain or "3857" in plain:
        return 3857
    if "rt90" in plain.replace(" ", "").replace("_", ""):
        return 3021
    if re.search(r"osgb|british national grid|\bbng\b", plain):
        return 27700
    if re.search(r"lambert[\s_-]?(?:19)?93|\bl93\b|_l93(?!\d)", plain):
        return 2154
    if "sweref" not in plain:
        return None
    rest = re.sub(r"sweref\s?[_-]?(99)?", " ", plain)
    if zone := _ZONE.search(rest):
        meridian = int(zone[1]) + int(zone[2]) / 60
        for epsg, system in SYSTEMS.items():
            if system.meridian == meridian and system.is_zone:
                return epsg
    return 3006 if "tm" in rest or not re.search(r"\d", rest) else None


def stated_system(cell: str) -> int | None:
    """Return the EPSG code of the system that a cell names: one column may say it for all rows.

    >>> stated_system("EPSG:2154"), stated_system("3010")
    (2154, None)
    """
    return named_system(cell) if len(cell) < 60 and _NAMING.search(cell) else None


def with_zone_in_front(east: float) -> int | None:
    """Return the EPSG code of the system whose eastings begin with their zone.

    >>> with_zone_in_front(32412345.1), with_zone_in_front(412345.1)
    (4647, None)
    """
    return {32: 4647, 33: 5650}.get(int(east // 1_000_000))


def system_of(north: float, east: float) -> int | None:
    """Return the system that a coordinate must be in; None for what may be in one of twelve zones.

    The ranges of Sweden in SWEREF 99 TM, in the local zones and in RT 90 do not overlap.

    >>> system_of(6580822, 674032), system_of(6581000, 1628315), system_of(6580000, 152000)
    (3006, 3021, None)
    """
    if not is_northing(north):
        return None
    if 1_200_000 <= east <= 1_900_000:
        return 3021
    return 3006 if 262_000 <= east <= 930_000 else None


def is_within(north: float, east: float, epsg: int | None) -> bool:
    """Tell whether a position may be in a system; without one: in one of Sweden's."""
    if epsg == 3857:
        return max(abs(north), abs(east)) < 20_037_509 and max(abs(north), abs(east)) > 1_000
    if epsg is not None and epsg in SYSTEMS and not SYSTEMS[epsg].is_swedish:
        system = SYSTEMS[epsg]
        is_north = system.north[0] <= north <= system.north[1]
        return is_north and system.east[0] <= east <= system.east[1]
    return is_northing(north) and is_easting(east)


def is_northing(number: float) -> bool:
    """Tell whether a number may be a northing in Sweden, in metres."""
    return 6_090_000 <= number <= 7_700_000


def is_easting(number: float) -> bool:
    """Tell whether a number may be an easting in Sweden, in metres."""
    return 20_000 <= number <= 930_000 or 1_200_000 <= number <= 1_900_000
