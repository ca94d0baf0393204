"""A folder → a release, refused when a byte differs from its manifest."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from publisher.compaction import Context
from publisher.errors import ReleaseError
from publisher.release.manifest import compare, from_json
from publisher.release.model import CONTEXT, CURRENT, MANIFEST, STORE, STORE_MANIFEST, Release


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(
            "The file of the release cannot be read: {reason}.",
            where=str(path),
            remedy="This release is not served. Build it again, or activate an older one.",
            reason=str(error),
        ) from error
    assert isinstance(content, dict)
    return content


def open_release(folder: Path) -> Release:
    """Return the release in a folder.

    Raises:
        ReleaseError: A file is missing, unreadable, or not as the manifest says.
    """
    manifest = _read(folder / MANIFEST)
    files = from_json(manifest["files"])
    compare(folder, files)
    compare(folder / STORE, from_json(_read(folder / STORE_MANIFEST)["files"]))
    return Release(
        id=manifest["release"],
        folder=folder,
        base_iri=manifest["base_iri"],
        published=datetime.fromisoformat(manifest["published"]),
        digest=manifest["digest"],
        graphs=manifest["graphs"],
        prefixes=manifest["prefixes"],
        context=Context(_read(folder / CONTEXT)["@context"]),
        documents={path: tuple(things) for path, things in manifest["documents"].items()},
        files=files,
    )


def current_folder(releases: Path) -> Path | None:
    """Return the folder of the current release, resolved once; None when there is none."""
    link = releases / CURRENT
    return link.resolve() if link.exists() else None


def open_current(releases: Path) -> Release:
    """Return the current release.

    Raises:
        ReleaseError: There is none, or it is damaged.
    """
    folder = current_folder(releases)
    if folder is None:
        raise ReleaseError(
            "There is no release yet.",
            where=str(releases),
            remedy="Make one with 'publisher build', or build and serve with 'publisher run'.",
        )
    return open_release(folder)
