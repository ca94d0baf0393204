"""One file → triples; a syntax error names file, line, column and what was expected.

A file is read again whenever somebody asks what is in it, so that memory holds a few at a time.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, Triple

from publisher.errors import SourceError, SourceMissing, SourceSyntax
from publisher.load.files import Role, SourcePath
from publisher.rdf import media_types
from publisher.rdf.guards import LIMITS, Limits, too_large
from publisher.rdf.reading import read

_PLACE = re.compile(r"^Parser error (?:at|between) line .*?: ", re.DOTALL)
_PREFIX = re.compile(r"^\s*@?prefix\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class SourceFile:
    """A source file that was read; it is read again for whoever asks what is in it.

    Attributes:
        source: Where it is and what it is for.
        base_iri: Relative IRIs in it are resolved against this.
        sha256: Digest of its bytes when it was read first.
        prefixes: Prefix → namespace, as declared in it.
        given: What stands in it, or will, when that is not what the disk has.
        limits: What reading it may take.
    """

    source: SourcePath
    base_iri: str
    sha256: str
    prefixes: dict[str, str] = field(repr=False)
    given: str | None = field(default=None, repr=False)
    limits: Limits = field(default=LIMITS, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Return the file's name relative to the folder of the sources."""
        return self.source.name

    @property
    def role(self) -> Role:
        """Return what the file is for."""
        return self.source.role

    @property
    def text(self) -> str:
        """Return its content.

        Raises:
            SourceError: It has changed since it was read first.
        """
        if self.given is not None:
            return self.given
        text, sha256 = _read(self.source.path, self.name, self.limits.file_bytes)
        if sha256 != self.sha256:
            raise SourceError(
                "The file was changed while it was read.",
                where=self.name,
                remedy="Begin again; nothing was published.",
            )
        return text

    @property
    def triples(self) -> tuple[Triple, ...]:
        """Return what it says, in the order of the file; its blank nodes are new ones each time.

        Raises:
            SourceError: It has changed since it was read first.
        """
        return _triples(self.source, self.text, self.base_iri, self.limits)


def read_text(path: Path, name: str, limits: Limits = LIMITS) -> str:
    """Return the content of a file, without a byte order mark.

    Args:
        path: Where it is.
        name: How messages name it.
        limits: How large it may be.

    Raises:
        SourceError: It cannot be read.
        ReadLimit: It is larger than that.
        SourceSyntax: It is not UTF-8.
    """
    return _read(path, name, limits.file_bytes)[0]


def _read(path: Path, name: str, most: int = LIMITS.file_bytes) -> tuple[str, str]:
    """Return the content of a file and the SHA-256 of its bytes."""
    try:
        if path.stat().st_size > most:
            raise too_large(path.stat().st_size, most, name)
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(
            "The file cannot be read: {reason}.",
            where=name,
            remedy="Give yourself the right to read it, or take it away; nothing was published.",
            reason=error.strerror,
        ) from error
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise SourceSyntax(
            "The file is not UTF-8: byte {position} (line {line}) is 0x{byte:02X}.",
            where=name,
            remedy="Save it with the encoding UTF-8; nothing was published.",
            position=error.start,
            line=content.count(b"\n", 0, error.start) + 1,
            byte=content[error.start],
        ) from error
    return text, hashlib.sha256(content).hexdigest()


def declared_in(text: str) -> dict[str, str]:
    """Return prefix → namespace, as a Turtle or TriG file declares them."""
    return dict(_PREFIX.findall(text))


def _is_of_rdf_1_2(triple: Triple) -> bool:
    term = triple.object
    return isinstance(term, Triple) or (isinstance(term, Literal) and term.direction is not None)


def syntax_error(source: SourcePath, text: str, error: SyntaxError) -> SourceSyntax:
    """Return the error that tells a person where a file is not what its extension says."""
    line, column = error.lineno or 1, error.offset or 1
    lines = text.splitlines()
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    return SourceSyntax(
        "Line {line}, column {column}: {expected}.",
        where=source.name,
        remedy="Look at: {shown}\n  Mend that line, or the end of the one before it;"
        " nothing was published.",
        line=line,
        column=column,
        expected=_PLACE.sub("", str(error.msg)).rstrip("."),
        shown=shown.strip()[:120],
    )


def parse_file(source: SourcePath, base_iri: str, limits: Limits = LIMITS) -> SourceFile:
    """Return a source file that can be read.

    Args:
        source: The file.
        base_iri: Relative IRIs in the file are resolved against it.
        limits: What reading it may take.

    Raises:
        SourceError: It cannot be read.
        ReadLimit: It takes more than that.
        SourceSyntax: It is not UTF-8, or not what its extension says.
        SourceMissing: It holds no triple.
    """
    return read_file(source, base_iri, limits)[0]


def parse_text(source: SourcePath, text: str, base_iri: str, limits: Limits = LIMITS) -> SourceFile:
    """Return a source file as it would be with a text.

    Args:
        source: The file; it is not read.
        text: What stands in it, or will.
        base_iri: Relative IRIs in the text are resolved against it.
        limits: What reading it may take.

    Raises:
        ReadLimit: It takes more than that.
        SourceSyntax: It is not what its extension says.
        SourceMissing: It holds no triple.
    """
    _parse(source, text, base_iri, limits)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return SourceFile(source, base_iri, sha256, declared_in(text), text, limits)


def read_file(
    source: SourcePath, base_iri: str, limits: Limits = LIMITS
) -> tuple[SourceFile, tuple[Triple, ...]]:
    """Return a source file with what it says; raises what ``parse_file`` raises."""
    text, sha256 = _read(source.path, source.name, limits.file_bytes)
    triples = _parse(source, text, base_iri, limits)
    return SourceFile(source, base_iri, sha256, declared_in(text), limits=limits), triples


def _parse(source: SourcePath, text: str, base_iri: str, limits: Limits) -> tuple[Triple, ...]:
    """Return what a text says, if it is what a source may say."""
    triples = _triples(source, text, base_iri, limits)
    if younger := next(filter(_is_of_rdf_1_2, triples), None):
        raise SourceSyntax(
            "The file uses RDF 1.2: {term}.",
            where=source.name,
            remedy="Say it in RDF 1.1, which is what portals read; nothing was published.",
            term=younger.object,
        )
    if not triples:
        raise SourceMissing(
            "The file holds no triple.",
            where=source.name,
            remedy="Fill it or take it away; nothing was published.",
        )
    return triples


def _triples(source: SourcePath, text: str, base_iri: str, limits: Limits) -> tuple[Triple, ...]:
    media_type = media_types.of_file(source.name)
    assert media_type is not None
    assert media_type.rdf_format is not None
    try:
        quads = read(text.encode(), media_type.rdf_format, base_iri, source.name, limits=limits)
    except SyntaxError as error:
        raise syntax_error(source, text, error) from error
    return tuple(quad.triple for quad in quads)
