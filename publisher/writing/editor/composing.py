"""Entries → changes of triples: a value and who says so change together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode

from publisher.errors import ValueRefused
from publisher.messages import LANGUAGES, Text, text
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term
from publisher.writing.changes import Change, added, removed, replaced
from publisher.writing.editor.choices import Choices
from publisher.writing.editor.drafts import Problem
from publisher.writing.editor.entries import Entry, Proof, Row
from publisher.writing.editor.proofs import Proofs, says
from publisher.writing.fields import Field
from publisher.writing.statements import OBJECT

LONGEST = 20_000


class Composer:
    """Makes changes of one thing, and notes what cannot become one."""

    def __init__(self, proofs: Proofs, choices: Choices, thing: str, file: str = "") -> None:
        """Begin with no change.

        Args:
            proofs: Of the sources.
            choices: What may be chosen.
            thing: IRI of the thing.
            file: Where it stands, or will; statements about it go there too.
        """
        self._proofs, self._choices = proofs, choices
        self._thing, self._file = thing, file
        self.changes: list[Change] = []
        self.problems: list[Problem] = []
        self._minted: set[str] = set()

    def compose(self, entries: Iterable[Entry]) -> None:
        """Add the changes that the entries ask for."""
        for entry in entries:
            for row in entry.rows:
                new = self._wanted(entry.field, row)
                self.changes += _of_value(self._thing, entry.field, row.old, new, self._file)
                for proof in row.proofs:
                    self._prove(entry.field, row, new, proof)

    def _wanted(self, each: Field, row: Row) -> Term | None:
        """Return the value that a row asks for; the old one when it can be none."""
        if len(row.value) > LONGEST:
            self.problems.append(
                Problem(
                    row.name,
                    text(
                        "The text has {length} characters. Shorten it to {most}.",
                        length=len(row.value),
                        most=LONGEST,
                    ),
                )
            )
            return row.old
        try:
            return row.new(each, self._choices.of(each))
        except ValueRefused as error:
            self.problems.append(Problem(row.name, _said(error)))
            return row.old

    def _prove(self, each: Field, row: Row, new: Term | None, proof: Proof) -> None:
        """Add the changes of one statement about a value."""
        moved = row.old is not None and new is not None and row.old != new
        named_after = each.is_repeated and isinstance(new, NamedNode)
        if proof.statement and (new is None or (moved and named_after)):
            # Where there are several links, the address of a statement tells which it is about.
            self.changes += _taken_away(self._proofs, proof.statement)
            if new is not None:
                self._state(each, new, proof, is_copy=True)
        elif proof.statement:
            if moved and row.old is not None and new is not None:
                self.changes.append(replaced(proof.statement, OBJECT, row.old, new))
            self._describe(proof.statement, proof)
        elif new is not None and not proof.is_empty:
            self._state(each, new, proof)

    def _state(self, each: Field, value: Term, proof: Proof, *, is_copy: bool = False) -> None:
        """Add a new statement; a copy takes over what another one said."""
        address = self._proofs.statements.address
        statement = address(self._thing, each.path, value, self._minted)
        self._minted.add(statement)
        for path, term in says(self._thing, each.path, value):
            self.changes.append(added(statement, path, term, self._file))
        for entry in proof.entries:
            for row in entry.rows:
                wanted = self._wanted(entry.field, row)
                if wanted is not None and (is_copy or row.old is None):
                    self.changes.append(added(statement, entry.field.path, wanted, self._file))

    def _describe(self, statement: str, proof: Proof) -> None:
        for entry in proof.entries:
            for row in entry.rows:
                new = self._wanted(entry.field, row)
                self.changes += _of_value(statement, entry.field, row.old, new)


def _of_value(
    thing: str, each: Field, old: Term | None, new: Term | None, file: str = ""
) -> Iterator[Change]:
    if old == new:
        return
    if not each.is_inverse:
        if old is not None and new is not None:
            yield replaced(thing, each.path, old, new)
        elif new is not None:
            yield added(thing, each.path, new, file)
        elif old is not None:
            yield removed(thing, each.path, old)
        return
    if old is not None:
        yield removed(old.value, each.path, NamedNode(thing))
    if new is not None:
        yield added(new.value, each.path, NamedNode(thing))


def _taken_away(proofs: Proofs, thing: str) -> Iterator[Change]:
    return (removed(thing, path, value) for path, value in proofs.triples(thing))


def removal(proofs: Proofs, thing: str, owners: Iterable[tuple[str, str]]) -> list[Change]:
    """Return the changes that take a thing away, with the statements about it and the links to it.

    Args:
        proofs: Of the sources.
        thing: Its IRI.
        owners: Subject and property of what links to it.
    """
    gone = [*_taken_away(proofs, thing)]
    for statement in proofs.about(thing):
        gone += _taken_away(proofs, statement)
    return gone + [removed(owner, path, NamedNode(thing)) for owner, path in owners]


def birth(thing: str, types: Iterable[str], file: str) -> list[Change]:
    """Return the changes that say what a new thing is, and where it stands."""
    return [added(thing, iri("rdf:type"), NamedNode(name), file) for name in types]


def _said(error: ValueRefused) -> Text:
    """Return what an error says and its cure, by language."""
    return {tag: f"{error.what[tag]} {error.remedy.get(tag, '')}".strip() for tag in LANGUAGES}
