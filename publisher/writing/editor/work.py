"""All drafts together → what would be written, and what keeps it from being written."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Triple

from publisher.errors import ChangeRefused
from publisher.messages import text
from publisher.writing.changes import Change, Plan, added, plan_changes
from publisher.writing.editor.composing import Composer, birth, removal
from publisher.writing.editor.desk import Desk
from publisher.writing.editor.drafts import Draft, Problem
from publisher.writing.naming import home_for

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Clash:
    """A value that somebody else changed while it was being changed here.

    Attributes:
        key: Of the draft.
        change: What cannot be done, since the old value is gone.
    """

    key: str
    change: Change


@dataclass(frozen=True)
class Work:
    """What the drafts make of the sources.

    Attributes:
        plan: What would be written; None when the files cannot be changed so.
        changes: Key of a draft → its changes.
        problems: Key of a draft → what was typed and can be no value.
        clashes: What somebody else changed meanwhile.
        refused: Why there is no plan.
    """

    plan: Plan | None
    changes: Mapping[str, list[Change]] = field(repr=False)
    problems: Mapping[str, list[Problem]] = field(repr=False)
    clashes: tuple[Clash, ...] = ()
    refused: ChangeRefused | None = None

    @property
    def drafts(self) -> list[str]:
        """Return the keys of the drafts that change something."""
        return [key for key, changes in self.changes.items() if changes or self.problems[key]]

    def things(self) -> set[str]:
        """Return the IRIs of everything that the changes touch, from either end."""
        found: set[str] = set()
        for changes in self.changes.values():
            for change in changes:
                found.add(change.thing)
                ends = (change.old, change.new)
                found |= {end.value for end in ends if isinstance(end, NamedNode)}
        return found


def work_of(desk: Desk, also: Draft | None = None) -> Work:
    """Return what the kept drafts of a desk make of its sources.

    Args:
        desk: Sources and drafts.
        also: A draft that counts too, although nobody has typed into it.
    """
    drafts = {draft.key: draft for draft in desk.kept}
    if also is not None:
        drafts[also.key] = also
    changes: dict[str, list[Change]] = {}
    problems: dict[str, list[Problem]] = {}
    for key, draft in drafts.items():
        changes[key], problems[key] = changes_of(desk, draft)
    clashes = tuple(_clashes(desk, changes))
    lost = [clash.change for clash in clashes]
    wanted = [c for found in changes.values() for c in found if c not in lost]
    # Without the value that is gone, the new one can still be looked at and checked.
    wanted += [dataclasses.replace(change, old=None) for change in lost if change.new is not None]
    try:
        return Work(plan_changes(desk.scene.sources, wanted), changes, problems, clashes)
    except ChangeRefused as error:
        return Work(None, changes, problems, clashes, error)


def changes_of(desk: Desk, draft: Draft) -> tuple[list[Change], list[Problem]]:
    """Return what a draft changes, and what of it can be no value."""
    scene = desk.scene
    if draft.is_removed:
        return removal(scene.proofs, draft.iri, scene.owners(draft.iri)), []
    form, file = desk.form(draft), file_of(desk, draft)
    composer = Composer(scene.proofs, desk.choices(), draft.iri, file)
    if draft.is_new:
        composer.changes += birth(draft.iri, form.types, file)
        composer.problems += _wrong_address(desk, draft)
        if draft.owner is not None and draft.owner.has_part:
            owner = desk.address(draft.owner.key)
            new = NamedNode(draft.iri)
            composer.changes.append(added(owner, draft.owner.path, new, file))
    composer.compose(desk.entries(draft))
    return composer.changes, composer.problems


def file_of(desk: Desk, draft: Draft) -> str:
    """Return the file in which a thing stands, or will."""
    scene = desk.scene
    if not draft.is_new:
        return scene.inventory.homes.get(draft.iri, "")
    if draft.owner is not None and draft.owner.is_beside:
        above = desk.drafts.get(draft.owner.key) or desk.open(draft.owner.key)
        if above is not None:
            return file_of(desk, above)
    return home_for(scene.inventory, desk.form(draft), draft.iri)


def _wrong_address(desk: Desk, draft: Draft) -> list[Problem]:
    if draft.slug and not _SLUG.fullmatch(draft.slug):
        return [
            Problem(
                "slug",
                text(
                    "Write the end of the address with lower-case letters a–z, digits and hyphens,"
                    " such as {example}.",
                    example=draft.iri.rpartition("/")[2],
                ),
            )
        ]
    others = [other for other in desk.pending() if other.key != draft.key]
    if draft.iri in desk.scene.inventory.homes or draft.iri in [other.iri for other in others]:
        return [
            Problem(
                "slug",
                text(
                    "Something else has the address {address} already."
                    " Choose another end, or open that entry.",
                    address=draft.iri,
                ),
            )
        ]
    return []


def _clashes(desk: Desk, changes: Mapping[str, list[Change]]) -> list[Clash]:
    """Return the changes whose old value is not there any more."""
    said = desk.scene.inventory.said
    return [
        Clash(key, change)
        for key, found in changes.items()
        for change in found
        if change.old is not None and change.old not in said.of(change.thing).get(change.path, ())
    ]


def triples_of(work: Work, key: str, desk: Desk) -> list[Triple]:
    """Return what the sources would say of a draft's thing, and of what changes with it."""
    assert work.plan is not None
    draft = desk.drafts.get(key) or desk.open(key)
    assert draft is not None
    about = {NamedNode(draft.iri)} | {
        NamedNode(change.thing) for change in work.changes.get(key, ()) if change.new is not None
    }
    triples = (t for file in work.plan.after.files for t in file.triples)
    return [triple for triple in triples if triple.subject in about]
