from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from publisher.serve.http.threads import Message, Threads
from publisher.serve.http.wsgi import Begun
from publisher.serve.ready import Asked

CHUNK = b"x" * (128 << 10)


class Body:
    """A body in parts that says when it is closed, and how much of it was taken."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Remember the parts."""
        self.chunks = iter(chunks)
        self.taken = 0
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        """Return the parts."""
        return self

    def __next__(self) -> bytes:
        """Return a part."""
        chunk = next(self.chunks)
        self.taken += 1
        return chunk

    def close(self) -> None:
        """Let go (PEP 3333)."""
        self.closed.set()


class Application:
    """A WSGI application that answers with a body, and remembers what it was asked."""

    def __init__(self, body: Iterable[bytes]) -> None:
        """Answer all with this."""
        self.body = body
        self.environ: dict[str, Any] = {}
        self.threads: set[str] = set()
        self.is_closed = False

    def at_once(self, asked: Asked) -> None:
        """Have nothing ready."""

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any], /) -> Iterable[bytes]:
        """Answer."""
        self.environ = environ
        self.threads.add(threading.current_thread().name)
        start("200 OK", [("Content-Type", "text/plain")])
        return self.body

    def close(self) -> None:
        """End."""
        self.is_closed = True


def scope(**more: Any) -> Message:
    """Return a request as uvicorn describes it."""
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "raw_path": b"/doc/lake/v%C3%A4nern",
        "query_string": b"lang=sv",
        "headers": [],
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.9", 40000),
    } | more


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run something in a loop of its own; the thread of the tests may have one already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def exchange(
    application: Application,
    *received: Message,
    leaves_after: int = 10_000,
    asked: Message | None = None,
) -> list[Message]:
    """Return what an application sends to a client that leaves after so many messages."""
    sent: list[Message] = []

    async def talk() -> None:
        messages = list(received) or [{"type": "http.request", "body": b"", "more_body": False}]
        left = asyncio.Event()

        async def receive() -> Message:
            if messages:
                return messages.pop(0)
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            if len(sent) >= leaves_after:
                left.set()
                await asyncio.sleep(0)

        await Threads(application, 2, 1000)(asked or scope(), receive, send)

    run(talk())
    return sent


def text_of(sent: list[Message]) -> bytes:
    """Return the body of an answer."""
    return b"".join(message.get("body", b"") for message in sent)


@pytest.mark.parametrize(
    "chunks",
    [[], [b""], [b"all"], [b"a", b"", b"b"], [CHUNK], [CHUNK, b"", CHUNK, b"end"], [b"y"] * 300],
    ids=["none", "empty", "one", "three", "a whole chunk", "long", "many"],
)
def test_a_body_arrives_whole_and_is_closed(chunks: list[bytes]) -> None:
    """However the application cuts it; empty parts are not the end (PEP 3333)."""
    body = Body(chunks)
    sent = exchange(Application(body))

    assert sent[0]["status"] == 200
    assert (b"content-type", b"text/plain") in sent[0]["headers"]
    assert text_of(sent) == b"".join(chunks)
    assert not sent[-1].get("more_body", False)
    assert body.closed.wait(5)


def test_a_short_answer_needs_one_thread_once() -> None:
    """Waking a thread costs more than a document."""
    sent = exchange(Application(Body([b"a", b"b"])))

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


def test_who_leaves_ends_the_answer() -> None:
    """Nobody reads the rest of a dump for a client that is gone."""
    body = Body(CHUNK for _ in range(1000))
    exchange(Application(body), leaves_after=3)

    assert body.closed.wait(5)
    assert body.taken < 20


def test_who_leaves_before_the_end_of_a_body_is_not_answered() -> None:
    """The application does not hear of it."""
    application = Application([b"all"])
    sent = exchange(
        application,
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    )

    assert sent == []
    assert application.environ == {}


def test_a_body_that_is_too_long_is_not_taken_to_its_end() -> None:
    """The application gets enough of it to say so (Flask's MAX_CONTENT_LENGTH)."""
    application = Application([b"all"])
    part: Message = {"type": "http.request", "body": b"z" * 600, "more_body": True}
    received: list[Message] = [dict(part) for _ in range(9)]
    exchange(application, *received)

    assert application.environ["wsgi.input"].read() == b"z" * 1200


def test_an_exception_closes_the_body_and_goes_up() -> None:
    """Uvicorn answers 500 and writes it down."""

    def broken() -> Iterator[bytes]:
        yield b"a"
        raise ValueError("broken")

    body = Body(broken())
    with pytest.raises(ValueError, match="broken"):
        exchange(Application(body))
    assert body.closed.wait(5)


def test_requests_are_answered_in_threads_of_their_own() -> None:
    """The thread of the sockets waits for nobody."""
    application = Application([b"all"])
    exchange(application)

    (name,) = application.threads
    assert name.startswith("request")


def test_a_request_is_told_as_pep_3333_has_it() -> None:
    """Paths are bytes, one letter each; fields of one name are one with commas."""
    application = Application([b"all"])
    exchange(
        application,
        {"type": "http.request", "body": b"abc", "more_body": False},
        asked=scope(
            headers=[
                (b"accept", b"text/turtle"),
                (b"accept", b"*/*"),
                (b"content-type", b"text/plain"),
                (b"content-length", b"3"),
                (b"x_forwarded_for", b"10.0.0.1"),
                (b"x-name", "å".encode()),
            ]
        ),
    )

    environ = application.environ
    assert environ["PATH_INFO"] == "/doc/lake/vÃ¤nern"
    assert environ["QUERY_STRING"] == "lang=sv"
    assert environ["HTTP_ACCEPT"] == "text/turtle,*/*"
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/plain", "3")
    assert environ["HTTP_X_NAME"] == "Ã¥"
    assert environ["REMOTE_ADDR"] == "127.0.0.9"
    assert environ["wsgi.input"].read() == b"abc"
    assert "HTTP_X_FORWARDED_FOR" not in environ


def test_the_application_ends_with_the_server() -> None:
    """Its query workers, too (ASGI, lifespan)."""
    application = Application([])
    sent = exchange(
        application,
        {"type": "lifespan.startup"},
        {"type": "lifespan.shutdown"},
        asked={"type": "lifespan"},
    )

    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert application.is_closed


def test_who_is_still_downloading_at_the_end_is_left_without_a_word() -> None:
    """The threads have ended by then; nothing is to be written down as an error."""
    threads = Threads(Application([]), 2, 1000)

    async def end() -> None:
        async def receive() -> Message:
            return {"type": "lifespan"}

        async def send(_message: Message) -> None:
            return None

        await threads({"type": "lifespan"}, receive, send)
        threads.leave(Begun("200 OK", [], b"", b"beginning", iter([b"rest"])))

    run(end())


def test_slow_answers_do_not_wait_for_each_other() -> None:
    """As many at once as there are threads."""

    class Slow(Application):
        def __call__(
            self, environ: dict[str, Any], start: Callable[..., Any], /
        ) -> Iterable[bytes]:
            inside.append(1)
            deadline = time.monotonic() + 10
            while len(inside) < 2 and time.monotonic() < deadline:
                time.sleep(0.01)
            met.append(len(inside))
            return super().__call__(environ, start)

    inside: list[int] = []
    met: list[int] = []

    async def both() -> None:
        threads = Threads(Slow([b"all"]), 2, 1000)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(_message: Message) -> None:
            return None

        await asyncio.gather(*(threads(scope(), receive, send) for _ in range(2)))

    run(both())
    assert met == [2, 2]
