"""What the page of a form shows: fields, their inputs, what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal

from publisher.messages import Text, in_language
from publisher.rdf.namespaces import iri
from publisher.render.values import sentence_case
from publisher.writing.editor.choices import Choices
from publisher.writing.editor.entries import Entry, Proof, Row, shown
from publisher.writing.editor.remarks import Remarks
from publisher.writing.fields import ANY, LINK, TEXT, TRUTH, Field

# A text longer than this gets a box of several lines.
_LONG_TEXT = 70
_LONG_PATHS = frozenset(
    iri(name)
    for name in (
        "dcterms:description",
        "skos:definition",
        "skos:note",
        "skos:editorialNote",
        "dcterms:bibliographicCitation",
        "rdfs:comment",
    )
)
_SOURCE = iri("dcterms:source")


@dataclass(frozen=True)
class RowView:
    """One value, as inputs.

    Attributes:
        name: What the names of its inputs begin with.
        kind: ``select``, ``search``, ``area`` or ``line``.
        value: What stands in the input.
        old: Hidden: the value when the form was made.
        language: Language tag of a text.
        languages: Tags to choose from; empty when it is settled.
        options: Value → name, for a select.
        is_dropped: Whether it is marked to be taken away.
        may_drop: Whether that can be asked for.
        errors: What is wrong with it.
        proofs: The statements about it.
    """

    name: str
    kind: str
    value: str
    old: str
    language: str
    languages: tuple[str, ...]
    options: Mapping[str, str] = field(repr=False)
    is_dropped: bool
    may_drop: bool
    errors: tuple[str, ...]
    proofs: tuple[ProofView, ...]

    @property
    def id(self) -> str:
        """Return what the input is called in the document."""
        return self.name.replace(".", "-") + "v"


@dataclass(frozen=True)
class ProofView:
    """A statement about a value: its sources in front, the rest behind."""

    name: str
    statement: str
    sources: tuple[FieldView, ...]
    rest: tuple[FieldView, ...]
    is_open: bool


@dataclass(frozen=True)
class FieldView:
    """One field.

    Attributes:
        field: The field itself.
        start: What the names of its inputs begin with.
        label: What it is called.
        hint: What belongs in it.
        rows: Its values.
        list_id: Id of the list that is searched; empty: none.
        errors: What is wrong with it as a whole.
        warnings: What could be better.
        is_filled: Whether it says anything.
    """

    field: Field
    start: str
    label: str
    hint: str
    rows: tuple[RowView, ...]
    list_id: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    is_filled: bool

    @property
    def id(self) -> str:
        """Return what the field is called in the document."""
        return self.start.replace(".", "-")

    @property
    def is_required(self) -> bool:
        """Tell whether it must be filled in."""
        return self.field.least > 0

    @property
    def may_grow(self) -> bool:
        """Tell whether it may have further values."""
        return self.field.is_repeated and not self.field.is_part


@dataclass(frozen=True)
class GroupView:
    """Fields below one heading, those with a value or a duty first."""

    heading: str
    fields: tuple[FieldView, ...]
    further: tuple[FieldView, ...]


class FormViews:
    """Makes views of the entries of one form, in one language."""

    def __init__(self, choices: Choices, remarks: Remarks, language: str) -> None:
        """Keep what may be chosen, and what is wrong."""
        self._choices, self._remarks, self._language = choices, remarks, language
        self.lists: dict[str, Sequence[str]] = {}

    def field(self, entry: Entry, start: str) -> FieldView:
        """Return the view of a field and its values."""
        each = entry.field
        said = self._remarks.of_field(start)
        return FieldView(
            each,
            start,
            sentence_case(in_language(each.names, self._language)),
            in_language(each.description, self._language),
            tuple(self._row(each, row) for row in entry.rows),
            self._list(each),
            self._told(said.errors),
            self._told(said.warnings),
            any(not row.is_empty for row in entry.rows),
        )

    def _told(self, said: Iterable[Text]) -> tuple[str, ...]:
        return tuple(in_language(text, self._language) for text in said)

    def _list(self, each: Field) -> str:
        if not self._is_searched(each):
            return ""
        names = tuple(self._choices.options(each, self._language).values())
        for known, listed in self.lists.items():
            if listed == names:
                return known
        self.lists[name := f"list-{len(self.lists)}"] = names
        return name

    def _is_searched(self, each: Field) -> bool:
        if each.kind not in (LINK, ANY) or each.is_part:
            return False
        return self._choices.is_long(each) or (each.kind == LINK and not each.is_closed)

    def _row(self, each: Field, row: Row) -> RowView:
        return RowView(
            name=row.name,
            kind=self._kind(each, row),
            value=self._choices.shown(each, row.value, self._language)
            if self._is_searched(each)
            else row.value,
            old="" if row.old is None else str(row.old),
            language=row.language,
            languages=each.languages
            if (each.kind == TEXT and not each.is_unique_language)
            or (each.kind == ANY and isinstance(row.old, Literal) and row.old.language)
            else (),
            options=self._options(each, row),
            is_dropped=row.is_dropped,
            may_drop=row.old is not None,
            errors=self._told(self._remarks.of_row(row.name)),
            proofs=tuple(self._proof(proof) for proof in row.proofs),
        )

    def _kind(self, each: Field, row: Row) -> str:
        if self._is_searched(each):
            return "search"
        if each.kind == TRUTH or len(self._choices.of(each)):
            return "select"
        value = shown(row.old)[0] if row.old is not None else row.value
        is_long = each.path in _LONG_PATHS or len(value) > _LONG_TEXT or "\n" in value
        return "area" if is_long and each.kind in (TEXT, ANY) else "line"

    def _options(self, each: Field, row: Row) -> Mapping[str, str]:
        if self._is_searched(each):
            return {}
        if each.kind == TRUTH:
            return {"true": "true", "false": "false"}
        if not len(self._choices.of(each)):
            return {}
        found = dict(self._choices.options(each, self._language))
        if row.value and row.value not in found:
            found[row.value] = self._choices.name(row.value, self._language)
        return found

    def _proof(self, proof: Proof) -> ProofView:
        views = [
            self.field(entry, f"{proof.name}f{number}.")
            for number, entry in enumerate(proof.entries)
        ]
        rest = tuple(view for view in views if view.field.path != _SOURCE)
        return ProofView(
            proof.name,
            proof.statement,
            tuple(view for view in views if view.field.path == _SOURCE),
            rest,
            any(view.errors for view in rest),
        )


def grouped(views: Iterable[FieldView], language: str) -> list[GroupView]:
    """Return the fields by group, in the order of the shapes."""
    found: dict[str, list[FieldView]] = {}
    for view in views:
        found.setdefault(in_language(view.field.group, language), []).append(view)
    return [
        GroupView(
            heading,
            tuple(view for view in listed if _is_first(view)),
            tuple(view for view in listed if not _is_first(view)),
        )
        for heading, listed in found.items()
    ]


def _is_first(view: FieldView) -> bool:
    """Tell whether a field is shown at once: the others wait behind a heading."""
    return view.is_filled or view.is_required or bool(view.errors) or view.field.is_part
