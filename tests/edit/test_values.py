"""What people write in a field → a term, or a sentence with the cure."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.edit import fields
from publisher.edit.fields import Choice, Field
from publisher.edit.values import KINDS, PickList, comparison_key, read_value, write_value
from publisher.errors import ValueRefused
from publisher.rdf.namespaces import iri

BASE = "https://data.example.org/"
DATES = tuple(map(iri, ("xsd:date", "xsd:gYearMonth", "xsd:gYear")))
LAKES = PickList(
    [
        Choice(NamedNode(f"{BASE}id/lake/siljan"), {"sv": "Siljan", "en": "Lake Siljan"}),
        Choice(NamedNode(f"{BASE}id/lake/mora"), {"sv": "Mora"}),
        Choice(NamedNode(f"{BASE}id/town/mora"), {"sv": "Mora"}),
        Choice(NamedNode(f"{BASE}id/lake/x"), {}),
    ],
    BASE,
)
NONE = PickList([], BASE)


def field(kind: str, *datatypes: str) -> Field:
    return Field("https://e.org/p", {}, kind, datatypes=tuple(map(iri, datatypes)))


def typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(iri(datatype)))


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("2015", typed("2015", "xsd:gYear")),
        ("2015-03", typed("2015-03", "xsd:gYearMonth")),
        (" 2015-03-28 ", typed("2015-03-28", "xsd:date")),
    ],
)
def test_a_date_is_as_exact_as_it_is_written(written: str, term: Literal) -> None:
    """As precise as the source gives it: nobody invents a day."""
    assert read_value(written, Field("p", {}, "date", datatypes=DATES), "", NONE) == term


@pytest.mark.parametrize(
    "written", ["03/04/2015", "28 mars 2015", "2015-02-30", "2015-13", "15", "2015-3", "0000"]
)
def test_a_date_that_can_be_read_in_two_ways_is_refused_with_examples(written: str) -> None:
    """3 April or 4 March: asking costs less than a wrong date."""
    with pytest.raises(ValueRefused) as refused:
        read_value(written, Field("p", {}, "date", datatypes=DATES), "", NONE)
    assert refused.value.remedy["sv"] == "Skriv det som 2015-03-28, 2015-03 eller 2015."


@pytest.mark.parametrize(
    ("written", "datatype", "value"),
    [
        ("105", "xsd:integer", "105"),
        ("3 000", "xsd:integer", "3000"),
        ("3\u00a0000", "xsd:integer", "3000"),
        ("105.0", "xsd:integer", "105"),
        ("-3,5", "xsd:decimal", "-3.5"),
        ("3", "xsd:decimal", "3.0"),
        ("1e3", "xsd:double", "1e3"),
    ],
)
def test_numbers_are_read_as_swedes_write_them(written: str, datatype: str, value: str) -> None:
    """A comma before the fraction, a space between thousands."""
    assert read_value(written, field("number", datatype), "", NONE) == typed(value, datatype)


@pytest.mark.parametrize("written", ["omkring 100", "100 st", "1.5", "hundra", "1 00"])
def test_what_is_no_whole_number_is_refused(written: str) -> None:
    """'About 100' is 100 with a qualifier of its own."""
    with pytest.raises(ValueRefused, match="not a number that belongs here"):
        read_value(written, field("number", "xsd:integer"), "", NONE)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Siljan", "id/lake/siljan"),
        ("lake  SILJAN", "id/lake/siljan"),
        ("id/lake/siljan", "id/lake/siljan"),
        (f"{BASE}id/lake/siljan", "id/lake/siljan"),
        ("Mora [id/town/mora]", "id/town/mora"),
        ("id/lake/x", "id/lake/x"),
    ],
)
def test_a_thing_is_chosen_by_its_name_in_any_language_or_its_address(
    written: str, address: str
) -> None:
    """Case and double spaces do not count."""
    assert read_value(written, field("link"), "", LAKES) == NamedNode(BASE + address)


def test_a_name_of_two_things_asks_which_one_is_meant() -> None:
    """The town of Mora, or the lake of Mora."""
    with pytest.raises(ValueRefused) as refused:
        read_value("Mora", field("link"), "", LAKES)
    assert "Mora [id/lake/mora]; Mora [id/town/mora]" in refused.value.what["sv"]


def test_a_name_shared_by_two_is_written_with_its_address() -> None:
    """What an export writes, an import reads."""
    assert LAKES.names("sv") == [
        "id/lake/x",
        "Mora [id/lake/mora]",
        "Mora [id/town/mora]",
        "Siljan",
    ]


def test_a_misspelt_name_is_told_the_nearest_one() -> None:
    """The cure stands in the message."""
    with pytest.raises(ValueRefused) as refused:
        read_value("Siljann", field("link"), "", LAKES)
    assert refused.value.in_language("sv") == (
        "”Siljann” finns inte i listan.\n"
        "  Menade du ”Siljan”, ”Lake Siljan”? Välj ur listan, eller lägg till det först."
    )


def test_a_name_like_no_other_gets_no_suggestion() -> None:
    """A guess at random helps nobody."""
    with pytest.raises(ValueRefused) as refused:
        read_value("qqqqqqqq", field("link"), "", LAKES)
    assert refused.value.remedy["en"] == "Choose from the list, or add it first."


@pytest.mark.parametrize("written", ["www.example.org", "https://e.org/a b", "nej", "<x:y>"])
def test_what_is_no_whole_address_is_refused(written: str) -> None:
    """RFC 3987: an IRI has a scheme, and no spaces."""
    with pytest.raises(ValueRefused, match="is not an address"):
        read_value(written, field("address"), "", NONE)


def test_a_text_is_kept_in_composed_letters_with_plain_line_ends() -> None:
    """Some keyboards write å as a with a ring behind it; the same name would be two."""
    written = "  A\u030are\r\nby "
    assert read_value(written, field("text"), "sv", NONE) == Literal("Åre\nby", language="sv")


@pytest.mark.parametrize(("written", "value"), [("Ja", "true"), ("false", "false"), ("0", "false")])
def test_yes_and_no_are_read_in_both_languages(written: str, value: str) -> None:
    """Workbooks write TRUE and FALSE, people ja and nej."""
    assert read_value(written, field("truth"), "", NONE) == typed(value, "xsd:boolean")


def test_every_kind_of_field_says_how_it_is_read_and_written() -> None:
    """A new kind is one class; what stands in a cell means the same when it comes back."""
    kinds = {
        value
        for name, value in vars(fields).items()
        if name.isupper() and isinstance(value, str) and not name.startswith("_")
    }
    assert set(KINDS) == kinds
    for kind, written in (
        *(("text", "Sjö"), ("plain", "A-1"), ("any", "x"), ("number", "1 000,5")),
        *(("truth", "nej"), ("date", "2015-03")),
    ):
        of = Field("p", {}, kind, datatypes=(iri("xsd:decimal"),) if kind == "number" else ())
        term = read_value(written, of, "sv", NONE)
        again = write_value(term, of, "sv", NONE)
        assert read_value(again, of, "sv", NONE) == term
        assert comparison_key(again, of) == comparison_key(comparison_key(again, of), of)


def test_numbers_and_truths_are_the_same_however_they_are_written() -> None:
    """105, 105.0 and 105,00 are one number; what is no number is itself."""
    assert comparison_key("105,00", field("number")) == comparison_key("105.0", field("number"))
    assert comparison_key("TRUE", field("truth")) == comparison_key("Ja", field("truth"))
    assert comparison_key("kanske", field("truth")) == "kanske"
    assert comparison_key("105,00", field("text")) != comparison_key("105.0", field("text"))


def test_a_workbook_keeps_numbers_and_truths_as_what_they_are() -> None:
    """Everything else is text there: it would make a day of 2000-01."""
    assert {kind for kind, of in KINDS.items() if of.cell_format != "@"} == {"number", "truth"}
    assert KINDS["truth"].options("sv") == ["ja", "nej"]


@pytest.mark.parametrize("written", ["http:/e.org", "https:e.org", "https://", "HTTP:///e.org/a"])
def test_an_address_of_the_web_has_a_host(written: str) -> None:
    """A stroke that was left out leads nowhere."""
    with pytest.raises(ValueRefused):
        read_value(written, field(fields.ADDRESS), "", NONE)
    assert read_value("urn:isbn:1", field(fields.ADDRESS), "", NONE) == NamedNode("urn:isbn:1")
