from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from publisher.bounds import DEFAULT_CHECK_LIMITS, VALIDATORS, CheckLimits
from publisher.load.sources import read_sources
from publisher.quality.approval import check
from publisher.quality.shapes import check_shape_syntax, check_shapes

BASE = "https://data.example.org/"
HEAD = """\
PREFIX ex: <https://e.org/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX shape: <https://data.example.org/shapes#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX water: <https://data.example.org/def/water#>

shape:B
    a sh:NodeShape ;
    sh:targetClass water:Lake ;
"""


def with_shape(world: Path, body: str) -> Path:
    """Add a shape to the world."""
    (world / "shapes" / "B.ttl").write_text(f"{HEAD}    {body} ;\n.\n", encoding="utf-8")
    return world


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("sh:property [ sh:path skos:prefLabel ; sh:pattern '(' ]", "The pattern cannot be read"),
        (
            "sh:sparql [ sh:select 'SELECT $this WHERE { broken' ]",
            "cannot be used. Line 1, column 20: '{' is not closed",
        ),
        (
            "sh:sparql [ sh:select 'SELECT $this WHERE { $this nope:x 1 }' ]",
            "the prefix 'nope:' is not declared",
        ),
        ("sh:property [ sh:minCount 1 ]", "no property shape with a sh:path"),
        ("sh:property 'text'", "no property shape with a sh:path"),
        ("sh:property shape:Missing", "no property shape with a sh:path"),
        ("sh:property [ sh:path () ]", "Write a property here, or a path"),
        ("sh:property [ sh:path 'skos:prefLabel' ]", "Write a property here, or a path"),
        ("sh:property [ sh:path [ sh:inverse skos:note ] ]", "Write a property here, or a path"),
        ("sh:property [ sh:path ( skos:note [ sh:zeroOrMorePath 'x' ] ) ]", "Write a property"),
        ("sh:node shape:Missing", "There is no such shape"),
        ("sh:not shape:Missing", "There is no such shape"),
        ("sh:property [ sh:path skos:note ; sh:nodeKind sh:Bogus ]", "Write one of sh:BlankNode"),
        ("sh:property [ sh:path skos:note ; sh:datatype 'x' ]", "Write an IRI here"),
        ("sh:property [ sh:path skos:note ; sh:class 'x' ]", "Write an IRI here"),
        ("sh:property [ sh:path skos:note ; sh:in 'a' ]", "Write a list in parentheses"),
        ("sh:property [ sh:path skos:note ; sh:languageIn 'sv' ]", "Write a list in parentheses"),
        ("sh:xone ( shape:Lake shape:Mising )", "There is no such shape"),
        ("sh:or shape:Lake", "Write a list in parentheses"),
        ("sh:severity sh:Warn", "Write one of sh:Violation, sh:Warning, sh:Info"),
    ],
)
def test_a_shape_that_shacl_would_pass_over_is_named_with_its_line(
    world: Path, body: str, expected: str
) -> None:
    """A misspelt shape is silence: everything conforms to it (house style, trap 6)."""
    (found,) = check_shape_syntax(read_sources(with_shape(world, body), BASE))
    assert (found.file, found.line) == ("shapes/B.ttl", 10)
    assert expected in found.message["en"]
    assert found.message["sv"] != found.message["en"]
    assert found.severity.blocks


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "sh:property [ sh:path ( skos:broader skos:prefLabel ) ; sh:in ( 1 2 ) ]",
        "sh:property [ sh:path [ sh:inversePath skos:broader ] ; sh:maxCount 1 ]",
        "sh:property [ sh:path skos:note ; sh:languageIn () ; sh:nodeKind sh:IRIOrLiteral ]",
        "sh:or ( shape:Lake [ sh:class water:River ] )",
        "sh:node shape:Lake",
        "sh:and ( shape:Lake [] )",
        "sh:node []",
        "sh:sparql [ sh:message 'x' ; sh:select 'SELECT $this ?value { $this $PATH ?value }' ]",
        "sh:sparql [ sh:select 'SELECT $this WHERE { $this skos:note 1 }' ]",
        "sh:declare [ sh:prefix 'nope' ; sh:namespace 'https://e.org/nope#' ] ;"
        " sh:sparql [ sh:select 'SELECT $this WHERE { $this nope:x 1 }' ]",
        "sh:severity sh:Info",
    ],
)
def test_a_well_formed_shape_passes(world: Path, body: str) -> None:
    """SHACL, appendix A."""
    assert list(check_shape_syntax(read_sources(with_shape(world, body), BASE))) == []


@pytest.mark.slow
@pytest.mark.parametrize("validator", VALIDATORS)
@pytest.mark.parametrize(
    ("body", "is_broken"),
    [("sh:node []", False), ("sh:and ( [] [] )", False), ("sh:not []", True)],
)
def test_a_shape_that_says_nothing_holds_for_all(
    world: Path, validator: str, body: str, is_broken: bool
) -> None:
    """SHACL, section 2.1: what stands where a shape is expected is one."""
    bounds = replace(DEFAULT_CHECK_LIMITS, validator=validator)
    found = check(read_sources(with_shape(world, body), BASE, bounds))
    assert any("shapes#B" in finding.rule for finding in found) == is_broken
    assert not any(finding.rule == "shape-syntax" for finding in found)


@pytest.mark.slow
def test_shapes_that_cannot_be_read_are_findings_and_no_crash(world: Path) -> None:
    """The engine below would end with a traceback."""
    with_shape(world, "sh:property [ sh:path skos:prefLabel ; sh:pattern '(' ]")
    rules = [found.rule for found in check(read_sources(world, BASE)) if found.severity.blocks]
    assert rules == ["shape-syntax"]


def test_a_list_in_parentheses_of_nothing_is_a_list(world: Path) -> None:
    """``()`` is rdf:nil."""
    with_shape(world, "sh:in ()")
    assert list(check_shape_syntax(read_sources(world, BASE))) == []


@pytest.mark.parametrize("viewer", ["dash:HTMLViewer", "dash:URLViewer", "'URIViewer'"])
def test_a_viewer_that_pages_do_not_know_is_named_and_stops_nothing(
    world: Path, viewer: str
) -> None:
    """The values are shown all the same, only not as the author of the shape thinks."""
    body = f"sh:property [ sh:path skos:note ; <http://datashapes.org/dash#viewer> {viewer} ]"
    folder = with_shape(world, body)
    path = folder / "shapes" / "B.ttl"
    head = "PREFIX dash: <http://datashapes.org/dash#>\n"
    path.write_text(head + path.read_text(encoding="utf-8"), encoding="utf-8")
    (found,) = check_shape_syntax(read_sources(folder, BASE))
    assert found.file == "shapes/B.ttl"
    assert found.message["en"].startswith(f"Pages do not know the viewer {viewer.strip(chr(39))}")
    assert "dash:URIViewer" in found.message["en"]
    assert not found.severity.blocks


def test_a_viewer_that_pages_know_is_no_finding(world: Path) -> None:
    """Misspelt terms are looked for elsewhere."""
    body = "sh:property [ sh:path skos:note ; <http://datashapes.org/dash#viewer> <{}> ]"
    folder = with_shape(world, body.format("http://datashapes.org/dash#URIViewer"))
    assert list(check_shape_syntax(read_sources(folder, BASE))) == []


FUNCTIONS = '''
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX ex: <https://functions.example.org/>
ex:half a sh:SPARQLFunction ; sh:parameter [ sh:path ex:op ] ;
    sh:select "SELECT (<http://www.w3.org/2001/XMLSchema#anyURI>($op) AS ?result) WHERE {}" .
ex:longer a sh:SPARQLFunction ; sh:parameter [ sh:path ex:op ] ;
    sh:select "SELECT (STRLEN(STR($op)) > 3 AS ?result) WHERE {}" .
ex:Named a sh:NodeShape ; sh:targetClass <https://data.example.org/def/water#Lake> ;
    sh:sparql [ sh:select """SELECT $this WHERE {
        $this a ?kind FILTER (<https://functions.example.org/%s>(?kind)) }""" ] .
'''


@pytest.mark.parametrize("validator", ["rust", "pyshacl"])
@pytest.mark.parametrize(
    ("function", "rules"),
    [("longer", {"https://functions.example.org/Named"}), ("unknown", {"not-validated"})],
)
def test_functions_of_shapes_are_used_and_others_are_told(
    world: Path, function: str, rules: set[str], validator: str
) -> None:
    """SHACL Advanced Features, section 5: what a function is made of is held against nothing."""
    (world / "shapes" / "functions.ttl").write_text(FUNCTIONS % function, encoding="utf-8")
    sources = replace(read_sources(world, BASE), bounds=CheckLimits(validator=validator))
    found = [*check_shape_syntax(sources), *check_shapes(sources)]
    assert {f.rule for f in found} - {"validator"} == rules
    assert any(f.severity.blocks for f in found) is (function == "longer")
