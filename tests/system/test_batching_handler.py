from __future__ import annotations

import io
import logging
import os
import threading

import pytest

from publisher.system import batching_handler
from publisher.system.batching_handler import BatchingHandler, UnblockedHandler

SECONDS = 20.0


class Unread(io.StringIO):
    """A stream that nobody reads until a test says so."""

    def __init__(self) -> None:
        """Let nothing through."""
        super().__init__()
        self.read_on, self.begun = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        """Write, when it is read."""
        self.begun.set()
        assert self.read_on.wait(SECONDS)
        return super().write(text)


def logger(stream: io.StringIO) -> tuple[logging.Logger, BatchingHandler]:
    """Return a logger of a test's own that writes to a stream."""
    made, handler = logging.Logger("test"), BatchingHandler(stream)
    made.addHandler(handler)
    return made, handler


def test_lines_are_written_in_their_order() -> None:
    """In one piece, a moment later; the end of a process waits for them."""
    stream = io.StringIO()
    made, handler = logger(stream)
    for number in range(100):
        made.info("%d", number)
    handler.flush()
    assert stream.getvalue().split() == [str(number) for number in range(100)]


@pytest.mark.slow
def test_nobody_waits_for_who_reads_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too much is dropped, and told."""
    monkeypatch.setattr(batching_handler, "_MOST_LINES", 10)
    stream = Unread()
    made, handler = logger(stream)
    made.info("first")
    assert stream.begun.wait(SECONDS)
    for number in range(25):
        made.info("%d", number)  # would wait for ever
    stream.read_on.set()
    handler.flush()
    lines = stream.getvalue().splitlines()
    assert lines[:2] == ["first", "0"]
    assert lines[-1] == "15 lines of the log were dropped: nobody read it."


def test_a_stream_that_is_closed_ends_nothing() -> None:
    """As with every handler: what cannot be written is lost."""
    stream = io.StringIO()
    made, handler = logger(stream)
    stream.close()
    made.info("lost")
    handler.flush()
    made.info("lost, too")
    handler.flush()


def test_a_line_is_written_at_once_or_dropped_when_nobody_reads() -> None:
    """The pipe of a log that nobody reads must not stop the thread that follows releases."""
    reading, writing = os.pipe()
    with open(writing, "w") as stream:
        made = logging.Logger("test")
        made.addHandler(UnblockedHandler(stream))
        made.info("först")
        assert os.read(reading, 100) == "först\n".encode()
        for number in range(2000):
            made.info("%d %s", number, "x" * 100)
            if number == 800:
                os.set_blocking(reading, False)
        kept = os.read(reading, 1 << 20)
        assert kept.startswith(b"0 xxx")
        assert b"\n1999 xxx" not in kept
        made.info("again")
        assert os.read(reading, 100) == b"again\n"
        os.close(reading)
        made.info("nobody reads any more")


def test_a_stream_without_a_descriptor_is_written_to_as_well() -> None:
    stream, made = io.StringIO(), logging.Logger("test")
    made.addHandler(UnblockedHandler(stream))
    made.info("here")
    assert stream.getvalue() == "here\n"
