"""No cache outgrows its setting, whatever strangers choose as keys, and whatever is kept below."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from publisher import languages
from publisher.languages import text_direction
from publisher.query import describe, endpoint
from publisher.query.engine import Answer as Solution
from publisher.query.engine import Operation
from publisher.rdf import collation
from publisher.rdf.collation import collation_key
from publisher.serve import response_cache
from publisher.serve.response_cache import CachedResponse
from publisher.system.cache import BoundedCache, memory_of

pytestmark = pytest.mark.slow

MOST_BYTES = 400_000
MOST_KEYS = 1_500
# The promise: no cache grows past its setting by more than a tenth.
TOLERATED = 1.1
EMOJI = "\N{GRINNING FACE}"


class Growth:
    """How much memory Python took while a block ran, in bytes."""

    bytes = 0


@contextmanager
def growth() -> Iterator[Growth]:
    """Measure what is allocated in a block and still held at its end."""
    found = Growth()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    try:
        yield found
        gc.collect()
        found.bytes = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def answer(number: int, body: bytes = b"", fields: int = 3) -> CachedResponse:
    """Return an answer of which there is no second one."""
    listed = [("ETag", f'"{number}"'), *((f"X-{n}", f"value {n} {number}") for n in range(fields))]
    return CachedResponse("200 OK", listed, body, f'"{number}"', "", listed[:2])


def numbers(kept: BoundedCache[Any, Any]) -> Iterator[int]:
    """Count until a cache has let go of as much as it holds."""
    for number in range(MOST_KEYS):
        if number > 2 * len(kept) + 10:
            return
        yield number


KEYS: dict[str, Callable[[int], tuple[str, ...]]] = {
    "tiny": lambda n: (f"{n:x}", "", "", "", ""),
    "long": lambda n: (f"/{n}" + "x" * 1000, "", "", "", ""),
    "letters beyond ASCII": lambda n: (f"/{n}" + "\xe5" * 1000, "", "", "", ""),
    "letters of four bytes": lambda n: (f"/{n}" + EMOJI * 300, "", "", "", ""),
    "many parts": lambda n: tuple(f"{part}{n}" for part in range(200)),
}
ANSWERS: dict[str, Callable[[int], CachedResponse]] = {
    "empty": lambda n: CachedResponse("200 OK", [], b"", "", ""),
    "small": answer,
    "large": lambda n: answer(n, bytes(20_000)),
    "many fields": lambda n: answer(n, b"", 200),
    "the same": lambda n: answer(1, b"x" * 2000),
}


@pytest.mark.parametrize("value", ANSWERS)
@pytest.mark.parametrize("key", KEYS)
def test_the_memory_of_documents_stays_within_its_setting(key: str, value: str) -> None:
    """Also when each answer has been sent in all its forms, which stay with it."""
    kept = response_cache.ResponseStore(MOST_BYTES)
    environ = {"REQUEST_METHOD": "GET"}
    with growth() as grown:
        for number in numbers(kept):
            made = kept.put(KEYS[key](number), ANSWERS[value](number))
            made.raw_response(environ)
            made.raw_response({"REQUEST_METHOD": "HEAD"})
            made.raw_response(environ | {"HTTP_IF_NONE_MATCH": "*"})
            del made
    assert 0 < kept.size <= MOST_BYTES
    assert grown.bytes <= MOST_BYTES * TOLERATED


OPERATIONS: dict[str, Callable[[int], Operation]] = {
    "tiny": lambda n: Operation(f"{n}"),
    "long": lambda n: Operation(f"ASK {{}} #{n}" + "x" * 20_000),
    "letters of four bytes": lambda n: Operation(f"ASK {{}} #{n}" + EMOJI * 5_000),
    "graphs": lambda n: Operation("ASK {}", default_graphs=tuple(f"a:{n}:{k}" for k in range(100))),
    "very many graphs": lambda n: Operation(
        "ASK {}", named_graphs=tuple(f"a:{n}:{k}" for k in range(500))
    ),
    "prefixes": lambda n: Operation(
        "", prefixes=tuple((f"p{n}{k}", f"urn:{k}") for k in range(99))
    ),
}


@pytest.mark.parametrize("body", [b"", b"x" * 20_000])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_memory_of_queries_stays_within_its_setting(operation: str, body: bytes) -> None:
    """The key holds more than the text of the query: it is what strangers choose."""
    kept = endpoint.AnswerCache(MOST_BYTES)
    with growth() as grown:
        for number in numbers(kept):
            kept.put(OPERATIONS[operation](number), Solution("text/csv", body + b"%d" % number))
    assert 0 < kept.size <= MOST_BYTES
    assert grown.bytes <= MOST_BYTES * TOLERATED


def test_the_memory_of_labels_is_bounded_by_their_length() -> None:
    """Labels are what the data say: some of it calls things by whole pages."""
    store, name = Store(), NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    for number in range(300):
        thing = NamedNode(f"urn:{number}")
        store.add(Quad(thing, name, Literal(f"{number}" + "å" * 50_000)))
    found = describe.Describer(store)
    assert all(found._labels(f"urn:{number}") for number in range(300))
    assert 0 < found._known.size <= describe._LABELS_BYTES
    assert len(found._known) < 300


def test_what_is_used_again_outlives_a_flood_of_what_is_not() -> None:
    """A crawler with a thousand query strings does not wash out the home page."""
    kept: BoundedCache[str, bytes] = BoundedCache(100_000)
    kept.put("home", b"x" * 1000)
    for number in range(2_000):
        kept.put(f"{number}", b"x" * 100)
        assert kept.get("home") is not None
    assert kept.get("0") is None
    assert kept.recent()[0] == "home"


def test_values_that_share_an_identity_are_held_once_to_the_last_key() -> None:
    """And counted once."""
    kept: BoundedCache[str, bytes] = BoundedCache(1 << 20, identity_of=lambda value: value)
    first = kept.put("a", b"x" * 10_000)
    one = kept.size
    assert kept.put("b", bytes(bytearray(first))) is first
    assert kept.size - one < 2_000


def test_a_cache_holds_no_more_entries_than_it_may() -> None:
    """Of what is an open file, for instance."""
    kept: BoundedCache[int, bytes] = BoundedCache(1 << 20, most_entries=3)
    for number in range(10):
        kept.put(number, b"")
    assert [number for number in range(10) if kept.get(number) is not None] == [7, 8, 9]


def test_what_is_known_of_languages_does_not_grow_with_those_that_visitors_name() -> None:
    """A tag may stand in every address (``?clang=``)."""
    for number in range(3000):
        text_direction(f"sv-x-a{number}")
        collation_key("ö", f"q{number:07}")
    for function in (languages._locale, collation._language, collation._tailoring):
        assert function.cache_info().currsize <= 1024


@pytest.mark.parametrize(
    "value",
    [
        "x" * 1000,
        EMOJI * 1000,
        b"x" * 1000,
        [str(number) for number in range(1000)],
        {str(number): [number] for number in range(1000)},
        Operation("ASK {}", named_graphs=tuple(f"urn:{n}" for n in range(1000))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_memory_is_counted_at_least_as_python_does(value: object) -> None:
    """A copy of a value that is made anew takes no more than was counted."""
    written = repr(value)
    names = {"Operation": Operation}
    with growth() as grown:
        copied = eval(written, names)
    assert copied == value
    assert grown.bytes <= memory_of(value) + 2048
