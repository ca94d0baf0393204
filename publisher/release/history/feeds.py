"""Feeds of changes, and the catalogue as things that stand alone (DCAT-AP Feeds).

A page of members is a file of N-Quads. A full page is never touched again; the last one is open.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import chain, islice
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from publisher.load.files import CATALOGUE
from publisher.rdf.namespaces import iri
from publisher.release.history.difference import (
    EntityChange,
    Kind,
    changed_entities,
    read_blocks,
    split_statement,
)
from publisher.release.history.document_dates import read_rows, write_rows
from publisher.release.model import CATALOGUE_EU, FEED, Release

ACTIVITY_STREAMS = "https://www.w3.org/ns/activitystreams#"
PAGE_MEMBERS = 250
_PAGE_INDEX = "pages.tsv"
# A language tag with capitals, perhaps: a dump has the customary ones.
_WRITTEN_TAG = re.compile(r'"@[A-Za-z]+-')
# DCAT-AP Feeds is published with the shapes of DCAT-AP 3.0.0, which want an xsd:decimal where DCAT
# 3 and DCAT-AP 3 say xsd:nonNegativeInteger (SEMICeu/DCAT-AP issue 422; repaired in 3.0.1). No
# literal is both, and it is optional: the feed leaves it to the catalogue, and satisfies them all.
_SIZE = iri("dcat:byteSize")
_TYPES = {Kind.ADDED: "Create", Kind.CHANGED: "Update", Kind.REMOVED: "Delete"}


class FeedKind(Enum):
    """A kind of feed: its folder, and the properties for a member's entity and time."""

    ENTITIES = ("entities", iri("dcterms:isVersionOf"), iri("dcterms:modified"))
    CATALOGUE = ("catalogue", ACTIVITY_STREAMS + "object", ACTIVITY_STREAMS + "published")

    def __init__(self, folder: str, version_of: str, timestamp: str) -> None:
        """Keep the parts."""
        self.folder = folder
        self.version_of = version_of
        self.timestamp = timestamp


@dataclass(frozen=True)
class FeedPage:
    """A page of a feed.

    Attributes:
        number: From 1.
        members: How many there are.
        first: Instant of its first member.
        last: Instant of its last member.
    """

    number: int
    members: int
    first: datetime
    last: datetime

    @property
    def is_closed(self) -> bool:
        """Tell whether it is full, so that it never changes again."""
        return self.members >= PAGE_MEMBERS


@dataclass(frozen=True)
class Member:
    """A change of one thing, with what is said of it since.

    Attributes:
        name: IRI of the member, and of the graph that holds what is said.
        change: What happened to what.
        published: When.
    """

    name: str
    change: EntityChange
    published: datetime

    def quads(self, stream: FeedKind) -> Iterator[Quad]:
        """Yield it: type, thing and time in the default graph, the rest in a graph of its own."""
        yield from self._activity(stream)
        node = NamedNode(self.name)
        written = "\n".join(sorted(self.change.after)).encode()
        triples = {q.triple: None for q in parse(written, format=RdfFormat.N_QUADS)}
        for triple in triples:
            if stream is FeedKind.ENTITIES or triple.predicate.value != _SIZE:
                yield Quad(triple.subject, triple.predicate, triple.object, node)

    def lines(self, stream: FeedKind) -> Iterator[str]:
        """Yield the same as lines of N-Quads."""
        if stream is not FeedKind.ENTITIES or any(map(_WRITTEN_TAG.search, self.change.after)):
            yield from (f"{quad} .\n" for quad in self.quads(stream))
            return
        # Of things there are many, and the dumps have their triples as they are written here.
        yield from (f"{quad} .\n" for quad in self._activity(stream))
        triples = (line[: line.rindex(" <")] for line in sorted(self.change.after))
        yield from (f"{triple} <{self.name}> .\n" for triple in dict.fromkeys(triples))

    def _activity(self, stream: FeedKind) -> Iterator[Quad]:
        node = NamedNode(self.name)
        instant = Literal(self.published.isoformat(), datatype=NamedNode(iri("xsd:dateTime")))
        kind = NamedNode(ACTIVITY_STREAMS + _TYPES[self.change.kind])
        yield Quad(node, NamedNode(iri("rdf:type")), kind)
        yield Quad(node, NamedNode(stream.version_of), NamedNode(self.change.iri))
        yield Quad(node, NamedNode(stream.timestamp), instant)


def read_pages(folder: Path, stream: FeedKind) -> list[FeedPage]:
    """Return the pages of a feed in a release; none in a release made before there were feeds."""
    return [
        FeedPage(
            int(number),
            int(members),
            datetime.fromisoformat(first),
            datetime.fromisoformat(last),
        )
        for number, members, first, last in read_rows(folder / FEED / stream.folder / _PAGE_INDEX)
    ]


def read_page(folder: Path, stream: FeedKind, number: int) -> Iterator[Quad]:
    """Yield the quads of a page in their order."""
    path = folder / FEED / stream.folder / f"{number}.nq"
    return iter(parse(path=str(path), format=RdfFormat.N_QUADS))


def _name(base_iri: str, release: str, thing: str, stream: FeedKind) -> str:
    """Return the IRI of a member: the thing in its release; of the catalogue's, a part of it."""
    if stream is FeedKind.CATALOGUE:
        path = thing.removeprefix(base_iri)
        return f"{base_iri}release/{release}/{CATALOGUE}#{quote(path, safe='/')}"
    return f"{base_iri}release/{release}/{thing.removeprefix(base_iri)}"


def write_feeds(
    staging: Path, previous: Release | None, name: str, published: datetime, base_iri: str
) -> None:
    """Write the feeds of a release in the making: a pure function of it and of the one before.

    Args:
        staging: Its folder; the dumps and the catalogue are there.
        previous: The release before.
        name: Of the release.
        published: Its instant.
        base_iri: What is named below it has versions.
    """
    for stream in FeedKind:
        before = previous if previous and read_pages(previous.folder, stream) else None
        old = before.folder if before else None
        changes: Iterable[EntityChange] = (
            compare_catalogues(old, staging)
            if stream is FeedKind.CATALOGUE
            else (
                c
                for c in changed_entities(old, staging, catalogue=False)
                if c.iri.startswith(base_iri)
            )
        )
        members = (
            Member(_name(base_iri, name, change.iri, stream), change, published)
            for change in changes
        )
        _append_pages(staging, old, stream, members)


def _append_pages(
    staging: Path, old: Path | None, stream: FeedKind, members: Iterator[Member]
) -> None:
    """Copy the pages of the previous release, and append members."""
    folder = staging / FEED / stream.folder
    folder.mkdir(parents=True)
    pages = read_pages(old, stream) if old else []
    for page in pages:
        assert old is not None
        shutil.copyfile(
            old / FEED / stream.folder / f"{page.number}.nq", folder / f"{page.number}.nq"
        )
    while (first := next(members, None)) is not None:
        if not pages or pages[-1].is_closed:
            pages.append(FeedPage(len(pages) + 1, 0, first.published, first.published))
        page = pages[-1]
        of_page = chain([first], islice(members, PAGE_MEMBERS - page.members - 1))
        with (folder / f"{page.number}.nq").open("a", encoding="utf-8", newline="\n") as file:
            for member in of_page:
                file.writelines(member.lines(stream))
                page = FeedPage(page.number, page.members + 1, page.first, member.published)
        pages[-1] = page
    write_rows(
        folder / _PAGE_INDEX,
        ((str(p.number), str(p.members), p.first.isoformat(), p.last.isoformat()) for p in pages),
    )


# The catalogue as things that stand alone: what a portal copies one by one (DCAT-AP Feeds).

_TYPE = iri("rdf:type")
# DCAT-AP Feeds: what an activity may be about.
_STANDALONE = {
    iri(name)
    for name in (
        "dcat:Catalog",
        "dcat:DataService",
        "dcat:Dataset",
        "dcat:Distribution",
        "dcterms:LicenseDocument",
        "foaf:Agent",
        "vcard:Kind",
    )
}


def _standalone_entities(folder: Path) -> dict[str, frozenset[str]]:
    """Return IRI → lines of everything that stands alone, with what hangs on it and does not."""
    properties = dict(read_blocks(folder / CATALOGUE_EU))
    alone = [
        subject
        for subject, lines in properties.items()
        if subject.startswith("<")
        and any(p == _TYPE and name in _STANDALONE for p, name, _ in map(split_statement, lines))
    ]
    stopping = set(alone)
    return {subject[1:-1]: _with_blank_parts(subject, properties, stopping) for subject in alone}


def _with_blank_parts(
    subject: str, properties: Mapping[str, list[str]], stopping: set[str]
) -> frozenset[str]:
    pending, seen = [subject], {subject}
    closure: list[str] = []
    while pending:
        lines = properties[pending.pop()]
        closure += lines
        for _, name, blank in map(split_statement, lines):
            part = f"<{name}>" if name else blank
            if part in properties and part not in stopping and part not in seen:
                seen.add(part)
                pending.append(part)
    return frozenset(closure)


def compare_catalogues(old: Path | None, new: Path) -> Iterator[EntityChange]:
    """Yield every standalone thing that two releases do not say the same of, in order."""
    before = _standalone_entities(old) if old else {}
    after = _standalone_entities(new)
    for name in sorted(before.keys() | after.keys()):
        old_lines, new_lines = before.get(name, frozenset()), after.get(name, frozenset())
        if old_lines != new_lines:
            yield EntityChange(name, tuple(sorted(old_lines)), tuple(sorted(new_lines)))
