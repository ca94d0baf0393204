"""A wrong query → the place of the mistake, and what a person can do about it.

The engine tells how far it came and what it could have read there; the cause is often before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pyoxigraph import Store

from publisher.errors import QueryRefused
from publisher.query.tokens import PROLOGUE, Token, line_and_column, tokenize
from publisher.rdf.namespaces import PREFIXES

_POSITION = re.compile(r"error at (\d+):(\d+): ")
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_BRACKETS = {"(": ")", "{": "}", "[": "]"}
_WIDTH = 100
_UNBOUND = "The SELECT contains a variable that is unbound"


class _Diagnosis(NamedTuple):
    """The position of a mistake, and the messages about it and its cure."""

    position: int
    what: str
    remedy: str
    values: Mapping[str, Any]


def diagnose(
    query: str, reason: str, known: Mapping[str, str], usual: Mapping[str, str] | None = None
) -> QueryRefused:
    """Return the error that tells a person what is wrong with a query that the engine refused.

    Args:
        query: Its text.
        reason: What the engine said.
        known: Prefixes that the query need not declare.
        usual: Prefix → namespace of the site's own, which the cure names.

    >>> print(diagnose("SELECT * { ?s ex:p ?o }", "error at 1:19: …", {}).excerpt)
    SELECT * { ?s ex:p ?o }
                  ^
    """
    read = _POSITION.match(reason)
    if read is None:
        return QueryRefused(
            "The query cannot be evaluated: {reason}.",
            remedy="Write it in another way.",
            reason=reason.rstrip("."),
        )
    found = list(tokenize(query))
    looks = (
        _wrong_form(query, found),
        _open_string(found),
        _unknown_prefix(found, known, {**PREFIXES, **(usual or {})}),
        _open_bracket(found),
    )
    cause = next((cause for cause in looks if cause), None)
    if cause is None:
        return _engine_diagnosis(query, reason, int(read[1]), int(read[2]))
    line, column = line_and_column(query, cause.position)
    return QueryRefused(
        cause.what,
        remedy=cause.remedy,
        excerpt=excerpt(query, line, column),
        line=line,
        column=column,
        **cause.values,
    )


def _engine_diagnosis(query: str, reason: str, line: int, column: int) -> QueryRefused:
    if _UNBOUND in reason:
        return QueryRefused(
            "SELECT names a variable that is neither grouped nor aggregated.",
            remedy="Put it into GROUP BY, or into an aggregate such as SAMPLE.",
        )
    return QueryRefused(
        "Line {line}, column {column}: this cannot stand here.",
        remedy="Look at this place and just before it: something is missing, or too much.",
        excerpt=excerpt(query, line, column),
        line=line,
        column=column,
    )


def _wrong_form(query: str, found: list[Token]) -> _Diagnosis | None:
    remedy = "Begin with SELECT, ASK, CONSTRUCT or DESCRIBE."
    words = (token for token in found if token.kind == "word")
    first = next((token for token in words if token.text.upper() not in PROLOGUE), None)
    if first is None:
        return _Diagnosis(len(query), "Line {line}, column {column}: no query begins.", remedy, {})
    if first.text.upper() not in _FORMS:
        what = "Line {line}, column {column}: '{word}' begins no query."
        return _Diagnosis(first.start, what, remedy, {"word": first.text})
    return None


def _open_string(found: list[Token]) -> _Diagnosis | None:
    if not found or found[-1].kind != "broken":
        return None
    return _Diagnosis(
        found[-1].start,
        "Line {line}, column {column}: a string begins here and does not end.",
        "Close it with the same quotation mark; a string over several lines needs three.",
        {},
    )


def _unknown_prefix(
    found: list[Token], known: Mapping[str, str], usual: Mapping[str, str]
) -> _Diagnosis | None:
    declared = set(known)
    before = ""
    for token in found:
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if before == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared:
                return _Diagnosis(
                    token.start,
                    "Line {line}, column {column}: the prefix '{prefix}:' is not declared.",
                    "Put this at the top: PREFIX {prefix}: <{namespace}>",
                    {"prefix": prefix, "namespace": usual.get(prefix, "https://…")},
                )
        before = token.text.upper()
    return None


def _open_bracket(found: list[Token]) -> _Diagnosis | None:
    opened: list[Token] = []
    for token in found:
        if token.kind == "mark" and token.text in _BRACKETS:
            opened.append(token)
        elif token.kind == "mark" and token.text in _BRACKETS.values():
            if not opened:
                what = "Line {line}, column {column}: '{bracket}' closes nothing."
                return _Diagnosis(token.start, what, "Take it away.", {"bracket": token.text})
            if _BRACKETS[opened[-1].text] != token.text:
                break
            opened.pop()
    if not opened:
        return None
    bracket = opened[-1].text
    values = {"bracket": bracket, "closing": _BRACKETS[bracket]}
    what = "Line {line}, column {column}: '{bracket}' is not closed."
    return _Diagnosis(opened[-1].start, what, "Close it with '{closing}'.", values)


def excerpt(query: str, line: int, column: int) -> str:
    """Return the line with a caret below the column, cut to what fits a screen."""
    lines = query.split("\n")
    shown = lines[line - 1].rstrip("\r").replace("\t", " ") if line <= len(lines) else ""
    start = max(0, column - 1 - _WIDTH // 2) if len(shown) > _WIDTH else 0
    return shown[start : start + _WIDTH] + "\n" + " " * (column - 1 - start) + "^"


# Where a query stops being one: the first token that cannot stand where it is.
#
# The engine's parser tells the furthest place at which it still tried a keyword, which is often
# some words off. What it says of the beginnings of a query tells the place exactly: a beginning
# that could be continued fails at its very end.

# More than the longest keyword, so that trying one never reaches the end.
_PADDING = " " * 40


def locate_syntax_error(query: str, reason: str, prefixes: Mapping[str, str]) -> str:
    """Return the engine's message with the exact position of the mistake.

    Args:
        query: What it refused.
        reason: What it said.
        prefixes: Those that the query need not declare.
    """
    if not _POSITION.match(reason):
        return reason
    store = Store()  # nothing in it: some beginnings are queries

    def can_go_on(end: int) -> bool:
        beginning = query[:end] + _PADDING
        try:
            store.query(beginning, prefixes=dict(prefixes))
        except SyntaxError as error:
            found = _POSITION.match(str(error))
            last = line_and_column(beginning, len(beginning))
            return found is not None and (int(found[1]), int(found[2])) == last
        return True

    found = list(tokenize(query))
    ends = [token.start + len(token.text) for token in found]
    first = _first_false(len(found), lambda number: can_go_on(ends[number]))
    position = found[first].start if first < len(found) else len(query.rstrip())
    line, column = line_and_column(query, position)
    return _POSITION.sub(f"error at {line}:{column}: ", reason, count=1)


def _first_false(count: int, claim: Callable[[int], bool]) -> int:
    """Return the first number for which a claim is false that stays so once it is."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if claim(middle):
            low = middle + 1
        else:
            high = middle
    return low
