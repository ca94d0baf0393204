"""Canonical addresses of files and endpoints → where this copy of the site answers for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple

from publisher.addresses import Addresses
from publisher.namespaces import iri

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
_TYPE, _ADDRESS = iri("rdf:type"), iri("rdfs:Resource")


def located(triples: Iterable[Triple], addresses: Addresses) -> Iterator[Triple]:
    """Yield the triples with the addresses to fetch on this copy of the site.

    A release is made before anybody knows where it will be served, so its addresses are canonical.
    On the site whose address is the base nothing changes.
    """
    for triple in triples:
        subject, predicate, value = triple.subject, triple.predicate.value, triple.object
        if predicate in _FETCHED and isinstance(value, NamedNode):
            yield Triple(subject, triple.predicate, NamedNode(addresses.on_site(value.value)))
        elif (
            predicate == _TYPE
            and isinstance(value, NamedNode)
            and value.value == _ADDRESS
            and isinstance(subject, NamedNode)
        ):
            # Only what is fetched has this type (DCAT-AP 3.0.1, ranges).
            moved = NamedNode(addresses.on_site(subject.value))
            yield Triple(moved, triple.predicate, value)
        else:
            yield triple
