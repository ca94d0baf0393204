"""The page of a form: what it says, what belongs to it, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from publisher.messages import in_language, translate
from publisher.render.values import sentence_case
from publisher.writing.editor.choices import Choices
from publisher.writing.editor.difference import Difference, Words
from publisher.writing.editor.drafts import Draft
from publisher.writing.editor.entries import Entry, Typed, with_starts
from publisher.writing.editor.remarks import Remarks, remarks_on
from publisher.writing.editor.room import Room
from publisher.writing.editor.views import FieldView, FormViews, grouped
from publisher.writing.editor.work import Work
from publisher.writing.fields import Field, Form

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class PartView:
    """A part of a thing, as the form of the thing lists it."""

    key: str
    name: str
    is_new: bool
    is_removed: bool


def owner_of(room: Room, draft: Draft) -> str | None:
    """Return the key of what a thing belongs to; None when it stands for itself."""
    if draft.owner is not None:
        return draft.owner.key
    owners = room.desk.scene.owners(draft.iri)
    return owners[0][0] if owners else None


def remarks(room: Room, draft: Draft, work: Work) -> Remarks:
    """Return what is wrong with a draft."""
    entries = room.desk.entries(draft)
    problems = work.problems.get(draft.key, ())
    return remarks_on(draft, entries, room.findings(work), problems, room.desk.scene)


def page(
    room: Room,
    draft: Draft,
    language: str,
    *,
    checks: bool = False,
    others: Iterable[Difference] = (),
) -> bytes:
    """Return the page of a form.

    Args:
        room: Desk and pages.
        draft: What stands in it.
        language: Of the page.
        checks: Whether to tell what is wrong.
        others: What another window keeps that is different.
    """
    desk = room.desk
    form, choices = desk.form(draft), desk.choices()
    work = room.work(draft if draft.is_kept else None)
    told = remarks(room, draft, work) if checks else Remarks()
    views = FormViews(choices, told, language)
    fields = [
        views.field(entry, f"f{number}.")
        for number, entry in enumerate(desk.entries(draft))
        if not desk.scene.is_of_owner(form, entry.field)
    ]
    kind = in_language(form.names, language)
    name = desk.name(draft, language) or translate("New entry", language)
    above = owner_of(room, draft)
    return room.render(
        "thing.html",
        name,
        work=work if draft.is_kept else None,
        draft=draft,
        form=form,
        kind=kind,
        groups=grouped(fields, language),
        lists=views.lists,
        remarks=told,
        checked=checks,
        links_to_errors=list(_links_to_errors(fields, told)),
        parts=lambda each: _parts(room, draft, each, choices, language),
        new_forms=lambda each: _new_forms(room, each, language),
        above=(above, _name(room, above, language)) if above else None,
        additions=_additions(room, draft, form, language),
        pointing=_pointing(room, draft, choices, language),
        start=desk.beginning(draft),
        others=list(others),
    )


def compared(room: Room, newer: Draft, typed: Pairs, language: str) -> bytes:
    """Return the page of a form with what was just sent, and what another window keeps."""
    pairs = tuple(typed)
    here = replace(newer, pairs=pairs)
    words = Words(room.desk.choices(), language)
    resolve = room.desk.choices().resolve
    proof = room.desk.scene.proofs.form
    form = room.desk.form(newer)
    kept = dict(with_starts(Typed(newer.pairs, resolve).entries(form, proof)))
    others = [
        found
        for start, entry in with_starts(Typed(pairs, resolve).entries(form, proof))
        if start in kept
        for found in _differing(entry, kept[start], words, language)
    ]
    return page(room, here, language, others=others)


def _differing(here: Entry, there: Entry, words: Words, language: str) -> Iterator[Difference]:
    """Yield the values that differ between two states of a field."""
    ours, theirs = (
        [row.value for row in entry.rows if not row.is_empty] for entry in (here, there)
    )
    if ours != theirs:
        shown = [", ".join(map(words.value, values)) for values in (theirs, ours)]
        yield Difference(sentence_case(in_language(here.field.names, language)), *shown)


def _links_to_errors(fields: list[FieldView], told: Remarks) -> Iterator[tuple[str, str, str]]:
    """Yield id, name of the field and message of each error, in the order of the form."""
    for view in fields:
        for message in view.errors:
            target = view.rows[0].id if view.rows and not view.field.is_part else view.id
            yield target, view.label, message
        for row in view.rows:
            for message in row.errors:
                yield row.id, view.label, message
            for proof in row.proofs:
                yield from _links_to_errors([*proof.sources, *proof.rest], told)


def _parts(
    room: Room, draft: Draft, each: Field, choices: Choices, language: str
) -> list[PartView]:
    """Return the parts that a field links to, those to be added and taken away too."""
    desk = room.desk
    known = desk.scene.inventory.values(draft.iri, each.path) if not draft.is_new else ()
    found = [
        PartView(
            term.value,
            _name(room, term.value, language),
            False,
            term.value in desk.drafts and desk.drafts[term.value].is_removed,
        )
        for term in known
    ]
    mine = (
        new
        for new in desk.pending()
        if new.owner is not None
        and new.owner.has_part
        and (new.owner.key, new.owner.path) == (draft.key, each.path)
    )
    return found + [PartView(n.key, _name(room, n.key, language), True, False) for n in mine]


def _name(room: Room, key: str, language: str) -> str:
    """Return what a thing or a draft is called."""
    draft = room.desk.open(key)
    named = room.desk.name(draft, language) if draft is not None else ""
    return named or translate("New entry", language)


def _new_forms(room: Room, each: Field, language: str) -> list[tuple[str, str]]:
    """Return class and name of what can be added for a field."""
    if each.is_closed:
        return []
    forms = [form for form in room.desk.scene.forms if form.class_iri in each.classes]
    return [(form.class_iri, in_language(form.names, language)) for form in forms]


def _additions(room: Room, draft: Draft, form: Form, language: str) -> list[tuple[str, str, str]]:
    """Return class, property and name of what can be said of a thing from outside."""
    linked = {name for each in form.fields for name in each.classes}
    return [
        (other.class_iri, each.path, in_language(other.names, language))
        for other, each in room.desk.scene.additions(form)
        if other.class_iri not in linked
    ]


def _pointing(
    room: Room, draft: Draft, choices: Choices, language: str
) -> list[tuple[str, str, str]]:
    """Return key, name and kind of what points to a thing, owners left out."""
    scene, desk = room.desk.scene, room.desk
    owners = {owner for owner, _ in scene.owners(draft.iri)}
    parts = {
        thing
        for each in desk.form(draft).fields
        if each.is_part
        for thing in scene.inventory.said.nodes(draft.iri, each.path)
    }
    found = dict.fromkeys(t for t, _ in scene.links.get(draft.iri, ()) if t not in owners | parts)
    listed = [(t, choices.name(t, language), scene.form_of(t)) for t in found]
    rows = [(t, name, in_language(f.names, language)) for t, name, f in listed if f is not None]
    rows += [
        (new.key, _name(room, new.key, language), in_language(desk.form(new).names, language))
        for new in desk.pending()
        if new.owner is not None and new.owner.is_inverse and new.owner.key == draft.key
    ]
    return rows
