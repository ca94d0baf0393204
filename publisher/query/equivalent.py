"""A query for sparq → another that means the same, and that sparq answers sooner.

A join that begins at a constant is written as nested subselects, one triple pattern after the
other: sparq then follows the few solutions that there are, where it would otherwise read all
triples of a property. A subselect of all its variables is the pattern that it holds (SPARQL 1.1
Query, sections 12 and 18.2.4.4), and joining is associative (section 18.4). Where nothing was
found, sparq would again read everything, so each subselect has one solution more, which joins with
nothing: its value occurs in no data.

A filter of one variable is written into a subselect with the pattern that has this variable, where
the others are about one thing: sparq would join all of them before it filters. Whether a solution
passes depends on that pattern alone, so it is the same before a join as after (sections 18.2.2.2
and 18.5). The subselects follow the other patterns, with which they share variables: two that
share none would be multiplied.

``COUNT`` of a variable that every solution binds is the number of solutions (section 18.5.1.2).

To read a query takes longer than to answer a small one. So a rewriting is made once for all queries
that differ in IRIs, numbers and names of variables alone: ``skeleton`` is what they have in common.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple
from uuid import uuid4

from publisher.query.patterns import Pattern
from publisher.query.tokens import Token

# What may differ. Neither an IRI nor a number holds a quotation mark or a line end, so wherever it
# begins, in a string or a comment or neither, it ends in the same; and a name of a datatype decides
# what a call is. Variables are as ``tokenize`` has them: wherever one is, another is as good a part
# of the same.
_SLOT = re.compile(
    r"(<(?!http://www\.w3\.org/2001/XMLSchema#)[^<>\"'{}|^`\\\x00-\x20]*>"
    r"|(?<=[\s(])[0-9]+(?=[\s)}]|$)"
    r"|[?$]\w[\w\u00B7\u0300-\u036F\u203F\u2040]*)"
)
# Of this process alone, so nobody can have written it into any data.
_NOWHERE = f"<urn:uuid:{uuid4()}>"
_MOST_STEPS = 8
_CONSTANTS = ("iri", "name")
# What ends a triple pattern → how many of its terms the next one has, too.
_KEPT = {".": 0, ";": 1, ",": 2}
# Other patterns than these about one thing are joined sooner by sparq's own order.
_BESIDE_FILTERS = range(2, 4)
# In a filter, these are no function of the values of a solution alone.
_OF_MORE = frozenset(["EXISTS", "NOT", "BNODE", "NOW", "RAND", "STRUUID", "UUID"])
_COMPARISONS = frozenset(["<", ">", "=", "<=", ">="])
# Below these a solution may leave a variable unbound.
_LEAVING = frozenset(["OPTIONAL", "UNION"])


@lru_cache(maxsize=1)  # it is asked for its skeleton, and then written
def _split(query: str) -> tuple[str, ...]:
    """Return what is between the slots of a query, and each slot between two of these."""
    return tuple(_SLOT.split(query))


def skeleton(query: str) -> str:
    """Return a query without its IRIs and numbers, its variables called by their order.

    >>> skeleton("SELECT ?who { <e:a> ?is $what . $what ?is ?who } LIMIT 7")
    'SELECT ?0 { <> ?1 ?2 . ?2 ?1 ?0 } LIMIT 0'
    """
    parts = list(_split(query))
    numbers: dict[str, str] = {}
    for position in range(1, len(parts), 2):
        slot = parts[position]
        if slot[0] == "<":
            parts[position] = "<>"
        elif slot[0] in "?$":
            name = slot[1:]
            number = numbers.get(name)
            if number is None:
                number = numbers[name] = f"?{len(numbers)}"
            parts[position] = number
        else:
            parts[position] = "0"
    return "".join(parts)


Piece = str | int


@dataclass(frozen=True)
class Rewriting:
    """How the queries of one skeleton are written.

    Attributes:
        pieces: Text, and numbers of what stands in the query itself: its IRIs, numbers, variables.
        slots: How many of these there are.
    """

    pieces: tuple[Piece, ...]
    slots: int

    def of(self, query: str) -> str:
        """Return a query as it is put to sparq."""
        slots = _split(query)[1::2]
        if len(slots) != self.slots:  # it is of another skeleton
            return query
        return self._template.format(*slots)

    @cached_property
    def _template(self) -> str:
        """Return the pieces as a format string."""
        escaped = str.maketrans({"{": "{{", "}": "}}"})
        return "".join(
            piece.translate(escaped) if isinstance(piece, str) else f"{{{piece}}}"
            for piece in self.pieces
        )


class _Triple(NamedTuple):
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

    first: tuple[_Triple, ...]
    others: tuple[tuple[_Triple, Token], ...]


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


def _next(rest: Sequence[_Triple], bound: set[str]) -> tuple[_Triple, Token] | None:
    """Return the pattern to follow now: forwards, if one can be, or backwards."""
    for end in ("subject", "object"):
        for triple in rest:
            token: Token = getattr(triple, end)
            if token.kind == "variable" and token.text[1:] in bound:
                return triple, token
    return None


class _Filter(NamedTuple):
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

    filtered: tuple[tuple[_Triple, tuple[_Filter, ...]], ...]
    others: tuple[_Triple, ...]


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
    filters: dict[str, list[_Filter]] = {}
    for each in parts[1]:
        names = each.variables()
        words = {token.text.upper() for token in each.tokens if token.kind == "word"}
        if len(names) != 1 or words & _OF_MORE:
            return None
        filters.setdefault(names.pop(), []).append(each)
    return _star(triples, {name: tuple(found) for name, found in filters.items()})


def _star(
    triples: Sequence[_Triple], filters: Mapping[str, tuple[_Filter, ...]]
) -> FilteredStar | None:
    """Return patterns and filters apart; None where that would not help."""

    def value(triple: _Triple) -> str:
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


def _take_filters(tokens: Sequence[Token]) -> tuple[list[Token], list[_Filter]] | None:
    """Return a group's tokens with a full stop for each filter, and the filters.

    None where a filter is no expression in brackets and no call.
    """
    left: list[Token] = []
    filters: list[_Filter] = []
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
        filters.append(_Filter(tuple(tokens[number:end])))
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


def _read_triples(tokens: Sequence[Token]) -> list[_Triple] | None:
    """Return the triple patterns of a group (rules 75 to 79); None where there is anything else."""
    found: list[_Triple] = []
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
            found.append(_Triple(*terms))
        terms = terms[:kept]
    return found


def _is_plain(subject: Token, predicate: Token, value: Token) -> bool:
    is_property = predicate.kind in _CONSTANTS or (predicate.kind, predicate.text) == ("word", "a")
    ends = (*_CONSTANTS, "variable")
    return is_property and subject.kind in ends and value.kind in ends


class _PieceWriter:
    """Writes pieces of one query."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._slots = [(found.start(), found.end()) for found in _SLOT.finditer(text)]
        self._starts = [start for start, _ in self._slots]
        self._numbers = {start: number for number, start in enumerate(self._starts)}
        self.pieces: list[Piece] = []

    @property
    def slots(self) -> int:
        """Return how many slots the query has."""
        return len(self._slots)

    def knows(self, token: Token) -> bool:
        """Tell whether a token is a slot from its beginning to its end, or none at all."""
        number = self._numbers.get(token.start)
        end = token.start + len(token.text)
        if number is not None:
            return self._slots[number][1] == end
        following = bisect_right(self._starts, token.start)
        return following == len(self._starts) or self._starts[following] >= end

    def token(self, token: Token) -> None:
        """Write a token."""
        number = self._numbers.get(token.start)
        self.pieces += [" ", token.text if number is None else number]

    def copy(self, start: int, end: int, instead: Mapping[int, str]) -> None:
        """Write a part of the query as it is, but for what is replaced: start → text."""
        for slot_start, slot_end in self._slots:
            if start <= slot_start and slot_end <= end:
                self.pieces.append(self._text[start:slot_start])
                self.pieces.append(instead.get(slot_start, self._numbers[slot_start]))
                start = slot_end
        self.pieces.append(self._text[start:end])

    def steps(self, steps: Steps) -> None:
        """Write a group in nested subselects."""
        self.pieces.append(" { { SELECT * {" * len(steps.others))
        for number, triple in enumerate(steps.first):
            self.pieces.append(" ." if number else "")
            self._triple(triple)
        for triple, variable in steps.others:
            self.pieces.append(" } } UNION { VALUES")
            self.token(variable)
            self.pieces.append(f" {{ {_NOWHERE} }} }} }}")
            self._triple(triple)
        self.pieces.append(" ")

    def star(self, star: FilteredStar) -> None:
        """Write a group with a subselect for each filtered pattern."""
        for number, triple in enumerate(star.others):
            self.pieces.append(" ." if number else "")
            self._triple(triple)
        for triple, filters in star.filtered:
            self.pieces.append(" { SELECT * {")
            self._triple(triple)
            for each in filters:
                last = each.tokens[-1]
                self.pieces.append(" ")
                self.copy(each.tokens[0].start, last.start + len(last.text), {})
            self.pieces.append(" } }")
        self.pieces.append(" ")

    def _triple(self, triple: _Triple) -> None:
        for token in triple:
            self.token(token)


def rewriting(text: str, tokens: Sequence[Token], patterns: Sequence[Pattern]) -> Rewriting | None:
    """Return how a query is written for sparq; None where it stays as it is.

    Args:
        text: The query text, or its skeleton.
        tokens: Its tokens.
        patterns: All triple patterns that it holds.
    """
    braces = [token.start for token in tokens if token.text in ("{", "}")]
    if not braces:
        return None
    writer = _PieceWriter(text)
    if not all(map(writer.knows, tokens)):
        return None
    start, end = braces[0] + 1, braces[-1]
    steps = read_steps(tokens)
    outside = [token for token in tokens if not start <= token.start < end]
    is_counted = any(token.text.upper() == "COUNT" for token in outside)
    star = read_filtered_star(tokens) if is_counted else None
    instead = {token.start: "*" for token in _counted(tokens, outside, patterns)}
    if steps is None and star is None and not instead:
        return None
    writer.copy(0, start, instead)
    if steps is not None:
        writer.steps(steps)
    elif star is not None:
        writer.star(star)
    else:
        writer.copy(start, end, {})
    writer.copy(end, len(text), instead)
    return Rewriting(tuple(writer.pieces), writer.slots)


def _counted(
    tokens: Sequence[Token], outside: Sequence[Token], patterns: Sequence[Pattern]
) -> Iterator[Token]:
    """Yield the variables that are counted and that every solution binds."""
    if any(token.kind == "word" and token.text.upper() in _LEAVING for token in tokens):
        return
    bound = {
        text[1:]
        for pattern in patterns
        for text in (pattern.subject, *pattern.predicate, pattern.object)
        if text[0] in "?$"
    }
    for word, bracket, counted, end in zip(
        outside, outside[1:], outside[2:], outside[3:], strict=False
    ):
        frame = (word.text.upper(), bracket.text, counted.kind, end.text)
        if frame == ("COUNT", "(", "variable", ")") and counted.text[1:] in bound:
            yield counted
