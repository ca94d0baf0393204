"""If-Match and If-Unmodified-Since, in front of an application that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from publisher.serve.preconditions import answer_if_met

NOON = "Fri, 02 Jan 2026 12:00:00 GMT"
LATER = "Fri, 02 Jan 2026 12:00:01 GMT"
EARLIER = "Fri, 02 Jan 2026 11:59:59 GMT"


def status_of(answered: str, etag: str, **sent: str) -> str:
    """Return the number of the answer to a request, where the application answers so."""
    seen: list[str] = []

    def application(_environ: Any, start: Any) -> Iterable[bytes]:
        start(answered, [("ETag", etag), ("Last-Modified", NOON)])
        return [b"body"]

    def start(status: str, _fields: list[tuple[str, str]], _exc_info: Any = None) -> Any:
        seen.append(status.partition(" ")[0])
        return lambda _written: None

    environ = {"REQUEST_METHOD": "GET", **{f"HTTP_{n.upper()}": v for n, v in sent.items()}}
    answer_if_met(application, environ, start)
    return seen[-1]


@pytest.mark.parametrize(
    ("etag", "asked", "status"),
    [
        ('"a"', '"a"', "200"),
        ('"a"', '"b" , "a"', "200"),
        ('"a"', '"b"', "412"),
        ('"a"', 'W/"a"', "412"),
        ('W/"a"', 'W/"a"', "412"),
        ('W/"a"', '"a"', "412"),
        ('W/"a"', "*", "200"),
    ],
)
def test_tags_are_compared_strongly(etag: str, asked: str, status: str) -> None:
    """RFC 9110, section 13.1.1: a weak tag is no other one's equal, not even its own."""
    assert status_of("200 OK", etag, If_Match=asked) == status


@pytest.mark.parametrize(
    ("asked", "status"), [(NOON, "200"), (LATER, "200"), (EARLIER, "412"), ("soon", "200")]
)
def test_a_date_must_not_lie_before_the_last_change(asked: str, status: str) -> None:
    """RFC 9110, section 13.1.4; the very second of the change is no later change."""
    assert status_of("200 OK", '"a"', If_Unmodified_Since=asked) == status


def test_a_tag_counts_before_a_date() -> None:
    """RFC 9110, section 13.2.2."""
    assert status_of("200 OK", '"a"', If_Match='"a"', If_Unmodified_Since=EARLIER) == "200"


@pytest.mark.parametrize(
    ("answered", "status"),
    [("206 PARTIAL CONTENT", "412"), ("404 NOT FOUND", "404"), ("303 SEE OTHER", "303")],
)
def test_what_is_no_success_is_answered_as_it_is(answered: str, status: str) -> None:
    """RFC 9110, section 13.2.1."""
    assert status_of(answered, '"a"', If_Match='"b"') == status
