"""A query text → its tokens, and its dataset clauses written again.

SPARQL 1.1 Query, section 19.8. The engine's own parser is led by its grammar and takes keywords
without a blank around them (``trueSERVICE<…>``); what reads these tokens must reckon with that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urljoin

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
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?)
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


def tokenize(query: str) -> Iterator[Token]:
    """Return the tokens of a query, without blanks and comments.

    >>> [token.text for token in tokenize("SELECT ?service { ?s a <http://e/SERVICE> # SERVICE")]
    ['SELECT', '?service', '{', '?s', 'a', '<http://e/SERVICE>']
    """
    for found in _TOKEN.finditer(query):
        kind = str(found.lastgroup)
        if kind not in ("space", "comment"):
            yield Token(kind, found.group(), found.start())


def line_and_column(query: str, position: int) -> tuple[int, int]:
    r"""Return line and column, from 1, of a position in a query.

    >>> line_and_column("ASK {\n}", 6)
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
    for kind, text, _ in tokenize(query):
        if kind == "iri" and before[0] == "PREFIX":
            declared[before[1].removesuffix(":")] = text[1:-1]
        elif kind == "word" and text.upper() not in PROLOGUE:
            break
        before = (before[1].upper(), text) if kind == "name" else ("", text)
    return declared


# What may stand before the form of a query (SPARQL 1.2 Query, section 19.8).
PROLOGUE = ("PREFIX", "BASE", "VERSION")


# A token → the IRI that it stands for (SPARQL 1.1 Query, sections 4.1.1 and 19.2).

ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_LOCAL_ESCAPE = re.compile(r"\\(.)")


@dataclass
class IriReader:
    """What the IRIs of a query stand for.

    Attributes:
        found: Its tokens.
        prefixes: Prefix → namespace, those declared and those that may be left out.
        base_iri: Relative IRIs are resolved against it, unless the query has a base.
    """

    found: Sequence[Token]
    prefixes: Mapping[str, str]
    base_iri: str

    def iri(self, position: int) -> str:
        """Return the absolute IRI that a token stands for."""
        kind, text, _ = self.found[position]
        if kind == "name":
            prefix, _, local = text.partition(":")
            return self.prefixes.get(prefix, "") + _LOCAL_ESCAPE.sub(r"\1", local)
        written = ESCAPE.sub(code_point, text[1:-1])
        return written if SCHEME.match(written) else urljoin(self.base(position), written)

    def base(self, position: int | None = None) -> str:
        """Return what relative IRIs are resolved against at a token; None: behind the last one."""
        base = self.base_iri
        for before, token in zip(self.found, self.found[1:position], strict=False):
            if before.text.upper() == "BASE" and token.kind == "iri":
                base = urljoin(base, token.text[1:-1])
        return base


def code_point(found: re.Match[str]) -> str:
    """Return the character that an escape of a code point stands for; other escapes as they are."""
    return chr(int(found[1] or found[2], 16)) if found[1] or found[2] else found[0]


# The dataset that a request names → the dataset clauses of the query, for engines that read these.
#
# SPARQL 1.1 Protocol, section 2.1.4: what the request names wins over what the query says.

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
# What can stand behind the clauses (SPARQL 1.1 Query, section 19.8, rules 7 to 12 and 18).
_KEYWORDS_AFTER_CLAUSES = ("WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")


def replace_dataset_clauses(
    query: str, default_graphs: Sequence[str], named_graphs: Sequence[str]
) -> str:
    """Return a query whose dataset clauses are these and no others.

    Args:
        query: A query that a parser let pass.
        default_graphs: IRIs of the graphs whose merge is the default graph.
        named_graphs: IRIs of the named graphs.

    >>> replace_dataset_clauses("ASK FROM <e:a> { ?s ?p ?o }", ["e:b"], ["e:c"])
    'ASK  FROM <e:b> FROM NAMED <e:c> { ?s ?p ?o }'
    """
    found = [*tokenize(query), Token("mark", "", len(query))]
    written = "".join(f" FROM <{graph}>" for graph in default_graphs)
    written += "".join(f" FROM NAMED <{graph}>" for graph in named_graphs)
    first, last = _dataset_clauses(found)
    start, end = found[first].start, found[last].start
    return f"{query[:start]}{written} {query[end:]}"


def _dataset_clauses(found: Sequence[Token]) -> tuple[int, int]:
    """Return the positions of the first token of the clauses and of the first after them."""
    position = next(
        number
        for number, token in enumerate(found)
        if token.kind == "word" and token.text.upper() in _FORMS
    )
    is_template = found[position].text.upper() == "CONSTRUCT" and found[position + 1].text == "{"
    position += 1
    if is_template:
        position = behind_bracket(found, position)
    first = -1
    while position < len(found) - 1:
        token = found[position]
        if token.text == "(":
            position = behind_bracket(found, position)
            continue
        if token.text == "{" or (
            token.kind == "word" and token.text.upper() in _KEYWORDS_AFTER_CLAUSES
        ):
            break
        if first < 0 and token.kind == "word" and token.text.upper() == "FROM":
            first = position
        position += 1
    return (position if first < 0 else first), position


def behind_bracket(found: Sequence[Token], position: int) -> int:
    """Return the position behind the bracket that closes the one that opens here."""
    depth = 0
    for number in range(position, len(found)):
        depth += (found[number].text in ("(", "{")) - (found[number].text in (")", "}"))
        if depth == 0:
            return number + 1
    return len(found) - 1
