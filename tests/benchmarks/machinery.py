"""What every benchmark needs: servers started and stopped, loads, rows of a table."""

from __future__ import annotations

import getpass
import http.client
import json
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_READY_SECONDS = 60.0
_LONGEST_RUN_SECONDS = 20


def free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def require(*programs: str) -> None:
    """Leave with a sentence when a program is missing."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        sys.exit(f"This benchmark needs {', '.join(missing)} on the PATH (Debian packages).")


def wait_until_ready(port: int, path: str = "/", seconds: float = _READY_SECONDS) -> float:
    """Return the seconds until a server answers on the port."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        except OSError:
            time.sleep(0.01)
            continue
        finally:
            connection.close()
        return time.perf_counter() - began
    sys.exit(f"Nothing answered on port {port} within {seconds:g} seconds.")


def wait_until_searchable(port: int, seconds: float = 600.0) -> None:
    """Wait until the index of a preview is made: it takes a core from what is measured."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/search.json?q=a")
            answer = connection.getresponse()
            # Until then nothing but names is searched.
            if answer.status == HTTPStatus.OK and "namesOnly" not in json.load(answer):
                return
        finally:
            connection.close()
        time.sleep(0.2)
    sys.exit(f"The index of the search was not made within {seconds:g} seconds.")


@contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a folder as long as the block lasts."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def processor_seconds(pid: int, only: str = "") -> float:
    """Return the processor time that a process and all below it have taken (Linux).

    Args:
        pid: The process.
        only: Count those alone whose command line contains this.
    """
    total, pending = 0.0, [pid]
    while pending:
        found = pending.pop()
        process = Path(f"/proc/{found}")
        with suppress(OSError):  # it has ended meanwhile
            if only in (process / "cmdline").read_text().replace("\0", " "):
                # The clock of another process, its ended threads included: clock_getcpuclockid(3).
                total += time.clock_gettime((~found << 3) | 2)
            for children in process.glob("task/*/children"):
                with suppress(OSError):
                    pending += map(int, children.read_text().split())
    return total


def publisher(*arguments: str) -> list[str]:
    """Return the command line of this program."""
    return [sys.executable, "-m", "publisher", *arguments]


@contextmanager
def nginx(root: Path, port: int, locations: Iterable[str] = ()) -> Iterator[None]:
    """Serve a folder of files with nginx, set up as a distribution sets it up, without a log."""
    listed = "\n".join(locations)
    (root / "nginx.conf").write_text(
        f"""user {getpass.getuser()}; daemon off; worker_processes auto;
pid {root}/nginx.pid; error_log {root}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; etag on;
    client_body_temp_path {root}/body; proxy_temp_path {root}/proxy;
    fastcgi_temp_path {root}/fastcgi; uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;
    types {{ text/html html; text/turtle ttl; application/ld+json jsonld;
            application/rdf+xml rdf; application/n-triples nt; application/n-quads nq;
            application/gzip gz; }}
    server {{ listen 127.0.0.1:{port}; root {root};
{listed}
    }}
}}
"""
    )
    with running(["nginx", "-p", str(root), "-c", str(root / "nginx.conf")], root):
        wait_until_ready(port)
        yield


def rate(port: int, path: str, seconds: int, connections: int = 16, accept: str = "*/*") -> float:
    """Return the requests a second that wrk gets from a server for one address."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "-H", f"Accept: {accept}"]
    command.append(f"http://127.0.0.1:{port}{path}")
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in printed:
        sys.exit(f"wrk got errors from port {port}{path}:\n{printed}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if found is None:
        raise RuntimeError(printed)
    if float(found.group(1)) == 0:
        # Not one answer came in time: then the run was too short for what it measures.
        if seconds > _LONGEST_RUN_SECONDS:
            raise RuntimeError(f"port {port}{path} gave no answer within {seconds} seconds")
        return rate(port, path, seconds * 5, connections, accept)
    return float(found.group(1))


def memory_mb(pid: int) -> dict[str, float]:
    """Return what the processes below a process hold in memory, by what they are."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,rss=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 3) for line in listed.splitlines()]
    children: dict[int, list[list[str]]] = {}
    for row in rows:
        children.setdefault(int(row[1]), []).append(row)
    found: dict[str, float] = {}
    for web in children.get(pid, []):
        if "resource_tracker" in web[3]:
            continue
        found["web process"] = max(found.get("web process", 0.0), int(web[2]) / 1024)
        for worker in children.get(int(web[0]), []):
            if "resource_tracker" not in worker[3]:
                found["query worker"] = max(found.get("query worker", 0.0), int(worker[2]) / 1024)
    return found


def rounded(value: float, digits: int = 3) -> str:
    """Return a number with so many digits that count, and no exponent.

    >>> [rounded(value) for value in (1546.2, 0.00093, 15.04)]
    ['1,550', '0.00093', '15']
    """
    return f"{float(f'{value:.{digits}g}'):,.15g}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
