"""A small chart of figures in time."""

from __future__ import annotations

from publisher.render.facts.figures import HEIGHT, WIDTH, DataPoint, draw_chart

THREE = [
    DataPoint(2012.0, "2012", 150, "150", "exactly", ""),
    DataPoint(2015.67, "Sept 2015", 73, "73", "exactly", ""),
    DataPoint(2020.0, "2020", 130, "130", "about", ""),
]


def test_stems_stand_in_time_and_rise_from_nought() -> None:
    """A bar that does not begin at nought exaggerates; years apart are apart."""
    drawn = draw_chart(THREE)
    assert [stem.x for stem in drawn.stems] == [64.0, 177.8, 312.0]
    assert [stem.y for stem in drawn.stems] == [46.0, 99.4, 59.9]
    lines = [(round(y, 1), amount) for y, amount in drawn.lines]
    assert lines == [(150.0, "0"), (115.3, "50"), (80.7, "100"), (46.0, "150")]


def test_dates_that_are_close_stand_on_two_lines() -> None:
    """One over the other cannot be read."""
    close = [DataPoint(2021 + n / 12, f"Month {n}", 10, "10", "", "") for n in (0, 1)]
    far = DataPoint(2031, "2031", 10, "10", "", "")
    first, second, _ = draw_chart([*close, far]).stems
    assert first.day_y != second.day_y


def test_words_stay_within_the_chart() -> None:
    """A long qualifier at the edge turns inwards."""
    for place in (2000.0, 2010.0):
        marks = [DataPoint(place, "2000", 5, "5", "according to the founders", ""), THREE[0]]
        stem = next(s for s in draw_chart(marks).stems if s.labels[-1][0].startswith("according"))
        assert stem.anchor != "middle"


def test_nothing_but_noughts_can_be_drawn() -> None:
    """A figure may be nought."""
    (stem,) = draw_chart([DataPoint(2000.0, "2000", 0, "0", "", "")]).stems
    assert (stem.x, stem.y) == (188.0, 150.0)
    assert stem.y < HEIGHT < WIDTH
