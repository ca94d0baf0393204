"""What is published can be looked up: every IRI at the path it has, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox
import pytest

from publisher.addresses import Addresses, is_own_path
from publisher.config import Config
from publisher.rdf.media_types import GRAPHS, HTML, TURTLE, MediaType
from publisher.serve.app import create_flask
from publisher.serve.export.export import export
from publisher.serve.site import Site as ReleaseSite
from tests.folders import Folder, Site, build_folder, run_publisher, target_of
from tests.serve.conftest import serve_with

FIELD = Path(__file__).parents[3] / "shared" / "field" / "data"
SHARED = ("odd-iris", "encoded-reserved", "trailing-slash", "reserved-paths")
DATEN = "https://daten.example.org/"
COMMENT = "<http://www.w3.org/2000/01/rdf-schema#comment>"
LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "nt": ox.RdfFormat.N_TRIPLES,
}

BASE = "http://opac.biblioteca.example/klass/"
HERE = Addresses(BASE, BASE)
# Names of a library's classification, of an old application, of a vocabulary: all can be asked for.
REACHABLE = (
    *("id/%3Afic", "id/%3afic2", "id/%2Fslash", "id/a%2Fb/c", "id/a/b/c", "id/%28087.5%29"),
    *("id/(087.5)", "id/%22%3C%3E%22", "id/64%25", "id/64%2525", "id/%5B1%5D", "id/a%5Cb"),
    *(
        "id/q%3Fx=1",
        "id/x%23y",
        "id/x",
        "id/naïve",
        "id/na%C3%AFve2",
        "id/%d0%b6",
        "id/日本/%E8%AA%9E",
    ),
    *("id/line%0Aend", "id/null%00", "id/bad%FF", "id/🜁", "id/a'b*c!$&", "id/a=b;c,d+e@f"),
    *("record.aspx?id=7&t=Ö", "record.aspx?id=8", "record.aspx", "id/work?lang=sv", "id/work"),
    *(
        "id/work?lang=de&incoming=9",
        "ns/term/",
        "ns/term",
        "ns/deep/er/",
        "id/branch/",
        "id/branch",
    ),
    *("id//double", "id/a//b", "ns/onto.owl", "doc/about", "id/UPPER", "id/upper"),
    *("sparqling", "feeds/1", "searching", "lists.ttl", "table.of/contents", "voids"),
)
FRAGMENTS = ("ns/onto.owl#Term", "ns/q?v=2#Term", "ns/dir/#Term", "id/work#part", "id/%3Afic#p")
HIDDEN = ("timemap/x", "table", "sitemap/3.xml", "release", "query/a/b", "catalog.ttl", "void.nt")
BARRED = ("id/a/../b", "id/./c", "id/%2e%2E/d", "/first", "id/%7Etilde", "id/%C3%B6%c3%b6", "bare?")
# Of a document that is about something: read in it, as a graph.
OF_A_DOCUMENT = ("doc/x",)
SAME_FILE = ("id/paper", "id/paper.rdf")
SAME_ADDRESS = ("id/straße", "id/stra%C3%9Fe", "id/stra%c3%9fe")


@dataclass(frozen=True)
class World:
    """A folder and its site on a socket."""

    folder: Folder
    site: Site


def described(base: str, names: tuple[str, ...]) -> str:
    """Return a file in which each name has a label that is its own, and something is said of it."""
    return "".join(
        f'<{base}{name}> {LABEL} "thing number {at}."@en ; {COMMENT} "As thing number {at}."@en .\n'
        for at, name in enumerate(names)
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Return a folder of our own making."""
    names = (*REACHABLE, *FRAGMENTS, *OF_A_DOCUMENT, *HIDDEN, *BARRED, *SAME_FILE, *SAME_ADDRESS)
    work = tmp_path_factory.mktemp("library")
    return build_folder(work, BASE, {"data/books/books.ttl": described(BASE, names)})


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Return the folders of the reports in one."""
    if not FIELD.is_dir():
        pytest.skip("the reports are not on this machine")
    files = {
        f"data/field/{name}.ttl": (FIELD / name / "data.ttl").read_text(encoding="utf-8")
        for name in SHARED
    }
    return build_folder(tmp_path_factory.mktemp("shared"), DATEN, files)


@contextmanager
def serving(folder: Folder, work: Path) -> Iterator[World]:
    """Serve a folder on a socket."""
    with run_publisher(work, "serve", "--releases", str(folder.release.folder.parent)) as site:
        yield World(folder, site)


@pytest.fixture(scope="module")
def library_world(library: Folder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return our folder and its site."""
    with serving(library, tmp_path_factory.mktemp("serving")) as world:
        yield world


@pytest.fixture(scope="module")
def shared_world(shared: Folder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return the folder of the reports and its site."""
    with serving(shared, tmp_path_factory.mktemp("serving")) as world:
        yield world


@pytest.fixture(params=["library", "shared"])
def world(request: pytest.FixtureRequest) -> World:
    """Return each folder with its site."""
    found: World = request.getfixturevalue(f"{request.param}_world")
    return found


def subjects(folder: Folder) -> dict[str, ox.Literal]:
    """Return the things of the data that can be looked up → the label of each."""
    barred = folder.found("reachable")
    found = {}
    labels = (
        (triple.subject.value, triple.object)
        for file in folder.sources.files
        if file.source.name.startswith("data/") and "catalogue" not in file.source.name
        for triple in file.triples
        if isinstance(triple.subject, ox.NamedNode)
        and isinstance(triple.object, ox.Literal)
        and triple.subject.value.partition("#")[0] not in barred
    )
    for subject, label in labels:
        found.setdefault(subject, label)
    return found


def says(body: bytes, media_type: MediaType, subject: str, label: ox.Literal) -> bool:
    """Tell whether a graph has the label of a thing."""
    read = ox.parse(body, format=FORMATS[media_type.extension], base_iri="http://none.example/")
    try:
        return any(quad.subject.value == subject and quad.object == label for quad in read)
    except SyntaxError:
        return False


def missed(world: World, media_types: Sequence[MediaType], names: Sequence[str] = ()) -> list[str]:
    """Return the things that are not found, or not themselves, at their own addresses."""
    wrong = []
    among = {world.folder.base + name for name in names}
    for subject, label in subjects(world.folder).items():
        if among and subject not in among:
            continue
        for media_type in media_types:
            statuses, answer = world.site.look_up(world.folder.base, subject, media_type.name)
            first = [303] if subject.removeprefix(world.folder.base).startswith("id/") else []
            if statuses != [*first, 200] or not (
                label.value.lower() in answer.text.lower()
                if media_type is HTML
                else says(answer.data, media_type, subject, label)
            ):
                wrong.append(f"{media_type.extension} {subject} {statuses}")
    return wrong


@pytest.mark.slow
def test_every_name_is_looked_up_at_the_path_that_it_has(world: World) -> None:
    """RFC 3986, section 2.2; in every format, 303 for what is no document."""
    assert len(subjects(world.folder)) > 35
    assert missed(world, (*GRAPHS, HTML)) == []


@pytest.mark.slow
def test_the_past_answers_at_the_same_paths(world: World) -> None:
    """Below the release: its redirects stay there."""
    past = replace(world, site=replace(world.site, root=f"/release/{world.folder.release.id}/"))
    assert missed(past, GRAPHS[:1]) == []


@pytest.mark.slow
def test_every_address_of_the_sitemap_answers(world: World) -> None:
    """And what nobody can look up is not in it."""
    places = world.site.sitemap()
    statuses = {place: world.site.follow(place, "*/*")[0] for place in places}

    assert len(places) > 30
    assert {place: s for place, s in statuses.items() if s[-1] != 200} == {}


@pytest.mark.slow
def test_the_files_of_a_document_are_where_it_says(world: World) -> None:
    """Content-Location and Signposting, for names with queries and without a last part too."""
    wrong = []
    for subject in subjects(world.folder):
        _, answer = world.site.look_up(world.folder.base, subject, "text/turtle")
        place = target_of(answer.headers["Content-Location"])
        same = world.site.socket.get(place).data == answer.data
        links = re.findall(r'<([^>]*)>; rel="(?:alternate|linkset)"', answer.headers["Link"])
        answered = {
            target_of(link): world.site.socket.get(target_of(link)).status_code for link in links
        }
        if not same or len(links) < 4 or set(answered.values()) != {200}:
            wrong.append((place, same, answered))

    assert wrong == []


def test_what_cannot_be_looked_up_is_found_before_it_is_published(library: Folder) -> None:
    """What the site answers itself, what clients change before they ask, what shares an address."""
    one_of_two = (SAME_FILE[1], SAME_ADDRESS[0], SAME_ADDRESS[2])
    assert library.found("reachable") == {BASE + name for name in (*HIDDEN, *BARRED, *one_of_two)}
    places = {(f.file, f.line > 0) for f in library.findings if f.rule == "reachable"}
    assert places == {("data/books/books.ttl", True)}


def test_what_the_reports_name_is_there_or_found(shared: Folder) -> None:
    """The site's own addresses, and a file that another thing's document has."""
    own = (
        *(
            "search",
            "query/1",
            "table/lake",
            "release/1",
            "feed",
            "metrics",
            "sparql",
            "dump/lakes",
        ),
        *("void", "robots.txt", "favicon.ico", "sitemap.xml", "healthz", "catalog", "static/x"),
        *(".well-known/void", "search.json", "feed.atom"),
    )
    assert shared.found("reachable") == {DATEN + name for name in own}
    assert not any(f.severity.blocks for f in shared.findings)


@pytest.mark.parametrize(
    ("requested", "statuses"),
    [
        ("id/%3Fnone", [404]),
        ("id/a%2Fb", [404]),
        ("id/:fic", [404]),
        ("id/x%28y%29", [404]),
        ("id/na%c3%afve", [303, 200]),
        ("id/%3aFIC", [404]),
        ("id/%3afic", [303, 200]),
        ("id/work/", [303, 200]),
        ("doc/work/", [301, 200]),
        ("id/a%3Db%3Bc%2Cd%2Be%40f", [303, 200]),
        ("doc/a%3Db%3Bc%2Cd%2Be%40f", [301, 200]),
    ],
)
def test_an_escaped_delimiter_is_not_the_delimiter(
    library_world: World, requested: str, statuses: list[int]
) -> None:
    """The equivalent is the same, what is escaped too much leads there, the rest is not."""
    assert library_world.site.follow(f"/{requested}", "text/turtle")[0] == statuses


@pytest.fixture(scope="module")
def exported_library(
    library: Folder, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """Return the export of our folder, and what could not be a file."""
    folder = tmp_path_factory.mktemp("exported") / "site"
    releases = str(library.release.folder.parent)
    config = Config(base_iri=BASE, site_url="http://localhost/", releases=releases, query_workers=1)
    return folder, export(config, folder).left_out


@pytest.mark.slow
def test_an_export_names_what_no_file_can_answer_for(
    library: Folder, exported_library: tuple[Path, list[str]]
) -> None:
    """Queries, and folders without names: a file server cannot tell them from what is there."""
    barred = library.found("reachable")
    names = (*REACHABLE, *FRAGMENTS, *HIDDEN, *BARRED)
    without = {BASE + name for name in names if "?" in name or "//" in name} - barred
    expected = {name.removeprefix(BASE).replace("id/", "doc/", 1) for name in without}
    left_out = {unquote(path.removeprefix("/")) for path in exported_library[1]}

    assert left_out == {unquote(name.partition("#")[0]) for name in expected}


@pytest.mark.slow
@pytest.mark.parametrize("server", ["nginx", "caddy"])
def test_a_file_server_answers_at_the_same_paths(
    library: Folder,
    exported_library: tuple[Path, list[str]],
    server: str,
    tmp_path: Path,
) -> None:
    """Of what can be a file: encoded delimiters, no last part, letters of all kinds."""
    cannot = re.compile(r"\?|//|%00")  # nginx refuses the last
    with serve_with(server, exported_library[0], tmp_path) as socket:
        site = Site(socket)
        wrong = [
            (subject, statuses)
            for subject, label in subjects(library).items()
            if not cannot.search(subject.removeprefix(BASE))
            for statuses, answer in [site.look_up(BASE, subject, "text/turtle")]
            if statuses[-1] != 200 or not says(answer.data, TURTLE, subject, label)
        ]
        strict = [site.follow(f"/{path}", "*/*")[0] for path in ("id/a%2Fb", "id/a//b", "id/:fic")]
        slash = site.follow("/doc/branch/", "text/turtle")[1].headers
        hashed = site.follow("/doc/x%23y.ttl", "text/turtle")[0]

    assert wrong == []
    assert strict == [[404]] * 3
    assert hashed == [200]
    assert slash["Content-Location"] == "http://localhost/doc/branch/index.ttl"
    assert f'<{BASE}doc/branch/>; rel="canonical"' in slash["Link"]


def sample(rule: str) -> str:
    """Return a path that a rule matches.

    >>> sample("/feed/<int:number>"), sample("/void.<any(ttl, nt):extension>"), sample("/x/<y>")
    ('/feed/7', '/void.ttl', '/x/thing')
    """
    rule = re.sub(r"<int:\w+>", "7", rule)
    rule = re.sub(r"<any\('?([\w.]+)[^>]*>", r"\1", rule)
    return re.sub(r"<[^>]*>", "thing", rule)


def test_the_own_paths_of_a_site_are_those_that_it_routes(site: ReleaseSite) -> None:
    """So what ``check`` says of a name is true of the server, whatever routes are added."""
    routes = create_flask(site).url_map
    own = {
        sample(rule.rule).removeprefix("/")
        for rule in routes.iter_rules()
        if not rule.endpoint.startswith("documents.")
    }
    near = {
        *(f"{path}z" for path in own if "/" not in path),
        *(f"x{path}" for path in own),
        *("feed/x", "feed/catalog/x", "sitemap/x.xml", "sitemap", "dump", "dump/a/b", "table/a/b"),
        *(
            "linkset/x",
            "linkset/x.ttl",
            "picture/x.png",
            "picture/sv/x.svg",
            "catalog/x",
            "void.csv",
        ),
    }
    adapter = routes.bind("localhost")
    routed = {path for path in near if not adapter.match(f"/{path}")[0].startswith("documents.")}

    assert len(own) > 30
    assert {path for path in own if not is_own_path(path)} == set()
    assert {path for path in near if is_own_path(path)} == routed


@pytest.mark.parametrize("name", REACHABLE)
def test_a_plain_name_is_seen_at_a_glance(name: str) -> None:
    """The short way says what the long one does, of names that can be looked up."""
    assert HERE.obstacle(BASE + name) is None


@pytest.mark.slow
def test_a_preview_answers_at_the_same_paths(library: Folder, tmp_path: Path) -> None:
    """Of any file, with nothing set up."""
    file = tmp_path / "books.ttl"
    file.write_text(described(BASE, REACHABLE), encoding="utf-8")
    options = ("--base-iri", BASE, "--host", "127.0.0.1")
    with run_publisher(tmp_path, "preview", str(file), *options) as site:
        assert missed(World(library, site), GRAPHS[:1], REACHABLE) == []
