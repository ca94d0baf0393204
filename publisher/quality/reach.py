"""How far from a node a shape looks: what must be at hand to validate a node apart from the rest.

A shape that may look anywhere has no reach, and everything is validated together.
"""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import RDF, SH, Graph, Literal, Node, URIRef
from rdflib.collection import Collection
from rdflib.namespace import Namespace

from publisher.quality.query_reach import reach_of_query
from publisher.quality.steps import Needs, Reach, Step, Unbounded, along

_SH = Namespace(str(SH))
# Names that are Python's own words, or of its methods.
_CLASS, _NODE, _NOT = _SH["class"], _SH["node"], _SH["not"]
_AND, _OR, _XONE = _SH["and"], _SH["or"], _SH["xone"]
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
_OF_FOCUS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
# Parameters that look at the value nodes themselves, and what says nothing about data.
_NEAR = {
    *(_SH[n] for n in ("datatype", "nodeKind", "in", "hasValue", "minCount", "maxCount")),
    *(_SH[n] for n in ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive")),
    *(_SH[n] for n in ("minLength", "maxLength", "pattern", "flags", "languageIn", "uniqueLang")),
    *(_SH[n] for n in ("ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount")),
    *(_SH[n] for n in ("severity", "message", "name", "description", "order", "group")),
    *(_SH[n] for n in ("defaultValue", "deactivated", "path")),
}
_READ = {*_TARGETS, *_OF_FOCUS, *_NEAR, _CLASS, _NODE, _NOT, _OR, _AND, _XONE}
_READ |= {SH.property, SH.qualifiedValueShape, SH.closed, SH.sparql}


def needs_of(shapes: Graph, prefixes: Iterable[tuple[str, str]]) -> Needs | None:
    """Return what must be at hand to validate a node; None when that may be anything.

    Args:
        shapes: The shapes graph.
        prefixes: Prefix and namespace of what queries may leave undeclared.
    """
    if (None, RDF.type, SH.ConstraintComponent) in shapes:
        return None
    reader = _Reader(shapes, tuple(prefixes))
    reach = Reach(is_whole=True)
    try:
        for shape in {s for target in _TARGETS for s in shapes.subjects(target)}:
            reach.add(reader.reach(shape, ()))
        for shape in shapes.subjects(RDF.type, SH.NodeShape):
            # It may be a class too, and then it targets its instances (SHACL, section 2.1.3.3).
            reach.add(reader.reach(shape, ()))
    except Unbounded:
        return None
    objects_of = _iris(shapes, SH.targetObjectsOf)
    nodes = _iris(shapes, SH.targetNode)
    return None if objects_of is None or nodes is None else Needs(reach, objects_of, nodes)


def _iris(shapes: Graph, parameter: URIRef) -> frozenset[str] | None:
    """Return the values of a parameter; None when one is no IRI."""
    values = set(shapes.objects(None, parameter))
    return frozenset(map(str, values)) if all(isinstance(v, URIRef) for v in values) else None


class _Reader:
    """Reads shapes, following one to the next."""

    def __init__(self, shapes: Graph, prefixes: tuple[tuple[str, str], ...]) -> None:
        self._shapes, self._prefixes = shapes, prefixes

    def reach(self, shape: Node, seen: tuple[Node, ...]) -> Reach:
        """Return how far a shape looks from its focus node."""
        if shape in seen:
            raise Unbounded
        said = set(self._shapes.predicates(shape))
        if any(str(p).startswith(str(SH)) and p not in _READ for p in said):
            raise Unbounded
        at_values = Reach(is_whole=SH.closed in said, is_typed=_CLASS in said)
        for other in self._others(shape):
            at_values.add(self.reach(other, (*seen, shape)))
        path = self._shapes.value(shape, SH.path)
        at_focus = at_values if path is None else self.along(path, at_values)
        for parameter in _OF_FOCUS:
            for name in self._shapes.objects(shape, parameter):
                at_focus.add(along([Step(str(name))], Reach()))
        for constraint in self._shapes.objects(shape, SH.sparql):
            query = self._shapes.value(constraint, SH.select)
            if not isinstance(query, Literal):
                raise Unbounded
            at_focus.add(reach_of_query(str(query), self._prefixes_of(constraint)))
        return at_focus

    def _others(self, shape: Node) -> Iterable[Node]:
        for parameter in (SH.property, _NODE, _NOT, SH.qualifiedValueShape):
            yield from self._shapes.objects(shape, parameter)
        for parameter in (_AND, _OR, _XONE):
            for members in self._shapes.objects(shape, parameter):
                yield from Collection(self._shapes, members)

    def _prefixes_of(self, constraint: Node) -> dict[str, str]:
        """Return prefix → namespace for a query (SHACL, section 5.2.1)."""
        found = dict(self._prefixes)
        for declaring in self._shapes.objects(constraint, SH.prefixes):
            for declaration in self._shapes.objects(declaring, SH.declare):
                prefix = self._shapes.value(declaration, SH.prefix)
                found[str(prefix)] = str(self._shapes.value(declaration, SH.namespace))
        return found

    def along(self, path: Node, then: Reach, *, inverse: bool = False) -> Reach:
        """Return the reach of a path that ends at nodes of another reach (SHACL, section 2.3.1)."""
        if isinstance(path, URIRef):
            return along([Step(str(path), inverse)], then)
        if (path, RDF.first, None) in self._shapes:
            parts = list(Collection(self._shapes, path))
            for part in parts if inverse else reversed(parts):
                then = self.along(part, then, inverse=inverse)
            return then
        if (other := self._shapes.value(path, SH.inversePath)) is not None:
            return self.along(other, then, inverse=not inverse)
        if (members := self._shapes.value(path, SH.alternativePath)) is not None:
            together = Reach()
            for part in Collection(self._shapes, members):
                together.add(self.along(part, then, inverse=inverse))
            return together
        for repeated in (SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath):
            if (other := self._shapes.value(path, repeated)) is not None:
                if not isinstance(other, URIRef):
                    raise Unbounded
                return along([Step(str(other), inverse, is_repeated=True)], then)
        raise Unbounded
