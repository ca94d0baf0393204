"""Our own profiles and the official ones over two feeds that are known to be good."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from rdflib import SH, Graph

from publisher.errors import SourceMissing, SourceSyntax
from publisher.findings import Finding, Severity
from publisher.languages import LANGUAGES
from publisher.rdf.media_types import TURTLE
from publisher.system.http_client import Client
from publisher.verify import graphs, profiles
from publisher.verify.profiles import Profile
from tests.verify import world

PORTALS = Path(__file__).parents[3] / "shared" / "portals"
OWN_PROFILES = (
    profiles.built_in_profile("dcat-ap"),
    profiles.built_in_profile(profiles.SWEDISH),
)
official = pytest.mark.skipif(
    not PORTALS.is_dir(), reason=f"the official profiles are not beside the checkout, in {PORTALS}"
)


@cache
def feed(name: str) -> Graph:
    """Return an example feed."""
    body = (PORTALS / "examples" / name).read_bytes()
    return graphs.to_rdflib(graphs.parse(body, TURTLE.name, "https://ex.se/"))


EU, SE = "feed-eu-dcat-ap-3.0.1.ttl", "feed-se-dcat-ap-se-3.0.1.ttl"


def results(graph: Graph, file: str) -> list[Finding]:
    """Return the findings of an official file over a graph."""
    (profile,) = profiles.read_profiles(Client(), [str(PORTALS / "profiles" / file)])
    return profiles.validate(graph, profile)


def own_results(text: str, profile: Profile) -> set[str]:
    """Return the shapes of a profile of our own that a feed breaks."""
    graph = graphs.to_rdflib(graphs.parse(text.encode(), TURTLE.name, world.BASE))
    return {
        re.sub("^urn:publisher:[a-z-]+:", "", finding.rule)
        for finding in profiles.validate(graph, profile)
    }


@pytest.mark.slow
@official
@pytest.mark.parametrize(
    "file",
    [
        "shapes.ttl",
        "range.ttl",
        "shapes_recommended.ttl",
        "deprecateduris.ttl",
        "dcat-ap-SHACL.ttl",
        "ranges.ttl",
    ],
)
def test_the_example_feed_conforms_to_each_official_file(file: str) -> None:
    """Two of these files hold shapes without a path, which must not stop the validation."""
    assert results(feed(EU), f"dcat-ap-3.0.1/{file}") == []


@official
def test_only_the_publisher_list_of_the_eu_is_not_kept() -> None:
    """A Swedish body is not in the list of EU corporate bodies; three warnings say so."""
    found = results(feed(EU), "dcat-ap-3.0.1/mdr-vocabularies.shape.ttl")

    assert [f.severity for f in found] == [Severity.WARNING] * 3
    assert {f.path for f in found} == {"http://purl.org/dc/terms/publisher"}


@pytest.mark.slow
@official
def test_the_swedish_feed_breaks_no_rule_of_the_swedish_profile() -> None:
    """The shapes derived from DIGG's rules find one warning, which cannot be satisfied."""
    found = results(feed(SE), "dcat-ap-se-3.0.1/dcat-ap-se-3.0.1.derived.shacl.ttl")

    assert [f for f in found if f.severity.blocks] == []


@official
@pytest.mark.parametrize(
    ("name", "position", "paths"),
    [(EU, 0, set()), (SE, 1, {"https://www.w3.org/ns/org#classification"})],
)
def test_our_own_profiles_agree_that_the_example_feeds_are_good(
    name: str, position: int, paths: set[str]
) -> None:
    """They ask for no more than the portals: dataportal.se wants to know who lives on fees."""
    found = profiles.validate(feed(name), OWN_PROFILES[position])

    assert [f for f in found if f.severity.blocks] == []
    assert {f.path for f in found} == paths


@official
@pytest.mark.parametrize(
    ("name", "position", "paths"),
    [
        (
            EU,
            1,
            {
                "http://purl.org/dc/terms/format",
                "http://purl.org/dc/terms/rights",
                "http://www.w3.org/ns/adms#identifier",
            },
        ),
        (SE, 0, {"http://purl.org/dc/terms/format"}),
    ],
)
def test_the_two_views_exclude_each_other(name: str, position: int, paths: set[str]) -> None:
    """That is why there are two: ``dcterms:format`` is an IRI in one, a literal in the other."""
    found = profiles.validate(feed(name), OWN_PROFILES[position])

    assert {f.path for f in found if f.severity.blocks} == paths


@pytest.mark.parametrize(
    ("old", "new", "shape"),
    [
        (
            'dcterms:title "The tiny catalogue"@en , "Den lilla katalogen"@sv ;',
            "",
            "dcat:Catalog/dcterms:title/least",
        ),
        ("dcat:accessURL <", "dcat:landingPage <", "dcat:Distribution/dcat:accessURL/least"),
        ("dcat:endpointURL", "dcat:landingPage", "dcat:DataService/dcat:endpointURL/least"),
        ('foaf:name "Region Dalarna"@sv , "Dalarna Region"@en ;', "", "foaf:Agent/foaf:name/least"),
        ("^^xsd:nonNegativeInteger", "^^xsd:decimal", "dcat:Distribution/dcat:byteSize/values"),
        ("dcat:contactPoint <", "rdfs:seeAlso <", "dcat:Dataset/dcat:contactPoint/wanted"),
    ],
)
def test_our_dcat_ap_profile_names_the_shape_that_is_broken(old: str, new: str, shape: str) -> None:
    """The name of a shape tells the class and the property at fault."""
    feed_text = world.catalogue("http://127.0.0.1", "data@example.se", swedish=False)
    assert old in feed_text

    assert shape in own_results(feed_text.replace(old, new), OWN_PROFILES[0])


@pytest.mark.parametrize(
    ("old", "new", "shape"),
    [
        (
            'dcterms:format "text/csv"',
            "dcterms:format <urn:csv>",
            "dcat:Distribution/dcterms:format/values",
        ),
        ("mailto:", "https://", "vcard:Kind/vcard:hasEmail/advised"),
        (
            '"Region Dalarna"@sv , "Dalarna Region"@en',
            '"Region Dalarna"',
            "foaf:Agent/foaf:name/language",
        ),
        (
            "publishertype/RegionalAuthority",
            "other/Region",
            "foaf:Agent/dcterms:type/values",
        ),
        (
            "zero/1.0/> ;\n    dcterms:spatial",
            "zero/1.0> ;\n    dcterms:spatial",
            "dcat:Catalog/dcterms:license/advised",
        ),
    ],
)
def test_our_dcat_ap_se_profile_names_the_shape_that_is_broken(
    old: str, new: str, shape: str
) -> None:
    """These are the mistakes that DIGG's guide warns of."""
    feed_text = world.catalogue("http://127.0.0.1", "data@example.se", swedish=True)
    assert old in feed_text

    assert shape in own_results(feed_text.replace(old, new), OWN_PROFILES[1])


@pytest.mark.parametrize("profile", OWN_PROFILES, ids=lambda profile: profile.name)
def test_every_message_of_our_profiles_is_in_each_language(profile: Profile) -> None:
    """Staff read them in Swedish, portals' people in English."""
    shapes = profile.shapes
    languages = {
        tuple(sorted(getattr(message, "language", "") for message in shapes.objects(s, SH.message)))
        for s in {*shapes.subjects(SH.severity), *shapes.subjects(SH.message)}
    }

    assert languages == {tuple(sorted(LANGUAGES))}


def test_a_profile_that_is_not_there_is_named() -> None:
    """A misspelt path must not look like a feed without faults."""
    with pytest.raises(SourceMissing, match=r"nowhere\.ttl"):
        profiles.read_profiles(Client(), ["nowhere.ttl"])


def test_a_profile_that_is_not_turtle_is_named(tmp_path: Path) -> None:
    """The same for a file that is something else."""
    path = tmp_path / "page.ttl"
    path.write_text("<html>")

    with pytest.raises(SourceSyntax, match=r"page\.ttl"):
        profiles.read_profiles(Client(), [str(path)])
