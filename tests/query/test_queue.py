from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from publisher.errors import ClientBusy, ClientDisconnected, EngineBusy
from publisher.query.queue import FairQueue, never_disconnected

DEFAULT_BUILDS = True


@dataclass
class Clock:
    """Time that passes when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


@dataclass
class Asking:
    """A client that takes a turn on a thread of its own, and holds it until told."""

    turns: FairQueue
    client: str
    has_left: Callable[[], bool] = never_disconnected
    started: threading.Event = field(default_factory=threading.Event)
    end: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None

    def __post_init__(self) -> None:
        """Begin to wait."""
        self.thread = threading.Thread(target=self._ask)
        self.thread.start()

    def _ask(self) -> None:
        try:
            with self.turns.slot(self.client, self.has_left):
                self.started.set()
                self.end.wait(20)
        except (ClientBusy, ClientDisconnected, EngineBusy) as error:
            self.error = error

    def __enter__(self) -> Asking:
        """Hold the place while the block runs."""
        assert self.started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self.finish()

    def finish(self) -> None:
        """Give the place back."""
        self.end.set()
        self.thread.join()


def make(clock: Clock, *, places: int = 1, queue: int = 10, share: int = 5) -> FairQueue:
    """Return turns whose waits do not end by themselves within a test."""
    return FairQueue(places, queue, share, 20.0, clock)


def wait_for(claim: Callable[[], bool]) -> None:
    """Wait until a claim is true."""
    pause = threading.Event()
    for _ in range(2000):
        if claim():
            return
        pause.wait(0.005)
    raise AssertionError("it never came true")


def use(turns: FairQueue, clock: Clock, client: str, seconds: float) -> None:
    """Let a client use a place for some time."""
    with turns.slot(client):
        clock.now += seconds


def test_a_free_place_is_given_at_once() -> None:
    """Nobody waits for nothing."""
    turns = make(Clock())
    with turns.slot("a"):
        assert turns.counts() == (1, 0)
    assert turns.counts() == (0, 0)


def test_one_client_has_no_more_than_its_share() -> None:
    """The rest of the queue is for others."""
    turns = make(Clock(), places=2, share=2)
    with Asking(turns, "a"), Asking(turns, "a"):
        with pytest.raises(ClientBusy, match="2 requests"), turns.slot("a"):
            pass
        waiting = Asking(turns, "b")
        wait_for(lambda: turns.counts() == (2, 1))
    assert waiting.started.wait(10)
    waiting.finish()


def test_a_full_queue_sends_the_newest_away() -> None:
    """Better told at once than kept waiting for nothing."""
    turns = make(Clock(), queue=1)
    with Asking(turns, "a"):
        first = Asking(turns, "b")
        wait_for(lambda: turns.counts() == (1, 1))
        with pytest.raises(EngineBusy, match="queue is full"), turns.slot("c"):
            pass
    assert first.started.wait(10)
    first.finish()


def test_in_a_full_queue_the_greediest_gives_way() -> None:
    """Whoever fills the queue does not keep the others out."""
    turns = make(Clock(), queue=2)
    with turns.slot("greedy"):
        greedy = [Asking(turns, "greedy")]
        wait_for(lambda: turns.counts() == (1, 1))
        greedy.append(Asking(turns, "greedy"))
        wait_for(lambda: turns.counts() == (1, 2))
        other = Asking(turns, "other")
        greedy[1].thread.join(10)
        assert isinstance(greedy[1].error, EngineBusy)
    greedy[0].finish()
    assert other.started.wait(10)
    other.finish()


def test_who_has_used_little_goes_first() -> None:
    """Order of arrival decides among equals only."""
    clock = Clock()
    turns = make(clock)
    use(turns, clock, "heavy", 9.0)
    stack = ExitStack()
    stack.enter_context(turns.slot("x"))
    heavy = Asking(turns, "heavy")
    wait_for(lambda: turns.counts() == (1, 1))
    light = Asking(turns, "light")
    wait_for(lambda: turns.counts() == (1, 2))
    stack.close()
    assert light.started.wait(10)
    assert not heavy.started.is_set()
    light.finish()
    assert heavy.started.wait(10)
    heavy.finish()


def test_the_last_place_is_kept_from_heavy_clients_once_others_are_there() -> None:
    """So that a light query never waits for longer than one heavy one takes."""
    clock = Clock()
    turns = make(clock, places=2)
    use(turns, clock, "heavy", 9.0)
    use(turns, clock, "light", 0.1)
    with Asking(turns, "heavy"):
        second = Asking(turns, "heavy")
        wait_for(lambda: turns.counts() == (1, 1))
        with turns.slot("light"):
            assert turns.counts() == (2, 1)
        assert turns.counts() == (1, 1)
    assert second.started.wait(10)
    second.finish()


def test_a_client_that_is_alone_may_use_every_place() -> None:
    """What nobody else wants need not lie idle."""
    clock = Clock()
    turns = make(clock, places=2)
    use(turns, clock, "heavy", 9.0)
    with Asking(turns, "heavy"), Asking(turns, "heavy"):
        assert turns.counts() == (2, 0)


def test_what_was_used_is_forgotten_with_time() -> None:
    """Half of it each minute."""
    clock = Clock()
    turns = make(clock, places=2)
    use(turns, clock, "heavy", 9.0)
    clock.now += 61
    use(turns, clock, "light", 0.1)
    with Asking(turns, "heavy"), Asking(turns, "heavy"):
        assert turns.counts() == (2, 0)


def test_a_wait_ends_at_its_limit() -> None:
    """503 says more than a connection that hangs."""
    turns = FairQueue(1, 5, 5, 0.05)
    with Asking(turns, "a"):
        with pytest.raises(EngineBusy, match=r"waited 0\.05 seconds"), turns.slot("b"):
            pass
        assert turns.counts() == (1, 0)


def test_a_thread_that_has_a_place_waits_for_no_second_one() -> None:
    """A table that asks the engine inside; two such would wait for each other for ever."""
    turns = make(Clock(), share=1, queue=1)
    with turns.slot("a"), turns.slot("a"), turns.slot_at_once("a") as has_turn:
        assert has_turn
        assert turns.counts() == (1, 0)
    assert turns.counts() == (0, 0)
    with turns.slot("a"):
        assert turns.counts() == (1, 0)


def test_a_place_is_given_back_when_the_work_breaks() -> None:
    """Also when it broke further inside."""
    turns = make(Clock())
    with pytest.raises(ZeroDivisionError), turns.slot("a"), turns.slot("a"):
        raise ZeroDivisionError
    assert turns.counts() == (0, 0)


@pytest.mark.slow
def test_whoever_has_left_is_dropped_from_the_queue() -> None:
    """Nobody reads the answer, so nobody needs to make it."""
    turns = make(Clock())
    left = threading.Event()
    with Asking(turns, "a"):
        waiting = Asking(turns, "b", left.is_set)
        wait_for(lambda: turns.counts() == (1, 1))
        left.set()
        waiting.thread.join(10)
        assert turns.counts() == (1, 0)
    assert isinstance(waiting.error, ClientDisconnected)
    assert not waiting.started.is_set()


def test_what_need_not_be_done_waits_for_nothing() -> None:
    """Neither for a place, nor before those who wait, nor beyond the share of a client."""
    turns = make(Clock(), places=2, share=1)
    with turns.slot_at_once("a") as first:
        assert first
    with Asking(turns, "a"):
        with turns.slot_at_once("a") as beyond_share:
            assert not beyond_share
        with turns.slot_at_once("b") as other:
            assert other
        with Asking(turns, "b"), turns.slot_at_once("c") as none_free:
            assert not none_free
            assert turns.counts() == (2, 0)
    assert turns.counts() == (0, 0)
