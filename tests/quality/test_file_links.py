"""Files of others: gone, of another type or length than stated; asked for politely."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher.load.sources import read_sources
from publisher.quality.links import LinkReport, check_links, is_as_stated
from tests.folders import write_folder

BASE = "http://daten.gemeinde.example/"
TODAY = date(2026, 11, 23)
# Path → status, media type, length of what is there.
HELD = {
    "/right.csv": (200, "text/csv; charset=utf-8", 12),
    "/page.csv": (200, "text/html", 5),
    "/other.csv": (200, "application/pdf", 5),
    "/long.csv": (200, "text/csv", 99),
    "/gone.csv": (404, "text/html", 0),
    "/no-head.csv": (200, "text/csv", 200_000),
    "/nothing.csv": (200, "text/csv", 0),
    "/busy.csv": (429, "text/plain", 0),
}


class Files(BaseHTTPRequestHandler):
    """Another body's server of files, which notes what it was asked."""

    asked: list[str]

    def answer(self) -> None:
        """Answer as the table says; ``/no-head`` and ``/nothing`` tell nothing to HEAD."""
        if self.path == "/robots.txt":
            self.send_error(404)
            return
        wanted = self.headers.get("Range", "")
        self.asked.append(f"{self.command} {self.path} {wanted}".strip())
        status, media_type, length = HELD[self.path]
        is_shy = self.path in ("/no-head.csv", "/nothing.csv")
        if is_shy and self.command == "HEAD":
            status, media_type = 405, ""
        elif is_shy and wanted:
            status = 206 if length else 416
        self.send_response(status)
        if media_type:
            self.send_header("Content-Type", media_type)
        sent = min(length, 65_536) if status == 206 else length
        if status == 206:
            self.send_header("Content-Range", f"bytes 0-65535/{length}")
        self.send_header("Content-Length", str(sent))
        self.end_headers()
        if self.command == "GET" and status != 416:
            self.wfile.write(b"x" * sent)

    do_HEAD = do_GET = answer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def files() -> Iterator[tuple[str, type[Files]]]:
    """Return the address of the server, and its notes."""
    notes = type("Notes", (Files,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), notes) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", notes
        server.shutdown()


def checked(work: Path, there: str, *names: str, size: str = "") -> LinkReport:
    """Return what is found of files that a catalogue states to be CSV, the last without a name."""
    stated = f'dcat:mediaType "text/csv" ; {size} dcat:downloadURL'
    named = "".join(
        f"<d{n}> a dcat:Distribution ;\n    {stated} <{there}{name}> .\n"
        for n, name in enumerate(names[:-1])
    )
    listed = " , ".join(
        [*(f"<d{n}>" for n in range(len(names) - 1)), f"[ {stated} <{there}{names[-1]}> ]"]
    )
    turtle = f"""PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
BASE <{BASE}>
<set> a dcat:Dataset ; dcat:contactPoint [ vcard:hasEmail <mailto:amt@gemeinde.example> ] ;
    dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI> ;
    dcat:distribution {listed} .
{named}"""
    own = f'<{BASE}id/x> <http://www.w3.org/2000/01/rdf-schema#label> "X" .'
    write_folder(work / "sources", BASE, {"data/sets.ttl": turtle, "data/own/own.ttl": own})
    sources = read_sources(work / "sources", BASE)
    return check_links(sources, work / "links.jsonl", TODAY, 7, pause=0.0)


@pytest.mark.slow
def test_a_file_that_is_not_as_stated_is_told_with_its_place_and_its_contact(
    tmp_path: Path, files: tuple[str, type[Files]]
) -> None:
    """A file that is gone, a web page in its place, another format; a nameless one too."""
    there, _notes = files
    names = ("/right.csv", "/page.csv", "/other.csv", "/gone.csv")

    report = checked(tmp_path, there, *names)

    told = {f.value.rpartition("/")[2]: f for f in report.findings}
    assert sorted(told) == ["gone.csv>", "other.csv>", "page.csv>"]
    assert "sends a web page" in told["page.csv>"].message["en"]
    assert "application/pdf is sent" in told["other.csv>"].message["en"]
    assert all("amt@gemeinde.example" in finding.message["sv"] for finding in told.values())
    lines = (tmp_path / "sources/data/sets.ttl").read_text(encoding="utf-8").splitlines()
    assert all(f.value in lines[f.line - 1] for f in told.values())
    (host,) = report.hosts
    assert (host.asked, host.failing, host.otherwise, host.left) == (4, 1, 2, 0)
    assert host.length == 12 + 5 + 5


@pytest.mark.slow
def test_a_length_is_learned_without_fetching_the_file(
    tmp_path: Path, files: tuple[str, type[Files]]
) -> None:
    """By HEAD, else by a range of it; what has no range is asked for whole, and may be empty."""
    there, notes = files
    names = ("/long.csv", "/no-head.csv", "/nothing.csv")

    report = checked(tmp_path, there, *names, size="dcat:byteSize 200000 ;")

    told = {f.value.rpartition("/")[2]: f.message["en"] for f in report.findings}
    assert sorted(told) == ["long.csv>", "nothing.csv>"]
    assert "200000 bytes are stated, and the file has 99" in told["long.csv>"]
    assert "GET /no-head.csv bytes=0-65535" in notes.asked
    assert "GET /long.csv" not in notes.asked
    assert notes.asked.count("GET /nothing.csv") == 1


@pytest.mark.slow
def test_a_host_that_asks_for_patience_is_left_alone_until_the_next_check(
    tmp_path: Path, files: tuple[str, type[Files]]
) -> None:
    """The rest is asked for then, and what was fine is not asked again."""
    there, notes = files
    names = ("/busy.csv", "/long.csv", "/right.csv")
    first = checked(tmp_path, there, *names)
    HELD["/busy.csv"] = (200, "text/csv", 3)
    try:
        notes.asked.clear()
        second = checked(tmp_path, there, *names)
        asked = list(notes.asked)
        notes.asked.clear()
        checked(tmp_path, there, *names)
    finally:
        HELD["/busy.csv"] = (429, "text/plain", 0)

    assert [host.left for host in first.hosts] == [2]
    # What nobody has asked for yet comes first.
    assert asked == ["HEAD /long.csv", "HEAD /right.csv", "HEAD /busy.csv"]
    assert second.findings == ()
    assert notes.asked == []


@pytest.mark.parametrize(
    ("sent", "stated", "fits"),
    [
        ("text/csv", "text/csv", True),
        ("text/plain", "text/csv", True),
        ("text/xml", "application/xml", True),
        ("application/json", "application/geo+json", True),
        ("application/zip", "application/x-shapefile", True),
        ("", "text/csv", True),
        ("application/pdf", "text/csv", False),
        ("text/html", "application/geo+json", False),
        ("text/csv", "application/json", False),
    ],
)
def test_what_a_server_sends_may_be_what_is_stated(sent: str, stated: str, *, fits: bool) -> None:
    """Servers know few types; a web page or another format is none of them."""
    assert is_as_stated(sent, [stated]) is fits
