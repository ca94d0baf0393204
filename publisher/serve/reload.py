"""Serving the current release: the next one is opened beside it and swapped in; 503 until then."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from copy import copy
from functools import partial
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.config import Config
from publisher.errors import PublisherError, ReleaseUnreadable
from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, Text, in_language, text, translate
from publisher.rdf.media_types import HTML, quality
from publisher.release.open import open_release
from publisher.render.frame import compile_templates
from publisher.serve.app import CachingApplication, create_app, create_archive
from publisher.serve.archive import OpenFailure, OpenFailures, ReleaseArchive
from publisher.serve.cors import FIELDS
from publisher.serve.direct_queries import Lease
from publisher.serve.engines import CurrentRelease
from publisher.serve.lease import DrainingApp
from publisher.serve.loop_request import LoopRequest
from publisher.serve.readiness import FallbackRelease
from publisher.serve.response_cache import CacheableRequest
from publisher.serve.site import Site, make_shared, open_site
from publisher.system.processes import trim_heap
from publisher.system.supervised import Schedule, Supervised, short_reason

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


POLL_SECONDS = 0.5
UNHEALTHY_AFTER_SECONDS = 10.0
WATCHER_PART = "release watcher"
# Documents made before a hand-over, and the time for them: opening a release takes a second or two,
# so the whole is done in five.
WARM_MOST, WARM_SECONDS = 1000, 1.5
_CLOSING_SECONDS = 10.0
# What this process could not open, kept over several attempts to start.
_REFUSALS = OpenFailures()
_log = logging.getLogger("publisher")


class _OpenRelease:
    """A release that is served: its site, and the application over it, which may be made again."""

    def __init__(self, site: Site, archive: ReleaseArchive, end: Callable[[], None]) -> None:
        self.site = site
        self.folder = site.release.folder.resolve()
        self.application = create_app(site, archive)
        self.turnstile = DrainingApp(self._answer, end)

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return self.application(environ, start)


class ReloadingApp:
    """A WSGI application that follows the current release of a folder, or of an engine."""

    def __init__(self, config: Config) -> None:
        """Open the current release, or the one that was current before a damaged one.

        Raises:
            ReleaseError: There is none, or none that is whole.
            QueryError: A remote engine does not answer.
        """
        self._config = config
        self._following = CurrentRelease(config)
        self._shared = make_shared(config)
        self._has_closed = threading.Event()
        self._past = create_archive(config, self._shared)
        compile_templates()
        self._admitted = self._begin()
        self._watcher = Supervised(
            WATCHER_PART,
            self._look,
            Schedule(
                every_seconds=POLL_SECONDS,
                first_pause_seconds=POLL_SECONDS,
                patience_seconds=UNHEALTHY_AFTER_SECONDS,
            ),
        )
        self._shared.health.add(self._watcher)
        self._watcher.start()

    @property
    def _site(self) -> Site:
        return self._admitted.site

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the release that is current when the request comes in, to its last byte."""
        admitted = self._admitted
        cached = admitted.application.from_cache(environ, start_response)
        if cached is not None:
            return cached  # from the cache, which needs no release
        self._watcher.start()  # if it runs already, this does nothing
        while not admitted.turnstile.acquire():
            if self._watcher.is_ending:
                return unavailable_response(start_response, text("The server is ending."))
            admitted = self._admitted  # the release changed hands just now
        return admitted.turnstile.answer(environ, start_response)

    def at_once(self, cacheable: CacheableRequest) -> tuple[bytes, bytes] | None:
        """Return head and body of an answer that is ready; None when it must be made."""
        return self._admitted.application.at_once(cacheable)

    def in_loop(self, request: LoopRequest) -> bool:
        """Begin to answer a request in the event loop; False when a thread must answer.

        The release that is current now answers it, to the end.
        """
        admitted = self._admitted
        turnstile = admitted.turnstile
        if not turnstile.acquire():
            return False  # the release changed hands just now
        end = partial(turnstile.release, request.run_in_thread)
        is_taken = False
        try:
            is_taken = admitted.application.in_loop(request, Lease(turnstile.answer, end))
        finally:
            if not is_taken:
                end()
        return is_taken

    def _begin(self) -> _OpenRelease:
        """Return the first release that can be opened, the current one if possible."""
        refused: tuple[Path, OpenFailure] | None = None
        for folder in self._following.candidates():
            opened = self._open(folder)
            if isinstance(opened, _OpenRelease):
                if refused is not None:
                    self._log_fallback(*refused, opened.site.release.id)
                return opened
            refused = refused or (folder, opened)
        assert refused is not None, "a folder has at least one candidate"
        raise copy(refused[1].error)

    def _open(self, folder: Path) -> _OpenRelease | OpenFailure:
        """Open a release; return why it cannot be opened, which may be known from before."""
        failure = _REFUSALS.find(folder)
        if failure is not None:
            return failure
        try:
            release = open_release(folder)
            admitted = self._admit(open_site(self._config, release, self._shared))
        except PublisherError as error:
            return _REFUSALS.note(folder, error)
        except Exception as error:  # noqa: BLE001 - no release may end what serves another one
            unreadable = ReleaseUnreadable(
                "The release {name} cannot be opened: {reason}.",
                name=folder.name,
                reason=short_reason(error),
            )
            refusal = _REFUSALS.note(folder, unreadable)
            if refusal.is_new:
                _log.error("The release %s cannot be opened.", folder.name, exc_info=error)
            return refusal
        _REFUSALS.forget(folder)
        return admitted

    def _admit(self, site: Site) -> _OpenRelease:
        try:
            return _OpenRelease(site, self._past, lambda: self._close_site(site))
        except BaseException:
            site.engine.close()
            raise

    def _close_site(self, site: Site) -> None:
        try:
            site.engine.close()
        finally:
            _log.info("Release %s is no longer served.", site.release.id)
            self._has_closed.set()

    def _look(self) -> bool:
        """Check whether another release is current; hand over to it if it can be opened."""
        if self._has_closed.is_set():
            self._has_closed.clear()
            # Views and their site refer to each other, and a store keeps files open.
            trim_heap()
        folder = self._following.folder()
        if folder is None:
            return False
        if folder == self._admitted.folder:
            self._note_all_well()
            return False
        opened = self._open(folder)
        if isinstance(opened, _OpenRelease):
            self._hand_over(opened)
        else:
            self._note_fallback(folder, opened, self._site.release.id)
        return False

    def _hand_over(self, new: _OpenRelease) -> None:
        """Serve a release from now on; the old one is closed after its last request."""
        self._shared.health.fallback = None
        old = self._admitted
        _warm_cache(new.application, old.application)
        if self._watcher.is_ending:
            new.turnstile.close()
            return
        self._admitted = new
        _log.info("Now serving release %s.", new.site.release.id)
        old.turnstile.close()

    def _note_fallback(self, folder: Path, refusal: OpenFailure, served: str) -> None:
        """Report in log, readiness and pages that the current release is not the one served."""
        if self._log_fallback(folder, refusal, served):
            self._renew()

    def _log_fallback(self, folder: Path, refusal: OpenFailure, served: str) -> bool:
        """Report it in log and readiness; return False if that was done before."""
        fallback = FallbackRelease(folder.name, served, refusal.error.what)
        if fallback == self._shared.health.fallback:
            return False
        self._shared.health.fallback = fallback
        _log.error(
            "The release %s cannot be served; the old one stays: %s. %s",
            fallback.current,
            served,
            refusal.error,
        )
        return True

    def _note_all_well(self) -> None:
        """Stop reporting that the current release is not served: it is again."""
        if self._shared.health.fallback is not None:
            self._shared.health.fallback = None
            _log.warning("The current release is served again: %s.", self._site.release.id)
            self._renew()

    def _renew(self) -> None:
        """Replace the application over the same site, whose cached pages are outdated."""
        old = self._admitted.application
        new = create_app(self._site, self._past)
        _warm_cache(new, old)
        self._admitted.application = new

    def close(self) -> None:
        """Stop watching, and end the engine after the last request."""
        self._watcher.close(_CLOSING_SECONDS)
        self._admitted.turnstile.close()
        self._past.close()


def _warm_cache(new: CachingApplication, old: CachingApplication) -> None:
    """Fill the new cache with what was requested of the old application."""
    try:
        new.warm(old, WARM_MOST, WARM_SECONDS)
    except Exception as error:  # noqa: BLE001 - a page that cannot be made must not stop a release
        _log.error("The new release could not be made ready ahead.", exc_info=error)


# What answers until a site can be opened for the first time.

TRY_EVERY_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 5.0
OPENING_PART = "opening of the site"


class RetryingApp:
    """A WSGI application that tries to open another, and answers 503 until that is done.

    It waits for a remote engine that does not answer, or for a whole release. A web process that
    ended instead would be started again and again, and nobody would learn why.
    """

    def __init__(self, open_application: Callable[[], ReloadingApp]) -> None:
        """Try at once, then repeatedly in a thread; raises nothing."""
        self._open = open_application
        self._application: ReloadingApp | None = None
        self._reason = text("The site is being opened.")
        self._opening = Supervised(
            OPENING_PART,
            self._try,
            Schedule(
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

    def at_once(self, cacheable: CacheableRequest) -> tuple[bytes, bytes] | None:
        """Return head and body of an answer that is ready; None when it must be made."""
        return None if self._application is None else self._application.at_once(cacheable)

    def in_loop(self, request: LoopRequest) -> bool:
        """Begin to answer a request in the event loop; False when a thread must answer."""
        return self._application is not None and self._application.in_loop(request)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or say why there is no answer yet."""
        if self._application is not None:
            return self._application(environ, start_response)
        self._opening.start()  # if it runs already, this does nothing
        if environ["PATH_INFO"] == "/healthz":
            start_response("200 OK", [("Content-Type", "text/plain;charset=utf-8")])
            return [b"ok\n"]
        return unavailable_response(start_response, self._reason, environ.get("HTTP_ACCEPT", ""))


# The answer while nothing can be served, before there is a site that could make a page of it.

_RETRY_SECONDS = "5"


def unavailable_response(
    start_response: StartResponse, reason: Text, accept: str = ""
) -> list[bytes]:
    """Answer 503 with a reason (RFC 9110, 15.6.4): as problem details (RFC 9457), or as a page.

    Args:
        start_response: Of the request (PEP 3333).
        reason: Why nothing can be served, in every language.
        accept: What the client accepts; a browser gets a page in every language.
    """
    status = HTTPStatus.SERVICE_UNAVAILABLE
    is_page = quality(accept, HTML.name) > quality(accept, "application/json")
    body = _page(reason) if is_page else _problem(status, reason)
    fields = [
        ("Content-Type", HTML.content_type if is_page else "application/problem+json"),
        ("Cache-Control", "no-store"),
        ("Retry-After", _RETRY_SECONDS),
        ("Content-Length", str(len(body))),
        ("Vary", "Accept"),
        *FIELDS,
    ]
    start_response(f"{status.value} {status.phrase}", fields)
    return [body]


def _problem(status: HTTPStatus, reason: Text) -> bytes:
    problem = {
        "type": "about:blank",
        "title": translate("Nothing can be served just now", SOURCE_LANGUAGE),
        "status": status.value,
        "detail": in_language(reason, SOURCE_LANGUAGE),
    }
    return json.dumps(problem, ensure_ascii=False).encode() + b"\n"


def _page(reason: Text) -> bytes:
    title = translate("Nothing can be served just now", SOURCE_LANGUAGE)
    parts = "".join(
        f'<section lang="{language}">'
        f"<h1>{escape(translate('Nothing can be served just now', language))}</h1>"
        f"<p>{escape(in_language(reason, language))}</p></section>"
        for language in LANGUAGES
    )
    head = f'<!doctype html><html lang="{SOURCE_LANGUAGE}"><meta charset="utf-8">'
    return f"{head}<title>{escape(title)}</title>{parts}</html>\n".encode()
