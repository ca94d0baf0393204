"""A build in a process of its own, which can be made to die.

Called as ``python -m tests.release.dying WORLD RELEASES FAULT``. The fault is ``none``,
``step:NAME`` (dies when the step begins), ``event:NUMBER`` (dies before that change of the folder),
``events`` (prints how many changes there are), or ``prune:NUMBER`` (does not build, lets old
releases go, and dies before that change).
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from publisher.errors import PublisherError
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.release.history.releases import prune

BASE = "https://data.example.org/"
# What Python tells its audit hooks of (PEP 578): changes of names and files opened for writing.
CHANGES = ("os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "shutil.copyfile")


def die() -> None:
    """End as a power cut ends a process."""
    os.kill(os.getpid(), signal.SIGKILL)


class Changes:
    """Counts the changes of a folder, and may die before one of them."""

    def __init__(self, folder: Path, fatal: int) -> None:
        """Watch from now on."""
        self.count = 0
        self._folder = str(folder)
        self._fatal = fatal
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        is_writing = event == "open" and any(c in str(arguments[1] or "") for c in "wax+")
        if event in CHANGES or is_writing:
            # A folder is emptied through its descriptor, which is the second argument.
            is_within = event in ("os.remove", "os.rmdir") and arguments[1] != -1
            if not is_within and not any(str(a).startswith(self._folder) for a in arguments):
                return
            self.count += 1
            if self.count == self._fatal:
                die()


def main(world: str, releases: str, fault: str) -> int:
    """Build, and fail as wished."""
    kind, _, value = fault.partition(":")
    if kind == "prune":
        Changes(Path(releases), int(value))
        prune(Path(releases), keep=1, keep_days=0)
        return 0
    approved = approve(read_sources(Path(world), BASE))

    def progress(step: str) -> None:
        if kind == "step" and step == value:
            die()

    changes = Changes(Path(releases), int(value) if kind == "event" else 0)
    try:
        release = build(approved, Path(releases), progress)
    except PublisherError as error:
        sys.stderr.write(error.in_language("en") + "\n")
        return 1
    sys.stdout.write(f"{release.id}\n{changes.count}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
