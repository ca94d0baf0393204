"""Small pages for other sites: a thing as a card, rows of a table, the map; each says whence it is.

They stand in a frame of somebody else's page. So they have no script, every link leaves the frame,
and who publishes, the licence and the day of the data stand below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from publisher.query.engine import Description
from publisher.release.tables.table import Table
from publisher.render.compose import PageBuilder
from publisher.render.documents import Document
from publisher.render.frame import Frame, PageLanguage
from publisher.render.maps.maps import MOST_DRAWN, Maps
from publisher.render.page_model import PropertyValues, Thing
from publisher.render.tables.pages import TablePages, TableView, has_places
from publisher.render.tables.selection import Selection
from publisher.render.values import first_sentence

# A card is a beginning: the page has the rest.
_MOST_LINES, _MOST_VALUES = 6, 3
MOST_ROWS = 10


class EmbeddedPages:
    """The pages of one release that other sites may show in a frame."""

    def __init__(self, frame: Frame, composer: PageBuilder, maps: Maps, tables: TablePages) -> None:
        """Keep what makes the whole pages."""
        self._frame, self._composer, self._maps, self._tables = frame, composer, maps, tables

    def card(
        self, document: Document, description: Description, reader: PageLanguage
    ) -> bytes | None:
        """Return a document's topic as a card; None for one without a topic."""
        page = self._composer.compose(document, description, reader.language, self._links(reader))
        if page.topic is None:
            return None
        texts = page.topic.descriptions[:1]
        return self._render(
            document.iri,
            reader,
            title=page.topic.name.text,
            topic=page.topic,
            lead=[replace(text, text=first_sentence(text.text)) for text in texts],
            lines=_beginning(page.topic),
        )

    def table(self, view: TableView) -> bytes | None:
        """Return the first rows of a table; None for a page of it that does not exist."""
        grid = self._tables.grid(view, MOST_ROWS)
        if grid is None:
            return None
        title = self._tables.title(view.table, view.reader)
        whole = self._tables.address(view.table)
        href = self._tables.here(view)
        return self._render(whole, view.reader, title, href, grid=grid)

    def map(self, base_iri: str, reader: PageLanguage, table: Table | None = None) -> bytes | None:
        """Return the map of the home page; None where nothing has a place.

        Args:
            base_iri: The IRI of the home page.
            reader: Who it is for.
            table: That of the main class: of too many places for a drawing its first rows are
                drawn, and the frame says so.
        """
        drawn = self._maps.of_home(reader.language, self._links(reader))
        if drawn is not None:
            return self._render(base_iri, reader, title=drawn.title, map=drawn)
        if table is None or not has_places(table):
            return None
        drawn, total = self._tables.first_on_map(TableView(table, Selection(), (), reader))
        if drawn is None:
            return None
        part = {"first": 1, "last": min(MOST_DRAWN, total), "total": total}
        whole = self._frame.href(self._tables.address(table), reader)
        return self._render(base_iri, reader, drawn.title, whole, map=drawn, part=part)

    def _links(self, reader: PageLanguage) -> Callable[[str], str]:
        return lambda name: self._frame.link(name, reader)

    def _render(
        self, canonical: str, reader: PageLanguage, title: str, href: str = "", **parts: Any
    ) -> bytes:
        """Return a page; ``canonical`` is the IRI of the page that it is a part of."""
        empty: dict[str, Any] = {"topic": None, "grid": None, "map": None, "part": None}
        empty |= {"lead": (), "lines": ()}
        whole = href or self._frame.href(canonical, reader)
        return self._frame.render(
            "embedded.html", reader, canonical, title=title, whole=whole, **{**empty, **parts}
        )


def _beginning(topic: Thing) -> list[PropertyValues]:
    """Return the first lines of a thing, with a few values each and without their sources."""
    shown = []
    is_name = {topic.name.text}
    lines = [line for line in topic.lines if {v.text for v in line.facts[0].values} != is_name]
    for line in lines[:_MOST_LINES]:
        facts = tuple(
            replace(fact, values=fact.values[:_MOST_VALUES], sources=(), notes=())
            for fact in line.facts[:1]
        )
        shown.append(replace(line, facts=facts))
    return shown
