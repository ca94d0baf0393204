"""How far from ``$this`` the query of a SPARQL constraint looks (SHACL, section 5).

Every triple pattern must hang together with ``$this`` by constants and variables that are bound
where it is evaluated; then its matches are found among the triples at hand. What may bind a
variable elsewhere (UNION, VALUES, subqueries, graphs) is not followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyparsing import ParseException
from rdflib import URIRef, Variable
from rdflib.paths import InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern
from rdflib.plugins.sparql.parserutils import CompValue

from publisher.quality.steps import Reach, Step, Unbounded

_THIS = Variable("this")
_PASSED = {
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
_TESTS = ("Builtin_NOTEXISTS", "Builtin_EXISTS")
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
    if part.name in _PASSED:
        bound = _group(part.p, known)
    elif part.name in ("LeftJoin", "Minus"):
        bound = _group(part.p1, known)
        _group(part.p2, bound)
    else:
        raise Unbounded
    for group in _tested(part.expr):
        _group(group, bound)
    return bound


def _join(part: CompValue, known: Bound) -> Bound:
    try:
        return _group(part.p2, _group(part.p1, known))
    except Unbounded:
        return _group(part.p1, _group(part.p2, known))


def _tested(expression: object) -> Iterator[CompValue]:
    """Yield the groups that an expression tests."""
    if isinstance(expression, CompValue):
        if expression.name in _TESTS:
            # rdflib leaves these as they were parsed.
            is_parsed = expression.graph.name == "GroupGraphPatternSub"
            yield translateGroupGraphPattern(expression.graph) if is_parsed else expression.graph
            return
        if "graph" in expression:
            raise Unbounded
        for value in expression.values():
            yield from _tested(value)
    elif isinstance(expression, list | tuple):
        for value in expression:
            yield from _tested(value)


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
        return start.steps.setdefault(Step(str(path), is_inverse), Reach())
    if isinstance(path, InvPath):
        return _follow(path.arg, start, is_inverse=not is_inverse)
    if isinstance(path, SequencePath):
        for part in reversed(path.args) if is_inverse else path.args:
            start = _follow(part, start, is_inverse=is_inverse)
        return start
    if isinstance(path, MulPath) and isinstance(path.path, URIRef):
        step = Step(str(path.path), is_inverse, is_repeated=True)
        return start.steps.setdefault(step, Reach())
    raise Unbounded
