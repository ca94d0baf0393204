"""No address, parameter or header field that anybody can send is an error of the server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import Client

from publisher.config import Config
from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.site import open_site

NASTY = [
    "0",
    "-1",
    "99999999999999999999",
    "9" * 5000,
    "1e400",
    "NaN",
    "٣",
    "%00",
    "%ff%fe",
    "..%2f..%2fetc%2fpasswd",
    "a" * 5000,
    "%E2%80%AE%F0%9F%92%A5",
    "'\";--<script>",
    "[",
    "%7B%7B7*7%7D%7D",
    "2026-13-45T99:99:99Z",
    "*",
]
# Of parameters: what a number, a date, a text or an address may turn out to be.
VALUES = ["-1", "9" * 5000, "1e400", "%00", "%ff%fe", "'\";--<script>", "[", "2026-13-45T99:99:99Z"]
PARAMETERS = (
    *("page", "incoming", "q", "lang", "sort", "format", "query", "default-graph-uri", "limit"),
    *("since", "size", "offset", "type", "timeout", "update", "rows", "named-graph-uri"),
)
FIELDS = (
    *("Accept", "Accept-Language", "Accept-Encoding", "Accept-Datetime", "If-None-Match"),
    *(
        "If-Modified-Since",
        "If-Range",
        "Range",
        "Content-Type",
        "Cookie",
        "Prefer",
        "Authorization",
    ),
    *("Content-Encoding", "Origin", "Forwarded", "X-Forwarded-For", "User-Agent"),
)


@pytest.fixture(scope="module")
def flask(release: Release, config: Config) -> Iterator[Flask]:
    """Return the application without the caches in front."""
    site = open_site(config, release)
    yield create_flask(site)
    site.engine.close()


def filled(rule: str, value: str) -> str:
    """Return the address of a rule, with a value in each of its places.

    >>> filled("/sitemap/<int:number>.xml", "9")
    '/sitemap/9.xml'
    """
    parts = rule.replace(">", "<").split("<")
    return "".join(value if at % 2 else part for at, part in enumerate(parts))


def statuses(client: Client, asked: list[tuple[str, dict[str, str]]]) -> dict[str, int]:
    """Return the address and fields of what was answered with an error of the server."""
    wrong = {}
    for address, fields in asked:
        with client.open(address, headers=fields) as response:
            response.get_data()
            if response.status_code >= 500:
                wrong[f"{address[:200]} {fields}"] = response.status_code
    return wrong


@pytest.mark.slow
def test_no_value_in_an_address_breaks_the_server(flask: Flask) -> None:
    """Numbers without end, bytes that are no letters, ways out of the folder."""
    rules = sorted({rule.rule for rule in flask.url_map.iter_rules() if rule.arguments})
    asked: list[tuple[str, dict[str, str]]] = [
        (filled(rule, value), {}) for rule, value in itertools.product(rules, NASTY)
    ]

    assert len(rules) > 15
    assert statuses(Client(flask), asked) == {}


@pytest.mark.slow
def test_no_parameter_breaks_the_server(flask: Flask) -> None:
    """Of any page: what is not known is passed over."""
    pages = ["/search", "/table/Lake", "/catalog", "/sparql", "/feed", "/doc/lake/siljan"]
    asked: list[tuple[str, dict[str, str]]] = [
        (f"{page}?{name}={value}", {"Accept": "text/html"})
        for page, name, value in itertools.product(pages, PARAMETERS, VALUES)
    ]

    assert statuses(Client(flask), asked) == {}


@pytest.mark.slow
def test_no_field_breaks_the_server(flask: Flask) -> None:
    """RFC 9110: what cannot be read is passed over, or refused."""
    pages = ["/doc/lake/siljan", "/id/lake/siljan", "/dump/lakes.nt", "/release", "/sparql"]
    values = [*(value for value in NASTY if value.isascii()), "a;q=" + "9" * 5000, "bytes=9-1", ","]
    asked = [
        (page, {name: value}) for page, name, value in itertools.product(pages, FIELDS, values)
    ]

    assert statuses(Client(flask), asked) == {}


@pytest.mark.parametrize(
    "sent",
    ['a>; rel="stylesheet", <http://evil.example/x.css', 'a"b', "a\\b", "a^b|c{d}", "a%0d%0ab"],
)
def test_a_link_field_takes_nothing_unescaped(flask: Flask, sent: str) -> None:
    """RFC 8288, section 3: what a client sent is no link of its own."""
    plain = Client(flask).get("/search", query_string="q=a", headers={"Accept": "text/html"})
    with Client(flask).open(f"/search?q={sent}", headers={"Accept": "text/html"}) as response:
        found = response.headers.get("Link", "")

    assert found.count("<") == plain.headers["Link"].count("<") == found.count(">")
    assert not set('"\\^`{|}') & set(
        "".join(part.partition(">")[0] for part in found.split("<")[1:])
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/release/{name}", "/table", "/timemap", "/feed/", "/query/"])
def test_no_redirect_leads_where_the_host_field_says(
    release: Release, config: Config, path: str
) -> None:
    """A cache may keep it for everybody (RFC 9111, section 4.2.2)."""
    for site_url in ("https://data.example.net/", "https://data.example.net/below/", ""):
        settings = Config(base_iri=config.base_iri, releases=config.releases, site_url=site_url)
        site = open_site(settings.with_site(), release)
        app = create_flask(site)
        fields = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        response = Client(app).get(path.format(name=release.id), headers=fields)
        location = response.headers.get("Location", "")
        site.engine.close()

        assert "evil" not in location
        if 300 < response.status_code < 400:
            assert location.startswith(site_url or "/")
            assert "Cache-Control" in response.headers
