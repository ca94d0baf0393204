"""What has left, when, why, and what replaced it: carried on from release to release."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from publisher.addresses import Addresses
from publisher.rdf.namespaces import iri
from publisher.release.history.difference import (
    Kind,
    changed_entities,
    entities,
    replaced_entities,
    sorted_release_files,
    split_statement,
)
from publisher.release.history.document_dates import SortedRows, read_rows, write_rows
from publisher.release.model import TOMBSTONES, Release

_REPLACED_BY, _REPLACES = iri("dcterms:isReplacedBy"), iri("dcterms:replaces")
_CHANGED_BY, _ORIGINAL = iri("org:changedBy"), iri("org:originalOrganization")
_ACTIVITY_STREAMS = "https://www.w3.org/ns/activitystreams#"


@dataclass(frozen=True)
class Tombstone:
    """An entity that left.

    Attributes:
        entity: Its IRI.
        gone: Instant of the first release without it.
        release: Name of that release.
        last: Name of the last release that had it; empty when none is known.
        replaced_by: IRIs of what replaced it, sorted.
        events: IRIs of the events that changed it, sorted.
    """

    entity: str
    gone: datetime
    release: str
    last: str
    replaced_by: tuple[str, ...]
    events: tuple[str, ...]

    def row(self) -> list[str]:
        """Return it as the cells of a row."""
        lists = (" ".join(self.replaced_by), " ".join(self.events))
        return [self.entity, self.gone.isoformat(), self.release, self.last, *lists]

    def triples(self) -> Iterator[Triple]:
        """Yield it as a graph (Activity Streams 2.0, ``as:Tombstone``; PROV-O)."""
        instant = Literal(self.gone.isoformat(), datatype=NamedNode(iri("xsd:dateTime")))
        values: list[tuple[str, NamedNode | Literal]] = [
            (iri("rdf:type"), NamedNode(_ACTIVITY_STREAMS + "Tombstone")),
            (_ACTIVITY_STREAMS + "deleted", instant),
            (iri("prov:invalidatedAtTime"), instant),
            *((_REPLACED_BY, NamedNode(name)) for name in self.replaced_by),
            *((iri("prov:wasInvalidatedBy"), NamedNode(name)) for name in self.events),
        ]
        for predicate, term in values:
            yield Triple(NamedNode(self.entity), NamedNode(predicate), term)


def _read(row: list[str]) -> Tombstone:
    entity, gone, release, last, replaced_by, events = row
    instant = datetime.fromisoformat(gone)
    return Tombstone(entity, instant, release, last, _names(replaced_by), _names(events))


def _names(written: str) -> tuple[str, ...]:
    """Return names between blanks; other spaces may be part of a name."""
    return tuple(written.split(" ")) if written else ()


class Tombstones:
    """The tombstones of one release."""

    def __init__(self, release: Release) -> None:
        """Open the list; a release made before there were lists has an empty one."""
        self._rows = SortedRows(release.folder / TOMBSTONES)

    def find(self, entity: str) -> Tombstone | None:
        """Return the tombstone of an IRI, if it has left."""
        row = self._rows.find(entity)
        return _read(row) if row else None

    def follow(self, tombstone: Tombstone, addresses: Addresses) -> str:
        """Return the one replacement that is there on this site; empty when there is none.

        What was replaced twice leads to the last one; a circle, and a choice of several, nowhere.
        """
        seen: set[str] = set()
        here: Tombstone | None = tombstone
        name = ""
        while here is not None:
            if here.entity in seen or len(here.replaced_by) != 1:
                return ""
            seen.add(here.entity)
            name = here.replaced_by[0]
            here = self.find(name)
        return name if addresses.holds(name) else ""


@dataclass(frozen=True)
class _Departures:
    """Replacements and events of the entities that were removed: IRI → IRIs."""

    replaced_by: defaultdict[str, set[str]]
    events: defaultdict[str, set[str]]

    def note(self, subject: str, lines: list[str], is_gone: Callable[[str], bool]) -> None:
        """Note what the lines about one subject say of entities that leave."""
        for line in lines:
            predicate, name, _ = split_statement(line)
            if predicate == _REPLACED_BY and is_gone(subject):
                self.replaced_by[subject].add(name)
            elif predicate == _CHANGED_BY and is_gone(subject):
                self.events[subject].add(name)
            elif predicate == _REPLACES and is_gone(name):
                self.replaced_by[name].add(subject)
            elif predicate == _ORIGINAL and is_gone(name):
                self.events[name].add(subject)


def write_tombstones(
    staging: Path, previous: Release | None, name: str, published: datetime, base_iri: str
) -> None:
    """Write the list of a release in the making: that of the one before, and who left since.

    Memory grows with what left since the release before, not with the lists.

    Args:
        staging: Its folder.
        previous: The release before.
        name: Of the release.
        published: Its instant.
        base_iri: Below it lie the entities that get a tombstone.
    """
    departures = _Departures(defaultdict(set), defaultdict(set))
    gone: dict[str, str] = {}
    back: set[str] = set()
    for change in changed_entities(previous.folder, staging) if previous else ():
        if change.kind is Kind.ADDED:
            back.add(change.iri)
        elif change.kind is Kind.REMOVED and change.iri.startswith(base_iri):
            gone[change.iri] = previous.id if previous else ""
            departures.note(change.iri, list(change.before), gone.__contains__)
    known = SortedRows(previous.folder / TOMBSTONES) if previous else None
    paths = sorted_release_files(staging, catalogue=True)
    for entity, lines in replaced_entities(paths):
        if entity.startswith(base_iri) and not (known and known.find(entity)):
            gone.setdefault(entity, "")
        departures.note(entity, lines, gone.__contains__)
    for entity, lines in entities(paths) if gone else ():
        departures.note(entity, lines, gone.__contains__)
    new = [
        Tombstone(
            entity,
            published,
            name,
            last,
            tuple(sorted(departures.replaced_by[entity])),
            tuple(sorted(departures.events[entity])),
        ).row()
        for entity, last in sorted(gone.items())
    ]
    old = read_rows(previous.folder / TOMBSTONES) if previous else iter(())
    still_gone = (row for row in old if row[0] not in back and row[0] not in gone)
    write_rows(staging / TOMBSTONES, heapq.merge(still_gone, new))
