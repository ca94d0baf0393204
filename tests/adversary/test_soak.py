"""Honest load and attacks together, for a short while; ``soak`` does it for as long as wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adversary.served import serving
from tests.adversary.soak import Answered, Options, Sample, Soak, failures, run, verdict
from tests.adversary.worlds import write_releases

pytestmark = pytest.mark.slow


@pytest.mark.exhaustive
def test_after_load_and_attacks_nothing_is_held_and_nobody_was_left_out(tmp_path: Path) -> None:
    """Bounds are wide, since the machine may be busy; the program by hand is stricter."""
    releases = write_releases(tmp_path / "releases", 3)
    options = Options(
        warm_up=10,
        seconds=20,
        quiet=9,
        every=2,
        growth_mb=300,
        peak_mb=800,
        more_descriptors=60,
        more_threads=80,
        longest=50,
    )
    with serving(releases, tmp_path, "--query-timeout-seconds", "5") as server:
        assert run(server, releases, options) == []


def test_the_verdict_sees_what_is_held_and_who_failed(tmp_path: Path) -> None:
    """A verdict that is always good would prove nothing."""
    with serving(write_releases(tmp_path / "releases"), tmp_path) as server:
        soak = Soak(server, tmp_path / "releases", Options(longest=9))
        before = server.web_processes()
        small = (50.0, 100.0, 70.0, 2, 50, 20)
        soak.samples = [Sample("rest", 1, *small), Sample("end", 2, *small)]
        soak.answered = [Answered("turtle", 200, 0, 1)]
        good = verdict(soak, before)
        soak.samples[1] = Sample("end", 2, 50.0, 300.0, 70.0, 2, 500, 20)
        soak.answered += [Answered("turtle", 503, 0, 10), Answered("fresh query", 0, 5, 1)]
        soak.kills = [5.5]
        bad = " ".join(verdict(soak, [1]))

    assert good == []
    for part in ("web_mb went", "descriptors went", "turtle: 503", "waited 10.0", "web processes"):
        assert part in bad
    assert "threads" not in bad
    assert failures(soak)[1] == 1
