"""The datasets of a catalogue as readers look for them: by words, and by what they are like."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from publisher.messages import translate
from publisher.profiles.file_types import IANA
from publisher.query.engine import Engine, Term
from publisher.rdf.namespaces import AUTHORITY, iri
from publisher.rdf.text import plain_letters, words
from publisher.render.labels import (
    Labels,
    best_label,
    fetch_labels,
    standard_terms,
    term_label,
)
from publisher.render.tables.selection import Selection
from publisher.render.values import natural_key

# How the newest are asked for: ``?sort=-modified``.
MODIFIED = "modified"
_TITLE, _DESCRIPTION = iri("dcterms:title"), iri("dcterms:description")
_KEYWORD, _TYPE, _SERIES = iri("dcat:keyword"), iri("rdf:type"), iri("dcat:DatasetSeries")
_DATES = (iri("dcterms:modified"), iri("dcterms:issued"))
_FORMAT, _MEDIA_TYPE = iri("dcterms:format"), iri("dcat:mediaType")


@dataclass(frozen=True)
class FacetColumn:
    """What datasets are distinguished by.

    Attributes:
        name: In addresses.
        path: Property of a dataset, and of its distributions where they have it too.
        title: Heading, a message in English.
        prefix: Beginning of IRIs that is left out in addresses.
    """

    name: str
    path: str
    title: str
    prefix: str = ""

    def heading(self, language: str) -> str:
        """Return its heading in a language."""
        return translate(self.title, language)

    def short(self, value: str) -> str:
        """Return how a value is written in addresses."""
        rest = value.removeprefix(self.prefix)
        return rest if self.prefix and rest and "/" not in rest else value


FACETS = (
    FacetColumn("theme", iri("dcat:theme"), "Theme", f"{AUTHORITY}data-theme/"),
    FacetColumn("publisher", iri("dcterms:publisher"), "Publisher"),
    FacetColumn("format", _FORMAT, "Format", f"{AUTHORITY}file-type/"),
    FacetColumn("license", iri("dcterms:license"), "Licence"),
    FacetColumn(
        "highvalue", iri("dcatap:hvdCategory"), "High-value data", "http://data.europa.eu/bna/"
    ),
    FacetColumn(
        "frequency", iri("dcterms:accrualPeriodicity"), "Updated", f"{AUTHORITY}frequency/"
    ),
)
_OF_DATASETS = (
    *(_TITLE, _DESCRIPTION, _KEYWORD, _TYPE, *_DATES),
    *(column.path for column in FACETS),
)
_OF_DISTRIBUTIONS = (_FORMAT, _MEDIA_TYPE, iri("dcterms:license"))
_QUERY = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
SELECT ?dataset ?property ?value WHERE {{
    {{
        SELECT DISTINCT ?dataset WHERE {{
            ?catalogue dcat:dataset ?dataset . FILTER(isIRI(?dataset))
        }}
    }}
    ?dataset {way}?property ?value .
    FILTER(?property IN ({properties}))
}}
"""
_FILES = "dcat:distribution ?file . ?file "


@dataclass(frozen=True)
class DatasetEntry:
    """A dataset of the catalogue.

    Attributes:
        iri: Its IRI.
        titles: In every language.
        descriptions: In every language.
        is_series: Whether it is a series of datasets.
        changed: When it changed last, or was issued; as written, empty where nobody says.
        values: Name of a facet → IRIs and texts, sorted.
        found_by: Its words, plain letters, each with a space before it.
    """

    iri: str
    titles: tuple[Literal, ...]
    descriptions: tuple[Literal, ...]
    is_series: bool
    changed: str
    values: Mapping[str, tuple[str, ...]] = field(repr=False)
    found_by: str = field(repr=False)

    @property
    def title_words(self) -> str:
        """Return the words of its titles, as those of ``found_by``."""
        return _folded(self.titles)

    def title(self, language: str) -> Literal:
        """Return its title; the end of its IRI where it has none."""
        title = best_label(self.titles, language)
        return title or Literal(self.iri.rstrip("/").rpartition("/")[2] or self.iri)


class CatalogueIndex:
    """The datasets of one release's catalogue; read from the engine once, when first needed."""

    def __init__(self, engine: Engine) -> None:
        """Keep what to ask."""
        self._engine = engine

    @cached_property
    def entries(self) -> tuple[DatasetEntry, ...]:
        """Return the datasets, by IRI."""
        datasets = self._fetch("", _OF_DATASETS)
        for dataset, properties in self._fetch(_FILES, _OF_DISTRIBUTIONS).items():
            for path, terms in properties.items():
                datasets[dataset][path] |= terms
        return tuple(_entry(name, datasets[name], self.labels) for name in sorted(datasets))

    @cached_property
    def labels(self) -> Labels:
        """Return the names of all that datasets lead to."""
        query = _QUERY.format(way="", properties=_in_brackets(c.path for c in FACETS))
        values = {row["value"] for row in self._engine.rows(query)}
        return fetch_labels(self._engine, {v.value for v in values if isinstance(v, NamedNode)})

    def _fetch(self, way: str, paths: Iterable[str]) -> dict[str, dict[str, set[Term]]]:
        things: dict[str, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
        query = _QUERY.format(way=way, properties=_in_brackets(paths))
        for row in self._engine.rows(query):
            things[row["dataset"].value][row["property"].value].add(row["value"])
        return things

    def label(self, value: str, language: str) -> Literal:
        """Return what a value of a facet is called."""
        label = term_label(value, self.labels.get(value, ()), language)
        if label is not None:
            return label
        is_listed = value.startswith((AUTHORITY, IANA))
        return Literal(value.rpartition("/")[2].replace("_", " ") if is_listed else value)

    def find(self, selection: Selection, language: str) -> list[DatasetEntry]:
        """Return the datasets that fit, in the order that the reader wants."""
        fitting = [entry for entry in self.entries if _fits(entry, selection)]
        fitting.sort(key=lambda entry: natural_key(entry.title(language).value, language))
        if selection.sort == MODIFIED:
            fitting.sort(key=lambda entry: entry.changed, reverse=True)
        elif selection.words:
            searched = _wanted(selection.words)
            # Those that have the words in their title come first.
            fitting.sort(key=lambda entry: not _has(entry.title_words, searched))
        return fitting

    def counts(self, selection: Selection) -> dict[str, list[tuple[str, int]]]:
        """Return name of a facet → values with the number of datasets that each would give.

        Of a facet one value is enough, so each is counted without what is chosen of it.
        """
        counted = {}
        for column in FACETS:
            filters = {n: v for n, v in (selection.filters or {}).items() if n != column.name}
            rest = Selection(words=selection.words, filters=filters)
            number = Counter(
                value
                for entry in self.entries
                if _fits(entry, rest)
                for value in entry.values.get(column.name, ())
            )
            selected = (selection.filters or {}).get(column.name, ())
            number.update(dict.fromkeys(selected, 0))
            counted[column.name] = sorted(number.items(), key=lambda pair: (-pair[1], pair[0]))
        return counted

    def known_value(self, column: FacetColumn, written: str) -> str:
        """Return the value that an address means, in its short or its long form."""
        if column.prefix and "/" not in written and ":" not in written:
            return self._by_short.get((column.name, written), written)
        return written

    @cached_property
    def _by_short(self) -> Mapping[tuple[str, str], str]:
        return {
            (column.name, column.short(value)): value
            for column in FACETS
            for entry in self.entries
            for value in entry.values.get(column.name, ())
        }


def _in_brackets(paths: Iterable[str]) -> str:
    return ", ".join(f"<{path}>" for path in dict.fromkeys(paths))


def _entry(name: str, properties: Mapping[str, set[Term]], labels: Labels) -> DatasetEntry:
    values = {column.name: _texts(properties.get(column.path, ())) for column in FACETS}
    if not values["format"]:
        values["format"] = _texts(properties.get(_MEDIA_TYPE, ()))
    titles, descriptions = (_literals(properties.get(p, ())) for p in (_TITLE, _DESCRIPTION))
    spoken = [*titles, *descriptions, *_literals(properties.get(_KEYWORD, ()))]
    spoken += [
        label
        for terms in values.values()
        for value in terms
        for label in labels.get(value) or standard_terms().get(value, ())
    ]
    dates = [_texts(properties.get(path, ())) for path in _DATES]
    return DatasetEntry(
        iri=name,
        titles=titles,
        descriptions=descriptions,
        is_series=NamedNode(_SERIES) in properties.get(_TYPE, ()),
        changed=next((terms[-1] for terms in dates if terms), ""),
        values=values,
        found_by=_folded(spoken),
    )


def _texts(terms: Iterable[Term]) -> tuple[str, ...]:
    return tuple(sorted({term.value for term in terms if isinstance(term, NamedNode | Literal)}))


def _literals(terms: Iterable[Term]) -> tuple[Literal, ...]:
    return tuple(sorted((term for term in terms if isinstance(term, Literal)), key=str))


def _folded(literals: Iterable[Literal]) -> str:
    folded = (word for text in literals for word in words(text.value))
    return "".join(f" {word}" for word in dict.fromkeys(map(plain_letters, folded)))


def _wanted(text: str) -> list[str]:
    return [plain_letters(word) for word in words(text)]


def _has(found_by: str, searched: Sequence[str]) -> bool:
    """Tell whether each word is the beginning of one that was found."""
    return all(f" {word}" in found_by for word in searched)


def _fits(entry: DatasetEntry, selection: Selection) -> bool:
    return _has(entry.found_by, _wanted(selection.words)) and all(
        any(value in entry.values.get(name, ()) for value in values)
        for name, values in (selection.filters or {}).items()
    )
