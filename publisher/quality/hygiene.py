"""Rules that look across graphs: each row of ``shapes/hygiene/*.rq`` is a finding."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

from publisher.cores import on_all_cores
from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.load.sources import Sources
from publisher.messages import LANGUAGES

Row = dict[str, object]

# So much is asked before other processes have begun.
_SMALL_BYTES = 16 << 20


@dataclass(frozen=True)
class _Rules:
    """Rules that one process goes through: names and texts, and the store they are asked of."""

    store: Path
    rules: tuple[tuple[str, str], ...]


def check_hygiene(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each row of each rule.

    A rule selects ``?focusNode`` and ``?message_sv``, ``?message_en``; it may select ``?path``,
    ``?value`` and ``?severity`` ("warning" or "info"; a violation when absent).

    Raises:
        SourceSyntax: A rule is not a SELECT query.
    """
    if not sources.rules:
        return
    folder = Path(tempfile.mkdtemp(dir=sources.ground.folder))
    store = Store(str(folder))
    store.bulk_load(path=sources.ground.quads, format=RdfFormat.N_QUADS)
    is_small = sources.ground.quads.stat().st_size < _SMALL_BYTES
    if not is_small:
        store.optimize()  # else each look-up goes through all the files that loading left
    store.flush()
    del store  # closed, so that other processes can read it
    rules = tuple(sources.rules.items())
    parts = [_Rules(folder, rules)] if is_small else [_Rules(folder, (rule,)) for rule in rules]
    for found in on_all_cores(_check, parts):
        yield from found


def _check(rules: _Rules) -> list[Finding]:
    store = Store.read_only(str(rules.store))
    found: list[Finding] = []
    for name, rule in rules.rules:
        try:
            rows = solutions(store, rule)
        except SyntaxError as error:
            raise _not_a_rule(name, str(error.msg)) from error
        if rows is None:
            raise _not_a_rule(name, "it is not a SELECT query")
        found += [_finding(name, row) for row in rows]
    return found


def solutions(store: Store, rule: str) -> list[Row] | None:
    """Return the solutions of a query over all graphs; None when it is not a SELECT query.

    They are read here to the last: what pyoxigraph returns may only be dropped by the thread that
    asked, and a traceback could take it elsewhere.

    Raises:
        SyntaxError: It is no query.
    """
    rows = store.query(rule, use_default_graph_as_union=True)
    if not isinstance(rows, QuerySolutions):
        return None
    names = [variable.value for variable in rows.variables]
    return [{n: row[n] for n in names if row[n] is not None} for row in rows]


def _not_a_rule(name: str, reason: str) -> SourceSyntax:
    return SourceSyntax(
        "This is not a rule: {reason}.",
        where=f"shapes/hygiene/{name}",
        remedy="Write a SELECT query with ?focusNode, ?message_sv and ?message_en;"
        " ?severity is violation, warning or info.",
        reason=reason,
    )


def _plain(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term or "")


def _finding(rule: str, row: dict[str, object]) -> Finding:
    severity = _plain(row.get("severity")) or Severity.VIOLATION.value
    if severity not in {known.value for known in Severity}:
        raise _not_a_rule(rule, f"?severity is '{severity}'")
    return Finding(
        Severity(severity),
        {lang: _plain(row[f"message_{lang}"]) for lang in LANGUAGES if f"message_{lang}" in row},
        rule=rule.removesuffix(".rq"),
        focus_node=_plain(row.get("focusNode")),
        path=_plain(row.get("path")),
        value=str(row.get("value", "")),
    )
