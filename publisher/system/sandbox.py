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
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH = 1
# LANDLOCK_ACCESS_FS_…: of the first version all, and READ_FILE with READ_DIR.
_ALL_ACCESS, _READ_FILES = (1 << 13) - 1, 1 << 2 | 1 << 3
_IS_LINUX = sys.platform == "linux"


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


def limit_descriptors(more: int) -> None:
    """Let so many more files be open than are now, and two that are closed at once."""
    opened = max(map(int, os.listdir("/proc/self/fd")), default=0) if _IS_LINUX else 1024
    portable.limit("RLIMIT_NOFILE", opened + 3 + more)


def read_only_below(folder: str) -> bool:
    """Let this thread open nothing but files below a folder, and these only to read them.

    Landlock, Linux 5.13 (uapi/linux/landlock.h); its calls have the same numbers everywhere.

    Returns:
        Whether the kernel does that.

    Raises:
        OSError: The folder cannot be opened.
    """
    if not _IS_LINUX:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    handled = struct.pack("Q", _ALL_ACCESS)
    rules = libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.c_char_p(handled), len(handled), 0)
    if rules < 0:
        return False
    try:
        below = os.open(folder, os.O_PATH)
        try:
            rule = ctypes.c_char_p(struct.pack("=Qi", _READ_FILES, below))
            refused = libc.syscall(_LANDLOCK_ADD_RULE, rules, _PATH_BENEATH, rule, 0)
        finally:
            os.close(below)
        _gain_no_privileges(libc)
        return not refused and not libc.syscall(_LANDLOCK_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _gain_no_privileges(libc: ctypes.CDLL) -> None:
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")


def forbid_processes() -> None:
    """Let no process and no thread be started (root is exempt from this one)."""
    portable.limit("RLIMIT_NPROC", 0)


def forbid_system_calls(network: bool = False, files: bool = False, *, store: bool = False) -> bool:
    """Refuse, in every thread, all calls but those that evaluating needs.

    Args:
        network: Leave open what it takes to ask other endpoints.
        files: Leave open what it takes to read files, libraries among them.
        store: Leave open what it takes an engine to read files of its own.

    Returns:
        Whether the platform has such filters.

    Raises:
        OSError: It has, and refused this one.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in ARCHITECTURES:
        return False
    program = filter_program(machine, allowed(files, network, os.getpid(), store=store))
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    _gain_no_privileges(libc)
    refused = libc.syscall(
        ctypes.c_long(SECCOMP[machine]),
        _SECCOMP_SET_MODE_FILTER,
        _FILTER_FLAG_TSYNC,
        ctypes.c_char_p(header),
    )
    if refused:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True
