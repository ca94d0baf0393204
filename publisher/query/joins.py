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


class Group(NamedTuple):
    """Triple patterns, and filters of what they bind."""

    triples: tuple[TriplePattern, ...]
    filters: tuple[ValueFilter, ...]

    def variables(self) -> set[str]:
        """Return the names of the variables that the patterns bind."""
        return _variables(self.triples)


@dataclass(frozen=True)
class EagerCount:
    """A counted join in two parts, of which one is counted before it is joined with the other.

    Attributes:
        key: The one variable that both have.
        link: The pattern of the first whose object the key is.
        counted: The first part.
        described: What describes the key: the second.
        optional: What describes it if it is there, in its order: of the second, too.
    """

    key: Token
    link: TriplePattern
    counted: Group
    described: Group
    optional: tuple[Group, ...]

    def bound(self) -> set[str]:
        """Return the names of the variables that every solution binds."""
        return self.counted.variables() | self.described.variables()


def read_eager_count(tokens: Sequence[Token], grouped: Collection[str]) -> EagerCount | None:
    """Return the two parts of the group of a query, which may hold ``OPTIONAL`` groups.

    Args:
        tokens: Of the query.
        grouped: The names of the variables by which solutions are grouped: all of the second part.
    """
    braces = [number for number, token in enumerate(tokens) if token.text in ("{", "}")]
    taken = _take_optional(tokens[braces[0] + 1 : braces[-1]]) if braces else None
    whole = None if taken is None else _read_group(taken[0])
    if taken is None or whole is None:
        return None
    for link in whole.triples:
        found = _parted(link, whole, taken[1])
        if found is not None:
            known = found.described.variables().union(*(of.variables() for of in found.optional))
            if set(grouped) <= known | {found.key.text[1:]}:
                return found
    return None


def _take_optional(tokens: Sequence[Token]) -> tuple[list[Token], tuple[Group, ...]] | None:
    """Return a group's tokens with a full stop for each optional group, and these.

    None where one holds more than triple patterns and filters.
    """
    left: list[Token] = []
    found: list[Group] = []
    number = 0
    while number < len(tokens):
        token = tokens[number]
        if (token.kind, token.text.upper()) != ("word", "OPTIONAL"):
            left.append(token)
            number += 1
            continue
        texts = [each.text for each in tokens]
        end = texts.index("}", number) if "}" in texts[number:] else number
        group = _read_group(tokens[number + 2 : end]) if texts[number + 1] == "{" else None
        if group is None:
            return None
        found.append(group)
        left.append(Token("mark", ".", -1))
        number = end + 1
    return left, tuple(found)


def _read_group(tokens: Sequence[Token]) -> Group | None:
    """Return a group of triple patterns about variables, and of filters of single solutions."""
    parts = _take_filters(tokens)
    triples = None if parts is None else _read_triples(parts[0])
    if parts is None or not triples or any(map(_reads_more, parts[1])):
        return None
    if any(triple.subject.kind != "variable" for triple in triples):
        return None
    return Group(tuple(triples), tuple(parts[1]))


def _parted(link: TriplePattern, whole: Group, optional: tuple[Group, ...]) -> EagerCount | None:
    """Return the parts on both sides of a link; None where it does not part them."""
    key = link.object
    if key.kind != "variable":
        return None
    name = key.text[1:]
    described = tuple(each for each in whole.triples if each.subject.text[1:] == name)
    counted = tuple(each for each in whole.triples if each not in described)
    of_counted = _variables(each for each in counted if each is not link)
    of_counted.add(link.subject.text[1:])
    of_described = _variables(described)
    # What a group may leave unbound stands in no pattern outside of such groups.
    of_optional = set[str]().union(*(of.variables() for of in optional)) - {name}
    if link not in counted or not (described or optional) or not _are_joined(counted):
        return None
    if name in of_counted or of_counted & of_described or of_optional & (of_counted | of_described):
        return None
    if any(not _describes(name, group) for group in optional):
        return None
    known = of_described | of_optional | {name}
    outer = tuple(each for each in whole.filters if each.variables() <= known)
    inner = tuple(each for each in whole.filters if each not in outer)
    if any(not each.variables() <= of_counted for each in inner):
        return None
    return EagerCount(key, link, Group(counted, inner), Group(described, outer), optional)


def _describes(name: str, group: Group) -> bool:
    """Tell whether an optional group is about a variable and what its own patterns bind alone."""
    is_about = all(triple.subject.text[1:] == name for triple in group.triples)
    return is_about and all(each.variables() <= group.variables() for each in group.filters)


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
