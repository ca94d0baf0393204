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
_SEAL = "seal"
_DIFFERS = "The file is not as it was written: its digest differs."


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


def written(content: Mapping[str, Any]) -> str:
    """Return JSON the same way every time: keys sorted, a line end at the end."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON the same way every time, in UTF-8."""
    path.write_text(written(content), encoding="utf-8")


def write_sealed(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON with a digest of itself: a manifest vouches for files, and so for itself too."""
    write_json(path, {**content, _SEAL: _seal(content)})


def read_sealed(path: Path) -> dict[str, Any]:
    """Return the content of JSON that was written with a digest of itself.

    Raises:
        ReleaseError: It is missing, or a byte of it differs.
    """
    try:
        found = path.read_text(encoding="utf-8")
        content = json.loads(found)
    except (OSError, ValueError) as error:
        raise ReleaseError(
            "The file of the release cannot be read: {reason}.",
            where=str(path),
            remedy="This release is not served. Build it again, or activate an older one.",
            reason=str(error),
        ) from error
    if not isinstance(content, dict) or found != written(content):
        raise _damaged(path, _DIFFERS)
    seal = content.pop(_SEAL, "")
    if seal != _seal(content):
        raise _damaged(path, _DIFFERS)
    return content


def _seal(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(written(content).encode()).hexdigest()


def as_json(files: Iterable[StoredFile]) -> dict[str, dict[str, object]]:
    """Return files as they stand in a manifest."""
    return {file.name: {"length": file.length, "sha256": file.sha256} for file in files}


def from_json(written: Mapping[str, Mapping[str, Any]]) -> dict[str, StoredFile]:
    """Return files as they stood in a manifest."""
    return {n: StoredFile(n, int(f["length"]), str(f["sha256"])) for n, f in written.items()}


def compare(folder: Path, files: Mapping[str, StoredFile], *, is_known: bool = False) -> None:
    """Let a folder pass when each of its files is as the manifest says.

    Args:
        folder: Where the files are.
        files: What the manifest says of them.
        is_known: They were read before: only their lengths are compared.

    Raises:
        ReleaseError: A file is missing, or a byte of it differs.
    """
    for name, file in files.items():
        path = folder / name
        if not path.is_file():
            raise _damaged(path, "The file is missing from the release.")
        is_same = path.stat().st_size == file.length
        if not is_same or (not is_known and digest_of(path) != file.sha256):
            raise _damaged(path, _DIFFERS)


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
