"""Names on a map."""

from __future__ import annotations

from publisher.render.maps.svg import MapName, NamePlacement


def test_a_name_stands_to_the_right_of_its_spot() -> None:
    """Where readers of maps look for it."""
    assert NamePlacement(360, 300, []).beside("Falun", (100, 100)) == MapName(
        "Falun", 108, 104.2, "start"
    )


def test_a_name_turns_away_from_the_edge_of_the_map() -> None:
    """Half a name is none."""
    letters = NamePlacement(360, 300, []).beside("Hudiksvall", (350, 100))
    assert letters is not None
    assert letters.anchor == "end"


def test_no_name_stands_over_another_or_over_a_spot() -> None:
    """Two towns side by side share the room; without room a name is left to the list."""
    spots = [(100.0, 100.0), (110.0, 100.0)]
    lettering = NamePlacement(360, 300, spots)
    first, second = (lettering.beside(name, spot) for name, spot in zip("AB", spots, strict=True))
    assert first is not None
    assert second is not None
    assert (first.anchor, second.anchor) == ("end", "start")
    crowd = [(100.0 + 9 * n, 100.0 + 9 * m) for n in range(-4, 5) for m in range(-4, 5)]
    assert NamePlacement(360, 300, crowd).beside("Sandviken", (100.0, 100.0)) is None


def test_a_name_stands_in_an_area_that_is_wide_enough() -> None:
    """Or nowhere."""
    lettering = NamePlacement(360, 300, [])
    assert lettering.within("Torsby", (100, 100), 20) is None
    assert lettering.within("Torsby", (100, 100), 60) == MapName("Torsby", 100, 104, "middle")
