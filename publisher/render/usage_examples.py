"""How a release is used: what changed, what to copy, queries to begin with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from publisher.addresses import Addresses
from publisher.messages import translate
from publisher.rdf import media_types
from publisher.rdf.namespaces import PREFIXES, iri, shorten
from publisher.release.model import Release
from publisher.render.feeds import FeedDay, FeedEntry, latest_days
from publisher.render.frame import Frame, PageLanguage
from publisher.render.labels import best_label, foreign_language, iri_as_label
from publisher.render.page_model import Value
from publisher.render.snippets import query_address
from publisher.render.tables.pages import TablePages
from publisher.render.values import format_literal

# So many things of one day and activity are named.
_MOST_NAMED = 8
_ACTIVITY_WORDS = {"Create": "Added", "Update": "Changed", "Delete": "Removed"}


@dataclass(frozen=True)
class DayChanges:
    """What happened to some things on one day; ``more`` is how many are not named."""

    activity: str
    things: tuple[Value, ...]
    more: int


class UsageGuide:
    """The home page's examples of how one release is used."""

    def __init__(
        self,
        frame: Frame,
        release: Release,
        addresses: Addresses,
        tables: TablePages,
        classes: Collection[str],
    ) -> None:
        """Keep what it is told of; ``classes`` are those on the home page, the main one first."""
        self._frame, self._release, self._addresses = frame, release, addresses
        self._tables = {table.class_iri: table for table in tables.tables.values()}
        self._address_of = tables.address
        self._classes = classes

    @cached_property
    def _days(self) -> list[FeedDay]:
        return latest_days(self._release, self._classes)

    def parts(self, example: str, main: str, page_language: PageLanguage) -> dict[str, Any]:
        """Return what the template of the home page needs for it.

        Args:
            example: IRI of a thing to look up.
            main: IRI of the main class.
            page_language: Who asks.
        """
        addresses, base_iri = self._addresses, self._release.base_iri
        document = addresses.document_of(example)
        file = addresses.representation(document, media_types.TURTLE)
        query = names_query(main, self._release.prefixes, page_language.language)
        return {
            "example": addresses.on_site(example),
            "example_file": addresses.on_site(file),
            "endpoint": addresses.on_site(base_iri + "sparql"),
            "query": query,
            "ask": query_address(addresses.path(base_iri + "sparql"), query),
            "table": lambda name: self._csv(name, page_language),
            "latest": [self._day(day, page_language) for day in self._days],
        }

    def _csv(self, name: str, page_language: PageLanguage) -> str:
        """Return the address of a class as CSV: its table's, else a query's answer."""
        table = self._tables.get(name)
        if table is not None:
            return self._addresses.path(self._address_of(table, media_types.CSV.extension))
        query = names_query(name, self._release.prefixes, page_language.language)
        return csv_address(self._addresses.path(self._release.base_iri + "sparql"), query)

    def _day(self, day: FeedDay, page_language: PageLanguage) -> tuple[str, list[DayChanges]]:
        date = format_literal(
            Literal(day.date, datatype=NamedNode(iri("xsd:date"))), page_language.language
        )
        changes = []
        for activity, entries in day.activities:
            things = tuple(self._thing(entry, page_language) for entry in entries[:_MOST_NAMED])
            words = translate(_ACTIVITY_WORDS[activity], page_language.language)
            changes.append(DayChanges(words, things, len(entries) - len(things)))
        return date, changes

    def _thing(self, entry: FeedEntry, page_language: PageLanguage) -> Value:
        label = best_label(entry.labels, page_language.language)
        name = iri_as_label(entry.thing, self._release.prefixes, self._release.base_iri)
        label = label or Literal(name)
        href = self._frame.href(entry.thing, page_language)
        return Value(label.value, href, foreign_language(label, page_language.language))


# Ready-made queries for readers: to begin with, and to take a whole class away as a table.

_CSV = "text/csv"


def names_query(class_iri: str, prefixes: Mapping[str, str], language: str) -> str:
    """Return a query for the things of a class, or of any class, with their names."""
    kind = shorten(class_iri, prefixes) if class_iri else "?kind"
    prefix = kind.partition(":")[0]
    declared = {"rdfs": PREFIXES["rdfs"], "skos": PREFIXES["skos"]}
    if not class_iri:
        pass
    elif kind == class_iri:
        kind = f"<{class_iri}>"
    else:
        declared[prefix] = prefixes[prefix]
    lines = [f"PREFIX {name}: <{declared[name]}>" for name in sorted(declared)]
    lines += [
        "",
        "SELECT ?thing ?name WHERE {",
        f"  ?thing a {kind} ;",
        "         skos:prefLabel|rdfs:label ?name .",
        f'  FILTER(LANG(?name) = "{language}")',
        "}",
        "ORDER BY ?name",
    ]
    if not class_iri:
        lines.append("LIMIT 100")
    return "\n".join(lines)


def csv_address(endpoint: str, query: str) -> str:
    """Return the address of a query's answer as CSV."""
    joint = "&" if "?" in endpoint else "?"
    return endpoint + joint + urlencode({"query": query, "format": _CSV})
