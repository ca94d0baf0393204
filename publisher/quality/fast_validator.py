"""The process that validates with the package ``shacl``, in Rust.

It imports little, since every check waits for it. A request is a line of JSON, with as many bytes
behind it as the line says; so is an answer. It reads files, and can do nothing else.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

import shacl

from publisher.system import portable, sandbox

FORMAT = "ntriples"
_LONGEST_REASON = 300
_KILL_MARGIN_SECONDS = 5.0


class _Shapes:
    """The shapes that were read last, and validation with them."""

    def __init__(self) -> None:
        self._read: shacl.Shapes | None = None

    def read(self, body: bytes) -> bytes:
        """Read shapes, given as N-Triples."""
        self._read = shacl.Shapes.from_text(body.decode(), FORMAT)
        return b""

    def validate(self, path: str) -> bytes:
        """Return the validation report on a file, as N-Triples.

        Nothing is returned where nothing was found (SHACL, section 3.6).
        """
        assert self._read is not None
        report = self._read.validate_file(path)
        return report.serialize(FORMAT).encode() if len(report) else b""


def _answer(work: Callable[[], bytes]) -> tuple[str, str, bytes]:
    """Do some work; return how it ended, why, and the body of the answer."""
    try:
        return "done", "", work()
    except MemoryError:
        return "memory", "", b""
    except ValueError as error:
        return "refused", str(error)[:_LONGEST_REASON], b""
    except BaseException as error:  # noqa: BLE001  # a panic in Rust is no Exception
        return "failed", f"{type(error).__name__}: {error}"[:_LONGEST_REASON], b""


def _work(requests: BinaryIO, answers: BinaryIO) -> None:
    shapes = _Shapes()
    while line := requests.readline():
        task = json.loads(line)
        body = requests.read(task["bytes"])
        # If nobody waits any more, the kernel ends the process.
        portable.set_alarm(task["seconds"] + _KILL_MARGIN_SECONDS)
        is_read = task["do"] == "read"
        work = partial(shapes.read, body) if is_read else partial(shapes.validate, task["path"])
        status, reason, report = _answer(work)
        portable.set_alarm(0)
        head = {"status": status, "reason": reason, "bytes": len(report)}
        answers.write(json.dumps(head).encode() + b"\n" + report)
        answers.flush()


def main() -> None:
    """Work until the process that asks is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; who started this one ends it
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sandbox.limit_memory(int(sys.argv[1]))
    sandbox.forbid_growth()
    sandbox.forbid_system_calls(files=True)
    _work(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
