"""A file that was filled in → changes of the sources: read → match → values → difference → change.

Each step adds what is wrong to one report, and hands on what is right: ``import_file`` is the whole
way. At its end the sources as they would be are checked, and findings are located in their cells.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import Change, Plan, plan_changes
from publisher.edit.consequences import following_texts, new_findings
from publisher.edit.field_messages import FieldMessages, field_keys, one_each
from publisher.edit.inventory import Inventory
from publisher.edit.sheets.cells import CellCodec
from publisher.edit.sheets.differences import RowChanges, RowComparison, removals
from publisher.edit.sheets.layout import ComparisonBasis, ExportRecord
from publisher.edit.sheets.matching import SheetRow, match_rows, match_sheets, new_things
from publisher.edit.sheets.reading import read_file
from publisher.edit.sheets.reports import MOST_REPORTED, CellFinding, CellPosition, ImportReport
from publisher.edit.statements import SUBJECT
from publisher.errors import SheetRefused
from publisher.findings import Finding, Severity
from publisher.messages import text
from publisher.quality.shape_features import read_literal
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import pick_name

_TYPE = iri("rdf:type")
_MISSING = frozenset(
    iri(f"sh:{name}ConstraintComponent") for name in ("MinCount", "HasValue", "QualifiedMinCount")
)
# Objects that are made between two searches for cycles.
_MADE_BETWEEN = 100_000


@dataclass(frozen=True)
class Import:
    """What a workbook makes of the sources.

    Attributes:
        plan: The files as they would be; None when the workbook must be corrected before.
        report: What is to be corrected, with positions.
        added: IRIs of the things that are new.
        is_markable: Whether the file can be held as a whole to be marked.
    """

    plan: Plan | None
    report: ImportReport
    added: tuple[str, ...] = ()
    is_markable: bool = True

    @property
    def findings(self) -> tuple[CellFinding, ...]:
        """Return what is to be corrected: of each kind the first hundred, and the count."""
        return tuple(self.report)

    @property
    def is_refused(self) -> bool:
        """Tell whether something prevents writing."""
        return self.plan is None or self.report.is_blocking


def import_file(
    file: Path,
    basis: ComparisonBasis,
    language: str,
    allow_removal: bool = False,
    update_texts: bool = False,
) -> Import:
    """Return what a workbook or CSV file makes of the sources; nothing is written.

    Args:
        file: The file.
        basis: What the sources say, and the sheets there may be.
        language: Of the names in the sheets, when the file does not say.
        allow_removal: Whether a thing whose row is gone is removed.
        update_texts: Whether texts that name a number or date which is replaced follow it.

    Raises:
        SheetRefused: It cannot be read, or is of another site.
        ChangeRefused: A file of the sources cannot take the changes.
    """
    report = ImportReport(file.name)
    with _seldom_collecting():
        found = read_file(file, report)
        _refuse_other_site(file, found.record, basis)
        sheets = match_sheets(found, basis.layouts, report)
        exported = CellCodec(basis, found.record.language if found.record else language)
        rows = match_rows(sheets, exported, found.record, report)
        codec = CellCodec(basis, exported.language, new_things(rows))
        comparison = RowComparison(exported, codec, found.record, report)
        made = RowChanges(basis, report)
        for row in rows:
            made.add(comparison.of(row))
        changes = made.finish()
        gone = {change.thing for change in changes if change.path == _TYPE}
        present = gone | {row.thing for row in rows}
        removed = removals(basis.inventory, sheets, found.record, present, allow_removal, report)
        plan = None
        if not report.is_blocking:
            changes = _joined(changes, removed)
            changes += _texts(basis, rows, changes, report, update_texts)
            plan = _checked_plan(basis, rows, changes, report)
        new = tuple(row.thing for row in rows if row.is_new and row.thing) if plan else ()
        return Import(plan, report, new, found.is_markable)


def _texts(
    basis: ComparisonBasis,
    rows: Iterable[SheetRow],
    changes: Sequence[Change],
    report: ImportReport,
    update_texts: bool,
) -> list[Change]:
    """Return the changes of texts that lag behind, if they are to follow; report each."""
    following = following_texts(changes, basis.inventory)
    of_thing = {row.thing: row for row in rows} if following else {}
    for change in following:
        assert isinstance(change.old, Literal)
        assert isinstance(change.new, Literal)
        row = of_thing.get(change.thing)
        message = text(
            "The text follows the value: “{old}” is now “{new}”."
            if update_texts
            else "“{old}” names a value that you replaced. With --update-texts it becomes “{new}”;"
            " or write here what it shall be.",
            old=change.old.value,
            new=change.new.value,
        )
        name = f"{change.path}@{change.old.language}"
        position = CellPosition() if row is None else row.position(name)
        report.add(message, position, Severity.INFO if update_texts else Severity.WARNING)
    return following if update_texts else []


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for cycles of objects seldom: in millions of cells there are none, and it takes long."""
    before = gc.get_threshold()
    gc.set_threshold(_MADE_BETWEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _refuse_other_site(file: Path, record: ExportRecord | None, basis: ComparisonBasis) -> None:
    base_iri = basis.inventory.sources.base_iri
    if record is not None and record.base_iri != base_iri:
        raise SheetRefused(
            "The workbook is of another site: {theirs}, not {ours}.",
            where=file.name,
            remedy="Stand in the folder that it was exported from. Nothing was changed.",
            theirs=record.base_iri,
            ours=base_iri,
        )


def _joined(changes: Iterable[Change], removed: Iterable[Change]) -> list[Change]:
    """Return changes and removals, each once: what a row replaces is not removed besides."""
    found = dict.fromkeys(changes)
    gone = {(change.thing, change.path, change.old) for change in found}
    found |= dict.fromkeys(c for c in removed if (c.thing, c.path, c.old) not in gone)
    return list(found)


# The sources as they would be: checked, with findings located in the cells to correct.


def _checked_plan(
    basis: ComparisonBasis,
    rows: Sequence[SheetRow],
    changes: Sequence[Change],
    report: ImportReport,
) -> Plan | None:
    """Return what the changes make of the files; None when too many rows share an error."""
    sources = basis.inventory.sources
    sample = _take_sample(rows, changes)
    if sample is not None:
        findings = new_findings(plan_changes(sources, sample.changes))
        located = [
            each
            for each in _located(basis, findings, rows, sample.changes)
            if each.finding.focus_node in sample.things
        ]
        if any(each.finding.severity.blocks for each in located):
            _report_sample(sample, located, report)
            return None
    plan = plan_changes(sources, changes)
    for each in _located(basis, new_findings(plan), rows, changes):
        report.add_finding(each)
    return plan


def _located(
    basis: ComparisonBasis,
    findings: Iterable[Finding],
    rows: Iterable[SheetRow],
    changes: Iterable[Change],
) -> Iterator[CellFinding]:
    """Yield each finding with the position of its cell, if there is one, in words of the sheet."""
    of_thing = {row.thing: row for row in rows}
    # A statement made on the way is corrected in the row of what it is about.
    for change in changes:
        if change.path == SUBJECT and change.new is not None and change.new.value in of_thing:
            of_thing.setdefault(change.thing, of_thing[change.new.value])
    messages = FieldMessages(basis.inventory, [layout.form for layout in basis.layouts])
    for finding in one_each(findings):
        row = of_thing.get(finding.focus_node)
        if row is None:
            yield CellFinding(_named(messages.reworded(finding), basis.inventory), CellPosition())
        else:
            reworded = messages.reworded(finding, row.sheet.form)
            yield CellFinding(reworded, _position(finding, row, basis.inventory))


def _named(finding: Finding, inventory: Inventory) -> Finding:
    """Return a finding on a thing that has no row: its message names the thing, not a file."""
    names = inventory.names(finding.focus_node)
    if not names:
        return finding
    message = {tag: f"{pick_name(names, tag)}: {words}" for tag, words in finding.message.items()}
    return replace(finding, message=message, file="", line=0)


def _position(finding: Finding, row: SheetRow, inventory: Inventory) -> CellPosition:
    """Return the cell whose change cures a finding.

    That is the one with the value it is about; where something is missing, an empty one of the
    field, and else one that is filled in.
    """
    keys = list(field_keys(finding, inventory.shapes))
    groups = [g for g in row.sheet.groups if g.field is not None and g.field.key in keys]
    for group in groups:
        for column, cell in row.cells(group.name):
            if _is_value(cell.text, group.language, finding, inventory):
                return row.at(column)
    written = [group.name for group in groups if row.cells(group.name)]
    empty = [group.name for group in groups if not row.cells(group.name)]
    is_missing = finding.component in _MISSING and len(keys) == 1
    headings = (empty or written) if is_missing else (written or empty)
    return row.position(*headings[:1])


def _is_value(written: str, language: str, finding: Finding, inventory: Inventory) -> bool:
    """Tell whether a cell holds the value of a finding, as N-Triples there."""
    if not finding.value or finding.value.startswith("_:"):
        return False
    if not finding.value.startswith('"'):
        name = finding.value.strip("<>")
        known = {name, *inventory.names(name).values()}
        return written.strip().casefold() in {each.casefold() for each in known}
    value = read_literal(finding.value)
    return written.strip() == value.value and language == (value.language or "")


# A few of very many new rows are checked first: those that are filled in the same way.

# Fewer new things are simply checked.
_MANY = 1_000
# Where more than so many belong together, no part of them can be looked at alone.
_MOST = 3_000
_FillPattern = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class _RowSample:
    """Some of the new things, with all that belongs to them.

    Attributes:
        things: Their IRIs.
        changes: What makes them.
        patterns: New thing, also outside of the sample → how its row is filled in.
        counts: How many rows are filled in so.
    """

    things: Set[str]
    changes: Sequence[Change] = field(repr=False)
    patterns: Mapping[str, _FillPattern] = field(repr=False)
    counts: Mapping[_FillPattern, int] = field(repr=False)


def _take_sample(rows: Iterable[SheetRow], changes: Sequence[Change]) -> _RowSample | None:
    """Return a sample of the new things; None when there are few, or all belong together.

    The check takes some ten milliseconds a thing, so a hundred thousand rows with one mistake are
    answered by those that represent the others: the first hundred that are filled in the same way,
    and whatever they name or are named by, so that nothing is missing that is outside of them.
    """
    patterns = {row.thing: _fill_pattern(row) for row in rows if row.is_new and row.thing}
    if len(patterns) <= _MANY:
        return None
    counts: dict[_FillPattern, int] = defaultdict(int)
    sample: list[str] = []
    for thing, pattern in patterns.items():
        counts[pattern] += 1
        if counts[pattern] <= MOST_REPORTED and len(sample) < _MANY:
            sample.append(thing)
    things = _connected_things(sample, changes)
    if things is None:
        return None
    return _RowSample(things & patterns.keys(), _changes_of(things, changes), patterns, counts)


def _fill_pattern(row: SheetRow) -> _FillPattern:
    return row.sheet.form.class_iri, frozenset(group.name for group in row.filled)


def _connected_things(sample: Iterable[str], changes: Sequence[Change]) -> set[str] | None:
    """Return some new things with all that the changes link them to; None when that is too much."""
    made = {change.thing for change in changes if change.file}
    linked: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        if isinstance(change.new, NamedNode) and change.new.value in made:
            linked[change.thing].append(change.new.value)
            linked[change.new.value].append(change.thing)
    found: set[str] = set()
    waiting = list(sample)
    while waiting:
        thing = waiting.pop()
        if thing in found:
            continue
        found.add(thing)
        if len(found) > _MOST:
            return None
        # Through what was there before, everything would belong together.
        waiting += [other for other in linked[thing] if other in made and thing in made]
    return found


def _changes_of(things: Set[str], changes: Sequence[Change]) -> list[Change]:
    return [
        change
        for change in changes
        if change.thing in things
        or (isinstance(change.new, NamedNode) and change.new.value in things)
    ]


def _report_sample(
    sample: _RowSample, findings: Iterable[CellFinding], report: ImportReport
) -> None:
    """Report what is wrong in a sample, with how many rows outside of it are like that.

    What is missing in every thing of the sample that is filled in one way is missing in all that
    are filled in that way. What is wrong with a value is not known of others.
    """
    having: dict[tuple[object, _FillPattern], dict[str, CellFinding]] = defaultdict(dict)
    for each in findings:
        report.add_finding(each)
        finding = each.finding
        pattern = sample.patterns.get(finding.focus_node)
        if pattern is not None and (not finding.value or finding.value == finding.focus_node):
            having[each.kind, pattern].setdefault(finding.focus_node, each)
    for (_kind, pattern), things in having.items():
        checked = sum(sample.patterns.get(thing) == pattern for thing in sample.things)
        rest = sample.counts[pattern] - checked
        if rest and len(things) == checked:
            report.add_more(next(iter(things.values())), rest)
    message = text(
        "{checked} of {count} new rows were checked; the others are"
        " counted by which of their cells are filled in. Fix what is wrong"
        " in all, and import again.",
        checked=len(sample.things),
        count=len(sample.patterns),
    )
    report.warn(message, CellPosition())
