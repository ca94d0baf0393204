from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from publisher.errors import QueryRefused
from publisher.query.endpoint import AnswerCache, Endpoint
from publisher.query.engine import Answer, Description, Operation, QueryLimits, Solution
from publisher.query.queue import FairQueue
from publisher.system.cache import ENTRY_BYTES, memory_of

DEFAULT_BUILDS = True


@dataclass
class Counting:
    """An engine that writes down what it is asked."""

    asked: list[Operation] = field(default_factory=list)

    def answer(self, operation: Operation) -> Answer:
        """Return forty bytes."""
        self.asked.append(operation)
        return Answer(operation.solutions_type, b"x" * 40)

    def knows(self, subject: str) -> bool:
        """Know nothing."""
        return False

    def describe(self, subjects: Sequence[str], page: int, page_size: int) -> Description | None:
        """Know nothing."""
        return None

    def rows(self, query: str) -> list[Solution]:
        """Know nothing."""
        return []

    def trouble(self) -> None:
        """Be well."""

    def close(self) -> None:
        """Hold nothing."""


def make(engine: Counting, most_bytes: int = 10_000) -> Endpoint:
    """Return an endpoint with one place."""
    limits = QueryLimits(1, 1 << 20, 1 << 20)
    return Endpoint(engine, limits, FairQueue(1, 1, 1, 1.0), AnswerCache(most_bytes))


def test_the_same_query_is_evaluated_once() -> None:
    """A release never changes, so neither does the answer."""
    engine = Counting()
    endpoint = make(engine)
    first = endpoint.answer(Operation("ASK {}"), "a")
    assert endpoint.answer(Operation("ASK {}", seconds=2.0), "b") is first
    assert len(engine.asked) == 1


@pytest.mark.parametrize("other", ["ASK\n{ } # yes", "# first\r\nASK{}", "ASK\t{\t}"])
def test_blanks_and_comments_make_no_other_query(other: str) -> None:
    """Programs indent their queries, and name themselves in a comment."""
    engine = Counting()
    endpoint = make(engine)
    first = endpoint.answer(Operation("ASK {}"), "a")
    assert endpoint.answer(Operation(other), "b") is first
    assert len(engine.asked) == 1


def test_an_answer_from_the_memory_is_counted() -> None:
    """Else nobody sees whether the memory is worth its bytes."""
    hits: list[bool] = []
    endpoint = replace(make(Counting()), count_hit=lambda: hits.append(True))
    for _ in range(3):
        endpoint.answer(Operation("ASK {}"), "a")
    assert len(hits) == 2


@pytest.mark.parametrize(
    "other",
    [
        Operation("ASK { FILTER(true) }"),
        Operation("ASK {}", solutions_type="text/csv"),
        Operation("ASK {}", default_graphs=("urn:g",)),
        Operation("ASK {}", named_graphs=("urn:g",)),
        Operation("ASK {}", base_iri="http://e/"),
        Operation("ASK {}", prefixes=(("e", "http://e/"),)),
    ],
)
def test_whatever_can_change_an_answer_tells_queries_apart(other: Operation) -> None:
    """Query, dataset, media type, base and prefixes."""
    engine = Counting()
    endpoint = make(engine)
    endpoint.answer(Operation("ASK {}"), "a")
    endpoint.answer(other, "a")
    assert len(engine.asked) == 2


def test_the_memory_of_answers_is_bounded_by_bytes() -> None:
    """The oldest goes; what was asked again is not the oldest."""
    engine = Counting()
    queries = [Operation(f"ASK {{}} LIMIT {n}") for n in range(5)]
    key = make(Counting()).check(queries[0]).key
    one = memory_of(key) + memory_of(Answer("text/csv", b"x" * 40)) + ENTRY_BYTES
    endpoint = make(engine, most_bytes=4 * one + one // 2)
    for query in queries[:4]:
        endpoint.answer(query, "a")
    endpoint.answer(queries[0], "a")
    endpoint.answer(queries[4], "a")
    assert len(engine.asked) == 5
    assert endpoint.check(queries[0]).remembered is not None
    assert endpoint.check(queries[1]).remembered is None


def test_an_answer_too_long_to_be_worth_it_is_not_kept() -> None:
    """One answer must not push out all others."""
    engine = Counting()
    endpoint = make(engine, most_bytes=1000)
    endpoint.answer(Operation("ASK {}"), "a")
    assert endpoint.check(Operation("ASK {}")).remembered is None


def test_a_refused_query_takes_no_turn_and_reaches_no_engine() -> None:
    """What can be refused for nothing costs nothing."""
    engine = Counting()
    with pytest.raises(QueryRefused):
        make(engine).answer(Operation("LOAD <http://e/>"), "a")
    assert engine.asked == []


@pytest.mark.parametrize(
    "operation",
    [
        Operation("ASK {}", default_graphs=tuple(f"urn:{n}" for n in range(101))),
        Operation("ASK {}", named_graphs=tuple(f"urn:{n}" for n in range(101))),
        Operation(
            "ASK FROM <urn:a> {}",
            default_graphs=tuple(f"urn:{n}" for n in range(50)),
            named_graphs=tuple(f"urn:{n}" for n in range(50)),
        ),
        Operation("ASK " + "FROM NAMED <urn:a> " * 101 + "{}"),
        Operation("PREFIX e: <urn:> ASK" + "FROMe:a " * 101 + "{}"),
    ],
)
def test_a_dataset_of_very_many_graphs_is_refused(operation: Operation) -> None:
    """Named by the request, by the query, or by both."""
    engine = Counting()
    with pytest.raises(QueryRefused) as refused:
        make(engine).answer(operation, "a")
    assert refused.value.limit == "query_graphs"
    assert engine.asked == []


def test_a_dataset_of_a_hundred_graphs_is_answered() -> None:
    """GRAPH and strings with the word in them are no dataset clauses."""
    text = "ASK { GRAPH <urn:from> { ?from a 'FROM' } FILTER(?x = 'FROM <urn:a>') }"
    graphs = tuple(f"urn:{n}" for n in range(100))
    make(Counting()).answer(Operation(text, default_graphs=graphs), "a")
