"""Texts → words to be found: letters of our languages stay, other marks and case do not count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files

from publisher.languages import FOREIGN_LETTERS, PLAIN_LETTERS

# Scripts that write no spaces between words: Han, kana, Thai, Lao, Burmese, Khmer.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_UNSPACED}]+")
_WORD = re.compile(f"[^\\W_{_UNSPACED}]+|[{_UNSPACED}]+")
_FOREIGN = str.maketrans(dict(FOREIGN_LETTERS))
_PLAIN = str.maketrans(dict(PLAIN_LETTERS))


def fold(text: str) -> str:
    """Return a text without case and marks; letters of our languages are not marks: å, ä, ö.

    >>> fold("Idé på ÅSÖN, Crème, Ærø")
    'ide på åsön, creme, ärö'
    """
    if text.isascii():
        return text.casefold()
    composed = unicodedata.normalize("NFC", text).casefold().translate(_FOREIGN)
    return composed if composed.isascii() else composed.translate(_LETTERS)


class _WithoutMarks(dict[int, str]):
    """Letter → the same without marks, for ``str.translate``; remembers those that it has met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if letter not in PLAIN_LETTERS:
            parts = unicodedata.normalize("NFKD", letter)
            letter = "".join(part for part in parts if not unicodedata.combining(part))
        self[code] = letter
        return letter


_LETTERS = _WithoutMarks()


def words(text: str) -> list[str]:
    """Return the words of a text, folded.

    Scripts that write no spaces are cut into pairs of letters, each letter in two of them.

    >>> words("High-Voltage Valley; Värmland (2015)"), words("海鲈鱼")
    (['high', 'voltage', 'valley', 'värmland', '2015'], ['海鲈', '鲈鱼'])
    """
    return [part for word in _WORD.findall(fold(text)) for part in _pairs(word)]


def is_unspaced(text: str) -> bool:
    """Tell whether a text is in a script that writes no spaces between words."""
    return _RUN.fullmatch(text) is not None


def index_words(text: str) -> list[str]:
    """Return the words by which a text is found: where no spaces are written, single letters too.

    >>> index_words("海鲈鱼 bass")
    ['海鲈', '鲈鱼', '海', '鲈', '鱼', 'bass']
    """
    found = []
    for word in _WORD.findall(fold(text)):
        is_run = len(word) > 1 and _RUN.fullmatch(word) is not None
        found += [*_pairs(word), *(word if is_run else ())]
    return found


def _pairs(word: str) -> list[str]:
    """Return a word; of letters of a script without spaces, each with the next one."""
    if len(word) < 3 or not _RUN.fullmatch(word):
        return [word]
    return [word[n : n + 2] for n in range(len(word) - 1)]


def plain_letters(word: str) -> str:
    """Return a folded word with the letters of our languages written as plain ones.

    >>> plain_letters("värmland")
    'varmland'
    """
    return word.translate(_PLAIN)


def word_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield begin, end and folded form of each word as it is in a text.

    >>> list(word_spans("Åre by"))
    [(0, 3, 'åre'), (4, 6, 'by')]
    """
    for found in _WORD.finditer(text):
        if _RUN.fullmatch(found[0]):
            yield from ((n, n + 1, fold(text[n])) for n in range(found.start(), found.end()))
        else:
            yield found.start(), found.end(), fold(found[0])


# What joins the parts of compounds: skog-s-företag, Schwein-e-fleisch, Arbeit-s-markt.
_JOINTS = ("", "s", "e", "n", "en", "es", "er", "o", "u", "a", "-")
_LEAST_PART = 3
# Of Swedish, English and German nouns, adjectives and verbs, the longest first.
_ENDINGS = (
    *("ernas", "arnas", "ornas", "erna", "arna", "orna", "ades", "ies", "ens", "ets", "ade", "ats"),
    *("en", "et", "ar", "er", "or", "es", "at", "ed", "s", "a"),
)
_LEAST_STEM = 5
_LEAST_SHORT_STEM = 3


def is_small_word(word: str) -> bool:
    """Tell whether a folded word tells nothing of what somebody looks for.

    >>> [is_small_word(word) for word in ("i", "which", "värmland")]
    [True, True, False]
    """
    return word in _small_words()


@cache
def _small_words() -> frozenset[str]:
    lines = (files("publisher.rdf") / "small_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(
        fold(word) for line in lines if not line.startswith("#") for word in line.split()
    )


def without_ending(word: str) -> str:
    """Return a word without the ending of a plural, a definite form or a past, if it has one.

    >>> [without_ending(word) for word in ("clusters", "foretagen", "energi", "ekonomiska")]
    ['cluster', 'foretag', 'energi', 'ekonomisk']
    >>> [without_ending(word) for word in ("grundades", "avvecklats", "discovered", "mars")]
    ['grund', 'avveckl', 'discover', 'mars']
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            return word.removesuffix(ending)
    return word


def short_forms(word: str) -> list[str]:
    """Return what a short word may be in the singular; other forms are found by their beginning.

    >>> short_forms("månar"), short_forms("moons"), short_forms("föreningar")
    (['mån', 'måne', 'måna'], ['moon', 'moone', 'moona'], [])
    """
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and _LEAST_SHORT_STEM <= len(stem) < _LEAST_STEM:
            return [stem, f"{stem}e", f"{stem}a"]
    return []


def compound_parts(word: str, is_known: Callable[[str], bool]) -> list[tuple[str, ...]]:
    """Return the two or three known parts that a compound is made of; the longest ends first.

    Args:
        word: The compound.
        is_known: Whether a part is a word, or the beginning of one.

    >>> compound_parts("skogsföretag", {"skog", "företag"}.__contains__)
    [('skog', 'företag')]
    """
    found: list[tuple[str, ...]] = []
    for end in range(_LEAST_PART, len(word) - _LEAST_PART + 1):
        tail = word[end:]
        tails: list[tuple[str, ...]] = [(tail,)] if is_known(tail) else []
        if not tails and len(tail) > 2 * _LEAST_PART and not found:
            tails = _two_parts(tail, is_known)
        heads = [h for h in _heads(word[:end]) if is_known(h)] if tails else []
        found += [(heads[-1], *rest) for rest in tails[:1] if heads]
        if found:
            break
    return found


def _two_parts(word: str, is_known: Callable[[str], bool]) -> list[tuple[str, ...]]:
    ends = range(_LEAST_PART, len(word) - _LEAST_PART + 1)
    return [
        (heads[-1], word[end:])
        for end in ends
        if is_known(word[end:]) and (heads := [h for h in _heads(word[:end]) if is_known(h)])
    ]


def _heads(beginning: str) -> list[str]:
    """Return what a first part may be without its joint, the longest first."""
    cut = (beginning.removesuffix(joint) for joint in _JOINTS if beginning.endswith(joint))
    return [head for head in dict.fromkeys(cut) if len(head) >= _LEAST_PART]


def one_edit_variants(word: str, letters: str) -> Iterator[str]:
    """Yield what a word becomes by deleting, inserting, replacing or swapping one letter.

    >>> sorted(one_edit_variants("ab", "b"))
    ['a', 'ab', 'abb', 'b', 'ba', 'bab', 'bb']
    """
    halves = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    found = {a + b[1:] for a, b in halves if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    found |= {a + letter + b[1:] for a, b in halves if b for letter in letters}
    found |= {a + letter + b for a, b in halves for letter in letters}
    yield from found
