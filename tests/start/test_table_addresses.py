"""A table at an address: read again before each build, and never half."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli import main
from publisher.start.mapping import read_mappings
from publisher.start.table_addresses import file_name

HEAD = "Code,Pier,Berths,Kind\r\n"
ROWS = [f"P-{n},Pier {n},{n * 3 + 4},{'guest' if n % 2 else 'members'}\r\n" for n in range(1, 13)]
TABLE = HEAD + "".join(ROWS)
SAID = ("--yes", "--publisher", "Harbour office", "--contact", "piers@harbour.example")


@dataclass
class Origin:
    """A system that has a table.

    Attributes:
        address: Where.
        text: The table; empty: the system is out of order.
        etag: Its entity tag; empty for none.
        asked: What was answered, by status.
    """

    address: str = ""
    text: str = TABLE
    etag: str = '"1"'
    asked: list[int] = field(default_factory=list)


@pytest.fixture
def origin() -> Iterator[Origin]:
    """Serve a table from this machine."""
    known = Origin()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = known.text.encode()
            is_same = bool(known.etag) and self.headers.get("If-None-Match") == known.etag
            status = 304 if is_same else 200 if body else 503
            known.asked.append(status)
            self.send_response(status)
            if known.etag:
                self.send_header("ETag", known.etag)
            sent = body if status == 200 else b""
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known.address = f"http://127.0.0.1:{server.server_address[1]}/open/piers.csv"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield known
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder made of the table, and stand in it."""
    made = called("start", origin.address, "--into", str(tmp_path / "piers"), *SAID)
    assert made.exit_code == 0, made.output
    monkeypatch.chdir(tmp_path / "piers")
    return tmp_path / "piers"


def called(*arguments: str) -> Result:
    """Return what a command said, in English."""
    result = CliRunner().invoke(main, [*arguments, "--lang", "en"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def data(folder: Path) -> str:
    """Return the data of the folder."""
    (file,) = (folder / "data").glob("*/*.ttl")
    return file.read_text("utf-8")


def test_a_file_is_named_after_the_end_of_the_address() -> None:
    assert file_name("https://data.example.org/t/") == "t"
    assert file_name("https://data.example.org") == "data.example.org"
    assert file_name("https://data.example.org/a%20b.csv.gz") == "a b.csv"


def test_the_mapping_names_the_address(folder: Path, origin: Origin) -> None:
    """As CSVW does, with ``url``."""
    (mapping,) = read_mappings(folder)
    assert mapping.address == origin.address
    assert mapping.key == ("Code",)


@pytest.mark.slow
def test_a_build_brings_in_what_differs_once(folder: Path, origin: Origin) -> None:
    """A changed cell, a new row and a row that is gone; then a server that says 'not modified'."""
    origin.text, origin.etag = TABLE.replace("Pier 3,13", "Pier 3,15").replace(ROWS[11], ""), '"2"'
    origin.text += "P-40,Long pier,90,ferries\r\n"
    first = called("build")
    assert first.exit_code == 0, first.output
    assert "1 changed, 1 new, 1 gone" in first.output
    assert "Long pier" in data(folder)
    assert "Pier 12" not in data(folder)
    origin.asked.clear()
    assert called("build").exit_code == 0
    assert origin.asked == [304]


@pytest.mark.slow
def test_a_table_that_has_lost_too_much_stops_the_build(folder: Path, origin: Origin) -> None:
    """Until somebody says why; the sources are what they were."""
    before = data(folder)
    origin.text, origin.etag = HEAD + "".join(ROWS[:6]), ""
    stopped = called("build")
    assert stopped.exit_code != 0
    assert f"The table at {origin.address} has lost 6 of 12 rows, " in stopped.output
    assert data(folder) == before
    assert not (folder / ".publisher" / "releases" / "current").exists()
    allowed = called("build", "--allow-loss", "half of the harbour is closed")
    assert allowed.exit_code == 0, allowed.output
    assert "Pier 7" not in data(folder)


@pytest.mark.slow
def test_a_server_that_does_not_answer_changes_nothing(folder: Path, origin: Origin) -> None:
    before = data(folder)
    origin.text = origin.etag = ""
    built = called("build")
    assert built.exit_code == 0, built.output
    assert "The server answers 503 here." in built.output
    assert "The rows that came last stay." in built.output
    assert data(folder) == before
    origin.asked.clear()
    assert called("build", "--offline").exit_code == 0
    assert origin.asked == []


def test_an_address_without_a_table_makes_no_folder(origin: Origin, tmp_path: Path) -> None:
    origin.text, origin.etag = "", ""
    made = called("start", origin.address, "--into", str(tmp_path / "new"), *SAID)
    assert made.exit_code != 0
    assert "The server answers 503 here." in made.output
    assert not (tmp_path / "new").exists()
