"""A whole verification: a good site passes, and the report says so to people and programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from publisher.findings import Severity
from publisher.verify import presentation, report
from publisher.verify.options import VerifyOptions
from publisher.verify.verification import verify
from tests.verify import faults, world
from tests.verify.site import Site, fixed

pytestmark = pytest.mark.slow


def test_a_good_site_passes_without_a_word_of_warning(site: Site, options: VerifyOptions) -> None:
    """Otherwise the tests that put faults in would prove nothing."""
    found = verify(site.url, options)

    assert [f.message["en"] for f in found.findings if f.severity is not Severity.INFO] == []
    assert not found.failed
    assert found.base == world.BASE


def test_every_dataset_of_a_good_site_gets_405_points(site: Site, options: VerifyOptions) -> None:
    """The score that data.europa.eu gives at most."""
    tables = verify(site.url, options).tables
    (summary,) = [t for t in tables if t.title["en"] == "MQA score by dataset"]

    assert [(row[0], row[1], row[2]) for row in summary.rows] == [
        ("https://w3id.org/tiny/dataset/bridges", "405", "405"),
        ("https://w3id.org/tiny/dataset/terms", "405", "405"),
    ]


def test_a_portal_is_rehearsed_dataset_by_dataset(site: Site, options: VerifyOptions) -> None:
    """Staff see what visitors of the portal will see, before they do."""
    (shown,) = [
        t for t in verify(site.url, options).tables if t.title["en"] == "What a portal shows"
    ]

    assert shown.rows[0] == (
        "https://w3id.org/tiny/dataset/bridges",
        "bridges (en), bridges (sv)",
        "http://creativecommons.org/publicdomain/zero/1.0/",
        "CSV, RDF_TURTLE",
        "data@regiondalarna.se",
    )


def test_every_file_is_listed_with_what_it_turned_out_to_be(
    site: Site, options: VerifyOptions
) -> None:
    """That a distribution is true to its description must be seen, not believed."""
    (listed,) = [t for t in verify(site.url, options).tables if t.title["en"] == "Distributions"]
    (dump,) = [row for row in listed.rows if row[0] == f"{site.address}/dump/bridges.ttl"]

    assert dump[1:5] == ("200", "text/turtle", str(len(world.dumps()["bridges.ttl"])), "9")


def test_progress_is_told_in_the_language_asked_for(site: Site, options: VerifyOptions) -> None:
    """Whoever waits for it must see what is being done."""
    told: list[str] = []

    verify(site.url, options, told.append)

    assert "Fetching the catalogue as portals do" in told
    assert f"{site.address}/dump/bridges.ttl" in told


def test_nothing_listening_is_a_finding_not_an_exception(options: VerifyOptions) -> None:
    """An operator whose site is down wants a report, not a traceback."""
    found = verify("http://127.0.0.1:1/", options)

    assert {f.rule for f in found.findings if f.severity.blocks} == {"http:unreachable"}


def test_a_report_as_json_is_read_by_programs(site: Site, options: VerifyOptions) -> None:
    """Continuous integration reads it."""
    faults.status("/dump/bridges.ttl", 404)(site)

    document = json.loads(report.to_json(verify(site.url, options), "en"))

    assert document["failed"] is True
    assert document["base"] == world.BASE
    assert document["counts"]["violation"] == len(
        [f for f in document["findings"] if f["severity"] == "violation"]
    )
    assert {"method", "url", "status", "mediaType", "seconds", "fault"} == set(
        document["exchanges"][0]
    )


def test_a_report_as_text_ends_with_the_verdict(site: Site, options: VerifyOptions) -> None:
    """What scrolls by last is what is read."""
    text = presentation.to_text(verify(site.url, options), "en")

    assert text.splitlines()[-1].startswith(f"{site.url} passes: no violations, 0 warnings")


@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_report_as_html_escapes_what_the_site_says(
    language: str, site: Site, options: VerifyOptions
) -> None:
    """A hostile site must not run scripts in the report about it."""
    faults.typed("/dump/bridges.ttl", "text/<script>")(site)

    page = presentation.to_html(verify(site.url, options), language)

    assert f'<html lang="{language}">' in page
    assert "text/&lt;script&gt;" in page
    assert "<script" not in page


def test_the_contact_below_example_org_is_the_one_thing_to_set(
    site: Site, options: VerifyOptions
) -> None:
    """A feed with a placeholder must not be registered, and must not fail on the first day."""
    site.routes |= faults.routes_with_mail(site, "data@example.org")

    found = verify(site.url, options)

    assert [f.rule for f in found.findings if f.severity is Severity.WARNING] == [
        "contact:placeholder"
    ]
    assert not found.failed


def test_places_left_open_on_an_own_page_are_noted(site: Site, options: VerifyOptions) -> None:
    """As long as nobody has written what the law asks for; a page without them is fine."""
    links = '<a href="/page/om">Om</a><a href="/page/klar">Klar</a>'
    site.replace_text("/", "</h1>", f"</h1>{links}")
    page = b"<p>Senast granskad [Fyll i: datum &amp; <em>vem</em>].</p>"
    site.routes["/page/om"] = fixed(page, "text/html")
    site.routes["/page/klar"] = fixed(b"<p>[Klart].</p>", "text/html")

    found = [f for f in verify(site.url, options).findings if f.rule == "page:placeholder"]

    assert [(f.focus_node, f.message["en"]) for f in found] == [
        (f"{site.url}page/om", "Fill in what is left open here: datum & vem.")
    ]


def test_a_profile_that_is_given_judges_the_view_it_is_meant_for(
    site: Site, options: VerifyOptions, tmp_path: Path
) -> None:
    """So a user adds the official shapes, or the portal's own."""
    profile = tmp_path / "own.ttl"
    profile.write_text(
        """
        PREFIX dcat: <http://www.w3.org/ns/dcat#>
        PREFIX dcterms: <http://purl.org/dc/terms/>
        PREFIX sh: <http://www.w3.org/ns/shacl#>
        [] a sh:NodeShape ; sh:targetClass dcat:Distribution ;
            sh:property [ sh:path dcterms:format ; sh:nodeKind sh:IRI ; sh:message "An IRI."@en ] .
        """
    )
    from_both = VerifyOptions(
        limits=options.limits,
        parts=frozenset({"harvest", "profiles"}),
        profiles=(str(profile), f"se={profile}"),
    )

    found = verify(site.url, from_both)

    assert len([f for f in found.findings if f.severity.blocks]) == 3
