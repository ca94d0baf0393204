"""Approved sources → a new release, made beside the current one and switched to in one rename."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Triple

from publisher import __version__
from publisher.errors import LossRefused, ReleaseError
from publisher.load.files import CATALOGUE, find_published_files
from publisher.quality.approval import ApprovedSources
from publisher.quality.reports import as_json as report_as_json
from publisher.quality.validation import validator_versions
from publisher.query.named import read_named_queries
from publisher.query.store_loading import load_store
from publisher.rdf.sorted_files import Quads, write_lines
from publisher.rdf.source_forms import write_source_forms
from publisher.release.canonical import CanonicalGraphs, canonical_graphs
from publisher.release.catalogue.catalogue import (
    Descriptions,
    count_triples,
    describe_release,
    files_by_dataset,
    lines_for_store,
    parts_for_store,
    quads_for_store,
    write_descriptions,
)
from publisher.release.catalogue.graph import CatalogueGraph
from publisher.release.catalogue.published_files import copy_published_files, named_files
from publisher.release.catalogue.void import partition_datasets
from publisher.release.concept_tables import CONCEPTS_FILE, write_concepts
from publisher.release.current import build_lock, switch
from publisher.release.dates import dated_quads, instant_after, newest_date
from publisher.release.documents import quads_of_documents, shared_documents
from publisher.release.dumps import by_dataset, without_dump, write_dumps
from publisher.release.examples import EXAMPLES, find_examples, write_examples
from publisher.release.history.document_dates import PAGE_INPUTS, page_inputs_digest
from publisher.release.history.loss_gate import LossGate
from publisher.release.history.record import HistoryInput, write_history
from publisher.release.history.releases import current_undamaged, newest_undamaged
from publisher.release.manifest import FORMAT, digest_of, list_files, write_json, write_sealed
from publisher.release.manifest import as_json as files_as_json
from publisher.release.model import (
    CONTEXT,
    ENGINE_FILES,
    LITERALS,
    MANIFEST,
    QUERIES,
    REPORT,
    SHAPES,
    STORE,
    Release,
)
from publisher.release.open import open_release
from publisher.release.schema import describe_schema, write_schema
from publisher.release.search_index import SEARCH_FILE, write_search
from publisher.release.second_engine import (
    WITHOUT_SECOND_ENGINE,
    SecondEngine,
    write_release_answers,
    write_release_counts,
    write_second_engine,
)
from publisher.release.signature import read_key, sign, with_signature
from publisher.release.stored_graphs import seal_store
from publisher.release.tables.files import TableFiles, write_tables
from publisher.system.files import (
    disk_error_cure,
    disk_error_reason,
    sync_folder,
    sync_tree,
    with_path,
)
from publisher.system.processes import working_beside

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


Progress = Callable[[str], None]
# From so many on, indexes are made in a process beside.
_MANY_QUADS = 50_000


def build(
    approved: ApprovedSources,
    releases: Path,
    progress: Progress = lambda step: None,
    loss_gate: LossGate | None = None,
    signing_key: Path | None = None,
    second_engine: SecondEngine = WITHOUT_SECOND_ENGINE,
) -> Release:
    """Return the release of the sources, which is now the current one.

    The same sources give the same id and, but for the store, the same bytes. When the release is
    there already it is switched to, not made again.

    Args:
        approved: What is published.
        releases: Folder of the releases.
        progress: Called with the name of each step as it begins.
        loss_gate: What may be lost from the current release; None lets everything through.
        signing_key: PEM file with the Ed25519 key that signs the manifest; None: no signature.
        second_engine: Whether the release gets the files of sparq as well.

    Raises:
        LossRefused: The gate did not let it through; the current release stays.
        ReleaseError: The sources give no date, another build is at work, or the disk refuses.
    """
    try:
        with with_path(releases):
            key = read_key(signing_key) if signing_key else None
            request = _BuildRequest(approved, releases, loss_gate, key, second_engine)
            release = _build(request, progress)
            return with_signature(release, key)  # it may be there from before there was a key
    except OSError as error:
        raise ReleaseError(
            "The release cannot be written: {reason}. The current release stays.",
            where=str(error.filename),
            remedy=disk_error_cure(error),
            reason=disk_error_reason(error),
        ) from error


@dataclass(frozen=True)
class _BuildRequest:
    """What a build is called with; see ``build``."""

    approved: ApprovedSources
    releases: Path
    loss_gate: LossGate | None
    key: Ed25519PrivateKey | None
    second_engine: SecondEngine


def _build(request: _BuildRequest, progress: Progress) -> Release:
    approved, releases, loss_gate = request.approved, request.releases, request.loss_gate
    releases.mkdir(parents=True, exist_ok=True)
    with build_lock(releases):
        progress("digest")
        canonical = canonical_graphs(approved.sources)
        graphs, digest = canonical.graphs, canonical.digest
        inputs = inputs_digest(approved, digest)
        previous = newest_undamaged(releases)
        current = current_undamaged(releases, previous)
        if current is not None and current.inputs == inputs:
            return current
        if previous is not None and previous.inputs == inputs:
            if loss_gate is not None and current is not None:
                # It may lie there because a build was killed before the gate.
                loss_gate.let_through(current, previous)
            switch(releases, previous.folder.name)
            return previous
        newest = newest_date(dated_quads(graphs.values()))
        published = instant_after(previous.published if previous else None, newest)
        folder = release_folder(releases, digest, inputs, published)
        if not folder.exists():
            reason = loss_gate.reason if loss_gate else ""
            _write(
                _BuildPlan(
                    approved=approved,
                    canonical=canonical,
                    inputs=inputs,
                    published=published,
                    folder=folder,
                    previous=previous,
                    loss_allowed=reason,
                    key=request.key,
                    second_engine=request.second_engine,
                ),
                progress,
            )
        progress("open")
        release = open_release(folder)
        if loss_gate is not None and current is not None:
            progress("gate")
            _check_losses(loss_gate, current, release)
        progress("switch")
        switch(releases, folder.name)
        return release


def _check_losses(loss_gate: LossGate, current: Release, release: Release) -> None:
    """Let a release through the gate; take it away again when it may not pass."""
    try:
        loss_gate.let_through(current, release)
    except LossRefused:
        shutil.rmtree(release.folder)
        raise


@dataclass(frozen=True)
class _BuildPlan:
    """Everything that is decided before a release is written.

    Attributes:
        approved: What it is made of.
        canonical: The same as canonical quads, by graph.
        inputs: Of everything that goes into it.
        published: The instant it stands for.
        folder: Where it will be.
        previous: The newest release before it.
        loss_allowed: Why it may take away more than the limits; empty when it may not.
        key: Signs the manifest, if there is one.
        second_engine: Whether there are files of sparq as well.
    """

    approved: ApprovedSources
    canonical: CanonicalGraphs
    inputs: str
    published: datetime
    folder: Path
    previous: Release | None
    loss_allowed: str
    key: Ed25519PrivateKey | None
    second_engine: SecondEngine


def _write(plan: _BuildPlan, progress: Progress) -> None:
    """Write a release beside, then give it its name; leave nothing when that fails."""
    staging = plan.folder.with_name(f".staging-{plan.folder.name}")
    staging.mkdir()
    try:
        _write_contents(staging, plan, progress)
        _sync_and_rename(staging, plan.folder, progress)
    except BaseException:
        # The disk may be full, and it must not stay so until the next build.
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _write_contents(staging: Path, plan: _BuildPlan, progress: Progress) -> None:
    """Write everything that a release consists of."""
    graphs, base_iri = plan.canonical.graphs, plan.approved.sources.base_iri
    is_large = sum(quads.count for quads in graphs.values()) >= _MANY_QUADS
    indexes = _IndexTask(staging, graphs, base_iri)
    catalogue: Future[Sequence[Triple]] = Future()
    # Nothing else reads the indexes before they are listed. The store is made by the engine's own
    # threads, while tables are made by other processes.
    with (
        working_beside(_write_indexes, indexes, is_large=is_large) as write_indexes,
        ThreadPoolExecutor(1) as beside,
        _cancelled_at_end(catalogue),
    ):
        in_graphs = by_dataset(plan.canonical.in_graphs, base_iri)
        datasets = by_dataset(graphs, base_iri)
        progress("dumps")
        sources = plan.approved.sources
        write_dumps(staging, datasets, sources.prefixes, sources.context, in_graphs)
        _copy_sources(plan.approved, staging)
        progress("tables")
        engines = beside.submit(_write_engines, plan, staging, catalogue)
        named = tuple(plan.canonical.named)
        tables = write_tables(staging, graphs, datasets, base_iri, sources.prefixes, named)
        progress("catalogue")
        descriptions = _describe(staging, plan, datasets, tables)
        catalogue.set_result(descriptions.catalogue)
        _write_descriptions(staging, plan, descriptions)
        progress("history")
        documents = _shared_documents(plan.canonical.stored(), descriptions.catalogue, base_iri)
        frame = _write_history(staging, plan, documents)
        literals = lines_for_store(graphs, descriptions.catalogue, base_iri)
        write_source_forms(staging / LITERALS, literals)
        progress("store")
        engines.result()
        write_indexes()
    progress("manifest")
    manifest = _manifest(staging, plan, documents, frame, descriptions)
    write_sealed(staging / MANIFEST, manifest)
    if plan.key is not None:
        sign(staging, plan.key)


@contextmanager
def _cancelled_at_end(awaited: Future[Any]) -> Iterator[None]:
    """Let nobody wait for ever for what has no result when the block ends."""
    try:
        yield
    finally:
        awaited.cancel()


@dataclass(frozen=True)
class _IndexTask:
    """What the indexes of a release are made of, and its folder."""

    staging: Path
    graphs: Mapping[str, Quads]
    base_iri: str


def _write_indexes(task: _IndexTask) -> None:
    """Write what words and concepts are looked up in."""
    write_search(task.staging / SEARCH_FILE, task.graphs, task.base_iri)
    write_concepts(task.staging / CONCEPTS_FILE, task.graphs, task.base_iri)


def _write_descriptions(staging: Path, plan: _BuildPlan, descriptions: Descriptions) -> None:
    sources = plan.approved.sources
    write_descriptions(
        staging,
        descriptions,
        sources.base_iri,
        _counts(plan, descriptions),
        queries=read_named_queries(staging / QUERIES).values(),
        prefixes=sources.prefixes,
    )


def _counts(plan: _BuildPlan, descriptions: Descriptions) -> dict[str, int]:
    """Return graph IRI → number of its triples in the store."""
    base_iri = plan.approved.sources.base_iri
    return count_triples(plan.canonical.counts(), descriptions.catalogue, base_iri)


def _write_history(staging: Path, plan: _BuildPlan, documents: Mapping[str, Sequence[str]]) -> str:
    """Write what depends on the release before; return the digest of what all documents do."""
    graphs, sources = plan.canonical.graphs, plan.approved.sources
    frame = page_inputs_digest(sources, without_dump(graphs, sources.base_iri), documents)
    write_lines(staging / SHAPES, without_dump(graphs, sources.base_iri))
    names = staging, plan.folder.name, plan.published, sources.base_iri, plan.previous
    write_history(HistoryInput(*names), frame, documents)
    return frame


def _shared_documents(
    graphs: Mapping[str, Quads], catalogue: Sequence[Triple], base_iri: str
) -> dict[str, list[str]]:
    """Return which things share a document, in the store and in the complete catalogue."""
    lines = chain.from_iterable(
        quads.lines() for name, quads in graphs.items() if name != base_iri + CATALOGUE
    )
    of_catalogue = quads_for_store({}, catalogue, base_iri)
    return shared_documents(chain(quads_of_documents(lines, base_iri), of_catalogue), base_iri)


def _describe(
    staging: Path,
    plan: _BuildPlan,
    datasets: Mapping[str, Quads],
    tables: Mapping[str, Sequence[TableFiles]],
) -> Descriptions:
    """Return the descriptions of a release; its schema and the files it publishes are written."""
    graphs, sources = plan.canonical.graphs, plan.approved.sources
    by_hand = graphs.get(sources.base_iri + CATALOGUE, ())
    file_names = named_files(CatalogueGraph(quad.triple for quad in by_hand), sources.base_iri)
    # Files of datasets are counted before those that the catalogue names are beside them.
    files = files_by_dataset(staging)
    copied = copy_published_files(sources.folder, staging, file_names)
    partitions = partition_datasets(datasets)
    write_schema(staging, describe_schema(partitions, graphs, sources.base_iri, sources.prefixes))
    return describe_release(
        sources.base_iri,
        by_hand,
        datasets,
        files,
        plan.published,
        plan.previous,
        tables,
        copied,
        partitions,
    )


def _manifest(
    staging: Path,
    plan: _BuildPlan,
    documents: Mapping[str, Sequence[str]],
    frame: object,
    descriptions: Descriptions,
) -> dict[str, object]:
    """Return what a release says of itself, with a list of its files."""
    sources, named = plan.approved.sources, plan.canonical.named
    manifest: dict[str, object] = {
        "format": FORMAT,
        "release": plan.folder.name,
        "base_iri": sources.base_iri,
        "published": plan.published.isoformat(),
        "digest": plan.canonical.digest,
        "inputs": plan.inputs,
        "loss_allowed": plan.loss_allowed,
        "software": __version__,
        **validator_versions(sources),
        "graphs": _counts(plan, descriptions),
        "prefixes": dict(sources.prefixes),
        "documents": documents,
        PAGE_INPUTS: frame,
        "modified": {n: [d.value, d.datatype.value] for n, d in descriptions.modified.items()},
        "files": files_as_json(list_files(staging, (MANIFEST, *ENGINE_FILES))),
    }
    if named:
        manifest["named_graphs"] = {name: list(homes) for name, homes in named.items()}
    return manifest


def _sync_and_rename(staging: Path, folder: Path, progress: Progress) -> None:
    """Put a release on the disk for good, then give it its name."""
    progress("sync")
    sync_tree(staging)
    progress("name")
    staging.rename(folder)
    sync_folder(folder.parent)


def _copy_sources(approved: ApprovedSources, staging: Path) -> None:
    """Write what a release has from its sources as it is: context, queries, examples."""
    write_json(staging / CONTEXT, {"@context": dict(approved.sources.context)})
    write_queries(staging / QUERIES, approved.sources.queries)
    write_examples(staging / EXAMPLES, find_examples(approved.sources))
    write_json(staging / REPORT, report_as_json(approved.findings))


def _write_engines(plan: _BuildPlan, staging: Path, awaited: Future[Sequence[Triple]]) -> None:
    """Write what queries are put to: the store, counts, and the files of the second engine.

    Args:
        plan: What is built.
        staging: Folder of the release.
        awaited: The complete catalogue; the rest is loaded before it is there.
    """
    base_iri, stored = plan.approved.sources.base_iri, plan.canonical.stored()

    def parts() -> Iterator[bytes]:
        yield from parts_for_store(stored, (), base_iri)
        yield from parts_for_store({}, awaited.result(), base_iri)

    load_store(staging / STORE, parts())
    distinct = write_release_counts(staging)
    catalogue = awaited.result()
    triples = sum(count_triples(plan.canonical.counts(), catalogue, base_iri).values())
    lines = partial(lines_for_store, stored, catalogue, base_iri)
    seal_store(staging, lines() if distinct < triples else None)
    write_second_engine(staging, lines(), triples, plan.second_engine)
    write_release_answers(staging, read_named_queries(staging / QUERIES), base_iri)


# What a release is called, and whether it is there already.

_DIGEST_DIGITS = 12


def inputs_digest(approved: ApprovedSources, digest: str) -> str:
    """Return a digest of everything that a release is made of; with another, it must be made again.

    The triples alone are not enough: the context, a query, an example or a warning may change
    without them, and another version of the program may write the same triples otherwise.
    """
    sources = approved.sources
    inputs = {
        "context": dict(sources.context),
        "digest": digest,
        "examples": find_examples(sources),
        "queries": dict(sources.queries),
        "report": report_as_json(approved.findings),
        "software": __version__,
    }
    # The bytes of these may change without a triple.
    if published := find_published_files(sources.folder):
        inputs["files"] = {name: digest_of(path) for name, path in published.items()}
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def release_folder(releases: Path, digest: str, inputs: str, published: datetime) -> Path:
    """Return the folder of a release: one that holds it, or one that does not exist yet.

    It is called by its date and the first digits of its digest. Where that name is taken by a
    damaged release, by other inputs with the same triples, or by an older instant (Last-Modified
    must grow), a number is added: a release never changes.
    """
    name = f"{published.date().isoformat()}-{digest[:_DIGEST_DIGITS]}"
    for number in count(1):
        folder = releases / (name if number == 1 else f"{name}-{number}")
        if not folder.exists() or _is_same_release(folder, inputs, published):
            return folder
    raise AssertionError("there are more numbers than folders")


def _is_same_release(folder: Path, inputs: str, published: datetime) -> bool:
    try:
        release = open_release(folder)
    except ReleaseError:
        return False
    return release.inputs == inputs and release.published >= published


# The named queries travel with the release whose data they ask.


def write_queries(folder: Path, queries: Mapping[str, str]) -> None:
    """Write each query below its name into a new folder; no folder when there is none."""
    if not queries:
        return
    folder.mkdir()
    for name, text in sorted(queries.items()):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
