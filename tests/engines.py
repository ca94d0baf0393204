"""The engines that tests run over: the embedded one, and two servers of others."""

from __future__ import annotations

import dataclasses
import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen
from unittest import mock

import requests

from publisher.config import Config, read_timeout
from publisher.push.engine import GraphStore, Sender, SparqlUpdate
from publisher.push.push import PushResult, push
from publisher.push.registry import Progress, PushTarget, Retention
from publisher.query.engine import QueryLimits
from publisher.query.remote.connection import ConnectionPool, EngineAddress
from publisher.release.model import Release
from tests.servers import free_ports, program, running

VIRTUOSO = """[Database]
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
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
ServerThreads = 20
[HTTPServer]
ServerPort = {port}
ServerThreads = 20
[SPARQL]
ResultSetMaxRows = {rows}
"""


@dataclasses.dataclass(frozen=True)
class Embedded:
    """The engine inside this program."""

    name: str = "embedded"

    def hold(self, release: Release, config: Config) -> Config:
        """Return settings for serving a release, whose folder holds all that is needed."""
        return config


@dataclasses.dataclass(frozen=True)
class Sparq:
    """The engine sparq, inside this program as well."""

    name: str = "sparq"

    def hold(self, release: Release, config: Config) -> Config:
        """Return settings that name this engine."""
        return dataclasses.replace(config, engine="sparq")


@dataclasses.dataclass(frozen=True)
class Remote:
    """A server that somebody else wrote.

    Attributes:
        name: Its name.
        query: Address of its endpoint.
        graph_store: Address of its graph store.
        update: Address at which it takes updates.
        timeout: How it is told a time limit.
        environ: Credentials for those who write.
        process: Its process.
    """

    name: str
    query: str
    graph_store: str
    update: str
    process: Popen[bytes]
    timeout: str = ""
    environ: tuple[tuple[str, str], ...] = ()

    def engine(self, *, by_updates: bool = False, at_once: int = 0) -> PushTarget:
        """Return how it is asked and written to."""
        with mock.patch.dict(os.environ, dict(self.environ)):
            sender = Sender(pauses=())
        writer = (
            SparqlUpdate(self.update, sender)
            if by_updates
            else GraphStore(self.graph_store, sender)
        )
        writer.at_once = at_once or writer.at_once
        address = EngineAddress(self.query, {}, read_timeout(self.timeout))
        return PushTarget(ConnectionPool(address, QueryLimits(60, 0, 1 << 26), 1), writer)

    def push(
        self,
        release: Release,
        *,
        by_updates: bool = False,
        at_once: int = 0,
        keep: int = 10,
        progress: Progress = lambda step: None,
    ) -> PushResult:
        """Load a release."""
        engine = self.engine(by_updates=by_updates, at_once=at_once)
        return push(release, engine, Retention(keep, 1), progress)

    def config(self, config: Config) -> Config:
        """Return settings that name this engine."""
        return dataclasses.replace(config, engine=self.query, engine_timeout=self.timeout)

    def hold(self, release: Release, config: Config) -> Config:
        """Load a release, and return settings for serving it."""
        self.push(release)
        return self.config(config)

    def count(self, pattern: str) -> int:
        """Return how many solutions a pattern over named graphs has, asked directly."""
        query = f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}"
        answer = requests.post(
            self.query,
            data={"query": query},
            headers={"Accept": "application/sparql-results+json"},
            timeout=20,
        )
        return int(answer.json()["results"]["bindings"][0]["n"]["value"])


@contextmanager
def oxigraph(folder: Path, port: int = 0) -> Iterator[Remote]:
    """Run Oxigraph's own server."""
    port = port or free_ports(1)[0]
    beside = Path(sys.executable).parent / "oxigraph"
    command = [str(beside) if beside.exists() else program("oxigraph"), "serve"]
    command += ["--location", str(folder / "store"), "--bind", f"127.0.0.1:{port}"]
    at = f"http://127.0.0.1:{port}"
    with running([*command, "--timeout-s", "3"], port, folder) as process:
        yield Remote("oxigraph", f"{at}/query", f"{at}/store", f"{at}/update", process)


_MOST_STARTS = 5


@contextmanager
def virtuoso(folder: Path, rows: int = 1_000_000) -> Iterator[Remote]:
    """Run Virtuoso, which gives at most so many rows."""
    with ExitStack() as stack:
        port, process = _start_virtuoso(stack, folder, rows)
        at = f"http://127.0.0.1:{port}"
        yield Remote(
            "virtuoso",
            f"{at}/sparql",
            f"{at}/sparql-graph-crud-auth",
            f"{at}/sparql-auth",
            process,
            "timeout:ms",
            (("PUBLISHER_ENGINE_USER", "dba"), ("PUBLISHER_ENGINE_PASSWORD", "dba")),
        )
    shutil.rmtree(folder, ignore_errors=True)


def _start_virtuoso(stack: ExitStack, folder: Path, rows: int) -> tuple[int, Popen[bytes]]:
    """Return port and process; it opens its ports seconds later, when another may have them."""
    found = program("virtuoso-t")
    for attempt in itertools.count(1):
        own = folder / str(attempt)
        own.mkdir(parents=True)
        port, sql = free_ports(2)
        settings = own / "virtuoso.ini"
        settings.write_text(VIRTUOSO.format(folder=own, port=port, sql=sql, rows=rows))
        try:
            command = [found, "-f", "-c", str(settings)]
            return port, stack.enter_context(running(command, port, own))
        except AssertionError as error:
            if attempt == _MOST_STARTS or "Address already in use" not in str(error):
                raise
    raise AssertionError("unreachable")


SERVERS = {"oxigraph": oxigraph, "virtuoso": virtuoso}

# What an engine cannot do, as a test and its parameters show: engine, test, why.
CANNOT = (
    ("virtuoso", r"test_a_query_as_the_body_is_answered", "takes ASCII names of variables alone"),
    ("virtuoso", r"test_hostile_values.*\\x00\]", "ends a query at a zero byte"),
    (
        "virtuoso",
        r"test_hostile_values.*(letters|coastal)-",
        "refuses a literal that is not of its datatype",
    ),
)
