from __future__ import annotations

import re

import pytest

from publisher.quality.xpath_patterns import PYTHON, RUST, CharacterSet, PatternError, translated

CASES = [
    (r"^\p{Lu}", "", "Älv", True),
    (r"^\p{Lu}", "", "älv", False),
    (r"^\P{L}+$", "", "2024-05", True),
    (r"^[\p{L}-[aeiouyåäö]]+$", "", "gnstr", True),
    (r"^[\p{L}-[aeiouyåäö]]+$", "", "ström", False),
    (r"^[a-z-[m-p-[n]]]+$", "", "an", True),
    (r"^[a-z-[m-p-[n]]]+$", "", "ao", False),
    (r"^\i\c*$", "", "å:b-1", True),
    (r"^\i\c*$", "", "1a", False),
    (r"^[\I]+$", "", "12", True),
    (r"^\d{4}$", "", "2024\n", False),
    (r"^\d+$", "", "٢٠٢٤", True),
    (r"^\p{IsCyrillic}+$", "", "озеро", True),
    (r"^\p{IsCyrillic}+$", "", "ozero", False),
    (r"^\P{IsBasicLatin}$", "", "å", True),
    (r"^\S+$", "", "a\u00a0b", True),
    (r"^\w+$", "", "a_b", False),
    (r"^\w+$", "", "a+b", True),
    (r"^.$", "", "\r", False),
    (r"^.$", "s", "\n", True),
    (r"^b$", "m", "a\nb\nc", True),
    (r"^b$", "", "a\nb\nc", False),
    ("^H e [ ]j$", "x", "He j", True),
    ("1.5 (kr)", "q", "1.5 (kr)", True),
    ("1.5", "q", "1x5", False),
    ("ÅSE", "i", "åse", True),
    (r"^[\-a\]]+$", "", "-]", True),
    (r"^(?:a|b)+?$", "", "abba", True),
    (r"^\^\$\.$", "", "^$.", True),
    (r"^https?:\/\/", "", "https://e.org/", True),
    (r"^#[0-9A-F]{6}$", "", "#00FF00", True),
]
# Rust's engine has neither.
ONLY_PYTHON = [(r"^(.)\1$", "", "aa", True), (r"^(?=.*\d).{3}$", "", "a1b", True)]


@pytest.mark.parametrize(("pattern", "flags", "text", "expected"), [*CASES, *ONLY_PYTHON])
def test_a_pattern_of_xpath_means_in_python_what_it_means(
    pattern: str, flags: str, text: str, expected: bool
) -> None:
    """Functions and Operators 3.1, section 5.6."""
    assert bool(re.search(translated(pattern, flags, PYTHON), text)) is expected


@pytest.mark.parametrize(("pattern", "flags"), sorted({case[:2] for case in CASES}))
def test_a_pattern_of_xpath_is_written_for_rust_with_its_own_end_of_text(
    pattern: str, flags: str
) -> None:
    r"""What differs is the end of the text, and that ``\Z`` is no escape there."""
    written = translated(pattern, flags, RUST)
    assert r"\Z" not in written
    assert written.replace(r"\z", r"\Z") == translated(pattern, flags, PYTHON)


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "a)",
        "[",
        "[]",
        "[^]",
        "[b-a]",
        r"[a-\d]",
        "a{",
        "a{x}",
        "*a",
        "\\",
        r"\q",
        r"\pL",
        r"\p{Xx}",
    ],
)
def test_what_is_no_regular_expression_is_named(pattern: str) -> None:
    """Everything would be refused by it, or nothing."""
    with pytest.raises(PatternError) as error:
        translated(pattern)
    assert error.value.in_language("sv") != error.value.in_language("en")


def test_a_flag_that_there_is_not_is_named() -> None:
    """Functions and Operators 3.1, section 5.6.2."""
    with pytest.raises(PatternError, match="'g' is no flag"):
        translated("a", "ig")


@pytest.mark.parametrize("pattern", ["", "abc", "^SE[0-9]{4}(a|b)?", "[A-Z]{2}"])
def test_what_engines_read_alike_means_the_same_afterwards(pattern: str) -> None:
    """And reads as it was written, where nothing has to be changed."""
    for text in ("", "abc", "SE1234a", "AB", "xABx"):
        assert bool(re.search(translated(pattern), text)) is bool(re.search(pattern, text))


def test_sets_of_characters_are_sets() -> None:
    """Union, complement and difference, at both ends of Unicode."""
    letters = CharacterSet([(97, 122)])
    assert (~~letters).ranges == letters.ranges
    assert (letters - letters).ranges == ()
    assert (letters | ~letters).ranges == ((0, 0x10FFFF),)
    assert re.search((letters - letters).written(), "abc") is None
