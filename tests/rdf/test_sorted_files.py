from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.rdf import sorted_files
from publisher.rdf.sorted_files import (
    SortedLines,
    Sorter,
    merge_files,
    merge_lines,
    read_lines,
    write_lines,
)

words = st.lists(st.text(alphabet="ab <>å", max_size=4), max_size=30)


def test_lines_of_several_runs_come_in_order_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However little memory there is for them."""
    monkeypatch.setattr(sorted_files, "_CHUNK_BYTES", 3)
    with Sorter(tmp_path / "words") as sorter:
        for word in (b"c\n", b"a\n", b"d\n", b"a\n", b"b\n", b"e\n", b"b\n"):
            sorter.add(word)
    assert len(sorter.runs) == 4
    merge_files(sorter.runs, tmp_path / "all")
    assert (tmp_path / "all").read_bytes() == b"a\nb\nc\nd\ne\n"
    assert [path.name for path in tmp_path.iterdir()] == ["all"]


def test_more_runs_than_files_may_be_open_are_merged_in_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process may have a thousand files open, and a register more runs."""
    monkeypatch.setattr(sorted_files, "_MOST_RUNS", 2)
    runs = [tmp_path / str(number) for number in range(5)]
    for number, run in enumerate(runs):
        write_lines(run, [b"%d\n" % number, b"x\n"])
    assert list(merge_lines(runs)) == [b"0\n", b"1\n", b"2\n", b"3\n", b"4\n", b"x\n"]


def test_nothing_sorted_is_an_empty_file(tmp_path: Path) -> None:
    """Whoever reads it need not ask whether it is there."""
    merge_files([], tmp_path / "all")
    assert list(read_lines(tmp_path / "all")) == []
    assert list(SortedLines(tmp_path / "all").starting(b"a")) == []


@pytest.mark.slow
@given(words, st.text(alphabet="ab <>å", min_size=1, max_size=2))
def test_lines_are_found_by_what_they_begin_with(lines: list[str], start: str) -> None:
    """Bisection finds what looking at every line finds."""
    listed = sorted({f"{line}\n".encode() for line in lines})
    found = SortedLines(Path("nowhere"))
    found._use(b"".join(listed))
    assert list(found.starting(start.encode())) == [
        line for line in listed if line.startswith(start.encode())
    ]


def test_lines_between_two_places_are_whole(tmp_path: Path) -> None:
    """A part of a file begins and ends where lines do."""
    write_lines(tmp_path / "all", [b"a\n", b"bb\n", b"c\n"])
    assert list(SortedLines(tmp_path / "all").between(2, 7)) == [b"bb\n", b"c\n"]


def test_lines_are_found_in_any_order(tmp_path: Path) -> None:
    """One after the other, again, backwards, and by beginnings of beginnings."""
    lines = sorted(f"<{n}> {m}\n".encode() for n in ("a", "aa", "ab", "b") for m in range(3))
    (tmp_path / "lines").write_bytes(b"".join(lines))
    found = SortedLines(tmp_path / "lines")
    starts = [*(b"<a> ", b"<aa> ", b"<ab> ", b"<b> "), b"<a> ", b"<ab> ", b"<a", b"<aa", b"<", b""]
    for start in (*starts, *reversed(starts), b"<none> ", b"<b> 2", b"<b> "):
        assert list(found.starting(start)) == [line for line in lines if line.startswith(start)]
        next(found.starting(start), None)  # one that nobody reads to its end


def test_what_is_asked_for_in_order_is_found_as_by_bisection(tmp_path: Path) -> None:
    """Also what is not there, and what begins like what was asked for before."""
    write_lines(tmp_path / "all", [b"<a/1> x\n", b"<a/1> y\n", b"<a> z\n", b"<c> z\n"])
    found = SortedLines(tmp_path / "all")
    asked = (b"<0", b"<a", b"<a/", b"<a> ", b"<b> ", b"<c> ", b"<d> ", b"<e> ", b"<a/1> ")
    for start in asked:
        apart = SortedLines(tmp_path / "all")
        assert list(found.starting(start)) == list(apart.starting(start)), start


def test_lines_with_some_bytes_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a part of the file ends."""
    monkeypatch.setattr(sorted_files, "_BLOCK_BYTES", 2)
    write_lines(tmp_path / "all", [b"a b\n", b"c\n", b"d b\n"])
    assert list(sorted_files.lines_with(tmp_path / "all", b" b", b"x")) == [b"a b\n", b"d b\n"]


def test_a_line_with_several_of_some_bytes_is_found_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are bytes, whatever they would be in a pattern; the last line may have no end."""
    (tmp_path / "all").write_bytes(b"a.c a.c (\nabc\na.c\n\n(a.c\nz(")
    for size in (1, 4, 1 << 20):
        monkeypatch.setattr(sorted_files, "_BLOCK_BYTES", size)
        found = list(sorted_files.lines_with(tmp_path / "all", b"a.c", b"("))
        assert found == [b"a.c a.c (\n", b"a.c\n", b"(a.c\n", b"z("]
