from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from publisher.errors import ReleaseError
from publisher.release.model import ANSWERS, SPARQ_MANIFEST, Release
from publisher.release.open import current_folder, open_current, open_release


@pytest.fixture
def copy(release: Release, tmp_path: Path) -> Path:
    """Return a copy of a release, to be damaged."""
    return Path(shutil.copytree(release.folder, tmp_path / release.id))


def test_a_release_is_opened_as_it_was_built(release: Release) -> None:
    """The folder holds everything."""
    assert open_release(release.folder) == release


def test_opening_a_release_changes_no_byte_of_it(release: Release) -> None:
    """House style, trap 2: a release is a folder that never changes."""
    before = {path: path.stat().st_mtime_ns for path in release.folder.rglob("*")}
    open_release(release.folder)
    assert {path: path.stat().st_mtime_ns for path in release.folder.rglob("*")} == before


@pytest.mark.slow
def test_a_changed_byte_in_any_file_stops_opening_and_names_the_file(copy: Path) -> None:
    """Each file in turn, the manifests and the store included, at its begin, middle and end."""
    files = [path for path in copy.rglob("*") if path.is_file()]
    assert {"manifest.json", "store.json", "report.json"} <= {path.name for path in files}
    assert any(path.parent.name == "store" for path in files)
    for path in files:
        content = path.read_bytes()
        for place in {0, len(content) // 2, len(content) - 1} if content else set():
            damaged = bytearray(content)
            damaged[place] ^= 1
            path.write_bytes(damaged)
            with pytest.raises(ReleaseError, match=path.name) as refused:
                open_release(copy)
            assert "This release is not served" in refused.value.in_language("en")
        path.write_bytes(content)
    open_release(copy)


@pytest.mark.slow
def test_a_missing_file_stops_opening_and_is_named(copy: Path) -> None:
    """Each file in turn, but those that a copy which pulled does without: they only save time."""
    files = [path for path in copy.rglob("*") if path.is_file()]
    for path in [path for path in files if path.name not in (ANSWERS, SPARQ_MANIFEST)]:
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(ReleaseError, match=path.name):
            open_release(copy)
        path.write_bytes(content)


def test_a_truncated_or_longer_file_stops_opening(copy: Path) -> None:
    """What a full disk leaves behind."""
    path = copy / "dumps" / "lakes.ttl"
    content = path.read_bytes()
    for damaged in (b"", content[:-1], content + b"\n"):
        path.write_bytes(damaged)
        with pytest.raises(ReleaseError, match=r"lakes\.ttl"):
            open_release(copy)


def test_a_manifest_that_somebody_edited_is_refused(copy: Path) -> None:
    """Even when it is well-formed and agrees with the files."""
    path = copy / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    changes: tuple[dict[str, object], ...] = (
        {"published": "2030-01-01T00:00:00+00:00"},
        {"files": {}},
        {"seal": "0"},
    )
    for change in changes:
        edited = json.dumps(manifest | change, ensure_ascii=False, indent=1, sort_keys=True)
        path.write_text(edited + "\n", encoding="utf-8")
        with pytest.raises(ReleaseError, match=r"manifest\.json"):
            open_release(copy)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b"{}"])
def test_a_manifest_that_is_none_is_refused(copy: Path, content: bytes) -> None:
    """Never a traceback: the server must be able to say what is wrong and stay on the old one."""
    for name in ("manifest.json", "store.json"):
        good = (copy / name).read_bytes()
        (copy / name).write_bytes(content)
        with pytest.raises(ReleaseError, match=name):
            open_release(copy)
        (copy / name).write_bytes(good)


def test_without_a_release_the_cure_is_named(tmp_path: Path) -> None:
    """A fresh clone."""
    with pytest.raises(ReleaseError) as none:
        open_current(tmp_path)
    assert "There is no release yet." in none.value.in_language("en")
    assert "publisher build" in none.value.in_language("en")
    assert current_folder(tmp_path / "nowhere") is None


def test_the_current_link_is_resolved_once(release: Release) -> None:
    """Whoever holds the folder stays with one release while another becomes current."""
    folder = current_folder(release.folder.parent)
    assert folder == release.folder.resolve()
    assert not str(folder).endswith("current")
