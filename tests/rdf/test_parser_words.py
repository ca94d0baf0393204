"""Mistakes in files of RDF, said in the reader's language and at the right line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from publisher.errors import SourceSyntax
from publisher.load.files import Role, SourcePath
from publisher.load.parse import parse_text
from publisher.rdf.parser_words import ParserWords, words_of

BASE = "https://haus.example/"
HEAD = "PREFIX k: <https://haus.example/k#>\n"
XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:k="https://k.example/">'
    "\n<rdf:Description/>\n{}\n</rdf:RDF>"
)
ENGLISH = ("på engelska", "auf Englisch")


def error_of(name: str, text: str) -> SourceSyntax:
    """Return what is wrong with a file."""
    source = SourcePath(Path(name), name, Role.DATA, "")
    with pytest.raises(SourceSyntax) as raised:
        parse_text(source, text, BASE)
    return raised.value


@pytest.mark.parametrize(
    ("name", "text", "line", "english", "swedish"),
    [
        ("a.ttl", HEAD + "k:a k:b k:c\nk:d k:e k:f .", 3, "a full stop is missing", "en punkt"),
        ("a.ttl", HEAD + "k:a k:b Ja .", 2, "'Ja' stands where a value", "”Ja” står där ett värde"),
        ("a.ttl", HEAD + "k:a k:b „Ja“ .", 2, "not in '„'", "inte inom „"),
        ("a.ttl", HEAD + "k:a z:b 1 .", 2, "prefix 'z:' is not declared", "prefixet ”z:”"),
        ("a.ttl", HEAD + "k:a k:b <x|y> .", 2, "is written %7C", "det skrivs %7C"),
        ("a.ttl", HEAD + "k:a k:b k:c/d .", 2, "a slash is written '\\/'", "”\\/”"),
        ("a.ttl", HEAD + 'k:a k:b "x\ny" .', 2, "three quotation marks", "tre citattecken"),
        ("a.ttl", HEAD + 'k:a k:b "x"@de_AT .', 2, "'de_AT' is no language tag", "”de_AT” är"),
        ("a.nt", "k:a k:b k:c .", 1, "only Turtle knows prefixes", "bara Turtle har prefix"),
        ("a.trig", "GRAPH { }", 1, "cannot name a graph", "namn på en graf"),
        ("a.rdf", XML.format("<k:A>Text</k:A>"), 3, "the text 'Text' stands", "texten ”Text”"),
        (
            "a.rdf",
            XML.format('<k:A\n rdf:about="Haus 7"/>'),
            4,
            "'Haus 7' holds the character ' '",
            "det skrivs %20",
        ),
        ("a.rdf", XML.format("<k:A>A & B</k:A>"), 3, "& is written &amp;", "skrivs & som &amp;"),
        ("a.jsonld", '{"@context": {},\n"@id": "a",}', 2, "before a closing bracket", "avslutande"),
        ("a.jsonld", '{"@context": {},\n"@id": 7}', 2, "@id has to be a text", "på @id måste"),
    ],
)
def test_a_mistake_is_said_in_words_at_its_line(
    name: str, text: str, line: int, english: str, swedish: str
) -> None:
    """In each language."""
    error = error_of(name, text)
    assert error.line == line
    assert english in error.what["en"]
    assert swedish in error.what["sv"]
    assert not [word for word in ENGLISH if word in "".join(error.what.values())]


def test_what_is_not_known_is_quoted_and_said_to_be_english() -> None:
    """Nobody takes it for a sentence of ours."""
    words = ParserWords("The flux is not capacitated")
    assert words.in_language("en") == "The flux is not capacitated"
    assert words.in_language("sv").endswith("säger på engelska: The flux is not capacitated")


# What people get wrong.
_TURTLE = (
    *("a", '"x" k:b k:c .', 'k:a "x" k:c .', "k:a k:b ; .", 'k:a k:b "x', 'k:a k:b "x"@ .'),
    *('k:a k:b "x"@1', 'k:a k:b "x"@abcdefghijk .', 'k:a k:b "\\x" .', 'k:a k:b "\\uD800" .'),
    *("k:a k:b 1e .", "k:a k:b [ k:c k:d .", "} .", "@prefix x <http://x/> .", "@base r ."),
    *("k:a k:b k:%zz .", "_: k:b k:c .", 'k:a k:b "1"^^e .', "?x k:b k:c .", "k:a k:b -."),
    *("<<k:a k:b k:c>> k:d k:e", "k:a k:b k:c {| k:d k:e .", 'k:a k:b "x"@en--up .'),
    *("k:a k:b k:c\\z .", "k:a k:b <http://[x> .", "k:a k:b <http://h:p/> .", "VERSION 1.2"),
    "@prefix x.: <http://x> .",
)
_N_TRIPLES = (
    *("<a> <http://e/> <http://e/> .", "<http://e/> _:b 1 .", "<http://e/> <http://e/> 5 ."),
    *('<http://e/> <http://e/> "x"^^y .', "<http://e/> <http://e/> <http://e/> . <http://e/>"),
)
_JSON_LD = (
    *("{a:1}", '{"a" 1}', '{"a":tru}', "[1,2", '{"a":"\\x"}', "{} {}", '{"@context":{"a":5}}'),
    *('{"@type":5}', '{"http://e/":{"@value":"x","@language":5}}', '{"@included":"x"}'),
    '{"@context":{"@version":1.0}}',
)


@pytest.mark.parametrize(
    ("rdf_format", "head", "texts"),
    [
        (RdfFormat.TRIG, HEAD, _TURTLE),
        (RdfFormat.N_TRIPLES, "", _N_TRIPLES),
        (RdfFormat.JSON_LD, "", _JSON_LD),
    ],
)
def test_usual_mistakes_have_sentences(
    rdf_format: RdfFormat, head: str, texts: tuple[str, ...]
) -> None:
    """A new version of the parser may word them otherwise."""
    for text in texts:
        with pytest.raises(SyntaxError) as raised:
            list(parse(head + text, format=rdf_format, base_iri=BASE))
        words = words_of(raised.value)
        assert "på engelska" not in words.in_language("sv"), (text, words)
