"""From a folder of sources to the web, and a look at it from outside: the journey of the data."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from tests.conftest import wait_for

DEFAULT_BUILDS = True

pytestmark = pytest.mark.slow

SILJAN = URIRef("https://data.example.org/id/lake/siljan")
SENTENCE = '"En sjö i Dalarna."@sv'
# What each format is called in an Accept field, and by rdflib.
FORMATS = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
    "application/n-triples": "nt",
}
WHICH_RIVERS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX water: <https://data.example.org/def/water#>
SELECT ?name WHERE {
    ?river water:flowsInto ?lake ; skos:prefLabel ?name .
    ?lake skos:prefLabel "Vänern"@sv .
}
ORDER BY ?name
"""


def publisher(world: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command where the sources are."""
    return subprocess.run(
        [sys.executable, "-m", "publisher", *arguments, "--lang", "en"],
        cwd=world,
        capture_output=True,
        text=True,
    )


@contextmanager
def serving(world: Path, port: int) -> Iterator[str]:
    """Yield the address of the site while an operator serves the release."""
    site = f"http://127.0.0.1:{port}/"
    server = subprocess.Popen(
        [sys.executable, "-m", "publisher", "serve", "--port", str(port)],
        cwd=world,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"{site}readyz", server)
        yield site
    finally:
        server.terminate()
        server.wait()


def follow_the_name(site: str) -> None:
    """A visitor reads a page in Swedish; a developer gets the same graph in four formats."""
    lake = f"{site}id/lake/siljan"
    page = requests.get(lake, headers={"Accept": "text/html"}, timeout=10)
    assert [hop.status_code for hop in page.history] == [303]
    assert "En sjö i Dalarna." in page.text

    graphs = []
    for media_type, name in FORMATS.items():
        answer = requests.get(lake, headers={"Accept": media_type}, timeout=10)
        assert answer.headers["Content-Type"].startswith(media_type)
        graphs.append(Graph().parse(data=answer.content, format=name))
    assert all(set(graph) == set(graphs[0]) for graph in graphs)
    assert {str(name) for name in graphs[0].objects(SILJAN, SKOS.prefLabel)} == {"Siljan"}


def take_the_data(site: str) -> None:
    """A program asks for the rivers of the largest lake; a mirror, whether the dump changed."""
    asked = requests.get(f"{site}sparql", params={"query": WHICH_RIVERS}, timeout=30)
    found = [row["name"]["value"] for row in asked.json()["results"]["bindings"]]
    assert found == ["Klarälven", "Klarälven River"]

    dump = requests.get(f"{site}dump/lakes.nt", timeout=10)
    assert len(dump.text.splitlines()) == 9
    again = {"If-None-Match": dump.headers["ETag"]}
    assert requests.get(f"{site}dump/lakes.nt", headers=again, timeout=10).status_code == 304


def wait_for_text(address: str, text: str) -> None:
    """Wait until a document says something."""
    for _ in range(300):
        if text in requests.get(address, timeout=10).text:
            return
        time.sleep(0.1)
    raise AssertionError("the new release is not served")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own use of it
def test_the_journey_of_the_data(world: Path, free_port: int) -> None:
    """What passes its check is built, served, and found from outside; what does not, never is."""
    lakes = world / "data" / "lakes" / "lakes.ttl"

    # An editor checks the sources, and makes a release of them.
    checked = publisher(world, "check")
    assert (checked.returncode, checked.stdout) == (0, "0 violations, 0 warnings, 0 notes.\n")
    assert publisher(world, "build").returncode == 0

    with serving(world, free_port) as site:
        follow_the_name(site)
        take_the_data(site)
        document = f"{site}doc/lake/siljan.ttl"

        # The editor forgets a language tag: nothing is published, and the site stays.
        good = lakes.read_text(encoding="utf-8")
        lakes.write_text(good.replace('"Siljan"@sv', '"Siljan"'), encoding="utf-8")
        refused = publisher(world, "build")
        assert refused.returncode == 1
        assert "Give one name per language, with a language tag." in refused.stdout
        assert requests.get(document, timeout=10).status_code == 200

        # The editor mends it and writes a better sentence: the site follows without a restart.
        lakes.write_text(good.replace(SENTENCE, '"En djup sjö i Dalarna."@sv'), encoding="utf-8")
        assert publisher(world, "build").returncode == 0
        wait_for_text(document, "En djup sjö")
