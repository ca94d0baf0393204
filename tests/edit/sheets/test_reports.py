"""A report keeps the first hundred of each kind of mistake, and counts the others."""

from __future__ import annotations

import pytest

from publisher.edit.sheets.reports import (
    MOST_REPORTED,
    CellFinding,
    CellPosition,
    ImportReport,
)
from publisher.edit.values import PickList
from publisher.findings import Severity
from publisher.messages import text


def add_mistake(
    report: ImportReport, number: int, severity: Severity = Severity.VIOLATION
) -> CellFinding:
    message = text("'{written}' is not an address.", written=number)
    return report.add(message, CellPosition("Sjö", number, 2), severity)


@pytest.mark.slow
def test_the_first_hundred_are_kept_and_the_last_says_how_many_more() -> None:
    """Values differ, the mistake is the same."""
    report = ImportReport("lakes.xlsx")
    for number in range(2, 100_002):
        add_mistake(report, number)
    kept = list(report)
    assert [each.position.row for each in kept] == list(range(2, MOST_REPORTED + 2))
    assert kept[0].finding.message["en"] == "'2' is not an address."
    assert kept[-1].finding.message["en"].endswith("… and 99,900 more like this.")
    assert (
        kept[-1].finding.message["sv"].endswith("… och 99\N{NO-BREAK SPACE}900 till av samma slag.")
    )
    assert len(report) == report.violations == 100_000


def test_kinds_are_kept_apart() -> None:
    """A hundred of one kind hide no other."""
    report = ImportReport()
    for number in range(2, 200):
        add_mistake(report, number)
    add_mistake(report, 1, Severity.WARNING)
    report.add(text("This is a formula. Write the value itself instead."), CellPosition("Sjö"))
    assert len(list(report)) == MOST_REPORTED + 2
    assert report.violations == 199


def test_what_only_warns_does_not_block() -> None:
    """A word about a number is no refusal."""
    report = ImportReport()
    warning = add_mistake(report, 2, Severity.WARNING)
    assert not report.is_blocking
    report.add_more(warning, 41)
    assert len(report) == 42
    add_mistake(report, 3)
    assert report.is_blocking


def test_a_list_suggests_as_often_as_it_may() -> None:
    """A hundred thousand misspelt names do not cost a hundred thousand comparisons."""
    choices = PickList((), "https://e.org/")
    choices.suggestions_left = 2
    for _ in range(5):
        choices.nearest("siljan")
    assert choices.suggestions_left == 0


def test_a_report_takes_another_with_what_is_only_counted_in_it() -> None:
    """An attempt has a report of its own, until it is known to be the right one."""
    attempt, report = ImportReport(), ImportReport("lakes.csv")
    for number in range(2, 152):
        add_mistake(attempt, number)
    add_mistake(report, 1)
    report.include(attempt)
    assert len(report) == report.violations == 151
    assert [each.position.row for each in report] == list(range(1, MOST_REPORTED + 1))
