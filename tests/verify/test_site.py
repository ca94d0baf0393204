"""The base of the IRIs is learned from the site; its address may be another."""

from __future__ import annotations

import pytest

from publisher.system.http_client import Client
from publisher.verify.site import VerifiedSite as KnownSite
from publisher.verify.site import read_site
from tests.verify import faults, world
from tests.verify.conftest import LIMITS
from tests.verify.site import Site, fixed


def learned(site: Site) -> KnownSite:
    """Return what is learned of a site."""
    known, _ = read_site(Client(LIMITS), site.url, "catalog")
    return known


def test_the_base_comes_from_the_uri_space_of_void(site: Site) -> None:
    """VoID is where a machine looks."""
    site.routes["/"] = fixed(b"<p>", "text/html")

    assert learned(site).base == world.BASE


def test_the_base_comes_from_the_home_page_when_void_names_a_part(site: Site) -> None:
    """A dataset may fill only a part of the space."""
    faults.words("/void", '"https://w3id.org/tiny/"', '"https://w3id.org/tiny/id/"')(site)

    assert learned(site).base == world.BASE


def test_the_base_comes_from_the_home_page_when_there_is_no_void(site: Site) -> None:
    """The link ``canonical`` tells as much."""
    faults.status("/void", 404)(site)

    assert learned(site).base == world.BASE


def test_the_base_comes_from_the_catalogue_when_nothing_else_tells(site: Site) -> None:
    """Its canonical IRI ends as its address does."""
    faults.status("/void", 404)(site)
    site.routes["/"] = fixed(b"<p>", "text/html")
    link = f'<{world.BASE}catalog>; rel="canonical"'
    site.routes["/catalog"] = fixed(b"", "text/turtle", link)

    assert learned(site).base == world.BASE


def test_the_base_is_the_address_when_nothing_else_is_said(site: Site) -> None:
    """A site may live where its IRIs are."""
    faults.status("/void", 404)(site)
    site.routes["/"] = fixed(b"<p>", "text/html")

    assert learned(site).base == site.url


@pytest.mark.parametrize(
    ("iri", "address"),
    [
        ("https://w3id.org/tiny/id/bridge/1", "http://x/id/bridge/1"),
        ("https://w3id.org/tiny/id/ö", "http://x/id/%C3%B6"),
        ("https://w3id.org/tiny/id/%C3%B6", "http://x/id/%C3%B6"),
        ("https://w3id.org/other/1", "https://w3id.org/other/1"),
        ("http://x/sparql?query=ASK%20%7B%7D", "http://x/sparql?query=ASK%20%7B%7D"),
    ],
)
def test_an_iri_is_mapped_to_the_address_that_answers_for_it(iri: str, address: str) -> None:
    """By path; what is somebody else's stays."""
    assert KnownSite("http://x/", "https://w3id.org/tiny/").locate(iri) == address


def test_triples_of_a_dump_are_found_under_either_of_its_names(site: Site) -> None:
    """VoID may name a dump by its IRI or by its address."""
    known = learned(site)

    assert known.triples_of(f"{world.BASE}dump/bridges.ttl") == {9}
    assert known.triples_of(f"{site.address}/dump/bridges.ttl") == {9}
    assert known.triples_of(f"{site.address}/dump/terms.ttl") == set()
