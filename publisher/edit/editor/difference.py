"""What a draft changes, in the editor's words: before and after, fact by fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal

from publisher.edit.editor.entries import FieldInput, ValueInput
from publisher.edit.editor.session import FieldChoices
from publisher.edit.fields import Field
from publisher.errors import ValueRefused
from publisher.messages import in_language, translate
from publisher.rdf.subjects import Term
from publisher.render.values import format_literal

_LONGEST = 60


@dataclass(frozen=True)
class FactChange:
    """One fact before and after; one of the two may be empty.

    Attributes:
        label: What the field is called.
        before: In words.
        after: In words.
        language: Language tag of the texts, if they have one.
    """

    label: str
    before: str
    after: str
    language: str = ""


class TermFormatter:
    """Terms in words, in one language."""

    def __init__(self, choices: FieldChoices, language: str) -> None:
        """Keep what things are called."""
        self._choices, self._language = choices, language

    def of(self, term: Term | None) -> str:
        """Return a term in words; empty for none."""
        if term is None:
            return ""
        if isinstance(term, Literal):
            return format_literal(term, self._language)
        return self._choices.known(term.value, self._language) or term.value

    def differences(self, entries: Iterable[FieldInput], label: str = "") -> Iterator[FactChange]:
        """Yield what changes in some entries, and in the statements about their values."""
        for entry in entries:
            own = in_language(entry.field.names, self._language)
            named = f"{label} – {own}" if label else own
            for row in entry.rows:
                yield from self._of_row(entry.field, row, named)
                if not row.is_empty:
                    for proof in row.proofs:
                        yield from self.differences(
                            proof.entries, f"{named}: {self.value(row.value)}"
                        )

    def value(self, value: str) -> str:
        """Return what stands in an input, in words: the name of a thing, or the text, cut."""
        known = self._choices.known(value, self._language)
        return known or (value if len(value) <= _LONGEST else value[:_LONGEST] + "…")

    def _of_row(self, each: Field, row: ValueInput, label: str) -> Iterator[FactChange]:
        try:
            new = row.new(each, self._choices.of(each))
        except ValueRefused:
            after = translate("'{value}', which is no value here", self._language, value=row.value)
            yield FactChange(label, self.of(row.old), after)
            return
        if new != row.old:
            yield FactChange(label, self.of(row.old), self.of(new), row.language)
