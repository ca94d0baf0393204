"""What a query is refused for before any engine sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from publisher.errors import QueryRefused
from publisher.query.engine import Limits
from publisher.query.measure import Measures, measure
from publisher.query.tokens import Token, place, tokens

_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
)
_SERVICE = "SERVICE"
# A graph pattern may stand behind these and a prefixed name, whatever the name.
_BEFORE_NAMES = ("GRAPH", "FROM", "NAMED", "DESCRIBE")


def refuse_dangerous(
    query: str, limits: Limits, allowed: frozenset[str] = frozenset(), graphs: int = 0
) -> None:
    """Let a query pass, or refuse it.

    Args:
        query: The query text.
        limits: How long and how intricate it may be.
        allowed: IRIs of endpoints that ``SERVICE`` may ask.
        graphs: How many graphs the request names besides (SPARQL 1.1 Protocol, section 2.1.4).

    Raises:
        QueryRefused: It is too long or too intricate, an update, or asks another endpoint.
    """
    _refuse_long(query, limits.query_bytes)
    found = list(tokens(query))
    _refuse_update(query, found)
    for position in _calls(found):
        if _target(found, position) not in allowed:
            raise _service(query, found[position], allowed)
    measures = measure(found)
    _refuse_intricate(replace(measures, graphs=measures.graphs + graphs), limits)


def _refuse_long(query: str, limit_bytes: int) -> None:
    length = len(query.encode())
    if length > limit_bytes:
        raise QueryRefused(
            "The query is {length} bytes long; at most {most} are taken ({setting}).",
            limit="query_length_kb",
            remedy="Shorten it, for instance by splitting VALUES into several queries.",
            length=length,
            most=limit_bytes,
        )


def _refuse_update(query: str, found: Sequence[Token]) -> None:
    words = (token for token in found if token.kind == "word")
    first = next((token for token in words if token.text.upper() not in ("PREFIX", "BASE")), None)
    if first is not None and first.text.upper() in _UPDATES:
        line, column = place(query, first.start)
        raise QueryRefused(
            "This endpoint answers queries; it takes no update ({form}).",
            remedy="Use SELECT, ASK, CONSTRUCT or DESCRIBE.",
            form=first.text.upper(),
            line=line,
            column=column,
        )


def _calls(found: Sequence[Token]) -> list[int]:
    """Return the positions of tokens that are, or hide, the keyword ``SERVICE``.

    A word that contains it cannot be anything else; the engine would take ``trueSERVICE`` apart.
    A prefixed name can be (``SERVICE:x {``), when the prefix ends so and a group comes behind it.
    So can what looks like an IRI (``?a<?b)SERVICE#>``, a comparison and a comment).
    """
    calls = []
    for position, (kind, text, _) in enumerate(found):
        name = text.upper()
        if kind == "word":
            hides = _SERVICE in name
        elif kind == "name":
            follows = found[position + 1].text if position + 1 < len(found) else ""
            before = found[position - 1].text.upper() if position else ""
            hides = (
                _SERVICE in name.partition(":")[0]
                and follows == "{"
                and before not in _BEFORE_NAMES
            )
        else:
            hides = kind == "iri" and _SERVICE in name.partition(")")[2]
        if hides:
            calls.append(position)
    return calls


def _target(found: Sequence[Token], position: int) -> str:
    """Return the IRI written out behind the keyword; empty when there is none."""
    rest = [token for token in found[position : position + 3]]
    if rest[0].text.upper() != _SERVICE:
        return ""
    following = [token for token in rest[1:] if token.text.upper() != "SILENT"]
    is_iri = bool(following) and following[0].kind == "iri"
    return following[0].text[1:-1] if is_iri else ""


def _service(query: str, token: Token, allowed: frozenset[str]) -> QueryRefused:
    line, column = place(query, token.start)
    if allowed:
        return QueryRefused(
            "SERVICE asks only endpoints that are listed here, with their IRI written out.",
            remedy="Write one of them as <…>: {endpoints}.",
            endpoints=", ".join(sorted(allowed)),
            line=line,
            column=column,
        )
    return QueryRefused(
        "SERVICE is not answered here: this endpoint asks no other.",
        remedy="Ask the other endpoint yourself and join the answers.",
        line=line,
        column=column,
    )


def _refuse_intricate(measures: Measures, limits: Limits) -> None:
    checks = (
        (
            "query_nesting",
            (measures.nesting, limits.nesting),
            "The query's brackets nest {count} deep; at most {most} are taken ({setting}).",
        ),
        (
            "query_patterns",
            (measures.patterns, limits.patterns),
            "The query has {count} triple patterns; at most {most} are taken ({setting}).",
        ),
        (
            "query_values",
            (measures.values, limits.values),
            "The query's VALUES have {count} cells; at most {most} are taken ({setting}).",
        ),
        (
            "query_path_operators",
            (measures.path_operators, limits.path_operators),
            "The query's paths have {count} operators; at most {most} are taken ({setting}).",
        ),
        (
            "query_graphs",
            (measures.graphs, limits.graphs),
            "The dataset of the query has {count} graphs; at most {most} are taken ({setting}).",
        ),
    )
    for setting, (count, most), sentence in checks:
        if count > most:
            raise QueryRefused(
                sentence,
                limit=setting,
                remedy="Split it into several queries, or take the dump.",
                count=count,
                most=most,
            )
