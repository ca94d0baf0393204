from __future__ import annotations

from pathlib import Path

import pytest

from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.load.sources import read_sources
from publisher.quality.approval import check, with_lines
from publisher.quality.shapes import check_shapes

pytestmark = pytest.mark.slow

BASE = "https://data.example.org/"
SILJAN = "https://data.example.org/id/lake/siljan"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"


def change(world: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands once in a file."""
    path = world / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def add_shape(world: Path, body: str) -> None:
    """Add a shape for lakes."""
    text = (world / "shapes" / "Lake.ttl").read_text(encoding="utf-8")
    head = text[: text.index("\n\n") + 2]
    shape = f"shape:B\n    a sh:NodeShape ;\n    {body} ;\n    sh:targetClass water:Lake ;\n.\n"
    (world / "shapes" / "B.ttl").write_text(head + shape, encoding="utf-8")


def test_the_tiny_world_keeps_its_shapes(world: Path) -> None:
    """The check must not cry wolf."""
    assert list(check_shapes(read_sources(world, BASE))) == []


def test_a_broken_rule_names_file_line_focus_node_path_and_the_cure_in_both_languages(
    world: Path,
) -> None:
    """Written in the shape and nowhere else, for a data editor."""
    change(world, "data/lakes/lakes.ttl", '        "Siljan"@en ,\n', "")
    assert check(read_sources(world, BASE))[0] == Finding(
        Severity.VIOLATION,
        {
            "sv": "Ange ett namn per språk, med språktagg.",
            "en": "Give one name per language, with a language tag.",
        },
        rule="https://data.example.org/shapes#Lake-prefLabel",
        file="data/lakes/lakes.ttl",
        line=12,
        focus_node=SILJAN,
        path=LABEL,
    )


def test_a_wrong_value_is_shown_as_it_stands_in_the_file(world: Path) -> None:
    """An editor searches for what is shown."""
    change(world, "data/lakes/lakes.ttl", '"Siljan"@en', '"007"')
    found = [f for f in check_shapes(read_sources(world, BASE)) if f.value]
    assert [(f.focus_node, f.path, f.value) for f in found] == [(SILJAN, LABEL, '"007"')]


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ("sh:Violation", Severity.VIOLATION),
        ("sh:Warning", Severity.WARNING),
        ("sh:Info", Severity.INFO),
    ],
)
def test_the_shape_says_how_grave_it_is(world: Path, severity: str, expected: Severity) -> None:
    """SHACL, section 2.1.4: only a violation stops a release."""
    add_shape(world, f"sh:property [ sh:path skos:note ; sh:minCount 1 ; sh:severity {severity} ]")
    assert {f.severity for f in check_shapes(read_sources(world, BASE))} == {expected}


def test_a_shape_without_a_name_goes_by_the_one_around_it(world: Path) -> None:
    """Names of blank nodes differ from run to run; a folder sets the rule by an IRI."""
    add_shape(world, "sh:property [ sh:path skos:note ; sh:minCount 1 ]")
    assert {f.rule for f in check_shapes(read_sources(world, BASE))} == {f"{BASE}shapes#B"}


def test_a_message_names_the_parameters_of_its_shape(world: Path) -> None:
    """SHACL's own ones, as those of components that a folder defines."""
    add_shape(
        world,
        "sh:property [ sh:path skos:prefLabel ; sh:maxLength 1 ;"
        ' sh:message "{$this}: {?value} is over {$maxLength}, not {$gone}"@en ]',
    )
    found = next(iter(check_shapes(read_sources(world, BASE))))
    assert " is over 1, not {$gone}" in found.message["en"]


def test_a_finding_on_what_no_file_describes_is_at_the_shape(world: Path) -> None:
    """Its target is the only place that names it."""
    (world / "shapes" / "b.ttl").write_text(
        f"PREFIX sh: <http://www.w3.org/ns/shacl#>\n\n<{BASE}shapes#B> a sh:NodeShape ;\n"
        f"    sh:targetNode <{BASE}id/lake/gone> ;\n"
        "    sh:property [ sh:path sh:name ; sh:minCount 1 ] .",
        encoding="utf-8",
    )
    sources = read_sources(world, BASE)
    found = [f for f in with_lines(check_shapes(sources), sources) if f.focus_node.endswith("gone")]
    assert [(f.file, f.line) for f in found] == [("shapes/b.ttl", 3)]


def test_a_finding_on_a_value_is_where_it_is_the_value(world: Path) -> None:
    """A list of somebody else's that the data point to: who points to it can mend it."""
    (world / "data" / "lakes" / "more.ttl").write_text(
        f"<{BASE}id/lake/tarn>\n    <{BASE}def/depth> <https://lists.example.net/depth/9> .\n",
        encoding="utf-8",
    )
    (world / "shapes" / "b.ttl").write_text(
        f"PREFIX sh: <http://www.w3.org/ns/shacl#>\n\n<{BASE}shapes#B> a sh:NodeShape ;\n"
        f"    sh:targetObjectsOf <{BASE}def/depth> ;\n"
        "    sh:property [ sh:path sh:name ; sh:minCount 1 ] .",
        encoding="utf-8",
    )
    sources = read_sources(world, BASE)
    found = [f for f in with_lines(check_shapes(sources), sources) if f.focus_node.endswith("/9")]
    assert [(f.file, f.line) for f in found] == [("data/lakes/more.ttl", 2)]


def test_ontology_and_data_are_checked_together(world: Path) -> None:
    """A shape may ask for the class that the ontology defines."""
    add_shape(
        world,
        "sh:property [ sh:path rdf:type ; sh:nodeKind sh:IRI ;"
        " sh:class <http://www.w3.org/2002/07/owl#Class> ]",
    )
    assert list(check_shapes(read_sources(world, BASE))) == []


def test_an_example_that_breaks_its_shape_is_found(world: Path) -> None:
    """Whoever copies the example must get something valid."""
    (world / "ontology" / "examples").mkdir()
    (world / "ontology" / "examples" / "Lake.ttl").write_text(
        "<https://e.org/lake> a <https://data.example.org/def/water#Lake> .", encoding="utf-8"
    )
    (found,) = (f for f in check(read_sources(world, BASE)) if f.severity.blocks)
    assert found.file == "ontology/examples/Lake.ttl"


def test_a_shape_that_shacl_does_not_allow_is_an_error(world: Path) -> None:
    """It cannot be validated with, so nothing may be published."""
    add_shape(world, "sh:property [ sh:path skos:note ; sh:minCount 'x' ]")
    with pytest.raises(SourceSyntax, match="sh:minCount must be a literal"):
        check(read_sources(world, BASE))
