"""A hostile RDF file costs its reader a sentence, never the process: from the disk or the web.

Every reader runs in a process whose address space is limited, so that a guard that fails takes that
process and not the machine.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import SourceSyntax
from publisher.verify import graphs
from tests.adversary.bombs import MEDIA_TYPES, REFUSED, bomb

pytestmark = pytest.mark.slow

PUBLISHER = Path(sys.executable).with_name("publisher")
ADDRESS_SPACE = 4 << 30
# What these runs may take, and what they are seen not to take: 128 MB and 32 times 21 MB.
LIMITED = {"PUBLISHER_FILE_MEMORY_MB": "128", "PUBLISHER_FILE_SECONDS": "4"}
MOST_MB = 800
PATIENCE_SECONDS = 300

READ_EACH = """
import json, resource, sys
from pathlib import Path
from publisher.errors import PublisherError
from publisher.load.parse import stream_files
from publisher.rdf.guards import ReadLimits
for name in sys.argv[1:]:
    print(json.dumps({"begun": name}), flush=True)
    try:
        list(stream_files([Path(name)], "", ReadLimits(memory_bytes=128 << 20, seconds=4)))
        said = ""
    except PublisherError as error:
        said = error.in_language("en")
    here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    apart = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"name": name, "said": said, "mb": max(here, apart) >> 10}), flush=True)
"""
VERIFY = """
import sys
from publisher.verify import presentation
from publisher.system.http_client import ExchangeLimits
from publisher.verify.options import VerifyOptions
from publisher.verify.verification import verify
limits = ExchangeLimits(5, 1, 1.5, 8 << 20, 3)
report = verify(sys.argv[1], VerifyOptions(limits=limits))
print(presentation.to_text(report, "en"))
sys.exit(1 if report.failed else 0)
"""


@dataclass(frozen=True)
class Ended:
    """How a process ended; a negative code is a signal."""

    code: int
    output: str
    errors: str
    memory_mb: int


def run(*command: str | Path, folder: Path, settings: Mapping[str, str] = LIMITED) -> Ended:
    """Return how a command ended that cannot take more than its address space."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    output, errors = folder / "output.txt", folder / "errors.txt"
    with output.open("wb") as out, errors.open("wb") as err:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=folder,
            stdout=out,
            stderr=err,
            env=os.environ | settings,
            preexec_fn=limit,
        )
        alarm = threading.Timer(PATIENCE_SECONDS, process.kill)
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        alarm.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(process.returncode, output.read_text(), errors.read_text(), usage.ru_maxrss >> 10)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return name → file of each bomb."""
    folder = tmp_path_factory.mktemp("bombs")
    written = {}
    for number, name in enumerate(REFUSED):
        written[name] = folder / f"{number:02}.{REFUSED[name][0]}"
        written[name].write_bytes(bomb(name))
    return written


@pytest.fixture(scope="module")
def outcomes(
    files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """Return what the reader of ``preview`` said of each bomb, all read by one process."""
    folder = tmp_path_factory.mktemp("reading")
    ended = run(sys.executable, "-c", READ_EACH, *files.values(), folder=folder)
    lines = list(map(json.loads, ended.output.splitlines()))
    assert ended.code == 0, f"{lines[-1]} {ended.errors}"
    assert ended.errors == ""
    return {line["name"]: line for line in lines if "name" in line}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bomb_costs_a_sentence_and_little_memory(
    name: str, files: dict[str, Path], outcomes: dict[str, dict[str, Any]]
) -> None:
    """The sentence names the file and the cure; the process that was told goes on."""
    outcome = outcomes[str(files[name])]
    said = outcome["said"]
    assert said.startswith(f"{files[name]}: ")
    assert "\n  " in said
    assert outcome["mb"] < MOST_MB


@pytest.mark.exhaustive
def test_check_tells_of_every_bomb_at_once(world: Path, files: dict[str, Path]) -> None:
    """An editor who was sent thirty files learns of each, with exit code 1 and no traceback."""
    sources = {"ttl", "nt", "nq", "trig", "jsonld", "rdf"}
    hostile = [name for name in REFUSED if REFUSED[name][0] in sources]
    for name in hostile:
        path = world / "data" / "lakes" / f"bomb{files[name].name}"
        path.write_bytes(files[name].read_bytes())
    ended = run(PUBLISHER, "check", "--format", "json", folder=world)
    assert ended.code == 1, ended.errors
    assert "Traceback" not in ended.output + ended.errors
    assert all(f"data/lakes/bomb{files[name].name}" in ended.output for name in hostile)
    assert ended.memory_mb < MOST_MB


def test_a_context_of_the_sources_that_nests_is_refused(world: Path) -> None:
    """It is read by another parser, which has a stack of its own."""
    (world / "ontology" / "context.jsonld").write_bytes(b'{"@context": ' + b"[" * 100_000)
    ended = run(PUBLISHER, "check", folder=world)
    assert ended.code == 1
    assert "ontology/context.jsonld" in ended.output
    assert "Traceback" not in ended.output + ended.errors


@pytest.mark.parametrize(
    "name", ["quoted triples", "objects", "elements", "entities in entities", "a long prefix"]
)
def test_preview_ends_with_a_sentence(name: str, files: dict[str, Path], tmp_path: Path) -> None:
    """In the language that was asked for, and not with a signal."""
    ended = run(PUBLISHER, "preview", files[name], "--lang", "sv", folder=tmp_path)
    assert ended.code in (1, 2)
    assert str(files[name]) in ended.errors
    assert "Traceback" not in ended.errors
    assert ended.memory_mb < MOST_MB


def test_a_setting_says_how_deep_a_file_may_nest(tmp_path: Path) -> None:
    """Who must read a deep file can; who wants none is not bound to the default."""
    (tmp_path / "x.ttl").write_text("<urn:s> <urn:p> " + "( " * 30 + ") " * 30 + ".")
    settings = {**LIMITED, "PUBLISHER_FILE_NESTING": "29"}
    ended = run(PUBLISHER, "preview", "x.ttl", "--lang", "en", folder=tmp_path, settings=settings)
    assert "Line 1, column 75: it nests deeper than 29 levels." in ended.errors


class Hostile(ThreadingHTTPServer):
    """A site that answers every request in the same hostile way."""

    daemon_threads = True
    media_type = "text/turtle"
    body = b""
    is_endless = False
    pause_seconds = 0.0


class _Handler(BaseHTTPRequestHandler):
    server: Hostile
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the body once, or for ever, all at once or byte by byte."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", self.server.media_type)
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        try:
            self.wfile.write(self.server.body)
            for _ in range(100_000 if self.server.is_endless else 0):
                self.wfile.write(self.server.body)
                time.sleep(self.server.pause_seconds)
        except OSError:
            pass  # the client has had enough

    do_HEAD = do_POST = do_OPTIONS = do_GET

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def hostile(media_type: str, body: bytes, *, pause_seconds: float = -1.0) -> Iterator[str]:
    """Run a hostile site and return its address; with a pause its bodies have no end."""
    server = Hostile(("127.0.0.1", 0), _Handler)
    server.media_type, server.body = media_type, body
    server.is_endless, server.pause_seconds = pause_seconds >= 0, max(pause_seconds, 0.0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "name",
    [
        "quoted triples",
        "a long prefix",
        "objects",
        "entities in entities in a comment",
        "elements",
    ],
)
def test_verify_reports_a_site_of_bombs(name: str, tmp_path: Path) -> None:
    """Whoever looks at a site must not trust it."""
    with hostile(MEDIA_TYPES[REFUSED[name][0]], bomb(name)) as address:
        ended = run(sys.executable, "-c", VERIFY, address, folder=tmp_path)
    assert ended.code == 1, ended.errors
    assert "Traceback" not in ended.errors
    assert ended.output
    assert ended.memory_mb < MOST_MB


@pytest.mark.exhaustive
@pytest.mark.parametrize("pause_seconds", [0.0, 0.2], ids=["endless", "byte by byte"])
def test_verify_reports_a_site_that_never_ends(pause_seconds: float, tmp_path: Path) -> None:
    """It waits for the whole as long as for one byte, and keeps no more than the limit."""
    body = b"# more\n" * 4096 if pause_seconds == 0 else b"#"
    with hostile("text/turtle", body, pause_seconds=pause_seconds) as address:
        ended = run(sys.executable, "-c", VERIFY, address, folder=tmp_path)
    assert ended.code == 1, ended.errors
    assert "Traceback" not in ended.errors
    assert ended.memory_mb < MOST_MB


def test_gzip_that_grows_a_thousandfold_is_refused() -> None:
    """A dump of triples shrinks to a tenth or a fiftieth."""
    packed = gzip.compress(b"\0" * (100 << 20))
    with pytest.raises(SourceSyntax, match="cut off or too large"):
        graphs.ungzip(packed, "dump.nt.gz")
    honest = b"<urn:s> <urn:p> <urn:o> .\n" * 100_000
    assert graphs.ungzip(gzip.compress(honest), "dump.nt.gz") == honest
