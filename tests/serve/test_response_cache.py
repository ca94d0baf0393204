from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, EnvironBuilder, TestResponse

from publisher.serve.app import create_flask
from publisher.serve.response_cache import CACHEABLE, CachedResponse, ResponseCache, ResponseStore
from publisher.serve.site import Site
from publisher.system.cache import ENTRY_BYTES, memory_of

TEXT = "text/plain"
CHANGED = "Fri, 02 Jan 2026 00:00:00 GMT"
LONG = b"All work and no play makes a dull page. " * 100


class Chunks:
    """A body in parts that wants to be closed."""

    def __init__(self, application: Application, body: bytes) -> None:
        """Remember whom to tell."""
        self.application, self.body = application, body

    def __iter__(self) -> Iterator[bytes]:
        """Return the parts."""
        return iter([self.body[:10], self.body[10:]])

    def close(self) -> None:
        """Let go of the file it may come from (PEP 3333)."""
        self.application.closed += 1


class Application:
    """A WSGI application that counts how often it is asked, and keeps what it is told to."""

    def __init__(self, body: Callable[[dict[str, Any]], bytes], kept: bool = True) -> None:
        """Answer with a body made of the request."""
        self.body, self.kept = body, kept
        self.asked: list[str] = []
        self.closed = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        self.asked.append(environ["REQUEST_METHOD"])
        body = self.body(environ)
        fields = [
            ("Content-Type", TEXT),
            ("Content-Length", str(len(body))),
            ("ETag", f'"{abs(hash(body))}"'),
            ("Last-Modified", CHANGED),
            ("Vary", "Accept"),
            ("Cache-Control", "public, no-cache"),
            ("X-Other", "1"),
        ]
        if self.kept and CACHEABLE in environ:
            environ[CACHEABLE].append(True)
        start("200 OK", fields)
        return Chunks(self, body)


def asked_of(environ: dict[str, Any]) -> bytes:
    """Return a body that tells everything which may choose an answer."""
    names = ("PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")
    return "|".join(environ.get(name, "") for name in names).encode()


def get(application: Any, path: str = "/", method: str = "GET", **fields: str) -> TestResponse:
    """Return the answer to a request; ``if_none_match`` is the field If-None-Match."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    return Client(application).open(path, method=method, headers=headers)


@pytest.fixture
def application() -> Application:
    """Return an application with a long text."""
    return Application(lambda environ: LONG)


@pytest.fixture
def ready(application: Application) -> ResponseCache:
    """Return the layer in front of it."""
    return ResponseCache(application, 1 << 20)


def test_what_was_made_once_is_answered_from_memory(
    ready: ResponseCache, application: Application
) -> None:
    """Design, section 3: a document costs what a static file costs."""
    assert [get(ready).data for _ in range(3)] == [LONG] * 3
    assert application.asked == ["GET"]
    assert application.closed == 1


def test_an_application_may_forbid_to_keep_its_answer() -> None:
    """A list of what is happening just now, for instance."""
    application = Application(lambda environ: LONG, kept=False)
    ready = ResponseCache(application, 1 << 20)
    assert [get(ready).data for _ in range(2)] == [LONG] * 2
    assert application.asked == ["GET", "GET"]


def test_head_before_get_fills_the_memory_and_has_the_fields_of_get(
    ready: ResponseCache, application: Application
) -> None:
    """RFC 9110, section 9.3.2."""
    head = get(ready, method="HEAD")
    answer = get(ready)
    assert application.asked == ["GET"]
    assert head.data == b""
    assert head.headers == answer.headers
    assert head.headers["Content-Length"] == "4000"


def test_head_of_what_is_not_kept_has_the_fields_of_get() -> None:
    """The body is let go, and closed."""
    application = Application(lambda environ: LONG, kept=False)
    ready = ResponseCache(application, 1 << 20)
    head = get(ready, method="HEAD", range="bytes=0-1")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == "4000"
    assert application.closed == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_passed_through(
    ready: ResponseCache, application: Application, method: str
) -> None:
    """The memory holds answers to GET alone."""
    get(ready)
    get(ready, method=method)
    get(ready, method=method)
    assert application.asked == ["GET", method, method]


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"other", {tag}', 304),
        ('"a","b" ,  W/{tag}', 304),
        ("*", 304),
        ('"other"', 200),
        ("", 200),
        ("tag", 200),
    ],
)
def test_a_client_that_has_the_answer_is_told_so(
    ready: ResponseCache, tags: str, status: int
) -> None:
    """RFC 9110, section 13.1.2: weak comparison."""
    tag = get(ready).headers["ETag"]
    answer = get(ready, if_none_match=tags.format(tag=tag))
    assert answer.status_code == status
    assert answer.data == (b"" if status == 304 else LONG)


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (CHANGED, 304),
        ("Friday, 02-Jan-26 00:00:00 GMT", 304),
        ("Sat, 03 Jan 2026 00:00:00 GMT", 200),
        ("Thu, 01 Jan 2026 23:59:59 GMT", 200),
        ("yesterday", 200),
        ("Fri, 02 Jan 99999999999 00:00:00 GMT", 200),
        ("", 200),
    ],
)
def test_a_client_that_has_the_date_is_told_so(
    ready: ResponseCache, since: str, status: int
) -> None:
    """RFC 9110, section 13.1.3: only the very date, since dates may go back with a release."""
    assert get(ready, if_modified_since=since).status_code == status


def test_the_tag_beats_the_date(ready: ResponseCache) -> None:
    """RFC 9110, section 13.2.2: with If-None-Match, If-Modified-Since is ignored."""
    answer = get(ready, if_none_match='"other"', if_modified_since=CHANGED)
    assert answer.status_code == 200


def test_a_304_repeats_what_a_cache_needs(ready: ResponseCache) -> None:
    """RFC 9110, section 15.4.5."""
    answer = get(ready)
    known = get(ready, if_none_match=answer.headers["ETag"])
    assert set(dict(known.headers)) == {"ETag", "Last-Modified", "Vary", "Cache-Control"}
    assert all(answer.headers[name] == value for name, value in known.headers)


@pytest.mark.parametrize(
    ("accept_encoding", "compressed"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=0.5, br", True),
        ("gzip; q=0.001", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, identity", False),
        ("gzip;q=0, *", False),
        ("gzip;q=banana", False),
        ("deflate, br", False),
        ("", False),
        ("*", True),
    ],
)
def test_a_client_that_takes_gzip_gets_it(
    ready: ResponseCache, accept_encoding: str, compressed: bool
) -> None:
    """RFC 9110, section 12.5.3."""
    answer = get(ready, accept_encoding=accept_encoding)
    assert ("Content-Encoding" in answer.headers) == compressed
    assert (gzip.decompress(answer.data) if compressed else answer.data) == LONG
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_the_compressed_form_has_a_tag_of_its_own(ready: ResponseCache) -> None:
    """RFC 9110, section 8.8.3.3: a strong tag is of the bytes that are sent."""
    plain, zipped = get(ready), get(ready, accept_encoding="gzip")
    assert plain.headers["ETag"] != zipped.headers["ETag"]
    tag = plain.headers["ETag"]
    assert get(ready, accept_encoding="gzip", if_none_match=tag).status_code == 200
    tag = zipped.headers["ETag"]
    assert get(ready, accept_encoding="gzip", if_none_match=tag).status_code == 304


def test_what_is_short_is_not_compressed() -> None:
    """It would grow."""
    answer = get(
        ResponseCache(Application(lambda environ: b"short"), 1 << 20), accept_encoding="gzip"
    )
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept"


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-1", LONG[:2]), ("bytes=3-", LONG[3:]), ("BYTES=-5", LONG[-5:])],
)
@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_part_is_cut_of_what_nobody_compressed(
    ready: ResponseCache, asked: str, part: bytes, coding: str
) -> None:
    """RFC 9110, section 15.3.7: the digest is that of the part, so there is none of the whole."""
    whole = get(ready)
    answer = get(ready, range=asked, accept_encoding=coding)
    assert (answer.status_code, answer.data) == (206, part)
    first = LONG.index(part) if not asked.endswith("-5") else len(LONG) - 5
    last = first + len(part) - 1
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(LONG)}"
    assert answer.headers["ETag"] == whole.headers["ETag"]
    assert answer.headers["Content-Length"] == str(len(part))
    assert "Content-Digest" not in answer.headers
    assert "Content-Encoding" not in answer.headers


def test_a_part_that_is_not_there_is_refused_in_the_readers_language(ready: ResponseCache) -> None:
    """RFC 9110, section 15.5.17."""
    asked = {"range": f"bytes={len(LONG)}-"}
    for language, said in (("sv", "Utelämna"), ("en", "leave"), ("de", "weg")):
        answer = get(ready, **asked, accept_language=language)
        assert answer.status_code == 416
        assert answer.headers["Content-Range"] == f"bytes */{len(LONG)}"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert said.lower() in answer.json["detail"]


@pytest.mark.parametrize(
    "fields",
    [
        {"range": "lines=0-1"},
        {"range": "bytes=0-1,4-5"},
        {"range": "bytes=5-1"},
        {"range": "bytes=-0"},
        {"range": "bytes=0-1", "if_range": '"another"'},
        {"range": "bytes=0-1", "if_range": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ],
)
def test_a_part_of_something_else_is_answered_with_the_whole(
    ready: ResponseCache, fields: dict[str, str]
) -> None:
    """RFC 9110, sections 13.1.5 and 14.2."""
    assert (get(ready, **fields).status_code, get(ready, **fields).data) == (200, LONG)


def test_a_part_of_what_the_client_has_is_not_sent(ready: ResponseCache) -> None:
    """RFC 9110, section 13.2.2: whether there is news is looked at first."""
    tag = get(ready).headers["ETag"]
    assert get(ready, range="bytes=0-1", if_none_match=tag).status_code == 304
    assert get(ready, range="bytes=0-1", if_none_match='"other"').status_code == 206
    assert get(ready, range="bytes=0-1", if_range=tag).status_code == 206


fields = st.dictionaries(
    st.sampled_from(["accept", "accept_language", "accept_encoding"]),
    st.sampled_from(["", "a", "b", "a,b", "gzip", "sv", "en"]),
)
requests = st.tuples(st.sampled_from(["/", "/a", "/b", "/a?b", "/a?c", "/?a"]), fields)


@pytest.mark.slow
@given(st.lists(requests, max_size=30), st.integers(0, 20_000))
def test_no_key_gets_the_answer_of_another(
    asked: list[tuple[str, dict[str, str]]], most_bytes: int
) -> None:
    """Whatever is asked in whatever order, with whatever memory."""
    ready = ResponseCache(Application(asked_of), most_bytes)
    for path, sent in asked:
        bare, _, query = path.partition("?")
        parts = (bare, query, sent.get("accept", ""), sent.get("accept_language", ""))
        assert get(ready, path, **sent).data == "|".join(parts).encode()


def inside(ready: ResponseCache) -> ResponseStore:
    """Return the memory inside."""
    return ready._memory


def counted(memory: ResponseStore) -> int:
    """Return what the memory holds, counted anew."""
    answers = {id(entry.value): entry.value for entry in memory._entries.values()}
    keys = sum(memory_of(key) + ENTRY_BYTES for key in memory._entries)
    return keys + sum(answer.size + memory_of(answer.same) for answer in answers.values())


@pytest.mark.slow
@pytest.mark.parametrize("flood", ["query", "accept", "language", "encoding", "path"])
def test_a_flood_of_different_requests_does_not_fill_the_machine(flood: str) -> None:
    """Promise 2: strangers choose query strings and fields, so the memory is bounded by bytes."""
    most_bytes = 200_000
    ready = ResponseCache(Application(lambda environ: LONG), most_bytes)
    for number in range(2_000):
        path = f"/{number}" if flood == "path" else f"/?{number}" if flood == "query" else "/"
        sent = {
            "accept": {"accept": f"text/html;v={number}"},
            "language": {"accept_language": f"sv;v={number}"},
            "encoding": {"accept_encoding": f"gzip;v={number}"},
        }.get(flood, {})
        assert get(ready, path, **sent).status_code == 200
    memory = inside(ready)
    assert memory.size == counted(memory)
    assert memory.size <= most_bytes


def test_equal_answers_below_many_keys_are_held_once(ready: ResponseCache) -> None:
    """A thousand browsers send a thousand Accept fields and get one page."""
    for number in range(100):
        get(ready, accept=f"text/html;q=0.{number + 1}")
    memory = inside(ready)
    assert len(memory) == 100
    assert len({id(entry.value) for entry in memory._entries.values()}) == 1
    assert memory.size == counted(memory) < 100 * len(LONG)


def test_a_long_key_is_not_remembered(ready: ResponseCache, application: Application) -> None:
    """A field of 100 kB would take the place of a hundred pages."""
    for _ in range(2):
        assert get(ready, accept="a" * 2_000).data == LONG
    assert len(application.asked) == 2
    assert inside(ready).size == 0


def test_an_answer_that_would_fill_the_memory_is_not_remembered() -> None:
    """One document must not drive out all others."""
    ready = ResponseCache(Application(lambda environ: LONG), 2 * len(LONG))
    assert get(ready).data == LONG
    assert inside(ready).size == 0


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 5), st.integers(0, 400)), max_size=60),
    st.integers(0, 40_000),
)
def test_the_account_of_the_memory_is_right(
    kept: list[tuple[int, int, int]], most_bytes: int
) -> None:
    """Bytes are counted once however many keys share them, and given back when the last is gone."""
    memory = ResponseStore(most_bytes)
    for key, tag, length in kept:
        answer = CachedResponse(
            "200 OK", [("ETag", f"{tag}-{length}")], b"x" * length, str(tag), ""
        )
        found = memory.put((str(key),), answer)
        assert found in (answer, memory.get((str(key),)))
    assert memory.size == counted(memory) <= max(most_bytes, 0)
    users = [entry.identity for entry in memory._entries.values()]
    assert {same: users.count(same) for same in users} == {
        same: held.keys for same, held in memory._shared_values.items()
    }
    assert sorted(memory._order) == sorted(memory._entries)


@pytest.mark.slow
def test_many_threads_at_once_do_not_confuse_the_memory() -> None:
    """A web process answers on many threads."""
    ready = ResponseCache(Application(asked_of), 60_000)
    wrong: list[str] = []

    def ask(thread: int) -> None:
        for number in range(150):
            path = f"/{(number * thread) % 97}"
            if get(ready, path).data != f"{path}|||".encode():
                wrong.append(path)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    memory = inside(ready)
    assert wrong == []
    assert memory.size == counted(memory) <= 60_000


PATHS = (
    "/",
    "/?lang=en",
    "/?lang=de",
    "/doc/lake/siljan",
    "/doc/lake/siljan?lang=sv",
    "/doc/lake/siljan?incoming=1",
    "/doc/lake/siljan?incoming=2",
    "/doc/lake/siljan.ttl",
    "/doc/lake/siljan.html",
    "/doc/lake/siljan/",
    "/doc/lake/v%C3%A4nern",
    "/id/lake/siljan",
    "/def/water",
    "/catalog",
    "/context.jsonld",
    "/dump/lakes.ttl",
    "/nowhere",
)
real_requests = st.tuples(
    st.sampled_from(PATHS),
    st.sampled_from(["GET", "GET", "HEAD"]),
    st.fixed_dictionaries(
        {},
        optional={
            "Accept": st.sampled_from(
                ["*/*", "text/turtle", "text/html", "application/ld+json", "image/png"]
            ),
            "Accept-Language": st.sampled_from(["sv", "en", "en-GB,sv;q=0.5", "de"]),
            "Accept-Encoding": st.sampled_from(["gzip", "gzip;q=0", "identity"]),
        },
    ),
)


@pytest.fixture(scope="module")
def pair(site: Site) -> tuple[ResponseCache, FlaskClient]:
    """Return the site behind a small memory, and the site itself."""
    flask = create_flask(site)
    return ResponseCache(flask.wsgi_app, 300_000), flask.test_client()


def plain(answer: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    """Return an answer as it was before compression."""
    fields = {name.lower(): value for name, value in answer.headers.items()}
    body = answer.data
    if fields.pop("content-encoding", "") == "gzip":
        body = gzip.decompress(body)
    fields["etag"] = fields.get("etag", "").replace('-gzip"', '"')
    fields.pop("content-digest", "")  # of the bytes as they are sent: the memory adds it
    varied = set(fields.get("vary", "").split(", ")) - {"Accept-Encoding", ""}
    fields |= {"vary": ", ".join(sorted(varied)), "content-length": ""}
    return answer.status_code, body, fields


@pytest.mark.slow
@given(st.lists(real_requests, min_size=1, max_size=12))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_memory_answers_as_flask_does(
    pair: tuple[ResponseCache, FlaskClient], asked: list[tuple[str, str, dict[str, str]]]
) -> None:
    """Status, fields and body of every request, in every order."""
    ready, flask = pair
    for path, method, sent in asked:
        remembered = Client(ready).open(path, method=method, headers=sent)
        made = flask.open(path, method=method, headers=sent)
        assert plain(remembered) == plain(made)
        made.close()
        remembered.close()


def test_the_builder_of_these_requests_sends_what_a_server_sends() -> None:
    """PATH_INFO is decoded once, the query string not at all (PEP 3333)."""
    environ = EnvironBuilder("/v%C3%A4nern?a=%20").get_environ()
    assert environ["PATH_INFO"] == "/vÃ¤nern"
    assert environ["QUERY_STRING"] == "a=%20"


def test_the_head_of_an_answer_goes_over_the_wire_without_its_body() -> None:
    """RFC 9110, section 9.3.2: also where the loop sends it by itself."""
    answer = CachedResponse("200 OK", [("ETag", '"a"')], b"body", '"a"', CHANGED)

    assert answer.raw_response({"REQUEST_METHOD": "GET"}).body == b"body"
    assert answer.raw_response({"REQUEST_METHOD": "HEAD"}).body == b""
