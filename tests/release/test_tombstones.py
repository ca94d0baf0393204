"""Who left, when, why, and what came instead."""

from __future__ import annotations

import pytest

from publisher.addresses import Addresses
from publisher.release.catalogue.sitemap import read_documents
from publisher.release.history.tombstones import Tombstone, Tombstones
from publisher.release.model import DOCUMENTS, TOMBSTONES
from tests.chain import A_LAKE, BASE, SILJAN, VATTERN, Chain

pytestmark = pytest.mark.slow

ADDRESSES = Addresses(BASE, BASE)
OTHER = f"{BASE}id/lake/other"


def named(text: str, name: str) -> str:
    """Return a lake with another last part of its IRI."""
    return text.replace("lake/vattern", f"lake/{name}")


def test_an_entity_that_left_has_a_tombstone_with_the_release_and_the_instant(
    chain: Chain,
) -> None:
    """Issue: when it left, and where it can still be seen."""
    before = chain.add(A_LAKE)
    after = chain.remove(A_LAKE)

    assert Tombstones(after).find(VATTERN) == Tombstone(
        VATTERN, after.published, after.id, before.id, (), ()
    )


def test_an_entity_that_is_there_has_none(chain: Chain) -> None:
    """Most things stay."""
    chain.add(A_LAKE)
    after = chain.remove(A_LAKE)

    assert Tombstones(after).find(SILJAN) is None
    assert Tombstones(after).find(f"{BASE}id/lake/unheard-of") is None


def test_a_first_release_has_no_tombstones(chain: Chain) -> None:
    """Nobody has left a place where nobody was."""
    assert (chain.build().folder / TOMBSTONES).read_text() == ""


def test_what_the_last_data_said_of_a_replacement_is_kept(chain: Chain) -> None:
    """The statement leaves with the entity, so it is taken from the release before."""
    lake = A_LAKE.replace(
        "a water:Lake ;", f"a water:Lake ;\n    dcterms:isReplacedBy <{SILJAN}> ;"
    )
    chain.add(lake)
    after = chain.remove(lake)

    found = Tombstones(after).find(VATTERN)
    assert found is not None
    assert found.replaced_by == (SILJAN,)


def test_what_the_present_data_says_of_a_replacement_is_found(chain: Chain) -> None:
    """An editor renames a slug and writes in the new block which one it replaces."""
    chain.add(A_LAKE)
    new = named(A_LAKE, "other").replace(
        "a water:Lake ;", f"a water:Lake ;\n    dcterms:replaces <{VATTERN}> ;"
    )
    after = chain.replace(A_LAKE, new)

    found = Tombstones(after).find(VATTERN)
    assert found is not None
    assert found.replaced_by == (OTHER,)


def test_a_block_that_only_names_the_replacement_is_a_tombstone(chain: Chain) -> None:
    """What nothing else is said of is no entity."""
    chain.add(A_LAKE)
    notice = f"\n<{VATTERN}>\n    dcterms:isReplacedBy <{SILJAN}> ;\n.\n"
    after = chain.replace(A_LAKE, notice)

    found = Tombstones(after).find(VATTERN)
    assert found is not None
    assert found.replaced_by == (SILJAN,)


def test_what_was_replaced_has_no_document_in_a_sitemap(chain: Chain) -> None:
    """Its address leads on, so whoever follows the list would find another document."""
    chain.add(A_LAKE)
    after = chain.replace(A_LAKE, f"\n<{VATTERN}>\n    dcterms:isReplacedBy <{SILJAN}> ;\n.\n")

    listed = {path for path, _ in read_documents(after.folder / DOCUMENTS)}
    assert "doc/lake/siljan" in listed
    assert "doc/lake/vattern" not in listed


def test_the_event_that_ended_an_entity_is_told(chain: Chain) -> None:
    """The Organization Ontology, section 5.4: ``org:originalOrganization`` of a change event."""
    chain.add(A_LAKE)
    event = f"""
<{BASE}id/event/drained>
    a org:ChangeEvent ;
    skos:prefLabel
        "Drained"@en ,
        "Dikades ut"@sv ;
    org:originalOrganization <{VATTERN}> ;
.
"""
    chain.write("data/lakes/lakes.ttl", chain.read().replace(A_LAKE, ""))
    after = chain.add(event)

    found = Tombstones(after).find(VATTERN)
    assert found is not None
    assert found.events == (f"{BASE}id/event/drained",)


def test_tombstones_are_carried_on_from_release_to_release(chain: Chain) -> None:
    """Links from outside live for years."""
    chain.add(A_LAKE)
    after = chain.remove(A_LAKE)
    later = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")

    assert Tombstones(later).find(VATTERN) == Tombstones(after).find(VATTERN)


def test_an_entity_that_comes_back_leaves_the_list(chain: Chain) -> None:
    """What is there is not gone."""
    chain.add(A_LAKE)
    chain.remove(A_LAKE)
    back = chain.add(A_LAKE)

    assert Tombstones(back).find(VATTERN) is None
    assert (back.folder / TOMBSTONES).read_text() == ""


def test_an_entity_that_only_left_one_dataset_is_still_there(chain: Chain) -> None:
    """A fact that moves to another file ends nothing."""
    chain.add(A_LAKE)
    rivers = "data/rivers/rivers.ttl"
    chain.write("data/lakes/lakes.ttl", chain.read().replace(A_LAKE, ""))
    after = chain.add(A_LAKE, rivers)

    assert Tombstones(after).find(VATTERN) is None


def test_a_chain_of_replacements_leads_to_its_end_and_a_circle_nowhere(chain: Chain) -> None:
    """One redirect, never a loop of them."""
    third = named(A_LAKE, "third")
    chain.add(A_LAKE + named(A_LAKE, "other") + third)
    first = f"\n<{VATTERN}>\n    dcterms:isReplacedBy <{OTHER}> ;\n.\n"
    second = f"\n<{OTHER}>\n    dcterms:isReplacedBy <{SILJAN}> ;\n.\n"
    circle = f"\n<{BASE}id/lake/third>\n    dcterms:isReplacedBy <{BASE}id/lake/third> ;\n.\n"
    left = Tombstones(
        chain.replace(A_LAKE + named(A_LAKE, "other") + third, first + second + circle)
    )
    vattern, looping = left.find(VATTERN), left.find(f"{BASE}id/lake/third")
    assert vattern is not None
    assert looping is not None

    assert left.follow(vattern, ADDRESSES) == SILJAN
    assert left.follow(looping, ADDRESSES) == ""
