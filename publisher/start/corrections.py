"""Cells that cannot be read, written anew by somebody before the table is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from publisher.rdf.text import fold
from publisher.start.raw_tables import RawTable, Row, clean_cell
from publisher.start.row_values import CellFault


def column_of(fault: CellFault, table: RawTable) -> str:
    """Return the heading of the cell that cures a fault; empty where none does.

    A row that has what another has is told apart by the first of the columns that do so.
    """
    said = fold(fault.heading)
    exact = (heading for heading in table.headings if fold(heading) == said)
    first = (heading for heading in table.headings if said.startswith(f"{fold(heading)}, "))
    return next(exact, next(first, ""))


def cell_of(fault: CellFault, table: RawTable) -> str:
    """Return all that stands in the cell of a fault, of which a part may be wrong."""
    heading = column_of(fault, table)
    row = next((row for row in table.rows if row.number == fault.row), None)
    return row.cells[table.headings.index(heading)] if heading and row else ""


def with_cells(table: RawTable, written: Mapping[tuple[int, str], str]) -> RawTable:
    """Return a table with other cells.

    Args:
        table: As it was read.
        written: Number of a row and heading → what stands there now.
    """
    by_row: dict[int, dict[int, str]] = {}
    for (number, heading), cell in written.items():
        by_row.setdefault(number, {})[table.headings.index(heading)] = clean_cell(cell)

    def changed(row: Row) -> Row:
        own = by_row.get(row.number)
        if own is None:
            return row
        return replace(row, cells=tuple(own.get(n, cell) for n, cell in enumerate(row.cells)))

    return replace(table, rows=tuple(map(changed, table.rows)))
