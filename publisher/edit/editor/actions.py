"""What the buttons of a form do; whatever they do, what was typed is kept first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Response

from publisher.edit.editor import form_page
from publisher.edit.editor.entries import (
    FieldInput,
    ValueInput,
    empty_input,
    input_pairs,
    name_prefixes,
)
from publisher.edit.editor.pages import EditorPages
from publisher.edit.editor.session import Draft, DraftOwner
from publisher.edit.fields import Field, Form
from publisher.messages import LANGUAGES

_INPUT_PREFIX = re.compile(r"f(\d+)\.(?:(\d+)\.s(\d+)\.f(\d+)\.)?")
# So many of the things that are linked already must stand in the file of what links to them.
_SAME_FILE_SHARE = 0.75


def run_action(room: EditorPages, draft: Draft, go: str, language: str) -> Response:
    """Do what a button asks for, and return where to go on.

    Args:
        room: Desk and pages.
        draft: What was typed, kept already.
        go: Value of the button: a word, or a word and what it is about after a colon.
        language: Of the page.
    """
    word, _, about = go.partition(":")
    return _ACTIONS.get(word, _review)(room, draft, about)


def _stay(room: EditorPages, draft: Draft, fragment: str = "", **more: str) -> Response:
    return room.sent_to("thing", fragment, key=draft.key, **more)


def _check(room: EditorPages, draft: Draft, about: str) -> Response:
    return _stay(room, draft, check="1")


def _review(room: EditorPages, draft: Draft, about: str) -> Response:
    """Go to the review when nothing is wrong here; else show what is."""
    if form_page.draft_errors(room, draft, room.work(draft)).count:
        return _stay(room, draft, check="1")
    return room.sent_to("review")


def _done(room: EditorPages, draft: Draft, about: str) -> Response:
    """Go back to what the thing belongs to."""
    above = form_page.owner_of(room, draft)
    if above is None:
        return room.sent_to("")
    return room.sent_to("thing", key=above)


def _edit(room: EditorPages, draft: Draft, about: str) -> Response:
    return room.sent_to("thing", key=about)


def _preview_page(room: EditorPages, draft: Draft, about: str) -> Response:
    return room.sent_to("look", key=draft.key)


def _language(room: EditorPages, draft: Draft, about: str) -> Response:
    place = room.context()
    if about in LANGUAGES:
        place = replace(place, language=about)
    address = place.address("thing", key=draft.key)
    return Response(status=303, headers={"Location": address})


def _forget(room: EditorPages, draft: Draft, about: str) -> Response:
    above = form_page.owner_of(room, draft)
    room.session.forget(draft.key)
    if above is not None and room.session.open(above) is not None:
        return room.sent_to("thing", key=above)
    return room.sent_to("")


def _remove(room: EditorPages, draft: Draft, about: str) -> Response:
    if draft.is_new:
        return _forget(room, draft, about)
    room.session.put(replace(draft, is_removed=True, is_kept=True))
    return _done(room, draft, about)


def _field_at(room: EditorPages, draft: Draft, start: str) -> tuple[Form, Field] | None:
    """Return form and field that the names of some inputs begin with."""
    found = _INPUT_PREFIX.fullmatch(start)
    form = room.session.form(draft)
    if found is None or int(found[1]) >= len(form.fields):
        return None
    if found[4] is None:
        return form, form.fields[int(found[1])]
    proof = room.session.snapshot.proofs.form
    if proof is None or int(found[4]) >= len(proof.fields):
        return None
    return proof, proof.fields[int(found[4])]


def _add_row(room: EditorPages, draft: Draft, start: str) -> Response:
    """Add an empty row to a field."""
    found = _field_at(room, draft, start)
    if found is None:
        return _stay(room, draft)
    grown, row = _with_new_row(room, draft, start, *found)
    room.session.put(replace(grown, is_kept=True))
    return _stay(room, draft, "#" + row.name.replace(".", "-") + "v")


def _with_new_row(
    room: EditorPages, draft: Draft, start: str, form: Form, each: Field
) -> tuple[Draft, ValueInput]:
    """Return a draft with one more row in a field, and the row."""
    used = (
        name[len(start) :].partition(".")[0] for name, _ in draft.pairs if name.startswith(start)
    )
    number = max((int(part) for part in used if part.isdecimal()), default=-1) + 1
    row = replace(empty_input(each), name=f"{start}{number}.")
    if "s" not in start:
        row = room.session.snapshot.proofs.with_proofs(form, each, row)
    return replace(draft, pairs=(*draft.pairs, *input_pairs([FieldInput(each, (row,))]))), row


def _new(room: EditorPages, draft: Draft, about: str) -> Response:
    """Begin a new thing that a field names, and go to its form."""
    start, _, class_iri = about.partition(":")
    found = _field_at(room, draft, start)
    if found is None:
        return _stay(room, draft)
    grown, row = _free_row(room, draft, start, *found)
    room.session.put(replace(grown, is_kept=True))
    form, each = room.form(class_iri), found[1]
    owner = DraftOwner(
        draft.key,
        each.path,
        input=f"{row.name}v",
        is_beside="s" not in start and _shares_file(room, form, each),
    )
    return room.sent_to("thing", key=room.session.start(form, owner, row.value).key)


def _free_row(
    room: EditorPages, draft: Draft, start: str, form: Form, each: Field
) -> tuple[Draft, ValueInput]:
    """Return the row that names what is not in the list, else an empty one, new if need be."""
    resolve = room.session.choices().resolve
    for entry_start, entry in name_prefixes(room.session.entries(draft)):
        if entry_start == start:
            for row in sorted(entry.rows, key=lambda row: not row.value):
                if not resolve(each, row.value) and (row.value or row.old is None):
                    return draft, row
    return _with_new_row(room, draft, start, form, each)


def _shares_file(room: EditorPages, form: Form, each: Field) -> bool:
    """Tell whether things linked so stand in the files of what links to them, as a rule."""
    inventory = room.session.snapshot.inventory
    homes = inventory.defining_files
    pairs = [(t, o) for t in form.things for o in inventory.subjects(each.path, t)]
    together = sum(homes.get(thing) == homes.get(owner) for thing, owner in pairs)
    return bool(pairs) and together >= _SAME_FILE_SHARE * len(pairs)


def _new_part(room: EditorPages, draft: Draft, about: str) -> Response:
    """Begin a new part of the thing, and go to its form."""
    start, _, class_iri = about.partition(":")
    found = _field_at(room, draft, start)
    if found is None:
        return _stay(room, draft)
    owner = DraftOwner(draft.key, found[1].path)
    return room.sent_to("thing", key=room.session.start(room.form(class_iri), owner).key)


def _new_linking_thing(room: EditorPages, draft: Draft, about: str) -> Response:
    """Begin a new thing that points to this one, and go to its form."""
    path, _, class_iri = about.partition(" ")
    owner = DraftOwner(draft.key, path, is_inverse=True)
    return room.sent_to("thing", key=room.session.start(room.form(class_iri), owner).key)


_ACTIONS: Mapping[str, Callable[[EditorPages, Draft, str], Response]] = {
    "about": _new_linking_thing,
    "check": _check,
    "done": _done,
    "edit": _edit,
    "forget": _forget,
    "lang": _language,
    "look": _preview_page,
    "more": _add_row,
    "new": _new,
    "part": _new_part,
    "remove": _remove,
    "review": _review,
}
