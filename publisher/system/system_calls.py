"""The system calls that a confined process may make, as a filter of the Linux kernel's (seccomp).

A list of what is allowed: what is not on it, or comes with a later kernel, is refused. Nothing that
the kernel's own programs or C libraries try for convenience ends the process; see
``publisher/docs/decisions/system-calls.md``. Numbers: asm/unistd_64.h, asm-generic/unistd.h.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

# Architecture, as the kernel tells it a filter (linux/audit.h).
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SECCOMP = {"x86_64": 317, "aarch64": 277}
# Calls of the x32 interface have this bit, beside the same architecture.
_X32 = 0x40000000
# From here on all architectures have the same numbers (Linux 5.1), and each C library that calls
# one of these manages without: it is told that the kernel is older.
_FIRST_COMMON = 424
_CLONE3 = 435

ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
_ERRNO = 0x00050000
REFUSE, UNKNOWN = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS

# Classic BPF (linux/bpf_common.h) over struct seccomp_data: the call's number, the architecture,
# and from _ARGUMENTS on its six arguments of 64 bits, the lower half first on both machines.
_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_WORD = 4


class ArgumentCheck(NamedTuple):
    """What half of an argument must be, after bits that do not matter are taken away.

    Attributes:
        argument: Which one, from 0.
        values: It must be one of these.
        mask: The bits that matter.
        upper: Whether it is the upper half: of a pointer both halves are looked at.
    """

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    upper: bool = False


class Call(NamedTuple):
    """A system call that is allowed.

    Attributes:
        x86_64: Its number there; None where there is no such call.
        aarch64: The same.
        checks: All of these must hold.
    """

    x86_64: int | None
    aarch64: int | None
    checks: tuple[ArgumentCheck, ...] = ()

    def number(self, machine: str) -> int | None:
        """Return its number on a machine."""
        return self.x86_64 if machine == "x86_64" else self.aarch64


# A thread of this process (CLONE_THREAD), in no namespace of its own, traced by nobody.
_THREAD = ArgumentCheck(0, (0x00010000,), 0x00010000 | 0x7E020000 | 0x00002000 | 0x00001000)
_NOT_EXECUTABLE = ArgumentCheck(2, (0,), 0x4)  # PROT_EXEC
_READ_ONLY = 0x3 | 0x40 | 0x200 | 0x400000  # O_ACCMODE, O_CREAT, O_TRUNC, __O_TMPFILE


def _null(argument: int) -> tuple[ArgumentCheck, ArgumentCheck]:
    return ArgumentCheck(argument, (0,)), ArgumentCheck(argument, (0,), upper=True)


# Memory, threads, the clock, what the process is told of itself; reading and writing what is open.
ALWAYS: Mapping[str, Call] = {
    "brk": Call(12, 214),
    "madvise": Call(28, 233),
    "membarrier": Call(324, 283),
    "mmap": Call(9, 222, (_NOT_EXECUTABLE,)),
    "mprotect": Call(10, 226, (_NOT_EXECUTABLE,)),
    "mremap": Call(25, 216),
    "munmap": Call(11, 215),
    "close": Call(3, 57),
    "fadvise64": Call(221, 223),
    "fcntl": Call(72, 25, (ArgumentCheck(1, (1, 3)),)),  # F_GETFD, F_GETFL
    "fstat": Call(5, 80),
    # FIONBIO: Python's way to set a time limit.
    "ioctl": Call(16, 29, (ArgumentCheck(1, (0x5421,)),)),
    "lseek": Call(8, 62),
    "poll": Call(7, None),
    "ppoll": Call(271, 73),
    "pread64": Call(17, 67),
    "preadv": Call(295, 69),
    "read": Call(0, 63),
    "readahead": Call(187, 213),
    "readv": Call(19, 65),
    "recvfrom": Call(45, 207),
    "sendto": Call(44, 206, _null(4)),  # to whom the socket is connected, and to no address
    "write": Call(1, 64),
    "writev": Call(20, 66),
    "clone": Call(56, 220, (_THREAD,)),
    "exit": Call(60, 93),
    "exit_group": Call(231, 94),
    "futex": Call(202, 98),
    "getcpu": Call(309, 168),
    # PR_SET_NAME, PR_GET_NAME: of the thread.
    "prctl": Call(157, 167, (ArgumentCheck(0, (15, 16)),)),
    "rseq": Call(334, 293),
    "sched_getaffinity": Call(204, 123),
    "sched_yield": Call(24, 124),
    "set_robust_list": Call(273, 99),
    "restart_syscall": Call(219, 128),
    "rt_sigaction": Call(13, 134),
    "rt_sigprocmask": Call(14, 135),
    "rt_sigreturn": Call(15, 139),
    "sigaltstack": Call(131, 132),
    "clock_getres": Call(229, 114),
    "clock_gettime": Call(228, 113),
    "clock_nanosleep": Call(230, 115),
    "getitimer": Call(36, 102),
    "gettimeofday": Call(96, 169),
    "nanosleep": Call(35, 101),
    "setitimer": Call(38, 103),
    "time": Call(201, None),
    "getegid": Call(108, 177),
    "geteuid": Call(107, 175),
    "getgid": Call(104, 176),
    "getpid": Call(39, 172),
    "getppid": Call(110, 173),
    "getrandom": Call(318, 278),
    "getrusage": Call(98, 165),
    "gettid": Call(186, 178),
    "getuid": Call(102, 174),
    # Of this process, nothing set.
    "prlimit64": Call(302, 261, (ArgumentCheck(0, (0,)), *_null(2))),
    "sysinfo": Call(99, 179),
    "uname": Call(63, 160),
}
# Opening files to read, and Python's and the C library's looking for them.
FILES: Mapping[str, Call] = {
    "access": Call(21, None),
    "dup": Call(32, 23),
    "faccessat": Call(269, 48),
    "faccessat2": Call(439, 439),
    # Also F_SETFD, F_SETFL, F_DUPFD_CLOEXEC.
    "fcntl": Call(72, 25, (ArgumentCheck(1, (1, 2, 3, 4, 1030)),)),
    "fstatfs": Call(138, 44),
    "getcwd": Call(79, 17),
    "getdents64": Call(217, 61),
    "ioctl": Call(16, 29, (ArgumentCheck(1, (0x5421, 0x5401, 0x5451)),)),  # also TCGETS, FIOCLEX
    "lstat": Call(6, None),
    # Libraries are loaded when they are needed first.
    "mmap": Call(9, 222),
    "mprotect": Call(10, 226),
    "newfstatat": Call(262, 79),
    "open": Call(2, None, (ArgumentCheck(1, (0,), _READ_ONLY),)),
    "openat": Call(257, 56, (ArgumentCheck(2, (0,), _READ_ONLY),)),
    "readlink": Call(89, None),
    "readlinkat": Call(267, 78),
    "stat": Call(4, None),
    "statfs": Call(137, 43),
    "statx": Call(332, 291),
}
# What an engine opens of its own only when it first needs it.
STORE: Mapping[str, Call] = {
    name: FILES[name]
    for name in ("access", "faccessat", "faccessat2", "newfstatat", "open", "openat", "stat")
} | {"fcntl": Call(72, 25, (ArgumentCheck(1, (1, 2, 3)),))}  # also F_SETFD
# Asking servers, and finding their addresses; nobody is listened for.
NETWORK: Mapping[str, Call] = {
    "bind": Call(49, 200),  # of the socket over which the C library asks for its own addresses
    "connect": Call(42, 203),
    "epoll_create1": Call(291, 20),
    "epoll_ctl": Call(233, 21),
    "epoll_pwait": Call(281, 22),
    "epoll_wait": Call(232, None),
    "eventfd2": Call(290, 19),
    "getpeername": Call(52, 205),
    "getsockname": Call(51, 204),
    "getsockopt": Call(55, 209),
    "ioctl": Call(16, 29, (ArgumentCheck(1, (0x5421, 0x5401, 0x5451, 0x541B)),)),  # also FIONREAD
    "pselect6": Call(270, 72),
    "recvmmsg": Call(299, 243),
    "recvmsg": Call(47, 212),
    "select": Call(23, None),
    "sendmmsg": Call(307, 269),
    "sendmsg": Call(46, 211),
    "sendto": Call(44, 206),
    "setsockopt": Call(54, 208),
    "shutdown": Call(48, 210),
    "socket": Call(41, 198, (ArgumentCheck(0, (2, 10, 16)),)),  # AF_INET, AF_INET6, AF_NETLINK
}
_TGKILL = Call(234, 131)


def allowed(files: bool, network: bool, process: int, *, store: bool = False) -> dict[str, Call]:
    """Return name → call for everything that a process may do.

    Args:
        files: Whether it may open files to read them.
        network: Whether it may ask servers too; that takes files.
        process: Its id: the C library ends a process with a signal to itself.
        store: Whether it may open files of an engine's to read them.
    """
    found = {**ALWAYS, "tgkill": _TGKILL._replace(checks=(ArgumentCheck(0, (process,)),))}
    if store:
        found.update(STORE)
    if files or network:
        found.update(FILES)
    if network:
        found.update(NETWORK)
    return found


def filter_program(machine: str, calls: Mapping[str, Call]) -> bytes:
    """Return a filter as classic BPF (seccomp(2)): eight bytes an instruction.

    Another architecture's call, or one of x32, ends the process: no C library makes them. Every
    other call that is not allowed fails, with EPERM, or with ENOSYS as on an older kernel.
    """
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, ARCHITECTURES[machine]),
        (_RETURN, 0, 0, KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, KILL_PROCESS),
        # Its flags lie in memory, where no filter can look; clone has them as an argument.
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, UNKNOWN),
    ]
    for call in calls.values():
        number = call.number(machine)
        if number is not None:
            block = [*_checked(call.checks), (_RETURN, 0, 0, ALLOW)]
            instructions += [(_EQUAL, 0, len(block), number), *block]
    instructions += [
        (_AT_LEAST, 0, 1, _FIRST_COMMON),
        (_RETURN, 0, 0, UNKNOWN),
        (_RETURN, 0, 0, REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)


def _checked(checks: Sequence[ArgumentCheck]) -> Iterator[tuple[int, int, int, int]]:
    """Yield instructions that go on behind them if all holds; each jump counts from the next."""
    for check in checks:
        yield _LOAD, 0, 0, _ARGUMENTS + 2 * _WORD * check.argument + _WORD * check.upper
        if check.mask != 0xFFFFFFFF:
            yield _AND, 0, 0, check.mask
        for left, value in zip(range(len(check.values), 0, -1), check.values, strict=True):
            yield _EQUAL, left, 0, value
        yield _RETURN, 0, 0, REFUSE
