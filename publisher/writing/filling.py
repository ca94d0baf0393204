"""What somebody writes as ``field=value`` → changes of a thing, with a cure for what fits not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from publisher.errors import UsageError
from publisher.rdf.namespaces import LABELS
from publisher.release.tables.columns import kebab, local
from publisher.writing.changes import Change, added, replaced
from publisher.writing.choosing import PickList, full
from publisher.writing.fields import TEXT, Field, Form
from publisher.writing.inventory import Inventory
from publisher.writing.naming import beginning
from publisher.writing.values import read_value


@dataclass(frozen=True)
class Filled:
    """A field that somebody filled in.

    Attributes:
        name: What they call the field: its name in any language, or the last part of its path.
        language: Language tag, for texts; empty: none was given.
        written: The value as they wrote it.
    """

    name: str
    language: str
    written: str


def read_filled(text: str) -> Filled:
    """Return what ``field=value`` or ``field@language=value`` says.

    Raises:
        UsageError: There is no equals sign in it, or nothing before or after.

    >>> read_filled("Beskrivning@sv=Ett kluster.")
    Filled(name='Beskrivning', language='sv', written='Ett kluster.')
    """
    head, equals, written = text.partition("=")
    name, _at, language = head.partition("@")
    if not (name.strip() and equals and written.strip()):
        raise UsageError(
            "'{text}' does not say which field gets which value.",
            remedy="Write field=value, or field@sv=value for a text in a language.",
            text=text,
        )
    return Filled(name.strip(), language.strip(), written.strip())


def find_form(inventory: Inventory, forms: Sequence[Form], word: str) -> Form:
    """Return the form of a kind of thing: by what people call it, or by how addresses name it.

    Raises:
        UsageError: No kind is called so; the error lists those there are.
    """
    named = {kebab(local(form.class_iri)): form for form in forms}
    named |= {name.casefold(): form for form in forms for name in form.names.values()}
    folders = [_folder_of_addresses(inventory, form) for form in forms]
    short = {f: form for f, form in zip(folders, forms, strict=True) if folders.count(f) == 1}
    found = (named | short).get(word.casefold())
    if found is None:
        kinds = {form.class_iri: folder for folder, form in short.items()}
        raise UsageError(
            "There is no kind of thing called '{word}'.",
            remedy="The kinds are: {kinds}.",
            word=word,
            kinds=", ".join(
                sorted(kinds.get(form.class_iri, kebab(local(form.class_iri))) for form in forms)
            ),
        )
    return found


def _folder_of_addresses(inventory: Inventory, form: Form) -> str:
    """Return how the addresses of a form's things call them: ``cluster`` of ``…/id/cluster/x``."""
    return beginning(inventory, form).rstrip("/#").rpartition("/")[2]


def find_thing(inventory: Inventory, word: str) -> str:
    """Return the IRI of the thing that a word means: an address, a part of one, or a name.

    Raises:
        UsageError: No thing is meant, or several are.
    """
    base_iri = inventory.sources.base_iri
    for address in (word, full(word, base_iri), f"{base_iri}id/{word}"):
        if address in inventory.homes:
            return address
    named = [
        thing
        for thing in sorted(inventory.things)
        if word.casefold() in {name.casefold() for name in inventory.names(thing).values()}
    ] or [thing for thing in sorted(inventory.things) if thing.endswith(f"/{word}")]
    if len(named) == 1:
        return named[0]
    if named:
        raise UsageError(
            "'{word}' means several things: {things}.",
            remedy="Write the address of the one that is meant.",
            word=word,
            things=", ".join(named),
        )
    names = {n.casefold(): n for t in inventory.things for n in inventory.names(t).values()}
    near = [names[key] for key in difflib.get_close_matches(word.casefold(), names)]
    raise UsageError(
        "There is no thing called '{word}'.",
        remedy="Write its name or its address. Names like it: {near}.",
        word=word,
        near=", ".join(near) or "–",
    )


def find_field(form: Form, name: str) -> Field:
    """Return the field of a form that somebody means.

    Raises:
        UsageError: The form has none of that name; the error lists those there are.
    """
    named = {local(each.path).casefold(): each for each in reversed(form.fields)}
    named |= {n.casefold(): each for each in reversed(form.fields) for n in each.names.values()}
    named |= {each.key.casefold(): each for each in form.fields}
    found = named.get(name.casefold())
    if found is None:
        raise UsageError(
            "There is no field '{name}' here.",
            remedy="The fields are: {fields}.",
            name=name,
            fields=", ".join(sorted({local(each.path) for each in form.fields})),
        )
    return found


def fill(
    inventory: Inventory, form: Form, thing: str, filled: Iterable[Filled], file: str = ""
) -> list[Change]:
    """Return the changes that give a thing what somebody filled in.

    A field that may have one value gets the new one in place of the old; others get one more.

    Raises:
        UsageError: There is no such field, or a text comes without its language.
        ValueRefused: A value does not fit its field.
    """
    changes = []
    for each in filled:
        field = find_field(form, each.name)
        if field.kind == TEXT and not each.language:
            raise UsageError(
                "The field '{name}' holds texts; in which language is this one?",
                remedy="Write {name}@sv=… for Swedish, {name}@en=… for English.",
                name=each.name,
            )
        choices = PickList.of(field, inventory.sources.base_iri)
        term = read_value(each.written, field, each.language, choices)
        old = [
            value
            for value in inventory.values(thing, field.path)
            if field.kind != TEXT
            or (isinstance(value, Literal) and value.language == each.language)
        ]
        if field.is_inverse:
            changes.append(added(term.value, field.path, NamedNode(thing)))
        elif old and not field.is_repeated:
            changes.append(replaced(thing, field.path, old[0], term))
        else:
            changes.append(added(thing, field.path, term, file))
    return changes


def name_fields(form: Form) -> list[Field]:
    """Return the fields of a form that hold what a thing is called."""
    return [each for each in form.fields if each.path in LABELS and not each.is_inverse]
