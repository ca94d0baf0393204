"""Two people changed one value: which of the two is to count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pyoxigraph import Literal

from publisher.rdf.subjects import Term
from publisher.writing.editor.desk import Desk
from publisher.writing.editor.entries import shown, with_starts
from publisher.writing.editor.work import Clash


def settle_clashes(desk: Desk, clashes: Iterable[Clash], *, mine: bool) -> None:
    """Let the drafts begin from what is in the files now.

    Args:
        desk: Sources and drafts.
        clashes: What was changed on both sides.
        mine: Whether what was typed replaces what is in the files, or gives way to it.
    """
    for clash in clashes:
        draft = desk.drafts.get(clash.key)
        if draft is None:
            continue
        pairs = dict(draft.pairs)
        now = _now(desk, clash, pairs)
        for _start, entry in with_starts(desk.entries(draft)):
            for row in entry.rows:
                if entry.field.path != clash.change.path or row.old != clash.change.old:
                    continue
                pairs[f"{row.name}o"] = "" if now is None else str(now)
                if not mine:
                    pairs[f"{row.name}v"] = "" if now is None else shown(now)[0]
                    pairs.pop(f"{row.name}d", None)
        desk.put(replace(draft, pairs=tuple(pairs.items())))


def _now(desk: Desk, clash: Clash, pairs: dict[str, str]) -> Term | None:
    """Return the value that stands where the old one stood; None when there is no such one."""
    change, known = clash.change, set(pairs.values())
    values = desk.scene.inventory.said.values(change.thing, change.path)
    found = [v for v in values if str(v) not in known and _language(v) == _language(change.old)]
    return found[0] if len(found) == 1 else None


def _language(term: Term | None) -> str:
    return (term.language or "") if isinstance(term, Literal) else ""
