"""What all files say, sorted, on disk: read as a stream, or looked up by what stands first.

Files are read in parts, on all cores. However many there are, memory holds a part of them.
"""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from pyoxigraph import RdfFormat, Triple, serialize

from publisher.errors import SourceError
from publisher.load.files import Role, SourcePath
from publisher.load.parse import SourceFile, read_file
from publisher.rdf.guards import LIMITS, Limits
from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import Sorter, merge
from publisher.system.files import make_temporary_folder, storage_errors
from publisher.system.processes import on_all_cores

_PART_BYTES = 16 << 20
_TYPE = f" <{iri('rdf:type')}> ".encode()
_END = b" .\n"
_File = TypeVar("_File", SourcePath, SourceFile, SourcePath | SourceFile)
NONE = b"-"


@dataclass(frozen=True)
class Ground:
    """What all files say; the files are deleted with the last reference to it.

    Attributes:
        folder: Where the files are.
        quads: What is published, as sorted N-Quads; blank nodes have names of this run.
        examples: What the examples say, the same way.
        homes: Where each named subject stands: lines of ``<IRI>``, whether its type is said
            there (1 or 0), the number of the file, and a digest of what a published file with
            its type says of it (else a hyphen), with tabs between.
    """

    folder: Path
    quads: Path
    examples: Path
    homes: Path


@dataclass(frozen=True)
class _Part:
    """Files that are read together: their numbers, and where the lines go."""

    files: tuple[tuple[int, SourcePath | SourceFile], ...]
    base_iri: str
    folder: Path
    number: int
    limits: Limits


@dataclass(frozen=True)
class _Read:
    """What one part gave."""

    files: list[SourceFile | SourceError]
    quads: list[Path]
    examples: list[Path]
    homes: list[Path]


def read_ground(
    found: Sequence[SourcePath | SourceFile], base_iri: str, limits: Limits = LIMITS
) -> tuple[Ground, list[SourceFile | SourceError]]:
    """Return what files say, and each file, or what is wrong with it, in their order.

    A file that was read already is read again, and must be as it was. Space is taken where the
    system keeps temporary files (``TMPDIR``).

    Raises:
        StorageError: There is no room, or no right to write.
    """
    with storage_errors():
        return _read_ground(found, base_iri, limits)


def _read_ground(
    found: Sequence[SourcePath | SourceFile], base_iri: str, limits: Limits
) -> tuple[Ground, list[SourceFile | SourceError]]:
    folder, delete = make_temporary_folder()
    ground = Ground(folder, folder / "quads.nq", folder / "examples.nq", folder / "homes.tsv")
    weakref.finalize(ground, delete)
    parts = [_Part(part, base_iri, folder, n, limits) for n, part in enumerate(cut(found))]
    read = list(on_all_cores(_read_part, parts))
    merge([run for part in read for run in part.quads], ground.quads)
    merge([run for part in read for run in part.examples], ground.examples)
    merge([run for part in read for run in part.homes], ground.homes)
    return ground, [file for part in read for file in part.files]


def cut(files: Sequence[_File]) -> Iterator[tuple[tuple[int, _File], ...]]:
    """Yield files with their numbers, in parts of about the same length."""
    part: list[tuple[int, _File]] = []
    length = 0
    for number, file in enumerate(files):
        part.append((number, file))
        path = file.source.path if isinstance(file, SourceFile) else file.path
        length += path.stat().st_size if path.is_file() else 0
        if length >= _PART_BYTES:
            yield tuple(part)
            part, length = [], 0
    if part:
        yield tuple(part)


def _read_part(part: _Part) -> _Read:
    start = part.folder / f"{part.number:06}"
    files: list[SourceFile | SourceError] = []
    with (
        Sorter(start.with_suffix(".quads")) as quads,
        Sorter(start.with_suffix(".examples")) as examples,
        Sorter(start.with_suffix(".homes")) as homes,
    ):
        for number, found in part.files:
            try:
                file, triples = _read(found, part.base_iri, part.limits)
            except SourceError as error:
                files.append(error)
                continue
            files.append(file)
            source = file.source
            lines = sorted((serialize(triples, format=RdfFormat.N_TRIPLES) or b"").splitlines(True))
            is_published = source.role is not Role.EXAMPLE
            for home in _homes(lines, number, is_published=is_published):
                homes.add(home)
            end = f" <{part.base_iri}{source.graph}>".encode() + _END
            for line in lines:
                (quads if is_published else examples).add(line[: -len(_END)] + end)
    return _Read(files, quads.runs, examples.runs, homes.runs)


def _read(
    found: SourcePath | SourceFile, base_iri: str, limits: Limits
) -> tuple[SourceFile, tuple[Triple, ...]]:
    if isinstance(found, SourceFile):
        return found, found.triples
    return read_file(found, base_iri, limits)


def _homes(lines: Iterable[bytes], number: int, *, is_published: bool) -> Iterator[bytes]:
    """Yield a line for each named subject of a file, from its sorted triples."""
    for subject, said in groupby(lines, lambda line: line.partition(b" ")[0]):
        if not subject.startswith(b"<"):
            continue
        block = b"".join(said)
        is_typed = block.startswith(subject + _TYPE) or b"\n" + subject + _TYPE in block
        digest = NONE
        if is_typed and is_published:
            digest = hashlib.sha256(block).hexdigest().encode()
        yield b"\t".join((subject, b"1" if is_typed else b"0", b"%08d" % number, digest)) + b"\n"
