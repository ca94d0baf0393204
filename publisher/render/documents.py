"""Which document an address means, and its bytes in each media type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, Triple

from publisher.addresses import (
    INCOMING_PARAMETER,
    Addresses,
    is_own_path,
    split_file,
    with_parameters,
)
from publisher.query.engine import Description, Engine
from publisher.rdf.media_types import HTML, MARKDOWN, MediaType
from publisher.rdf.namespaces import iri
from publisher.rdf.serialise import serialise
from publisher.release.history.document_dates import LastModified
from publisher.release.model import Release


@dataclass(frozen=True)
class Document:
    """A document that exists.

    Attributes:
        iri: Its canonical IRI.
        subjects: IRIs of the things it is about; the first is its topic.
    """

    iri: str
    subjects: tuple[str, ...]

    @property
    def topic(self) -> str:
        """Return the IRI of the thing the document is mainly about."""
        return self.subjects[0]


_PAGES_QUERY = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
SELECT DISTINCT ?page WHERE {{
    ?thing dcat:landingPage|foaf:page ?page .
    FILTER(isIRI(?page) && STRSTARTS(STR(?page), "{base}") && STRENDS(STR(?page), ".html"))
}}
"""


class Documents:
    """The documents of one release."""

    def __init__(self, release: Release, engine: Engine, addresses: Addresses, page: int) -> None:
        """Keep what documents are made of; ``page`` is the number of incoming links a page."""
        self._release = release
        self._engine = engine
        self.addresses = addresses
        self._page_size = page
        self._since = LastModified(release)
        self._wholes = {
            thing: path
            for path, things in release.documents.items()
            for thing in things
            if "#" not in thing
        }

    def find(self, target: str) -> Document | None:
        """Return the document that a request means, if there is one.

        The path of a thing (``id/…``) means the document about it, that of a part of a dataset the
        document about the dataset.

        Args:
            target: Path as it was sent, without the first slash, with the query if there is one.
        """
        return next(filter(None, map(self.look_up, self.addresses.candidates(target))), None)

    def find_exactly(self, target: str) -> Document | None:
        """Return the document that a request names, however it is escaped; see ``find``."""
        return next(filter(None, map(self.look_up, self.addresses.equivalents(target))), None)

    def find_by_file(self, target: str) -> tuple[Document | None, str]:
        """Return the document to which the file of a request belongs, and the file's extension.

        Args:
            target: As for ``find``.
        """
        names, extension = split_file(target)
        for name in names:
            document = self.find(name)
            # "index" stands for the last part of a document that has none, not of any other.
            if document and (name == names[0] or document.iri.partition("?")[0].endswith("/")):
                return document, extension
        return None, extension

    def look_up(self, name: str) -> Document | None:
        """Return the document of an IRI, of a thing or its own, spelt so; None when there is none.

        That of a part of a dataset is the document about the dataset.
        """
        if name.endswith(".html") and name in self._pages:
            return None  # the page of a thing, whose document answers for it
        document = self.addresses.document_of(name)
        whole = self._wholes.get(name)
        if whole is not None:
            document = self.addresses.base_iri + whole
        subjects = self._release.documents.get(document.removeprefix(self.addresses.base_iri), ())
        thing = self.addresses.thing_of(document)
        # A thing may have parts, and its document facts of its own: all of that is in the document.
        if thing not in subjects and (not subjects or thing != document):
            subjects = (*([thing] if self._engine.knows(thing) else ()), *subjects)
        return Document(document, subjects) if subjects else None

    @cached_property
    def _pages(self) -> frozenset[str]:
        """Return the pages of this site that things have by an address of their own."""
        rows = self._engine.rows(_PAGES_QUERY.format(base=self.addresses.base_iri))
        return frozenset(row["page"].value for row in rows)

    def _path(self, document: Document) -> str:
        return document.iri.removeprefix(self.addresses.base_iri)

    def changed(self, document: Document, media_type: MediaType) -> datetime:
        """Return since when a representation is as it is.

        A page and a text name the release, so each release changes them; a graph does not.
        """
        if media_type in (HTML, MARKDOWN):
            return self._release.published
        return self._since.instant(self._path(document))

    def describe(self, document: Document, page: int = 1) -> Description | None:
        """Return what the engine knows of a document's things; None for a page not there."""
        description = self._engine.describe(document.subjects, page, self._page_size)
        if description is None or page > description.pages:
            return None
        return description

    def graph(self, document: Document, description: Description, media_type: MediaType) -> bytes:
        """Return a document as a graph in a media type, the same bytes every time."""
        triples = [*description.triples(), *self._about_document(document, description)]
        triples_of_site = localise_urls(triples, self.addresses)
        return serialise(triples_of_site, media_type, self._release.prefixes, self._release.context)

    def page_of(self, document: str, page: int) -> str:
        """Return the canonical IRI of one page of a document."""
        return with_parameters(document, f"{INCOMING_PARAMETER}={page}" if page > 1 else "")

    def _about_document(self, document: Document, description: Description) -> Iterator[Triple]:
        """Return what the document says of itself; the IRI of a hash document is in the data."""
        if document.iri == document.topic or len(document.subjects) > 1:
            return
        node = NamedNode(document.iri)
        yield Triple(node, NamedNode(iri("rdf:type")), NamedNode(iri("foaf:Document")))
        yield Triple(node, NamedNode(iri("foaf:primaryTopic")), NamedNode(document.topic))
        homes = self._release.named_graphs
        for graph in dict.fromkeys(d for g in description.graphs for d in homes.get(g, (g,))):
            yield Triple(node, NamedNode(iri("void:inDataset")), NamedNode(graph))
        published = Literal(
            self._since.instant(self._path(document)).date().isoformat(),
            datatype=NamedNode(iri("xsd:date")),
        )
        yield Triple(node, NamedNode(iri("dcterms:modified")), published)
        yield from self._paging(document, description)

    def _paging(self, document: Document, description: Description) -> Iterator[Triple]:
        """Return the number of incoming links and the way to the rest (Hydra core vocabulary)."""
        if description.pages == 1:
            return
        node = NamedNode(document.iri)
        total = Literal(description.incoming_total)
        yield Triple(node, NamedNode(iri("hydra:totalItems")), total)
        for name, page in (("previous", description.page - 1), ("next", description.page + 1)):
            if 1 <= page <= description.pages:
                other = NamedNode(self.page_of(document.iri, page))
                yield Triple(node, NamedNode(iri(f"hydra:{name}")), other)


# Canonical addresses of files and endpoints → where this copy of the site answers for them.

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
_DATASETS = "dataset/"


def localise_urls(triples: Iterable[Triple], addresses: Addresses) -> Iterator[Triple]:
    """Yield the triples with the addresses to fetch on this copy of the site.

    A release is made before anybody knows where it will be served, so its addresses are canonical.
    On the site whose address is the base nothing changes. Only addresses at which the program
    answers itself, and datasets, are of the site; what else the sources name is what they name.
    """
    for triple in triples:
        predicate = triple.predicate.value
        if predicate in _FETCHED:
            yield _is_local_file(triple, addresses)
        elif predicate == _TYPE:
            yield _typed_resources(triple, addresses)
        else:
            yield triple


def _is_local_file(triple: Triple, addresses: Addresses) -> Triple:
    value = triple.object
    if not isinstance(value, NamedNode):
        return triple
    return Triple(triple.subject, triple.predicate, _on_site(value, addresses))


def _on_site(address: NamedNode, addresses: Addresses) -> NamedNode:
    path = address.value.removeprefix(addresses.base_iri)
    is_own = path.startswith(_DATASETS) or is_own_path(unquote(path.partition("?")[0])) or not path
    return NamedNode(addresses.on_site(address.value)) if is_own else address


def _typed_resources(triple: Triple, addresses: Addresses) -> Triple:
    # Only what is fetched has this type (DCAT-AP 3.0.1, ranges).
    subject, value = triple.subject, triple.object
    if value != _ADDRESS or not isinstance(subject, NamedNode):
        return triple
    return Triple(_on_site(subject, addresses), triple.predicate, value)
