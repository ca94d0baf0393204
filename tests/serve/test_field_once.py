"""No field of an answer comes twice: browsers refuse an answer that lets in two origins."""

from __future__ import annotations

import http.client
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adversary.served import serving
from tests.chain import A_LAKE, Chain
from tests.conftest import WORLD

pytestmark = pytest.mark.slow

# Fields that are lists, and may come in several lines (RFC 9110, section 5.3).
LISTS = {"link", "vary"}
ELSEWHERE = {"Origin": "https://example.org"}
ASKED = {
    "a page": ("GET", "/doc/lake/siljan.html", {}),
    "a file of the site": ("GET", "/static/site.css", {}),
    "a page of the past": ("GET", "/release/OLD/doc/lake/siljan.html", {}),
    "data of the past, for others": (
        "GET",
        "/release/OLD/doc/lake/siljan.ttl",
        ELSEWHERE,
    ),
    "a file of the past": ("GET", "/release/OLD/manifest.json", {}),
    "SPARQL of the past": ("GET", "/release/OLD/sparql?query=ASK%7B%7D", {}),
    "a time in the past": (
        "GET",
        "/doc/lake/siljan.html",
        {"Accept-Datetime": "Wed, 01 Jan 2020 00:00:00 GMT"},
    ),
    "nothing in the past": ("GET", "/release/OLD/nowhere", {}),
    "nothing": ("GET", "/nowhere", {}),
    "a preflight": ("OPTIONS", "/sparql", ELSEWHERE),
    "a method that is not allowed": ("PUT", "/doc/lake/siljan.ttl", {}),
    "a wrong query": ("GET", "/sparql?query=SELECT", {}),
}


@pytest.fixture(scope="module")
def served(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """Return the port of a server of two releases, and the name of the old one."""
    folder = tmp_path_factory.mktemp("served")
    chain = Chain(Path(shutil.copytree(WORLD, folder / "world")), folder / "releases", made)
    old = chain.build()
    chain.add(A_LAKE)
    with serving(chain.releases, folder) as server:
        yield server.port, old.id


@pytest.mark.parametrize("what", ASKED)
def test_a_field_comes_once(served: tuple[int, str], what: str) -> None:
    """Also where one application answers through another, and where the server adds its own."""
    port, old = served
    method, path, fields = ASKED[what]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path.replace("OLD", old), headers=fields)
    response = connection.getresponse()
    response.read()
    connection.close()
    count = Counter(name.lower() for name, _ in response.getheaders())
    assert [name for name, n in count.items() if n > 1 and name not in LISTS] == []
    assert count["date"] == count["access-control-allow-origin"] == 1
