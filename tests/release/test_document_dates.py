"""A document's date changes where its graph does, and nowhere else."""

from __future__ import annotations

import pytest

from publisher.release.history.document_dates import LastModified
from publisher.release.model import Release
from tests.chain import A_LAKE, BASE, SILJAN, Chain

pytestmark = pytest.mark.slow

RIVERS = "data/rivers/rivers.ttl"
SILJANS, VANERNS = "doc/lake/siljan", "doc/lake/vänern"


def changed(old: Release, new: Release, paths: list[str]) -> list[str]:
    """Return the paths of which the date is that of the new release."""
    return [p for p in paths if LastModified(new).instant(p) == new.published > old.published]


def test_only_the_changed_entity_has_a_new_date(chain: Chain) -> None:
    """A harvester that asks If-Modified-Since fetches one document, not all of them."""
    old = chain.build()
    new = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")

    assert changed(old, new, [SILJANS, VANERNS, "def/water"]) == [SILJANS]
    assert LastModified(new).instant(VANERNS) == LastModified(old).instant(VANERNS)


def test_the_date_stays_through_later_releases(chain: Chain) -> None:
    """It is carried on, not made anew."""
    chain.build()
    second = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    third = chain.add(A_LAKE)

    assert LastModified(third).instant(SILJANS) == second.published
    assert changed(second, third, [SILJANS, "doc/lake/vattern"]) == ["doc/lake/vattern"]


def test_a_new_link_changes_the_document_it_leads_to(chain: Chain) -> None:
    """Incoming links are part of a document."""
    old = chain.build()
    lake = A_LAKE.replace("a water:Lake ;", f"a water:Lake ;\n    dcterms:relation <{SILJAN}> ;")
    new = chain.add(lake)

    assert changed(old, new, [SILJANS, VANERNS]) == [SILJANS]


def test_a_new_name_changes_the_documents_that_show_it(chain: Chain) -> None:
    """A document brings the labels of what it links to."""
    lake = A_LAKE.replace("a water:Lake ;", f"a water:Lake ;\n    dcterms:relation <{SILJAN}> ;")
    old = chain.add(lake)
    new = chain.replace('"Siljan"@en', '"Lake Siljan"@en')

    assert changed(old, new, [SILJANS, "doc/lake/vattern", VANERNS]) == [
        SILJANS,
        "doc/lake/vattern",
    ]


def test_a_new_name_of_a_class_changes_everything_of_that_class(chain: Chain) -> None:
    """The label of a class stands in the document of each thing of it."""
    old = chain.build()
    new = chain.replace('"lake"@en', '"mere"@en', "ontology/water.ttl")

    assert changed(old, new, [SILJANS, VANERNS, "def/water"]) == [SILJANS, VANERNS, "def/water"]


def test_a_statement_about_a_thing_changes_its_document(chain: Chain) -> None:
    """An ``rdf:Statement`` is shown with what it is about."""
    said = f"""
<{BASE}id/statement/1>
    a rdf:Statement ;
    dcterms:description "Not sure."@en , "Osäkert."@sv ;
    rdf:object <{BASE}def/water#Lake> ;
    rdf:predicate rdf:type ;
    rdf:subject <{SILJAN}> ;
.
"""
    rdf = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"
    chain.write("data/lakes/lakes.ttl", rdf + chain.read())
    old = chain.add(said)
    new = chain.replace("Not sure.", "Quite sure.")

    assert changed(old, new, [SILJANS, VANERNS]) == [SILJANS]


@pytest.mark.parametrize("name", ["shapes/Lake.ttl", "ontology/context.jsonld"])
def test_what_every_document_depends_on_changes_them_all(chain: Chain, name: str) -> None:
    """A date too new costs a download; one too old leaves a stale copy for good."""
    old = chain.build()
    text = chain.read(name)
    if name.endswith("ttl"):
        chain.write(name, text.replace("sh:order 1", "sh:order 2"))
    else:
        chain.write(name, text.replace('"@context": {', '"@context": {\n "n": "urn:n",'))
    assert chain.read(name) != text
    new = chain.add(A_LAKE)

    assert changed(old, new, [SILJANS, VANERNS]) == [SILJANS, VANERNS]
