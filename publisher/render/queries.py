"""The pages of the SPARQL endpoint and of named queries, with the answers to queries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import urlencode

from publisher.addresses import Addresses
from publisher.messages import in_language, translate
from publisher.query.engine import GRAPHS, Answer
from publisher.query.named import NamedQuery
from publisher.rdf import media_types
from publisher.release.model import Release
from publisher.render.answer_layout import (
    FIGURES,
    GREATEST,
    LEAST,
    MEAN,
    NOTHING_CHOSEN,
    SUM,
    AnswerLayout,
)
from publisher.render.answers import AnswerReader
from publisher.render.frame import Frame, PageLanguage
from publisher.render.snippets import example_programs, query_address, with_prefixes

_TABLE_FORMATS = ("csv", "json", "xml", "tsv")
# Put there when the package is built, if npm was at hand.
_EDITOR = ("serve", "static", "yasqe", "yasqe.min.js")
_GRAPH_FORMATS = tuple(each.extension for each in media_types.GRAPHS)


@dataclass(frozen=True)
class QueryPage:
    """What one request left to show.

    Attributes:
        query: As it was sent; empty when there was none.
        is_whole: Whether it declares all its prefixes, so that it needs no help.
        answer: JSON of solutions or a boolean, or Turtle.
        layout: What was chosen to be seen of it.
        problem: What went wrong, and the cure.
        excerpt: The line of the query, with a caret below the place.
        line: Of the place, from 1; 0 where there is none.
        column: Of that line, likewise.
    """

    query: str = ""
    is_whole: bool = True
    answer: Answer | None = None
    layout: AnswerLayout = NOTHING_CHOSEN
    problem: Sequence[str] = ()
    excerpt: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class NamedQueryView:
    """A named query as a page lists it."""

    name: str
    about: str
    href: str
    parameters: tuple[tuple[str, str, str], ...]
    text: str
    examples: tuple[tuple[str, str], ...]


def _editor_words(language: str) -> dict[str, str]:
    """Return what the editor says; it fills in what is in braces."""
    return {
        "query": translate("Query", language),
        "format": translate("Format the query", language),
        "complete": translate("Suggest", language),
        "nothing": translate("There is nothing to suggest here.", language),
        "keys": translate(
            "Ctrl+Enter asks, Ctrl+Space suggests, Shift+Ctrl+F formats the query.", language
        ),
        "wrong": translate(
            "Line {line}: “{word}” cannot stand here.", language, line="{line}", word="{word}"
        ),
        "unknown": translate("Nobody knows the prefix {prefix}:", language, prefix="{prefix}"),
        "declare": translate("Declare {prefixes}", language, prefixes="{prefixes}"),
    }


def _figure(name: str, language: str) -> str:
    """Return what a field of a summary holds; the column is filled in later."""
    named = {
        SUM: translate("sum of {column}", language, column="{column}"),
        MEAN: translate("mean of {column}", language, column="{column}"),
        LEAST: translate("least {column}", language, column="{column}"),
        GREATEST: translate("greatest {column}", language, column="{column}"),
    }
    return named.get(name) or translate("number of rows", language)


class QueryPages:
    """The pages of one release's endpoint."""

    def __init__(
        self,
        frame: Frame,
        release: Release,
        addresses: Addresses,
        named: Mapping[str, NamedQuery],
        first: Mapping[str, str],
        answers: AnswerReader,
        *,
        union: bool = True,
        is_past: bool = False,
    ) -> None:
        """Keep what the pages are made of.

        Args:
            frame: Surrounds them.
            release: Whose prefixes people may leave out.
            addresses: Of the site.
            named: The named queries, which are the examples too.
            first: What is in the form at first, by language.
            answers: Makes answers legible.
            union: Whether the default graph is the union of all graphs.
            is_past: Whether the addresses are those of one release.
        """
        self._frame, self._release, self._addresses = frame, release, addresses
        self._named, self._first, self._union = named, first, union
        self._answers, self._is_past = answers, is_past
        self._has_editor = files("publisher").joinpath(*_EDITOR).is_file()

    def endpoint(self, page_language: PageLanguage, page: QueryPage) -> bytes:
        """Return the page of the endpoint: the form, the query that was sent and its answer."""
        prefixes = self._release.prefixes
        url = self._addresses.on_site(self._release.base_iri + "sparql")
        query = page.query if page.is_whole else with_prefixes(page.query, prefixes)
        is_graph = page.answer is not None and page.answer.media_type in GRAPHS
        formats = _GRAPH_FORMATS if is_graph else _TABLE_FORMATS
        files = [(form.upper(), query_address(url, query, form)) for form in formats]
        chosen = page.layout.parameters()
        return self._frame.render(
            "sparql.html",
            page_language,
            self._release.base_iri + "sparql",
            title="SPARQL",
            summary=translate(
                "Ask the data in SPARQL 1.1: an editor that suggests terms, answers as table, map"
                " and chart.",
                page_language.language,
            ),
            shown=self._answers.read(
                page.answer,
                page_language.language,
                lambda name: self._frame.link(name, page_language),
                page.layout,
            )
            if page.answer
            else None,
            sent=page,
            union=self._union,
            editor=self._has_editor,
            declared=json.dumps(dict(sorted(prefixes.items()))),
            words=json.dumps(_editor_words(page_language.language), ensure_ascii=False),
            query=page.query or self._first.get(page_language.language, ""),
            kept_language=page_language.language if page_language.chosen else "",
            prefixes=", ".join(sorted(prefixes)),
            files=[(name, href) for name, href in files if href],
            share=query_address(url, query, more=chosen),
            permalink=query_address(self._permalink(url), query, more=chosen),
            figures={name: _figure(name, page_language.language) for name in ("", *FIGURES)},
            programs=list(example_programs(url, query, is_graph=is_graph)) if page.answer else [],
            examples=[self._listed(query, page_language) for query in self._named.values()],
        )

    def _permalink(self, url: str) -> str:
        """Return the endpoint of this release, which answers the same later."""
        below = f"release/{self._release.id}/sparql"
        return url if self._is_past else self._addresses.on_site(self._release.base_iri + below)

    def named(self, page_language: PageLanguage) -> bytes:
        """Return the page that documents the named queries."""
        return self._frame.render(
            "queries.html",
            page_language,
            self._release.base_iri + "query",
            title=self._title(page_language),
            summary=translate(
                "Each has an address of its own, answers as CSV or JSON, and can be put into a"
                " spreadsheet or a program.",
                page_language.language,
            ),
            queries=[self._listed(query, page_language) for query in self._named.values()],
        )

    @staticmethod
    def _title(page_language: PageLanguage) -> str:
        return translate("Ready-made queries", page_language.language)

    def _listed(self, query: NamedQuery, page_language: PageLanguage) -> NamedQueryView:
        url = self._addresses.path(self._release.base_iri + f"query/{query.name}")
        examples = urlencode({n: p.example for n, p in query.parameters.items()})
        requested = f"?{examples}" if examples else ""
        return NamedQueryView(
            name=query.name,
            about=in_language(query.about, page_language.language) or query.name,
            href=query_address(
                self._addresses.path(self._release.base_iri + "sparql"), query.example()
            ),
            parameters=tuple(
                (p.name, in_language(p.about, page_language.language), p.example)
                for p in query.parameters.values()
            ),
            text=query.body(),
            examples=tuple((form, f"{url}.{form}{requested}") for form in ("csv", "json")),
        )
