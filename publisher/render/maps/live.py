"""What a map that moves is drawn from: places as numbers, for the script of the page.

Of the places of a drawn map the script finds names and links in the drawing; here is where they
are. The places of a table, however many, come from an address of their own, with names and links.
Numbers are whole: longitude and latitude in hundred-thousandths of a degree (a metre), each after
the first of a line as the difference from the one before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from publisher.rdf.geometries import simple_geometries
from publisher.release.tables.cells import file_columns
from publisher.release.tables.table import Table
from publisher.render.maps.geometry import LineString, Outline, outline_of
from publisher.render.page_model import Value

# So many parts of a degree are one.
PARTS = 100_000


@dataclass(frozen=True)
class TablePlaces:
    """Where a map that moves gets the places of a table.

    Attributes:
        href: Their address.
        title: What it is a map of.
        tiles: Address of tiles to lie beneath, with {z}, {x} and {y}; empty for none.
        credit: Who made them.
    """

    href: str
    title: str
    tiles: str = ""
    credit: Value | None = None


def differences(line: LineString) -> list[int]:
    """Return a line as whole numbers: the first position, then what each differs by.

    >>> differences(((15.0, 60.0), (15.00001, 59.99998)))
    [1500000, 6000000, 1, -2]
    """
    numbers: list[int] = []
    left = down = 0
    for x, y in line:
        across, up = round(x * PARTS), round(y * PARTS)
        if not numbers or (across, up) != (left, down):
            numbers += [across - left, up - down]
            left, down = across, up
    return numbers


def outline_numbers(outline: Outline) -> dict[str, list[Any]]:
    """Return an outline: ``p`` its points, ``l`` its lines, ``r`` its rings; as far as there are.

    >>> outline_numbers(Outline(points=((15.0, 60.0), (16.0, 60.0))))
    {'p': [1500000, 6000000, 100000, 0]}
    """
    parts: dict[str, list[Any]] = {
        "p": differences(outline.points),
        "l": list(map(differences, outline.lines)),
        "r": list(map(differences, outline.rings)),
    }
    return {name: numbers for name, numbers in parts.items() if numbers}


def as_numbers(outlines: Iterable[Outline]) -> str:
    """Return outlines as JSON, in their order."""
    return json.dumps([outline_numbers(each) for each in outlines], separators=(",", ":"))


def table_places(
    table: Table,
    features: Iterable[str],
    things: Collection[str] | None,
    language: str,
    href: Callable[[str], str],
) -> bytes:
    """Return the places of a table as JSON: for each thing that has one outline, name and address.

    Args:
        table: The table.
        features: The lines of its file as GeoJSON, which has one feature a line.
        things: IRIs of those that are wanted; None for all.
        language: Whose names come first.
        href: IRI → address of its page.
    """
    rows = (
        [outline_numbers(outline), name, href(thing)]
        for thing, name, outline in _located(table, features, things, language)
    )
    body = ",\n".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")) for r in rows)
    return f'{{"parts":{PARTS},"places":[\n{body}\n]}}\n'.encode()


def _located(
    table: Table, features: Iterable[str], things: Collection[str] | None, language: str
) -> Iterator[tuple[str, str, Outline]]:
    names = _name_keys(table, language)
    for line in features:
        written = line.strip().rstrip(",")
        if not written.startswith('{"type":"Feature",'):
            continue
        feature = json.loads(written)
        if feature["geometry"] is None or (things is not None and feature["id"] not in things):
            continue
        outline = outline_of(simple_geometries(feature["geometry"]))
        if next(outline.positions(), None):
            yield feature["id"], _name(feature["properties"], names), outline


def _name_keys(table: Table, language: str) -> list[str]:
    """Return the keys of a feature that hold its name, those of the reader's language first."""
    if table.label is None:
        return []
    spoken = table.label.spoken(language)
    own = [of for of in file_columns(table) if of.column is table.label]
    return [of.name for of in sorted(own, key=lambda of: of.language != spoken)]


def _name(properties: Mapping[str, Any], keys: Iterable[str]) -> str:
    for key in keys:
        value = properties.get(key)
        name = value[0] if isinstance(value, list) and value else value
        if name:
            return str(name)
    return ""
