"""A request that may be answered in the event loop, and how its answer gets back to the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from publisher.query.engine import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# What came of a query, in the environment of a request that a thread answers after all.
EVALUATED = "publisher.evaluated_query"


@dataclass(frozen=True)
class EvaluatedQuery:
    """What came of a query in the event loop.

    Attributes:
        began: When the request was read (``time.perf_counter``).
        answer: Returns the answer, or raises why there is none.
    """

    began: float
    answer: Callable[[], Answer]


class WsgiAnswer(Protocol):
    """A WSGI application (PEP 3333)."""

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, /
    ) -> Iterable[bytes]:
        """Answer a request."""


class LoopRequest(Protocol):
    """A whole request, and what to do with its answer.

    Anyone who takes it calls ``send`` or ``answer_in_thread``, once, perhaps at once.
    """

    @property
    def environ(self) -> WSGIEnvironment:
        """Return what its head says (PEP 3333)."""

    @property
    def client(self) -> str:
        """Return the address of the client."""

    @property
    def body(self) -> bytes:
        """Return the body as sent."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop, which calls everything here."""

    @property
    def has_left(self) -> Callable[[], bool]:
        """Return what tells whether the client has disconnected: nobody waits for the answer."""

    def send(self, head: bytes, body: bytes, /) -> None:
        """Take the head of the answer, but for its date, and its body."""

    def answer_in_thread(
        self, application: WsgiAnswer, evaluated: EvaluatedQuery | None, /
    ) -> None:
        """Have an application answer it, with what is known of it."""

    def run_in_thread(self, work: Callable[[], None], /) -> None:
        """Have a thread do something that may wait."""
