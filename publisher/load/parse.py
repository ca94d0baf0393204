"""One file → triples, quads or a query; a syntax error names file, line, column and cure.

A file is read again whenever somebody asks what is in it, so that memory holds a few at a time:
the small ones that were read last.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock

from pyoxigraph import Literal, Quad, RdfFormat, Triple

from publisher.errors import SourceError, SourceMissing, SourceSyntax
from publisher.load.files import Role, SourcePath, is_leftover
from publisher.load.folder_contexts import reader_for
from publisher.load.rdf_1_2 import about_statement, refuse_rdf_1_2
from publisher.rdf import packed
from publisher.rdf.encodings import decode
from publisher.rdf.guards import (
    DEFAULT_READ_LIMITS,
    ReadLimits,
    file_too_large,
    refuse_json_nesting,
)
from publisher.rdf.known_contexts import is_context, is_frame, with_known_contexts
from publisher.rdf.namespaces import iri
from publisher.rdf.parser_words import ParserWords, words_of
from publisher.rdf.reading import read_quads, stream_quads
from publisher.rdf.recognise import (
    OF_ONTOLOGIES,
    POINTER,
    WEB_PAGE,
    extension_of,
    is_part_of,
    other_language,
    syntax_by_content,
    syntax_by_name,
    syntax_of,
)
from publisher.rdf.turtle import AuthorStyle


@dataclass(frozen=True)
class SourceFile:
    """A source file that was read; it is read again for anyone who asks what is in it.

    Attributes:
        source: Where it is and what it is for.
        base_iri: Relative IRIs in it are resolved against this.
        sha256: Digest of its bytes when it was read first.
        prefixes: Prefix → namespace, as declared in it.
        given_text: What is in it, or will be, when that is not what the disk has.
        limits: What reading it may take.
    """

    source: SourcePath
    base_iri: str
    sha256: str
    prefixes: dict[str, str] = field(repr=False)
    given_text: str | None = field(default=None, repr=False)
    limits: ReadLimits = field(default=DEFAULT_READ_LIMITS, repr=False, compare=False)

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
        if self.given_text is not None:
            return self.given_text
        text, sha256 = _read(self.source, self.limits)
        if sha256 != self.sha256:
            raise SourceError(
                "The file was changed while it was read.",
                where=self.name,
                remedy="Begin again; nothing was published.",
            )
        return text

    @property
    def triples(self) -> tuple[Triple, ...]:
        """Return what it says, in the order of the file; its blank nodes may have new names.

        Raises:
            SourceError: It has changed since it was read first.
        """
        return tuple(quad.triple for quad in self.quads)

    @property
    def quads(self) -> list[Quad]:
        """Return the same, each triple in the graph that the file puts it into.

        Raises:
            SourceError: It has changed since it was read first.
        """
        version = _version_of(self)
        cached = None if version is None else _LAST_READ.get(version)
        return self.quads_of(self.text) if cached is None else cached

    def quads_of(self, text: str) -> list[Quad]:
        """Return the same, for anyone who has its content already."""
        version = _version_of(self)
        if version is not None and (cached := _LAST_READ.get(version)) is not None:
            return cached
        quads = _quads(self.source, text, self.base_iri, self.limits)[0]
        _LAST_READ.keep(version, quads)
        return quads


def read_text(path: Path, name: str, limits: ReadLimits = DEFAULT_READ_LIMITS) -> str:
    """Return the content of a file, without a byte order mark.

    Args:
        path: Where it is.
        name: How messages name it.
        limits: How large it may be.

    Raises:
        SourceError: It cannot be read.
        ReadLimitExceeded: It is larger than that.
        SourceSyntax: It is not UTF-8.
    """
    return _read(SourcePath(path, name, Role.DATA, ""), limits)[0]


def _read(source: SourcePath, limits: ReadLimits) -> tuple[str, str]:
    """Return the content of a file and the SHA-256 of its bytes."""
    content = _read_bytes(source, limits)
    sha256 = hashlib.sha256(content).hexdigest()
    if source.name.lower().endswith(packed.GZIP):
        content = packed.unpack_gzip(content, limits, source.name)
    if packed.is_archive(content):
        raise SourceSyntax(
            "It is packed twice, or packed though its name does not say so.",
            where=source.name,
            remedy="Unpack it, or end its name with .gz or .zip; nothing was published.",
        )
    return decode(content, source.name), sha256


def read_digest(source: SourcePath, limits: ReadLimits = DEFAULT_READ_LIMITS) -> str:
    """Return the SHA-256 of the bytes of a file, as ``SourceFile`` has it.

    Raises:
        SourceError: It cannot be read.
        ReadLimitExceeded: It is larger than that.
    """
    return hashlib.sha256(_read_bytes(source, limits)).hexdigest()


def _read_bytes(source: SourcePath, limits: ReadLimits) -> bytes:
    try:
        size = source.path.stat().st_size
        if size > limits.file_bytes:
            raise file_too_large(size, limits.file_bytes, source.name)
        if source.member:
            return packed.unpack_member(source.path, source.member, limits, source.name)
        return source.path.read_bytes()
    except OSError as error:
        raise SourceError(
            "The file cannot be read: {reason}.",
            where=source.name,
            remedy="Give yourself the right to read it, or take it away; nothing was published.",
            reason=error.strerror,
        ) from error


# What Git writes into a file where two versions of it differ, line by line.
_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
_CONFLICT_END = re.compile(r"^>{7} ", re.MULTILINE)
# People write tags as their systems do: en_GB.
_TAG_BEFORE = re.compile(r"""["']@([A-Za-z]+_\w*)$""")


# A path in one line, as Git keeps a symbolic link (gitformat-index, mode 120000).
_LINK = re.compile(r"[^\s<>\"{}|^`@#]{1,250}\n?")


def syntax_error(source: SourcePath, text: str, error: SyntaxError) -> SourceSyntax:
    """Return the error for a file that is not what its name says, with line and column."""
    if other := _other_syntax(source, text):
        return other
    if by_git := _written_by_git(source, text):
        return by_git
    expected = words_of(error)
    line, column = error.lineno, error.offset
    if line is None:
        return SourceSyntax(
            "The file cannot be read: {expected}.",
            where=source.name,
            remedy="Correct it where that stands; nothing was published.",
            expected=expected,
        )
    lines = text.splitlines()
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    if not shown.strip():  # the end of the file: what is missing is missing before
        shown = next(filter(str.strip, reversed(lines[:line])), "")
    elif column and shown[column - 1 :].startswith("<<"):
        return about_statement(source.name, line)
    elif column and (tag := _TAG_BEFORE.search(shown[:column])):
        written = re.match(r"\w+", shown[tag.start(1) :])
        expected = ParserWords(f"error while parsing language tag '{written and written[0]}': _")
    return SourceSyntax(
        "Line {line}, column {column}: {expected}." if column else "Line {line}: {expected}.",
        where=source.name,
        remedy="Look at: {shown}\n  N3 is read as far as it is Turtle: rules, formulas and '=' are"
        " not. Leave them out; nothing was published."
        if extension_of(source.name) == "n3"
        else "Look at: {shown}\n  A file that names graphs is TriG or N-Quads: end its name with"
        " .trig or .nq; nothing was published."
        if _may_name_graphs(source, shown, column)
        else "Look at: {shown}\n  Fix that line, or the end of the one before"
        " it; nothing was published.",
        line=line,
        column=column,
        expected=expected,
        shown=shown.strip()[:120],
    )


def _written_by_git(source: SourcePath, text: str) -> SourceSyntax | None:
    """Return the error that a file is what Git left: two versions in one, or the text of a link."""
    if (conflict := _CONFLICT.search(text)) and _CONFLICT_END.search(text, conflict.end()):
        return SourceSyntax(
            "Line {line}: two versions of the file were merged, and Git could not decide.",
            where=source.name,
            remedy="Keep one of the two parts, or both, and take the lines out that begin with"
            " <<<<<<<, ======= and >>>>>>>; nothing was published.",
            line=text.count("\n", 0, conflict.start()) + 1,
        )
    if _LINK.fullmatch(text) and syntax_by_name(text.strip()) is not None:
        return SourceSyntax(
            "The file holds nothing but the name of another file: {file}.",
            where=source.name,
            remedy="Git writes a link so where there are none. Put that file here; nothing was"
            " published.",
            file=text.strip(),
        )
    return None


def _may_name_graphs(source: SourcePath, line: str, column: int | None) -> bool:
    """Tell whether what a parser stopped at is a graph: braces in Turtle, a name in N-Triples."""
    rest = line[column - 1 :] if column else ""
    syntax = syntax_by_name(source.name)
    if syntax == RdfFormat.TURTLE:
        return rest.startswith("{")
    return syntax == RdfFormat.N_TRIPLES and bool(re.match(r"(?:<[^<>]*>|_:\S+)\s*\.", rest))


def _other_syntax(source: SourcePath, text: str) -> SourceSyntax | None:
    """Return the error that a file is in a language that its name does not stand for."""
    if language := other_language(source.name, text):
        return SourceSyntax(
            "The file is {syntax}, which is not read here.",
            where=source.name,
            remedy="Convert it to Turtle or RDF/XML; ROBOT and Protégé do it."
            if language in OF_ONTOLOGIES
            else "Get the file itself; a page with RDFa is not read. Perhaps a server answered that"
            " it has no such file."
            if language == WEB_PAGE
            else "Get the file that it stands for: 'git lfs pull' does it; nothing was published."
            if language == POINTER
            else "Convert it to Turtle or N-Quads; riot of Apache Jena and rdflib do it.",
            syntax=language,
        )
    found, named = syntax_by_content(text), syntax_of(source.name, text)
    if found is None or named is None or is_part_of(named, found) or is_part_of(found, named):
        return None
    return SourceSyntax(
        "The file begins like {found}, and its name stands for {named}.",
        where=source.name,
        remedy="Give it the extension of what is in it; nothing was published.",
        # A file that begins so is mostly of the smaller syntax.
        found={RdfFormat.TRIG: "Turtle", RdfFormat.N_QUADS: "N-Triples"}.get(found, found.name),
        named=named.name,
    )


def parse_file(
    source: SourcePath, base_iri: str, limits: ReadLimits = DEFAULT_READ_LIMITS
) -> SourceFile:
    """Return a source file that can be read; it may hold no triple.

    Args:
        source: The file.
        base_iri: Relative IRIs in the file are resolved against it.
        limits: What reading it may take.

    Raises:
        SourceError: It cannot be read.
        ReadLimitExceeded: It takes more than that.
        SourceSyntax: It is not UTF-8, or not what its extension says.
    """
    return read_file(source, base_iri, limits)[0]


def parse_text(
    source: SourcePath, text: str, base_iri: str, limits: ReadLimits = DEFAULT_READ_LIMITS
) -> SourceFile:
    """Return a source file as it would be with a text.

    Args:
        source: The file; it is not read.
        text: What is in it, or will.
        base_iri: Relative IRIs in the text are resolved against it.
        limits: What reading it may take.

    Raises:
        ReadLimitExceeded: It takes more than that.
        SourceSyntax: It is not what its extension says.
        SourceMissing: It holds no triple.
    """
    quads, prefixes = _parse(source, text, base_iri, limits)
    if not quads:
        raise SourceMissing(
            "The file holds no triple.",
            where=source.name,
            remedy="Fill it or take it away; nothing was published.",
        )
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return SourceFile(source, base_iri, sha256, prefixes, text, limits)


def read_file(
    source: SourcePath, base_iri: str, limits: ReadLimits = DEFAULT_READ_LIMITS
) -> tuple[SourceFile, list[Quad]]:
    """Return a source file with what it says; raises what ``parse_file`` raises."""
    text, sha256 = _read(source, limits)
    quads, prefixes = _parse(source, text, base_iri, limits)
    file = SourceFile(source, base_iri, sha256, prefixes, limits=limits)
    _LAST_READ.keep(_version_of(file), quads)
    return file, quads


def _parse(
    source: SourcePath, text: str, base_iri: str, limits: ReadLimits
) -> tuple[list[Quad], dict[str, str]]:
    """Return what a text says, if it is what a source may say, and the prefixes it declares."""
    quads, prefixes = _quads(source, text, base_iri, limits)
    refuse_rdf_1_2(source.name, text, quads)
    return quads, prefixes


def _quads(
    source: SourcePath,
    text: str,
    base_iri: str,
    limits: ReadLimits,
) -> tuple[list[Quad], dict[str, str]]:
    """Return the quads of a text, and the prefixes it declares."""
    prefixes: dict[str, str] = {}
    return list(_stream(source, text, base_iri, limits, prefixes)), prefixes


# The longest that people know, of schema.org and of SPDX, are a fifth of it.
_LONGEST_CONTEXT = 1 << 20


def _stream(
    source: SourcePath, text: str, base_iri: str, limits: ReadLimits, prefixes: dict[str, str]
) -> Iterator[Quad]:
    """Yield the quads of a text; the prefixes that it declares are there when it was read.

    Blank nodes of two files are different nodes, whatever they are called.
    """
    if not text.strip():
        return  # in some syntaxes an error, in others not
    rdf_format = syntax_of(source.name, text) or syntax_by_name(source.name)
    # A parser of RDF/XML takes any XML for nodes and properties.
    is_other_xml = rdf_format == RdfFormat.RDF_XML and other_language(source.name, text)
    if rdf_format is None or is_other_xml:
        raise _other_syntax(source, text) or SourceSyntax(
            "It is not known as RDF, by its name or by what is in it.",
            where=source.name,
            remedy="Name the file .ttl, .trig, .nt, .nq, .rdf, .owl or .jsonld after what is in"
            " it.",
        )
    is_short = rdf_format == RdfFormat.JSON_LD and len(text) < _LONGEST_CONTEXT
    if is_short and (is_context(text) or is_frame(text)):
        return  # it is for other files, and may name contexts that nobody here asks for
    content = text.encode()
    del text  # of a large file, once is enough
    if rdf_format == RdfFormat.JSON_LD and b'"@context"' in content:
        refuse_json_nesting(content, source.name)
        content = with_known_contexts(content, source.name, reader_for(source))
    try:
        yield from stream_quads(
            content,
            rdf_format,
            base_iri,
            source.name,
            limits=limits,
            rename_blank_nodes=True,
            prefixes=prefixes,
        )
    except SyntaxError as error:
        raise syntax_error(source, content.decode(), error) from error


# What was read last: a check asks a dozen times what the files of a small folder say.

# Of these, each takes some 400 bytes.
_MOST_QUADS = 50_000
_Version = tuple[Hashable, ...]


class _LastRead:
    """The quads of the files that were read last, up to a number of quads."""

    def __init__(self, most: int) -> None:
        self._most, self._count = most, 0
        self._quads_of: OrderedDict[_Version, list[Quad]] = OrderedDict()
        self._lock = Lock()

    def get(self, version: _Version) -> list[Quad] | None:
        """Return what a file says; None when that is not known any more."""
        with self._lock:
            quads = self._quads_of.get(version)
            if quads is not None:
                self._quads_of.move_to_end(version)
            return None if quads is None else list(quads)

    def keep(self, version: _Version | None, quads: list[Quad]) -> None:
        """Keep what a file says; the files that were read longest ago go."""
        if version is None or len(quads) > self._most // 2:
            return
        with self._lock:
            self._count += len(quads) - len(self._quads_of.pop(version, ()))
            self._quads_of[version] = list(quads)
            while self._count > self._most:
                self._count -= len(self._quads_of.popitem(last=False)[1])


_LAST_READ = _LastRead(_MOST_QUADS)


def _version_of(file: SourceFile) -> _Version | None:
    """Return what identifies one version of a file; None when nothing does.

    Whether the bytes are still those that were read first, only reading them tells; so a file that
    was written again in the meantime is read again.
    """
    if file.given_text is not None:
        return None
    try:
        status = file.source.path.stat()
    except OSError:
        return None
    changed = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
    return (file.source, file.base_iri, file.sha256, file.limits, *changed)


# What a Turtle file has that its triples do not say.

_LONG_TEXT = re.compile(
    r"""(?P<long>\"{3}(?:[^\\"]|\\.|"(?!""))*\"{3}|'{3}(?:[^\\']|\\.|'(?!''))*'{3})"""
    r"""|#[^\n\r]*|<[^<>"{}|^`\s]*>|"(?:[^\\"\n\r]|\\.)*"|'(?:[^\\'\n\r]|\\.)*'""",
    re.DOTALL,
)
# Names of which the writer of Turtle would not know that readers understand them.
_PREFIXED = re.compile(r"(?<![\w<:.\-])[\w.\-]*:(?:[\w:\-\u00b7]|%[0-9A-Fa-f]{2}|\.(?=[\w:%\-]))+")
_SIMPLE = re.compile(r"[\w.\-]*:[A-Za-z0-9_][A-Za-z0-9_-]*")
_TAG = re.compile(r"""["']@([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)""")


def author_style(file: SourceFile, written: str | None = None) -> AuthorStyle:
    """Return what a layout leaves as the author of a Turtle file has it.

    Args:
        file: The file.
        written: Its text, from anyone who has read it.

    Raises:
        SourceError: It has changed since it was read first.
    """
    text = file.text if written is None else written
    names = frozenset(n for n in set(_PREFIXED.findall(text)) if not _SIMPLE.fullmatch(n))
    tags = {tag.lower(): tag for tag in reversed(_TAG.findall(text))}
    return AuthorStyle(file.prefixes, names, _long_texts(text), tags)


def _long_texts(text: str) -> frozenset[str]:
    """Return the texts that are written over several lines."""
    if '"""' not in text and "'''" not in text:
        return frozenset()
    found = [m["long"] for m in _LONG_TEXT.finditer(text) if m["long"] and "\n" in m["long"]]
    statements = "".join(f"<urn:text> <urn:text> {each} .\n" for each in found)
    quads = read_quads(statements.encode(), RdfFormat.TURTLE, "urn:text", "")
    return frozenset(quad.object.value for quad in quads if isinstance(quad.object, Literal))


# Named queries of the sources: ``data/queries/*.rq``. What they say is checked later.

QUERIES_FOLDER = "data/queries"
_QUERY_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def find_named_queries(folder: Path) -> list[Path]:
    """Return the named queries of a folder of sources, sorted by name."""
    return sorted((folder / QUERIES_FOLDER).glob("*.rq"))


def read_named_query(folder: Path, path: Path) -> str:
    """Return the text of a named query.

    Raises:
        SourceError: It cannot be read, or has no name for an address.
    """
    name = path.relative_to(folder).as_posix()
    text = read_text(path, name)
    if not _QUERY_NAME.fullmatch(path.stem):
        raise SourceSyntax(
            "The file name becomes an address and cannot stand in one.",
            where=name,
            remedy="Name it with small letters a to z, digits and hyphens; nothing was published.",
        )
    return text


# Where in a Turtle file a subject, or one of its properties, is written.

# Files whose places are remembered: with very many findings, they mostly stand in a few.
_CACHED_FILES = 4
_LINE_END = re.compile(r"\r\n?|\n")
_BEGINNING = re.compile(r"^\S+", re.MULTILINE)
# Names as Turtle writes them (sections 6.3 and 6.5), without what no name of ours holds.
_TURTLE_NAME = re.compile(r"<[^<>\"{}|^`\s]*>|[\w.-]*:(?:\\.|%[0-9A-Fa-f]{2}|[\w:.\-\u00b7])*")
_ESCAPED = re.compile(r"\\(.)")
_IN_QUOTES = re.compile(r"\"([^\"\s<>]++)\"|'([^'\s<>]++)'")


# Turtle 1.1, section 2.4; XML Base; JSON-LD 1.1, section 4.1.3.
_BASE = re.compile(
    r"(?:^[ \t]*(?:@base|base)[ \t]+<|\bxml:base\s*=\s*[\"']|\"@base\"\s*:\s*\")([^<>\"'\s]+)",
    re.IGNORECASE | re.MULTILINE,
)


def _relative_forms(value: str, base_iri: str) -> Iterator[str]:
    """Yield references that mean an IRI below a base (RFC 3986, section 5.2), as people write them.

    >>> list(_relative_forms("https://e.org/a/b#c", "https://e.org/a/b"))
    ['#c', 'b#c', '/a/b#c']
    """
    if not base_iri:
        return
    document = base_iri.partition("#")[0]
    if value.startswith(document) and value[len(document) :][:1] in ("", "#", "?"):
        yield value[len(document) :]
    scheme, colon, rest = document.partition("://")
    authority, slash, _ = rest.partition("/")
    folders = document.partition("?")[0].rpartition("/")[0] if slash else document
    for root, start in ((folders, len(folders) + 1), (f"{scheme}{colon}{authority}", None)):
        if value.startswith(f"{root}/"):
            yield value[start if start is not None else len(root) :]


def _written_forms(value: str, prefixes: Mapping[str, str], bases: Iterable[str]) -> list[str]:
    """Return how an IRI may be written in a file, the whole IRI first."""
    relative = (each for base in bases for each in _relative_forms(value, base))
    return [f"<{value}>", *(f"<{each}>" for each in dict.fromkeys(relative))] + [
        f"{prefix}:{value[len(namespace) :]}"
        for prefix, namespace in prefixes.items()
        if value.startswith(namespace)
    ]


class _LineIndex:
    """The lines of a file, each found in one step: a file may have a finding on every line."""

    def __init__(self, file: SourceFile) -> None:
        self._text, self._prefixes = file.text, file.prefixes
        self._bases = list(dict.fromkeys((file.base_iri, *_BASE.findall(self._text))))
        self._starts = array("Q", [0])
        self._starts.extend(match.end() for match in _LINE_END.finditer(self._text))
        self._properties: dict[tuple[int, str], int] = {}
        self._naming: dict[str, list[int]] = {}

    @cached_property
    def _beginnings(self) -> dict[str, int]:
        """Return what the lines begin with → the first place."""
        return _first((match[0], match.start()) for match in _BEGINNING.finditer(self._text))

    @cached_property
    def _mentions(self) -> dict[str, int]:
        """Return name → the first place where it is."""
        found = ((match[0], match.start()) for match in _TURTLE_NAME.finditer(self._text))
        return _first((_ESCAPED.sub(r"\1", name).rstrip("."), position) for name, position in found)

    @cached_property
    def _quoted(self) -> dict[str, int]:
        """Return what is in quotation marks → the first place."""
        found = _IN_QUOTES.finditer(self._text)
        return _first((match[1] or match[2], match.start()) for match in found)

    def subject(self, name: str) -> tuple[int, bool]:
        """Return the line (from 1) of a subject, or 0; and whether it begins there."""
        spellings = _written_forms(name, self._prefixes, self._bases)
        begins = [self._beginnings[each] for each in spellings if each in self._beginnings]
        if begins:
            return self._line(min(begins)), True
        mentions = [self._mentions[each] for each in spellings if each in self._mentions]
        if not mentions:  # in XML and JSON, names are in quotation marks
            bare = [each.removeprefix("<").removesuffix(">") for each in spellings]
            bare += [f"#{name.rpartition('#')[2]}", name.rpartition("#")[2]] * ("#" in name)
            mentions = [self._quoted[each] for each in bare if each in self._quoted]
        return (self._line(min(mentions)) if mentions else 0), False

    def property(self, begin: int, name: str) -> int:
        """Return the line of a property of the subject that begins on a line; else that line."""
        if (begin, name) not in self._properties:
            self._properties[begin, name] = self._find(begin, name)
        return self._properties[begin, name]

    def _find(self, begin: int, name: str) -> int:
        spellings = _written_forms(name, self._prefixes, self._bases)
        names = [*spellings, "a"] if name == iri("rdf:type") else spellings
        verb = re.compile(rf"(?:^|\s)(?:{'|'.join(map(re.escape, names))})(?:\s|$)")
        for number in range(begin, len(self._starts) + 1):
            line = self._line_text(number)
            if number > begin and line and not line[0].isspace():
                break
            if verb.search(line):
                return number
        return begin

    def naming(self, name: str, value: str) -> int:
        """Return the first line with a name and a value, else the first with the name, else 0."""
        if name not in self._naming:
            places = re.finditer(re.escape(name), self._text)
            self._naming[name] = list(dict.fromkeys(self._line(m.start()) for m in places))
        lines = self._naming[name]
        both = (number for number in lines if value and value in self._line_text(number))
        return next(both, lines[0] if lines else 0)

    def _line(self, position: int) -> int:
        return bisect_right(self._starts, position)

    def _line_text(self, number: int) -> str:
        """Return what is on a line."""
        end = self._starts[number] if number < len(self._starts) else len(self._text)
        return self._text[self._starts[number - 1] : end].rstrip("\r\n")


def _first(places: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, position in places:
        found.setdefault(name, position)
    return found


@dataclass(frozen=True)
class _FileVersion:
    """The content of a file, compared by its digest."""

    name: str
    sha256: str
    file: SourceFile = field(repr=False, compare=False)


@lru_cache(maxsize=_CACHED_FILES)
def _line_index(content: _FileVersion) -> _LineIndex:
    return _LineIndex(content.file)


def find_line(file: SourceFile, subject: str, predicate: str = "") -> int:
    """Return the line (from 1) on which a subject begins, or its predicate below it; else 0.

    Looks at line beginnings, as the sources' layout writes them; in a file of another layout it
    falls back to the first line that names the subject. A file is read once for all its findings.

    Raises:
        SourceError: The file has changed since it was read.
    """
    index = _line_index(_FileVersion(file.name, file.sha256, file))
    line, begins_there = index.subject(subject)
    return index.property(line, predicate) if begins_there and predicate else line


def find_line_naming(file: SourceFile, name: str, value: str) -> int:
    """Return the first line (from 1) with a name and a value, as written; else with the name alone.

    Raises:
        SourceError: The file has changed since it was read.
    """
    return _line_index(_FileVersion(file.name, file.sha256, file)).naming(name, value)


# Files of any RDF format, wherever they are → their quads, unchanged.

# What relative IRIs are resolved against when nobody names a base.
FALLBACK = "http://localhost/"


def stream_files(
    paths: Iterable[Path],
    base_iri: str = "",
    limits: ReadLimits = DEFAULT_READ_LIMITS,
    prefixes: dict[str, str] | None = None,
) -> Iterator[Quad]:
    """Yield the quads of files in any RDF format, each in the graph that its file puts it into.

    Args:
        paths: Files in any syntax that ``recognise`` knows, also packed.
        base_iri: Relative IRIs are resolved against it; empty for one of this machine.
        limits: What reading each of them may take.
        prefixes: Those that the files declare are added.

    Raises:
        SourceError: A file is missing, empty, of another kind, not what its extension says, or
            takes more than that (``ReadLimitExceeded``).
    """
    declared = {} if prefixes is None else prefixes
    for source in named_sources(paths, limits):
        yield from stream_source(source, base_iri, limits, declared)


def named_sources(paths: Iterable[Path], limits: ReadLimits) -> Iterator[SourcePath]:
    """Yield what file names stand for: the files themselves, or the RDF files in an archive.

    Raises:
        SourceMissing: There is no such file, or no RDF file in it.
    """
    for path in paths:
        source = SourcePath(path, str(path), Role.DATA, "")
        if not path.is_file():
            raise SourceMissing(
                "There is no such file.",
                where=str(path),
                remedy="Check the name and the folder you stand in.",
            )
        if not path.name.lower().endswith(packed.ZIP):
            yield source
            continue
        inside = [
            replace(source, name=f"{path}/{member.name}", member=member.name)
            for member in packed.list_zip(path, limits, str(path))
            if syntax_by_name(member.name) is not None
            and not packed.is_packed(member.name)
            and not is_leftover(member.name)
        ]
        if not inside:
            raise SourceMissing(
                "The archive holds no RDF file.", where=str(path), remedy="Name another file."
            )
        yield from inside


def stream_source(
    source: SourcePath,
    base_iri: str,
    limits: ReadLimits,
    prefixes: dict[str, str],
    *,
    allow_empty: bool = False,
) -> Iterator[Quad]:
    """Yield the quads of a file of any syntax, which may be none; see ``stream_files``."""
    is_empty = not allow_empty
    for quad in _stream(source, _read(source, limits)[0], base_iri or FALLBACK, limits, prefixes):
        is_empty = False
        yield quad
    if is_empty:
        raise nothing_in(source)


def nothing_in(source: SourcePath) -> SourceMissing:
    """Return the error that a file holds no triple."""
    return SourceMissing(
        "The file holds no triple.",
        where=source.name,
        remedy="Fill it, or name another file; 'publisher preview --allow-empty' serves it all"
        " the same.",
    )
