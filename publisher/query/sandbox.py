"""What a process takes from itself before it evaluates strangers' queries. Linux; else less.

Each layer holds alone: with no file descriptor left to give, nothing can be opened or connected;
the system call filter refuses the same and more, for every thread; no file can grow.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_FILTER_FLAG_TSYNC = 1

# Classic BPF (linux/bpf_common.h) over struct seccomp_data: number at 0, architecture at 4.
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000
_FILTERS_OF = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP_CALL = {"x86_64": 317, "aarch64": 277}
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
# Numbers that all architectures share since Linux 5.1, and those of asm-generic before.
_OPENING = {
    # open, creat, openat
    "x86_64": (2, 85, 257),
    # openat
    "aarch64": (56,),
}
_OPENAT2 = 437
_NETWORK = {
    # socket, connect, accept, bind, listen, socketpair, accept4
    "x86_64": (41, 42, 43, 49, 50, 53, 288),
    "aarch64": (198, 203, 202, 200, 201, 199, 242),
}
_PROCESSES = {
    # fork, vfork, execve, execveat, ptrace, kill, process_vm_readv, process_vm_writev
    "x86_64": (57, 58, 59, 322, 101, 62, 310, 311),
    "aarch64": (221, 281, 117, 129, 270, 271),
}
_CHANGES = {
    # truncate, rename, mkdir, rmdir, link, unlink, symlink, chmod, chown, mknod, mount, mkdirat
    # unlinkat, renameat, linkat, symlinkat, renameat2, memfd_create, bpf, userfaultfd
    # unshare, setns
    "x86_64": (
        *(76, 82, 83, 84, 86, 87, 88, 90, 92, 133, 165, 258),
        *(263, 264, 265, 266, 316, 319, 321, 323),
        *(272, 308),
    ),
    "aarch64": (45, 34, 35, 36, 37, 38, 53, 54, 33, 40, 276, 279, 280, 282, 97, 268),
}
# io_uring_setup, pidfd_open: ways around the rest
_AROUND = (425, 434)


def die_with_parent() -> None:
    """Let the kernel end this process when the one that started it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def allow_descriptors() -> None:
    """Let as many files be open as the machine allows this process."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def limit_memory(more_bytes: int) -> None:
    """Let the address space grow by so much from here on."""
    with open("/proc/self/statm", "rb") as stream:
        used = int(stream.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + more_bytes, used + more_bytes))


def forbid_growth() -> None:
    """Let no file be written and no core be dumped."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def forbid_descriptors() -> None:
    """Let no file, pipe or socket be opened; what is open stays open."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def forbid_processes() -> None:
    """Let no process and no thread be started (root is exempt from this one)."""
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def forbid_system_calls(network: bool = False) -> bool:
    """Refuse, in every thread, the calls that open, connect, start or change anything.

    Args:
        network: Leave open what it takes to ask other endpoints.

    Returns:
        Whether the platform has such filters.

    Raises:
        OSError: It has, and refused this one.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _FILTERS_OF:
        return False
    program = _program(machine, network)
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
    refused = libc.syscall(
        ctypes.c_long(_SECCOMP_CALL[machine]), 1, _FILTER_FLAG_TSYNC, ctypes.c_char_p(header)
    )
    if refused:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


def _program(machine: str, network: bool) -> bytes:
    """Return the filter: a list of instructions, each jump counted from the next one."""
    denied = [*_PROCESSES[machine], *_CHANGES[machine], *_AROUND]
    if not network:
        denied += [*_OPENING[machine], _OPENAT2, *_NETWORK[machine]]
    refuse = _ERROR | errno.EPERM
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _FILTERS_OF[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, refuse),
        # The C library falls back to clone, whose flags can be looked at.
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
    ]
    for number in denied:
        instructions += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, refuse)]
    instructions += [
        (_EQUAL, 0, 3, _CLONE[machine]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_BITS, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, refuse),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
