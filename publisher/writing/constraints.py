"""What property shapes demand of the values of one path, put together (SHACL, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.messages import Text
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Subjects, Term, called

_LISTS = ("sh:and", "sh:or", "sh:xone")
_LAST = 1_000_000.0


@dataclass(frozen=True)
class Path:
    """A property, forwards or backwards: the paths that an editor can fill in."""

    iri: str
    is_inverse: bool = False


@dataclass(frozen=True)
class Constraints:
    """Property shapes of one path, read as one; those that only warn do not bind."""

    shapes: Subjects
    parts: tuple[str, ...]

    def terms(self, name: str) -> tuple[Term, ...]:
        """Return the values of a SHACL property, of each shape and of the shapes inside it."""
        values = (v for part in self._all for v in self.shapes.values(part, iri(name)))
        return tuple(dict.fromkeys(values))

    def iris(self, name: str) -> tuple[str, ...]:
        """Return the same as IRIs."""
        return tuple(term.value for term in self.terms(name) if isinstance(term, NamedNode))

    def literals(self, name: str) -> tuple[str, ...]:
        """Return the same as the text of literals."""
        return tuple(term.value for term in self.terms(name) if isinstance(term, Literal))

    def members(self, name: str) -> tuple[Term, ...]:
        """Return the members of the lists that a SHACL property has as values."""
        lists = (term.value for term in self.terms(name) if not isinstance(term, Literal))
        return tuple(dict.fromkeys(term for head in lists for term in members(self.shapes, head)))

    def said(self, name: str) -> Text:
        """Return language → text of the first shape that says it."""
        for part in self.parts:
            if found := called(self.shapes.values(part, iri(name))):
                return found
        return {}

    @property
    def order(self) -> float:
        """Return the lowest ``sh:order``; a shape without one comes last."""
        return min(order_of(self.shapes, part) for part in self.parts)

    @property
    def group(self) -> str:
        """Return the IRI of the group, or nothing."""
        groups = [g for part in self.parts for g in self.shapes.nodes(part, iri("sh:group"))]
        return groups[0] if groups else ""

    @property
    def least(self) -> int:
        """Return the highest ``sh:minCount`` of the shapes themselves."""
        return max(self._counts("sh:minCount"), default=0)

    @property
    def most(self) -> int | None:
        """Return the lowest ``sh:maxCount`` of the shapes themselves."""
        return min(self._counts("sh:maxCount"), default=None)

    def _counts(self, name: str) -> list[int]:
        found = [v for part in self._binding for v in self.shapes.values(part, iri(name))]
        return [int(value.value) for value in found if isinstance(value, Literal)]

    @property
    def _binding(self) -> list[str]:
        return [part for part in self.parts if _binds(self.shapes, part)]

    @property
    def _all(self) -> list[str]:
        return [node for part in self._binding for node in (part, *_inside(self.shapes, part))]


def _binds(shapes: Subjects, part: str) -> bool:
    severity = shapes.nodes(part, iri("sh:severity"))
    return not severity or severity[0] == iri("sh:Violation")


def _inside(shapes: Subjects, part: str) -> Iterator[str]:
    """Yield the shapes that a shape is made of; what ``sh:not`` forbids is none of them."""
    yield from shapes.nodes(part, iri("sh:node"))
    for name in _LISTS:
        for head in shapes.nodes(part, iri(name)):
            for member in members(shapes, head):
                yield member.value
                yield from _inside(shapes, member.value)


def members(shapes: Subjects, head: str) -> Iterator[Term]:
    """Yield the members of an RDF list."""
    while head != iri("rdf:nil"):
        yield from shapes.values(head, iri("rdf:first"))[:1]
        head = next(iter(shapes.nodes(head, iri("rdf:rest"))), iri("rdf:nil"))


def order_of(shapes: Subjects, subject: str) -> float:
    """Return the ``sh:order`` of a shape or group; without one it comes last."""
    orders = shapes.values(subject, iri("sh:order"))
    return float(orders[0].value) if orders else _LAST


def by_path(shapes: Subjects, node_shapes: Iterable[str]) -> dict[Path, Constraints]:
    """Return path → constraints of some node shapes; paths of several steps are left out."""
    found: dict[Path, list[str]] = {}
    for shape in node_shapes:
        for part in shapes.nodes(shape, iri("sh:property")):
            path = _path_of(shapes, part)
            if path is not None and part not in found.setdefault(path, []):
                found[path].append(part)
    return {
        path: Constraints(shapes, tuple(sorted(parts, key=lambda part: not _binds(shapes, part))))
        for path, parts in found.items()
    }


def most_of_alternatives(shapes: Subjects, node_shapes: Iterable[str]) -> dict[str, int]:
    """Return property → most values it may have because it is one of several alternatives.

    One number, written as the exact one, the lowest or the highest: none of them comes twice.
    """
    found: dict[str, int] = {}
    for shape in node_shapes:
        for part in shapes.nodes(shape, iri("sh:property")):
            most = Constraints(shapes, (part,)).most
            for path in shapes.values(part, iri("sh:path")):
                for head in shapes.nodes(path.value, iri("sh:alternativePath")):
                    for member in members(shapes, head) if most is not None else ():
                        found[member.value] = min(most or 0, found.get(member.value, most or 0))
    return found


def _path_of(shapes: Subjects, part: str) -> Path | None:
    for value in shapes.values(part, iri("sh:path")):
        if isinstance(value, NamedNode):
            return Path(value.value)
        if isinstance(value, BlankNode):
            inverse = shapes.values(value.value, iri("sh:inversePath"))
            if inverse and isinstance(inverse[0], NamedNode):
                return Path(inverse[0].value, is_inverse=True)
    return None
