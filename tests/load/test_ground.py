from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from publisher.load.sources import read_sources

BASE = "https://data.example.org/"


def test_files_of_sources_are_deleted_with_them(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor that reads the sources again and again fills no disk."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sources = read_sources(world, BASE)
    folder = sources.sorted_sources.folder
    assert folder.parent == tmp_path
    del sources
    assert not folder.exists()


def test_what_a_killed_program_left_behind_is_swept_up_and_nothing_else(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock of a process ends with it, however it ends."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / "publisher-left"
    left.mkdir()
    (left / "lock").touch()
    in_use = read_sources(world, BASE)
    others = read_sources(world, BASE)
    assert not left.exists()
    assert in_use.sorted_sources.quads.is_file()
    assert others.sorted_sources.quads.read_bytes() == in_use.sorted_sources.quads.read_bytes()
