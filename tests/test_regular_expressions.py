r"""Repetitions that keep no way back are written so that every Python from 3.11 on agrees on them.

``(?:…)*+`` needs no memory for each round, as ``(?>(?:…)*)`` does, so what strangers send is read
with it. Before 3.11.5, ``re`` goes on behind what the last, failed round had looked at (gh-100061,
gh-106052): ``(?:ab?c)*+`` takes all of ``aca``. An alternative that never matches, ``|(?!)``, at
the end begins at the right place again. A group with a number in such a repetition ends in an error
of ``re`` itself in some versions (gh-101955).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from re import _parser as parser  # type: ignore[attr-defined] # nothing else shows a pattern's parts

import pytest

from tests.test_architecture import PACKAGE, modules

_NEVER = parser.parse("(?!)")
_REPEATED_GROUP = re.compile(r"[^(]\)(?:[*+?]|\{\d*,?\d*\})\+")


def parts(pattern: object) -> Iterator[tuple[object, object]]:
    """Yield the operations of a parsed pattern with what they are about, at every depth."""
    match pattern:
        case parser.SubPattern():
            for operation, about in pattern:
                yield operation, about
                yield from parts(about)
        case tuple() | list():
            for part in pattern:
                yield from parts(part)


def is_sound(pattern: str) -> bool:
    """Tell whether every repetition without a way back is right in each version of Python."""
    try:
        parsed = parser.parse(pattern, re.VERBOSE if "\n" in pattern else 0)
    except re.error:
        return False
    for operation, about in parts(parsed):
        if operation is not parser.POSSESSIVE_REPEAT:
            continue
        inner = list(about[2])
        match inner:
            case [(parser.BRANCH, (_, [*_, last]))]:
                ends_well = repr(last) == repr(_NEVER)
            case [(name, _)]:
                ends_well = name in (parser.IN, parser.LITERAL, parser.NOT_LITERAL, parser.ANY)
            case _:
                ends_well = False
        if not ends_well or any(
            name is parser.SUBPATTERN and group[0] is not None for name, group in parts(inner)
        ):
            return False
    return True


def unsound(tree: ast.Module) -> list[str]:
    """Return the texts of a module that are expressions with such a repetition, and not sound."""
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    written = (t.decode("latin-1") if isinstance(t, bytes) else t for t in texts)
    return [
        text
        for text in written
        if isinstance(text, str) and _REPEATED_GROUP.search(text) and not is_sound(text)
    ]


def test_no_repetition_is_read_wrongly_by_an_early_python() -> None:
    found = {name: unsound(tree) for name, tree in modules(PACKAGE).items()}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    ("pattern", "sound"),
    [
        (r"(?:ab?c|(?!))*+", True),
        (r"[ab]*+c?+(?:d++|\.|(?!)){2,}+", True),
        ("(?: a+ b\n | (?!)\n)*+ # (?:c", True),
        (r"(?:ab?c)*+", False),
        (r"(?:a|b+c)++", False),
        (r"(?:x|(?:a|b+c)?+|(?!))*+", False),
        (r"(?:(a)|b|(?!))*+", False),
        (r"(?>(?:ab?c)*)", True),
    ],
)
def test_what_is_sound(pattern: str, sound: bool) -> None:
    assert is_sound(pattern) is sound


@pytest.mark.parametrize("rest", ["a", "ab", "abx", "xx", "xxyxa", "-"])
def test_a_failed_round_takes_nothing(rest: str) -> None:
    whole = "acxxyabc" + rest
    found = re.match(r"(?:ab?c|(?:x+y|(?!))++|(?!))*+", whole)
    assert found is not None
    assert whole[found.end() :] == rest.removeprefix("xxy")
