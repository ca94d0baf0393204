"""The current release, whichever it is: opened beside and swapped in, without a restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.config import Config
from publisher.errors import PublisherError
from publisher.release.open import current_folder, open_current, open_release
from publisher.serve.app import create_app
from publisher.serve.site import Site, open_site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LOOK_EVERY_SECONDS = 1.0
_log = logging.getLogger("publisher")


class Live:
    """A WSGI application that follows the ``current`` link of a folder of releases."""

    def __init__(self, config: Config) -> None:
        """Open the current release.

        Raises:
            ReleaseError: There is none, or it is damaged.
        """
        self._config = config
        self._releases = Path(config.releases)
        self._site: Site = open_site(config, open_current(self._releases))
        self._application: WSGIApplication = create_app(self._site)
        self._end = threading.Event()
        threading.Thread(target=self._watch, daemon=True, name="release watcher").start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the release that is current when the request comes in."""
        return self._application(environ, start_response)

    def _watch(self) -> None:
        while not self._end.wait(_LOOK_EVERY_SECONDS):
            folder = current_folder(self._releases)
            if folder is not None and folder != self._site.release.folder.resolve():
                self._swap(folder)

    def _swap(self, folder: Path) -> None:
        """Open a release and hand over to it; the old one ends when its requests had their time."""
        try:
            site = open_site(self._config, open_release(folder))
        except (PublisherError, OSError) as error:
            _log.error("The release %s cannot be served; the old one stays: %s", folder.name, error)
            self._end.wait(_LOOK_EVERY_SECONDS * 10)
            return
        old, self._site = self._site, site
        self._application = create_app(site)
        _log.info("Now serving release %s.", site.release.id)
        threading.Timer(self._config.query_timeout_seconds * 2, old.engine.close).start()

    def close(self) -> None:
        """Stop watching, and end the engine."""
        self._end.set()
        self._site.engine.close()
