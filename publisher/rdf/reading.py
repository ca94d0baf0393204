"""RDF that others wrote, in bytes → quads: a hostile file costs a sentence, not the process.

Every reader of files and of the web comes through here. What is ordinary is parsed at once; what
could take much time or memory for its size is parsed in a process of its own, which has limits.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol

from pyoxigraph import Quad, QuadParser, RdfFormat, parse

from publisher.errors import ReadLimitExceeded
from publisher.rdf.guards import (
    DEFAULT_READ_LIMITS,
    TOKEN_BYTES,
    ReadLimits,
    needs_own_process,
    refuse_json_nesting,
    refuse_turtle_nesting,
    token_too_long,
)
from publisher.rdf.known_contexts import (
    has_remote_context,
    unknown_context,
    with_known_contexts,
)
from publisher.rdf.parse_apart import IS_LONG_TOKEN, REFUSED
from publisher.rdf.parser_places import line_in_json_ld, line_in_xml
from publisher.rdf.plain_xml import plain_xml

# What a process of its own writes for larger files goes to a file, not through a pipe.
_PIPED_BYTES = 16 << 20
_BLOCK_BYTES = 1 << 20
# Of N-Triples and N-Quads: four terms of the parser's largest size.
_LINE_BYTES = 4 * TOKEN_BYTES
# An address as the value of @context, alone or in a list with others.
_REMOTE_CONTEXT = re.compile(
    rb'"@(?:context|import)"\s*+:\s*+(?:\[(?:[^\[\]{}"]|\{[^{}]*+\})*?)?"([^"\s]++)"'
)
# A term whose values are sorted by their types (JSON-LD 1.1, section 4.6.4): of these Oxigraph's
# parser reads names only, no things, and not the contexts of their types.
_TYPE_MAP = re.compile(rb'"@container"\s*+:\s*+(?:\[[^\[\]]*?)?"@type"')


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_quads(
    content: bytes,
    rdf_format: RdfFormat,
    base_iri: str,
    where: str,
    *,
    limits: ReadLimits = DEFAULT_READ_LIMITS,
    rename_blank_nodes: bool = False,
    prefixes: dict[str, str] | None = None,
) -> list[Quad]:
    """Return the quads of a file, in its order; ``stream_quads`` says what is what."""
    return list(
        stream_quads(
            content,
            rdf_format,
            base_iri,
            where,
            limits=limits,
            rename_blank_nodes=rename_blank_nodes,
            prefixes=prefixes,
        )
    )


def stream_quads(
    content: bytes,
    rdf_format: RdfFormat,
    base_iri: str,
    where: str,
    *,
    limits: ReadLimits = DEFAULT_READ_LIMITS,
    rename_blank_nodes: bool = False,
    prefixes: dict[str, str] | None = None,
) -> Iterator[Quad]:
    """Yield the quads of a file, in its order; memory holds the file, and of the quads one.

    Args:
        content: The file, in UTF-8 without a byte order mark.
        rdf_format: Its syntax.
        base_iri: Relative IRIs are resolved against it.
        where: How messages name the file.
        limits: What reading it may take.
        rename_blank_nodes: Give blank nodes new labels, which no other file has.
        prefixes: The prefixes that the file declares are added to it, each with its namespace.

    Raises:
        ReadLimitExceeded: It needs more than the limits allow.
        SourceSyntax: It names a JSON-LD context of the web that is not known here.
        SyntaxError: It is not what its syntax asks for, with ``lineno`` and ``offset`` where these
            are known.
    """
    content = _with_contexts(content, rdf_format, where)
    prepared = None
    try:
        prepared = _prepare(content, rdf_format, base_iri, where, limits)
        parser = parse(
            prepared.content,
            format=prepared.rdf_format,
            base_iri=base_iri,
            rename_blank_nodes=rename_blank_nodes,
        )
        yield from _take(parser, prepared, limits, where)
    except MemoryError as error:
        if IS_LONG_TOKEN in str(error):
            raise token_too_long(content, where) from error
        raise _memory_error(limits, len(content), where) from error
    except SyntaxError as error:
        _refuse_remote_context(error, content, where)
        error.lineno = error.lineno or _line_of(error, prepared or content, base_iri)
        raise
    if prefixes is not None:
        prefixes |= prepared.declared


@dataclass(frozen=True)
class _Prepared:
    """What is given to the parser: a file, or what a process of its own has read of one.

    Attributes:
        content: The bytes; those that a process has written, in a file without a name.
        size: How many they are.
        rdf_format: Their syntax.
        declared: Prefixes that are known already; those that the parser meets are added.
    """

    content: bytes | BinaryIO
    size: int
    rdf_format: RdfFormat
    declared: dict[str, str]


def _prepare(
    content: bytes, rdf_format: RdfFormat, base_iri: str, where: str, limits: ReadLimits
) -> _Prepared:
    """Return a file as the parser takes it, read in a process of its own where that is needed."""
    is_apart = needs_own_process(content, rdf_format, limits, where)
    has_type_maps = rdf_format == RdfFormat.JSON_LD and _TYPE_MAP.search(content) is not None
    if rdf_format == RdfFormat.RDF_XML:  # which is known to be well-formed by now
        content = plain_xml(content)
    if not is_apart and not has_type_maps:
        return _Prepared(content, len(content), rdf_format, {})
    options = "expand" if has_type_maps else ""
    lines, declared = _read_in_process(content, rdf_format, base_iri, where, limits, options)
    size = lines.seek(0, os.SEEK_END)
    lines.seek(0)
    return _Prepared(lines, size, RdfFormat.N_QUADS, declared)


def _line_of(error: SyntaxError, file: _Prepared | bytes, base_iri: str) -> int | None:
    """Return the line of what a parser complains about that does not say it.

    A file that a process of its own has refused is not read here.
    """
    if isinstance(file, bytes):
        return line_in_json_ld(file, str(error.msg))
    if not isinstance(file.content, bytes):
        return None
    if file.rdf_format == RdfFormat.RDF_XML:
        return line_in_xml(file.content, base_iri)
    return line_in_json_ld(file.content, str(error.msg))


def _with_contexts(content: bytes, rdf_format: RdfFormat, where: str) -> bytes:
    """Return a file with the contexts that it names by their addresses, where these are known."""
    if rdf_format != RdfFormat.JSON_LD or not has_remote_context(content):
        return content
    refuse_json_nesting(content, where)
    return with_known_contexts(content, where)


def _take(
    parser: QuadParser, prepared: _Prepared, limits: ReadLimits, where: str
) -> Iterator[Quad]:
    """Yield what the parser of a file yields, up to what is too much for its size."""
    found: Iterator[Quad] = _with_prefixes(parser, prepared.rdf_format, prepared.declared)
    size = prepared.size
    if prepared.rdf_format == RdfFormat.JSON_LD:
        found = _limit_growth(found, limits.memory_for(size), where)
    most = limits.triples_for(size)
    yield from islice(found, most)
    if next(found, None) is not None:
        raise _too_many(most, where)


def _with_prefixes(
    parser: QuadParser, rdf_format: RdfFormat, declared: dict[str, str]
) -> Iterator[Quad]:
    """Yield what a parser yields, and note the prefixes that it has met."""
    if rdf_format == RdfFormat.RDF_XML:
        # They are those of the elements around the place that was reached.
        yield from islice(parser, 1)
        declared |= parser.prefixes
    yield from parser
    declared |= parser.prefixes


def read_quads_by_line(stream: _Readable, rdf_format: RdfFormat, where: str) -> Iterator[Quad]:
    """Yield the quads of a stream of N-Triples or N-Quads; memory holds a part at a time.

    Args:
        stream: The bytes; ``read`` of it is asked for more until it gives none.
        rdf_format: ``RdfFormat.N_TRIPLES`` or ``RdfFormat.N_QUADS``.
        where: How messages name it.

    Raises:
        ReadLimitExceeded: A term is too deep or too long for the parser.
        SyntaxError: It is not what its syntax asks for.
    """
    for block in _whole_lines(stream, where):
        refuse_turtle_nesting(block, DEFAULT_READ_LIMITS.nesting, where)
        try:
            yield from parse(block, format=rdf_format)
        except MemoryError as error:
            raise token_too_long(block, where) from error


def _whole_lines(stream: _Readable, where: str) -> Iterator[bytes]:
    """Yield a stream in blocks that end with a line."""
    rest = bytearray()
    while block := stream.read(_BLOCK_BYTES):
        end = block.rfind(b"\n") + 1
        if end:
            yield bytes(rest) + block[:end]
            rest.clear()
        rest += block[end:]
        if len(rest) > _LINE_BYTES:
            raise ReadLimitExceeded(
                "A line of it is longer than {most} MB.",
                where=where,
                remedy="Write N-Triples or N-Quads, with a triple on each line.",
                most=_LINE_BYTES >> 20,
            )
    if rest:
        yield bytes(rest)


def read_json(content: bytes, where: str) -> object:
    """Return what JSON says (RFC 8259, which asks for UTF-8); it needs up to 24 times its size.

    Args:
        content: The file.
        where: How messages name it.

    Raises:
        ReadLimitExceeded: It nests too deeply.
        ValueError: It is no JSON.
    """
    refuse_json_nesting(content, where)
    return json.loads(content.decode())


def _limit_growth(quads: Iterable[Quad], most: int, where: str) -> Iterator[Quad]:
    """Yield quads until their text exceeds a number of bytes, then raise."""
    length = 0
    for quad in quads:
        length += len(str(quad))
        if length > most:
            raise _too_long(most, where)
        yield quad


def _too_long(most: int, where: str) -> ReadLimitExceeded:
    return ReadLimitExceeded(
        "It grows to more than {most} MB when it is read.",
        where=where,
        remedy="Give prefixes and bases shorter addresses, or raise file_memory_mb.",
        most=most >> 20,
    )


def _too_many(most: int, where: str) -> ReadLimitExceeded:
    return ReadLimitExceeded(
        "It holds more than {most} triples, which is too much for a file of its size.",
        where=where,
        remedy="Cut it into several files, or raise file_memory_mb.",
        most=most,
    )


def _refuse_remote_context(error: SyntaxError, content: bytes, where: str) -> None:
    """Raise ``SourceSyntax`` where a parser stopped at a context that it would have to fetch."""
    if "LoadDocumentCallback" not in str(error):
        return
    found = _REMOTE_CONTEXT.search(content)
    position = found.start() if found else max(content.find(b'"@context"'), 0)
    address = found[1].decode(errors="replace") if found else ""
    raise unknown_context(address, content.count(b"\n", 0, position) + 1, where) from error


def _read_in_process(
    content: bytes,
    rdf_format: RdfFormat,
    base_iri: str,
    where: str,
    limits: ReadLimits,
    options: str,
) -> tuple[BinaryIO, dict[str, str]]:
    """Return the quads of a file as N-Quads, and its prefixes, parsed in a process with limits.

    Those of a large file are in a file too, which is gone when it is closed: memory holds enough.
    """
    size = len(content)
    most, length = limits.triples_for(size), limits.memory_for(size) // 4
    numbers = (limits.memory_for(size), limits.seconds_for(size), most, length)
    program = str(Path(__file__).with_name("parse_apart.py"))
    command = [sys.executable, "-P", program, rdf_format.media_type, base_iri, options]
    command += map(str, numbers)
    file = tempfile.TemporaryFile() if size > _PIPED_BYTES else None  # noqa: SIM115  to be read
    try:
        done = subprocess.run(
            command,
            input=content,
            stdout=file or subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=numbers[1],
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _memory_error(limits, size, where) from error
    if done.returncode == REFUSED:
        reason = json.loads(done.stderr)
        if reason["kind"] == "syntax":
            position = (None, reason["line"], reason["column"], None)
            raise SyntaxError(reason["message"], position)
        if reason["kind"] == "triples":
            raise _too_many(most, where)
        if reason["kind"] == "token":
            raise token_too_long(content, where)
        if reason["kind"] == "length":
            raise _too_long(length, where)
        if reason["kind"] == "storage":
            raise OSError(reason["line"], reason["message"], tempfile.gettempdir())
    if done.returncode != 0:
        raise _memory_error(limits, size, where)
    prefixes: dict[str, str] = json.loads(done.stderr)
    return file or BytesIO(done.stdout), prefixes


def _memory_error(limits: ReadLimits, size: int, where: str) -> ReadLimitExceeded:
    return ReadLimitExceeded(
        "It cannot be read within {seconds} seconds and {memory} MB.",
        where=where,
        remedy="Nest less, use fewer contexts, namespaces and attributes, or cut it into several"
        " files; else raise file_seconds and file_memory_mb.",
        seconds=round(limits.seconds_for(size)),
        memory=limits.memory_for(size) >> 20,
    )
