"""The pages of the SPARQL endpoint and of named queries, with the answers to queries."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from publisher.addresses import Addresses
from publisher.messages import in_language, translate
from publisher.query.engine import GRAPHS, SOLUTIONS, Answer
from publisher.query.named import NamedQuery
from publisher.rdf.namespaces import iri, shorten
from publisher.release.model import Release
from publisher.render.frame import Frame, PageLanguage
from publisher.render.snippets import example_programs, query_address, with_prefixes

_TABLE_FORMATS = ("csv", "json", "xml", "tsv")
# Put there when the package is built, if npm was at hand.
_EDITOR = ("serve", "static", "yasgui", "yasgui.min.js")
_GRAPH_FORMATS = ("ttl", "jsonld", "rdf", "nt")


@dataclass(frozen=True)
class NamedQueryView:
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

    def endpoint(self, page_language: PageLanguage, page: QueryPage) -> bytes:
        """Return the page of the endpoint: the form, the query that was sent and its answer."""
        prefixes = self._release.prefixes
        place = self._addresses.on_site(self._release.base_iri + "sparql")
        query = page.query if page.is_whole else with_prefixes(page.query, prefixes)
        is_graph = page.answer is not None and page.answer.media_type in GRAPHS
        formats = _GRAPH_FORMATS if is_graph else _TABLE_FORMATS
        files = [(form.upper(), query_address(place, query, form)) for form in formats]
        return self._frame.render(
            "sparql.html",
            page_language,
            self._release.base_iri + "sparql",
            title="SPARQL",
            shown=view_answer(
                page.answer, prefixes, lambda name: self._frame.href(name, page_language)
            )
            if page.answer
            else None,
            sent=page,
            union=self._union,
            editor=self._has_editor,
            place=self._addresses.path(self._release.base_iri + "sparql"),
            declared=json.dumps(dict(sorted(prefixes.items()))),
            query=page.query or self._first.get(page_language.language, ""),
            kept_language=page_language.language if page_language.chosen else "",
            prefixes=", ".join(sorted(prefixes)),
            files=[(name, href) for name, href in files if href],
            share=query_address(place, query),
            programs=list(example_programs(place, query, is_graph=is_graph)) if page.answer else [],
            examples=[self._listed(query, page_language) for query in self._named.values()],
        )

    def named(self, page_language: PageLanguage) -> bytes:
        """Return the page that documents the named queries."""
        return self._frame.render(
            "queries.html",
            page_language,
            self._release.base_iri + "query",
            title=self._title(page_language),
            queries=[self._listed(query, page_language) for query in self._named.values()],
        )

    @staticmethod
    def _title(page_language: PageLanguage) -> str:
        return translate("Ready-made queries", page_language.language)

    def _listed(self, query: NamedQuery, page_language: PageLanguage) -> NamedQueryView:
        place = self._addresses.path(self._release.base_iri + f"query/{query.name}")
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
            examples=tuple((form, f"{place}.{form}{requested}") for form in ("csv", "json")),
        )


# An answer to a query, ready to be shown: its first rows, or the beginning of its graph.

_ROWS_SHOWN = 500
_LONGEST_GRAPH = 100_000
# A longer answer would keep the web process busy; it is offered for download alone.
_LARGEST_BODY = 4 << 20
_STRING = iri("xsd:string")


@dataclass(frozen=True)
class QueryPage:
    """What one request left to show.

    Attributes:
        query: As it was sent; empty when there was none.
        is_whole: Whether it declares all its prefixes, so that it needs no help.
        answer: JSON of solutions or a boolean, or Turtle.
        problem: What went wrong, and the cure.
        excerpt: The line of the query, with a caret below the place.
    """

    query: str = ""
    is_whole: bool = True
    answer: Answer | None = None
    problem: Sequence[str] = ()
    excerpt: str = ""


@dataclass(frozen=True)
class Binding:
    """One value of a solution."""

    text: str
    href: str = ""
    language: str = ""
    note: str = ""


@dataclass(frozen=True)
class AnswerView:
    """An answer as a page shows it.

    Attributes:
        boolean: Of ASK; None for other answers.
        columns: Names of the variables.
        rows: Solutions that are shown; a cell is None where a variable is not bound.
        total: Number of all solutions.
        graph: Turtle.
        is_cut: Whether there is more than is shown.
    """

    boolean: bool | None = None
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Binding | None]] = field(default=(), repr=False)
    total: int = 0
    graph: str = field(default="", repr=False)
    is_cut: bool = False


def view_answer(
    answer: Answer, prefixes: Mapping[str, str], href: Callable[[str], str]
) -> AnswerView:
    """Return what a page shows of an answer.

    Args:
        answer: JSON of solutions or a boolean, or a graph.
        prefixes: For shorter IRIs.
        href: IRI → where the page links for it; empty for nowhere.
    """
    if answer.media_type in GRAPHS:
        text = answer.body[:_LONGEST_GRAPH].decode("utf-8", "ignore")
        return AnswerView(graph=text, is_cut=len(answer.body) > _LONGEST_GRAPH)
    if answer.media_type != SOLUTIONS[0] or len(answer.body) > _LARGEST_BODY:
        return AnswerView(is_cut=True)
    try:
        return _view_solutions(json.loads(answer.body), prefixes, href)
    except RecursionError:  # triples within triples, hundreds of them
        return AnswerView(is_cut=True)


def _view_solutions(
    content: Any, prefixes: Mapping[str, str], href: Callable[[str], str]
) -> AnswerView:
    if "boolean" in content:
        return AnswerView(boolean=content["boolean"])
    columns = content["head"]["vars"]
    bindings = content["results"]["bindings"]
    rows = [
        [_view_binding(row[name], prefixes, href) if name in row else None for name in columns]
        for row in bindings[:_ROWS_SHOWN]
    ]
    is_cut = len(bindings) > _ROWS_SHOWN
    return AnswerView(columns=columns, rows=rows, total=len(bindings), is_cut=is_cut)


def _view_binding(
    term: Mapping[str, Any], prefixes: Mapping[str, str], href: Callable[[str], str]
) -> Binding:
    if term["type"] == "triple":
        parts = (term["value"][name] for name in ("subject", "predicate", "object"))
        shown = " ".join(_view_binding(part, prefixes, href).text for part in parts)
        return Binding(f"<<( {shown} )>>")
    value = str(term["value"])
    if term["type"] == "uri":
        return Binding(shorten(value, prefixes), href(value))
    datatype = str(term.get("datatype", _STRING))
    note = shorten(datatype, prefixes) if datatype != _STRING else ""
    return Binding(value, language=str(term.get("xml:lang", "")), note=note)
