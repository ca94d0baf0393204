"""Queries that can be asked of one part of the data after the other, and what each part must hold.

A part owns some of all terms. A query is split by one of its variables: its solutions are those
that each part gives for the terms that it owns, if the part holds every quad that can take part in
one of them. That is shown for patterns that hang together with the variable (``_Plan``), from the
algebra of the query (SPARQL 1.1 Query, section 18). Any other query is not split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from typing import Any
from zlib import crc32

from rdflib import RDF, BNode, URIRef, Variable
from rdflib import Literal as RdfLiteral
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern, translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from publisher.query.tokens import tokenize

# How the N-Triples of a term may begin; None: in any way.
Starts = tuple[bytes, ...] | None
# Of subject, predicate and object.
Places = tuple[Starts, Starts, Starts]
# Variable → how its term begins, wherever a solution comes of it; one of these holds.
Limits = Sequence[dict[object, tuple[bytes, ...]]]
Triple = tuple[Any, Any, Any]

_ANY: Places = (None, None, None)
_MOST_LIMITS = 16
_KINDS = {
    "Builtin_isIRI": b"<",
    "Builtin_isURI": b"<",
    "Builtin_isBLANK": b"_:",
    "Builtin_isLITERAL": b'"',
}
_EXISTS = ("Builtin_EXISTS", "Builtin_NOTEXISTS")
# These say something else each time, or of each part.
_NOT_SPLIT = frozenset(f"Builtin_{name}" for name in ("RAND", "UUID", "STRUUID", "BNODE", "NOW"))


class NotSplit(Exception):
    """A query cannot be split, or not by this variable."""


@dataclass(frozen=True)
class QuadTest:
    """Tells which quads may match a triple pattern: those that fit one of some places."""

    places: tuple[Places, ...]

    def of_predicate(self, predicate: bytes) -> tuple[tuple[Starts, Starts], ...]:
        """Return how subject and object may begin beside a predicate; nothing: it never fits."""
        found = {
            (subject, value)
            for subject, starts, value in self.places
            if starts is None or predicate.startswith(starts)
        }
        return ((None, None),) if (None, None) in found else tuple(sorted(found, key=repr))

    @property
    def has_predicate(self) -> bool:
        """Tell whether it is of some predicates alone."""
        return all(predicate is not None for _, predicate, _ in self.places)


@dataclass(frozen=True)
class Star:
    """Quads of a subject that the parts need which own an object of its links.

    Attributes:
        link: A quad from the subject to the term.
        member: The quads of the subject that are needed.
    """

    link: QuadTest
    member: QuadTest


@dataclass
class DataNeeds:
    """What parts must hold.

    Attributes:
        by_subject: Quads for the part that owns their subject.
        by_object: Quads for the part that owns their object.
        stars: Quads for the part that owns what their subject is linked to.
        everywhere: Quads for each part.
    """

    by_subject: set[QuadTest] = field(default_factory=set)
    by_object: set[QuadTest] = field(default_factory=set)
    stars: set[Star] = field(default_factory=set)
    everywhere: set[QuadTest] = field(default_factory=set)

    @property
    def is_of_subjects(self) -> bool:
        """Tell whether a part needs only what is said of the terms that it owns."""
        return not (self.by_object or self.stars)

    @property
    def takes_all(self) -> bool:
        """Tell whether a part needs all that is said of the terms that it owns."""
        return any(_ANY in test.places for test in self.by_subject)

    @property
    def takes_any_link(self) -> bool:
        """Tell whether quads of any property go to the part that owns their object."""
        links = [*self.by_object, *(star.link for star in self.stars)]
        return not all(test.has_predicate for test in links)


@dataclass(frozen=True)
class SplitQuery:
    """A query that is asked of one part after the other.

    Attributes:
        text: As it is asked.
        variable: Whose terms say which part a solution is taken from.
        is_added: Whether the query itself does not select it.
        is_distinct: Whether the query selects each solution once.
        needs: What each part must hold.
    """

    text: str
    variable: str
    is_added: bool
    is_distinct: bool
    needs: DataNeeds = field(repr=False)


def owner(term: bytes, count: int) -> int:
    """Return the number of the part, of so many, that owns a term, given as N-Triples.

    Terms that engines take for one have one owner: ``01`` and ``1``, ``@en`` and ``@EN``.
    """
    if term.startswith(b'"'):
        term = b"" if term.endswith(b">") else term[: term.rindex(b'"')]
    return crc32(term) % count


def split_query(query: str) -> SplitQuery:
    """Return how a query is asked of one part of the data after the other.

    Raises:
        NotSplit: It is not known how, or it is no SELECT query.
    """
    if any(token.kind == "word" and token.text.upper() == "BASE" for token in tokenize(query)):
        raise NotSplit  # libraries may resolve names in different ways
    try:
        algebra = translateQuery(parseQuery(query)).algebra
    except Exception as error:  # rdflib raises no other for an unknown prefix
        raise NotSplit from error
    if algebra.name != "SelectQuery" or algebra.datasetClause:
        raise NotSplit
    node, is_distinct = algebra.p, False
    if node.name == "Distinct":
        node, is_distinct = node.p, True
    if node.name != "Project":
        raise NotSplit
    selected = list(node.PV)
    node = node.p
    if node.name == "OrderBy":
        _check_expression(node.expr)
        node = node.p
    plan = _Plan(node)
    variable, needs = plan.best(selected)
    is_added = variable not in selected
    text = _with_variable(query, str(variable)) if is_added else query
    return SplitQuery(text, str(variable), is_added, is_distinct, needs)


def _with_variable(query: str, variable: str) -> str:
    """Return a query that selects one more variable."""
    words = [token for token in tokenize(query) if token.kind == "word"]
    number = next(n for n, token in enumerate(words) if token.text.upper() == "SELECT")
    if number + 1 < len(words) and words[number + 1].text.upper() == "DISTINCT":
        number += 1
    end = words[number].start + len(words[number].text)
    return f"{query[:end]} ?{variable}{query[end:]}"


@dataclass(frozen=True)
class _Use:
    """A triple pattern where it stands.

    Attributes:
        triple: The pattern.
        limits: What holds of every solution that comes of it.
        group: The basic graph pattern that it is part of.
        agreed: Variables in which its solutions agree with those beside which they count (MINUS,
            EXISTS, OPTIONAL); None where they are joined, and agree in all.
    """

    triple: Triple
    limits: Limits
    group: int
    agreed: frozenset[object] | None

    def test(self) -> QuadTest:
        places = set()
        for limit in self.limits:
            of_limit = tuple(_starts(term, limit) for term in self.triple)
            if () not in of_limit:
                places.add(of_limit)
        return QuadTest((_ANY,) if _ANY in places else tuple(sorted(places, key=repr)))  # type: ignore[arg-type]


def _starts(term: object, limit: dict[object, tuple[bytes, ...]]) -> Starts:
    if isinstance(term, URIRef):
        return (f"<{term}>".encode(),)
    # A literal may be written in several ways.
    return limit.get(term) if isinstance(term, Variable | BNode) else None


class _Plan:
    """The patterns of a query, and what they need of the parts if it is split by a variable.

    A part has all quads of a pattern whose subject or object is the variable, for the terms that
    the part owns. It has all quads of a pattern whose subject is linked to the variable by another
    pattern that every solution must match. All quads of any other pattern are in each part. So a
    part has what a solution with one of its terms is made of. It has also all that would speak
    against it, or would add to it, in MINUS, EXISTS and OPTIONAL, since their solutions count only
    if they agree with it; that is why the variable must be bound before these, and why they may
    not hold any of these themselves.
    """

    def __init__(self, node: CompValue) -> None:
        self._uses: list[_Use] = []
        self._graphs: set[object] = set()
        # Before these, the variable must be bound.
        self._bound_before: list[frozenset[object]] = [_bound(node)]
        self._walk(node, [{}], agreed=None)
        self._certain = _certain_groups(node)

    def best(self, selected: Sequence[object]) -> tuple[Variable, DataNeeds]:
        """Return the variable by which it is split best, and what parts need then.

        Raises:
            NotSplit: There is none.
        """
        bound = frozenset.intersection(*self._bound_before)
        unfit = {use.triple[1] for use in self._uses} | self._graphs
        found = []
        for variable in sorted(bound - unfit, key=str):
            if not isinstance(variable, Variable):
                continue
            needs = self._needs(variable)
            links = [*needs.by_object, *(star.link for star in needs.stars)]
            is_unlimited = any(_ANY in test.places for test in needs.everywhere) or any(
                not (star.link.has_predicate or star.member.has_predicate) for star in needs.stars
            )
            rank = (
                is_unlimited,
                len(needs.everywhere),
                sum(not test.has_predicate for test in links),
                any(self._is_class(use, variable) for use in self._uses),
                variable not in selected,
            )
            found.append((rank, str(variable), variable, needs))
        if not found:
            raise NotSplit
        rank, _, variable, needs = min(found, key=lambda each: each[:2])
        if rank[0]:
            raise NotSplit
        return variable, needs

    def _is_class(self, use: _Use, variable: Variable) -> bool:
        """Tell whether a variable stands for classes: few, each in many quads."""
        return bool(use.triple[1] == RDF.type and use.triple[2] == variable)

    def _needs(self, variable: Variable) -> DataNeeds:
        needs = DataNeeds()
        for use in self._uses:
            subject, _, value = use.triple
            test = use.test()
            if not test.places:
                continue
            link = self._link(use, variable)
            if subject == variable:
                needs.by_subject.add(test)
            elif value == variable:
                needs.by_object.add(test)
            elif link is not None:
                needs.stars.add(Star(link.test(), test))
            else:
                needs.everywhere.add(test)
        return needs

    def _link(self, use: _Use, variable: Variable) -> _Use | None:
        """Return the pattern by which the subject of another is linked to a variable."""
        subject = use.triple[0]
        if not isinstance(subject, Variable | BNode):
            return None
        is_agreed = use.agreed is None or subject in use.agreed
        links = [
            other
            for other in self._uses
            if other.triple[0] == subject
            and other.triple[2] == variable
            and (other.group == use.group or (is_agreed and other.group in self._certain))
        ]
        return min(links, key=lambda link: not link.test().has_predicate, default=None)

    def _walk(self, node: CompValue, limits: Limits, *, agreed: frozenset[object] | None) -> None:
        """Note the patterns of a group.

        Args:
            node: The group.
            limits: What holds of every solution that comes of it.
            agreed: As of the patterns in it; it may not hold negation or OPTIONAL if there are any.
        """
        if node.name == "BGP":
            for triple in node.triples:
                if not isinstance(triple[1], URIRef | Variable):  # a property path
                    raise NotSplit
                self._uses.append(_Use(tuple(triple), limits, id(node), agreed))
        elif node.name == "Join":
            limits = reduce(_both, map(_limits_of_values, _joined(node)), limits)
            self._walk(node.p1, limits, agreed=agreed)
            self._walk(node.p2, limits, agreed=agreed)
        elif node.name == "Union":
            self._walk(node.p1, limits, agreed=agreed)
            self._walk(node.p2, limits, agreed=agreed)
        elif node.name == "Extend":
            _check_expression(node.expr)
            without = [{v: s for v, s in limit.items() if v != node.var} for limit in limits]
            self._walk(node.p, without, agreed=agreed)
        elif node.name == "Graph" and _bound(node.p):
            self._graphs.add(node.term)
            self._walk(node.p, limits, agreed=agreed)
        elif node.name == "Filter":
            self._walk_filter(node, limits, agreed=agreed)
        elif node.name in ("LeftJoin", "Minus"):
            if node.name == "LeftJoin":
                _check_expression(node.expr)
            self._walk(node.p1, limits, agreed=agreed)
            self._walk_beside(node.p2, node.p1, limits, agreed=agreed)
        elif not (node.name == "ToMultiSet" and node.p.name == "values"):
            raise NotSplit

    def _walk_filter(
        self, node: CompValue, limits: Limits, *, agreed: frozenset[object] | None
    ) -> None:
        limits = _both(limits, _limits_of_filter(node.expr))
        self._walk(node.p, limits, agreed=agreed)
        for group in _tested_groups(node.expr):
            self._walk_beside(group, node.p, limits, agreed=agreed)

    def _walk_beside(
        self,
        node: CompValue,
        before: CompValue,
        limits: Limits,
        *,
        agreed: frozenset[object] | None,
    ) -> None:
        """Note the patterns of a group whose solutions count beside those of another alone."""
        if agreed is not None:
            raise NotSplit
        bound = _bound(before)
        self._bound_before.append(bound)
        limits = _both(limits, _known(before))
        limits = [{v: s for v, s in limit.items() if v in bound} for limit in limits]
        self._walk(node, limits, agreed=bound)


def _bound(node: CompValue) -> frozenset[object]:
    """Return the variables that patterns bind in every solution of a group."""
    if node.name == "BGP":
        return frozenset(
            term for t in node.triples for term in t if isinstance(term, Variable | BNode)
        )
    if node.name == "Join":
        return _bound(node.p1) | _bound(node.p2)
    if node.name == "Union":
        return _bound(node.p1) & _bound(node.p2)
    if node.name in ("LeftJoin", "Minus"):
        return _bound(node.p1)
    return _bound(node.p) if node.name in ("Filter", "Extend", "Graph") else frozenset()


def _certain_groups(node: CompValue) -> frozenset[int]:
    """Return the basic graph patterns that every solution of a group must match."""
    if node.name == "BGP":
        return frozenset([id(node)])
    if node.name == "Join":
        return _certain_groups(node.p1) | _certain_groups(node.p2)
    if node.name in ("LeftJoin", "Minus"):
        return _certain_groups(node.p1)
    return _certain_groups(node.p) if node.name in ("Filter", "Extend", "Graph") else frozenset()


def _known(node: CompValue) -> Limits:
    """Return what VALUES and filters in a group say of its solutions."""
    if node.name == "Join":
        return reduce(_both, map(_limits_of_values, _joined(node)))
    if node.name == "Filter":
        return _both(_known(node.p), _limits_of_filter(node.expr))
    if node.name in ("LeftJoin", "Minus"):
        return _known(node.p1)
    return _known(node.p) if node.name == "Extend" else [{}]


def _joined(node: CompValue) -> Iterator[CompValue]:
    if node.name == "Join":
        yield from _joined(node.p1)
        yield from _joined(node.p2)
    else:
        yield node


def _limits_of_values(node: CompValue) -> Limits:
    """Return what VALUES says of the variables that are an IRI in each of its rows."""
    if node.name != "ToMultiSet" or node.p.name != "values":
        return [{}]
    rows = node.p.res
    names = {v for row in rows for v in row}
    return [
        {
            name: tuple(sorted({f"<{row[name]}>".encode() for row in rows}))
            for name in names
            if all(isinstance(row.get(name), URIRef) for row in rows)
        }
    ]


def _both(one: Limits, other: Limits) -> Limits:
    """Return the limits where both hold; the first alone where that would be very many."""
    if len(one) * len(other) > _MOST_LIMITS:
        return one
    return [_together(*pair) for pair in product(one, other)]


def _together(
    one: dict[object, tuple[bytes, ...]], other: dict[object, tuple[bytes, ...]]
) -> dict[object, tuple[bytes, ...]]:
    found = one | other
    for name in one.keys() & other.keys():
        pairs = product(one[name], other[name])
        longer = {max(a, b, key=len) for a, b in pairs if a.startswith(b) or b.startswith(a)}
        found[name] = tuple(sorted(longer))
    return found


def _limits_of_filter(expression: object) -> Limits:
    """Return what a filter says of how terms begin, as far as it is understood."""
    if not isinstance(expression, CompValue):
        return [{}]
    if expression.name == "ConditionalAndExpression":
        return reduce(_both, map(_limits_of_filter, [expression.expr, *expression.other]))
    if expression.name == "ConditionalOrExpression":
        parts = [*map(_limits_of_filter, [expression.expr, *expression.other])]
        found = [limit for part in parts for limit in part]
        return found if len(found) <= _MOST_LIMITS else [{}]
    if expression.name in _KINDS and isinstance(expression.arg, Variable):
        return [{expression.arg: (_KINDS[expression.name],)}]
    if expression.name == "Builtin_STRSTARTS":
        return _limits_of_start(expression.arg1, expression.arg2)
    if expression.name == "RelationalExpression" and expression.op in ("=", "IN"):
        return _limits_of_comparison(expression.expr, expression.other)
    return [{}]


def _limits_of_start(text: Any, start: object) -> Limits:
    if isinstance(text, CompValue) and text.name == "Builtin_STR":
        text = text.arg
    if not isinstance(text, Variable) or not isinstance(start, RdfLiteral):
        return [{}]
    # A literal may begin with an escape.
    return [{text: (f"<{start}".encode(), b'"')}]


def _limits_of_comparison(variable: object, other: object) -> Limits:
    values = other if isinstance(other, list) else [other]
    if not isinstance(variable, Variable) or not all(isinstance(v, URIRef) for v in values):
        return [{}]
    return [{variable: tuple(f"<{value}>".encode() for value in values)}]


def _tested_groups(expression: object) -> Iterator[CompValue]:
    """Yield the groups that a filter tests, as algebra.

    Raises:
        NotSplit: It holds something whose value is not that of the solution alone.
    """
    for part in _parts_of(expression, lambda part: part.name in _EXISTS):
        if part.name in _EXISTS:
            # rdflib leaves most as they were parsed.
            is_parsed = part.graph.name == "GroupGraphPatternSub"
            yield translateGroupGraphPattern(part.graph) if is_parsed else part.graph


def _check_expression(expression: object) -> None:
    """Raise ``NotSplit`` for an expression whose value is not that of the solution alone."""
    if any(part.name in _EXISTS for part in _parts_of(expression, lambda _: False)):
        raise NotSplit


def _parts_of(expression: object, is_end: Callable[[CompValue], bool]) -> Iterator[CompValue]:
    """Yield the parts of an expression, not what is inside those that are an end."""
    if isinstance(expression, CompValue):
        if expression.name in _NOT_SPLIT or expression.name.startswith("Aggregate_"):
            raise NotSplit
        yield expression
        if not is_end(expression):
            for value in expression.values():
                yield from _parts_of(value, is_end)
    elif isinstance(expression, Iterable) and not isinstance(expression, str):
        for value in expression:
            yield from _parts_of(value, is_end)
