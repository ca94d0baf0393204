"""TriX and Hextuples: rdflib reads what was written, and what they cannot carry is refused."""

from __future__ import annotations

import json

import pytest
from rdflib import XSD, BNode, Dataset, Graph, Literal
from rdflib.compare import isomorphic
from rdflib.term import Node

from publisher.errors import NotCarried
from publisher.rdf.media_types import HEXTUPLES, TRIX
from publisher.rdf.other_syntaxes import is_rewritten, rewrite

LINES = r"""
<https://e.example/söder?a=1&b=2> <urn:p> "<\"]]>\n& 'x'\t\r" .
<https://e.example/söder?a=1&b=2> <urn:p> "" .
<https://e.example/söder?a=1&b=2> <urn:p> "colour"@en-gb <urn:g> .
_:b1 <urn:p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:g?a&b> .
_:b1 <urn:p> _:b2 .
_:b2 <urn:q> <urn:g> <urn:g> .
""".encode()


def spelled(term: Node) -> str:
    """Return a term in one spelling: tags in small letters, strings without their datatype."""
    if isinstance(term, BNode):
        return "_:b"
    if isinstance(term, Literal):
        return repr((str(term), (term.language or "").lower(), str(term.datatype or XSD.string)))
    return str(term)


def read(written: bytes, form: str) -> set[tuple[str, ...]]:
    """Return quads as rdflib reads them, blank nodes by one name; a graph of none is "-"."""
    dataset = Dataset()
    dataset.parse(data=written, format=form)
    return {
        (*map(spelled, (s, p, o)), str(c) if str(c).startswith("urn:g") else "-")
        for s, p, o, c in dataset.quads()
    }


@pytest.mark.parametrize(("media_type", "form"), [(TRIX, "trix"), (HEXTUPLES, "hext")])
def test_rdflib_reads_the_same(media_type: object, form: str) -> None:
    """Quotes, line ends, carriage returns, empty texts, tags, datatypes, blank nodes, graphs."""
    name = getattr(media_type, "name", "")
    assert is_rewritten(name)
    expected = read(LINES, "nquads")
    assert read(rewrite(LINES, name), form) == expected
    assert len(expected) == 6


def test_blank_nodes_stay_the_same_within_an_answer() -> None:
    """Of two triples about one node, both are about one node."""
    chain = b"_:a <urn:p> _:b .\n_:b <urn:q> _:c .\n_:c <urn:r> _:a .\n"
    found = Graph().parse(data=rewrite(chain, HEXTUPLES.name), format="hext")
    assert isomorphic(found, Graph().parse(data=chain, format="nt"))
    assert rewrite(chain, TRIX.name).count(b"<id>") == 6


@pytest.mark.parametrize(
    ("media_type", "lines"),
    [
        (TRIX, rb'<urn:a> <urn:b> "\u0001" .'),
        (TRIX, '<urn:a> <urn:b> "\ufffe" .'.encode()),
        (TRIX, b'<urn:a> <urn:b> "x"@he--rtl .'),
        (TRIX, b"<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>> ."),
        (HEXTUPLES, b'<urn:a> <urn:b> "x"@he--rtl .'),
        (HEXTUPLES, b"<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>> ."),
    ],
)
def test_what_cannot_be_carried_is_refused(media_type: object, lines: bytes) -> None:
    """With the formats that can."""
    with pytest.raises(NotCarried) as raised:
        rewrite(lines, getattr(media_type, "name", ""))
    assert "application/n-triples" in raised.value.offered


def test_control_characters_are_escaped_in_json() -> None:
    """Each quad is one line, whatever is in it."""
    written = rewrite(rb'<urn:a> <urn:b> "\u0000\u0085\u2028\n" .', HEXTUPLES.name)
    assert written.count(b"\n") == 1
    assert json.loads(written)[2] == "\0\x85\u2028\n"
