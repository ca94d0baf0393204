"""Named queries of the sources: ``data/queries/*.rq``. What they say is checked later."""

from __future__ import annotations

import re
from pathlib import Path

from publisher.errors import SourceSyntax
from publisher.load.parse import read_text

FOLDER = "data/queries"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def find_named(folder: Path) -> list[Path]:
    """Return the named queries of a folder of sources, sorted by name."""
    return sorted((folder / FOLDER).glob("*.rq"))


def read_named(folder: Path, path: Path) -> str:
    """Return the text of a named query.

    Raises:
        SourceError: It cannot be read, or has no name for an address.
    """
    name = path.relative_to(folder).as_posix()
    text = read_text(path, name)
    if not _NAME.fullmatch(path.stem):
        raise SourceSyntax(
            "The file name becomes an address and cannot stand in one.",
            where=name,
            remedy="Name it with small letters a to z, digits and hyphens; nothing was published.",
        )
    return text
