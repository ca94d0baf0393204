"""The parts of a table's page: heads, cells, facets and the addresses they lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import Term
from publisher.release.tables.cells import Line
from publisher.release.tables.table import DATE, NUMBER, TEXT, TRUTH, Column, Table
from publisher.render.frame import Frame, Reader
from publisher.render.labels import Labels, address_as_name, best, foreign, standard_terms
from publisher.render.parts import Value
from publisher.render.tables.choice import Choice
from publisher.render.values import in_words, shortened

# So many columns are shown until a reader chooses others.
COLUMNS = 7
# A facet with more values is folded.
_SHORT = 8


@dataclass(frozen=True)
class View:
    """A page of a table as a reader asked for it.

    Attributes:
        table: The table.
        choice: Which things, in which order.
        shown: Names of the columns that the reader chose; empty for the first ones.
        reader: Who it is for.
    """

    table: Table
    choice: Choice
    shown: tuple[str, ...]
    reader: Reader

    @property
    def columns(self) -> list[Column]:
        """Return the columns that are shown."""
        found = [column for column in self.table.columns if column.name in self.shown]
        return found or _usual(self.table)

    def parameters(self, *, page: int = 1, is_file: bool = False) -> list[tuple[str, str]]:
        """Return the parameters of the address of one of its pages, or of the same as a file."""
        choice = self.choice
        pairs = [("q", choice.words)] if choice.words else []
        for name, values in (choice.filters or {}).items():
            pairs += [(name, value) for value in values]
        if choice.sort:
            pairs.append(("sort", f"-{choice.sort}" if choice.descending else choice.sort))
        if is_file:
            return pairs
        pairs += [("column", name) for name in self.shown]
        if page > 1:
            pairs.append(("page", str(page)))
        if self.reader.chosen:
            pairs.append(("lang", self.reader.language))
        return pairs

    def query(self, *, page: int = 1, is_file: bool = False) -> str:
        """Return the same, as it stands in an address, with its question mark."""
        written = urlencode(self.parameters(page=page, is_file=is_file))
        return f"?{written}" if written else ""

    def filtered(self, column: str, value: str) -> View:
        """Return the view with a value chosen, or no longer chosen."""
        filters = dict(self.choice.filters or {})
        values = filters.pop(column, ())
        changed = tuple(v for v in values if v != value) if value in values else (*values, value)
        if changed:
            filters[column] = changed
        return replace(self, choice=replace(self.choice, filters=filters, page=1))

    def sorted_by(self, column: str) -> View:
        """Return the view sorted by a column; the other way round when it is already."""
        is_same = self.choice.sort == column
        descending = is_same and not self.choice.descending
        return replace(
            self, choice=replace(self.choice, sort=column, descending=descending, page=1)
        )


def _usual(table: Table) -> list[Column]:
    """Return the columns that tell most in little room: lists, numbers and dates before others."""
    telling = (NUMBER, DATE, TRUTH)
    ranked = sorted(
        table.columns,
        key=lambda c: (c is not table.label, not c.usual, not (c.facet or c.kind in telling)),
    )
    kept = [column for column in ranked[:COLUMNS] if column.usual or column is table.label]
    first = kept if len(kept) > 1 else ranked[:COLUMNS]
    return [column for column in table.columns if column in first]


@dataclass(frozen=True)
class Head:
    """The head of a column: its title, how it is sorted, and the address that sorts it."""

    title: Value
    href: str
    direction: str = ""


@dataclass(frozen=True)
class Counted:
    """A value of a facet."""

    value: Value
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A column with few values, each with the number of things that have it."""

    title: Value
    values: tuple[Counted, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether it is shown at once: it is short, or some value of it is chosen."""
        return len(self.values) <= _SHORT or any(counted.chosen for counted in self.values)


class Words:
    """Titles and values in the reader's language."""

    def __init__(self, frame: Frame, prefixes: Mapping[str, str], base_iri: str) -> None:
        """Keep what names are made of when there are none."""
        self._frame, self._prefixes, self._base_iri = frame, prefixes, base_iri

    def title(self, titles: Mapping[str, str], name: str, reader: Reader) -> Value:
        """Return the title of a column or class; ``name`` is its IRI."""
        literals = [Literal(t, language=tag) for tag, t in titles.items() if tag]
        found = best(literals or standard_terms().get(name, ()), reader.language)
        found = found or Literal(titles.get("") or name)
        return Value(found.value, language=foreign(found, reader.language))

    def value(self, term: Term, labels: Labels, reader: Reader) -> Value:
        """Return a value as a cell shows it."""
        if isinstance(term, NamedNode):
            name = term.value
            found = best(labels.get(name) or standard_terms().get(name, ()), reader.language)
            found = found or Literal(address_as_name(name, self._prefixes, self._base_iri))
            return Value(
                found.value, self._frame.href(name, reader), foreign(found, reader.language)
            )
        assert isinstance(term, Literal)
        text, cut = shortened(in_words(term, reader.language), legible=False)
        return Value(text, "", foreign(term, reader.language), cut)

    def cell(self, line: Line, column: Column, labels: Labels, reader: Reader) -> list[Value]:
        """Return the values in one cell; of texts in several languages the reader's."""
        terms: Sequence[Term] = line.values.get(column.path, ())
        if column.kind == TEXT:
            nearest = best((t for t in terms if isinstance(t, Literal)), reader.language)
            tag = nearest.language if nearest is not None else None
            terms = [t for t in terms if isinstance(t, Literal) and t.language == tag]
        return [self.value(term, labels, reader) for term in terms]
