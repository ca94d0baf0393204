from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from publisher.errors import QueryRefused
from publisher.query.named import Parameter, read_named, read_named_queries

DEFAULT_BUILDS = True

TEXT = """# en: What a thing is called.
# sv: Vad en sak heter.
# param thing iri http://e/{}
# param thing en: Last part of its address.
# param thing sv: Sista delen av adressen.
# param thing example a
# param most number
# param most example 10

SELECT ?name { $thing <http://e/name> ?name . # $thing
  FILTER(?name != "$thing") } LIMIT $most
"""


def test_the_comments_at_the_top_say_what_people_see() -> None:
    """One sentence a language, and one a parameter."""
    query = read_named("names", TEXT)
    assert query.about == {"en": "What a thing is called.", "sv": "Vad en sak heter."}
    assert query.parameters["thing"] == Parameter(
        "thing",
        "iri",
        "http://e/{}",
        "a",
        {"en": "Last part of its address.", "sv": "Sista delen av adressen."},
    )


def test_values_stand_where_the_parameters_stood() -> None:
    """In strings and comments a dollar sign is a dollar sign."""
    filled = read_named("names", TEXT).fill({"thing": "a b", "most": "5"})
    assert filled.startswith("SELECT ?name { <http://e/a%20b> <http://e/name> ?name . # $thing")
    assert '"$thing"' in filled
    assert '"5"^^<http://www.w3.org/2001/XMLSchema#integer>' in filled


def test_a_missing_value_is_named() -> None:
    """With an example of how to send it."""
    with pytest.raises(QueryRefused, match=r"needs a value for most[\s\S]*most=10"):
        read_named("names", TEXT).fill({"thing": "a"})


@pytest.mark.parametrize("value", ["1 2", "one", "1; DROP ALL", "", "1e5", "9" * 40])
def test_a_number_is_a_number(value: str) -> None:
    """Anything else is refused before it comes near a query."""
    with pytest.raises(QueryRefused):
        Parameter("n", "number").term(value)


@pytest.mark.slow
@given(st.text(min_size=1, max_size=60))
def test_no_text_becomes_anything_but_a_text(value: str) -> None:
    """Whatever a client sends is one literal, the same that was sent."""
    query = read_named("q", "# param v text\nSELECT ?s { ?s <http://e/p> $v }")
    store = Store()
    store.add(Quad(NamedNode("http://e/s"), NamedNode("http://e/p"), Literal(value)))
    assert len(list(store.query(query.fill({"v": value})))) == 1  # type: ignore[arg-type]


@pytest.mark.slow
@given(st.text(min_size=1, max_size=60))
def test_no_text_leaves_the_address_it_is_put_into(value: str) -> None:
    """The pattern's beginning stays the beginning."""
    term = Parameter("v", "iri", "http://e/id/{}").term(value)
    assert term.startswith("<http://e/id/")
    assert NamedNode(term[1:-1]).value == term[1:-1]


def test_a_release_without_queries_has_none(tmp_path: Path) -> None:
    """The folder is there only when there is something in it."""
    assert read_named_queries(tmp_path / "queries") == {}
