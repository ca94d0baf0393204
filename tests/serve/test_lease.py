"""Who is in finishes, nobody comes in any more, and the last one shuts the door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from publisher.serve.lease import DrainingApp


class Door:
    """Counts how often it was shut."""

    def __init__(self) -> None:
        """Begin open."""
        self.shut = 0

    def __call__(self) -> None:
        """Shut it."""
        self.shut += 1


def whole(_environ: object, _start: object) -> list[bytes]:
    """Answer at once."""
    return [b"done"]


def slowly(_environ: object, _start: object) -> Iterator[bytes]:
    """Answer bit by bit."""
    yield b"one"
    yield b"two"


def broken(_environ: object, _start: object) -> list[bytes]:
    """Break."""
    raise RuntimeError("broken")


def asked(turnstile: DrainingApp) -> Iterable[bytes]:
    """Enter and ask."""
    assert turnstile.acquire()
    environ: Any = {}
    start: Any = None
    return turnstile.answer(environ, start)


def test_an_empty_one_ends_when_it_is_closed() -> None:
    """Nothing is waited for."""
    door = Door()
    DrainingApp(whole, door).close()
    assert door.shut == 1


def test_nobody_enters_a_closed_one() -> None:
    """The next release answers instead."""
    turnstile = DrainingApp(whole, Door())
    turnstile.close()
    assert not turnstile.acquire()


def test_a_body_that_is_still_read_keeps_it_open() -> None:
    """A long download finishes on the release it began with."""
    door = Door()
    turnstile = DrainingApp(slowly, door)
    chunks: Any = asked(turnstile)
    turnstile.close()
    assert (next(chunks), door.shut) == (b"one", 0)
    chunks.close()
    assert door.shut == 1


def test_closing_a_body_twice_counts_once() -> None:
    """A server may do so."""
    door = Door()
    turnstile = DrainingApp(slowly, door)
    first: Any = asked(turnstile)
    second: Any = asked(turnstile)
    turnstile.close()
    first.close()
    first.close()
    assert door.shut == 0
    second.close()
    assert door.shut == 1


def test_a_body_that_is_forgotten_counts_as_closed() -> None:
    """A client that hung up must not keep a release open for ever."""
    door = Door()
    turnstile = DrainingApp(slowly, door)
    chunks = asked(turnstile)
    turnstile.close()
    del chunks
    assert door.shut == 1


def test_an_application_that_breaks_leaves_too() -> None:
    """An error is an end."""
    door = Door()
    turnstile = DrainingApp(broken, door)
    with pytest.raises(RuntimeError):
        asked(turnstile)
    turnstile.close()
    assert door.shut == 1
