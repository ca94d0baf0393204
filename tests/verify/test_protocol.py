"""Faults of a SPARQL endpoint, one a test."""

from __future__ import annotations

import pytest

from publisher.verify.options import VerifyOptions
from tests.verify import faults
from tests.verify.faults import Case, must_only_warn, must_violate
from tests.verify.site import Answer, Site

pytestmark = pytest.mark.slow

PARTS = frozenset({"protocol"})
ENDPOINT = "/sparql"

VIOLATIONS: dict[str, Case] = {
    "the endpoint answers 200 to a syntax error": (
        faults.when(ENDPOINT, lambda request: "{ ?s ?p " in str(request.query), Answer(200)),
        {"protocol:syntax-error"},
    ),
    "the endpoint takes updates": (
        faults.when(
            ENDPOINT,
            lambda request: "update" in request.fields.get("content-type", ""),
            Answer(204),
        ),
        {"protocol:update-direct"},
    ),
    "the endpoint decodes twice": (
        faults.words(ENDPOINT, "100%25", "100%"),
        {"protocol:percent-get", "protocol:percent-post"},
    ),
    "the endpoint is not described": (
        faults.when(
            ENDPOINT,
            lambda request: request.method == "GET" and not request.query,
            Answer(400),
        ),
        {"protocol:description"},
    ),
}

WARNINGS: dict[str, Case] = {
    "the endpoint is not shared": (
        faults.without(ENDPOINT, "Access-Control-Allow-Origin"),
        {"protocol:cors", "protocol:preflight"},
    ),
    "the endpoint reads any body": (
        faults.when(
            ENDPOINT,
            lambda request: (
                request.method == "POST" and request.fields.get("content-type") == "text/plain"
            ),
            Answer(200),
        ),
        {"protocol:unsupported-body"},
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
