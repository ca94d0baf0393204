"""Which dataset a finding is about, and whom to ask: what an editor needs to begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import DCAT, DCTERMS, FOAF, RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from publisher.messages import SOURCE_LANGUAGE, Text
from publisher.rdf.namespaces import iri

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_ENTRIES = tuple(
    URIRef(iri(name)) for name in ("dcat:Dataset", "dcat:DatasetSeries", "dcat:DataService")
)
# From a dataset to what its description consists of; a deeper node belongs to several.
_DEPTH = 4


@dataclass(frozen=True)
class AffectedDataset:
    """A dataset, series or service that a finding is about.

    Attributes:
        iri: Its IRI, or the label of a blank node.
        titles: By language.
        contact: Its mail address, else the name of its contact or publisher; empty when none.
    """

    iri: str
    titles: Text
    contact: str

    def title(self, language: str) -> str:
        """Return its title in a language, else in any, else its IRI."""
        known = self.titles.get(language) or self.titles.get(SOURCE_LANGUAGE)
        return known or next(iter(self.titles.values()), self.iri)


def node_name(node: Node) -> str:
    """Return how findings name a node: an IRI, or the label of a blank node."""
    return node.n3() if isinstance(node, BNode) else str(node)


def affected_datasets(graph: Graph) -> Mapping[str, AffectedDataset]:
    """Return name of a node → the first dataset whose description it is part of.

    A dataset stands for itself; its distributions, contacts and periods stand for it.
    """
    entries = {node: kind for kind in _ENTRIES for node in graph.subjects(RDF.type, kind)}
    ordered = sorted(entries, key=lambda node: (_ENTRIES.index(entries[node]), str(node)))
    known = {node: _entry(graph, node) for node in ordered}
    datasets = {node_name(node): entry for node, entry in known.items()}
    outside = {*entries, *graph.subjects(RDF.type, DCAT.Catalog)}
    for node in ordered:
        for part in _parts(graph, node, outside):
            datasets.setdefault(node_name(part), known[node])
    return datasets


def _parts(graph: Graph, start: Node, outside: set[Node]) -> Iterator[Node]:
    """Yield what a description leads to, but for other datasets and catalogues."""
    level, seen = [start], {start}
    for _ in range(_DEPTH):
        following = [
            value
            for node in level
            for value in graph.objects(node)
            if not isinstance(value, Literal) and value not in outside
        ]
        level = [node for node in dict.fromkeys(following) if node not in seen]
        seen.update(level)
        yield from level


def _entry(graph: Graph, node: Node) -> AffectedDataset:
    titles = {
        (title.language or "").partition("-")[0]: str(title)
        for title in sorted(graph.objects(node, DCTERMS.title), key=str)
        if isinstance(title, Literal)
    }
    return AffectedDataset(node_name(node), titles, next(_contacts(graph, node), ""))


def _contacts(graph: Graph, node: Node) -> Iterator[str]:
    """Yield ways to name who is responsible, the most useful first."""
    contacts = sorted(graph.objects(node, DCAT.contactPoint), key=str)
    for predicate in (VCARD.hasEmail, VCARD.hasURL, VCARD.fn):
        for contact in contacts:
            for value in graph.objects(contact, predicate):
                plain = graph.value(value, VCARD.hasValue) or value
                yield str(plain).removeprefix("mailto:")
    for publisher in sorted(graph.objects(node, DCTERMS.publisher), key=str):
        yield str(graph.value(publisher, FOAF.name) or publisher)
