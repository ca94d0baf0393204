"""Faults of landing pages and of the lists of interfaces, one a test."""

from __future__ import annotations

import pytest

from publisher.findings import Severity
from publisher.verify.options import VerifyOptions
from tests.verify import faults, world
from tests.verify.faults import Case, Fault, must_only_warn, verified
from tests.verify.site import Site, negotiated, page

pytestmark = pytest.mark.slow

PARTS = frozenset({"distributions", "fair", "harvest"})
DUMP = "/dump/bridges.ttl"
PAGE = "/dataset/bridges"

WARNINGS: dict[str, Case] = {
    "the interfaces are not listed": (
        faults.status("/.well-known/api-catalog", 404),
        {"signposting:api-catalog"},
    ),
    "Google sees no description": (
        faults.one_format(PAGE, "text/html", "All the bridges of the tiny world, for", "For"),
        {"google:dataset"},
    ),
    "a dump does not lead back": (faults.without(DUMP, "Link"), {"signposting:collection"}),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_a_shortcoming_is_only_a_warning(name: str, site: Site, options: VerifyOptions) -> None:
    """What no specification demands must not make the verification fail."""
    must_only_warn(WARNINGS[name], site, options, PARTS)


def ontology_without(old: str, new: str = "") -> Fault:
    """Change the ontology."""

    def fault(site: Site) -> None:
        assert old in world.ONTOLOGY
        site.routes["/def/bridge"] = negotiated(world.ONTOLOGY.replace(old, new), page("Terms"))

    return fault


def metadata_without(name: str) -> Fault:
    """Rename a field of the JSON-LD in a landing page."""
    return faults.one_format(PAGE, "text/html", f'"{name}":', '"x":')


ADVICE: dict[str, tuple[Fault, set[str]]] = {
    "nothing is wrong": (lambda site: None, set()),
    "no licence": (
        ontology_without("dcterms:license", "rdfs:seeAlso"),
        {"foops:OM1", "foops:OM4_1", "foops:OM4_2"},
    ),
    "no version": (
        ontology_without("owl:versionIRI", "rdfs:seeAlso"),
        {"foops:OM1", "foops:VER1", "foops:VER2"},
    ),
    "no prefix": (
        ontology_without("vann:preferredNamespacePrefix", "rdfs:comment"),
        {"foops:FIND1", "foops:OM2"},
    ),
    "no catalogue": (
        ontology_without("schema:includedInDataCatalog", "rdfs:seeAlso"),
        {"foops:FIND3", "foops:FIND_3_BIS"},
    ),
    "no definition": (ontology_without('rdfs:comment "Metres."@en ;'), {"foops:VOC4"}),
    "no label": (ontology_without('rdfs:label "span"@en ;'), {"foops:VOC3"}),
    "no reuse": (ontology_without("rdfs:subClassOf schema:Place ;"), {"foops:VOC2"}),
    "no logo": (ontology_without("foaf:logo", "rdfs:seeAlso"), {"foops:OM3"}),
    "no data": (metadata_without("contentUrl"), {"f-uji:F3-01M", "f-uji:A1-02MD"}),
    "no creator": (metadata_without("creator"), {"f-uji:F2-01M"}),
    "no size": (metadata_without("contentSize"), {"f-uji:R1-01M"}),
    "no terms": (metadata_without("license"), {"f-uji:R1.1-01M"}),
    "no relation": (metadata_without("includedInDataCatalog"), {"f-uji:I3-01M"}),
}


@pytest.mark.parametrize("name", ADVICE)
def test_what_a_scorer_misses_is_a_note(name: str, site: Site, options: VerifyOptions) -> None:
    """FOOPS! and F-UJI would name it; a score is advice, so nothing fails."""
    fault, expected = ADVICE[name]
    fault(site)

    seen = verified(site, options, PARTS)

    assert seen[Severity.INFO] == expected
    assert seen[Severity.VIOLATION] | seen[Severity.WARNING] == set()


LINKS: dict[str, tuple[Fault, set[str]]] = {
    "no type": (
        faults.relinked(PAGE, "schema.org/AboutPage", "example.org/"),
        {"signposting:type", "signposting:complete"},
    ),
    "no linkset": (
        faults.status("/dataset/bridges.linkset", 404),
        {"signposting:linkset", "signposting:complete"},
    ),
    "a linkset of something else": (
        faults.bytes_of("/dataset/bridges.linkset", b"[]"),
        {"signposting:linkset", "signposting:complete"},
    ),
    "a linkset without absolute addresses": (
        faults.words("/dataset/bridges.linkset", '"anchor": "http://127.0.0.1', '"anchor": "'),
        {"signposting:linkset"},
    ),
    "no identifier": (
        faults.relinked(PAGE, 'rel="cite-as"', 'rel="other"'),
        {"signposting:cite-as"},
    ),
    "an identifier of something else": (
        faults.relinked(PAGE, 'dataset/bridges>; rel="cite-as', 'def/bridge>; rel="cite-as'),
        {"signposting:cite-as", "signposting:complete"},
    ),
    "metadata that does not lead back": (
        faults.without("/dataset/bridges.ttl", "Link"),
        {"signposting:describes"},
    ),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_link_that_is_missing_is_a_warning(name: str, site: Site, options: VerifyOptions) -> None:
    """A program that follows Signposting would lose its way there."""
    fault, expected = LINKS[name]
    fault(site)

    assert verified(site, options, PARTS)[Severity.WARNING] == expected
