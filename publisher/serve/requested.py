"""The address of a request as it was sent: WSGI undoes escapes, which tells a%2Fb not from a/b."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

from flask import request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Of a request whose own letters nobody kept: all that a path may hold unescaped.
_SAFE = "/:@!$&'()*+,;=~-._"


def sent_path(environ: WSGIEnvironment) -> str:
    """Return the path of a request as it was sent, a letter for each byte as in PEP 3333.

    Servers tell the whole of it in ``REQUEST_URI``, as ours and Werkzeug do. Where something on the
    way changed the path, or nobody kept it, it is escaped again.
    """
    path: str = environ.get("PATH_INFO", "")
    sent: str = environ.get("REQUEST_URI", "").partition("?")[0]
    if sent == path and "%" not in path:
        return path
    sent = sent.removeprefix(environ.get("SCRIPT_NAME", ""))
    if unquote_to_bytes(sent.encode("latin-1")).decode("latin-1") == path:
        return sent
    return quote_from_bytes(path.encode("latin-1"), safe=_SAFE)


def with_path(environ: WSGIEnvironment, path: str) -> WSGIEnvironment:
    """Return a request for another path, which is escaped as it would be sent."""
    mark = "?" if environ.get("QUERY_STRING") else ""
    return dict(
        environ,
        PATH_INFO=unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
        REQUEST_URI=f"{path}{mark}{environ.get('QUERY_STRING', '')}",
    )


def requested_path(skipped: int = 0) -> str:
    """Return the path of the current request as it was sent, without the first slash.

    Args:
        skipped: So many segments are left out at the beginning.
    """
    path = sent_path(request.environ).encode("latin-1").decode("utf-8", "replace")
    if not path.strip("/"):
        return ""  # Flask takes any number of slashes for the home page
    return "/".join(path.removeprefix("/").split("/")[skipped:])


def requested_target(skipped: int = 0) -> str:
    """Return the path of the current request and its query: IRIs have queries too."""
    query = request.query_string.decode("utf-8", "replace")
    return f"{requested_path(skipped)}?{query}" if query else requested_path(skipped)
