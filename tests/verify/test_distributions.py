"""Faults of dumps and tables, one a test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publisher.findings import Severity
from publisher.verify.options import VerifyOptions
from tests.verify import faults, world
from tests.verify.faults import Case, must_only_warn, must_violate, verified
from tests.verify.site import Site, fixed, negotiated, page

pytestmark = pytest.mark.slow

PARTS = frozenset({"distributions", "harvest"})
DUMP = "/dump/bridges.ttl"


def other_data(site: Site) -> None:
    """Change a dump by one letter, as long as before."""
    site.replace_text(DUMP, "Old Bridge", "Odd Bridge")


def longer_data(site: Site) -> None:
    """Add a comment to a dump: the triples are the same, the bytes are not."""
    site.break_route(DUMP, lambda _, good: replace(good, body=good.body + b"# more\n"))


def miscounted(site: Site) -> None:
    """Say in VoID that a dump has another number of triples."""
    described = world.VOID.substitute(site=site.address).replace("triples 9", "triples 8")
    site.routes["/void"] = negotiated(described, page("VoID"))


VIOLATIONS: dict[str, Case] = {
    "a dump is declared with another size": (
        faults.described('dcat:byteSize "', 'dcat:byteSize "9'),
        {"distribution:size"},
    ),
    "a dump is declared with another checksum": (
        faults.described('spdx:checksumValue "', 'spdx:checksumValue "00'),
        {"distribution:checksum"},
    ),
    "a dump is not there": (faults.status(DUMP, 404), {"http:status"}),
    "a dump is not Turtle": (
        faults.bytes_of(DUMP, b"<urn:a> <urn:b>"),
        {"distribution:size", "distribution:checksum", "distribution:syntax"},
    ),
    "a table has a short row": (
        faults.bytes_of("/dump/bridges.csv", b"a,b,c\r\n1,2\r\n"),
        {"distribution:size", "distribution:checksum", "distribution:syntax"},
    ),
    "a dump never ends": (faults.endless(DUMP), {"http:endless"}),
    "a dump breaks off": (faults.truncated(DUMP), {"http:truncated"}),
    "a dump has another media type": (
        faults.typed(DUMP, "text/plain"),
        {"distribution:media-type"},
    ),
    "a dump is an error page": (
        faults.error_page(DUMP),
        {"distribution:media-type", "distribution:size", "distribution:checksum"},
    ),
    "a dump is another": (other_data, {"distribution:checksum"}),
    "a dump is longer": (longer_data, {"distribution:size", "distribution:checksum"}),
    "VoID counts wrong": (
        miscounted,
        {"distribution:triples"},
    ),
}

WARNINGS: dict[str, Case] = {
    "a landing page at another host is not there": (
        faults.described("dcat:accessURL <http", "dcat:accessURL <http://127.0.0.1:1/> , <http"),
        {"http:unreachable"},
    ),
    "a distribution has no media type": (
        faults.described(
            "dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv> ;", ""
        ),
        {"distribution:no-media-type"},
    ),
    "a checksum is of an unknown kind": (
        faults.described("checksumAlgorithm_sha256", "checksumAlgorithm_adler32"),
        {"distribution:algorithm"},
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


TABLE = "/dump/bridges.csv"


def test_a_table_with_semicolons_is_advised_unless_metadata_say_so(
    site: Site, options: VerifyOptions
) -> None:
    """Its content is read all the same."""
    faults.bytes_of(TABLE, b"namn;djup\r\nA;1,5\r\n")(site)
    seen = verified(site, options, PARTS)
    assert "distribution:separator" in seen[Severity.WARNING]
    assert "distribution:syntax" not in seen[Severity.VIOLATION]

    metadata = b'{"@context": "http://www.w3.org/ns/csvw", "dialect": {"delimiter": ";"}}'
    site.routes[f"{TABLE}-metadata.json"] = fixed(metadata, "application/csvm+json")
    assert "distribution:separator" not in verified(site, options, PARTS)[Severity.WARNING]


def test_a_table_in_an_unnamed_encoding_is_advised(site: Site, options: VerifyOptions) -> None:
    faults.bytes_of(TABLE, "namn,län\r\nA,Värmland\r\n".encode("cp1252"))(site)
    assert "distribution:charset" in verified(site, options, PARTS)[Severity.WARNING]
