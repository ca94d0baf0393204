"""What a query is refused for before any engine sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher.errors import QueryRefused

# SPARQL 1.1 Query, section 19.8, as far as it takes to tell keywords from everything else.
_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\r\n]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>\"{3}(?:[^"\\]|\\.|\"{1,2}(?!\"))*\"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
                | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<name>[\w\-.]*:[\w\-.:%\\]*)
    | (?P<language>@[A-Za-z-]+)
    | (?P<word>[A-Za-z_][\w]*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}


def keywords(query: str) -> Iterator[str]:
    """Return the bare words of a query, in capitals: keywords and names of functions.

    >>> list(keywords('SELECT ?service { ?s a <http://e/SERVICE> # SERVICE'))
    ['SELECT', 'A']
    """
    for token in _TOKEN.finditer(query):
        if token.lastgroup == "word":
            yield token.group().upper()


def refuse_dangerous(query: str, limit_bytes: int) -> None:
    """Let a query pass, or refuse it.

    Raises:
        QueryRefused: It is too long, an update, or wants to ask another endpoint (``SERVICE``).
    """
    length = len(query.encode())
    if length > limit_bytes:
        raise QueryRefused(
            "The query is {length} bytes long; at most {limit} are taken (query_length_kb).",
            remedy="Shorten it, for instance by splitting VALUES into several queries.",
            length=length,
            limit=limit_bytes,
        )
    words = list(keywords(query))
    if "SERVICE" in words:
        raise QueryRefused(
            "SERVICE is not answered here: this endpoint asks no other.",
            remedy="Ask the other endpoint yourself and join the answers.",
        )
    form = next((word for word in words if word in _FORMS | _UPDATES), "")
    if form in _UPDATES:
        raise QueryRefused(
            "This endpoint answers queries; it takes no update ({form}).",
            remedy="Use SELECT, ASK, CONSTRUCT or DESCRIBE.",
            form=form,
        )
