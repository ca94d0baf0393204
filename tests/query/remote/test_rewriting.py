from __future__ import annotations

import pytest

from publisher.query.engine import Operation
from publisher.query.remote.rewriting import GraphNames, RewrittenQuery, rewrite

LAKES, RIVERS = "https://e.org/dataset/lakes", "https://e.org/dataset/rivers"
OWN_LAKES, OWN_RIVERS = (
    "https://e.org/release/r1/dataset/lakes",
    "https://e.org/release/r1/dataset/rivers",
)
NOWHERE = "https://e.org/release/r1/#nothing"
NAMES = GraphNames("https://e.org/", "r1", (LAKES, RIVERS))


def text(query: str, variables: tuple[str, ...] = (), names: GraphNames = NAMES) -> str:
    """Return the text that is sent for a query."""
    return rewrite(Operation(query), names, variables).text


def test_a_query_without_a_dataset_asks_all_graphs_of_the_release() -> None:
    """And nothing else that the engine holds."""
    assert rewrite(Operation("ASK { ?s ?p ?o }"), NAMES) == RewrittenQuery(
        "ASK { ?s ?p ?o }", (OWN_LAKES, OWN_RIVERS), (OWN_LAKES, OWN_RIVERS)
    )


def test_from_goes_along_as_parameters() -> None:
    """SPARQL 1.1 Protocol, section 2.1.4; what the release does not have is empty."""
    query = f"SELECT ?s FROM <{LAKES}> FROM NAMED <https://else.org/g> {{ ?s ?p ?o }}"
    assert rewrite(Operation(query), NAMES) == RewrittenQuery(
        "SELECT ?s   { ?s ?p ?o }", (OWN_LAKES,), (NOWHERE,)
    )


def test_the_dataset_of_the_request_goes_before_that_of_the_query() -> None:
    """SPARQL 1.1 Protocol, section 2.1.4; a dataset without default graphs has an empty one."""
    operation = Operation(f"ASK FROM <{LAKES}> {{}}", named_graphs=(RIVERS,))
    found = rewrite(operation, NAMES)
    assert (found.default_graphs, found.named_graphs) == ((NOWHERE,), (OWN_RIVERS,))


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        (f"ASK {{ GRAPH <{LAKES}> {{}} }}", f"ASK {{ GRAPH <{OWN_LAKES}> {{}} }}"),
        (
            "PREFIX d: <https://e.org/dataset/> ASK { GRAPH d:lakes {} }",
            f"PREFIX d: <https://e.org/dataset/> ASK {{ GRAPH <{OWN_LAKES}> {{}} }}",
        ),
        (
            "BASE <https://e.org/dataset/> ASK { GRAPH <lakes> {} }",
            f"BASE <https://e.org/dataset/> ASK {{ GRAPH <{OWN_LAKES}> {{}} }}",
        ),
        (f"ASK {{ GRAPH <{OWN_LAKES}> {{}} }}", f"ASK {{ GRAPH <{NOWHERE}> {{}} }}"),
    ],
)
def test_a_named_graph_is_asked_under_the_engines_name(query: str, sent: str) -> None:
    """Only by the name in the data: the engine's names may lead to another release."""
    assert text(query) == sent


def test_a_variable_graph_is_bound_to_the_names_in_the_data() -> None:
    """A join with VALUES gives it the name, whatever the engine calls the graph."""
    own = "?graph_of_the_release_1"
    rows = f"(<{LAKES}> <{OWN_LAKES}>) (<{RIVERS}> <{OWN_RIVERS}>)"
    assert text("SELECT ?g { GRAPH ?g { ?s ?p ?o } }") == (
        f"SELECT ?g {{ VALUES (?g {own}) {{ {rows} }} GRAPH {own} {{ ?s ?p ?o }} }}"
    )


def test_a_star_does_not_show_the_added_variable() -> None:
    """It is written out, as the parser saw it."""
    sent = text("SELECT DISTINCT * { GRAPH ?g { ?s ?p ?o } }", ("g", "o", "p", "s"))
    assert sent.startswith("SELECT DISTINCT ?g ?o ?p ?s { VALUES ")


def test_a_star_of_a_subquery_is_left() -> None:
    """Its variables are not those of the whole."""
    sent = text("SELECT ?s { { SELECT * { GRAPH ?g { ?s ?p ?o } } } }", ("s",))
    assert "{ SELECT * {" in sent


def test_keywords_in_strings_and_iris_are_no_keywords() -> None:
    """Only tokens are rewritten."""
    query = f"ASK {{ ?s ?p 'GRAPH <{LAKES}>' . ?s <https://e.org/GRAPH> ?o }}"
    assert text(query) == query


def test_escapes_of_code_points_are_resolved() -> None:
    """An engine that resolves them first must not read the end of a string (section 19.2)."""
    assert text(r'ASK { ?s ?p "\u0022 } \u00e5", <http://e/\u00e5> }') == (
        r'ASK { ?s ?p "\" } å", <http://e/å> }'
    )


def test_comments_are_dropped_and_other_space_is_kept() -> None:
    """What is no part of the query is not for the engine to read."""
    assert text("ASK { ?s # GRAPH\n  ?p ?o\n}") == "ASK { ?s\n?p ?o\n}"


def test_blank_nodes_stay_blank_to_the_tests_of_kinds() -> None:
    """The engine has names for them (RDF 1.1 Concepts, section 3.5)."""
    assert text("ASK { ?s ?p ?o FILTER(isBlank(?o)) }") == (
        "ASK { ?s ?p ?o FILTER((isBlank(?o) || (isIRI(?o) && STRSTARTS(STR(?o),"
        ' "urn:nameless:r1:")))) }'
    )
    assert 'isIRI(?o) && !STRSTARTS(STR(?o), "urn:nameless:r1:")' in text(
        "ASK { ?s ?p ?o FILTER(isURI(?o)) }"
    )


def test_a_guarded_datatype_is_guarded_in_the_query_too() -> None:
    """Else no literal of it would be found."""
    names = GraphNames("https://e.org/", "r1", (LAKES,), frozenset(["http://e/wkt"]))
    assert text('PREFIX e: <http://e/> ASK { ?s ?p "x"^^e:wkt }', names=names) == (
        'PREFIX e: <http://e/> ASK { ?s ?p "x"^^<urn:as-written:http://e/wkt> }'
    )


def test_what_the_request_adds_is_put_in_front() -> None:
    """A base for relative IRIs, and the prefixes that a query may leave out."""
    operation = Operation(
        "ASK { <a> e:b ?c }",
        base_iri="https://e.org/sparql",
        prefixes=(("e", "http://e/"), ("f", "http://f/")),
    )
    assert rewrite(operation, NAMES).text == (
        "BASE <https://e.org/sparql>\nPREFIX e: <http://e/>\nASK { <a> e:b ?c }"
    )


def test_a_graph_outside_of_the_base_has_a_name_below_it() -> None:
    """Every graph of a release stands below the release's own address."""
    assert NAMES.inside("urn:x y") == "https://e.org/release/r1/?graph=urn%3Ax%20y"
