"""The languages of the program's pages and messages: one row says all that differs by language.

A further language is a row here, a catalogue ``locale/<tag>.po`` (``messages``) and, if somebody
writes one, ``locale/<tag>.ttl`` with labels of standard terms; English is in for what is
missing. Data may be in any language that has a tag (BCP 47), with or without a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

# The language of the sentences in the program's own text, and the last resort.
SOURCE_LANGUAGE = "en"

# Letters that follow z, and what stands for them where texts are compared by code point.
_SWEDISH_ORDER = {"å": "{", "ä": "|", "ö": "}"}


@dataclass(frozen=True)
class Language:
    """What the program knows of a language that it speaks.

    Attributes:
        tag: BCP 47, a language alone (``de``, not ``de-AT``); the name of its catalogue.
        name: What its speakers call it.
        locale: Of dates and numbers (CLDR).
        order: Letter → what it is sorted as, where that is not its code point.
        letters: Letter → plain letter, for those of its own: a search for ``ö`` finds no ``o``,
            but a search for ``o`` finds ``ö``; addresses take the plain one.
        foreign_letters: Letter of a neighbour → the own one under which it is looked for.
        is_written: Whether the program writes its own texts in it into every release, form and
            workbook (titles of files, say); else only into those whose data have the language.
        separator: What programs for tables put between the columns of CSV where it is spoken.
        has_capital_nouns: Whether a noun keeps its capital within a sentence.
    """

    tag: str
    name: str
    locale: str
    order: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    foreign_letters: Mapping[str, str] = field(default_factory=dict)
    is_written: bool = False
    separator: str = ","
    has_capital_nouns: bool = False


# The first is the default; names come first in its words.
_TABLE = (
    Language(
        tag="sv",
        name="Svenska",
        locale="sv_SE",
        order=_SWEDISH_ORDER,
        letters={"å": "a", "ä": "a", "ö": "o"},
        foreign_letters={"æ": "ä", "ø": "ö"},
        is_written=True,
        separator=";",
    ),
    # Dates and numbers as Europe writes them; names of places here are Swedish in English too.
    Language(tag="en", name="English", locale="en_GB", order=_SWEDISH_ORDER, is_written=True),
    Language(
        tag="de",
        name="Deutsch",
        locale="de_DE",
        order={"ä": "a", "ö": "o", "ü": "u", "ß": "ss"},
        separator=";",
        has_capital_nouns=True,
    ),
)
BY_TAG: Mapping[str, Language] = {language.tag: language for language in _TABLE}
LANGUAGES = tuple(BY_TAG)
# Of the texts that the program adds to everybody's data.
WRITTEN_LANGUAGES = tuple(row.tag for row in _TABLE if row.is_written)


def within_sentence(noun: str, language: str) -> str:
    """Return a noun that begins with a capital as it is written within a sentence.

    >>> within_sentence("Broar", "sv"), within_sentence("Brücken", "de-AT")
    ('broar', 'Brücken')
    """
    known = BY_TAG.get(language.lower().partition("-")[0])
    return noun if known and known.has_capital_nouns else noun[:1].lower() + noun[1:]


def written_languages(of_data: Iterable[str]) -> tuple[str, ...]:
    """Return the languages in which the program adds its own texts to some data.

    >>> written_languages(["fi", "de-AT"]), written_languages([])
    (('sv', 'en', 'de'), ('sv', 'en'))
    """
    spoken = {tag.lower().partition("-")[0] for tag in of_data}
    return tuple(row.tag for row in _TABLE if row.is_written or row.tag in spoken)


class ReaderLanguage(str):
    """The language of a page, and those that its reader would rather read than others.

    It is the language as far as the page's own words go; texts of the data, which may be in any
    language, are chosen by all of it.

    Attributes:
        content: The language of texts of the data that comes before the page's; empty for none.
        others: What is next best, in order.
    """

    content: str
    others: tuple[str, ...]

    def __new__(
        cls, language: str, others: Sequence[str] = (), content: str = ""
    ) -> ReaderLanguage:
        """Return the language of a page with the preferences of its reader."""
        made = super().__new__(cls, language)
        made.content = content.lower()
        made.others = tuple(dict.fromkeys(tag.lower() for tag in others))
        return made


def language_rank(tag: str, language: str) -> int:
    """Return how far a text in a language is from what a reader wants; texts may have no tag.

    The chosen language of texts comes first, then the page's, no language, what else the reader
    understands, English, what the site prefers. A region's tag counts as its language.

    >>> reader = ReaderLanguage("sv", ["fi", "en", "de"])
    >>> sorted(["it", "de", "en-GB", "", "fi", "sv-FI"], key=lambda tag: language_rank(tag, reader))
    ['sv-FI', '', 'fi', 'en-GB', 'de', 'it']
    """
    primary = tag.lower().partition("-")[0]
    content, others = "", tuple([SOURCE_LANGUAGE])
    if isinstance(language, ReaderLanguage):
        content, others = language.content, language.others
    if content and content in (primary, tag.lower()):
        return 0
    if primary == language.partition("-")[0]:
        return 1
    if not tag:
        return 2
    return 3 + (others.index(primary) if primary in others else len(others))


# CLDR knows several codes of three letters for these languages; ISO 639-3 has these.
_ISO_639_3 = frozenset(
    {
        *(
            "aka",
            "ara",
            "aym",
            "aze",
            "bod",
            "ces",
            "cre",
            "cym",
            "deu",
            "dzo",
            "ell",
            "est",
            "eus",
        ),
        *(
            "fas",
            "fra",
            "ful",
            "grn",
            "guj",
            "hrv",
            "hye",
            "iku",
            "ipk",
            "isl",
            "kat",
            "kau",
            "kom",
        ),
        *(
            "kon",
            "kur",
            "lav",
            "mkd",
            "mlg",
            "mon",
            "mri",
            "msa",
            "mya",
            "nep",
            "nld",
            "oji",
            "ori",
        ),
        *(
            "orm",
            "pus",
            "que",
            "ron",
            "san",
            "slk",
            "sqi",
            "srd",
            "srp",
            "swa",
            "uzb",
            "yid",
            "zha",
        ),
        "zho",
    }
)
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def is_language_tag(tag: str) -> bool:
    """Tell whether a tag may stand at a text (RDF 1.1 Turtle, LANGTAG; BCP 47, section 2.1).

    >>> [is_language_tag(tag) for tag in ("fi", "zh-Hant-TW", "x", "sv_SE", "")]
    [True, True, False, False, False]
    """
    return _TAG.fullmatch(tag) is not None


def locale_of(language: str) -> str:
    """Return the locale in which a language's dates and numbers are written."""
    return BY_TAG[language].locale if language in BY_TAG else language


def text_direction(tag: str) -> str:
    """Return the direction of the script of a language: ``ltr`` or ``rtl``.

    >>> [text_direction(tag) for tag in ("sv", "ar", "he-IL", "az-Arab", "x-own")]
    ['ltr', 'rtl', 'rtl', 'rtl', 'ltr']
    """
    locale = _locale(tag)
    return "rtl" if locale is not None and locale.text_direction == "rtl" else "ltr"


def language_name(tag: str, language: str) -> str:
    """Return the name of a language in another one; its tag when it has none.

    >>> [language_name(tag, "sv") for tag in ("en", "fit", "en-GB", "x-own", "")]
    ['engelska', 'meänkieli', 'engelska (Storbritannien)', 'x-own', '']
    """
    from babel import Locale

    locale = _locale(tag)
    if locale is not None:
        return str(locale.get_display_name(language) or tag)
    return str(Locale(language).languages.get(tag.lower(), tag))


@lru_cache(maxsize=1024)  # visitors name languages too
def _locale(tag: str) -> Locale | None:
    # Babel is for names of languages and for dates; most commands say neither.
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-") if tag else None
    except (UnknownLocaleError, ValueError):
        return None


@cache
def letter_order(language: str) -> Mapping[int, str]:
    """Return letter → what it is sorted as, for ``str.translate``; lower case."""
    found = BY_TAG.get(language) or BY_TAG[LANGUAGES[0]]
    return str.maketrans(dict(found.order))


@cache
def _codes() -> Mapping[str, str]:
    """Return code of two letters → code of three (ISO 639-3)."""
    from babel.core import get_global

    aliases = get_global("language_aliases").items()
    pairs = [(short, code) for code, short in aliases if len(code) == 3 and len(short) == 2]
    several = {short for short, code in pairs if code in _ISO_639_3}
    return {short: code for short, code in pairs if short not in several or code in _ISO_639_3}


def authority_code(tag: str) -> str:
    """Return the code of a language in the EU's authority table; empty when it has none.

    The table has the codes of ISO 639-3 in capitals.

    >>> [authority_code(tag) for tag in ("sv", "de-AT", "fit", "zh", "x-own", "klingon")]
    ['SWE', 'DEU', 'FIT', 'ZHO', '', '']
    """
    primary = tag.lower().partition("-")[0]
    code = primary if len(primary) == 3 else _codes().get(primary, "")
    return code.upper()


def tag_of_authority(code: str) -> str:
    """Return the tag of a language in the EU's authority table; empty when it has none.

    >>> [tag_of_authority(code) for code in ("SWE", "FIT", "MUL-OLD")]
    ['sv', 'fit', '']
    """
    if not (len(code) == 3 and code.isalpha()):
        return ""
    by_code = {long: short for short, long in _codes().items()}
    return by_code.get(code.lower(), code.lower())


# What a search for a plain letter finds too, in the order of the table.
PLAIN_LETTERS: Mapping[str, str] = {
    letter: plain for row in reversed(_TABLE) for letter, plain in row.letters.items()
}
# A letter that one of the languages has of its own is no neighbour's.
FOREIGN_LETTERS: Mapping[str, str] = {
    letter: own
    for row in reversed(_TABLE)
    for letter, own in row.foreign_letters.items()
    if letter not in PLAIN_LETTERS
}
