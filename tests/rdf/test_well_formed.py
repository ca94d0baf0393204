"""XML that a serialiser wrote, kept from clients whose parsers would break on it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

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
