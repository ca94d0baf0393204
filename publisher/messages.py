"""English sentences and their translations, for pages, findings and errors alike.

The English sentence is the key (gettext's way); ``locale/<language>.po`` holds the others.
A value that people read is a ``Text``: the same sentence in every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

# Messages are in the languages of the table.
from publisher.languages import LANGUAGES as LANGUAGES
from publisher.languages import SOURCE_LANGUAGE as SOURCE_LANGUAGE

Text = Mapping[str, str]
# Of what somebody else wrote and a message quotes.
_LONGEST_QUOTED = 300


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    """Return message → translation of one language; the source language has none."""
    if language == SOURCE_LANGUAGE:
        return {}
    path = files("publisher") / "locale" / f"{language}.po"
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    return {str(message.id): str(message.string) for message in catalogue if message.id}


def translate(message: str, language: str, **values: object) -> str:
    """Return the message in the language, its ``{names}`` filled; English where none is known.

    >>> translate("Page not found", "sv")
    'Sidan finns inte'
    """
    translated = _catalogue(language).get(message) or message
    if isinstance(values.get("reason"), str):
        values["reason"] = _reason_in(str(values["reason"]), language)
    return translated.format(**values) if values else translated


# What the system says of a file or an address (POSIX, errno.h, as glibc and macOS write it).
_SYSTEM_REASONS = (
    "Address already in use",
    "Cannot assign requested address",
    "Directory not empty",
    "File exists",
    "File name too long",
    "Input/output error",
    "Is a directory",
    "No space left on device",
    "No such file or directory",
    "Not a directory",
    "Permission denied",
    "Read-only file system",
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
    r"""Return a beginning of what a stranger wrote, safe in a terminal, a log and a sentence.

    >>> printable("no \x1b[2J\x00such thing")
    'no ?[2J?such thing'
    """
    # Cut first: a stranger may write megabytes.
    shown = " ".join(words[: _LONGEST_QUOTED * 4].split())[:_LONGEST_QUOTED]
    return "".join(letter if letter.isprintable() else "?" for letter in shown)
