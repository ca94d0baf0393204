from __future__ import annotations

from pathlib import Path

import pytest

from publisher.load.sources import read_sources
from publisher.quality.literals import check_literals, is_lexical
from publisher.quality.shapes import check_shapes

BASE = "https://data.example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

RIGHT = {
    "date": ["-0001-12-31", "0000-02-29", "2024-02-29Z", "123456-01-01-14:00", "-0004-02-29"],
    "dateTime": ["2024-01-01T24:00:00", "-13798000000-01-01T00:00:00", "2024-06-30T23:59:59.999Z"],
    "dateTimeStamp": ["2024-01-01T00:00:00Z"],
    "time": ["13:20:00", "24:00:00.0", "00:00:00+13:59"],
    "gYear": ["-0044", "1066", "12024Z"],
    "gYearMonth": ["2024-05", "-0044-03"],
    "gMonthDay": ["--02-29", "--12-24Z"],
    "gMonth": ["--05"],
    "gDay": ["---31"],
    "duration": ["P1Y2M3DT4H", "-P1D", "PT0.5S", "P1M"],
    "dayTimeDuration": ["P3DT4H", "PT1M"],
    "yearMonthDuration": ["P1Y", "-P18M"],
    "decimal": ["1.", ".5", "-0", "1" * 5000],
    "integer": ["+7", "-0", "00042", "9" * 5000],
    "byte": ["-128", "0127"],
    "unsignedLong": ["18446744073709551615", "0"],
    "positiveInteger": ["1", "+1", "9" * 5000],
    "negativeInteger": ["-1"],
    "double": ["1e6", "+INF", "-INF", "NaN", "1.0E-10"],
    "boolean": ["true", "0"],
    "hexBinary": ["", "DEadBEEF"],
    "base64Binary": ["", "aGVs bG8=", "aGVsbG8="],
    "language": ["sr-Cyrl-BA", "x-klingon"],
    "token": ["", "a b"],
    "NCName": ["å_b-1"],
    "Name": ["a:b"],
    "anyURI": ["", "not a uri at all"],
    "string": [" \t"],
}
WRONG = {
    "date": [
        "2024-02-30",
        "2023-02-29",
        "24-01-01",
        "2024-1-1",
        " 2024-01-01",
        "2024-01-01T00:00:00",
    ],
    "dateTime": ["2024-01-01", "2024-01-01 00:00:00", "2024-01-01T24:00:01", "2024-04-31T00:00:00"],
    "dateTimeStamp": ["2024-01-01T00:00:00"],
    "time": ["1:20:00", "25:00:00", "13:20"],
    "gYear": ["44", "02024", "1066-01"],
    "gMonthDay": ["--02-30", "--04-31", "12-24"],
    "gDay": ["---32"],
    "duration": ["P", "PT", "P1YT", "1Y", "P1H"],
    "dayTimeDuration": ["P1Y"],
    "yearMonthDuration": ["P1D"],
    "decimal": ["1e3", "", ".", "1,5", "٣"],
    "integer": ["hello", "1.0", "", "1 000"],
    "byte": ["128", "x"],
    "unsignedLong": ["18446744073709551616", "-1"],
    "positiveInteger": ["0", "-" + "9" * 5000],
    "double": ["inf", "Infinity", "1,0"],
    "boolean": ["True", "yes"],
    "hexBinary": ["ABC", "0x12"],
    "base64Binary": ["aGVsbG8", "a===", "aGVs  bG8=", "aGVsbG9="],
    "language": ["sv_SE", ""],
    "token": [" a", "a  b"],
    "NCName": ["a:b", "1a"],
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_text_that_the_datatype_allows_is_right(name: str) -> None:
    """XSD 1.1, part 2: years have no end, and there is a year 0."""
    assert [text for text in RIGHT[name] if not is_lexical(text, XSD + name)] == []


@pytest.mark.parametrize("name", WRONG)
def test_a_text_that_the_datatype_does_not_allow_is_wrong(name: str) -> None:
    """RDF 1.1 Concepts, section 3.3: such a literal is ill-typed, and has no value."""
    assert [text for text in WRONG[name] if is_lexical(text, XSD + name)] == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("JSON", '{"a": [1, null]}', True),
        ("JSON", "{'a': 1}", False),
        ("XMLLiteral", "a <b xmlns='http://www.w3.org/1999/xhtml'>b</b>", True),
        ("XMLLiteral", "<b>", False),
        ("XMLLiteral", "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;", False),
        ("XMLLiteral", "<x:b/>", False),
        ("HTML", "<p>never closed", True),
    ],
)
def test_datatypes_of_rdf_are_judged_too(name: str, text: str, expected: bool) -> None:
    """RDF 1.1 Concepts, section 5; whatever a browser reads is HTML."""
    assert is_lexical(text, RDF + name) is expected


def test_a_shape_does_not_refuse_years_that_python_does_not_know(world: Path) -> None:
    """SHACL, section 4.1.2: only what is ill-typed, or of another datatype."""
    (world / "shapes" / "Seen.ttl").write_text(
        """\
PREFIX ex: <https://e.org/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
ex:Seen a sh:NodeShape ; sh:targetSubjectsOf ex:seen ; sh:property ex:Seen-seen .
ex:Seen-seen sh:path ex:seen ; sh:datatype xsd:date .
""",
        encoding="utf-8",
    )
    (world / "data" / "lakes" / "more.ttl").write_text(
        """\
PREFIX ex: <https://e.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
<https://data.example.org/id/lake/siljan> ex:seen
    "-0043-03-15"^^xsd:date , "12024-05-01"^^xsd:date , "2024-02-30"^^xsd:date , "2024"^^xsd:gYear .
""",
        encoding="utf-8",
    )
    found = list(check_shapes(read_sources(world, BASE)))
    assert sorted(f.value.split("^^")[0] for f in found) == ['"2024"', '"2024-02-30"']


def test_what_is_wrong_is_named_with_its_line_and_stops_nothing(world: Path) -> None:
    """Also of a node without a name, and of a datatype that nobody else knows nothing is said."""
    (world / "data" / "lakes" / "more.ttl").write_text(
        """\
PREFIX ex: <https://e.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

<https://data.example.org/id/lake/siljan>
    ex:seen "-0043-03-15"^^xsd:date ;
    ex:named "1354-02-31"^^xsd:date ;
    ex:long "12 m"^^ex:length .
[] ex:depth "deep"^^xsd:decimal .
""",
        encoding="utf-8",
    )
    found = list(check_literals(read_sources(world, BASE)))
    assert [(f.file, f.line, f.rule, f.severity.value) for f in found] == [
        ("data/lakes/more.ttl", 6, "literals", "warning"),
        ("data/lakes/more.ttl", 8, "literals", "warning"),
    ]
    assert found[0].message["en"].startswith("'1354-02-31' is no xsd:date.")
    assert found[0].message["sv"].startswith("”1354-02-31” är inget giltigt värde")
