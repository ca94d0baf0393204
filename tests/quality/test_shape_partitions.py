"""Validation in parts finds what validation in whole finds."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse, serialize

from publisher.quality.shape_partitions import (
    Partition,
    ValidationFiles,
    cut_into_partitions,
    one_partition,
)
from publisher.quality.validation_results import read_report
from publisher.quality.validator import ShapeValidator, needs_in

# Every way in which a shape looks from its focus node to others, and every kind of target.
SHAPES = """
PREFIX : <https://e.org/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
:S1 a sh:NodeShape ; sh:targetClass :A ;
    sh:property [ sh:path :p ; sh:class :B ; sh:maxCount 2 ] ;
    sh:property [ sh:path [ sh:inversePath :q ] ; sh:minCount 1 ] ;
    sh:property [ sh:path ( :p [ sh:inversePath :q ] ) ; sh:class :C ] ;
    sh:property [ sh:path [ sh:alternativePath ( :r [ sh:inversePath :p ] ) ] ; sh:minCount 1 ] .
:S2 a sh:NodeShape ; sh:targetSubjectsOf :q ;
    sh:property [ sh:path :q ; sh:node :N ; sh:nodeKind sh:IRI ] ;
    sh:property [ sh:path :p ; sh:equals :q ] ;
    sh:property [ sh:path :r ; sh:disjoint :s ] .
:N sh:property [ sh:path :r ; sh:minCount 1 ; sh:datatype xsd:integer ; sh:pattern "^0" ] ;
    sh:property [ sh:path [ sh:inversePath :p ] ; sh:class :A ] .
:S3 a sh:NodeShape ; sh:targetObjectsOf :r ; sh:nodeKind sh:IRI ; sh:class :C .
:S4 a sh:NodeShape ; sh:targetNode :nobody , :n1 ; sh:property [ sh:path :p ; sh:minCount 1 ] .
:S5 a sh:NodeShape ; sh:targetClass :B ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
    sh:property [ sh:path :p ; sh:not [ sh:class :A ] ] ;
    sh:property [ sh:path :q ; sh:or ( [ sh:class :A ] [ sh:property [ sh:path :p ;
        sh:minCount 1 ] ] ) ] ;
    sh:property [ sh:path :r ; sh:qualifiedValueShape [ sh:class :C ] ; sh:qualifiedMinCount 1 ] ;
    sh:property [ sh:path [ sh:zeroOrMorePath :q ] ; sh:hasValue :n2 ] .
:S6 a sh:NodeShape ; sh:targetClass :C ;
    sh:sparql [ sh:select \"\"\"PREFIX : <https://e.org/> SELECT $this ?value WHERE {
        $this :q ?value . ?value :q* $this . }\"\"\" ] ;
    sh:sparql [ sh:select \"\"\"PREFIX : <https://e.org/> SELECT $this ?value WHERE {
        ?value :p $this . FILTER NOT EXISTS { ?value :q/:r ?x . ?y :p ?x } }\"\"\" ] ;
    sh:sparql [ sh:select \"\"\"PREFIX : <https://e.org/> SELECT $this ?value WHERE {
        $this :p ?value OPTIONAL { ?value :q ?more } FILTER EXISTS { ?other :q ?value ; :p ?any } }
        GROUP BY $this ?value HAVING (COUNT(?more) > 1)\"\"\" ] .
:D a sh:NodeShape , rdfs:Class ; sh:property [ sh:path :s ; sh:maxCount 0 ] .
"""
NODES = [f"<https://e.org/n{number}>" for number in range(5)] + ["_:x"]
LITERALS = ['"7"', '"07"^^<http://www.w3.org/2001/XMLSchema#integer>', '"hej <x> ."@sv', '"a\\nb"']
CLASSES = [f"<https://e.org/{name}>" for name in "ABCDE"]
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
BELOW = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"

nodes, classes = st.sampled_from(NODES), st.sampled_from(CLASSES)
names, values = st.sampled_from("pqrs"), st.sampled_from([*NODES, *LITERALS])
typed = st.builds("{} {} {} .\n".format, nodes, st.just(TYPE), classes)
linked = st.builds("{} <https://e.org/{}> {} .\n".format, nodes, names, values)
below = st.builds("{} {} {} .\n".format, classes, st.just(BELOW), classes)
graphs = st.builds(
    lambda *lines: sorted(set().union(*lines)),
    st.lists(typed, max_size=8),
    st.lists(linked, max_size=25),
    st.lists(below, max_size=2),
)


Found = list[tuple[str, ...]]
# Shrinking a failure would take minutes; the lines of one are few enough to read.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def ground_of(folder: Path, shapes: str, lines: list[str]) -> ValidationFiles:
    """Return some shapes and some data as they lie on the disk."""
    ground = ValidationFiles(folder)
    triples = [quad.triple for quad in parse(shapes, format=RdfFormat.TURTLE)]
    ground.shapes.write_bytes(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
    ground.triples.write_text("".join(lines), encoding="utf-8")
    ground.prefixes.write_text(json.dumps({}), encoding="utf-8")
    return ground


def findings(parts: list[Partition]) -> Found:
    """Return what some parts find, sorted."""
    validator = ShapeValidator(parts[0].files, needs_in(parts[0].files))
    return sorted(result.key for part in parts for result in read_report(validator.report(part)))


def in_whole_and_in_parts(
    shapes: str, lines: list[str]
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]], int]:
    """Return the findings both ways, and the number of parts: about one a subject."""
    with TemporaryDirectory() as folder:
        ground = ground_of(Path(folder), shapes, lines)
        needs = needs_in(ground)
        assert needs is not None
        parts = list(cut_into_partitions(ground, needs, part_bytes=1))
        return findings([one_partition(ground)]), findings(parts), len(parts)


@pytest.mark.exhaustive
@pytest.mark.slow
@settings(max_examples=60, deadline=None, phases=PHASES)
@given(graphs)
def test_parts_find_what_the_whole_finds(lines: list[str]) -> None:
    """Whatever is wrong, and wherever what a shape looks at is said."""
    in_whole, in_parts, _ = in_whole_and_in_parts(SHAPES, lines)
    assert in_parts == in_whole


@pytest.mark.slow
def test_the_faults_of_the_property_are_found_at_all() -> None:
    """Two empty reports are equal too."""
    lines = sorted(
        [
            f"{NODES[0]} {TYPE} {CLASSES[0]} .\n",
            f"{NODES[0]} <https://e.org/p> {NODES[1]} .\n",
            f"{NODES[1]} {TYPE} {CLASSES[2]} .\n",
            f"{NODES[2]} <https://e.org/r> {LITERALS[0]} .\n",
        ]
    )
    in_whole, in_parts, parts = in_whole_and_in_parts(SHAPES, lines)
    assert in_parts == in_whole
    assert len(in_whole) == 8
    assert parts == 4  # each subject, and what nothing is said of


@pytest.mark.parametrize(
    "constraint",
    [
        "sh:sparql [ sh:select 'SELECT $this WHERE { ?a ?b ?c }' ]",
        "sh:sparql [ sh:select 'SELECT $this WHERE { { $this ?p ?a } UNION { ?b ?q ?a } }' ]",
        "sh:sparql [ sh:select 'SELECT $this WHERE { GRAPH ?g { $this ?p ?a } }' ]",
        "sh:property [ sh:path [ sh:zeroOrMorePath ( :p :q ) ] ; sh:minCount 1 ]",
        "sh:node :Loop",
        "sh:js [ sh:jsFunctionName 'f' ]",
    ],
)
def test_shapes_that_may_look_anywhere_are_not_cut(tmp_path: Path, constraint: str) -> None:
    """Then everything is validated together."""
    shapes = (
        f"{SHAPES}\n:S9 a sh:NodeShape ; sh:targetClass :A ; {constraint} .\n:Loop sh:node :Loop ."
    )
    assert needs_in(ground_of(tmp_path, shapes, [])) is None
