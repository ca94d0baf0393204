"""Which releases are kept, what changed between them, and what may not be lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.errors import LossRefused, ReleaseError
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.release.history import loss_gate
from publisher.release.history.difference import (
    Kind,
    as_html,
    as_json,
    as_rdf_patch,
    as_text,
    entity_diffs,
)
from publisher.release.history.loss_gate import LossGate, LossLimits, find_losses
from publisher.release.history.releases import activate, find_release, list_releases, prune
from publisher.release.model import Release
from tests.chain import Chain

pytestmark = pytest.mark.slow

BASE = "https://data.example.org/"
LAKES = "data/lakes/lakes.ttl"
CATALOGUE = "data/catalogue.ttl"
SILJAN = f"{BASE}id/lake/siljan"
LIMITS = LossLimits(entities_percent=10, triples_percent=50)

Change = Callable[[str, str, str], Release]


@pytest.fixture
def releases(chain: Chain) -> Path:
    """Return a folder for releases."""
    return chain.releases


@pytest.fixture
def make(chain: Chain) -> Callable[[], Release]:
    """Return a function that builds the world as it stands."""
    return chain.build


@pytest.fixture
def change(world: Path, make: Callable[[], Release]) -> Change:
    """Return a function that replaces a text in a file of the world, and builds."""

    def changed(name: str, old: str, new: str) -> Release:
        path = world / name
        before = path.read_text(encoding="utf-8")
        assert old in before
        path.write_text(before.replace(old, new), encoding="utf-8")
        return make()

    return changed


def without_siljan(world: Path) -> None:
    """Take the first lake out of the world."""
    path = world / LAKES
    head, _, rest = path.read_text(encoding="utf-8").partition(f"<{SILJAN}>")
    rest = rest.partition("\n.\n\n")[2]
    dated = rest.replace(
        "    a water:Lake ;\n",
        '    a water:Lake ;\n    dcterms:modified "2026-01-02"^^xsd:date ;\n',
        1,
    )
    path.write_text(head + dated, encoding="utf-8")


def test_the_newest_release_is_listed_first_and_the_current_one_marked(
    make: Callable[[], Release], change: Change, releases: Path
) -> None:
    """An operator sees what is on line and what can be gone back to."""
    old = make()
    new = change(LAKES, "En sjö i Dalarna.", "En stor sjö i Dalarna.")

    listed = list_releases(releases)

    assert [kept.id for kept in listed] == [new.id, old.id]
    assert [kept.is_current for kept in listed] == [True, False]


def test_an_older_release_becomes_current_again(
    make: Callable[[], Release], change: Change, releases: Path
) -> None:
    """Going back is pointing back."""
    old = make()
    change(LAKES, "En sjö i Dalarna.", "En stor sjö i Dalarna.")

    activate(releases, old.id)

    assert [kept.id for kept in list_releases(releases) if kept.is_current] == [old.id]


def test_a_damaged_release_does_not_become_current(
    make: Callable[[], Release], change: Change, releases: Path
) -> None:
    """What cannot be served is not switched to."""
    old = make()
    new = change(LAKES, "En sjö i Dalarna.", "En stor sjö i Dalarna.")
    (old.folder / "report.json").write_text("{}")

    with pytest.raises(ReleaseError, match=r"report\.json"):
        activate(releases, old.id)

    assert [kept.id for kept in list_releases(releases) if kept.is_current] == [new.id]


def test_an_unknown_release_is_answered_with_those_there_are(
    make: Callable[[], Release], releases: Path
) -> None:
    """A typing error costs one look, not a search."""
    there = make()

    with pytest.raises(ReleaseError, match=there.id):
        find_release(releases, "1999")


def test_old_releases_go_but_never_the_current_one(
    make: Callable[[], Release], change: Change, releases: Path
) -> None:
    """The disk does not fill, and the site stays on line."""
    first = make()
    second = change(LAKES, "En sjö i Dalarna.", "En stor sjö i Dalarna.")
    third = change(LAKES, '"2026-01-02"', '"2026-09-02"')
    activate(releases, first.id)

    assert prune(releases, keep=1, keep_days=30) == [second.id]
    assert {kept.id for kept in list_releases(releases)} == {first.id, third.id}


def test_young_releases_stay_whatever_their_number(
    make: Callable[[], Release], change: Change, releases: Path
) -> None:
    """A client that pages through an old release can finish."""
    make()
    change(LAKES, "En sjö i Dalarna.", "En stor sjö i Dalarna.")

    assert prune(releases, keep=1, keep_days=30) == []


def test_a_changed_entity_is_told_with_its_old_and_new_quads(
    make: Callable[[], Release], change: Change
) -> None:
    """A reviewer sees the fact, not the file."""
    old = make()
    new = change(LAKES, "En sjö i Dalarna.", "En stor sjö i Dalarna.")

    (found,) = entity_diffs(old, new)

    assert (found.entity, found.dataset, found.kind) == (SILJAN, "lakes", Kind.CHANGED)
    assert len(found.removed) == len(found.added) == 1
    assert '"En stor sjö i Dalarna."@sv' in found.added[0]


def test_removed_and_added_entities_are_told_apart(
    world: Path, make: Callable[[], Release]
) -> None:
    """What a portal would delete is what is gone as a whole."""
    old = make()
    without_siljan(world)
    new = make()

    assert (SILJAN, Kind.REMOVED) in [(c.entity, c.kind) for c in entity_diffs(old, new)]
    assert (SILJAN, Kind.ADDED) in [(c.entity, c.kind) for c in entity_diffs(new, old)]


def test_equal_releases_do_not_differ(make: Callable[[], Release]) -> None:
    """Nothing changed is nothing told."""
    release = make()

    assert list(entity_diffs(release, release)) == []


def test_a_difference_is_written_for_people_and_for_programs(
    make: Callable[[], Release], change: Change
) -> None:
    """Text, JSON, RDF Patch and a page say the same."""
    old = make()
    new = change(LAKES, "En sjö i Dalarna.", "En <b>sjö</b> i Dalarna.")
    found = list(entity_diffs(old, new))

    assert as_text(found, "en").splitlines()[0] == f"~ {SILJAN} (lakes)"
    assert json.loads(json.dumps(as_json(found)))[0]["kind"] == "changed"
    patch = list(as_rdf_patch(found))
    assert (patch[0], patch[-1], len(patch)) == ("TX .", "TC .", 4)
    assert "&lt;b&gt;" in as_html(found, "sv")


def test_losing_more_entities_than_the_limit_is_a_finding(
    world: Path, make: Callable[[], Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Portals delete whatever disappears, so a half-empty file must not get out."""
    old = make()
    without_siljan(world)
    new = make()

    found = find_losses(old, new, LIMITS)

    assert [finding.rule for finding in found] == ["loss-entities", "loss-triples"]
    assert SILJAN in found[0].message["en"]
    # Of many only the first are named: a message of thousands would not be read.
    monkeypatch.setattr(loss_gate, "_MOST_NAMED", 0)
    few = find_losses(old, new, LIMITS)[0].message["en"]
    assert SILJAN not in few
    assert " …." in few


def test_a_loss_within_the_limits_is_none(world: Path, make: Callable[[], Release]) -> None:
    """Things may come and go."""
    old = make()
    without_siljan(world)
    new = make()

    assert find_losses(old, new, LossLimits(entities_percent=60, triples_percent=90)) == []


def test_a_dataset_that_would_disappear_is_a_finding(
    make: Callable[[], Release], change: Change
) -> None:
    """No limit allows a portal to delete a dataset."""
    old = change(
        CATALOGUE,
        "<https://data.example.org/catalog>",
        '<https://data.example.org/dataset/lakes> a dcat:Dataset ; dcterms:title "Sjöar"@sv .\n'
        "<https://data.example.org/catalog>",
    )
    new = change(CATALOGUE, "a dcat:Dataset ;", "")

    found = find_losses(old, new, LossLimits(entities_percent=100, triples_percent=100))

    assert [(finding.rule, finding.focus_node) for finding in found] == [
        ("loss-dataset", "https://data.example.org/dataset/lakes")
    ]


def test_a_release_that_loses_too_much_does_not_become_current(
    world: Path, make: Callable[[], Release], releases: Path
) -> None:
    """The last good release stays on line, and nothing of the refused one is left."""
    old = make()
    without_siljan(world)

    with pytest.raises(LossRefused) as refused:
        build(approve(read_sources(world, BASE)), releases, loss_gate=LossGate(LIMITS))

    assert [finding.rule for finding in refused.value.findings] == ["loss-entities", "loss-triples"]
    assert [kept.id for kept in list_releases(releases)] == [old.id]


def test_a_loss_is_allowed_with_a_reason_that_the_release_keeps(
    world: Path, make: Callable[[], Release], releases: Path
) -> None:
    """Somebody decided, and those who ask later learn why."""
    make()
    without_siljan(world)

    gate = LossGate(LIMITS, reason="The lake belongs to another publisher now.")
    new = build(approve(read_sources(world, BASE)), releases, loss_gate=gate)

    manifest = json.loads((new.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["loss_allowed"] == "The lake belongs to another publisher now."
    assert [kept.id for kept in list_releases(releases) if kept.is_current] == [new.id]
