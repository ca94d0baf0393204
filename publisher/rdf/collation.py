"""In which order the words of a language stand, and under which letter of its alphabet.

Keys are compared by code point. Letters stand where the language has them (CLDR, "collation":
primary differences alone); marks that make no letter of their own do not count, nor does case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

# Language → its own letters: each group after a plain one, in order. "=" joins what is one letter.
_OWN_LETTERS: Mapping[str, str] = {
    "cs": "c č|h ch|r ř|s š|z ž",
    "da": "z æ=ä ø=ö å=aa",
    "es": "n ñ",
    "et": "s š z ž|w õ ä ö ü",
    "fi": "z å ä=æ ö=ø",
    "hr": "c č ć|d dž đ|l lj|n nj|s š|z ž",
    "hu": "c cs|d dz dzs|g gy|l ly|n ny|o ö=ő|s sz|t ty|u ü=ű|z zs",
    "is": "a á|d ð|e é|i í|o ó|u ú|y ý|z þ æ ö=ø å",
    "lt": "c č|i y|s š|z ž",
    "lv": "c č|g ģ|k ķ|l ļ|n ņ|s š|z ž",
    "nb": "z æ=ä ø=ö å=aa",
    "pl": "a ą|c ć|e ę|l ł|n ń|o ó|s ś|z ź ż",
    "pt": "",
    "ro": "a ă â|i î|s ș=ş|t ț=ţ",
    "se": "a á|c č|d đ|n ŋ|s š|t ŧ|z ž ø=ö æ=ä å",
    "sk": "a ä|c č|h ch|o ô|s š|z ž",
    "sl": "c č|s š|z ž",
    "sq": "c ç|d dh|e ë|g gj|l ll|n nj|r rr|s sh|t th|x xh|z zh",
    "sv": "z å ä=æ ö=ø",
    "tr": "c ç|g ğ|h ı|o ö|s ş|u ü",
    "uk": "г ґ|е є|и і ї",
    "vi": "a ă â|d đ|e ê|o ô ơ|u ư",
}
_LIKE = {"no": "nb", "nn": "nb", "fo": "da", "sh": "hr", "bs": "hr", "sr": "hr", "fit": "fi"}
# Letters without a decomposition, where a language has none of its own for them.
_PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ŋ": "n"}
)
# The letters of alphabets, in order; of an index all of them are shown.
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS: Mapping[str, str] = {
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "el": "αβγδεζηθικλμνξοπρστυφχψω",
    "fa": "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی",
    "he": "אבגדהוזחטיכלמנסעפצקרשת",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    **{tag: "" for tag in ("ja", "ko", "th", "zh")},
}
DIGITS, OTHERS, IDEOGRAPHS = "0-9", "…", "漢"
# Sorts after every letter that may follow the plain one.
_AFTER = 0x10F000
_NUMBER = re.compile(r"[0-9]+")
# Visitors name languages, too.
_CACHED_LANGUAGES = 1024


@lru_cache(maxsize=_CACHED_LANGUAGES)
def _tailoring(language: str) -> tuple[re.Pattern[str] | None, Mapping[str, str]]:
    """Return what finds the own letters of a language, and what each is sorted as."""
    places: dict[str, str] = {}
    for group in filter(None, _OWN_LETTERS.get(language, "").split("|")):
        base, *own = group.split()
        rank = 0
        for letters in own:
            if letters in _LATIN:  # a plain letter that is elsewhere begins anew
                base, rank = letters, 0
                continue
            rank += 1
            for letter in letters.split("="):
                places[letter] = base + chr(_AFTER + rank)
    longest = sorted(places, key=len, reverse=True)
    return (re.compile("|".join(longest)) if places else None), places


@lru_cache(maxsize=_CACHED_LANGUAGES)
def _language(tag: str) -> str:
    primary = tag.partition("-")[0].lower()
    return _LIKE.get(primary, primary)


# Katakana is sorted as hiragana. In Thai and Lao some vowels are written before the consonant that
# they follow, and a word is sorted by the consonant (Unicode Collation Algorithm, section 3.1).
_HIRAGANA = {ord("ァ") + n: ord("ぁ") + n for n in range(0x56)}
_VOWEL_BEFORE = re.compile("([เ-ไເ-ໄ])(.)")
# The first consonants of Korean syllables, as they are written by themselves.
_HANGUL = dict(enumerate("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", start=0x1100))


def _folded(text: str) -> str:
    """Return a text without case, its letters in the order in which they are sorted."""
    folded = unicodedata.normalize("NFC", text).casefold()
    if folded.isascii():
        return folded
    return _VOWEL_BEFORE.sub(r"\2\1", folded.translate(_HIRAGANA))


def _plain(text: str) -> str:
    """Return letters without marks; in scripts whose marks are vowels nothing is taken away."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(part for part in parts if not unicodedata.combining(part))


@lru_cache(maxsize=50_000)
def collation_key(text: str, language: str) -> str:
    """Return what a text is sorted by among texts of a language; equal keys need a second one.

    >>> sorted(["Örebro", "Åre", "zoo", "Ärla", "älv"], key=lambda t: collation_key(t, "sv"))
    ['zoo', 'Åre', 'älv', 'Ärla', 'Örebro']
    >>> sorted(["Zoo", "Übung", "Unke", "Uhr"], key=lambda t: collation_key(t, "de"))
    ['Übung', 'Uhr', 'Unke', 'Zoo']
    >>> sorted(["chata", "hotel", "cena", "jih"], key=lambda t: collation_key(t, "cs"))
    ['cena', 'hotel', 'chata', 'jih']
    """
    folded = _folded(text)
    pattern, places = _tailoring(_language(language))
    if pattern is None:
        return _plain(folded)
    found, position = [], 0
    for match in pattern.finditer(folded):
        found += [_plain(folded[position : match.start()]), places[match[0]]]
        position = match.end()
    return "".join([*found, _plain(folded[position:])])


def index_letter(text: str, language: str) -> str:
    """Return the letter of an alphabetical index under which a text of a language is.

    >>> [index_letter(t, "sv") for t in ("ål", "Éric", "(bass)", "3D", "鲈鱼", "–")]
    ['Å', 'E', 'B', '0-9', '漢', '…']
    >>> index_letter("chata", "cs"), index_letter("übel", "de")
    ('CH', 'U')
    >>> [index_letter(t, "") for t in ("เรือ", "サカナ", "가방", "თევზი")]
    ['ร', 'さ', 'ㄱ', 'თ']
    """
    first = text[:1]
    if first.isascii() and first.isalpha() and not _tailoring(_language(language))[1]:
        return first.upper()
    folded = _folded(text)
    start = next((n for n, letter in enumerate(folded) if letter.isalnum()), None)
    if start is None:
        return OTHERS
    if folded[start].isdigit():
        return DIGITS
    pattern, places = _tailoring(_language(language))
    own = pattern.match(folded, start) if pattern else None
    if own is not None:  # of letters that are one the first is shown
        return next(name for name, position in places.items() if position == places[own[0]]).upper()
    letter = _plain(folded[start])[:1] or folded[start]
    if "\u3400" <= letter <= "\u9fff":
        return IDEOGRAPHS
    letter = letter.translate(_HANGUL)
    # Georgian has capitals for headings alone, and few fonts have them.
    return letter if "\u10d0" <= letter <= "\u10ff" else letter.upper()


def alphabet(language: str) -> Sequence[str]:
    """Return the letters of a language in their order; empty where words have no alphabet.

    >>> alphabet("sv")[-4:], alphabet("es")[13:16], alphabet("el")[0]
    (('Z', 'Å', 'Ä', 'Ö'), ('N', 'Ñ', 'O'), 'Α')
    """
    primary = _language(language)
    _, places = _tailoring(primary)
    own: dict[str, str] = {}
    for name, position in places.items():
        own.setdefault(position, name)
    letters = {*_ALPHABETS.get(primary, _LATIN), *own.values()}
    return tuple(
        letter.upper() for letter in sorted(letters, key=lambda name: collation_key(name, primary))
    )


def letter_key(letter: str, language: str) -> tuple[int, str]:
    """Return what a letter of an index is sorted by: digits first, what is no letter last."""
    return ({DIGITS: 0, OTHERS: 2}.get(letter, 1), collation_key(letter, language))


def notation_key(notation: str) -> str:
    """Return what a notation is sorted by: numbers by their size.

    >>> sorted(["10.10", "9", "10.2", "A1"], key=notation_key)
    ['9', '10.2', '10.10', 'A1']
    """
    return _NUMBER.sub(lambda found: f"{len(found[0].lstrip('0')):03d}{found[0]}", notation)
