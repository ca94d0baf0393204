"""Facts change, and the statements of who says so follow; new things find address and file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import add_value, remove_value, replace_value
from publisher.edit.forms import read_forms
from publisher.edit.inventory import Inventory, address_for, file_for_new_thing
from publisher.edit.statements import StatementIndex
from publisher.load.sources import read_sources
from publisher.rdf.namespaces import iri

BASE = "https://data.example.org/"
SILJAN, VANERN = f"{BASE}id/lake/siljan", f"{BASE}id/lake/vänern"
MAP, BOOK = f"{BASE}id/source/map", f"{BASE}id/source/book"
NAME = iri("skos:altLabel")
SAID = f"""
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

<{BASE}id/lake/siljan> skos:altLabel "Siljansjön"@sv .

<{BASE}id/statement/siljan/name>
    a rdf:Statement ;
    dcterms:identifier "C1" ;
    dcterms:source <{MAP}> ;
    rdf:object "Siljansjön"@sv ;
    rdf:predicate skos:altLabel ;
    rdf:subject <{SILJAN}> ;
.
"""


@pytest.fixture
def inventory(world: Path) -> Inventory:
    """Return the tiny world with a fact and its statement."""
    (world / "data" / "lakes" / "said.ttl").write_text(SAID, encoding="utf-8")
    return Inventory(read_sources(world, BASE))


@pytest.fixture
def statements(inventory: Inventory) -> StatementIndex:
    """Return its statements."""
    return StatementIndex(inventory, read_forms(inventory))


def name(text: str) -> Literal:
    return Literal(text, language="sv")


def test_a_fact_knows_its_sources(statements: StatementIndex) -> None:
    """What a form shows beside a value."""
    assert statements.sources(SILJAN, NAME, name("Siljansjön")) == (MAP,)


def test_a_fact_taken_away_takes_its_statement_with_it(statements: StatementIndex) -> None:
    """A statement of what does not hold would need a note that says why."""
    gone = statements.following([remove_value(SILJAN, NAME, name("Siljansjön"))], {})
    assert {(change.thing, change.new) for change in gone} == {
        (f"{BASE}id/statement/siljan/name", None)
    }
    assert len(gone) == 6


def test_a_statement_that_is_looked_after_stays(statements: StatementIndex) -> None:
    """Two sources that disagree are both kept, one of them with a note."""
    changes = [remove_value(SILJAN, NAME, name("Siljansjön"))]
    kept = {f"{BASE}id/statement/siljan/name"}
    assert statements.following(changes, {}, kept) == []


def test_a_corrected_value_keeps_the_statement_of_the_same_source(
    statements: StatementIndex,
) -> None:
    """A slip of the pen is mended; what the source says, and its number, stay."""
    change = replace_value(SILJAN, NAME, name("Siljansjön"), name("Siljan sjö"))
    assert statements.following([change], {SILJAN: [MAP]}) == [
        replace_value(
            f"{BASE}id/statement/siljan/name",
            iri("rdf:object"),
            name("Siljansjön"),
            name("Siljan sjö"),
        )
    ]


def test_a_new_fact_gets_a_statement_in_the_file_of_its_thing(
    statements: StatementIndex,
) -> None:
    """As facts of its kind have here: other names in Swedish."""
    found = statements.following([add_value(VANERN, NAME, name("Wenern"))], {VANERN: [BOOK, MAP]})
    statement = f"{BASE}id/statement/vanern/alt-label-wenern"
    assert {(change.path, change.new) for change in found} == {
        (iri("rdf:type"), NamedNode(iri("rdf:Statement"))),
        (iri("rdf:subject"), NamedNode(VANERN)),
        (iri("rdf:predicate"), NamedNode(NAME)),
        (iri("rdf:object"), name("Wenern")),
        (iri("dcterms:source"), NamedNode(BOOK)),
        (iri("dcterms:source"), NamedNode(MAP)),
    }
    assert {change.thing for change in found} == {statement}
    assert {change.file for change in found} == {"data/lakes/lakes.ttl"}


def test_facts_that_have_no_statements_here_get_none(statements: StatementIndex) -> None:
    """The English name has none, and descriptions are our own words."""
    changes = [
        add_value(VANERN, NAME, Literal("Wenern", language="en")),
        add_value(VANERN, iri("dcterms:description"), name("En sjö.")),
    ]
    assert statements.following(changes, {VANERN: [BOOK]}) == []


def test_without_a_source_a_new_fact_gets_no_statement(statements: StatementIndex) -> None:
    """Nobody is made to say what he did not: the check asks for the source."""
    change = replace_value(SILJAN, NAME, name("Siljansjön"), name("Siljan sjö"))
    found = statements.following([change], {})
    assert {(each.thing, each.new) for each in found} == {(f"{BASE}id/statement/siljan/name", None)}


def test_a_new_thing_is_named_after_its_name_and_stays_with_its_kind(inventory: Inventory) -> None:
    """Where no pattern says how addresses begin, most of the others do."""
    lake = next(form for form in read_forms(inventory) if form.names["en"] == "Lake")
    assert address_for(inventory, lake, ["Övre Skärsjön & Runn"]) == (
        f"{BASE}id/lake/ovre-skarsjon-runn"
    )
    assert address_for(inventory, lake, ["Siljan"]) == f"{BASE}id/lake/siljan-2"
    assert address_for(inventory, lake, ["Norra"], owner=SILJAN) == f"{BASE}id/lake/siljan-norra"
    assert file_for_new_thing(inventory, lake, f"{BASE}id/lake/runn") == "data/lakes/lakes.ttl"


def test_where_things_have_a_file_each_a_new_one_gets_one_too(world: Path) -> None:
    """One file an initiative."""
    lakes = world / "data" / "lakes"
    text = (lakes / "lakes.ttl").read_text(encoding="utf-8")
    head, siljan, vanern = text.split("\n\n")
    (lakes / "siljan.ttl").write_text(f"{head}\n\n{siljan}\n", encoding="utf-8")
    (lakes / "vanern.ttl").write_text(f"{head}\n\n{vanern}\n", encoding="utf-8")
    (lakes / "lakes.ttl").unlink()
    inventory = Inventory(read_sources(world, BASE))
    lake = next(form for form in read_forms(inventory) if form.names["en"] == "Lake")
    assert file_for_new_thing(inventory, lake, f"{BASE}id/lake/runn") == "data/lakes/runn.ttl"
