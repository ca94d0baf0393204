"""The web tier keeps no state: copies behind a proxy answer alike, and one of them may die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from publisher.release.model import Release
from tests.servers import free_ports, from_the_guide, nginx, replaced, running

pytestmark = pytest.mark.slow

PATHS = (
    "doc/lake/siljan.ttl",
    "doc/river/klaralven.html",
    "catalog.rdf",
    "void.nt",
    "dump/lakes.nt",
)
QUERY = {"query": "SELECT * { ?s ?p ?o } LIMIT 5"}


@dataclass(frozen=True)
class Copies:
    """Three copies of a site, and the address of the proxy in front."""

    proxy: str
    addresses: tuple[str, ...]
    servers: tuple[subprocess.Popen[bytes], ...]


def served(releases: Path, port: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the command that serves a folder of releases as a copy of the site, and its world."""
    command = [sys.executable, "-m", "publisher", "serve", "--query-workers", "1"]
    command += ["--port", str(port), "--releases", str(releases)]
    environ = {name: value for name, value in os.environ.items() if "PUBLISHER" not in name}
    return command, environ | {"PUBLISHER_SITE_URL": "http://data.example.org/"}


@pytest.fixture(scope="module")
def copies(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """Return two copies that share a folder, one with a folder of its own, and nginx in front.

    The last test kills the second one.
    """
    folder = tmp_path_factory.mktemp("copies")
    *ports, front = free_ports(4)
    own = folder / "own"
    http = replaced(
        from_the_guide("nginx: proxy"),
        *((f":800{number};", f":{port};") for number, port in enumerate(ports, start=1)),
        ("listen 80 default_server;", f"listen 127.0.0.1:{front} default_server;"),
        ("listen 80;", f"listen 127.0.0.1:{front};"),
        ("server_name data.example.org;", "server_name 127.0.0.1;"),
        ("rate=200r/s", "rate=10000r/s"),  # the visitors of the test have one address
    )
    with ExitStack() as stack:
        started, folders = [], (release.folder.parent, release.folder.parent, own)
        for port, releases in zip(ports, folders, strict=True):
            if releases is own:
                pull = ["releases", "pull", f"http://127.0.0.1:{ports[0]}/", "--releases", str(own)]
                subprocess.run([sys.executable, "-m", "publisher", *pull], check=True, cwd=folder)
            command, environ = served(releases, port, folder)
            started.append(stack.enter_context(running(command, port, folder, environ)))
        stack.enter_context(nginx(http, front, folder))
        yield Copies(
            f"http://127.0.0.1:{front}/",
            tuple(f"http://127.0.0.1:{port}/" for port in ports),
            tuple(started),
        )


def answer(address: str) -> tuple[int, dict[str, str], bytes]:
    """Return what a client gets, without what every answer has of its own."""
    got = requests.get(address, timeout=20, allow_redirects=False)
    fields = {n.lower(): v for n, v in got.headers.items()}
    for own in ("date", "server", "connection"):
        fields.pop(own, None)
    return got.status_code, fields, got.content


def test_every_copy_gives_the_same_answer(copies: Copies) -> None:
    """Header fields and entity tags included: it does not matter which one a client meets."""
    query = "sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"
    for path in (*PATHS, query, "release", "id/lake/siljan"):
        first, second, third = (answer(address + path) for address in copies.addresses)
        assert first == second == third, path
        assert first[0] == (303 if path.startswith("id/") else 200), path
    tags = {answer(copies.proxy + "doc/lake/siljan.ttl")[1]["etag"] for _ in range(6)}
    assert len(tags) == 1


def test_no_client_sees_an_error_when_a_copy_is_killed(copies: Copies) -> None:
    """Under load, with queries by POST among it: nginx asks another copy."""
    answers: list[int] = []
    wrong: list[str] = []
    enough, end = threading.Event(), threading.Event()

    def visit(number: int) -> None:
        with requests.Session() as session:
            while not end.is_set():
                path = PATHS[number % len(PATHS)]
                number += 1
                try:
                    got = session.get(copies.proxy + path, timeout=20)
                    if number % 7 == 0:
                        got = session.post(f"{copies.proxy}sparql", data=QUERY, timeout=20)
                except requests.RequestException as error:
                    wrong.append(repr(error))
                    continue
                answers.append(got.status_code)
                if got.status_code != 200:
                    wrong.append(f"{path}: {got.status_code} {got.text[:100]}")
                if len(answers) > 200:
                    enough.set()

    with ThreadPoolExecutor(4) as visitors:
        visits = [visitors.submit(visit, number) for number in range(4)]
        assert enough.wait(60)
        copies.servers[1].send_signal(signal.SIGKILL)
        copies.servers[1].wait()
        before = len(answers)
        while len(answers) < before + 300:
            assert not any(visit.done() for visit in visits)
            time.sleep(0.01)
        end.set()

    assert wrong == []
    assert requests.get(f"{copies.proxy}readyz", timeout=20).status_code == 200
