"""Each construct of the OWL 2 primer in words, in English and in Swedish."""

from __future__ import annotations

from collections import defaultdict

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from publisher.render.ontology.axioms import AxiomWriter
from publisher.render.page_model import Value

PREFIXES = """
PREFIX : <https://e.org/f#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
Graph = dict[str, dict[str, list[object]]]


def graph(turtle: str) -> Graph:
    """Return triples by subject and property."""
    found: Graph = defaultdict(lambda: defaultdict(list))
    for quad in parse((PREFIXES + turtle).encode(), format=RdfFormat.TURTLE):
        subject = quad.subject
        key = subject.value if isinstance(subject, NamedNode) else str(subject)
        found[key][quad.predicate.value].append(quad.object)
    return found


def link(name: str) -> Value:
    """Return a term by its local name."""
    return Value(name.replace("#", "/").rpartition("/")[2], name)


def words(turtle: str, language: str = "en") -> list[str]:
    """Return all values of the thing :x in words."""
    said = graph(turtle)
    writer = AxiomWriter(said, link, language)
    values = [
        writer.value(path, term)
        for path, terms in said["https://e.org/f#x"].items()
        for term in terms
    ]
    return [value.text for value in values if value is not None]


def on(rest: str) -> str:
    """Return a restriction on :p that :x is below."""
    return f":x rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; {rest} ] ."


@pytest.mark.parametrize(
    ("turtle", "english", "swedish"),
    [
        (on("owl:someValuesFrom :C"), "p some C", "p någon C"),
        (on("owl:allValuesFrom :C"), "p only C", "p endast C"),
        (on("owl:hasValue :i"), "p value i", "p värdet i"),
        (on('owl:hasValue "red"@en'), "p value “red”", "p värdet “red”"),
        (on("owl:hasSelf true"), "p itself", "p sig själv"),
        (on("owl:minCardinality 1"), "p min 1", "p minst 1"),
        (on("owl:maxCardinality 2"), "p max 2", "p högst 2"),
        (on("owl:cardinality 3"), "p exactly 3", "p exakt 3"),
        (on("owl:minQualifiedCardinality 1 ; owl:onClass :C"), "p min 1 C", "p minst 1 C"),
        (
            on("owl:qualifiedCardinality 5 ; owl:onDataRange xsd:date"),
            "p exactly 5 date",
            "p exakt 5 date",
        ),
        (
            on("owl:someValuesFrom [ owl:unionOf ( :A :B ) ]"),
            "p some (A or B)",
            "p någon (A eller B)",
        ),
        (
            ":x rdfs:subClassOf [ owl:onProperty [ owl:inverseOf :q ] ; owl:allValuesFrom :C ] .",
            "inverse of q only C",
            "invers av q endast C",
        ),
        (
            ":x rdfs:subClassOf [ owl:onProperties ( :p :q ) ; owl:someValuesFrom :C ] .",
            "p, q some C",
            "p, q någon C",
        ),
        (
            ":x owl:equivalentClass [ owl:intersectionOf ( :A [ owl:onProperty :p ;"
            " owl:minCardinality 1 ] [ owl:complementOf :B ] ) ] .",
            "A and (p min 1) and not B",
            "A och (p minst 1) och inte B",
        ),
        (
            ":x owl:equivalentClass [ owl:complementOf [ owl:unionOf ( :A :B ) ] ] .",
            "not (A or B)",
            "inte (A eller B)",
        ),
        (":x owl:equivalentClass [ owl:oneOf ( :i :h ) ] .", "{i, h}", "{i, h}"),
        (":x owl:oneOf ( 1 2 ) .", "{1, 2}", "{1, 2}"),
        (":x owl:unionOf ( :B :A ) .", "B or A", "B eller A"),
        (":x owl:disjointUnionOf ( :B :A ) .", "B, A", "B, A"),
        (":x owl:propertyChainAxiom ( :q :p :q ) .", "q o p o q", "q o p o q"),
        (":x owl:hasKey ( :q :p ) .", "q, p", "q, p"),
        (
            ":x rdfs:range [ a rdfs:Datatype ; owl:onDatatype xsd:integer ; owl:withRestrictions"
            " ( [ xsd:minInclusive 0 ] [ xsd:maxExclusive 150 ] ) ] .",
            "integer[≥ 0, < 150]",
            "integer[≥ 0, < 150]",
        ),
        (
            ":x rdfs:range [ owl:datatypeComplementOf :d ] .",
            "not d",
            "inte d",
        ),
        (":x owl:inverseOf [ owl:inverseOf :q ] .", "inverse of q", "invers av q"),
        (":x rdfs:subClassOf [ owl:intersectionOf () ] .", "Thing", "Thing"),
    ],
)
def test_an_expression_is_put_into_words(turtle: str, english: str, swedish: str) -> None:
    """In the order of the source, with brackets where they are needed."""
    assert words(turtle) == [english]
    assert words(turtle, "sv") == [swedish]


def test_names_in_a_phrase_stay_links_and_are_one_after_the_other() -> None:
    """A reader follows them."""
    said = graph(on("owl:someValuesFrom :C"))
    (node,) = said["https://e.org/f#x"]["http://www.w3.org/2000/01/rdf-schema#subClassOf"]
    value = AxiomWriter(said, link, "en").value("", node)
    assert value is not None
    assert [(part.text, part.href) for part in value.parts] == [
        ("p", "https://e.org/f#p"),
        (" some ", ""),
        ("C", "https://e.org/f#C"),
    ]


@pytest.mark.parametrize(
    ("turtle", "english", "about"),
    [
        (
            "[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .",
            "No two have anything in common: A, B, C",
            "A B C",
        ),
        (
            "[] a owl:AllDisjointProperties ; owl:members ( :p :q ) .",
            "No two have anything in common: p, q",
            "p q",
        ),
        ("[] a owl:AllDifferent ; owl:distinctMembers ( :i :j ) .", "All different: i, j", "i j"),
        (
            "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :i ;"
            " owl:assertionProperty :p ; owl:targetIndividual :j .",
            "not (i p j)",
            "i j p",
        ),
        (
            "[ owl:intersectionOf ( :A [ owl:oneOf ( :i ) ] ) ] rdfs:subClassOf :B .",
            "A and {i} is a kind of B",
            "A B i",
        ),
    ],
)
def test_an_axiom_that_stands_by_itself_is_put_into_words(
    turtle: str, english: str, about: str
) -> None:
    """And it is known which terms it speaks of."""
    (axiom,) = AxiomWriter(graph(turtle), link, "en").axioms()
    assert axiom.words.text == english
    assert axiom.about == {f"https://e.org/f#{name}" for name in about.split()}


def test_what_is_said_of_an_axiom_stands_with_it() -> None:
    """Such as who says so."""
    turtle = """
        [] a owl:Axiom ; owl:annotatedSource :A ; owl:annotatedProperty rdfs:subClassOf ;
            owl:annotatedTarget [ owl:onProperty :p ; owl:hasValue 3 ] ; rdfs:comment "why"@en .
    """
    (axiom,) = AxiomWriter(graph(turtle), link, "en").axioms()
    assert axiom.words.text == "A subClassOf (p value 3)"
    assert [note.text for note in axiom.notes] == ["comment: “why”"]


def test_an_annotation_on_an_annotation_stands_in_brackets() -> None:
    """OWL 2 Structural Specification, section 10.1; it is no axiom of its own."""
    said = graph("""
        _:inner a owl:Annotation ; owl:annotatedSource _:outer ; owl:annotatedProperty :note ;
            owl:annotatedTarget "moult" ; :by :ringer .
        _:outer a owl:Axiom ; owl:annotatedSource :Wader ; owl:annotatedProperty rdfs:subClassOf ;
            owl:annotatedTarget :Bird ; :note "moult" , "plain" .
        [] a owl:NegativePropertyAssertion ; owl:sourceIndividual :i ; owl:assertionProperty :p ;
            owl:targetIndividual :j ; :note "seen once" .
    """)
    found = AxiomWriter(said, link, "en").axioms()
    assert [(axiom.words.text, [n.text for n in axiom.notes]) for axiom in found] == [
        ("not (i p j)", ["note: “seen once”"]),
        ("Wader subClassOf Bird", ["note: “moult” (by: ringer)", "note: “plain”"]),
    ]


def test_a_rule_is_put_into_words() -> None:
    """SWRL, in both forms of its lists; variables stand with a question mark."""
    swrl = "PREFIX swrl: <http://www.w3.org/2003/11/swrl#>"
    said = graph(f"""{swrl}
        :x a swrl:Variable . <urn:swrl:var#y> a swrl:Variable .
        :moves a swrl:Imp ; rdfs:label "moves" ; swrl:head () ; swrl:body (
            [ a swrl:ClassAtom ; swrl:classPredicate [ owl:complementOf :Bird ] ;
              swrl:argument1 :x ]
            [ a swrl:DifferentIndividualsAtom ; swrl:argument1 :x ; swrl:argument2 :i ] ) .
        [] a swrl:Imp ; swrl:head [ a swrl:AtomList ; rdf:rest rdf:nil ; rdf:first
            [ a swrl:DatavaluedPropertyAtom ; swrl:propertyPredicate :p ; swrl:argument1 :x ;
              swrl:argument2 4 ] ] ; swrl:body ( [ a swrl:BuiltinAtom ; swrl:builtin :more ;
              swrl:arguments ( <urn:swrl:var#y> 3 ) ] ) .
    """)
    found = AxiomWriter(said, link, "en").axioms()
    assert [axiom.words.text for axiom in found] == [
        "more(?y, 3) → p(?x, 4)",
        "moves: not Bird(?x) and differentFrom(?x, i) → ",
    ]
    assert not any(axiom.notes for axiom in found)


def test_an_expression_in_a_circle_ends() -> None:
    """And a node that is no expression is left to others."""
    said = graph("_:a owl:complementOf _:b . _:b owl:complementOf _:a . _:c rdfs:label 'c' .")
    writer = AxiomWriter(said, link, "en")
    heads = [BlankNode(name[2:]) for name in said]
    found = [writer.value("", head) for head in heads]
    assert [value.text if value else None for value in found] == ["not not …", "not not …", None]
