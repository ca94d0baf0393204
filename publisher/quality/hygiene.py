"""Rules of the folder that look across graphs, and dated values that may be stale."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial

from pyoxigraph import Literal, NamedNode

from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.languages import LANGUAGES, SOURCE_LANGUAGE
from publisher.load.parse import read_text
from publisher.load.sources import Sources
from publisher.quality.queries import folder_queries
from publisher.quality.query_rows import Row

HYGIENE_FOLDER = "shapes/hygiene"


def check_hygiene(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each row of each rule.

    A rule selects ``?focusNode`` and ``?message_sv``, ``?message_en``; it may select ``?path``,
    ``?value`` and ``?severity`` ("warning" or "info"; a violation when absent).

    Raises:
        SourceSyntax: A rule is not a SELECT query, or takes too much.
    """
    if not sources.rules:
        return
    rules = {f"{HYGIENE_FOLDER}/{name}": rule for name, rule in sources.rules.items()}
    with folder_queries(sources) as queries:
        for name, rows in queries.rows(rules):
            for row in rows:
                yield _hygiene_finding(name, row)


def _plain(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term or "")


def _messages(row: Mapping[str, object]) -> dict[str, str]:
    """Return language → message of a row, in those that the rule speaks."""
    names = {language: f"message_{language}" for language in LANGUAGES}
    return {tag: _plain(row[name]) for tag, name in names.items() if name in row}


def _hygiene_finding(rule: str, row: Row) -> Finding:
    severity = _plain(row.get("severity")) or Severity.VIOLATION.value
    if severity not in {known.value for known in Severity}:
        raise SourceSyntax(
            "This is not a rule: {reason}.",
            where=rule,
            remedy="Write a SELECT query with ?focusNode, ?message_sv and ?message_en;"
            " ?severity is violation, warning or info.",
            reason=f"?severity is '{severity}'",
        )
    messages = _messages(row)
    if not messages:
        raise SourceSyntax(
            "The rule says nothing of what it finds: it selects no message.",
            where=rule,
            remedy="Write a SELECT query with ?focusNode, ?message_sv and ?message_en;"
            " ?severity is violation, warning or info.",
        )
    return Finding(
        Severity(severity),
        messages,
        rule=rule.removeprefix(f"{HYGIENE_FOLDER}/").removesuffix(".rq"),
        focus_node=_plain(row.get("focusNode")),
        path=_plain(row.get("path")),
        value=str(row.get("value", "")),
    )


# What was true long ago: dated values that somebody should look at again.
#
# They are told of on request and never part of a release, since they depend on the day.

FRESHNESS_FOLDER = "shapes/freshness"
# Anyone who reads another language than the rule has gets English.
_EXPECTED_COLUMNS = {"focusNode", "dated", f"message_{SOURCE_LANGUAGE}"}
_LAST_MONTH, _LAST_DAY = 12, 31

CheckedRow = dict[str, NamedNode | Literal]


def check_freshness(sources: Sources, years: int, today: date) -> Iterator[Finding]:
    """Return a warning for each thing whose newest dated value is older than some years.

    A rule (``shapes/freshness/*.rq``) selects ``?focusNode``, ``?dated`` (a year, a month or a
    day), ``?message_sv`` and ``?message_en``; it may select ``?path`` and ``?value``. Of the rows
    of one thing the newest counts. In a message, ``{dated}`` stands for its date.

    Raises:
        SourceSyntax: A rule is not such a query.
    """
    limit = _day(today.year - years, today.month, today.day)
    paths = sorted((sources.folder / FRESHNESS_FOLDER).glob("*.rq"))
    names = {f"{FRESHNESS_FOLDER}/{path.name}": path for path in paths}
    rules = {name: read_text(path, name) for name, path in names.items()}
    with folder_queries(sources) as queries:
        for name, rows in queries.rows(rules):
            for then, row in _newest(name, rows):
                if then < limit:
                    yield _stale_finding(names[name].stem, row)


def _newest(rule: str, rows: Iterable[Row]) -> Iterable[tuple[date, CheckedRow]]:
    """Return the newest row of each thing, and its day."""
    newest: dict[str, tuple[date, CheckedRow]] = {}
    for row in map(partial(_typed_row, rule), rows):
        then = latest_day(row["dated"].value)
        if then is None:
            continue
        known = newest.get(row["focusNode"].value)
        if known is None or then > known[0]:
            newest[row["focusNode"].value] = (then, row)
    return newest.values()


def latest_day(written: str) -> date | None:
    """Return the last day that a date can mean; None for what is no date.

    >>> latest_day("2015"), latest_day("2015-02"), latest_day("2015-02-03")
    (datetime.date(2015, 12, 31), datetime.date(2015, 2, 28), datetime.date(2015, 2, 3))
    """
    try:
        parts = [int(part) for part in written[:10].split("-")]
        year, month, day = [*parts, *(_LAST_MONTH, _LAST_DAY)[len(parts) - 1 :]]
        return _day(year, month, day)
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> date:
    """Return a day; the last of the month when the month is shorter."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def _typed_row(rule: str, row: Row) -> CheckedRow:
    terms = {n: t for n, t in row.items() if isinstance(t, NamedNode | Literal)}
    if not terms.keys() >= _EXPECTED_COLUMNS:
        raise _rule_error(rule, f"it does not give ?{min(_EXPECTED_COLUMNS - terms.keys())}")
    return terms


def _rule_error(name: str, reason: str) -> SourceSyntax:
    return SourceSyntax(
        "This is not a rule on dates: {reason}.",
        where=name,
        remedy="Write a SELECT query with ?focusNode, ?dated, ?message_sv and ?message_en.",
        reason=reason,
    )


def _stale_finding(rule: str, row: CheckedRow) -> Finding:
    dated = row["dated"].value
    return Finding(
        Severity.WARNING,
        {lang: words.replace("{dated}", dated) for lang, words in _messages(row).items()},
        rule=rule,
        focus_node=row["focusNode"].value,
        path=row["path"].value if "path" in row else "",
        value=str(row.get("value", "")),
    )
