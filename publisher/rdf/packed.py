"""Packed files (gzip, ZIP) → what is in them, within limits: a bomb costs a sentence.

A packed file may grow so many times, and is unpacked in memory, never onto the disk: the names in
it lead nowhere.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from publisher.errors import ReadLimitExceeded, SourceSyntax
from publisher.rdf.guards import ReadLimits, file_too_large

GZIP, ZIP = ".gz", ".zip"
_GZIP_MARK, _ZIP_MARKS = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
# Dumps with long names shrink to a hundredth; what shrinks more is not written by people.
_GROWTH = 100
_GROWTH_FREE = 32 << 20
# Members of a gzip file: some writers begin one for every 64 KB. Each takes time, be it empty.
_MEMBER_MARK, _MOST_GZIP_MEMBERS = b"\x1f\x8b\x08", 100_000
# Each is found anew in the list of all.
_MOST_MEMBERS = 2_000


@dataclass(frozen=True)
class PackedFile:
    """A file in a ZIP archive.

    Attributes:
        name: As the archive has it.
        length: Of its content, in bytes, as the archive says.
    """

    name: str
    length: int


def is_packed(name: str) -> bool:
    """Tell whether a file name is one of a packed file."""
    return name.lower().endswith((GZIP, ZIP))


def unpack_gzip(content: bytes, limits: ReadLimits, where: str, most: int | None = None) -> bytes:
    """Return the content of a gzip file (RFC 1952), of all of its members.

    A file that is not packed comes back as it is: servers and browsers unpack without renaming.

    Args:
        content: The file.
        limits: What reading it may take.
        where: How messages name it.
        most: Return no more than so many bytes of its beginning; None for all.

    Raises:
        ReadLimitExceeded: It grows beyond the limits.
        SourceSyntax: It is damaged.
    """
    if not content.startswith(_GZIP_MARK):
        return content
    allowed = _most_bytes(len(content), limits)
    if content.count(_MEMBER_MARK) > _MOST_GZIP_MEMBERS:
        raise _damaged(where)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            found = stream.read(allowed + 1 if most is None else most)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise _damaged(where) from error
    if len(found) > allowed:
        raise _grows(allowed, where)
    return found


def unpack_feed(content: bytes, limits: ReadLimits, where: str) -> tuple[str, bytes]:
    """Return name and content of the one file in an archive; of gzip, or nothing, no name.

    Raises:
        ReadLimitExceeded: It grows beyond the limits.
        SourceSyntax: It is damaged, or holds several files.
    """
    if not content.startswith(_ZIP_MARKS):
        return "", unpack_gzip(content, limits, where)
    archive = io.BytesIO(content)
    members = [m for m in list_zip(archive, limits, where) if not _is_of_the_packer(m.name)]
    if len(members) != 1:
        raise SourceSyntax(
            "The archive holds {count} files: {names}.",
            where=where,
            remedy="Unpack it, and name the file that is meant.",
            count=len(members),
            names=", ".join(m.name for m in members[:5]) or "-",
        )
    name = members[0].name
    return name, unpack_member(archive, name, limits, where)


def _is_of_the_packer(name: str) -> bool:
    """Tell whether a program that packs has put a file beside the others."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] in (".DS_Store", "Thumbs.db")


def list_zip(path: Path | BinaryIO, limits: ReadLimits, where: str) -> list[PackedFile]:
    """Return the files in a ZIP archive, in its order, without folders.

    Raises:
        ReadLimitExceeded: They are too many, or too large together.
        SourceSyntax: It is no ZIP archive.
        OSError: It cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = [
                PackedFile(m.filename, m.file_size) for m in archive.infolist() if not m.is_dir()
            ]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise _damaged(where) from error
    if len(found) > _MOST_MEMBERS:
        raise ReadLimitExceeded(
            "The archive holds {count} files; at most {most} are read.",
            where=where,
            remedy="Cut it into several archives.",
            count=len(found),
            most=_MOST_MEMBERS,
        )
    length = sum(member.length for member in found)
    if length > limits.file_bytes:
        raise file_too_large(length, limits.file_bytes, where)
    return found


def unpack_member(
    path: Path | BinaryIO, name: str, limits: ReadLimits, where: str, most: int | None = None
) -> bytes:
    """Return one file of a ZIP archive.

    Args:
        path: The archive.
        name: Which of its files.
        limits: What reading it may take.
        where: How messages name the file.
        most: Return no more than so many bytes of its beginning; None for all.

    Raises:
        ReadLimitExceeded: It grows beyond the limits.
        SourceSyntax: The archive is damaged, needs a password or packs in a way not known here.
        OSError: It cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo(name)
            allowed = _most_bytes(member.compress_size, limits)
            if member.file_size > allowed:
                raise _grows(allowed, where)
            with archive.open(member) as stream:
                return stream.read(allowed if most is None else most)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError) as error:
        raise _damaged(where) from error
    except RuntimeError as error:  # a password, or (NotImplementedError) another method
        raise SourceSyntax(
            "The archive is locked, or packed in a way that is not read here.",
            where=where,
            remedy="Pack it anew without a password, with DEFLATE; or unpack it.",
        ) from error


def is_archive(content: bytes) -> bool:
    """Tell whether bytes are packed (again): those are not unpacked."""
    is_tar = content[257:262] == b"ustar"
    return is_tar or content.startswith((_GZIP_MARK, *_ZIP_MARKS))


def _most_bytes(packed: int, limits: ReadLimits) -> int:
    return min(limits.file_bytes, _GROWTH_FREE + _GROWTH * packed)


def _grows(most: int, where: str) -> ReadLimitExceeded:
    return ReadLimitExceeded(
        "Unpacked it has more than {most} MB, which is too much for its size.",
        where=where,
        remedy="Unpack it, look at what is in it, and cut it into several files.",
        most=most >> 20,
    )


def _damaged(where: str) -> SourceSyntax:
    return SourceSyntax(
        "The packed file is damaged.",
        where=where,
        remedy="Pack it anew, or unpack it; nothing was published.",
    )
