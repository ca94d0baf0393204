"""JSON-LD compaction, held against PyLD's general algorithm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from publisher.load.sources import PUBLISHED, Sources, read_sources
from publisher.rdf.jsonld import Context, unsupported_key
from publisher.rdf.namespaces import iri
from publisher.rdf.serialise import sort_statements

REPOSITORY = Path(__file__).parents[2]
REAL_BASE = "https://w3id.org/nms-kluster/"
RDF_TYPE = iri("rdf:type")


def expanded_value(term: object) -> dict[str, str]:
    """Return a term in expanded form (JSON-LD 1.1 API, section 3.1)."""
    if isinstance(term, Literal):
        if term.language:
            return {"@value": term.value, "@language": term.language}
        if term.datatype.value == iri("xsd:string"):
            return {"@value": term.value}
        return {"@value": term.value, "@type": term.datatype.value}
    return {"@id": term.value if isinstance(term, NamedNode) else str(term)}


def expanded(triples: list[Triple]) -> list[dict[str, Any]]:
    """Return triples in expanded form."""
    nodes: dict[str, dict[str, Any]] = {}
    for triple in triples:
        subject = expanded_value(triple.subject)["@id"]
        node = nodes.setdefault(subject, {"@id": subject})
        value = expanded_value(triple.object)
        if triple.predicate.value == RDF_TYPE:
            node.setdefault("@type", []).append(value["@id"])
        else:
            node.setdefault(triple.predicate.value, []).append(value)
    return list(nodes.values())


def assert_as_pyld(triples: list[Triple], context: Context) -> None:
    """Compare our nodes with PyLD's, one by one."""
    ours = json.loads(context.compact(triples))
    theirs = jsonld.compact(
        expanded(triples), {"@context": dict(context)}, {"graph": True, "skipExpansion": True}
    )

    assert ours["@graph"] == theirs["@graph"]


def triples_of(sources: Sources) -> list[Triple]:
    """Return everything that is published, sorted."""
    triples = {quad.triple for quad in sources.quads(*PUBLISHED)}
    return [t for t in sort_statements(triples) if isinstance(t, Triple)]


@pytest.mark.slow
def test_the_whole_of_the_real_data_compacts_as_pyld_compacts_it() -> None:
    """The context in use is the one that matters most."""
    sources = read_sources(REPOSITORY, REAL_BASE)

    assert_as_pyld(triples_of(sources), sources.context)


def test_another_publisher_s_data_compacts_as_pyld_compacts_it(sources: Sources) -> None:
    """Nothing rests on one context."""
    assert_as_pyld(triples_of(sources), sources.context)


E = "https://e.org/"
CONTEXT = Context(
    {
        "e": E,
        "ex": E + "x/",
        "xsd": iri("xsd:string").removesuffix("string"),
        "id": "@id",
        "type": "@type",
        "value": "@value",
        "Thing": "e:Thing",
        "knows": {"@id": "e:knows", "@type": "@id"},
        "name": {"@id": "e:name"},
        "label": "e:name",
        "born": {"@id": "e:born", "@type": "xsd:date"},
        "either": {"@id": "e:either", "@type": "@id"},
        "eitherDate": {"@id": "e:either", "@type": "xsd:date"},
    }
)
A = NamedNode(E + "a")
CASES = {
    "a link below a term for links": (A, "knows", NamedNode(E + "b")),
    "a text below a term for links": (A, "knows", Literal("b")),
    "a link below a term without type": (A, "name", NamedNode(E + "b")),
    "a text in a language": (A, "name", Literal("b", language="sv")),
    "a date below a term for dates": (
        A,
        "born",
        Literal("2026-01-01", datatype=NamedNode(iri("xsd:date"))),
    ),
    "a year below a term for dates": (
        A,
        "born",
        Literal("2026", datatype=NamedNode(iri("xsd:gYear"))),
    ),
    "a date below one of two terms": (
        A,
        "either",
        Literal("2026-01-01", datatype=NamedNode(iri("xsd:date"))),
    ),
    "a link below one of two terms": (A, "either", NamedNode(E + "b")),
    "a longer prefix": (A, "x/deep", NamedNode(E + "x/deep")),
    "a blank node": (BlankNode("b"), "knows", BlankNode("c")),
    "a property that no prefix fits": (A, "", NamedNode("urn:b")),
}


@pytest.mark.parametrize("case", CASES)
def test_a_triple_compacts_as_pyld_compacts_it(case: str) -> None:
    """Each way of choosing a term, a prefix and a form of the value."""
    subject, name, value = CASES[case]
    predicate = NamedNode(E + name if name else "urn:p")

    assert_as_pyld([Triple(subject, predicate, value)], CONTEXT)


def test_an_empty_prefix_is_no_term() -> None:
    """A term is never empty (JSON-LD 1.1, section 4.1); names below the namespace are whole."""
    context = Context({"": E, "x": E + "x/"})
    triple = Triple(A, NamedNode(E + "p"), NamedNode(E + "x/b"))

    document = json.loads(context.compact([triple]))

    assert document["@context"] == {"x": E + "x/"}
    quads = parse(json.dumps(document).encode(), RdfFormat.JSON_LD)
    assert [quad.triple for quad in quads] == [triple]
    assert jsonld.expand(document) == [{"@id": A.value, E + "p": [{"@id": E + "x/b"}]}]


def test_types_compact_as_pyld_compacts_them() -> None:
    """Classes become terms, and several become a list."""
    kinds = [NamedNode(E + "Other"), NamedNode(E + "Thing")]

    assert_as_pyld([Triple(A, NamedNode(RDF_TYPE), kind) for kind in kinds], CONTEXT)


def test_only_the_used_part_of_the_context_is_carried_along() -> None:
    """A small document stays small."""
    triple = Triple(A, NamedNode(E + "knows"), NamedNode(E + "b"))

    document = json.loads(CONTEXT.compact([triple]))

    assert document["@context"] == {
        "e": E,
        "id": "@id",
        "knows": {"@id": "e:knows", "@type": "@id"},
    }


@pytest.mark.parametrize(
    "definitions",
    [
        {"@vocab": E},
        {"name": {"@id": "e:name", "@container": "@language"}},
        {"name": {"@reverse": "e:name"}},
        {"name": None},
        {"name": {"@type": "@id"}},
    ],
)
def test_a_context_that_says_more_is_refused(definitions: dict[str, Any]) -> None:
    """What is not read must not be silently wrong."""
    assert unsupported_key(definitions) == next(iter(definitions))
    with pytest.raises(ValueError, match=next(iter(definitions))):
        Context(definitions)
