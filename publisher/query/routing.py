"""Which of the two embedded engines answers a query: decided by features of its syntax.

``FEATURES`` is the whole table. A query goes to sparq when it has a feature that sparq answers
faster, or rightly where Oxigraph does not, and none that is Oxigraph's. What the table does not
know is Oxigraph's. Sections are those of the SPARQL 1.1 Query recommendation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise

from publisher.errors import EngineFailed
from publisher.query.engine import Operation
from publisher.query.equivalent import (
    EagerRewriting,
    Rewriting,
    eager_rewriting,
    rewriting,
    skeleton,
)
from publisher.query.joins import read_steps
from publisher.query.patterns import Pattern, UnreadPattern, read_patterns
from publisher.query.tokens import Token, tokenize


class EngineName(StrEnum):
    """Who answers."""

    OXIGRAPH = "oxigraph"
    SPARQ = "sparq"
    EITHER = "either"


@dataclass(frozen=True)
class SyntaxFeature:
    """A feature of a query's syntax.

    Attributes:
        name: What it is called in the documentation.
        section: Of the SPARQL 1.1 Query recommendation.
        engine: Whose it is; ``EITHER`` decides nothing.
        words: Keywords that show it; empty when its structure does.
    """

    name: str
    section: str
    engine: EngineName
    words: tuple[str, ...] = ()


_OXIGRAPH, _SPARQ, _EITHER = EngineName.OXIGRAPH, EngineName.SPARQ, EngineName.EITHER
ANCHORED_JOIN = SyntaxFeature("join from a constant", "5.1", _OXIGRAPH)
COUNTED_JOIN = SyntaxFeature("COUNT of a join or a filter", "11.2", _SPARQ)
JOIN = SyntaxFeature("join without a constant", "5.1", _SPARQ)
NEGATION = SyntaxFeature("negated comparison", "17.2", _OXIGRAPH)
OTHER_SYNTAX = SyntaxFeature("anything else", "19.8", _OXIGRAPH)
PATH = SyntaxFeature("property path", "9.1", _SPARQ)
STEPWISE_JOIN = SyntaxFeature("join from a constant, of triple patterns alone", "5.1, 12", _SPARQ)
STAR = SyntaxFeature("point or star of a constant", "5.1", _SPARQ)
TOP = SyntaxFeature("ORDER BY", "15.1", _SPARQ, ("ORDER", "ASC", "DESC"))
TYPED_CONSTANT = SyntaxFeature("number, boolean or typed literal in a pattern", "4.1.2", _OXIGRAPH)
ZERO_LENGTH = SyntaxFeature("path of length zero", "9.3", _SPARQ)
# Oxigraph answers these otherwise than the recommendation and the suite of the W3C say.
CASTS = SyntaxFeature("constructor functions of XML Schema", "17.5", _SPARQ)
GRAPH_OF_MORE = SyntaxFeature("GRAPH ?g around MINUS, VALUES or an aggregate", "13.3", _SPARQ)
BLANK_NODES = SyntaxFeature("BNODE of an expression", "17.4.2.9", _SPARQ, ("BNODE",))
CONCATENATION = SyntaxFeature("GROUP_CONCAT", "18.5.1.7", _SPARQ, ("GROUP_CONCAT",))
CORRECTIONS = (CASTS, GRAPH_OF_MORE, BLANK_NODES, CONCATENATION, ZERO_LENGTH)

FEATURES: tuple[SyntaxFeature, ...] = (
    SyntaxFeature(
        "SELECT, ASK", "16.1, 16.3", _EITHER, ("SELECT", "ASK", "WHERE", "PREFIX", "BASE")
    ),
    STAR,
    JOIN,
    ANCHORED_JOIN,
    STEPWISE_JOIN,
    TYPED_CONSTANT,
    PATH,
    ZERO_LENGTH,
    TOP,
    SyntaxFeature("LIMIT, OFFSET", "15.4, 15.5", _EITHER, ("LIMIT", "OFFSET", "BY")),
    SyntaxFeature("DISTINCT", "15.3", _SPARQ, ("DISTINCT",)),
    SyntaxFeature("text filter", "17.4.3", _SPARQ, ("REGEX", "CONTAINS", "STRSTARTS", "STRENDS")),
    SyntaxFeature("FILTER", "5.2.2", _EITHER, ("FILTER", "IN", "BOUND", "TRUE", "FALSE")),
    SyntaxFeature(
        "functions on strings and terms",
        "17.4.2, 17.4.3",
        _EITHER,
        ("STR", "LANG", "LANGMATCHES", "LCASE", "UCASE", "STRLEN", "ISIRI", "ISLITERAL"),
    ),
    SyntaxFeature("OPTIONAL", "6", _EITHER, ("OPTIONAL",)),
    SyntaxFeature("UNION", "7", _EITHER, ("UNION",)),
    SyntaxFeature("GROUP BY", "11.1", _EITHER, ("GROUP",)),
    SyntaxFeature("COUNT", "11.2, 18.5.1.2", _EITHER, ("COUNT", "AS")),
    COUNTED_JOIN,
    NEGATION,
    *CORRECTIONS[:-1],
    OTHER_SYNTAX,
)
# Whatever else a query with one of the corrections holds, these are Oxigraph's: sparq reads no
# dataset clause within the memory limit, and answers them otherwise than the recommendation says.
_NEVER = frozenset(
    [
        "FROM",
        "SERVICE",
        "CONSTRUCT",
        "DESCRIBE",
        "EXISTS",
        "REPLACE",
        "SUM",
        "AVG",
        "MIN",
        "MAX",
        "SAMPLE",
        "NOW",
        "RAND",
        "UUID",
        "STRUUID",
        "REDUCED",
    ]
)
_NEED_ALL = frozenset(["ORDER", "DISTINCT", "GROUP", "COUNT"])
_XML_SCHEMA = "http://www.w3.org/2001/XMLSchema#"
_BEYOND_TRIPLES = frozenset(
    ["MINUS", "VALUES", "COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"]
)


@cache
def _features_by_word() -> dict[str, SyntaxFeature]:
    return {word: feature for feature in FEATURES for word in feature.words}


@dataclass(frozen=True)
class Route:
    """Who answers a query, and why.

    Attributes:
        engine: Who.
        features: What decided it.
        is_table: Whether it is a SELECT, not another form.
        rewriting: How it is written for sparq; None: as it is.
        eager: How it is written where counting before joining pays; None: never.
    """

    engine: EngineName
    features: frozenset[SyntaxFeature]
    is_table: bool
    rewriting: Rewriting | None = field(default=None, repr=False)
    eager: EagerRewriting | None = field(default=None, repr=False)

    def written(self, query: str, count: Callable[[str], int] | None = None) -> str:
        """Return a query of this route as it is put to sparq.

        Args:
            query: The query.
            count: Returns the number in the only solution of another query, by which is decided
                whether counting before joining pays; None: it never does.
        """
        if self.eager is not None and count is not None and self.eager.pays(query, count):
            return self.eager.query.of(query)
        return query if self.rewriting is None else self.rewriting.of(query)


def route(query: str, prefixes: Collection[str] = ()) -> Route:
    """Return who answers a query; SPARQL 1.1 Query, the sections that ``FEATURES`` names.

    Args:
        query: The query text; one that is no SPARQL is Oxigraph's, whose parser explains it.
        prefixes: Those that it may leave undeclared.

    >>> route("SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1").engine
    <EngineName.SPARQ: 'sparq'>
    >>> route("SELECT ?s FROM <http://e/g> { ?s ?p ?o } ORDER BY ?s LIMIT 1").engine
    <EngineName.OXIGRAPH: 'oxigraph'>
    """
    tokens = tuple(tokenize(query))
    found = frozenset(_features(tokens, prefixes))
    owners = {feature.engine for feature in found}
    is_sparq = _SPARQ in owners and _OXIGRAPH not in owners
    words = (token.text.upper() for token in tokens if token.kind == "word")
    form = next((word for word in words if word in _FORMS), "")
    if not is_sparq:
        return Route(_OXIGRAPH, found, form == "SELECT")
    try:
        patterns = read_patterns(tokens)
    except (UnreadPattern, RecursionError):
        return Route(_SPARQ, found, form == "SELECT")
    written = rewriting(query, tokens, patterns)
    eager = eager_rewriting(query, tokens)
    return Route(_SPARQ, found, form == "SELECT", written, eager)


def route_of(operation: Operation) -> Route:
    """Return who answers an operation.

    Queries that differ in IRIs, numbers and names of variables alone are read once: to read one
    takes longer than to answer a small one.
    """
    if len(operation.query) > _LONGEST_KEPT:
        return route(operation.query, [name for name, _ in operation.prefixes])
    return _kept_route(skeleton(operation.query), tuple(name for name, _ in operation.prefixes))


@lru_cache(maxsize=1000)
def _kept_route(query: str, prefixes: tuple[str, ...]) -> Route:
    return route(query, prefixes)


_LONGEST_KEPT = 4096
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def _features(tokens: Sequence[Token], prefixes: Collection[str]) -> Iterator[SyntaxFeature]:
    declared = {*prefixes, *_declared(tokens)}
    words = {token.text.upper() for token in tokens if token.kind == "word"}
    names = {token.text.partition(":")[0] for token in tokens if token.kind == "name"}
    # The parser takes words without a blank between them apart, so an unknown one may hide others.
    if names - declared or any(token.kind == "broken" for token in tokens):
        yield OTHER_SYNTAX
        return
    correction = _correction(tokens, words)
    if correction is not None and not words & _NEVER:
        yield correction
        return
    known = _features_by_word()
    for word in words - {"A"}:
        yield known.get(word, OTHER_SYNTAX)
    yield from _structure(tokens, words)


def _declared(tokens: Sequence[Token]) -> Iterator[str]:
    for before, token in pairwise(tokens):
        if token.kind == "name" and before.text.upper() == "PREFIX":
            yield token.text.removesuffix(":")


def _correction(tokens: Sequence[Token], words: set[str]) -> SyntaxFeature | None:
    """Return what Oxigraph would answer wrongly, if the query holds it."""
    for feature in (BLANK_NODES, CONCATENATION):
        if words.intersection(feature.words):
            return feature
    schema = _xml_schema_prefixes(tokens)
    for token, behind in pairwise(tokens):
        is_any_graph = token.text.upper() == "GRAPH" and behind.kind == "variable"
        if is_any_graph and words & _BEYOND_TRIPLES:
            return GRAPH_OF_MORE
        is_name = token.kind == "name" and token.text.partition(":")[0] + ":" in schema
        is_iri = token.kind == "iri" and token.text[1:].startswith(_XML_SCHEMA)
        if behind.text == "(" and (is_name or is_iri):
            return CASTS
    return None


def _xml_schema_prefixes(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the prefixes, with their colons, that stand for the namespace of XML Schema."""
    return frozenset(
        name.text
        for before, name, behind in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if before.text.upper() == "PREFIX" and behind.text[1:-1] == _XML_SCHEMA
    )


def _structure(tokens: Sequence[Token], words: set[str]) -> Iterator[SyntaxFeature]:
    """Yield what triple patterns and expressions show."""
    try:
        patterns = read_patterns(tokens)
    except (UnreadPattern, RecursionError):
        yield OTHER_SYNTAX
        return
    if not _is_plain_projection(tokens):
        yield OTHER_SYNTAX
    if any(token.text == "!" for token in _expressions(tokens)) or "NOT" in words:
        yield NEGATION
    if any(pattern.has_typed_object for pattern in patterns):
        yield TYPED_CONSTANT
    for join in _joins(patterns):
        is_followed = join is ANCHORED_JOIN and not _stops_early(words)
        yield STEPWISE_JOIN if is_followed and read_steps(tokens) is not None else join
    is_more_than_one = len(patterns) > 1 or "FILTER" in words
    if "COUNT" in words and is_more_than_one:
        yield COUNTED_JOIN


def _stops_early(words: Collection[str]) -> bool:
    """Tell whether some solutions are enough, which Oxigraph finds without all the others."""
    return "ASK" in words or ("LIMIT" in words and not _NEED_ALL.intersection(words))


def _joins(patterns: Sequence[Pattern]) -> Iterator[SyntaxFeature]:
    if any(pattern.path for pattern in patterns):
        yield PATH
    if any(set(pattern.path) & {"*", "?"} and pattern.is_anchored for pattern in patterns):
        yield ZERO_LENGTH
    subjects = {pattern.subject for pattern in patterns}
    constants = {p.subject for p in patterns if p.subject and p.subject[0] not in "?$_["}
    hops = any("/" in pattern.path for pattern in patterns)
    if constants and (len(subjects) > 1 or hops):
        yield ANCHORED_JOIN
    elif constants:
        yield STAR
    elif len(patterns) > 1 or any(p.has_constant_object for p in patterns):
        yield JOIN


def _is_plain_projection(tokens: Sequence[Token]) -> bool:
    """Tell whether all that ``AS`` names is a count of rows or of a variable."""
    for number, token in enumerate(tokens):
        if token.text.upper() != "AS" or token.kind != "word":
            continue
        start = number - 1
        while start >= 0 and tokens[start].text.upper() not in ("COUNT", "{", "}", "AS"):
            start -= 1
        inside = [each.text.upper() for each in tokens[start:number]]
        if inside[:2] != ["COUNT", "("] or inside[-1:] != [")"]:
            return False
        counted = inside[3:-1] if inside[2] == "DISTINCT" else inside[2:-1]
        is_variable = len(counted) == 1 and counted[0][0] in "?$"
        if counted != ["*"] and not is_variable:
            return False
        if inside[2] == "DISTINCT" and not is_variable:
            return False
    return True


def _expressions(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the tokens inside the brackets that a keyword opens: filters, orders, functions."""
    depth, is_expression = 0, False
    before, is_word = "", False
    for token in tokens:
        if token.text == "(":
            depth += 1
            is_expression |= is_word
        elif token.text == ")":
            depth -= 1
            is_expression &= depth > 0
        elif is_expression or (before == "FILTER" and token.text == "!"):
            yield token
        before, is_word = token.text.upper(), token.kind == "word"


# A shape: a query without its constants, by which one that ended sparq badly is known again.

_CONSTANTS = ("iri", "name", "string", "number", "language")


def shape(query: str) -> str:
    """Return the shape of a query: its tokens, without constants and names of variables.

    >>> shape("SELECT ?a { ?a <e:p> 'x' }") == shape("SELECT ?b {?b <e:q> 'y'}")
    True
    """
    variables: dict[str, str] = {}
    pieces = []
    for kind, text, _ in tokenize(query):
        if kind == "variable":
            pieces.append(variables.setdefault(text[1:], f"?{len(variables)}"))
        else:
            pieces.append(kind if kind in _CONSTANTS else text.upper())
    return " ".join(pieces)


class FailedShapes:
    """Shapes of queries that ended sparq badly; the oldest are forgotten."""

    def __init__(self, most: int = 1000) -> None:
        """Remember at most so many."""
        self._most = most
        self._shapes: dict[str, None] = {}

    def add(self, failed: str) -> None:
        """Remember a shape."""
        self._shapes.pop(failed, None)
        self._shapes[failed] = None
        while len(self._shapes) > self._most:
            del self._shapes[next(iter(self._shapes))]

    def __contains__(self, query_shape: str) -> bool:
        """Tell whether a query of this shape ended sparq badly."""
        return query_shape in self._shapes

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._shapes)


class SecondChances:
    """What becomes of queries that ended a worker while sparq had them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._failed = FailedShapes()

    def prepared(self, operation: Operation) -> Operation:
        """Return an operation as it is put to a worker: of a shape that failed, without sparq."""
        if self._failed and shape(operation.query) in self._failed:
            return replace(operation, without_sparq=True)
        return operation

    def after(self, operation: Operation, error: Exception) -> Operation | None:
        """Return what to ask once more, of Oxigraph; None to let the error stand.

        A query that took too long has had its time, so it is not asked again; the next of its
        shape goes to Oxigraph at once.

        Args:
            operation: What was asked.
            error: What came of it.
        """
        limit = getattr(error, "limit", "")
        is_end = isinstance(error, EngineFailed) or limit in _ENDING_LIMITS
        if not is_end or operation.without_sparq:
            return None
        if route_of(operation).engine is not EngineName.SPARQ:
            return None
        self._failed.add(shape(operation.query))
        return None if limit == _TIME else replace(operation, without_sparq=True)


_TIME = "query_timeout_seconds"
_ENDING_LIMITS = (_TIME, "query_memory_mb")
