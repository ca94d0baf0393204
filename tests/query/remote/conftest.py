from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

JSON = "application/sparql-results+json"
YES = b'{"head":{},"boolean":true}'


def reply(body: bytes = YES, media_type: str = JSON, status: str = "200 OK", *fields: str) -> bytes:
    """Return a whole response."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, *fields, "", ""]).encode() + body


@dataclass
class Scripted:
    """A server that answers each request as it is told, byte for byte.

    Attributes:
        port: Where it listens.
        script: What it sends for each request, in order; the last one again and again. None: it
            hangs; bytes that end in the middle: it breaks off there.
        requests: Bodies of the requests that came in.
        connections: How many connections were made.
    """

    port: int = 0
    script: list[bytes | None] = field(default_factory=lambda: [reply()])
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/sparql"


def _read_request(connection: socket.socket) -> bytes | None:
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(1)
        if not part:
            return None
        head += part
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body))
    return body


def _serve(server: Scripted, connection: socket.socket, end: threading.Event) -> None:
    with connection:
        while (request := _read_request(connection)) is not None:
            server.requests.append(request)
            place = min(len(server.requests), len(server.script)) - 1
            answer = server.script[place]
            if answer is None:
                end.wait(5)
                return
            connection.sendall(answer)
            if b"Connection: close" in answer:
                return


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """Return a server that does what a test tells it."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Scripted(int(listening.getsockname()[1]))
    end = threading.Event()
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            server.connections += 1
            thread = threading.Thread(target=_guarded(server, connection, end))
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    yield server
    end.set()
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    accepting.join()
    for thread in threads:
        thread.join(5)


def _guarded(
    server: Scripted, connection: socket.socket, end: threading.Event
) -> Callable[[], None]:
    def run() -> None:
        with suppress(OSError):  # the client has hung up
            _serve(server, connection, end)

    return run
