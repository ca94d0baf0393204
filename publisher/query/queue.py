"""Who is next: one bounded queue for all that costs much, which is fair to clients.

A client that has used little goes before one that has used much. Of several places, the last is
kept for those who have used little, as soon as there is anybody else: so the heaviest requests of
some never keep all others waiting for longer than one of them may take.

A thread that has a place has it for all it does meanwhile: what it asks for inside waits for no
second place, so that no two can wait for each other. What has no thread (a query in the event loop)
enters, is called when its place is free, and leaves.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from publisher.errors import ClientBusy, ClientDisconnected, EngineBusy

# Seconds of work after which a client counts as one who has used much; half is forgotten
# after each of the second number.
_HEAVY_USE_SECONDS = 5.0
_HALVED_AFTER_SECONDS = 60.0
_MOST_CLIENTS = 2000
_Value = TypeVar("_Value")
_RETRY_LATER = "Send the request again in a few seconds."
# So often who waits looks whether its client is still there.
POLL_SECONDS = 0.25


def _nobody() -> None:
    """Tell nobody."""


def queue_full() -> EngineBusy:
    """Return the error of a request that was sent away."""
    return EngineBusy("The queue is full.", remedy=_RETRY_LATER)


def client_left() -> ClientDisconnected:
    """Return the error of a request whose answer nobody waits for any more."""
    return ClientDisconnected("The client has left.")


def never_disconnected() -> bool:
    """Return False: for clients whose connection cannot be observed."""
    return False


@dataclass(eq=False)
class QueuedRequest:
    """One request that waits or is at work.

    Attributes:
        client: Whose it is.
        arrived: When it came.
        decided: Called when it gets its place, or is sent away, after a wait; perhaps in another
            thread, which must not be kept.
        started: When it got its place; 0 before.
        is_refused: Whether it was sent away, since the queue is full.
    """

    client: str
    arrived: float
    decided: Callable[[], None]
    started: float = 0.0
    is_refused: bool = False


class FairQueue:
    """A number of slots, and the fair queue in front of them."""

    def __init__(
        self,
        places: int,
        queue: int,
        share: int,
        wait_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set the bounds.

        Args:
            places: Requests at work at one time.
            queue: Requests that may wait.
            share: Requests of one client at work or waiting.
            wait_seconds: Longest wait.
            clock: Seconds since some instant.
        """
        self._places, self._queue, self._share = places, queue, share
        self.wait_seconds, self._clock = wait_seconds, clock
        self._lock = threading.Lock()
        self._working: list[QueuedRequest] = []
        self._waiting: list[QueuedRequest] = []
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()
        # Clients who had used little when they last came, the latest at the end.
        self._modest: OrderedDict[str, float] = OrderedDict()
        self._of_thread = threading.local()

    def counts(self) -> tuple[int, int]:
        """Return how many requests are at work, and how many wait."""
        return len(self._working), len(self._waiting)

    @contextmanager
    def slot(
        self, client: str, has_left: Callable[[], bool] = never_disconnected
    ) -> Iterator[None]:
        """Hold a place while the body runs; a thread that has one already goes on with that.

        Args:
            client: Whose share it takes from.
            has_left: Returns whether the client has disconnected; called repeatedly while this
                waits, in its thread.

        Raises:
            ClientBusy: The client has its share already.
            ClientDisconnected: Nobody waits for the answer any more.
            EngineBusy: The queue is full, or the wait was too long.
        """
        if self._is_held():
            yield
            return
        decided = threading.Event()
        queued = self.enter(client, decided.set)
        if not (queued.started or queued.is_refused):
            self._wait(queued, decided, has_left)
        if queued.is_refused:
            raise queue_full()
        with self._holding(queued):
            yield

    @contextmanager
    def slot_at_once(self, client: str) -> Iterator[bool]:
        """Hold a place while the body runs, if there is one at once; tell whether there is."""
        if self._is_held():
            yield True
            return
        queued = self._enter_at_once(client)
        if queued is None:
            yield False
            return
        with self._holding(queued):
            yield True

    def _is_held(self) -> bool:
        return getattr(self._of_thread, "is_held", False)

    @contextmanager
    def _holding(self, queued: QueuedRequest) -> Iterator[None]:
        self._of_thread.is_held = True
        try:
            yield
        finally:
            self._of_thread.is_held = False
            self.leave(queued)

    def _wait(
        self, queued: QueuedRequest, decided: threading.Event, has_left: Callable[[], bool]
    ) -> None:
        end = time.monotonic() + self.wait_seconds
        while not decided.wait(min(POLL_SECONDS, max(0.0, end - time.monotonic()))):
            if has_left() and self.give_up(queued):
                raise client_left()
            if time.monotonic() >= end and self.give_up(queued):
                raise self.too_long()

    def too_long(self) -> EngineBusy:
        """Return the error of a request whose turn did not come."""
        return EngineBusy(
            "The request waited {seconds} seconds, and its turn did not come.",
            remedy=_RETRY_LATER,
            seconds=f"{self.wait_seconds:g}",
        )

    def _enter_at_once(self, client: str) -> QueuedRequest | None:
        now = self._clock()
        with self._lock:
            queued = QueuedRequest(client, now, _nobody)
            is_free = not self._waiting and self._count(client) < self._share
            if not is_free or not self._may_begin(client, now):
                return None
            self._start(queued, now)
        return queued

    def enter(self, client: str, decided: Callable[[], None]) -> QueuedRequest:
        """Queue a request; it may have its place, or have been sent away, on return.

        Anyone who enters and gets a place must leave, or else give up before.

        Args:
            client: Whose share it takes from.
            decided: Called when it was decided after a wait; see ``QueuedRequest``.

        Raises:
            ClientBusy: The client has its share already.
        """
        now = self._clock()
        with self._lock:
            if self._is_light_user(client, now):
                self._modest[client] = now
                self._modest.move_to_end(client)
                _drop_idle_clients(self._modest)
            if self._count(client) >= self._share:
                raise ClientBusy(
                    "You have {share} requests running or waiting here, as many as one"
                    " client may have.",
                    remedy="Wait for their answers, then send the next.",
                    share=self._share,
                )
            queued = QueuedRequest(client, now, decided)
            if not self._waiting and self._may_begin(client, now):
                self._start(queued, now)
                return queued
            self._waiting.append(queued)
            self._admit(now)
            if not queued.started and len(self._waiting) > self._queue:
                self._refuse_one(queued)
        return queued

    def _count(self, client: str) -> int:
        found = 0
        for queued in (*self._working, *self._waiting):
            found += queued.client == client
        return found

    def _refuse_one(self, newest: QueuedRequest) -> None:
        """Send away the latest request of the client with most waiting; the newest among equals."""
        waiting = Counter(queued.client for queued in self._waiting)
        client, most = waiting.most_common(1)[0]
        if most <= waiting[newest.client]:
            client = newest.client
        last = [queued for queued in self._waiting if queued.client == client][-1]
        self._waiting.remove(last)
        last.is_refused = True
        last.decided()

    def give_up(self, queued: QueuedRequest) -> bool:
        """Take a request out of the queue; False when it was decided at the last moment."""
        with self._lock:
            if queued not in self._waiting:
                return False
            self._waiting.remove(queued)
        return True

    def leave(self, queued: QueuedRequest) -> None:
        """Give a place back, to those who wait."""
        now = self._clock()
        with self._lock:
            self._working.remove(queued)
            self._used[queued.client] = (
                self._spent(queued.client, now) + now - queued.started,
                now,
            )
            self._used.move_to_end(queued.client)
            _drop_idle_clients(self._used)
            self._admit(now)

    def _admit(self, now: float) -> None:
        """Give free places to those who may have them."""
        while self._waiting:
            may = [queued for queued in self._waiting if self._may_begin(queued.client, now)]
            if not may:
                return
            queued = min(may, key=lambda t: (self._uses(t.client, now), t.arrived))
            self._waiting.remove(queued)
            self._start(queued, now)
            queued.decided()

    def _start(self, queued: QueuedRequest, now: float) -> None:
        self._working.append(queued)
        queued.started = now

    def _may_begin(self, client: str, now: float) -> bool:
        free = self._places - len(self._working)
        return free > 1 or (free == 1 and self._may_take_reserved_slot(client, now))

    def _may_take_reserved_slot(self, client: str, now: float) -> bool:
        if self._places == 1 or self._is_light_user(client, now):
            return True
        others = (came for other, came in reversed(self._modest.items()) if other != client)
        return now - next(others, float("-inf")) > _HALVED_AFTER_SECONDS

    def _spent(self, client: str, now: float) -> float:
        """Return the seconds of work a client has used, the older the less."""
        seconds, then = self._used.get(client, (0.0, now))
        return float(seconds * 0.5 ** ((now - then) / _HALVED_AFTER_SECONDS))

    def _uses(self, client: str, now: float) -> float:
        seconds = self._spent(client, now)
        for queued in self._working:
            if queued.client == client:
                seconds += now - queued.started
        return seconds

    def _is_light_user(self, client: str, now: float) -> bool:
        return self._uses(client, now) < _HEAVY_USE_SECONDS


def _drop_idle_clients(remembered: OrderedDict[str, _Value]) -> None:
    while len(remembered) > _MOST_CLIENTS:
        remembered.popitem(last=False)
