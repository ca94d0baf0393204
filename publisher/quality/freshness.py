"""What was true long ago: dated values that somebody should look at again.

They are told of on request and never part of a release, since they depend on the day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from pyoxigraph import Literal, NamedNode, Store

from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.load.parse import read_text
from publisher.load.sources import PUBLISHED, Sources
from publisher.messages import LANGUAGES
from publisher.quality.hygiene import solutions

FOLDER = "shapes/freshness"
_WANTED = {"focusNode", "dated", "message_sv", "message_en"}
_LAST_MONTH, _LAST_DAY = 12, 31

Row = dict[str, NamedNode | Literal]


def check_freshness(sources: Sources, years: int, today: date) -> Iterator[Finding]:
    """Return a warning for each thing whose newest dated value is older than some years.

    A rule (``shapes/freshness/*.rq``) selects ``?focusNode``, ``?dated`` (a year, a month or a
    day), ``?message_sv`` and ``?message_en``; it may select ``?path`` and ``?value``. Of the rows
    of one thing the newest counts. In a message, ``{dated}`` stands for its date.

    Raises:
        SourceSyntax: A rule is not such a query.
    """
    limit = _day(today.year - years, today.month, today.day)
    store = Store()
    store.extend(sources.quads(*PUBLISHED))
    for path in sorted((sources.folder / FOLDER).glob("*.rq")):
        newest: dict[str, tuple[date, Row]] = {}
        for row in _rows(store, f"{FOLDER}/{path.name}", read_text(path, path.name)):
            then = latest_day(row["dated"].value)
            if then is None:
                continue
            known = newest.get(row["focusNode"].value)
            if known is None or then > known[0]:
                newest[row["focusNode"].value] = (then, row)
        for then, row in newest.values():
            if then < limit:
                yield _finding(path.stem, row)


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


def _rows(store: Store, name: str, rule: str) -> Iterator[Row]:
    try:
        rows = solutions(store, rule)
    except SyntaxError as error:
        raise _not_a_rule(name, str(error.msg)) from error
    if rows is None:
        raise _not_a_rule(name, "it is not a SELECT query")
    for row in rows:
        terms = {n: t for n, t in row.items() if isinstance(t, NamedNode | Literal)}
        if not terms.keys() >= _WANTED:
            raise _not_a_rule(name, f"it does not give ?{min(_WANTED - terms.keys())}")
        yield terms


def _not_a_rule(name: str, reason: str) -> SourceSyntax:
    return SourceSyntax(
        "This is not a rule on dates: {reason}.",
        where=name,
        remedy="Write a SELECT query with ?focusNode, ?dated, ?message_sv and ?message_en.",
        reason=reason,
    )


def _finding(rule: str, row: Row) -> Finding:
    dated = row["dated"].value
    return Finding(
        Severity.WARNING,
        {lang: row[f"message_{lang}"].value.replace("{dated}", dated) for lang in LANGUAGES},
        rule=rule,
        focus_node=row["focusNode"].value,
        path=row["path"].value if "path" in row else "",
        value=str(row.get("value", "")),
    )
