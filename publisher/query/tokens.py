"""A query text → its tokens, as far as it takes to tell keywords from everything else.

SPARQL 1.1 Query, section 19.8. The engine's own parser is led by its grammar and takes keywords
without a blank around them (``trueSERVICE<…>``); what reads these tokens must reckon with that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_LETTER = r"[^\W\d_]"
_NAME = r"[\w\-\u00B7\u0300-\u036F\u203F\u2040]"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
# Without a bound, "a.a.a.…" would be read again from each of its letters.
_LONGEST_PREFIX = 64
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
    | (?P<string>\"{{3}}(?:[^"\\]|\\.|\"{{1,2}}(?!\"))*\"{{3}}
                | '{{3}}(?:[^'\\]|\\.|'{{1,2}}(?!'))*'{{3}}
                | "(?!\"\")(?:[^"\\\r\n]|\\.)*" | '(?!'')(?:[^'\\\r\n]|\\.)*')
    # A string without an end: nothing behind it can be told apart.
    | (?P<broken>["'].*)
    | (?P<variable>[?$]\w[\w\u00B7\u0300-\u036F\u203F\u2040]*)
    | (?P<blank>_:\w(?:(?:{_NAME}|\.)*{_NAME})?)
    | (?P<name>(?:{_LETTER}(?:(?:{_NAME}|\.){{0,{_LONGEST_PREFIX}}}{_NAME})?)?:
               (?:(?:\w|:|{_ESCAPE})(?:(?:{_NAME}|[.:]|{_ESCAPE})*(?:{_NAME}|:|{_ESCAPE}))?)?)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<mark>\^\^|\|\||&&|.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A token: its kind (a group of the pattern above), its text, and where it begins."""

    kind: str
    text: str
    start: int


def tokens(query: str) -> Iterator[Token]:
    """Return the tokens of a query, without blanks and comments.

    >>> [token.text for token in tokens("SELECT ?service { ?s a <http://e/SERVICE> # SERVICE")]
    ['SELECT', '?service', '{', '?s', 'a', '<http://e/SERVICE>']
    """
    for found in _TOKEN.finditer(query):
        kind = str(found.lastgroup)
        if kind not in ("space", "comment"):
            yield Token(kind, found.group(), found.start())


def place(query: str, position: int) -> tuple[int, int]:
    r"""Return line and column, from 1, of a position in a query.

    >>> place("ASK {\n}", 6)
    (2, 1)
    """
    before = query[:position]
    return before.count("\n") + 1, position - before.rfind("\n")


def declared_prefixes(query: str) -> dict[str, str]:
    """Return prefix → namespace as a query declares them.

    >>> declared_prefixes("PREFIX e: <http://e/> ASK {}")
    {'e': 'http://e/'}
    """
    declared: dict[str, str] = {}
    before = ("", "")
    for kind, text, _ in tokens(query):
        if kind == "iri" and before[0] == "PREFIX":
            declared[before[1].removesuffix(":")] = text[1:-1]
        elif kind == "word" and text.upper() not in ("PREFIX", "BASE"):
            break
        before = (before[1].upper(), text) if kind == "name" else ("", text)
    return declared
