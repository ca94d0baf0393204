"""What RDF 1.2 adds to RDF 1.1, in a file: refused, with its place and what to write instead.

Portals, validators and most programs read RDF 1.1, so that nothing else is published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyoxigraph import Literal, Quad, RdfFormat, Triple

from publisher.errors import SourceSyntax
from publisher.rdf.recognise import syntax_of

_LIKE_TURTLE = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
# What it adds to Turtle is never written without one of these (RDF 1.2 Turtle, 2.7 to 2.11).
_MARKS = ("<<", "{|", "~", "--")
_IN_TURTLE = re.compile(
    r"""(?P<about><<\(?|\{\||~)"""
    r"""|(?P<direction>(?:\"{3}(?:[^\\"]|\\.|"(?!""))*\"{3}|'{3}(?:[^\\']|\\.|'(?!''))*'{3}"""
    r"""|"(?:[^\\"\n\r]|\\.)*"|'(?:[^\\'\n\r]|\\.)*')@[A-Za-z]+(?:-[A-Za-z0-9]+)*--(?:ltr|rtl))"""
    r"""|\#[^\n\r]*|<[^<>"{}|^`\s]*>|[\w.\-]*:(?:\\.|[\w:.\-%])*"""
    r"""|\"{3}(?:[^\\"]|\\.|"(?!""))*\"{3}|'{3}(?:[^\\']|\\.|'(?!''))*'{3}"""
    r"""|"(?:[^\\"\n\r]|\\.)*"|'(?:[^\\'\n\r]|\\.)*'""",
    re.DOTALL,
)
_IN_XML = re.compile(
    r"""(?P<about>:parseType\s*=\s*["']Triple["']|:annotation(?:NodeID)?\s*=)"""
    r"""|(?P<direction>[\w.\-]+:dir\s*=)"""
)
_TRIPLE_IN_XML = re.compile(r""":parseType\s*=\s*["']Triple["']""")
_IN_JSON = re.compile(r'(?P<direction>"@direction")')


def refuse_rdf_1_2(name: str, text: str, quads: Iterable[Quad]) -> None:
    """Raise ``SourceSyntax`` where a file says what only RDF 1.2 can say.

    Args:
        name: Of the file.
        text: What is written in it.
        quads: What it says.
    """
    syntax = syntax_of(name, text)
    if syntax in _LIKE_TURTLE and not any(mark in text for mark in _MARKS):
        return  # looking at each triple takes long
    if syntax == RdfFormat.RDF_XML and _IN_XML.search(text) is None:
        return
    younger = next((quad.object for quad in quads if _is_younger(quad.object)), None)
    # The parser leaves it out, since the file does not announce its version.
    is_lost = syntax == RdfFormat.RDF_XML and _TRIPLE_IN_XML.search(text) is not None
    if younger is None and not is_lost:
        return
    line = _first(text, syntax, "direction" if isinstance(younger, Literal) else "about")
    if isinstance(younger, Literal):
        raise SourceSyntax(
            "Line {line}: the text '{text}' has a direction of writing, which RDF 1.2 knows."
            if line
            else "The text '{text}' has a direction of writing, which RDF 1.2 knows.",
            where=name,
            remedy="Leave the direction out: pages take it from the language, and portals read"
            " RDF 1.1; nothing was published.",
            line=line or None,
            text=younger.value[:40],
        )
    raise about_statement(name, line)


def about_statement(name: str, line: int) -> SourceSyntax:
    """Return the error that a file says something about a statement; 0 for a line unknown."""
    return SourceSyntax(
        "Line {line}: the file says something about a statement, which RDF 1.2 can do."
        if line
        else "The file says something about a statement, which RDF 1.2 can do.",
        where=name,
        remedy="Describe what it is about as a thing with a name of its own, in RDF 1.1, which"
        " is what portals read; nothing was published.",
        line=line or None,
    )


def _is_younger(term: object) -> bool:
    return isinstance(term, Triple) or (isinstance(term, Literal) and term.direction is not None)


def _first(text: str, syntax: RdfFormat | None, what: str) -> int:
    """Return the first line on which a file does something that is new; 0 when none is found."""
    look = _IN_TURTLE if syntax in _LIKE_TURTLE else _IN_XML
    look = _IN_JSON if syntax == RdfFormat.JSON_LD else look
    if what not in look.groupindex:
        return 0
    places = (found.start() for found in look.finditer(text) if found[what])
    place = next(places, None)
    return 0 if place is None else text.count("\n", 0, place) + 1
