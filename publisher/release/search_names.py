"""Names in a sorted file → what words find, without an index: for as long as one is being made.

Whoever looks at large files once finds things by their names as soon as there are pages. A search
goes through all names, which takes some tenths of a second; words fold as in the index, and each
may be the beginning of a longer one.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from publisher.errors import QueryLimitExceeded
from publisher.rdf.label_properties import LabelProperties
from publisher.rdf.sorted_files import Quads, read_parts, write_lines
from publisher.rdf.text import fold, plain_letters, words

NAMES_FILE = "names.nt"
# Letters with marks of the scripts that are folded: Latin, Greek, Cyrillic.
_MARKED = range(0xC0, 0x2000)
# So many lines are looked at closely, for one search.
_MOST_LINES = 20_000


def write_names(path: Path, triples: Quads, naming: LabelProperties, base_iri: str) -> None:
    """Write the names of the things below a base: the lines of N-Triples that say them.

    Args:
        path: A file that does not exist.
        triples: Everything that is said, in no graphs.
        naming: The properties whose values are names that readers see.
        base_iri: Where the things are named.
    """
    properties = b"|".join(
        re.escape(f"<{name}>".encode()) for name in (*naming.names, *naming.alternatives)
    )
    below = re.escape(f"<{base_iri}".encode())
    line = re.compile(rb'^%s[^>]*> (?:%s) ".*\n' % (below, properties), re.MULTILINE)
    lines = (match for block in read_parts(triples.path) for match in line.findall(block))
    write_lines(path, lines)


def find_names(
    path: Path, requested: Sequence[str], seconds: float
) -> Iterator[tuple[str, Literal]]:
    """Yield each thing, and a name of it that has some words or what begins with them.

    Args:
        path: The file of the names.
        requested: Folded words.
        seconds: How long it may take.

    Raises:
        QueryLimitExceeded: It took longer.
    """
    deadline = time.monotonic() + seconds
    plain = [plain_letters(word) for word in requested]
    candidate = re.compile(f"^.*{_pattern(max(plain, key=len))}.*\\n", re.MULTILINE)
    looked_at = 0
    for block in read_parts(path):
        lines = candidate.findall(block.decode())
        yield from _with_words(lines, plain)
        looked_at += len(lines)
        if looked_at > _MOST_LINES:
            return
        if time.monotonic() > deadline:
            raise QueryLimitExceeded(
                "The search was stopped after {seconds} seconds.",
                limit="query_timeout_seconds",
                remedy="Search for longer or rarer words.",
                seconds=seconds,
            )


def _with_words(lines: Iterable[str], plain: Sequence[str]) -> Iterator[tuple[str, Literal]]:
    for quad in parse("".join(lines), format=RdfFormat.N_TRIPLES):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            own = [plain_letters(word) for word in words(quad.object.value)]
            if all(any(word.startswith(begun) for word in own) for begun in plain):
                yield quad.subject.value, quad.object


def _pattern(word: str) -> str:
    """Return an expression for the ways in which a plain word may be written.

    >>> re.search(_pattern("strasse"), "Weiße Straße")[0]
    'Straße'
    """
    marked, ways = _marked_letters(), [_letter(letter) for letter in word]
    for number in range(len(word) - 1):
        if one := marked.get(word[number : number + 2]):  # ß is folded to two letters
            ways[number] = f"(?:{ways[number]}{_letter(word[number + 1])}|[{''.join(one)}])"
            ways[number + 1] = ""
    return "".join(ways)


def _letter(letter: str) -> str:
    """Return an expression for the letters that are folded to a plain one, such as Å to a."""
    ways = {letter, letter.upper()[:1], *_marked_letters().get(letter, ())}
    return f"[{''.join(map(re.escape, sorted(ways)))}]"


@cache
def _marked_letters() -> dict[str, list[str]]:
    """Return plain letter, or two of them → the letters that are folded to it."""
    marked: dict[str, list[str]] = defaultdict(list)
    for letter in map(chr, _MARKED):
        marked[plain_letters(fold(letter))].append(letter)
    return marked
