"""The countries beneath a map of data that have no boundaries of their own."""

from __future__ import annotations

import pytest

from publisher.render.maps.countries import PREFIX, clip_ring, countries_within
from publisher.render.maps.geometry import BoundingBox, bounding_box, ring_area


@pytest.mark.parametrize(
    ("box", "seen", "unseen"),
    [
        (BoundingBox(10.0, 58.0, 16.0, 62.0), {"Sweden", "Norway"}, {"Finland", "Germany"}),
        (BoundingBox(-80.0, -1.0, -78.0, 0.5), {"Ecuador"}, {"Brazil"}),
        (BoundingBox(-140.0, -40.0, -135.0, -35.0), set(), {"Chile"}),
    ],
)
def test_a_map_shows_the_countries_that_it_reaches(
    box: BoundingBox, seen: set[str], unseen: set[str]
) -> None:
    """And of each no more than lies on it; in the middle of an ocean none."""
    found = {name.removeprefix(PREFIX): outline for name, outline in countries_within(box).items()}

    assert seen <= found.keys()
    assert not unseen & found.keys()
    for outline in found.values():
        reach = bounding_box(outline.positions())
        assert box.left <= reach.left <= reach.right <= box.right
        assert box.top <= reach.top <= reach.bottom <= box.bottom


def test_a_ring_is_cut_at_every_edge_and_keeps_its_direction() -> None:
    """A ring around the whole box becomes the box; one that lies beside it goes."""
    box = BoundingBox(0.0, 0.0, 2.0, 1.0)
    around = ((-9.0, -9.0), (9.0, -9.0), (9.0, 9.0), (-9.0, 9.0))

    assert ring_area(clip_ring(around, box)) == ring_area(
        ((0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (0.0, 1.0))
    )
    assert clip_ring(((5.0, 5.0), (6.0, 5.0), (6.0, 6.0)), box) == ()
