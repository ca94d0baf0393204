"""What many ask for at the same moment is made once; those who wait are not too many, nor stuck."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import Client

from publisher.release.model import Release
from publisher.serve import response_cache
from publisher.serve.app import CachingApplication, create_app, thread_count
from publisher.serve.response_cache import (
    CACHEABLE,
    CLIENT_DISCONNECTED,
    MOST_WAITING,
    CacheableRequest,
    ResponseCache,
)
from publisher.serve.site import open_site
from tests.chain import Chain

SECONDS = 30.0
THREADS = 64


class Slow:
    """A WSGI application that answers when a test says so, and counts how often it is asked."""

    def __init__(self, status: str = "200 OK", *, is_kept: bool = True) -> None:
        """Hold the first request."""
        self.status, self.is_kept = status, is_kept
        self.go_on = threading.Event()
        self.asked: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, the first one late."""
        self.asked.append(environ["PATH_INFO"])
        if len(self.asked) == 1:
            assert self.go_on.wait(SECONDS)
        fields = [("Content-Type", "text/plain"), ("ETag", '"1"')]
        if self.is_kept:
            environ[CACHEABLE].append(True)
        start(self.status, fields)
        return [b"made"]


def request(path: str = "/", **more: object) -> dict[str, Any]:
    """Return a request as WSGI has it."""
    return {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": ""} | more


class Crowd:
    """Threads that ask for the same at the same time."""

    def __init__(self, application: ResponseCache, count: int, **more: object) -> None:
        """Begin to ask."""
        self.statuses: list[str] = []

        def ask() -> None:
            body = application(request(**more), lambda status, _: self.statuses.append(status))
            assert b"".join(body) in (b"made", b"")

        self.threads = [threading.Thread(target=ask) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def wait(self) -> None:
        """Wait for all answers."""
        for thread in self.threads:
            thread.join(SECONDS)
            assert not thread.is_alive()


def wait_until(claim: Callable[[], bool]) -> None:
    """Wait until something is so."""
    pause = threading.Event()
    for _ in range(int(SECONDS / 0.01)):
        if claim():
            return
        pause.wait(0.01)
    raise AssertionError("it never came true")


def waiting() -> int:
    """Return how many threads of this process wait for another one's answer."""
    return MOST_WAITING - response_cache._waiting_slots._value


@pytest.mark.slow
def test_what_many_ask_for_at_once_is_made_once() -> None:
    """As after a change of release, when every connection asks for the home page."""
    application = Slow()
    crowd = Crowd(ResponseCache(application, 1 << 20), THREADS)
    wait_until(lambda: waiting() == THREADS - 1)
    application.go_on.set()
    crowd.wait()
    assert application.asked == ["/"]
    assert crowd.statuses == ["200 OK"] * THREADS
    assert waiting() == 0


@pytest.mark.slow
def test_an_answer_that_is_too_large_to_be_kept_is_made_once_too() -> None:
    """Those who wait get it from the hand of the one who made it."""
    application = Slow()
    crowd = Crowd(ResponseCache(application, 10), THREADS)
    wait_until(lambda: waiting() == THREADS - 1)
    application.go_on.set()
    crowd.wait()
    assert application.asked == ["/"]


def test_nobody_waits_for_the_answer_to_another_question() -> None:
    """One slow page keeps no other one."""
    application = Slow()
    front = ResponseCache(application, 1 << 20)
    crowd = Crowd(front, 2)
    wait_until(lambda: waiting() == 1)
    assert list(front(request("/other"), lambda *_: None)) == [b"made"]
    application.go_on.set()
    crowd.wait()
    assert application.asked == ["/", "/other"]


def test_what_may_not_be_kept_is_made_by_each_who_waited() -> None:
    """A page that says what is not here may depend on who asks."""
    application = Slow("404 NOT FOUND", is_kept=False)
    crowd = Crowd(ResponseCache(application, 1 << 20), 10)
    wait_until(lambda: waiting() == 9)
    application.go_on.set()
    crowd.wait()
    assert application.asked == ["/"] * 10


@pytest.mark.parametrize("status", ["503 SERVICE UNAVAILABLE", "429 TOO MANY REQUESTS"])
def test_when_the_one_who_makes_it_is_sent_away_another_one_tries(status: str) -> None:
    """One client has its share, and another one has not; only one of them tries at a time."""

    class Refusing(Slow):
        def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            if self.asked:
                self.status, self.is_kept = "200 OK", True
            return super().__call__(environ, start)

    application = Refusing(status, is_kept=False)
    crowd = Crowd(ResponseCache(application, 1 << 20), 10)
    wait_until(lambda: waiting() == 9)
    application.go_on.set()
    crowd.wait()
    assert application.asked == ["/"] * 2
    assert sorted(crowd.statuses) == sorted([status] + ["200 OK"] * 9)


def test_a_crash_of_the_one_who_makes_it_leaves_nobody_waiting() -> None:
    """Whatever happens, the others go on."""

    class Crashing(Slow):
        def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            answer = super().__call__(environ, start)
            if len(self.asked) == 1:
                raise ZeroDivisionError
            return answer

    application = Crashing()
    front = ResponseCache(application, 1 << 20)

    def crash() -> None:
        with pytest.raises(ZeroDivisionError):
            front(request(), lambda *_: None)

    first = threading.Thread(target=crash)
    first.start()
    wait_until(lambda: application.asked == ["/"])
    crowd = Crowd(front, 9)
    wait_until(lambda: waiting() == 9)
    application.go_on.set()
    first.join(SECONDS)
    crowd.wait()
    assert application.asked == ["/"] * 2


@pytest.mark.slow
def test_no_more_wait_than_there_are_threads_for_it(release: Release, chain: Chain) -> None:
    """Whoever comes beyond makes its own, and waits for nobody."""
    application = Slow()
    crowd = Crowd(ResponseCache(application, 1 << 20), MOST_WAITING + 1)
    wait_until(lambda: waiting() == MOST_WAITING)
    beyond = Crowd(ResponseCache(application, 1 << 20), 1)
    beyond.wait()
    assert waiting() == MOST_WAITING
    application.go_on.set()
    crowd.wait()
    config = chain.config()
    costly = config.query_workers + config.query_queue
    assert thread_count(config) - costly - MOST_WAITING > 0


@pytest.mark.slow
def test_who_has_left_waits_no_longer() -> None:
    """Its thread is of use to others."""
    application = Slow()
    front = ResponseCache(application, 1 << 20)
    first = Crowd(front, 1)
    wait_until(lambda: application.asked == ["/"])
    left = Crowd(front, 3, **{CLIENT_DISCONNECTED: lambda: True})
    left.wait()
    assert [status[:3] for status in left.statuses] == ["503"] * 3
    assert waiting() == 0
    application.go_on.set()
    first.wait()
    assert application.asked == ["/"]


ACCEPT = {"Accept": "text/html", "Accept-Language": "en", "Accept-Encoding": "gzip"}


def asked_of(path: str) -> CacheableRequest:
    """Return a request that an answer from memory may serve."""
    fields = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in ACCEPT.items()}
    asked = CacheableRequest.of(request(path, **fields))
    assert asked is not None
    return asked


@pytest.mark.slow
def test_a_new_release_is_warm_before_it_takes_over(chain: Chain) -> None:
    """The home page, and what was asked for last; so nobody waits at a change of release."""
    first = chain.build()
    second = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    sites = [open_site(chain.config(), release) for release in (first, second)]
    old, new = (create_app(site) for site in sites)
    try:
        for path in ("/doc/lake/siljan", "/", "/table/lake"):
            assert Client(old).get(path, headers=ACCEPT).status_code == 200
        assert new.at_once(asked_of("/")) is None
        assert new.warm(old, 10, SECONDS) == 3
        for path in ("/doc/lake/siljan", "/", "/table/lake"):
            assert new.at_once(asked_of(path)) is not None
        page = Client(new).get("/doc/lake/siljan", headers={"Accept": "text/html"})
        assert "En stor sjö i Dalarna." in page.text
    finally:
        for site in sites:
            site.engine.close()


@pytest.mark.slow
def test_warming_stays_within_its_bounds(chain: Chain) -> None:
    """Of time, of number, and of the memory of one cache."""
    with chain.site(chain.build()) as site:
        old = create_app(site)
        for number in range(20):
            Client(old).get(f"/doc/lake/siljan?x={number}", headers=ACCEPT)
        for _ in range(2):
            Client(old).get("/doc/lake/siljan?x=7", headers=ACCEPT)

        assert CachingApplication(site).warm(old, 10, 0.0) == 0
        few = CachingApplication(site)
        assert few.warm(old, 2, SECONDS) == 2
        assert few.at_once(asked_of("/doc/lake/siljan")) is None
        assert few._documents.recent()[0][:2] in (("/", ""), ("/doc/lake/siljan", "x=7"))
        small = ResponseCache(few._flask, 100_000)
        small.warm(old._documents.recent(), 1000, 1e12)
        assert small._memory.size <= 100_000
