"""What was true long ago: dated values that somebody should look at again.

They are told of on request and never part of a release, since they depend on the day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

from pyoxigraph import Literal, NamedNode

from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.load.parse import read_text
from publisher.load.sources import Sources
from publisher.messages import LANGUAGES
from publisher.quality.folder_queries import Row as Terms
from publisher.quality.folder_queries import folder_queries

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
    paths = sorted((sources.folder / FOLDER).glob("*.rq"))
    names = {f"{FOLDER}/{path.name}": path for path in paths}
    rules = {name: read_text(path, name) for name, path in names.items()}
    with folder_queries(sources) as queries:
        for name, rows in queries.rows(rules):
            for then, row in _newest(name, rows):
                if then < limit:
                    yield _finding(names[name].stem, row)


def _newest(rule: str, rows: Iterable[Terms]) -> Iterable[tuple[date, Row]]:
    """Return the newest row of each thing, and its day."""
    newest: dict[str, tuple[date, Row]] = {}
    for row in map(partial(_checked, rule), rows):
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


def _checked(rule: str, row: Terms) -> Row:
    terms = {n: t for n, t in row.items() if isinstance(t, NamedNode | Literal)}
    if not terms.keys() >= _WANTED:
        raise _not_a_rule(rule, f"it does not give ?{min(_WANTED - terms.keys())}")
    return terms


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
