"""Which release is current: switched to in one rename, and recorded in a small journal."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from publisher.errors import ReleaseError
from publisher.release.copies.staging import sweep
from publisher.release.manifest import read_summary
from publisher.release.model import CURRENT
from publisher.system.files import (
    lock_file,
    locked_folder,
    point_at,
    pointed_at,
    replace_file,
    sync_folder,
)


@contextmanager
def build_lock(releases: Path) -> Iterator[None]:
    """Hold the lock of the folder; delete what interrupted builds and pulls left there.

    Raises:
        ReleaseError: Another process holds it.
    """
    lock = lock_file(releases / ".lock")
    if lock is None:
        raise ReleaseError(
            "Another build is running in this folder.",
            where=str(releases),
            remedy="Wait until it has ended, then build again; nothing was changed.",
        )
    with lock:
        for leftover in releases.glob(".staging-*"):
            shutil.rmtree(leftover)
        sweep(releases, only_old=True)
        yield


def switch(releases: Path, name: str) -> None:
    """Make a release the current one, in one rename; the journal of switches tells of it first."""
    with locked_folder(releases):  # builds hold another lock, for much longer
        note_switch(releases, name)
        point_at(releases / CURRENT, name)
        sync_folder(releases)


# Which releases were current, one after the other: a small journal beside the releases.
#
# A damaged current release is stood in for by the one that was current before it, and never by one
# that somebody went back from: that one was wrong, and a name or a date does not tell.

JOURNAL = "switches.jsonl"
_MOST_SWITCHES = 500
_LONGEST_BYTES = 1 << 20
_UNKNOWN = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class SwitchRecord:
    """One change of the current release.

    Attributes:
        release: Name of the release that became current.
        published: The instant it stands for; the least one when that is not known.
    """

    release: str
    published: datetime


@dataclass(frozen=True)
class Journal:
    """The switches of a folder, the oldest first.

    Attributes:
        switches: As far as they are known.
        is_whole: Whether they begin with the first release that was ever current here.
    """

    switches: Sequence[SwitchRecord]
    is_whole: bool


def note_switch(releases: Path, name: str) -> None:
    """Write down that a release becomes current; the link is changed after this.

    So the journal may name a switch that a crash prevented, and never lacks one that happened.

    Raises:
        OSError: It cannot be written.
    """
    journal = read_journal(releases)
    current = linked_name(releases)
    is_first = not os.path.lexists(releases / JOURNAL) and not current
    is_whole = journal.is_whole or (is_first and not _other_releases(releases, name))
    lines = [*journal.switches]
    if current and (not lines or lines[-1].release != current):
        lines.append(_switch(releases, current))  # the link was changed without this program
    lines.append(_switch(releases, name))
    _write(
        releases / JOURNAL,
        lines[-_MOST_SWITCHES:],
        is_whole=is_whole and len(lines) <= _MOST_SWITCHES,
    )


def linked_name(releases: Path) -> str:
    """Return the name that the link to the current release has, also when it leads nowhere.

    Raises:
        OSError: The folder cannot be read just now.
    """
    return pointed_at(releases / CURRENT)


def _switch(releases: Path, name: str) -> SwitchRecord:
    glanced = read_summary(releases / name)
    return SwitchRecord(name, glanced[0] if glanced else _UNKNOWN)


def _write(path: Path, switches: Sequence[SwitchRecord], *, is_whole: bool) -> None:
    """Write a new journal beside the old one, and put it in its place for good."""
    head = {"is_whole": is_whole, "written": datetime.now(UTC).isoformat(timespec="seconds")}
    lines = [
        head,
        *({"release": s.release, "published": s.published.isoformat()} for s in switches),
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    replace_file(path, text)


def read_journal(releases: Path) -> Journal:
    """Return the journal of a folder.

    One that is missing, as in folders of older versions of this program, knows nothing. Of one that
    is damaged, what is behind the last damaged line is kept.
    """
    path = releases / JOURNAL
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_BYTES)
    except OSError:
        return Journal((), is_whole=False)
    head, *lines = content.split(b"\n")
    is_whole = _is_whole(head)
    switches: list[SwitchRecord] = []
    for line in filter(None, lines):
        entry = _read(line)
        if entry is None:
            switches, is_whole = [], False
        else:
            switches.append(entry)
    return Journal(switches, is_whole)


def _is_whole(line: bytes) -> bool:
    try:
        return json.loads(line)["is_whole"] is True
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


def _read(line: bytes) -> SwitchRecord | None:
    try:
        content = json.loads(line)
        name, published = content["release"], datetime.fromisoformat(content["published"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(name, str) or "/" in name or name.startswith(".") or not name:
        return None
    return SwitchRecord(name, published) if published.tzinfo else None


def earlier_releases(releases: Path, current: str) -> Iterator[str]:
    """Yield what may be served instead of a damaged current release, the best first.

    First the releases that were current before it, the last one first, without those that somebody
    went back from: when a release becomes current, all that are published later than it, or were
    current after it was before, are gone back from. Then, in a folder whose journal does not begin
    with its first release, those that are published before all of these, the newest first.

    Args:
        releases: Folder of the releases.
        current: Name of the current one.
    """
    journal = read_journal(releases)
    history = _switches_to_current(journal.switches, _switch(releases, current))
    standing = _without_reverted(history)
    names = [switch.release for switch in standing if switch.release != current]
    yield from reversed(names)
    if not journal.is_whole:
        known = {switch.release for switch in journal.switches} | {current}
        yield from _older_releases(releases, [_older_than(s) for s in history], known)


def _switches_to_current(
    switches: Sequence[SwitchRecord], current: SwitchRecord
) -> list[SwitchRecord]:
    """Return the switches that led to the current release; what a crash prevented is left out."""
    position = max(
        (n for n, s in enumerate(switches) if s.release == current.release), default=None
    )
    return [*switches, current] if position is None else list(switches[: position + 1])


def _without_reverted(history: Sequence[SwitchRecord]) -> list[SwitchRecord]:
    """Return the releases that were current, without those that were reverted."""
    standing: list[SwitchRecord] = []
    for switch in history:
        names = [s.release for s in standing]
        if switch.release in names:
            standing = standing[: names.index(switch.release)]
        standing = [s for s in standing if not _is_later(s, switch)]
        standing.append(switch)
    return standing


def _is_later(one: SwitchRecord, other: SwitchRecord) -> bool:
    """Tell whether a release is known to be published later than another."""
    return other.published != _UNKNOWN and one.published > other.published


def _older_than(switch: SwitchRecord) -> datetime | None:
    """Return before when a release must be published to be older; None when nothing tells."""
    if switch.published != _UNKNOWN:
        return switch.published
    try:  # its manifest is illegible; its name begins with the day
        return datetime.fromisoformat(switch.release[:10]).replace(tzinfo=UTC)
    except ValueError:
        return None


def _older_releases(
    releases: Path, instants: Sequence[datetime | None], known: set[str]
) -> Iterator[str]:
    """Yield the releases that are older than all of some instants, the newest first."""
    dated = [instant for instant in instants if instant is not None]
    if len(dated) < len(instants) or not dated:
        return  # nothing says what is older
    switches = (_switch(releases, name) for name in _other_releases(releases, ""))
    older = [s for s in switches if _UNKNOWN < s.published < min(dated) and s.release not in known]
    older.sort(key=lambda s: (s.published, s.release), reverse=True)
    yield from (switch.release for switch in older)


def _other_releases(releases: Path, name: str) -> list[str]:
    """Return the names of the folders that may be releases, but for one."""
    return [
        folder.name
        for folder in releases.glob("*")
        if folder.is_dir() and not folder.is_symlink() and folder.name[0] != "."
        if folder.name != name
    ]
