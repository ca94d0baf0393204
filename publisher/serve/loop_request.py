"""A request that may be answered in the event loop, and how its answer gets back to the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

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


class LoopRequest(NamedTuple):
    """A whole request, and what to do with its answer.

    Anyone who takes it calls ``send`` or ``answer_in_thread``, once, perhaps at once.

    Attributes:
        environ: What its head says (PEP 3333).
        client: Address of the client.
        body: As sent.
        has_left: Returns whether the client has disconnected, so that nobody waits for the answer.
        loop: Which calls everything here.
        send: Takes the head of the answer, but for its date, and its body.
        answer_in_thread: Has an application answer it, with what is known of it.
        run_in_thread: Has a thread do something that may wait.
    """

    environ: WSGIEnvironment
    client: str
    body: bytes
    has_left: Callable[[], bool]
    loop: asyncio.AbstractEventLoop
    send: Callable[[bytes, bytes], None]
    answer_in_thread: Callable[[WsgiAnswer, EvaluatedQuery | None], None]
    run_in_thread: Callable[[Callable[[], None]], None]
