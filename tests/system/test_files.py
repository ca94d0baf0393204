"""Files are there whole or as they were; locks end with their process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from publisher.system.files import (
    lock_file,
    locked_folder,
    make_temporary_folder,
    replace_file,
    stage_file,
    sync_tree,
)

_HOLD = """
import sys
from pathlib import Path
from publisher.system.files import lock_file, locked_folder, make_temporary_folder
{hold}
print({answer}, flush=True)
sys.stdin.read()
"""


def holder(hold: str, answer: str = "0") -> subprocess.Popen[str]:
    """Start a process that holds something until it is killed or its input ends."""
    program = _HOLD.format(hold=hold, answer=answer)
    return subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process, as the system does when there is no memory left."""
    process.kill()
    process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    """Return the line that a process prints when it holds what it should."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("content", ["å\r\nb", b"\x00\xff", ""])
def test_a_file_has_the_new_content_and_its_old_mode(tmp_path: Path, content: str | bytes) -> None:
    """Text is UTF-8, and no line end is changed."""
    path = tmp_path / "file"
    replace_file(path, "old")
    path.chmod(0o600)
    replace_file(path, content)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_staged_file_changes_nothing_yet(tmp_path: Path) -> None:
    """The old content is read until somebody renames the new one."""
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")
    beside = stage_file(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    beside.replace(path)
    assert path.read_text(encoding="utf-8") == "new"


def test_what_cannot_be_staged_leaves_nothing(tmp_path: Path) -> None:
    """A text that is no Unicode cannot be written."""
    with pytest.raises(UnicodeEncodeError):
        replace_file(tmp_path / "file", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_tree_with_every_kind_of_entry_is_brought_to_the_disk(tmp_path: Path) -> None:
    """Folders, files that only may be read, and empty ones."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "empty").touch(mode=0o400)
    sync_tree(tmp_path)


@pytest.mark.slow
def test_a_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    """Nobody has to delete a file by hand after a crash."""
    path = tmp_path / "lock"
    process = holder(f"held = lock_file(Path({str(path)!r}))", "held is not None")
    assert said(process) == "True"
    assert lock_file(path) is None
    kill(process)
    mine = lock_file(path)
    assert mine is not None
    mine.close()


def test_a_lock_in_a_folder_that_is_gone_is_nobodys(tmp_path: Path) -> None:
    """Somebody who sweeps may have been quicker."""
    assert lock_file(tmp_path / "gone" / "lock") is None


@pytest.mark.slow
def test_a_locked_folder_is_waited_for(tmp_path: Path) -> None:
    """The second one comes in when the first one is out, not before."""
    held = f"lock = locked_folder(Path({str(tmp_path)!r})); lock.__enter__()"
    first = holder(held)
    said(first)
    second = holder(held, "'second'")
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(1)
    kill(first)
    assert said(second) == "second"
    kill(second)
    with locked_folder(tmp_path):
        pass


@pytest.mark.slow
def test_temporary_folders_of_killed_programs_are_deleted_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of programs at work, and what is somebody else's, stay."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "publisher-unlike").mkdir()
    make = "folder, delete = make_temporary_folder()"
    killed, at_work = holder(make, "folder"), holder(make, "folder")
    left, used = Path(said(killed)), Path(said(at_work))
    assert left.parent == used.parent == tmp_path
    kill(killed)
    mine, delete = make_temporary_folder()
    assert not left.exists()
    assert used.exists()
    assert mine.exists()
    delete()
    assert not mine.exists()
    assert (tmp_path / "publisher-unlike").exists()
    kill(at_work)
