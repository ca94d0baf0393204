"""Attacks that ``hostile.py`` runs one after the other, each over connections of its own."""

from __future__ import annotations

import http.client
import itertools
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from generate import BASE
from hostile_queries import corpus

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_POST = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
_CHUNKED = _POST + b"Transfer-Encoding: chunked\r\n\r\n"
_PART = 1 << 16
_KILL_EVERY_SECONDS, _STOPPED_SECONDS = 10.0, 2.0
_MANY_CONNECTIONS = 3000


@dataclass
class Target:
    """What is attacked, for how long, and what was sent.

    Attributes:
        port: Of the server.
        parent: Process id of the server.
        releases: Names of the releases it keeps.
        end: When the attack is over, on the monotonic clock.
        requests: Answered or not.
        megabytes: Sent without end.
        signals: Sent to a web process.
        connections: Opened and left idle.
    """

    port: int
    parent: int
    releases: list[str]
    end: float = 0.0
    requests: int = 0
    megabytes: float = 0.0
    signals: int = 0
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_over(self) -> bool:
        """Tell whether the time is up."""
        return time.monotonic() >= self.end

    def count(self, requests: int = 0, sent: int = 0) -> None:
        """Add to what was sent."""
        with self.lock:
            self.requests += requests
            self.megabytes += sent / 1e6

    def sent(self) -> str:
        """Return what was sent, in words."""
        parts = (
            (self.requests, f"{self.requests:,} requests"),
            (self.connections, f"{self.connections:,} connections"),
            (self.megabytes >= 1, f"{self.megabytes:,.0f} MB"),
            (self.signals, f"{self.signals} signals"),
        )
        return ", ".join(words for is_some, words in parts if is_some)


def _source(number: int) -> str:
    return f"127.0.0.{number % 150 + 10}"


def _connect(target: Target, number: int, seconds: float = 5.0) -> socket.socket:
    return socket.create_connection(
        ("127.0.0.1", target.port), timeout=seconds, source_address=(_source(number), 0)
    )


def _together(work: Callable[[int], None], count: int) -> None:
    def repeat(number: int) -> None:
        with suppress(OSError, http.client.HTTPException):
            work(number)

    threads = [threading.Thread(target=repeat, args=[n], daemon=True) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


def _ask(target: Target, number: int, method: str, path: str, body: str = "") -> None:
    connection = http.client.HTTPConnection(
        "127.0.0.1", target.port, timeout=60, source_address=(_source(number), 0)
    )
    try:
        connection.request(method, path, body or None, _FORM if body else {})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        time.sleep(0.05)
    finally:
        connection.close()
        target.count(requests=1)


def _endless(begin: bytes, again: bytes) -> Callable[[Target], None]:
    def flood(target: Target, number: int) -> None:
        while not target.is_over():
            with suppress(OSError), _connect(target, number) as wire:
                wire.sendall(begin)
                while not target.is_over():
                    wire.sendall(again)
                    target.count(sent=len(again))

    return lambda target: _together(lambda number: flood(target, number), 4)


def queries(target: Target) -> None:
    """Eight clients send hostile queries."""
    sent = list(corpus(9).values())

    def ask(number: int) -> None:
        for query in itertools.islice(itertools.cycle(sent), number * len(sent) // 8, None):
            if target.is_over():
                return
            _ask(target, number, "POST", "/sparql", urlencode({"query": query}))

    _together(ask, 8)


def many_graphs(target: Target) -> None:
    """Four clients send small queries over thousands of graphs."""
    graphs = [("default-graph-uri", f"{BASE}g/{n}") for n in range(4000)]

    def ask(number: int) -> None:
        for turn in itertools.count():
            if target.is_over():
                return
            fields = [("query", f"ASK {{ BIND({number} AS ?n{turn}) }}"), *graphs]
            _ask(target, number, "POST", "/sparql", urlencode(fields))

    _together(ask, 4)


def differences(target: Target) -> None:
    """A hundred connections ask what changed between any two of the releases."""
    pairs = list(itertools.permutations(target.releases, 2))

    def ask(number: int) -> None:
        for old, new in itertools.islice(itertools.cycle(pairs), number, None):
            if target.is_over():
                return
            _ask(target, number, "GET", f"/release/{old}/diff/{new}")

    _together(ask, 100)


def _dripping(begin: bytes, drop: bytes, count: int) -> Callable[[Target], None]:
    def drip(target: Target, number: int) -> None:
        while not target.is_over():
            with suppress(OSError), _connect(target, number) as wire:
                target.count(requests=1)
                wire.sendall(begin)
                while not target.is_over():
                    wire.sendall(drop)
                    time.sleep(0.5)

    return lambda target: _together(lambda number: drip(target, number), count)


def slow_readers(target: Target) -> None:
    """Two hundred clients ask for a page again and again, and take nothing."""
    asked = b"GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n" * 50

    def hold(number: int) -> None:
        while not target.is_over():
            with suppress(OSError), _connect(target, number, 1.0) as wire:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                wire.sendall(asked)
                target.count(requests=50)
                while not target.is_over():
                    time.sleep(0.5)
                    wire.send(b"GET")

    _together(hold, 200)


def connections(target: Target) -> None:
    """Open some thousand connections, and say nothing."""
    opened: list[socket.socket] = []
    try:
        for number in range(_MANY_CONNECTIONS):
            if target.is_over():
                break
            with suppress(OSError):
                opened.append(_connect(target, number))
        target.connections = len(opened)
        time.sleep(max(0.0, target.end - time.monotonic()))
    finally:
        for wire in opened:
            wire.close()


def _web_process(target: Target) -> int | None:
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(target.parent)], capture_output=True, text=True
    ).stdout
    found = [line.split() for line in listed.splitlines() if "resource_tracker" not in line]
    return int(found[0][0]) if found else None


def killed(target: Target) -> None:
    """End the web process without a word, every ten seconds."""
    while not target.is_over():
        process = _web_process(target)
        if process is not None:
            os.kill(process, signal.SIGKILL)
            target.signals += 1
        time.sleep(_KILL_EVERY_SECONDS)


def stopped(target: Target) -> None:
    """Stop the web process for two seconds, and let it go on."""
    while not target.is_over():
        process = _web_process(target)
        if process is not None:
            os.kill(process, signal.SIGSTOP)
            target.signals += 1
            time.sleep(_STOPPED_SECONDS)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)
        time.sleep(_KILL_EVERY_SECONDS)


ATTACKS: Iterable[tuple[str, Callable[[Target], None]]] = (
    ("hostile queries, 8 clients", queries),
    ("trailers without end, 4 connections", _endless(_CHUNKED + b"0\r\n", b"A: b\r\n" * 1000)),
    ("heads without end, 4 connections", _endless(b"GET / HTTP/1.1\r\nA: ", b"a" * _PART)),
    ("chunk extensions without end, 4 connections", _endless(_CHUNKED + b"1;", b"a" * _PART)),
    ("queries over 4,000 graphs, 4 clients", many_graphs),
    ("differences of 8 releases, 100 connections", differences),
    ("slow heads, 300 connections", _dripping(b"GET / HTTP/1.1\r\nHost: x\r\nA: ", b"a", 300)),
    (
        "slow bodies, 300 connections",
        _dripping(_POST + b"Content-Length: 9999\r\n\r\n", b"a", 300),
    ),
    ("readers that take nothing, 200 connections", slow_readers),
    ("idle connections", connections),
    ("web process killed every 10 s", killed),
    ("web process stopped for 2 s every 12 s", stopped),
)
