"""The sources as the editor sees them: read once, and again when a file on the disk changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.bounds import DEFAULT_CHECK_LIMITS, CheckLimits
from publisher.edit.editor.entries import StatementForms
from publisher.edit.field_messages import FieldMessages
from publisher.edit.fields import LINK, Field, Form
from publisher.edit.forms import form_of, read_forms
from publisher.edit.inventory import Inventory
from publisher.edit.statements import STATEMENT
from publisher.load.files import FOLDERS
from publisher.load.sources import Sources, read_sources
from publisher.rdf.namespaces import LABELS, iri

if TYPE_CHECKING:
    from publisher.quality.validation import NodeValidator


Signature = frozenset[tuple[str, int, int]]
# So many things of a class must agree before the form takes it for a rule.
_AGREEMENT = 0.75


def signature_of(folder: Path) -> Signature:
    """Return a value that differs after a file of the sources was changed: names, times, sizes."""
    return frozenset(_files(folder))


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    for top in FOLDERS:
        for parent, _folders, names in os.walk(folder / top):
            for name in names:
                path = Path(parent, name)
                try:
                    stat = path.stat()
                except OSError:  # gone since the folder was listed
                    continue
                yield str(path), stat.st_mtime_ns, stat.st_size


@dataclass(frozen=True)
class SourceSnapshot:
    """Sources with their forms; it does not change when they do.

    Attributes:
        sources: What was read.
        signature: How the files looked then.
        inventory: What they say, looked up.
        forms: A form for each class.
        statements: The statements about facts.
    """

    sources: Sources
    signature: Signature
    inventory: Inventory
    forms: tuple[Form, ...]
    statements: StatementForms

    @cached_property
    def validator(self) -> NodeValidator:
        """Return what validates some things while they are edited."""
        # pySHACL takes a while to import, and the first page does not need it.
        from publisher.quality.validation import NodeValidator

        return NodeValidator(self.sources)

    @cached_property
    def messages(self) -> FieldMessages:
        """Return what puts findings into the words of the forms."""
        return FieldMessages(self.inventory, self.forms)

    def form(self, class_iri: str) -> Form | None:
        """Return the form of a class."""
        return next((form for form in self.forms if form.class_iri == class_iri), None)

    def form_of(self, thing: str) -> Form | None:
        """Return the form for a thing that there is; None when it is no thing of the data."""
        listed = next((form for form in self.forms if form.scheme and thing in form.things), None)
        if listed is not None or thing not in self.inventory.things:
            return listed
        return form_of(self.forms, self.inventory.types(thing))

    @cached_property
    def _part_fields(self) -> tuple[Field, ...]:
        return tuple(each for form in self.forms for each in form.fields if each.is_part)

    def is_part(self, form: Form) -> bool:
        """Tell whether things of a class exist only as parts of others."""
        return any(set(each.classes) & set(form.types) for each in self._part_fields)

    def owners(self, thing: str) -> list[tuple[str, str]]:
        """Return subject and property of what a thing is a part of."""
        paths = dict.fromkeys(each.path for each in self._part_fields)
        return [(owner, path) for path in paths for owner in self.inventory.subjects(path, thing)]

    def is_of_owner(self, form: Form, each: Field) -> bool:
        """Tell whether a field points back to what a part belongs to."""
        return each.is_inverse and any(
            each.path == part.path and set(part.classes) & set(form.types)
            for part in self._part_fields
        )

    def links_to_owner(self, form: Form, path: str) -> list[Field]:
        """Return fields in which parts repeat what they belong to, as a rule.

        Args:
            form: Of the parts.
            path: The property that leads to them.
        """
        pairs = [(part, o) for part in form.things for o in self.inventory.subjects(path, part)]
        links = [f for f in form.fields if f.kind == LINK and not f.is_inverse]
        return [
            each
            for each in links
            if pairs and self._agreeing(each, pairs) >= _AGREEMENT * len(pairs)
        ]

    def _agreeing(self, each: Field, pairs: list[tuple[str, str]]) -> int:
        return sum(
            owner in self.inventory.properties.nodes(part, each.path) for part, owner in pairs
        )

    def additions(self, form: Form) -> list[tuple[Form, Field]]:
        """Return the forms of things that must point to something, and do point to this class."""
        additions: list[tuple[Form, Field]] = []
        for other in self.forms:
            if other.class_iri == STATEMENT or self.is_part(other):
                continue
            links = [f for f in other.fields if f.kind == LINK and not f.is_inverse and f.least]
            counts = {each.key: self._links(other, each, form) for each in links}
            best = max(links, key=lambda each: counts[each.key], default=None)
            if best is not None and counts[best.key] > 1:
                additions.append((other, best))
        return additions

    def _links(self, form: Form, each: Field, towards: Form) -> int:
        """Return how many things of one form point to things of another."""
        targets, subjects = set(towards.things), self.inventory.properties
        return sum(bool(targets & set(subjects.nodes(thing, each.path))) for thing in form.things)

    @cached_property
    def links(self) -> dict[str, list[tuple[str, str]]]:
        """Return thing → subject and property of what points to it, statements left out."""
        by_thing: dict[str, list[tuple[str, str]]] = {}
        subjects = self.inventory.properties
        for thing in sorted(self.inventory.things):
            if STATEMENT in self.inventory.types(thing):
                continue
            for path in subjects.of(thing):
                if path != iri("rdf:type"):
                    for value in subjects.nodes(thing, path):
                        by_thing.setdefault(value, []).append((thing, path))
        return by_thing


def read_snapshot(
    folder: Path, base_iri: str, bounds: CheckLimits = DEFAULT_CHECK_LIMITS
) -> SourceSnapshot:
    """Return the sources of a folder with their forms.

    Raises:
        SourceError: They cannot be read.
    """
    signature = signature_of(folder)
    sources = read_sources(folder, base_iri, bounds)
    # Held in memory: what the forms were made of must outlast a change on the disk.
    files = tuple(replace(file, given_text=file.text) for file in sources.files)
    sources = replace(sources, files=files)
    inventory = Inventory(sources)
    forms = read_forms(inventory)
    return SourceSnapshot(sources, signature, inventory, forms, StatementForms(inventory, forms))


def label_path(form: Form) -> str:
    """Return the property that names a thing of a class; empty when it has none."""
    known = {each.path for each in form.fields if not each.is_inverse}
    return next((path for path in LABELS if path in known), "")
