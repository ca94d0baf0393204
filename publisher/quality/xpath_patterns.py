r"""Regular expressions of XPath, as ``sh:pattern`` has them, for engines that know others.

SHACL (section 4.4.3) evaluates ``sh:pattern`` as the REGEX of SPARQL, whose syntax is that of XPath
and XQuery Functions and Operators 3.1 (section 5.6.1), which adds a little to XSD 1.1 (part 2,
appendix G). Python's ``re`` and Rust's ``regex`` lack some of it, or read it otherwise:
``\p{Lu}``, ``\i``, ``\c``, blocks, subtraction, ``\w``, ``$``, and the flags ``s``, ``x``, ``q``.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from string import punctuation

from publisher.errors import PublisherError
from publisher.rdf.parser_words import ParserWords

FLAGS = "smixq"
_BLOCKS = "unicode_blocks.txt"
# Blocks that Unicode called otherwise when XSD 1.0 was written; both names are in use.
_OLDER_BLOCKS = {
    "IsGreek": "IsGreekandCoptic",
    "IsCombiningMarksforSymbols": "IsCombiningDiacriticalMarksforSymbols",
    "IsPrivateUse": "IsPrivateUseArea",
}
_LAST = sys.maxunicode
# Surrogates are no characters, and Rust's engine knows none.
_SURROGATES = (0xD800, 0xDFFF)
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_CATEGORY = re.compile(r"\{([^{}]*)\}")
_QUANTIFIER = re.compile(r"\{[0-9]+(?:,[0-9]*)?\}")
# Outside the standard, but written often, and read the same way by those engines that have them.
_LENIENT = re.compile(r"\(\?(?:[=!]|<[=!])|\\[bB]")
# What Python reads as XPath does, so that it need not be written again.
_SAME = re.compile(r"[A-Za-z0-9 _@/:;,<>=!\"'%&#~`-]*")

Range = tuple[int, int]


class PatternError(PublisherError):
    """A pattern is no regular expression of XPath."""


@dataclass(frozen=True)
class Dialect:
    """What an engine writes otherwise than another.

    Attributes:
        name: Of the engine.
        end: Matches at the end of the text, and not before a line feed there.
    """

    name: str
    end: str


PYTHON = Dialect("Python", r"\Z")
RUST = Dialect("Rust", r"\z")


class CharacterSet:
    """A set of characters, as ranges of code points in order."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        """Join ranges that touch."""
        joined: list[Range] = []
        for low, high in sorted(ranges):
            if joined and low <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
            else:
                joined.append((low, high))
        self.ranges = tuple(joined)

    def __or__(self, other: CharacterSet) -> CharacterSet:
        """Return what is in either."""
        return CharacterSet((*self.ranges, *other.ranges))

    def __invert__(self) -> CharacterSet:
        """Return what is not in it."""
        return CharacterSet(self._gaps())

    def __sub__(self, other: CharacterSet) -> CharacterSet:
        """Return what is in this one and not in the other."""
        return ~(~self | other)

    def _gaps(self) -> Iterator[Range]:
        start = 0
        for low, high in self.ranges:
            if low > start:
                yield start, low - 1
            start = high + 1
        if start <= _LAST:
            yield start, _LAST

    def written(self) -> str:
        """Return it as a class that Python and Rust read the same way."""
        ranges = (self - CharacterSet([_SURROGATES])).ranges
        if not ranges:
            return rf"[^\x00-{_character(_LAST)}]"
        return "[" + "".join(_range(low, high) for low, high in ranges) + "]"


def _range(low: int, high: int) -> str:
    return _character(low) if low == high else f"{_character(low)}-{_character(high)}"


def _character(code: int) -> str:
    if code < 128 and chr(code).isalnum():
        return chr(code)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


# Sets that have a name.


@cache
def _categories() -> Mapping[str, CharacterSet]:
    """Return general category of Unicode → its characters, also by the first letter."""
    ranges: dict[str, list[Range]] = defaultdict(list)
    start, category = 0, unicodedata.category(chr(0))
    for code in range(1, _LAST + 2):
        following = unicodedata.category(chr(code)) if code <= _LAST else ""
        if following != category:
            ranges[category].append((start, code - 1))
            ranges[category[0]].append((start, code - 1))
            start, category = code, following
    return {name: CharacterSet(of_name) for name, of_name in ranges.items()}


@cache
def _blocks() -> Mapping[str, CharacterSet]:
    """Return ``Is`` and the name of a block of Unicode → its characters (XSD 1.1, G.4.2.3)."""
    text = (files("publisher") / "quality" / _BLOCKS).read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    found = {f"Is{name}": CharacterSet([(int(low, 16), int(high, 16))]) for low, high, name in rows}
    return found | {older: found[name] for older, name in _OLDER_BLOCKS.items()}


_SPACE = CharacterSet([(9, 10), (13, 13), (32, 32)])
_LINE_ENDS = CharacterSet([(10, 10), (13, 13)])
# XML 1.0, production 4 and 4a.
_NAME_START = CharacterSet(
    (
        *((58, 58), (65, 90), (95, 95), (97, 122), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF)),
        *((0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F)),
        *((0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFFD)),
        (0x10000, 0xEFFFF),
    )
)
_NAME = _NAME_START | CharacterSet(
    ((45, 46), (48, 57), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
)


@cache
def _named(letter: str) -> CharacterSet:
    r"""Return the set of ``\s``, ``\d``, ``\w``, ``\i`` or ``\c``; of a capital, the others."""
    if letter.isupper():
        return ~_named(letter.lower())
    if letter == "s":
        return _SPACE
    if letter == "d":
        return _categories()["Nd"]
    if letter == "w":
        return ~(_categories()["P"] | _categories()["Z"] | _categories()["C"])
    return _NAME_START if letter == "i" else _NAME


# Reading a pattern.


class _Translator:
    """Reads one pattern from left to right, and writes it for another engine."""

    def __init__(self, pattern: str, flags: str, dialect: Dialect) -> None:
        self._pattern, self._dialect = pattern, dialect
        self._ignores_space = "x" in flags
        self._dot = r"(?s:.)" if "s" in flags else (~_LINE_ENDS).written()
        self._start, self._end = ("(?m:^)", "(?m:$)") if "m" in flags else ("^", dialect.end)
        self._position = 0

    def written(self) -> str:
        """Return the whole pattern."""
        return "".join(self._pieces())

    def _pieces(self) -> Iterator[str]:
        pattern = self._pattern
        while self._position < len(pattern):
            character = pattern[self._position]
            if lenient := _LENIENT.match(pattern, self._position):
                self._position = lenient.end()
                yield lenient.group()
            elif character == "\\":
                yield self._escape()
            elif character == "[":
                yield self._class().written()
            elif character == "{":
                yield self._quantifier()
            else:
                self._position += 1
                yield self._plain(character)

    def _plain(self, character: str) -> str:
        if self._ignores_space and character in "\t\n\r ":
            return ""
        if character in "]}#":  # that they need a backslash, most engines forgive
            return f"\\{character}"
        return {".": self._dot, "^": self._start, "$": self._end}.get(character, character)

    def _quantifier(self) -> str:
        found = _QUANTIFIER.match(self._pattern, self._position)
        if found is None:
            raise self._error()
        self._position = found.end()
        return found.group()

    def _escape(self) -> str:
        """Return an escape outside a class."""
        letter = self._pattern[self._position + 1 : self._position + 2]
        if letter.isdigit() and letter != "0":
            self._position += 2
            return f"(?:\\{letter})"
        escaped = self._escaped_set()
        if letter == "d":
            return r"\d"
        if letter == "D":
            return r"\D"
        if isinstance(escaped, CharacterSet):
            return escaped.written()
        return re.escape(escaped)

    def _escaped_set(self) -> CharacterSet | str:
        """Return what an escape stands for: a set, or a character; and go on behind it."""
        letter = self._pattern[self._position + 1 : self._position + 2]
        if letter in ("p", "P"):
            return self._property(letter == "P")
        if letter and letter in "sSdDwWiIcC":
            self._position += 2
            return _named(letter)
        # XPath lists fewer characters that may be escaped; every engine allows more.
        if not letter or letter not in (*_PLAIN_ESCAPES, *punctuation):
            raise self._error()
        self._position += 2
        return _PLAIN_ESCAPES.get(letter, letter)

    def _property(self, is_negated: bool) -> CharacterSet:
        found = _CATEGORY.match(self._pattern, self._position + 2)
        name = found.group(1) if found else ""
        characters = _categories().get(name) or _blocks().get(name)
        if found is None or characters is None:
            raise self._error()
        self._position = found.end()
        return ~characters if is_negated else characters

    def _class(self) -> CharacterSet:
        """Return a class in brackets (XSD 1.1, productions 74 to 82)."""
        pattern = self._pattern
        self._position += 1
        is_negated = pattern.startswith("^", self._position)
        self._position += is_negated
        found, minus = CharacterSet(()), CharacterSet(())
        is_first = True
        while is_first or not pattern.startswith("]", self._position):
            if pattern.startswith("-[", self._position) and not is_first:
                self._position += 1
                minus = self._class()
                break
            found |= self._member()
            is_first = False
        if not pattern.startswith("]", self._position):
            raise self._error()
        self._position += 1
        return (~found if is_negated else found) - minus

    def _member(self) -> CharacterSet:
        low = self._class_character()
        if isinstance(low, CharacterSet):
            return low
        following = self._pattern[self._position : self._position + 2]
        if not following.startswith("-") or following in ("-", "-]", "-["):
            return CharacterSet([(ord(low), ord(low))])
        self._position += 1
        high = self._class_character()
        if isinstance(high, CharacterSet) or high < low:
            raise self._error()
        return CharacterSet([(ord(low), ord(high))])

    def _class_character(self) -> CharacterSet | str:
        character = self._pattern[self._position : self._position + 1]
        if character == "\\":
            return self._escaped_set()
        if character in ("", "[", "]"):
            raise self._error()
        self._position += 1
        return character

    def _error(self) -> PatternError:
        return PatternError(
            "'{pattern}' is no regular expression of XPath from character {place} on.",
            remedy="Put a backslash before a character that means itself, and fix the rest.",
            pattern=self._pattern[:80],
            place=self._position + 1,
        )


@lru_cache(maxsize=256)
def translated(pattern: str, flags: str = "", dialect: Dialect = PYTHON) -> str:
    r"""Return a pattern of XPath, with its flags, for an engine; as it is where that is the same.

    Args:
        pattern: A regular expression (Functions and Operators 3.1, section 5.6.1).
        flags: Of ``s``, ``m``, ``i``, ``x`` and ``q`` (section 5.6.2).
        dialect: For which engine.

    Raises:
        PatternError: It is no regular expression, or a flag is none.

    >>> translated("^[A-Z]{2}-[0-9]+"), translated("a b", "x"), translated("1.5", "qi")
    ('^[A-Z]{2}-[0-9]+', 'ab', '(?i)1\\.5')
    """
    if unknown := set(flags) - set(FLAGS):
        raise PatternError(
            "'{flag}' is no flag of a regular expression.",
            remedy="Choose among {flags}.",
            flag=min(unknown),
            flags=", ".join(FLAGS),
        )
    written = _written(pattern, flags, dialect)
    try:
        re.compile(_written(pattern, flags, PYTHON))  # what is wrong for one is so for the others
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(
            "The pattern cannot be read: {reason}. Fix it.",
            reason=ParserWords(getattr(error, "msg", error)),
        ) from error
    return written


def _written(pattern: str, flags: str, dialect: Dialect) -> str:
    if "q" in flags:
        written = re.escape(pattern)
    elif _SAME.fullmatch(pattern) and not flags.strip("i"):
        written = pattern
    else:
        written = _Translator(pattern, flags, dialect).written()
    return f"(?i){written}" if "i" in flags else written
