"""The catalogue and VoID as bytes: a pure function of a release and of where it is served."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from publisher.addresses import Addresses
from publisher.rdf.media_types import RDF_XML, MediaType
from publisher.rdf.namespaces import PREFIXES
from publisher.rdf.serialise import serialise
from publisher.release.model import CATALOGUE_EU, CATALOGUE_SE, Release
from publisher.render.located import located
from publisher.render.paging import Page, view, without_others
from publisher.render.stored import StoredGraph

_IANA = "http://www.iana.org/assignments/media-types/"


@dataclass(frozen=True)
class Holding:
    """What a dataset has: its licences, and address on the site and media type of its files."""

    licenses: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


class Feeds:
    """What portals and clients fetch to learn what a release holds."""

    def __init__(self, release: Release, addresses: Addresses, page_size: int) -> None:
        """Note which datasets there are; ``page_size`` is datasets a page."""
        self._release = release
        self._addresses = addresses
        self._catalogue = release.catalogue
        self._graph = StoredGraph(release.folder / CATALOGUE_EU)
        self._page_size = page_size
        self._datasets = self._graph.nodes(self._catalogue, "dcat:dataset")
        self._names = frozenset(self._datasets)

    def page(self, number: int) -> Page:
        """Return a page of the catalogue; it may not exist."""
        return Page(number, self._page_size, len(self._datasets))

    def catalogue(self, page: Page, media_type: MediaType) -> bytes:
        """Return a page of the EU view in a media type; it needs no other page to be read."""
        here = page.part(self._datasets)
        triples = list(without_others(self._described(here), here))
        if page.last > 1:
            address = self._addresses.on_site(f"{self._catalogue}.{media_type.extension}")
            triples += view(page, self._catalogue, address)
        return self._written(triples, media_type)

    def swedish(self) -> bytes:
        """Return the DCAT-AP-SE view: one RDF/XML document, whatever its size."""
        return self.stored(CATALOGUE_SE, RDF_XML)

    def stored(self, name: str, media_type: MediaType) -> bytes:
        """Return a description that lies in the release, in a media type."""
        return self._written(_read(self._release.folder / name), media_type)

    def holding(self, dataset: str) -> Holding | None:
        """Return what a dataset has; None for what is no dataset of the catalogue."""
        if dataset not in self._names:
            return None
        files = []
        for distribution in self._graph.nodes(dataset, "dcat:distribution"):
            places = self._graph.nodes(distribution, "dcat:downloadURL")
            types = self._graph.nodes(distribution, "dcat:mediaType")
            files += [
                (self._addresses.on_site(place), kind.removeprefix(_IANA))
                for place, kind in zip(places, types, strict=False)
            ]
        return Holding(tuple(self._graph.nodes(dataset, "dcterms:license")), tuple(files))

    def _written(self, triples: Iterable[Triple], media_type: MediaType) -> bytes:
        prefixes = {**self._release.prefixes, **PREFIXES}
        there = located(triples, self._addresses)
        return serialise(there, media_type, prefixes, self._release.context)

    def _described(self, here: set[str]) -> list[Triple]:
        """Return what the catalogue says of the datasets on a page, and of all it leads to."""
        services = self._graph.nodes(self._catalogue, "dcat:service")
        pending = {self._catalogue, *services, *here}
        seen = self._names - here
        triples: list[Triple] = []
        while pending:
            found = self._graph.about(pending)
            triples += found
            seen = seen | pending
            leads = {t.object.value for t in found if isinstance(t.object, NamedNode)}
            pending = {name for name in leads - seen if name in self._graph}
        return triples


def _read(path: Path) -> list[Triple]:
    """Return the triples of a file of N-Triples."""
    quads = parse(path=str(path), format=RdfFormat.N_TRIPLES)
    return [quad.triple for quad in quads]
