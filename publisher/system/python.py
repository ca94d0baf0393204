"""Starting a module of this program as a process of its own."""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import publisher

_PATH = "PYTHONPATH"
_SAFE = "PYTHONSAFEPATH"


def command_of(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this program.

    Nothing is imported from the folder one stands in (``-P``): it may be a stranger's.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


@contextmanager
def nothing_from_here() -> Iterator[None]:
    """Let no process that a library starts meanwhile import from the folder one stands in."""
    before = os.environ.get(_SAFE)
    os.environ[_SAFE] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_SAFE, None)
        else:
            os.environ[_SAFE] = before


def environment(**more: str) -> dict[str, str]:
    """Return the environment for such a command, with further variables.

    A program that is not installed, but run where its source lies, is found there.
    """
    home = str(Path(publisher.__file__).resolve().parents[1])
    if home in site.getsitepackages():
        return os.environ | more
    before = os.environ.get(_PATH)
    return os.environ | more | {_PATH: os.pathsep.join([home, before] if before else [home])}
