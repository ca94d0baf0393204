"""Everything that was read, as one value: in memory what is small, on disk what is not."""

from __future__ import annotations

import hashlib
import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from publisher.bounds import DEFAULT_CHECK_LIMITS, CheckLimits
from publisher.errors import SourceError, SourceErrors, SourceSyntax
from publisher.load.files import CONTEXT, Role, SourcePath, find_queries, find_sources
from publisher.load.parse import (
    SourceFile,
    find_named_queries,
    read_file,
    read_named_query,
    read_text,
)
from publisher.rdf.guards import DEFAULT_READ_LIMITS, ReadLimits
from publisher.rdf.jsonld import Context
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.reading import read_json
from publisher.rdf.sorted_files import Sorter, merge_files
from publisher.system.files import make_temporary_folder, storage_errors
from publisher.system.processes import map_on_all_cores

_Read = TypeVar("_Read")
PUBLISHED = (Role.ONTOLOGY, Role.DATA, Role.CATALOGUE, Role.SHAPES)


@dataclass(frozen=True)
class Sources:
    """A folder of sources, read.

    Attributes:
        folder: Where it is.
        base_iri: Base of its names.
        files: Every RDF file, sorted by name.
        ground: What they say, sorted, on disk.
        context: ``ontology/context.jsonld``; the table of prefixes when there is none.
        rules: Name → text of each ``shapes/hygiene/*.rq``.
        queries: Name → text of each ``data/queries/*.rq``.
        bounds: What checking one of its rules, queries or shapes may take.
    """

    folder: Path
    base_iri: str
    files: tuple[SourceFile, ...] = field(repr=False)
    context: Context = field(repr=False)
    rules: Mapping[str, str] = field(repr=False)
    sorted_sources: SortedSources = field(repr=False, compare=False)
    queries: Mapping[str, str] = field(repr=False, default_factory=dict)
    bounds: CheckLimits = field(repr=False, compare=False, default=DEFAULT_CHECK_LIMITS)

    def of_role(self, *roles: Role) -> Iterator[SourceFile]:
        """Return the files of some roles."""
        return (file for file in self.files if file.role in roles)

    def quads(self, *roles: Role) -> Iterator[Quad]:
        """Return what the files of some roles say, each file in its graph."""
        for file in self.of_role(*roles):
            graph = NamedNode(self.base_iri + file.source.graph)
            for triple in file.triples:
                yield Quad(triple.subject, triple.predicate, triple.object, graph)

    def with_files(self, files: Sequence[SourceFile]) -> Sources:
        """Return the same sources with other files, in the order of their names.

        Raises:
            SourceError: A file is no longer as it was read.
        """
        sorted_sources, read = read_sorted_sources(files, self.base_iri, self.bounds.files)
        for file in read:
            if isinstance(file, SourceError):
                raise file
        return replace(self, files=tuple(files), sorted_sources=sorted_sources)

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """Return the table of prefixes with the publisher's own (``vann:``) in front.

        The shapes' own prefix is ``shape``.
        """
        own = {"shape": f"{self.base_iri}shapes#"}
        names: dict[str, dict[str, str]] = {}
        for quad in self.quads(Role.ONTOLOGY):
            if quad.predicate.value.startswith(PREFIXES["vann"]) and isinstance(
                quad.object, Literal
            ):
                names.setdefault(str(quad.subject), {})[quad.predicate.value] = quad.object.value
        for message in names.values():
            prefix = message.get(iri("vann:preferredNamespacePrefix"))
            namespace = message.get(iri("vann:preferredNamespaceUri"))
            if prefix and namespace:
                own[prefix] = namespace
        return own | dict(PREFIXES)


def read_sources(
    folder: Path, base_iri: str, bounds: CheckLimits = DEFAULT_CHECK_LIMITS
) -> Sources:
    """Return the sources of a folder.

    Args:
        folder: Where they are.
        base_iri: Base of their names.
        bounds: What reading one of the files, and checking one of its rules, may take.

    Raises:
        SourceError: A folder is missing or empty, or a file cannot be read or understood; with
            several such files, ``SourceErrors`` tells of each.
    """
    broken: list[SourceError] = []

    def attempt(read: Callable[..., _Read], *arguments: object) -> _Read | None:
        try:
            return read(*arguments)
        except SourceError as error:
            broken.append(error)
            return None

    sorted_sources, files = read_sorted_sources(find_sources(folder), base_iri, bounds.files)
    broken += [file for file in files if isinstance(file, SourceError)]
    context = attempt(_read_context, folder)
    rules = {path.name: attempt(_read_rule, folder, path) or "" for path in find_queries(folder)}
    queries = {
        path.name: attempt(read_named_query, folder, path) or ""
        for path in find_named_queries(folder)
    }
    if broken:
        raise broken[0] if len(broken) == 1 else SourceErrors(broken)
    read = tuple(file for file in files if isinstance(file, SourceFile))
    made = context or Context({})
    return Sources(folder, base_iri, read, made, rules, sorted_sources, queries, bounds)


def _read_rule(folder: Path, path: Path) -> str:
    return read_text(path, path.relative_to(folder).as_posix())


def _read_context(folder: Path) -> Context:
    path = folder / "ontology" / CONTEXT
    if not os.path.lexists(path):
        return Context(PREFIXES)
    try:
        name = f"ontology/{CONTEXT}"
        context: Any = read_json(read_text(path, name).encode(), name)
        context = context["@context"]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceSyntax(
            "This is not a JSON-LD context: {reason}.",
            where=f"ontology/{CONTEXT}",
            remedy='Write {{"@context": {{…}}}} as JSON in UTF-8; nothing was published.',
            reason=str(error),
        ) from error
    if not isinstance(context, dict):
        raise SourceSyntax(
            "The value of @context must be one JSON object.",
            where=f"ontology/{CONTEXT}",
            remedy="Write prefixes and terms out in the file; a context is never fetched.",
        )
    return _plain(context)


def _plain(definitions: Mapping[str, Any]) -> Context:
    try:
        return Context(definitions)
    except ValueError as error:
        raise SourceSyntax(
            "The context says more of '{key}' than this program reads.",
            where=f"ontology/{CONTEXT}",
            remedy="Write prefixes, aliases of keywords, and terms with @id and @type only.",
            key=str(error),
        ) from error


# What all files say, sorted, on disk: read as a stream, or looked up by what stands first.
#
# Files are read in parts, on all cores. However many there are, memory holds a part of them.

_BATCH_BYTES = 16 << 20
_TYPE = f" <{iri('rdf:type')}> ".encode()
_END = b" .\n"
_File = TypeVar("_File", SourcePath, SourceFile, SourcePath | SourceFile)
NO_GRAPH = b"-"


@dataclass(frozen=True)
class SortedSources:
    """The quads of all sources in sorted files, deleted with the last reference to it.

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
    defining_files: Path


@dataclass(frozen=True)
class _FileBatch:
    """Files that are read together: their numbers, and where the lines go."""

    files: tuple[tuple[int, SourcePath | SourceFile], ...]
    base_iri: str
    folder: Path
    number: int
    limits: ReadLimits


@dataclass(frozen=True)
class _BatchResult:
    """What one part gave."""

    files: list[SourceFile | SourceError]
    quads: list[Path]
    examples: list[Path]
    defining_files: list[Path]


def read_sorted_sources(
    found: Sequence[SourcePath | SourceFile],
    base_iri: str,
    limits: ReadLimits = DEFAULT_READ_LIMITS,
) -> tuple[SortedSources, list[SourceFile | SourceError]]:
    """Return the sorted quads, and each file or the error in it, in their order.

    A file that was read already is read again, and must be as it was. Space is taken where the
    system keeps temporary files (``TMPDIR``).

    Raises:
        StorageError: There is no room, or no right to write.
    """
    with storage_errors():
        return _read_into(found, base_iri, limits)


def _read_into(
    found: Sequence[SourcePath | SourceFile], base_iri: str, limits: ReadLimits
) -> tuple[SortedSources, list[SourceFile | SourceError]]:
    folder, delete = make_temporary_folder()
    sorted_sources = SortedSources(
        folder, folder / "quads.nq", folder / "examples.nq", folder / "homes.tsv"
    )
    weakref.finalize(sorted_sources, delete)
    parts = [
        _FileBatch(part, base_iri, folder, n, limits)
        for n, part in enumerate(cut_into_batches(found))
    ]
    read = list(map_on_all_cores(_read_batch, parts))
    merge_files([run for part in read for run in part.quads], sorted_sources.quads)
    merge_files([run for part in read for run in part.examples], sorted_sources.examples)
    merge_files(
        [run for part in read for run in part.defining_files], sorted_sources.defining_files
    )
    return sorted_sources, [file for part in read for file in part.files]


def cut_into_batches(files: Sequence[_File]) -> Iterator[tuple[tuple[int, _File], ...]]:
    """Yield files with their numbers, in parts of about the same length."""
    part: list[tuple[int, _File]] = []
    length = 0
    for number, file in enumerate(files):
        part.append((number, file))
        path = file.source.path if isinstance(file, SourceFile) else file.path
        length += path.stat().st_size if path.is_file() else 0
        if length >= _BATCH_BYTES:
            yield tuple(part)
            part, length = [], 0
    if part:
        yield tuple(part)


def _read_batch(part: _FileBatch) -> _BatchResult:
    start = part.folder / f"{part.number:06}"
    files: list[SourceFile | SourceError] = []
    with (
        Sorter(start.with_suffix(".quads")) as quads,
        Sorter(start.with_suffix(".examples")) as examples,
        Sorter(start.with_suffix(".homes")) as defining_files,
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
            for home in _defining_lines(lines, number, is_published=is_published):
                defining_files.add(home)
            end = f" <{part.base_iri}{source.graph}>".encode() + _END
            for line in lines:
                (quads if is_published else examples).add(line[: -len(_END)] + end)
    return _BatchResult(files, quads.runs, examples.runs, defining_files.runs)


def _read(
    found: SourcePath | SourceFile, base_iri: str, limits: ReadLimits
) -> tuple[SourceFile, tuple[Triple, ...]]:
    if isinstance(found, SourceFile):
        return found, found.triples
    return read_file(found, base_iri, limits)


def _defining_lines(lines: Iterable[bytes], number: int, *, is_published: bool) -> Iterator[bytes]:
    """Yield a line for each named subject of a file, from its sorted triples."""
    for subject, said in groupby(lines, lambda line: line.partition(b" ")[0]):
        if not subject.startswith(b"<"):
            continue
        block = b"".join(said)
        is_typed = block.startswith(subject + _TYPE) or b"\n" + subject + _TYPE in block
        digest = NO_GRAPH
        if is_typed and is_published:
            digest = hashlib.sha256(block).hexdigest().encode()
        yield b"\t".join((subject, b"1" if is_typed else b"0", b"%08d" % number, digest)) + b"\n"
