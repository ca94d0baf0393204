"""Feeds grow by what changed, and never lose or repeat a member."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import NamedNode

from publisher.release.history import feeds
from publisher.release.history.feeds import ACTIVITY_STREAMS, FeedKind, read_page, read_pages
from publisher.release.model import FEED, Release
from tests.chain import A_LAKE, BASE, SILJAN, VATTERN, Chain

pytestmark = pytest.mark.slow

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LISTED = (
    f"\n<{BASE}dataset/lakes>\n    a dcat:Dataset ;\n    dcterms:title\n"
    '        "Lakes"@en ,\n        "Sjöar"@sv ;\n.\n'
)


def members(release: Release, stream: FeedKind = FeedKind.ENTITIES) -> list[tuple[str, str, str]]:
    """Return activity, thing and release of each member, in order."""
    return list(_members(release, stream))


def _members(release: Release, stream: FeedKind) -> Iterator[tuple[str, str, str]]:
    for page in read_pages(release.folder, stream):
        told: dict[str, dict[str, str]] = {}
        for quad in read_page(release.folder, stream, page.number):
            if not isinstance(quad.graph_name, NamedNode):
                said = told.setdefault(str(quad.subject)[1:-1], {})
                said[quad.predicate.value] = str(getattr(quad.object, "value", ""))
        for name, said in told.items():
            activity = said[TYPE].removeprefix(ACTIVITY_STREAMS)
            within = name.removeprefix(f"{BASE}release/").partition("/")[0]
            yield activity, said[stream.version_of], within


def test_a_first_release_creates_everything(chain: Chain) -> None:
    """Who starts there has it all."""
    release = chain.build()

    found = members(release)
    assert ("Create", SILJAN, release.id) in found
    assert {activity for activity, _, _ in found} == {"Create"}


def test_a_release_appends_what_changed(chain: Chain) -> None:
    """An entity that changed, one that came, one that left."""
    first = chain.build()
    second = chain.add(A_LAKE)
    third = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    last = chain.remove(A_LAKE)

    assert members(last) == [
        *members(first),
        ("Create", VATTERN, second.id),
        ("Update", SILJAN, third.id),
        ("Delete", VATTERN, last.id),
    ]


def test_what_is_said_of_a_member_stands_in_its_own_graph(chain: Chain) -> None:
    """DCAT-AP Feeds: the payload in the graph named like the member."""
    chain.build()
    release = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")

    name = f"{BASE}release/{release.id}/id/lake/siljan"
    payload = [
        quad
        for quad in read_page(release.folder, FeedKind.ENTITIES, 1)
        if quad.graph_name == NamedNode(name)
    ]
    assert {str(quad.subject) for quad in payload} == {f"<{SILJAN}>"}
    assert "En stor sjö i Dalarna." in {getattr(quad.object, "value", "") for quad in payload}


def test_a_member_that_left_has_nothing_said_of_it(chain: Chain) -> None:
    """A tombstone is not a description."""
    chain.add(A_LAKE)
    release = chain.remove(A_LAKE)

    name = NamedNode(f"{BASE}release/{release.id}/id/lake/vattern")
    quads = read_page(release.folder, FeedKind.ENTITIES, 1)
    assert not any(quad.graph_name == name for quad in quads)


def test_a_full_page_is_never_touched_again(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is kept for a week by every cache on the way."""
    monkeypatch.setattr(feeds, "PAGE_MEMBERS", 4)
    first = chain.build()
    chain.add(A_LAKE)
    last = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")

    old, new = (
        read_pages(first.folder, FeedKind.ENTITIES),
        read_pages(last.folder, FeedKind.ENTITIES),
    )
    assert [page.members for page in old] == [4, 3]
    assert [page.members for page in new] == [4, 4, 1]
    name = f"{FEED}/entities/1.nq"
    assert (first.folder / name).read_bytes() == (last.folder / name).read_bytes()


def test_the_feed_goes_on_from_the_newest_release_not_from_the_one_on_line(
    chain: Chain,
) -> None:
    """Who followed it has seen the newest; going back must be told as a change."""
    from publisher.release.history.releases import activate

    text = chain.read()
    first = chain.build()
    chain.add(A_LAKE)
    activate(chain.releases, first.id)
    chain.write("data/lakes/lakes.ttl", text)
    last = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")

    assert [m[:2] for m in members(last)][-3:] == [
        ("Create", VATTERN),
        ("Update", SILJAN),
        ("Delete", VATTERN),
    ]


def test_the_feed_of_the_catalogue_tells_of_what_stands_alone(chain: Chain) -> None:
    """A dataset that comes, and the catalogue that lists it."""
    first = chain.build()
    second = chain.replace(
        "    a dcat:Catalog ;",
        f"    a dcat:Catalog ;\n    dcat:dataset <{BASE}dataset/lakes> ;",
        "data/catalogue.ttl",
    )
    chain.write("data/catalogue.ttl", chain.read("data/catalogue.ttl") + LISTED)
    third = chain.replace('"Lakes and rivers"@en', '"Lakes"@en', "data/catalogue.ttl")

    listed = members(third, FeedKind.CATALOGUE)
    assert ("Create", f"{BASE}catalog", first.id) in listed
    assert ("Update", f"{BASE}catalog", second.id) in listed
    assert ("Create", f"{BASE}dataset/lakes", third.id) in listed
    assert ("Create", f"{BASE}dataset/lakes/distribution/ttl", second.id) in listed or (
        "Create",
        f"{BASE}dataset/lakes/distribution/ttl",
        third.id,
    ) in listed


def test_a_release_that_changes_nothing_in_the_catalogue_adds_nothing_to_its_feed(
    chain: Chain,
) -> None:
    """A portal is not woken for nothing."""
    first = chain.build()
    second = chain.add(A_LAKE)

    assert members(second, FeedKind.CATALOGUE) == members(first, FeedKind.CATALOGUE)
