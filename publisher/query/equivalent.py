"""A query for sparq → another that means the same, and that sparq answers sooner.

A join that begins at a constant is written as nested subselects, one triple pattern after the
other: sparq then follows the few solutions that there are, where it would otherwise read all
triples of a property. A subselect of all its variables is the pattern that it holds (SPARQL 1.1
Query, sections 12 and 18.2.4.4), and joining is associative (section 18.4). Where nothing was
found, sparq would again read everything, so each subselect has one solution more, which joins with
nothing: its value occurs in no data.

``COUNT`` of a variable that every solution binds is the number of solutions (section 18.5.1.2).

To read a query takes longer than to answer a small one. So a rewriting is made once for all queries
that differ in IRIs, numbers and names of variables alone: ``skeleton`` is what they have in common.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
# Below these a solution may leave a variable unbound.
_LEAVING = frozenset(["OPTIONAL", "UNION"])


def skeleton(query: str) -> str:
    """Return a query without its IRIs and numbers, its variables called by their order.

    >>> skeleton("SELECT ?who { <e:a> ?is $what . $what ?is ?who } LIMIT 7")
    'SELECT ?0 { <> ?1 ?2 . ?2 ?1 ?0 } LIMIT 0'
    """
    parts = _SLOT.split(query)
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
        slots = _SLOT.findall(query)
        if len(slots) != self.slots:  # it is of another skeleton
            return query
        return "".join(p if isinstance(p, str) else slots[p] for p in self.pieces)


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
    instead = {token.start: "*" for token in _counted(tokens, outside, patterns)}
    if steps is None and not instead:
        return None
    writer.copy(0, start, instead)
    if steps is None:
        writer.copy(start, end, {})
    else:
        writer.steps(steps)
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
