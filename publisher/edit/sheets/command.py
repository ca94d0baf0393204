"""One import from the file to what is said of it: opened, read, compared, checked, marked."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from publisher.edit.sheets.csvw import read_csv
from publisher.edit.sheets.grids import Placed
from publisher.edit.sheets.importing import Import, import_grids, import_sheets
from publisher.edit.sheets.layout import Basis, Memory, read_memory
from publisher.edit.sheets.marking import findings_file, in_order, mark, mark_new
from publisher.edit.sheets.reading import (
    Workbook,
    can_be_marked,
    open_whole,
    read_beginning,
    read_grids,
    reading,
)
from publisher.edit.sheets.reports import Report
from publisher.errors import SheetRefused
from publisher.findings import Severity
from publisher.messages import in_language, translate

_CSV = (".csv", ".tsv")
# Objects that are made between two looks for cycles.
_MADE_BETWEEN = 100_000
# Each kind of mistake comes a hundred times at most: this is for workbooks with very many kinds.
_SHOWN = 1_000
_NAMES = {Severity.VIOLATION: "violation", Severity.WARNING: "warning", Severity.INFO: "note"}


def read_import(file: Path, basis: Basis, language: str, allow_removal: bool = False) -> Import:
    """Return what a workbook or CSV file makes of the sources; nothing is written.

    Raises:
        SheetRefused: It cannot be read, or is of another site.
        ChangeRefused: A file of the sources cannot take the changes.
    """
    with _seldom_collecting():
        return _import(file, basis, language, allow_removal)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for cycles of objects seldom: in millions of cells there are none, and it takes long."""
    before = gc.get_threshold()
    gc.set_threshold(_MADE_BETWEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _import(file: Path, basis: Basis, language: str, allow_removal: bool) -> Import:
    read_beginning(file)
    found = Report(file.name)
    if file.suffix.lower() in _CSV:
        sheet = read_csv(file, basis.layouts, found)
        return import_sheets([sheet], found, basis, None, language)
    with reading(file) as workbook:
        memory = _memory(file, workbook, basis)
        grids = read_grids(workbook, found)
        is_markable = can_be_marked(file, workbook.parts)
    made = import_grids(grids, found, basis, memory, language, allow_removal)
    return replace(made, is_markable=is_markable)


def _memory(file: Path, workbook: Workbook, basis: Basis) -> Memory | None:
    memory = read_memory(workbook)
    base_iri = basis.inventory.sources.base_iri
    if memory is not None and memory.base_iri != base_iri:
        raise SheetRefused(
            "The workbook is of another site: {theirs}, not {ours}.",
            where=file.name,
            remedy="Stand in the folder that it was exported from. Nothing was changed.",
            theirs=memory.base_iri,
            ours=base_iri,
        )
    return memory


def report(file: Path, found: Import, language: str, mark_original: bool = False) -> Iterator[str]:
    """Mark the findings of an import, and yield what is said of them, line by line.

    A workbook that is refused gets a marked copy; its own file is left as it is unless asked.

    Raises:
        SourceError: The marked copy cannot be written.
    """
    ordered = in_order(found.report)
    for each in ordered[:_SHOWN]:
        yield f"{_place(file, each)}: {_said(each, language)}"
    if len(ordered) > _SHOWN:
        yield translate("… and {count} more.", language, count=len(ordered) - _SHOWN)
    if not found.is_refused:
        return
    count = found.report.violations
    if file.suffix.lower() in _CSV or found.is_markable:
        target = _marked(file, ordered, language, mark_original)
        yield translate(
            "{count} things to fix first; nothing was written into the"
            " sources. They are marked in {file}.",
            language,
            count=count,
            file=target,
        )
        return
    target = findings_file(file)
    mark_new(ordered, language, target)
    yield translate(
        "{count} things to fix first; nothing was written into the"
        " sources. The workbook is too large for a marked copy: they are"
        " listed in {file}.",
        language,
        count=count,
        file=target,
    )


def _marked(file: Path, findings: Sequence[Placed], language: str, mark_original: bool) -> Path:
    """Write the findings where an editor sees them, and return the file."""
    if file.suffix.lower() in _CSV:
        target = findings_file(file)
        mark_new(findings, language, target)
    else:
        target = file if mark_original else findings_file(file)
        mark(open_whole(file), findings, language, target)
    return target


def _place(file: Path, each: Placed) -> str:
    parts = (each.place.sheet or each.finding.file or file.name, each.place.cell)
    return " ".join(part for part in parts if part)


def _said(each: Placed, language: str) -> str:
    name = translate(_NAMES[each.finding.severity], language)
    return f"{name}: {in_language(each.finding.message, language)}"
