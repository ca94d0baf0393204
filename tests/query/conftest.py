from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from publisher.query.engine import QueryLimits
from publisher.query.sparq_files import as_lines, write_files
from publisher.query.worker_messages import WorkerConfig
from publisher.query.worker_pool import WorkerPool


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store: 200 triples in a named graph, one in the default graph."""
    folder = tmp_path_factory.mktemp("query") / "store"
    made = Store(str(folder))
    for number in range(200):
        subject = NamedNode(f"http://e/{number}")
        made.add(Quad(subject, NamedNode("http://e/is"), Literal(number), NamedNode("http://e/g")))
    made.add(Quad(NamedNode("http://e/d"), NamedNode("http://e/is"), Literal("d"), DefaultGraph()))
    made.flush()
    del made
    return folder


@pytest.fixture(scope="session", params=["oxigraph", "sparq"])
def sparq_files(
    request: pytest.FixtureRequest, store: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[bool, str]:
    """Return folders of the store in sparq's files, by whether the union is the default graph.

    They are empty where Oxigraph evaluates.
    """
    if request.param == "oxigraph":
        return {True: "", False: ""}
    pytest.importorskip("sparq", reason="the extra 'sparq' is not installed")
    above = tmp_path_factory.mktemp("sparq")
    folders = {True: above / "union", False: above / "apart"}
    for union, folder in folders.items():
        write_files(as_lines(Store.read_only(str(store))), folder, union=union)
    return {union: str(folder) for union, folder in folders.items()}


Start = Callable[..., WorkerPool]


@pytest.fixture
def start(store: Path, sparq_files: dict[bool, str]) -> Iterator[Start]:
    """Return a function that starts workers of an engine; they are ended behind the test."""
    started: list[WorkerPool] = []

    def begin(
        count: int = 1,
        *,
        seconds: float = 5.0,
        memory_mb: int = 256,
        result_bytes: int = 1 << 20,
        folder: Path = store,
        union: bool = True,
        start_seconds: float = 15.0,
    ) -> WorkerPool:
        limits = QueryLimits(seconds, memory_mb << 20, result_bytes)
        workplace = WorkerConfig(str(folder), limits, union, sparq=sparq_files[union])
        started.append(WorkerPool(workplace, count, start_seconds))
        return started[-1]

    yield begin
    for workers in started:
        workers.close()
