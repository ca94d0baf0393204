"""Each field of each sheet is broken in turn: the cell that cures it is marked, once, in words."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from publisher.edit.field_messages import is_technical
from publisher.edit.fields import ADDRESS, DATE, LINK, NUMBER, PLAIN, TEXT, TRUTH
from publisher.edit.sheets.export import export_workbook
from publisher.edit.sheets.importing import Import, import_file
from publisher.edit.sheets.layout import (
    ColumnGroup,
    ComparisonBasis,
    SheetLayout,
    make_basis,
)
from publisher.edit.sheets.reports import CellPosition
from publisher.edit.statements import STATEMENT
from publisher.load.sources import read_sources

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[3]
POND = Path(__file__).parents[1] / "pond"
BASES = {"clusters": "https://w3id.org/nms-kluster/", "pond": "https://data.example.org/"}


@dataclass
class Workbook:
    """A workbook exported from a folder."""

    basis: ComparisonBasis
    file: Path

    def imported(self, change: Callable[[Any], None], name: str) -> Import:
        """Return what an import makes of the workbook after a change."""
        book = openpyxl.load_workbook(self.file)
        change(book)
        changed = self.file.with_name(f"{name}.xlsx")
        book.save(changed)
        return import_file(changed, self.basis, "sv")

    def groups(self) -> Iterator[tuple[SheetLayout, ColumnGroup, int]]:
        """Yield each field of each sheet, and the column where it begins."""
        for layout in self.basis.layouts:
            column = 1
            for group in layout.groups:
                if group.field is not None and layout.form.things:
                    yield layout, group, column
                column += group.count


@pytest.fixture(scope="module", params=["clusters", "pond"])
def workbook(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """Return the workbook of the fourteen, or of a small world of lakes."""
    folder = tmp_path_factory.mktemp(request.param) / "folder"
    if request.param == "clusters":
        for name in ("ontology", "data", "shapes"):
            shutil.copytree(REPOSITORY / name, folder / name)
    else:
        shutil.copytree(REPOSITORY / "tests" / "data", folder)
        shutil.copy(POND / "shapes.ttl", folder / "shapes" / "Pond.ttl")
        shutil.copy(POND / "terms.ttl", folder / "ontology" / "pond.ttl")
        shutil.copy(POND / "data.ttl", folder / "data" / "lakes" / "pond.ttl")
    basis = make_basis(read_sources(folder, BASES[request.param]))
    file = folder.parent / "book.xlsx"
    export_workbook(basis, file, "sv")
    return Workbook(basis, file)


_WRONG = {
    NUMBER: "omkring elva",
    DATE: "i våras",
    LINK: "finns inte alls",
    ADDRESS: "www utan början",
    TRUTH: "kanske",
}


def test_what_cannot_be_read_is_marked_in_its_own_cell(workbook: Workbook) -> None:
    """Every field of which some texts are no value: all in one workbook, each found once."""
    broken: set[CellPosition] = set()

    def change(book: Any) -> None:
        for layout, group, column in workbook.groups():
            assert group.field is not None
            if group.field.kind in _WRONG and layout.form.class_iri != STATEMENT:
                title = layout.titles["sv"]
                book[title].cell(2, column).value = _WRONG[group.field.kind]
                broken.add(CellPosition(title, 2, column))

    found = workbook.imported(change, "unreadable").findings
    assert len(broken) > 5
    assert _marked(found) == Counter(broken)
    _assert_plain(found)


def test_what_breaks_a_shape_is_marked_in_the_cell_that_cures_it(workbook: Workbook) -> None:
    """Every field that must be there is emptied, every one with a pattern gets another text."""
    broken: set[CellPosition] = set()
    lacking: set[tuple[str, int, str]] = set()

    def change(book: Any) -> None:
        for layout, group, column in workbook.groups():
            assert group.field is not None
            sheet, title = book[layout.titles["sv"]], layout.titles["sv"]
            if layout.form.class_iri == STATEMENT:
                continue
            rows = [r for r in range(2, sheet.max_row + 1) if sheet.cell(r, column).value]
            if group.field.kind in (PLAIN, TEXT) and group.field.pattern and rows:
                sheet.cell(rows[0], column).value = "!?"
                broken.add(CellPosition(title, rows[0], column))
            elif _is_required(group) and rows:
                # A thing that lacks a text in two languages lacks texts: that is one fault.
                row = rows[len(broken) % len(rows)]
                if (title, row, group.key) in lacking:
                    continue
                lacking.add((title, row, group.key))
                for each in range(column, column + group.count):
                    sheet.cell(row, each).value = None
                broken.add(CellPosition(title, row, column))

    found = workbook.imported(change, "shapes").findings
    grave = [each for each in found if each.finding.severity.blocks]
    assert broken
    assert _marked(grave) == Counter(broken)
    _assert_plain(found)


def _is_required(group: ColumnGroup) -> bool:
    """Tell whether a thing without a value in a column lacks something."""
    assert group.field is not None
    if group.field.kind == LINK:
        return False
    return group.field.least >= max(1, len(group.field.languages) * (group.field.kind == TEXT))


def _marked(found: Any) -> Counter[CellPosition]:
    return Counter(each.position for each in found)


def _assert_plain(found: Any) -> None:
    texts = {text for each in found for text in each.finding.message.values()}
    assert not [text for text in texts if is_technical(text)]
