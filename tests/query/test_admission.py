from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from publisher.errors import QueryRefused
from publisher.query.admission import Complexity, check_query, measure_complexity
from publisher.query.engine import QueryLimits
from publisher.query.tokens import tokenize

DEFAULT_BUILDS = True

LIMITS = QueryLimits(seconds=1, memory_bytes=1 << 28, result_bytes=1 << 20)
# A port to which no connection is tried: the engine refuses it by itself, with this sentence.
TARGET = "http://127.0.0.1:9/"
TRIED = "dedicated to an other use"
PROLOGUE = f"PREFIX : <{TARGET}> PREFIX ex: <{TARGET}> PREFIX service: <{TARGET}>\n"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://e/> { ?s ?p ?o } }",
        "SELECT * { service ?x { ?s ?p ?o } }",
        "SELECT * { SERVICE:x { ?s ?p ?o } }",
        "SELECT * { SERVICEex:x { ?s ?p ?o } }",
        "SELECT * { service:x { ?s ?p ?o } }",
        "SELECT * { ?s ?p trueSERVICE<http://e/>{ ?s ?p ?o } }",
        "SELECT * { ?s ?p 1SERVICE ex:x { ?s ?p ?o } }",
        "SELECT * { ?s ?p ex:.SERVICE ex:x { ?s ?p ?o } }",
        "SELECT * { FILTER(?a<?b)SERVICE#>\nex:x{ ?s ?p ?o } }",
        "SELECT * { BIND(ex:a\\#b AS ?x) SERVICE ex:x { ?s ?p ?o } }",
        "SELECT * { BIND(ex:a\\'b AS ?x) SERVICE ex:x { ?s ?p 'o' } }",
        "SELECT * { BIND(<http://e/\\u0041#x> AS ?x) SERVICE ex:x { ?s ?p ?o } }",
        "SELECT * { LATERAL { SERVICE ?x { ?s ?p ?o } } }",
    ],
)
def test_service_is_seen_however_it_is_written(query: str) -> None:
    """The engine takes keywords apart without a blank; each of these once got past a tokeniser."""
    with pytest.raises(QueryRefused, match="SERVICE is not answered here"):
        check_query(PROLOGUE + query, LIMITS)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "SERVICE <http://e/> {}" }',
        "SELECT * { ?s ?p '''SERVICE\n<http://e/>''' } # SERVICE <http://e/> {",
        "SELECT ?service { ?service $SERVICE <http://e/SERVICE> }",
        "SELECT * { ?s service:of ex:SERVICE ; ex:service.x ?o }",
        "SELECT * { GRAPH service:x { ?s ?p _:SERVICE } }",
        "SELECT * FROM service:x { ?s ?p 'x'@service }",
        "SELECT * { ?s <http://www.w3.org/ns/sparql-service-description#endpoint> ?o }",
        "DESCRIBE service:x",
    ],
)
def test_what_only_looks_like_service_passes(query: str) -> None:
    """In strings, comments, IRIs, prefixed names, language tags and variables it is no keyword."""
    check_query(PROLOGUE + query, LIMITS)


def outcome(query: str) -> str:
    """Return why the engine does not answer a query over nothing; empty when it does."""
    try:
        list(Store().query(query))  # type: ignore[call-overload]
    except (OSError, SyntaxError) as error:
        return str(error)
    return ""


PIECES = st.sampled_from(
    [
        *("SERVICE", "service", "SILENT", "SERVICE:x", "ex:x", "ex:a\\#b", "ex:.", "true", "1"),
        *("?a", "?a<?b)", "FILTER(", "FILTER(?a<?b)", "BIND(1 AS ?z)", "#>\n", "#\n", "'#'", '"'),
        *(f"<{TARGET}>", "<http://e/\\u0041#>", "{", "}", "{ ?s ?p ?o }", " ", ".", ";", "?s ?p"),
        *("OPTIONAL {", "VALUES ?a { 1 }", "'''", "\\", "@en", "^^", "a", "_:b", "LATERAL {"),
    ]
)


@pytest.mark.slow
@given(st.lists(PIECES, min_size=3, max_size=14))
@settings(max_examples=1500, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_would_ask_another_endpoint_is_refused(pieces: list[str]) -> None:
    """The engine itself is the judge of what a query asks."""
    query = PROLOGUE + "SELECT * { " + "".join(pieces) + f"<{TARGET}> {{ ?s ?p ?o }} }}"
    if TRIED in outcome(query):
        with pytest.raises(QueryRefused):
            check_query(query, LIMITS)


def test_listed_endpoints_may_be_asked() -> None:
    """The operator's list opens the door for these and no other."""
    allowed = frozenset({"http://e/"})
    check_query("SELECT * { SERVICE SILENT <http://e/> { ?s ?p ?o } }", LIMITS, allowed)
    with pytest.raises(QueryRefused, match="only endpoints that are listed"):
        check_query("SELECT * { SERVICE <http://f/> { ?s ?p ?o } }", LIMITS, allowed)
    with pytest.raises(QueryRefused, match="only endpoints that are listed"):
        check_query("SELECT * { SERVICE ?x { ?s ?p ?o } }", LIMITS, allowed)


@pytest.mark.parametrize(
    "form",
    [
        "INSERT DATA",
        "DELETE DATA",
        "LOAD",
        "CLEAR",
        "DROP",
        "CREATE",
        "ADD",
        "MOVE",
        "COPY",
        "WITH",
    ],
)
def test_every_form_of_update_is_refused(form: str) -> None:
    """SPARQL 1.1 Update, section 3."""
    with pytest.raises(QueryRefused, match="it takes no update"):
        check_query(f"PREFIX e: <http://e/> {form.lower()} <http://e/>", LIMITS)


def test_words_of_updates_may_stand_in_queries() -> None:
    """Only the first keyword makes an operation an update."""
    check_query('SELECT ?load { ?s ?p "INSERT" . ?clear <http://e/drop> ?load }', LIMITS)


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("ASK {}" + " " * (64 << 10), "query_length_kb"),
        ("SELECT * { FILTER(" + "STR(" * 120 + "1" + ")" * 120 + ") }", "query_nesting"),
        ("SELECT * " + "{" * 101 + "}" * 101, "query_nesting"),
        ("SELECT * { FILTER(" + "!" * 200 + "true) }", "query_nesting"),
        ("SELECT * {" + "?s ?p ?o ." * 101 + "}", "query_patterns"),
        ("SELECT * { ?s " + "?p ?o ;" * 101 + " ?p ?o }", "query_patterns"),
        ("SELECT * { VALUES ?x {" + "1 " * 10_001 + "} }", "query_values"),
        ("SELECT * { VALUES (?x ?y) {" + "(1 <a:b>) " * 5_001 + "} }", "query_values"),
        ("SELECT * { ?s " + "/".join(["<a:p>"] * 102) + " ?o }", "query_path_operators"),
    ],
)
def test_what_is_too_intricate_is_refused_with_the_limit_named(query: str, limit: str) -> None:
    """The planner takes a time of about the fourth power of the patterns; parsing takes stack."""
    with pytest.raises(QueryRefused) as refused:
        check_query(query, LIMITS)
    assert refused.value.limit == limit
    assert limit in str(refused.value)


def test_an_honest_query_is_measured_right() -> None:
    """Prologue, filters and aggregates count for nothing."""
    query = """
        PREFIX e: <http://e/>
        SELECT ?a (COUNT(?b) AS ?n) (1 * 2 + 3 AS ?m) WHERE {
            ?a e:p ?b ; e:q ?c, "x, y; z" .
            OPTIONAL { ?b e:r/e:s* ?d . FILTER(?d > 1.5 && !BOUND(?e)) }
            VALUES (?b ?c) { (e:x 1) (UNDEF "2"@sv) }
            GRAPH ?g { ?a e:t ?h }
            FILTER NOT EXISTS { ?a e:u ?i }
        } GROUP BY ?a
    """
    assert measure_complexity(list(tokenize(query))) == Complexity(
        nesting=4, patterns=6, values=4, path_operators=2
    )
