from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from publisher.query.engine import Operation, QueryLimits
from publisher.query.worker_messages import WorkerConfig
from publisher.query.worker_pool import WorkerPool

DEFAULT_BUILDS = True

pytestmark = pytest.mark.slow

LAYERS = {
    "descriptors": "sandbox.forbid_descriptors()",
    "system calls": "assert sandbox.forbid_system_calls()",
    "growth": "sandbox.forbid_growth()",
    "processes": "os.setuid(65534) if os.getuid() == 0 else None; sandbox.forbid_processes()",
    "store alone": "sandbox.limit_descriptors(4); assert sandbox.read_only_below(store_folder)"
    "; assert sandbox.forbid_system_calls(store=True)",
    "none": "",
}
# LANDLOCK_CREATE_RULESET_VERSION
HAS_LANDLOCK = ctypes.CDLL(None).syscall(444, None, 0, 1) > 0
OPENING = ["none", "growth", "processes"]


@dataclass
class Listener:
    """A server that counts who connects."""

    port: int
    connections: list[object] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Return a server on this machine that counts its connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(server.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                listener.connections.append(address)
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def attempt(layer: str, action: str, store: Path, folder: Path) -> str:
    """Return what an action prints in a process with one layer, a store open before it."""
    program = f"""
import os, socket, subprocess, sys, threading
from pyoxigraph import Store
from publisher.system import sandbox
store = Store.read_only({str(store)!r})
list(store.query("SELECT * {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT 10"))
folder, store_folder = {str(folder)!r}, {str(store)!r}
kept = open(folder + "/kept", "wb", buffering=0)
{LAYERS[layer]}
try:
    {action}
    print("done")
except (OSError, RuntimeError, subprocess.SubprocessError) as error:
    print("refused:", error)
sys.stdout.flush()
os._exit(0)
"""
    folder.chmod(0o777)
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


@pytest.mark.parametrize("layer", ["descriptors", "system calls"])
def test_a_layer_alone_keeps_service_from_connecting(
    layer: str, listener: Listener, store: Path, tmp_path: Path
) -> None:
    """The gate is not asked here: this holds even if it were fooled."""
    query = f"SELECT * {{ SERVICE <http://127.0.0.1:{listener.port}/> {{ ?s ?p ?o }} }}"
    said = attempt(layer, f"list(store.query({query!r}))", store, tmp_path)
    assert said.startswith("refused:")
    assert listener.connections == []


def test_without_a_layer_service_would_connect(
    listener: Listener, store: Path, tmp_path: Path
) -> None:
    """The other tests here prove something only if this is so."""
    query = f"SELECT * {{ SERVICE <http://127.0.0.1:{listener.port}/> {{ ?s ?p ?o }} }}"
    attempt("none", f"list(store.query({query!r}))", store, tmp_path)
    assert len(listener.connections) >= 1


@pytest.mark.parametrize("layer", ["descriptors", "system calls"])
@pytest.mark.parametrize(
    "action",
    [
        "open('/etc/hostname')",
        "open(folder + '/new', 'wb')",
        "os.open(folder, os.O_RDONLY)",
        "socket.socket()",
        "socket.socketpair()",
        "subprocess.run(['true'], check=True)",
    ],
)
def test_a_layer_alone_opens_nothing(layer: str, action: str, store: Path, tmp_path: Path) -> None:
    """No file, no socket, no pipe."""
    assert attempt("none", action, store, tmp_path) == "done"
    assert attempt(layer, action, store, tmp_path).startswith("refused:")


@pytest.mark.parametrize(
    "action",
    [
        "os.fork()",
        "os.execv(sys.executable, [sys.executable, '-V'])",
        "os.kill(os.getppid(), 0)",
        "os.rename(folder + '/kept', folder + '/moved')",
        "os.unlink(folder + '/kept')",
        "os.mkdir(folder + '/made')",
        "os.chmod(folder, 0o700)",
        "os.symlink('/etc', folder + '/link')",
        "os.memfd_create('m')",
    ],
)
def test_system_calls_that_start_or_change_anything_are_refused(
    action: str, store: Path, tmp_path: Path
) -> None:
    """The filter holds for every thread of the process."""
    assert attempt("system calls", action, store, tmp_path).startswith("refused:")
    threaded = f"t = threading.Thread(target=lambda: {action}); t.start(); t.join()"
    before = sorted(os.listdir(tmp_path))
    attempt("system calls", threaded, store, tmp_path)
    assert sorted(os.listdir(tmp_path)) == before


def test_no_file_grows(store: Path, tmp_path: Path) -> None:
    """What is open already cannot be filled either."""
    assert attempt("none", "kept.write(b'x')", store, tmp_path) == "done"
    assert attempt("growth", "kept.write(b'x')", store, tmp_path).startswith("refused:")


def test_no_process_is_started(store: Path, tmp_path: Path) -> None:
    """The limit holds for everybody but root, so the test is somebody else."""
    assert attempt("processes", "os.fork()", store, tmp_path).startswith("refused:")


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_queries_are_answered_behind_each_layer(layer: str, store: Path, tmp_path: Path) -> None:
    """The engine opened what it needs before."""
    count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    action = f"print(next(iter(store.query({count!r})))[0].value)"
    assert attempt(layer, action, store, tmp_path) == "200\ndone"


@pytest.mark.skipif(not HAS_LANDLOCK, reason="the kernel has no Landlock")
@pytest.mark.parametrize(
    "action",
    [
        "open('/etc/hostname')",
        "os.open(folder, os.O_RDONLY)",
        "open(folder + '/new', 'wb')",
        "open(store_folder + '/CURRENT', 'r+b')",
        "open(store_folder + '/new', 'wb')",
        "os.unlink(store_folder + '/CURRENT')",
        "os.listdir('/proc/self/fd')",
        "socket.socket()",
        "os.fork()",
        "[open(store_folder + '/CURRENT').fileno() and os.open(store_folder + '/CURRENT', 0)"
        " for _ in range(40)]",
    ],
)
def test_a_large_store_opens_its_own_files_and_no_others(
    action: str, store: Path, tmp_path: Path
) -> None:
    """Of such a store the engine opens files later; these and nothing else are still opened."""
    assert attempt("store alone", "open(store_folder + '/CURRENT')", store, tmp_path) == "done"
    assert attempt("store alone", action, store, tmp_path).startswith("refused:")


def test_a_store_of_many_files_is_read_to_its_end(tmp_path: Path) -> None:
    """The engine opens sixteen files of a store at once, and others when a query needs them."""
    folder = tmp_path / "many"
    writing = Store(folder)
    for number in range(12):
        subject = NamedNode(f"urn:s{number}")
        graph = NamedNode(f"urn:g{number % 3}")
        writing.bulk_extend(
            Quad(subject, NamedNode(f"urn:p{n % 5}"), Literal(n), graph) for n in range(50)
        )
    writing.flush()
    del writing
    assert sum(1 for _ in folder.glob("*.sst")) > 2 * 16
    limits = QueryLimits(seconds=10.0, memory_bytes=64 << 20, result_bytes=1 << 20)
    pool = WorkerPool(WorkerConfig(str(folder), limits), 1)
    try:
        for query, count in (
            ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", 600),
            ("SELECT (COUNT(*) AS ?n) { ?s <urn:p3> ?o }", 120),
            ("SELECT (COUNT(*) AS ?n) { GRAPH <urn:g2> { ?s ?p ?o } }", 200),
            ("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p 7 , ?q }", 12),
        ):
            [row] = json.loads(pool.answer(Operation(query)).body)["results"]["bindings"]
            assert row["n"]["value"] == str(count)
    finally:
        pool.close()
