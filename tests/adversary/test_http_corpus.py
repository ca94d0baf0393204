"""Each rule of HTTP holds on the real server; nginx is the control of the corpus itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from publisher.release.model import Release
from tests.adversary.http_control import control, nginx_version
from tests.adversary.http_corpus import RULES, Rule, chunked, get, sized
from tests.adversary.http_exchange import MalformedResponse, Wire, parse, run
from tests.adversary.served import Server, serving

_AT_A_TIME = 32
_CLIENTS = 200  # addresses to send from, so that no client's share is met
_MOST_MEMORY_MB = 400
_PATIENCE_SECONDS = 60.0  # the longest that a connection may be kept with nothing to answer

Outcomes = dict[str, list[str]]


@pytest.fixture(scope="module")
def server(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the real server of the tiny world."""
    options = ("--query-workers", "1")
    with serving(release.folder.parent, tmp_path_factory.mktemp("served"), *options) as found:
        yield found


@pytest.fixture(scope="module")
def before(server: Server) -> list[int]:
    """Return the web processes as they were at first."""
    return server.web_processes()


@pytest.fixture(scope="module")
def nginx_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the port of nginx."""
    with control(tmp_path_factory.mktemp("nginx")) as port:
        yield port


def outcomes_of(port: int, rules: Iterable[Rule], control: bool = False) -> Outcomes:
    """Return rule → what went wrong in which case; some cases wait, so all rules run at once."""
    pairs = [(r.name, c) for r in rules for c in r.cases if not (control and c.nginx)]
    sources = [f"127.0.0.{2 + number % _CLIENTS}" for number in range(len(pairs))]
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        texts = list(pool.map(lambda pair, source: run(port, pair[1], source), pairs, sources))
    found: Outcomes = {}
    for (name, case), text in zip(pairs, texts, strict=True):
        found.setdefault(name, []).extend([f"{case.name}: {text}"] if text else [])
    return found


def selected(request: pytest.FixtureRequest, test: str) -> list[Rule]:
    """Return the rules that a test is asked to run for."""
    items = [item for item in request.session.items if item.name.startswith(f"{test}[")]
    return [item.callspec.params["rule"] for item in items]  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, server: Server, before: list[int]) -> Outcomes:
    """Return what the server got wrong."""
    assert before
    return outcomes_of(server.port, selected(request, "test_the_server_keeps_the_rule"))


@pytest.fixture(scope="module")
def nginx_outcomes(request: pytest.FixtureRequest, nginx_port: int) -> Outcomes:
    """Return what nginx got wrong, where it is not known to differ."""
    return outcomes_of(nginx_port, selected(request, "test_nginx_keeps_the_rule"), control=True)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_server_keeps_the_rule(rule: Rule, outcomes: Outcomes) -> None:
    """Every case of the rule, each over a connection of its own."""
    assert not outcomes[rule.name], "\n".join([f"{rule.source}: {rule.says}", *outcomes[rule.name]])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_nginx_keeps_the_rule(rule: Rule, nginx_outcomes: Outcomes) -> None:
    """A case that nginx answers otherwise is wrong itself, or says why nginx does."""
    found = nginx_outcomes.get(rule.name, [])
    assert not found, "\n".join([f"{rule.source}: {rule.says}", *found])


@pytest.mark.slow
def test_where_nginx_is_said_to_differ_it_does(nginx_port: int) -> None:
    """A mark on a case that nginx answers rightly hides what nginx says about it."""
    if not nginx_version().startswith("1.22."):
        pytest.skip("the differences are those of nginx 1.22")
    marked = [Rule(r.name, "", "", tuple(c for c in r.cases if c.nginx)) for r in RULES]
    found = outcomes_of(nginx_port, marked)
    right = {
        rule.name: len(rule.cases) - len(found[rule.name])
        for rule in marked
        if len(found.get(rule.name, [])) < len(rule.cases)
    }
    assert right == {}


def test_the_corpus_has_left_the_server_as_it_was(
    server: Server, before: list[int], outcomes: Outcomes
) -> None:
    """No error in the log, no process that had to be replaced, no memory taken for good."""
    log = server.log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in log
    assert outcomes
    server.until_only(before)
    assert server.memory_mb() < _MOST_MEMORY_MB


UNFINISHED = {
    "nothing": b"",
    "a byte": b"G",
    "a line": b"GET / HTTP/1.1\r\n",
    "a field": b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
    "no body": b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n",
    "half a body": sized()[:-3],
    "a chunk": chunked(body=b"6\r\nASK"),
    "a trailer": chunked(body=b"6\r\nASK {}\r\n0\r\nX: "),
    "an expectation": sized(b"Expect: 100-continue")[:-6],
    "a body of a page": get(b"Content-Length: 6"),
    "after a response": get(),
    "after two": get() + get()[:-2],
}


@pytest.mark.exhaustive
def test_a_request_that_never_ends_is_given_up(server: Server) -> None:
    """RFC 9112, section 9.5: a connection is not kept for ever; 408 is optional."""

    def is_given_up(text: bytes) -> bool:
        wire = Wire.to(server.port)
        wire.deadline += _PATIENCE_SECONDS
        try:
            wire.send(text)
            while not wire.is_closed and wire.read(_PATIENCE_SECONDS):
                pass
            return wire.is_closed
        finally:
            wire.socket.close()

    with ThreadPoolExecutor(len(UNFINISHED)) as pool:
        given_up = dict(zip(UNFINISHED, pool.map(is_given_up, UNFINISHED.values()), strict=True))
    assert [name for name, is_closed in given_up.items() if not is_closed] == []


def test_the_corpus_is_large_and_names_its_sources() -> None:
    """Most of the rules cite a section; the names are unique."""
    assert len({rule.name for rule in RULES}) == len(RULES) >= 60
    assert sum(len(rule.cases) for rule in RULES) >= 400
    assert all(rule.source.startswith("RFC ") and "section" in rule.source for rule in RULES)


@pytest.mark.parametrize(
    ("data", "method"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "GET"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "GET"),
        (b"HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0\r\n\r\n", "GET"),
        (b"HTTP/1.1 200 OK\r\nX: a\x00\r\nContent-Length: 0\r\n\r\n", "GET"),
        (b"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", "GET"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "GET",
        ),
        (b"<html>", "GET"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "GET"),
    ],
)
def test_a_response_that_breaks_the_grammar_is_seen(data: bytes, method: str) -> None:
    """A reader that takes everything would prove nothing."""
    with pytest.raises(MalformedResponse):
        parse(data, True, method)


@pytest.mark.slow
def test_what_stands_behind_a_response_is_kept() -> None:
    """A body to HEAD, or a second response, is not swallowed."""
    text = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    found = parse(text, False, "HEAD")
    assert found is not None
    assert (found[0].status, found[1]) == (200, b"ok")
    found = parse(b"HTTP/1.1 100 Continue\r\n\r\n" + text + text, False, "GET")
    assert found is not None
    assert (found[0].interim, found[0].body, found[1]) == ((100,), b"ok", text)
    assert parse(text[:-1], False, "GET") is None
