"""Names may hold spaces beyond ASCII: RFC 3987 allows them, word processors write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Dataset, Graph

from tests.folders import Folder, Site, build_folder, run_publisher

SLOW_FIXTURES = {"world"}
BASE = "https://letters.print.example/"
SPACES = {
    "no-break": "\u00a0",
    "em": "\u2003",
    "line": "\u2028",
    "paragraph": "\u2029",
    "ideographic": "\u3000",
    "narrow": "\u202f",
    "zero-width": "\u200b",
}
# Two that XML of 2008 has in names, and XML of 1998 has not.
ODD = ("\u1680", "\ufeff", "\U0001f40c")
LINES = (("application/n-triples", "nt"), ("application/n-quads", "nquads"))
PREFIXES = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


def names(kind: str) -> list[str]:
    """Return the names of things with a space: within, at the end, and behind a hash."""
    space = SPACES[kind]
    return [f"{BASE}id/{kind}/a{space}b", f"{BASE}id/{kind}/c{space}", f"{BASE}id/{kind}#d{space}e"]


def described(kind: str) -> str:
    """Return Turtle in which such names stand wherever names can."""
    space, lines = SPACES[kind], []
    for name in names(kind):
        lines.append(
            f'<{name}> a <{BASE}def/{kind}{space}Class> ; rdfs:label "{kind}{space}word"@en ;\n'
            f"    <{BASE}def/{kind}{space}near> <{names(kind)[0]}> , _:b{len(lines)} ;\n"
            f'    <{BASE}def/value> "1{space}"^^<{BASE}def/{kind}{space}Type> .\n'
            f"_:b{len(lines)} rdfs:seeAlso <{name}> ."
        )
    return "\n".join(lines)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Folder, Site]]:
    """Return a folder with all of them, built and served."""
    work = tmp_path_factory.mktemp("spaces")
    gone = "".join(
        f"<{BASE}id/{kind}/old{space}> dcterms:isReplacedBy <{names(kind)[0]}> ,"
        f" <{names(kind)[1]}> .\n"
        for kind, space in SPACES.items()
    )
    quads = "".join(
        f'<{BASE}id/{kind}/q> <{BASE}def/value> "{space}" <{BASE}graph/{kind}{space}> .\n'
        for kind, space in SPACES.items()
    )
    ontology = "".join(
        f'<{BASE}def/{kind}{space}Class> a owl:Class ; rdfs:label "{kind}"@en .\n'
        for kind, space in SPACES.items()
    )
    folder = build_folder(
        work,
        BASE,
        {
            "data/a/things.ttl": PREFIXES + "\n".join(map(described, SPACES)),
            "data/a/gone.ttl": PREFIXES + gone,
            "data/b/quads.nq": quads,
            "ontology/classes.ttl": PREFIXES + ontology,
        },
    )
    with run_publisher(work, "serve", "--releases", str(folder.release.folder.parent)) as site:
        yield folder, site


@pytest.mark.parametrize("kind", SPACES)
def test_a_thing_whose_name_holds_a_space_answers(world: tuple[Folder, Site], kind: str) -> None:
    """At its own path, with everything that was said of it."""
    wanted = Graph().parse(data=PREFIXES + described(kind), format="turtle")
    for name in names(kind):
        statuses, answer = world[1].look_up(BASE, name, "text/turtle")
        assert statuses[-1] == 200, name
        found = {t for t in Graph().parse(data=answer.text, format="turtle") if str(t[0]) == name}
        said = {t for t in wanted if str(t[0]) == name}
        assert {t[1:] for t in said if "_:" not in t[2].n3()} <= {t[1:] for t in found}
        assert len(said) == len(found)
        statuses, answer = world[1].look_up(BASE, name, "text/html")
        assert statuses[-1] == 200, name
    replaced = world[1].look_up(BASE, f"{BASE}id/{kind}/old{SPACES[kind]}", "text/turtle")
    assert replaced[0][-1] == 410, kind
    assert len(list(Graph().parse(data=replaced[1].text, format="turtle"))) > 2


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_dumps_and_graphs_keep_the_spaces(world: tuple[Folder, Site]) -> None:
    """As many triples as there are, with the same names.

    In RDF/XML rdflib reads no such namespaces.
    """
    site = world[1]
    wanted = Graph().parse(data=PREFIXES + "\n".join(map(described, SPACES)), format="turtle")
    bare = {t for t in wanted if "_:" not in " ".join(n.n3() for n in t)}
    for extension, reader in (("ttl", "turtle"), ("jsonld", "json-ld"), ("nt", "nt")):
        answer = site.socket.get(f"/dump/a.{extension}")
        found = set(Graph().parse(data=answer.text, format=reader))
        assert bare <= found, extension
        assert len([t for t in found if "isReplacedBy" not in t[1]]) == len(wanted), extension
    xml = site.socket.get("/dump/a.rdf").text.encode()
    assert {quad.predicate.value for quad in parse(xml, format=RdfFormat.RDF_XML)} == {
        str(predicate) for predicate in Graph().parse(data=answer.text, format=reader).predicates()
    }
    written = site.socket.get("/dump/b.nq").text.encode()
    graphs = {quad.graph_name.value for quad in parse(written, format=RdfFormat.N_QUADS)}
    assert {f"{BASE}graph/{kind}{space}" for kind, space in SPACES.items()} <= graphs


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("media_type", "reader"), LINES)
@pytest.mark.parametrize("kind", SPACES)
def test_lines_with_spaces_in_names_are_read_by_others(
    world: tuple[Folder, Site], kind: str, media_type: str, reader: str
) -> None:
    """Readers of rdflib take no space of Unicode within a name, but its escape."""
    name = names(kind)[0]
    answer = world[1].look_up(BASE, name, media_type)[1]
    query = f"/sparql?query={quote(f'DESCRIBE <{name}>')}"
    result = world[1].socket.get(query, {"Accept": media_type})
    for content in (answer.text, result.text):
        subjects = {str(quad[0]) for quad in Dataset().parse(data=content, format=reader).quads()}
        assert name in subjects


def test_every_address_of_the_sitemap_with_spaces_answers(world: tuple[Folder, Site]) -> None:
    """And check found nothing that keeps a name from being looked up."""
    folder, site = world
    listed = site.sitemap()
    assert len(listed) > 2 * len(SPACES)
    assert [place for place in listed if site.follow(place, "*/*")[0][-1] != 200] == []
    assert folder.found("reachable") == set()


@pytest.mark.parametrize("character", ODD)
def test_a_property_that_readers_of_xml_refuse_is_found(character: str, tmp_path: Path) -> None:
    """Its dataset has no dump as RDF/XML; not to say so would be a loss in silence."""
    things = f'<{BASE}id/a> <{BASE}def/k{character}near> "x" .\n'
    folder = build_folder(tmp_path, BASE, {"data/a/a.ttl": things})
    assert "property-names" in {finding.rule for finding in folder.findings}
    assert not (folder.release.folder / "dumps" / "a.rdf").exists()
