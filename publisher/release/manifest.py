"""File ↔ length ↔ digest: write, read, compare."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeGuard

from pyoxigraph import Literal, NamedNode

from publisher.errors import ReleaseError, ReleaseUnreadable
from publisher.release.model import MANIFEST, StoredFile
from publisher.system.files import read_file

# Version of what is written; another one is refused, so that it is never half understood.
FORMAT = 1
_FORMAT = "format"
_CHUNK = 1 << 20
_SEAL = "seal"
_MISSING = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG)
_NOT_SERVED = "This release is not served. Build it again, or activate an older one."
_CANNOT_BE_READ = "The file of the release cannot be read: {reason}."
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


def as_json_text(content: Mapping[str, Any]) -> str:
    """Return JSON the same way every time: keys sorted, a line end at the end."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON the same way every time, in UTF-8."""
    path.write_text(as_json_text(content), encoding="utf-8", newline="\n")


def write_sealed(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON with a digest of itself: a manifest vouches for files, and so for itself too."""
    write_json(path, {**content, _SEAL: _seal(content)})


def read_sealed(path: Path) -> dict[str, Any]:
    """Return the content of JSON that was written with a digest of itself.

    Raises:
        ReleaseError: It is missing, is no such JSON, or a byte of it differs.
        ReleaseUnreadable: It cannot be read just now.
    """
    with _read_errors(path):
        sealed = read_file(path)
    try:
        text = sealed.decode()
        content = json.loads(text)
        is_as_written = isinstance(content, dict) and text == as_json_text(content)
        seal = content.pop(_SEAL, "") if is_as_written else ""
        is_sealed = is_as_written and seal == _seal(content)
    except (ValueError, RecursionError) as error:
        raise ReleaseError(
            _CANNOT_BE_READ, where=str(path), remedy=_NOT_SERVED, reason=_reason(error)
        ) from error
    if not is_sealed:
        raise _damaged(path, _DIFFERS)
    return dict(content)


@contextmanager
def _read_errors(path: Path) -> Iterator[None]:
    """Tell a file that cannot be read just now from one that is not there.

    Raises:
        ReleaseError: It is missing.
        ReleaseUnreadable: It cannot be read just now.
    """
    try:
        yield
    except OSError as error:
        raise unreadable_file(path, error) from error


def unreadable_file(path: Path, error: OSError) -> ReleaseError:
    """Return what is raised for a file that cannot be read, or is not there."""
    kind = ReleaseError if error.errno in _MISSING else ReleaseUnreadable
    return kind(_CANNOT_BE_READ, where=str(path), remedy=_NOT_SERVED, reason=_reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "too deep" if isinstance(error, RecursionError) else str(error)


def _seal(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(as_json_text(content).encode()).hexdigest()


def as_json(files: Iterable[StoredFile]) -> dict[str, dict[str, object]]:
    """Return files as they stand in a manifest."""
    return {file.name: {"length": file.length, "sha256": file.sha256} for file in files}


def from_json(written: object, path: Path) -> dict[str, StoredFile]:
    """Return files as they stood in a manifest.

    Raises:
        ReleaseError: They are written otherwise than this program writes them; ``path`` is where.
    """
    files: dict[str, StoredFile] = {}
    for name, file in _mapping(written, "files", path).items():
        length, digest = (file.get("length"), file.get("sha256")) if _is_dict(file) else (0, 0)
        if not _is_count(length) or not isinstance(digest, str):
            raise wrong_manifest(path, "files")
        files[name] = StoredFile(name, length, digest)
    return files


def read_files(path: Path) -> dict[str, StoredFile]:
    """Return the files that a sealed list or manifest names.

    Raises:
        ReleaseError: It is damaged, or not one that this program reads.
    """
    return from_json(read_sealed(path).get("files"), path)


@dataclass(frozen=True)
class Manifest:
    """What the manifest of a release says, each part of the kind it must be.

    Attributes:
        release: Name of the release.
        base_iri: Base of its names.
        published: The instant it stands for, with a time zone.
        digest: Of its triples; empty for a preview.
        inputs: Of everything it was made of; empty for a preview.
        loss_allowed: Why it may take away more than the limits allow; empty when it may not.
        frame: Digest of what surrounds every document; empty when none was kept.
        graphs: Graph → number of triples.
        prefixes: Prefix → namespace.
        documents: Path of a document → its things.
        named_graphs: Graph that a dataset has by another name than its own → graphs of the
            datasets it belongs to.
        modified: Name of a dataset → when its content changed.
        files: Name → file.
    """

    release: str
    base_iri: str
    published: datetime
    digest: str
    inputs: str
    loss_allowed: str
    frame: object
    graphs: Mapping[str, int]
    prefixes: Mapping[str, str]
    documents: Mapping[str, tuple[str, ...]]
    named_graphs: Mapping[str, tuple[str, ...]]
    modified: Mapping[str, Literal]
    files: Mapping[str, StoredFile]


def read_manifest(folder: Path) -> Manifest:
    """Return what the manifest of a release says.

    Args:
        folder: Of the release.

    Raises:
        ReleaseError: It is missing or damaged, or of another version or shape: never a KeyError.
        ReleaseUnreadable: It cannot be read just now.
    """
    path = folder / MANIFEST
    content = read_sealed(path)
    version = content.get(_FORMAT, FORMAT)  # the first releases did not name it
    if version != FORMAT or isinstance(version, bool):
        raise wrong_manifest(path, _FORMAT)
    return Manifest(
        release=_text(content, "release", path),
        base_iri=_iri(content, "base_iri", path),
        published=_instant(content, path),
        digest=_text(content, "digest", path),
        inputs=_text(content, "inputs", path),
        loss_allowed=_text({"loss_allowed": "", **content}, "loss_allowed", path),
        frame=content.get("frame"),
        graphs=_values_of(content, "graphs", path, _is_count),
        prefixes=_values_of(content, "prefixes", path, _is_text),
        documents={
            name: tuple(things)
            for name, things in _values_of(content, "documents", path, _is_texts).items()
        },
        named_graphs={
            name: tuple(homes)
            for name, homes in _values_of(
                {"named_graphs": {}, **content}, "named_graphs", path, _is_texts
            ).items()
        },
        modified=_dates({"modified": {}, **content}, path),
        files=from_json(content.get("files"), path),
    )


def read_summary(folder: Path) -> tuple[datetime, int] | None:
    """Return the instant of a release and how many triples it holds, as its manifest has them.

    Nothing else of it is looked at, so that a release that is damaged, or that another version of
    the program wrote, is listed all the same; None when not even this much is legible.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(read_file(path).decode())
        graphs = _values_of(content, "graphs", path, _is_count)
        return _instant(content, path), sum(graphs.values())
    except (OSError, ValueError, AttributeError, TypeError, RecursionError, ReleaseError):
        return None


def wrong_manifest(path: Path, part: str) -> ReleaseError:
    """Return what is raised for a manifest of another version or shape; ``part`` is what is so."""
    return ReleaseError(
        "The manifest is not one that this version of the program reads: see '{part}'.",
        where=str(path),
        remedy=_NOT_SERVED,
        part=part,
    )


def _is_dict(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _mapping(value: object, part: str, path: Path) -> dict[str, Any]:
    if not _is_dict(value):
        raise wrong_manifest(path, part)
    return value


def _values_of(
    content: Mapping[str, Any], part: str, path: Path, fits: Callable[[object], bool]
) -> dict[str, Any]:
    """Return a part that holds values of one kind only."""
    values = _mapping(content.get(part), part, path)
    if not all(map(fits, values.values())):
        raise wrong_manifest(path, part)
    return values


def _text(content: Mapping[str, Any], part: str, path: Path) -> str:
    text = content.get(part)
    if not isinstance(text, str):
        raise wrong_manifest(path, part)
    return text


def _iri(content: Mapping[str, Any], part: str, path: Path) -> str:
    try:
        return NamedNode(_text(content, part, path)).value
    except ValueError as error:
        raise wrong_manifest(path, part) from error


def _instant(content: Mapping[str, Any], path: Path) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(content, "published", path))
    except ValueError as error:
        raise wrong_manifest(path, "published") from error
    if instant.tzinfo is None:  # it could not be compared with others
        raise wrong_manifest(path, "published")
    return instant


def _dates(content: Mapping[str, Any], path: Path) -> dict[str, Literal]:
    try:
        return {
            name: Literal(value, datatype=NamedNode(datatype))
            for name, (value, datatype) in _values_of(content, "modified", path, _is_texts).items()
        }
    except ValueError as error:
        raise wrong_manifest(path, "modified") from error


def compare_files(folder: Path, files: Mapping[str, StoredFile], *, is_known: bool = False) -> None:
    """Raise unless each file of a folder is as its manifest says.

    Args:
        folder: Where the files are.
        files: What the manifest says of them.
        is_known: They were read before: only their lengths are compared.

    Raises:
        ReleaseError: A file is missing, or a byte of it differs.
        ReleaseUnreadable: A file cannot be read just now.
    """
    for name, file in files.items():
        path = folder / name
        with _read_errors(path):
            if not path.is_file():
                raise _damaged(path, "The file is missing from the release.")
            is_same = path.stat().st_size == file.length
            if not is_same or (not is_known and digest_of(path) != file.sha256):
                raise _damaged(path, _DIFFERS)


def _damaged(path: Path, what: str) -> ReleaseError:
    return ReleaseError(what, where=str(path), remedy=_NOT_SERVED)
