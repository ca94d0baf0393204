"""What runs inside a worker process: one store, one query at a time. Its input is a socket.

It imports little, so that a worker is there soon.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import replace

from pyoxigraph import RdfFormat, Store, parse

from publisher.query.engine import Operation
from publisher.query.evaluator import Evaluator
from publisher.query.sparq import open_evaluator
from publisher.query.worker_messages import (
    ConnectionClosed,
    MessageSocket,
    WorkerConfig,
    read_operation,
)
from publisher.system import portable, sandbox

# Deep nesting takes about 2 KB of stack a byte of query; 64 KB of query fit into this.
STACK_BYTES = 128 << 20
FAILED = 70  # EX_SOFTWARE: an error that nobody expected, named on the error output
# The web process ends a query at its limit; should it be gone, the kernel does, so much later.
_KILL_MARGIN_SECONDS = 1.0
# A process that has kept more than this part of a query's memory is replaced: it would fail the
# next query for what this one left behind.
_RECYCLE_MEMORY_SHARE = 0.25
_OPENED_AT_ONCE = 16
# Documents, and the start of other workers, go before evaluation.
_NICENESS = 5


def _open(config: WorkerConfig) -> Store:
    """Return the store of a folder; of a file of N-Quads, one in memory."""
    if not os.path.isfile(config.store):
        return Store.read_only(config.store)
    store = Store()
    # A parser has written the files, so that nothing in them needs to be checked again.
    store.bulk_load(path=config.store, format=RdfFormat.N_QUADS, lenient=True)
    if config.nameless:
        store.bulk_extend(parse(path=config.nameless, format=RdfFormat.N_QUADS, lenient=True))
    return store


def _files_opened_later(config: WorkerConfig) -> int:
    """Return how many files the engine may still open of a store; 0 where all are open.

    It opens sixteen of them at once, and the others when a query comes to them (RocksDB, unless it
    may open four million). Below that nothing needs to be opened any more.
    """
    if config.network or os.path.isfile(config.store):
        return 0
    count = sum(entry.name.endswith(".sst") for entry in os.scandir(config.store))
    return count if count > _OPENED_AT_ONCE else 0


def _confine(config: WorkerConfig) -> tuple[Evaluator, portable.AddressSpace]:
    """Return the evaluator and what tells this process's size; then confine it."""
    portable.allow_descriptors()  # the engine keeps each of its files open only if it may
    store = _open(config)
    evaluator = open_evaluator(store, config)
    size = portable.AddressSpace()
    sandbox.limit_memory(config.limits.memory_bytes)
    sandbox.forbid_growth()
    files = _files_opened_later(config)
    if not config.network:
        sandbox.forbid_processes()
        if files:
            sandbox.limit_descriptors(files)
            sandbox.read_only_below(config.store)
        else:
            sandbox.forbid_descriptors()
    if not config.is_urgent:
        # Of this thread; behind the filter it could not be changed.
        portable.lower_priority(_NICENESS)
    sandbox.forbid_system_calls(config.network, store=files > 0)
    evaluator.evaluate(Operation("SELECT * { GRAPH ?g { ?s ?p ?o } } LIMIT 10"))
    return evaluator, size


def _work(channel: MessageSocket) -> None:
    """Answer queries until this process is ended."""
    config = WorkerConfig.read(channel.receive()[0])
    evaluator, size = _confine(config)
    at_start = size.bytes()
    enough = at_start + config.limits.memory_bytes * _RECYCLE_MEMORY_SHARE
    channel.send(b"ready")
    while True:
        operation = read_operation(*channel.receive())
        seconds = operation.seconds or config.limits.seconds
        portable.set_alarm(seconds + _KILL_MARGIN_SECONDS)
        outcome = evaluator.evaluate(operation)
        if size.bytes() > enough:
            outcome = replace(outcome, needs_recycling=True)
        channel.send(outcome.head(), outcome.answer.body if outcome.answer else b"")
        portable.set_alarm(0)


def main() -> None:
    """Work on a thread with a large stack until the web process is gone.

    The engine's results must stay on the thread that made them, so that thread does everything.
    """
    sandbox.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; the web process ends this one
    channel = MessageSocket(portable.inherited_socket())
    ends: list[bool] = []

    def work() -> None:
        try:
            _work(channel)
        except ConnectionClosed:
            ends.append(True)

    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    sys.stderr.flush()
    # The store's own threads would keep a normal exit waiting.
    os._exit(0 if ends else FAILED)


if __name__ == "__main__":
    main()
