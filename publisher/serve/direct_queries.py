"""Queries of machines, answered in the event loop: without a thread and without Flask.

What a request asks, which formats it accepts, what is refused and which fields an answer has is
decided by the code that the views use (``sparql``, ``formats``, ``Endpoint``). Whatever is not an
answer of ordinary length to an ordinary request is left to a thread and the views: pages, errors,
conditions, long queries. A thread that takes over gets the outcome of the query, so that nothing
is evaluated twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from werkzeug.exceptions import HTTPException

from publisher.errors import ClientBusy, NotCarried, PublisherError
from publisher.query.embedded import EmbeddedEngine
from publisher.query.endpoint import AnswerKey, CheckedQuery
from publisher.query.engine import Answer, Operation
from publisher.query.loop_evaluation import LoopEvaluation, call_in_loop
from publisher.query.queue import POLL_SECONDS, QueuedRequest, client_left, queue_full
from publisher.rdf.other_syntaxes import is_rewritten
from publisher.serve.headers import data_fields
from publisher.serve.http.limits import longest_body_bytes
from publisher.serve.loop_request import EvaluatedQuery, LoopRequest, WsgiAnswer
from publisher.serve.metrics import QueryLog, route_of
from publisher.serve.preconditions import has_precondition
from publisher.serve.queue import client_address
from publisher.serve.response_cache import (
    HeaderFields,
    ResponseCache,
    digest_field,
    head_of,
    is_compressible,
    takes_gzip,
)
from publisher.serve.site import Site
from publisher.serve.sparql import (
    RequestedQuery,
    SentRequest,
    answer_fields,
    answer_tag,
    citation_fields,
    find_named,
    read_named_query,
    read_query,
)

# What is done in the event loop keeps all other connections waiting: longer texts are checked, and
# longer answers hashed and compressed, in a thread.
_LONGEST_SENT_BYTES = 8 << 10
_LONGEST_QUERY = 2 << 10
_LONGEST_FIELD = 512
_LONGEST_ANSWER_BYTES = 64 << 10
_LONGEST_COMPRESSED_BYTES = 8 << 10
_ENDPOINT, _NAMED = "/sparql", "/query/"
# A request with one of these is answered by the views.
_UNUSUAL_FIELDS = frozenset(
    f"HTTP_{name}"
    for name in (
        *("IF_NONE_MATCH", "IF_MODIFIED_SINCE", "ACCEPT_DATETIME", "CONTENT_ENCODING"),
        "RANGE",
    )
)
# What is read of all others.
_READ_FIELDS = ("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "CONTENT_TYPE")
_log = logging.getLogger("publisher")


class Lease(NamedTuple):
    """The release that a request is answered from.

    Attributes:
        answer: Answers a request by a thread, from this release, and ends the lease.
        end: Ends it.
    """

    answer: WsgiAnswer
    end: Callable[[], None]


class _PendingRequest(NamedTuple):
    """A request on its way; ``key`` is the same for requests that one evaluation answers."""

    request: LoopRequest
    lease: Lease
    requested: RequestedQuery
    query: CheckedQuery
    key: tuple[AnswerKey, float]
    client: str
    began: float
    citations: dict[str, dict[str, str]]

    def leave_to_thread(self, evaluated: EvaluatedQuery | None) -> None:
        """Let the views answer, with what came of the query."""
        self.request.answer_in_thread(self.lease.answer, evaluated)


@dataclass(slots=True)
class _Flight:
    """One evaluation, and who waits for it: the first of them is the one who asks."""

    pending: list[_PendingRequest]
    queued: QueuedRequest | None = None
    waits_until: float = 0.0
    is_waiting: bool = True


class DirectQueries:
    """The queries of one release that are answered in the event loop."""

    def __init__(self, site: Site, responses: ResponseCache) -> None:
        """Answer for a site; what is asked for again is kept among its responses."""
        self._site, self._responses = site, responses
        self._endpoint, self._metrics = site.endpoint, site.metrics
        self._log = QueryLog(site.config, site.metrics)
        self._client_field = site.config.client_header
        self._most_bytes = longest_body_bytes(site.config)
        self._flights: dict[tuple[AnswerKey, float], _Flight] = {}
        self._heads: dict[tuple[str, bool, bool], bytes] = {}

    def take(self, request: LoopRequest, lease: Lease) -> bool:
        """Begin to answer a request; False when it is left to the views, and the lease with it."""
        began = time.perf_counter()
        if not isinstance(self._site.engine, EmbeddedEngine):
            return False
        try:
            requested = self._read(request)
            if (
                requested is None
                or requested.accepted.page
                or is_rewritten(requested.accepted.graph_name)
                or len(requested.operation.query) > _LONGEST_QUERY
            ):
                return False
            query = self._endpoint.check(requested.operation)
        except (PublisherError, HTTPException):
            return False  # the views say what is wrong
        client = request.client
        if self._client_field:
            named = {**request.environ, "REMOTE_ADDR": client}
            client = client_address(named, self._client_field)
        key = query.key, requested.operation.seconds
        taken = _PendingRequest(request, lease, requested, query, key, client, began, {})
        if query.remembered is not None:
            self._answer(taken, query.remembered, is_again=True)
        else:
            self._begin(taken)
            with suppress(Exception):  # whatever it is, it is met again with the answer
                self._cited(taken, _likely_type(requested.operation))  # while a worker evaluates
        return True

    def _cited(self, pending: _PendingRequest, media_type: str) -> dict[str, str]:
        """Return the field that cites an answer in a media type; it is made once a request."""
        fields = pending.citations.get(media_type)
        if fields is None:
            environ, requested = pending.request.environ, pending.requested
            fields = citation_fields(self._site, environ, requested, media_type)
            pending.citations[media_type] = fields
        return fields

    def _read(self, request: LoopRequest) -> RequestedQuery | None:
        """Return what is asked; None when the views must look."""
        environ, path = request.environ, request.environ["PATH_INFO"]
        method = environ["REQUEST_METHOD"]
        is_post = method == "POST"
        if not (is_post or method == "GET"):
            return None
        if has_precondition(environ) or not _UNUSUAL_FIELDS.isdisjoint(environ):
            return None
        sent_bytes = len(request.body) + len(environ["QUERY_STRING"])
        if sent_bytes > _LONGEST_SENT_BYTES:
            return None
        for name in _READ_FIELDS:
            if name in environ and len(environ[name]) > _LONGEST_FIELD:
                return None
        sent = SentRequest(environ, request.body, self._most_bytes)
        if path == _ENDPOINT or (is_post and path == f"{_ENDPOINT}/"):
            return read_query(self._site, sent)
        if is_post or not path.startswith(_NAMED) or not path.isascii():
            return None
        query = find_named(self._site, path.removeprefix(_NAMED))
        return None if query is None else read_named_query(self._site, *query, sent)

    # One evaluation for all who ask the same at the same time.

    def _begin(self, pending: _PendingRequest) -> None:
        flight = self._flights.get(pending.key)
        if flight is not None:
            flight.pending.append(pending)
            return
        flight = self._flights[pending.key] = _Flight([pending])
        loop = pending.request.loop
        tell = partial(self._wake, flight)
        try:
            flight.queued = self._endpoint.queue.enter(pending.client, tell)
        except ClientBusy as error:
            self._refuse(flight, error)
            return
        self._decide(flight)
        if flight.is_waiting:
            flight.waits_until = loop.time() + self._endpoint.queue.wait_seconds
            loop.call_later(POLL_SECONDS, self._check_waiting, flight)

    def _wake(self, flight: _Flight) -> None:
        """Go on with what was decided; called by any thread."""
        call_in_loop(flight.pending[0].request.loop, self._decide, flight)

    def _decide(self, flight: _Flight) -> None:
        """Evaluate, if the place is there."""
        queued = flight.queued
        if queued is None or not flight.is_waiting:
            return
        if queued.is_refused:
            self._refuse(flight, queue_full())
        elif queued.started:
            flight.is_waiting = False
            self._evaluate(flight)

    def _check_waiting(self, flight: _Flight) -> None:
        """Give up when the client has left, or the wait was too long."""
        if not flight.is_waiting or flight.queued is None:
            return
        request, queue = flight.pending[0].request, self._endpoint.queue
        has_left = request.has_left()
        if not has_left and request.loop.time() < flight.waits_until:
            request.loop.call_later(POLL_SECONDS, self._check_waiting, flight)
        elif queue.give_up(flight.queued):
            self._refuse(flight, client_left() if has_left else queue.too_long())

    def _evaluate(self, flight: _Flight) -> None:
        engine = self._site.engine
        assert isinstance(engine, EmbeddedEngine)
        self._ask(flight, engine, engine.prepared(flight.pending[0].requested.operation))

    def _ask(self, flight: _Flight, engine: EmbeddedEngine, operation: Operation) -> None:
        done = partial(self._finish, flight, engine)
        loop = flight.pending[0].request.loop
        LoopEvaluation(engine.workers(), operation, loop, done).begin()

    def _end(self, flight: _Flight) -> None:
        """Give the place back, and let the next one ask again."""
        flight.is_waiting = False
        self._flights.pop(flight.pending[0].key, None)
        # Each has the other: what was made for a request must not wait for a search for cycles.
        queued, flight.queued = flight.queued, None
        if queued is not None and queued.started:
            self._endpoint.queue.leave(queued)

    def _finish(self, flight: _Flight, engine: EmbeddedEngine, evaluation: LoopEvaluation) -> None:
        """Give everybody who waits what came of the query, or ask the other engine once."""
        answer = evaluation.found
        error = evaluation.error() if answer is None else None
        again = None if error is None else engine.after(evaluation.operation, error)
        if again is not None:
            self._ask(flight, engine, again)
            return
        self._end(flight)
        for pending in flight.pending:
            if answer is None:
                pending.leave_to_thread(EvaluatedQuery(pending.began, evaluation.answer))
            else:
                self._answer(pending, answer)
        if answer is not None:
            self._endpoint.keep(flight.pending[0].query, answer)

    def _refuse(self, flight: _Flight, error: PublisherError) -> None:
        """Tell the one who asks that it was not evaluated; the others ask for themselves."""
        self._end(flight)
        first, *others = flight.pending

        def refused() -> Answer:
            raise error

        first.leave_to_thread(EvaluatedQuery(first.began, refused))
        for pending in others:
            self._begin(pending)

    # Answers.

    def _answer(self, pending: _PendingRequest, answer: Answer, *, is_again: bool = False) -> None:
        """Send an answer; a long one is left to a thread."""
        try:
            made = self._make(pending, answer, is_again)
        except Exception:  # noqa: BLE001 - whatever it is: nobody must wait for ever
            _log.exception("An answer could not be made in the event loop.")
            made = None
        if made is None:
            pending.leave_to_thread(EvaluatedQuery(pending.began, lambda: answer))
            return
        # The client reads its answer while this one is written down.
        taken = time.perf_counter() - pending.began
        pending.lease.end()
        pending.request.send(*made)
        self._log.answered(
            pending.requested.operation, answer, pending.client, pending.began, taken
        )
        self._metrics.request(route_of(pending.request.environ["PATH_INFO"]), "200")

    def _make(
        self, pending: _PendingRequest, answer: Answer, is_again: bool
    ) -> tuple[bytes, bytes] | None:
        """Return head and body of an answer; None when it is so long that a thread makes them.

        Nor is there an answer of the loop's when the client accepts no version that carries it.
        """
        environ, accepted = pending.request.environ, pending.requested.accepted
        try:
            content_type = accepted.content_type(answer.media_type, answer.version)
        except NotCarried:
            return None  # the views say why
        is_get = environ["REQUEST_METHOD"] == "GET"
        varies = is_get and is_compressible(content_type, answer.body)
        is_zipped = varies and takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        most = _LONGEST_COMPRESSED_BYTES if is_zipped else _LONGEST_ANSWER_BYTES
        if len(answer.body) > most:
            return None
        digest = sha256(answer.body).digest()
        etag = answer_tag(content_type, digest)
        cited = self._cited(pending, answer.media_type)
        if is_get and (is_zipped or is_again):
            fields = [*self._fields(pending, content_type).items(), ("ETag", etag), *cited.items()]
            cached = self._responses.keep(environ, fields, answer.body)
            whole = cached.raw_response(environ)
            return whole.head, whole.body
        common, body = self._head(pending, content_type, varies), answer.body
        cited = cited | {"ETag": etag, "Content-Digest": digest_field(digest)}
        own = "".join([f"{name.lower()}: {value}\r\n" for name, value in cited.items()])
        return b"%b%bcontent-length: %d\r\n" % (common, own.encode(), len(body)), body

    def _fields(self, pending: _PendingRequest, content_type: str) -> dict[str, str]:
        return answer_fields(self._site, content_type, pending.requested.accepted) | data_fields()

    def _head(self, pending: _PendingRequest, content_type: str, varies: bool) -> bytes:
        """Return the status line and the fields that many answers have in common."""
        key = (content_type, pending.requested.accepted.is_negotiated, varies)
        head = self._heads.get(key)
        if head is None:
            fields = self._fields(pending, content_type)
            if varies:
                named = filter(None, [fields.get("Vary"), "Accept-Encoding"])
                fields["Vary"] = ", ".join(named)
            written: HeaderFields = list(fields.items())
            head = self._heads[key] = head_of("200 OK", written)
        return head


def _likely_type(operation: Operation) -> str:
    """Return the media type that the answer will have unless the query is an unusual one."""
    folded = operation.query.upper()
    return operation.solutions_type if "SELECT" in folded else operation.graph_type
