"""Which columns of a table have values to choose between."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.rdf.namespaces import iri
from publisher.release.tables.columns import ValueCounts, is_facet
from publisher.release.tables.table import DATE, LINK, NUMBER, PLAIN, TEXT, TRUTH


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
