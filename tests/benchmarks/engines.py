"""SPARQL servers for the comparison: each loads the same file and is ready on a port."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from generate import BASE
from machinery import free_port, publisher, running, wait_until_ready, wait_until_searchable

# Address of the endpoint, and the process to look at.
Endpoint = tuple[str, int]
_VIRTUOSO = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = {sql}
DirsAllowed = {folder}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
ServerThreads = 20
[HTTPServer]
ServerPort = {port}
ServerThreads = 20
[SPARQL]
ResultSetMaxRows = 1000000
"""


def _program(name: str) -> str:
    """Return where a program is: beside this Python, or on the PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or ""


@contextmanager
def ours(data: Path, folder: Path) -> Iterator[Endpoint]:
    """Serve with this program, as a preview."""
    port = free_port()
    command = publisher("preview", str(data), "--base-iri", BASE, "--port", str(port))
    with running(command, folder) as process:
        wait_until_ready(port, "/healthz", seconds=600)
        wait_until_searchable(port)
        yield f"http://127.0.0.1:{port}/sparql", process.pid


@contextmanager
def oxigraph(data: Path, folder: Path) -> Iterator[Endpoint]:
    """Serve with oxigraph's own server, read-only."""
    port, store = free_port(), str(folder / "store")
    program = _program("oxigraph")
    subprocess.run([program, "load", "-l", store, "-f", str(data)], check=True, capture_output=True)
    command = [program, "serve-read-only", "-l", store, "--bind", f"127.0.0.1:{port}"]
    with running(command, folder) as process:
        wait_until_ready(port)
        yield f"http://127.0.0.1:{port}/query", process.pid


@contextmanager
def rdflib_endpoint(data: Path, folder: Path) -> Iterator[Endpoint]:
    """Serve with rdflib in memory, behind rdflib-endpoint."""
    port = free_port()
    command = [_program("rdflib-endpoint"), "serve", str(data)]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with running(command, folder) as process:
        wait_until_ready(port, "/?query=ASK%7B%7D", seconds=600)
        yield f"http://127.0.0.1:{port}/", process.pid


@contextmanager
def virtuoso(data: Path, folder: Path) -> Iterator[Endpoint]:
    """Serve with Virtuoso 7, loaded and checkpointed."""
    port, sql = free_port(), free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(_VIRTUOSO.format(folder=folder, port=port, sql=sql))
    with running(["virtuoso-t", "-f", "-c", str(settings)], folder) as process:
        wait_until_ready(port)
        shutil.copy(data, folder / "data.nt")
        statements = f"ld_dir('{folder}', 'data.nt', 'urn:data'); rdf_loader_run(); checkpoint;"
        subprocess.run(
            ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={statements}"],
            check=True,
            capture_output=True,
        )
        time.sleep(2)
        yield f"http://127.0.0.1:{port}/sparql", process.pid


Start = Callable[[Path, Path], AbstractContextManager[Endpoint]]
ENGINES: dict[str, tuple[str, Start]] = {
    "this program": ("", ours),
    "oxigraph": ("oxigraph", oxigraph),
    "Virtuoso": ("virtuoso-t", virtuoso),
    "rdflib-endpoint": ("rdflib-endpoint", rdflib_endpoint),
}


def is_there(program: str) -> bool:
    """Tell whether the program that an engine needs is on this machine."""
    return not program or bool(_program(program))
