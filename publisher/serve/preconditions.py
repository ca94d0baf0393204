"""If-Match and If-Unmodified-Since: an answer only while it is the one that the client knows.

RFC 9110, sections 13.1.1, 13.1.4 and 13.2. If-None-Match and If-Modified-Since are with the memory
of answers, since they save work there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from publisher.messages import text
from publisher.serve.bare_problems import send_problem
from publisher.serve.response_cache import instant_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MATCH, _UNMODIFIED = "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"
_KEPT = ("etag", "last-modified", "vary", "content-location")
# Preconditions count only where there would be an answer (section 13.2.1).
_FOUND = ("200", "206", "304")


def has_precondition(environ: WSGIEnvironment) -> bool:
    """Tell whether a request for a representation has one of them."""
    if _MATCH not in environ and _UNMODIFIED not in environ:
        return False
    return environ["REQUEST_METHOD"] in ("GET", "HEAD")


def answer_if_met(
    application: WSGIApplication, environ: WSGIEnvironment, start: StartResponse
) -> Iterable[bytes]:
    """Return the answer of an application, or 412 when it is another one than the client knows."""
    started: list[Any] = []

    def keep(status: str, fields: list[tuple[str, str]], _exc_info: object = None) -> Any:
        started[:] = [status, fields]
        return lambda _written: None

    requested = {n: v for n, v in environ.items() if n not in (_MATCH, _UNMODIFIED)}
    chunks = application(requested, keep)
    status, fields = started
    named = {name.lower(): value for name, value in fields}
    if not status.startswith(_FOUND) or _is_met(environ, named):
        start(status, fields)
        return chunks
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
    return send_problem(
        environ,
        start,
        "412 PRECONDITION FAILED",
        text("This is no longer what you know"),
        text(
            "If-Match or If-Unmodified-Since names another state than the one that is here now."
            " Ask without it."
        ),
        [(name, value) for name, value in fields if name.lower() in _KEPT],
    )


def _is_met(environ: WSGIEnvironment, fields: dict[str, str]) -> bool:
    """Tell whether an answer is the one that the client knows; If-Match counts before the date."""
    tags = environ.get(_MATCH)
    if tags is not None:
        known = {tag.strip() for tag in tags.split(",")}
        etag = fields.get("etag", "")
        # Strong comparison (section 8.8.3.2).
        return "*" in known or (etag in known and not etag.startswith("W/"))
    since = instant_of(environ.get(_UNMODIFIED, ""))
    changed = instant_of(fields.get("last-modified", ""))
    # A date that cannot be read, or is not there, is passed over.
    return since is None or changed is None or changed <= since
