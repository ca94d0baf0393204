"""What answers until an engine somewhere else can be asked for the first time."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from publisher.errors import PublisherError
from publisher.messages import SOURCE_LANGUAGE, in_language, translate
from publisher.serve.ready import Asked

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from publisher.serve.live import Live

TRY_EVERY_SECONDS = 1.0
_log = logging.getLogger("publisher")


class Waiting:
    """A WSGI application that tries to open another, and answers 503 until that is done.

    A web process that ended instead would be started again and again, and tell nobody why.
    """

    def __init__(self, open_application: Callable[[], Live]) -> None:
        """Try at once, and then again and again in a thread."""
        self._open = open_application
        self._application: Live | None = None
        self._reason: PublisherError | None = None
        self._end = threading.Event()
        if not self._try():
            threading.Thread(target=self._keep_trying, daemon=True, name="engine waiter").start()

    def _try(self) -> bool:
        try:
            self._application = self._open()
        except PublisherError as error:
            if str(error) != str(self._reason):
                _log.error("Nothing can be served yet: %s", error)
            self._reason = error
            return False
        return True

    def _keep_trying(self) -> None:
        while not self._end.wait(TRY_EVERY_SECONDS) and not self._try():
            pass

    def close(self) -> None:
        """Stop trying, and close what was opened."""
        self._end.set()
        if self._application is not None:
            self._application.close()

    def at_once(self, asked: Asked) -> tuple[bytes, bytes] | None:
        """Return head and body of an answer that is ready; None when it must be made."""
        return None if self._application is None else self._application.at_once(asked)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or say why there is no answer yet."""
        if self._application is not None:
            return self._application(environ, start_response)
        if environ["PATH_INFO"] == "/healthz":
            start_response("200 OK", [("Content-Type", "text/plain;charset=utf-8")])
            return [b"ok\n"]
        status = HTTPStatus.SERVICE_UNAVAILABLE
        detail = in_language(self._reason.what, SOURCE_LANGUAGE) if self._reason else ""
        problem = {
            "type": "about:blank",
            "title": translate("Too much to do just now", SOURCE_LANGUAGE),
            "status": status.value,
            "detail": detail,
        }
        start_response(
            f"{status.value} {status.phrase}",
            [
                ("Content-Type", "application/problem+json"),
                ("Cache-Control", "no-store"),
                ("Retry-After", "5"),
            ],
        )
        return [json.dumps(problem, ensure_ascii=False).encode() + b"\n"]
