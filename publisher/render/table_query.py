"""What a reader chose of a table → the SPARQL that selects it.

Three queries make a page, and one that is their sum is shown on it:

- which things, in which order (``selection``): a thing of the class in one of the datasets' graphs;
  of each filter one of the chosen values; the words in some text of the thing. The key of the order
  is the least value of a column: texts in the reader's language with å, ä and ö after z, links by
  what the linked thing is called; what has no value comes last.
- how many (``count``), and how many with each value of the columns that have few (``facets``).
- what is said of the things on the page (``said``).

Everything that a reader writes stands in them as a term, written by pyoxigraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from publisher.namespaces import LABELS, PREFIXES, shorten
from publisher.release.tables import DATE, LINK, NUMBER, TEXT, TRUTH, Column, Table

Term = NamedNode | Literal


@dataclass(frozen=True)
class Choice:
    """What a reader chose of a table.

    Attributes:
        words: To be found in some text of a thing.
        filters: Column → values, one of which a thing must have.
        sort: Name of the column that orders the things; empty for the label.
        descending: Whether the last come first.
        page: From 1.
    """

    words: str = ""
    filters: Mapping[str, tuple[str, ...]] | None = None
    sort: str = ""
    descending: bool = False
    page: int = 1

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is left out."""
        return not self.words and not self.filters

    @property
    def is_stored(self) -> bool:
        """Tell whether the release's files hold the choice in its order."""
        return self.is_whole and not self.sort


def term(column: Column, written: str) -> Term | None:
    """Return the value of a column that a text stands for; None when there can be none."""
    if column.kind == LINK:
        try:
            return NamedNode(written)
        except ValueError:
            return None
    if column.datatype and column.kind != TEXT:
        return Literal(written, datatype=NamedNode(column.datatype))
    return Literal(written)


class Queries:
    """The queries about one table, for readers of one language."""

    def __init__(self, table: Table, prefixes: Mapping[str, str], language: str) -> None:
        """Keep what the queries speak of."""
        self._table, self._language = table, language
        self._prefixes = {**PREFIXES, **prefixes}

    def selection(self, choice: Choice, limit: int, offset: int = 0) -> str:
        """Return the query for the things of a choice, in order, as ``?thing``."""
        return self._declared(self._selection(choice, limit, offset))

    def _selection(self, choice: Choice, limit: int, offset: int) -> list[str]:
        column = self._table.column(choice.sort) or self._table.label
        key = self._key(column) if column else []
        order = "DESC(?first)" if choice.descending else "?first"
        return [
            "SELECT ?thing (MIN(?key) AS ?first) WHERE {" if key else "SELECT ?thing WHERE {",
            *(f"  {line}" for line in (*self._chosen(choice), *key)),
            "}",
            "GROUP BY ?thing",
            f"ORDER BY (!BOUND(?first)) {order} ?thing" if key else "ORDER BY ?thing",
            f"LIMIT {limit:d} OFFSET {offset:d}",
        ]

    def count(self, choice: Choice) -> str:
        """Return the query for the number of things of a choice, as ``?count``."""
        return self._declared(
            [
                "SELECT (COUNT(DISTINCT ?thing) AS ?count) WHERE {",
                *(f"  {line}" for line in self._chosen(choice)),
                "}",
            ]
        )

    def facets(self, choice: Choice, columns: Sequence[Column]) -> str:
        """Return the query for the counts of each value of some columns.

        Its solutions have ``?property``, ``?value`` and ``?count``.
        """
        properties = " ".join(self._name(column.path) for column in columns)
        return self._declared(
            [
                "SELECT ?property ?value (COUNT(DISTINCT ?thing) AS ?count) WHERE {",
                *(f"  {line}" for line in self._chosen(choice)),
                f"  VALUES ?property {{ {properties} }}",
                "  ?thing ?property ?value .",
                "}",
                "GROUP BY ?property ?value",
                "ORDER BY ?property DESC(?count) ?value",
            ]
        )

    def said(self, things: Iterable[str], columns: Iterable[Column]) -> str:
        """Return the query for what some columns say of things: ``?thing ?property ?value``."""
        names = " ".join(str(NamedNode(thing)) for thing in things)
        return self._declared(
            [
                "SELECT ?thing ?property ?value WHERE {",
                f"  VALUES ?thing {{ {names} }}",
                *self._values(columns),
                "}",
            ]
        )

    def geometries(self, things: Iterable[str], chain: Sequence[str]) -> str:
        """Return the query for the geometries at the end of a chain: ``?thing ?value``."""
        names = " ".join(str(NamedNode(thing)) for thing in things)
        path = "/".join(self._name(name) for name in chain)
        return self._declared(
            [f"SELECT ?thing ?value WHERE {{ VALUES ?thing {{ {names} }} ?thing {path} ?value . }}"]
        )

    def whole(self, choice: Choice, columns: Iterable[Column], limit: int, offset: int) -> str:
        """Return one query for everything on a page, for readers to send themselves."""
        inner = self._selection(choice, limit, offset)
        return self._declared(
            [
                "SELECT ?thing ?property ?value WHERE {",
                "  {",
                *(f"    {line}" for line in inner),
                "  }",
                *self._values(columns),
                "}",
            ]
        )

    def _values(self, columns: Iterable[Column]) -> list[str]:
        properties = " ".join(self._name(column.path) for column in columns)
        return [
            f"  VALUES ?property {{ {properties} }}",
            f"  VALUES ?graph {{ {self._graphs()} }}",
            "  GRAPH ?graph { ?thing ?property ?value . }",
        ]

    def _graphs(self) -> str:
        return " ".join(f"<{graph}>" for graph in self._table.graphs)

    def _chosen(self, choice: Choice) -> list[str]:
        """Return the patterns that a thing of a choice fits."""
        lines = [
            f"VALUES ?graph {{ {self._graphs()} }}",
            f"GRAPH ?graph {{ ?thing a {self._name(self._table.class_iri)} . }}",
            "FILTER(isIRI(?thing))",
        ]
        for number, (name, written) in enumerate((choice.filters or {}).items(), start=1):
            column = self._table.column(name)
            if column is None:
                continue
            terms = [found for text in written if (found := term(column, text)) is not None]
            values = " ".join(map(str, terms))
            if column.kind == TEXT or (not column.datatype and column.kind != LINK):
                lines.append(f"?thing {self._name(column.path)} ?text{number} .")
                lines.append(f"FILTER(STR(?text{number}) IN ({', '.join(map(str, terms))}))")
            else:
                lines.append(f"VALUES ?value{number} {{ {values} }}")
                lines.append(f"?thing {self._name(column.path)} ?value{number} .")
        return lines + self._with_words(choice.words)

    def _with_words(self, words: str) -> list[str]:
        columns = [c for c in self._table.columns if c.kind not in (LINK, NUMBER, TRUTH)]
        if not words:
            return []
        paths = " ".join(self._name(column.path) for column in columns)
        return [
            "FILTER EXISTS {",
            f"  VALUES ?words {{ {paths} }}",
            "  ?thing ?words ?text .",
            f"  FILTER(CONTAINS(LCASE(STR(?text)), {Literal(words.lower())}))",
            "}",
        ]

    def _key(self, column: Column) -> list[str]:
        """Return the patterns that bind ``?key``, by which a column is sorted."""
        path = self._name(column.path)
        if column.kind == LINK:
            labels = "|".join(self._name(label) for label in LABELS)
            called = "?value" if not column.languages else "COALESCE(?name, STR(?value))"
            lines = [f"  ?thing {path} ?value ."]
            if column.languages:
                lines.append(
                    f"  OPTIONAL {{ ?value {labels} ?name . {self._spoken('?name', column)} }}"
                )
            return ["OPTIONAL {", *lines, f"  BIND({_swedish(called)} AS ?key)", "}"]
        if column.kind == TEXT:
            return [
                "OPTIONAL {",
                f"  ?thing {path} ?name . {self._spoken('?name', column)}",
                f"  BIND({_swedish('?name')} AS ?key)",
                "}",
            ]
        if column.kind in (NUMBER, TRUTH):
            return [f"OPTIONAL {{ ?thing {path} ?key . }}"]
        # Dates of several datatypes are not comparable; as ISO 8601 writes them they are.
        key = "STR(?value)" if column.kind == DATE else _swedish("?value")
        return ["OPTIONAL {", f"  ?thing {path} ?value .", f"  BIND({key} AS ?key)", "}"]

    def _spoken(self, variable: str, column: Column) -> str:
        """Return the filter for texts in the reader's language, or in the next that there is."""
        tags = (self._language, "", "en", *column.languages)
        tag = next((tag for tag in tags if tag in column.languages), "")
        return f'FILTER(LANG({variable}) = "{tag}")'

    def _name(self, name: str) -> str:
        short = shorten(name, self._prefixes)
        return short if short != name and _is_plain(short) else f"<{name}>"

    def _declared(self, lines: Sequence[str]) -> str:
        """Return a query with the prefixes that it uses in front."""
        body = "\n".join(lines)
        used = [p for p in sorted(self._prefixes) if re.search(rf"[ |/]{re.escape(p)}:", body)]
        head = [f"PREFIX {prefix}: <{self._prefixes[prefix]}>" for prefix in used]
        return "\n".join([*head, "", body] if head else [body])


def _is_plain(short: str) -> bool:
    """Tell whether a prefixed name may stand in a query as it is."""
    return short.replace(":", "").replace("-", "").replace("_", "").isalnum() and short.isascii()


def _swedish(text: str) -> str:
    """Return an expression that sorts as Swedish does: case does not count, å, ä, ö follow z."""
    key = f"LCASE(STR({text}))"
    for letter, place in (("å", "{"), ("ä", "|"), ("ö", "}")):
        key = f'REPLACE({key}, "{letter}", "{place}")'
    return key
