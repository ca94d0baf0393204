"""One word for one thing, in the texts that people read: messages, labels, ontology and shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from pyoxigraph import Literal, RdfFormat, parse

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "publisher" / "locale"
# Language → what is not written → what is written instead.
WORDS = {
    "en": {
        r"seen active": "known active",
        r"told of": "reported",
        r"mend(s|ed|ing)?": "correct",
        r"spread sheet": "spreadsheet",
        r"whoever": "anyone who",
    },
    "sv": {
        r"sett verksamt": "belagt verksamt",
        r"ändpunkt\w*": "slutpunkt",
        r"kalkylark\w*": "kalkylblad",
        r"tripel\w*|trippler\w*": "trippel, tripplar",
        r"mediatyp(en|er)?": "medietyp",
    },
    "de": {r"Tripels": "Tripel", r"Datenset\w*": "Datensatz"},
}


@cache
def texts(language: str) -> tuple[tuple[str, str], ...]:
    """Return where each text of a language stands, and the text."""
    return (*_messages(language), *_literals(language))


def _messages(language: str) -> Iterator[tuple[str, str]]:
    name = "sv" if language == "en" else language
    with (LOCALE / f"{name}.po").open("rb") as file:
        for entry in read_po(file):
            if entry.id:
                text = str(entry.id if language == "en" else entry.string)
                yield f"{name}.po, {entry.id}", text


def _literals(language: str) -> Iterator[tuple[str, str]]:
    folders = ("ontology", "shapes", "publisher/render", "publisher/profiles")
    for path in sorted(p for folder in folders for p in (ROOT / folder).rglob("*.ttl")):
        for quad in parse(path=path, format=RdfFormat.TURTLE, base_iri="https://example.org/"):
            value = quad.object
            if isinstance(value, Literal) and value.language == language:
                yield f"{path.relative_to(ROOT)}, {quad.subject}", value.value


@pytest.mark.parametrize("language", WORDS)
def test_texts_have_the_words_that_were_agreed_on(language: str) -> None:
    found = {
        (where, match[0], better)
        for where, text in texts(language)
        for word, better in WORDS[language].items()
        for match in re.finditer(rf"\b(?:{word})\b", text, re.IGNORECASE)
    }
    assert found == set()


@pytest.mark.parametrize("language", WORDS)
def test_there_are_texts_to_look_at(language: str) -> None:
    assert len(texts(language)) > 2000
