"""New things and events: from what is known of them, or what somebody answers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import Change, add_value, replace_value
from publisher.edit.consequences import consequences_of
from publisher.edit.fields import TEXT, Field, Form
from publisher.edit.forms import form_of, read_forms
from publisher.edit.inventory import Inventory, address_for, file_for_new_thing, iri_prefix
from publisher.edit.statements import SOURCE, StatementIndex
from publisher.edit.values import PickList, full_address, read_value
from publisher.errors import ChangeRefused, PublisherError, UsageError
from publisher.messages import in_language
from publisher.profiles.form_fields import CLASSES
from publisher.rdf.namespaces import LABELS, iri
from publisher.release.tables.columns import kebab_case, local_name

# The Organization Ontology, section 5.5: what an organisation goes through, and what went into it.
_EVENT, _BEFORE = iri("org:ChangeEvent"), iri("org:originalOrganization")


@dataclass(frozen=True)
class Addition:
    """A thing that is added.

    Attributes:
        thing: Its IRI.
        form: Its form.
        changes: What brings it about.
    """

    thing: str
    form: Form
    changes: tuple[Change, ...] = dataclass_field(repr=False)


def add_thing(
    inventory: Inventory,
    form: Form,
    name: str,
    filled: Sequence[FilledField],
    cited: Sequence[str] = (),
) -> Addition:
    """Return what adds a thing that is called so in every language.

    Args:
        inventory: What there is.
        form: The form of the new thing.
        name: What it is called.
        filled: What else is known of it.
        cited: IRIs of the sources of what is said.

    Raises:
        ChangeRefused: There is such a thing of that name already.
        UsageError: A field is not one of the form's.
        ValueRefused: A value does not fit its field.
    """
    for other in form.things:
        if name.casefold() in {known.casefold() for known in inventory.names(other).values()}:
            raise ChangeRefused(
                "There is one called '{name}' already.",
                where=other,
                remedy="Change that one, or choose a name that tells the two apart."
                " Nothing was written.",
                name=name,
            )
    owners = _owners(inventory, form, filled)
    thing = address_for(inventory, form, [name], owner=next(iter(owners), ""))
    near = [inventory.defining_files[owner] for owner in owners]
    changes = _first_changes(inventory, form, thing, name, filled, near)
    given = {change.path for change in changes}
    changes += [
        add_value(thing, path, value, changes[0].file)
        for path, value in inventory.catalogue.defaults.items()
        if path not in given and form.class_iri in CLASSES and form.field(path) is not None
    ]
    changes += _source_changes(form, thing, cited, changes[0].file)
    statements = StatementIndex(inventory, read_forms(inventory))
    changes += consequences_of(changes, statements, {thing: cited}).changes
    return Addition(thing, form, tuple(changes))


def _owners(inventory: Inventory, form: Form, filled: Iterable[FilledField]) -> list[str]:
    """Return the entries of the catalogue that a new one belongs to: the dataset of a file."""
    entries = []
    for each in filled if form.class_iri in CLASSES else ():
        field = find_field(form, each.name)
        if field.is_inverse and field.least:
            picked = PickList.of(field, inventory.sources.base_iri)
            entries.append(read_value(each.written, field, each.language, picked).value)
    return [owner for owner in entries if owner in inventory.defining_files]


def _first_changes(
    inventory: Inventory,
    form: Form,
    thing: str,
    name: str,
    filled: Sequence[FilledField],
    near: Sequence[str] = (),
) -> list[Change]:
    """Return the changes that give a new thing its classes, its name and what is known of it."""
    file = file_for_new_thing(inventory, form, thing, near)
    changes = [
        add_value(subject, path, value, file if subject == thing else "")
        for subject, path, value in form.first_facts(thing)
    ]
    filled_in = fill_field(inventory, form, thing, filled, file)
    given = {(change.path, _language(change)) for change in filled_in}
    for each in _required_names(form):
        for language in each.languages or ("",):
            if (each.path, language) not in given and name:
                changes.append(
                    add_value(thing, each.path, _name_changes(name, each, language), file)
                )
    return changes + filled_in


def _source_changes(form: Form, thing: str, cited: Iterable[str], file: str) -> list[Change]:
    """Return the changes that let a thing name its sources itself, where its form has them."""
    if form.field(SOURCE) is None:
        return []
    return [add_value(thing, SOURCE, NamedNode(source), file) for source in cited]


def find_source(inventory: Inventory, forms: Iterable[Form], written: str) -> str:
    """Return the IRI of the source that somebody means by its name or address.

    Raises:
        UsageError: Nothing here names sources.
        ValueRefused: There is no such source; the message has the nearest names.
    """
    for form in forms:
        towards = form.field(SOURCE)
        if towards is not None and towards.choices:
            return PickList.of(towards, inventory.sources.base_iri).read(written).value
    raise UsageError(
        "There are no sources to cite here.",
        remedy="Give a shape the property dcterms:source, and add the source as a thing.",
    )


def _required_names(form: Form) -> list[Field]:
    """Return the fields that must hold the name; the first name field when none must."""
    names = name_fields(form)
    return [each for each in names if each.least] or names[:1]


def _name_changes(name: str, each: Field, language: str) -> Literal:
    return Literal(name, language=language) if each.kind == TEXT and language else Literal(name)


def _language(change: Change) -> str:
    return change.new.language or "" if isinstance(change.new, Literal) else ""


def retire(
    inventory: Inventory,
    thing: str,
    event: Sequence[FilledField],
    filled: Sequence[FilledField],
    cited: Sequence[str],
) -> Addition:
    """Return what records that something happened to a thing: an event with its source.

    The thing stays: it is shown as what the event and ``filled`` make of it.

    Args:
        inventory: What there is.
        thing: IRI of the thing.
        event: What is known of the event, such as its kind, date and description.
        filled: What changes of the thing itself, such as its state.
        cited: IRIs of the sources.

    Raises:
        UsageError: The shapes know no events of such a thing, or a field is not there.
        ValueRefused: A value does not fit its field.
    """
    forms = read_forms(inventory)
    form, towards, event_form = _event_form(inventory, forms, thing)
    names = [each.written for each in event if each.language] or [""]
    address = address_for(inventory, event_form, names, owner=thing)
    near = [inventory.defining_files[thing]]
    changes = _first_changes(inventory, event_form, address, "", event, near)
    file = changes[0].file
    if event_form.field(_BEFORE) is not None:
        changes.append(add_value(address, _BEFORE, NamedNode(thing), file))
    changes += _source_changes(event_form, address, cited, file)
    changes.append(add_value(thing, towards.path, NamedNode(address)))
    own = fill_field(inventory, form, thing, filled)
    own += consequences_of(own, StatementIndex(inventory, forms), {thing: cited}).changes
    return Addition(address, event_form, tuple([*changes, *own]))


def _event_form(
    inventory: Inventory, forms: Sequence[Form], thing: str
) -> tuple[Form, Field, Form]:
    """Return the form of a thing, its field for events, and the form of these."""
    form = form_of(forms, inventory.types(thing))
    for towards in form.fields if form is not None else ():
        for each in forms:
            if _EVENT in each.types and each.class_iri in towards.classes:
                assert form is not None
                return form, towards, each
    raise UsageError(
        "The shapes know no events that change such a thing.",
        where=thing,
        remedy="Give its shape a property whose values are of the class org:ChangeEvent, and that"
        " class a shape with kind, date and source.",
    )


# What somebody writes as ``field=value`` → changes of a thing, with a cure for what fits not.


@dataclass(frozen=True)
class FilledField:
    """A field that somebody filled in.

    Attributes:
        name: What they call the field: its name in any language, or the last part of its path.
        language: Language tag, for texts; empty: none was given.
        written: The value as they wrote it.
    """

    name: str
    language: str
    written: str


def read_filled(text: str) -> FilledField:
    """Return what ``field=value`` or ``field@language=value`` says.

    Raises:
        UsageError: There is no equals sign in it, or nothing before or after.

    >>> read_filled("Beskrivning@sv=Ett kluster.")
    FilledField(name='Beskrivning', language='sv', written='Ett kluster.')
    """
    head, equals, written = text.partition("=")
    name, _at, language = head.partition("@")
    if not (name.strip() and equals and written.strip()):
        raise UsageError(
            "'{text}' does not say which field gets which value.",
            remedy="Write field=value, or field@sv=value for a text in a language.",
            text=text,
        )
    return FilledField(name.strip(), language.strip(), written.strip())


def find_form(inventory: Inventory, forms: Sequence[Form], word: str) -> Form:
    """Return the form of a kind of thing: by what people call it, or by how addresses name it.

    Raises:
        UsageError: No kind is called so; the error lists those there are.
    """
    named = {kebab_case(local_name(form.class_iri)): form for form in forms}
    named |= {name.casefold(): form for form in forms for name in form.names.values()}
    folders = [_folder_of_addresses(inventory, form) for form in forms]
    short = {f: form for f, form in zip(folders, forms, strict=True) if folders.count(f) == 1}
    named_form = (named | short).get(word.casefold())
    if named_form is None:
        kinds = {form.class_iri: folder for folder, form in short.items()}
        raise UsageError(
            "There is no kind of thing called '{word}'.",
            remedy="The kinds are: {kinds}.",
            word=word,
            kinds=", ".join(
                sorted(
                    kinds.get(form.class_iri, kebab_case(local_name(form.class_iri)))
                    for form in forms
                )
            ),
        )
    return named_form


# What people call an entry of a list.
CONCEPT_WORDS = ("concept", "begrepp")


def find_list(inventory: Inventory, forms: Sequence[Form], word: str) -> Form:
    """Return the form of the concepts of a list: by its name or address; without a word the only.

    Raises:
        UsageError: No list is called so, or there are several; the error lists those there are.
    """
    lists = {local_name(form.class_iri): form for form in forms if form.scheme}
    named = {name.casefold(): form for form in lists.values() for name in form.names.values()}
    named |= {name.casefold(): form for name, form in lists.items()}
    named |= {form.class_iri.casefold(): form for form in lists.values()}
    list_form = named.get(word.casefold()) or named.get(
        full_address(word, inventory.sources.base_iri).casefold()
    )
    if list_form is None and not word and len(lists) == 1:
        list_form = next(iter(lists.values()))
    if list_form is None:
        raise UsageError(
            "There is no list called '{word}'." if word else "To which list is it added?",
            remedy="Write --list with one of these: {lists}.",
            word=word,
            lists=", ".join(sorted(lists)) or "–",
        )
    return list_form


def _folder_of_addresses(inventory: Inventory, form: Form) -> str:
    """Return how the addresses of a form's things call them: ``cluster`` of ``…/id/cluster/x``."""
    return iri_prefix(inventory, form).rstrip("/#").rpartition("/")[2]


def find_thing(inventory: Inventory, word: str) -> str:
    """Return the IRI of the thing that a word means: an address, a part of one, or a name.

    Raises:
        UsageError: No thing is meant, or several are.
    """
    base_iri = inventory.sources.base_iri
    for address in (word, full_address(word, base_iri), f"{base_iri}id/{word}"):
        if address in inventory.defining_files:
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
    named = {local_name(each.path).casefold(): each for each in reversed(form.fields)}
    named |= {n.casefold(): each for each in reversed(form.fields) for n in each.names.values()}
    named |= {each.key.casefold(): each for each in form.fields}
    field = named.get(name.casefold())
    if field is None:
        raise UsageError(
            "There is no field '{name}' here.",
            remedy="The fields are: {fields}.",
            name=name,
            fields=", ".join(sorted({local_name(each.path) for each in form.fields})),
        )
    return field


def fill_field(
    inventory: Inventory, form: Form, thing: str, filled: Iterable[FilledField], file: str = ""
) -> list[Change]:
    """Return the changes that set a field of a thing.

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
            changes.append(add_value(term.value, field.path, NamedNode(thing)))
        elif old and not field.is_repeated:
            changes.append(replace_value(thing, field.path, old[0], term))
        else:
            changes.append(add_value(thing, field.path, term, file))
    return changes


def name_fields(form: Form) -> list[Field]:
    """Return the fields of a form that hold what a thing is called."""
    return [each for each in form.fields if each.path in LABELS and not each.is_inverse]


# Questions to somebody at a terminal: what a form must have and nobody has given.

# A longer list is not read: a wrong answer gets the nearest names.
_CHOICES_SHOWN = 30


def missing_fields(form: Form, filled: Iterable[FilledField]) -> Iterator[tuple[Field, str]]:
    """Yield field and language of each value that a thing must have and nobody gave.

    Its names are not asked for, nor what others say of it.
    """
    given = {(find_field(form, each.name).key, each.language) for each in filled}
    names = {field.key for field in name_fields(form)}
    for field in form.fields:
        if not field.least or field.is_inverse or field.is_part or field.key in names:
            continue
        for language in field.languages if field.kind == TEXT else ("",):
            if (field.key, language) not in given:
                yield field, language


def question_for(field: Field, language: str, inventory: Inventory, reader: str) -> str:
    """Return the prompt for a field: its name, kind and choices."""
    name = in_language(field.names, reader)
    lines = [in_language(field.description, reader)] if field.description else []
    choices = PickList.of(field, inventory.sources.base_iri).names(reader)
    if 0 < len(choices) <= _CHOICES_SHOWN:
        lines.append(" · ".join(choices))
    return "\n".join([*lines, f"{name} ({language})" if language else name])


def why_refused(
    field: Field, language: str, written: str, inventory: Inventory
) -> PublisherError | None:
    """Return why an answer does not fit a field; None when it does."""
    try:
        read_value(written, field, language, PickList.of(field, inventory.sources.base_iri))
    except PublisherError as error:
        return error
    return None
