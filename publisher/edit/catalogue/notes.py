"""What an import changed, left out or did not know: one line each, with dataset, field and why."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from publisher.messages import Message, Text, in_language, text, translate


class NoteKind(Enum):
    """What became of a value."""

    CHANGED = "changed"
    DROPPED = "dropped"
    UNKNOWN = "unknown"
    ADDED = "added"
    KEPT = "kept"


_WORDS = {
    NoteKind.CHANGED: "changed",
    NoteKind.DROPPED: "left out",
    NoteKind.UNKNOWN: "not known",
    NoteKind.ADDED: "added",
    NoteKind.KEPT: "kept as it was",
}


@dataclass(frozen=True)
class ImportNote:
    """What became of one value.

    Attributes:
        kind: What was done.
        dataset: Title of the dataset, or whatever else it is about; before they are known, its
            IRI.
        field: The property, as a prefixed name, or the column.
        old: As it stood in what was imported.
        new: As it is in the sources; empty for one that was left out.
        reason: Why.
    """

    kind: NoteKind
    dataset: str
    field: str
    old: str
    new: str
    reason: Text


class ImportNotes:
    """The notes of one import, in the order in which they came."""

    def __init__(self) -> None:
        """Begin with none."""
        self._notes: list[ImportNote] = []

    def add(self, kind: NoteKind, about: str, field: str, old: str, new: str, reason: Text) -> None:
        """Add what became of a value."""
        self._notes.append(ImportNote(kind, about, field, old, new, reason))

    def name(self, titles: Mapping[str, str]) -> None:
        """Call things by their titles: IRI → title of the dataset that they belong to."""
        self._notes = [
            replace(note, dataset=titles.get(note.dataset, note.dataset)) for note in self._notes
        ]

    def __iter__(self) -> Iterator[ImportNote]:
        """Yield every note."""
        return iter(self._notes)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._notes)

    def summary(self, language: str) -> Iterator[str]:
        """Yield a line per reason, with how often it came and an example; the most frequent first.

        Args:
            language: Of the lines.
        """
        counts: Counter[tuple[NoteKind, str, str]] = Counter()
        examples: dict[tuple[NoteKind, str, str], ImportNote] = {}
        for note in self._notes:
            key = (note.kind, note.field, _key(note.reason))
            counts[key] += 1
            examples.setdefault(key, note)
        for key, number in counts.most_common():
            note = examples[key]
            yield translate(
                "{count} × {kind}: {field}: {reason} For example in '{dataset}': {values}",
                language,
                count=number,
                kind=translate(_WORDS[note.kind], language),
                field=note.field,
                reason=in_language(note.reason, language),
                dataset=_shortened(note.dataset),
                values=_values(note),
            )

    def as_csv(self, language: str) -> str:
        """Return all notes as CSV (RFC 4180)."""
        file = io.StringIO()
        writer = csv.writer(file)
        heads = ("What was done", "Dataset", "Field", "Before", "After", "Why")
        writer.writerow([translate(head, language) for head in heads])
        for note in self._notes:
            kind, reason = (
                translate(_WORDS[note.kind], language),
                in_language(note.reason, language),
            )
            writer.writerow((kind, note.dataset, note.field, note.old, note.new, reason))
        return file.getvalue()

    def as_json(self) -> str:
        """Return all notes as JSON: a list of objects, the reason in each language."""
        listed = [
            {
                "kind": note.kind.value,
                "dataset": note.dataset,
                "field": note.field,
                "old": note.old,
                "new": note.new,
                "reason": dict(note.reason),
            }
            for note in self._notes
        ]
        return json.dumps(listed, ensure_ascii=False, indent=1) + "\n"


def _key(reason: Text) -> str:
    return reason.key if isinstance(reason, Message) else str(reason)


def _shortened(value: str) -> str:
    return value if len(value) <= 80 else value[:79] + "…"


def _values(note: ImportNote) -> str:
    old = _shortened(note.old)
    return f"{old} → {_shortened(note.new)}" if note.new and note.new != note.old else old


# What is in more than one reader's notes.
NOT_OF_THE_LIST = text("it is not in the list that portals choose from; it stays as it is.")
AS_THE_LIST_SAYS = text("it is written as its list has it.")
NO_PROPERTY = text("DCAT-AP has no property for this field.")
