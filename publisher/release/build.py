"""Approved sources → a new release, made beside the current one and switched to in one rename."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
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
from publisher.release.dates import instant_after, newest_date
from publisher.release.documents import hash_documents
from publisher.release.dumps import by_dataset, write_dumps
from publisher.release.manifest import as_json, list_files, sync, write_json
from publisher.release.model import (
    CONTEXT,
    CURRENT,
    MANIFEST,
    REPORT,
    STORE,
    STORE_MANIFEST,
    Release,
)
from publisher.release.open import current_folder, open_release
from publisher.release.store import write_store
from publisher.serialise import serialise

Progress = Callable[[str], None]
_DIGITS = 12


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
    releases.mkdir(parents=True, exist_ok=True)
    with _alone(releases):
        progress("digest")
        quads = canonical(approved.sources.quads(*PUBLISHED))
        digest = digest_of(quads)
        previous = _previous(releases)
        if previous is not None and previous.digest == digest:
            return previous
        published = instant_after(previous.published if previous else None, newest_date(quads))
        folder = releases / f"{published.date().isoformat()}-{digest[:_DIGITS]}"
        if not folder.exists():
            _write(approved, quads, digest, published, folder, progress)
        progress("open")
        release = open_release(folder)
        switch(releases, folder.name)
        return release


def _previous(releases: Path) -> Release | None:
    """Return the current release; a damaged one counts as none, since a new one mends that."""
    folder = current_folder(releases)
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
    progress: Progress,
) -> None:
    """Write a release beside, then give it its name."""
    sources = approved.sources
    staging = folder.with_name(f".staging-{folder.name}")
    staging.mkdir()
    progress("dumps")
    datasets = by_dataset(quads, sources.base_iri)
    write_dumps(staging, datasets, sources.prefixes, sources.context)
    write_json(staging / CONTEXT, {"@context": dict(sources.context)})
    write_json(staging / REPORT, report_as_json(approved.findings))
    progress("store")
    write_store(staging / STORE, quads)
    write_json(staging / STORE_MANIFEST, {"files": as_json(list_files(staging / STORE, ()))})
    progress("manifest")
    graphs: dict[str, int] = {}
    for quad in quads:
        name = str(getattr(quad.graph_name, "value", ""))
        graphs[name] = graphs.get(name, 0) + 1
    manifest = {
        "release": folder.name,
        "base_iri": sources.base_iri,
        "published": published.isoformat(),
        "digest": digest,
        "software": __version__,
        "graphs": graphs,
        "prefixes": dict(sources.prefixes),
        "documents": hash_documents(quads, sources.base_iri),
        "files": as_json(list_files(staging, (MANIFEST, STORE, STORE_MANIFEST))),
    }
    write_json(staging / MANIFEST, manifest)
    sync(staging)
    staging.rename(folder)
    sync_folder(folder.parent)


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
