"""The named queries travel with the release whose data they ask."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_queries(folder: Path, queries: Mapping[str, str]) -> None:
    """Write each query below its name into a new folder; no folder when there is none."""
    if not queries:
        return
    folder.mkdir()
    for name, text in sorted(queries.items()):
        (folder / name).write_text(text, encoding="utf-8")
