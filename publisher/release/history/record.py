"""What a release remembers of those before it: dates of documents, who left, the feeds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from publisher.rdf.sorted_files import read_lines
from publisher.release.catalogue.sitemap import read_documents, with_shapes, write_documents
from publisher.release.history.document_dates import document_dates
from publisher.release.history.feeds import write_feeds
from publisher.release.history.tombstones import write_tombstones
from publisher.release.model import DOCUMENTS, SHAPES, Release


@dataclass(frozen=True)
class HistoryInput:
    """A release in the making, and the one before it.

    Attributes:
        staging: Folder; dumps, catalogue, shapes and list of documents are there.
        name: What it will be called.
        published: Its instant.
        base_iri: Base of its names.
        previous: The release before, if there is one.
    """

    staging: Path
    name: str
    published: datetime
    base_iri: str
    previous: Release | None


def write_history(
    chapter: HistoryInput, frame: str, documents: Mapping[str, Collection[str]]
) -> None:
    """Write what depends on the release before: a pure function of both.

    Args:
        chapter: The release in the making.
        frame: Digest of what every document depends on (``document_dates.page_inputs_digest``).
        documents: Document path → its things, for documents of several.
    """
    staging, previous, base_iri = chapter.staging, chapter.previous, chapter.base_iri
    found_file = staging / f"{DOCUMENTS}.found"
    (staging / DOCUMENTS).rename(found_file)
    listed = with_shapes(read_documents(found_file), read_lines(staging / SHAPES), base_iri)
    dates = document_dates(listed, staging, previous, chapter.published, frame, documents, base_iri)
    write_documents(staging / DOCUMENTS, dates)
    found_file.unlink()
    write_tombstones(staging, previous, chapter.name, chapter.published, base_iri)
    write_feeds(staging, previous, chapter.name, chapter.published, base_iri)
