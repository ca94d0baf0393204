"""New things, with what is known of them; and events that end or change a thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from publisher.errors import ChangeRefused, UsageError
from publisher.rdf.namespaces import iri
from publisher.writing.changes import Change, added
from publisher.writing.choosing import PickList
from publisher.writing.fields import TEXT, Field, Form
from publisher.writing.filling import Filled, fill, name_fields
from publisher.writing.forms import form_of, read_forms
from publisher.writing.inventory import Inventory
from publisher.writing.naming import address_for, home_for
from publisher.writing.statements import SOURCE, Statements

_TYPE = iri("rdf:type")
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
    changes: tuple[Change, ...] = field(repr=False)


def add_thing(
    inventory: Inventory, form: Form, name: str, filled: Sequence[Filled], cited: Sequence[str] = ()
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
    thing = address_for(inventory, form, [name])
    changes = _first(inventory, form, thing, name, filled)
    changes += _citing(form, thing, cited, changes[0].file)
    changes += Statements(inventory, read_forms(inventory)).following(changes, {thing: cited})
    return Addition(thing, form, tuple(changes))


def _first(
    inventory: Inventory,
    form: Form,
    thing: str,
    name: str,
    filled: Sequence[Filled],
    near: Sequence[str] = (),
) -> list[Change]:
    """Return the changes that give a new thing its classes, its name and what is known of it."""
    file = home_for(inventory, form, thing, near)
    changes = [added(thing, _TYPE, NamedNode(each), file) for each in form.types]
    told = fill(inventory, form, thing, filled, file)
    given = {(change.path, _language(change)) for change in told}
    for each in _required_names(form):
        for language in each.languages or ("",):
            if (each.path, language) not in given and name:
                changes.append(added(thing, each.path, _named(name, each, language), file))
    return changes + told


def _citing(form: Form, thing: str, cited: Iterable[str], file: str) -> list[Change]:
    """Return the changes that let a thing name its sources itself, where its form has them."""
    if form.field(SOURCE) is None:
        return []
    return [added(thing, SOURCE, NamedNode(source), file) for source in cited]


def find_source(inventory: Inventory, forms: Iterable[Form], written: str) -> str:
    """Return the IRI of the source that somebody means by its name or address.

    Raises:
        UsageError: Nothing here names sources.
        ValueRefused: There is no such source; the nearest names are told.
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


def _named(name: str, each: Field, language: str) -> Literal:
    return Literal(name, language=language) if each.kind == TEXT and language else Literal(name)


def _language(change: Change) -> str:
    return change.new.language or "" if isinstance(change.new, Literal) else ""


def retire(
    inventory: Inventory,
    thing: str,
    event: Sequence[Filled],
    filled: Sequence[Filled],
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
    near = [inventory.homes[thing]]
    changes = _first(inventory, event_form, address, "", event, near)
    file = changes[0].file
    if event_form.field(_BEFORE) is not None:
        changes.append(added(address, _BEFORE, NamedNode(thing), file))
    changes += _citing(event_form, address, cited, file)
    changes.append(added(thing, towards.path, NamedNode(address)))
    own = fill(inventory, form, thing, filled)
    own += Statements(inventory, forms).following(own, {thing: cited})
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
