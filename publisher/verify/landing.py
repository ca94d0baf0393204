"""What a machine learns about a dataset from its landing page and from what the page links to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import Graph

from publisher.errors import SourceSyntax
from publisher.verify import graphs
from publisher.verify.client import Client
from publisher.verify.exchanges import Exchange
from publisher.verify.graphs import LoadContext
from publisher.verify.hyperlinks import json_ld_scripts
from publisher.verify.web_links import links_of

OPEN_FORMATS = (
    "text/csv",
    "text/turtle",
    "application/ld+json",
    "application/rdf+xml",
    "application/n-triples",
    "application/json",
    "application/geo+json",
)


@dataclass(frozen=True)
class Described:
    """What a machine learns about a dataset from its landing page and from the catalogue.

    Attributes:
        iri: Of the dataset.
        page: The landing page.
        embedded: The schema.org ``Dataset`` in the page; empty when there is none.
        linked: The graph behind ``describedby`` or content negotiation.
        redirects: Whether the IRI redirects to the page.
    """

    iri: str
    page: Exchange
    embedded: Mapping[str, object]
    linked: Graph
    redirects: bool

    def has(self, name: str) -> bool:
        """Tell whether the page says something under a name of schema.org."""
        return self.embedded.get(name) not in (None, "", [], {})

    def urls(self, name: str) -> list[str]:
        """Return the addresses of the page's data under a name of schema.org."""
        found = []
        for value in _list(self.embedded.get("distribution")):
            if isinstance(value, Mapping) and value.get(name):
                found.append(str(value[name]))
        return found


def _list(value: object) -> list[object]:
    """Return a value as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _nodes(document: object) -> Iterator[Mapping[str, object]]:
    """Yield the objects at the top of JSON-LD, those of ``@graph`` included."""
    for node in _list(document):
        if isinstance(node, dict):
            yield node
            yield from _nodes(node.get("@graph"))


def schema_dataset(page: Exchange) -> Mapping[str, object]:
    """Return the schema.org ``Dataset`` that a page carries, empty when there is none.

    Only a context in the page is read: scorers do not fetch another one.
    """
    for script in json_ld_scripts(page):
        try:
            document = graphs.json_document(script.encode())
        except SourceSyntax:
            continue
        for node in _nodes(document):
            kinds = {str(kind).rpartition("/")[2] for kind in _list(node.get("@type"))}
            if "Dataset" in kinds:
                return node
    return {}


def fetch(client: Client, iri: str, load: LoadContext) -> Described:
    """Return what can be learned about a dataset, as F-UJI asks for it."""
    visit = client.visit(iri, fields={"Accept": "text/html, */*"})
    page = visit.last
    # An IRI of another base reaches this copy of the site by a redirect.
    redirects = len(visit.exchanges) > 1 or client.locate(iri) != iri
    linked = Graph()
    described = [link for link in links_of(page) if link.relation in ("describedby", "alternate")]
    rdf = [link.target for link in described if link.media_type in OPEN_FORMATS]
    for address in [*rdf, iri]:
        fields = {"Accept": "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8"}
        last = client.visit(address, fields=fields).last
        try:
            triples = graphs.parse(last.body, last.media_type, last.url, load)
            linked = graphs.to_rdflib(triples)
            break
        except SourceSyntax:
            continue
    return Described(iri, page, schema_dataset(page), linked, redirects)
