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
from publisher.render.feeds import Day, Entry, latest_days
from publisher.render.frame import Frame, Reader
from publisher.render.labels import address_as_name, best, foreign
from publisher.render.parts import Value
from publisher.render.snippets import address
from publisher.render.tables.pages import TablePages
from publisher.render.values import in_words

# So many things of one day and activity are named.
_NAMED = 8
_WORDS = {"Create": "Added", "Update": "Changed", "Delete": "Removed"}


@dataclass(frozen=True)
class Changes:
    """What happened to some things on one day; ``more`` is how many are not named."""

    activity: str
    things: tuple[Value, ...]
    more: int


class Use:
    """What the home page of one release tells of its use."""

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
        self._place = tables.place
        self._classes = classes

    @cached_property
    def _days(self) -> list[Day]:
        return latest_days(self._release, self._classes)

    def parts(self, example: str, main: str, reader: Reader) -> dict[str, Any]:
        """Return what the template of the home page needs for it.

        Args:
            example: IRI of a thing to look up.
            main: IRI of the main class.
            reader: Who asks.
        """
        addresses, base_iri = self._addresses, self._release.base_iri
        document = addresses.document_of(example)
        file = addresses.representation(document, media_types.TURTLE)
        query = names_of(main, self._release.prefixes, reader.language)
        return {
            "example": addresses.on_site(example),
            "example_file": addresses.on_site(file),
            "endpoint": addresses.on_site(base_iri + "sparql"),
            "query": query,
            "ask": address(addresses.path(base_iri + "sparql"), query),
            "table": lambda name: self._csv(name, reader),
            "latest": [self._day(day, reader) for day in self._days],
        }

    def _csv(self, name: str, reader: Reader) -> str:
        """Return the address of a class as CSV: its table's, else a query's answer."""
        table = self._tables.get(name)
        if table is not None:
            return self._addresses.path(self._place(table, media_types.CSV.extension))
        query = names_of(name, self._release.prefixes, reader.language)
        return as_table(self._addresses.path(self._release.base_iri + "sparql"), query)

    def _day(self, day: Day, reader: Reader) -> tuple[str, list[Changes]]:
        date = in_words(Literal(day.date, datatype=NamedNode(iri("xsd:date"))), reader.language)
        changes = []
        for activity, entries in day.activities:
            things = tuple(self._thing(entry, reader) for entry in entries[:_NAMED])
            words = translate(_WORDS[activity], reader.language)
            changes.append(Changes(words, things, len(entries) - len(things)))
        return date, changes

    def _thing(self, entry: Entry, reader: Reader) -> Value:
        label = best(entry.labels, reader.language)
        name = address_as_name(entry.thing, self._release.prefixes, self._release.base_iri)
        label = label or Literal(name)
        href = self._frame.href(entry.thing, reader)
        return Value(label.value, href, foreign(label, reader.language))


# Ready-made queries for readers: to begin with, and to take a whole class away as a table.

_CSV = "text/csv"


def names_of(class_iri: str, prefixes: Mapping[str, str], language: str) -> str:
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


def as_table(endpoint: str, query: str) -> str:
    """Return the address of a query's answer as CSV."""
    joint = "&" if "?" in endpoint else "?"
    return endpoint + joint + urlencode({"query": query, "format": _CSV})
