"""An answer to a query → what a page shows of it: table, map, charts, summary, and as it came.

What is linked has its name in the reader's language; charts are made where the answer has something
to count or to measure, or of the columns that were chosen. Everything is there without a script.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from publisher.query.engine import GRAPHS, SOLUTIONS, Answer, Engine
from publisher.rdf.namespaces import iri
from publisher.release.model import Release
from publisher.render.answer_charts import AnswerChart, draft_charts
from publisher.render.answer_layout import NOTHING_CHOSEN, AnswerLayout
from publisher.render.answer_summary import ColumnProfile, Pivot, column_profiles, draft_pivot
from publisher.render.answer_terms import (
    NUMBERS,
    STRING,
    AnswerTerms,
    Binding,
    Href,
    Row,
    all_of,
)
from publisher.render.labels import fetch_labels
from publisher.render.maps.geometry import Outline, read_outline
from publisher.render.maps.maps import Maps
from publisher.render.maps.svg import Map
from publisher.render.page_model import Value

_ROWS_SHOWN = 500
_LONGEST_GRAPH = 100_000
_LONGEST_RAW = 20_000
# A longer answer would keep the web process busy; it is offered for download alone.
_LARGEST_BODY = 4 << 20
_MOST_PLACES = 200
_GEOMETRIES = frozenset(
    iri(f"geo:{name}") for name in ("wktLiteral", "gmlLiteral", "geoJSONLiteral")
)


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
        map: Where the things of the answer are.
        charts: Of the chosen columns; else of its numbers, else of how often a value comes.
        measured: Names of the variables whose values are numbers.
        profiles: What each column holds.
        pivot: The summary; None where there is nothing to count.
        layout: What was chosen.
        raw: The answer as it came, or its beginning.
    """

    boolean: bool | None = None
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Binding | None]] = field(default=(), repr=False)
    total: int = 0
    graph: str = field(default="", repr=False)
    is_cut: bool = False
    map: Map | None = None
    charts: Sequence[AnswerChart] = ()
    measured: Sequence[str] = ()
    profiles: Sequence[ColumnProfile] = ()
    pivot: Pivot | None = None
    layout: AnswerLayout = NOTHING_CHOSEN
    raw: str = field(default="", repr=False)


class AnswerReader:
    """Makes the answers about one release legible."""

    def __init__(self, engine: Engine, maps: Maps, release: Release) -> None:
        """Keep what knows names and places."""
        self._engine, self._maps = engine, maps
        self._prefixes = release.prefixes

    def read(self, answer: Answer, language: str, href: Href, layout: AnswerLayout) -> AnswerView:
        """Return what a page shows of an answer.

        Args:
            answer: JSON of solutions or a boolean, or a graph.
            language: Of the page.
            href: IRI → where the page links for it; empty for nowhere.
            layout: What the reader chose to see of it.
        """
        if answer.media_type in GRAPHS:
            text = answer.body[:_LONGEST_GRAPH].decode("utf-8", "ignore")
            return AnswerView(graph=text, is_cut=len(answer.body) > _LONGEST_GRAPH)
        if answer.media_type != SOLUTIONS[0] or len(answer.body) > _LARGEST_BODY:
            return AnswerView(is_cut=True)
        try:
            content = json.loads(answer.body)
            if "boolean" in content:
                return AnswerView(boolean=content["boolean"])
            columns, rows = content["head"]["vars"], content["results"]["bindings"]
            return self._solutions(columns, rows, language, href, layout)
        except RecursionError:  # triples within triples, hundreds of them
            return AnswerView(is_cut=True)

    def _solutions(
        self,
        columns: Sequence[str],
        rows: Sequence[Row],
        language: str,
        href: Href,
        layout: AnswerLayout,
    ) -> AnswerView:
        drafts = draft_charts(columns, rows, layout)
        pivot = draft_pivot(columns, rows, layout)
        shown = rows[:_ROWS_SHOWN]
        drawn = [term for draft in drafts for term in draft.terms]
        drawn += pivot.terms if pivot else ()
        names = {
            str(term["value"])
            for term in (*(term for row in shown for term in row.values()), *drawn)
            if term["type"] == "uri"
        }
        writer = AnswerTerms(fetch_labels(self._engine, names), self._prefixes, language, href)
        raw = "\n".join(json.dumps(row, ensure_ascii=False) for row in shown)
        return AnswerView(
            columns=columns,
            rows=[
                [writer.binding(row[name]) if name in row else None for name in columns]
                for row in shown
            ],
            total=len(rows),
            is_cut=len(rows) > _ROWS_SHOWN,
            map=self._map(shown, names, writer),
            charts=[draft.drawn(writer) for draft in drafts],
            measured=[name for name in columns if all_of(rows, name, NUMBERS)],
            profiles=column_profiles(columns, rows, writer),
            pivot=pivot.drawn(writer) if pivot else None,
            layout=layout,
            raw=raw if len(raw) <= _LONGEST_RAW else raw[:_LONGEST_RAW] + "…",
        )

    def _map(self, rows: Sequence[Row], names: set[str], writer: AnswerTerms) -> Map | None:
        """Return the map of an answer: of the geometries in it, else of the things it names."""
        outlines: dict[str, Outline] = {}
        called: dict[str, Value] = {}
        for number, row in enumerate(rows[:_MOST_PLACES], start=1):
            written = [str(t["value"]) for t in row.values() if t.get("datatype") in _GEOMETRIES]
            outline = read_outline(written)
            if not any(outline.positions()):
                continue
            name, value = _named_row(row, number, writer)
            outlines.setdefault(name, outline)
            called.setdefault(name, value)

        def link(name: str) -> Value:
            return called.get(name) or writer.value(name)

        return self._maps.of_answer(outlines, names, writer.language, link)


def _named_row(row: Row, number: int, writer: AnswerTerms) -> tuple[str, Value]:
    """Return what stands for a row on the map, and how it is called: by a text, if it has one."""
    thing = next((str(t["value"]) for t in row.values() if t["type"] == "uri"), "")
    texts = [
        str(term["value"])
        for term in row.values()
        if term["type"] == "literal" and term.get("datatype", STRING) == STRING
    ]
    if thing and not texts:
        return thing, writer.value(thing)
    text = texts[0] if texts else str(number)
    return thing or f"_:row{number}", Value(text, writer.value(thing).href if thing else "")
