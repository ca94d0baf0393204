"""A workbook that was filled in → changes of the sources, or a list of mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from publisher.edit.changes import Change, Plan, plan_changes
from publisher.edit.fields import LINK, Field, Form
from publisher.edit.inventory import FileHabit, file_for_new_thing, file_habit, has_own_file
from publisher.edit.sheets.cells import CellCodec
from publisher.edit.sheets.differences import (
    RowComparison,
    missing_rows,
    row_groups,
    take_sample,
    value_changes,
)
from publisher.edit.sheets.grids import CellFinding, CellPosition, RawSheet, cell_finding
from publisher.edit.sheets.layout import SOURCE_KEY, ColumnGroup, ComparisonBasis, ExportRecord
from publisher.edit.sheets.matching import (
    MatchedSheet,
    SheetRow,
    match_sheets,
    new_names,
    read_sheet_rows,
)
from publisher.edit.sheets.reports import ImportReport
from publisher.edit.statements import OBJECT, PREDICATE, STATEMENT, SUBJECT
from publisher.findings import Finding, Severity
from publisher.messages import LANGUAGES, Message, text, translate
from publisher.quality.approval import check
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term, pick_name

_TYPE = iri("rdf:type")


@dataclass(frozen=True)
class Import:
    """What a workbook makes of the sources.

    Attributes:
        plan: The files as they would be; None when the workbook must be mended before.
        report: What is to be mended, with places.
        added: IRIs of the things that are new.
        is_markable: Whether the file can be held as a whole to be marked.
    """

    plan: Plan | None
    report: ImportReport
    added: tuple[str, ...] = ()
    is_markable: bool = True

    @property
    def findings(self) -> tuple[CellFinding, ...]:
        """Return what is to be mended: of each kind the first hundred, and the count."""
        return tuple(self.report)

    @property
    def is_refused(self) -> bool:
        """Tell whether something stands in the way of writing."""
        return self.plan is None or self.report.is_blocking


@dataclass
class _ImportState:
    """The state of an import: rows, changes and files so far."""

    basis: ComparisonBasis
    memory: ExportRecord | None
    language: str
    report: ImportReport
    lines: list[SheetRow] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    habits: dict[str, FileHabit] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def habit(self, form: Form) -> FileHabit:
        """Return where the things of a form stand."""
        if form.class_iri not in self.habits:
            self.habits[form.class_iri] = file_habit(self.basis.inventory, form)
        return self.habits[form.class_iri]


def import_grids(
    grids: Sequence[RawSheet],
    report: ImportReport,
    basis: ComparisonBasis,
    record: ExportRecord | None,
    language: str,
    allow_removal: bool = False,
) -> Import:
    """Return what the sheets of a workbook make of the sources; nothing is written.

    Args:
        grids: The sheets.
        report: What could not be read in them; what else is wrong is added.
        basis: What the sources say, and the sheets there may be.
        record: What stood in the workbook when it was written, if that is known.
        language: Of the names in the sheets, when they do not tell.
        allow_removal: Whether a thing whose line is gone goes too.

    Raises:
        ChangeRefused: A file of the sources cannot take the changes.
    """
    sheets = match_sheets(grids, basis.layouts, report)
    if not sheets and not len(report):
        report.add(cell_finding(text("There is no sheet here that can be read."), CellPosition("")))
    return import_sheets(sheets, report, basis, record, language, allow_removal)


def import_sheets(
    sheets: Sequence[MatchedSheet],
    report: ImportReport,
    basis: ComparisonBasis,
    record: ExportRecord | None,
    language: str,
    allow_removal: bool = False,
) -> Import:
    """Return what sheets that are understood make of the sources; see ``import_grids``."""
    shown_in = record.language if record is not None else language
    reading = _ImportState(basis, record, shown_in, report)
    _read(reading, sheets)
    present = {row.thing for row in reading.lines}
    going = {change.thing for change in reading.changes if change.path == _TYPE}
    removed, lost = missing_rows(basis.inventory, sheets, record, present | going, allow_removal)
    report.extend(lost)
    if report.is_blocking:
        return Import(None, report)
    gone = {(change.thing, change.path, change.old) for change in reading.changes}
    removed = [c for c in removed if (c.thing, c.path, c.old) not in gone]
    changes = dict.fromkeys([*reading.changes, *removed])
    if _sample_fails(reading, tuple(changes)):
        return Import(None, report)
    plan = plan_changes(basis.inventory.sources, changes)
    report.extend(locate_findings(_new_findings(plan), reading.lines, reading.changes))
    new = tuple(row.thing for row in reading.lines if row.is_new and row.thing)
    return Import(plan, report, new)


def _sample_fails(reading: _ImportState, changes: Sequence[Change]) -> bool:
    """Tell whether some of very many new lines are wrong; report it, with how many are like them.

    The check takes some ten milliseconds a thing: a hundred thousand lines with the same mistake
    are answered by those that stand for the others.
    """
    sample = take_sample(reading.lines, changes)
    if sample is None:
        return False
    plan = plan_changes(reading.basis.inventory.sources, sample.changes)
    findings = [each for each in _new_findings(plan) if each.focus_node in sample.things]
    if not any(each.severity.blocks for each in findings):
        return False
    for each in locate_findings(findings, reading.lines, sample.changes):
        reading.report.add(each)
    for each, count in sample.like(locate_findings(findings, reading.lines, sample.changes)):
        reading.report.add_uncounted(each, count)
    message = text(
        "{checked} of {count} new rows were checked; the others are"
        " counted by which of their cells are filled in. Fix what is wrong"
        " in all, and import again.",
        checked=len(sample.things),
        count=sample.of,
    )
    reading.report.add(cell_finding(message, CellPosition(""), Severity.WARNING))
    return True


def _new_findings(plan: Plan) -> list[Finding]:
    """Return the findings that the sources would have and do not have yet."""
    if not plan.files:
        return []
    after = check(plan.after)
    if not after:
        return []
    known = {_finding_key(finding) for finding in check(plan.before)}
    return [finding for finding in after if _finding_key(finding) not in known]


def _finding_key(finding: Finding) -> tuple[object, ...]:
    """Return a key that identifies a finding even if its position has changed."""
    about = (finding.rule, finding.focus_node, finding.path, finding.value)
    return (*about, tuple(sorted(finding.message.items())))


def _read(reading: _ImportState, sheets: Sequence[MatchedSheet]) -> None:
    """Read every line, and note what it changes."""
    inventory, layouts = reading.basis.inventory, reading.basis.layouts
    shown = CellCodec(inventory, layouts, reading.language)
    rows = read_sheet_rows(sheets, inventory, shown, reading.memory, reading.report)
    reading.lines = rows
    codec = CellCodec(inventory, layouts, reading.language, new_names(rows))
    differ = RowComparison(shown, codec, reading.memory, reading.report)
    citing: dict[str, list[str]] = {}
    kept: set[str] = set()
    stated: set[tuple[str, str, Term]] = set()
    for row in rows:
        found = list(_row_changes(reading, differ, row, stated))
        if not found:
            continue
        if row.sheet.layout.form.class_iri == STATEMENT:
            kept.add(found[0].thing)
        reading.changes += found
        reading.changed.update(change.thing for change in found)
        citing[row.thing] = differ.cited(row)
    facts = [change for change in reading.changes if change.thing not in kept]
    statements = reading.basis.statements
    reading.report.extend(_missing_sources(reading, statements.lacking(facts, citing, stated)))
    reading.changes += statements.following(facts, citing, kept, stated)


def _row_changes(
    reading: _ImportState, differ: RowComparison, row: SheetRow, stated: set[tuple[str, str, Term]]
) -> Iterator[Change]:
    values = [(group, *differ.values(row, group)) for group in row_groups(row)]
    thing, file = row.thing, ""
    form = row.sheet.layout.form
    if form.class_iri == STATEMENT:
        fact = _fact_changes(reading, row, values)
        if fact is not None:
            stated.add(fact)
            thing = thing or reading.basis.statements.address(
                *fact, reading.changed, reading.numbers
            )
        elif row.is_new:
            message = text("A statement needs what it is about, a property and a value.")
            reading.report.add(cell_finding(message, row.position(SUBJECT)))
            return
    if row.is_new:
        near = _owner_files(reading, form.class_iri, values)
        file = file_for_new_thing(reading.basis.inventory, form, thing, near, reading.habit(form))
        reading.files[thing] = file
        for name in form.types:
            yield Change(thing, _TYPE, new=NamedNode(name), file=file)
    for group, gone, come in values:
        yield from value_changes(thing, group, gone, come, file)


def _missing_sources(reading: _ImportState, changes: Iterable[Change]) -> Iterator[CellFinding]:
    """Yield where the source of new facts is to be chosen; the check says whether it must be."""
    of_thing = {row.thing: row for row in reading.lines}
    lacking: dict[str, list[Field]] = {}
    for change in changes:
        row = of_thing.get(change.thing)
        field = row.sheet.layout.form.field(change.path) if row is not None else None
        if field is not None:
            lacking.setdefault(change.thing, []).append(field)
    for thing, fields in lacking.items():
        texts = {
            tag: translate(
                "Choose the source of what is new here: {names}.",
                tag,
                names=", ".join(dict.fromkeys(pick_name(each.names, tag) for each in fields)),
            )
            for tag in LANGUAGES
        }
        yield cell_finding(
            Message(texts, "source"), of_thing[thing].position(SOURCE_KEY), Severity.WARNING
        )


_Values = Sequence[tuple[ColumnGroup, list[Term], list[Term]]]


def _fact_changes(
    reading: _ImportState, row: SheetRow, values: _Values
) -> tuple[str, str, Term] | None:
    """Return the fact that a statement's row describes, with its changes."""
    if not row.is_new and not any(gone or come for _group, gone, come in values):
        return None
    found: dict[str, Term] = {}
    for key in (SUBJECT, PREDICATE, OBJECT):
        there = reading.basis.inventory.properties.values(row.thing, key) if row.thing else ()
        come = [term for group, _gone, new in values if group.key == key for term in new]
        for term in (*come, *there)[:1]:
            found[key] = term
    if len(found) < 3:
        return None
    return found[SUBJECT].value, found[PREDICATE].value, found[OBJECT]


def _owner_files(reading: _ImportState, class_iri: str, values: _Values) -> list[str]:
    """Return the files of what a new thing belongs to: of links that it must have."""
    found: list[str] = []
    for group, _gone, come in values:
        if group.field is None or group.field.kind != LINK or not group.field.least:
            continue
        for term in come:
            if term.value in reading.files:
                found.append(reading.files[term.value])
            elif has_own_file(reading.basis.inventory, term.value) or (
                class_iri == STATEMENT and group.key == SUBJECT
            ):
                found += (
                    [home]
                    if (home := reading.basis.inventory.defining_files.get(term.value))
                    else []
                )
    return found


# Findings of the check → the cells in which they are mended.


def locate_findings(
    findings: Iterable[Finding], rows: Sequence[SheetRow], changes: Iterable[Change]
) -> list[CellFinding]:
    """Return each finding with the position of its cell, if there is one."""
    of_thing = {row.thing: row for row in rows}
    # A statement made on the way is mended on the line of what it is about.
    for change in changes:
        if change.path == SUBJECT and change.new is not None and change.new.value in of_thing:
            of_thing.setdefault(change.thing, of_thing[change.new.value])
    return [
        CellFinding(finding, _locate(finding, of_thing.get(finding.focus_node)))
        for finding in findings
    ]


def _locate(finding: Finding, row: SheetRow | None) -> CellPosition:
    if row is None:
        return CellPosition("")
    groups = [
        group
        for group in row.sheet.columns.values()
        if group.field is not None and group.field.path == finding.path
    ]
    written = [g for g in groups if row.sheet.cells(row.number, g.name)]
    return row.position((written or groups)[0].name) if groups else row.position()
