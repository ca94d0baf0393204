"""The editor's session: the sources as they were read, drafts, pick-lists."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from publisher.bounds import DEFAULT_CHECK_LIMITS, CheckLimits
from publisher.edit.editor.entries import FieldInput, FormData, Resolve, StatementForms, input_pairs
from publisher.edit.fields import ANY, LINK, PLAIN, Field, Form
from publisher.edit.forms import form_of, read_forms
from publisher.edit.inventory import Inventory, address_for, iri_prefix, last_part, slug
from publisher.edit.statements import STATEMENT
from publisher.edit.values import PickList
from publisher.errors import EditConflict, SourceError, ValueRefused
from publisher.load.files import FOLDERS
from publisher.load.sources import Sources, read_sources
from publisher.messages import LANGUAGES, Text
from publisher.rdf.namespaces import LABELS, iri
from publisher.rdf.subjects import Term, pick_name
from publisher.render.values import sort_key

if TYPE_CHECKING:
    from publisher.quality.validation import NodeValidator


Pairs = Iterable[tuple[str, str]]


class EditSession:
    """Sources and drafts; callers hold the lock of the application."""

    def __init__(
        self, folder: Path, base_iri: str, bounds: CheckLimits = DEFAULT_CHECK_LIMITS
    ) -> None:
        """Read the sources.

        Raises:
            SourceError: They cannot be read.
        """
        self._folder, self._base_iri, self._bounds = folder, base_iri, bounds
        self._count = 0
        self.snapshot: SourceSnapshot = read_snapshot(folder, base_iri, bounds)
        self.drafts: dict[str, Draft] = {}
        # Why the files on the disk cannot be read now; the last ones that could stay on the desk.
        self.unread: SourceError | None = None

    def refresh(self, *, anyway: bool = False) -> None:
        """Read the sources again when a file on the disk has changed."""
        if not anyway and signature_of(self._folder) == self.snapshot.signature:
            self.unread = None
            return
        try:
            self.snapshot = read_snapshot(self._folder, self._base_iri, self._bounds)
            self.unread = None
        except SourceError as error:
            self.unread = error

    @property
    def kept_drafts(self) -> list[Draft]:
        """Return the drafts that count, in the order in which they were begun."""
        return [draft for draft in self.drafts.values() if draft.is_kept]

    def open(self, key: str) -> Draft | None:
        """Return the draft of a thing, or a fresh one; None when there is no such thing."""
        if key in self.drafts:
            return self.drafts[key]
        form = self.snapshot.form_of(key)
        if form is None:
            return None
        entries = self.snapshot.proofs.fill(form, key)
        return Draft(key, form.class_iri, key, tuple(input_pairs(entries)))

    def form(self, draft: Draft) -> Form:
        """Return the form of a draft."""
        found = self.snapshot.form(draft.class_iri)
        assert found is not None
        return found

    def start(self, form: Form, owner: DraftOwner | None = None, label: str = "") -> Draft:
        """Return the draft of a new thing.

        Args:
            form: Of its class.
            owner: What it is added to.
            label: What it is called, if somebody said so.
        """
        self._count += 1
        key = f"new-{self._count}"
        pairs = dict(input_pairs(self.snapshot.proofs.fill(form, "")))
        pairs |= self._told(form, owner, label)
        draft = Draft(key, form.class_iri, "", tuple(pairs.items()), owner)
        draft = replace(draft, iri=self._address(draft, draft.pairs), is_kept=owner is not None)
        self.drafts[key] = draft
        if owner is not None and owner.input:
            self._fill(owner, draft.iri)
        return draft

    def _fill(self, owner: DraftOwner, value: str) -> None:
        """Put a value into the input of the owner's draft."""
        above = self.open(owner.key)
        assert above is not None
        pairs = tuple((dict(above.pairs) | {owner.input: value}).items())
        self.put(replace(above, pairs=pairs, is_kept=True))

    def _told(self, form: Form, owner: DraftOwner | None, label: str) -> dict[str, str]:
        """Return the inputs that can be filled in beforehand."""
        found: dict[str, str] = {}
        numbers = {each.key: number for number, each in enumerate(form.fields)}
        if label and _label_path(form):
            number = numbers[_label_path(form)]
            found |= {f"f{number}.{n}.v": label for n in range(len(form.fields[number].languages))}
        if owner is None:
            return found
        address = self.address(owner.key)
        echoes = [] if owner.is_inverse else self.snapshot.echoes(form, owner.path)
        keys = [owner.path] if owner.is_inverse else [each.key for each in echoes]
        return found | {f"f{numbers[key]}.0.v": address for key in keys}

    def address(self, key: str) -> str:
        """Return the address of a thing or of a draft."""
        return self.drafts[key].iri if key in self.drafts else key

    def beginning(self, draft: Draft) -> str:
        """Return what the address of a new thing begins with."""
        return iri_prefix(self.snapshot.inventory, self.form(draft))

    def store_inputs(self, key: str, pairs: Pairs, revision: int, slug: str = "") -> Draft:
        """Keep what was typed, and return the draft.

        Raises:
            EditConflict: The draft was changed since the form was made.
        """
        draft = self.drafts.get(key) or self.open(key)
        assert draft is not None
        if draft.revision != revision:
            raise EditConflict(
                "The same entry was changed in another window.",
                remedy="Compare the two, and keep the one that is right.",
            )
        typed = tuple(pairs)
        if typed == draft.pairs and slug == draft.slug and not draft.is_new:
            return draft
        return self.put(replace(draft, pairs=typed, slug=slug, is_kept=True, is_removed=False))

    def put(self, draft: Draft) -> Draft:
        """Keep a draft as a newer one; what refers to a new thing follows its address."""
        changed = replace(draft, revision=draft.revision + 1)
        if draft.is_new:
            changed = replace(changed, iri=self._address(changed, changed.pairs))
            if changed.iri != draft.iri:
                self._redirect(draft.iri, changed.iri)
        self.drafts[draft.key] = changed
        return changed

    def _redirect(self, old: str, new: str) -> None:
        for key, draft in self.drafts.items():
            pairs = tuple((name, new if value == old else value) for name, value in draft.pairs)
            self.drafts[key] = replace(draft, pairs=pairs)

    def _address(self, draft: Draft, pairs: Sequence[tuple[str, str]]) -> str:
        """Return the address of a new thing: as it was typed, else made of its name."""
        form, inventory = self.form(draft), self.snapshot.inventory
        if draft.slug:
            return iri_prefix(inventory, form) + (slug(draft.slug) or draft.key)
        names = self.label(form, pairs)
        wanted = [names[tag] for tag in (*LANGUAGES, *names) if tag in names]
        others = [other.iri for other in self.drafts.values() if other.key != draft.key]
        owner = draft.owner
        above = self.address(owner.key) if owner is not None and owner.is_beside else ""
        return address_for(inventory, form, wanted or [draft.key], above, others)

    def label(self, form: Form, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Return what a draft calls its thing, by language."""
        path = _label_path(form)
        entries = FormData(pairs, lambda _each, _value: "").entries(form, None)
        rows = (row for entry in entries if entry.field.key == path for row in entry.rows)
        return {row.language: row.value for row in rows if not row.is_empty}

    def forget(self, key: str) -> None:
        """Drop a draft, and those of what was added to it."""
        gone = self.drafts.pop(key, None)
        if gone is not None and gone.is_new:
            self._redirect(gone.iri, "")
        for other in [d.key for d in self.drafts.values() if d.owner and d.owner.key == key]:
            if self.drafts[other].is_new:
                self.forget(other)

    def choices(self) -> FieldChoices:
        """Return the pick-lists, new things among them."""
        return FieldChoices(self.snapshot.inventory, map(self._pending, self.pending()))

    def pending(self) -> list[Draft]:
        """Return the drafts of new things; those that nobody typed into do not count."""
        return [draft for draft in self.kept_drafts if draft.is_new]

    def _pending(self, draft: Draft) -> NewThing:
        form = self.form(draft)
        return NewThing(draft.iri, form.types, self.label(form, draft.pairs))

    def entries(self, draft: Draft, resolve: Resolve | None = None) -> tuple[FieldInput, ...]:
        """Return what stands in the form of a draft."""
        find: Callable[..., str] = resolve or self.choices().resolve
        return FormData(draft.pairs, find).entries(self.form(draft), self.snapshot.proofs.form)

    def name(self, draft: Draft, language: str) -> str:
        """Return what the thing of a draft is called; empty while it has no name."""
        names = self.label(self.form(draft), draft.pairs)
        return names.get(language) or next(iter(names.values()), "")


def _label_path(form: Form) -> str:
    """Return the property that names a thing of a class; empty when it has none."""
    known = {each.path for each in form.fields if not each.is_inverse}
    return next((path for path in LABELS if path in known), "")


# The sources as the editor sees them: read once, and again when a file on the disk changes.

Signature = frozenset[tuple[str, int, int]]
# So many things of a class must agree before the form takes it for a rule.
_AGREEMENT = 0.75


def signature_of(folder: Path) -> Signature:
    """Return what tells whether a file of the sources was changed: names, times, sizes."""
    return frozenset(_files(folder))


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    for top in FOLDERS:
        for parent, _folders, names in os.walk(folder / top):
            for name in names:
                path = Path(parent, name)
                try:
                    found = path.stat()
                except OSError:  # gone since the folder was listed
                    continue
                yield str(path), found.st_mtime_ns, found.st_size


@dataclass(frozen=True)
class SourceSnapshot:
    """Sources with their forms; it does not change when they do.

    Attributes:
        sources: What was read.
        signature: How the files looked then.
        inventory: What they say, looked up.
        forms: A form for each class.
        proofs: The statements about facts.
    """

    sources: Sources
    signature: Signature
    inventory: Inventory
    forms: tuple[Form, ...]
    proofs: StatementForms

    @cached_property
    def validator(self) -> NodeValidator:
        """Return what validates some things while they are edited."""
        # pySHACL takes a while to import, and the first page does not need it.
        from publisher.quality.validation import NodeValidator

        return NodeValidator(self.sources)

    def form(self, class_iri: str) -> Form | None:
        """Return the form of a class."""
        return next((form for form in self.forms if form.class_iri == class_iri), None)

    def form_of(self, thing: str) -> Form | None:
        """Return the form for a thing that there is; None when it is no thing of the data."""
        if thing not in self.inventory.things:
            return None
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

    def echoes(self, form: Form, path: str) -> list[Field]:
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
        found: list[tuple[Form, Field]] = []
        for other in self.forms:
            if other.class_iri == STATEMENT or self.is_part(other):
                continue
            links = [f for f in other.fields if f.kind == LINK and not f.is_inverse and f.least]
            counts = {each.key: self._links(other, each, form) for each in links}
            best = max(links, key=lambda each: counts[each.key], default=None)
            if best is not None and counts[best.key] > 1:
                found.append((other, best))
        return found

    def _links(self, form: Form, each: Field, towards: Form) -> int:
        """Return how many things of one form point to things of another."""
        wanted, subjects = set(towards.things), self.inventory.properties
        return sum(bool(wanted & set(subjects.nodes(thing, each.path))) for thing in form.things)

    @cached_property
    def links(self) -> dict[str, list[tuple[str, str]]]:
        """Return thing → subject and property of what points to it, statements left out."""
        found: dict[str, list[tuple[str, str]]] = {}
        subjects = self.inventory.properties
        for thing in sorted(self.inventory.things):
            if STATEMENT in self.inventory.types(thing):
                continue
            for path in subjects.of(thing):
                if path != iri("rdf:type"):
                    for value in subjects.nodes(thing, path):
                        found.setdefault(value, []).append((thing, path))
        return found


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
    held = tuple(replace(file, given_text=file.text) for file in sources.files)
    sources = replace(sources, files=held)
    inventory = Inventory(sources)
    forms = read_forms(inventory)
    return SourceSnapshot(sources, signature, inventory, forms, StatementForms(inventory, forms))


# What has been typed and not saved: one draft a thing.


@dataclass(frozen=True)
class DraftOwner:
    """The thing that a new thing is added to.

    Attributes:
        key: Of its draft, or its IRI.
        path: IRI of the property between the two.
        is_inverse: Whether the new thing points to the owner, and not the owner to it.
        input: Name of the input in which the owner names the new thing; empty: it is a part.
        is_beside: Whether it is written into the owner's file, and its address names the owner.
    """

    key: str
    path: str
    is_inverse: bool = False
    input: str = ""
    is_beside: bool = True

    @property
    def has_part(self) -> bool:
        """Tell whether the new thing is a part of the owner."""
        return not self.is_inverse and not self.input


@dataclass(frozen=True)
class Draft:
    """A thing as somebody wants it to be.

    Attributes:
        key: IRI of a thing that there is; ``new-1`` and so on for one that there is not yet.
        class_iri: Class of its form.
        iri: Its address; of a new thing as it will be.
        pairs: Name and value of every input.
        owner: What it was added to, if it is new and was added to something.
        slug: Last part of the address of a new thing, if somebody typed one.
        revision: How often it was changed: what another window shows may be older.
        is_removed: Whether the thing is to be taken away.
        is_kept: Whether somebody has typed anything, so that it counts.
    """

    key: str
    class_iri: str
    iri: str
    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    owner: DraftOwner | None = None
    slug: str = ""
    revision: int = 0
    is_removed: bool = False
    is_kept: bool = False

    @property
    def is_new(self) -> bool:
        """Tell whether the thing does not exist yet."""
        return self.key != self.iri


@dataclass(frozen=True)
class InputProblem:
    """Something typed that can be no value at all.

    Attributes:
        name: What the names of its inputs begin with; empty: the thing as a whole.
        message: What to do, by language.
    """

    name: str
    message: Text


# Pick-lists of the forms, with what has been added and not saved.

# A longer list is searched while typing, a shorter one is opened.
LONGEST_SELECT = 40


@dataclass(frozen=True)
class NewThing:
    """A new thing that is not saved.

    Attributes:
        iri: Its address to be.
        types: Its classes.
        names: What it is called, by language.
    """

    iri: str
    types: tuple[str, ...]
    names: Text


class FieldChoices:
    """What may be chosen in each field."""

    def __init__(self, inventory: Inventory, pending: Iterable[NewThing]) -> None:
        """Keep what there is, and what is on its way."""
        self._inventory = inventory
        self._pending = {new.iri: new for new in pending}
        self._found: dict[tuple[object, ...], PickList] = {}

    def of(self, each: Field) -> PickList:
        """Return the pick-list of a field; empty when values are written freely."""
        mark = (each.classes, each.pattern, each.path if each.is_closed else "")
        if mark not in self._found:
            fits = re.compile(each.pattern) if each.pattern else None
            new = {
                name: pending.names
                for name, pending in self._pending.items()
                if set(pending.types) & set(each.classes) and (fits is None or fits.search(name))
            }
            self._found[mark] = PickList.of(each, self._inventory.sources.base_iri, new)
        return self._found[mark]

    def options(self, each: Field, language: str) -> Mapping[str, str]:
        """Return value → name of what may be chosen in a field, sorted by name."""
        picked = self.of(each)
        terms: list[Term] = [choice.term for choice in each.choices]
        listed = {term.value for term in terms}
        terms += [NamedNode(name) for name in self._pending if name not in listed]
        named = {
            term.value: picked.name(term, language) for term in terms if self._is_in(picked, term)
        }
        return dict(sorted(named.items(), key=lambda row: sort_key(row[1])))

    def _is_in(self, picked: PickList, term: Term) -> bool:
        try:
            picked.read(term.value)
        except ValueRefused:
            return False
        return True

    def known(self, thing: str, language: str) -> str:
        """Return what a thing is called; empty when nobody says."""
        pending = self._pending.get(thing)
        names = pending.names if pending is not None else self._inventory.names(thing)
        return pick_name(names, language)

    def name(self, thing: str, language: str) -> str:
        """Return what a thing is called; the last part of its address when nobody says."""
        return self.known(thing, language) or last_part(thing) or thing

    def resolve(self, each: Field, typed: str) -> str:
        """Return the IRI or text of the choice that is meant; empty when nothing is called so."""
        picked = self.of(each)
        if each.kind not in (LINK, ANY, PLAIN) or not typed or not len(picked):
            return ""
        try:
            return picked.read(typed).value
        except ValueRefused:
            return ""

    def shown(self, each: Field, value: str, language: str) -> str:
        """Return what stands in the input of a field for the value of a choice."""
        picked = self.of(each)
        if each.kind not in (LINK, ANY) or self.resolve(each, value) != value or not value:
            return value
        return picked.name(NamedNode(value), language)

    def is_long(self, each: Field) -> bool:
        """Tell whether a list is too long to be opened."""
        return len(self.of(each)) > LONGEST_SELECT
