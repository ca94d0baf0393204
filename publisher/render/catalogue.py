"""The catalogue and VoID as bytes, in pages where they are large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from publisher.addresses import Addresses
from publisher.profiles.file_types import IANA
from publisher.rdf.media_types import RDF_XML, MediaType
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.serialise import serialise
from publisher.rdf.subjects import StoredGraph
from publisher.release.catalogue.service import ENDPOINT_FILES
from publisher.release.model import CATALOGUE_EU, CATALOGUE_SE, Release
from publisher.render.documents import localise_urls


@dataclass(frozen=True)
class DatasetFiles:
    """What a dataset has: its licences, and address on the site and media type of its files."""

    licenses: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


class CatalogueViews:
    """What portals and clients fetch to learn what a release holds."""

    def __init__(self, release: Release, addresses: Addresses, page_size: int) -> None:
        """Note which datasets there are; ``page_size`` is datasets a page."""
        self._release = release
        self._addresses = addresses
        self._catalogue = release.catalogue
        # Not from the store: Oxigraph keeps every whole number as ``xsd:integer``, and DCAT-AP
        # wants ``dcat:byteSize`` to be an ``xsd:nonNegativeInteger``.
        self._graph = StoredGraph(release.folder / CATALOGUE_EU)
        self._page_size = page_size
        self._datasets = self._graph.nodes(self._catalogue, "dcat:dataset")
        self._names = frozenset(self._datasets)

    @property
    def has_catalogue(self) -> bool:
        """Tell whether the release describes its datasets; a preview does not."""
        return self._catalogue in self._graph

    def page(self, number: int) -> CataloguePage:
        """Return a page of the catalogue; it may not exist."""
        return CataloguePage(number, self._page_size, len(self._datasets))

    def catalogue(self, page: CataloguePage, media_type: MediaType) -> bytes:
        """Return a page of the EU view in a media type; it needs no other page to be read."""
        here = page.part(self._datasets)
        triples = list(without_other_pages(self._described(here), here))
        if page.last > 1:
            address = self._addresses.on_site(f"{self._catalogue}.{media_type.extension}")
            triples += describe_page(page, self._catalogue, address)
        return self._written(triples, media_type)

    def swedish(self) -> bytes:
        """Return the DCAT-AP-SE view: one RDF/XML document, whatever its size."""
        return self.stored(CATALOGUE_SE, RDF_XML)

    def stored(self, name: str, media_type: MediaType) -> bytes:
        """Return a description that lies in the release, in a media type."""
        return self._written(_read_triples(self._release.folder / name), media_type)

    def endpoint(self, media_type: MediaType) -> bytes:
        """Return what the endpoint says of itself, in a media type."""
        read = (_read_triples(self._release.folder / name) for name in ENDPOINT_FILES)
        return self._written(dict.fromkeys(chain.from_iterable(read)), media_type)

    def holding(self, dataset: str) -> DatasetFiles | None:
        """Return what a dataset has; None for what is no dataset of the catalogue."""
        if dataset not in self._names:
            return None
        files = []
        for distribution in self._graph.nodes(dataset, "dcat:distribution"):
            places = self._graph.nodes(distribution, "dcat:downloadURL")
            types = self._graph.nodes(distribution, "dcat:mediaType")
            files += [
                (self._addresses.on_site(url), kind.removeprefix(IANA))
                for url, kind in zip(places, types, strict=False)
            ]
        return DatasetFiles(tuple(self._graph.nodes(dataset, "dcterms:license")), tuple(files))

    def _written(self, triples: Iterable[Triple], media_type: MediaType) -> bytes:
        prefixes = {**self._release.prefixes, **PREFIXES}
        triples_of_site = localise_urls(triples, self._addresses)
        return serialise(triples_of_site, media_type, prefixes, self._release.context)

    def _described(self, here: set[str]) -> list[Triple]:
        """Return what the catalogue says of the datasets on a page, and of all it leads to."""
        services = self._graph.nodes(self._catalogue, "dcat:service")
        pending = {self._catalogue, *services, *here}
        seen = self._names - here
        triples: list[Triple] = []
        while pending:
            descriptions = self._graph.about(pending)
            triples += descriptions
            seen = seen | pending
            # Places have no name of their own where a box is all that is known of them.
            leads = {
                t.object.value for t in descriptions if isinstance(t.object, NamedNode | BlankNode)
            }
            pending = {name for name in leads - seen if name in self._graph}
        return triples


def _read_triples(path: Path) -> list[Triple]:
    """Return the triples of a file of N-Triples."""
    quads = parse(path=str(path), format=RdfFormat.N_TRIPLES)
    return [quad.triple for quad in quads]


# A large catalogue in pages, each complete in itself, in both vocabularies of Hydra.
#
# CKAN and data.europa.eu each read one of them (ckanext-dcat's processors; piveau's importer).

_DATASETS = {iri("dcat:dataset"), iri("dcat:servesDataset")}


@dataclass(frozen=True)
class CataloguePage:
    """Which part of a catalogue: a page of some size, counted from 1."""

    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """Return the number of the last page; an empty catalogue has one page."""
        return max(1, -(-self.total // self.size))

    @property
    def exists(self) -> bool:
        """Tell whether there is such a page."""
        return 1 <= self.number <= self.last

    def part(self, names: Sequence[str]) -> set[str]:
        """Return the names that stand on the page."""
        start = (self.number - 1) * self.size
        return set(names[start : start + self.size])


def without_other_pages(triples: Iterable[Triple], here: set[str]) -> Iterator[Triple]:
    """Yield the triples without the listing of datasets that stand on another page."""
    for triple in triples:
        listed = triple.predicate.value in _DATASETS and isinstance(triple.object, NamedNode)
        if not listed or getattr(triple.object, "value", "") in here:
            yield triple


def describe_page(page: CataloguePage, catalogue: str, address: str) -> Iterator[Triple]:
    """Yield the description of a page and of the pages beside it.

    Args:
        page: The page.
        catalogue: IRI of the catalogue.
        address: Where the first page is; the others are asked for with ``?page=``, so that a
            harvester that reads all pages as what the first one was finds them to be it.
    """
    here = NamedNode(_address(address, page.number))
    values: list[tuple[str, NamedNode | Literal]] = [
        ("rdf:type", NamedNode(iri("hydra:PagedCollection"))),
        ("rdf:type", NamedNode(iri("hydra:PartialCollectionView"))),
        ("hydra:totalItems", Literal(page.total)),
        ("hydra:itemsPerPage", Literal(page.size)),
    ]
    places = {"first": 1, "last": page.last, "next": page.number + 1, "previous": page.number - 1}
    for name, number in places.items():
        if 1 <= number <= page.last:
            other_page = NamedNode(_address(address, number))
            values += [(f"hydra:{name}", other_page), (f"hydra:{name}Page", other_page)]
    for name, term in values:
        yield Triple(here, NamedNode(iri(name)), term)
    yield Triple(NamedNode(catalogue), NamedNode(iri("hydra:view")), here)


def _address(address: str, number: int) -> str:
    return address if number == 1 else f"{address}?page={number}"
