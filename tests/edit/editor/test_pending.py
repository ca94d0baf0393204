"""The session owns sources and drafts; what is pending is a value that nothing changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from publisher.edit.editor.pending import Draft, PendingChanges
from publisher.edit.editor.session import EditSession, with_inputs
from publisher.errors import ChangeRefused, EditConflict

BASE = "https://data.example.org/"
SILJAN = f"{BASE}id/lake/siljan"


def siljan(desk: EditSession) -> Draft:
    """Return the draft of Siljan, as its form begins."""
    draft = desk.pending.open(SILJAN)
    assert draft is not None
    return draft


def test_what_was_pending_before_a_change_stays_as_it_was(desk: EditSession) -> None:
    """A page that is being made does not see the next request."""
    before = desk.pending
    kept = desk.put(siljan(desk))
    assert (before.drafts, before.changed) == ({}, [])
    assert desk.pending.drafts == {SILJAN: kept}
    assert desk.pending is not before


def test_a_draft_that_is_looked_at_is_not_kept(desk: EditSession) -> None:
    """Whoever only reads leaves nothing to save."""
    draft = replace(desk.start(desk.pending.snapshot.forms[0]), slug="Stora Tjärn")
    looked_at = desk.pending.with_draft(draft)
    assert looked_at.changed == [draft.key]
    assert [problem.name for problem in looked_at.problems(draft.key)] == ["slug"]
    assert desk.pending.changed == []
    assert desk.pending.problems(draft.key) == ()


@pytest.mark.slow
def test_nothing_typed_changes_no_file(desk: EditSession) -> None:
    """A form that is sent as it came is no change."""
    desk.put(siljan(desk))
    pending = desk.pending
    assert [draft.key for draft in pending.kept] == [SILJAN]
    assert (pending.changed, pending.things()) == ([], set())
    assert pending.plan is not None
    assert pending.plan.files == ()


def test_an_older_form_is_refused_and_the_newer_draft_stays(desk: EditSession) -> None:
    """Two windows: the second one that sends has an older revision."""
    draft = desk.put(siljan(desk))
    with pytest.raises(EditConflict):
        desk.store_inputs(SILJAN, [("f0.0.v", "x")], draft.revision - 1)
    assert desk.pending.drafts[SILJAN] == draft


def test_a_dropped_new_thing_is_named_nowhere(desk: EditSession) -> None:
    """An input that named it is empty again, and what was added to it is dropped too."""
    form = desk.pending.snapshot.form_of(SILJAN)
    assert form is not None
    new = desk.put(desk.start(form, label="Tjärn"))
    desk.put(with_inputs(siljan(desk), {"f0.9.v": new.iri}))
    desk.forget(new.key)
    assert list(desk.pending.drafts) == [SILJAN]
    assert dict(desk.pending.drafts[SILJAN].pairs)["f0.9.v"] == ""


def changed(desk: EditSession) -> PendingChanges:
    """Type another name of Siljan, and return what is pending."""
    draft = siljan(desk)
    old = next(name for name, value in draft.pairs if value == "Siljan")
    desk.put(with_inputs(draft, {old: "Siljansjön"}))
    return desk.pending


@pytest.mark.slow
def test_saving_writes_and_begins_anew(desk: EditSession, world: Path) -> None:
    """The value of before still says what was saved."""
    pending = changed(desk)
    assert pending.changed == [SILJAN]
    names = desk.save()
    assert [file.name for file in pending.plan.files] == names if pending.plan else False
    assert desk.pending.drafts == {}
    assert pending.changed == [SILJAN]
    assert "Siljansjön" in (world / names[0]).read_text("utf-8")


def test_what_cannot_be_saved_stays_in_the_session(desk: EditSession, world: Path) -> None:
    """A file that changed meanwhile is read again, and what was typed is there."""
    pending = changed(desk)
    assert pending.plan is not None
    file = world / pending.plan.files[0].name
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(ChangeRefused):
        desk.save()
    assert desk.pending.changed == [SILJAN]
    assert desk.pending.snapshot is not pending.snapshot
