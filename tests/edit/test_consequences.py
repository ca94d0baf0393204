"""What else a change implies: texts, links and statements that follow, and what gets worse."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import add_value, plan_changes, remove_value, replace_value
from publisher.edit.consequences import (
    consequences_of,
    corrected_names,
    following_texts,
    new_findings,
    new_violations,
    removal_of,
    updated_text,
)
from publisher.edit.forms import read_forms
from publisher.edit.inventory import Inventory
from publisher.edit.statements import StatementIndex
from publisher.load.sources import read_sources
from publisher.rdf.namespaces import iri

BASE = "https://data.example.org/"
RUNN, MAP = f"{BASE}id/lake/runn", f"{BASE}id/source/map"
NAME = iri("skos:prefLabel")


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        ("105 medlemmar (2015)", "105", "110", "110 medlemmar (2015)"),
        ("2,105 and 105.5 and 105", "105", "110", "2,105 and 105.5 and 110"),
        ("Sedan 2015-03-28.", "2015-03-28", "2016", "Sedan 2016."),
        ("Sedan 2015-03-28.", "2015-03", "2016", "Sedan 2015-03-28."),
        ("plan B2, B20", "B2", r"C\1", r"plan C\1, B20"),
        ("3 (three)", "30", "31", "3 (three)"),
    ],
)
def test_a_text_follows_a_value_and_no_part_of_another(
    before: str, old: str, new: str, after: str
) -> None:
    """A number inside a longer one is another number."""
    assert updated_text(before, [(old, new)]) == after


def test_a_fact_with_a_statement_of_its_own_lacks_nothing(pond: Path) -> None:
    """Who writes the statement himself is not asked for its source."""
    inventory = Inventory(read_sources(pond, BASE))
    statements = StatementIndex(inventory, read_forms(inventory))
    path, islands = f"{BASE}def/water#islands", Literal(1)
    change = add_value(f"{BASE}id/lake/siljan", path, islands)

    alone = consequences_of([change], statements, {})
    cited = consequences_of([change], statements, {change.thing: [MAP]})
    stated = consequences_of([change], statements, {}, stated=[(change.thing, path, islands)])
    assert (alone.changes, alone.unsourced) == ([], [change])
    assert (len(cited.changes), cited.unsourced) == (5, [])
    assert (stated.changes, stated.unsourced) == ([], [])


def test_a_removal_takes_links_and_statements_along(pond: Path) -> None:
    """No file names a thing that is gone."""
    inventory = Inventory(read_sources(pond, BASE))
    assert inventory.pointing(RUNN)
    changes = list(dict.fromkeys(removal_of(inventory, RUNN)))
    after = plan_changes(inventory.sources, changes).after
    assert [t for file in after.files for t in file.triples if NamedNode(RUNN) in tuple(t)] == []


@pytest.mark.slow
def test_only_what_was_not_wrong_before_is_new(pond: Path) -> None:
    """A mistake that was there stops nobody; a second one does."""
    (pond / "data" / "lakes" / "wrong.ttl").write_text(
        f'<{BASE}id/lake/wrong> a <{BASE}def/water#Lake> ; <{NAME}> "Fel"@sv .\n', "utf-8"
    )
    sources = read_sources(pond, BASE)
    label = next(iter(Inventory(sources).properties.values(RUNN, NAME)))
    harmless = plan_changes(sources, [])
    harmful = plan_changes(sources, [remove_value(RUNN, NAME, label)])

    assert (new_findings(harmless), new_violations(harmless)) == ([], [])
    assert {finding.focus_node for finding in new_violations(harmful)} == {RUNN}


def test_texts_that_name_a_replaced_number_follow_and_no_others(pond: Path) -> None:
    """Of the same thing, as each language writes it; what the change itself writes stays."""
    inventory = Inventory(read_sources(pond, BASE))
    depth, metres = f"{BASE}id/depth/runn-2015", f"{BASE}def/water#metres"
    (old,) = inventory.properties.values(depth, metres)
    number = NamedNode(iri("xsd:decimal"))
    change = replace_value(depth, metres, old, Literal("33.1", datatype=number))

    following = following_texts([change], inventory)
    assert {each.new.value for each in following if each.new} == {
        "33,1 meter (2015)",
        "33.1 metres (2015)",
    }
    label = iri("rdfs:label")
    mine = [replace_value(depth, label, v, v) for v in inventory.properties.values(depth, label)]
    assert following_texts([change, *mine], inventory) == []
    assert following_texts(following, inventory) == []


def test_names_that_lag_behind_are_corrected_where_it_is_clear(pond: Path) -> None:
    """The number of the value takes the place of the one that is no value; others are left."""
    lines = []
    for number, said in enumerate((7, 8, 9, 10, 12)):
        lines.append(
            f"<{BASE}id/depth/d{number}> a <{BASE}def/water#Depth> ;"
            f' <{iri("rdfs:label")}> "{said} m"@en ; <{BASE}def/water#metres> {7 + number}.0 .'
        )
    (pond / "data/lakes/more.ttl").write_text("\n".join(lines), encoding="utf-8")
    sources = read_sources(pond, BASE)

    (change,) = corrected_names(sources, lambda file: True)
    assert (change.old, change.new) == (
        Literal("12 m", language="en"),
        Literal("11 m", language="en"),
    )
    assert corrected_names(sources, lambda file: file == "data/other.ttl") == []
