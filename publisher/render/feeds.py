"""Feeds of changes as bytes: Linked Data Event Streams (LDES, TREE), DCAT-AP Feeds, Atom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import Literal, NamedNode, Quad, Triple, serialize

from publisher.addresses import Addresses
from publisher.messages import translate
from publisher.rdf.media_types import JSON_LD, N_QUADS, RDF_XML, TRIG, TURTLE, MediaType
from publisher.rdf.namespaces import LABELS, PREFIXES, iri
from publisher.release.history.feeds import (
    ACTIVITY_STREAMS,
    FeedKind,
    FeedPage,
    read_page,
    read_pages,
)
from publisher.release.model import Release

LDES, TREE = "https://w3id.org/ldes#", "https://w3id.org/tree#"
# The activities of DCAT-AP Feeds have this shape; its address is the specification's.
_ACTIVITY_SHAPE = "https://semiceu.github.io/LDES-DCAT-AP-feeds/shape.ttl#ActivityShape"
# Fixed, so that a closed page is the same bytes in every release.
_PREFIXES = {**PREFIXES, "as": ACTIVITY_STREAMS, "ldes": LDES, "tree": TREE}
_FEED_PATHS = {FeedKind.ENTITIES: "feed", FeedKind.CATALOGUE: "feed/catalog"}
_ATOM_ENTRIES = 100
_ACTIVITY_WORDS = {
    "Create": "Added: {name}",
    "Update": "Changed: {name}",
    "Delete": "Removed: {name}",
}


class Feeds:
    """The feeds of one release."""

    def __init__(self, release: Release, addresses: Addresses) -> None:
        """Read which pages there are."""
        self._release = release
        self._addresses = addresses
        self.pages = {stream: read_pages(release.folder, stream) for stream in FeedKind}

    def address(self, stream: FeedKind, number: int = 0) -> str:
        """Return where on this site a feed is, or one of its pages."""
        path = _FEED_PATHS[stream] + (f"/{number}" if number else "")
        return self._addresses.on_site(self._release.base_iri + path)

    def _stream(self, stream: FeedKind) -> NamedNode:
        return NamedNode(f"{self._release.base_iri}{_FEED_PATHS[stream]}#stream")

    def root(self, stream: FeedKind, media_type: MediaType) -> bytes:
        """Return the root of a feed: what it is, and when each of its pages is about."""
        return _serialise(self._root(stream), media_type)

    def _root(self, stream: FeedKind) -> Iterator[Quad]:
        pages, this = self.pages[stream], self._stream(stream)
        root = NamedNode(self.address(stream))
        retention = NamedNode(f"{this.value.removesuffix('#stream')}#retention")
        begin = min((page.first for page in pages), default=self._release.published)
        yield _quad(this, iri("rdf:type"), NamedNode(LDES + "EventStream"))
        yield _quad(this, TREE + "view", root)
        yield _quad(this, LDES + "timestampPath", NamedNode(stream.timestamp))
        yield _quad(this, LDES + "versionOfPath", NamedNode(stream.version_of))
        if stream is FeedKind.CATALOGUE:
            yield _quad(this, TREE + "shape", NamedNode(_ACTIVITY_SHAPE))
        yield _quad(root, iri("rdf:type"), NamedNode(TREE + "Node"))
        yield _quad(root, LDES + "retentionPolicy", retention)
        # Nothing is ever taken out: the log is whole from its first member on.
        yield _quad(retention, iri("rdf:type"), NamedNode(LDES + "RetentionPolicy"))
        yield _quad(retention, LDES + "startingFrom", _instant(begin.isoformat()))
        for page in pages:
            yield from self._relations(stream, root, page)

    def _relations(self, stream: FeedKind, root: NamedNode, page: FeedPage) -> Iterator[Quad]:
        ends = [("GreaterThanOrEqualToRelation", page.first)]
        if page.is_closed:
            ends.append(("LessThanOrEqualToRelation", page.last))
        for kind, instant in ends:
            relation = NamedNode(f"{root.value}#{page.number}-{kind}")
            yield _quad(root, TREE + "relation", relation)
            yield _quad(relation, iri("rdf:type"), NamedNode(TREE + kind))
            yield _quad(relation, TREE + "node", NamedNode(self.address(stream, page.number)))
            yield _quad(relation, TREE + "path", NamedNode(stream.timestamp))
            yield _quad(relation, TREE + "value", _instant(instant.isoformat()))

    def page(self, stream: FeedKind, page: FeedPage, media_type: MediaType) -> bytes:
        """Return a page of a feed; a closed one is the same bytes in every release."""
        return _serialise(self._page(stream, page), media_type)

    def _page(self, stream: FeedKind, page: FeedPage) -> Iterator[Quad]:
        node, this = NamedNode(self.address(stream, page.number)), self._stream(stream)
        yield _quad(node, iri("rdf:type"), NamedNode(TREE + "Node"))
        if page.is_closed:
            immutable = Literal("true", datatype=NamedNode(iri("xsd:boolean")))
            yield _quad(node, LDES + "immutable", immutable)
        version_of = NamedNode(stream.version_of)
        quads = list(read_page(self._release.folder, stream, page.number))
        for quad in quads:
            if quad.predicate == version_of and _is_default(quad):
                yield Quad(this, NamedNode(TREE + "member"), quad.subject)
        yield from quads

    def atom(self, language: str) -> bytes:
        """Return the newest changes of entities as an Atom feed (RFC 4287), the newest first."""
        base_iri = self._release.base_iri
        pages = self.pages[FeedKind.ENTITIES][-2:]
        entries = list(chain.from_iterable(read_entries(self._release, page) for page in pages))
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">',
            f"<id>{escape(base_iri)}feed.atom</id>",
            f"<title>{escape(translate('Changes', language))}</title>",
            f"<updated>{self._release.published.isoformat()}</updated>",
            f"<author><name>{escape(base_iri)}</name></author>",
            f'<link rel="self" href={quoteattr(self._addresses.on_site(base_iri + "feed.atom"))}/>',
            *(self._entry(entry, language) for entry in entries[::-1][:_ATOM_ENTRIES]),
            "</feed>\n",
        ]
        return "\n".join(lines).encode()

    def _entry(self, entry: FeedEntry, language: str) -> str:
        fitting = [t.value for t in entry.labels if t.language == language]
        path = entry.thing.removeprefix(self._release.base_iri)
        name = next(iter([*fitting, *(t.value for t in entry.labels)]), path)
        title = translate(_ACTIVITY_WORDS[entry.activity], language, name=name)
        url = self._addresses.on_site(self._addresses.document_of(entry.thing))
        return (
            f"<entry><id>{escape(entry.name)}</id><title>{escape(title)}</title>"
            f"<updated>{entry.published}</updated><link href={quoteattr(url)}/></entry>"
        )


def _is_default(quad: Quad) -> bool:
    return not isinstance(quad.graph_name, NamedNode)


def _quad(subject: NamedNode, predicate: str, term: NamedNode | Literal) -> Quad:
    return Quad(subject, NamedNode(predicate), term)


def _instant(value: str) -> Literal:
    return Literal(value, datatype=NamedNode(iri("xsd:dateTime")))


def _serialise(quads: Iterator[Quad], media_type: MediaType) -> bytes:
    """Return quads in their order: members as they came (TREE, profile specification).

    A format of graphs gets the default graph: what changed and when, without what was said then.
    """
    prefixes = _PREFIXES if media_type in (TRIG, TURTLE, RDF_XML) else {}
    statements: Iterator[Quad] | Iterator[Triple] = quads
    if media_type not in (TRIG, N_QUADS, JSON_LD):
        statements = (quad.triple for quad in quads if _is_default(quad))
    written = serialize(statements, format=media_type.rdf_format, prefixes=prefixes)
    return written or b""


# The newest changes of a release's feed: for the Atom feed, and for the home page.

_TYPE = iri("rdf:type")
# What it is about is told of anyway.
_STATEMENT = iri("rdf:Statement")
# The home page reads no more pages of the feed than this, however much a release changed.
_MOST_PAGES = 12
_DAYS = 3


@dataclass(frozen=True)
class FeedEntry:
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
class FeedDay:
    """What one day brought: the things that were added, changed or removed, by activity."""

    date: str
    activities: tuple[tuple[str, tuple[FeedEntry, ...]], ...]


def read_entries(release: Release, page: FeedPage) -> Iterator[FeedEntry]:
    """Yield the changes of things on a page of the feed, but for statements, in its order."""
    stream = FeedKind.ENTITIES
    properties: dict[str, dict[str, str]] = {}
    labels: dict[str, list[Literal]] = {}
    kinds: dict[str, list[str]] = {}
    for quad in read_page(release.folder, stream, page.number):
        value = str(getattr(quad.object, "value", ""))
        subject = str(getattr(quad.subject, "value", ""))
        if _is_default(quad):
            properties.setdefault(subject, {})[quad.predicate.value] = value
            continue
        member = str(getattr(quad.graph_name, "value", ""))
        if subject != properties[member][stream.version_of]:
            continue
        if quad.predicate.value == _TYPE:
            kinds.setdefault(member, []).append(value)
        elif quad.predicate.value in LABELS and isinstance(quad.object, Literal):
            labels.setdefault(member, []).append(quad.object)
    for name, stated in properties.items():
        of_member = tuple(sorted(kinds.get(name, ())))
        if _STATEMENT in of_member:
            continue
        activity = stated[_TYPE].removeprefix(ACTIVITY_STREAMS)
        thing, published = stated[stream.version_of], stated[stream.timestamp]
        yield FeedEntry(name, thing, activity, published, tuple(labels.get(name, ())), of_member)


def latest_days(release: Release, listed: Collection[str]) -> list[FeedDay]:
    """Return the newest days of the feed with the changes of things of some classes.

    Args:
        release: Whose feed is read.
        listed: IRIs of the classes, the most important first; what left is of no class and counts.
    """
    entries: list[FeedEntry] = []
    pages = read_pages(release.folder, FeedKind.ENTITIES)
    for page in pages[-_MOST_PAGES:]:
        of_page = read_entries(release, page)
        entries += (e for e in of_page if not e.kinds or not set(listed).isdisjoint(e.kinds))
    order = list(listed)
    entries.sort(key=lambda entry: (entry.published[:10], _entry_rank(entry, order)))
    days = [(day, list(of_day)) for day, of_day in groupby(entries, lambda e: e.published[:10])]
    return [FeedDay(day, tuple(_by_activity(of_day))) for day, of_day in days[::-1][:_DAYS]]


def _entry_rank(entry: FeedEntry, order: list[str]) -> int:
    return min((order.index(kind) for kind in entry.kinds if kind in order), default=len(order))


def _by_activity(entries: Iterable[FeedEntry]) -> Iterator[tuple[str, tuple[FeedEntry, ...]]]:
    listed = list(entries)
    for activity in ("Create", "Update", "Delete"):
        # A thing that changed twice in a day is one to a reader.
        things = {e.thing: e for e in listed if e.activity == activity}
        if things:
            yield activity, tuple(things.values())
