"""What lies on the editor's desk: the sources, and the drafts of what is to change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from publisher.bounds import DEFAULT_BOUNDS, Bounds
from publisher.errors import EditedElsewhere, SourceError
from publisher.messages import LANGUAGES
from publisher.rdf.namespaces import LABELS
from publisher.writing.editor.choices import Choices, Pending
from publisher.writing.editor.drafts import Draft, Owner
from publisher.writing.editor.entries import Entry, Resolve, Typed, pairs_of
from publisher.writing.editor.scene import Scene, read_scene, signature_of
from publisher.writing.fields import Form
from publisher.writing.naming import address_for, beginning, slug

Pairs = Iterable[tuple[str, str]]


class Desk:
    """Sources and drafts; whoever uses it holds the lock of the application."""

    def __init__(self, folder: Path, base_iri: str, bounds: Bounds = DEFAULT_BOUNDS) -> None:
        """Read the sources.

        Raises:
            SourceError: They cannot be read.
        """
        self._folder, self._base_iri, self._bounds = folder, base_iri, bounds
        self._count = 0
        self.scene: Scene = read_scene(folder, base_iri, bounds)
        self.drafts: dict[str, Draft] = {}
        # Why the files on the disk cannot be read now; the last ones that could stay on the desk.
        self.unread: SourceError | None = None

    def refresh(self, *, anyway: bool = False) -> None:
        """Read the sources again when a file on the disk has changed."""
        if not anyway and signature_of(self._folder) == self.scene.signature:
            self.unread = None
            return
        try:
            self.scene = read_scene(self._folder, self._base_iri, self._bounds)
            self.unread = None
        except SourceError as error:
            self.unread = error

    @property
    def kept(self) -> list[Draft]:
        """Return the drafts that count, in the order in which they were begun."""
        return [draft for draft in self.drafts.values() if draft.is_kept]

    def open(self, key: str) -> Draft | None:
        """Return the draft of a thing, or a fresh one; None when there is no such thing."""
        if key in self.drafts:
            return self.drafts[key]
        form = self.scene.form_of(key)
        if form is None:
            return None
        entries = self.scene.proofs.fill(form, key)
        return Draft(key, form.class_iri, key, tuple(pairs_of(entries)))

    def form(self, draft: Draft) -> Form:
        """Return the form of a draft."""
        found = self.scene.form(draft.class_iri)
        assert found is not None
        return found

    def start(self, form: Form, owner: Owner | None = None, label: str = "") -> Draft:
        """Return the draft of a new thing.

        Args:
            form: Of its class.
            owner: What it is added to.
            label: What it is called, if somebody said so.
        """
        self._count += 1
        key = f"new-{self._count}"
        pairs = dict(pairs_of(self.scene.proofs.fill(form, "")))
        pairs |= self._told(form, owner, label)
        draft = Draft(key, form.class_iri, "", tuple(pairs.items()), owner)
        draft = replace(draft, iri=self._address(draft, draft.pairs), is_kept=owner is not None)
        self.drafts[key] = draft
        if owner is not None and owner.input:
            self._fill(owner, draft.iri)
        return draft

    def _fill(self, owner: Owner, value: str) -> None:
        """Put a value into the input of the owner's draft."""
        above = self.open(owner.key)
        assert above is not None
        pairs = tuple((dict(above.pairs) | {owner.input: value}).items())
        self.put(replace(above, pairs=pairs, is_kept=True))

    def _told(self, form: Form, owner: Owner | None, label: str) -> dict[str, str]:
        """Return the inputs that can be filled in beforehand."""
        found: dict[str, str] = {}
        numbers = {each.key: number for number, each in enumerate(form.fields)}
        if label and _label_path(form):
            number = numbers[_label_path(form)]
            found |= {f"f{number}.{n}.v": label for n in range(len(form.fields[number].languages))}
        if owner is None:
            return found
        address = self.address(owner.key)
        echoes = [] if owner.is_inverse else self.scene.echoes(form, owner.path)
        keys = [owner.path] if owner.is_inverse else [each.key for each in echoes]
        return found | {f"f{numbers[key]}.0.v": address for key in keys}

    def address(self, key: str) -> str:
        """Return the address of a thing or of a draft."""
        return self.drafts[key].iri if key in self.drafts else key

    def beginning(self, draft: Draft) -> str:
        """Return what the address of a new thing begins with."""
        return beginning(self.scene.inventory, self.form(draft))

    def keep(self, key: str, pairs: Pairs, revision: int, slug: str = "") -> Draft:
        """Keep what was typed, and return the draft.

        Raises:
            EditedElsewhere: The draft was changed since the form was made.
        """
        draft = self.drafts.get(key) or self.open(key)
        assert draft is not None
        if draft.revision != revision:
            raise EditedElsewhere(
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
        form, inventory = self.form(draft), self.scene.inventory
        if draft.slug:
            return beginning(inventory, form) + (slug(draft.slug) or draft.key)
        names = self.label(form, pairs)
        wanted = [names[tag] for tag in (*LANGUAGES, *names) if tag in names]
        others = [other.iri for other in self.drafts.values() if other.key != draft.key]
        owner = draft.owner
        above = self.address(owner.key) if owner is not None and owner.is_beside else ""
        return address_for(inventory, form, wanted or [draft.key], above, others)

    def label(self, form: Form, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Return what a draft calls its thing, by language."""
        path = _label_path(form)
        entries = Typed(pairs, lambda _each, _value: "").entries(form, None)
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

    def choices(self) -> Choices:
        """Return the pick-lists, new things among them."""
        return Choices(self.scene.inventory, map(self._pending, self.pending()))

    def pending(self) -> list[Draft]:
        """Return the drafts of new things; those that nobody typed into do not count."""
        return [draft for draft in self.kept if draft.is_new]

    def _pending(self, draft: Draft) -> Pending:
        form = self.form(draft)
        return Pending(draft.iri, form.types, self.label(form, draft.pairs))

    def entries(self, draft: Draft, resolve: Resolve | None = None) -> tuple[Entry, ...]:
        """Return what stands in the form of a draft."""
        find: Callable[..., str] = resolve or self.choices().resolve
        return Typed(draft.pairs, find).entries(self.form(draft), self.scene.proofs.form)

    def name(self, draft: Draft, language: str) -> str:
        """Return what the thing of a draft is called; empty while it has no name."""
        names = self.label(self.form(draft), draft.pairs)
        return names.get(language) or next(iter(names.values()), "")


def _label_path(form: Form) -> str:
    """Return the property that names a thing of a class; empty when it has none."""
    known = {each.path for each in form.fields if not each.is_inverse}
    return next((path for path in LABELS if path in known), "")
