from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from publisher.findings import Finding
from publisher.load.sources import read_sources
from publisher.quality.approval import check
from publisher.quality.shape_preparation import MessageTemplate, fill_in, prepare_shapes
from publisher.quality.xpath_patterns import RUST

pytestmark = pytest.mark.slow

BASE = "https://data.example.org/"
SILJAN = "https://data.example.org/id/lake/siljan"
HEAD = """\
PREFIX ex: <https://e.org/levels#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX shape: <https://data.example.org/shapes#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

shape:B a sh:NodeShape ; sh:targetNode <https://data.example.org/id/lake/siljan> ;
"""
SH = "http://www.w3.org/ns/shacl#"


def found_by(world: Path, body: str) -> list[Finding]:
    """Return what is found with one more shape for lakes."""
    (world / "shapes" / "B.ttl").write_text(f"{HEAD}    {body} .\n", encoding="utf-8")
    return check(read_sources(world, BASE))


@pytest.mark.parametrize(
    ("severity", "expected"),
    [("ex:Advice", "warning"), ("sh:Debug", "info"), ("sh:Trace", "info"), ("sh:Info", "info")],
)
def test_any_iri_is_a_severity_and_only_violations_stop_a_release(
    world: Path, severity: str, expected: str
) -> None:
    """SHACL, section 2.1.4."""
    (found,) = found_by(
        world, f"sh:property [ sh:path skos:note ; sh:minCount 1 ; sh:severity {severity} ]"
    )
    assert (found.severity.value, found.focus_node) == (expected, SILJAN)


@pytest.mark.parametrize(
    ("shape", "rule", "is_error"),
    [
        ("<https://e.org/profile#Missing>", "shape-references", False),
        ("shape:Missing", "shape-syntax", True),
    ],
)
def test_a_profile_in_parts_is_used_without_those_that_are_missing(
    world: Path, shape: str, rule: str, is_error: bool
) -> None:
    """The official DCAT-AP refers to property shapes without a path; one's own are misspelt."""
    found = found_by(world, f"sh:property {shape} , [ sh:path skos:note ; sh:minCount 1 ]")
    assert [(f.rule, f.severity.blocks) for f in found if f.file == "shapes/B.ttl"] == [
        (rule, is_error)
    ]
    assert is_error or [f.focus_node for f in found if f.severity.blocks] == [SILJAN]


@pytest.mark.parametrize(
    "body",
    [
        "sh:node {}",
        "sh:not {}",
        "sh:or ( {} [ sh:class ex:No ] )",
        "sh:xone ( {} [ sh:class ex:No ] )",
        "sh:and ( {} [ sh:nodeKind sh:IRI ] )",
        "sh:property [ sh:path skos:prefLabel ; sh:qualifiedMaxCount 0 ;"
        " sh:qualifiedValueShape {} ]",
    ],
)
def test_nothing_is_held_against_a_shape_of_others_that_is_in_no_file(
    world: Path, body: str
) -> None:
    """Whether anything conforms to it, nobody here can tell: it is said, and stops nothing."""
    found = found_by(world, body.format("<https://e.org/profile#Missing>"))
    assert [(f.rule, f.file, f.severity.value) for f in found if f.rule != "layout"] == [
        ("shape-references", "shapes/B.ttl", "warning")
    ]


def test_a_message_writes_a_path_as_sparql_does(world: Path) -> None:
    """SPARQL 1.1, section 9.1: a path in brackets has no name."""
    path = "( [ sh:inversePath skos:broader ] [ sh:zeroOrMorePath [ sh:alternativePath"
    found = found_by(
        world,
        f"sh:property [ sh:path {path} ( skos:note rdfs:seeAlso ) ] ] ) ; sh:minCount 1 ;"
        " sh:message 'nothing at {$PATH}'@en ]",
    )
    skos, rdfs = (
        "http://www.w3.org/2004/02/skos/core#",
        "http://www.w3.org/2000/01/rdf-schema#",
    )
    assert {f.message["en"] for f in found} == {
        f"nothing at ^<{skos}broader>/(<{skos}note>|<{rdfs}seeAlso>)*"
    }


@pytest.mark.parametrize("severity", ["sh:Warn", "'Warning'", "sh:warning"])
def test_a_severity_of_shacl_that_there_is_not_is_an_error(world: Path, severity: str) -> None:
    """Else a misspelt violation would be a warning."""
    found = found_by(world, f"sh:severity {severity}")
    assert "shape-syntax" in {f.rule for f in found if f.severity.blocks}


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ('sh:pattern "^\\\\p{Lu}[\\\\p{Ll}-[xyz]]+$"', 0),
        ('sh:pattern "^\\\\p{IsGreek}"', 2),
        ('sh:pattern "^ s i l " ; sh:flags "ix"', 0),
        ('sh:pattern "S.ljan" ; sh:flags "q"', 2),
    ],
)
def test_a_pattern_is_one_of_xpath(world: Path, pattern: str, count: int) -> None:
    """SHACL, section 4.4.3; what is said shows the pattern as the folder has it."""
    found = found_by(world, f"sh:property [ sh:path skos:prefLabel ; {pattern} ]")
    assert len(found) == count
    for each in found:
        assert pattern.split('"')[1].replace("\\\\", "\\") in each.message["en"]


@pytest.mark.parametrize(
    "wrong", ['sh:pattern "\\\\p{Letter}"', 'sh:pattern "a" ; sh:flags "g"', 'sh:pattern "["']
)
def test_a_pattern_that_is_none_is_an_error_with_its_cure(world: Path, wrong: str) -> None:
    """Before anything is validated with it."""
    (found,) = found_by(world, f"sh:property [ sh:path skos:prefLabel ; {wrong} ]")
    assert (found.rule, found.file, found.severity.blocks) == ("shape-syntax", "shapes/B.ttl", True)
    assert found.message["sv"] != found.message["en"]


QUERY = (
    "SELECT $this ?value ?letters"
    " WHERE { $this skos:prefLabel ?value BIND(STRLEN(?value) AS ?letters) }"
)


def test_a_message_says_what_broke_the_shape_in_every_language(world: Path) -> None:
    """SHACL, section 5.3.2: also values that only the query knows."""
    found = found_by(
        world,
        'sh:sparql [ sh:message "{?value}: {?letters} letters, {$this}"@en ,'
        f' "{{$this}}: {{?value}} har {{?letters}} tecken"@sv ; sh:select "{QUERY}" ]',
    )
    assert [dict(f.message) for f in found] == [
        {"en": f"Siljan: 6 letters, {SILJAN}", "sv": f"{SILJAN}: Siljan har 6 tecken"}
    ] * len(found)
    assert found


def test_a_message_of_a_core_constraint_is_filled_in_too(world: Path) -> None:
    """People write it there as well, and would read brackets."""
    found = found_by(
        world,
        "sh:property [ sh:path skos:prefLabel ; sh:maxLength 2 ;"
        ' sh:message "{?value} of {$this} ({?path}) is too long; {braces} stay"@en ]',
    )
    assert {f.message["en"] for f in found} == {
        f"Siljan of {SILJAN} (http://www.w3.org/2004/02/skos/core#prefLabel) is too long;"
        " {braces} stay"
    }


def test_the_message_of_the_shape_is_used_where_the_query_has_none(world: Path) -> None:
    """SHACL, section 5.3.2."""
    found = found_by(
        world, f'sh:message "Look at {{?value}}."@en ; sh:sparql [ sh:select "{QUERY}" ]'
    )
    assert {f.message["en"] for f in found} == {"Look at Siljan."}


def test_a_value_that_looks_like_a_template_or_a_pattern_is_a_value() -> None:
    """Nothing of the data is read as more than text."""
    template = MessageTemplate(r"{?value} \1 (of {$this})", "en")
    assert fill_in([template], [], {"value": r"{$this}\1", "this": "x"}) == {
        "en": r"{$this}\1 \1 (of x)"
    }


def test_what_nobody_knows_stays_as_it_is_written() -> None:
    """A placeholder is better than a wrong value."""
    template = MessageTemplate("{?a} and {?b}", "")
    assert fill_in([template], [("", "something else")], {"a": "1"}) == {"en": "1 and {?b}"}


def test_prepared_shapes_say_the_same_but_for_patterns_and_severities() -> None:
    """Labels of blank nodes stay, so that messages can be looked up."""
    lines = [
        f"_:a <{SH}path> <https://e.org/p> .\n".encode(),
        f'_:a <{SH}pattern> "^\\\\p{{Nd}}$" .\n'.encode(),
        f'_:a <{SH}flags> "i" .\n'.encode(),
        f"_:a <{SH}severity> <https://e.org/Advice> .\n".encode(),
    ]
    prepared = prepare_shapes(b"".join(lines), RUST)
    said = {
        (str(q.subject), q.predicate.value.removeprefix(SH)): q.object
        for q in parse(prepared, RdfFormat.N_TRIPLES)
    }
    assert set(said) == {("_:a", "path"), ("_:a", "pattern"), ("_:a", "severity")}
    assert said["_:a", "severity"].value == f"{SH}Warning"
    made = said["_:a", "pattern"].value
    assert made.startswith("(?i)^[0-9")
    assert made.endswith(r"\z")
