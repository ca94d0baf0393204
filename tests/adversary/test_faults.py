"""Whatever call fails in a thread that must live, once or several times: the part works again."""

from __future__ import annotations

import dataclasses
import errno
import gc
import http.client
import json
import logging
import os
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from publisher.config import Config
from publisher.errors import EngineBusy, EngineFailed, PartFailed
from publisher.query import worker_messages, worker_pool
from publisher.query.engine import Operation, QueryLimits
from publisher.query.worker_messages import MessageSocket, WorkerConfig
from publisher.query.worker_pool import StartFailed, WorkerPool, WorkerProcess
from publisher.release import manifest
from publisher.release.build import switch
from publisher.release.model import Release
from publisher.serve import archive, reload, site
from publisher.serve.archive import VerifiedOpener
from publisher.serve.reload import ReloadingApp, RetryingApp
from publisher.system import supervised
from publisher.system.supervised import Schedule, Supervised
from tests.adversary.served import Server, serving
from tests.chain import A_LAKE, Chain
from tests.conftest import WORLD

pytestmark = pytest.mark.slow

YES = b'{"head":{},"boolean":true}'
NO_DESCRIPTOR = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
QUICK = Schedule(every_seconds=0.01, first_pause_seconds=0.01, longest_pause_seconds=0.04)


def until(claim: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until a claim is true; give up after a long time."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def descriptors(pid: int | str = "self") -> int:
    """Return how many descriptors a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


@dataclasses.dataclass
class Fault:
    """A call that fails; ``count`` is how often it did."""

    count: int = 0


@contextmanager
def failing(
    where: Any,
    name: str,
    error: BaseException,
    times: int = 1 << 30,
    only: Callable[..., bool] = lambda *_, **__: True,
) -> Iterator[Fault]:
    """Let a call fail so many times while the block runs, then succeed as ever."""
    real, fault = getattr(where, name), Fault()

    def broken(*args: Any, **more: Any) -> Any:
        if fault.count < times and only(*args, **more):
            fault.count += 1
            raise type(error)(*error.args)  # one of its own: an error keeps what it came through
        return real(*args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, broken)
        yield fault


# --- the loop itself


@pytest.fixture
def started() -> Iterator[list[Supervised]]:
    """Return a list of parts that are closed behind the test."""
    parts: list[Supervised] = []
    yield parts
    for part in parts:
        part.close(5)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("documents"),
        OSError(errno.ESTALE, "Stale file handle"),
        BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"),
        RuntimeError("can't start new thread"),
        MemoryError(),
        RecursionError(),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
        SystemExit(1),
        GeneratorExit(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_error_ends_a_supervised_part(started: list[Supervised], error: BaseException) -> None:
    """Not even one that means to."""
    rounds: list[int] = []

    def work() -> bool:
        rounds.append(1)
        if len(rounds) < 4:
            raise error
        return False

    part = Supervised("a part", work, QUICK)
    started.append(part)
    part.start()
    until(lambda: len(rounds) > 5)
    assert part.is_alive
    assert part.trouble() is None
    assert supervised.failures()["a part"] >= 3


def test_a_part_that_fails_for_long_is_told_and_recovers(started: list[Supervised]) -> None:
    """The reason is plain, and says nothing of places on the disk."""
    broken = [PermissionError(errno.EACCES, "Permission denied", "/secret/place")]

    def work() -> bool:
        if broken:
            raise broken[0]
        return False

    part = Supervised("a part", work, dataclasses.replace(QUICK, patience_seconds=0.1))
    started.append(part)
    part.start()
    until(lambda: part.trouble() is not None)
    told = str(part.trouble())
    assert "a part (Permission denied)" in told
    assert "secret" not in told
    broken.clear()
    until(lambda: part.trouble() is None)


def test_a_round_without_end_is_told(started: list[Supervised]) -> None:
    """A disk of another machine that hangs raises nothing."""
    end = threading.Event()
    part = Supervised("a part", lambda: end.wait(30), dataclasses.replace(QUICK, hangs_seconds=0.1))
    started.append(part)
    part.start()
    until(lambda: part.trouble() is not None)
    assert "has not come to an end" in str(part.trouble())
    end.set()


def test_the_same_error_is_not_logged_thousands_of_times(
    started: list[Supervised], caplog: pytest.LogCaptureFixture
) -> None:
    """Once, with its traceback; another one at the same time is not hidden by it."""
    rounds: list[int] = []

    def work() -> bool:
        rounds.append(1)
        if len(rounds) == 50:
            raise ValueError("another")
        raise KeyError(len(rounds))

    part = Supervised("a part", work, dataclasses.replace(QUICK, longest_pause_seconds=0.01))
    started.append(part)
    with caplog.at_level(logging.ERROR, "publisher"):
        part.start()
        until(lambda: len(rounds) > 100)
    told = [record for record in caplog.records if "a part" in record.getMessage()]
    assert [record.exc_info is not None for record in told] == [True, True]
    assert "KeyError" in told[0].getMessage()
    assert "ValueError" in told[1].getMessage()


def test_pauses_grow_to_a_bound_and_begin_again_after_a_success(
    started: list[Supervised],
) -> None:
    """A failing part must not eat the machine; one that works again is as quick as before."""
    part = Supervised("a part", lambda: 1 / 0 > 1, Schedule(None, 0.5, 4.0))
    pauses = [part._round() for _ in range(1200)]
    assert pauses[:5] == [0.5, 1.0, 2.0, 4.0, 4.0]
    assert pauses[-1] == 4.0
    part._work = lambda: False
    assert part._round() is None
    part._work = lambda: 1 / 0 > 1
    assert part._round() == 0.5


def test_a_machine_without_a_thread_to_give_is_asked_again(started: list[Supervised]) -> None:
    """``RuntimeError: can't start new thread``: told, and mended by whoever looks next."""
    rounds: list[int] = []
    part = Supervised("a part", lambda: bool(rounds.append(1)), QUICK)
    started.append(part)
    with failing(threading.Thread, "start", RuntimeError("can't start new thread")):
        part.start()
        trouble = part.trouble()
    assert isinstance(trouble, PartFailed)
    assert "can't start new thread" in str(trouble)
    assert part.trouble() is None
    until(lambda: bool(rounds))


def test_a_thread_that_ended_all_the_same_is_started_by_who_asks(
    started: list[Supervised],
) -> None:
    """Readiness asks each part, so a proxy that looks there brings it back."""
    rounds: list[int] = []
    part = Supervised("a part", lambda: bool(rounds.append(1)), QUICK)
    started.append(part)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(part, "_run", lambda: None)
        part.start()
        until(lambda: not part.is_alive)
    assert part.trouble() is None
    until(lambda: bool(rounds))


def test_not_even_a_log_that_cannot_be_written_ends_a_part(
    started: list[Supervised], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telling of an error takes memory too."""
    monkeypatch.setattr(supervised, "_LAST_RESORT_SECONDS", 0.01)
    rounds: list[int] = []

    def work() -> bool:
        rounds.append(1)
        raise MemoryError

    part = Supervised("a part", work, QUICK)
    started.append(part)
    with failing(supervised._FailureLog, "failure", MemoryError()):
        part.start()
        until(lambda: len(rounds) > 5)
    assert part.is_alive


# --- query workers

STARTING: dict[str, tuple[Any, str, BaseException]] = {
    "socketpair": (socket, "socketpair", NO_DESCRIPTOR),
    "pipe": (os, "pipe", NO_DESCRIPTOR),
    "set_blocking": (os, "set_blocking", OSError(errno.EBADF, "Bad file descriptor")),
    "fork: no memory": (subprocess, "Popen", OSError(errno.ENOMEM, "Cannot allocate memory")),
    "fork: no process": (subprocess, "Popen", BlockingIOError(errno.EAGAIN, "Try again")),
    "fork: no table": (subprocess, "Popen", OSError(errno.ENFILE, "Too many open files")),
    "fork: no thread": (subprocess, "Popen", RuntimeError("can't start new thread")),
    "fork: Python": (subprocess, "Popen", MemoryError()),
    "poll": (worker_pool, "MessageSocket", OSError(errno.ENOMEM, "Cannot allocate memory")),
    "settings": (WorkerConfig, "written", TypeError("not JSON")),
    "send": (MessageSocket, "send", OSError(errno.EPIPE, "Broken pipe")),
    "send: gone": (MessageSocket, "send", worker_messages.ConnectionClosed()),
    "receive": (MessageSocket, "receive", ConnectionResetError(errno.ECONNRESET, "Reset")),
    "receive: time": (MessageSocket, "receive", TimeoutError()),
    "receive: memory": (MessageSocket, "receive", MemoryError()),
}


@pytest.fixture
def workplace(release: Release) -> WorkerConfig:
    """Return what a worker over the tiny world is told."""
    return WorkerConfig(str(release.store), QueryLimits(5.0, 256 << 20, 1 << 20))


@pytest.fixture
def quick_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start workers that failed to start again soon."""
    monkeypatch.setattr(worker_pool, "FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(worker_pool, "LONGEST_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(worker_pool, "UNAVAILABLE_AFTER_SECONDS", 0.2)
    monkeypatch.setattr(worker_pool, "_DEATH_SECONDS", 1.0)


# The first that leaves something is seen; more show what is left now and then.
_STARTS = 30


def _kill(with_one: WorkerPool) -> None:
    """Kill the only worker, and wait until that is seen."""
    (only,) = with_one._children
    os.kill(only.pid, signal.SIGKILL)
    until(only.is_gone)


def _asleep(real: Any, command: list[str], **more: Any) -> Any:
    return real(["sleep", "60"], **more)


@pytest.mark.parametrize("name", STARTING)
def test_starts_that_fail_leave_no_descriptor_and_no_process(
    name: str, workplace: WorkerConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the machine is used up by trying again."""
    where, call, error = STARTING[name]
    monkeypatch.setattr(worker_pool, "_DEATH_SECONDS", 0.01)
    if call != "Popen":  # a process that is there at once
        real = subprocess.Popen
        monkeypatch.setattr(
            subprocess, "Popen", lambda command, **more: _asleep(real, command, **more)
        )
    gc.collect()  # what others left
    before = descriptors()
    with failing(where, call, error) as fault:
        for _ in range(_STARTS):
            with pytest.raises((StartFailed, type(error))):
                WorkerProcess(workplace)
    assert fault.count == _STARTS
    assert descriptors() <= before
    own = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
    assert not [p for p in own if b"sleep" in Path(f"/proc/{p}/cmdline").read_bytes()]


@pytest.mark.parametrize("name", STARTING)
@pytest.mark.usefixtures("quick_start")
def test_workers_come_back_after_starts_that_failed(name: str, workplace: WorkerConfig) -> None:
    """Once, and several times in a row: the next query is answered, and nothing stays open."""
    where, call, error = STARTING[name]
    with_one = WorkerPool(workplace, 1)
    try:
        assert with_one.answer(Operation("ASK {}")).body == YES
        before = descriptors()
        keeper = with_one._keeper._thread
        for times in (1, 4):
            _kill(with_one)
            with failing(
                where, call, error, times, lambda *_, **__: threading.current_thread() is keeper
            ) as fault:
                assert with_one.answer(Operation("ASK {}")).body == YES
            assert fault.count == times
            assert with_one.trouble() is None
            until(lambda: descriptors() <= before)
    finally:
        with_one.close()


@pytest.mark.usefixtures("quick_start")
def test_workers_that_cannot_be_started_for_long_are_told(workplace: WorkerConfig) -> None:
    """Readiness asks the engine, and the engine asks its workers."""
    with_one = WorkerPool(workplace, 1)
    try:
        assert with_one.answer(Operation("ASK {}")).body == YES
        _kill(with_one)
        with failing(os, "pipe", NO_DESCRIPTOR), pytest.MonkeyPatch.context() as patch:
            patch.setattr(with_one, "start_seconds", 0.2)
            with pytest.raises(EngineBusy):
                with_one.answer(Operation("ASK {}"))
            until(lambda: with_one.trouble() is not None)
            assert "query workers" in str(with_one.trouble())
            assert "A query worker does not start" in str(with_one.trouble())
        until(lambda: with_one.trouble() is None)
        until(lambda: bool(with_one.pids()))
        assert with_one.answer(Operation("ASK {}")).body == YES
    finally:
        with_one.close()


ASKING: dict[str, tuple[Any, str, BaseException]] = {
    "send": (MessageSocket, "send", worker_messages.ConnectionClosed()),
    "receive": (MessageSocket, "receive", worker_messages.ConnectionClosed()),
    "read": (MessageSocket, "_read", worker_messages.ConnectionClosed()),
    "receive: garbage": (worker_pool.Outcome, "read", json.JSONDecodeError("no JSON", "x", 0)),
    "receive: memory": (worker_pool.Outcome, "read", MemoryError()),
}


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.usefixtures("quick_start")
def test_a_channel_that_fails_costs_one_answer(name: str, workplace: WorkerConfig) -> None:
    """The worker behind it is replaced, whether it still lives or not."""
    where, call, error = ASKING[name]
    with_one = WorkerPool(workplace, 1)
    try:
        assert with_one.answer(Operation("ASK {}")).body == YES
        before, pids = descriptors(), with_one.pids()
        asking = threading.current_thread()
        with (
            failing(where, call, error, 1, lambda *_, **__: threading.current_thread() is asking),
            pytest.raises(EngineFailed),
        ):
            with_one.answer(Operation("ASK {}"))
        assert with_one.answer(Operation("ASK {}")).body == YES
        assert with_one.pids() != pids
        until(lambda: descriptors() <= before)
    finally:
        with_one.close()


@pytest.mark.parametrize(
    ("where", "call"), [(os, "kill"), (os, "waitpid"), (worker_pool.WorkerProcess, "end")]
)
@pytest.mark.usefixtures("quick_start")
def test_a_worker_that_cannot_be_ended_at_once_is_ended_later(
    where: Any, call: str, workplace: WorkerConfig
) -> None:
    """It is not forgotten, and the others are ended all the same."""
    with_one = WorkerPool(workplace, 1)
    try:
        with_one.answer(Operation("ASK {}"))
        before, (pid,) = descriptors(), with_one.pids()
        keeper = with_one._keeper._thread
        with failing(
            where,
            call,
            PermissionError(errno.EPERM, "Operation not permitted"),
            2,
            lambda *_, **__: threading.current_thread() is keeper,
        ):
            with (
                failing(MessageSocket, "send", worker_messages.ConnectionClosed(), 1),
                pytest.raises(EngineFailed),
            ):
                with_one.answer(Operation("ASK {}"))
            assert with_one.answer(Operation("ASK {}")).body == YES
            until(lambda: not Path(f"/proc/{pid}").exists())
            until(lambda: descriptors() <= before)
    finally:
        with_one.close()


@pytest.mark.usefixtures("quick_start")
def test_a_poll_that_fails_is_taken_for_the_end_of_an_idle_worker(workplace: WorkerConfig) -> None:
    """What cannot be looked at is replaced."""

    class Broken:
        def select(self, _: float) -> list[object]:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")

    with_one = WorkerPool(workplace, 1)
    try:
        with_one.answer(Operation("ASK {}"))
        (only,) = with_one._children
        only.channel._selector = Broken()
        assert with_one.answer(Operation("ASK {}")).body == YES
        assert with_one.pids() != [only.pid]
    finally:
        with_one.close()


# --- the watcher of releases


@pytest.fixture(scope="module")
def built(made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Chain, Release, Release]:
    """Return two releases, made once, of which the first is current."""
    folder = tmp_path_factory.mktemp("built")
    chain = Chain(Path(shutil.copytree(WORLD, folder / "world")), folder / "releases", made)
    first = chain.build()
    second = chain.add(A_LAKE)
    switch(chain.releases, first.id)
    return chain, first, second


@pytest.fixture
def chain(built: tuple[Chain, Release, Release], tmp_path: Path) -> Chain:
    """Return a copy of the two releases of one's own."""
    releases = tmp_path / "releases"
    shutil.copytree(built[0].releases, releases, symlinks=True)
    return Chain(built[0].world, releases)


@pytest.fixture
def two(
    built: tuple[Chain, Release, Release], monkeypatch: pytest.MonkeyPatch
) -> tuple[Release, Release]:
    """Return the two releases, of which the first is current, for copies that look often."""
    monkeypatch.setattr(reload, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(reload, "UNHEALTHY_AFTER_SECONDS", 0.2)
    monkeypatch.setattr(reload, "TRY_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(archive, "_FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(archive, "_DAMAGED_PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(archive, "_LONGEST_PAUSE_SECONDS", 0.2)
    return built[1], built[2]


@pytest.fixture
def running(chain: Chain, two: tuple[Release, Release]) -> Iterator[Client]:
    """Return a client of an application that serves the first and looks often."""
    application = ReloadingApp(chain.config())
    yield Client(application)
    application.close()


def served(client: Client) -> str:
    """Return which release is served."""
    return client.get("/readyz").text.partition("\n")[0]


def _of_current(path: Any, *_: Any, **__: Any) -> bool:
    return Path(path).name == "current"


def _in_watcher(*_: Any, **__: Any) -> bool:
    return threading.current_thread().name == reload.WATCHER_PART


LOOKING: dict[str, tuple[Any, str, BaseException, Callable[..., bool]]] = {
    "lstat: no right": (Path, "lstat", PermissionError(errno.EACCES, "Denied"), _of_current),
    "lstat: disk": (Path, "lstat", OSError(errno.EIO, "Input/output error"), _of_current),
    "resolve: stale": (Path, "resolve", OSError(errno.ESTALE, "Stale"), _of_current),
    "resolve: loop": (Path, "resolve", RuntimeError("Symlink loop"), _of_current),
    "open: descriptors": (Path, "read_bytes", NO_DESCRIPTOR, _in_watcher),
    "open: disk": (manifest, "digest_of", OSError(errno.EIO, "Input/output error"), _in_watcher),
    "is_file": (Path, "is_file", PermissionError(errno.EACCES, "Denied"), _in_watcher),
    "json": (json, "loads", RecursionError("too deep"), _in_watcher),
    "decoding": (json, "loads", UnicodeDecodeError("utf-8", b"", 0, 1, "no"), _in_watcher),
    "a key": (reload, "open_release", KeyError("documents"), _in_watcher),
    "the engine": (site, "open_engine", OSError(errno.EMFILE, "Too many"), _in_watcher),
    "the pages": (site, "Pages", AttributeError("pages"), _in_watcher),
    "a thread": (reload, "create_app", RuntimeError("can't start new thread"), _in_watcher),
    "memory": (reload, "open_site", MemoryError(), _in_watcher),
}


@pytest.mark.parametrize("name", LOOKING)
def test_a_release_is_followed_after_looks_that_failed(
    name: str, running: Client, chain: Chain, two: tuple[Release, Release]
) -> None:
    """Once, and several times in a row: ``activate`` must not need a restart."""
    where, call, error, only = LOOKING[name]
    first, second = two
    assert served(running) == first.id
    for times, wanted in ((1, second.id), (4, first.id)):
        with failing(where, call, error, times, only) as fault:
            switch(chain.releases, wanted)
            until(lambda wanted=wanted: running.get("/readyz").text == f"{wanted}\n")  # type: ignore[misc]
        assert fault.count == times


def test_openings_that_fail_leave_no_descriptor_and_no_process(
    running: Client, chain: Chain, two: tuple[Release, Release], request: pytest.FixtureRequest
) -> None:
    """A release that cannot be opened is tried again and again."""
    logging.disable()  # the test's own log keeps what an error came through
    request.addfinalizer(lambda: logging.disable(logging.NOTSET))
    switch(chain.releases, two[1].id)
    until(lambda: served(running) == two[1].id)
    time.sleep(0.5)
    before = descriptors()
    with failing(site, "Pages", KeyError("pages"), only=_in_watcher) as fault:
        switch(chain.releases, two[0].id)
        until(lambda: fault.count > 5)
        until(lambda: descriptors() <= before + 12)  # one more may be under way
    until(lambda: served(running) == two[0].id)
    until(lambda: descriptors() <= before)


def test_a_watcher_that_fails_for_long_is_told_and_recovers(
    running: Client, two: tuple[Release, Release]
) -> None:
    """503 with a plain reason; documents are answered all the same."""
    denied = PermissionError(errno.EACCES, "Permission denied", "/secret")
    with failing(Path, "lstat", denied, only=_of_current):
        until(lambda: running.get("/readyz").status_code == 503)
        text = running.get("/readyz").text
        assert "release watcher (Permission denied)" in text
        assert "secret" not in text
        assert running.get("/healthz").status_code == 200
        assert running.get("/doc/lake/siljan.ttl").status_code == 200
        metrics = running.get("/metrics").text
    until(lambda: running.get("/readyz").status_code == 200)
    assert served(running) == two[0].id
    assert 'publisher_part_failures_total{part="release watcher"}' in metrics


def test_a_watcher_without_a_thread_starts_with_the_next_request(
    chain: Chain, two: tuple[Release, Release]
) -> None:
    """The machine had no thread to give when the process began."""
    only_watcher = RuntimeError("can't start new thread")
    with failing(
        threading.Thread,
        "start",
        only_watcher,
        only=lambda thread: thread.name == reload.WATCHER_PART,
    ):
        application = ReloadingApp(chain.config())
        client = Client(application)
        assert client.get("/readyz").status_code == 503
    try:
        until(lambda: client.get("/readyz").status_code == 200)
        switch(chain.releases, two[1].id)
        until(lambda: served(client) == two[1].id)
    finally:
        application.close()


@pytest.mark.parametrize(
    "error",
    [
        KeyError("documents"),
        OSError(errno.EMFILE, "Too many"),
        RuntimeError("thread"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_application_that_cannot_be_opened_is_tried_again(
    error: BaseException, chain: Chain, two: tuple[Release, Release]
) -> None:
    """Alive, not ready, and there as soon as it can be."""
    tries: list[int] = []

    def open_it() -> ReloadingApp:
        tries.append(1)
        if len(tries) < 4:
            raise error
        return ReloadingApp(chain.config())

    application = RetryingApp(open_it)
    client = Client(application)
    try:
        assert client.get("/healthz").status_code == 200
        until(lambda: client.get("/readyz").status_code == 200)
        assert served(client) == two[0].id
        assert len(tries) == 4
    finally:
        application.close()


def test_a_hand_over_prepares_the_new_release_while_the_old_one_answers(
    running: Client,
    chain: Chain,
    two: tuple[Release, Release],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the watcher's thread, within a bound; a failure of it keeps nothing up."""
    seen: list[tuple[str, float, str]] = []

    def warm(new: object, previous: object, most: int, seconds: float) -> None:
        seen.append((threading.current_thread().name, seconds, served(running)))
        assert new is not previous
        assert most > 0
        raise RuntimeError("no page could be made")

    monkeypatch.setattr(reload.CachingApplication, "warm", warm)
    switch(chain.releases, two[1].id)
    until(lambda: served(running) == two[1].id)
    assert seen == [(reload.WATCHER_PART, reload.WARM_SECONDS, two[0].id)]


def test_a_fault_while_a_release_of_the_past_is_opened_is_no_verdict(
    two: tuple[Release, Release],
) -> None:
    """It was not damaged, there was no descriptor left."""
    openings = VerifiedOpener()
    for error in (NO_DESCRIPTOR, OSError(errno.EIO, "I/O"), PermissionError(errno.EACCES, "no")):
        with (
            failing(Path, "read_bytes", error, 1),
            pytest.raises(archive.ReleaseUnreadable),
        ):
            openings.open(two[0].folder)
        assert openings.open(two[0].folder).id == two[0].id


# --- a real server without descriptors


# The engine's library wants 96 for a store; a worker has the limit of the web process.
ENOUGH_FOR_A_WORKER = 128


def _ask(server: Server, number: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=40)
    try:
        connection.request("GET", f"/sparql?query=ASK%7B%7D%23{number}")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _flood(port: int, end: threading.Event) -> None:
    """Connect again and again, so that whatever descriptor comes free is taken."""
    held: list[socket.socket] = []
    while not end.wait(0.005):
        client = socket.socket()
        client.settimeout(1)
        with suppress(OSError):
            client.connect(("127.0.0.1", port))
            held.append(client)
        if len(held) > 150:
            held.pop(0).close()
    for client in held:
        client.close()


@pytest.mark.exhaustive
def test_query_workers_come_back_after_a_flood_of_connections(
    release: Release, tmp_path: Path
) -> None:
    """Workers die while there is no descriptor to start others with."""
    with serving(release.folder.parent, tmp_path, "--query-workers", "2") as server:
        (web,) = server.web_processes()
        until(lambda: _ask(server, 0) == 200)
        limit = max(descriptors(web) + 20, ENOUGH_FOR_A_WORKER)
        resource.prlimit(web, resource.RLIMIT_NOFILE, (limit, limit))
        end = threading.Event()
        floods = [threading.Thread(target=_flood, args=(server.port, end)) for _ in range(2)]
        for flood in floods:
            flood.start()
        try:
            until(lambda: descriptors(web) >= limit - 2)
            workers_of = [
                int(pid)
                for task in Path(f"/proc/{web}/task").iterdir()
                for pid in (task / "children").read_text().split()
            ]
            assert len(workers_of) == 2
            for pid in workers_of:
                os.kill(pid, signal.SIGKILL)
            with socket.create_connection(("127.0.0.1", server.port), timeout=5):
                time.sleep(5)
        finally:
            end.set()
            for flood in floods:
                flood.join()
        numbers = iter(range(1, 1000))
        until(lambda: _ask(server, next(numbers)) == 200, 60)
        server.until_only([web])


def test_the_settings_of_the_tiny_world_serve(config: Config) -> None:
    """A fault is only a fault where all is well without it."""
    application = ReloadingApp(config)
    try:
        assert Client(application).get("/readyz").status_code == 200
    finally:
        application.close()
