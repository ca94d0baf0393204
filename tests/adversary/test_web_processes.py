"""A web process that is killed, stopped or stuck is soon replaced; whoever asks is answered."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from publisher.release.model import Release
from tests.adversary.canary import ask, canary, on_this_machine
from tests.adversary.served import Server, serving

pytestmark = pytest.mark.slow

# Five seconds are promised, and asking takes one of them.
AWAY_SECONDS = 6.0


def away_seconds(server: Server, harm: Callable[[int], None]) -> float:
    """Return how long nobody answers after something was done to the web process."""
    (web,) = server.web_processes()
    harm(web)
    began = time.monotonic()
    while time.monotonic() - began < on_this_machine(4 * AWAY_SECONDS):
        if ask(server.port, "/doc/lake/siljan.ttl", "*/*", timeout=1.0) == 200:
            break
    seconds = time.monotonic() - began
    while len(server.web_processes()) != 1 or web in server.web_processes():
        assert time.monotonic() - began < on_this_machine(4 * AWAY_SECONDS), server.log.read_text()
        time.sleep(0.1)
    return seconds


def kill(pid: int) -> None:
    """End it at once."""
    os.kill(pid, signal.SIGKILL)


def stop_and_kill(pid: int) -> None:
    """End it as the kernel does that has no memory left: while it is busy."""
    os.kill(pid, signal.SIGSTOP)
    time.sleep(1.0)
    os.kill(pid, signal.SIGKILL)


def stop(pid: int) -> None:
    """Let it hang."""
    os.kill(pid, signal.SIGSTOP)


@pytest.mark.parametrize("harm", [kill, stop_and_kill, stop])
def test_a_web_process_that_is_gone_or_hangs_is_soon_replaced(
    release: Release, tmp_path: Path, harm: Callable[[int], None]
) -> None:
    """Idle, stopped, or stuck for good."""
    with serving(release.folder.parent, tmp_path) as server:
        assert away_seconds(server, harm) < on_this_machine(AWAY_SECONDS)
        assert ask(server.port, "/sparql?query=ASK%7B%7D", "*/*") == 200
        text = server.log.read_text()

    assert "Traceback" not in text
    assert "replaced" in text


def test_a_process_that_goes_on_after_a_while_is_kept(release: Release, tmp_path: Path) -> None:
    """Memory that comes back from the disk takes seconds; nobody is cut off for that."""
    with serving(release.folder.parent, tmp_path) as server:
        (web,) = server.web_processes()
        with requests.get(f"{server.address}dump/lakes.nt", stream=True, timeout=30) as answer:
            os.kill(web, signal.SIGSTOP)
            while len(server.web_processes()) < 2:
                time.sleep(0.05)
            os.kill(web, signal.SIGCONT)
            assert answer.content
        deadline = time.monotonic() + on_this_machine(4 * AWAY_SECONDS)
        while server.web_processes() != [web]:
            assert time.monotonic() < deadline, server.log.read_text()
            time.sleep(0.1)


def test_with_two_web_processes_nobody_is_away(release: Release, tmp_path: Path) -> None:
    """The other one takes the connections."""
    with serving(release.folder.parent, tmp_path, "--workers", "2") as server:
        while len(server.web_processes()) < 2:
            time.sleep(0.1)
        time.sleep(2.0)
        with canary(server.port, kinds=["health"]) as report:
            kill(server.web_processes()[0])
            time.sleep(3.0)
        # Requests that were in the process that was killed are lost, and no others.
        assert len(report.failed) <= 2
        assert len(server.web_processes()) == 2


def test_a_server_that_is_told_to_end_ends_with_all_its_processes(
    release: Release, tmp_path: Path
) -> None:
    """As a service manager tells it, and Ctrl+C."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with serving(release.folder.parent, tmp_path) as server:
            webs = server.web_processes()
            server.process.send_signal(number)
            assert server.process.wait(30) == 0
            assert not any(Path(f"/proc/{web}").exists() for web in webs)
            assert "replaced" not in server.log.read_text()


def test_ctrl_c_reaches_all_processes_and_ends_the_server_quietly(
    release: Release, tmp_path: Path
) -> None:
    """A terminal sends the signal to the parent and to the web processes at once."""
    with serving(release.folder.parent, tmp_path) as server:
        for pid in (*server.web_processes(), server.process.pid):
            os.kill(pid, signal.SIGINT)
        assert server.process.wait(30) == 0
        text = server.log.read_text()

    assert "replaced" not in text
    assert "Traceback" not in text


def test_nothing_is_imported_from_the_folder_that_one_stands_in(
    release: Release, tmp_path: Path
) -> None:
    """It may be a stranger's: a module there would run as part of the server."""
    planted = f"open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    for name in ("json", "uvloop", "httptools", "encodings"):
        (tmp_path / f"{name}.py").write_text(planted)
    with serving(release.folder.parent, tmp_path) as server:
        assert ask(server.port, "/sparql?query=ASK%7B%7D", "*/*") == 200

    assert not (tmp_path / "ran").exists()
