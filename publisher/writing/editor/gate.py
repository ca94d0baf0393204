"""Who may speak to the editor: the browser that knows its secret, on this machine, from its page.

The secret is the first part of every address, so there is no cookie that a browser would send
along by itself: a page of another site can neither read nor post anything here. What a browser
tells of where a request comes from is checked all the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from publisher.messages import LANGUAGES, Text, text

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_METHODS = ("GET", "HEAD", "POST")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
FIELDS = (
    ("Content-Security-Policy", _POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
)


class Gate:
    """A WSGI layer that lets a request through when it comes from the editor's own browser."""

    def __init__(self, application: WSGIApplication, port: int) -> None:
        """Draw the secrets.

        Args:
            application: What answers; it is mounted below the secret.
            port: Where the server listens on the loopback address.
        """
        self._application = application
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._secret = secrets.token_urlsafe(32)
        # Other users of a machine see what a browser is started with, so that opens one door once.
        self._ticket = secrets.token_urlsafe(32)

    @property
    def address(self) -> str:
        """Return the address of the first page."""
        return f"http://{self._hosts[0]}/{self._secret}/"

    @property
    def door(self) -> str:
        """Return an address that leads to the first page once."""
        return f"http://{self._hosts[0]}/open/{self._ticket}"

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request, or refuse it."""
        refusal = self._refusal(environ)
        if refusal is not None:
            return _refuse(start, *refusal)
        first, _, rest = environ["PATH_INFO"].removeprefix("/").partition("/")
        if first == "open" and self._admit(rest):
            start("303 See Other", [("Location", self.address), *FIELDS])
            return [b""]
        if not _same(first, self._secret):
            return _refuse(
                start,
                "403 Forbidden",
                text(
                    "This address belongs to the editor of one person."
                    " Open the address that 'publisher edit' wrote in the terminal."
                ),
            )
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{first}"
        environ["PATH_INFO"] = f"/{rest}"
        return self._application(environ, start)

    def _admit(self, ticket: str) -> bool:
        if not _same(ticket, self._ticket):
            return False
        self._ticket = secrets.token_urlsafe(32)
        return True

    def _refusal(self, environ: WSGIEnvironment) -> tuple[str, Text] | None:
        """Return status and reason when a request is not to be let in, whatever it knows."""
        host, method = environ.get("HTTP_HOST", ""), environ["REQUEST_METHOD"]
        if host not in self._hosts:  # a foreign name that resolves to this machine
            return "403 Forbidden", text("The editor answers at 127.0.0.1 and localhost alone.")
        if method not in _METHODS:
            return "405 Method Not Allowed", text("The editor answers GET, HEAD and POST.")
        if method == "POST" and not _is_own(environ, host):
            reason = text("A page of another site sent this; nothing was changed.")
            return "403 Forbidden", reason
        return None


def _is_own(environ: WSGIEnvironment, host: str) -> bool:
    """Tell whether a form was sent by a page of the editor (Fetch: Origin, Sec-Fetch-Site)."""
    site = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
    return environ.get("HTTP_ORIGIN") == f"http://{host}" and site == "same-origin"


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())


def _refuse(start: StartResponse, status: str, reason: Text) -> Iterable[bytes]:
    body = "".join(f"{reason[language]}\n" for language in LANGUAGES).encode()
    start(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *FIELDS,
        ],
    )
    return [body]
