"""A server of a test's own: started, watched and ended."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import wait_for
from tests.servers import free_ports

_KIB = 1024
_END_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: On 127.0.0.1.
        process: The parent.
        log: File that both output streams go to.
    """

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        """Return the address of the home page."""
        return f"http://127.0.0.1:{self.port}/"

    def web_processes(self) -> list[int]:
        """Return the process ids of its web processes."""
        return [
            child
            for child in children(self.process.pid)
            if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    def until_only(self, processes: list[int], seconds: float = 30.0) -> None:
        """Wait until these are its web processes, and no other.

        On a busy machine a loop may be silent for so long that a spare process is started; it
        leaves when the first is heard of again.

        Raises:
            AssertionError: Another one has taken a place.
        """
        end = time.monotonic() + seconds
        while (found := self.web_processes()) != processes:
            assert set(processes) <= set(found), f"{found} and not {processes}"
            assert time.monotonic() < end, f"{found} and not {processes}"
            time.sleep(0.1)

    def memory_mb(self) -> float:
        """Return how much memory its web processes take together (resident, in MB)."""
        return sum(resident_mb(pid) for pid in self.web_processes())


def children(pid: int) -> list[int]:
    """Return the child processes of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text(encoding="ascii").split())
    return sorted(found)


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process, in MB (proc(5), VmRSS); none of one that has ended.

    On a crowded machine the parent starts another process beside a slow one, and ends it again.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(line.split()[1]) / _KIB


@contextmanager
def serving(
    releases: Path, folder: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Serve a folder of releases while the block runs.

    Args:
        releases: The folder.
        folder: Where the server runs; its log is written there.
        options: Of ``publisher serve``, besides port and releases.
        environment: Variables of the server; None: those of the test.
    """
    (port,) = free_ports(1)
    command = [sys.executable, "-P", "-m", "publisher", "serve", "--port", str(port)]
    log = folder / "server.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, "--releases", str(releases), *options],
            cwd=folder,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", process)
        yield Server(port, process, log)
    finally:
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
