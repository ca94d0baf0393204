"""Processes of this program: work on all cores, modules started apart, memory given back."""

from __future__ import annotations

import gc
import os
import site
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TypeVar

import publisher
from publisher.system.portable import c_library

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def map_on_all_cores(work: Callable[[_Task], _Result], parts: Sequence[_Task]) -> Iterator[_Result]:
    """Yield the result of each part, in their order; one part alone is done in this process.

    Args:
        work: A function of a module, called in other processes; what it raises is raised here.
        parts: Values that can be pickled.
    """
    count = min(cores(), len(parts))
    if count < 2:
        yield from map(work, parts)
        return
    # What few parts do not need, a small folder does not wait for.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Not forked: this process has threads of its own.
    with forbid_imports_from_working_folder():
        pool = ProcessPoolExecutor(count, get_context("spawn"), _end_with_parent)
        found = pool.map(work, parts)  # starts them all
    try:
        yield from found
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def working_beside(
    work: Callable[[_Task], _Result], task: _Task, *, is_large: bool = True
) -> Iterator[Callable[[], _Result]]:
    """Do some work in another process as long as the block lasts; yield what waits for its result.

    Args:
        work: A function of a module; what it raises, waiting raises.
        task: A value that can be pickled.
        is_large: Whether that is worth a process; else the work is done when it is waited for.
    """
    if not is_large or cores() < 2:
        yield lambda: work(task)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with forbid_imports_from_working_folder():
        pool = ProcessPoolExecutor(1, get_context("spawn"), _end_with_parent)
        future = pool.submit(work, task)
    try:
        yield future.result
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """End when the parent does, also when it is killed: a part that nobody waits for is waste."""
    from multiprocessing import parent_process

    def watch() -> None:
        try:
            parent = parent_process()
            if parent is not None:
                parent.join()
        finally:
            os._exit(1)

    Thread(target=watch, daemon=True).start()


# Starting a module of this program as a process of its own.

_PYTHON_PATH = "PYTHONPATH"
_SAFE_PATH = "PYTHONSAFEPATH"


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this program.

    Nothing is imported from the folder one is in (``-P``): it may be a stranger's.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


@contextmanager
def forbid_imports_from_working_folder() -> Iterator[None]:
    """Keep processes that libraries start from importing from the working folder."""
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_SAFE_PATH, None)
        else:
            os.environ[_SAFE_PATH] = before


def child_environment(**more: str) -> dict[str, str]:
    """Return the environment for such a command, with further variables.

    A program that is not installed, but run where its source lies, is found there.
    """
    home = str(Path(publisher.__file__).resolve().parents[1])
    if home in site.getsitepackages():
        return os.environ | more
    before = os.environ.get(_PYTHON_PATH)
    return os.environ | more | {_PYTHON_PATH: os.pathsep.join([home, before] if before else [home])}


# What the C library keeps of freed memory, and when it gives it back (glibc, mallopt(3)).

_M_MMAP_THRESHOLD, _LARGE_BYTES = -3, 256 << 10
# Setting the one stops the C library from raising the other, and then every answer trims the heap.
_M_TRIM_THRESHOLD, _SPARE_BYTES = -1, 16 << 20


def free_large_blocks_at_once() -> bool:
    """Make the C library return large blocks as soon as they are free; tell whether it can.

    Else it takes bodies and results of many megabytes, once seen, for a reason to keep such blocks
    in the heap, where what lies between them keeps them from going back.
    """
    mallopt = getattr(c_library(), "mallopt", None)
    if mallopt is None:
        return False
    kept = mallopt(_M_TRIM_THRESHOLD, _SPARE_BYTES)
    returned = mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
    return bool(kept == 1 and returned == 1)


def trim_heap() -> None:
    """Free what only refers to itself, and give the system what lies free in the heap."""
    gc.collect()
    trim = getattr(c_library(), "malloc_trim", None)
    if trim is not None:
        trim(0)
