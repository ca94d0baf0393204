"""Answers of a SPARQL endpoint: functions that tell whether one is as it must be."""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox

from publisher.errors import SourceSyntax
from publisher.rdf.namespaces import iri
from publisher.verify import graphs
from publisher.verify.exchanges import Exchange

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
        document = graphs.json_document(answer.body)
        return answer.successful and isinstance(document, dict) and document.get("boolean") is True
    except SourceSyntax:
        return False


def has_percent(answer: Exchange) -> bool:
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


def refused(answer: Exchange) -> bool:
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
