"""What else a change implies: texts, links and statements that follow, and what gets worse."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import add_value, plan_changes, remove_value
from publisher.edit.consequences import (
    consequences_of,
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
