"""The tokens of a query → what its only group joins, where sparq answers that sooner otherwise.

Each reader returns None for a group that is anything else: what holds a path, a blank node, a
literal in a pattern, a variable property or a further group is never guessed at (SPARQL 1.1 Query,
section 19.8, rules 52 to 98).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from publisher.query.tokens import Token

_MOST_STEPS = 8
_CONSTANTS = ("iri", "name")
# What ends a triple pattern → how many of its terms the next one has, too.
_KEPT = {".": 0, ";": 1, ",": 2}
# Other patterns than these about one thing are joined sooner by sparq's own order.
_BESIDE_FILTERS = range(2, 4)
# In a filter, these are no function of the values of a solution alone.
_OF_MORE = frozenset(["EXISTS", "NOT", "BNODE", "NOW", "RAND", "STRUUID", "UUID"])
_COMPARISONS = frozenset(["<", ">", "=", "<=", ">="])


class TriplePattern(NamedTuple):
    """A triple pattern of variables, IRIs and names alone."""

    subject: Token
    predicate: Token
    object: Token

    def variables(self) -> set[str]:
        """Return the names of the variables at both ends."""
        ends = (self.subject, self.object)
        return {token.text[1:] for token in ends if token.kind == "variable"}


@dataclass(frozen=True)
class Steps:
    """A join from a constant, in the order in which it is followed.

    Attributes:
        first: The patterns whose subject is a constant.
        others: Each pattern that follows, with its variable that those before it have bound.
    """

    first: tuple[TriplePattern, ...]
    others: tuple[tuple[TriplePattern, Token], ...]


def read_steps(tokens: Sequence[Token]) -> Steps | None:
    """Return how the only group of a query is followed from a constant; None if it cannot be.

    It cannot where it holds anything but triple patterns with constant properties, where a pattern
    is joined to none before it, and where every subject is a constant.
    """
    braces = [number for number, token in enumerate(tokens) if token.text in ("{", "}")]
    if [tokens[number].text for number in braces] != ["{", "}"]:
        return None
    triples = _read_triples(tokens[braces[0] + 1 : braces[1]])
    if triples is None:
        return None
    first = tuple(triple for triple in triples if triple.subject.kind in _CONSTANTS)
    rest = [triple for triple in triples if triple.subject.kind not in _CONSTANTS]
    if not first or not 0 < len(rest) <= _MOST_STEPS:
        return None
    bound = set().union(*(triple.variables() for triple in first))
    others = []
    while rest:
        found = _next(rest, bound)
        if found is None:
            return None
        rest.remove(found[0])
        bound |= found[0].variables()
        others.append(found)
    return Steps(first, tuple(others))


def _next(rest: Sequence[TriplePattern], bound: set[str]) -> tuple[TriplePattern, Token] | None:
    """Return the pattern to follow now: forwards, if one can be, or backwards."""
    for end in ("subject", "object"):
        for triple in rest:
            token: Token = getattr(triple, end)
            if token.kind == "variable" and token.text[1:] in bound:
                return triple, token
    return None


class ValueFilter(NamedTuple):
    """A filter of one variable: its tokens, from its keyword to the bracket that ends it."""

    tokens: tuple[Token, ...]

    def variables(self) -> set[str]:
        """Return the names of its variables."""
        return {token.text[1:] for token in self.tokens if token.kind == "variable"}

    def is_comparison(self) -> bool:
        """Tell whether it compares its variable with one constant and does nothing else."""
        inside = self.tokens[2:-1]
        operators = "".join(token.text for token in inside if token.kind == "mark")
        # What follows a string tells its datatype or its language.
        is_typed = operators.endswith("^^")
        operator = operators.removesuffix("^^").rstrip("+-")
        terms = sum(token.kind != "mark" for token in inside) - is_typed
        return operator in _COMPARISONS and terms == 2


@dataclass(frozen=True)
class FilteredStar:
    """Patterns about one thing, and filters of single values, of it or one link away.

    Attributes:
        filtered: Each pattern with a filtered value, and its filters.
        others: The patterns whose subject is that thing.
    """

    filtered: tuple[tuple[TriplePattern, tuple[ValueFilter, ...]], ...]
    others: tuple[TriplePattern, ...]


def read_filtered_star(tokens: Sequence[Token]) -> FilteredStar | None:
    """Return the parts of the only group of a query whose filters are answered first.

    None where it holds anything but triple patterns with constant properties and filters of one
    value each, and where sparq's own order is as good.
    """
    braces = [number for number, token in enumerate(tokens) if token.text in ("{", "}")]
    if [tokens[number].text for number in braces] != ["{", "}"]:
        return None
    parts = _take_filters(tokens[braces[0] + 1 : braces[1]])
    triples = None if parts is None else _read_triples(parts[0])
    if parts is None or triples is None:
        return None
    filters: dict[str, list[ValueFilter]] = {}
    for each in parts[1]:
        names = each.variables()
        if len(names) != 1 or _reads_more(each):
            return None
        filters.setdefault(names.pop(), []).append(each)
    return _star(triples, {name: tuple(found) for name, found in filters.items()})


def _star(
    triples: Sequence[TriplePattern], filters: Mapping[str, tuple[ValueFilter, ...]]
) -> FilteredStar | None:
    """Return patterns and filters apart; None where that would not help."""

    def value(triple: TriplePattern) -> str:
        return triple.object.text[1:] if triple.object.kind == "variable" else ""

    others = tuple(triple for triple in triples if value(triple) not in filters)
    filtered = [triple for triple in triples if value(triple) in filters]
    subjects = {triple.subject.text[1:] for triple in others if triple.subject.kind == "variable"}
    if len(others) not in _BESIDE_FILTERS or len(subjects) != 1:
        return None
    if any(triple.subject.kind != "variable" for triple in triples):
        return None
    if sorted(map(value, filtered)) != sorted(filters):  # some value is not of one pattern alone
        return None
    known = subjects | {value(triple) for triple in others}
    if any(triple.subject.text[1:] not in known for triple in filtered):
        return None
    every = [each for found in filters.values() for each in found]
    is_looked_up = len(every) == 1 and every[0].is_comparison()
    is_own = all(triple.subject.text[1:] in subjects for triple in filtered)
    if is_own and is_looked_up:
        return None
    return FilteredStar(tuple((triple, filters[value(triple)]) for triple in filtered), others)


def _take_filters(tokens: Sequence[Token]) -> tuple[list[Token], list[ValueFilter]] | None:
    """Return a group's tokens with a full stop for each filter, and the filters.

    None where a filter is no expression in brackets and no call.
    """
    left: list[Token] = []
    filters: list[ValueFilter] = []
    number = 0
    while number < len(tokens):
        token = tokens[number]
        if (token.kind, token.text.upper()) != ("word", "FILTER"):
            left.append(token)
            number += 1
            continue
        end = _end_of_brackets(tokens, number + 1)
        if end is None:
            return None
        filters.append(ValueFilter(tuple(tokens[number:end])))
        left.append(Token("mark", ".", -1))
        number = end
    return left, filters


def _end_of_brackets(tokens: Sequence[Token], start: int) -> int | None:
    """Return where an expression in brackets, or a call, ends."""
    depth = 0
    for number in range(start, len(tokens)):
        text = tokens[number].text
        depth += (text == "(") - (text == ")")
        if depth == 0 and text == ")":
            return number + 1
        if depth == 0 and (number > start or tokens[number].kind not in ("word", "name", "iri")):
            return None
    return None


def _read_triples(tokens: Sequence[Token]) -> list[TriplePattern] | None:
    """Return the triple patterns of a group (rules 75 to 79); None where there is anything else."""
    found: list[TriplePattern] = []
    terms: list[Token] = []
    for token in (*tokens, Token("mark", ".", -1)):
        if token.kind != "mark":
            terms.append(token)
            continue
        kept = _KEPT.get(token.text)
        if kept is None or (terms and len(terms) != 3) or (kept and not terms):
            return None
        if terms:
            if not _is_plain(*terms):
                return None
            found.append(TriplePattern(*terms))
        terms = terms[:kept]
    return found


def _is_plain(subject: Token, predicate: Token, value: Token) -> bool:
    is_property = predicate.kind in _CONSTANTS or (predicate.kind, predicate.text) == ("word", "a")
    ends = (*_CONSTANTS, "variable")
    return is_property and subject.kind in ends and value.kind in ends


@dataclass(frozen=True)
class EagerCount:
    """A counted join in two parts, of which one is counted before it is joined with the other.

    Attributes:
        key: The one variable that both have.
        link: The pattern of the first whose object the key is.
        counted: The patterns of the first, and its filters.
        described: The patterns of the second, whose subject the key is, and its filters.
    """

    key: Token
    link: TriplePattern
    counted: tuple[tuple[TriplePattern, ...], tuple[ValueFilter, ...]]
    described: tuple[tuple[TriplePattern, ...], tuple[ValueFilter, ...]]


def read_eager_count(tokens: Sequence[Token], grouped: Collection[str]) -> EagerCount | None:
    """Return the two parts of the only group of a query.

    Args:
        tokens: Of the query.
        grouped: The names of the variables by which solutions are grouped: all of the second part.
    """
    braces = [number for number, token in enumerate(tokens) if token.text in ("{", "}")]
    if [tokens[number].text for number in braces] != ["{", "}"]:
        return None
    parts = _take_filters(tokens[braces[0] + 1 : braces[1]])
    triples = None if parts is None else _read_triples(parts[0])
    if parts is None or not triples:
        return None
    if any(triple.subject.kind != "variable" for triple in triples):
        return None
    if any(_reads_more(each) for each in parts[1]):
        return None
    for link in triples:
        found = _parted(link, triples, parts[1])
        if found is not None and set(grouped) <= _variables(found.described[0]):
            return found
    return None


def _parted(
    link: TriplePattern, triples: Sequence[TriplePattern], filters: Sequence[ValueFilter]
) -> EagerCount | None:
    """Return the parts on both sides of a link; None where it does not part them."""
    key = link.object
    if key.kind != "variable":
        return None
    described = tuple(triple for triple in triples if triple.subject.text[1:] == key.text[1:])
    counted = tuple(triple for triple in triples if triple not in described)
    of_counted = _variables(each for each in counted if each is not link)
    of_counted.add(link.subject.text[1:])
    of_described = _variables(described)
    is_joined_otherwise = bool(of_counted & of_described) or key.text[1:] in of_counted
    if not described or link not in counted or is_joined_otherwise or not _are_joined(counted):
        return None
    outer = tuple(each for each in filters if each.variables() <= of_described)
    inner = tuple(each for each in filters if each not in outer)
    if any(not each.variables() <= of_counted for each in inner):
        return None
    return EagerCount(key, link, (counted, inner), (described, outer))


def _variables(triples: Iterable[TriplePattern]) -> set[str]:
    return set[str]().union(*(triple.variables() for triple in triples))


def _are_joined(triples: Sequence[TriplePattern]) -> bool:
    """Tell whether each pattern shares a variable with another, and so on to all."""
    known, rest = triples[0].variables(), list(triples[1:])
    while rest:
        near = next((triple for triple in rest if triple.variables() & known), None)
        if near is None:
            return False
        known |= near.variables()
        rest.remove(near)
    return True


def _reads_more(each: ValueFilter) -> bool:
    """Tell whether a filter reads more than the values of one solution."""
    words = {token.text.upper() for token in each.tokens if token.kind == "word"}
    return bool(words & _OF_MORE)
