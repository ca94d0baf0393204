"""RDF that others wrote, in bytes → quads: a hostile file costs a sentence, not the process.

Every reader of files and of the web comes through here. What is ordinary is parsed at once; what
could take much time or memory for its size is parsed in a process of its own, which has limits.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

from pyoxigraph import Quad, QuadParser, RdfFormat, parse

from publisher.errors import ReadLimitExceeded, SourceSyntax
from publisher.rdf.guards import (
    DEFAULT_READ_LIMITS,
    TOKEN_BYTES,
    ReadLimits,
    needs_own_process,
    refuse_json_nesting,
    refuse_turtle_nesting,
    token_too_long,
)
from publisher.rdf.known_contexts import has_remote_context, with_known_contexts
from publisher.rdf.parse_apart import IS_LONG_TOKEN, REFUSED
from publisher.rdf.plain_xml import plain_xml

_BLOCK_BYTES = 1 << 20
# Of N-Triples and N-Quads: four terms of the parser's largest size.
_LINE_BYTES = 4 * TOKEN_BYTES
# An address as the value of @context, alone or in a list with others.
_REMOTE_CONTEXT = re.compile(rb'"@context"\s*+:\s*+(?:\[(?:[^\[\]{}"]|\{[^{}]*+\})*?)?"([^"\s]++)"')


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
    declared: dict[str, str] = {}
    content = _with_contexts(content, rdf_format, where)
    try:
        is_apart = needs_own_process(content, rdf_format, limits, where)
        if rdf_format == RdfFormat.RDF_XML:  # which is known to be well-formed by now
            content = plain_xml(content)
        if is_apart:
            content, declared = _read_in_process(content, rdf_format, base_iri, where, limits)
            rdf_format = RdfFormat.N_QUADS
        parser = parse(
            content, format=rdf_format, base_iri=base_iri, rename_blank_nodes=rename_blank_nodes
        )
        yield from _take(parser, rdf_format, len(content), limits, where, declared)
    except MemoryError as error:
        if IS_LONG_TOKEN in str(error):
            raise token_too_long(content, where) from error
        raise _memory_error(limits, len(content), where) from error
    except SyntaxError as error:
        if "LoadDocumentCallback" in str(error):
            raise _refuse_remote_context(content, where) from error
        raise
    if prefixes is not None:
        prefixes |= declared


def _with_contexts(content: bytes, rdf_format: RdfFormat, where: str) -> bytes:
    """Return a file with the contexts that it names by their addresses, where these are known."""
    if rdf_format != RdfFormat.JSON_LD or not has_remote_context(content):
        return content
    refuse_json_nesting(content, where)
    return with_known_contexts(content, where)


def _take(
    parser: QuadParser,
    rdf_format: RdfFormat,
    size: int,
    limits: ReadLimits,
    where: str,
    declared: dict[str, str],
) -> Iterator[Quad]:
    """Yield what a parser of a file of so many bytes yields, up to what is too much."""
    found: Iterator[Quad] = _with_prefixes(parser, rdf_format, declared)
    if rdf_format == RdfFormat.JSON_LD:
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


def _refuse_remote_context(content: bytes, where: str) -> SourceSyntax:
    found = _REMOTE_CONTEXT.search(content)
    position = found.start() if found else max(content.find(b'"@context"'), 0)
    return SourceSyntax(
        "Line {line}: the JSON-LD context {address} is on the web, and none is fetched.",
        where=where,
        remedy="Write what is at that address into the file, as the value of @context.",
        line=content.count(b"\n", 0, position) + 1,
        address=f"<{found[1].decode(errors='replace')}>" if found else "",
    )


def _read_in_process(
    content: bytes, rdf_format: RdfFormat, base_iri: str, where: str, limits: ReadLimits
) -> tuple[bytes, dict[str, str]]:
    """Return the quads of a file as N-Quads, and its prefixes, parsed in a process with limits."""
    size = len(content)
    most, length = limits.triples_for(size), limits.memory_for(size) // 4
    numbers = (limits.memory_for(size), limits.seconds_for(size), most, length)
    program = str(Path(__file__).with_name("parse_apart.py"))
    command = [sys.executable, "-P", program, rdf_format.media_type, base_iri, *map(str, numbers)]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=numbers[1], check=False
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
    if done.returncode != 0:
        raise _memory_error(limits, size, where)
    prefixes: dict[str, str] = json.loads(done.stderr)
    return done.stdout, prefixes


def _memory_error(limits: ReadLimits, size: int, where: str) -> ReadLimitExceeded:
    return ReadLimitExceeded(
        "It cannot be read within {seconds} seconds and {memory} MB.",
        where=where,
        remedy="Nest less, use fewer contexts, namespaces and attributes, or cut it into several"
        " files; else raise file_seconds and file_memory_mb.",
        seconds=round(limits.seconds_for(size)),
        memory=limits.memory_for(size) >> 20,
    )
