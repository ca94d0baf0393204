"""A dataset in each format of the dumps, subject by subject."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from pyoxigraph import RdfFormat, Triple, parse, serialize

from publisher.rdf.jsonld import Confused, Context
from publisher.rdf.media_types import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TURTLE, MediaType
from publisher.rdf.serialise import namespaces_of
from publisher.rdf.sorted_files import Quads, Sorter, merged, write_lines
from publisher.rdf.turtle import Blocks

Writer = Callable[[Quads, Path, Mapping[str, str], Context], None]
_END = b" .\n"


def _write_quads(quads: Quads, path: Path, prefixes: Mapping[str, str], context: Context) -> None:
    shutil.copyfile(quads.path, path)


def _write_triples(quads: Quads, path: Path, prefixes: Mapping[str, str], context: Context) -> None:
    write_lines(path, (line[: line.rindex(b" <")] + _END for line in quads.lines()))


def _write_turtle(quads: Quads, path: Path, prefixes: Mapping[str, str], context: Context) -> None:
    """Write Turtle: subjects by their IRIs, which is not the order of lines."""
    blocks = Blocks(prefixes)
    with TemporaryDirectory(dir=path.parent.parent) as folder, Sorter(Path(folder, "s")) as sorter:
        for line in quads.lines():
            sorter.add(_by_name(line))
        sorter.close()
        body = Path(folder, "body")
        with body.open("w", encoding="utf-8", newline="\n") as file:
            for number, triples in enumerate(_subjects(map(_as_line, merged(sorter.runs)))):
                file.write("\n" if number else "")
                file.write(blocks.block(triples))
        head = blocks.head()
        _join(path, (head + "\n" if head and quads.count else head).encode(), body)


def _by_name(line: bytes) -> bytes:
    """Return a line that sorts by the IRI of its subject: the bracket behind it would not."""
    return line[1:].replace(b"> ", b"\0> ", 1) if line.startswith(b"<") else line


def _as_line(line: bytes) -> bytes:
    return line if line.startswith(b"_:") else b"<" + line.replace(b"\0", b"", 1)


def _subjects(lines: Iterable[bytes]) -> Iterator[list[Triple]]:
    """Yield the triples of each subject."""
    for _, block in groupby(lines, lambda line: line.partition(b" ")[0]):
        yield [quad.triple for quad in parse(b"".join(block), format=RdfFormat.N_QUADS)]


def _write_json(quads: Quads, path: Path, prefixes: Mapping[str, str], context: Context) -> None:
    try:
        _write_nodes(quads, path, context)
    except Confused:
        _write_nodes(quads, path, context.without_prefixes())


def _write_nodes(quads: Quads, path: Path, context: Context) -> None:
    names: set[str] = set()
    with TemporaryDirectory(dir=path.parent.parent) as folder:
        body = Path(folder, "body")
        with body.open("w", encoding="utf-8", newline="\n") as file:
            for number, node in enumerate(context.nodes(quads)):
                file.write(",\n" if number else "")
                file.write(context.written(node, names))
            file.write("\n" + context.tail())
        _join(path, context.head(names).encode(), body)


def _join(path: Path, head: bytes, body: Path) -> None:
    """Write a file of a head that is known last, and a body."""
    with path.open("wb") as file, body.open("rb") as content:
        file.write(head)
        shutil.copyfileobj(content, file, 1 << 20)


def _write_xml(quads: Quads, path: Path, prefixes: Mapping[str, str], context: Context) -> None:
    used = namespaces_of(quads, prefixes)
    with path.open("wb") as file:
        _serialise((quad.triple for quad in quads), file, used)


def _serialise(triples: Iterable[Triple], file: BinaryIO, prefixes: dict[str, str]) -> None:
    serialize(triples, file, RdfFormat.RDF_XML, prefixes=prefixes)


WRITERS: Mapping[MediaType, Writer] = {
    N_QUADS: _write_quads,
    N_TRIPLES: _write_triples,
    TURTLE: _write_turtle,
    JSON_LD: _write_json,
    RDF_XML: _write_xml,
}
