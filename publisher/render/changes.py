"""The newest changes of a release's feed: for the Atom feed, and for the home page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Quad

from publisher.rdf.namespaces import LABELS, iri
from publisher.release.history.feeds import (
    ACTIVITY_STREAMS,
    FeedPage,
    Stream,
    read_page,
    read_pages,
)
from publisher.release.model import Release

_TYPE = iri("rdf:type")
# What it is about is told of anyway.
_STATEMENT = iri("rdf:Statement")
# The home page reads no more pages of the feed than this, however much a release changed.
_MOST_PAGES = 12
_DAYS = 3


@dataclass(frozen=True)
class Entry:
    """A member of a feed, for people.

    Attributes:
        name: IRI of the member.
        thing: IRI of what changed.
        activity: ``Create``, ``Update`` or ``Delete``.
        published: When, as ISO 8601.
        labels: What the thing is called.
        kinds: IRIs of its classes.
    """

    name: str
    thing: str
    activity: str
    published: str
    labels: tuple[Literal, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Day:
    """What one day brought: the things that were added, changed or removed, by activity."""

    date: str
    activities: tuple[tuple[str, tuple[Entry, ...]], ...]


def read_entries(release: Release, page: FeedPage) -> Iterator[Entry]:
    """Yield the changes of things on a page of the feed, but for statements, in its order."""
    stream = Stream.ENTITIES
    said: dict[str, dict[str, str]] = {}
    labels: dict[str, list[Literal]] = {}
    kinds: dict[str, list[str]] = {}
    for quad in read_page(release.folder, stream, page.number):
        value = str(getattr(quad.object, "value", ""))
        subject = str(getattr(quad.subject, "value", ""))
        if _is_default(quad):
            said.setdefault(subject, {})[quad.predicate.value] = value
            continue
        member = str(getattr(quad.graph_name, "value", ""))
        if subject != said[member][stream.version_of]:
            continue
        if quad.predicate.value == _TYPE:
            kinds.setdefault(member, []).append(value)
        elif quad.predicate.value in LABELS and isinstance(quad.object, Literal):
            labels.setdefault(member, []).append(quad.object)
    for name, told in said.items():
        of_member = tuple(sorted(kinds.get(name, ())))
        if _STATEMENT in of_member:
            continue
        activity = told[_TYPE].removeprefix(ACTIVITY_STREAMS)
        thing, published = told[stream.version_of], told[stream.timestamp]
        yield Entry(name, thing, activity, published, tuple(labels.get(name, ())), of_member)


def latest_days(release: Release, listed: Collection[str]) -> list[Day]:
    """Return the newest days of the feed with the changes of things of some classes.

    Args:
        release: Whose feed is read.
        listed: IRIs of the classes, the most important first; what left is of no class and counts.
    """
    entries: list[Entry] = []
    pages = read_pages(release.folder, Stream.ENTITIES)
    for page in pages[-_MOST_PAGES:]:
        found = read_entries(release, page)
        entries += (e for e in found if not e.kinds or not set(listed).isdisjoint(e.kinds))
    order = list(listed)
    entries.sort(key=lambda entry: (entry.published[:10], _rank(entry, order)))
    days = [(day, list(of_day)) for day, of_day in groupby(entries, lambda e: e.published[:10])]
    return [Day(day, tuple(_by_activity(of_day))) for day, of_day in days[::-1][:_DAYS]]


def _rank(entry: Entry, order: list[str]) -> int:
    return min((order.index(kind) for kind in entry.kinds if kind in order), default=len(order))


def _by_activity(entries: Iterable[Entry]) -> Iterator[tuple[str, tuple[Entry, ...]]]:
    found = list(entries)
    for activity in ("Create", "Update", "Delete"):
        # A thing that changed twice in a day is one to a reader.
        things = {e.thing: e for e in found if e.activity == activity}
        if things:
            yield activity, tuple(things.values())


def _is_default(quad: Quad) -> bool:
    return not isinstance(quad.graph_name, NamedNode)
