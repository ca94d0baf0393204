"""What a reader chose of a table → the SPARQL that selects it.

Three queries make a page, and one that is their sum is shown on it:

- which things, in which order (``selection``): a thing of the class in one of the datasets' graphs;
  of each filter one of the chosen values; the words in some text of the thing. The key of the order
  is the least value of a column: texts in the reader's language with å, ä and ö after z, links by
  what the linked thing is called; what has no value comes last.
- how many (``count``), and how many with each value of the columns that have few (``facets``).
- what is said of the things on the page (``said``).

Everything that a reader writes is in them as a term, written by pyoxigraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.languages import letter_order
from publisher.query.engine import Engine
from publisher.query.engine import Term as AnyTerm
from publisher.rdf.locations import is_location_path, site_path
from publisher.rdf.namespaces import PREFIXES, iri, shorten
from publisher.release.tables.table import (
    DATE,
    LINK,
    NUMBER,
    PLAIN,
    TEXT,
    TRUTH,
    Column,
    Table,
    is_property,
    path_steps,
)
from publisher.render.tables.selection import Selection

Term = NamedNode | Literal
_DECIMAL = NamedNode(iri("xsd:decimal"))


def filter_term(column: Column, written: str) -> Term | None:
    """Return the term that a filter's text stands for; None when there is none."""
    if column.kind == LINK:
        try:
            return NamedNode(written)
        except ValueError:
            return None
    if column.datatype and column.kind != TEXT:
        return Literal(written, datatype=NamedNode(column.datatype))
    return Literal(written)


class SelectionQueries:
    """The queries about one table, for readers of one language."""

    def __init__(self, table: Table, prefixes: Mapping[str, str], language: str) -> None:
        """Keep what the queries speak of."""
        self._table, self._language = table, language
        self._naming = PrefixedNames(prefixes)

    def selection(self, selection: Selection, limit: int, offset: int = 0) -> str:
        """Return the query for the things of a choice, in order, as ``?thing``."""
        return self._naming.declared(self._selection(selection, limit, offset))

    def _selection(self, selection: Selection, limit: int, offset: int) -> list[str]:
        label = self._table.label
        column = self._table.column(selection.sort) or label
        # Equals go by their names. IRIs come last of all: an engine compares them slowly.
        keys = [(column, "first"), (label if label is not column else None, "second")]
        sorted_by = [(key_column, name) for key_column, name in keys if key_column is not None]
        selected = [f"(MIN(?{name}Key) AS ?{name})" for _, name in sorted_by]
        lines = [
            line for key_column, name in sorted_by for line in self._key(key_column, f"?{name}Key")
        ]
        order = " ".join(f"?{name}" for _, name in sorted_by[1:])
        first = "DESC(?first)" if selection.descending else "?first"
        head = f"(!BOUND(?first)) {first} " if sorted_by else ""
        # Sorted outside of what is grouped: not every engine takes an expression over a key there.
        return [
            f"SELECT {' '.join(['?thing', *(f'?{name}' for _, name in sorted_by)])} WHERE {{ {{",
            f"  SELECT {' '.join(['?thing', *selected])} WHERE {{",
            *(f"    {line}" for line in (*self._conditions(selection), *lines)),
            "  }",
            "  GROUP BY ?thing",
            "} }",
            f"ORDER BY {head}{order} ?thing".replace("  ", " "),
            f"LIMIT {limit:d} OFFSET {offset:d}",
        ]

    def things(self, selection: Selection, limit: int) -> str:
        """Return the query for at most so many things of a choice, in no order, as ``?thing``."""
        conditions = (f"  {line}" for line in self._conditions(selection))
        return self._naming.declared(
            ["SELECT DISTINCT ?thing WHERE {", *conditions, "}", f"LIMIT {limit:d}"]
        )

    def count(self, selection: Selection) -> str:
        """Return the query for the number of things of a choice, as ``?count``."""
        return self._naming.declared(
            [
                "SELECT (COUNT(DISTINCT ?thing) AS ?count) WHERE {",
                *(f"  {line}" for line in self._conditions(selection)),
                "}",
            ]
        )

    def facets(self, selection: Selection, columns: Sequence[Column]) -> str:
        """Return the query for the counts of each value of some columns.

        Its solutions have ``?property``, ``?value`` and ``?count``.
        """
        properties, paths = split_paths(columns)
        names = " ".join(map(self._naming.name, properties))
        ways = [f"VALUES ?property {{ {names} }} ?thing ?property ?value ."] * bool(names)
        ways += [
            f"?thing {self._naming.path(path)} ?value . BIND({Literal(path)} AS ?property)"
            for path in paths
        ]
        return self._naming.declared(
            [
                "SELECT ?property ?value (COUNT(DISTINCT ?thing) AS ?count) WHERE {",
                *(f"  {line}" for line in self._conditions(selection)),
                f"  {union_patterns(ways)}",
                "}",
                "GROUP BY ?property ?value",
                "ORDER BY ?property DESC(?count) ?value",
            ]
        )

    def in_ranges(self, selection: Selection, column: Column) -> str:
        """Return the query for the number of things in each range of a column.

        Its solutions have ``?range`` and ``?count``.
        """
        value = _compared(column, "?value")
        of_range = " + ".join(f"IF({value} >= {_end(column, e)}, 1, 0)" for e in column.edges)
        return self._naming.declared(
            [
                "SELECT ?range (COUNT(DISTINCT ?thing) AS ?count) WHERE {",
                *(f"  {line}" for line in self._conditions(selection)),
                f"  ?thing {self._naming.path(column.path)} ?value .",
                f"  BIND({of_range} AS ?range)",
                "}",
                "GROUP BY ?range",
            ]
        )

    def filled(self, selection: Selection, columns: Sequence[Column]) -> list[str]:
        """Return queries for the number of things that have a value in each of some columns."""
        conditions = [f"  {line}" for line in self._conditions(selection)]
        return [
            self._naming.declared(
                [
                    "SELECT (COUNT(DISTINCT ?thing) AS ?count) WHERE {",
                    *conditions,
                    f"  ?thing {self._naming.path(column.path)} ?value .",
                    "}",
                ]
            )
            for column in columns
        ]

    def statements(self, things: Iterable[str], columns: Iterable[Column]) -> list[str]:
        """Return queries for what some columns say of things: ``?thing ?property ?value``."""
        names = " ".join(str(NamedNode(thing)) for thing in things)
        head = ["SELECT ?thing ?property ?value WHERE {", f"  VALUES ?thing {{ {names} }}"]
        return [
            self._naming.declared([*head, *(f"  {line}" for line in patterns), "}"])
            for patterns in self._values(columns)
        ]

    def geometries(self, things: Iterable[str], chain: Sequence[str]) -> str:
        """Return the query for the geometries at the end of a chain: ``?thing ?value``."""
        names = " ".join(str(NamedNode(thing)) for thing in things)
        *way, end = chain
        latitude, _, longitude = end.partition(" ")
        if not longitude:
            path = "/".join(self._naming.name(name) for name in chain)
            pattern = f"?thing {path} ?value ."
        else:
            path = "/".join(self._naming.name(name) for name in way)
            numbers = (f'REPLACE(STR(?{name}), ",", ".")' for name in ("longitude", "latitude"))
            joined = ', " ", '.join(numbers)
            point = f'CONCAT("POINT(", {joined}, ")")'
            pattern = (
                (f"?thing {path} ?place . " if way else "BIND(?thing AS ?place) ")
                + f"?place {self._naming.name(latitude)} ?latitude ;"
                f" {self._naming.name(longitude)} ?longitude . BIND({point} AS ?value)"
            )
        return self._naming.declared(
            [f"SELECT ?thing ?value WHERE {{ VALUES ?thing {{ {names} }} {pattern} }}"]
        )

    def whole(
        self, selection: Selection, columns: Iterable[Column], limit: int, offset: int
    ) -> str:
        """Return one query for everything on a page, for readers to send themselves."""
        inner = self._selection(selection, limit, offset)
        # Of things of which only their class is said there is no column.
        lines, *others = self._values(columns) or [[]]
        if others:
            lines = ["{", *(f"  {line}" for line in lines), "}"]
        for patterns in others:
            lines += ["UNION {", *(f"  {line}" for line in patterns), "}"]
        return self._naming.declared(
            [
                "SELECT ?thing ?property ?value WHERE {",
                "  {",
                *(f"    {line}" for line in inner),
                "  }",
                *(f"  {line}" for line in lines),
                "}",
            ]
        )

    def _values(self, columns: Iterable[Column]) -> list[list[str]]:
        """Return patterns for ``?property`` and ``?value``: for all properties, for each path."""
        properties, paths = split_paths(columns)
        graphs = ", ".join(f"<{graph}>" for graph in self._table.graphs)
        # Filters, not VALUES: engines begin with the things that way, not with the properties.
        at_once = [
            "GRAPH ?graph { ?thing ?property ?value . }",
            f"FILTER(?property IN ({', '.join(map(self._naming.name, properties))}))",
            f"FILTER(?graph IN ({graphs}))",
        ]
        patterns = [at_once] if properties else []
        return [*patterns, *(self._naming.walked(path, graphs) for path in paths)]

    def _graphs(self) -> str:
        return " ".join(f"<{graph}>" for graph in self._table.graphs)

    def _conditions(self, selection: Selection) -> list[str]:
        """Return the patterns that a thing of a choice fits."""
        lines = [
            f"VALUES ?graph {{ {self._graphs()} }}",
            f"GRAPH ?graph {{ ?thing a {self._naming.name(self._table.class_iri)} . }}",
            "FILTER(isIRI(?thing))",
        ]
        for number, (name, written) in enumerate((selection.filters or {}).items(), start=1):
            column = self._table.column(name)
            if column is None:
                continue
            lines += self._having(column, written, str(number))
        lines += self._in_range(selection)
        lines += self._excluded(selection)
        for name in selection.missing:
            column = self._table.column(name)
            if column is not None:
                path = self._naming.path(column.path)
                lines.append(f"FILTER NOT EXISTS {{ ?thing {path} ?missing }}")
        if selection.things is not None:
            names = " ".join(str(NamedNode(thing)) for thing in selection.things)
            return [*lines, f"VALUES ?thing {{ {names} }}"]
        return lines + self._with_words(selection.words)

    def _having(self, column: Column, written: Iterable[str], mark: str) -> list[str]:
        """Return the patterns that a thing with one of some values fits."""
        terms = [term for text in written if (term := filter_term(column, text)) is not None]
        path = self._naming.path(column.path)
        if column.kind == TEXT or (not column.datatype and column.kind != LINK):
            among = ", ".join(map(str, terms))
            return [f"?thing {path} ?text{mark} .", f"FILTER(STR(?text{mark}) IN ({among}))"]
        values = " ".join(map(str, terms))
        return [f"VALUES ?value{mark} {{ {values} }}", f"?thing {path} ?value{mark} ."]

    def _in_range(self, selection: Selection) -> list[str]:
        """Return the patterns that things with a value in each range fit."""
        lines = []
        for number, (name, ends) in enumerate((selection.ranges or {}).items(), start=1):
            column = self._table.column(name)
            if column is None:
                continue
            value = f"?ranged{number}"
            compared = _compared(column, value)
            lines.append(f"?thing {self._naming.path(column.path)} {value} .")
            lines += [
                f"FILTER({compared} {sign} {_end(column, end)})"
                for sign, end in zip((">=", "<"), ends, strict=True)
                if end
            ]
        return lines

    def _excluded(self, selection: Selection) -> list[str]:
        """Return the patterns that things with some values do not fit."""
        return [
            f"FILTER NOT EXISTS {{ {' '.join(self._having(column, written, f'Out{number}'))} }}"
            for number, (name, written) in enumerate((selection.excluded or {}).items(), start=1)
            if (column := self._table.column(name)) is not None
        ]

    def _with_words(self, words: str) -> list[str]:
        columns = [column for column in self._table.columns if column.kind in (TEXT, PLAIN)]
        if not words:
            return []
        properties, paths = split_paths(columns)
        names = " ".join(map(self._naming.name, properties))
        ways = [f"VALUES ?words {{ {names} }} ?thing ?words ?text ."]
        ways += [f"?thing {self._naming.path(path)} ?text ." for path in paths]
        return [
            "{ SELECT DISTINCT ?thing WHERE {",
            f"  {union_patterns(ways)}",
            f"  FILTER(CONTAINS(LCASE(STR(?text)), {Literal(words.lower())}))",
            "} }",
        ]

    def _key(self, column: Column, key: str) -> list[str]:
        """Return the patterns that bind what a column is sorted by."""
        path = self._naming.path(column.path)
        value, name = f"{key}Value", f"{key}Name"
        pattern, expression = [f"?thing {path} {value} ."], f"STR({value})"
        if column.kind == LINK and column.named:
            labels = "|".join(self._naming.name(label) for label in column.named)
            spoken = self._spoken(name, column)
            pattern.append(f"OPTIONAL {{ {value} {labels} {name} . {spoken} }}")
            expression = f"COALESCE({name}, {expression})"
        elif column.kind == TEXT:
            pattern.append(self._spoken(value, column))
        if column.kind in (NUMBER, TRUTH):
            expression = value
        elif column.kind != DATE:
            # Dates of several datatypes are not comparable; as ISO 8601 writes them they are.
            expression = _letter_order(expression, column.sorted_in(self._language))
        bound = f"BIND({expression} AS {key})"
        return ["OPTIONAL {", *(f"  {line}" for line in (*pattern, bound)), "}"]

    def _spoken(self, variable: str, column: Column) -> str:
        """Return the filter for texts in the reader's language, or in the next that there is."""
        return f'FILTER(LANG({variable}) = "{column.spoken(self._language) or ""}")'


def _compared(column: Column, variable: str) -> str:
    """Return what of a value is compared: dates as they are written, numbers as numbers."""
    return variable if column.kind == NUMBER else f"STR({variable})"


def _end(column: Column, written: str) -> Literal:
    return Literal(written, datatype=_DECIMAL) if column.kind == NUMBER else Literal(written)


def _letter_order(text: str, language: str) -> str:
    """Return an expression that sorts as a language does: case does not count, å may follow z."""
    key = f"LCASE({text})"
    for letter, replacement in letter_order(language).items():
        key = f'REPLACE({key}, "{chr(letter)}", "{replacement}")'
    return key


# An IRI in a path.
_WRITTEN = re.compile(r"<([^>]*)>")

# Names and paths as they stand in the queries of tables: short, with their prefixes in front.


def split_paths(columns: Iterable[Column]) -> tuple[list[str], list[str]]:
    """Return the properties among the paths of columns, and the other paths."""
    paths = [column.path for column in columns]
    return [p for p in paths if is_property(p)], [p for p in paths if not is_property(p)]


def union_patterns(ways: Sequence[str]) -> str:
    """Return patterns that any of several fit."""
    return ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)


class PrefixedNames:
    """Writes names with the prefixes of a release."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Keep the prefixes."""
        self._prefixes = {**PREFIXES, **prefixes}

    def name(self, name: str) -> str:
        """Return an IRI with a prefix, if there is one for it and no letter needs an escape."""
        short = shorten(name, self._prefixes)
        return short if short != name and _is_plain(short) else f"<{name}>"

    def path(self, path: str) -> str:
        """Return the path of a column."""
        if is_property(path):
            return self.name(path)
        if is_location_path(path):
            return _WRITTEN.sub(lambda match: self.name(match[1]), path)
        return "/".join(
            "^" * step.is_inverse + self.name(step.predicate) for step in path_steps(path)
        )

    def walked(self, path: str, graphs: str) -> list[str]:
        """Return patterns from ``?thing`` to ``?value``, each link said in one of some graphs.

        ``?property`` is the path, as the column has it.
        """
        if is_location_path(path):
            patterns = [f"?thing {self.path(path)} ?value ."]
            sites = self.path(f"({site_path(path)})")
            patterns += [f"FILTER NOT EXISTS {{ ?value {sites} ?step }}"] * bool(site_path(path))
            return [*patterns, f"BIND({Literal(path)} AS ?property)"]
        lines, steps = [], path_steps(path)
        for number, step in enumerate(steps, start=1):
            here = "?thing" if number == 1 else f"?step{number - 1}"
            end = "?value" if number == len(steps) else f"?step{number}"
            ends = (end, here) if step.is_inverse else (here, end)
            lines.append(
                f"GRAPH ?graph{number} {{ {ends[0]} {self.name(step.predicate)} {ends[1]} . }}"
            )
            lines.append(f"FILTER(?graph{number} IN ({graphs}))")
        return [*lines, f"BIND({Literal(path)} AS ?property)"]

    def declared(self, lines: Sequence[str]) -> str:
        """Return a query with the prefixes that it uses in front."""
        body = "\n".join(lines)
        used = [p for p in sorted(self._prefixes) if re.search(rf"[ |/(^]{re.escape(p)}:", body)]
        head = [f"PREFIX {prefix}: <{self._prefixes[prefix]}>" for prefix in used]
        return "\n".join([*head, "", body] if head else [body])


def _is_plain(short: str) -> bool:
    """Tell whether a prefixed name may stand in a query as it is."""
    return short.replace(":", "").replace("-", "").replace("_", "").isalnum() and short.isascii()


# Which things of a table fit a choice, asked of the engine: for releases without an index.

# So many things are named in a query; more are told by what they have.
_MOST_NARROWED = 200


class SparqlRowSelector:
    """Finds the things of a selection by SPARQL."""

    def __init__(self, engine: Engine, queries: SelectionQueries) -> None:
        """Keep what is asked, and in which words."""
        self._engine, self._queries = engine, queries
        self._with_words: dict[str, tuple[str, ...] | None] = {}

    def _narrowed(self, selection: Selection) -> Selection:
        """Return a choice by the things that have its words, when these are few.

        Looking for words in every text takes longest, so it is done once for count, facets and
        rows. Engines are slow with long lists of things; so where many have the words, the words
        stay.
        """
        words = selection.words
        if not words or selection.things is not None:
            return selection
        if words not in self._with_words:
            rows = self._engine.rows(self._queries.things(Selection(words), _MOST_NARROWED + 1))
            things = tuple(sorted(row["thing"].value for row in rows))
            self._with_words[words] = things if len(things) <= _MOST_NARROWED else None
        return replace(selection, things=self._with_words[words])

    def count(self, selection: Selection) -> int:
        """Return how many things fit."""
        selection = self._narrowed(selection)
        if selection.things is not None and replace(selection, words="").is_whole:
            return len(selection.things)
        return int(self._engine.rows(self._queries.count(selection))[0]["count"].value)

    def counts(
        self, selection: Selection, columns: Sequence[Column]
    ) -> Iterator[tuple[str, AnyTerm, int]]:
        """Yield column's path, value and number of things that fit and have it."""
        for row in self._engine.rows(self._queries.facets(self._narrowed(selection), columns)):
            if not isinstance(row["value"], BlankNode):
                yield row["property"].value, row["value"], int(row["count"].value)

    def filled(self, selection: Selection, columns: Sequence[Column]) -> Iterator[tuple[str, int]]:
        """Yield column's path and the number of things that fit and have a value in it."""
        queries = self._queries.filled(self._narrowed(selection), columns)
        for column, query in zip(columns, queries, strict=True):
            yield column.path, int(self._engine.rows(query)[0]["count"].value)

    def in_ranges(self, selection: Selection, column: Column) -> Iterator[tuple[int, int]]:
        """Yield the number of a range and of the things that fit and have a value in it."""
        query = self._queries.in_ranges(self._narrowed(selection), column)
        for row in self._engine.rows(query):
            if "range" in row:
                yield int(row["range"].value), int(row["count"].value)

    def things(self, selection: Selection, limit: int, offset: int) -> list[str]:
        """Return the IRIs of at most so many things, in the choice's order."""
        query = self._queries.selection(self._narrowed(selection), limit, offset)
        return [row["thing"].value for row in self._engine.rows(query)]
