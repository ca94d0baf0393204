"""What answers until a site can be opened for the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from publisher.errors import PublisherError
from publisher.messages import text
from publisher.serve.ready import Asked
from publisher.serve.unavailable import unavailable
from publisher.system.supervised import Pace, Supervised

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from publisher.serve.live import Live

TRY_EVERY_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 5.0
_CLOSING_SECONDS = 10.0
PART = "opening of the site"


class Waiting:
    """A WSGI application that tries to open another, and answers 503 until that is done.

    A web process that ended instead would be started again and again, and tell nobody why: when an
    engine somewhere else does not answer, or no release here is whole.
    """

    def __init__(self, open_application: Callable[[], Live]) -> None:
        """Try at once, and then again and again in a thread; raises nothing."""
        self._open = open_application
        self._application: Live | None = None
        self._reason = text("The site is being opened.")
        self._opening = Supervised(
            PART,
            self._try,
            Pace(
                first_pause_seconds=TRY_EVERY_SECONDS,
                longest_pause_seconds=_LONGEST_PAUSE_SECONDS,
            ),
            expected=(PublisherError,),
        )
        if not self._opening.run_once():
            self._opening.start()

    def _try(self) -> bool:
        try:
            self._application = self._open()
        except PublisherError as error:
            self._reason = error.what
            raise
        except BaseException:
            self._reason = text("The site cannot be opened. Those who run it find why in the log.")
            raise
        self._opening.close()
        return False

    def close(self) -> None:
        """Stop trying, and close what was opened."""
        self._opening.close(_CLOSING_SECONDS)
        if self._application is not None:
            self._application.close()

    def at_once(self, asked: Asked) -> tuple[bytes, bytes] | None:
        """Return head and body of an answer that is ready; None when it must be made."""
        return None if self._application is None else self._application.at_once(asked)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or say why there is no answer yet."""
        if self._application is not None:
            return self._application(environ, start_response)
        self._opening.start()  # unless it is there; once there may have been no thread for it
        if environ["PATH_INFO"] == "/healthz":
            start_response("200 OK", [("Content-Type", "text/plain;charset=utf-8")])
            return [b"ok\n"]
        return unavailable(start_response, self._reason, environ.get("HTTP_ACCEPT", ""))
