"""Several files written as one: all of them or none, and none that somebody else changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from publisher.errors import ChangeRefused, SourceError
from publisher.system.files import (
    locked_folder,
    replace_file,
    stage_file,
    storage_errors,
    sync_folder,
)

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class FileChange:
    """A file before and after.

    Attributes:
        name: Relative to the folder of the sources, with forward slashes.
        path: Where it is.
        before: Its text when it was read; None for a new file.
        after: Its text to be; None when the file goes away.
    """

    name: str
    path: Path
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)


def write_all(folder: Path, changes: Sequence[FileChange]) -> list[str]:
    """Write all files or none; return the names of those written.

    Each is written beside, brought to the disk, and put in place by one rename. Writers wait for
    each other. When the last step fails halfway, files already in place get their old text back.

    Raises:
        ChangeRefused: A file is not what it was when it was read.
        SourceError: A file cannot be written.
        StorageError: The folder cannot be locked.
    """
    with storage_errors(folder), locked_folder(folder):
        for change in changes:
            _refuse_if_changed(change)
        staged: list[tuple[FileChange, Path | None]] = []
        try:
            for change in changes:
                staged.append((change, _stage(change)))
            _put_in_place(staged)
        except OSError as error:
            raise SourceError(
                "The file cannot be written: {reason}.",
                where=str(error.filename or folder),
                remedy="Give yourself the right to write it, or make room on the disk."
                " Nothing was written.",
                reason=error.strerror,
            ) from error
        finally:
            for _change, temporary in staged:
                if temporary is not None:
                    temporary.unlink(missing_ok=True)
    return [change.name for change in changes]


def _refuse_if_changed(change: FileChange) -> None:
    on_disk = _read(change)
    expected = None if change.before is None else change.before.encode("utf-8")
    if on_disk is not None and on_disk.startswith(_MARK):
        on_disk = on_disk.removeprefix(_MARK)
    if on_disk != expected:
        raise ChangeRefused(
            "There is a file of this name already."
            if change.before is None
            else "The file was changed while you were at work.",
            where=change.name,
            remedy="Read the sources again, and repeat the change. Nothing was written.",
        )


def _read(change: FileChange) -> bytes | None:
    try:
        return change.path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(
            "The file cannot be read: {reason}.",
            where=change.name,
            remedy="Give yourself the right to read it. Nothing was written.",
            reason=error.strerror,
        ) from error


def _stage(change: FileChange) -> Path | None:
    """Write the new text beside the file, and return where; None when the file goes away."""
    if change.after is None:
        return None
    target = change.path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    return stage_file(target, change.after)


def _put_in_place(staged: Sequence[tuple[FileChange, Path | None]]) -> None:
    done: list[FileChange] = []
    try:
        for change, temporary in staged:
            target = change.path.resolve()
            if temporary is None:
                target.unlink()
            else:
                temporary.replace(target)
            done.append(change)
        for folder in {change.path.resolve().parent for change in done}:
            sync_folder(folder)
    except OSError:
        for change in done:
            _take_back(change)
        raise


def _take_back(change: FileChange) -> None:
    target = change.path.resolve()
    if change.before is None:
        target.unlink(missing_ok=True)
    else:
        # On a full disk the new text stays whole, rather than half of the old one.
        replace_file(target, change.before)
