"""English sentences and their translations, for pages, findings and errors.

The English sentence is the key (gettext's way); ``locale/<language>.po`` holds the others.
A value that people read is a ``Text``: the same sentence in every language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

# Messages are in the languages of the table.
from publisher.languages import LANGUAGES as LANGUAGES
from publisher.languages import SOURCE_LANGUAGE as SOURCE_LANGUAGE

Text = Mapping[str, str]
# Of what somebody else wrote and a message quotes.
_LONGEST_QUOTED = 300
# An entry of a catalogue: each text is one string or several, a line each, as in C. Babel reads
# more of the format, and takes longer for it than the rest of a command's start together.
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_STRINGS = rf"({_STRING}(?:\s*{_STRING})*)"
_ENTRY = re.compile(rf"^msgid\s+{_STRINGS}\s*^msgstr\s+{_STRINGS}", re.MULTILINE)
_ONE_TEXT = re.compile(_STRINGS)
_ONE_OR_MANY = re.compile(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}")
_BETWEEN_STRINGS = re.compile(r'"\s*\n\s*"')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


class _Translations:
    """Message → translation of one language.

    A catalogue is searched for the first few messages, and read when more are wanted: reading all
    takes longer than most of a command that prints a line or two.
    """

    def __init__(self, written: str) -> None:
        self._written, self._left = written, _SEARCHES
        self._read: Mapping[str, str] | None = None

    def get(self, message: str, default: str = "") -> str:
        """Return a translation; what is given where there is none."""
        read = self._read
        if read is None:
            self._left -= 1
            found = _searched(self._written, message) if self._left >= 0 else None
            if found is not None:
                return found
            self._read = read = read_catalogue(self._written)
        return read.get(message, default)


# Reading takes as long as some hundred searches.
_SEARCHES = 20


@cache
def _catalogue(language: str) -> _Translations:
    """Return the catalogue of one language; that of the source language is empty."""
    if language == SOURCE_LANGUAGE:
        return _Translations("")
    path = Path(__file__).parent / "locale" / f"{language}.po"
    return _Translations(path.read_text(encoding="utf-8"))


def _searched(written: str, message: str) -> str | None:
    """Return the translation of a message that stands on one line; None where it is not found."""
    line = message.replace("\\", "\\\\").replace('"', '\\"')
    entry = f'\nmsgid "{line}"\nmsgstr '
    start = written.find(entry)
    found = _ONE_TEXT.match(written, start + len(entry)) if start >= 0 else None
    return _unquoted(found[0]) if found and message else None


def read_catalogue(written: str) -> dict[str, str]:
    """Return message → translation of a catalogue without plural forms and contexts."""
    pairs = {_unquoted(m[1]): _unquoted(m[2]) for m in _ENTRY.finditer(written)}
    pairs.pop("", None)  # what the catalogue says of itself
    return pairs


def _unquoted(written: str) -> str:
    """Return the text that strings of a catalogue stand for."""
    joined = _BETWEEN_STRINGS.sub("", written)[1:-1] if "\n" in written else written[1:-1]
    if "\\" not in joined:
        return joined
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), joined)


def translate(message: str, language: str, **values: object) -> str:
    """Return the message in the language, its ``{names}`` filled; English where none is known.

    A value called ``reason``, what the operating system says, is translated too, and so is one that
    knows what it is ``in_language``.

    A word that depends on a number has both its forms: ``{count:row|rows}``.

    >>> translate("Page not found", "sv")
    'Sidan finns inte'
    >>> translate("{count} {count:row|rows}", "sv", count=1)
    '1 rad'
    """
    translated = _catalogue(language).get(message) or message
    if "|" in translated:
        translated = _ONE_OR_MANY.sub(
            lambda found: found[2] if str(values.get(found[1])) == "1" else found[3], translated
        )
    for name, value in values.items():
        if (in_its_language := getattr(value, "in_language", None)) is not None:
            values[name] = in_its_language(language)
    if isinstance(values.get("reason"), str):
        values["reason"] = _reason_in(str(values["reason"]), language)
    return translated.format(**values) if values else translated


class QuotedNames(tuple[str, ...]):
    """Names as the value of a message: each in the quotation marks of the language."""

    __slots__ = ()

    def in_language(self, language: str) -> str:
        """Return the names with commas."""
        if language == SOURCE_LANGUAGE:
            return ", ".join(f"'{name}'" for name in self)
        return ", ".join(translate("“{name}”", language, name=name) for name in self)


class Alternatives(tuple[str, ...]):
    """Texts as the value of a message, of which one is to be taken."""

    __slots__ = ()

    def in_language(self, language: str) -> str:
        """Return the texts with commas, and "or" before the last.

        >>> Alternatives(("a", "b", "c")).in_language("sv")
        'a, b eller c'
        """
        last = ", ".join(self[:-1])
        return f"{last} {translate('or', language)} {self[-1]}" if last else "".join(self)


# What the system says of a file or an address (POSIX, errno.h, as glibc and macOS write it).
_SYSTEM_REASONS = (
    "Address already in use",
    "Cannot assign requested address",
    "Connection refused",
    "Connection reset by peer",
    "Connection timed out",
    "Directory not empty",
    "File exists",
    "File name too long",
    "Input/output error",
    "Is a directory",
    "Name or service not known",
    "Network is unreachable",
    "No route to host",
    "No space left on device",
    "No such file or directory",
    "nodename nor servname provided, or not known",
    "Not a directory",
    "Permission denied",
    "Read-only file system",
    "Temporary failure in name resolution",
    "Too many open files",
)


def _reason_in(reason: str, language: str) -> str:
    """Return a reason that the system gave in the language, if it is one of the usual ones."""
    known = (translate(usual, language) for usual in _SYSTEM_REASONS if usual == reason)
    return next(known, reason)


class Message(dict[str, str]):
    """A text that remembers the sentence it was made from, whatever values stand in it."""

    key: str

    def __init__(self, texts: Mapping[str, str], key: str) -> None:
        """Keep the texts, by language, and the sentence."""
        super().__init__(texts)
        self.key = key

    def in_language(self, language: str) -> str:
        """Return the text in a language, where it is a value of another message."""
        return in_language(self, language)

    def __reduce__(self) -> tuple[type[Message], tuple[dict[str, str], str]]:
        """Return how it is made again in another process."""
        return Message, (dict(self), self.key)


def text(message: str, **values: object) -> Text:
    """Return the message in every language of the program.

    >>> text("Page not found")["sv"], text("Page not found")["en"]
    ('Sidan finns inte', 'Page not found')
    """
    filled = {language: translate(message, language, **values) for language in LANGUAGES}
    return Message(filled, message)


def written_in_table(row: Mapping[str, str]) -> dict[str, str]:
    """Return the text of a row of a table by language: the column of the language, else translated.

    >>> written_in_table({"en": "Publisher", "sv": "Utgivare"})["de"]
    'Herausgeber'
    """
    english = row.get(SOURCE_LANGUAGE, "")
    found = {
        language: row.get(language) or _catalogue(language).get(english, "")
        for language in LANGUAGES
    }
    return {language: words for language, words in found.items() if words}


def in_language(value: Text, language: str) -> str:
    """Return the text in the language, else in English, else in whatever there is.

    >>> in_language({"de": "Hallo", "en": "Hello"}, "sv")
    'Hello'
    """
    if language in value:
        return value[language]
    return value.get(SOURCE_LANGUAGE) or next(iter(value.values()), "")


def printable(words: str) -> str:
    r"""Return the beginning of a stranger's text, safe in a terminal, a log and a sentence.

    >>> printable("no \x1b[2J\x00such thing")
    'no ?[2J?such thing'
    """
    # Cut first: a stranger may write megabytes.
    shown = " ".join(words[: _LONGEST_QUOTED * 4].split())[:_LONGEST_QUOTED]
    return "".join(letter if letter.isprintable() else "?" for letter in shown)
