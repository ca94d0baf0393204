"""A graph that lies in a release as sorted N-Triples, read subject by subject.

The catalogue is served from here and not from the store: Oxigraph keeps every whole number as
``xsd:integer``, and DCAT-AP wants ``dcat:byteSize`` to be an ``xsd:nonNegativeInteger``. Only the
places of the subjects are kept in memory, so a catalogue of thousands of datasets costs little.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from publisher.rdf.namespaces import iri


class StoredGraph:
    """A file of N-Triples in which the triples of a subject stand together."""

    def __init__(self, path: Path) -> None:
        """Note where in the file each subject is."""
        self._path = path
        self._places: dict[str, tuple[int, int]] = {}
        position = 0
        with path.open("rb") as lines:
            for line in lines:
                subject = line[1 : line.index(b"> ")].decode()
                start, _ = self._places.get(subject, (position, position))
                position += len(line)
                self._places[subject] = (start, position)

    def __contains__(self, subject: str) -> bool:
        """Tell whether anything is said of a subject."""
        return subject in self._places

    def about(self, subjects: Iterable[str]) -> list[Triple]:
        """Return what is said of some subjects."""
        known = [self._places[subject] for subject in sorted(subjects) if subject in self]
        with self._path.open("rb") as content:
            blocks = [_block(content, start, end) for start, end in known]
        return [quad.triple for quad in parse(b"".join(blocks), format=RdfFormat.N_TRIPLES)]

    def nodes(self, subject: str, name: str) -> list[str]:
        """Return the IRIs that a subject leads to by a predicate, given as a prefixed name."""
        predicate = iri(name)
        return [
            triple.object.value
            for triple in self.about([subject])
            if triple.predicate.value == predicate and isinstance(triple.object, NamedNode)
        ]


def _block(content: BinaryIO, start: int, end: int) -> bytes:
    content.seek(start)
    return content.read(end - start)
