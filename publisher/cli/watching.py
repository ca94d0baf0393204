"""``check --watch``: when a source is saved, it is checked again, until somebody ends it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from publisher.errors import PublisherError
from publisher.load.files import FOLDERS, VOCABULARIES
from publisher.load.folder_contexts import named_contexts
from publisher.messages import translate
from publisher.rule_settings import SETTINGS_FILE
from publisher.system.files import storage_errors

# Name of a file or folder → what changes when it is saved.
SavedFiles = dict[str, tuple[int, ...]]

_POLL_SECONDS = 0.05
# A save takes several steps; and two within one tick of the clock of files, which is 10 ms at most,
# look like one.
_SETTLE_SECONDS, _MOST_SETTLING = 0.012, 10
# So much of a core looking at the files may take; and where nothing is saved for long, so much.
_SHARE, _IDLE_SHARE, _IDLE_AFTER_SECONDS = 0.1, 0.02, 300.0


def saved_files() -> SavedFiles:
    """Return the sources and settings of the working folder as they were saved last."""
    found: SavedFiles = {}
    for name in (SETTINGS_FILE, *FOLDERS, VOCABULARIES):
        try:
            status = os.stat(name)
        except OSError:
            continue
        found[name] = _as_saved(status) if name == SETTINGS_FILE else ()
        found.update(_below(name))
    for path in named_contexts(Path()).values():
        with suppress(OSError):
            found[str(path)] = _as_saved(path.stat())
    return found


def _below(folder: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield what is in a folder and in those within, links to folders not followed."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        yield entry.path, ()
                        yield from _below(entry.path)
                    else:
                        yield entry.path, _as_saved(entry.stat())
                except OSError:  # an editor's temporary file has just gone, or a link leads nowhere
                    yield entry.path, ()
    except OSError:  # there is no such folder, or it cannot be listed; the check says so
        return


def _as_saved(status: os.stat_result) -> tuple[int, ...]:
    # The inode tells a file that was put in the place of another; the third time, one whose
    # rights changed.
    return (status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns)


def pause_seconds(look_seconds: float, idle_seconds: float) -> float:
    """Return how long to wait before the files are looked at again.

    Args:
        look_seconds: Processor time of one look at them.
        idle_seconds: How long nothing was saved.
    """
    share = _IDLE_SHARE if idle_seconds > _IDLE_AFTER_SECONDS else _SHARE
    return max(_POLL_SECONDS, look_seconds / share)


def watch(again: Callable[[], object], seen: SavedFiles, language: str) -> None:
    """Call ``again`` each time a source is saved after it was seen, until interrupted.

    What keeps a check from being done, such as settings that cannot be read, is printed.
    """
    click.echo(translate("Waiting for a file to be saved; end with Ctrl+C.", language), err=True)
    try:
        while True:
            seen = _settled(_changed(seen))
            click.echo(f"\n— {datetime.now().astimezone():%H:%M:%S} —")
            try:
                with storage_errors():
                    again()
            except PublisherError as error:
                click.echo(error.in_language(language), err=True)
    except KeyboardInterrupt:
        return


def _changed(seen: SavedFiles) -> SavedFiles:
    """Wait until files are not any more as they were seen; return what they are."""
    began = time.monotonic()
    while True:
        before = time.thread_time()
        now = saved_files()
        if now != seen:
            return now
        time.sleep(pause_seconds(time.thread_time() - before, time.monotonic() - began))


def _settled(now: SavedFiles) -> SavedFiles:
    """Wait until files do not change for a moment; one that changes on and on is not waited for."""
    for _ in range(_MOST_SETTLING):
        time.sleep(_SETTLE_SECONDS)
        before, now = now, saved_files()
        if now == before:
            break
    return now
