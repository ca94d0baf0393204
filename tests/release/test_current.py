"""Which releases were current, and which of them may stand in for a damaged one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from publisher.release import current
from publisher.release.current import JOURNAL, earlier_releases, read_journal, switch
from publisher.release.manifest import write_json


def put(releases: Path, *names: str) -> None:
    """Put releases into a folder: A is of the first day of January, B of the second."""
    for name in names:
        (releases / name).mkdir(parents=True)
        day = ord(name[0]) - ord("A") + 1
        content = {"published": f"2026-01-{day:02}T00:00:00+00:00", "graphs": {}}
        write_json(releases / name / "manifest.json", content)


def stands_in(releases: Path) -> str:
    """Return the names of what may stand in for the current release, the best first."""
    return "".join(earlier_releases(releases, (releases / "current").readlink().name))


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ("A", ""),
        ("AB", "A"),
        ("ABC", "BA"),
        ("ABA", ""),  # B was gone back from
        ("ABCA", ""),
        ("ABCB", "A"),
        ("ABAC", "A"),
        ("ABCAD", "A"),
        ("ABCBD", "BA"),
        ("ABAB", "A"),  # B was made current again, so it is right again
        ("ABCABC", "BA"),
        ("CAD", "A"),  # going back to a release that is older, though it was never current
        ("AAB", "A"),
    ],
)
def test_what_was_current_before_stands_in_and_never_what_was_gone_back_from(
    tmp_path: Path, switches: str, expected: str
) -> None:
    """A release that somebody took off line was wrong."""
    put(tmp_path, switches[0])
    switch(tmp_path, switches[0])
    put(tmp_path, *sorted(set(switches[1:]) - {switches[0]}))
    for name in switches[1:]:
        switch(tmp_path, name)
    assert stands_in(tmp_path) == expected


def test_a_folder_of_an_older_version_goes_by_date_and_never_to_newer_ones(
    tmp_path: Path,
) -> None:
    """Without a journal nothing tells that D was not gone back from."""
    put(tmp_path, *"ABCD")
    (tmp_path / "current").symlink_to("C")
    assert stands_in(tmp_path) == "BA"


def test_the_journal_of_an_older_folder_begins_with_what_is_current(tmp_path: Path) -> None:
    """What was before the journal goes by date."""
    put(tmp_path, *"ABCDE")
    (tmp_path / "current").symlink_to("C")
    switch(tmp_path, "E")
    assert stands_in(tmp_path) == "CBA"


def test_a_release_whose_manifest_is_illegible_has_the_day_of_its_name(tmp_path: Path) -> None:
    """Nothing published on that day or later stands in for it."""
    put(tmp_path, *"ABC")
    (tmp_path / "2026-01-03-0123456789ab").mkdir()
    (tmp_path / "current").symlink_to("2026-01-03-0123456789ab")
    assert stands_in(tmp_path) == "BA"


def test_without_any_date_nothing_stands_in(tmp_path: Path) -> None:
    """Rather nothing than what was wrong."""
    put(tmp_path, *"AB")
    (tmp_path / "strange").mkdir()
    (tmp_path / "current").symlink_to("strange")
    assert stands_in(tmp_path) == ""


def test_a_switch_that_a_crash_prevented_did_not_happen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal is written first, so it may be ahead of the link, and never behind."""
    put(tmp_path, "A")
    switch(tmp_path, "A")
    put(tmp_path, *"BC")
    switch(tmp_path, "B")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "symlink_to", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            switch(tmp_path, "C")
    assert [s.release for s in read_journal(tmp_path).switches] == ["A", "B", "C"]
    assert stands_in(tmp_path) == "A"
    switch(tmp_path, "C")
    assert stands_in(tmp_path) == "BA"


def test_a_crash_while_going_back_never_brings_the_wrong_one_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the rename, and after it."""
    put(tmp_path, "A")
    switch(tmp_path, "A")
    put(tmp_path, "B")
    switch(tmp_path, "B")
    with monkeypatch.context() as patch:
        patch.setattr("publisher.release.current.sync_folder", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            switch(tmp_path, "A")
    assert stands_in(tmp_path) == ""


def test_a_link_that_was_changed_by_hand_is_noticed(tmp_path: Path) -> None:
    """Whoever goes back with ``ln`` is understood too."""
    put(tmp_path, "A")
    switch(tmp_path, "A")
    put(tmp_path, *"BCD")
    switch(tmp_path, "B")
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("A")
    assert stands_in(tmp_path) == ""
    switch(tmp_path, "C")
    assert stands_in(tmp_path) == "A"


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\n",
        b"[" * 100_000 + b"\n",
        b"{}\n",
        b"null\n",
        b'{"release": 1}\n',
        b'{"release": "../x", "published": "2026-01-01T00:00:00+00:00"}\n',
        b'{"release": "B", "published": "2026-01-01"}\n',
        b'{"release": "B", "pub',
    ],
)
def test_a_damaged_journal_is_believed_behind_the_damage_alone(tmp_path: Path, line: bytes) -> None:
    """A line that is lost may have been the one that went back."""
    put(tmp_path, "A")
    switch(tmp_path, "A")
    put(tmp_path, *"BCD")
    switch(tmp_path, "B")
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes() + line)
    assert read_journal(tmp_path).switches == []
    switch(tmp_path, "C")
    switch(tmp_path, "D")
    assert [s.release for s in read_journal(tmp_path).switches] == ["B", "C", "D"]
    assert stands_in(tmp_path) == "CBA"


def test_a_journal_does_not_grow_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest switches are forgotten; what was before goes by date."""
    monkeypatch.setattr(current, "_MOST_SWITCHES", 3)
    put(tmp_path, "A")
    switch(tmp_path, "A")
    put(tmp_path, *"BCDE")
    for name in "BCDE":
        switch(tmp_path, name)
    found = read_journal(tmp_path)
    assert [s.release for s in found.switches] == ["C", "D", "E"]
    assert not found.is_whole
    assert stands_in(tmp_path) == "DCBA"


def test_a_release_that_is_no_longer_kept_hurts_nothing(tmp_path: Path) -> None:
    """Names come from the journal; who opens them finds what is there."""
    put(tmp_path, "A")
    switch(tmp_path, "A")
    put(tmp_path, "B")
    switch(tmp_path, "B")
    os.rename(tmp_path / "A", tmp_path / ".gone")
    assert stands_in(tmp_path) == "A"
