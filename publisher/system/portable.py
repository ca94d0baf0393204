"""What is not the same on every operating system, in one place: Linux, macOS, Windows.

On Linux and macOS (POSIX) processes limit their own memory and time, and only on Linux the kernel
also forbids them files and network (``sandbox``). Elsewhere a worker is a process that its parent
ends at the time limit, and nothing more; ``missing_protection`` says so for the log.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from multiprocessing.connection import Connection

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
try:
    import msvcrt
except ImportError:  # all others
    msvcrt = None  # type: ignore[assignment]

# A web process with so many connections is far from the limits of any system.
_USUAL_DESCRIPTORS = 8192
_STATM = "/proc/self/statm"
_SIZE_BYTES = 4


def missing_protection() -> Sequence[str]:
    """Return what this system cannot do for the isolation of queries, as English clauses."""
    found: list[str] = []
    if resource is None:
        found.append("memory and time of a query worker are limited by its parent alone")
    if sys.platform != "linux":
        found.append("no filter of system calls keeps a worker from files and the network")
    return found


# Limits that a process sets for itself.


def limit(name: str, most: int) -> None:
    """Set a limit of this process, where the system has it.

    Args:
        name: Of ``resource``, such as ``RLIMIT_AS``.
        most: The limit; it cannot be raised again.
    """
    number = getattr(resource, name, None)
    if number is None:
        return
    # macOS has some limits in name alone, and refuses them. Linux must not go without one.
    with contextlib.nullcontext() if sys.platform == "linux" else _suppress_refusal():
        resource.setrlimit(number, (most, most))


def _suppress_refusal() -> contextlib.AbstractContextManager[Any]:
    return contextlib.suppress(ValueError, OSError)


def descriptors() -> int:
    """Return how many files this process may have open."""
    if resource is None:
        return _USUAL_DESCRIPTORS
    return int(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def allow_descriptors() -> None:
    """Let as many files be open as the machine allows this process."""
    if resource is None:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit("RLIMIT_NOFILE", most)


class AddressSpace:
    """How large this process is; it keeps a file open, so that it can be read in a sandbox."""

    def __init__(self) -> None:
        """Open what says it."""
        try:
            self._file: int | None = os.open(_STATM, os.O_RDONLY)
        except OSError:  # only Linux has it
            self._file = None

    def bytes(self) -> int:
        """Return the size of the address space in bytes; 0 where the system does not say."""
        if self._file is None or resource is None:
            return 0
        return int(os.pread(self._file, 64, 0).split()[0]) * resource.getpagesize()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def set_alarm(seconds: float) -> None:
    """End this process after so long, by the kernel; 0: not any more. Nothing where it cannot."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def is_alarm(code: int | None) -> bool:
    """Tell whether a process ended by its alarm."""
    number = getattr(signal, "SIGALRM", None)
    return number is not None and code == -number


def lower_priority(steps: int) -> None:
    """Let others go before this thread (``nice``), where the system has that."""
    if hasattr(os, "nice"):
        os.nice(steps)


def c_library() -> Any:
    """Return the C library of this process; None where it cannot be had so."""
    try:
        return ctypes.CDLL(None)
    except (TypeError, OSError):  # Windows
        return None


# Event loops.


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop that can watch sockets: uvloop's where there is one."""
    import asyncio

    # Imported here: workers and commands have no loop, and start sooner.
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return asyncio.SelectorEventLoop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def on_termination(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    """Call a function in the loop when this process is asked to end."""
    try:
        loop.add_signal_handler(signal.SIGTERM, call)
    except NotImplementedError:  # Windows: its console sends SIGBREAK
        for name in ("SIGTERM", "SIGBREAK"):
            if (number := getattr(signal, name, None)) is not None:
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(call))


def let_not_block(descriptor: int) -> None:
    """Let reading and writing a pipe return at once; on Windows before Python 3.12 they wait.

    Raises:
        OSError: The system refuses what it has.
    """
    if hasattr(os, "set_blocking"):
        os.set_blocking(descriptor, False)


# Locks on files: they end with the process that holds them, however it ends.


def bound_unsent(listening: socket.socket, most: int) -> None:
    """Let the system keep so many bytes at most for a client that takes nothing, about.

    Else it takes megabytes for each connection: a burst of requests from clients that read nothing
    costs seconds of copying, and memory that no process seems to have. What is on its way to a
    client that takes it is not counted, so a fast client far away loses nothing.

    Args:
        listening: A listening socket of TCP; the connections that it accepts inherit the bound.
        most: Bytes that are not sent yet (``TCP_NOTSENT_LOWAT`` of Linux and macOS).
    """
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if option is not None:
        listening.setsockopt(socket.IPPROTO_TCP, option, most)


def lock(file: IO[bytes], *, wait: bool) -> bool:
    """Lock an open file until it is closed; tell whether it could be.

    Args:
        file: Opened for writing, or on POSIX a folder's descriptor.
        wait: Whether to wait for who has it.
    """
    return lock_descriptor(file.fileno(), wait=wait)


def lock_descriptor(descriptor: int, *, wait: bool) -> bool:
    """Do the same for a descriptor."""
    if fcntl is not None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
    if msvcrt is not None:
        while True:
            try:
                os.lseek(descriptor, 0, os.SEEK_SET)
                msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    return False  # LK_LOCK gives up after ten seconds, and is asked again
            else:
                return True
    return True


def can_open_folders() -> bool:
    """Tell whether a folder can be opened like a file, to be locked and synchronised."""
    return fcntl is not None


def write_pipe(pipe: Connection, data: bytes) -> None:
    """Write to a pipe between processes of this program.

    Raises:
        BlockingIOError: It is full, and was told not to block.
    """
    if os.name == "nt":  # the descriptor is a handle there
        pipe.send_bytes(data)
    else:
        os.write(pipe.fileno(), data)


def read_pipe(pipe: Connection, most: int) -> bytes:
    """Return what there is to read in such a pipe; empty when its other end is closed."""
    if os.name != "nt":
        return os.read(pipe.fileno(), most)
    try:
        return pipe.recv_bytes()
    except EOFError:
        return b""


_seeking = threading.Lock()


def read_at(file: IO[bytes], length: int, start: int) -> bytes:
    """Return some bytes of a file; any number of threads may read at a time."""
    if hasattr(os, "pread"):
        return os.pread(file.fileno(), length, start)
    with _seeking:
        file.seek(start)
        return file.read(length)


# A process whose input is a socket.


def start_with_socket(
    command: Sequence[str], environment: Mapping[str, str], errors: int
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a process that gets one end of a pair of sockets; return it and the other end.

    On POSIX the socket is the process's standard input; on Windows its input begins with what
    makes the socket there (``socket.share``).

    Args:
        command: The command line.
        environment: Its environment.
        errors: Descriptor for its error output, or a constant of ``subprocess``.

    Raises:
        OSError: There is no descriptor or process to be had.
    """
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            can_share = hasattr(theirs, "share")
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE if can_share else theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=environment,
            )
            if can_share:
                shared = theirs.share(process.pid)  # type: ignore[attr-defined,unused-ignore]
                assert process.stdin is not None
                process.stdin.write(len(shared).to_bytes(_SIZE_BYTES, "big") + shared)
                process.stdin.flush()
    except BaseException:
        ours.close()
        raise
    return process, ours


def inherited_socket() -> socket.socket:
    """Return the socket that ``start_with_socket`` gave this process."""
    if hasattr(socket, "fromshare"):
        length = int.from_bytes(sys.stdin.buffer.read(_SIZE_BYTES), "big")
        shared: socket.socket = socket.fromshare(sys.stdin.buffer.read(length))
        return shared
    return socket.socket(fileno=os.dup(0))


def exit_reason(code: int) -> str:
    """Return how a process ended, in words.

    >>> exit_reason(1), exit_reason(-99)
    ('exit code 1', 'signal 99')
    """
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
