"""What changed between two releases: entities and their triples, read side by side.

The dumps are sorted N-Quads, so two of them are compared as two sorted lists are merged: neither is
ever held in memory.
"""

from __future__ import annotations

import heapq
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from publisher.messages import translate
from publisher.rdf.namespaces import iri
from publisher.release.model import CATALOGUE_EU, DUMPS, Release


class Kind(Enum):
    """What happened to an entity."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class EntityDiff:
    """What happened to one entity of one dataset.

    Attributes:
        entity: Its IRI, or the label of a blank node.
        dataset: Name of the dataset.
        kind: What happened.
        removed: Its quads that are gone, as N-Quads without line ends.
        added: Its quads that are new.
    """

    entity: str
    dataset: str
    kind: Kind
    removed: tuple[str, ...]
    added: tuple[str, ...]


Block = tuple[str, list[str]]


def read_blocks(path: Path) -> Iterator[Block]:
    """Return subject → lines of a dump, in its order; nothing when there is no dump."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as lines:
        for subject, block in groupby(lines, key=lambda line: line.partition(" ")[0]):
            yield subject, [line.rstrip("\n") for line in block]


def count_entities(release: Release, dataset: str) -> int:
    """Return how many things a dataset says something of."""
    return sum(1 for _ in read_blocks(release.folder / DUMPS / f"{dataset}.nq"))


def pair_blocks(
    old: Iterator[Block], new: Iterator[Block]
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Return subject, old lines, new lines of two sorted dumps."""
    before, after = next(old, None), next(new, None)
    while before is not None or after is not None:
        # A space ends a subject, and sorts before all that may stand in one.
        if after is None or (before is not None and before[0] + " " < after[0] + " "):
            assert before is not None
            yield before[0], before[1], []
            before = next(old, None)
        elif before is None or after[0] + " " < before[0] + " ":
            yield after[0], [], after[1]
            after = next(new, None)
        else:
            yield before[0], before[1], after[1]
            before, after = next(old, None), next(new, None)


def entity_diffs(old: Release, new: Release) -> Iterator[EntityDiff]:
    """Return every change from one release to another, by dataset and entity."""
    for dataset in sorted({*old.datasets(), *new.datasets()}):
        name = f"{DUMPS}/{dataset}.nq"
        for subject, before, after in pair_blocks(
            read_blocks(old.folder / name), read_blocks(new.folder / name)
        ):
            if set(before) != set(after):
                entity = subject[1:-1] if subject.startswith("<") else subject
                yield EntityChange(entity, tuple(before), tuple(after)).difference(dataset)


_DIFF_SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~"}
_COUNT_MESSAGES = {
    Kind.ADDED: "{count} {count:entity|entities} added",
    Kind.REMOVED: "{count} {count:entity|entities} removed",
    Kind.CHANGED: "{count} {count:entity|entities} changed",
}


def _counted(changes: list[EntityDiff], language: str) -> str:
    parts = [
        translate(
            _COUNT_MESSAGES[kind], language, count=sum(change.kind is kind for change in changes)
        )
        for kind in Kind
    ]
    return ", ".join(parts) + "."


def as_text(changes: Iterable[EntityDiff], language: str) -> str:
    """Return changes as lines for a terminal: an entity, then its quads with a sign in front."""
    listed = list(changes)
    lines = []
    for change in listed:
        lines.append(f"{_DIFF_SIGNS[change.kind]} {change.entity} ({change.dataset})")
        lines += [f"    - {quad}" for quad in change.removed]
        lines += [f"    + {quad}" for quad in change.added]
    return "\n".join([*lines, _counted(listed, language)]) + "\n"


def as_value(change: EntityDiff) -> dict[str, Any]:
    """Return a change as a value for JSON."""
    return {
        "entity": change.entity,
        "dataset": change.dataset,
        "kind": change.kind.value,
        "removed": list(change.removed),
        "added": list(change.added),
    }


def as_json(changes: Iterable[EntityDiff]) -> list[dict[str, Any]]:
    """Return changes as a value for JSON."""
    return [as_value(change) for change in changes]


# What is before and behind the lines of an RDF Patch (RDF Delta, format 1.0).
PATCH_BEGIN, PATCH_END = "TX .", "TC ."


def patch_lines(change: EntityDiff) -> Iterator[str]:
    """Return a change as lines of an RDF Patch."""
    for sign, quads in (("D", change.removed), ("A", change.added)):
        yield from (f"{sign} {quad}" for quad in quads)


def as_rdf_patch(changes: Iterable[EntityDiff]) -> Iterator[str]:
    """Return changes as lines of an RDF Patch (RDF Delta, format 1.0), in one transaction."""
    yield PATCH_BEGIN
    for change in changes:
        yield from patch_lines(change)
    yield PATCH_END


def as_html(changes: Iterable[EntityDiff], language: str) -> str:
    """Return changes as one page that needs nothing else."""
    listed = list(changes)
    title = translate("Differences", language)
    rows = []
    for change in listed:
        quads = [f"<del>{html.escape(quad)}</del>" for quad in change.removed]
        quads += [f"<ins>{html.escape(quad)}</ins>" for quad in change.added]
        rows.append(
            f"<li><code>{html.escape(change.entity)}</code> ({html.escape(change.dataset)})"
            f"<br>{'<br>'.join(quads)}</li>"
        )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{title}</title></head><body><h1>{title}</h1>"
        f"<p>{_counted(listed, language)}</p><ul>{''.join(rows)}</ul></body></html>\n"
    )


# Everything that a release says of each entity, and what is new in it since the release before.
#
# An entity may stand in several datasets and in the catalogue. All these files are sorted by
# subject, so they are read side by side as one; only what hangs on blank nodes is held in memory.

_BLANK = "_:"
_REPLACED = iri("dcterms:isReplacedBy")
# Names may hold no-break and other spaces (RFC 3987, section 2.2, ucschar).
_STATEMENT = re.compile(r"[^ ]+ <([^>]*)> (?:<([^>]*)>|(_:[^ ]+)|\")")


@dataclass(frozen=True)
class EntityChange:
    """An entity whose statements differ between two releases.

    Attributes:
        iri: Its IRI, or the label of a blank node.
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

    def difference(self, dataset: str) -> EntityDiff:
        """Return what is new and what is gone, in a dataset."""
        before, after = set(self.before), set(self.after)
        gone = tuple(line for line in self.before if line not in after)
        new = tuple(line for line in self.after if line not in before)
        return EntityDiff(self.iri, dataset, self.kind, gone, new)

    def lines(self) -> set[str]:
        """Return the lines that are new or gone."""
        return set(self.before) ^ set(self.after)


def split_statement(line: str) -> tuple[str, str, str]:
    """Return predicate, object when it is an IRI, and object when it is a blank node.

    >>> split_statement("<http://e.org/a> <http://e.org/p> <http://e.org/b> .")
    ('http://e.org/p', 'http://e.org/b', '')
    """
    match = _STATEMENT.match(line)
    assert match is not None, line
    return match[1], match[2] or "", match[3] or ""


def sorted_release_files(folder: Path, *, catalogue: bool) -> list[Path]:
    """Return the sorted files of a release: its dumps and, if wished, the catalogue."""
    paths = sorted((folder / DUMPS).glob("*.nq"))
    return [*paths, folder / CATALOGUE_EU] if catalogue else paths


def entities(paths: Iterable[Path]) -> Iterator[Block]:
    """Yield IRI → lines of every entity in sorted files, in the order of their N-Triples form.

    What only says by what it was replaced is no entity any more.
    """
    listed = list(paths)
    below = _blank_nodes(listed)
    streams = [read_blocks(path) for path in listed]
    together = heapq.merge(*streams, key=lambda block: block[0] + " ")
    for subject, same in groupby(together, key=itemgetter(0)):
        if subject.startswith(_BLANK):
            return  # they stand last
        lines = [line for _, block in same for line in block]
        if any(split_statement(line)[0] != _REPLACED for line in lines):
            yield subject[1:-1], lines + _blank_node_lines(lines, below)


def replaced_entities(paths: Iterable[Path]) -> Iterator[Block]:
    """Yield IRI → lines of every entity of which only is said by what it was replaced."""
    for path in paths:
        for subject, lines in read_blocks(path):
            if not subject.startswith(_BLANK) and all(
                split_statement(line)[0] == _REPLACED for line in lines
            ):
                yield subject[1:-1], lines


def _blank_nodes(paths: Iterable[Path]) -> dict[str, list[str]]:
    lines_of: dict[str, list[str]] = {}
    for path in paths:
        if not path.is_file():
            continue
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith(_BLANK):
                    lines_of.setdefault(line.partition(" ")[0], []).append(line.rstrip("\n"))
    return lines_of


def _blank_node_lines(lines: Iterable[str], blank_nodes: Mapping[str, list[str]]) -> list[str]:
    """Return the lines of the blank nodes that lines lead to."""
    if not blank_nodes:
        return []
    reached: dict[str, list[str]] = {}
    pending = list(lines)
    while pending:
        node = split_statement(pending.pop())[2]
        if node and node not in reached:
            reached[node] = blank_nodes.get(node, [])
            pending += reached[node]
    return [line for texts in reached.values() for line in texts]


def _as_blocks(blocks: Iterator[Block]) -> Iterator[Block]:
    return ((f"<{name}>", lines) for name, lines in blocks)


def changed_entities(
    old: Path | None, new: Path, *, catalogue: bool = True
) -> Iterator[EntityChange]:
    """Yield every entity whose statements differ between two releases, in order.

    Args:
        old: Folder of the release before; None when there is none.
        new: Folder of the release, which may still be in the making.
        catalogue: Whether the catalogue is read too.
    """
    before = (
        _as_blocks(entities(sorted_release_files(old, catalogue=catalogue))) if old else iter(())
    )
    after = _as_blocks(entities(sorted_release_files(new, catalogue=catalogue)))
    for subject, old_lines, new_lines in pair_blocks(before, after):
        if set(old_lines) != set(new_lines):
            yield EntityChange(subject[1:-1], tuple(old_lines), tuple(new_lines))
