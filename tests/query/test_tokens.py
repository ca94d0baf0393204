from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.query.tokens import declared_prefixes, line_and_column, tokenize

DEFAULT_BUILDS = True

MARKS = "<>\"'#?$:\\@{}()[].;,|/^*+!&=_-%\n "


@pytest.mark.slow
@given(st.text(alphabet=string.ascii_letters + string.digits + MARKS + "åé", max_size=200))
def test_no_character_is_lost_or_read_twice(query: str) -> None:
    """Between the tokens there are only blanks and comments."""
    position = 0
    for token in tokenize(query):
        between = query[position : token.start]
        assert all(not line.strip() or "#" in between for line in between.splitlines())
        assert query[token.start : token.start + len(token.text)] == token.text
        position = token.start + len(token.text)


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("<http://e/#a>", ["iri"]),
        ("<http://e/\\u0041#a>", ["iri"]),
        ("?a<?b", ["variable", "mark", "variable"]),
        ("ex:a\\#b", ["name"]),
        ("ex:a.b", ["name"]),
        ("ex:a.", ["name", "mark"]),
        ("ex:.a", ["name", "mark", "word"]),
        (":", ["name"]),
        ("_:b1.", ["blank", "mark"]),
        ("'it''s'", ["string", "string"]),
        ('"""a "b" c"""@sv-1996', ["string", "language"]),
        ("'a\\'b'", ["string"]),
        ("'a\nb", ["broken"]),
        ("'''a\nb'''", ["string"]),
        ("1.5e3 2.", ["number", "number", "mark"]),
        ("$x ?x", ["variable", "variable"]),
        ("a||b^^c", ["word", "mark", "word", "mark", "word"]),
    ],
)
def test_a_text_is_split_as_the_grammar_splits_it(query: str, kinds: list[str]) -> None:
    """SPARQL 1.1 Query, section 19.8."""
    assert [token.kind for token in tokenize(query)] == kinds


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    ["a." * 30_000, "a-" * 30_000, "a..b" * 15_000, '"' + '\\"' * 30_000, "<a" * 30_000, "'''" * 9],
)
def test_reading_takes_time_in_proportion_to_the_text(query: str) -> None:
    """Each of these once took minutes, or could: no letter may be tried again and again."""
    assert sum(len(token.text) for token in tokenize(query)) == len(query)


def test_a_place_counts_lines_and_columns_from_one() -> None:
    """As editors do."""
    assert line_and_column("ASK\n{ ?å }", 6) == (2, 3)


def test_prefixes_are_read_up_to_the_query_itself() -> None:
    """SPARQL 1.1 Query, section 4.1.1: the prologue."""
    query = "BASE <http://b/> PREFIX : <http://e/> prefix f: <http://f/> ASK { }"
    assert declared_prefixes(query) == {"": "http://e/", "f": "http://f/"}
