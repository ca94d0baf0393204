"""What can be seen in one file alone: terms, characters, layout. Each file is read once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from publisher.findings import Finding
from publisher.load.parse import SourceFile
from publisher.load.sources import PUBLISHED, Sources, cut
from publisher.quality.characters import check_characters_of
from publisher.quality.style import check_style_of
from publisher.quality.terms import Vocabularies, check_terms_of
from publisher.system.processes import on_all_cores


@dataclass(frozen=True)
class _Part:
    files: tuple[SourceFile, ...]
    vocabularies: Vocabularies


def check_files(sources: Sources) -> Iterator[Finding]:
    """Return what the checks of terms, characters and layout find, in the order of the files.

    Raises:
        SourceError: A file was changed since it was read first.
    """
    vocabularies = Vocabularies(sources)
    parts = [_Part(tuple(file for _, file in part), vocabularies) for part in cut(sources.files)]
    for found in on_all_cores(_check, parts):
        yield from found


def _check(part: _Part) -> list[Finding]:
    found: list[Finding] = []
    for file in part.files:
        triples = file.triples
        found += check_terms_of(file, triples, part.vocabularies)
        if file.role in PUBLISHED:
            found += check_characters_of(file, triples)
        found += check_style_of(file, triples, part.vocabularies.prefixes)
    return found
