"""The same sources give the same release, whoever builds it where, when and how."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import WORLD

DEFAULT_BUILDS = True

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 300
# Of the store the engine decides the bytes; its triples are those of the dumps.
STORE = ("store/", "store.json")
NOBODY = 65534
# Another user, who may yet read the checkout and the environment of whoever runs the tests.
AS_NOBODY = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=+dac_read_search",
    "--ambient-caps=+dac_read_search",
)


@dataclass(frozen=True)
class Machine:
    """Where and how a release is built.

    Attributes:
        folder: Holds the sources and the releases.
        environ: Variables of the environment.
        umask: Rights that new files do not get.
        before: Command line in front of the program's.
    """

    folder: Path
    environ: Mapping[str, str]
    umask: str
    before: Sequence[str] = field(default=())

    def build(self, *changes: tuple[str, str]) -> dict[str, bytes]:
        """Return name → bytes of every file of all releases, after each change of the sources."""
        world, releases = self.folder / "sources", self.folder / "releases"
        lakes = world / "data" / "lakes" / "lakes.ttl"
        for old, new in (("", ""), *changes):
            text = lakes.read_text(encoding="utf-8")
            assert old in text
            lakes.write_text(text.replace(old, new) if old else text, encoding="utf-8")
            command = [sys.executable, "-m", "publisher", "build", "--releases", str(releases)]
            shell = ["sh", "-c", f'umask {self.umask}; exec "$@"', "sh"]
            done = subprocess.run(
                [*shell, *self.before, *command],
                cwd=world,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder)} | self.environ,
                capture_output=True,
                text=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
            assert done.returncode == 0, done.stderr
        return {
            path.relative_to(releases).as_posix(): path.read_bytes()
            for path in sorted(releases.glob("2*/**/*"))
            if path.is_file()
            and not path.relative_to(releases).as_posix().partition("/")[2].startswith(STORE)
        }


def here(folder: Path) -> Machine:
    """Return a machine like most."""
    folder.mkdir()
    shutil.copytree(WORLD, folder / "sources")
    environ = {"TZ": "Europe/Stockholm", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}
    return Machine(folder, environ, "022")


def far_away(folder: Path) -> Machine:
    """Return a machine that differs in everything that must not matter."""
    world = folder / "ett helt annat ställe" / "år 2031"
    world.parent.mkdir(parents=True)
    # The last file first: folders list their files in the order in which they were made.
    for path in sorted(WORLD.rglob("*"), reverse=True):
        if path.is_file():
            there = world / "sources" / path.relative_to(WORLD)
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, there)
            os.utime(there, (0, 0))
    environ = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "sv_SE", "PYTHONHASHSEED": "4242"}
    return Machine(world, environ, "077", later())


def later() -> list[str]:
    """Return the beginning of a command line that runs years from now, where that is possible."""
    if shutil.which("faketime"):
        return ["faketime", "2031-12-31 23:59:58"]
    if "faketime" in os.environ.get("PUBLISHER_TEST_MANDATORY", "").split():
        pytest.fail("faketime is not on the PATH, and must be")
    return []


CHANGES = (
    ("En sjö i Dalarna.", "En stor sjö i Dalarna."),
    ("En stor sjö i Dalarna.", "En djup sjö i Dalarna."),
)


def compare(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> None:
    """Assert that two folders of releases have the same names and bytes."""
    assert len({name.partition("/")[0] for name in one}) == 3
    assert list(one) == list(other)
    assert [name for name in one if one[name] != other[name]] == []


def test_two_machines_give_the_same_releases(tmp_path: Path) -> None:
    """Folder, order of files, time zone, language, hash seed, umask, clock: none leaves a trace."""
    compare(
        here(tmp_path / "here").build(*CHANGES), far_away(tmp_path / "far away").build(*CHANGES)
    )


@pytest.mark.exhaustive
def test_two_users_give_the_same_releases(tmp_path: Path) -> None:
    """Nor does the name of who builds it."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root becomes another user, by setpriv")
    machine = far_away(tmp_path / "theirs")
    for path in (machine.folder, *machine.folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    theirs = Machine(machine.folder, machine.environ, machine.umask, (*AS_NOBODY, *machine.before))

    compare(here(tmp_path / "mine").build(*CHANGES), theirs.build(*CHANGES))
    owners = {path.stat().st_uid for path in (machine.folder / "releases").glob("2*/*")}
    assert owners == {NOBODY}
