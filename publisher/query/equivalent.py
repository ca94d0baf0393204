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

Where many things lead to the same, they are counted before the join with what describes it, and
the counts are added up (eager aggregation). A join pairs each solution of one side with each of the
other that agrees, so a solution that stands for several counts that often (section 18.5). sparq is
asked, once for each property, whether many lead to the same.

``COUNT`` of a variable that every solution binds is the number of solutions (section 18.5.1.2).

To read a query takes longer than to answer a small one. So a rewriting is made once for all queries
that differ in IRIs, numbers and names of variables alone: ``skeleton`` is what they have in common.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import uuid4

from publisher.query.joins import (
    EagerCount,
    FilteredStar,
    Group,
    Steps,
    TriplePattern,
    ValueFilter,
    read_eager_count,
    read_filtered_star,
    read_steps,
)
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
_COUNT = f"?count_{uuid4().hex}"
# So many triples must lead to each thing, of no more things than these, for counts to come first.
_LEAST_SHARED, _MOST_SHARED = 4, 10_000
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


@dataclass(frozen=True)
class EagerRewriting:
    """How queries of one skeleton are written when they count before they join.

    Attributes:
        query: As it is put to sparq.
        triples: A query for how many triples lead to what is described.
        things: One for how many things that is, without the limit that ends it.
    """

    query: Rewriting
    triples: Rewriting
    things: Rewriting

    def pays(self, query: str, count: Callable[[str], int]) -> bool:
        """Tell whether many triples lead to few things.

        Args:
            query: The query.
            count: Returns the number in the only solution of another query.
        """
        most = min(count(self.triples.of(query)) // _LEAST_SHARED, _MOST_SHARED)
        return most > 0 and count(f"{self.things.of(query)} LIMIT {most + 1} }}") <= most


class _PieceWriter:
    """Writes pieces of one query."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._slots = [(found.start(), found.end()) for found in _SLOT.finditer(text)]
        self._starts = [start for start, _ in self._slots]
        self._numbers = {start: number for number, start in enumerate(self._starts)}
        self.pieces: list[Piece] = []

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

    def rewriting(self) -> Rewriting:
        """Return what was written."""
        return Rewriting(tuple(self.pieces), len(self._slots))

    def copy_with(self, start: int, end: int, instead: Mapping[Token, str]) -> None:
        """Write a part of the query with another text for some of its tokens."""
        for token in sorted(instead, key=lambda token: token.start):
            if start <= token.start < end:
                self.copy(start, token.start, {})
                self.pieces.append(instead[token])
                start = token.start + len(token.text)
        self.copy(start, end, {})

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
        self.triples(steps.first)
        for triple, variable in steps.others:
            self.pieces.append(" } } UNION { VALUES")
            self.token(variable)
            self.pieces.append(f" {{ {_NOWHERE} }} }} }}")
            self._triple(triple)
        self.pieces.append(" ")

    def star(self, star: FilteredStar) -> None:
        """Write a group with a subselect for each filtered pattern."""
        self.triples(star.others)
        for triple, filters in star.filtered:
            self.pieces.append(" { SELECT * {")
            self.triples([triple])
            self._filters(filters)
            self.pieces.append(" } }")
        self.pieces.append(" ")

    def eager_count(self, count: EagerCount) -> None:
        """Write a group with a subselect that counts for each value of the key."""
        self.pieces.append(" { SELECT")
        self.token(count.key)
        self.pieces.append(f" (COUNT(*) AS {_COUNT}) {{")
        self._group(count.counted)
        self.pieces.append(" } GROUP BY")
        self.token(count.key)
        self.pieces.append(" }")
        self.triples(count.described.triples)
        for group in count.optional:
            self.pieces.append(" OPTIONAL {")
            self._group(group)
            self.pieces.append(" }")
        self._filters(count.described.filters)
        self.pieces.append(" ")

    def _group(self, group: Group) -> None:
        self.triples(group.triples)
        self._filters(group.filters)

    def triples(self, triples: Sequence[TriplePattern]) -> None:
        """Write triple patterns."""
        for number, triple in enumerate(triples):
            self.pieces.append(" ." if number else "")
            self._triple(triple)

    def _filters(self, filters: Sequence[ValueFilter]) -> None:
        for each in filters:
            last = each.tokens[-1]
            self.pieces.append(" ")
            self.copy(each.tokens[0].start, last.start + len(last.text), {})

    def _triple(self, triple: TriplePattern) -> None:
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
    return writer.rewriting()


def eager_rewriting(text: str, tokens: Sequence[Token]) -> EagerRewriting | None:
    """Return how a query counts before it joins; None where it cannot.

    Args:
        text: The query text, or its skeleton.
        tokens: Its tokens.
    """
    braces = [token.start for token in tokens if token.text in ("{", "}")]
    select = next((token.start for token in tokens if token.text.upper() == "SELECT"), None)
    if not braces or select is None or not all(map(_PieceWriter(text).knows, tokens)):
        return None
    start, end = braces[0] + 1, braces[-1]
    outside = [token for token in tokens if not start <= token.start < end]
    grouped = _grouped(outside)
    found = None if grouped is None else read_eager_count(tokens, grouped)
    sums = {} if found is None else _as_sums(outside, found.bound())
    if found is None or not sums:
        return None
    query = _PieceWriter(text)
    query.copy_with(0, start, sums)
    query.eager_count(found)
    query.copy_with(end, len(text), sums)
    return EagerRewriting(
        query.rewriting(),
        triples=_counting(text, select, found, "", " }"),
        things=_counting(text, select, found, " SELECT DISTINCT", " }"),
    )


def _counting(text: str, select: int, count: EagerCount, distinct: str, end: str) -> Rewriting:
    """Return how a query counts what the pattern leads to that a join is parted by."""
    writer = _PieceWriter(text)
    writer.copy(0, select, {})
    writer.pieces.append(f"SELECT (COUNT(*) AS ?n) {{{distinct}")
    if distinct:
        writer.token(count.key)
        writer.pieces.append(" {")
    writer.triples([count.link])
    writer.pieces.append(end)
    return writer.rewriting()


def _as_sums(outside: Sequence[Token], bound: Collection[str]) -> dict[Token, str]:
    """Return what to write for each token of counts that are sums of counts; {} if some is not.

    Args:
        outside: The tokens outside of the group.
        bound: The names of the variables that every solution binds.
    """
    found: dict[Token, str] = {}
    for number, token in enumerate(outside):
        if token.kind != "word" or token.text.upper() not in ("COUNT", "DISTINCT"):
            continue
        counted = outside[number + 2] if token.text.upper() == "COUNT" else token
        if counted.text != "*" and not (counted.kind == "variable" and counted.text[1:] in bound):
            return {}
        found |= {token: "SUM", counted: _COUNT}
    return found


def _grouped(outside: Sequence[Token]) -> list[str] | None:
    """Return the names of the variables after GROUP BY; None where more than these is there."""
    words = [token.text.upper() for token in outside]
    if "GROUP" not in words:
        return []
    found: list[str] = []
    for token in outside[words.index("GROUP") + 2 :]:
        if token.kind != "variable":
            return found if token.kind == "word" else None
        found.append(token.text[1:])
    return found


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
