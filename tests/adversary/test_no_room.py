"""No room, no right, too many files: a sentence with place and cure, and nothing left behind."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.errors import PublisherError, StorageError
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.release.model import Release
from publisher.release.open import open_current
from publisher.system.files import (
    as_os_error,
    disk_error_reason,
    replace_file,
    storage_errors,
    with_path,
)
from tests.chain import A_LAKE, BASE, Chain

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 120
CURES = re.compile("Make room|right to write|open more files|log of the system")


@pytest.fixture
def good(chain: Chain) -> Release:
    """Return a release that is on line; the sources have changed since."""
    release = chain.build()
    chain.write("data/lakes/lakes.ttl", chain.read() + A_LAKE)
    return release


def command(chain: Chain, *options: str) -> list[str]:
    """Return the command line of a build."""
    program = [sys.executable, "-m", "publisher", "build", "--lang", "en", "--base-iri", BASE]
    return [*program, "--releases", str(chain.releases), *options]


def nothing_is_left(chain: Chain, good: Release) -> None:
    """Assert that the release on line is what it was, and that the disk does not stay full."""
    assert open_current(chain.releases).id == good.id
    names = {path.name for path in chain.releases.iterdir()}
    assert names == {".lock", "current", "switches.jsonl", good.id}


def is_a_sentence(done: subprocess.CompletedProcess[str], place: str = "/") -> None:
    """Assert that a command that failed said where and what to do."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert place in done.stderr
    assert CURES.search(done.stderr), done.stderr


class Faults:
    """Makes one change of some folders fail: the audit hooks of Python hear of each (PEP 578)."""

    EVENTS = ("open", "os.mkdir", "os.rename", "os.symlink", "sqlite3.connect", "tempfile.mkdtemp")

    def __init__(self) -> None:
        """Let everything pass until armed."""
        self.folders: tuple[str, ...] = ()
        self.fatal = self.count = 0
        self.number = errno.ENOSPC
        sys.addaudithook(self._hear)

    def arm(self, folders: tuple[Path, ...], fatal: int, number: int) -> None:
        """Count from now on the changes of some folders, and let one of them fail."""
        self.folders, self.fatal, self.number = tuple(map(str, folders)), fatal, number
        self.count = 0

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.folders or event not in self.EVENTS:
            return
        is_reading = event == "open" and not any(c in str(arguments[1] or "") for c in "wax+")
        if is_reading or not str(arguments[0]).startswith(self.folders):
            return
        self.count += 1
        if self.count == self.fatal:
            raise OSError(self.number, os.strerror(self.number), str(arguments[0]))


HOOK: list[Faults] = []


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Return what makes changes fail; a hook stays as long as the process, so there is one."""
    if not HOOK:
        HOOK.append(Faults())
    yield HOOK[0]
    HOOK[0].folders = ()


# Of the changes that a build makes, one in so many is tried with each error.
EVERY = 17


def failure(
    chain: Chain, faults: Faults, folders: tuple[Path, ...], fatal: int, number: int
) -> PublisherError | None:
    """Return how a build ended in which one change failed; None when it had fewer changes."""
    faults.arm(folders, fatal, number)
    try:
        build(approve(read_sources(chain.world, BASE)), chain.releases)
    except PublisherError as error:
        return error
    finally:
        faults.folders = ()
    return None


# XlsxWriter leaves its temporary files to the garbage collector when it fails.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.exhaustive
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE])
def test_a_change_that_fails_at_any_place_is_told_and_leaves_nothing(
    chain: Chain,
    good: Release,
    faults: Faults,
    number: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Below the releases and where temporary files lie; each error begins at another place."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    folders = (chain.releases, tmp_path / "temporary")
    fatal, tried = 1 + number % EVERY, 0
    while (error := failure(chain, faults, folders, fatal, number)) is not None:
        assert CURES.search(str(error)), (fatal, str(error))
        assert error.where.startswith(tuple(map(str, folders))), (fatal, error.where)
        names = {path.name for path in chain.releases.iterdir()}
        assert not [name for name in names if name.startswith(".staging")], fatal
        assert open_current(chain.releases).id == good.id
        tried += 1
        fatal += EVERY
    assert tried > 3


# Where there is no room, Python may leave half of a compiled module, which nobody can read
# (https://github.com/python/cpython/issues/126606): the tests after this one would end with it.
UNCOMPILED = {"PYTHONDONTWRITEBYTECODE": "1"}

LIMITED = """
import resource, sys
kind, value = getattr(resource, sys.argv[1]), int(sys.argv[2])
del sys.argv[1:3]
from publisher.cli import main
import publisher.quality.approval, publisher.release.build, publisher.release.history.loss_gate
resource.setrlimit(kind, (value, value))
main()
"""


def limited(chain: Chain, kind: str, value: int) -> subprocess.CompletedProcess[str]:
    """Return a build that had a limit of its process."""
    return subprocess.run(
        [sys.executable, "-c", LIMITED, kind, str(value), *command(chain)[3:]],
        cwd=chain.world,
        env={**os.environ, **UNCOMPILED},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("length", [0, 2_000, 8_000, 40_000])
def test_a_file_that_cannot_grow_is_told(chain: Chain, good: Release, length: int) -> None:
    """Whoever writes it: Python, SQLite, XlsxWriter or the engine (setrlimit(2), RLIMIT_FSIZE)."""
    is_a_sentence(limited(chain, "RLIMIT_FSIZE", length))
    nothing_is_left(chain, good)


@pytest.mark.exhaustive
def test_too_many_open_files_are_told(chain: Chain, good: Release) -> None:
    """Wherever they run out; the cure is another one than for a full disk."""
    told = 0
    for most in (6, 9, 14, 24, 40):
        done = limited(chain, "RLIMIT_NOFILE", most)
        if done.returncode:
            is_a_sentence(done)
            assert "None" not in done.stderr
            assert "open more files" in done.stderr
            nothing_is_left(chain, good)
            told += 1
    assert told > 1


def test_a_command_does_not_wait_for_what_no_waiting_cures(chain: Chain, good: Release) -> None:
    """A server waits for its workers: others go, and leave room. A build has nobody to wait for."""
    done = limited(chain, "RLIMIT_NOFILE", 9)
    is_a_sentence(done)
    assert "open more files" in done.stderr
    nothing_is_left(chain, good)


SMALL_DISK = """
mount -t tmpfs -o size=$1 publisher-test "$2" || exit 99
shift 2
exec "$@"
"""


@pytest.mark.parametrize("size", ["4k", "32k"])
def test_a_full_folder_for_temporary_files_is_named(
    chain: Chain, good: Release, size: str, tmp_path: Path
) -> None:
    """A real one, though small: there is room for the release itself."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    lakes = "".join(
        f"<https://data.example.org/id/lake/l{n}> a <https://data.example.org/def/water#Lake> ;\n"
        f'  <http://www.w3.org/2004/02/skos/core#prefLabel> "Sjö {n}"@sv .\n'
        for n in range(400)
    )
    chain.write("data/lakes/lakes.ttl", chain.read() + lakes)
    unshare = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK, "sh")
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not on the PATH")

    done = subprocess.run(
        [*unshare, size, str(temporary), *command(chain)],
        cwd=chain.world,
        env={**os.environ, **UNCOMPILED, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    if done.returncode == 99 or "unshare:" in done.stderr:
        pytest.skip(f"no small disk can be mounted here: {done.stderr}")
    is_a_sentence(done, str(temporary))
    assert "No space left" in done.stderr or "full" in done.stderr
    nothing_is_left(chain, good)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("sheet", "export", "out.xlsx"),
        ("new", "lake", "test"),
        ("releases", "prune", "--keep-releases", "1", "--keep-days", "0"),
        ("export", "out", "--site-url", "https://data.example.org/"),
        ("preview", "data/lakes/lakes.ttl"),
        ("init", "begun"),
    ],
    ids=lambda arguments: " ".join(arguments)[:20],
)
def test_no_command_ends_in_a_traceback_when_no_file_can_be_written(
    chain: Chain, good: Release, arguments: tuple[str, ...]
) -> None:
    """Some need not write, and do their work."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    program = limit + "from publisher.cli import main\nmain()\n"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments, "--lang", "en"],
        cwd=chain.world,
        env={
            **os.environ,
            **UNCOMPILED,
            "PUBLISHER_RELEASES": str(chain.releases),
            "PUBLISHER_BASE_IRI": BASE,
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1, 2), done.stderr
    assert open_current(chain.releases).id == good.id


def test_a_file_that_cannot_be_written_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what was written beside it is gone."""
    path = tmp_path / "state.json"
    replace_file(path, "old")
    path.chmod(0o640)

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", refuse)
        with pytest.raises(OSError, match="No space left") as caught:
            replace_file(path, "new")
    assert caught.value.filename == str(path)
    assert [p.name for p in tmp_path.iterdir()] == ["state.json"]
    assert path.read_text(encoding="utf-8") == "old"
    replace_file(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_errors_of_the_libraries_are_known_for_what_they_are(tmp_path: Path) -> None:
    """Each library calls a full disk by another name."""
    import sqlite3

    from xlsxwriter.exceptions import FileCreateError

    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    few = OSError("It needs at least 96 file descriptors, only 24 allowed.")
    misspelt = sqlite3.OperationalError("no such table: x")
    misspelt.sqlite_errorcode = sqlite3.SQLITE_ERROR
    engine = OSError("IO error: No space left on device: While appending to file: 000009.sst")
    inner = OSError(errno.ENOSPC, "No space left on device")

    known = [as_os_error(error) for error in (full, engine, FileCreateError(inner))]

    assert [error and error.errno for error in known] == [errno.ENOSPC] * 3
    assert as_os_error(misspelt) is None
    assert as_os_error(ValueError("x")) is None
    with pytest.raises(OSError, match="No space") as caught, with_path(tmp_path / "f"):
        raise engine
    assert caught.value.filename == str(tmp_path / "f")
    described = as_os_error(few)
    assert described is not None
    assert described.errno == errno.EMFILE
    with pytest.raises(OSError, match="f'") as odd, with_path(tmp_path / "f"):
        raise OSError("The drive is elsewhere.")
    assert disk_error_reason(odd.value) == "The drive is elsewhere."
    with pytest.raises(StorageError, match=r"f: .*\n.*Make room there"), storage_errors():
        raise caught.value
    with pytest.raises(BrokenPipeError), storage_errors():
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")
