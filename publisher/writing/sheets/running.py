"""One import from the file to what is said of it: opened, read, compared, checked, marked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from publisher.errors import SheetRefused
from publisher.findings import Severity
from publisher.messages import in_language, translate
from publisher.writing.sheets.book import read_memory
from publisher.writing.sheets.csvs import read_csv
from publisher.writing.sheets.grids import Placed
from publisher.writing.sheets.importing import Import, import_grids, import_sheets
from publisher.writing.sheets.layout import Basis
from publisher.writing.sheets.marking import findings_file, in_order, mark, mark_new
from publisher.writing.sheets.opening import open_workbook, read_beginning, read_grids

_CSV = ".csv"
_SHOWN = 20
_NAMES = {Severity.VIOLATION: "violation", Severity.WARNING: "warning", Severity.INFO: "note"}


def read_import(file: Path, basis: Basis, language: str, allow_removal: bool = False) -> Import:
    """Return what a workbook or CSV file makes of the sources; nothing is written.

    Raises:
        SheetRefused: It cannot be read, or is of another site.
        ChangeRefused: A file of the sources cannot take the changes.
    """
    read_beginning(file)
    if file.suffix.lower() == _CSV:
        sheet, wrong = read_csv(file, basis.layouts)
        return import_sheets([sheet], wrong, basis, None, language)
    book = open_workbook(file)
    memory = read_memory(book)
    base_iri = basis.inventory.sources.base_iri
    if memory is not None and memory.base_iri != base_iri:
        raise SheetRefused(
            "The workbook is of another site: {theirs}, not {ours}.",
            where=file.name,
            remedy="Stand in the folder that it was exported from. Nothing was changed.",
            theirs=memory.base_iri,
            ours=base_iri,
        )
    grids, wrong = read_grids(book)
    return import_grids(grids, wrong, basis, memory, language, allow_removal)


def report(file: Path, found: Import, language: str, mark_original: bool = False) -> Iterator[str]:
    """Mark the findings of an import, and yield what is said of them, line by line.

    A workbook that is refused gets a marked copy; its own file is left as it is unless asked.

    Raises:
        SourceError: The marked copy cannot be written.
    """
    ordered = in_order(found.findings)
    for each in ordered[:_SHOWN]:
        yield f"{_place(file, each)}: {_said(each, language)}"
    if len(ordered) > _SHOWN:
        yield translate("… and {count} more.", language, count=len(ordered) - _SHOWN)
    if not found.is_refused:
        return
    target = file if mark_original and file.suffix.lower() != _CSV else findings_file(file)
    if file.suffix.lower() == _CSV:
        mark_new(ordered, language, target)
    else:
        mark(open_workbook(file), ordered, language, target)
    count = sum(each.finding.severity.blocks for each in ordered)
    yield translate(
        "{count} things to mend first; nothing was written into the sources. They are marked in"
        " {file}.",
        language,
        count=count,
        file=target,
    )


def _place(file: Path, each: Placed) -> str:
    parts = (each.place.sheet or each.finding.file or file.name, each.place.cell)
    return " ".join(part for part in parts if part)


def _said(each: Placed, language: str) -> str:
    name = translate(_NAMES[each.finding.severity], language)
    return f"{name}: {in_language(each.finding.message, language)}"
