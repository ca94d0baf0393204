"""Where in a Turtle file a subject, or one of its properties, is written."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from publisher.load.parse import SourceFile
from publisher.rdf.namespaces import iri

# Files whose places are remembered: with very many findings, they mostly stand in a few.
_REMEMBERED = 4
_LINE_END = re.compile(r"\r\n?|\n")
_BEGINNING = re.compile(r"^\S+", re.MULTILINE)
# Names as Turtle writes them (sections 6.3 and 6.5), without what no name of ours holds.
_NAME = re.compile(r"<[^<>\"{}|^`\s]*>|[\w.-]*:(?:\\.|%[0-9A-Fa-f]{2}|[\w:.\-\u00b7])*")
_ESCAPED = re.compile(r"\\(.)")


def _spellings(value: str, prefixes: Mapping[str, str], base_iri: str) -> list[str]:
    """Return how an IRI may be written in a file, the whole IRI first."""
    written = [f"<{value}>"]
    if base_iri and value.startswith(base_iri):
        written.append(f"<{value[len(base_iri) :]}>")
    return written + [
        f"{prefix}:{value[len(namespace) :]}"
        for prefix, namespace in prefixes.items()
        if value.startswith(namespace)
    ]


class _Index:
    """The places of a file, each found in one step: a file may have a finding on every line."""

    def __init__(self, file: SourceFile) -> None:
        self._text, self._prefixes, self._base_iri = file.text, file.prefixes, file.base_iri
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
        """Return name → the first place where it stands."""
        found = ((match[0], match.start()) for match in _NAME.finditer(self._text))
        return _first((_ESCAPED.sub(r"\1", name).rstrip("."), place) for name, place in found)

    def subject(self, name: str) -> tuple[int, bool]:
        """Return the line (from 1) of a subject, or 0; and whether it begins there."""
        spellings = _spellings(name, self._prefixes, self._base_iri)
        begins = [self._beginnings[each] for each in spellings if each in self._beginnings]
        if begins:
            return self._line(min(begins)), True
        mentions = [self._mentions[each] for each in spellings if each in self._mentions]
        return (self._line(min(mentions)) if mentions else 0), False

    def property(self, begin: int, name: str) -> int:
        """Return the line of a property of the subject that begins on a line; else that line."""
        if (begin, name) not in self._properties:
            self._properties[begin, name] = self._find(begin, name)
        return self._properties[begin, name]

    def _find(self, begin: int, name: str) -> int:
        spellings = _spellings(name, self._prefixes, self._base_iri)
        names = [*spellings, "a"] if name == iri("rdf:type") else spellings
        verb = re.compile(rf"(?:^|\s)(?:{'|'.join(map(re.escape, names))})(?:\s|$)")
        for number in range(begin, len(self._starts) + 1):
            line = self._said(number)
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
        both = (number for number in lines if value and value in self._said(number))
        return next(both, lines[0] if lines else 0)

    def _line(self, place: int) -> int:
        return bisect_right(self._starts, place)

    def _said(self, number: int) -> str:
        """Return what stands on a line."""
        end = self._starts[number] if number < len(self._starts) else len(self._text)
        return self._text[self._starts[number - 1] : end].rstrip("\r\n")


def _first(places: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, place in places:
        found.setdefault(name, place)
    return found


@dataclass(frozen=True)
class _Content:
    """What stands in a file: the same as long as its digest is."""

    name: str
    sha256: str
    file: SourceFile = field(repr=False, compare=False)


@lru_cache(maxsize=_REMEMBERED)
def _indexed(content: _Content) -> _Index:
    return _Index(content.file)


def line_of(file: SourceFile, subject: str, predicate: str = "") -> int:
    """Return the line (from 1) on which a subject begins, or its predicate below it; else 0.

    Looks at line beginnings, as the sources' layout writes them; in a file of another layout it
    falls back to the first line that names the subject. A file is read once for all its findings.

    Raises:
        SourceError: The file has changed since it was read.
    """
    index = _indexed(_Content(file.name, file.sha256, file))
    line, begins_there = index.subject(subject)
    return index.property(line, predicate) if begins_there and predicate else line


def line_naming(file: SourceFile, name: str, value: str) -> int:
    """Return the first line (from 1) with a name and a value, as written; else with the name alone.

    Raises:
        SourceError: The file has changed since it was read.
    """
    return _indexed(_Content(file.name, file.sha256, file)).naming(name, value)
