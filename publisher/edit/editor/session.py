"""The editor's session: it owns the sources and the drafts, and nothing else changes them.

Pages and routes read ``pending``, a value, and ask the session for every change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Literal

from publisher.bounds import DEFAULT_CHECK_LIMITS, CheckLimits
from publisher.edit.editor.entries import input_pairs, input_text, name_prefixes
from publisher.edit.editor.pending import Draft, DraftOwner, EditClash, PendingChanges
from publisher.edit.editor.snapshot import label_path, read_snapshot, signature_of
from publisher.edit.fields import Form
from publisher.edit.inventory import address_for, iri_prefix, slug
from publisher.errors import EditConflict, SourceError
from publisher.messages import LANGUAGES
from publisher.profiles.form_fields import CLASSES
from publisher.rdf.subjects import Term

Pairs = Iterable[tuple[str, str]]


class EditSession:
    """Sources and drafts; callers hold the lock of the application.

    Attributes:
        pending: The drafts, and what they make of the sources.
        unread: Why the files on the disk cannot be read now; the last that could are shown.
    """

    def __init__(
        self, folder: Path, base_iri: str, bounds: CheckLimits = DEFAULT_CHECK_LIMITS
    ) -> None:
        """Read the sources.

        Raises:
            SourceError: They cannot be read.
        """
        self._folder, self._base_iri, self._bounds = folder, base_iri, bounds
        self._count = 0
        self.pending = PendingChanges(read_snapshot(folder, base_iri, bounds))
        self.unread: SourceError | None = None

    def refresh(self, *, anyway: bool = False) -> None:
        """Read the sources again when a file on the disk has changed."""
        self.unread = None
        if not anyway and signature_of(self._folder) == self.pending.snapshot.signature:
            return
        try:
            snapshot = read_snapshot(self._folder, self._base_iri, self._bounds)
        except SourceError as error:
            self.unread = error
        else:
            self.pending = replace(self.pending, snapshot=snapshot)

    # Drafts: begun, changed, dropped.

    def start(self, form: Form, owner: DraftOwner | None = None, label: str = "") -> Draft:
        """Return the draft of a new thing.

        Args:
            form: Of its class.
            owner: What it is added to.
            label: What it is called, if somebody said so.
        """
        self._count += 1
        key = f"new-{self._count}"
        pairs = dict(input_pairs(self.pending.snapshot.statements.fill(form, "")))
        pairs |= self._known_inputs(form, owner, label)
        draft = Draft(key, form.class_iri, "", tuple(pairs.items()), owner)
        draft = replace(draft, iri=self._address(draft), is_kept=owner is not None)
        self._set(draft)
        if owner is not None and owner.input:
            self.fill_in(owner.key, {owner.input: draft.iri})
        return draft

    def _known_inputs(self, form: Form, owner: DraftOwner | None, label: str) -> dict[str, str]:
        """Return the inputs of a new thing that can be filled in beforehand."""
        inputs: dict[str, str] = {}
        numbers = {each.key: number for number, each in enumerate(form.fields)}
        if label and label_path(form):
            number = numbers[label_path(form)]
            inputs |= {f"f{number}.{n}.v": label for n in range(len(form.fields[number].languages))}
        if owner is None:
            # An entry of a catalogue has its publisher and contact, until somebody says otherwise.
            defaults = self.pending.snapshot.inventory.catalogue.defaults
            known = defaults.items() if form.class_iri in CLASSES else ()
            return inputs | {
                f"f{numbers[path]}.0.v": value.value for path, value in known if path in numbers
            }
        repeated = (
            [] if owner.is_inverse else self.pending.snapshot.links_to_owner(form, owner.path)
        )
        keys = [owner.path] if owner.is_inverse else [each.key for each in repeated]
        return inputs | {f"f{numbers[key]}.0.v": self.pending.address(owner.key) for key in keys}

    def store_inputs(self, key: str, pairs: Pairs, revision: int, slug: str = "") -> Draft:
        """Keep what was typed, and return the draft.

        Raises:
            EditConflict: The draft was changed since the form was made.
        """
        draft = self.pending.open(key)
        assert draft is not None
        if draft.revision != revision:
            raise EditConflict(
                "The same entry was changed in another window.",
                remedy="Compare the two, and keep the one that is right.",
            )
        typed = tuple(pairs)
        if typed == draft.pairs and slug == draft.slug and not draft.is_new:
            return draft
        return self.put(replace(draft, pairs=typed, slug=slug, is_removed=False))

    def put(self, draft: Draft) -> Draft:
        """Keep a draft as a newer one; what refers to a new thing follows its address."""
        changed = replace(draft, revision=draft.revision + 1, is_kept=True)
        if draft.is_new:
            changed = replace(changed, iri=self._address(changed))
            if changed.iri != draft.iri:
                self._redirect(draft.iri, changed.iri)
        self._set(changed)
        return changed

    def _set(self, draft: Draft) -> None:
        self._replace({**self.pending.drafts, draft.key: draft})

    def _replace(self, drafts: dict[str, Draft]) -> None:
        self.pending = replace(self.pending, drafts=drafts)

    def _redirect(self, old: str, new: str) -> None:
        """Let every input that names one address name another one."""

        def redirected(draft: Draft) -> Draft:
            pairs = tuple((name, new if value == old else value) for name, value in draft.pairs)
            return replace(draft, pairs=pairs)

        self._replace({key: redirected(draft) for key, draft in self.pending.drafts.items()})

    def _address(self, draft: Draft) -> str:
        """Return the address of a new thing: as it was typed, else made of its name."""
        pending, inventory = self.pending, self.pending.snapshot.inventory
        form = pending.form(draft)
        if draft.slug:
            return iri_prefix(inventory, form) + (slug(draft.slug) or draft.key)
        names = pending.label(draft)
        titles = [names[tag] for tag in (*LANGUAGES, *names) if tag in names]
        others = [other.iri for other in pending.drafts.values() if other.key != draft.key]
        owner = draft.owner
        above = pending.address(owner.key) if owner is not None and owner.is_beside else ""
        return address_for(inventory, form, titles or [draft.key], above, others)

    def forget(self, key: str) -> None:
        """Drop a draft, and those of what was added to it."""
        drafts = dict(self.pending.drafts)
        gone = drafts.pop(key, None)
        self._replace(drafts)
        if gone is not None and gone.is_new:
            self._redirect(gone.iri, "")
        for other in [d for d in drafts.values() if d.owner and d.owner.key == key and d.is_new]:
            self.forget(other.key)

    def forget_all(self) -> None:
        """Drop every draft."""
        self._replace({})

    # What the review offers.

    def fill_in(self, key: str, values: dict[str, str]) -> None:
        """Put values into some inputs of a thing, by the names of the inputs."""
        draft = self.pending.open(key)
        assert draft is not None
        self.put(with_inputs(draft, values))

    def resolve_conflicts(self, *, mine: bool) -> None:
        """Let the drafts begin from what is in the files now.

        Args:
            mine: Whether what was typed replaces what is in the files, or gives way to it.
        """
        for clash in self.pending.clashes:
            draft = self.pending.drafts.get(clash.key)
            if draft is None:
                continue
            pairs = dict(draft.pairs)
            now = self._current_value(clash, pairs)
            for _start, entry in name_prefixes(self.pending.entries(draft)):
                for row in entry.rows:
                    if entry.field.path != clash.change.path or row.old != clash.change.old:
                        continue
                    pairs[f"{row.name}o"] = "" if now is None else str(now)
                    if not mine:
                        pairs[f"{row.name}v"] = "" if now is None else input_text(now)[0]
                        pairs.pop(f"{row.name}d", None)
            self.put(replace(draft, pairs=tuple(pairs.items())))

    def _current_value(self, clash: EditClash, pairs: dict[str, str]) -> Term | None:
        """Return the value that replaced the old one in the sources; None without one."""
        change, known = clash.change, set(pairs.values())
        values = self.pending.snapshot.inventory.properties.values(change.thing, change.path)
        current = [
            v for v in values if str(v) not in known and _language(v) == _language(change.old)
        ]
        return current[0] if len(current) == 1 else None

    def save(self) -> Sequence[str]:
        """Write the files that change, drop the drafts, and return the names of the files.

        Raises:
            ChangeRefused: A file is no longer what it was when it was read; the drafts stay.
            SourceError: A file cannot be written; the drafts stay.
        """
        assert self.pending.plan is not None
        try:
            names = self.pending.plan.write()
            self.forget_all()
        finally:
            self.refresh(anyway=True)
        return names


def with_inputs(draft: Draft, values: dict[str, str]) -> Draft:
    """Return a draft with some of its inputs filled in."""
    return replace(draft, pairs=tuple((dict(draft.pairs) | values).items()))


def _language(term: Term | None) -> str:
    return (term.language or "") if isinstance(term, Literal) else ""
