"""How far from a node a shape looks: what must be at hand to validate a node apart from the rest.

A shape that may look anywhere has no reach, and everything is validated together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyparsing import ParseException
from rdflib import RDF, SH, Graph, Literal, Node, URIRef, Variable
from rdflib.collection import Collection
from rdflib.namespace import Namespace
from rdflib.paths import InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern
from rdflib.plugins.sparql.parserutils import CompValue

from publisher.quality.shape_needs import Needs, Reach, Unbounded, reach_along
from publisher.rdf.paths import PathStep

_SH = Namespace(str(SH))
# Names that are Python's own words, or of its methods.
_CLASS, _NODE, _NOT = _SH["class"], _SH["node"], _SH["not"]
_AND, _OR, _XONE = _SH["and"], _SH["or"], _SH["xone"]
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
_FOCUS_PARAMETERS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
# Parameters that look at the value nodes themselves, and what says nothing about data.
_LOCAL_PARAMETERS = {
    *(_SH[n] for n in ("datatype", "nodeKind", "in", "hasValue", "minCount", "maxCount")),
    *(_SH[n] for n in ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive")),
    *(_SH[n] for n in ("minLength", "maxLength", "pattern", "flags", "languageIn", "uniqueLang")),
    *(_SH[n] for n in ("ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount")),
    *(_SH[n] for n in ("severity", "message", "name", "description", "order", "group")),
    *(_SH[n] for n in ("defaultValue", "deactivated", "path")),
}
_KNOWN_PARAMETERS = {
    *_TARGETS,
    *_FOCUS_PARAMETERS,
    *_LOCAL_PARAMETERS,
    _CLASS,
    _NODE,
    _NOT,
    _OR,
    _AND,
    _XONE,
}
_KNOWN_PARAMETERS |= {SH.property, SH.qualifiedValueShape, SH.closed, SH.sparql}


def needs_of(shapes: Graph, prefixes: Iterable[tuple[str, str]]) -> Needs | None:
    """Return what must be at hand to validate a node; None when that may be anything.

    Args:
        shapes: The shapes graph.
        prefixes: Prefix and namespace of what queries may leave undeclared.
    """
    if (None, RDF.type, SH.ConstraintComponent) in shapes:
        return None
    reader = _ShapeReader(shapes, tuple(prefixes))
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


class _ShapeReader:
    """Reads shapes, following one to the next."""

    def __init__(self, shapes: Graph, prefixes: tuple[tuple[str, str], ...]) -> None:
        self._shapes, self._prefixes = shapes, prefixes

    def reach(self, shape: Node, seen: tuple[Node, ...]) -> Reach:
        """Return how far a shape looks from its focus node."""
        if shape in seen:
            raise Unbounded
        values = set(self._shapes.predicates(shape))
        if any(str(p).startswith(str(SH)) and p not in _KNOWN_PARAMETERS for p in values):
            raise Unbounded
        at_values = Reach(is_whole=SH.closed in values, is_typed=_CLASS in values)
        for other in self._others(shape):
            at_values.add(self.reach(other, (*seen, shape)))
        path = self._shapes.value(shape, SH.path)
        at_focus = at_values if path is None else self.along(path, at_values)
        for parameter in _FOCUS_PARAMETERS:
            for name in self._shapes.objects(shape, parameter):
                at_focus.add(reach_along([PathStep(str(name))], Reach()))
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
            return reach_along([PathStep(str(path), inverse)], then)
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
                return reach_along([PathStep(str(other), inverse, is_repeated=True)], then)
        raise Unbounded


# How far from ``$this`` the query of a SPARQL constraint looks (SHACL, section 5).
#
# Every triple pattern must hang together with ``$this`` by constants and variables that are bound
# where it is evaluated; then its matches are found among the triples at hand. What may bind a
# variable elsewhere (UNION, VALUES, subqueries, graphs) is not followed.

_THIS = Variable("this")
_TRANSPARENT_NODES = {
    "AggregateJoin",
    "Group",
    "SelectQuery",
    "Project",
    "Distinct",
    "Reduced",
    "OrderBy",
    "Extend",
    "Filter",
}
_EXISTS_NODES = ("Builtin_NOTEXISTS", "Builtin_EXISTS")
Pattern = tuple[Any, Any, Any]
# Variable → what is needed of the nodes that it is bound to.
Bound = Mapping[object, Reach]


def reach_of_query(query: str, prefixes: Mapping[str, str]) -> Reach:
    """Return how far a query looks from ``$this``.

    Raises:
        Unbounded: It may look anywhere, or cannot be read.
    """
    try:
        algebra = prepareQuery(query, initNs=dict(prefixes)).algebra
    except (ParseException, NameError) as error:
        raise Unbounded from error
    root = Reach()
    _group(algebra, {_THIS: root})
    return root


def _group(part: CompValue, known: Bound) -> Bound:
    """Extend the reach by a group; return the variables that are bound after it."""
    if part.name == "BGP":
        return _connect(part.triples, known)
    if part.name == "Join":
        return _join(part, known)
    if part.name in _TRANSPARENT_NODES:
        bound = _group(part.p, known)
    elif part.name in ("LeftJoin", "Minus"):
        bound = _group(part.p1, known)
        _group(part.p2, bound)
    else:
        raise Unbounded
    for group in _tested_groups(part.expr):
        _group(group, bound)
    return bound


def _join(part: CompValue, known: Bound) -> Bound:
    try:
        return _group(part.p2, _group(part.p1, known))
    except Unbounded:
        return _group(part.p1, _group(part.p2, known))


def _tested_groups(expression: object) -> Iterator[CompValue]:
    """Yield the groups that an expression tests."""
    if isinstance(expression, CompValue):
        if expression.name in _EXISTS_NODES:
            # rdflib leaves these as they were parsed.
            is_parsed = expression.graph.name == "GroupGraphPatternSub"
            yield translateGroupGraphPattern(expression.graph) if is_parsed else expression.graph
            return
        if "graph" in expression:
            raise Unbounded
        for value in expression.values():
            yield from _tested_groups(value)
    elif isinstance(expression, list | tuple):
        for value in expression:
            yield from _tested_groups(value)


def _connect(patterns: Iterable[Pattern], known: Bound) -> Bound:
    """Follow patterns from what is known until all are reached."""
    found = dict(known)
    left = list(patterns)
    while left:
        step = next((p for p in left if p[0] in found or p[2] in found), None)
        if step is None:
            raise Unbounded
        left.remove(step)
        subject, path, value = step
        start, end, is_inverse = (
            (found[subject], value, False) if subject in found else (found[value], subject, True)
        )
        reached = _follow(path, start, is_inverse=is_inverse)
        if isinstance(end, Variable) and end not in found:
            found[end] = reached
    return found


def _follow(path: object, start: Reach, *, is_inverse: bool) -> Reach:
    """Extend a reach along a path; return the reach at its end."""
    if isinstance(path, URIRef):
        return start.steps.setdefault(PathStep(str(path), is_inverse), Reach())
    if isinstance(path, InvPath):
        return _follow(path.arg, start, is_inverse=not is_inverse)
    if isinstance(path, SequencePath):
        for part in reversed(path.args) if is_inverse else path.args:
            start = _follow(part, start, is_inverse=is_inverse)
        return start
    if isinstance(path, MulPath) and isinstance(path.path, URIRef):
        step = PathStep(str(path.path), is_inverse, is_repeated=True)
        return start.steps.setdefault(step, Reach())
    raise Unbounded
