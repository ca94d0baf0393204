from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher.errors import SourceError
from publisher.findings import Finding
from publisher.load.sources import read_sources
from publisher.quality.links import check_links
from publisher.system.user_agent import user_agent

pytestmark = pytest.mark.slow

BASE = "https://data.example.org/"
TODAY = date(2026, 11, 23)


class Elsewhere(BaseHTTPRequestHandler):
    """Another publisher's server, which notes what it was asked."""

    asked: list[str]
    agents: list[str]

    def answer(self) -> None:
        """Answer as the path says: /200, /404, /moved, /get-only."""
        if self.path == "/robots.txt":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"User-agent: *\nDisallow: /private\n")
            return
        self.asked.append(f"{self.command} {self.path}")
        self.agents.append(self.headers["User-Agent"])
        status = {"/404": 404, "/500": 500, "/moved": 301}.get(self.path, 200)
        if self.path == "/get-only" and self.command == "HEAD":
            status = 405
        self.send_response(status)
        if status == 301:
            self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET = answer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, type[Elsewhere]]]:
    """Return the address of another publisher's server, and its notes."""
    notes = type("Notes", (Elsewhere,), {"asked": [], "agents": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), notes) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", notes
        server.shutdown()


def only_links_to(world: Path, *addresses: str) -> None:
    """Let the catalogue and the data of the tiny world name these addresses and no others."""
    for path in (world / "data").rglob("*.ttl"):
        path.unlink()
    links = " , ".join(f"<{address}>" for address in addresses)
    (world / "data" / "lakes").mkdir(exist_ok=True)
    (world / "data" / "lakes" / "lakes.ttl").write_text(
        f"<{BASE}id/lake/siljan>\n    a <http://never.example/Class> ;\n"
        f"    <http://xmlns.com/foaf/0.1/page> {links} ;\n.\n",
        encoding="utf-8",
    )


def checked(world: Path, memory: Path, today: date = TODAY) -> list[Finding]:
    """Return what is found, with no pause between requests."""
    return list(check_links(read_sources(world, BASE), memory, today, 7, pause=0.0).findings)


def test_what_does_not_answer_is_told_with_its_place(
    world: Path, tmp_path: Path, elsewhere: tuple[str, type[Elsewhere]]
) -> None:
    """File, line, thing and property; classes are not visited, nor one's own addresses."""
    there, notes = elsewhere
    only_links_to(world, f"{there}/200", f"{there}/404", f"{there}/moved", f"{BASE}id/lake/x")

    findings = checked(world, tmp_path / "links.jsonl")

    assert [(f.file, f.line, f.value) for f in findings] == [
        ("data/lakes/lakes.ttl", 3, f"<{there}/404>")
    ]
    assert findings[0].message["en"].startswith("Find out where the page is now")
    assert not findings[0].severity.blocks
    assert set(notes.agents) == {user_agent()}


def test_a_server_that_takes_no_head_is_asked_with_get(
    world: Path, tmp_path: Path, elsewhere: tuple[str, type[Elsewhere]]
) -> None:
    """Some answer HEAD with an error and GET with the page; robots.txt keeps programs out."""
    there, notes = elsewhere
    only_links_to(world, f"{there}/get-only#part", f"{there}/private/plan")

    found = checked(world, tmp_path / "links.jsonl")
    assert [finding.value for finding in found] == [f"<{there}/private/plan>"]
    assert found[0].message["en"].startswith("Open the address in a browser: robots.txt of 127.")
    assert notes.asked == ["HEAD /get-only", "GET /get-only"]


def test_nothing_listening_is_told_of_and_does_not_stop_the_rest(
    world: Path, tmp_path: Path, elsewhere: tuple[str, type[Elsewhere]]
) -> None:
    """A host that is gone is the usual case."""
    there, _notes = elsewhere
    only_links_to(world, "http://127.0.0.1:9/gone", f"{there}/500")

    said = {f.value: f.message["en"] for f in checked(world, tmp_path / "links.jsonl")}

    assert "nothing answered on 2026-11-23 (unreachable)" in said["<http://127.0.0.1:9/gone>"]
    assert "it answered 500 on 2026-11-23" in said[f"<{there}/500>"]


def test_a_good_link_is_believed_for_some_days_a_bad_one_asked_again(
    world: Path, tmp_path: Path, elsewhere: tuple[str, type[Elsewhere]]
) -> None:
    """Polite to others, and quick to see a link mended."""
    there, notes = elsewhere
    only_links_to(world, f"{there}/200", f"{there}/404")
    memory = tmp_path / "links.jsonl"
    checked(world, memory)
    notes.asked.clear()

    checked(world, memory, date(2026, 11, 30))
    week = list(notes.asked)
    checked(world, memory, date(2026, 12, 1))

    assert week == ["HEAD /404", "GET /404"]
    assert "HEAD /200" in notes.asked


def test_a_check_that_was_cut_goes_on_where_it_was(
    world: Path, tmp_path: Path, elsewhere: tuple[str, type[Elsewhere]]
) -> None:
    """Each verdict is a line of its own; half a line does not count."""
    there, notes = elsewhere
    only_links_to(world, f"{there}/200", f"{there}/other")
    verdict = {"address": f"{there}/200", "status": 200, "reason": "", "checked": "2026-11-23"}
    memory = tmp_path / "links.jsonl"
    memory.write_text(json.dumps(verdict) + '\n{"address": "htt', encoding="utf-8")

    assert checked(world, memory) == []
    assert notes.asked == ["HEAD /other"]
    assert len(memory.read_text(encoding="utf-8").splitlines()) == 2


def test_a_memory_that_cannot_be_used_is_told_with_the_cure(world: Path, tmp_path: Path) -> None:
    """A folder of that name, for instance."""
    (tmp_path / "links.jsonl").mkdir()
    only_links_to(world, "http://127.0.0.1:9/x")

    with pytest.raises(SourceError, match="Take the file away"):
        checked(world, tmp_path / "links.jsonl")
