"""XML that a serialiser wrote, kept from clients whose parsers would break on it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize
from rdflib import Graph

from publisher.errors import NotCarried
from publisher.rdf.jsonld import Context
from publisher.rdf.media_types import GRAPHS, RDF_XML, TURTLE
from publisher.rdf.serialise import serialise
from publisher.rdf.well_formed import BrokenXml, well_formed

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def written(predicate: str, text: str) -> bytes:
    """Return a triple in RDF/XML, as pyoxigraph writes it."""
    triple = Triple(NamedNode("urn:a"), NamedNode(predicate), Literal(text))
    return serialize([triple], format=RdfFormat.RDF_XML) or b""


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x0c", "\x1f", "\ufffe", "\uffff"])
def test_characters_that_xml_cannot_hold_are_found(character: str) -> None:
    """XML 1.0, section 2.2: no escape helps."""
    with pytest.raises(BrokenXml):
        well_formed(written("http://e.example/p", f"a{character}b"))


@pytest.mark.parametrize(
    "predicate",
    [
        *("http://e.example/2024", "http://e.example/p/", "http://e.example/-", "urn:1"),
        "http://www.w3.org/2000/xmlns/p",
    ],
)
def test_properties_without_a_name_in_xml_are_found(predicate: str) -> None:
    """RDF 1.1 XML Syntax, section 6.1.4: the end of the IRI becomes the element's name."""
    with pytest.raises(BrokenXml):
        well_formed(written(predicate, "x"))


@pytest.mark.parametrize("text", ["a\rb", "a\r\nb", "\t \n", "\x7f\x85", "😀", "<&>\"'"])
def test_what_xml_can_hold_comes_back_as_it_was(text: str) -> None:
    """A bare carriage return would come back as a line feed (XML 1.0, section 2.11)."""
    root = ElementTree.fromstring(well_formed(written("http://e.example/p", text)))
    assert root[0][0].text == text


@pytest.mark.parametrize(
    "triple",
    [
        Triple(NamedNode("urn:a"), NamedNode("http://e.example/7"), Literal("x")),
        Triple(NamedNode("urn:a"), NamedNode(f"{RDF}li"), Literal("x")),
        Triple(NamedNode("urn:a"), NamedNode(f"{RDF}Description"), Literal("x")),
        Triple(NamedNode("urn:a"), NamedNode("urn:p"), Literal("\x0b")),
    ],
)
def test_a_graph_that_rdf_xml_cannot_carry_is_refused_with_what_can(triple: Triple) -> None:
    """The other formats carry it."""
    context = Context({})
    with pytest.raises(NotCarried) as refused:
        serialise([triple], RDF_XML, {}, context)
    assert set(refused.value.offered) == {m.name for m in GRAPHS} - {RDF_XML.name}
    assert serialise([triple], TURTLE, {}, context)


@pytest.mark.parametrize(
    "name",
    [
        *("http://e.example/2024", "http://e.example/c/", "http://e.example/#", "urn:isbn:978"),
        *("http://e.example/-", "http://e.example/x1", "http://e.example/é"),
    ],
)
def test_a_class_may_have_any_name(name: str) -> None:
    """RDF 1.1 XML Syntax, section 2.13: the element of a class is but a short form."""
    kind = NamedNode(f"{RDF}type")
    triples = [
        Triple(NamedNode("urn:a"), kind, NamedNode(name)),
        Triple(BlankNode("b"), kind, NamedNode(name)),
        Triple(BlankNode("b"), NamedNode("urn:p"), Literal('<type xmlns="urn:x:" type')),
    ]
    prefixes = {"e": "http://e.example/", "type": "urn:isbn:", "r": RDF}
    xml = serialise(triples, RDF_XML, prefixes, Context({}))
    assert {str(q.object) for q in parse(xml, format=RdfFormat.RDF_XML)} == {
        str(triple.object) for triple in triples
    }
    assert len(Graph().parse(data=xml, format="xml")) == len(triples)
    assert serialise(triples, RDF_XML, prefixes, Context({})) == xml
