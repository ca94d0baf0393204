"""Looks at an RDF file before it is parsed: what may be parsed here, apart, or not at all.

The parser (Oxigraph) overflows its stack, needs quadratic time or multiplies what is in the file on
shapes that a stranger can write in a few kilobytes. Each look is linear in the size of the file and
needs a constant stack. It knows as much of a syntax as it takes to tell structure from text.

``defusedxml`` is not used: it refuses every entity, and ontologies declare their prefixes as
entities; and it has no limit of depth.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice, tee
from operator import itemgetter, sub
from xml.parsers import expat

from pyoxigraph import RdfFormat

from publisher.errors import ReadLimitExceeded

# The parser's own limit for a term or a comment (MAX_BUFFER_SIZE).
TOKEN_BYTES = 16 << 20
# Each level of JSON-LD costs a copy of the levels above it, and stack: 6,000 end the process.
JSON_NESTING = 500
# Dropping a triple in a triple is recursive: 25,000 end the process. People write three.
QUOTING = 100
# Every closing tag costs time in proportion to the levels above it; from here on, in a process
# that can be stopped.
_XML_NESTING_HERE = 1000
_NAMESPACES_HERE = 200
_XML_FLAT = 16
_ATTRIBUTES_HERE = 1000
_JSON_BYTES_HERE = 1 << 20
# Terms that are defined by each other are resolved by recursion: 8,000 end the process.
_CONTEXT_BYTES_HERE = 64 << 10
# Contexts of JSON-LD are copied by every level and processed by every object that uses them.
_CONTEXT_COPIES_HERE = 4 << 20
_CONTEXT_WORK_HERE = 50 << 20
# How far names that are written short may grow without anybody watching.
_GROWTH_HERE = 64 << 20
# Entities may grow to so many times the file, beside a megabyte.
_ENTITY_GROWTH = 20
_ENTITY_BYTES = 1 << 20

# A string without an end reaches to the end of the line or file, as it does for the parser; no
# alternative begins as another one does, so nothing is tried twice. The last one, "(?!)", never
# matches: without it Python before 3.11.5 goes on at a wrong place (decisions/reading-rdf.md).
_TURTLE = re.compile(
    rb"(?:[^\[\](){}<>\"'#\\]++|<(?!<)[^<>\x00-\x20]*+>?|>(?!>)|\\.?|#[^\n\r]*+"
    rb'|"""(?:[^"\\]++|\\.|"(?!"")|(?!))*+(?:"""|\Z|\\\Z)|"(?!"")(?:[^"\\\n\r]++|\\.|(?!))*+"?'
    rb"|'''(?:[^'\\]++|\\.|'(?!'')|(?!))*+(?:'''|\Z|\\\Z)|'(?!'')(?:[^'\\\n\r]++|\\.|(?!))*+'?"
    rb"|(?!))*+([\[\](){}]|<<|>>|\Z)",
    re.DOTALL,
)
# The same, each string, name or comment for itself; single ones may be JSON's, so they need no end.
_TOKEN = re.compile(
    rb'"""(?:[^"\\]++|\\.|"(?!"")|(?!))*+|"(?!"")(?:[^"\\\n\r]++|\\.|(?!))*+"?'
    rb"|'''(?:[^'\\]++|\\.|'(?!'')|(?!))*+|'(?!'')(?:[^'\\\n\r]++|\\.|(?!))*+'?"
    rb"|<[^<>\x00-\x20]*+|#[^\n\r]*+|[^\s\"'<#]++",
    re.DOTALL,
)
_JSON = re.compile(rb'(?:[^\[\]{}"]++|"(?:[^"\\]++|\\.|(?!))*+"?|(?!))*+([\[\]{}]|\Z)', re.DOTALL)
# Of well-formed XML: a slash for an end, a character of the name for a beginning that is no end.
_XML = re.compile(
    rb"(?:[^<]++|<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<![^<>]*+>"
    rb"|<[^\s<>/!?\"'](?:[^<>\"'/]++|/(?!>)|\"[^\"]*+\"|'[^']*+'|(?!))*+/>|(?!))*+"
    rb"(?:<([^\s<>!?\"'])(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+'|(?!))*+>|\Z)",
    re.DOTALL,
)
_OPENING = bytes(byte if byte == ord("/") else ord("<") for byte in range(256))
_MARKS_AT_ONCE = 1 << 12
_STEPS = {b"[": 1, b"(": 1, b"{": 1, b"]": -1, b")": -1, b"}": -1}
_BLANK = rb"(?:[ \t\r\n]++|#[^\n\r]*+[\n\r]|(?!))*+"
_PREFIX = re.compile(rb"prefix" + _BLANK + rb"(?:[^\s<#:]*+:)?" + _BLANK + rb"<([^>]*+)")
_BASE = re.compile(rb"base" + _BLANK + rb"<([^>]*+)")
_NAMESPACE = re.compile(rb"xmlns[^=<>]*+=\s*+(\"[^\"]*+|'[^']*+)")
_XML_BASE = re.compile(rb"xml:base\s*+=\s*+(\"[^\"]*+|'[^']*+)")
# Some writers declare namespaces where they are used: many in all, and few at once.
_MANY_NAMESPACES = 64
_LONG_TAG = re.compile(rb"<[^<]{4096}")
_ENTITY = re.compile(rb"<!ENTITY\s++([^\s\"'>%&;]++)\s++(?:\"([^\"]*+)\"|'([^']*+)')")
# A text without a blank may be what a prefix, @vocab or @base stands for, at every name.
_JSON_NAME = re.compile(rb'"((?:[^"\\\s]|\\.|(?!)){256,}+)"')
_REFERENCE = re.compile(rb"&([^\s#&;<>\"']++);")
_ASCII_ESCAPE = re.compile(rb"\\u00[2-7]")


@dataclass(frozen=True)
class ReadLimits:
    """What reading one RDF file may take.

    Attributes:
        file_bytes: Its size.
        nesting: Levels of brackets (Turtle, TriG) or elements (RDF/XML) in each other; JSON-LD and
            triples in triples have lower limits of their own.
        memory_bytes: What reading it may need beside 32 times its size.
        seconds: How long a file may take that is parsed in a process of its own, beside a second
            for each 4 MB.
    """

    file_bytes: int = 1024 << 20
    nesting: int = 10_000
    memory_bytes: int = 1024 << 20
    seconds: float = 60.0

    def memory_for(self, size: int) -> int:
        """Return how many bytes of memory a file of so many bytes may need when it is read."""
        return self.memory_bytes + 32 * size

    def triples_for(self, size: int) -> int:
        """Return how many triples a file may hold: each takes some 300 bytes of memory."""
        return self.memory_bytes // 1024 + size // 32

    def seconds_for(self, size: int) -> float:
        """Return how many seconds a file of so many bytes may take in a process of its own."""
        return self.seconds + size / (4 << 20)


# What applies when nobody says otherwise.
DEFAULT_READ_LIMITS = ReadLimits()


def needs_own_process(
    content: bytes, rdf_format: RdfFormat, limits: ReadLimits, where: str
) -> bool:
    """Tell whether a file has to be parsed in a process of its own, with limits.

    Args:
        content: The file.
        rdf_format: Its syntax.
        limits: What it may take.
        where: How messages name it.

    Raises:
        ReadLimitExceeded: It must not be parsed at all.
        SyntaxError: It is no XML, though it should be.
    """
    if len(content) > limits.file_bytes:
        raise file_too_large(len(content), limits.file_bytes, where)
    if rdf_format == RdfFormat.JSON_LD:
        return _json_is_costly(content, min(limits.nesting, JSON_NESTING), where)
    if rdf_format == RdfFormat.RDF_XML:
        return _xml_is_costly(content, limits.nesting, where)
    refuse_turtle_nesting(content, limits.nesting, where)
    if rdf_format in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS):
        return False
    return _may_expand(_longest_turtle_name(content), len(content), 4)


def file_too_large(size: int, most: int, where: str) -> ReadLimitExceeded:
    """Return the error for a file of more bytes than are read."""
    return ReadLimitExceeded(
        "The file has {size} MB; at most {most} MB are read.",
        where=where,
        remedy="Cut it into several files, or raise file_mb.",
        size=-(-size >> 20),
        most=most >> 20,
    )


def _may_expand(longest: int, size: int, shortest: int) -> bool:
    """Tell whether names may expand a lot: ``shortest`` bytes may stand for ``longest``."""
    return longest > 256 and longest * (size // shortest) > _GROWTH_HERE


def _nesting_error(
    content: bytes, pattern: re.Pattern[bytes], most: int, where: str
) -> ReadLimitExceeded:
    """Return the error that names the place where brackets nest too deeply."""
    depth, position = 0, 0
    for found in pattern.finditer(content):
        depth += _STEPS.get(found[1], 0)
        if depth > most:
            position = found.start(1)
            break
    return _check_nesting(content, position, most, where)


def _check_nesting(content: bytes, position: int, most: int, where: str) -> ReadLimitExceeded:
    return ReadLimitExceeded(
        "Line {line}, column {column}: it nests deeper than {depth} levels.",
        where=where,
        remedy="Give what is nested names of its own, and describe it at the top level.",
        line=content.count(b"\n", 0, position) + 1,
        column=len(
            content[content.rfind(b"\n", 0, position) + 1 : position].decode(errors="replace")
        )
        + 1,
        depth=most,
    )


def turtle_nesting(content: bytes) -> int:
    """Return how deep brackets nest in Turtle, TriG, N-Triples or N-Quads.

    Those in strings, names and comments are not counted.
    """
    return _deepest_level(_marks(_TURTLE, content), b"[({", b"])}")


def xml_nesting(content: bytes) -> int:
    """Return how deep elements nest in well-formed XML; an empty-element tag is no level."""
    return _deepest_level(_xml_marks(content), b"<", b"/")


def _deepest_level(marks: bytes, opening: bytes, closing: bytes) -> int:
    """Return how many levels are open at most, in a row of marks."""
    steps = bytearray(256)
    for mark in opening:
        steps[mark] = 1
    for mark in closing:
        steps[mark] = 255
    levels, again = tee(accumulate(array("b", marks.translate(bytes(steps)))))
    # From the lowest level before: what closes nothing (in a DTD, say) must not make room.
    floors = accumulate(again, min, initial=0)
    return max(map(sub, levels, floors), default=0)


def _marks(pattern: re.Pattern[bytes], content: bytes) -> bytes:
    """Return the first groups of all matches in a row: a list would take a hundred times that."""
    matches, mark = pattern.finditer(content), itemgetter(1)
    found = bytearray()
    while marks := b"".join(filter(None, map(mark, islice(matches, _MARKS_AT_ONCE)))):
        found += marks
    return bytes(found)


def refuse_turtle_nesting(content: bytes, most: int, where: str) -> None:
    """Raise ``ReadLimitExceeded`` for Turtle, TriG, N-Triples or N-Quads that nests too deeply."""
    if content.count(b"<<") > QUOTING:
        depth = 0
        for found in _TURTLE.finditer(content):
            depth += {b"<<": 1, b">>": -1}.get(found[1], 0)
            if depth > QUOTING:
                raise _check_nesting(content, found.start(1), QUOTING, where)
    if sum(map(content.count, (b"[", b"(", b"{"))) > most and turtle_nesting(content) > most:
        raise _nesting_error(content, _TURTLE, most, where)


def _longest_turtle_name(content: bytes) -> int:
    """Return how long what prefixes and bases stand for can be; a base may continue another."""
    lowered = content.lower()
    prefixes = map(len, _PREFIX.findall(lowered))
    return max(prefixes, default=0) + sum(map(len, _BASE.findall(lowered)))


def refuse_json_nesting(content: bytes, where: str, most: int = JSON_NESTING) -> bytes:
    """Return the brackets of JSON that stand outside strings.

    Raises:
        ReadLimitExceeded: They nest too deeply.
    """
    brackets = _marks(_JSON, content)
    if _deepest_level(brackets, b"[{", b"]}") > most:
        raise _nesting_error(content, _JSON, most, where)
    return brackets


def _json_is_costly(content: bytes, most: int, where: str) -> bool:
    """Tell whether JSON-LD may cost much more than others of its size."""
    brackets = refuse_json_nesting(content, where, most)
    if len(content) > _JSON_BYTES_HERE:
        return True
    is_escaped = _ASCII_ESCAPE.search(content) is not None
    contexts = content.count(b"@context")
    if contexts or is_escaped:
        longest = max(map(len, _JSON_NAME.findall(content)), default=0)
        if len(content) > _CONTEXT_BYTES_HERE or _may_expand(longest, len(content), 4):
            return True
    if contexts < 2 and not is_escaped:
        return False
    depth = _deepest_level(brackets, b"[{", b"]}")
    objects = brackets.count(b"{") + brackets.count(b"[")
    return (
        depth * len(content) > _CONTEXT_COPIES_HERE or objects * len(content) > _CONTEXT_WORK_HERE
    )


def _xml_is_costly(content: bytes, most: int, where: str) -> bool:
    """Tell whether RDF/XML may cost much more than others of its size."""
    entities = _entities(content, where)
    _refuse_malformed(content)

    def grown(value: bytes) -> int:
        return len(value) + sum(entities.get(name, 0) for name in _REFERENCE.findall(value))

    longest = max(map(grown, set(_NAMESPACE.findall(content))), default=0)
    longest += sum(map(grown, _XML_BASE.findall(content)))
    is_costly = _may_expand(longest, len(content), 8)
    depth = xml_nesting(content) if content.count(b"</") > _XML_FLAT else 0
    is_wide = content.count(b"xmlns") > _NAMESPACES_HERE and (
        depth > _XML_FLAT or _declares_many(content)
    )
    if depth > _XML_NESTING_HERE or is_wide or _LONG_TAG.search(content):
        is_costly |= _XmlCost(most, where).are_costly(content)
    return is_costly


def _declares_many(content: bytes) -> bool:
    """Tell whether one tag of well-formed XML declares many namespaces."""
    ends = bytes(b"<" in between for between in content.split(b"xmlns"))
    return bytes(_MANY_NAMESPACES) in ends


def _xml_marks(content: bytes) -> bytes:
    """Return a row of ``<`` and ``/`` for the tags of well-formed XML that open and close."""
    return _marks(_XML, content).translate(_OPENING)


def _refuse_malformed(content: bytes) -> None:
    """Raise ``SyntaxError`` for what is no XML.

    The RDF parser takes a document that breaks off between two elements for whole.
    """
    _parse_xml(expat.ParserCreate(), content)


def _parse_xml(parser: expat.XMLParserType, content: bytes) -> None:
    # Version 1.1 differs in characters that RDF/XML has no use for, and expat knows 1.0 only.
    content = re.sub(rb"\A(\s*<\?xml\s+version\s*=\s*[\"']1\.)1", rb"\g<1>0", content, count=1)
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages.get(error.code, "") or str(error)
        raise SyntaxError(reason, (None, error.lineno, error.offset + 1, None)) from error


class _XmlCost:
    """Looks at every element: how deep, how many attributes and namespaces."""

    def __init__(self, most: int, where: str) -> None:
        self._most, self._where = most, where
        self._declared = [0]
        self._deepest = self._attributes = self._namespaces = 0
        self._parser = expat.ParserCreate()
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end

    def are_costly(self, content: bytes) -> bool:
        """Tell whether elements are of a shape that takes more than linear time.

        Raises:
            ReadLimitExceeded: They nest too deeply.
        """
        _parse_xml(self._parser, content)
        return (
            self._deepest > _XML_NESTING_HERE
            or self._attributes > _ATTRIBUTES_HERE
            or self._namespaces > _NAMESPACES_HERE
        )

    def _begin(self, name: str, attributes: list[str]) -> None:
        count = self._declared[-1]
        if attributes:
            count += sum(key.startswith("xmlns") for key in attributes[::2])
            self._attributes = max(self._attributes, len(attributes) // 2)
            self._namespaces = max(self._namespaces, count)
        self._declared.append(count)
        self._deepest = max(self._deepest, len(self._declared) - 1)
        if self._deepest > self._most:
            raise ReadLimitExceeded(
                "Line {line}, column {column}: it nests deeper than {depth} levels.",
                where=self._where,
                remedy="Give what is nested names of its own, and describe it at the top level.",
                line=self._parser.CurrentLineNumber,
                column=self._parser.CurrentColumnNumber + 1,
                depth=self._most,
            )

    def _end(self, name: str) -> None:
        self._declared.pop()


def _entities(content: bytes, where: str) -> dict[bytes, int]:
    """Return name → length, when all is put in, of each XML entity.

    Looked for everywhere, since the RDF parser also reads declarations in comments.

    Raises:
        ReadLimitExceeded: They come from elsewhere, or would grow beyond measure.
    """
    sizes: dict[bytes, int] = {}
    most = _ENTITY_BYTES + _ENTITY_GROWTH * len(content)
    total, first = 0, 0
    for name, value, position in _declarations(content, where):
        first = first or position
        grown = len(value) + sum(sizes.get(other, 0) for other in _REFERENCE.findall(value))
        # Declared twice: one parser takes the first, the other the last.
        sizes[name] = max(grown, sizes.get(name, 0))
        total += grown
        if total > most:
            raise _entity_growth(content, position, most, where)
    used = Counter(_REFERENCE.findall(content)) if sizes else Counter[bytes]()
    if total + sum(sizes.get(name, 0) * count for name, count in used.items()) > most:
        raise _entity_growth(content, first, most, where)
    return sizes


def _declarations(content: bytes, where: str) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield name, value and place of every entity that is declared."""
    position = content.find(b"<!ENTITY")
    while position >= 0:
        found = _ENTITY.match(content, position)
        if found is None:
            raise ReadLimitExceeded(
                "Line {line}: only XML entities with a value in the file are read.",
                where=where,
                remedy='Write <!ENTITY name "value">, or write the value where it is used; nothing'
                " is fetched.",
                line=content.count(b"\n", 0, position) + 1,
            )
        yield found[1], found[2] or found[3] or b"", position
        position = content.find(b"<!ENTITY", position + 8)


def _entity_growth(content: bytes, position: int, most: int, where: str) -> ReadLimitExceeded:
    return ReadLimitExceeded(
        "Line {line}: its XML entities would grow to more than {most} MB.",
        where=where,
        remedy="Write values where they are used, and let no entity be made of others.",
        line=content.count(b"\n", 0, position) + 1,
        most=-(-most >> 20),
    )


def token_too_long(content: bytes, where: str) -> ReadLimitExceeded:
    """Return the error for a term or comment that is longer than the parser takes."""
    tokens = _TOKEN.finditer(content)
    position = next((t.start() for t in tokens if t.end() - t.start() >= TOKEN_BYTES), 0)
    return ReadLimitExceeded(
        "Line {line}: from here on a value, name or comment is longer than {most} MB.",
        where=where,
        remedy="Publish it as a file of its own and link to it; or is a closing quote missing?",
        line=content.count(b"\n", 0, position) + 1,
        most=TOKEN_BYTES >> 20,
    )
