"""Lines of the export that are gone: never a removal by itself, one only when it is allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pyoxigraph import NamedNode

from publisher.messages import text
from publisher.writing.changes import Change
from publisher.writing.choosing import short
from publisher.writing.inventory import Inventory
from publisher.writing.sheets.book import Memory
from publisher.writing.sheets.grids import Place, Placed, placed
from publisher.writing.sheets.matching import Matched
from publisher.writing.statements import OBJECT, STATEMENT, SUBJECT

_NAMED = 5


def missing(
    inventory: Inventory,
    sheets: Sequence[Matched],
    memory: Memory | None,
    present: Collection[str],
    allow_removal: bool,
) -> tuple[list[Change], list[Placed]]:
    """Return how things go whose lines are gone, and what is said where that is not allowed.

    Args:
        inventory: What the sources say.
        sheets: The sheets that are there; a sheet that is gone takes nothing away.
        memory: What stood in the workbook when it was written; None: nothing is missed.
        present: Things that have a line, or that go anyway.
        allow_removal: Whether they may go.
    """
    if memory is None:
        return [], []
    found: list[Change] = []
    wrong: list[Placed] = []
    for sheet in sheets:
        form = sheet.layout.form
        exported = {memory.base_iri + address for address in memory.things(form.class_iri)}
        lost = [t for t in form.things if t in exported and t not in present]
        if lost and not allow_removal:
            wrong.append(_lost(inventory, sheet, lost))
        elif lost:
            found += [change for thing in lost for change in removal(inventory, thing)]
    return found, wrong


def _lost(inventory: Inventory, sheet: Matched, lost: Sequence[str]) -> Placed:
    base_iri = inventory.sources.base_iri
    message = text(
        "{count} lines of the export are gone here: {things}. Nothing is taken away from the data"
        " that way: bring the lines back; give what has ended an event and a new status"
        " ('publisher retire'). Only for what never should have been: --allow-removal.",
        count=len(lost),
        things=", ".join(short(thing, base_iri) for thing in lost[:_NAMED])
        + (" …" if len(lost) > _NAMED else ""),
    )
    return placed(message, Place(sheet.grid.title, 1, 1))


def removal(inventory: Inventory, thing: str) -> Iterator[Change]:
    """Yield the changes that take a thing away, with every link to it and statement on it."""
    for path in inventory.said.of(thing):
        for value in inventory.said.values(thing, path):
            yield Change(thing, path, old=value)
    for path, subject in inventory.pointing(thing):
        if path in (SUBJECT, OBJECT) and STATEMENT in inventory.types(subject):
            yield from removal(inventory, subject)
        else:
            yield Change(subject, path, old=NamedNode(thing))
