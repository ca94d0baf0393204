"""Rules that look across graphs: each row of ``shapes/hygiene/*.rq`` is a finding."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.load.sources import Sources
from publisher.messages import LANGUAGES
from publisher.quality.folder_queries import Row, folder_queries

FOLDER = "shapes/hygiene"


def check_hygiene(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each row of each rule.

    A rule selects ``?focusNode`` and ``?message_sv``, ``?message_en``; it may select ``?path``,
    ``?value`` and ``?severity`` ("warning" or "info"; a violation when absent).

    Raises:
        SourceSyntax: A rule is not a SELECT query, or takes too much.
    """
    if not sources.rules:
        return
    rules = {f"{FOLDER}/{name}": rule for name, rule in sources.rules.items()}
    with folder_queries(sources) as queries:
        for name, rows in queries.rows(rules):
            for row in rows:
                yield _finding(name, row)


def _plain(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term or "")


def _finding(rule: str, row: Row) -> Finding:
    severity = _plain(row.get("severity")) or Severity.VIOLATION.value
    if severity not in {known.value for known in Severity}:
        raise SourceSyntax(
            "This is not a rule: {reason}.",
            where=rule,
            remedy="Write a SELECT query with ?focusNode, ?message_sv and ?message_en;"
            " ?severity is violation, warning or info.",
            reason=f"?severity is '{severity}'",
        )
    return Finding(
        Severity(severity),
        {lang: _plain(row[f"message_{lang}"]) for lang in LANGUAGES if f"message_{lang}" in row},
        rule=rule.removeprefix(f"{FOLDER}/").removesuffix(".rq"),
        focus_node=_plain(row.get("focusNode")),
        path=_plain(row.get("path")),
        value=str(row.get("value", "")),
    )
