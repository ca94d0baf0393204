"""The pages of the SPARQL endpoint and of the named queries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import urlencode

from publisher.addresses import Addresses
from publisher.messages import in_language
from publisher.query.engine import GRAPHS
from publisher.query.named import NamedQuery
from publisher.release.model import Release
from publisher.render.frame import Frame, Reader
from publisher.render.query_page import QueryPage, show
from publisher.render.snippets import address, programs, whole

_TABLE_FORMATS = ("csv", "json", "xml", "tsv")
# Put there when the package is built, if npm was at hand.
_EDITOR = ("serve", "static", "yasgui", "yasgui.min.js")
_GRAPH_FORMATS = ("ttl", "jsonld", "rdf", "nt")


@dataclass(frozen=True)
class Listed:
    """A named query as a page lists it."""

    name: str
    about: str
    href: str
    parameters: tuple[tuple[str, str, str], ...]
    text: str
    examples: tuple[tuple[str, str], ...]


class QueryPages:
    """The pages of one release's endpoint."""

    def __init__(
        self,
        frame: Frame,
        release: Release,
        addresses: Addresses,
        named: Mapping[str, NamedQuery],
        first: Mapping[str, str],
        *,
        union: bool = True,
    ) -> None:
        """Keep what the pages are made of.

        Args:
            frame: Surrounds them.
            release: Whose prefixes people may leave out.
            addresses: Of the site.
            named: The named queries, which are the examples too.
            first: What stands in the form at first, by language.
            union: Whether the default graph is the union of all graphs.
        """
        self._frame, self._release, self._addresses = frame, release, addresses
        self._named, self._first, self._union = named, first, union
        self._has_editor = files("publisher").joinpath(*_EDITOR).is_file()

    def endpoint(self, reader: Reader, page: QueryPage) -> bytes:
        """Return the page of the endpoint: the form, the query that was sent and its answer."""
        prefixes = self._release.prefixes
        place = self._addresses.on_site(self._release.base_iri + "sparql")
        query = page.query if page.is_whole else whole(page.query, prefixes)
        is_graph = page.answer is not None and page.answer.media_type in GRAPHS
        formats = _GRAPH_FORMATS if is_graph else _TABLE_FORMATS
        files = [(form.upper(), address(place, query, form)) for form in formats]
        return self._frame.render(
            "sparql.html",
            reader,
            self._release.base_iri + "sparql",
            title="SPARQL",
            shown=show(page.answer, prefixes, lambda name: self._frame.href(name, reader))
            if page.answer
            else None,
            sent=page,
            union=self._union,
            editor=self._has_editor,
            place=self._addresses.path(self._release.base_iri + "sparql"),
            declared=json.dumps(dict(sorted(prefixes.items()))),
            query=page.query or self._first.get(reader.language, ""),
            kept_language=reader.language if reader.chosen else "",
            prefixes=", ".join(sorted(prefixes)),
            files=[(name, href) for name, href in files if href],
            share=address(place, query),
            programs=list(programs(place, query, is_graph=is_graph)) if page.answer else [],
            examples=[self._listed(query, reader) for query in self._named.values()],
        )

    def named(self, reader: Reader) -> bytes:
        """Return the page that documents the named queries."""
        return self._frame.render(
            "queries.html",
            reader,
            self._release.base_iri + "query",
            title=self._title(reader),
            queries=[self._listed(query, reader) for query in self._named.values()],
        )

    @staticmethod
    def _title(reader: Reader) -> str:
        return {"sv": "Färdiga frågor", "en": "Ready-made queries"}[reader.language]

    def _listed(self, query: NamedQuery, reader: Reader) -> Listed:
        place = self._addresses.path(self._release.base_iri + f"query/{query.name}")
        examples = urlencode({n: p.example for n, p in query.parameters.items()})
        asked = f"?{examples}" if examples else ""
        return Listed(
            name=query.name,
            about=in_language(query.about, reader.language) or query.name,
            href=address(self._addresses.path(self._release.base_iri + "sparql"), query.example()),
            parameters=tuple(
                (p.name, in_language(p.about, reader.language), p.example)
                for p in query.parameters.values()
            ),
            text=query.body(),
            examples=tuple((form, f"{place}.{form}{asked}") for form in ("csv", "json")),
        )
