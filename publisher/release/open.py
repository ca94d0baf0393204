"""A folder → a release, refused when a byte differs from its manifest."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from publisher.compaction import Context
from publisher.errors import ReleaseError
from publisher.release.manifest import compare, from_json, read_sealed
from publisher.release.model import CONTEXT, CURRENT, MANIFEST, STORE, STORE_MANIFEST, Release


def open_release(folder: Path, *, is_known: bool = False) -> Release:
    """Return the release in a folder.

    Args:
        folder: Where it is.
        is_known: Its bytes were compared before: now only the lengths of its files are.

    Raises:
        ReleaseError: A file is missing, unreadable, or not as the manifest says.
    """
    manifest = read_sealed(folder / MANIFEST)
    files = from_json(manifest["files"])
    compare(folder, files, is_known=is_known)
    stored = from_json(read_sealed(folder / STORE_MANIFEST)["files"])
    compare(folder / STORE, stored, is_known=is_known)
    return Release(
        id=manifest["release"],
        folder=folder,
        base_iri=manifest["base_iri"],
        published=datetime.fromisoformat(manifest["published"]),
        digest=manifest["digest"],
        inputs=manifest["inputs"],
        graphs=manifest["graphs"],
        prefixes=manifest["prefixes"],
        context=Context(json.loads((folder / CONTEXT).read_bytes())["@context"]),
        documents={path: tuple(things) for path, things in manifest["documents"].items()},
        files=files,
        modified={
            name: Literal(value, datatype=NamedNode(datatype))
            for name, (value, datatype) in manifest.get("modified", {}).items()
        },
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
