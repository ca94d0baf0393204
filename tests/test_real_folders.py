"""What others bring is checked, built, served, verified, and read back: the same triples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote

import pytest
from rdflib import BNode, Dataset, Graph, URIRef
from rdflib.compare import to_isomorphic
from rdflib.term import Node

from publisher.verify.options import VerifyOptions
from publisher.verify.verification import verify
from tests.folders import Folder, Site, build_folder, run_publisher, target_of
from tests.real_folders import FOLDERS, RealFolder

SLOW_FIXTURES = {"world"}
# How rdflib calls the formats of the sources, by the ends of their names.
_READERS = {"ttl": "turtle", "owl": "xml", "nq": "nquads"}
Triple = tuple[Node, Node, Node]


@dataclass(frozen=True)
class World:
    """A folder that was brought, what became of it, and its site."""

    brought: RealFolder
    folder: Folder
    site: Site


# What stops these folders is no fault of theirs; each is turned on when that is fixed.


@pytest.fixture(scope="module", params=sorted(FOLDERS))
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Return each folder, built and served."""
    brought = FOLDERS[request.param]()
    work = tmp_path_factory.mktemp("real")
    folder = build_folder(work, brought.base, brought.sources())
    releases = str(folder.release.folder.parent)
    with run_publisher(work, "serve", "--releases", releases) as site:
        yield World(brought, folder, site)


def read(files: dict[str, str]) -> Graph:
    """Return what files say, read by rdflib, whatever graph it is in."""
    found = Graph()
    for name, text in files.items():
        dataset = Dataset()
        dataset.parse(data=text, format=_READERS[name.rpartition(".")[2]])
        for subject, predicate, value, _ in dataset.quads():
            found.add((subject, predicate, value))
    return found


def dumped(world: World, extension: str, reader: str) -> Graph:
    """Return what the dumps of the folder's own datasets say."""
    found = Graph()
    for name in world.folder.release.datasets():
        answer = world.site.socket.get(f"/dump/{quote(name)}.{extension}")
        assert answer.status_code == 200, name
        found.parse(data=answer.text, format=reader)
    return found


def brought(world: World) -> Graph:
    """Return what the folder's data and ontology say."""
    files = {
        name: text
        for name, text in world.brought.files.items()
        if name.startswith(("data/", "ontology/"))
    }
    return read(files)


def missing(wanted: Graph, found: Graph) -> list[Triple]:
    """Return what is not found; nodes without names are not compared."""
    there = set(found)
    return [t for t in wanted if t not in there and not any(isinstance(n, BNode) for n in t)]


def test_nothing_that_is_right_is_stopped(world: World) -> None:
    """A release is there; whatever is remarked stops nothing, and every name can be looked up."""
    assert not any(finding.severity.blocks for finding in world.folder.findings)
    assert world.folder.found("reachable") == set()


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("extension", "reader"),
    [("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml"), ("jsonld", "json-ld")],
)
def test_the_dumps_say_what_was_brought(world: World, extension: str, reader: str) -> None:
    """Read back by rdflib, in each format."""
    assert missing(brought(world), dumped(world, extension, reader)) == []
    if extension == "ttl":
        lines = dumped(world, "nt", "nt")
        assert to_isomorphic(dumped(world, extension, reader)) == to_isomorphic(lines)


def test_the_documents_say_what_was_brought(world: World) -> None:
    """Each thing, looked up at its own IRI, tells all that was said of it."""
    wanted, wrong = brought(world), []
    for subject in sorted({str(s) for s in wanted.subjects() if isinstance(s, URIRef)}):
        statuses, answer = world.site.look_up(world.folder.base, subject, "text/turtle")
        found = Graph()
        if statuses[-1] == 200:
            found.parse(data=answer.text, format="turtle")
        said = Graph()
        for triple in wanted.triples((URIRef(subject), None, None)):
            said.add(triple)
        if missing(said, found):
            wrong.append((subject, statuses))

    assert wrong == []


def test_a_verification_finds_no_fault_with_the_addresses(world: World) -> None:
    """Looking up, formats that agree, caching: what portals and clients see."""
    parts = frozenset(("distributions", "dereference"))
    report = verify(world.site.address, VerifyOptions(sample=8, parts=parts))
    faults = [
        (finding.rule, finding.message["en"])
        for finding in report.findings
        if finding.severity.blocks and finding.rule.startswith(("dereference", "caching"))
    ]

    assert faults == []


def test_every_address_of_the_sitemap_of_a_real_folder_answers(world: World) -> None:
    """And every thing of the folder is in it."""
    listed = world.site.sitemap()
    wrong = {
        place: statuses
        for place in listed
        for statuses, _ in [world.site.follow(place, "*/*")]
        if statuses[-1] != 200
    }

    assert len(listed) > len(world.folder.release.datasets())
    assert wrong == {}


def links_of(page: str) -> set[str]:
    """Return the addresses of things, documents and files of the site that a page links to."""
    found = (unescape(link) for link in re.findall(r'<a [^>]*?href="([^"#?]+[^"#]*)', page))
    own = {target_of(link) for link in found if link.startswith(("/", "http://127.0.0.1"))}
    elsewhere = ("/sparql", "/search", "/release/", "/rest/", "/embed/", "/static/")
    return {link for link in own if not link.startswith(elsewhere)}


def test_a_page_links_to_nothing_that_does_not_answer(world: World) -> None:
    """Names below the base that nobody describes have no link; nothing is an empty line."""
    asked: dict[str, int] = {}
    for place in ("/", *world.site.sitemap()[:25]):
        _, answer = world.site.follow(place, "text/html, */*;q=0.1")
        empty = re.search(r"<(li|dd|h1|a)\b[^>]*>\s*</\1>", answer.text)
        assert empty is None, (place, answer.text[empty.start() - 200 : empty.end()])
        for link in links_of(answer.text) - asked.keys():
            asked[link] = world.site.follow(link, "*/*")[0][-1]

    assert asked
    assert {link for link, status in asked.items() if status != 200} == set()


def test_the_names_of_graphs_are_kept(world: World) -> None:
    """What was open in one year and closed in the next is said of each year."""
    quads = "".join(text for name, text in world.brought.files.items() if name.endswith(".nq"))
    if not quads:
        pytest.skip("no file of this folder names graphs")
    name = next(name for name in world.folder.release.datasets() if name != "vocabulary")
    dumped_quads = Dataset()
    dumped_quads.parse(data=world.site.socket.get(f"/dump/{name}.nq").text, format="nquads")
    wanted = Dataset()
    wanted.parse(data=quads, format="nquads")

    assert set(wanted.quads()) <= set(dumped_quads.quads())
