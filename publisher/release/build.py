"""Approved sources → a new release, made beside the current one and switched to in one rename."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad

from publisher import __version__
from publisher.compaction import Context
from publisher.errors import ReleaseError
from publisher.load.sources import PUBLISHED
from publisher.media_types import N_QUADS
from publisher.quality.approval import ApprovedSources
from publisher.quality.reports import as_json as report_as_json
from publisher.release.changed import FRAME, frame_of
from publisher.release.chronicle import Chapter, write_chronicle
from publisher.release.dates import instant_after, newest_date
from publisher.release.descriptions import (
    describe,
    files_by_dataset,
    in_store,
    write_descriptions,
)
from publisher.release.documents import shared_documents
from publisher.release.dumps import by_dataset, write_dumps
from publisher.release.manifest import as_json, list_files, sync, write_json, write_sealed
from publisher.release.model import (
    CONTEXT,
    CURRENT,
    MANIFEST,
    QUERIES,
    REPORT,
    STORE,
    STORE_MANIFEST,
    Release,
)
from publisher.release.naming import inputs_of, place_of
from publisher.release.newest import newest_whole
from publisher.release.open import current_folder, open_release
from publisher.release.queries import write_queries
from publisher.release.store import write_store
from publisher.release.table_files import write_tables
from publisher.serialise import serialise

Progress = Callable[[str], None]


def canonical(quads: Iterable[Quad]) -> list[Quad]:
    """Return the quads with canonical names for blank nodes (RDFC-1.0), sorted."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


def digest_of(quads: Iterable[Quad]) -> str:
    """Return the SHA-256 of canonical quads as N-Quads, in hexadecimal."""
    return hashlib.sha256(serialise(quads, N_QUADS, {}, Context({}))).hexdigest()


def build(
    approved: ApprovedSources, releases: Path, progress: Progress = lambda step: None
) -> Release:
    """Return the release of the sources, which is now the current one.

    The same sources give the same id and, but for the store, the same bytes. When the release is
    there already it is switched to, not made again.

    Raises:
        ReleaseError: The sources give no date, another build is at work, or the disk refuses.
    """
    try:
        return _build(approved, releases, progress)
    except OSError as error:
        raise ReleaseError(
            "The release cannot be written: {reason}.",
            where=str(error.filename or releases),
            remedy="Make room, or give yourself the right to write there, and build again;"
            " the current release stays.",
            reason=error.strerror or str(error),
        ) from error


def _build(approved: ApprovedSources, releases: Path, progress: Progress) -> Release:
    releases.mkdir(parents=True, exist_ok=True)
    with _alone(releases):
        progress("digest")
        quads = canonical(approved.sources.quads(*PUBLISHED))
        digest = digest_of(quads)
        inputs = inputs_of(approved, digest)
        previous = newest_whole(releases)
        current = _current(releases, previous)
        if current is not None and current.inputs == inputs:
            return current
        if previous is not None and previous.inputs == inputs:
            switch(releases, previous.folder.name)
            return previous
        published = instant_after(previous.published if previous else None, newest_date(quads))
        folder = place_of(releases, digest, inputs, published)
        if not folder.exists():
            _write(approved, quads, digest, published, folder, previous, progress)
        progress("open")
        release = open_release(folder)
        progress("switch")
        switch(releases, folder.name)
        return release


def _current(releases: Path, newest: Release | None) -> Release | None:
    """Return the current release; a damaged one counts as none, since a new one mends that."""
    folder = current_folder(releases)
    if newest is not None and folder == newest.folder.resolve():
        return newest
    try:
        return open_release(folder) if folder else None
    except ReleaseError:
        return None


@contextmanager
def _alone(releases: Path) -> Iterator[None]:
    """Hold the lock of the folder, and sweep up what a killed build left behind."""
    with (releases / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ReleaseError(
                "Another build is at work in this folder.",
                where=str(releases),
                remedy="Wait until it has ended, then build again; nothing was changed.",
            ) from error
        for leftover in releases.glob(".staging-*"):
            shutil.rmtree(leftover)
        yield


def _write(
    approved: ApprovedSources,
    quads: list[Quad],
    digest: str,
    published: datetime,
    folder: Path,
    previous: Release | None,
    progress: Progress,
) -> None:
    """Write a release beside, then give it its name."""
    sources = approved.sources
    staging = folder.with_name(f".staging-{folder.name}")
    staging.mkdir()
    progress("dumps")
    datasets = by_dataset(quads, sources.base_iri)
    write_dumps(staging, datasets, sources.prefixes, sources.context)
    _write_as_given(approved, staging)
    progress("tables")
    tables = write_tables(staging, quads, datasets, sources.base_iri, sources.prefixes)
    progress("catalogue")
    files = files_by_dataset(staging)
    said = describe(sources.base_iri, quads, datasets, files, published, previous, tables)
    stored = in_store(quads, said.catalogue, sources.base_iri)
    graphs = _graphs(stored)
    write_descriptions(staging, said, sources.base_iri, graphs)
    progress("history")
    documents = shared_documents(stored, sources.base_iri)
    frame = frame_of(sources, quads, documents)
    chapter = Chapter(staging, folder.name, published, sources.base_iri, previous)
    write_chronicle(chapter, frame, documents)
    progress("store")
    write_store(staging / STORE, stored)
    write_sealed(staging / STORE_MANIFEST, {"files": as_json(list_files(staging / STORE, ()))})
    progress("manifest")
    manifest = {
        "release": folder.name,
        "base_iri": sources.base_iri,
        "published": published.isoformat(),
        "digest": digest,
        "inputs": inputs_of(approved, digest),
        "software": __version__,
        "graphs": graphs,
        "prefixes": dict(sources.prefixes),
        "documents": documents,
        FRAME: frame,
        "modified": {n: [d.value, d.datatype.value] for n, d in said.modified.items()},
        "files": as_json(list_files(staging, (MANIFEST, STORE, STORE_MANIFEST))),
    }
    write_sealed(staging / MANIFEST, manifest)
    _put_in_place(staging, folder, progress)


def _put_in_place(staging: Path, folder: Path, progress: Progress) -> None:
    """Put a release on the disk for good, then give it its name."""
    progress("sync")
    sync(staging)
    progress("name")
    staging.rename(folder)
    sync_folder(folder.parent)


def _write_as_given(approved: ApprovedSources, staging: Path) -> None:
    """Write what a release has from its sources as it is: context, queries, report."""
    write_json(staging / CONTEXT, {"@context": dict(approved.sources.context)})
    write_queries(staging / QUERIES, approved.sources.queries)
    write_json(staging / REPORT, report_as_json(approved.findings))


def _graphs(quads: Iterable[Quad]) -> dict[str, int]:
    """Return graph IRI → number of triples."""
    return dict(Counter(str(getattr(quad.graph_name, "value", "")) for quad in quads))


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def switch(releases: Path, name: str) -> None:
    """Make a release the current one, in one rename."""
    temporary = releases / ".current.new"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(name)
    temporary.replace(releases / CURRENT)
    sync_folder(releases)
