"""A power cut at any moment of a build leaves the last good release on line, or the new one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from publisher.errors import ReleaseError
from publisher.release.open import open_current
from tests.chain import A_LAKE, Chain
from tests.release.power import STRACE, Step, outcomes, steps
from tests.release.test_crashes import REPOSITORY, command

pytestmark = pytest.mark.slow


@pytest.fixture
def strace() -> None:
    """Skip where system calls cannot be watched, unless the machine must be able to."""
    found = shutil.which("strace")
    works = found and subprocess.run(["strace", "-qq", "true"], capture_output=True, check=False)
    if not works or works.returncode:
        if "strace" in os.environ.get("PUBLISHER_TEST_MANDATORY", "").split():
            pytest.fail("strace must work here")
        pytest.skip("strace is not there, or may not watch")


@pytest.fixture
def watched(chain: Chain, strace: None, tmp_path: Path) -> tuple[Path, list[Step]]:
    """Return the folder of releases before a second build, and everything that the build did."""
    chain.build()
    chain.write("data/lakes/lakes.ttl", chain.read() + A_LAKE)
    before, trace = tmp_path / "before", tmp_path / "trace"
    shutil.copytree(chain.releases, before, symlinks=True)
    subprocess.run(
        [*STRACE, "-o", str(trace), *command(chain, "none")],
        cwd=REPOSITORY,
        capture_output=True,
        timeout=240,
        check=True,
    )
    return before, list(steps(trace.read_text(encoding="utf-8"), chain.releases))


def refused(folders: list[Path]) -> list[str]:
    """Return the folders of releases that cannot be served."""
    found = []
    for folder in folders:
        try:
            open_current(folder)
        except ReleaseError:
            found.append(folder.name)
    return found


def test_whatever_reached_the_disk_a_whole_release_is_on_line_and_the_next_build_works(
    chain: Chain, watched: tuple[Path, list[Step]], tmp_path: Path
) -> None:
    """Crash point 15: after each step, with the names that nobody synchronised and without."""
    before, done = watched
    good = open_current(before).id
    new = open_current(chain.releases).id
    (tmp_path / "left").mkdir()
    served = []  # by the old release alone, with the new one beside it, by the new one
    for folder in outcomes(before, chain.releases, done, tmp_path / "left"):
        served.append(open_current(folder).id)
        assert Chain(chain.world, folder).build().id == new
        assert open_current(folder).id == new
    assert served == [good, good, new]


def test_a_build_that_did_not_wait_for_the_disk_would_be_caught(
    chain: Chain, watched: tuple[Path, list[Step]], tmp_path: Path
) -> None:
    """The test above is able to fail: without the synchronising, names come before bytes."""
    before, done = watched
    careless = [step for step in done if step.kind != "sync"]
    (tmp_path / "left").mkdir()

    assert refused(list(outcomes(before, chain.releases, careless, tmp_path / "left"))) != []


def test_a_rename_before_the_files_are_on_the_disk_would_be_caught(
    chain: Chain, watched: tuple[Path, list[Step]], tmp_path: Path
) -> None:
    """Order is all: the same steps, the synchronising of the release at the end."""
    before, done = watched
    renamed = next(s for s in done if Path(s.path).name.startswith(".staging-") and s.target)
    late = [s for s in done if s.kind == "sync" and f"{s.path}/".startswith(f"{renamed.path}/")]
    targets = [s.path.replace(renamed.path, renamed.target) for s in late]
    moved = [Step("sync", path) for path in targets if Path(path).exists()]
    (tmp_path / "left").mkdir()
    careless = [s for s in done if s not in late] + moved

    assert refused(list(outcomes(before, chain.releases, careless, tmp_path / "left"))) != []
