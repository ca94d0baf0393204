"""What was left alone although it belongs to what was changed.

A text that still tells the old value ("105 members" after 105 became 110), and a source that was
cited for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from publisher.errors import ValueRefused
from publisher.writing.editor.choices import Choices
from publisher.writing.editor.drafts import Draft
from publisher.writing.editor.entries import Entry, Row
from publisher.writing.fields import TEXT, Field
from publisher.writing.statements import SOURCE


@dataclass(frozen=True)
class Echo:
    """A text that was left alone and names a value that was changed.

    Attributes:
        input: Name of the input it stands in.
        text: As it is.
        proposal: With the new value in the place of the old one.
        field: The field of the text.
    """

    input: str
    text: str
    proposal: str
    field: Field


def echoes(entries: Sequence[Entry], choices: Choices) -> Iterator[Echo]:
    """Yield the texts of a form that name a value which is no longer there."""
    replaced = list(_replaced(entries, choices))
    for entry in entries:
        for row in entry.rows:
            if entry.field.kind != TEXT or not row.is_unchanged or row.is_empty:
                continue
            proposal = row.value
            for old, new in replaced:
                whole = rf"(?<![\w.,-]){re.escape(old)}(?![\w-]|[.,]\d)"
                proposal = re.sub(whole, new.replace("\\", r"\\"), proposal)
            if proposal != row.value:
                yield Echo(f"{row.name}v", row.value, proposal, entry.field)


def unmoved(entries: Sequence[Entry], choices: Choices) -> Iterator[tuple[Field, list[str]]]:
    """Yield each field with a new value whose sources are those of the old one, and the sources."""
    for entry in entries:
        for row in entry.rows:
            new = _new(entry, row, choices)
            if row.old is None or new is None or new == row.old:
                continue
            for proof in row.proofs:
                cited = [r for e in proof.entries if e.field.path == SOURCE for r in e.rows]
                if cited and proof.statement and all(source.is_unchanged for source in cited):
                    yield entry.field, [source.value for source in cited if source.value]


def _replaced(entries: Iterable[Entry], choices: Choices) -> Iterator[tuple[str, str]]:
    """Yield what numbers and dates were, and what they are now."""
    for entry in entries:
        if entry.field.kind == TEXT:
            continue
        for row in entry.rows:
            new = _new(entry, row, choices)
            if isinstance(row.old, Literal) and isinstance(new, Literal) and row.old != new:
                yield row.old.value, new.value


def _new(entry: Entry, row: Row, choices: Choices) -> object:
    try:
        return row.new(entry.field, choices.of(entry.field))
    except ValueRefused:
        return None


def adopted(draft: Draft, found: Iterable[Echo]) -> tuple[tuple[str, str], ...]:
    """Return the inputs of a draft with the proposals in them."""
    pairs = dict(draft.pairs)
    for echo in found:
        pairs[echo.input] = echo.proposal
    return tuple(pairs.items())
