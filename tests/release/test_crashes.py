"""Whatever ends a build, the last good release is on line and the next build works.

Twenty points at which a publisher may break, and the tests that hold each of them:

| point | what breaks | held by |
|---|---|---|
| 1, 2 | while sources are read; after the shapes, before a byte | ``between_two_changes`` |
| 3 | in the middle of the store | ``between_two_changes``, ``test_build.killed_at_any_step`` |
| 4 | in the middle of a dump | ``between_two_changes``, ``test_build.killed_at_any_step`` |
| 5 | after the files, before they are synchronised | ``between_two_changes``, ``test_power_loss`` |
| 6 | after that, before the release has its name | ``between_two_changes``, ``test_power_loss`` |
| 7 | after that, before the switch | ``between_two_changes``, ``left_at_the_gate`` |
| 8, 9 | before the new link takes the place of the old; after it | ``between_two_changes`` |
| 10 | after the switch, before feeds: they are part of a release | ``still_good`` counts members |
| 11 | while old releases go | ``killed_while_old_releases_go`` |
| 12 | a web process, in the middle of an answer | ``serve/test_killed.py`` |
| 13, 14 | a query worker, idle or at work | ``query/test_workers.py``, ``serve/test_hostile.py`` |
| 15 | a power cut: what was not synchronised is lost | ``test_power_loss.py`` |
| 16 | a full disk | ``disk_that_fills_up``, ``test_build.full_disk`` |
| 17 | a folder that cannot be written | ``cannot_be_written`` |
| 18 | a clock that goes backwards | no clock is read: ``test_reproduction.py``, ``test_dates.py`` |
| 19 | two builds at once | ``two_builds_at_once`` |
| 20 | a damaged release | ``damaged_current``, ``test_open.py``, ``serve/test_live.py`` |
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.errors import LossRefused, ReleaseError
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.release.history.feeds import FeedKind, read_pages
from publisher.release.history.loss_gate import LossGate, LossLimits
from publisher.release.history.releases import list_releases
from publisher.release.model import Release
from publisher.release.open import open_current, open_release
from tests.chain import A_LAKE, BASE, Chain

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
# Of the changes of the folder that a build makes, one in so many is tried.
EVERY = 7


def command(chain: Chain, fault: str) -> list[str]:
    """Return the command line of a build that fails as wished."""
    program = [sys.executable, "-m", "tests.release.dying"]
    return [*program, str(chain.world), str(chain.releases), fault]


def run(chain: Chain, fault: str, *before: str) -> subprocess.CompletedProcess[str]:
    """Run it."""
    return subprocess.run(
        [*before, *command(chain, fault)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.fixture
def good(chain: Chain) -> Release:
    """Return a release that is on line; the sources have changed since."""
    release = chain.build()
    chain.write("data/lakes/lakes.ttl", chain.read() + A_LAKE)
    return release


def still_good(chain: Chain, good: Release) -> None:
    """Assert that the release is on line and whole, or the new one is, and the next build works."""
    there = open_current(chain.releases)
    assert there.id == good.id or there.published > good.published
    built = chain.build()
    assert open_current(chain.releases) == built
    assert built.published > good.published
    assert list(chain.releases.glob(".staging-*")) == []
    (page,) = read_pages(built.folder, FeedKind.ENTITIES)
    (before,) = read_pages(good.folder, FeedKind.ENTITIES)
    assert page.members == before.members + 1


@pytest.mark.exhaustive
def test_a_build_killed_between_two_changes_of_the_folder_hurts_nothing(
    chain: Chain, good: Release, tmp_path: Path
) -> None:
    """Before and after each rename too: the last changes of a build are tried one by one."""
    kept = tmp_path / "kept"
    shutil.copytree(chain.releases, kept, symlinks=True)
    count = int(run(chain, "events").stdout.split()[1])
    for number in (*range(1, count - 3, EVERY), *range(count - 3, count + 1)):
        shutil.rmtree(chain.releases)
        shutil.copytree(kept, chain.releases, symlinks=True)
        assert run(chain, f"event:{number}").returncode == -signal.SIGKILL, number
        still_good(chain, good)


@pytest.mark.exhaustive
def test_a_publisher_killed_while_old_releases_go_leaves_whole_ones(
    chain: Chain, good: Release, tmp_path: Path
) -> None:
    """A release is there whole or not at all; the next build sweeps up."""
    chain.build()
    chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    chain.write("data/lakes/lakes.ttl", chain.read().replace("En stor", "En djup"))
    kept = tmp_path / "kept"
    shutil.copytree(chain.releases, kept, symlinks=True)
    for number in (1, 2, 3, 20, 60):
        shutil.rmtree(chain.releases)
        shutil.copytree(kept, chain.releases, symlinks=True)
        assert run(chain, f"prune:{number}").returncode == -signal.SIGKILL, number
        for release in list_releases(chain.releases):
            open_release(chain.releases / release.id)
        built = chain.build()
        assert open_current(chain.releases) == built
        assert list(chain.releases.glob(".staging-*")) == []
    assert run(chain, "prune:100000").returncode == 0
    assert [release.id for release in list_releases(chain.releases)] == [built.id]


SMALL_DISK = """
mount -t tmpfs -o size=$1 publisher-test "$2" && cp -a "$3/." "$2" || exit 99
shift 3
"$@"; code=$?
cp -a "$RELEASES/." "$LEFT"
exit $code
"""


def test_a_disk_that_fills_up_hurts_nothing(chain: Chain, good: Release, tmp_path: Path) -> None:
    """A real one, so small that the build comes to its end at different places."""
    kept, full = tmp_path / "kept", 0
    shutil.copytree(chain.releases, kept, symlinks=True)
    taken = sum(path.stat().st_blocks * 512 for path in kept.rglob("*"))
    for room in (8 << 10, 200 << 10, 400 << 10, 600 << 10, 800 << 10, 64 << 20):
        left = tmp_path / f"left {room}"
        left.mkdir()
        done = subprocess.run(
            [
                *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK, "sh"),
                *(str(taken + room), str(chain.releases), str(kept)),
                *command(chain, "none"),
            ],
            cwd=REPOSITORY,
            env={**os.environ, "RELEASES": str(chain.releases), "LEFT": str(left)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode == 99 or "unshare:" in done.stderr:
            pytest.skip(f"no small disk can be mounted here: {done.stderr}")
        full += done.returncode != 0
        assert done.returncode == 0 or "No space left" in done.stderr
        still_good(Chain(chain.world, left), good)
    assert done.returncode == 0
    assert full >= 3


def test_a_first_build_that_is_killed_leaves_a_folder_to_build_in(chain: Chain) -> None:
    """There is nothing to serve, and nothing in the way."""
    run(chain, "step:name")
    with pytest.raises(ReleaseError, match="no release yet"):
        open_current(chain.releases)
    assert open_current(chain.releases) if chain.build() else None


def test_a_folder_that_cannot_be_written_is_told(chain: Chain, good: Release) -> None:
    """With the cure; even root is asked without its rights."""
    before = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    if os.geteuid() != 0:
        before = []
    elif not shutil.which("setpriv"):
        pytest.skip("root can write everywhere, and setpriv is not there to take that away")
    chain.releases.chmod(0o555)
    try:
        done = run(chain, "none", *before)
    finally:
        chain.releases.chmod(0o755)
    assert done.returncode == 1
    assert "right to write" in done.stderr
    still_good(chain, good)


def test_two_builds_at_once_do_not_meet(chain: Chain, good: Release) -> None:
    """One is made; the other waits for nobody, and says so."""
    builds = [
        subprocess.Popen(
            command(chain, "none"),
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [build.communicate(timeout=PATIENCE_SECONDS) for build in builds]
    codes = sorted(build.returncode for build in builds)
    assert codes[0] == 0
    assert codes[1] == 0 or any("Another build is running" in err for _, err in said)
    still_good(chain, good)


def flip(path: Path) -> None:
    """Change one bit in the middle of a file; give an empty one a byte."""
    content = bytearray(path.read_bytes() or b"\0")
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "name", ["manifest.json", "store.json", "store/CURRENT", "gone.tsv", "feed/entities/1.nq"]
)
def test_a_damaged_current_release_is_replaced_and_the_memory_kept(chain: Chain, name: str) -> None:
    """The feed goes on from the newest release that is whole."""
    first = chain.build()
    damaged = chain.add(A_LAKE)
    flip(damaged.folder / name)

    built = chain.build()

    assert open_current(chain.releases) == built
    assert built.id != damaged.id
    (page,) = read_pages(built.folder, FeedKind.ENTITIES)
    (before,) = read_pages(first.folder, FeedKind.ENTITIES)
    assert page.members == before.members + 1


class Stopped(BaseException):
    """The end of a build at a step, without the end of the process."""


def test_what_a_build_left_at_the_gate_does_not_slip_through_later(chain: Chain) -> None:
    """A release that lies there has not passed the gate for lying there."""
    gate = LossGate(LossLimits(entities_percent=10, triples_percent=10))
    chain.add(A_LAKE)
    good = open_current(chain.releases)
    chain.write("data/lakes/lakes.ttl", chain.read().replace(A_LAKE, ""))
    approved = approve(read_sources(chain.world, BASE))

    def stop(step: str) -> None:
        if step == "gate":
            raise Stopped

    with pytest.raises(Stopped):
        build(approved, chain.releases, stop, gate)
    with pytest.raises(LossRefused):
        build(approved, chain.releases, loss_gate=gate)
    assert open_current(chain.releases) == good
