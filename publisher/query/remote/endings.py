"""How an exchange with an engine ended: well, at a limit, refused, or broken.

Engines tell their limits in many ways: by a status, by a header field beside an answer that is cut,
or in the middle of the answer. Each is an error here; none is passed on as an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from publisher.errors import EngineBusy, EngineFailed, PublisherError, QueryLimit, QueryRefused
from publisher.query.remote.requests import Request

N_TRIPLES = "application/n-triples"
JSON = "application/sparql-results+json"
_ASK_FOR_LESS = "Ask for less: add patterns or LIMIT, or take the dump."
# What each media type may be called in an answer.
_CALLED = {
    JSON: (JSON, "application/json"),
    N_TRIPLES: (N_TRIPLES, "text/plain"),
}
_SHOWN = 300
# Header fields by which Virtuoso says that an answer is not all there is.
_STOPPED, _CUT = "X-SQL-State", "X-SPARQL-MaxRows"
_log = logging.getLogger("publisher.query")


class Broken(Exception):
    """The engine answered something that is no answer."""


def no_time(seconds: float) -> QueryLimit:
    """Return the error of a query that took too long."""
    return QueryLimit(
        "The query was stopped after {seconds} seconds.",
        limit="query_timeout_seconds",
        remedy=_ASK_FOR_LESS,
        seconds=f"{round(seconds, 1):g}",
    )


def too_long(limit_bytes: int) -> QueryLimit:
    """Return the error of a result that is too large."""
    return QueryLimit(
        "The result is longer than {megabytes} MB.",
        limit="query_result_mb",
        remedy=_ASK_FOR_LESS,
        megabytes=limit_bytes >> 20,
    )


def failed(reason: str) -> EngineFailed:
    """Return the error of an engine that broke; only the log tells how."""
    _log.error("The query engine failed: %s", printable(reason))
    return EngineFailed(
        "The query engine cannot be reached, or does not answer as it should.",
        remedy="Try again in a few seconds.",
    )


def printable(words: str) -> str:
    r"""Return a beginning of what an engine said that is safe in a log and in a sentence.

    >>> printable("no \x1b[2J\x00such thing")
    'no ?[2J?such thing'
    """
    shown = " ".join(words[: _SHOWN * 4].split())[:_SHOWN]
    return "".join(letter if letter.isprintable() else "?" for letter in shown)


def check(status: int, fields: Mapping[str, str], body: bytes, request: Request) -> None:
    """Let an answer pass that is whole and of the media type wanted.

    Raises:
        PublisherError: The engine refuses, or stopped at a limit.
        Broken: It answered something else.
    """
    if status != HTTPStatus.OK:
        raise _refusal(status, body, request)
    if _STOPPED in fields:
        raise no_time(request.seconds)
    if _CUT in fields:
        raise QueryLimit(
            "The engine gives at most {rows} rows.",
            limit="query_result_mb",
            remedy=_ASK_FOR_LESS,
            rows=fields[_CUT][:20],
        )
    coding = fields.get("Content-Encoding", "identity").strip().lower()
    if coding != "identity":
        # Nobody asked for it (RFC 9110, 12.5.3), and a little of it can unpack to very much.
        raise Broken(f"its answer is packed as {coding[:20]!r}")
    media_type = fields.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type not in _CALLED[request.media_type]:
        raise Broken(f"it sent {media_type[:100]!r} instead of {request.media_type}")
    if not _is_whole(request.media_type, body):
        raise Broken(f"its answer breaks off: {body[-_SHOWN:]!r}")


def _is_whole(media_type: str, body: bytes) -> bool:
    """Look at both ends: each media type has an end that a cut answer lacks."""
    start, end = body[:_SHOWN].lstrip(), body[-_SHOWN:].rstrip()
    if media_type == JSON:
        return start.startswith(b"{") and b'"head"' in start and end.endswith(b"}")
    last = end.rpartition(b"\n")[2]
    return not last or last.endswith(b".") or last.startswith(b"#")


def _refusal(status: int, body: bytes, request: Request) -> PublisherError | Broken:
    reason = printable(body[: _SHOWN * 4].decode(errors="replace"))
    if status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT):
        return no_time(request.seconds)
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        return EngineBusy(
            "The query engine has too much to do.", remedy="Send the query again in a few seconds."
        )
    is_refused = status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_IMPLEMENTED,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )
    if is_refused and not request.is_own:
        # The gate has parsed the query: it is right, and this engine cannot evaluate it.
        return QueryRefused(
            "The engine behind this endpoint does not evaluate the query: {reason}.",
            remedy="Write it in another way.",
            reason=reason.rstrip(".") or str(status),
        )
    if is_refused or status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return failed(f"status {status}: {reason}")  # at this query alone, as far as is known
    return Broken(f"status {status}: {reason}")
