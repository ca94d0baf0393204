"""What one dataset may lose, to the very limit."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from publisher.release.history import loss_gate
from publisher.release.history.difference import EntityDiff, Kind
from publisher.release.history.loss_gate import LossLimits

BASE = "https://data.example.org/"
DATASET = f"{BASE}dataset/wells"


def losses(monkeypatch: pytest.MonkeyPatch, gone: list[str], limits: LossLimits) -> list[str]:
    """Return the kinds of losses and what is said, of a hundred entities with a triple each."""
    old: Any = SimpleNamespace(base_iri=BASE, count_of=lambda _dataset: 100)
    monkeypatch.setattr(loss_gate, "count_entities", lambda _old, _dataset: 100)
    changes = [EntityDiff(name, DATASET, Kind.REMOVED, ("<p> <o> .",), ()) for name in gone]
    found = loss_gate._dataset_losses(old, DATASET, changes, limits)
    return [finding.message["en"] for finding in found]


def wells(count: int) -> list[str]:
    """Return the IRIs of so many entities."""
    return [f"{BASE}id/well/{number}" for number in range(count)]


def test_what_lies_at_the_limit_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten of a hundred are ten percent, and not more."""
    limits = LossLimits(entities_percent=10, triples_percent=10)

    assert losses(monkeypatch, wells(10), limits) == []
    assert len(losses(monkeypatch, wells(11), limits)) == 2


def test_only_entities_of_the_publisher_are_counted_as_such(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is said of a thing of somebody else is so many triples, and no entity."""
    gone = [f"https://elsewhere.example/{number}" for number in range(11)]

    (said,) = losses(monkeypatch, gone, LossLimits(entities_percent=10, triples_percent=10))
    assert "11 of 100 triples" in said
