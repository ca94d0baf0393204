from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from publisher.query.normal_form import normal_form
from publisher.query.tokens import tokenize

DEFAULT_BUILDS = True

PIECES = (
    *("ASK", "SELECT", "*", "?x", "?y", "{", "}", "(", ")", "[", "]", ".", ";", ",", "a", "1", "5"),
    *("<", ">", "=", "!", "-", "+", "/", "^", "|", "&", "?", "e:p", "e:", ":q", "<e:a>", "<?x#>"),
    *("'s'", '"', "'", '"s"', "@en", "^^", "FILTER", "BIND", "AS", "1.e5", ".5", "e5", "_:b", "#"),
    *("\\u0022", "<<", ">>", "{|", "#>", "<e:f#>", "VALUES", "\u00a0", "true"),
)
GAPS = (" ", "\n", "\t", "  ", "\r\n", "#c\n", " # '\n")
_STORE = Store()


def reading(query: str) -> object:
    """Return how an engine reads a query: what it answers, or that it is none."""
    try:
        found = _STORE.query(query, prefixes={"e": "http://e/", "": "http://q/"})
    except (SyntaxError, ValueError):
        return "none"
    return re.sub(
        r"_:\w+", "_:", str(list(found)) if hasattr(found, "__iter__") else str(bool(found))
    )


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(("", *GAPS))), max_size=12),
    st.lists(st.sampled_from(("", *GAPS)), min_size=12, max_size=12),
)
def test_queries_of_one_normal_form_are_one_to_the_engine(
    pieces: list[tuple[str, str]], gaps: list[str]
) -> None:
    """Whatever blanks and comments stand where: else one would get the other's answer."""
    one = "ASK { " + "".join(piece + gap for piece, gap in pieces) + " }"
    other = "ASK { " + "".join(p + gap for (p, _), gap in zip(pieces, gaps, strict=False)) + " }"
    if normal_form(one).text == normal_form(other).text:
        assert reading(one) == reading(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ASK { FILTER(2 <= 3) }", "ASK { FILTER(2 < = 3) }"),
        ("ASK { ?s ?p .5 }", "ASK { ?s ?p . 5 }"),
        ("ASK { ?s ?p 1.e5 }", "ASK { ?s ?p 1 .e5 }"),
        ("ASK { ?s ?p -1 }", "ASK { ?s ?p - 1 }"),
        ("ASK { ?s ?p 'a  b' }", "ASK { ?s ?p 'a b' }"),
        ("ASK { ?s ?p 'a#b' }", "ASK { ?s ?p 'a' }"),
        ("ASK { ?s a <e:a#b> }", "ASK { ?s a <e:a> }"),
        ("ASK { ?s a e:b }", "ASK { ?s a e: b }"),
        ("ASK { ?s ?p ?o }", "ASK {\u00a0?s ?p ?o }"),
        ("ASK { FILTER(?a<?b#>\n&& false\n) }", "ASK { FILTER(?a<?b#> && false\n) }"),
        ("ASK { FILTER(?a<e:b#>\n&& false\n) }", "ASK { FILTER(?a<e:b#> && false\n) }"),
        ("ASK { BIND('\\u0027  \\u0027' AS ?x) }", "ASK { BIND('\\u0027 \\u0027' AS ?x) }"),
    ],
)
def test_what_blanks_change_stays_apart(one: str, other: str) -> None:
    """Tokens are those of the grammar, and what cannot be told apart is left as it is."""
    assert normal_form(one).text != normal_form(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT*{?s ?p ?o}", "SELECT *\n{ ?s ?p ?o }"),
        ("ASK { ?s a <http://e/#C> . }", "ASK {?s a<http://e/#C>.} # whole"),
        ("PREFIX e: <http://e/> ASK { e:a e:b 'x'@en }", "PREFIX e:<http://e/>ASK{e:a e:b'x'@en}"),
        ("ASK { ?s ?p ?o FILTER(?o >= 3 && ?o != 4) }", "ASK{?s ?p ?o FILTER(?o>=3&&?o!=4)}"),
    ],
)
def test_what_blanks_do_not_change_is_one(one: str, other: str) -> None:
    """However people write it."""
    assert normal_form(one).text == normal_form(other).text


@pytest.mark.slow
@given(st.text(alphabet="aA1.:<>?$\"'#{}()[]=!&|^+-*/ \n\\@_;,\u00e5", max_size=60))
def test_no_query_has_more_tokens_than_its_normal_form_says(query: str) -> None:
    """What is let pass by that number would be let pass by counting."""
    most = normal_form(query).most_tokens
    assert most == 0 or len(list(tokenize(query))) <= most
