"""Named queries of the sources: ``data/queries/*.rq``, each a query that the engine can read."""

from __future__ import annotations

import re
from pathlib import Path

from pyoxigraph import Store

from publisher.errors import SourceSyntax
from publisher.load.parse import read_text

FOLDER = "data/queries"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_PLACE = re.compile(r"error at (\d+):(\d+): .*", re.DOTALL)


def find_named(folder: Path) -> list[Path]:
    """Return the named queries of a folder of sources, sorted by name."""
    return sorted((folder / FOLDER).glob("*.rq"))


def read_named(folder: Path, path: Path) -> str:
    """Return the text of a named query.

    Raises:
        SourceError: It cannot be read, has no name for an address, or is no SPARQL 1.1 query.
    """
    name = path.relative_to(folder).as_posix()
    text = read_text(path, name)
    if not _NAME.fullmatch(path.stem):
        raise SourceSyntax(
            "The file name becomes an address and cannot stand in one.",
            where=name,
            remedy="Name it with small letters a to z, digits and hyphens; nothing was published.",
        )
    try:
        Store().query(text)
    except SyntaxError as error:
        place = _PLACE.match(str(error))
        raise SourceSyntax(
            "Line {line}, column {column}: this is no SPARQL 1.1 query."
            if place
            else "This is no SPARQL 1.1 query: {reason}.",
            where=name,
            remedy="Mend that line, or the one before it; nothing was published.",
            line=int(place[1]) if place else None,
            column=int(place[2]) if place else None,
            reason=str(error),
        ) from error
    return text
