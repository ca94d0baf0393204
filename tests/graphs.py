"""Graphs at random, of everything that RDF 1.1 allows, for tests of claims about every graph."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

PREFIXES = {
    "dcterms": "http://purl.org/dc/terms/",
    "ex": "https://data.example.org/",
    "id": "https://data.example.org/id/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "water": "https://data.example.org/def/water#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_NAMES = (
    "https://data.example.org/id/lake/siljan",
    "https://data.example.org/id/lake/vänern",
    "https://data.example.org/id/a",
    "https://data.example.org/id/a-",
    "https://data.example.org/id/-a",
    "https://data.example.org/id/1",
    "https://data.example.org/id/a.b",
    "https://data.example.org/id/a.",
    "https://data.example.org/id/a%20b",
    "https://data.example.org/id/a,b;c'(d)",
    "https://data.example.org/",
    "https://data.example.org/def/water#",
    "https://data.example.org/def/water#Lake",
    "http://www.w3.org/2004/02/skos/core#Concept",
    "http://purl.org/dc/terms",
    "https://other.example/x?a=1&b=<".replace("<", "%3C"),
    "urn:uuid:0e8fb0a1-5b5e-4a2f-9a0c-0a4f1d8a3b55",
    "mailto:somebody@example.org",
    "javascript:alert(1)",
)
_PREDICATES = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://purl.org/dc/terms/modified",
    "https://data.example.org/def/water#flowsInto",
    "https://data.example.org/def/water#depth",
    "https://data.example.org/def/other/p",
    "http://purl.org/dc/terms/a",
)
_XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPED = {
    "integer": ("1", "-1", "+1", "007", "", "1.0", "one", "1 "),
    "decimal": ("1.5", "-.5", "1.", "+0.50", "1", ".", "1e3"),
    "double": ("1e3", "1.5E-2", "INF", "NaN", "1", "1.5"),
    "boolean": ("true", "false", "1", "TRUE", ""),
    "date": ("2026-01-02", "yesterday"),
    "dateTime": ("2026-01-02T03:04:05Z",),
    "anyURI": ("https://e.org/<x>",),
}
# XML cannot hold control characters but tab and line ends (XML 1.0, section 2.2).
_LETTERS = st.characters(
    exclude_categories=["Cs"], exclude_characters=[chr(n) for n in range(32)] + ["\ufffe", "\uffff"]
)
_TEXTS = st.text(_LETTERS | st.sampled_from("\"\\'\t\n<>&{}@^#"), max_size=12)
names = st.sampled_from(_NAMES).map(NamedNode)
blank_nodes = st.sampled_from(["a", "b", "b1"]).map(BlankNode)
literals = (
    _TEXTS.map(Literal)
    | st.builds(
        lambda value, language: Literal(value, language=language),
        _TEXTS,
        st.sampled_from(["sv", "en", "en-gb", "de-ch-1996"]),
    )
    | st.sampled_from(
        [
            Literal(value, datatype=NamedNode(_XSD + name))
            for name, values in _TYPED.items()
            for value in values
        ]
    )
    | _TEXTS.map(lambda value: Literal(value, datatype=NamedNode("https://e.org/type")))
)
predicates = st.sampled_from(_PREDICATES).map(NamedNode)
subjects = names | blank_nodes
graphs = st.lists(st.builds(Triple, subjects, predicates, subjects | literals), max_size=12)
graphs_without_blank_nodes = st.lists(
    st.builds(Triple, names, predicates, names | literals), max_size=12
)


def canonical(triples: Iterable[Triple | Quad]) -> set[str]:
    """Return a graph in the form in which equal graphs are equal sets (RDFC-1.0)."""
    quads = [Quad(t.subject, t.predicate, t.object) for t in triples]
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}
