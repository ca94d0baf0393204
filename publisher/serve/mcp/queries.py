"""Tools that ask: query, examples, table. What is in an answer has its sources beside it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pyoxigraph import (
    BlankNode,
    NamedNode,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from publisher.errors import PublisherError, QueryRefused
from publisher.languages import LANGUAGES
from publisher.query.engine import GRAPHS, Answer, Operation, Term
from publisher.query.named import NamedQuery
from publisher.query.patterns import Pattern, UnreadPattern, read_patterns
from publisher.query.tokens import declared_prefixes, tokenize
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.text import fold, words
from publisher.release.search import LONGEST_QUERY, MOST_WORDS
from publisher.release.tables.cells import TableRow
from publisher.release.tables.table import LINK, Column, Table, is_property
from publisher.render.evidence import Evidence
from publisher.render.snippets import with_prefixes
from publisher.render.tables.selection import Selection
from publisher.serve.mcp.members import (
    Message,
    NoSuchName,
    evidence_members,
    is_iri,
    names_of,
    one_page,
    permalink_of,
    short,
    term_member,
    triple_members,
    with_query,
)
from publisher.serve.metrics import QueryLog
from publisher.serve.site import Site

HasLeft = Callable[[], bool]
Row = Mapping[str, Term]
_ROWS, _EXAMPLES, _TABLE_ROWS = 100, 10, 25
_MOST_PATTERNS = 12
# Longer addresses are cut on their way.
_LONGEST_ADDRESS = 30_000
_N_TRIPLES = GRAPHS[1]
_MOST_SELECTED = 100


def _prefixes(site: Site) -> dict[str, str]:
    return {**PREFIXES, **site.release.prefixes}


def _ask(site: Site, text: str, client: str, has_left: HasLeft) -> Answer:
    """Return the answer to a query, written down and counted as at the endpoint."""
    endpoint = site.addresses.on_site(site.release.base_iri + "sparql")
    operation = Operation(text, graph_type=_N_TRIPLES, base_iri=endpoint)
    log, began = QueryLog(site.config, site.metrics), time.perf_counter()
    try:
        answer = site.endpoint.answer(operation, client, has_left)
    except PublisherError as error:
        log.failed(operation, error, client, began)
        raise
    log.answered(operation, answer, client, began)
    return answer


def _permalink(site: Site, text: str) -> str:
    url = with_query(site.markdown.permalink("sparql"), {"query": text})
    return url if len(url) <= _LONGEST_ADDRESS else ""


def ask_rows(site: Site, text: str, client: str, has_left: HasLeft) -> tuple[list[Row], str]:
    """Return the rows of a SELECT query, and its permalink.

    Raises:
        QueryError: As ``Endpoint.answer`` says.
    """
    return _rows(_ask(site, text, client, has_left).body)[1], _permalink(site, text)


def _rows(body: bytes) -> tuple[list[str], list[Row]]:
    results: Any = parse_query_results(body, format=QueryResultsFormat.JSON)
    variables = [variable.value for variable in results.variables]
    rows: list[Row] = [
        {name: row[name] for name in variables if row[name] is not None} for row in results
    ]
    return variables, rows


def query(site: Site, arguments: Message, client: str, has_left: HasLeft) -> Message:
    """Return the answer to a query, with the sources of the triples in it."""
    text = with_prefixes(str(arguments["sparql"]), _prefixes(site))
    answer = _ask(site, text, client, has_left)
    permalink = _permalink(site, text)
    message: Message = {"permalink": permalink, "asked": text}
    if not permalink:
        message["no_permalink"] = (
            "The query is too long for an address; POST it to the same release."
        )
        message["post_to"] = site.markdown.permalink("sparql")
    number = int(arguments.get("page", 1))
    if answer.media_type == _N_TRIPLES:
        return message | _graph_members(site, answer.body, number)
    try:
        content = json.loads(answer.body)
    except RecursionError as error:
        raise QueryRefused(
            "The triples in the result's terms nest too deep to be read.",
            remedy="Take them apart with SUBJECT, PREDICATE and OBJECT.",
        ) from error
    if "boolean" in content:
        return message | {"data": content["boolean"], "sources": _datasets(site)}
    variables, rows = _rows(answer.body)
    shown, paging = one_page(rows, number, _ROWS)
    message |= {"paging": paging, **_row_members(site, text, variables, shown)}
    if not rows:
        message["patterns_alone"] = _patterns_alone(site, text)
    return message


def _datasets(site: Site) -> list[Message]:
    """Return the data sets: what an answer rests on that is computed of many triples."""
    listed = list(site.pages.catalogued.datasets) or list(site.release.graphs)
    return [{"source": name, "level": "dataset"} for name in listed if name]


def _graph_members(site: Site, body: bytes, number: int) -> Message:
    triples = sorted((q.triple for q in parse(body, format=RdfFormat.N_TRIPLES)), key=str)
    shown, paging = one_page(triples, number, _ROWS)
    # No data set holds a triple about a triple: only queries make them.
    rests = triple_members(site, [t for t in shown if not isinstance(t.object, Triple)])
    names = names_of(site, (term for t in shown for term in (t.subject, t.object)))
    return {
        "paging": paging,
        "data": [
            {
                "subject": term_member(site, t.subject, names),
                "property": short(site, t.predicate.value),
                "value": term_member(site, t.object, names),
                "sources": rests.get(t, []),
            }
            for t in shown
        ],
    }


def _row_members(site: Site, text: str, variables: Sequence[str], rows: Sequence[Row]) -> Message:
    """Return rows, each with the triples of the data that it is made of and their sources."""
    patterns = _plain_patterns(site, text)
    made = [[t for p in patterns if (t := _instance(p, row)) is not None] for row in rows]
    rests = triple_members(site, [t for triples in made for t in triples])
    names = names_of(site, (term for row in rows for term in row.values()))
    data = []
    for row, triples in zip(rows, made, strict=True):
        facts = [
            {
                "subject": str(t.subject)[1:-1],
                "property": short(site, t.predicate.value),
                "value": term_member(site, t.object, {}),
                "sources": rests[t],
            }
            for t in triples
            if t in rests
        ]
        message: Message = {
            "row": {name: term_member(site, term, names) for name, term in row.items()}
        }
        data.append(message | ({"facts": facts} if facts else {"sources": _datasets(site)}))
    return {"variables": list(variables), "data": data}


# The patterns of a query: what a row is made of, and which of them has no result.


def _plain_patterns(site: Site, text: str) -> list[tuple[Term | str, Term | str, Term | str]]:
    """Return the triple patterns of a query as terms and names of variables.

    Paths are left out, and so are all of a query whose structure is not a plain one.
    """
    names = {**_prefixes(site), **declared_prefixes(text)}
    patterns = []
    for pattern in _read(text):
        parts = (pattern.subject, " ".join(pattern.predicate), pattern.object)
        terms = [_part(part, names) for part in parts]
        if not pattern.path and None not in terms:
            patterns.append(tuple(terms))
    return patterns  # type: ignore[return-value]


def _read(text: str) -> list[Pattern]:
    with suppress(UnreadPattern):
        return read_patterns(list(tokenize(text)))
    return []


def _part(text: str, names: Mapping[str, str]) -> Term | str | None:
    """Return a term, or a variable with its question mark; None for what is not read here."""
    if text[0] in "?$":
        return f"?{text[1:]}"
    if text == "a":
        return NamedNode(iri("rdf:type"))
    with suppress(ValueError):
        if text.startswith("<"):
            return NamedNode(text[1:-1])
        prefix, colon, local = text.partition(":")
        if colon and prefix in names and text[0] not in "\"'_" and "\\" not in local:
            return NamedNode(names[prefix] + local)
    return None


def _instance(pattern: tuple[Term | str, Term | str, Term | str], row: Row) -> Triple | None:
    """Return the triple that a row makes of a pattern; None when something is missing."""
    subject, predicate, value = (
        row.get(part[1:]) if isinstance(part, str) else part for part in pattern
    )
    if not isinstance(subject, NamedNode) or not isinstance(predicate, NamedNode):
        return None
    if value is None or isinstance(value, BlankNode | Triple):
        return None
    return Triple(subject, predicate, value)


def _patterns_alone(site: Site, text: str) -> list[Message]:
    """Return each pattern of a query, and whether it has a result when it is asked alone."""
    declared = "".join(f"PREFIX {n}: <{v}>\n" for n, v in declared_prefixes(text).items())
    message: list[Message] = []
    for pattern in _read(text)[:_MOST_PATTERNS]:
        is_literal = pattern.object[0] in "\"'0123456789"
        value = "?anything" if is_literal else pattern.object
        written = f"{pattern.subject} {''.join(_spaced(pattern.predicate))} {value}"
        query_text = f"{declared}ASK {{ {written} }}"
        try:
            answer = site.endpoint.answer(Operation(query_text), "")
        except PublisherError:
            continue
        line: Message = {"pattern": written, "has_results": b"true" in answer.body}
        message.append(line | ({"with_any_value": True} if is_literal else {}))
    return message


def _spaced(parts: Iterable[str]) -> Iterable[str]:
    return (f"{part} " if part[-1].isalnum() else part for part in parts)


# Named queries.


def examples(site: Site, arguments: Message, _client: str, _has_left: HasLeft) -> Message:
    """Return named queries, those that fit some words best first."""
    searched = set(words(str(arguments.get("words", ""))))
    scored = [(_fits(each, searched), each) for each in site.queries.values()]
    fitting = [each for score, each in sorted(scored, key=lambda s: -s[0]) if score]
    shown, paging = one_page(
        fitting or list(site.queries.values()), int(arguments.get("page", 1)), _EXAMPLES
    )
    return {
        "permalink": site.markdown.permalink("query"),
        "paging": paging,
        "words_found": bool(fitting) or not searched,
        "data": [_example(site, each) for each in shown],
    }


def _fits(each: NamedQuery, searched: set[str]) -> int:
    message = {word for text in (*each.about.values(), each.name) for word in words(text)}
    return sum(any(fold(w) == t or t.startswith(w) for t in message) for w in searched)


def _example(site: Site, each: NamedQuery) -> Message:
    filled = {name: parameter.example for name, parameter in each.parameters.items()}
    message: Message = {
        "name": each.name,
        "about": dict(each.about),
        "parameters": [
            {"name": p.name, "kind": p.kind, "about": dict(p.about), "example": p.example}
            for p in each.parameters.values()
        ],
        "sparql": each.body(),
        "permalink": with_query(site.markdown.permalink(f"query/{each.name}"), filled),
    }
    with suppress(QueryRefused):
        message["sparql_with_examples"] = each.example()
    return message


# Tables.


def table(site: Site, arguments: Message, _client: str, _has_left: HasLeft) -> Message:
    """Return rows of a table; without a name, the tables."""
    tables = site.pages.tables.tables
    name = str(arguments.get("table", "")).strip()
    if not name:
        return {
            "permalink": site.markdown.permalink("table/"),
            "data": [_table_line(each) for each in tables.values()],
        }
    chosen_table = tables.get(name)
    if chosen_table is None:
        raise NoSuchName(
            "There is no table '{name}'.",
            list(tables),
            remedy="Take one of those that are offered.",
            name=name[:100],
        )
    selection = _selection(site, chosen_table, arguments)
    with site.pages.tables.lines(chosen_table, LANGUAGES[0]) as reader:
        total = reader.count(selection)
        offset = (selection.page - 1) * _TABLE_ROWS
        columns = _columns(chosen_table, selection, str(arguments.get("columns", "")))
        read = reader.read(selection, columns, _TABLE_ROWS, offset)
    return {
        "permalink": _table_permalink(site, chosen_table, selection),
        "paging": {
            "page": selection.page,
            "pages": max(1, -(-total // _TABLE_ROWS)),
            "total": total,
        },
        "columns_left_out": [c.name for c in chosen_table.columns if c not in columns],
        "data": _table_rows(site, chosen_table, columns, read.lines),
    }


def _table_rows(
    site: Site, chosen_table: Table, columns: Sequence[Column], rows: Sequence[TableRow]
) -> list[Message]:
    """Return rows of a table with their cells, each value with what it rests on."""
    triples = [
        Triple(NamedNode(row.iri), NamedNode(path), term)
        for row in rows
        for path, terms in row.values.items()
        for term in terms
        if is_property(path) and not isinstance(term, BlankNode)
    ]
    rests = triple_members(site, triples)
    names = names_of(site, (term for row in rows for t in row.values.values() for term in t))
    return [
        {
            "iri": row.iri,
            "permalink": permalink_of(site, row.iri),
            "cells": {
                column.name: _cells(site, chosen_table, row.iri, column, row.values, rests, names)
                for column in columns
                if row.values.get(column.path)
            },
        }
        for row in rows
    ]


def _columns(chosen_table: Table, selection: Selection, written: str) -> list[Column]:
    """Return the columns that are wanted; those that are worth their place, where nobody says.

    Raises:
        QueryRefused: One is named that there is not.
    """
    named = [name for name in map(str.strip, written.split(",")) if name]
    unknown = [name for name in named if chosen_table.column(name) is None]
    if unknown:
        raise _no_column(chosen_table, unknown)
    required = {*named, selection.sort, *(selection.filters or {})}
    return [
        column
        for column in chosen_table.columns
        if column.name in required or column is chosen_table.label or (column.usual and not named)
    ]


def _no_column(chosen_table: Table, names: Sequence[str]) -> QueryRefused:
    return NoSuchName(
        "The table '{table}' has no column {names}.",
        [column.name for column in chosen_table.columns],
        remedy="Take one of those that are offered. Filter by values as the table shows them.",
        table=chosen_table.slug,
        names=", ".join(names)[:200],
    )


def _cells(
    site: Site,
    chosen_table: Table,
    thing: str,
    column: Column,
    values: Mapping[str, Sequence[Term]],
    rests: Mapping[Triple, list[Message]],
    names: Mapping[str, Mapping[str, str]],
) -> list[Message]:
    """Return the values of a row in a column, each with its sources."""
    home = site.release.dataset(chosen_table.dataset)
    whole = evidence_members(site, [Evidence(home, home, "dataset")], names)
    message = []
    for term in values[column.path]:
        triple = None
        if is_property(column.path) and not isinstance(term, BlankNode):
            triple = Triple(NamedNode(thing), NamedNode(column.path), term)
        sources = rests.get(triple, whole) if triple is not None else whole
        message.append(term_member(site, term, names) | {"sources": sources})
    return message


def _table_line(each: Table) -> Message:
    return {
        "table": each.slug,
        "name": dict(each.titles),
        "class": each.class_iri,
        "rows": each.count,
        "columns": [
            {"column": c.name, "name": dict(c.titles), "kind": c.kind} for c in each.columns
        ],
    }


def _selection(site: Site, chosen_table: Table, arguments: Message) -> Selection:
    """Return which rows are wanted; what a column links to may be given by its name.

    Raises:
        QueryRefused: A column is named that there is not.
    """
    filters: dict[str, tuple[str, ...]] = {}
    for name, value in dict(arguments.get("filters", {})).items():
        values = value if isinstance(value, list) else [value]
        written = tuple(str(each) for each in values if each not in ("", None))
        column = chosen_table.column(str(name))
        is_link = column is not None and column.kind == LINK
        filters[str(name)] = _things_called(site, written) if is_link else written
    sort = str(arguments.get("sort", ""))
    unknown = [
        n for n in (*filters, sort.removeprefix("-")) if n and chosen_table.column(n) is None
    ]
    if unknown or sum(map(len, filters.values())) > _MOST_SELECTED:
        raise _no_column(chosen_table, unknown)
    return Selection(
        words=str(arguments.get("words", "")).strip()[:200],
        filters={name: values for name, values in filters.items() if values},
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        page=int(arguments.get("page", 1)),
    )


def _things_called(site: Site, written: Sequence[str]) -> tuple[str, ...]:
    """Return the IRIs of things by their names, else by words of them; IRIs as they are."""
    things: dict[str, None] = {}
    for each in written:
        asked = words(each)
        is_name = not is_iri(each) and len(each) <= LONGEST_QUERY and len(asked) <= MOST_WORDS
        hits = site.search.find(each, LANGUAGES[0]).hits if is_name else ()
        known = site.markdown.facts.names([hit.iri for hit in hits[:_MOST_SELECTED]])
        called = {
            hit.iri: [words(n) for n in (hit.label, *hit.names.split("\n"), *of.values())]
            for hit in hits
            if (of := known.get(hit.iri)) is not None
        }
        exact = [name for name, forms in called.items() if asked in forms]
        partly = [name for name, forms in called.items() if any({*asked} <= {*f} for f in forms)]
        things.update(dict.fromkeys(exact or partly or [each]))
    return tuple(things)[:_MOST_SELECTED]


def _table_permalink(site: Site, chosen_table: Table, selection: Selection) -> str:
    sort = f"-{selection.sort}" if selection.descending else selection.sort
    parameters = {"q": selection.words, "sort": sort, **(selection.filters or {})}
    return with_query(site.markdown.permalink(f"table/{chosen_table.slug}.csv"), parameters)
