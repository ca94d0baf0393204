"""Whose query is next: a bounded queue that is fair to clients.

A client that has used little goes before one that has used much. Of several places, the last is
kept for those who have used little, as soon as there is anybody else: so the heaviest queries of
some never keep all others waiting for longer than one query may take.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from publisher.errors import ClientBusy, EngineBusy

# Seconds of evaluation after which a client counts as one who has used much; half is forgotten
# after each of the second number.
_MUCH_SECONDS = 5.0
_HALVED_AFTER_SECONDS = 60.0
_REMEMBERED = 2000
_Value = TypeVar("_Value")
_COME_BACK = "Send the query again in a few seconds."


@dataclass
class _Turn:
    """One query that waits or is at work."""

    client: str
    arrived: float
    started: float = 0.0
    is_refused: bool = False
    decided: threading.Event = field(default_factory=threading.Event)


class Turns:
    """A number of places, and the queue in front of them."""

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
            places: Queries at work at one time.
            queue: Queries that may wait.
            share: Queries of one client at work or waiting.
            wait_seconds: Longest wait.
            clock: Seconds since some instant.
        """
        self._places, self._queue, self._share = places, queue, share
        self._wait_seconds, self._clock = wait_seconds, clock
        self._lock = threading.Lock()
        self._working: list[_Turn] = []
        self._waiting: list[_Turn] = []
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()
        # Clients who had used little when they last came, the latest at the end.
        self._modest: OrderedDict[str, float] = OrderedDict()

    def counts(self) -> tuple[int, int]:
        """Return how many queries are at work, and how many wait."""
        return len(self._working), len(self._waiting)

    @contextmanager
    def turn(self, client: str) -> Iterator[None]:
        """Hold a place while the body runs.

        Raises:
            ClientBusy: The client has its share already.
            EngineBusy: The queue is full, or the wait was too long.
        """
        turn = self._enter(client)
        if not turn.decided.wait(self._wait_seconds):
            self._give_up(turn)
        if turn.is_refused:
            raise EngineBusy("The queue of queries is full.", remedy=_COME_BACK)
        try:
            yield
        finally:
            self._leave(turn)

    def _enter(self, client: str) -> _Turn:
        now = self._clock()
        with self._lock:
            if self._is_modest(client, now):
                self._modest[client] = now
                self._modest.move_to_end(client)
                _forget(self._modest)
            if sum(turn.client == client for turn in self._all()) >= self._share:
                raise ClientBusy(
                    "You have {share} queries at work or waiting here, as many as one client may"
                    " have.",
                    remedy="Wait for their answers, then send the next.",
                    share=self._share,
                )
            turn = _Turn(client, now)
            self._waiting.append(turn)
            self._admit(now)
            if not turn.started and len(self._waiting) > self._queue:
                self._refuse_one(turn)
        return turn

    def _all(self) -> list[_Turn]:
        return [*self._working, *self._waiting]

    def _refuse_one(self, newest: _Turn) -> None:
        """Send away the latest query of whoever has most waiting; the newest one among equals."""
        waiting = Counter(turn.client for turn in self._waiting)
        client, most = waiting.most_common(1)[0]
        if most <= waiting[newest.client]:
            client = newest.client
        last = [turn for turn in self._waiting if turn.client == client][-1]
        self._waiting.remove(last)
        last.is_refused = True
        last.decided.set()

    def _give_up(self, turn: _Turn) -> None:
        with self._lock:
            if turn not in self._waiting:
                return  # its place came free at the last moment
            self._waiting.remove(turn)
        raise EngineBusy(
            "The query waited {seconds} seconds and no worker came free.",
            remedy=_COME_BACK,
            seconds=f"{self._wait_seconds:g}",
        )

    def _leave(self, turn: _Turn) -> None:
        now = self._clock()
        with self._lock:
            self._working.remove(turn)
            self._used[turn.client] = (
                self._spent(turn.client, now) + now - turn.started,
                now,
            )
            self._used.move_to_end(turn.client)
            _forget(self._used)
            self._admit(now)

    def _admit(self, now: float) -> None:
        """Give free places to those who may have them."""
        while self._waiting and (free := self._places - len(self._working)) > 0:
            may = [t for t in self._waiting if free > 1 or self._may_take_last(t.client, now)]
            if not may:
                return
            turn = min(may, key=lambda t: (self._uses(t.client, now), t.arrived))
            self._waiting.remove(turn)
            self._working.append(turn)
            turn.started = now
            turn.decided.set()

    def _may_take_last(self, client: str, now: float) -> bool:
        if self._places == 1 or self._is_modest(client, now):
            return True
        others = (came for other, came in reversed(self._modest.items()) if other != client)
        return now - next(others, float("-inf")) > _HALVED_AFTER_SECONDS

    def _spent(self, client: str, now: float) -> float:
        """Return the seconds of evaluation a client has used, the older the less."""
        seconds, then = self._used.get(client, (0.0, now))
        return float(seconds * 0.5 ** ((now - then) / _HALVED_AFTER_SECONDS))

    def _uses(self, client: str, now: float) -> float:
        at_work = sum(now - turn.started for turn in self._working if turn.client == client)
        return self._spent(client, now) + at_work

    def _is_modest(self, client: str, now: float) -> bool:
        return self._uses(client, now) < _MUCH_SECONDS


def _forget(remembered: OrderedDict[str, _Value]) -> None:
    while len(remembered) > _REMEMBERED:
        remembered.popitem(last=False)
