"""The parts of a document that holds many things: which kinds, in which order."""

from __future__ import annotations

from collections.abc import Iterable

from publisher.render.parts import Section, Thing, Value


def is_vocabulary(things: Iterable[Thing]) -> bool:
    """Tell whether a document is read by its terms, and needs a list of them."""
    return any("#" in thing.iri for thing in things)


def sections(things: Iterable[Thing]) -> tuple[Section, ...]:
    """Return things by their first kind, the kinds in order of appearance."""
    kinds: dict[str, Value] = {}
    found: dict[str, list[Thing]] = {}
    for thing in things:
        kind = thing.kinds[0] if thing.kinds else Value("")
        kinds.setdefault(kind.text, kind)
        found.setdefault(kind.text, []).append(thing)
    return tuple(
        Section(kinds[text], f"section-{number}", tuple(found[text]))
        for number, text in enumerate(kinds, start=1)
    )
