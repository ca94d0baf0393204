from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from publisher.query.syntax_errors import diagnose, excerpt, locate_syntax_error

DEFAULT_BUILDS = True


def told(query: str) -> str:
    """Return what a person is told of a wrong query, in English."""
    with pytest.raises(SyntaxError) as refused:
        Store().query(query)
    error = diagnose(query, locate_syntax_error(query, str(refused.value), {}), {})
    return f"{error}\n{error.excerpt}"


@pytest.mark.parametrize(
    ("query", "sentence", "cure"),
    [
        ("", "Line 1, column 1: no query begins.", "Begin with SELECT"),
        ("SELEC * {}", "Line 1, column 1: 'SELEC' begins no query.", "Begin with SELECT"),
        ("SELECT * { ?s ?p ?o", "Line 1, column 10: '{' is not closed.", "Close it with '}'"),
        ("SELECT * { ?s ?p (1 }", "Line 1, column 18: '(' is not closed.", "Close it with ')'"),
        ("SELECT * { ?s ?p ?o }}", "Line 1, column 22: '}' closes nothing.", "Take it away."),
        ("ASK {\n ?s ?p 'o }", "Line 2, column 8: a string begins here", "Close it with the same"),
        (
            "ASK { ?s foaf:name ?o }",
            "Line 1, column 10: the prefix 'foaf:' is not declared.",
            "PREFIX foaf: <http://xmlns.com/foaf/0.1/>",
        ),
        ("SELECT *\n{ ?s 'åååå' ?o }", "Line 2, column 6: this cannot stand here.", "Look at"),
        ("SELECT * { ?s ?p ?o } LIMIT x", "Line 1, column 29: this cannot stand", "Look at"),
        ("ASK {} ASK {}", "Line 1, column 8: this cannot stand here.", "Look at"),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", "SELECT names a variable", "GROUP BY"),
    ],
)
def test_a_wrong_query_is_told_its_place_and_a_cure(query: str, sentence: str, cure: str) -> None:
    """SPARQL 1.1 Protocol, section 2.1.6: the body of a 400 says what is wrong."""
    said = told(query)
    assert sentence in said
    assert cure in said


def test_the_cure_for_a_prefix_of_the_site_is_its_namespace() -> None:
    """Nobody can guess it; a prefix that nobody knows stays a question."""
    own = {"bridge": "https://data.example.org/def/bridge#"}
    for query, cure in (
        ("ASK { ?s a bridge:Bridge }", "PREFIX bridge: <https://data.example.org/def/bridge#>"),
        ("ASK { ?s a ferry:Ferry }", "PREFIX ferry: <https://…>"),
    ):
        with pytest.raises(SyntaxError) as refused:
            Store().query(query)
        assert cure in str(diagnose(query, str(refused.value), {}, own))


def test_the_caret_stands_below_the_place() -> None:
    """In a line that is cut, too."""
    assert excerpt("a\nbcd", 2, 3) == "bcd\n  ^"
    line, caret = excerpt("x" * 300, 1, 200).split("\n")
    assert (len(line), caret) == (100, " " * 50 + "^")


def test_what_the_engine_says_of_no_place_is_passed_on() -> None:
    """Not every refusal is one of syntax."""
    assert "The function f is unknown." in str(diagnose("ASK {}", "The function f is unknown.", {}))


@pytest.mark.slow
@given(st.text(alphabet="SELECT*{}?spo.<>:'\"()\n ASK#1", max_size=60))
def test_any_text_can_be_diagnosed(query: str) -> None:
    """A client may send anything at all."""
    try:
        Store().query(query)
    except SyntaxError as refused:
        error = diagnose(query, locate_syntax_error(query, str(refused), {}), {})
        assert error.excerpt.count("\n") == (1 if error.line else 0)
