"""Queries made from the data's own classes and properties, put to both embedded engines.

Each kind of query that ``routing`` gives to sparq is asked of classes × properties: those that
shapes name, and those that occur. What both engines answer is compared as a multiset of terms, and
as a sequence where ORDER BY leaves nothing open (SPARQL 1.1 Query, section 15.1).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Store

from publisher.errors import EngineFailed, QueryError, QueryLimitExceeded
from publisher.query.engine import Operation, QueryLimits
from publisher.query.worker_messages import WorkerConfig
from publisher.query.worker_pool import WorkerPool
from publisher.rdf.namespaces import iri

_LIMITS = QueryLimits(seconds=5.0, memory_bytes=1 << 30, result_bytes=16 << 20)
_XSD = "http://www.w3.org/2001/XMLSchema#"
_ORDERED = tuple(_XSD + name for name in ("integer", "decimal", "date", "string", "boolean"))
# Of each pair of a class and a property so many values are looked at.
_VALUES = 50
_MOST_PAIRS = 400
_PAIRS_OF_SHAPES = f"""SELECT DISTINCT ?class ?property {{
    {{ ?shape <{iri("sh:targetClass")}> ?class }} UNION {{ BIND(?shape AS ?class) }}
    ?shape <{iri("sh:property")}> ?part . ?part <{iri("sh:path")}> ?property
    FILTER(isIRI(?property) && isIRI(?class)) }} LIMIT {_MOST_PAIRS}"""
_CLASSES = f"SELECT DISTINCT ?class {{ ?thing a ?class FILTER(isIRI(?class)) }} LIMIT {_MOST_PAIRS}"
_PAIRS_OF_CLASS = (
    "SELECT DISTINCT ?property { {SELECT ?thing { ?thing a CLASS } LIMIT 20} ?thing ?property ?v }"
)
_ROWS = f"SELECT ?thing ?value {{ ?thing a CLASS ; PROPERTY ?value }} LIMIT {_VALUES}"
_TERM = "FILTER(!isBlank(?thing))"


@dataclass(frozen=True)
class Question:
    """A query for both engines.

    Attributes:
        feature: What of the syntax it tries.
        query: The query text.
        is_ordered: Whether its answer has one order.
    """

    feature: str
    query: str
    is_ordered: bool = False


@dataclass(frozen=True)
class EngineDifference:
    """A query that the engines answer differently.

    Attributes:
        question: What was asked.
        oxigraph: What Oxigraph answered, shortened.
        sparq: What sparq answered, shortened, or how it ended.
    """

    question: Question
    oxigraph: str = field(repr=False)
    sparq: str = field(repr=False)


def compare_engines(
    store: Path,
    sparq: Path,
    *,
    union: bool,
    union_stored: bool = False,
    most: int,
    seconds: float,
) -> list[EngineDifference]:
    """Return what the two engines answer differently over one release; none is what there may be.

    Args:
        store: Folder of Oxigraph's store.
        sparq: Folder of sparq's files.
        union: Whether the default graph is the union of all graphs.
        union_stored: Whether the store has that union as its default graph.
        most: How many queries are asked at most, each kind and each class in turn.
        seconds: After so many no further query is asked.

    Raises:
        OSError: The store cannot be opened.
    """
    end = time.monotonic() + seconds
    found: list[EngineDifference] = []
    with ExitStack() as opened:
        config = WorkerConfig(str(store), _LIMITS, union, union_stored=union_stored)
        other = opened.enter_context(
            closing(WorkerPool(replace(config, sparq=str(sparq)), 1, is_of_command=True))
        )
        oxigraph = opened.enter_context(closing(WorkerPool(config, 1, is_of_command=True)))
        asked = make_questions(Store.read_only(str(store)), union and not union_stored)
        for question in islice(asked, most):
            if time.monotonic() > end:
                break
            difference = _compare(question, oxigraph, other)
            if difference is not None:
                found.append(difference)
    return found


def _compare(
    question: Question, oxigraph: WorkerPool, other: WorkerPool
) -> EngineDifference | None:
    try:
        expected = _answer(oxigraph, question)
    except QueryLimitExceeded:
        return None  # nothing to compare with
    try:
        answer = _answer(other, question)
    except (QueryError, EngineFailed) as error:
        return EngineDifference(question, str(expected)[:500], str(error))
    if same_answer(expected, answer, is_ordered=question.is_ordered):
        return None
    return EngineDifference(question, str(expected)[:500], str(answer)[:500])


def _answer(workers: WorkerPool, question: Question) -> list[Row]:
    return read_rows(workers.answer(Operation(question.query)).body)


# Answers: rows of terms, as both engines write them.

Term = tuple[str, str, str, str]
Row = Mapping[str, Term]


def read_rows(body: bytes) -> list[Row]:
    """Return the solutions of JSON results in their order; a boolean is one row."""
    content = json.loads(body)
    if "boolean" in content:
        return [{"": ("boolean", str(content["boolean"]), "", "")}]
    return [
        {name: _stored(_term(cell)) for name, cell in row.items()}
        for row in content["results"]["bindings"]
    ]


def same_answer(one: Sequence[Row], other: Sequence[Row], *, is_ordered: bool = False) -> bool:
    """Tell whether two answers hold the same rows, and in the same order if there is one.

    Blank nodes have no names that both engines know (SPARQL 1.1 Query, section 4.1.4): two are the
    same when they stand in the same rows, beside the same terms.
    """
    one, other = _without_labels(one), _without_labels(other)
    if is_ordered:
        return [dict(row) for row in one] == [dict(row) for row in other]
    return Counter(frozenset(r.items()) for r in one) == Counter(
        frozenset(r.items()) for r in other
    )


# So far the rows around a blank node are looked at to tell it from others.
_ROUNDS = 3


def _without_labels(rows: Sequence[Row]) -> Sequence[Row]:
    """Return rows with each blank node called by where it stands, in place of its label."""
    labels = {term for row in rows for term in row.values() if term[0] == "bnode"}
    names = dict.fromkeys(labels, "")
    for _ in range(_ROUNDS if labels else 0):
        places: dict[Term, list[str]] = {label: [] for label in labels}
        for row in rows:
            shown = sorted((name, _named(term, names)) for name, term in row.items())
            for name, term in row.items():
                if term in labels:
                    places[term].append(f"{name} {shown}")
        names = {
            label: hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()
            for label, found in places.items()
        }
    return [{name: _named(term, names) for name, term in row.items()} for row in rows]


def _named(term: Term, names: Mapping[Term, str]) -> Term:
    return ("bnode", names[term], "", "") if term in names else term


def _term(cell: Mapping[str, str]) -> Term:
    language = cell.get("xml:lang", "").lower()
    return cell["type"], cell["value"], cell.get("datatype", "").removesuffix(_STRING), language


_STRING = f"{_XSD}string"


def _stored(term: Term) -> Term:
    """Return a literal as Oxigraph's store spells it: of what both mean, it keeps the value alone.

    sparq's files keep the spelling of the sources, which is what the recommendation asks for.
    """
    kind, value, datatype, _ = term
    if kind != "literal" or not datatype.startswith(_XSD):
        return term
    store, name = Store(), NamedNode("urn:x")
    store.add(Quad(name, name, Literal(value, datatype=NamedNode(datatype))))
    literal = next(iter(store)).object
    assert isinstance(literal, Literal)
    return kind, literal.value, literal.datatype.value, ""


# The questions: kinds of query × classes × properties, and a value that occurs.


def make_questions(store: Store, union: bool = True) -> Iterator[Question]:
    """Yield questions about what a store holds: of each pair one, then another of each, and so on.

    Args:
        store: What is asked about.
        union: Whether its default graph is the union of all graphs.
    """
    pairs = list(islice(_pairs(store, union), _MOST_PAIRS))
    of_pairs = [
        _rotated(list(_questions(store, union, pairs, number)), number)
        for number in range(len(pairs))
    ]
    seen: set[str] = set()
    for turn in zip_longest(*of_pairs):
        for question in turn:
            if question is not None and question.query not in seen:
                seen.add(question.query)
                yield question


def _rotated(questions: list[Question], by: int) -> list[Question]:
    """Return questions so that each pair begins with another kind."""
    start = by % len(questions) if questions else 0
    return questions[start:] + questions[:start]


def _solutions(store: Store, union: bool, query: str) -> Iterable[Mapping[str, object]]:
    results = store.query(query, use_default_graph_as_union=union)
    return results  # type: ignore[return-value]


def _pairs(store: Store, union: bool) -> Iterator[tuple[NamedNode, NamedNode]]:
    seen = set()
    for row in _solutions(store, union, _PAIRS_OF_SHAPES):
        pair = row["class"], row["property"]
        if pair not in seen:
            seen.add(pair)
            yield pair  # type: ignore[misc]
    for row in _solutions(store, union, _CLASSES):
        query = _PAIRS_OF_CLASS.replace("CLASS", str(row["class"]))
        for found in _solutions(store, union, query):
            pair = row["class"], found["property"]
            if pair not in seen:
                seen.add(pair)
                yield pair  # type: ignore[misc]


def _questions(
    store: Store, union: bool, pairs: Sequence[tuple[NamedNode, NamedNode]], number: int
) -> Iterator[Question]:
    class_, property_ = pairs[number]
    query = _ROWS.replace("CLASS", str(class_)).replace("PROPERTY", str(property_))
    rows = [(row["thing"], row["value"]) for row in _solutions(store, union, query)]
    if not rows:
        return
    things = [thing for thing, _ in rows if isinstance(thing, NamedNode)]
    values = [value for _, value in rows]
    of_class = [other for name, other in pairs if name == class_ and other != property_]
    other = of_class[number % len(of_class)] if of_class else property_
    frame = f"?thing a {class_} ; {property_} ?value"
    if things:
        yield from _anchored(str(things[number % len(things)]), property_, values)
    yield from _ordered(frame, values, only_names=len(things) == len(rows))
    yield from _text(frame, values)
    yield from _compared(frame, values, other)
    yield Question("DISTINCT", f"SELECT DISTINCT ?value {{ {frame} }}")
    join = f"{frame} ; {other} ?other"
    yield Question("join", f"SELECT (COUNT(*) AS ?n) {{ {join} }}")
    yield Question("join", f"SELECT * {{ {frame} }}")
    groups = f"SELECT ?value (COUNT(?thing) AS ?n) {{ {join} }} GROUP BY ?value"
    yield Question("counted join", groups)
    optional = f"SELECT DISTINCT ?value ?other {{ {frame} OPTIONAL {{ ?thing {other} ?other }} }}"
    yield Question("OPTIONAL", optional)
    yield Question("path", f"SELECT (COUNT(*) AS ?n) {{ ?thing {property_}/{other} ?value }}")


def _anchored(thing: str, property_: NamedNode, values: Sequence[object]) -> Iterator[Question]:
    yield Question("point", f"SELECT ?p ?o {{ {thing} ?p ?o }}")
    yield Question("star", f"SELECT * {{ {thing} a ?class ; {property_} ?value }}")
    yield Question("path", f"SELECT ?end {{ {thing} {property_}* ?end }}")
    if any(isinstance(value, NamedNode) for value in values):
        links = f"{thing} {property_} ?end . ?end a ?class"
        yield Question("join from a constant", f"SELECT * {{ {links} }}")
        yield Question("path", f"SELECT ?end {{ {thing} {property_}+ ?end }}")
        yield Question("path", f"SELECT ?end {{ {thing} ({property_}|^{property_})+ ?end }}")


def _ordered(frame: str, values: Sequence[object], *, only_names: bool) -> Iterator[Question]:
    """Yield orders that leave nothing open: by terms of one kind that the recommendation orders."""
    kinds = {v.datatype.value if isinstance(v, Literal) else type(v).__name__ for v in values}
    select = f"SELECT ?thing ?value {{ {frame} {_TERM} }} ORDER BY"
    if kinds <= {"NamedNode"} or (len(kinds) == 1 and kinds <= set(_ORDERED)):
        # More values than were looked at may be of another kind, or equal: so no sequence.
        yield Question("ORDER BY", f"{select} DESC(?value) ?thing", is_ordered=False)
        top = f"SELECT ?value {{ {frame} }} ORDER BY"
        if kinds <= {"NamedNode", _XSD + "integer", _STRING}:
            yield Question("ORDER BY, LIMIT", f"{top} DESC(?value) LIMIT 5")
            yield Question("ORDER BY, LIMIT", f"{top} ?value LIMIT 5 OFFSET 2")
    if only_names:
        names = f"SELECT DISTINCT ?thing {{ {frame} {_TERM} }} ORDER BY"
        yield Question("ORDER BY, LIMIT", f"{names} ?thing LIMIT 10", is_ordered=True)
        yield Question("ORDER BY, LIMIT", f"{names} DESC(?thing) LIMIT 3", is_ordered=True)


def _text(frame: str, values: Sequence[object]) -> Iterator[Question]:
    texts = [v.value for v in values if isinstance(v, Literal) and (v.language or _is_text(v))]
    if not texts:
        return
    text = max(texts, key=len)
    part = str(Literal(text[len(text) // 3 :][:6]))
    start = str(Literal(text[:3]))
    for condition in (
        f"CONTAINS(?value, {part})",
        f"CONTAINS(LCASE(STR(?value)), LCASE({part}))",
        f"STRSTARTS(?value, {start})",
        f"STRENDS(STR(?value), {Literal(text[-2:])!s})",
        'REGEX(?value, "^[A-ZÅÄÖ].*[aeo]", "i")',
        f"CONTAINS(?value, {part}) || LANGMATCHES(LANG(?value), 'sv')",
    ):
        yield Question("text filter", f"SELECT ?thing ?value {{ {frame} FILTER({condition}) }}")


def _is_text(value: Literal) -> bool:
    return value.datatype.value == _STRING


def _compared(frame: str, values: Sequence[object], other: NamedNode) -> Iterator[Question]:
    typed = [v for v in values if isinstance(v, Literal) and v.datatype.value in _ORDERED]
    if not typed:
        return
    middle = str(typed[len(typed) // 2])
    for operator in (">=", "<", "="):
        yield Question(
            "comparison",
            f"SELECT ?value (COUNT(*) AS ?n) {{ {frame} FILTER(?value {operator} {middle}) }}"
            " GROUP BY ?value",
        )
    limits = f"?value >= {typed[0]} && ?value <= {middle}"
    joined = f"{frame} ; {other} ?other FILTER({limits})"
    groups = f"SELECT ?other (COUNT(*) AS ?n) {{ {joined} }} GROUP BY ?other"
    yield Question("counted join with a filter", groups)
