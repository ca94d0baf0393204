"""Pages of ontologies: of a large one a part is shown, and nothing of it is out of reach."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.serve.app import create_flask
from tests.previews import preview_site

BASE = "https://words.example.org/"
HEAD = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX o: <{start}>
{name} a owl:Ontology ; rdfs:label "Tools"@en .
"""
CLASSES, PROPERTIES = 130, 60

pytestmark = pytest.mark.slow


def written(start: str, name: str) -> str:
    """Return an ontology whose classes are named backwards: what is last is first by letter."""
    turtle = HEAD.format(start=start, name=name)
    for n in range(CLASSES):
        letter = chr(ord("z") - n % 26)
        above = f" ; rdfs:subClassOf o:C{n - 1}" if n else ""
        turtle += f'o:C{n} a owl:Class ; rdfs:label "{letter}ool {n:03d}"@en{above} .\n'
    for n in range(PROPERTIES):
        turtle += f'o:p{n} a owl:ObjectProperty ; rdfs:label "uses {n:03d}"@en .\n'
    return turtle


@pytest.fixture(scope="module", params=["hash", "slash"])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[FlaskClient, str, str]]:
    """Return a client, the path of the ontology's page, and what stands before its terms."""
    folder = tmp_path_factory.mktemp(request.param)
    path = "/def/tools" if request.param == "hash" else "/def/tools/"
    start = f"{BASE}def/tools{'#' if request.param == 'hash' else '/'}"
    with site_of(written(start, f"<{BASE}{path[1:]}>"), folder) as client:
        yield client, path, start


@contextmanager
def site_of(turtle: str, folder: Path) -> Iterator[FlaskClient]:
    """Open a site over an ontology."""
    file = folder / "tools.ttl"
    file.write_text(turtle, encoding="utf-8")
    with preview_site(file, folder / "releases", BASE) as site:
        yield create_flask(site).test_client()


def page(client: FlaskClient, address: str) -> str:
    """Return the main part of a page in English."""
    joint = "&" if "?" in address else "?"
    answer = client.get(f"{address}{joint}lang=en", headers={"Accept": "text/html"})
    assert answer.status_code == 200, address
    return html.unescape(answer.text[answer.text.index("<main") : answer.text.index("</main>")])


def listed(text: str) -> set[str]:
    """Return the names of the terms in the contents of a page."""
    contents = text[text.index('<nav class="contents"') :].partition("</nav>")[0]
    contents = re.sub(r'<span class="also">.*?</span>', "", contents)
    return set(re.findall(r">((?:\wool|Uses|uses) [0-9]{3})<", contents, re.IGNORECASE))


def test_counts_are_those_of_the_whole(opened: tuple[FlaskClient, str, str]) -> None:
    """Whatever part is shown."""
    client, path, _ = opened
    for address in (path, f"{path}?terms=1.3", f"{path}?terms=2.2"):
        text = page(client, address)
        assert f'Classes <span class="count">({CLASSES})' in text
        assert f'Object properties <span class="count">({PROPERTIES})' in text


def test_following_the_parts_finds_every_term_once(opened: tuple[FlaskClient, str, str]) -> None:
    """By the links to the next part, without a script."""
    client, path, _ = opened
    names: list[str] = []
    for kind, wanted in ((1, CLASSES), (2, PROPERTIES)):
        seen: list[str] = []
        for part in range(1, -(-wanted // 50) + 1):
            text = page(client, f"{path}?terms={kind}.{part}")
            of_kind = {n for n in listed(text) if n.lower().startswith("uses") == (kind == 2)}
            assert len(of_kind) <= 50
            seen += of_kind
        assert len(seen) == len(set(seen)) == wanted
        names += seen
    assert len(names) == CLASSES + PROPERTIES


def test_a_letter_leads_to_the_part_in_which_it_begins(
    opened: tuple[FlaskClient, str, str],
) -> None:
    """Letters that no term begins with are not there."""
    client, path, _ = opened
    found = re.search(r'<a href="([^"]*)"[^>]*>M</a>', page(client, path))
    assert found is not None
    assert any(
        name.lower().startswith("m") for name in listed(page(client, found[1].split("#")[0]))
    )


def test_a_term_is_found_by_the_end_of_its_name(opened: tuple[FlaskClient, str, str]) -> None:
    """As the script asks for one that follows a hash."""
    client, path, start = opened
    text = page(client, f"{path}?term=C0")
    assert "zool 000" in {name.lower() for name in listed(text)}
    if start.endswith("#"):
        assert 'id="C0"' in text
        assert 'id="C0"' not in page(client, path)
        assert 'id="C0"' in page(client, f"{path}?terms=all")


def test_what_is_asked_for_wrongly_gets_the_beginning_or_the_end(
    opened: tuple[FlaskClient, str, str],
) -> None:
    """An old link need not be dead."""
    client, path, _ = opened
    assert listed(page(client, f"{path}?terms=x.y")) == listed(page(client, path))
    assert listed(page(client, f"{path}?terms=1.99")) == listed(page(client, f"{path}?terms=1.3"))
    assert listed(page(client, f"{path}?terms=99.1&term=nothing")) != set()


def test_what_is_of_a_class_without_a_name_is_told_in_words(tmp_path: Path) -> None:
    """So are those that it is linked from; terms of the prefix without a name are called by it."""
    turtle = HEAD.format(start=f"{BASE}def/tools/", name=f"<{BASE}def/tools/>").replace("o:", ":")
    turtle += """
PREFIX dcterms: <http://purl.org/dc/terms/>
:RoundFile a owl:Class . :cutsWith a owl:ObjectProperty .
:mine a owl:NamedIndividual , :RoundFile , [
    a owl:Restriction ; owl:onProperty :cutsWith ; owl:minCardinality 2 ] ;
    owl:differentFrom :yours ; dcterms:source [ dcterms:title "A letter"@en ] , "Lea, p. 3" .
:yours a owl:NamedIndividual ; owl:differentFrom :mine .
"""
    with site_of(turtle, tmp_path) as client:
        mine = page(client, "/def/tools/mine")
        assert re.search(r">Cuts with</a> min 2|>cuts with</a> min 2", mine)
        assert ">Round file</a>" in mine
        for term in ("yours", "RoundFile", "cutsWith", ""):
            assert "<main" in page(client, f"/def/tools/{term}")


def test_a_preview_links_to_nothing_that_does_not_answer(tmp_path: Path) -> None:
    """It has no list of its documents, and names of nothing have no link there either."""
    turtle = HEAD.format(start=f"{BASE}def/tools#", name=f"<{BASE}def/tools>")
    turtle += f'o:Saw a owl:Class ; rdfs:label "saw"@en ; rdfs:seeAlso <{BASE}def/gone> .\n'
    turtle += f"<{BASE}id/saw/1> a o:Saw , <{BASE}def/nothing#Thing> ; o:teeth 40 .\n"
    with site_of(turtle, tmp_path) as client:
        for address in ("/def/tools", "/doc/saw/1"):
            links = re.findall(r'<a [^>]*?href="(/(?:def|id|doc)[^"?#]*)', page(client, address))
            answers = {link: client.get(link).status_code for link in links}
            assert links
            assert {link: status for link, status in answers.items() if status >= 400} == {}
