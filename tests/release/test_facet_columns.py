"""Which columns of a table have values to choose between."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.rdf.namespaces import iri
from publisher.release.tables.columns import ValueCounts, is_facet
from publisher.release.tables.ranges import NumberSample, round_edges
from publisher.release.tables.table import DATE, LINK, NUMBER, PLAIN, TEXT, TRUTH, Column
from publisher.render.tables.range_facets import range_words


@pytest.mark.parametrize(
    ("kind", "datatype", "different", "values", "expected"),
    [
        (DATE, "gYear", 6, 90, True),
        (DATE, "date", 80, 90, False),
        (NUMBER, "integer", 4, 60, True),
        (NUMBER, "integer", 20, 60, False),  # half of them are there once or twice
        (PLAIN, "string", 5, 40, True),
        (PLAIN, "string", 12, 40, False),
        (TEXT, "string", 3, 40, False),  # a text in a language is no choice
        (TRUTH, "boolean", 2, 3, True),
        (LINK, "", 25, 40, True),
        (DATE, "gYear", 1, 90, False),
    ],
)
def test_few_values_that_come_again_are_a_facet(
    kind: str, datatype: str, different: int, values: int, expected: bool
) -> None:
    type_iri = iri(f"xsd:{datatype}") if datatype else ""
    terms = {
        Literal(str(n), datatype=NamedNode(type_iri)) if datatype else NamedNode(f"urn:x:{n}")
        for n in range(different)
    }
    tally = ValueCounts(filled=values, values=values, different=set(terms), datatypes={type_iri})
    assert is_facet(kind, tally, 4) is expected


def test_long_texts_are_no_choices() -> None:
    terms = {Literal("a" * 60), Literal("b" * 60)}
    tally = ValueCounts(values=40, different=set(terms), datatypes={iri("xsd:string")})
    assert not is_facet(PLAIN, tally, 60)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (range(1, 290), ()),  # they only count the rows
        ([n % 7 for n in range(90)], ()),  # few enough to list
        ([0] * 80 + list(range(1, 40)), ("20",)),  # most things have none
        ([n * 0.013 for n in range(1, 200)], ("0.5", "1", "1.6", "2.1")),
        ([float("inf"), float("nan"), *range(-50, 50)], ("-30", "-10", "10", "30")),
        ([1000 * 1.5**n for n in range(30)], ("10000", "100000", "1000000", "20000000")),
    ],
)
def test_numbers_are_divided_at_round_ones(numbers: Iterable[float], expected: object) -> None:
    sample = NumberSample()
    for number in numbers:
        sample.add(number)
    assert round_edges(sample.sorted()) == expected


def test_a_sample_of_many_numbers_divides_as_all_do() -> None:
    sample = NumberSample()
    for number in range(10, 200_010):
        sample.add(number * 7 % 1_000_003)
    assert len(sample.sorted()) <= 20_000
    assert len(round_edges(sample.sorted())) == 4


@pytest.mark.parametrize(
    ("number", "datatype", "ends", "english", "swedish"),
    [
        (NUMBER, "integer", ("1000", "2000"), "1,000–1,999", "1\xa0000–1\xa0999"),
        (NUMBER, "integer", ("7", "8"), "7", "7"),
        (NUMBER, "decimal", ("0.5", ""), "0.5 or more", "0,5 eller mer"),
        (DATE, "gYear", ("1950", "1970"), "1950–1969", "1950–1969"),
        (DATE, "date", ("", "2024"), "before 2024", "före 2024"),
        (DATE, "date", ("2024-03", "2024-04-15"), "2024-03 to before 2024-04-15", None),
    ],
)
def test_ranges_are_called_as_people_do(
    number: str, datatype: str, ends: tuple[str, str], english: str, swedish: str | None
) -> None:
    column = Column("c", "https://e.org/c", {}, number, datatype=iri(f"xsd:{datatype}"))
    assert range_words(column, ends, "en") == english
    assert swedish is None or range_words(column, ends, "sv") == swedish
