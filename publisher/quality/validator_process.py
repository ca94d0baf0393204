"""The waiting side of a process that validates: start it, ask it, end it at its limits."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from typing import Any, NoReturn

from publisher.bounds import CheckLimits
from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.quality.shape_partitions import Partition, ValidationFiles
from publisher.quality.shape_reach import Needs
from publisher.query.worker_messages import ConnectionClosed, MessageSocket
from publisher.system.processes import child_environment, module_command

_START_SECONDS = 120.0
_REAP_SECONDS = 10.0
_ERROR_BYTES = 16 << 10
_NO_MEMORY = ("MemoryError", "memory allocation", "bad_alloc")
_SHAPES_FOLDER = "shapes/"
_TOO_SLOW = (
    "The shape {shape} was stopped: it takes longer than {seconds} seconds on {count} things"
    " (check_timeout_seconds)."
)
_TOO_LARGE = "The shape {shape} was stopped: it takes more than {megabytes} MB (check_memory_mb)."
_SLOW_TO_READ = "The shapes cannot be read within {seconds} seconds (check_timeout_seconds)."
_TOO_LARGE_TO_READ = "The shapes cannot be read within {megabytes} MB (check_memory_mb)."
_SIMPLIFY = "Simplify its pattern or query, or raise the limit; nothing was published."
_AT_ONCE = 100


class ValidatorProcess:
    """A process that has read shapes, and holds data against them."""

    def __init__(self, files: ValidationFiles, bounds: CheckLimits) -> None:
        """Start it, and let it read the shapes.

        Raises:
            SourceSyntax: They are not such as SHACL allows, or reading them takes too much.
        """
        self._bounds = bounds
        self._shape = ""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                module_command("publisher.quality.validator"),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=child_environment(),
            )
        assert self._process.stderr is not None
        self._errors = self._process.stderr
        os.set_blocking(self._errors.fileno(), False)
        self._channel = MessageSocket(ours)
        try:
            self._channel.receive(_START_SECONDS)
            written = self._answer(
                {
                    "folder": str(files.folder),
                    "seconds": bounds.seconds,
                    "memory_bytes": bounds.memory_bytes,
                }
            )
        except ConnectionClosed:
            self._tell_death()
        except TimeoutError:
            self._stop_at_time()
        except BaseException:
            self.close()
            raise
        self.needs = None if written is None else Needs.read(written)

    def close(self) -> None:
        """End the process and let go of everything; it may be dead already."""
        self._process.kill()
        self._process.wait()
        self._channel.close()
        self._errors.close()

    def findings(self, part: Partition) -> list[Finding]:
        """Return the findings on the nodes of a part. After an error the process is of no use.

        Raises:
            SourceSyntax: A shape cannot be used, or takes too much; it is named.
        """
        found = self._answer(
            {
                "folder": str(part.files.folder),
                "start": part.start,
                "end": part.end,
                "nodes": [node.decode() for node in part.nodes],
                "alone": part.is_alone,
            }
        )
        return [Finding(**each | {"severity": Severity(each["severity"])}) for each in found]

    def _answer(self, question: dict[str, object]) -> Any:
        try:
            self._channel.send(json.dumps(question).encode())
            while True:
                head, body = self._channel.receive(self._bounds.seconds)
                said = json.loads(head)
                if said[0] != "at":
                    break
                self._shape = said[1]
        except TimeoutError:
            self._stop_at_time()
        except ConnectionClosed:
            self._tell_death()
        answer = json.loads(body)
        if said[0] == "memory":
            self._stop_at_memory()
        if said[0] == "refused":
            raise SourceSyntax(
                "A shape is not valid SHACL: {reason}.",
                where=_SHAPES_FOLDER,
                remedy="Fix the shape that is named; nothing was published.",
                reason=answer[0].strip().rstrip("."),
            )
        if said[0] == "failed":
            self._refuse(answer[0])
        return answer[0]

    def _stop_at_time(self) -> NoReturn:
        self._stop(_TOO_SLOW if self._shape else _SLOW_TO_READ)

    def _stop_at_memory(self) -> NoReturn:
        self._stop(_TOO_LARGE if self._shape else _TOO_LARGE_TO_READ)

    def _stop(self, message: str) -> NoReturn:
        self.close()
        raise SourceSyntax(
            message,
            where=_SHAPES_FOLDER,
            remedy=_SIMPLIFY,
            shape=self._shape,
            seconds=f"{self._bounds.seconds:g}",
            count=_AT_ONCE,
            megabytes=self._bounds.memory_bytes >> 20,
        )

    def _refuse(self, reason: str) -> NoReturn:
        raise SourceSyntax(
            "The shape {shape} cannot be held against the data ({reason}).",
            where=_SHAPES_FOLDER,
            remedy="Write it in another way; nothing was published.",
            shape=self._shape or "[]",
            reason=reason,
        )

    def _tell_death(self) -> NoReturn:
        """Say why the process is gone, by how it ended and its last words."""
        try:
            code = self._process.wait(_REAP_SECONDS)
        except subprocess.TimeoutExpired:
            code = 0
        words = (self._errors.read(_ERROR_BYTES) or b"").decode(errors="replace").strip()
        if code == -signal.SIGALRM:
            self._stop_at_time()
        if any(sign in words for sign in _NO_MEMORY):
            self._stop_at_memory()
        self.close()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        self._refuse(f"{how}: {words.splitlines()[-1]}" if words else how)
