"""Takes from every process that finds it what only POSIX has, as far as a test on Linux can.

It is found by ``PYTHONPATH``, also by the processes that those start.
"""

import asyncio
import importlib.abc
import os
import signal
import sys

_MODULES = frozenset({"fcntl", "resource", "uvloop", "pwd", "grp", "termios", "syslog"})
_OF_OS = ("nice", "pread", "set_blocking", "sched_getaffinity", "getuid", "geteuid", "killpg")


class _NotHere(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, *_: object) -> None:
        if name in _MODULES:
            raise ImportError(f"no module named {name!r} on this system", name=name)


def _no_links(*_: object, **__: object) -> None:
    raise PermissionError(1, "a required privilege is not held by the client")


def _no_handlers(*_: object) -> None:
    raise NotImplementedError


if "PUBLISHER_TEST_NO_POSIX" in os.environ:
    sys.meta_path.insert(0, _NotHere())
    for name in _OF_OS:
        if hasattr(os, name):
            delattr(os, name)
    for name in ("setitimer", "ITIMER_REAL", "SIGALRM", "SIGHUP", "SIGUSR1", "pthread_kill"):
        if hasattr(signal, name):
            delattr(signal, name)
    os.symlink = _no_links
    asyncio.unix_events._UnixSelectorEventLoop.add_signal_handler = _no_handlers
