"""An answer to a query, ready to be shown: its first rows, or the beginning of its graph."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from publisher.query.engine import GRAPHS, SOLUTIONS, Answer
from publisher.rdf.namespaces import iri, shorten

_ROWS_SHOWN = 500
_LONGEST_GRAPH = 100_000
# A longer answer would keep the web process busy; it is offered for download alone.
_LONGEST_BODY = 4 << 20
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
class Cell:
    """One value of a solution."""

    text: str
    href: str = ""
    language: str = ""
    note: str = ""


@dataclass(frozen=True)
class Shown:
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
    rows: Sequence[Sequence[Cell | None]] = field(default=(), repr=False)
    total: int = 0
    graph: str = field(default="", repr=False)
    is_cut: bool = False


def show(answer: Answer, prefixes: Mapping[str, str], href: Callable[[str], str]) -> Shown:
    """Return what a page shows of an answer.

    Args:
        answer: JSON of solutions or a boolean, or a graph.
        prefixes: For shorter IRIs.
        href: IRI → where the page links for it; empty for nowhere.
    """
    if answer.media_type in GRAPHS:
        text = answer.body[:_LONGEST_GRAPH].decode("utf-8", "ignore")
        return Shown(graph=text, is_cut=len(answer.body) > _LONGEST_GRAPH)
    if answer.media_type != SOLUTIONS[0] or len(answer.body) > _LONGEST_BODY:
        return Shown(is_cut=True)
    content = json.loads(answer.body)
    if "boolean" in content:
        return Shown(boolean=content["boolean"])
    columns = content["head"]["vars"]
    bindings = content["results"]["bindings"]
    rows = [
        [_cell(row[name], prefixes, href) if name in row else None for name in columns]
        for row in bindings[:_ROWS_SHOWN]
    ]
    is_cut = len(bindings) > _ROWS_SHOWN
    return Shown(columns=columns, rows=rows, total=len(bindings), is_cut=is_cut)


def _cell(term: Mapping[str, Any], prefixes: Mapping[str, str], href: Callable[[str], str]) -> Cell:
    if term["type"] == "triple":
        return Cell(json.dumps(term["value"], ensure_ascii=False))
    value = str(term["value"])
    if term["type"] == "uri":
        return Cell(shorten(value, prefixes), href(value))
    datatype = str(term.get("datatype", _STRING))
    note = shorten(datatype, prefixes) if datatype != _STRING else ""
    return Cell(value, language=str(term.get("xml:lang", "")), note=note)
