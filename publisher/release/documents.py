"""Which things share a document: those named with a hash, and the parts of the catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad

from publisher.addresses import Addresses
from publisher.load.files import CATALOGUE, DATASET
from publisher.rdf.namespaces import iri

# What these are of has an address of its own; all else in the catalogue is part of something.
_CATALOGUE_PARTS = {
    iri(name)
    for name in (
        "dcat:Catalog",
        "dcat:Dataset",
        "dcat:DatasetSeries",
        "dcterms:Standard",
        "foaf:Agent",
        "foaf:Document",
        "rdfs:Resource",
    )
}
_TYPE, _VERSION = iri("rdf:type"), iri("owl:versionIRI")


def shared_documents(quads: Iterable[Quad], base_iri: str) -> dict[str, list[str]]:
    """Return document path → IRIs of the things in it, sorted, for documents of several things.

    The thing with the document's own IRI, if there is one, is first (``/def/cluster`` is an
    ontology, and its terms are ``/def/cluster#…``; ``/dataset/clusters`` is a dataset, and with it
    go its distributions, ``/dataset/clusters/…``). So is the IRI of an ontology's version.
    """
    addresses = Addresses(base_iri, base_iri)
    documents: dict[str, set[str]] = defaultdict(set)
    kinds: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        subject, value = quad.subject, quad.object
        if not isinstance(subject, NamedNode) or not addresses.holds(subject.value):
            continue
        if quad.predicate.value == _VERSION and isinstance(value, NamedNode):
            # The current version is the document that is there.
            documents[subject.value.removeprefix(base_iri)] |= {subject.value, value.value}
        if "#" in subject.value:
            document = addresses.document_of(subject.value)
            documents[document.removeprefix(base_iri)] |= {document, subject.value}
        elif subject.value.startswith(addresses.document_of(f"{base_iri}id/")):
            # What is said of a document itself is found in it, beside what it is about.
            documents[subject.value.removeprefix(base_iri)].add(subject.value)
        elif quad.graph_name == NamedNode(base_iri + CATALOGUE) and quad.predicate.value == _TYPE:
            kinds[subject.value].add(str(getattr(value, "value", "")))
    for part, classes in kinds.items():
        if not classes & _CATALOGUE_PARTS:
            path = _containing_document(part.removeprefix(base_iri))
            documents[path] |= {base_iri + path, part}
    return {path: sorted(documents[path]) for path in sorted(documents)}


def _containing_document(part: str) -> str:
    """Return the document in which a part of the catalogue is described.

    >>> _containing_document("dataset/clusters/distribution/ttl")
    'dataset/clusters'
    >>> _containing_document("service/sparql")
    'catalog'
    """
    found = re.match(rf"{DATASET}[^/]+(?=/)", part)
    return found[0] if found else CATALOGUE
