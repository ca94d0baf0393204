"""The catalogue as things that stand alone: what a portal copies one by one (DCAT-AP Feeds)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from publisher.rdf.namespaces import iri
from publisher.release.history.difference import blocks
from publisher.release.history.entities import EntityChange, parts_of
from publisher.release.model import CATALOGUE_EU

_TYPE = iri("rdf:type")
# DCAT-AP Feeds: what an activity may be about.
_STANDALONE = {
    iri(name)
    for name in (
        "dcat:Catalog",
        "dcat:DataService",
        "dcat:Dataset",
        "dcat:Distribution",
        "dcterms:LicenseDocument",
        "foaf:Agent",
        "vcard:Kind",
    )
}


def _standalone(folder: Path) -> dict[str, frozenset[str]]:
    """Return IRI → lines of everything that stands alone, with what hangs on it and does not."""
    said = dict(blocks(folder / CATALOGUE_EU))
    alone = [
        subject
        for subject, lines in said.items()
        if subject.startswith("<")
        and any(p == _TYPE and name in _STANDALONE for p, name, _ in map(parts_of, lines))
    ]
    stopping = set(alone)
    return {subject[1:-1]: _with_parts(subject, said, stopping) for subject in alone}


def _with_parts(subject: str, said: Mapping[str, list[str]], stopping: set[str]) -> frozenset[str]:
    pending, seen = [subject], {subject}
    found: list[str] = []
    while pending:
        lines = said[pending.pop()]
        found += lines
        for _, name, blank in map(parts_of, lines):
            part = f"<{name}>" if name else blank
            if part in said and part not in stopping and part not in seen:
                seen.add(part)
                pending.append(part)
    return frozenset(found)


def compare_catalogues(old: Path | None, new: Path) -> Iterator[EntityChange]:
    """Yield every standalone thing that two releases do not say the same of, in order."""
    before = _standalone(old) if old else {}
    after = _standalone(new)
    for name in sorted(before.keys() | after.keys()):
        there, here = before.get(name, frozenset()), after.get(name, frozenset())
        if there != here:
            yield EntityChange(name, tuple(sorted(there)), tuple(sorted(here)))
