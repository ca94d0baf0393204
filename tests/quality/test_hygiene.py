from __future__ import annotations

from pathlib import Path

import pytest

from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.load.sources import read_sources
from publisher.quality import queries
from publisher.quality.hygiene import check_hygiene

pytestmark = pytest.mark.slow

BASE = "https://data.example.org/"


def findings(world: Path, rule: str = "") -> list[Finding]:
    """Return what the rules find, after another rule was added."""
    if rule:
        (world / "shapes" / "hygiene" / "new.rq").write_text(rule, encoding="utf-8")
    return list(check_hygiene(read_sources(world, BASE)))


def test_a_rule_without_rows_finds_nothing(world: Path) -> None:
    """Every river of the tiny world has a mouth."""
    assert findings(world) == []


def test_each_row_of_a_rule_is_a_finding(world: Path) -> None:
    """A rule looks across graphs, where a shape looks at one thing."""
    path = world / "data" / "rivers" / "rivers.ttl"
    text = path.read_text(encoding="utf-8")
    start = text.index("    water:flowsInto")
    path.write_text(text[:start] + ".\n", encoding="utf-8")
    assert findings(world) == [
        Finding(
            Severity.VIOLATION,
            {"sv": "Ange var floden mynnar.", "en": "Say where the river ends."},
            rule="river-without-mouth",
            focus_node="https://data.example.org/id/river/klaralven",
            path="https://data.example.org/def/water#flowsInto",
        )
    ]


def test_a_rule_may_be_a_warning_and_name_a_value(world: Path) -> None:
    """``?severity`` and ``?value``."""
    rule = """
        PREFIX water: <https://data.example.org/def/water#>
        SELECT ?focusNode ?value ?severity ?message_en WHERE {
            ?focusNode water:flowsInto ?value .
            BIND("warning" AS ?severity)
            BIND("Look."@en AS ?message_en)
        }
    """
    (found,) = findings(world, rule)
    assert found.severity is Severity.WARNING
    assert found.value == "<https://data.example.org/id/lake/vänern>"
    assert found.message == {"en": "Look."}


@pytest.mark.parametrize("memory", [1 << 20, 0])
@pytest.mark.parametrize("most", [1, 2])
def test_what_two_datasets_say_alike_counts_once(
    world: Path, monkeypatch: pytest.MonkeyPatch, memory: int, most: int
) -> None:
    """A triple of two graphs is one of their union (RDF 1.1 Concepts, section 3): no second name.

    In memory and from a store; a blank node is the same node in the union and in its graph.
    """
    monkeypatch.setattr(queries, "_MEMORY_BYTES", memory)
    aliases = ", ".join(f'"alias {number}"' for number in range(most))
    said = f"<{BASE}id/river/one> <{BASE}def/water#alias> {aliases} ."
    node = f'<{BASE}id/river/one> <{BASE}def/water#bed> [ <{BASE}def/water#of> "sand"@en ] .'
    for dataset, more in (("rivers", node), ("lakes", "")):
        (world / "data" / dataset / "shared.ttl").write_text(f"{said}\n{more}\n", encoding="utf-8")
    rule = f"""
        PREFIX water: <{BASE}def/water#>
        SELECT ?focusNode ?message_en {{
            {{ SELECT ?focusNode (COUNT(?alias) AS ?n) {{ ?focusNode water:alias ?alias }}
               GROUP BY ?focusNode HAVING (COUNT(?alias) > 1) }}
            UNION {{ GRAPH ?g {{ ?focusNode water:bed ?bed }} ?bed water:of ?x }}
            BIND("Look."@en AS ?message_en)
        }}
    """
    found = findings(world, rule)
    assert len(found) == most  # the bed, and more names than one


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("SELECT ?x WHERE { ?x", "'{' is not closed"),
        ("ASK { ?x ?y ?z }", "it is not a SELECT query"),
        ("CONSTRUCT WHERE { ?x ?y ?z }", "it is not a SELECT query"),
        (
            "SELECT ('mild' AS ?severity) WHERE { ?x a ?y } LIMIT 1",
            "?severity is 'mild'",
        ),
        ("SELECT ?focusNode WHERE { ?focusNode a ?y } LIMIT 1", "it selects no message"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(world: Path, rule: str, expected: str) -> None:
    """A rule that is passed over lets everything pass."""
    with pytest.raises(SourceSyntax) as error:
        findings(world, rule)
    said = error.value.in_language("en")
    assert said.startswith("shapes/hygiene/new.rq: ")
    assert expected in said
