from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from publisher.rdf.turtle import write_turtle
from tests.graphs import PREFIXES, canonical, graphs, graphs_without_blank_nodes

LAYOUT = """\
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX water: <https://data.example.org/def/water#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

<https://data.example.org/id/lake/siljan>
    a water:Lake ;
    rdfs:label
        "Lake Siljan"@en ,
        "Siljan"@sv ;
    dcterms:modified "2026-01-02"^^xsd:date ;
    skos:notation "SIL" ;
    water:depth 134.0 ;
    water:inflows 3 ;
    water:named true ;
    water:outflow
        <https://data.example.org/id/lake/insjön> ,
        <https://data.example.org/id/river/osterdalalven> ;
.

<https://data.example.org/id/lake/vänern>
    a water:Lake ;
.
"""


def read(text: str) -> list[Triple]:
    """Return the triples of a Turtle text."""
    return [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]


def test_a_graph_is_written_in_the_layout_of_the_sources() -> None:
    """House style, section 3: blocks by IRI, ``a`` first, then the label, the full stop alone."""
    assert write_turtle(reversed(read(LAYOUT)), PREFIXES) == LAYOUT


def test_only_prefixes_in_use_are_declared() -> None:
    """A prefix that stands there for nothing misleads a reader."""
    triple = Triple(
        NamedNode("https://e.org/a"), NamedNode(PREFIXES["skos"] + "note"), Literal("x")
    )
    assert re.findall(r"PREFIX (\w+):", write_turtle([triple], PREFIXES)) == ["skos"]
    assert write_turtle([], PREFIXES) == ""


@pytest.mark.parametrize(
    ("value", "datatype", "written"),
    [
        ("1", "integer", " 1 ;"),
        ("-7", "integer", " -7 ;"),
        ("-007", "integer", ' "-007"^^xsd:integer ;'),
        ("+7", "integer", ' "+7"^^xsd:integer ;'),
        (".5", "decimal", ' ".5"^^xsd:decimal ;'),
        ("0.0000001", "decimal", ' "0.0000001"^^xsd:decimal ;'),
        ("1.50", "decimal", " 1.50 ;"),
        ("true", "boolean", " true ;"),
        ("1", "boolean", ' "1"^^xsd:boolean ;'),
        ("one", "integer", ' "one"^^xsd:integer ;'),
        ("1.", "decimal", ' "1."^^xsd:decimal ;'),
        ("1", "decimal", ' "1"^^xsd:decimal ;'),
        ("1e3", "double", ' "1e3"^^xsd:double ;'),
        ("1٣", "integer", ' "1٣"^^xsd:integer ;'),
        ("a", "string", ' "a" ;'),
    ],
)
def test_a_number_is_bare_only_where_turtle_reads_the_same_number(
    value: str, datatype: str, written: str
) -> None:
    """Turtle, section 2.5.2: the lexical form must survive, also in readers that keep values."""
    literal = Literal(value, datatype=NamedNode(PREFIXES["xsd"] + datatype))
    triple = Triple(NamedNode("https://e.org/a"), NamedNode("https://e.org/p"), literal)
    assert written in write_turtle([triple], PREFIXES)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ('say "hej"', r'"say \"hej\""'),
        ("a\\b", r'"a\\b"'),
        ("a\nb\r\tc", r'"a\nb\r\tc"'),
        ("åäö 漢 🙂", '"åäö 漢 🙂"'),
        ("", '""'),
    ],
)
def test_what_would_end_a_string_is_escaped_and_letters_stay_letters(
    value: str, written: str
) -> None:
    """Turtle, section 6.4; an editor must be able to read the file."""
    triple = Triple(NamedNode("https://e.org/a"), NamedNode("https://e.org/p"), Literal(value))
    assert f"<https://e.org/p> {written} ;" in write_turtle([triple], PREFIXES)


@pytest.mark.parametrize(
    ("iri", "written"),
    [
        ("https://data.example.org/id/a", "id:a"),
        ("https://data.example.org/id/1a", "id:1a"),
        ("https://data.example.org/id/a.b", "<https://data.example.org/id/a.b>"),
        ("https://data.example.org/id/a/b", "<https://data.example.org/id/a/b>"),
        ("https://data.example.org/id/å", "<https://data.example.org/id/å>"),
        ("https://data.example.org/id/", "<https://data.example.org/id/>"),
        ("https://data.example.org/id/-a", "<https://data.example.org/id/-a>"),
    ],
)
def test_an_iri_is_shortened_only_to_a_name_that_needs_no_escape(iri: str, written: str) -> None:
    """Turtle's local names allow more, but every reader understands the simple ones."""
    triple = Triple(NamedNode(iri), NamedNode("https://e.org/p"), Literal("x"))
    assert f"\n{written}\n" in "\n" + write_turtle([triple], {"id": PREFIXES["id"]})


def test_blank_nodes_keep_their_names() -> None:
    """Sources have none, but what others publish has; the statement stays readable."""
    triple = Triple(BlankNode("x"), NamedNode("https://e.org/p"), BlankNode("y"))
    assert write_turtle([triple], {}) == "_:x\n    <https://e.org/p> _:y ;\n.\n"


@pytest.mark.slow
@given(graphs)
def test_every_graph_read_back_is_the_same_graph(triples: list[Triple]) -> None:
    """Nothing is lost and nothing changes its meaning."""
    assert canonical(read(write_turtle(triples, PREFIXES))) == canonical(triples)


@pytest.mark.slow
@given(graphs_without_blank_nodes, st.randoms(use_true_random=False))
def test_the_order_of_the_triples_changes_no_byte(triples: list[Triple], chance: object) -> None:
    """A change of one fact is a change of one line, and nothing else moves."""
    written = write_turtle(triples, PREFIXES)
    chance.shuffle(triples)  # type: ignore[attr-defined]
    assert write_turtle([*triples, *triples], PREFIXES) == written
    assert write_turtle(read(written), PREFIXES) == written
