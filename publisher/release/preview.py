"""Any RDF files → a release to look at: a store and what pages need, no catalogue, no history."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import RdfFormat, Store, parse

from publisher import __version__
from publisher.load.stored_files import StoredFiles
from publisher.quality.reports import as_json as report_as_json
from publisher.rdf.jsonld import without_cycles
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.sorted_files import Quads, SortedLines, cut_file, lines_with
from publisher.rdf.source_forms import write_source_forms
from publisher.rdf.subjects import Subjects, SubjectsOnDisk
from publisher.release.catalogue.catalogue import Descriptions, write_descriptions
from publisher.release.catalogue.partitions import count_partitions
from publisher.release.concept_tables import CONCEPTS_FILE, write_concepts
from publisher.release.current import switch
from publisher.release.documents import quads_of_documents, shared_documents
from publisher.release.history.document_dates import PAGE_INPUTS
from publisher.release.manifest import (
    FORMAT,
    as_json,
    list_files,
    read_sealed,
    write_json,
    write_sealed,
)
from publisher.release.model import (
    CONTEXT,
    ENGINE_FILES,
    IN_PREPARATION,
    LITERALS,
    MANIFEST,
    REPORT,
    STORE,
    STORE_MANIFEST,
    Release,
)
from publisher.release.open import open_release
from publisher.release.schema import Schema, make_schema, write_schema
from publisher.release.search_index import (
    SEARCH_FILE,
    index_in_the_making,
    read_label_properties,
    write_search,
    write_search_later,
)
from publisher.release.search_names import NAMES_FILE, write_names
from publisher.release.second_engine import (
    WITHOUT_SECOND_ENGINE,
    SecondEngine,
    write_release_counts,
    write_second_engine,
)
from publisher.release.store_loader import StoreLoader
from publisher.release.stored_graphs import seal_store
from publisher.system.processes import child_environment, module_command

_NAME, _COMPLETED = "preview", "preview-completed"
# Tables of the store.
_NEVER_WRITTEN = ".sst"
# With more, anyone who looks at a file once would wait longer for the index than for all else.
SEARCHED_AT_ONCE = 200_000
# What a shape says, and what its lists of paths are made of.
_OF_SHAPES = (f"<{PREFIXES['sh']}".encode(), f"<{iri('rdf:first')}>".encode())


@dataclass(frozen=True)
class _SchemaTask:
    """What a schema is made of: triples, each once, and the prefixes of the files."""

    triples: Quads
    prefixes: Mapping[str, str]


def _schema(task: _SchemaTask) -> Schema:
    """Return what the files look like."""
    shapes = Subjects(parse(b"".join(_about_shapes(task.triples)), format=RdfFormat.N_QUADS))
    known = SubjectsOnDisk([task.triples.path])
    return make_schema(count_partitions(task.triples.lines()), shapes, known, task.prefixes)


def _about_shapes(triples: Quads) -> Iterator[bytes]:
    """Yield what is said of the subjects that SHACL says anything of."""
    last = b""
    for line in lines_with(triples.path, *_OF_SHAPES):
        subject = line[: line.index(b" ") + 1]
        if subject != last:
            last = subject
            yield from SortedLines(triples.path).starting(subject)


def begin_store(releases: Path) -> StoreLoader:
    """Return what loads the store of a preview, in a folder that holds nothing else.

    Raises:
        OSError: The folder cannot be written.
    """
    (releases / _NAME).mkdir(parents=True)
    return StoreLoader(releases / _NAME / STORE)


def build_preview(
    stored: StoredFiles,
    releases: Path,
    *,
    union: bool,
    second_engine: SecondEngine = WITHOUT_SECOND_ENGINE,
    loader: StoreLoader | None = None,
) -> Release:
    """Return the release of some files, the current one of a folder that holds nothing else.

    Of large files it holds what pages cannot do without; see ``completing_beside``.

    Args:
        stored: The files.
        releases: The folder.
        union: Whether queries see all graphs at once.
        second_engine: Whether the release gets the files of sparq as well.
        loader: What was begun with ``begin_store``, and has taken all quads.

    Raises:
        OSError: The folder cannot be written.
    """
    if loader is None:
        return _build_loading(stored, releases, union=union, second_engine=second_engine)
    folder = releases / _NAME
    is_large = stored.triples.count > SEARCHED_AT_ONCE
    prefixes = {**stored.prefixes, **PREFIXES}
    _write_self_description(folder, stored, prefixes, union=union)
    triples = {"": stored.triples}
    write_concepts(folder / CONCEPTS_FILE, triples, stored.base_iri)
    if is_large:
        naming = read_label_properties(triples, stored.base_iri)
        write_names(folder / NAMES_FILE, stored.triples, naming, stored.base_iri)
    else:
        write_search(folder / SEARCH_FILE, triples, stored.base_iri)
        write_schema(folder, _schema(_SchemaTask(stored.triples, prefixes)))
    write_json(folder / REPORT, report_as_json(()))  # nothing is checked
    write_source_forms(folder / LITERALS, stored.quads.lines())
    of_documents = quads_of_documents(stored.quads.lines(), stored.base_iri)
    documents = shared_documents(of_documents, stored.base_iri)
    loader.finish(optimize=not is_large)
    if is_large:
        seal_store(folder)
        for marker in (folder / IN_PREPARATION, index_in_the_making(folder / SEARCH_FILE)):
            marker.touch()
    else:
        _write_engines(folder, stored.quads, second_engine, union=union)
    write_sealed(folder / MANIFEST, _manifest(folder, stored, documents))
    switch(releases, _NAME)
    return open_release(folder, is_known=True)


def _write_self_description(
    folder: Path, stored: StoredFiles, prefixes: Mapping[str, str], *, union: bool
) -> None:
    """Write the context, and what the endpoint says of itself."""
    write_json(folder / CONTEXT, {"@context": without_cycles(prefixes)})
    nothing = Descriptions(catalogue=(), swedish=(), void=(), documents=(), modified={})
    write_descriptions(folder, nothing, stored.base_iri, stored.named_graphs, union=union)


def _build_loading(
    stored: StoredFiles, releases: Path, *, union: bool, second_engine: SecondEngine
) -> Release:
    """Return what ``build_preview`` does, where nothing was loaded yet."""
    with begin_store(releases) as loader:
        for part in cut_file(stored.quads.path, releases / _NAME):
            loader.take(part)
            part.unlink()
        return build_preview(
            stored, releases, union=union, second_engine=second_engine, loader=loader
        )


def _manifest(
    folder: Path, stored: StoredFiles, documents: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    """Return what the release says of itself, with a list of its files."""
    return {
        "format": FORMAT,
        "release": _NAME,
        "base_iri": stored.base_iri,
        "published": datetime.fromtimestamp(int(stored.changed), UTC).isoformat(),
        "digest": "",
        "inputs": "",
        "software": __version__,
        "graphs": dict(stored.graphs),
        "prefixes": {**stored.prefixes, **PREFIXES},
        "documents": documents,
        PAGE_INPUTS: {},
        "named_graphs": {name: [name] for name in stored.named_graphs},
        "modified": {},
        "files": _files_of(folder),
    }


def _files_of(folder: Path) -> object:
    """Return what a manifest says of the files of a release."""
    markers = (IN_PREPARATION, index_in_the_making(folder / SEARCH_FILE).name)
    return as_json(list_files(folder, (MANIFEST, *ENGINE_FILES, *markers)))


def _write_engines(folder: Path, quads: Quads, second_engine: SecondEngine, *, union: bool) -> None:
    """Write what queries are put to: the store is there already."""
    distinct = write_release_counts(folder) if union else quads.count
    seal_store(folder, quads.lines() if distinct < quads.count else None)
    write_second_engine(folder, quads.lines(), quads.count, second_engine, union=union)


# What a preview of large files gets while it is served: a second release, which follows the first.


@dataclass(frozen=True)
class _Remainder:
    """What another process needs to know to complete a preview, as JSON.

    Attributes:
        releases: The folder of the releases.
        quads: The file of the quads.
        quads_count: How many they are.
        triples: The same without graphs.
        triples_count: How many they are.
        union: Whether queries see all graphs at once.
        sparq_triples: Of the settings.
    """

    releases: str
    quads: str
    quads_count: int
    triples: str
    triples_count: int
    union: bool
    sparq_triples: int


@contextmanager
def completing_beside(
    stored: StoredFiles, release: Release, *, union: bool, second_engine: SecondEngine
) -> Iterator[None]:
    """Complete the preview of large files in a process beside, as long as the block lasts.

    First comes a release that has the schema, the counts, an optimised store and the second engine
    as well; then the index of the search. Until they are there, pages say so, and the search finds
    names alone.
    """
    if not (release.folder / IN_PREPARATION).exists():
        yield
        return
    quads, triples = stored.quads, stored.triples
    remainder = _Remainder(
        str(release.folder.parent),
        *(str(quads.path), quads.count),
        *(str(triples.path), triples.count),
        union=union,
        sparq_triples=second_engine.most_triples,
    )
    process = subprocess.Popen(
        module_command("publisher.release.preview_process", json.dumps(asdict(remainder))),
        env=child_environment(),
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def complete_preview(remainder: str) -> None:
    """Make what ``completing_beside`` promises, and let it be served.

    Args:
        remainder: What it says, in JSON.

    Raises:
        OSError: There is no room, or no right to write.
    """
    task = _Remainder(**json.loads(remainder))
    releases, triples = Path(task.releases), Quads(Path(task.triples), task.triples_count)
    first, folder = releases / _NAME, releases / _COMPLETED
    _copy_release(first, folder)
    manifest = read_sealed(first / MANIFEST)
    schema = _schema(_SchemaTask(triples, manifest["prefixes"]))
    write_schema(folder, schema)
    second_engine = SecondEngine(task.sparq_triples)
    quads = Quads(Path(task.quads), task.quads_count)
    _write_engines(folder, quads, second_engine, union=task.union)
    index = folder / SEARCH_FILE
    index_in_the_making(index).touch()
    rest = {"release": _COMPLETED, "files": _files_of(folder)}
    write_sealed(folder / MANIFEST, {**manifest, **rest})
    switch(releases, _COMPLETED)
    write_search_later(index, triples, manifest["base_iri"])


def _copy_release(first: Path, folder: Path) -> None:
    """Make a release that has the files of another, and its store with its files merged."""
    markers = (IN_PREPARATION, index_in_the_making(first / SEARCH_FILE).name)
    left_out = shutil.ignore_patterns(MANIFEST, STORE_MANIFEST, "LOCK", *markers)
    shutil.copytree(first, folder, ignore=left_out, copy_function=_link_or_copy)
    store = Store(str(folder / STORE))
    store.optimize()
    store.flush()
    del store


def _link_or_copy(source: str, target: str) -> None:
    """Let a file have a second name, if nobody writes to it; else, or where that fails, copy it."""
    if source.endswith(_NEVER_WRITTEN):
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)
