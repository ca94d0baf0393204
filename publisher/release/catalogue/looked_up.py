"""What the catalogue looks up in the datasets: where places are, what standards are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyoxigraph import NamedNode, Triple

from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import Quads
from publisher.rdf.subjects import SubjectsOnDisk
from publisher.release.catalogue.draft import Draft

_SAME = {f"<{iri(name)}>".encode() for name in ("schema:sameAs", "owl:sameAs", "skos:exactMatch")}
_GEOMETRY = iri("geo:hasGeometry")
_SAID = (
    *("dcterms:description", "dcterms:title", "geo:asWKT", "geo:hasGeometry"),
    *("owl:sameAs", "schema:sameAs", "skos:exactMatch", "skos:prefLabel"),
)


def looked_up(by_hand: Draft, datasets: Mapping[str, Quads]) -> Draft:
    """Return what the datasets say of the places and standards that a catalogue names.

    Of the places also what is said of their geometries, and of what is the same as they.
    """
    places = set(by_hand.all_objects("dcterms:spatial"))
    wanted = places | set(by_hand.all_objects("dcterms:conformsTo"))
    same = set(_same_as({str(place).encode() for place in places}, datasets))
    subjects = SubjectsOnDisk([quads.path for quads in datasets.values()])
    described = {node.value for node in wanted} | same
    geometries = {g for name in described for g in subjects.nodes(name, _GEOMETRY)}
    return Draft(
        Triple(NamedNode(name), NamedNode(path), term)
        for name in sorted(described | {g for g in geometries if ":" in g})
        for path in map(iri, _SAID)
        for term in subjects.values(name, path)
    )


def _same_as(places: set[bytes], datasets: Mapping[str, Quads]) -> Iterator[str]:
    """Yield the things that are said to be the same as a place."""
    for quads in datasets.values():
        for line in quads.lines():
            subject, predicate, rest = line.split(b" ", 2)
            if predicate in _SAME and rest.partition(b" ")[0] in places:
                yield subject[1:-1].decode()
