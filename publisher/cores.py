"""Work that is cut into parts, on all cores: in processes of their own, which end with this one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

from publisher.system.python import nothing_from_here

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def on_all_cores(work: Callable[[_Part], _Result], parts: Sequence[_Part]) -> Iterator[_Result]:
    """Yield the result of each part, in their order; one part alone is done in this process.

    Args:
        work: A function of a module, called in other processes; what it raises is raised here.
        parts: Values that can be pickled.
    """
    count = min(cores(), len(parts))
    if count < 2:
        yield from map(work, parts)
        return
    # Not forked: this process has threads of its own.
    with nothing_from_here():
        pool = ProcessPoolExecutor(count, get_context("spawn"), _end_with_parent)
        found = pool.map(work, parts)  # starts them all
    try:
        yield from found
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """End when the parent does, also when it is killed: a part that nobody waits for is waste."""

    def watch() -> None:
        try:
            parent = parent_process()
            if parent is not None:
                parent.join()
        finally:
            os._exit(1)

    Thread(target=watch, daemon=True).start()
