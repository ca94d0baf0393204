"""Templates of labels: what they make of the values of a thing, in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.rdf.label_templates import TemplateError, read_template
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term

EX = "https://data.example.org/def#"
PREFIXES = {"ex": EX}
Values = Mapping[str, Sequence[Term]]


def typed(value: str, name: str) -> Literal:
    """Return a literal of a datatype of XSD."""
    return Literal(value, datatype=NamedNode(iri(f"xsd:{name}")))


def made(template: str, language: str, **values: Term) -> str:
    """Return the label that a template makes of a thing with some values."""
    known = {f"{EX}{name}": [value] for name, value in values.items()}
    return read_template(template, language, PREFIXES).label(
        "thing", lambda thing, path: known.get(path, []) if thing == "thing" else []
    )


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("sv", "1\xa0105 m (3 maj 2015)"),
        ("en", "1,105 m (3 May 2015)"),
        ("de", "1.105 m (3. Mai 2015)"),
    ],
)
def test_numbers_and_dates_are_written_as_the_language_does(language: str, written: str) -> None:
    """In every language that CLDR knows, not in those of the program alone."""
    values = {"n": typed("1105", "integer"), "d": typed("2015-05-03", "date")}
    assert made("{ex:n} m ({ex:d})", language, **values) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (typed("2015", "gYear"), "2015"),
        (typed("2015-09", "gYearMonth"), "september 2015"),
        (typed("2015-13-40", "date"), "2015-13-40"),
        (typed("3.50", "decimal"), "3,5"),
        (NamedNode("https://data.example.org/id/lake/runn"), "runn"),
    ],
)
def test_a_value_of_any_kind_is_written(value: Term, written: str) -> None:
    """What no calendar has is left as it is: the check reports it."""
    assert made("{ex:v}", "sv", v=value) == written


def test_what_is_not_there_is_left_out_or_replaced() -> None:
    """Brackets for the first, a bar for the second; without either there is no label."""
    assert made("[minst {ex:low} ][{ex:n}] st ({ex:d|odaterat})", "sv", n=Literal(4)) == (
        "4 st (odaterat)"
    )
    assert made("{ex:n} st", "sv") == ""


def test_a_name_at_the_end_of_a_value_decides_and_says_nothing() -> None:
    """The concept that qualifies a number."""
    template = "[about {ex:q=about}]{ex:n}"
    assert made(template, "en", n=Literal(4), q=NamedNode("https://e.org/q/about")) == "about 4"
    assert made(template, "en", n=Literal(4), q=NamedNode("https://e.org/q/almost")) == "4"


def test_a_path_goes_from_thing_to_thing() -> None:
    """The name of what is linked to, in the language."""
    lake = "https://data.example.org/id/lake/runn"
    values: dict[tuple[str, str], Sequence[Term]] = {
        ("t", f"{EX}in"): [NamedNode(lake)],
        (lake, iri("rdfs:label")): [Literal("Runn", language="sv"), Literal("L", language="en")],
    }
    template = read_template(f"{{<{EX}in>/rdfs:label}}", "en", {"rdfs": iri("rdfs:")})
    assert template.label("t", lambda thing, path: values.get((thing, path), [])) == "L"


@pytest.mark.parametrize("wrong", ["[a", "a]", "{ex:a", "{no:a}", "{ex:a b}", "{ex:a/}b}", "a}"])
def test_what_cannot_be_read_is_refused(wrong: str) -> None:
    """Unclosed brackets, prefixes that nobody declares, paths that are none."""
    with pytest.raises(TemplateError):
        read_template(wrong, "en", PREFIXES)
