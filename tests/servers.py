"""Web servers of others, started by tests: found or skipped, set up, ended."""

from __future__ import annotations

import getpass
import os
import random
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "publisher" / "docs"
GUIDE = "\n".join(
    (DOCS / name).read_text(encoding="utf-8") for name in ("operations.md", "remote-engines.md")
)

_PORTS = 10_000, 30_000
_given: set[int] = set()


def program(name: str) -> str:
    """Return the path of a program; skip without it, unless the machine must have it."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        if name in os.environ.get("PUBLISHER_TEST_MANDATORY", "").split():
            pytest.fail(f"{name} is not on the PATH, and must be")
        pytest.skip(f"{name} is not on the PATH")
    return found


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on.

    They lie below those that a system gives to outgoing connections (Linux: from 32768): a server
    that takes seconds to listen would find such a port taken by a client of another test.
    """
    ports: list[int] = []
    while len(ports) < count:
        port = random.SystemRandom().randrange(*_PORTS)
        if port in _given:
            continue
        _given.add(port)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            ports.append(port)
    return ports


def from_the_guide(name: str) -> str:
    """Return a text that the guides for operators tell the reader to use, by its mark."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n+```\w*\n(.*?)```\n", GUIDE, re.DOTALL)
    assert found is not None, f"the guide has no {name}"
    return found[1]


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """Return a text with parts replaced, each of which must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextmanager
def running(
    command: Sequence[str], port: int, folder: Path, environ: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; it listens when the block begins."""
    log = folder / f"{Path(command[0]).name}-{port}.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, env=environ)
    try:
        _wait(server, port, log)
        yield server
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens: {log.read_text(encoding='utf-8', errors='replace')}")


@contextmanager
def nginx(http: str, port: int, folder: Path) -> Iterator[None]:
    """Run nginx with what stands inside its ``http`` block."""
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in paths)
    path = folder / "nginx.conf"
    path.write_text(
        f"user {getpass.getuser()}; daemon off; worker_processes 1; pid {folder}/nginx.pid;\n"
        f"error_log {folder}/error.log; events {{ worker_connections 512; }}\n"
        f"http {{ access_log {folder}/access.log; {temporary}\n{http}\n}}\n",
        encoding="utf-8",
    )
    with running([program("nginx"), "-p", str(folder), "-c", str(path)], port, folder):
        yield


@contextmanager
def caddy(site: str, port: int, folder: Path) -> Iterator[None]:
    """Run Caddy with a Caddyfile."""
    path = folder / "Caddyfile"
    path.write_text(site, encoding="utf-8")
    environ = dict(os.environ, HOME=str(folder), XDG_DATA_HOME=str(folder))
    command = [program("caddy"), "run", "--config", str(path), "--adapter", "caddyfile"]
    with running(command, port, folder, environ):
        yield
