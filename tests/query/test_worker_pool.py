from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from publisher.errors import (
    EngineBusy,
    EngineFailed,
    NotAcceptable,
    PublisherError,
    QueryLimitExceeded,
    QueryRefused,
)
from publisher.query import worker_pool
from publisher.query.engine import Operation
from publisher.query.loop_evaluation import LoopEvaluation
from publisher.query.worker_pool import WorkerPool

DEFAULT_BUILDS = True

pytestmark = pytest.mark.slow

Start = Callable[..., WorkerPool]
YES = b'{"head":{},"boolean":true}'
ENDLESS = Operation(
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
)
# Deeper than the stack of a worker: the process dies of a segmentation fault.
CRASH = Operation("SELECT * { FILTER(" + "STR(" * 30_000 + "1" + ")" * 30_000 + ") }")
BOMB = Operation(
    "SELECT (STRLEN(?x40) AS ?n) { BIND('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    + " }"
)


def alive(pid: int) -> bool:
    """Tell whether a process lives; a zombie whose threads have ended does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" or len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
    except OSError:
        return False


def wait_for(claim: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until a claim is true."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def test_a_query_without_end_is_stopped_and_its_worker_replaced(start: Start) -> None:
    """Nothing inside the process could stop it: only its end does."""
    workers = start(seconds=0.4, memory_mb=4096)  # sparq keeps what it joins: memory may come first
    workers.answer(Operation("ASK {}"))
    before = workers.pids()
    with pytest.raises(QueryLimitExceeded, match=r"stopped after 0\.4 seconds") as stopped:
        workers.answer(ENDLESS)
    assert stopped.value.limit == "query_timeout_seconds"
    assert workers.answer(Operation("ASK {}")).body == YES
    assert workers.pids() != before
    wait_for(lambda: not any(map(alive, before)))


def test_a_client_may_ask_for_less_time_but_not_for_more(start: Start) -> None:
    """The maximum is the operator's."""
    workers = start(seconds=0.5, memory_mb=4096)
    with pytest.raises(QueryLimitExceeded, match=r"0\.1 seconds"):
        workers.answer(Operation(ENDLESS.query, seconds=0.1))
    with pytest.raises(QueryLimitExceeded, match=r"0\.5 seconds"):
        workers.answer(Operation(ENDLESS.query, seconds=100))


def test_a_query_that_wants_all_memory_is_told_the_limit(start: Start) -> None:
    """The process dies of it; the client learns why."""
    workers = start(seconds=20)
    with pytest.raises(QueryLimitExceeded, match="more memory than the 256 MB") as stopped:
        workers.answer(BOMB)
    assert stopped.value.limit == "query_memory_mb"
    assert workers.answer(Operation("ASK {}")).body == YES


def test_a_result_past_its_limit_is_an_error_and_never_cut(start: Start) -> None:
    """A cut table looks like a whole one."""
    workers = start(result_bytes=10_000)
    with pytest.raises(QueryLimitExceeded) as stopped:
        workers.answer(Operation("SELECT * { ?a ?b ?c . ?d ?e ?f }"))
    assert stopped.value.limit == "query_result_mb"
    assert workers.answer(Operation("ASK {}")).body == YES


def test_a_crash_costs_one_answer_and_is_not_called_memory(start: Start) -> None:
    """A segmentation fault in the engine must not reach the web process."""
    workers = start()
    with pytest.raises(EngineFailed, match="broke down"):
        workers.answer(CRASH)
    assert workers.answer(Operation("ASK {}")).body == YES


def test_a_worker_killed_at_work_costs_one_answer(start: Start) -> None:
    """Whoever kills it: an administrator, or the kernel when memory runs out."""
    workers = start(seconds=20, memory_mb=4096)
    workers.answer(Operation("ASK {}"))
    errors: list[PublisherError] = []

    def ask() -> None:
        with pytest.raises(EngineFailed) as failed:
            workers.answer(ENDLESS)
        errors.append(failed.value)

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.3)
    os.kill(workers.pids()[0], signal.SIGKILL)
    asking.join()
    assert len(errors) == 1
    assert workers.answer(Operation("ASK {}")).body == YES


def test_idle_workers_killed_all_at_once_cost_nothing(start: Start) -> None:
    """A dead one is found before a query is given to it."""
    workers = start(3)
    wait_for(lambda: len(workers.pids()) == 3)
    for pid in workers.pids():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not any(map(alive, workers.pids())))
    assert [workers.answer(Operation("ASK {}")).body for _ in range(5)] == [YES] * 5


def test_a_worker_that_died_before_its_loop_heard_of_it_costs_nothing(start: Start) -> None:
    """A loop that watches a worker does not look at it again before it asks."""
    pool = start(count=1)

    async def ask_twice() -> list[bytes]:
        loop, found = asyncio.get_running_loop(), []
        for _ in range(2):
            answered = loop.create_future()
            LoopEvaluation(pool, Operation("ASK {}"), loop, answered.set_result).begin()
            found.append((await answered).answer().body)
            [pid] = pool.pids()
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda pid=pid: not alive(pid))  # type: ignore[misc] # the loop stands still
        return found

    # In a thread of its own: a browser's tests leave a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(lambda: asyncio.run(ask_twice())).result(60) == [YES, YES]


def test_a_worker_that_does_not_start_is_logged_and_does_not_spin(
    start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A store that is gone must not fill the log and the machine."""
    with caplog.at_level(logging.ERROR, "publisher.query"):
        workers = start(2, start_seconds=1.5, folder=tmp_path / "nothing")
        with pytest.raises(EngineBusy, match="could be started"):
            workers.answer(Operation("ASK {}"))
    failures = [record for record in caplog.records if "does not start" in record.getMessage()]
    assert 1 <= len(failures) <= 4
    assert "next try in" in failures[0].getMessage()


def test_a_worker_that_hangs_while_it_starts_is_given_up_for_another(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped by somebody, or held by a disk: the next one is there soon."""
    real, begun = worker_pool.module_command, []

    def command(module: str) -> list[str]:
        begun.append(module)
        hanging = [sys.executable, "-c", "import time; time.sleep(600)"]
        return hanging if len(begun) == 1 else real(module)

    monkeypatch.setattr(worker_pool, "module_command", command)
    monkeypatch.setattr(worker_pool, "_FIRST_HANDSHAKE_SECONDS", 0.5)
    assert start(1).answer(Operation("ASK {}")).body == YES
    assert len(begun) >= 2


def test_closing_ends_every_process(start: Start) -> None:
    """A release that is swapped out leaves nothing behind."""
    workers = start(2)
    wait_for(lambda: len(workers.pids()) == 2)
    pids = workers.pids()
    workers.close()
    assert not any(map(alive, pids))
    with pytest.raises(EngineFailed, match="being replaced"):
        workers.answer(Operation("ASK {}"))


def test_no_worker_outlives_the_process_that_started_it(store: Path) -> None:
    """Not even when that one is killed, nor while a query without end is evaluated."""
    program = f"""
import threading, sys
from publisher.query.engine import QueryLimits, Operation
from publisher.query.worker_pool import WorkerPool
from publisher.query.worker_messages import WorkerConfig
workers = WorkerPool(WorkerConfig({str(store)!r}, QueryLimits(30, 1 << 28, 1 << 20)), 2)
workers.answer(Operation("ASK {{}}"))
threading.Thread(target=workers.answer, args=[Operation({ENDLESS.query!r})]).start()
while len(workers.pids()) < 2:
    pass
print(*workers.pids(), flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        pids = [int(pid) for pid in server.stdout.readline().split()]
        assert len(pids) == 2
        server.kill()
    wait_for(lambda: not any(map(alive, pids)))


def test_what_a_query_left_behind_does_not_fail_the_next(start: Start) -> None:
    """A worker that keeps much memory after an answer is replaced in good time."""
    workers = start(seconds=20, memory_mb=128, result_bytes=60 << 20)
    wide = Operation("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 30000")
    sizes = {len(workers.answer(wide).body) for _ in range(6)}
    assert len(sizes) == 1


def test_an_error_of_syntax_is_told_with_its_place(start: Start) -> None:
    """Line and column count from 1, in characters."""
    with pytest.raises(QueryRefused) as refused:
        start().answer(Operation("SELECT *\n{ ?s 'å' ?o ?p }"))
    assert (refused.value.line, refused.value.column) == (2, 6)


def test_a_result_without_an_acceptable_form_lists_the_forms(start: Start) -> None:
    """Only the engine knows whether a query gives a table or a graph."""
    with pytest.raises(NotAcceptable) as refused:
        start().answer(Operation("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", graph_type=""))
    assert refused.value.offered[0] == "text/turtle"


@pytest.mark.parametrize(("union", "count"), [(True, b'"201"'), (False, b'"1"')])
def test_the_default_graph_is_the_union_only_where_wished(
    start: Start, union: bool, count: bytes
) -> None:
    """A preview keeps the file's own default graph."""
    answer = start(union=union).answer(Operation("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))
    assert b'"value":' + count in answer.body
