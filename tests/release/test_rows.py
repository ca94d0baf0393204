"""Rows in a sorted file, found without reading it."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.release.history.document_dates import SortedRows, read_rows, write_rows

NAMES = ["", "a", "a/b", "ab", "b", "doc/lake/vänern", "z"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file of rows."""
    path = tmp_path / "rows.tsv"
    write_rows(path, ([name, f"value of {name}"] for name in NAMES))
    return path


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_found(path: Path, name: str) -> None:
    """The first and the last one too, and one with an empty key."""
    assert SortedRows(path).find(name) == [name, f"value of {name}"]


@pytest.mark.parametrize("name", ["A", "aa", "doc/lake/v", "doc/lake/vänern/x", "zz", "ö"])
def test_what_is_not_there_is_not_found(path: Path, name: str) -> None:
    """Before, between and behind what is there."""
    assert SortedRows(path).find(name) is None


def test_a_missing_and_an_empty_file_have_no_rows(tmp_path: Path) -> None:
    """A release from before there were lists opens too."""
    write_rows(tmp_path / "empty.tsv", [])
    assert SortedRows(tmp_path / "empty.tsv").find("a") is None
    assert SortedRows(tmp_path / "missing.tsv").find("a") is None
    assert list(read_rows(tmp_path / "missing.tsv")) == []


def test_rows_are_read_back_as_they_were_written(path: Path) -> None:
    """An empty cell at the end stays a cell."""
    write_rows(path, [["a", "", ""]])
    assert list(read_rows(path)) == [["a", "", ""]]
