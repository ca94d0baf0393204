"""A folder → a release, refused when a byte differs from its manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from publisher.errors import ReleaseError
from publisher.rdf.jsonld import Context
from publisher.release.current import earlier_releases
from publisher.release.manifest import (
    compare_files,
    read_files,
    read_manifest,
    unreadable_file,
    wrong_manifest,
)
from publisher.release.model import CONTEXT, CURRENT, STORE, STORE_MANIFEST, Release
from publisher.release.second_engine import compare_second_engine
from publisher.release.stored_graphs import has_stored_union
from publisher.system.files import followed


def open_release(folder: Path, *, is_known: bool = False) -> Release:
    """Return the release in a folder.

    Args:
        folder: Where it is.
        is_known: Its bytes were compared before: now only the lengths of its files are.

    Raises:
        ReleaseError: A file is missing, not as the manifest says, or of another version.
        ReleaseUnreadable: A file cannot be read just now.
    """
    manifest = read_manifest(folder)
    compare_files(folder, manifest.files, is_known=is_known)
    compare_files(folder / STORE, read_files(folder / STORE_MANIFEST), is_known=is_known)
    compare_second_engine(folder, is_known=is_known)
    return Release(
        id=manifest.release,
        folder=folder,
        base_iri=manifest.base_iri,
        published=manifest.published,
        digest=manifest.digest,
        inputs=manifest.inputs,
        graphs=manifest.graphs,
        prefixes=manifest.prefixes,
        context=_context(folder / CONTEXT),
        documents=manifest.documents,
        named_graphs=manifest.named_graphs,
        files=manifest.files,
        modified=manifest.modified,
        union_stored=has_stored_union(folder),
    )


def _context(path: Path) -> Context:
    try:
        return Context(json.loads(path.read_bytes().decode())["@context"])
    except OSError as error:
        raise unreadable_file(path, error) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise wrong_manifest(path, "@context") from error


def current_folder(releases: Path) -> Path | None:
    """Return the folder of the current release, resolved once; None when there is none."""
    link = releases / CURRENT
    if not link.exists():
        return None
    folder = followed(link)
    return folder if folder.exists() else None


def current_link_target(releases: Path) -> Path | None:
    """Return where the link to the current release leads, be there something or not.

    None when there is no link.

    Raises:
        OSError: The folder cannot be read just now.
    """
    link = releases / CURRENT
    try:
        link.lstat()
    except FileNotFoundError:
        return None
    return followed(link)


def current_candidates(releases: Path) -> Iterator[Path]:
    """Yield the folder of the current release, then those that may be served instead.

    The latter come as ``current.earlier_releases`` has them: what was current before, and never
    what somebody went back from.

    Raises:
        ReleaseError: There is no current release.
        ReleaseUnreadable: The folder cannot be read just now.
    """
    try:
        current = current_link_target(releases)
    except OSError as error:
        raise unreadable_file(releases, error) from error
    if current is None:
        raise _no_release(releases)
    yield current
    for name in earlier_releases(releases, current.name):
        yield releases / name


def require_current(releases: Path) -> None:
    """Let a folder pass that has a current release, be it damaged or not.

    A server begins with the one before a damaged one, or waits until one is repaired.

    Raises:
        ReleaseError: There is no current release.
        ReleaseUnreadable: The folder cannot be read just now.
    """
    next(current_candidates(releases))


def open_current(releases: Path) -> Release:
    """Return the current release.

    Raises:
        ReleaseError: There is none, or it is damaged.
    """
    folder = current_folder(releases)
    if folder is None:
        raise _no_release(releases)
    return open_release(folder)


def _no_release(releases: Path) -> ReleaseError:
    return ReleaseError(
        "There is no release yet.",
        where=str(releases),
        remedy="Make one with 'publisher build', or build and serve with 'publisher run'.",
    )
