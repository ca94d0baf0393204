from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client

from publisher.errors import (
    ClientBusy,
    EngineBusy,
    EngineFailed,
    NotAcceptable,
    PublisherError,
    QueryLimitExceeded,
    QueryRefused,
    ReleaseError,
)
from publisher.serve.app import create_flask
from publisher.serve.problems import error_status
from publisher.serve.site import Site

EVERY_ENGINE = True

PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAcceptable("image/png", ["text/turtle"]), 406),
        (QueryRefused("x"), 400),
        (QueryLimitExceeded("x", limit="query_timeout_seconds", remedy=""), 504),
        (ClientBusy("x"), 429),
        (EngineBusy("x"), 503),
        (EngineFailed("x"), 502),
        (ReleaseError("x"), 503),
        (PublisherError("x"), 500),
    ],
)
def test_each_error_has_its_status(error: PublisherError, status: int) -> None:
    """RFC 9110, section 15."""
    assert error_status(error) == status


@pytest.mark.parametrize("accept", ["*/*", "", "application/json", "text/turtle", "application/*"])
def test_a_program_gets_problem_details(visitor: Client, accept: str) -> None:
    """RFC 9457."""
    answer = visitor.get("/nowhere", headers={"Accept": accept, "Accept-Language": "en"})
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.data) == {
        "type": "about:blank",
        "title": "Page not found",
        "status": 404,
        "detail": "Check the address, or begin at the home page.",
    }


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        (PAGE, True),
        ("text/html", True),
        ("TEXT/HTML, */*", True),
        ("text/html;q=0.1, image/png", True),
        ("text/html;q=0, */*", False),
        ("application/problem+json, text/html;q=0.5", False),
        ("image/png", False),
    ],
)
def test_a_browser_gets_a_page(visitor: Client, accept: str, is_page: bool) -> None:
    """Errors are negotiated too (design, section 3)."""
    answer = visitor.get("/nowhere", headers={"Accept": accept})
    assert answer.status_code == 404
    assert (answer.mimetype == "text/html") == is_page
    assert set(answer.headers["Vary"].split(", ")) >= {"Accept", "Accept-Language"}


@pytest.mark.parametrize(
    ("language", "title", "cure"),
    [
        ("sv", "Sidan finns inte", "startsidan"),
        ("en", "Page not found", "home page"),
    ],
)
def test_a_page_tells_in_the_readers_language_what_to_do(
    visitor: Client, language: str, title: str, cure: str
) -> None:
    """With a way to the home page."""
    answer = visitor.get("/nowhere", headers={"Accept": PAGE, "Accept-Language": language})
    assert answer.headers["Content-Language"] == language
    assert f"<h1>{title}</h1>" in answer.text
    assert cure in answer.text
    assert re.search('<a [^>]*href="/"', answer.text)


@pytest.mark.parametrize("path", ["/doc/lake/siljan", "/def/water"])
def test_a_refusal_lists_what_there_is(visitor: Client, path: str) -> None:
    """RFC 9110, section 15.5.7, for programs and for people."""
    asked = {"Accept": "image/png", "Accept-Language": "en"}
    answer = visitor.get(path, headers=asked)
    assert answer.status_code == 406
    problem = json.loads(answer.data)
    assert problem["offered"] == [
        "text/html",
        "text/turtle",
        "application/ld+json",
        "application/rdf+xml",
        "application/n-triples",
        "text/markdown",
    ]
    assert problem["detail"].startswith("Accept is 'image/png'; this address answers in text/html")
    assert "Accept" in answer.headers["Vary"]


def test_what_was_asked_for_is_not_repeated_as_markup(visitor: Client) -> None:
    """Standards, section 3.9."""
    hostile = '"><script>alert(1)</script>'
    for path in (f"/{hostile}", f"/doc/lake/siljan?incoming={hostile}", f"/?lang={hostile}"):
        answer = visitor.get(path, headers={"Accept": PAGE, "Accept-Language": hostile})
        assert b"<script>alert" not in answer.data
    refused = visitor.get("/doc/lake/siljan", headers={"Accept": "x/<script>alert(1)</script>"})
    assert refused.status_code == 406
    assert refused.mimetype == "application/problem+json"


def test_a_refused_method_is_a_problem_too(visitor: Client) -> None:
    """With the cure: which methods there are."""
    answer = visitor.delete("/doc/lake/siljan", headers={"Accept-Language": "en"})
    assert answer.status_code == 405
    assert json.loads(answer.data)["detail"] == "Use one of the methods that the Allow field lists."


@pytest.mark.slow
def test_a_mistake_in_the_program_shows_nothing_of_it(site: Site) -> None:
    """Promise 2: one request fails, without a traceback, and the next is answered."""
    flask = create_flask(site)

    def broken() -> str:
        raise ZeroDivisionError("secret")

    flask.add_url_rule("/broken", view_func=broken)
    client: FlaskClient = flask.test_client()
    flask.logger.disabled = True
    try:
        answer = client.get("/broken", headers={"Accept": PAGE})
    finally:
        flask.logger.disabled = False
    assert answer.status_code == 500
    assert answer.headers["Cache-Control"] == "no-store"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert client.get("/doc/lake/siljan").status_code == 200


def test_errors_may_be_read_by_scripts_and_run_nothing(visitor: Client) -> None:
    """CORS and the policy stand on errors as on answers."""
    for accept in (PAGE, "*/*"):
        headers = visitor.get("/nowhere", headers={"Accept": accept}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
