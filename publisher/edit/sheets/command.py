"""One import from the file to what is said of it: opened, read, compared, checked, marked."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from publisher.edit.sheets.csvw import read_csv
from publisher.edit.sheets.grids import CellFinding
from publisher.edit.sheets.importing import Import, import_grids, import_sheets
from publisher.edit.sheets.layout import ComparisonBasis, ExportRecord, read_export_record
from publisher.edit.sheets.marking import (
    findings_file,
    in_order,
    mark_workbook,
    write_findings_file,
)
from publisher.edit.sheets.reading import (
    Workbook,
    can_be_marked,
    open_for_marking,
    open_for_reading,
    read_beginning,
    read_grids,
)
from publisher.edit.sheets.reports import ImportReport
from publisher.errors import SheetRefused
from publisher.findings import Severity
from publisher.messages import in_language, translate

_CSV = (".csv", ".tsv")
# Objects that are made between two looks for cycles.
_MADE_BETWEEN = 100_000
# Each kind of mistake comes a hundred times at most: this is for workbooks with very many kinds.
_SHOWN = 1_000
_NAMES = {Severity.VIOLATION: "violation", Severity.WARNING: "warning", Severity.INFO: "note"}


def read_import(
    file: Path, basis: ComparisonBasis, language: str, allow_removal: bool = False
) -> Import:
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


def _import(file: Path, basis: ComparisonBasis, language: str, allow_removal: bool) -> Import:
    read_beginning(file)
    found = ImportReport(file.name)
    if file.suffix.lower() in _CSV:
        sheet = read_csv(file, basis.layouts, found)
        return import_sheets([sheet], found, basis, None, language)
    with open_for_reading(file) as workbook:
        record = _read_record(file, workbook, basis)
        grids = read_grids(workbook, found)
        is_markable = can_be_marked(file, workbook.parts)
    made = import_grids(grids, found, basis, record, language, allow_removal)
    return replace(made, is_markable=is_markable)


def _read_record(file: Path, workbook: Workbook, basis: ComparisonBasis) -> ExportRecord | None:
    record = read_export_record(workbook)
    base_iri = basis.inventory.sources.base_iri
    if record is not None and record.base_iri != base_iri:
        raise SheetRefused(
            "The workbook is of another site: {theirs}, not {ours}.",
            where=file.name,
            remedy="Stand in the folder that it was exported from. Nothing was changed.",
            theirs=record.base_iri,
            ours=base_iri,
        )
    return record


def report_lines(
    file: Path, found: Import, language: str, mark_original: bool = False
) -> Iterator[str]:
    """Mark the findings of an import, and yield the report, line by line.

    A workbook that is refused gets a marked copy; its own file is left as it is unless asked.

    Raises:
        SourceError: The marked copy cannot be written.
    """
    ordered = in_order(found.report)
    for each in ordered[:_SHOWN]:
        yield f"{_place(file, each)}: {_finding_lines(each, language)}"
    if len(ordered) > _SHOWN:
        yield translate("… and {count} more.", language, count=len(ordered) - _SHOWN)
    if not found.is_refused:
        return
    count = found.report.violations
    if file.suffix.lower() in _CSV or found.is_markable:
        target = _write_marked(file, ordered, language, mark_original)
        yield translate(
            "{count} things to fix first; nothing was written into the"
            " sources. They are marked in {file}.",
            language,
            count=count,
            file=target,
        )
        return
    target = findings_file(file)
    write_findings_file(ordered, language, target)
    yield translate(
        "{count} things to fix first; nothing was written into the"
        " sources. The workbook is too large for a marked copy: they are"
        " listed in {file}.",
        language,
        count=count,
        file=target,
    )


def _write_marked(
    file: Path, findings: Sequence[CellFinding], language: str, mark_original: bool
) -> Path:
    """Write the findings where an editor sees them, and return the file."""
    if file.suffix.lower() in _CSV:
        target = findings_file(file)
        write_findings_file(findings, language, target)
    else:
        target = file if mark_original else findings_file(file)
        mark_workbook(open_for_marking(file), findings, language, target)
    return target


def _place(file: Path, each: CellFinding) -> str:
    parts = (each.position.sheet or each.finding.file or file.name, each.position.cell)
    return " ".join(part for part in parts if part)


def _finding_lines(each: CellFinding, language: str) -> str:
    name = translate(_NAMES[each.finding.severity], language)
    return f"{name}: {in_language(each.finding.message, language)}"
