"""Which things share a document: those named with a hash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad

from publisher.addresses import Addresses


def hash_documents(quads: Iterable[Quad], base_iri: str) -> dict[str, list[str]]:
    """Return document path → IRIs of the things in it, sorted, for documents of hash IRIs.

    The thing with the document's own IRI, if there is one, is first (``/def/cluster`` is an
    ontology, and its terms are ``/def/cluster#…``).
    """
    addresses = Addresses(base_iri, base_iri)
    documents: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        subject = quad.subject
        if not isinstance(subject, NamedNode) or not addresses.holds(subject.value):
            continue
        if "#" in subject.value:
            document = addresses.document_of(subject.value)
            documents[document.removeprefix(base_iri)] |= {document, subject.value}
    return {path: sorted(documents[path]) for path in sorted(documents)}
