"""Typed values in the reader's words."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.render.values import (
    first_sentence,
    format_literal,
    sentence_case,
    shorten_text,
    sort_key,
)

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("value", "datatype", "swedish", "english"),
    [
        ("2022-10-19", "date", "19 oktober 2022", "19 October 2022"),
        ("2000-01", "gYearMonth", "januari 2000", "January 2000"),
        ("1999", "gYear", "1999", "1999"),
        ("12500", "integer", "12\xa0500", "12,500"),
        ("60.4858", "decimal", "60,4858", "60.4858"),
        ("true", "boolean", "ja", "yes"),
        ("0", "boolean", "nej", "no"),
    ],
)
def test_a_value_is_written_as_readers_write_it(
    value: str, datatype: str, swedish: str, english: str
) -> None:
    """The lexical forms of XML Schema are for machines."""
    literal = Literal(value, datatype=NamedNode(XSD + datatype))
    assert (format_literal(literal, "sv"), format_literal(literal, "en")) == (swedish, english)


@pytest.mark.parametrize(
    ("value", "datatype"), [("yesterday", "date"), ("2022-13", "gYearMonth"), ("many", "integer")]
)
def test_an_ill_typed_value_is_shown_as_it_stands(value: str, datatype: str) -> None:
    """RDF allows ill-typed literals, and a page must not break on them."""
    assert format_literal(Literal(value, datatype=NamedNode(XSD + datatype)), "sv") == value


def test_a_short_text_is_not_cut() -> None:
    """Only what would flood the page is."""
    assert shorten_text("x" * 300, legible=False) == ("x" * 300, 0)


def test_a_long_machine_text_is_cut_and_its_length_told() -> None:
    """The reader sees that there is more."""
    assert shorten_text("x" * 301, legible=False) == ("x" * 200 + "…", 301)


def test_a_text_for_people_is_shown_much_longer() -> None:
    """A description of a page and a half is meant to be read."""
    assert shorten_text("word " * 300, legible=True)[1] == 0


def test_a_text_in_lines_is_shown_longer() -> None:
    """A query is read line by line."""
    assert shorten_text("SELECT * WHERE {\n" + "?s ?p ?o .\n" * 100, legible=False)[1] == 0


def test_a_number_inside_a_sentence_does_not_end_it() -> None:
    """An ordinal or a decimal is followed by a small letter or a digit."""
    assert first_sentence("Sjön är 2.5 m djup. Den är kall.") == "Sjön är 2.5 m djup."


def test_swedish_letters_sort_after_z() -> None:
    """Svenska Akademiens ordlista, not Unicode, is what readers expect."""
    names = ["Örebro", "ånga", "Zinkgruvan", "Ärla", "arvika"]
    assert sorted(names, key=sort_key) == ["arvika", "Zinkgruvan", "ånga", "Ärla", "Örebro"]


def test_a_prefixed_name_keeps_its_case() -> None:
    """``Rdfs:label`` would be another name."""
    assert [sentence_case(t) for t in ("rdfs:label", "ort", "")] == ["rdfs:label", "Ort", ""]
