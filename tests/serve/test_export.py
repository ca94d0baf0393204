"""The site as files: what is written, and what servers of it answer."""

from __future__ import annotations

import dataclasses
import gzip
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from werkzeug.test import Client

from publisher.config import Config
from publisher.errors import ExportError, SettingError
from publisher.release.model import Release
from publisher.serve.app import create_app
from publisher.serve.export.export import ExportCounts, export
from publisher.serve.export.pages import export_requests
from publisher.serve.site import Site, open_site
from tests.chain import A_LAKE, BASE, VATTERN, Chain
from tests.engines import Embedded
from tests.rdf.test_negotiation import CHOICES, LANGUAGE_CHOICES, REFUSED
from tests.serve.conftest import Socket, serve_with
from tests.serve.test_documents import NOWHERE

SILJAN = "/doc/lake/siljan"
SERVERS = ("nginx", "caddy")


@pytest.fixture(scope="module")
def visitor(config: Config, release: Release, engine: Embedded) -> Iterator[Client]:
    """Return a client of the application as it is exported: files are not shown in frames."""
    opened = open_site(engine.hold(release, config), release, embeds=False)
    yield Client(create_app(opened))
    opened.engine.close()


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Socket:
    """Return a client of each server of the export."""
    found: Socket = request.getfixturevalue(f"by_{request.param}")
    return found


@pytest.mark.parametrize(("accept", "expected"), CHOICES)
def test_a_file_server_chooses_as_the_application_does(
    server: Socket, accept: str, expected: str
) -> None:
    """RFC 9110, section 12.5.1, with regular expressions alone."""
    answer = server.get(SILJAN, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, expected)


@pytest.mark.parametrize("accept", REFUSED)
def test_a_file_server_refuses_as_the_application_does(server: Socket, accept: str) -> None:
    """RFC 9110, section 15.5.7: with what there is, in the same words."""
    answer = server.get(SILJAN, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")
    assert "application/n-triples" in answer.text


@pytest.mark.parametrize(("accept_language", "expected"), LANGUAGE_CHOICES)
def test_a_file_server_speaks_the_readers_language(
    server: Socket, accept_language: str, expected: str
) -> None:
    """RFC 9110, section 12.5.4."""
    answer = server.get(SILJAN, {"Accept": "text/html", "Accept-Language": accept_language})
    assert answer.headers["Content-Language"] == expected
    assert f'<html lang="{expected}">' in answer.text


PATHS = [
    *(f"{SILJAN}{end}" for end in ("", ".html", ".html?lang=en", ".ttl", "?lang=sv", ".nt")),
    *(
        "/",
        "/?lang=en",
        "/def/water",
        "/shapes.rdf",
        "/catalog",
        "/catalog.html",
        "/catalog.jsonld",
    ),
    *("/catalog/dcat-ap-se.rdf", "/void", "/void.nt", "/dump/lakes.ttl", "/dump/lakes.nq.gz"),
    *("/table/", "/table/lake", "/table/lake.csv", "/table/lake.xlsx", "/table/lake.html?lang=en"),
    *("/table/lake.csv-metadata.json", "/feed", "/feed/1", "/feed/catalog", "/feed/catalog/1"),
    *("/feed.atom", "/feed.atom?lang=en", "/robots.txt", "/sitemap.xml", "/context.jsonld"),
    *("/linkset/doc/lake/siljan.json", "/linkset/doc/lake/siljan.txt", "/.well-known/api-catalog"),
    *(
        "/static/site.css",
        "/static/search.js",
        "/static/icon.svg",
        "/static/icon.png",
        "/doc/lake/v%C3%A4nern.html",
    ),
]
ASKED = [
    *("", "text/html", "application/ld+json", "text/csv", "application/trig", "text/turtle, */*"),
    *("application/json", "application/xml;q=0.5", "*/*", "application/n-quads, */*;q=0.1"),
]
# A table as JSON comes page by page, so there is no file of it.
WITHOUT_FILE = ("/table/lake", "application/json")
SAME = ("Content-Language", "Content-Location")
CHOSEN_BY = {"accept", "accept-language"}


@pytest.mark.parametrize("path", PATHS)
def test_a_file_server_answers_as_the_application_does(
    server: Socket, visitor: Client, path: str
) -> None:
    """The same bytes in the same format and language at the same address, or the same refusal."""
    for accept in ASKED:
        for language in ("sv", "en"):
            fields = {"Accept": accept, "Accept-Language": language}
            with visitor.get(path, headers=fields) as expected:
                there = server.get(path, headers=fields)
                if (path, accept) == WITHOUT_FILE:
                    assert (there.status_code, expected.status_code) == (406, 200)
                    continue
                assert there.status_code == expected.status_code, accept
                if expected.status_code != 200:
                    continue
                assert there.data == expected.data, accept
                if expected.mimetype != there.mimetype and expected.mimetype in accept:
                    continue  # a file is sent under one name, whatever it is asked for by
                assert there.mimetype == expected.mimetype
                for name in SAME:
                    found = (there.headers.get(name), expected.headers.get(name))
                    assert found[0] == found[1], f"{name} for {accept} in {language}"


@pytest.mark.parametrize(
    "path",
    [
        *(f"{SILJAN}{end}" for end in ("", "?lang=sv", ".html", ".html?lang=en", ".ttl")),
        *("/", "/table/", "/table/?lang=en", "/table/lake", "/table/lake.csv", "/catalog", "/feed"),
        *("/feed.atom", "/feed.atom?lang=en", "/robots.txt", "/static/site.css"),
    ],
)
def test_a_cache_is_told_what_chose_the_answer(server: Socket, visitor: Client, path: str) -> None:
    """Vary (RFC 9110, section 12.5.5): a shared cache would give a reader another's language."""
    with visitor.get(path, headers={"Accept": "text/html, */*;q=0.5"}) as expected:
        answer = server.get(path, {"Accept": "text/html, */*;q=0.5"})
        here, there = (
            {
                part.strip().lower()
                for line in found.headers.getlist("Vary")
                for part in line.split(",")
            }
            for found in (answer, expected)
        )
    assert answer.status_code == 200
    assert here & CHOSEN_BY == there & CHOSEN_BY


def test_a_file_server_sends_what_was_compressed_ahead(server: Socket) -> None:
    """Another representation, another tag (RFC 9110, section 8.8.3.3)."""
    plain = server.get(f"{SILJAN}.html")
    packed = server.get(f"{SILJAN}.html", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_a_file_server_sends_parts(server: Socket) -> None:
    """A long dump over a bad line goes on where it was cut."""
    whole = server.get("/dump/lakes.nt").data
    part = server.get("/dump/lakes.nt", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, whole[10:20])


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/.well-known/void", "/void"),
        ("/id/lake/v%c3%a4nern", "/doc/lake/v%c3%a4nern"),
        ("/id/lake/siljan/", "/doc/lake/siljan"),
    ],
)
def test_what_lies_elsewhere_is_redirected_to(server: Socket, path: str, location: str) -> None:
    """With 303, as the application does."""
    answer = server.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"http://localhost{location}")


def test_a_reader_is_led_to_the_place_of_a_part(server: Socket, exported: Path) -> None:
    """As the application does; a program gets the address of the whole document."""
    first = (exported / "places.map").read_text(encoding="utf-8").splitlines()[0]
    path, place = first.strip(";").replace('"', "").split()
    reader = server.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    program = server.get(path, headers={"Accept": "text/turtle"})
    assert (reader.status_code, program.status_code) == (303, 303)
    assert place.startswith("#")
    assert "#" not in program.headers["Location"]
    assert reader.headers["Location"] == f"{program.headers['Location']}{place}"


# A file server cannot tell an empty value from none.
NO_FILE = [path for path in NOWHERE if not path.endswith("?incoming=")]


@pytest.mark.parametrize(
    "path", [*NO_FILE, "/_/en/doc/lake/siljan.html", "/_/problems/sv/404.html"]
)
def test_what_is_not_there_is_no_file_either(server: Socket, path: str) -> None:
    """Nothing outside the export is sent; addresses that are none are refused earlier."""
    answer = server.get(path)
    assert answer.status_code in (400, 404, 414)
    assert b"root:" not in answer.data


@pytest.mark.parametrize(
    ("accept", "media_type"), [("text/html", "text/html"), ("*/*", "application/problem+json")]
)
def test_what_is_not_there_is_said_in_the_sites_own_words(
    server: Socket, accept: str, media_type: str
) -> None:
    """A page for people, problem details for programs, in the reader's language."""
    for language, said in (("sv", "Kontrollera adressen"), ("en", "Check the address")):
        answer = server.get("/nowhere", {"Accept": accept, "Accept-Language": language})
        assert (answer.status_code, answer.mimetype) == (404, media_type)
        assert said in answer.text
        assert answer.headers["Content-Language"] == language


@pytest.mark.parametrize(
    "fields",
    [
        {"Accept": "text/turtle;q=" + "9" * 20_000},
        {"Accept": "a/b," * 1_500 + "text/turtle"},
        {"Accept": ";" * 6_000},
        {"Accept": 'a/b;x="' + "a" * 6_000},
        {"Accept-Language": "x-" * 3_000},
        {"If-None-Match": "," * 6_000},
        {"If-Modified-Since": "Fri, 99 Foo 9999 99:99:99 GMT"},
        {"Range": "lines=1-"},
        {"Host": "evil.example"},
    ],
    ids=lambda fields: f"{next(iter(fields))} {next(iter(fields.values()))[:20]}",
)
def test_strange_fields_do_not_break_a_file_server(server: Socket, fields: dict[str, str]) -> None:
    """No expression takes for ever, and none is believed more than the configuration."""
    answer = server.get(SILJAN, headers=fields)
    assert answer.status_code in (200, 400, 406, 416, 431)
    assert "evil.example" not in str(answer.headers)


@contextmanager
def gone(chain: Chain, folder: Path, name: str) -> Iterator[Socket]:
    """Serve the export of a world from which a lake has left."""
    chain.write("data/lakes/lakes.ttl", chain.read() + A_LAKE)
    chain.build()
    chain.remove(A_LAKE)
    export(chain.config(), folder / "export")
    (folder / "server").mkdir()
    with serve_with(name, folder / "export", folder / "server") as client:
        yield client


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVERS)
def test_what_has_left_is_gone_from_the_files_too(chain: Chain, tmp_path: Path, name: str) -> None:
    """410 with when and what came instead (RFC 9110, section 15.5.11)."""
    with gone(chain, tmp_path, name) as server:
        for path in ("/id/lake/vattern", "/doc/lake/vattern", "/doc/lake/vattern.ttl"):
            answer = server.get(path, {"Accept": "text/turtle"})
            assert (answer.status_code, answer.mimetype) == (410, "text/turtle"), path
            assert "Tombstone" in answer.text
        page = server.get("/doc/lake/vattern", {"Accept": "text/html", "Accept-Language": "en"})
        assert (page.status_code, page.mimetype) == (410, "text/html")
        assert '<html lang="en">' in page.text
        details = server.get("/doc/lake/vattern")
        assert (details.status_code, details.mimetype) == (410, "application/problem+json")
        assert server.get(SILJAN).status_code == 200


def files_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return name → date and bytes of every file."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


# What an export has not, and says so.
LEFT_OUT = ("/search", "/sparql", "/sparql.ttl", "/release", "/query", "/openapi.json")
ENDS = ("", ".html", ".rdf", ".ttl", ".trig", "index.html")


@pytest.mark.slow
def test_no_page_leads_to_what_is_not_there(exported: Path) -> None:
    """Links, pictures, styles and scripts of every page are files, but for what is left out."""
    root, dead = exported / "site", set()
    for page in root.rglob("*.html"):
        text = page.read_text(encoding="utf-8").replace("&amp;", "&")
        for target in re.findall(r'(?:href|src|action|content)="([^"]+)"', text):
            place = target.removeprefix("http://localhost")
            path = unquote(urlsplit(place).path)
            thing = re.sub("^/id/", "/doc/", path)
            is_file = any((root / f"{thing}{end}".lstrip("/")).is_file() for end in ENDS)
            if place.startswith("/") and path not in LEFT_OUT and not is_file:
                dead.add(target)
    assert dead == set()


def test_pictures_are_pictures(server: Socket, visitor: Client) -> None:
    """A social network that shows a link asks for one, and looks at the type."""
    for path in ("/picture/sv/doc/lake/siljan.png", "/picture/en/index.png", "/favicon.ico"):
        answer = server.get(path)
        with visitor.get(path, follow_redirects=True) as expected:
            assert (answer.status_code, answer.data) == (200, expected.data), path
            assert answer.mimetype == expected.mimetype
        assert "Accept" not in answer.headers.get("Vary", "").split(", ")


@pytest.mark.slow
def test_two_exports_of_a_release_are_the_same_files(
    config: Config, exported: Path, tmp_path: Path
) -> None:
    """Dates included, so that entity tags agree on every copy."""
    export(config, tmp_path / "again")

    found, expected = files_of(tmp_path / "again" / "site"), files_of(exported / "site")
    assert found == expected
    assert len(found) > 100


def test_no_two_files_of_an_address_share_date_and_length(exported: Path) -> None:
    """Of these file servers make the tag of a representation."""
    root = exported / "site"
    tags: dict[str, list[tuple[int, int]]] = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and "problems" not in name:
            for tree in ("_/en/", "_/chosen/sv/", "_/chosen/en/"):
                name = name.removeprefix(tree)
            status = path.stat()
            tags.setdefault(name.split(".")[0], []).append((status.st_mtime_ns, status.st_size))
    assert max(map(len, tags.values())) > 10
    assert all(len(set(found)) == len(found) for name, found in tags.items() if name)


@pytest.mark.slow
def test_an_export_replaces_an_earlier_one_and_nothing_else(
    config: Config, exported: Path, tmp_path: Path
) -> None:
    """Whoever mistypes a folder loses nothing."""
    folder = tmp_path / "export"
    shutil.copytree(exported, folder)
    (folder / "site" / "old.html").write_text("old", encoding="utf-8")
    export(config, folder)
    assert not (folder / "site" / "old.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["export"]

    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.odt").write_text("years", encoding="utf-8")
    with pytest.raises(ExportError, match="something else than an export"):
        export(config, other)
    assert (other / "thesis.odt").exists()


@pytest.mark.parametrize("url", ["", "https://data.example.org/water/"])
def test_a_site_of_files_needs_a_host_of_its_own(config: Config, tmp_path: Path, url: str) -> None:
    """Files say their own address in links; nobody is there to fill it in."""
    with pytest.raises(SettingError, match="the address of a whole host"):
        export(dataclasses.replace(config, site_url=url), tmp_path / "export")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_data_that_name_a_replacement_can_be_exported(chain: Chain, tmp_path: Path) -> None:
    """What was replaced leads on: there is no document of it to write."""
    chain.write(
        "data/lakes/lakes.ttl",
        f"{chain.read()}\n<{VATTERN}>\n    dcterms:isReplacedBy <{BASE}id{SILJAN[4:]}> ;\n.\n",
    )
    chain.build()
    folder = tmp_path / "export"

    export(chain.config(), folder)

    assert list(folder.rglob("siljan.html"))
    assert not list(folder.rglob("vattern.html"))


@pytest.mark.slow
def test_an_answer_that_is_not_as_expected_leaves_no_export(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a site on line would delete the rest at every harvester."""
    from publisher.serve.export import pages as walking

    wrong = walking.ExportRequest("/id/lake/siljan", "wrong")
    monkeypatch.setattr("publisher.serve.export.export.export_requests", lambda *_: iter([wrong]))
    with pytest.raises(ExportError, match="answered 303 for /id/lake/siljan"):
        export(config, tmp_path / "export")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_what_no_file_can_be_called_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    """A name in an IRI may be longer than a file's, and must not end the export."""
    from publisher.serve.export import pages as walking

    names = ("a" * 300, "../escaped", "a//b")
    wanted = [walking.ExportRequest("/robots.txt", name) for name in names]
    monkeypatch.setattr("publisher.serve.export.export.export_requests", lambda *_: iter(wanted))
    done = export(config, tmp_path / "export")
    assert done == ExportCounts(0, 0, ["/robots.txt"] * 3)
    assert not list(tmp_path.rglob("escaped"))


def test_the_walk_keeps_no_document_in_memory(site: Site) -> None:
    """It is asked for one address at a time."""
    assert next(export_requests(site, ())).path.startswith("/")
