"""An ontology without data, and data without ontology and shapes: published like any other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rdflib import Graph

from publisher.findings import Finding
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from tests.folders import Site, run_publisher

SLOW_FIXTURES = {"world"}
BASE = "https://wheels.guild.example/"
CATALOGUE = f"""<{BASE}catalog> a <http://www.w3.org/ns/dcat#Catalog> ;
    <http://purl.org/dc/terms/modified> "2026-02-03"^^<http://www.w3.org/2001/XMLSchema#date> .
"""
ONTOLOGY = f"""PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX : <{BASE}wheel#>
<{BASE}wheel> a owl:Ontology ; rdfs:label "Wheels"@en .
:Wheel a owl:Class , sh:NodeShape ; rdfs:label "wheel"@en ;
    sh:property [ sh:path :spokes ; sh:maxCount 1 ] .
:spokes a owl:DatatypeProperty ; rdfs:label "spokes"@en ; rdfs:domain :Wheel .
"""
THESAURUS = f"""PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
<{BASE}term/hub> a skos:Concept ; skos:prefLabel "hub"@en ; skos:inScheme <{BASE}term> .
<{BASE}term> a skos:ConceptScheme ; skos:prefLabel "Wheels"@en ;
    skos:hasTopConcept <{BASE}term/hub> .
"""
# What is in the folder; its things; the rules whose notes say what is not there.
FOLDERS = {
    "ontology": ({"ontology/wheel.ttl": ONTOLOGY}, ["wheel"], {"unused-shapes"}),
    "thesaurus": ({"data/terms/terms.ttl": THESAURUS}, ["term", "term/hub"], {"no-shapes"}),
    "both": (
        {"ontology/wheel.ttl": ONTOLOGY, "data/terms/terms.ttl": THESAURUS},
        ["wheel", "term/hub"],
        {"unused-shapes"},
    ),
}


@dataclass(frozen=True)
class World:
    """A folder, checked, built and served."""

    things: list[str]
    text: str
    noted: set[str]
    findings: tuple[Finding, ...]
    site: Site


@pytest.fixture(scope="module", params=sorted(FOLDERS))
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Return each folder, built and served."""
    files, things, noted = FOLDERS[request.param]
    work = tmp_path_factory.mktemp("partial")
    for name, text in {**files, "data/catalogue.ttl": CATALOGUE}.items():
        path = work / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    approved = approve(read_sources(work / "sources", BASE))
    build(approved, work / "releases")
    with run_publisher(work, "serve", "--releases", str(work / "releases")) as site:
        yield World(things, "\n".join(files.values()), noted, approved.findings, site)


def test_a_folder_with_a_part_is_published(world: World) -> None:
    """Each thing answers with what was said of it, and so does every address of the sitemap."""
    wanted = Graph().parse(data=world.text, format="turtle")
    for thing in world.things:
        statuses, answer = world.site.look_up(BASE, BASE + thing, "text/turtle")
        assert statuses[-1] == 200, thing
        found = Graph().parse(data=answer.text, format="turtle")
        said = {t for t in wanted if str(t[0]) == BASE + thing}
        assert said
        assert said <= set(found)
        assert world.site.look_up(BASE, BASE + thing, "text/html")[0][-1] == 200
    listed = world.site.sitemap()
    wrong = [place for place in listed if world.site.follow(place, "*/*")[0][-1] != 200]
    assert len(listed) >= len(world.things)
    assert wrong == []


def test_what_a_folder_lacks_is_noted_and_stops_nothing(world: World) -> None:
    """Nobody takes a pass for more than it is."""
    assert {finding.rule for finding in world.findings} == world.noted


def test_a_folder_without_any_date_is_told_before_it_is_built(tmp_path: Path) -> None:
    """What the build refuses, the check must find."""
    path = tmp_path / "data" / "terms" / "terms.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(THESAURUS, encoding="utf-8")
    never = CATALOGUE.replace("2026-02-03", "9999-12-31").replace("modified", "issued")
    (tmp_path / "data" / "catalogue.ttl").write_text(never, encoding="utf-8")
    with pytest.raises(Exception, match="1 violation") as caught:
        approve(read_sources(tmp_path, BASE))
    findings: list[Finding] = caught.value.findings  # type: ignore[attr-defined]
    assert {f.rule for f in findings if f.severity.blocks} == {"dates"}


def test_shapes_that_lie_in_both_places_are_used(tmp_path: Path) -> None:
    """A copy in ``shapes/`` is what the data are held to; the other is documentation."""
    for name, text in (
        ("data/catalogue.ttl", CATALOGUE),
        ("data/terms/terms.ttl", THESAURUS),
        ("data/terms/wheel.ttl", ONTOLOGY),
        ("shapes/wheel.ttl", ONTOLOGY),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert "unused-shapes" not in {f.rule for f in approve(read_sources(tmp_path, BASE)).findings}
