"""The statements about facts (``rdf:Statement``), which editors see as the sources of a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term
from publisher.writing.editor.entries import Entry, Proof, Row, rows_of
from publisher.writing.fields import TEXT, Field, Form
from publisher.writing.inventory import Inventory
from publisher.writing.statements import OBJECT, PREDICATE, SOURCE, STATEMENT, SUBJECT, Statements

_SAID = (SUBJECT, PREDICATE, OBJECT)


class Proofs:
    """The statements of some sources, as forms show them beside the values they prove."""

    def __init__(self, inventory: Inventory, forms: Iterable[Form]) -> None:
        """Look the statements up; without a shape for them, nothing has any."""
        self._inventory = inventory
        listed = tuple(forms)
        self.statements = Statements(inventory, listed)
        self._forms = listed
        found = next((form for form in listed if form.class_iri == STATEMENT), None)
        self.form: Form | None = found and replace(
            found, fields=tuple(f for f in found.fields if f.path not in _SAID)
        )

    def is_sourced(self, form: Form, each: Field) -> bool:
        """Tell whether values of a field may be proved one by one.

        They are where the sources do so, and for all facts of a class that has such facts; texts
        of our own, parts, and what points to the thing are not.
        """
        if self.form is None or each.is_part or each.is_inverse:
            return False
        if self._proves_itself(each):
            return False
        if each.kind == TEXT:
            return any(self.is_usual(form, each, tag) for tag in each.languages)
        return self.statements.want(form.types)

    def _proves_itself(self, each: Field) -> bool:
        """Tell whether what a field links to must name its own source (a site, a programme)."""
        linked = [form for form in self._forms if form.class_iri in each.classes]
        return bool(linked) and all(
            any(field.path == SOURCE and field.least for field in form.fields) for form in linked
        )

    def is_usual(self, form: Form, each: Field, language: str = "") -> bool:
        """Tell whether the sources prove values of a field of this class."""
        value = Literal("", language=language) if language else Literal("")
        return self.statements.are_wanted(form.types, each.path, value)

    def fill(self, form: Form, thing: str) -> tuple[Entry, ...]:
        """Return the entries of a thing as the sources have them; empty ones for a new thing."""
        return tuple(
            self._entry(form, number, each, thing) for number, each in enumerate(form.fields)
        )

    def _entry(self, form: Form, number: int, each: Field, thing: str) -> Entry:
        values = self._inventory.values(thing, each.path, each.is_inverse) if thing else ()
        rows = rows_of(each, f"f{number}.", values)
        return Entry(each, tuple(self.with_proofs(form, each, row, thing) for row in rows))

    def with_proofs(self, form: Form, each: Field, row: Row, thing: str = "") -> Row:
        """Return a row with the statements about it, or with an empty one to fill in."""
        if not self.is_sourced(form, each):
            return row
        said = self.statements.saying(thing, each.path, row.old) if row.old is not None else ()
        if not said and each.kind == TEXT and not self.is_usual(form, each, row.language):
            return row
        proofs = [
            Proof(name := f"{row.name}s{number}.", statement, self._said(statement, name))
            for number, statement in enumerate(said or ("",))
        ]
        return replace(row, proofs=tuple(proofs))

    def _said(self, statement: str, name: str) -> tuple[Entry, ...]:
        assert self.form is not None
        return tuple(
            Entry(
                each,
                rows_of(
                    each,
                    f"{name}f{number}.",
                    self._inventory.values(statement, each.path) if statement else (),
                ),
            )
            for number, each in enumerate(self.form.fields)
        )

    def about(self, thing: str) -> tuple[str, ...]:
        """Return the statements about a thing, sorted."""
        return self._inventory.subjects(SUBJECT, thing)

    def triples(self, thing: str) -> list[tuple[str, Term]]:
        """Return property and value of everything that is said of a thing."""
        said = self._inventory.said
        return [(path, value) for path in said.of(thing) for value in said.values(thing, path)]


def says(thing: str, path: str, value: Term) -> list[tuple[str, Term]]:
    """Return property and value of what makes a statement of a fact."""
    return [
        (iri("rdf:type"), NamedNode(STATEMENT)),
        (SUBJECT, NamedNode(thing)),
        (PREDICATE, NamedNode(path)),
        (OBJECT, value),
    ]
