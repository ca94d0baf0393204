"""File ↔ length ↔ digest: write, read, compare."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from publisher.errors import ReleaseError
from publisher.release.model import StoredFile

_CHUNK = 1 << 20


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def list_files(folder: Path, leave_out: Iterable[str]) -> Iterator[StoredFile]:
    """Return every file below a folder, sorted by name, without some names and all below them."""
    out = tuple(leave_out)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(name == o or name.startswith(f"{o}/") for o in out):
            yield StoredFile(name, path.stat().st_size, digest_of(path))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON the same way every time: keys sorted, UTF-8, a line end at the end."""
    written = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_text(written, encoding="utf-8")


def as_json(files: Iterable[StoredFile]) -> dict[str, dict[str, object]]:
    """Return files as they stand in a manifest."""
    return {file.name: {"length": file.length, "sha256": file.sha256} for file in files}


def from_json(written: Mapping[str, Mapping[str, Any]]) -> dict[str, StoredFile]:
    """Return files as they stood in a manifest."""
    return {n: StoredFile(n, int(f["length"]), str(f["sha256"])) for n, f in written.items()}


def compare(folder: Path, files: Mapping[str, StoredFile]) -> None:
    """Let a folder pass when each of its files is as the manifest says.

    Raises:
        ReleaseError: A file is missing, or a byte of it differs.
    """
    for name, file in files.items():
        path = folder / name
        if not path.is_file():
            raise _damaged(path, "The file is missing from the release.")
        if path.stat().st_size != file.length or digest_of(path) != file.sha256:
            raise _damaged(path, "The file is not as it was written: its digest differs.")


def _damaged(path: Path, what: str) -> ReleaseError:
    return ReleaseError(
        what,
        where=str(path),
        remedy="This release is not served. Build it again, or activate an older one.",
    )


def sync(folder: Path) -> None:
    """Put every file and folder below a folder on the disk, so that no crash can lose it."""
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
