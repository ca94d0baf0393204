"""A web process that is killed costs the answers it was at; the next one comes at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from publisher.release.model import Release
from tests.conftest import wait_for

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 60


@pytest.fixture
def server(release: Release, free_port: int, tmp_path: Path) -> Iterator[tuple[int, str]]:
    """Return process id and address of a server of one's own."""
    command = [sys.executable, "-m", "publisher", "serve", "--query-workers", "1"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--port", str(free_port), "--releases", str(release.folder.parent)],
            cwd=tmp_path,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{free_port}/"
    try:
        wait_for(f"{address}readyz", process)
        yield process.pid, address
    finally:
        process.terminate()
        process.wait()


def children(pid: int) -> set[int]:
    """Return the web processes of a server."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    names = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in listed}
    return {child for child, name in names.items() if b"resource_tracker" not in name}


def test_a_killed_web_process_is_replaced_and_answers_as_before(server: tuple[int, str]) -> None:
    """Crash point 12: nobody has to do anything, and the release is the same."""
    pid, address = server
    before = requests.get(f"{address}doc/lake/siljan.ttl", timeout=10).content
    (web,) = children(pid)

    # In the middle of an answer, too: this one is never taken to its end.
    with requests.get(f"{address}dump/lakes.nt", stream=True, timeout=10) as answer:
        next(answer.iter_content(1))
        os.kill(web, signal.SIGKILL)
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        try:
            after = requests.get(f"{address}doc/lake/siljan.ttl", timeout=10)
            break
        except requests.ConnectionError:
            time.sleep(0.1)

    assert after.content == before
    assert web not in children(pid)
