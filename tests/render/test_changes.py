"""The newest changes, as the home page tells them."""

from __future__ import annotations

import pytest

from publisher.render.feeds import FeedDay, latest_days
from tests.chain import A_LAKE, BASE, SILJAN, VATTERN, Chain

pytestmark = pytest.mark.slow

LAKE = f"{BASE}def/water#Lake"
RIVER = f"{BASE}def/water#River"
NEWER = '"2026-01-02"^^xsd:date', '"2026-03-04"^^xsd:date'


def told(days: list[FeedDay]) -> list[tuple[str, str, list[str]]]:
    """Return day, activity and things."""
    return [
        (day.date, activity, [entry.thing for entry in entries])
        for day in days
        for activity, entries in day.activities
    ]


def test_the_first_release_adds_everything_the_most_important_first(chain: Chain) -> None:
    """The order of the classes is that of the home page."""
    found = told(latest_days(chain.build(), [RIVER, LAKE]))

    assert found == [
        (
            "2026-01-02",
            "Create",
            [f"{BASE}id/river/klaralven", SILJAN, f"{BASE}id/lake/vänern"],
        )
    ]


def test_the_newest_day_comes_first(chain: Chain) -> None:
    """And tells what was added apart from what was changed."""
    chain.build()
    chain.write("data/lakes/lakes.ttl", chain.read().replace(*NEWER))
    found = told(latest_days(chain.add(A_LAKE), [LAKE]))

    assert found[:2] == [
        ("2026-03-04", "Create", [VATTERN]),
        ("2026-03-04", "Update", [SILJAN]),
    ]
    assert [day for day, _, _ in found] == ["2026-03-04", "2026-03-04", "2026-01-02"]


def test_what_left_is_told_too(chain: Chain) -> None:
    """Nothing is known of its class any more."""
    chain.add(A_LAKE)
    chain.write("data/lakes/lakes.ttl", chain.read().replace(*NEWER))
    found = told(latest_days(chain.remove(A_LAKE), [LAKE]))

    assert ("2026-03-04", "Delete", [VATTERN]) in found


def test_things_of_other_classes_are_left_out(chain: Chain) -> None:
    """Nobody reads a list of every document."""
    assert told(latest_days(chain.build(), [RIVER])) == [
        ("2026-01-02", "Create", [f"{BASE}id/river/klaralven"])
    ]
