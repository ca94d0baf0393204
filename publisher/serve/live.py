"""The current release, whichever it is: opened beside and swapped in, without a restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.config import Config
from publisher.errors import PublisherError
from publisher.release.open import open_release
from publisher.serve.app import Application, create_app, create_past
from publisher.serve.engines import Following
from publisher.serve.heap import return_freed
from publisher.serve.ready import Asked
from publisher.serve.site import Site, open_site, share
from publisher.serve.turnstile import Turnstile

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOOK_EVERY_SECONDS = 1.0
_log = logging.getLogger("publisher")


class Live:
    """A WSGI application that follows the current release of a folder, or of an engine."""

    def __init__(self, config: Config) -> None:
        """Open the current release.

        Raises:
            ReleaseError: There is none, or it is damaged.
            QueryError: An engine somewhere else does not answer.
        """
        self._config = config
        self._following = Following(config)
        self._shared = share(config)
        self._site: Site = open_site(config, self._following.open(), self._shared)
        self._past = create_past(config, self._shared)
        self._application, self._turnstile = self._admit(self._site)
        self._end, self._has_left = threading.Event(), threading.Event()
        threading.Thread(target=self._watch, daemon=True, name="release watcher").start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the release that is current when the request comes in, to its last byte."""
        found = self._application.from_memory(environ, start_response)
        if found is not None:
            return found  # it needs nothing of the release, so nobody has to wait for it
        turnstile = self._turnstile
        while not turnstile.enter():
            turnstile = self._turnstile  # the release changed hands just now
        return turnstile.answer(environ, start_response)

    def at_once(self, asked: Asked) -> tuple[bytes, bytes] | None:
        """Return head and body of an answer that is ready; None when it must be made."""
        return self._application.at_once(asked)

    def _admit(self, site: Site) -> tuple[Application, Turnstile]:
        application = create_app(site, self._past)
        return application, Turnstile(application, lambda: self._let_go(site))

    def _let_go(self, site: Site) -> None:
        site.engine.close()
        _log.info("Release %s is no longer served.", site.release.id)
        self._has_left.set()

    def _watch(self) -> None:
        while not self._end.wait(LOOK_EVERY_SECONDS):
            if self._has_left.is_set():
                self._has_left.clear()
                # Views and their site refer to each other, and a store keeps files open.
                return_freed()
            folder = self._following.folder()
            if folder is not None and folder != self._site.release.folder.resolve():
                self._swap(folder)

    def _swap(self, folder: Path) -> None:
        """Open a release and hand over to it; the old one ends with its last request."""
        try:
            site = open_site(self._config, open_release(folder), self._shared)
        except (PublisherError, OSError) as error:
            _log.error("The release %s cannot be served; the old one stays: %s", folder.name, error)
            self._end.wait(LOOK_EVERY_SECONDS * 10)
            return
        old, self._site = self._turnstile, site
        self._application, self._turnstile = self._admit(site)
        _log.info("Now serving release %s.", site.release.id)
        old.close()

    def close(self) -> None:
        """Stop watching, and end the engine after the last request."""
        self._end.set()
        self._turnstile.close()
        self._past.close()
