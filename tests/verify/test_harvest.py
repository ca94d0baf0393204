"""Faults of VoID, the home page and the catalogue views, one a test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publisher.findings import Severity
from publisher.verify.options import VerifyOptions
from tests.verify import faults
from tests.verify.conftest import IMPATIENT
from tests.verify.faults import Case, Fault, must_only_warn, must_violate, verified
from tests.verify.site import Answer, Site, redirect

pytestmark = pytest.mark.slow

PARTS = frozenset({"harvest", "mqa", "profiles"})
CATALOGUE = "/catalog"
SE_VIEW = "/catalog/dcat-ap-se.rdf"
SE = "urn:publisher:dcat-ap-se:"
EU = "urn:publisher:dcat-ap:"


def many_redirects(site: Site) -> None:
    """Lead on and on."""
    for hop in range(9):
        site.routes[f"/hop/{hop}"] = redirect(f"/hop/{hop + 1}")
    site.routes[CATALOGUE] = redirect("/hop/0")


VIOLATIONS: dict[str, Case] = {
    "the home page is gone": (
        faults.status("/", 500),
        {"http:status"},
    ),
    "VoID is not RDF": (
        faults.one_format("/void", "text/turtle", '"https://w3id.org/tiny/"', '"https'),
        {"void:syntax"},
    ),
    "the catalogue never ends": (faults.endless(CATALOGUE), {"http:endless"}),
    "the catalogue breaks off": (faults.truncated(CATALOGUE), {"http:truncated"}),
    "the catalogue goes in a circle": (
        faults.leading(CATALOGUE, CATALOGUE),
        {"http:redirect-loop"},
    ),
    "the catalogue is an error page": (
        faults.error_page(CATALOGUE),
        {"harvest:media-type", "harvest:syntax"},
    ),
    "the SE view redirects with 302": (
        faults.leading(SE_VIEW, "/elsewhere", 302),
        {"http:302", "http:status"},
    ),
    "the SE view is plain text": (faults.typed(SE_VIEW, "text/plain"), {"harvest:media-type"}),
    "the SE view lacks a dataset": (
        faults.described_in_swedish("dataset/terms> a dcat:Dataset", "dataset/terms> a <urn:x>"),
        {"harvest:views-differ"},
    ),
    "the SE view has a blank node": (
        faults.described_in_swedish(
            'vcard:fn "Open data" ;', 'vcard:fn "Open data" ; vcard:hasURL [ a vcard:X ] ;'
        ),
        {"harvest:blank-node"},
    ),
    "the SE view has pages": (
        faults.described_in_swedish(
            "<https://w3id.org/tiny/catalog> a dcat:Catalog",
            "<https://w3id.org/tiny/p> a <http://www.w3.org/ns/hydra/core#PagedCollection> ; "
            "<http://www.w3.org/ns/hydra/core#nextPage> <https://w3id.org/tiny/p2> . "
            "<https://w3id.org/tiny/catalog> a dcat:Catalog",
        ),
        {"harvest:paged"},
    ),
    "the SE view is broken RDF/XML": (
        faults.words(SE_VIEW, "</rdf:RDF>", ""),
        {"harvest:syntax"},
    ),
    "the SE view has a licence in words": (
        faults.described_in_swedish(
            "dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/> ;\n"
            "    dcterms:spatial",
            'dcterms:license "CC0" ;\n    dcterms:spatial',
        ),
        {f"{SE}dcat:Catalog/dcterms:license/values"},
    ),
    "a dataset has no title": (
        faults.described('dcterms:title "terms"@en , "terms"@sv ;', ""),
        {f"{EU}dcat:Dataset/dcterms:title/least"},
    ),
    "a title is an address": (
        faults.described_in_swedish(
            'dcterms:title "terms"@en , "terms"@sv ;', "dcterms:title <urn:terms> ;"
        ),
        {f"{SE}dcat:Dataset/dcterms:title/values"},
    ),
    "the catalogue has no datasets": (
        faults.described("a dcat:Dataset", "a <urn:x>"),
        {"harvest:empty", "harvest:views-differ"},
    ),
    "the catalogue's pages go in a circle": (
        faults.described(
            "<https://w3id.org/tiny/catalog> a dcat:Catalog",
            "<https://w3id.org/tiny/p> a <http://www.w3.org/ns/hydra/core#PagedCollection> ; "
            "<http://www.w3.org/ns/hydra/core#nextPage> <https://w3id.org/tiny/catalog> . "
            "<https://w3id.org/tiny/catalog> a dcat:Catalog",
        ),
        {"harvest:page-loop"},
    ),
    "the catalogue counts wrong": (
        faults.described(
            "<https://w3id.org/tiny/catalog> a dcat:Catalog",
            "<https://w3id.org/tiny/p> <http://www.w3.org/ns/hydra/core#totalItems> 3 . "
            "<https://w3id.org/tiny/catalog> a dcat:Catalog",
        ),
        {"harvest:total"},
    ),
    "the catalogue differs between formats": (
        faults.one_format(CATALOGUE, "text/turtle", "The tiny catalogue", "Another"),
        {"harvest:formats-differ"},
    ),
    "the catalogue knows no JSON-LD": (
        faults.when(
            CATALOGUE,
            lambda request: request.fields.get("accept") == "application/ld+json",
            Answer(406, {"Vary": "Accept"}),
        ),
        {"http:status"},
    ),
    "the catalogue is too large for CKAN": (
        faults.when(
            CATALOGUE,
            lambda request: request.method == "HEAD",
            Answer(200, {"Content-Type": "application/rdf+xml", "Content-Length": "52428801"}),
        ),
        {"harvest:too-large"},
    ),
    "the catalogue is behind too many redirects": (many_redirects, {"http:too-many-redirects"}),
}

WARNINGS: dict[str, Case] = {
    "the licence is missing": (
        faults.described(
            "dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/> ;\n"
            "    dcterms:rights",
            "dcterms:rights",
        ),
        {f"{EU}dcat:Distribution/dcterms:license/wanted"},
    ),
    "the theme is missing": (
        faults.described_everywhere(
            "dcat:theme at:data-theme\\/TECH ;\n    dcterms:issued", "dcterms:issued"
        ),
        {f"{EU}dcat:Dataset/dcat:theme/wanted", f"{SE}dcat:Dataset/dcat:theme/wanted"},
    ),
    "a dataset is in no catalogue": (
        faults.described_everywhere(" , <https://w3id.org/tiny/dataset/terms> ;", " ;"),
        {"harvest:phantom"},
    ),
    "the catalogue does not know HEAD": (
        faults.when(CATALOGUE, lambda request: request.method == "HEAD", Answer(405)),
        {"harvest:head"},
    ),
    "the contact is a placeholder": (
        faults.words(CATALOGUE, "regiondalarna.se", "example.org"),
        {"contact:placeholder"},
    ),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_fault_is_seen_for_what_it_is(name: str, site: Site, options: VerifyOptions) -> None:
    """Portals delete, refuse or misread on each of these; nobody may learn it from them."""
    must_violate(VIOLATIONS[name], site, options, PARTS)


@pytest.mark.parametrize("name", WARNINGS)
def test_a_shortcoming_is_only_a_warning(name: str, site: Site, options: VerifyOptions) -> None:
    """What no specification demands must not make the verification fail."""
    must_only_warn(WARNINGS[name], site, options, PARTS)


@pytest.mark.parametrize(
    "fault",
    [faults.slow("/void"), faults.slow(CATALOGUE), faults.dripping(CATALOGUE)],
    ids=["slow VoID", "slow catalogue", "dripping catalogue"],
)
def test_a_slow_site_is_reported_and_not_waited_for(
    fault: Fault, site: Site, options: VerifyOptions
) -> None:
    """Portals hang up after some seconds, too."""
    fault(site)

    seen = verified(site, replace(options, limits=IMPATIENT), PARTS)

    assert "http:slow" in seen[Severity.VIOLATION]
