"""A SPARQL endpoint against the SPARQL 1.1 Protocol, from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pyoxigraph as ox

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.messages import Text, text
from publisher.rdf.context_loading import json_document
from publisher.rdf.media_types import GRAPHS
from publisher.rdf.namespaces import iri
from publisher.system.http_client import Client, Exchange
from publisher.verify import graphs
from publisher.verify.report import ReportTable, violation, warning

ASK = "ASK {}"
SELECT = 'SELECT ?x { VALUES ?x { "a" } }'
CONSTRUCT = "CONSTRUCT { <urn:a> <urn:b> <urn:c> } {}"
# "%25" must not be decoded twice on its way.
PERCENT = 'SELECT ("100%25" AS ?x) {}'
BROKEN = "SELECT * { ?s ?p "
UPDATE = "INSERT DATA { <urn:publisher:verify> <urn:publisher:verify> <urn:publisher:verify> }"
# RFC 6761: below "invalid" there is nothing, so an endpoint that calls out reaches nobody.
SERVICE = "SELECT * { SERVICE <http://service.invalid/sparql> { ?s ?p ?o } }"

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}


@dataclass(frozen=True)
class ProtocolTest:
    """One request to an endpoint and what must come back.

    Attributes:
        name: The rule, ``protocol:`` left out.
        expected: What must come back, in words.
        passed: Whether an answer is that.
        method: Of the request.
        query: Part of the address after the question mark, with it.
        fields: Header fields of the request.
        body: Of the request; None when it has none.
        mandatory: Whether the specification demands it.
    """

    name: str
    expected: Text
    passed: Callable[[Exchange], bool]
    method: str = "GET"
    query: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    mandatory: bool = True


def _get(*queries: str) -> str:
    """Return the query part of an address."""
    return "?" + urlencode([("query", query) for query in queries])


def _form(query: str, name: str = "query") -> bytes:
    """Return a form with one field."""
    return urlencode({name: query}).encode()


def _queries() -> Iterator[ProtocolTest]:
    """Yield the checks of the three ways to send a query (SPARQL 1.1 Protocol, section 2.1)."""
    true = text("the boolean true in JSON")
    json_results = {"Accept": RESULTS_JSON}
    yield ProtocolTest("get", true, is_true, query=_get(ASK), fields=json_results)
    yield ProtocolTest(
        "post-form", true, is_true, "POST", fields=json_results | FORM, body=_form(ASK)
    )
    yield ProtocolTest(
        "post-direct",
        true,
        is_true,
        "POST",
        fields=json_results | DIRECT,
        body=ASK.encode(),
    )
    same = text("the text 100%25 as it was sent")
    yield ProtocolTest(
        "percent-get", same, keeps_percent_sign, query=_get(PERCENT), fields=json_results
    )
    yield ProtocolTest(
        "percent-post",
        same,
        keeps_percent_sign,
        "POST",
        fields=json_results | FORM,
        body=_form(PERCENT),
    )
    for media_type in (*RESULTS, CSV):
        expected = text("one solution as {media_type}", media_type=media_type)
        yield ProtocolTest(
            f"select {media_type}",
            expected,
            solutions_in(media_type),
            query=_get(SELECT),
            fields={"Accept": media_type},
            mandatory=media_type == RESULTS_JSON,
        )
    for known in GRAPHS:
        expected = text("one triple as {media_type}", media_type=known.name)
        yield ProtocolTest(
            f"construct {known.name}",
            expected,
            graph_in(known.name),
            query=_get(CONSTRUCT),
            fields={"Accept": known.name},
            mandatory=known.name in ("text/turtle", "application/rdf+xml"),
        )


def _errors() -> Iterator[ProtocolTest]:
    """Yield the checks of what must be refused (SPARQL 1.1 Protocol, sections 2.1.4 and 2.2)."""
    bad = text("status 400")
    yield ProtocolTest("syntax-error", bad, status(400), query=_get(BROKEN))
    yield ProtocolTest("two-queries", bad, status(400), query=_get(ASK, ASK))
    refused = text("a status from 400 to 499")
    update = {"Content-Type": "application/sparql-update"}
    yield ProtocolTest(
        "update-direct", refused, is_client_error, "POST", fields=update, body=UPDATE.encode()
    )
    yield ProtocolTest(
        "update-form", refused, is_client_error, "POST", fields=FORM, body=_form(UPDATE, "update")
    )
    yield ProtocolTest("update-as-query", refused, is_client_error, query=_get(UPDATE))
    yield ProtocolTest("service", refused, is_client_error, query=_get(SERVICE), mandatory=False)
    plain = {"Content-Type": "text/plain"}
    unsupported = text("status 415")
    yield ProtocolTest(
        "unsupported-body",
        unsupported,
        status(415),
        "POST",
        fields=plain,
        body=ASK.encode(),
        mandatory=False,
    )
    unacceptable = {"Accept": "image/png"}
    yield ProtocolTest(
        "unacceptable",
        text("status 406"),
        status(406),
        query=_get(ASK),
        fields=unacceptable,
        mandatory=False,
    )
    yield ProtocolTest(
        "put",
        text("status 405 with Allow"),
        lambda answer: answer.status == 405 and "allow" in answer.fields,
        "PUT",
        fields=plain,
        body=b"",
        mandatory=False,
    )


def _surroundings() -> Iterator[ProtocolTest]:
    """Yield the checks of the service description, HEAD, OPTIONS and CORS."""
    yield ProtocolTest(
        "description",
        text("a service description in Turtle"),
        describes_service,
        fields={"Accept": "text/turtle"},
    )
    # data.europa.eu gives 80 of 405 points for an address that answers HEAD.
    yield ProtocolTest("head", text("status 200"), status(200), "HEAD")
    origin = {"Origin": "https://client.example"}
    anyone = text("Access-Control-Allow-Origin: *")
    yield ProtocolTest("cors", anyone, shared, query=_get(ASK), fields=origin, mandatory=False)
    preflight = origin | {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "Content-Type",
    }
    yield ProtocolTest("preflight", anyone, shared, "OPTIONS", fields=preflight, mandatory=False)


CHECKS: tuple[Callable[[], Iterator[ProtocolTest]], ...] = (_queries, _errors, _surroundings)


def check(client: Client, endpoint: str) -> tuple[list[Finding], ReportTable]:
    """Return what an endpoint does against the protocol, and the table of all checks."""
    findings, rows = [], []
    for checks in CHECKS:
        for one in checks():
            answer = client.exchange(one.method, endpoint + one.query, one.fields, one.body)
            passed = one.passed(answer)
            status = str(answer.status or "-")
            rows.append((one.name, one.expected, status, text("yes") if passed else text("no")))
            if not passed:
                findings.append(_finding(one, endpoint, answer))
    columns = (text("Check"), text("Expected"), text("Status"), text("Passed"))
    return findings, ReportTable(
        text("SPARQL Protocol of {url}", url=endpoint), columns, tuple(rows)
    )


def _finding(one: ProtocolTest, endpoint: str, answer: Exchange) -> Finding:
    """Return the finding about a check that was not passed."""
    make = violation if one.mandatory else warning
    return make(f"protocol:{one.name}", _sentence(one, endpoint, answer), endpoint)


def _sentence(one: ProtocolTest, endpoint: str, answer: Exchange) -> Text:
    """Return what was sent, what came, and what must come, in every language."""
    sentences = {}
    for language, expected in one.expected.items():
        whole = text(
            "{endpoint}, check {name} ({method}): expected {expected}, got status {status} as "
            "'{media_type}'.",
            endpoint=endpoint,
            name=one.name,
            method=one.method,
            expected=expected,
            status=answer.status or "-",
            media_type=answer.media_type or "-",
        )
        sentences[language] = whole[language]
    return sentences


# Answers of a SPARQL endpoint: functions that tell whether one is as it must be.

RESULTS_JSON = "application/sparql-results+json"
CSV = "text/csv"
RESULTS = {
    RESULTS_JSON: ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}


def is_true(answer: Exchange) -> bool:
    """Tell whether an answer is the boolean true in JSON."""
    try:
        document = json_document(answer.body)
        return answer.successful and isinstance(document, dict) and document.get("boolean") is True
    except SourceSyntax:
        return False


def keeps_percent_sign(answer: Exchange) -> bool:
    """Tell whether the text of the query came through untouched."""
    try:
        solutions = ox.parse_query_results(answer.body, format=RESULTS[RESULTS_JSON])
        if not answer.successful or not isinstance(solutions, ox.QuerySolutions):
            return False
        return [str(solution["x"]) for solution in solutions] == ['"100%25"']
    except (SyntaxError, ValueError, KeyError):
        return False


def solutions_in(media_type: str) -> Callable[[Exchange], bool]:
    """Return a test for solutions in a media type."""

    def passed(answer: Exchange) -> bool:
        if not answer.successful or answer.media_type != media_type:
            return False
        if media_type == CSV:
            return answer.body.split() == [b"x", b"a"]
        try:
            solutions = ox.parse_query_results(answer.body, format=RESULTS[media_type])
            return isinstance(solutions, ox.QuerySolutions) and len(list(solutions)) == 1
        except (SyntaxError, ValueError):
            return False

    return passed


def graph_in(media_type: str) -> Callable[[Exchange], bool]:
    """Return a test for a graph of one triple in a media type."""

    def passed(answer: Exchange) -> bool:
        if not answer.successful or answer.media_type != media_type:
            return False
        try:
            return len(graphs.parse(answer.body, media_type, answer.url)) == 1
        except SourceSyntax:
            return False

    return passed


def status(*statuses: int) -> Callable[[Exchange], bool]:
    """Return a test for one of some statuses."""
    return lambda answer: answer.fault is None and answer.status in statuses


def is_client_error(answer: Exchange) -> bool:
    """Tell whether an answer is an error of the client's (400 to 499)."""
    return answer.fault is None and 400 <= answer.status < 500


def describes_service(answer: Exchange) -> bool:
    """Tell whether an answer is a service description (SPARQL 1.1 Service Description, 2)."""
    try:
        triples = graphs.parse(answer.body, answer.media_type, answer.url)
    except SourceSyntax:
        return False
    return answer.successful and any(t.predicate.value == iri("sd:endpoint") for t in triples)


def shared(answer: Exchange) -> bool:
    """Tell whether scripts of any site may read an answer (Fetch, CORS protocol)."""
    return answer.fields.get("access-control-allow-origin") == "*"
