"""What changed between two releases: entities and their triples, read side by side.

The dumps are sorted N-Quads, so two of them are compared as two sorted lists are merged: neither is
ever held in memory.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Any

from publisher.messages import translate
from publisher.release.model import DUMPS, Release


class Kind(Enum):
    """What happened to an entity."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
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


def blocks(path: Path) -> Iterator[Block]:
    """Return subject → lines of a dump, in its order; nothing when there is no dump."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as lines:
        for subject, block in groupby(lines, key=lambda line: line.partition(" ")[0]):
            yield subject, [line.rstrip("\n") for line in block]


def count_entities(release: Release, dataset: str) -> int:
    """Return how many things a dataset says something of."""
    return sum(1 for _ in blocks(release.folder / DUMPS / f"{dataset}.nq"))


def merged(
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


def _change(subject: str, dataset: str, old: list[str], new: list[str]) -> Change | None:
    there, here = set(old), set(new)
    if there == here:
        return None
    kind = Kind.CHANGED if old and new else Kind.ADDED if new else Kind.REMOVED
    entity = subject[1:-1] if subject.startswith("<") else subject
    gone = tuple(line for line in old if line not in here)
    return Change(entity, dataset, kind, gone, tuple(line for line in new if line not in there))


def changes(old: Release, new: Release) -> Iterator[Change]:
    """Return every change from one release to another, by dataset and entity."""
    for dataset in sorted({*old.datasets(), *new.datasets()}):
        name = f"{DUMPS}/{dataset}.nq"
        for subject, before, after in merged(blocks(old.folder / name), blocks(new.folder / name)):
            change = _change(subject, dataset, before, after)
            if change is not None:
                yield change


_SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~"}
_NAMES = {
    Kind.ADDED: "{count} entities added",
    Kind.REMOVED: "{count} entities removed",
    Kind.CHANGED: "{count} entities changed",
}


def _counted(found: list[Change], language: str) -> str:
    parts = [
        translate(_NAMES[kind], language, count=sum(change.kind is kind for change in found))
        for kind in Kind
    ]
    return ", ".join(parts) + "."


def as_text(found: Iterable[Change], language: str) -> str:
    """Return changes as lines for a terminal: an entity, then its quads with a sign in front."""
    listed = list(found)
    lines = []
    for change in listed:
        lines.append(f"{_SIGNS[change.kind]} {change.entity} ({change.dataset})")
        lines += [f"    - {quad}" for quad in change.removed]
        lines += [f"    + {quad}" for quad in change.added]
    return "\n".join([*lines, _counted(listed, language)]) + "\n"


def as_value(change: Change) -> dict[str, Any]:
    """Return a change as a value for JSON."""
    return {
        "entity": change.entity,
        "dataset": change.dataset,
        "kind": change.kind.value,
        "removed": list(change.removed),
        "added": list(change.added),
    }


def as_json(found: Iterable[Change]) -> list[dict[str, Any]]:
    """Return changes as a value for JSON."""
    return [as_value(change) for change in found]


# What stands before and behind the lines of an RDF Patch (RDF Delta, format 1.0).
PATCH_BEGIN, PATCH_END = "TX .", "TC ."


def patch_lines(change: Change) -> Iterator[str]:
    """Return a change as lines of an RDF Patch."""
    for sign, quads in (("D", change.removed), ("A", change.added)):
        yield from (f"{sign} {quad}" for quad in quads)


def as_rdf_patch(found: Iterable[Change]) -> Iterator[str]:
    """Return changes as lines of an RDF Patch (RDF Delta, format 1.0), in one transaction."""
    yield PATCH_BEGIN
    for change in found:
        yield from patch_lines(change)
    yield PATCH_END


def as_html(found: Iterable[Change], language: str) -> str:
    """Return changes as one page that needs nothing else."""
    listed = list(found)
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
