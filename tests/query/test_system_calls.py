"""The filter of system calls: simulated for both machines, and at work on this one."""

from __future__ import annotations

import errno
import platform
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.errors import PublisherError
from publisher.query.engine import Operation
from publisher.query.worker_pool import WorkerPool
from publisher.system.system_calls import ARCHITECTURES, Call, allowed, filter_program

DEFAULT_BUILDS = True

Start = Callable[..., WorkerPool]
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
PROCESS = 4711
# The kernel's own way back from its probes: no filter is asked, and nobody else may come this way.
PROBES = {335, 336}
EPERM, ENOSYS, ALLOWED, KILLED = "EPERM", "ENOSYS", "allowed", "killed"
MODES = {
    "queries": (False, False, False),
    "store": (False, False, True),
    "files": (True, False, False),
    "network": (True, True, False),
}
# Whatever arguments they come with, and whatever else a process may do.
NEVER = (
    "accept",
    "accept4",
    "listen",
    "execve",
    "execveat",
    "fork",
    "vfork",
    "ptrace",
    "kill",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "pidfd_send_signal",
    "pidfd_open",
    "pidfd_getfd",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "creat",
    "openat2",
    "open_by_handle_at",
    "name_to_handle_at",
    "truncate",
    "ftruncate",
    "fallocate",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
    "rmdir",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "symlink",
    "symlinkat",
    "chmod",
    "fchmod",
    "fchmodat",
    "chown",
    "fchown",
    "fchownat",
    "lchown",
    "mknod",
    "mknodat",
    "utime",
    "utimensat",
    "setxattr",
    "fsetxattr",
    "lsetxattr",
    "removexattr",
    "mount",
    "umount2",
    "move_mount",
    "fsopen",
    "pivot_root",
    "chroot",
    "swapon",
    "memfd_create",
    "memfd_secret",
    "bpf",
    "userfaultfd",
    "perf_event_open",
    "unshare",
    "setns",
    "clone3",
    "io_uring_setup",
    "io_uring_enter",
    "io_setup",
    "io_submit",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "reboot",
    "keyctl",
    "add_key",
    "request_key",
    "setuid",
    "setgid",
    "setresuid",
    "setgroups",
    "capset",
    "personality",
    "seccomp",
    "sethostname",
    "settimeofday",
    "clock_settime",
    "adjtimex",
    "sched_setaffinity",
    "sched_setscheduler",
    "setpriority",
    "setrlimit",
    "ioperm",
    "iopl",
    "modify_ldt",
    "pkey_mprotect",
    "shmget",
    "shmat",
    "msgget",
    "semget",
    "mq_open",
    "inotify_init1",
    "fanotify_init",
    "socketpair",
    "sendfile",
    "splice",
    "tee",
    "vmsplice",
    "copy_file_range",
    "chdir",
    "fchdir",
    "umask",
    "sync",
    "syncfs",
    "acct",
    "quotactl",
    "syslog",
    "vhangup",
    "timer_create",
    "landlock_create_ruleset",
)


def numbers_of(machine: str) -> dict[str, int]:
    """Return name → number of every system call, as the headers of the kernel have them."""
    header = HEADERS[machine]
    if not header.is_file():
        pytest.skip(f"{header} is not there (Debian: linux-libc-dev)")
    text = header.read_text(encoding="ascii")
    numbers = {name: int(n) for name, n in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    # fcntl, fstat, mmap and a few others have one number under two names.
    aliases = re.findall(r"#define __NR_(\w+)\s+__NR3264_(\w+)", text)
    numbers |= {name: numbers[same] for name, same in aliases if same in numbers}
    return numbers


def verdict(program: bytes, machine: int, number: int, arguments: tuple[int, ...] = ()) -> str:
    """Run a program of classic BPF over a call, as the kernel does; return what becomes of it."""
    padded = (*arguments, *(0,) * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number, machine, 0, *padded)
    value, place = 0, 0
    while True:
        code, left, right, operand = struct.unpack_from("HBBI", program, 8 * place)
        place += 1
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, operand)
        elif code == 0x54:
            value &= operand
        elif code == 0x15:
            place += left if value == operand else right
        elif code == 0x35:
            place += left if value >= operand else right
        elif code == 0x06:
            return {
                0x7FFF0000: ALLOWED,
                0x80000000: KILLED,
                0x00050000 | errno.EPERM: EPERM,
                0x00050000 | errno.ENOSYS: ENOSYS,
            }[operand]
        else:
            raise AssertionError(f"instruction {code:#x}")


def program_of(machine: str, mode: str) -> bytes:
    """Return the filter of a mode."""
    return filter_program(machine, calls_of(mode))


def calls_of(mode: str) -> dict[str, Call]:
    """Return what is allowed in a mode."""
    files, network, store = MODES[mode]
    return allowed(files, network, PROCESS, store=store)


@pytest.mark.parametrize("machine", sorted(HEADERS))
def test_the_numbers_are_those_of_the_kernel(machine: str) -> None:
    """A wrong number would allow another call."""
    numbers = numbers_of(machine)
    assert len(numbers) > 250
    for mode in MODES:
        calls = calls_of(mode)
        assert {name: call.number(machine) for name, call in calls.items()} == {
            name: numbers.get(name) for name in calls
        }


@pytest.mark.parametrize("machine", sorted(HEADERS))
@pytest.mark.parametrize("mode", sorted(MODES))
def test_whatever_is_not_on_the_list_is_refused(machine: str, mode: str) -> None:
    """Also calls that no kernel has yet."""
    numbers, program = numbers_of(machine), program_of(machine, mode)
    known = {numbers[name] for name in calls_of(mode) if name in numbers}
    for number in set(range(1024)) - known:
        for arguments in ((0,) * 6, (1,) * 6, (2**64 - 1,) * 6):
            found = verdict(program, ARCHITECTURES[machine], number, arguments)
            assert found in (EPERM, ENOSYS), number
            assert (found == ENOSYS) == (number >= 424)


@pytest.mark.parametrize("machine", sorted(HEADERS))
@pytest.mark.parametrize("mode", sorted(MODES))
def test_what_starts_changes_or_signals_anything_is_never_allowed(machine: str, mode: str) -> None:
    """A list of its own: an addition to the other cannot let one of these slip in."""
    numbers, program = numbers_of(machine), program_of(machine, mode)
    tried = [name for name in NEVER if name in numbers]
    assert len(tried) > 80
    for name in tried:
        for word in (0, 1, 0x00010000, PROCESS, 2**32 - 1):
            found = verdict(program, ARCHITECTURES[machine], numbers[name], (word,) * 6)
            assert found in (EPERM, ENOSYS), name


@pytest.mark.parametrize("machine", sorted(HEADERS))
def test_calls_of_another_architecture_end_the_process(machine: str) -> None:
    """Their numbers mean other calls: i386's, and x32's on the same machine."""
    program = program_of(machine, "network")
    for architecture in {0x40000003, 0xC000003E, 0x40000028, 0xC00000B7} - {ARCHITECTURES[machine]}:
        assert verdict(program, architecture, 1) == KILLED
    for number in (0, 1, 59, 512, 520, 545):
        assert verdict(program, ARCHITECTURES[machine], number | 0x40000000) == KILLED


THREAD = 0x003D0F00  # as glibc starts a thread
BOTH, FILES, NETWORK = ("files", "queries"), ("files", "network"), ("network",)


@pytest.mark.parametrize("machine", sorted(HEADERS))
@pytest.mark.parametrize(
    ("name", "arguments", "allowed_in"),
    [
        ("clone", (THREAD,), tuple(MODES)),
        ("clone", (17,), ()),  # a process
        ("clone", (THREAD & ~0x00010000,), ()),
        ("clone", (THREAD | 0x40000000,), ()),  # in a network of its own
        ("clone", (THREAD | 0x00020000,), ()),
        ("tgkill", (PROCESS, 1, 6), tuple(MODES)),
        ("tgkill", (PROCESS + 1, 1, 6), ()),
        ("mmap", (0, 4096, 3, 0x22), tuple(MODES)),
        ("mmap", (0, 4096, 7, 0x22), FILES),
        ("mprotect", (0, 4096, 5), FILES),
        ("openat", (0, 0, 0), (*FILES, "store")),
        ("openat", (0, 0, 0o2000000), (*FILES, "store")),  # O_CLOEXEC
        ("openat", (0, 0, 1), ()),
        ("openat", (0, 0, 2), ()),
        ("openat", (0, 0, 0o100), ()),
        ("openat", (0, 0, 0o1000), ()),
        ("openat", (0, 0, 0o20200000), ()),
        ("socket", (1, 1), ()),
        ("socket", (2, 1), NETWORK),
        ("connect", (3,), NETWORK),
        ("sendto", (3, 1, 1, 0, 0, 0), tuple(MODES)),
        ("sendto", (3, 1, 1, 0, 8, 0), NETWORK),
        ("sendto", (3, 1, 1, 0, 2**33, 0), NETWORK),
        ("prlimit64", (0, 7, 0, 8), tuple(MODES)),
        ("prlimit64", (0, 7, 2**33, 8), ()),
        ("prlimit64", (1, 7, 0, 8), ()),
        ("prctl", (15,), tuple(MODES)),
        ("prctl", (4,), ()),
        ("ioctl", (0, 0x5421), tuple(MODES)),
        ("ioctl", (0, 0x5412), ()),  # TIOCSTI: types into the terminal
        ("fcntl", (0, 8, 1), ()),  # F_SETOWN: a signal to another process
    ],
)
def test_arguments_are_looked_at(
    machine: str, name: str, arguments: tuple[int, ...], allowed_in: tuple[str, ...]
) -> None:
    """The same call can be harmless or an attack."""
    number = numbers_of(machine)[name]
    for mode in MODES:
        found = verdict(program_of(machine, mode), ARCHITECTURES[machine], number, arguments)
        assert (found == ALLOWED) == (mode in allowed_in), mode


@pytest.mark.parametrize("mode", sorted(MODES))
def test_this_kernel_refuses_every_call_that_is_not_on_the_list(mode: str) -> None:
    """One process tries them all; one that got through might hang, end it, or end the test."""
    machine = platform.machine()
    if machine not in HEADERS:
        pytest.skip(f"no filter for {machine}")
    files, network, store = MODES[mode]
    numbers = {call.number(machine) for call in calls_of(mode).values()}
    program = f"""
import ctypes, os
from publisher.system import sandbox
libc = ctypes.CDLL(None, use_errno=True)
assert sandbox.forbid_system_calls(network={network}, files={files}, store={store})
for number in sorted(set(range(700)) - {numbers!r} - {PROBES!r}):
    ctypes.set_errno(0)
    found = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(0)] * 6)
    wanted = {errno.ENOSYS} if number >= 424 else {errno.EPERM}
    if (found, ctypes.get_errno()) != (-1, wanted):
        os.write(1, b"%d: %d %d\\n" % (number, found, ctypes.get_errno()))
os.write(1, b"all tried\\n")
os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "all tried\n", "")


@pytest.mark.slow
def test_files_are_read_and_nothing_else_where_files_are_allowed(tmp_path: Path) -> None:
    """Modules that are imported late, and what is validated."""
    (tmp_path / "a").write_text("read", encoding="utf-8")
    program = f"""
import os, socket, subprocess
from pathlib import Path
from publisher.system import sandbox
assert sandbox.forbid_system_calls(files=True)
import sqlite3, decimal
folder = Path({str(tmp_path)!r})
print((folder / "a").read_text(), os.listdir(folder))
def write(): (folder / "b").write_text("x")
def grow(): (folder / "a").open("ab")
def connect(): socket.create_connection(("127.0.0.1", 9))
def start(): subprocess.run(["true"])
for attempt in (write, grow, connect, start, (folder / "a").unlink):
    try:
        attempt()
        print("done", attempt)
    except PermissionError:
        pass
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("read ['a']\n", "")


KINDS = {
    "SELECT": "SELECT * { ?s ?p ?o } LIMIT 5",
    "ASK": "ASK { ?s ?p ?o }",
    "CONSTRUCT": "CONSTRUCT WHERE { ?s ?p ?o }",
    "DESCRIBE": "DESCRIBE <http://e/5>",
    "graphs": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "aggregates": "SELECT (SUM(?o) AS ?a) (AVG(?o) AS ?b) (GROUP_CONCAT(?o) AS ?c) { ?s ?p ?o }",
    "paths": "SELECT * { <http://e/5> (<http://e/is>|^<http://e/is>)* ?x }",
    "texts": "SELECT (REPLACE(UCASE(STR(?o)), '1', 'å') AS ?x)"
    " { ?s ?p ?o FILTER REGEX(STR(?o), '^1') }",
    "random": "SELECT (UUID() AS ?a) (RAND() AS ?b) (NOW() AS ?c) (BNODE() AS ?d)"
    " (SHA512('a') AS ?e) {}",
    "order": "SELECT * { ?s ?p ?o . ?t ?q ?r } ORDER BY DESC(?r) ?o LIMIT 3",
}
TYPES = (
    Operation(""),
    Operation("", solutions_type="text/csv", graph_type="application/rdf+xml"),
)
SPENT = {
    "a limit of time": "SELECT (COUNT(*) AS ?n)"
    " { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }",
    "a limit of memory": "SELECT (STRLEN(?x40) AS ?n) { BIND('aaaaaaaaaaaaaaaa' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    + " }",
    "a limit of length": "SELECT * { ?a ?b ?c . ?d ?e ?f }",
    "a fault": "SELECT * { ?s",
}


@pytest.mark.slow
def test_workers_answer_every_kind_of_query_behind_the_filter(start: Start) -> None:
    """With both engines; and what ends at a limit ends as it should."""
    workers = start(seconds=3.0, result_bytes=1 << 18)
    for kind, query in KINDS.items():
        for types in TYPES:
            assert workers.answer(replace(types, query=query)).body, kind
    if platform.machine() in HEADERS:
        for process in workers.pids():
            status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
            assert "\nSeccomp:\t2\n" in status
            assert "\nNoNewPrivs:\t1\n" in status
    for end, query in SPENT.items():
        with pytest.raises(PublisherError) as stopped:
            workers.answer(Operation(query, seconds=0.5 if "time" in end else 0))
        assert type(stopped.value).__name__ in ("QueryLimitExceeded", "QueryRefused"), end
        assert workers.answer(Operation("ASK {}")).body
