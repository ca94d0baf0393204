"""From a thing to where it is: directly, or through its site and the place of that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from pyoxigraph import Literal

from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Subjects

_WKT = iri("geo:asWKT")
_TO_GEOMETRY = ((), (iri("geo:hasGeometry"),), (iri("geo:hasDefaultGeometry"),))
# What leads from a thing to where it is, or to its site.
TO_PLACE = tuple(
    iri(name)
    for name in (
        "org:hasPrimarySite",
        "org:hasRegisteredSite",
        "org:hasSite",
        "locn:location",
        "schema:location",
    )
)
_MOST_PLACES = 2

Chain = tuple[str, ...]


def chains(things: Iterable[str], subjects: Subjects) -> tuple[Chain, ...]:
    """Return the chains that lead some of the things to a geometry, the shortest first."""
    leading = {chain for thing in things for chain in _chains_of(thing, subjects)}
    ways = (way for length in range(_MOST_PLACES + 1) for way in product(TO_PLACE, repeat=length))
    ordered = ((*way, *last, _WKT) for way in ways for last in _TO_GEOMETRY)
    return tuple(chain for chain in ordered if chain in leading)


def _chains_of(thing: str, subjects: Subjects) -> Iterator[Chain]:
    """Yield the chains that lead one thing to a geometry."""
    reached: dict[Chain, set[str]] = {(): {thing}}
    for _ in range(_MOST_PLACES + 1):
        for chain, here in reached.items():
            for last in _TO_GEOMETRY:
                there = here
                for path in last:
                    there = _next(there, path, subjects)
                if any(_texts(name, subjects) for name in there):
                    yield (*chain, *last, _WKT)
        steps = product(reached.items(), TO_PLACE)
        reached = {
            (*chain, p): there for (chain, here), p in steps if (there := _next(here, p, subjects))
        }
        if not reached:
            return


def _next(here: Iterable[str], path: str, subjects: Subjects) -> set[str]:
    return {name for place in here for name in subjects.nodes(place, path)}


def _texts(place: str, subjects: Subjects) -> set[str]:
    return {term.value for term in subjects.values(place, _WKT) if isinstance(term, Literal)}


def follow(thing: str, chain: Chain, subjects: Subjects) -> tuple[str, ...]:
    """Return the texts that a chain leads a thing to, sorted."""
    here = {thing}
    for path in chain[:-1]:
        here = _next(here, path, subjects)
    return tuple(sorted({text for place in here for text in _texts(place, subjects)}))


def located(thing: str, found: Sequence[Chain], subjects: Subjects) -> tuple[str, ...]:
    """Return the geometries of a thing: those at the end of the first chain that has any."""
    for chain in found:
        texts = follow(thing, chain, subjects)
        if texts:
            return texts
    return ()
