"""What a process takes from itself before it evaluates strangers' queries. Linux; else less.

Each layer holds alone: with no file descriptor left to give, nothing can be opened or connected;
the system call filter lets pass what evaluating takes and nothing else, for every thread; no file
can grow.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys

from publisher.system import portable
from publisher.system.system_calls import ARCHITECTURES, SECCOMP, allowed, filter_program

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_FILTER_FLAG_TSYNC = 1


def die_with_parent() -> None:
    """Let the kernel end this process when the one that started it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def limit_memory(more_bytes: int) -> None:
    """Let the address space grow by so much from here on."""
    size = portable.AddressSpace()
    used = size.bytes()
    size.close()
    if used:
        portable.limit("RLIMIT_AS", used + more_bytes)


def forbid_growth() -> None:
    """Let no file be written and no core be dumped."""
    portable.limit("RLIMIT_CORE", 0)
    portable.limit("RLIMIT_FSIZE", 0)


def forbid_descriptors() -> None:
    """Let no file, pipe or socket be opened; what is open stays open."""
    portable.limit("RLIMIT_NOFILE", 0)


def forbid_processes() -> None:
    """Let no process and no thread be started (root is exempt from this one)."""
    portable.limit("RLIMIT_NPROC", 0)


def forbid_system_calls(network: bool = False, files: bool = False) -> bool:
    """Refuse, in every thread, all calls but those that evaluating needs.

    Args:
        network: Leave open what it takes to ask other endpoints.
        files: Leave open what it takes to read files, libraries among them.

    Returns:
        Whether the platform has such filters.

    Raises:
        OSError: It has, and refused this one.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in ARCHITECTURES:
        return False
    program = filter_program(machine, allowed(files, network, os.getpid()))
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
    refused = libc.syscall(
        ctypes.c_long(SECCOMP[machine]),
        _SECCOMP_SET_MODE_FILTER,
        _FILTER_FLAG_TSYNC,
        ctypes.c_char_p(header),
    )
    if refused:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True
