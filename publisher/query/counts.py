"""ReleaseCounts that are made once with a release, and the queries that ask for nothing else.

A query that counts what one triple pattern matches, grouped or not, becomes a query over VALUES
with the counts in it, so that ORDER BY, LIMIT and the form of the result stay the engine's matter.
SPARQL 1.1 Query, sections 10.2 (VALUES), 11.2 (GROUP BY) and 18.5.1.2 (Count).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, QuerySolutions, Store

from publisher.query.engine import Operation
from publisher.query.patterns import Pattern, UnreadPattern, read_patterns
from publisher.query.tokens import Token, declared_prefixes, tokenize
from publisher.rdf.namespaces import iri

_TYPE = iri("rdf:type")
# A property with more values than this is not counted value by value, nor are more than so many
# values of all properties together: the file stays below some megabytes.
MOST_VALUES, MOST_COUNTED = 1_000, 50_000
_WORDS = frozenset(
    [
        "SELECT",
        "WHERE",
        "COUNT",
        "DISTINCT",
        "AS",
        "GROUP",
        "BY",
        "ORDER",
        "ASC",
        "DESC",
        "LIMIT",
        "OFFSET",
        "A",
        "PREFIX",
        "BASE",
    ]
)
_TAIL_KINDS = ("word", "number", "variable")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\\]*")


@dataclass(frozen=True)
class ReleaseCounts:
    """How often what occurs in the union of all graphs.

    Attributes:
        triples: How many triples there are.
        properties: Property → number of triples.
        values: Property → value, in N-Triples → number of triples; for those with few values.
    """

    triples: int
    properties: Mapping[str, int] = field(repr=False)
    values: Mapping[str, Mapping[str, int]] = field(repr=False)


def make_counts(store: Store) -> ReleaseCounts:
    """Return the counts of a store; a triple that is in several graphs is one triple."""
    names = sorted(
        (str(row["p"])[1:-1] for row in _rows(store, "SELECT DISTINCT ?p { ?s ?p ?o }")),
        key=lambda name: (name != _TYPE, name),
    )
    properties: dict[str, int] = {}
    values: dict[str, Mapping[str, int]] = {}
    left = MOST_COUNTED
    for name in names:
        by_value = _count_values(store, name, min(MOST_VALUES, left))
        if by_value is None:
            question = f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s ?o {{ ?s <{name}> ?o }} }}"
            properties[name] = int(next(_rows(store, question))["n"].value)
            continue
        properties[name] = sum(by_value.values())
        if all(term[0] in '<"' for term in by_value):  # VALUES takes no blank node
            values[name] = by_value
            left -= len(by_value)
    return ReleaseCounts(sum(properties.values()), properties, values)


def _count_values(store: Store, name: str, most: int) -> dict[str, int] | None:
    """Return value → number of triples of a property; None when it has more values."""
    distinct = f"SELECT DISTINCT ?o {{ ?s <{name}> ?o }} LIMIT {most + 1}"
    if sum(1 for _ in _rows(store, distinct)) > most:
        return None
    question = f"SELECT ?o (COUNT(DISTINCT ?s) AS ?n) {{ ?s <{name}> ?o }} GROUP BY ?o"
    return dict(sorted((str(row["o"]), int(row["n"].value)) for row in _rows(store, question)))


def _rows(store: Store, query: str) -> Iterator[Any]:
    results = store.query(query, use_default_graph_as_union=True)
    assert isinstance(results, QuerySolutions)
    return results


def write_counts(path: Path, counts: ReleaseCounts) -> None:
    """Write counts as JSON, the same way every time."""
    path.write_text(
        json.dumps(vars(counts), ensure_ascii=False, sort_keys=True), encoding="utf-8", newline="\n"
    )


def read_counts(path: Path) -> ReleaseCounts:
    """Return counts that were written.

    Raises:
        OSError: The file cannot be read.
        ValueError: It holds something else.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    try:
        return ReleaseCounts(**content)
    except TypeError as error:
        raise ValueError(str(error)) from error


# A query → the same over VALUES, when it asks for these counts alone.


def count_query(operation: Operation, counts: ReleaseCounts) -> Operation | None:
    """Return an operation with the same answer that counts nothing; None for any other query.

    A group without a number, and a query that the parser would refuse, are left as they are.
    """
    if "COUNT" not in operation.query.upper():
        return None
    tokens = list(tokenize(operation.query))
    written = _Question.read(tokens)
    if written is None:
        return None
    names = dict(operation.prefixes) | declared_prefixes(operation.query)
    rows = _rows_for(written, counts, names)
    if rows is None:
        return None
    variables = " ".join(written.inner)
    cells = " ".join(f"({' '.join(row)})" for row in rows)
    text = (
        f"SELECT {' '.join(written.shown)} {{ VALUES ({variables}) {{ {cells} }} }} {written.tail}"
    )
    return replace(operation, query=text, prefixes=())


@dataclass(frozen=True)
class _Question:
    """What a query counts.

    Attributes:
        pattern: The only one.
        counted: ``*`` or the variable that is counted.
        is_distinct: Whether equal values count once.
        name: The variable with the count.
        group: The variable that is grouped by; empty for none.
        shown: The variables of the result, in their order.
        tail: Order and slice, as they were written.
    """

    pattern: Pattern
    counted: str
    is_distinct: bool
    name: str
    group: str
    shown: tuple[str, ...]
    tail: str

    @property
    def inner(self) -> tuple[str, ...]:
        """Return the variables that rows have."""
        return (self.group, self.name) if self.group else (self.name,)

    @classmethod
    def read(cls, tokens: Sequence[Token]) -> _Question | None:
        """Return what a query counts; None when it asks for more."""
        words = [token.text.upper() for token in tokens if token.kind == "word"]
        braces = [number for number, token in enumerate(tokens) if token.text in "{}"]
        if set(words) - _WORDS or words.count("SELECT") != 1 or len(braces) != 2:
            return None
        if "COUNT" not in words:
            return None
        start = next(n for n, token in enumerate(tokens) if token.text.upper() == "SELECT")
        try:
            patterns = read_patterns(tokens[braces[0] : braces[1] + 1])
        except UnreadPattern:
            return None
        projection = _read_projection(tokens[start + 1 : braces[0]])
        modifiers = _read_modifiers(tokens[braces[1] + 1 :])
        if projection is None or modifiers is None or len(patterns) != 1:
            return None
        counted, is_distinct, name, shown = projection
        group, tail, used = modifiers
        if set(shown) - {group, name} or used - {group, name} or len(set(shown)) < len(shown):
            return None
        return cls(patterns[0], counted, is_distinct, name, group, shown, tail)


def _variable(text: str) -> str:
    """Return a variable with a question mark; the dollar sign means the same (rule 108)."""
    return f"?{text[1:]}"


def _read_projection(
    tokens: Sequence[Token],
) -> tuple[str, bool, str, tuple[str, ...]] | None:
    """Return what is counted, whether distinct, the count's name, and all that is shown."""
    texts = [t.text.upper() if t.kind == "word" else t.text for t in tokens]
    if texts[-1:] == ["WHERE"]:
        texts.pop()
    shown: list[str] = []
    found: tuple[str, bool, str] | None = None
    while texts:
        if texts[0][0] in "?$":
            shown.append(_variable(texts.pop(0)))
            continue
        length = 9 if texts[3:4] == ["DISTINCT"] else 8
        item, texts = texts[:length], texts[length:]
        is_distinct = length == 9
        frame = [*item[:3], *item[-4:-2], item[-1]] if len(item) == length else []
        if found is not None or frame != ["(", "COUNT", "(", ")", "AS", ")"]:
            return None
        counted, name = item[-5], item[-2]
        if not (counted == "*" or counted[0] in "?$") or name[0] not in "?$":
            return None
        found = counted if counted == "*" else _variable(counted), is_distinct, _variable(name)
        shown.append(found[2])
    return (*found, tuple(shown)) if found is not None else None


def _read_modifiers(tokens: Sequence[Token]) -> tuple[str, str, set[str]] | None:
    """Return the variable that is grouped by, what follows, and the variables in that."""
    texts = [token.text.upper() for token in tokens]
    group = ""
    if texts[:2] == ["GROUP", "BY"]:
        if len(tokens) < 3 or tokens[2].kind != "variable":
            return None
        group, tokens = _variable(tokens[2].text), tokens[3:]
    if any(token.kind not in _TAIL_KINDS and token.text not in "()" for token in tokens):
        return None
    words = {token.text.upper() for token in tokens if token.kind == "word"}
    if words - {"ORDER", "BY", "ASC", "DESC", "LIMIT", "OFFSET"}:
        return None
    used = {_variable(token.text) for token in tokens if token.kind == "variable"}
    return group, " ".join(token.text for token in tokens), used


def _rows_for(
    question: _Question, counts: ReleaseCounts, names: Mapping[str, str]
) -> list[tuple[str, ...]] | None:
    """Return the rows of the answer; None when the counts do not tell."""
    pattern = question.pattern
    subject, value = pattern.subject, pattern.object
    predicate = " ".join(pattern.predicate)
    ends = [_variable(text) for text in (subject, predicate, value) if text[0] in "?$"]
    if subject[0] not in "?$" or pattern.path or len(set(ends)) < len(ends):
        return None
    if question.counted not in ("*", *ends) or question.name in ends:
        return None
    if question.is_distinct and (question.counted != _variable(subject) or predicate[0] in "?$"):
        return None
    if predicate[0] in "?$":
        return _by_property(question, counts, predicate, value)
    name = _absolute(predicate, names)
    if not name:
        return None
    if value[0] not in "?$":
        return _of_value(question, counts, name, _absolute(value, names))
    if question.is_distinct and not question.group:
        return None  # a subject may have several values
    if not question.group:
        return [(str(counts.properties.get(name, 0)),)]
    if question.group != _variable(value) or (
        name in counts.properties and name not in counts.values
    ):
        return None
    return [(term, str(count)) for term, count in counts.values.get(name, {}).items()]


def _by_property(
    question: _Question, counts: ReleaseCounts, predicate: str, value: str
) -> list[tuple[str, ...]] | None:
    if value[0] not in "?$":
        return None
    if not question.group:
        return [(str(counts.triples),)]
    if question.group != _variable(predicate):
        return None
    return [(f"<{name}>", str(count)) for name, count in counts.properties.items()]


def _of_value(
    question: _Question, counts: ReleaseCounts, name: str, value: str
) -> list[tuple[str, ...]] | None:
    is_known = name in counts.values or name not in counts.properties
    if question.group or not value or not is_known:
        return None
    return [(str(counts.values.get(name, {}).get(str(NamedNode(value)), 0)),)]


def _absolute(written: str, names: Mapping[str, str]) -> str:
    """Return the IRI that a token stands for; empty when it takes more than looking up."""
    if written in ("a", "A"):
        return _TYPE if written == "a" else ""
    if written.startswith("<"):
        return written[1:-1] if _ABSOLUTE.fullmatch(written[1:-1]) else ""
    prefix, colon, local = written.partition(":")
    if not colon or written[0] in "\"'" or prefix not in names or "\\" in local:
        return ""
    found = names[prefix] + local
    return found if _ABSOLUTE.fullmatch(found) else ""
