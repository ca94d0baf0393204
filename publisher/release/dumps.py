"""Whole datasets as files, in every format and compressed; none is ever in memory as a whole."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from pyoxigraph import RdfFormat, Triple, serialize

from publisher.load.files import CATALOGUE, DATASET
from publisher.rdf import media_types
from publisher.rdf.escaped_names import with_escaped_names
from publisher.rdf.jsonld import AmbiguousPrefix, Context
from publisher.rdf.language_tags import line_with_written_tag
from publisher.rdf.media_types import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TURTLE, MediaType
from publisher.rdf.serialise import used_prefixes_of_lines
from publisher.rdf.sorted_files import (
    Quads,
    Sorter,
    blocks_of_subjects,
    merge_lines,
    write_lines,
)
from publisher.rdf.turtle import PUBLISHED, BlockWriter
from publisher.rdf.well_formed import (
    BrokenXml,
    copy_well_formed,
    is_reserved,
    with_types_as_properties,
)
from publisher.release.model import DUMPS
from publisher.system.processes import map_on_all_cores

_CHUNK = 1 << 20
_LEVEL = 6
_GZIP_WINDOW = 31
# So many quads are written before other processes have begun.
_IN_MEMORY_QUADS = 50_000


def by_dataset(graphs: Mapping[str, Quads], base_iri: str) -> dict[str, Quads]:
    """Return dataset name → its quads, for the graphs that are datasets, sorted by name."""
    start = base_iri + DATASET
    return {n.removeprefix(start): q for n, q in sorted(graphs.items()) if n.startswith(start)}


def without_dump(graphs: Mapping[str, Quads], base_iri: str) -> Iterator[bytes]:
    """Yield the lines of graphs that no other file of a release holds: the shapes."""
    catalogue, dataset = base_iri + CATALOGUE, base_iri + DATASET
    for name, quads in sorted(graphs.items()):
        if name != catalogue and not name.startswith(dataset):
            yield from quads.lines()


@dataclass(frozen=True)
class _Dump:
    """A file to be written."""

    quads: Quads
    path: Path
    media_type: str
    prefixes: dict[str, str]
    context: dict[str, object]


def write_dumps(
    folder: Path,
    datasets: Mapping[str, Quads],
    prefixes: Mapping[str, str],
    context: Context,
    in_graphs: Mapping[str, Quads] | None = None,
) -> None:
    """Write ``dumps/<dataset>.<extension>`` and ``….gz`` for each dataset and format.

    There is no RDF/XML of a dataset that it cannot carry.

    Args:
        folder: Of the release.
        datasets: Name of a dataset → its quads.
        prefixes: Prefix → namespace.
        context: For JSON-LD.
        in_graphs: Of datasets with graphs of their own, the same in these; N-Quads keep them.
    """
    (folder / DUMPS).mkdir()
    given = dict(prefixes), dict(context)
    of_graphs = {**datasets, **(in_graphs or {})}
    dumps = [
        _Dump(
            of_graphs[name] if media_type is N_QUADS else quads,
            folder / DUMPS / f"{name}.{media_type.extension}",
            media_type.name,
            *given,
        )
        for name, quads in datasets.items()
        for media_type in media_types.DUMPS
    ]
    is_small = sum(quads.count for quads in datasets.values()) < _IN_MEMORY_QUADS
    parts = [dumps] if is_small else [[dump] for dump in dumps]
    for _ in map_on_all_cores(_write, parts):
        pass


def _write(dumps: Iterable[_Dump]) -> None:
    for dump in dumps:
        write = WRITERS[media_types.BY_NAME[dump.media_type]]
        write(dump.quads, dump.path, dump.prefixes, Context(dump.context))
        if dump.path.is_file():
            _compress(dump.path)


def _compress(path: Path) -> None:
    """Write a file compressed, without the time of day in it."""
    stream = zlib.compressobj(_LEVEL, wbits=_GZIP_WINDOW)
    with path.open("rb") as content, path.with_name(path.name + ".gz").open("wb") as file:
        while chunk := content.read(_CHUNK):
            file.write(stream.compress(chunk))
        file.write(stream.flush())


# A dataset in each format of the dumps, subject by subject.

Writer = Callable[[Quads, Path, Mapping[str, str], Context], None]
_END = b" .\n"


def _write_quads(quads: Quads, path: Path, prefixes: Mapping[str, str], context: Context) -> None:
    write_lines(path, map(line_with_written_tag, quads.lines()))


def _write_triples(quads: Quads, path: Path, prefixes: Mapping[str, str], context: Context) -> None:
    triples = (line[: line.rindex(b" <")] + _END for line in quads.lines())
    write_lines(path, map(with_escaped_names, map(line_with_written_tag, triples)))


def _write_turtle(quads: Quads, path: Path, prefixes: Mapping[str, str], context: Context) -> None:
    """Write Turtle: subjects by their IRIs, which is not the order of lines."""
    blocks = BlockWriter(prefixes, declaration=PUBLISHED)
    with TemporaryDirectory(dir=path.parent.parent) as folder, Sorter(Path(folder, "s")) as sorter:
        for subject, lines in blocks_of_subjects(quads.lines()):
            sorter.add(_by_name(subject, lines))
        sorter.close()
        body = Path(folder, "body")
        with body.open("wb", _CHUNK) as file:
            for number, line in enumerate(merge_lines(sorter.runs)):
                file.write(b"\n" if number else b"")
                file.write(blocks.block(*_subject_and_lines(line)).encode())
        head = blocks.head()
        _write_with_head(path, (head + "\n" if head and quads.count else head).encode(), body)


# Neither stands in N-Quads: what says of one subject is one line, sorted by its IRI alone, since
# the bracket behind it sorts otherwise.
_NAME_END, _LINE_END = b"\0", b"\1"


def _by_name(subject: bytes, lines: Iterable[bytes]) -> bytes:
    """Return the lines of a subject as one, which sorts by its IRI."""
    name = subject[1:-1] if subject.startswith(b"<") else subject
    return name + _NAME_END + b"".join(lines)[:-1].replace(b"\n", _LINE_END) + b"\n"


def _subject_and_lines(line: bytes) -> tuple[bytes, list[bytes]]:
    """Return the subject and the lines, without their line feeds, that were made one."""
    name, _, rest = line[:-1].partition(_NAME_END)
    return (name if name.startswith(b"_:") else b"<" + name + b">"), rest.split(_LINE_END)


def _write_json(quads: Quads, path: Path, prefixes: Mapping[str, str], context: Context) -> None:
    try:
        _write_nodes(quads, path, context)
    except AmbiguousPrefix:
        _write_nodes(quads, path, context.without_prefixes())


def _write_nodes(quads: Quads, path: Path, context: Context) -> None:
    writer = context.line_writer()
    with TemporaryDirectory(dir=path.parent.parent) as folder:
        body = Path(folder, "body")
        with body.open("wb", _CHUNK) as file:
            for number, (subject, lines) in enumerate(blocks_of_subjects(quads.lines())):
                file.write(b",\n" if number else b"")
                file.write(writer.node(subject, lines))
            file.write(b"\n" + context.tail().encode())
        _write_with_head(path, context.head(writer.names).encode(), body)


def _write_with_head(path: Path, head: bytes, body: Path) -> None:
    """Write a file of a head that is known last, and a body."""
    with path.open("wb") as file, body.open("rb") as content:
        file.write(head)
        shutil.copyfileobj(content, file, 1 << 20)


def _write_xml(quads: Quads, path: Path, prefixes: Mapping[str, str], context: Context) -> None:
    """Write RDF/XML, or nothing where it cannot carry the dataset: the check has said so."""
    used = used_prefixes_of_lines(quads.lines(), prefixes)
    triples = with_types_as_properties(quad.triple for quad in quads)
    with TemporaryDirectory(dir=path.parent.parent) as folder:
        written = Path(folder, "written")
        try:
            with written.open("wb") as file:
                _serialise(triples, file, used)
            with written.open("rb") as file, path.open("wb") as target:
                copy_well_formed(file, target)
        except (BrokenXml, ValueError) as error:
            if not (isinstance(error, BrokenXml) or is_reserved(error)):
                raise
            path.unlink(missing_ok=True)


def _serialise(triples: Iterable[Triple], file: BinaryIO, prefixes: dict[str, str]) -> None:
    serialize(triples, file, RdfFormat.RDF_XML, prefixes=prefixes)


WRITERS: Mapping[MediaType, Writer] = {
    N_QUADS: _write_quads,
    N_TRIPLES: _write_triples,
    TURTLE: _write_turtle,
    JSON_LD: _write_json,
    RDF_XML: _write_xml,
}
