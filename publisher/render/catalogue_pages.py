"""The page of a catalogue: its datasets to search, to narrow down and to leaf through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from publisher.addresses import Addresses, with_parameters
from publisher.messages import translate
from publisher.query.engine import Engine
from publisher.rdf.media_types import GRAPHS
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.release.model import Release
from publisher.render.catalogue_index import FACETS, MODIFIED, CatalogueIndex, DatasetEntry
from publisher.render.frame import Frame, PageLanguage
from publisher.render.labels import best_label, foreign_language
from publisher.render.page_model import Value
from publisher.render.tables.pages import Facet, FacetValue
from publisher.render.tables.selection import Selection
from publisher.render.values import format_literal, sentence_case, sort_key

PAGE_SIZE = 20
# The datasets as rows, below the address of the catalogue.
ROWS = "datasets.json"
_LONGEST_TEXT = 240
# A longer list of values is cut; all of them are found by words.
_MOST_VALUES = 40
_HIGH_VALUE = "highvalue"
# So many names stand on the first page, folded.
_MOST_NAMES = 1_000
# Of these is a catalogue and what is around it.
_CATALOGUE_NAMESPACES = tuple(
    PREFIXES[prefix] for prefix in ("adms", "dcat", "dcterms", "foaf", "spdx", "vcard")
)
_CATALOGUE_CLASSES = tuple(
    map(
        iri,
        ("owl:Ontology", "rdfs:Resource", "sh:NodeShape", "sh:PropertyShape", "sh:PropertyGroup"),
    )
)


@dataclass(frozen=True)
class DatasetCard:
    """A dataset as the list shows it.

    Attributes:
        name: Link to it.
        text: The beginning of its description.
        publisher: Who publishes it.
        formats: Of its files.
        changed: The day of its last change, in words.
        is_series: Whether it is a series of datasets.
        categories: Of high-value datasets; empty for one that is none.
    """

    name: Value
    text: Value | None
    publisher: tuple[Value, ...]
    formats: tuple[str, ...]
    changed: str
    is_series: bool
    categories: tuple[Value, ...]


@dataclass(frozen=True)
class CatalogueView:
    """A page of the list as it was requested."""

    choice: Selection
    reader: PageLanguage

    @property
    def is_first(self) -> bool:
        """Tell whether it is the beginning of the whole list, in its usual order."""
        return self.choice.is_stored and self.choice.page == 1

    def query(self, page: int = 1) -> str:
        """Return the parameters of a page of it, with their question mark."""
        pairs = list(self.parameters(page))
        return f"?{urlencode(pairs)}" if pairs else ""

    def parameters(self, page: int = 1) -> list[tuple[str, str]]:
        """Return the parameters of a page of it."""
        pairs = [("q", self.choice.words)] if self.choice.words else []
        filters = self.choice.filters or {}
        pairs += [(c.name, c.short(v)) for c in FACETS for v in filters.get(c.name, ())]
        pairs += [("sort", f"-{MODIFIED}")] if self.choice.sort == MODIFIED else []
        pairs += [("page", str(page))] if page > 1 else []
        pairs += [("lang", self.reader.language)] if self.reader.chosen else []
        return pairs

    def with_value(self, name: str, value: str) -> CatalogueView:
        """Return the view with a value chosen, or no longer chosen."""
        filters = dict(self.choice.filters or {})
        values = filters.pop(name, ())
        values = tuple(v for v in values if v != value) if value in values else (*values, value)
        if values:
            filters[name] = values
        return replace(self, choice=replace(self.choice, filters=filters, page=1))

    def sorted_by(self, sort: str) -> CatalogueView:
        """Return the view in another order."""
        return replace(self, choice=replace(self.choice, sort=sort, page=1))


class CataloguePages:
    """The list of one release's datasets."""

    def __init__(
        self, frame: Frame, release: Release, engine: Engine, addresses: Addresses
    ) -> None:
        """Keep what pages are made of."""
        self._frame, self._addresses = frame, addresses
        self._catalogue = release.catalogue
        self.index = CatalogueIndex(engine)

    def is_all(self, classes: Sequence[str]) -> bool:
        """Tell whether things of some classes are nothing but a catalogue."""
        are_all = all(
            name.startswith(_CATALOGUE_NAMESPACES) or name in _CATALOGUE_CLASSES
            for name in classes
            if name
        )
        return are_all and bool(self.index.entries)

    def parts(self, view: CatalogueView) -> dict[str, Any] | None:
        """Return what the template needs for a page of the list; None for one not there."""
        entries = self.index.find(view.choice, view.reader.language)
        pages = max(1, -(-len(entries) // PAGE_SIZE))
        number = view.choice.page
        if not 1 <= number <= pages:
            return None
        start = (number - 1) * PAGE_SIZE
        here_iri = self._catalogue
        here = self._addresses.path(here_iri)

        def url_of(other: CatalogueView, page: int = 1) -> str:
            return here + other.query(page)

        unchosen = replace(view, reader=PageLanguage(view.reader.language))
        bare = replace(view, choice=Selection(sort=view.choice.sort))
        return {
            "rows": with_parameters(self._addresses.path(f"{here_iri}/{ROWS}"), view.reader.kept),
            "facet_names": " ".join(column.name for column in FACETS),
            "asked": replace(view, reader=PageLanguage(view.reader.language)).query(number),
            "every": self._every(view) if view.is_first and pages > 1 else (),
            "list": [self._card(entry, view) for entry in entries[start : start + PAGE_SIZE]],
            "view": view,
            "here": here,
            "parameters": unchosen.query(number).removeprefix("?"),
            "total": len(entries),
            "first": start + 1,
            "last": min(start + PAGE_SIZE, len(entries)),
            "facets": self._facets(view, url_of),
            "chosen": self._chosen(view, url_of),
            "clear": url_of(bare),
            "orders": [
                (
                    translate("By name", view.reader.language),
                    url_of(view.sorted_by("")),
                    view.choice.sort != MODIFIED,
                ),
                (
                    translate("Newest first", view.reader.language),
                    url_of(view.sorted_by(MODIFIED)),
                    view.choice.sort == MODIFIED,
                ),
            ],
            "pages": pages,
            "previous_page": url_of(view, number - 1) if number > 1 else "",
            "next_page": url_of(view, number + 1) if number < pages else "",
            "catalogue_files": self._files(),
            "swedish": self._addresses.path(f"{self._catalogue}/dcat-ap-se.rdf"),
        }

    def rows(self, reader: PageLanguage) -> dict[str, Any]:
        """Return all datasets in the order of the list, for a browser that narrows them down.

        Where files are served, nobody reads the parameters of an address.
        """
        view = CatalogueView(Selection(), reader)
        entries = self.index.find(view.choice, reader.language)
        cards = [self._card(entry, view) for entry in entries]
        written = self._frame.parts("_datasets.html", "card", reader, cards)
        return {
            "size": PAGE_SIZE,
            "datasets": [
                {
                    "html": html,
                    "values": {
                        column.name: [column.short(v) for v in entry.values[column.name]]
                        for column in FACETS
                        if entry.values[column.name]
                    },
                    "words": entry.found_by,
                    "title": entry.title_words,
                    "changed": entry.changed,
                }
                for entry, html in zip(entries, written, strict=True)
            ],
        }

    def _every(self, view: CatalogueView) -> list[Value]:
        """Return a link to each dataset by name, for crawlers that follow no parameters."""
        entries = self.index.find(Selection(), view.reader.language)
        return [self._name(entry, view.reader) for entry in entries[:_MOST_NAMES]]

    def _name(self, entry: DatasetEntry, reader: PageLanguage) -> Value:
        title = entry.title(reader.language)
        href = self._frame.href(entry.iri, reader)
        return Value(title.value, href, foreign_language(title, reader.language))

    def _files(self) -> list[tuple[str, str, str]]:
        """Return label, address and media type of the catalogue as data."""
        places = ((m, self._addresses.representation(self._catalogue, m)) for m in GRAPHS)
        return [(m.label, self._addresses.path(url), m.name) for m, url in places]

    def _value(self, value: str, reader: PageLanguage, *, linked: bool = False) -> Value:
        label = self.index.label(value, reader.language)
        href = self._frame.href(value, reader) if linked else ""
        return Value(sentence_case(label.value), href, foreign_language(label, reader.language))

    def _card(self, entry: DatasetEntry, view: CatalogueView) -> DatasetCard:
        reader = view.reader
        text = best_label(entry.descriptions, reader.language)
        changed = Literal(entry.changed[:10], datatype=NamedNode(iri("xsd:date")))
        return DatasetCard(
            name=self._name(entry, reader),
            text=text
            and Value(_beginning(text.value), "", foreign_language(text, reader.language)),
            publisher=tuple(
                self._value(name, reader, linked=True) for name in entry.values["publisher"]
            ),
            formats=tuple(
                sorted({self._value(v, reader).text for v in entry.values["format"]}, key=sort_key)
            ),
            changed=format_literal(changed, reader.language) if entry.changed else "",
            is_series=entry.is_series,
            categories=tuple(self._value(v, reader) for v in entry.values[_HIGH_VALUE]),
        )

    def _facets(self, view: CatalogueView, url_of: Any) -> list[Facet]:
        counts, filters = self.index.counts(view.choice), view.choice.filters or {}
        facets = []
        for column in FACETS:
            selected = filters.get(column.name, ())
            values = [
                FacetValue(
                    self._value(value, view.reader),
                    count,
                    url_of(view.with_value(column.name, value)),
                    value in selected,
                )
                for value, count in counts[column.name]
            ]
            values.sort(key=lambda f: (not f.chosen, -f.count, sort_key(f.value.text)))
            if values:
                title = Value(column.heading(view.reader.language))
                facets.append(Facet(title, tuple(values[:_MOST_VALUES])))
        return facets

    def _chosen(self, view: CatalogueView, url_of: Any) -> list[tuple[str, Value]]:
        """Return heading and value of everything chosen; the link leaves it out."""
        filters: Mapping[str, tuple[str, ...]] = view.choice.filters or {}
        return [
            (
                column.heading(view.reader.language),
                replace(
                    self._value(value, view.reader),
                    href=url_of(view.with_value(column.name, value)),
                ),
            )
            for column in FACETS
            for value in filters.get(column.name, ())
        ]


def _beginning(text: str) -> str:
    """Return the first words of a description, as plain text."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST_TEXT:
        return text
    return text[:_LONGEST_TEXT].rsplit(" ", 1)[0].rstrip(" .,;") + "…"
