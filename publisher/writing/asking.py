"""Questions to somebody at a terminal: what a form must have and nobody has given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from publisher.errors import PublisherError
from publisher.messages import in_language
from publisher.writing.choosing import PickList
from publisher.writing.fields import TEXT, Field, Form
from publisher.writing.filling import Filled, find_field, name_fields
from publisher.writing.inventory import Inventory
from publisher.writing.values import read_value

# A longer list is not read: a wrong answer is told the nearest names.
_CHOICES_SHOWN = 30


def missing_fields(form: Form, given: Iterable[Filled]) -> Iterator[tuple[Field, str]]:
    """Yield field and language of each value that a thing must have and nobody gave.

    Its names are not asked for, nor what others say of it.
    """
    told = {(find_field(form, each.name).key, each.language) for each in given}
    names = {field.key for field in name_fields(form)}
    for field in form.fields:
        if not field.least or field.is_inverse or field.is_part or field.key in names:
            continue
        for language in field.languages if field.kind == TEXT else ("",):
            if (field.key, language) not in told:
                yield field, language


def question(field: Field, language: str, inventory: Inventory, reader: str) -> str:
    """Return what to ask: the field, what belongs in it, and what may be chosen."""
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
