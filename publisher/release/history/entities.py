"""Everything that a release says of each entity, and what is new in it since the release before.

An entity may stand in several datasets and in the catalogue. All these files are sorted by subject,
so they are read side by side as one; only what hangs on blank nodes is held in memory.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from publisher.rdf.namespaces import iri
from publisher.release.history.difference import Block, Kind, blocks, merged
from publisher.release.model import CATALOGUE_EU, DUMPS

_BLANK = "_:"
_REPLACED = iri("dcterms:isReplacedBy")
_STATEMENT = re.compile(r"\S+ <([^>]*)> (?:<([^>]*)>|(_:\S+)|\")")


@dataclass(frozen=True)
class EntityChange:
    """An entity whose statements differ between two releases.

    Attributes:
        iri: Its IRI.
        before: What was said of it and of the blank nodes below it, as lines of N-Quads.
        after: What is said now.
    """

    iri: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """Return what happened to it."""
        if not self.before:
            return Kind.ADDED
        return Kind.CHANGED if self.after else Kind.REMOVED

    def lines(self) -> set[str]:
        """Return the lines that are new or gone."""
        return set(self.before) ^ set(self.after)


def parts_of(line: str) -> tuple[str, str, str]:
    """Return predicate, object when it is an IRI, and object when it is a blank node.

    >>> parts_of("<http://e.org/a> <http://e.org/p> <http://e.org/b> .")
    ('http://e.org/p', 'http://e.org/b', '')
    """
    found = _STATEMENT.match(line)
    assert found is not None, line
    return found[1], found[2] or "", found[3] or ""


def files_of(folder: Path, *, catalogue: bool) -> list[Path]:
    """Return the sorted files of a release: its dumps and, if wished, the catalogue."""
    paths = sorted((folder / DUMPS).glob("*.nq"))
    return [*paths, folder / CATALOGUE_EU] if catalogue else paths


def entities(paths: Iterable[Path]) -> Iterator[Block]:
    """Yield IRI → lines of every entity in sorted files, in the order of their N-Triples form.

    What only says by what it was replaced is no entity any more.
    """
    listed = list(paths)
    below = _blank_nodes(listed)
    streams = [blocks(path) for path in listed]
    together = heapq.merge(*streams, key=lambda block: block[0] + " ")
    for subject, same in groupby(together, key=itemgetter(0)):
        if subject.startswith(_BLANK):
            return  # they stand last
        lines = [line for _, block in same for line in block]
        if any(parts_of(line)[0] != _REPLACED for line in lines):
            yield subject[1:-1], lines + _below(lines, below)


def notices(paths: Iterable[Path]) -> Iterator[Block]:
    """Yield IRI → lines of every entity of which only is said by what it was replaced."""
    for path in paths:
        for subject, lines in blocks(path):
            if not subject.startswith(_BLANK) and all(
                parts_of(line)[0] == _REPLACED for line in lines
            ):
                yield subject[1:-1], lines


def _blank_nodes(paths: Iterable[Path]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        if not path.is_file():
            continue
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith(_BLANK):
                    found.setdefault(line.partition(" ")[0], []).append(line.rstrip("\n"))
    return found


def _below(lines: Iterable[str], blank_nodes: Mapping[str, list[str]]) -> list[str]:
    """Return the lines of the blank nodes that lines lead to."""
    if not blank_nodes:
        return []
    found: dict[str, list[str]] = {}
    pending = list(lines)
    while pending:
        node = parts_of(pending.pop())[2]
        if node and node not in found:
            found[node] = blank_nodes.get(node, [])
            pending += found[node]
    return [line for said in found.values() for line in said]


def _as_blocks(found: Iterator[Block]) -> Iterator[Block]:
    return ((f"<{name}>", lines) for name, lines in found)


def compare(old: Path | None, new: Path, *, catalogue: bool = True) -> Iterator[EntityChange]:
    """Yield every entity that two releases do not say the same of, in order.

    Args:
        old: Folder of the release before; None when there is none.
        new: Folder of the release, which may still be in the making.
        catalogue: Whether the catalogue is read too.
    """
    before = _as_blocks(entities(files_of(old, catalogue=catalogue))) if old else iter(())
    after = _as_blocks(entities(files_of(new, catalogue=catalogue)))
    for subject, there, here in merged(before, after):
        if set(there) != set(here):
            yield EntityChange(subject[1:-1], tuple(there), tuple(here))
