"""Canonical addresses of files and endpoints → where this copy of the site answers for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple

from publisher.addresses import Addresses
from publisher.rdf.namespaces import iri

# What these properties lead to is fetched; what all others name stays canonical.
_FETCHED = {
    iri(name)
    for name in (
        "dcat:accessURL",
        "dcat:downloadURL",
        "dcat:endpointDescription",
        "dcat:endpointURL",
        "sd:endpoint",
        "void:dataDump",
        "void:sparqlEndpoint",
    )
}
_TYPE, _ADDRESS = iri("rdf:type"), NamedNode(iri("rdfs:Resource"))


def located(triples: Iterable[Triple], addresses: Addresses) -> Iterator[Triple]:
    """Yield the triples with the addresses to fetch on this copy of the site.

    A release is made before anybody knows where it will be served, so its addresses are canonical.
    On the site whose address is the base nothing changes.
    """
    for triple in triples:
        predicate = triple.predicate.value
        if predicate in _FETCHED:
            yield _fetched_here(triple, addresses)
        elif predicate == _TYPE:
            yield _typed_here(triple, addresses)
        else:
            yield triple


def _fetched_here(triple: Triple, addresses: Addresses) -> Triple:
    value = triple.object
    if not isinstance(value, NamedNode):
        return triple
    return Triple(triple.subject, triple.predicate, NamedNode(addresses.on_site(value.value)))


def _typed_here(triple: Triple, addresses: Addresses) -> Triple:
    # Only what is fetched has this type (DCAT-AP 3.0.1, ranges).
    subject, value = triple.subject, triple.object
    if value != _ADDRESS or not isinstance(subject, NamedNode):
        return triple
    return Triple(NamedNode(addresses.on_site(subject.value)), triple.predicate, value)
