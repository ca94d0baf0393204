"""What the buttons of a form do; whatever they do, what was typed is kept first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Response

from publisher.edit.editor.checks import form_errors
from publisher.edit.editor.entries import (
    FieldInput,
    ValueInput,
    empty_input,
    input_pairs,
    name_prefixes,
)
from publisher.edit.editor.pages import EditorPages
from publisher.edit.editor.pending import Draft, DraftOwner
from publisher.edit.fields import Field, Form
from publisher.messages import LANGUAGES

_INPUT_PREFIX = re.compile(r"f(\d+)\.(?:(\d+)\.s(\d+)\.f(\d+)\.)?")
# So many of the things that are linked already must stand in the file of what links to them.
_SAME_FILE_SHARE = 0.75


def run_action(editor: EditorPages, draft: Draft, go: str, language: str) -> Response:
    """Run the action of a button, and return the next page.

    Args:
        editor: Session and pages.
        draft: What was typed, kept already.
        go: Value of the button: a word, or a word and what it is about after a colon.
        language: Of the page.
    """
    word, _, about = go.partition(":")
    return _ACTIONS.get(word, _review)(editor, draft, about)


def _stay(editor: EditorPages, draft: Draft, fragment: str = "", **more: str) -> Response:
    return editor.sent_to("thing", fragment, key=draft.key, **more)


def _check(editor: EditorPages, draft: Draft, about: str) -> Response:
    return _stay(editor, draft, check="1")


def _review(editor: EditorPages, draft: Draft, about: str) -> Response:
    """Go to the review when nothing is wrong here; else show what is."""
    if form_errors(editor.pending.with_draft(draft), draft).count:
        return _stay(editor, draft, check="1")
    return editor.sent_to("review")


def _done(editor: EditorPages, draft: Draft, about: str) -> Response:
    """Go back to what the thing belongs to."""
    above = editor.pending.owner_of(draft)
    if above is None:
        return editor.sent_to("")
    return editor.sent_to("thing", key=above)


def _edit(editor: EditorPages, draft: Draft, about: str) -> Response:
    return editor.sent_to("thing", key=about)


def _preview_page(editor: EditorPages, draft: Draft, about: str) -> Response:
    return editor.sent_to("look", key=draft.key)


def _language(editor: EditorPages, draft: Draft, about: str) -> Response:
    context = editor.context()
    if about in LANGUAGES:
        context = replace(context, language=about)
    address = context.address("thing", key=draft.key)
    return Response(status=303, headers={"Location": address})


def _forget(editor: EditorPages, draft: Draft, about: str) -> Response:
    above = editor.pending.owner_of(draft)
    editor.session.forget(draft.key)
    if above is not None and editor.pending.open(above) is not None:
        return editor.sent_to("thing", key=above)
    return editor.sent_to("")


def _remove(editor: EditorPages, draft: Draft, about: str) -> Response:
    if draft.is_new:
        return _forget(editor, draft, about)
    editor.session.put(replace(draft, is_removed=True))
    return _done(editor, draft, about)


def _field_at(editor: EditorPages, draft: Draft, start: str) -> tuple[Form, Field] | None:
    """Return form and field that the names of some inputs begin with."""
    match = _INPUT_PREFIX.fullmatch(start)
    form = editor.pending.form(draft)
    if match is None or int(match[1]) >= len(form.fields):
        return None
    if match[4] is None:
        return form, form.fields[int(match[1])]
    statement_form = editor.pending.snapshot.statements.form
    if statement_form is None or int(match[4]) >= len(statement_form.fields):
        return None
    return statement_form, statement_form.fields[int(match[4])]


def _add_row(editor: EditorPages, draft: Draft, start: str) -> Response:
    """Add an empty row to a field."""
    place = _field_at(editor, draft, start)
    if place is None:
        return _stay(editor, draft)
    grown, row = _with_new_row(editor, draft, start, *place)
    editor.session.put(grown)
    return _stay(editor, draft, "#" + row.name.replace(".", "-") + "v")


def _with_new_row(
    editor: EditorPages, draft: Draft, start: str, form: Form, each: Field
) -> tuple[Draft, ValueInput]:
    """Return a draft with one more row in a field, and the row."""
    used = (
        name[len(start) :].partition(".")[0] for name, _ in draft.pairs if name.startswith(start)
    )
    number = max((int(part) for part in used if part.isdecimal()), default=-1) + 1
    row = replace(empty_input(each), name=f"{start}{number}.")
    if "s" not in start:
        row = editor.pending.snapshot.statements.with_statements(form, each, row)
    return replace(draft, pairs=(*draft.pairs, *input_pairs([FieldInput(each, (row,))]))), row


def _new(editor: EditorPages, draft: Draft, about: str) -> Response:
    """Begin a new thing that a field names, and go to its form."""
    start, _, class_iri = about.partition(":")
    place = _field_at(editor, draft, start)
    if place is None:
        return _stay(editor, draft)
    grown, row = _free_row(editor, draft, start, *place)
    editor.session.put(grown)
    form, each = editor.form(class_iri), place[1]
    owner = DraftOwner(
        draft.key,
        each.path,
        input=f"{row.name}v",
        is_beside="s" not in start and _shares_file(editor, form, each),
    )
    return editor.sent_to("thing", key=editor.session.start(form, owner, row.value).key)


def _free_row(
    editor: EditorPages, draft: Draft, start: str, form: Form, each: Field
) -> tuple[Draft, ValueInput]:
    """Return the row that names what is not in the list, else an empty one, new if need be."""
    resolve = editor.pending.choices.resolve
    for entry_start, entry in name_prefixes(editor.pending.entries(draft)):
        if entry_start == start:
            for row in sorted(entry.rows, key=lambda row: not row.value):
                if not resolve(each, row.value) and (row.value or row.old is None):
                    return draft, row
    return _with_new_row(editor, draft, start, form, each)


def _shares_file(editor: EditorPages, form: Form, each: Field) -> bool:
    """Tell whether things linked so stand in the files of what links to them, as a rule."""
    inventory = editor.pending.snapshot.inventory
    files = inventory.defining_files
    pairs = [(t, o) for t in form.things for o in inventory.subjects(each.path, t)]
    together = sum(files.get(thing) == files.get(owner) for thing, owner in pairs)
    return bool(pairs) and together >= _SAME_FILE_SHARE * len(pairs)


def _new_part(editor: EditorPages, draft: Draft, about: str) -> Response:
    """Begin a new part of the thing, and go to its form."""
    start, _, class_iri = about.partition(":")
    place = _field_at(editor, draft, start)
    if place is None:
        return _stay(editor, draft)
    owner = DraftOwner(draft.key, place[1].path)
    return editor.sent_to("thing", key=editor.session.start(editor.form(class_iri), owner).key)


def _new_linking_thing(editor: EditorPages, draft: Draft, about: str) -> Response:
    """Begin a new thing that points to this one, and go to its form."""
    path, _, class_iri = about.partition(" ")
    owner = DraftOwner(draft.key, path, is_inverse=True)
    return editor.sent_to("thing", key=editor.session.start(editor.form(class_iri), owner).key)


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
