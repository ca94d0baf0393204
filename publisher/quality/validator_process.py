"""The waiting side of processes that validate: start them, ask them, end them at their limits."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

from publisher.bounds import FAST_VALIDATOR, CheckLimits
from publisher.errors import SourceSyntax
from publisher.quality.shape_needs import Needs
from publisher.quality.shape_partitions import Partition, ValidationFiles
from publisher.query.worker_messages import ConnectionClosed, MessageSocket
from publisher.system import portable
from publisher.system.processes import child_environment, module_command
from publisher.system.standby import Standby, taker

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


class ValidatorStopped(SourceSyntax):
    """A shape that pySHACL cannot hold against the data, or that takes too much."""


class _StartedProcess:
    """A process that validates, or will when it is told with what."""

    def __init__(self, process: subprocess.Popen[bytes], ours: socket.socket | None = None) -> None:
        """Keep a process, and our end of its input where that is a socket."""
        self.process, self.socket = process, ours

    def is_gone(self) -> bool:
        """Tell whether the process has died."""
        return self.process.poll() is not None

    def abandon(self) -> None:
        """End the process and let go of everything; it may be dead already."""
        self.process.kill()
        self.process.wait()
        if self.socket is not None:
            self.socket.close()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with suppress(OSError):  # what was not sent has nobody to go to
                    stream.close()


def _start_pyshacl() -> _StartedProcess:
    process, ours = portable.start_with_socket(
        module_command("publisher.quality.validator"), child_environment(), subprocess.PIPE
    )
    assert process.stderr is not None
    portable.let_not_block(process.stderr.fileno())
    return _StartedProcess(process, ours)


class ValidatorProcess:
    """A process with pySHACL that has read shapes, and holds data against them."""

    def __init__(self, files: ValidationFiles, bounds: CheckLimits, *, is_cut: bool = True) -> None:
        """Start it, and let it read the shapes.

        Args:
            files: The shapes, and what is validated.
            bounds: What that may take.
            is_cut: Whether the data may be validated in parts, and it is asked what each needs.

        Raises:
            SourceSyntax: They are not such as SHACL allows, or reading them takes too much.
        """
        self._bounds = bounds
        self._shape = ""
        self._started = taker("pyshacl", _start_pyshacl)()
        assert self._started.socket is not None
        self._channel = MessageSocket(self._started.socket)
        try:
            self._channel.receive(_START_SECONDS)
            written = self._answer(
                {
                    "folder": str(files.folder),
                    "shapes_name": files.shapes_name,
                    "is_cut": is_cut,
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
        needs = json.loads(written)
        self.needs = None if needs is None else Needs.read(needs)

    def close(self) -> None:
        """End the process and let go of everything; it may be dead already."""
        self._started.abandon()

    def report(self, part: Partition) -> bytes:
        """Return the validation report on the nodes of a part, as N-Triples.

        After an error the process is of no use.

        Raises:
            SourceSyntax: A shape cannot be used, or takes too much; it is named.
        """
        return self._answer(
            {
                "folder": str(part.files.folder),
                "start": part.start,
                "end": part.end,
                "nodes": [node.decode() for node in part.nodes],
                "alone": part.is_alone,
            }
        )

    def _answer(self, question: dict[str, object]) -> bytes:
        try:
            self._channel.send(json.dumps(question).encode())
            while True:
                head, body = self._channel.receive(self._bounds.seconds)
                answer = json.loads(head)
                if answer[0] != "at":
                    break
                self._shape = answer[1]
        except TimeoutError:
            self._stop_at_time()
        except ConnectionClosed:
            self._tell_death()
        status, reason = answer
        if status == "memory":
            self._stop_at_memory()
        if status == "refused":
            raise SourceSyntax(
                "A shape is not valid SHACL: {reason}.",
                where=_SHAPES_FOLDER,
                remedy="Fix the shape that is named; nothing was published.",
                reason=reason.strip().rstrip("."),
            )
        if status == "failed":
            self._refuse(reason)
        return body

    def _stop_at_time(self) -> NoReturn:
        self._stop(_TOO_SLOW if self._shape else _SLOW_TO_READ)

    def _stop_at_memory(self) -> NoReturn:
        self._stop(_TOO_LARGE if self._shape else _TOO_LARGE_TO_READ)

    def _stop(self, message: str) -> NoReturn:
        self.close()
        raise ValidatorStopped(
            message,
            where=_SHAPES_FOLDER,
            remedy=_SIMPLIFY,
            shape=self._shape,
            seconds=f"{self._bounds.seconds:g}",
            count=_AT_ONCE,
            megabytes=self._bounds.memory_bytes >> 20,
        )

    def _refuse(self, reason: str) -> NoReturn:
        raise ValidatorStopped(
            "The shape {shape} cannot be held against the data ({reason}).",
            where=_SHAPES_FOLDER,
            remedy="Write it in another way; nothing was published.",
            shape=self._shape or "[]",
            reason=reason,
        )

    def _tell_death(self) -> NoReturn:
        """Say why the process is gone, by how it ended and its last words."""
        try:
            code = self._started.process.wait(_REAP_SECONDS)
        except subprocess.TimeoutExpired:
            code = 0
        errors = self._started.process.stderr
        assert errors is not None
        words = (errors.read(_ERROR_BYTES) or b"").decode(errors="replace").strip()
        if portable.is_alarm(code):
            self._stop_at_time()
        if any(sign in words for sign in _NO_MEMORY):
            self._stop_at_memory()
        self.close()
        how = portable.exit_reason(code)
        self._refuse(f"{how}: {words.splitlines()[-1]}" if words else how)


# The process with the validator in Rust.

# pySHACL decides where this one takes longer: it names the shape that is to blame.
_FAST_SECONDS = 30.0
_FAST_BYTES_A_SECOND = 1 << 19


class FastValidatorFailed(Exception):
    """The fast validator gave no answer; its text says why, in a few words of English."""


def _start_fast(memory_bytes: int) -> _StartedProcess:
    process = subprocess.Popen(
        module_command("publisher.quality.fast_validator", str(memory_bytes)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(),
    )
    return _StartedProcess(process)


def _fast_kind(bounds: CheckLimits) -> tuple[Hashable, Callable[[], _StartedProcess]]:
    """Return which fast validators are alike, and what starts one."""
    return ("fast validator", bounds.memory_bytes), partial(_start_fast, bounds.memory_bytes)


def prepare_validator(standby: Standby, bounds: CheckLimits) -> None:
    """Let the process with the fast validator be started before there is something to validate."""
    if bounds.validator == FAST_VALIDATOR:
        standby.prepare(*_fast_kind(bounds))


class FastValidatorProcess:
    """A process with the fast validator; it is of no use any more after it failed."""

    def __init__(self, bounds: CheckLimits) -> None:
        """Start it; nothing is waited for."""
        self._bounds = bounds
        self._lock = threading.Lock()
        self._is_late = False
        self._started = taker(*_fast_kind(bounds))()
        self._process = self._started.process

    def close(self) -> None:
        """End the process and let go of everything; it may be dead already."""
        self._started.abandon()

    def read(self, shapes: bytes) -> str:
        """Let it read shapes, given as N-Triples; return why it cannot, empty when it could.

        Raises:
            FastValidatorFailed: It gave no answer.
        """
        status, reason, _ = self._ask({"do": "read"}, shapes, len(shapes))
        return reason if status == "refused" else ""

    def report(self, triples: Path) -> bytes:
        """Return the validation report on a file of N-Triples, as N-Triples; empty for no result.

        Raises:
            FastValidatorFailed: There is none.
        """
        request: dict[str, object] = {"do": "validate", "path": str(triples)}
        status, reason, report = self._ask(request, b"", triples.stat().st_size)
        if status == "refused":
            raise FastValidatorFailed(reason)
        return report

    def _ask(self, request: dict[str, object], body: bytes, length: int) -> tuple[str, str, bytes]:
        seconds = min(self._bounds.seconds, _FAST_SECONDS) + length / _FAST_BYTES_A_SECOND
        with self._lock:
            timer = threading.Timer(seconds, self._stop)
            timer.daemon = True
            timer.start()
            try:
                status, reason, answer = self._exchange(request | {"seconds": seconds}, body)
            except (OSError, ValueError) as error:
                raise FastValidatorFailed(self._last_words(seconds)) from error
            finally:
                timer.cancel()
        if status == "memory":
            raise FastValidatorFailed(self._too_large())
        if status == "failed":
            raise FastValidatorFailed(reason)
        return status, reason, answer

    def _exchange(self, request: dict[str, object], body: bytes) -> tuple[str, str, bytes]:
        """Send a request and return the answer; what is no answer raises ``ValueError``."""
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        requests.write(json.dumps(request | {"bytes": len(body)}).encode() + b"\n")
        requests.write(body)
        requests.flush()
        head = json.loads(answers.readline())
        report = answers.read(head["bytes"])
        if len(report) < head["bytes"]:
            raise ValueError(head["bytes"])
        return head["status"], head["reason"], report

    def _stop(self) -> None:
        self._is_late = True
        self._process.kill()

    def _too_large(self) -> str:
        return f"more than {self._bounds.memory_bytes >> 20} MB"

    def _last_words(self, seconds: float) -> str:
        """Return why the process is gone, by how it ended and its last words."""
        if self._is_late:
            return f"longer than {seconds:.0f} s"
        self._process.kill()
        assert self._process.stderr is not None
        words = self._process.stderr.read(_ERROR_BYTES).decode(errors="replace").strip()
        code = self._process.wait()
        if any(sign in words for sign in _NO_MEMORY):
            return self._too_large()
        how = portable.exit_reason(code)
        return f"{how}: {words.splitlines()[-1]}" if words else how
