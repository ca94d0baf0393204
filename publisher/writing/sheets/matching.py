"""Sheets and headings of a file that was filled in → the forms and fields they are for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from publisher.findings import Severity
from publisher.messages import LANGUAGES, text
from publisher.release.tables.table import ID
from publisher.writing.sheets.grids import Cell, Grid, Place, Placed, placed
from publisher.writing.sheets.layout import ADDRESS_KEY, Group, SheetLayout

_NUMBER = re.compile(r"(?P<name>.+?)\s+\d+")


@dataclass(frozen=True)
class Matched:
    """A sheet that is understood.

    Attributes:
        grid: What stands in it.
        layout: The form it is for.
        columns: Column → the group that it belongs to.
        separators: Column → what stands between several values in a cell, where it may hold them.
    """

    grid: Grid
    layout: SheetLayout
    columns: Mapping[int, Group] = field(repr=False)
    separators: Mapping[int, str] = field(default_factory=dict, repr=False)

    def column_of(self, name: str) -> int:
        """Return the first column of a group; 0 when the sheet has none."""
        return next(iter(self.columns_of(name)), 0)

    def cells(self, line: int, name: str) -> list[tuple[int, Cell]]:
        """Return column and cell of a line's values in a group, from left to right."""
        row = self.grid.lines[line]
        found = [(c, row[c]) for c in self.columns_of(name) if c in row]
        return [(c, each) for c, cell in found for each in self._split(c, cell)]

    def _split(self, column: int, cell: Cell) -> list[Cell]:
        separator = self.separators.get(column)
        texts = cell.text.split(separator) if separator else [cell.text]
        return [replace(cell, text=text) for text in texts if text.strip()]

    def columns_of(self, name: str) -> list[int]:
        """Return the columns of a group, from left to right."""
        return self._columns.get(name, [])

    @cached_property
    def _columns(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for column, group in sorted(self.columns.items()):
            found.setdefault(group.name, []).append(column)
        return found

    def address(self, line: int) -> str:
        """Return what stands as the address of a line; empty for something new."""
        cells = self.cells(line, ADDRESS_KEY)
        return cells[0][1].text.strip() if cells else ""


def match(
    grids: Iterable[Grid], layouts: Sequence[SheetLayout]
) -> tuple[list[Matched], list[Placed]]:
    """Return the sheets that are understood, and what is not."""
    matched: list[Matched] = []
    found: list[Placed] = []
    by_title = {layout.titles[tag].casefold(): layout for layout in layouts for tag in LANGUAGES}
    for grid in grids:
        layout = by_title.get(grid.title.strip().casefold())
        if layout is None:
            found += _unknown_sheet(grid, layouts)
            continue
        if any(layout is each.layout for each in matched):
            found.append(placed(text("There are two sheets for the same things."), _top(grid)))
            continue
        one, wrong = match_columns(grid, layout)
        found += wrong
        if one is not None:
            matched.append(one)
    return matched, found


def _top(grid: Grid) -> Place:
    return Place(grid.title, 1, 1)


def _unknown_sheet(grid: Grid, layouts: Sequence[SheetLayout]) -> Iterator[Placed]:
    """Yield what to do with a sheet that is for nothing: an empty one is nobody's mistake."""
    if not grid.head and not grid.lines:
        return
    titles = [layout.titles[tag] for layout in layouts for tag in LANGUAGES]
    nearest = difflib.get_close_matches(grid.title, titles, n=1, cutoff=0.4)
    if nearest:
        message = text(
            "No sheet is called '{title}'. Give it back its name ('{nearest}'?), or take it away.",
            title=grid.title,
            nearest=nearest[0],
        )
    else:
        message = text(
            "No sheet is called '{title}'. Give it back its name, or take it away: {titles}.",
            title=grid.title,
            titles=", ".join(layout.titles[LANGUAGES[0]] for layout in layouts),
        )
    yield placed(message, _top(grid))


def match_columns(grid: Grid, layout: SheetLayout) -> tuple[Matched | None, list[Placed]]:
    """Return a sheet with its columns understood; None when its head is lost."""
    names = _headings(layout)
    columns: dict[int, Group] = {}
    found: list[Placed] = []
    for column, heading in grid.head.items():
        group = _group(heading, names)
        if group is None:
            found.append(_unknown_heading(grid, column, heading, names))
        elif group.key == ADDRESS_KEY and group in columns.values():
            found.append(
                placed(text("There are two columns of addresses."), Place(grid.title, 1, column))
            )
        else:
            columns[column] = group
    if not columns:
        head = "; ".join(group.heading().split("\n")[0] for group in layout.groups[:3])
        message = text(
            "The first line has no headings that are known here. Bring back the line of headings"
            " ({head} …) from a fresh export; nothing of this sheet was read.",
            head=head,
        )
        return None, [placed(message, Place(grid.title, 1))]
    if not any(group.key == ADDRESS_KEY for group in columns.values()):
        message = text(
            "The column of addresses is missing. Bring it back from a fresh export: without it"
            " nobody knows which line is about what. Nothing of this sheet was read."
        )
        return None, [placed(message, Place(grid.title, 1))]
    found += _without_heading(grid, columns)
    return Matched(grid, layout, columns), found


def _headings(layout: SheetLayout) -> dict[str, Group]:
    """Return heading as it is compared → group: both languages together, and each alone."""
    found: dict[str, Group] = {}
    for group in layout.groups:
        spellings = [group.heading(), *(group.headings[tag] for tag in LANGUAGES), group.name]
        for spelling in spellings:
            found.setdefault(_plain(spelling), group)
        if group.key == ADDRESS_KEY:
            found.setdefault(ID, group)
    return found


def _plain(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def _group(heading: str, names: Mapping[str, Group]) -> Group | None:
    lines = [line for line in heading.splitlines() if line.strip()]
    for spelling in (heading, *lines):
        for each in (spelling, *_without_number(spelling)):
            if (group := names.get(_plain(each))) is not None:
                return group
    return None


def _without_number(heading: str) -> list[str]:
    lines = [_NUMBER.fullmatch(line.strip()) for line in heading.splitlines()]
    if not lines or not all(lines):
        return []
    return ["\n".join(line["name"] for line in lines if line)]


def _unknown_heading(grid: Grid, column: int, heading: str, names: Mapping[str, Group]) -> Placed:
    place = Place(grid.title, 1, column)
    shown = " ".join(heading.split())
    nearest = difflib.get_close_matches(_plain(heading), names, n=1, cutoff=0.6)
    if nearest:
        message = text(
            "The heading '{heading}' is not known here. Did you mean '{nearest}'? Correct it, or"
            " take the column away.",
            heading=shown,
            nearest=names[nearest[0]].heading().split("\n")[0],
        )
    else:
        message = text(
            "The heading '{heading}' is not known here. Correct it, or take the column away.",
            heading=shown,
        )
    return placed(message, place)


def _without_heading(grid: Grid, columns: Mapping[int, Group]) -> Iterator[Placed]:
    """Yield the cells beside the table: what has no heading is read by nobody."""
    for line, cells in grid.lines.items():
        for column in cells:
            if column not in columns and column not in grid.head:
                message = text(
                    "This column has no heading, so '{text}' was not read. Give it its heading,"
                    " or empty the cell.",
                    text=cells[column].text[:40],
                )
                yield placed(message, Place(grid.title, line, column), Severity.WARNING)
