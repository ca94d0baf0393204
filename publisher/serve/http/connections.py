"""All connections of one web process: how many, how much they hold, and for how long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from email.utils import formatdate
from http import HTTPStatus

from publisher.serve.http.connection import Connection
from publisher.serve.http.limits import ServerLimits
from publisher.serve.http.wsgi import ApplicationThreads
from publisher.serve.queue import client_address

# So many connections, of a hundred, make room at once when there is none.
_SPARE_PERCENT = 2
# Clients beyond the limit that get a refusal; further ones get nothing.
_MOST_REFUSALS_SENT = 64
_CHECKS_PER_TIMEOUT = 8
_LONGEST_CHECK_SECONDS = 1.0
_RETRY_SECONDS = 5
# When nobody could make room, nobody is looked for until then.
_PAUSE_SECONDS = 0.05
# The loop needs a few rounds to close the sockets of connections that have ended.
_CLOSING_SECONDS = 0.05
_log = logging.getLogger("publisher")


class Connections:
    """The open connections of a web process."""

    def __init__(
        self, threads: ApplicationThreads, limits: ServerLimits, loop: asyncio.AbstractEventLoop
    ) -> None:
        """Begin with none."""
        self.threads, self.limits, self.loop = threads, limits, loop
        self._open: set[Connection] = set()
        self._clients: Counter[str] = Counter()
        self._received_bytes = self._sending_bytes = self._refusals = 0
        self._full_until = 0.0
        self._date: tuple[int, bytes] = (0, b"")
        self._ended = asyncio.Event()
        self._check_all()

    def __len__(self) -> int:
        """Return how many connections are open."""
        return len(self._open)

    def connect(self) -> Connection:
        """Return the protocol of a new connection."""
        return Connection(self)

    def add(self, connection: Connection) -> None:
        """Let a client in when there is room, or room can be made."""
        connection.client = client_address({"REMOTE_ADDR": connection.client}, "")
        most, most_of_client = self.limits.connections, self.limits.client_connections
        is_over = len(self._open) >= most
        is_over_share = 0 < most_of_client <= self._clients[connection.client]
        self._open.add(connection)
        self._clients[connection.client] += 1
        if is_over_share and not self._drop_oldest(connection, connection.client):
            self._send_away(connection, HTTPStatus.TOO_MANY_REQUESTS)
        elif is_over and not self._drop_oldest(connection, ""):
            self._send_away(connection, HTTPStatus.SERVICE_UNAVAILABLE)

    def _drop_oldest(self, new: Connection, client: str) -> bool:
        """Close the connections that have been of no use for the longest; tell whether any was.

        Args:
            new: Who needs room.
            client: Whose connections are looked at; empty: everybody's.
        """
        now = self.loop.time()
        if now < self._full_until:
            return False
        usable = [c for c in self._open if c is not new and (not client or c.client == client)]
        idle = [c for c in usable if c.is_idle] or [c for c in usable if c.is_unfinished]
        if not idle:
            self._full_until = now + _PAUSE_SECONDS
            return False
        idle.sort(key=lambda c: c.since)
        for left in idle[: max(1, len(usable) * _SPARE_PERCENT // 100)]:
            left.transport.abort()
            self.remove(left)
        return True

    def _send_away(self, connection: Connection, status: HTTPStatus) -> None:
        if self._refusals < _MOST_REFUSALS_SENT:
            self._refusals += 1
            self.loop.call_later(1.0, self._forget_refused)
            connection.refuse(status, "Too many connections are open.", _RETRY_SECONDS)
        else:
            connection.transport.abort()
            self.remove(connection)

    def _forget_refused(self) -> None:
        self._refusals -= 1

    def remove(self, connection: Connection) -> None:
        """Forget a connection; again is no harm."""
        if connection not in self._open:
            return
        self._open.remove(connection)
        self._clients[connection.client] -= 1
        if not self._clients[connection.client]:
            del self._clients[connection.client]
        self._count(connection, 0, 0)
        if not self._open:
            self._ended.set()

    def received(self, connection: Connection, held_bytes: int) -> None:
        """Count what a client has sent that is not answered; make room when that is too much.

        Anyone who has been at one request for the longest is refused: quick clients are served on.
        """
        if connection not in self._open:
            return
        self._count(connection, held_bytes, connection.sending_bytes)
        while self._received_bytes > self.limits.received_bytes:
            holding = [c for c in self._open if c.received_bytes and c.is_unfinished]
            if not holding:
                return  # all of it is being answered
            slowest = min(holding, key=lambda c: c.since)
            slowest.refuse(
                HTTPStatus.SERVICE_UNAVAILABLE, "Too much is being sent here now.", _RETRY_SECONDS
            )
            self._count(slowest, 0, slowest.sending_bytes)

    def sending(self, connection: Connection, held_bytes: int) -> None:
        """Count what a client has not taken; leave the slowest one when that is too much."""
        if connection not in self._open:
            return
        self._count(connection, connection.received_bytes, held_bytes)
        while self._sending_bytes > self.limits.sending_bytes:
            stuck = [c for c in self._open if c.sending_bytes]
            slowest = min(stuck, key=lambda c: c.since)
            slowest.transport.abort()
            self.remove(slowest)

    def _count(self, connection: Connection, received_bytes: int, sending_bytes: int) -> None:
        self._received_bytes += received_bytes - connection.received_bytes
        self._sending_bytes += sending_bytes - connection.sending_bytes
        connection.received_bytes, connection.sending_bytes = received_bytes, sending_bytes

    def date(self) -> bytes:
        """Return the Date field of now and the end of a head (RFC 9110, section 6.6.1)."""
        second = int(time.time())
        if second != self._date[0]:
            written = formatdate(second, usegmt=True).encode("ascii")
            self._date = second, b"date: %b\r\n\r\n" % written
        return self._date[1]

    def _check_all(self) -> None:
        """Look at every connection, now and again and again."""
        now = self.loop.time()
        for connection in list(self._open):
            connection.check_progress(now)
        pause = min(_LONGEST_CHECK_SECONDS, self.limits.patience_seconds / _CHECKS_PER_TIMEOUT)
        self._next_look = self.loop.call_later(pause, self._check_all)

    async def end(self, seconds: float) -> None:
        """Close every connection after the answer that is under way; wait at most so long."""
        self._ended.clear()
        for connection in list(self._open):
            connection.shut_down()
        if self._open:
            try:
                await asyncio.wait_for(self._ended.wait(), seconds)
            except TimeoutError:
                _log.warning("%d answers were not taken to their end.", len(self._open))
        self._next_look.cancel()
        for connection in list(self._open):
            connection.transport.abort()
        await asyncio.sleep(_CLOSING_SECONDS)
