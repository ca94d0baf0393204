"""A large catalogue in pages, each complete in itself, in both vocabularies of Hydra.

CKAN and data.europa.eu each read one of them (ckanext-dcat's processors; piveau's importer).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from publisher.rdf.namespaces import iri

_DATASETS = {iri("dcat:dataset"), iri("dcat:servesDataset")}


@dataclass(frozen=True)
class Page:
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


def without_others(triples: Iterable[Triple], here: set[str]) -> Iterator[Triple]:
    """Yield the triples without the listing of datasets that stand on another page."""
    for triple in triples:
        listed = triple.predicate.value in _DATASETS and isinstance(triple.object, NamedNode)
        if not listed or getattr(triple.object, "value", "") in here:
            yield triple


def view(page: Page, catalogue: str, address: str) -> Iterator[Triple]:
    """Yield what a page says of itself and of its neighbours.

    Args:
        page: The page.
        catalogue: IRI of the catalogue.
        address: Where the first page is; the others are asked for with ``?page=``, so that a
            harvester that reads all pages as what the first one was finds them to be it.
    """
    here = NamedNode(_address(address, page.number))
    said: list[tuple[str, NamedNode | Literal]] = [
        ("rdf:type", NamedNode(iri("hydra:PagedCollection"))),
        ("rdf:type", NamedNode(iri("hydra:PartialCollectionView"))),
        ("hydra:totalItems", Literal(page.total)),
        ("hydra:itemsPerPage", Literal(page.size)),
    ]
    places = {"first": 1, "last": page.last, "next": page.number + 1, "previous": page.number - 1}
    for name, number in places.items():
        if 1 <= number <= page.last:
            there = NamedNode(_address(address, number))
            said += [(f"hydra:{name}", there), (f"hydra:{name}Page", there)]
    for name, term in said:
        yield Triple(here, NamedNode(iri(name)), term)
    yield Triple(NamedNode(catalogue), NamedNode(iri("hydra:view")), here)


def _address(address: str, number: int) -> str:
    return address if number == 1 else f"{address}?page={number}"
