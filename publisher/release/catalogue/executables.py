"""Named queries as RDF, so that tools find them at the endpoint: ``sh:SPARQLExecutable``.

The pattern of https://github.com/sib-swiss/sparql-examples; SHACL 1.0, part 2, section 5 (SPARQL
executables) and 4.2.1 (prefix declarations). Parameters are filled with their examples: a query
that can be run as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from publisher.errors import QueryRefused
from publisher.query.named import NamedQuery
from publisher.query.tokens import declared_prefixes, tokenize
from publisher.release.catalogue.graph import CatalogueGraph, node, typed

_EXAMPLES_ONTOLOGY = "https://purl.expasy.org/sparql-examples/ontology#"
_TARGET = "https://schema.org/target"
# Form of a query → its class, and the property that holds its text.
_FORMS = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
    "CONSTRUCT": ("sh:SPARQLConstructExecutable", "sh:construct"),
}


def describe_queries(
    base_iri: str, queries: Iterable[NamedQuery], prefixes: Mapping[str, str]
) -> list[Triple]:
    """Return what the named queries are, sorted; one whose examples are missing is left out.

    Args:
        base_iri: Below which they are named.
        queries: The queries.
        prefixes: Declared besides those of the queries: tools shorten names with them.
    """
    draft = CatalogueGraph()
    endpoint = NamedNode(f"{base_iri}sparql")
    declared = dict(prefixes)
    for query in queries:
        try:
            text = query.example()
        except QueryRefused:
            continue
        name = NamedNode(f"{base_iri}query/{query.name}")
        declared |= declared_prefixes(text)
        draft.add(name, "rdf:type", node("sh:SPARQLExecutable"))
        draft.add(name, "rdfs:label", Literal(query.name))
        about = [Literal(sentence, language=tag) for tag, sentence in query.about.items()]
        draft.add(name, "rdfs:comment", *(about or [Literal(query.name)]))
        draft.add(name, "sh:prefixes", NamedNode(f"{base_iri}query#prefixes"))
        draft.extend([Triple(name, NamedNode(_TARGET), endpoint), *_text(draft, name, text)])
    _declare(draft, base_iri, declared)
    return draft.triples()


def _text(draft: CatalogueGraph, name: NamedNode, text: str) -> Iterator[Triple]:
    """Yield the text of a query, and add what kind of query it is."""
    words = (token.text.upper() for token in tokenize(text) if token.kind == "word")
    form = next((word for word in words if word in (*_FORMS, "DESCRIBE")), "SELECT")
    if form not in _FORMS:
        yield Triple(name, NamedNode(f"{_EXAMPLES_ONTOLOGY}describe"), Literal(text))
        return
    kind, path = _FORMS[form]
    draft.add(name, "rdf:type", node(kind))
    yield Triple(name, node(path), Literal(text))


def _declare(draft: CatalogueGraph, base_iri: str, declared: Mapping[str, str]) -> None:
    prefixes = NamedNode(f"{base_iri}query#prefixes")
    for prefix, namespace in sorted(declared.items()):
        declaration = NamedNode(f"{base_iri}query#prefix-{prefix}")
        draft.add(prefixes, "rdf:type", node("owl:Ontology"))
        draft.add(prefixes, "sh:declare", declaration)
        draft.add(declaration, "sh:prefix", Literal(prefix))
        draft.add(declaration, "sh:namespace", typed(namespace, "xsd:anyURI"))
