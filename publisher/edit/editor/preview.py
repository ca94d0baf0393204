"""Pages as the site would show them, of sources that are not released and may not be saved."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Store

from publisher.addresses import Addresses
from publisher.errors import EngineFailed
from publisher.load.sources import Sources
from publisher.query.embedded import InProcessEngine
from publisher.query.engine import Answer, Operation
from publisher.rdf.sorted_files import Quads
from publisher.release.documents import shared_documents
from publisher.release.model import Release
from publisher.render.documents import Documents
from publisher.render.pages import PageLanguage, Pages

_NAME = "preview"
_LINKS = 100


class _MemoryEngine(InProcessEngine):
    """Look-ups in memory; a preview answers no queries."""

    def answer(self, operation: Operation) -> Answer:
        """Refuse: there is no page here that asks."""
        raise EngineFailed(
            "A preview answers no queries.",
            remedy="Build and serve a release: publisher run.",
        )

    def close(self) -> None:
        """Do nothing: memory is let go by itself."""


class Preview:
    """The site over some sources, in memory, below an address of the editor."""

    def __init__(self, sources: Sources, site_url: str) -> None:
        """Read what pages need.

        Args:
            sources: What the pages show.
            site_url: Where they answer; ends with a slash.
        """
        # The sorted ones have the labels too that shapes make.
        quads = list(Quads(sources.sorted_sources.quads, 0))
        store = Store()
        store.extend(quads)
        engine = _MemoryEngine(store)
        counts = Counter(getattr(quad.graph_name, "value", "") for quad in quads)
        release = Release(
            id=_NAME,
            folder=Path(_NAME),  # nothing of it is on the disk
            base_iri=sources.base_iri,
            published=datetime.now(UTC),
            digest="",
            inputs="",
            graphs=dict(counts),
            prefixes=sources.prefixes,
            context=sources.context,
            documents={
                path: tuple(things)
                for path, things in shared_documents(quads, sources.base_iri).items()
            },
            files={},
            modified={},
        )
        self._addresses = Addresses(sources.base_iri, site_url)
        self._documents = Documents(release, engine, self._addresses, _LINKS)
        self._pages = Pages(release, engine, self._addresses)

    def page(self, path: str, language: str, number: int = 1) -> bytes | None:
        """Return the page at a path of the site; None when there is none."""
        page_language = PageLanguage(language, chosen=True)
        if not path:
            return self._pages.home(page_language)
        document = self._documents.find(path)
        if document is None:
            return None
        description = self._documents.describe(document, number)
        if description is None:
            return None
        return self._pages.document(document, description, page_language)

    def path_of(self, thing: str) -> str:
        """Return the path of the document about a thing, below the site."""
        address = self._addresses.on_site(self._addresses.document_of(thing))
        return address.removeprefix(self._addresses.site_url)
