"""Any RDF files → a release to look at: a store and what pages need, no catalogue, no history."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from publisher import __version__
from publisher.load.stored_files import StoredFiles
from publisher.quality.reports import as_json as report_as_json
from publisher.query.store_loading import load_store
from publisher.rdf.jsonld import without_cycles
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.sorted_files import Quads, SortedLines, lines_with, read_parts
from publisher.rdf.source_forms import write_source_forms
from publisher.rdf.subjects import Subjects, SubjectsOnDisk
from publisher.release.catalogue.catalogue import Descriptions, write_descriptions
from publisher.release.catalogue.partitions import count_partitions
from publisher.release.concept_tables import CONCEPTS_FILE, write_concepts
from publisher.release.current import switch
from publisher.release.documents import quads_of_documents, shared_documents
from publisher.release.history.document_dates import PAGE_INPUTS
from publisher.release.manifest import FORMAT, as_json, list_files, write_json, write_sealed
from publisher.release.model import (
    CONTEXT,
    ENGINE_FILES,
    LITERALS,
    MANIFEST,
    REPORT,
    STORE,
    STORE_MANIFEST,
    Release,
)
from publisher.release.open import open_release
from publisher.release.schema import Schema, make_schema, write_schema
from publisher.release.search import (
    SEARCH_FILE,
    index_in_the_making,
    read_label_properties,
    write_search,
)
from publisher.release.search_names import NAMES_FILE, write_names
from publisher.release.second_engine import (
    WITHOUT_SECOND_ENGINE,
    SecondEngine,
    write_release_counts,
    write_second_engine,
)
from publisher.system.processes import child_environment, module_command, working_beside

_NAME = "preview"
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


@contextmanager
def index_beside(stored: StoredFiles, release: Release) -> Iterator[None]:
    """Make the index of the search of large files in a process beside, as long as the block lasts.

    Until it is there, the search finds names alone, and says so.
    """
    index = release.folder / SEARCH_FILE
    if index.exists():
        yield
        return
    index_in_the_making(index).touch()
    triples = stored.triples
    arguments = (str(index), str(triples.path), str(triples.count), stored.base_iri)
    process = subprocess.Popen(
        module_command("publisher.release.search_process", *arguments), env=child_environment()
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def build_preview(
    stored: StoredFiles,
    releases: Path,
    *,
    union: bool,
    second_engine: SecondEngine = WITHOUT_SECOND_ENGINE,
) -> Release:
    """Return the release of some files, the current one of a folder that holds nothing else.

    Args:
        stored: The files.
        releases: The folder.
        union: Whether queries see all graphs at once.
        second_engine: Whether the release gets the files of sparq as well.

    Raises:
        OSError: The folder cannot be written.
    """
    folder = releases / _NAME
    folder.mkdir(parents=True)
    prefixes = {**stored.prefixes, **PREFIXES}
    write_json(folder / CONTEXT, {"@context": without_cycles(prefixes)})
    nothing = Descriptions(catalogue=(), swedish=(), void=(), documents=(), modified={})
    named = {name: count for name, count in stored.graphs.items() if name}
    write_descriptions(folder, nothing, stored.base_iri, named, union=union)
    # The store is made by the engine's own threads.
    schema = _SchemaTask(stored.triples, prefixes)
    is_large = stored.triples.count > SEARCHED_AT_ONCE
    with (
        working_beside(_schema, schema, is_large=is_large) as wait_for_schema,
        ThreadPoolExecutor(1) as beside,
    ):
        store = beside.submit(load_store, folder / STORE, read_parts(stored.quads.path))
        triples = {"": stored.triples}
        write_concepts(folder / CONCEPTS_FILE, triples, stored.base_iri)
        if is_large:
            naming = read_label_properties(triples, stored.base_iri)
            write_names(folder / NAMES_FILE, stored.triples, naming, stored.base_iri)
        else:
            write_search(folder / SEARCH_FILE, triples, stored.base_iri)
        write_json(folder / REPORT, report_as_json(()))  # nothing is checked
        write_source_forms(folder / LITERALS, stored.quads.lines())
        write_schema(folder, wait_for_schema())
        store.result()
    write_sealed(folder / STORE_MANIFEST, {"files": as_json(list_files(folder / STORE, ()))})
    _write_engines(folder, stored, second_engine, union=union)
    write_sealed(folder / MANIFEST, _manifest(folder, stored))
    switch(releases, _NAME)
    return open_release(folder)


def _manifest(folder: Path, stored: StoredFiles) -> dict[str, object]:
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
        "documents": shared_documents(
            quads_of_documents(stored.quads.lines(), stored.base_iri), stored.base_iri
        ),
        PAGE_INPUTS: {},
        "named_graphs": {name: [name] for name in stored.graphs if name},
        "modified": {},
        "files": as_json(list_files(folder, (MANIFEST, *ENGINE_FILES))),
    }


def _write_engines(
    folder: Path, stored: StoredFiles, second_engine: SecondEngine, *, union: bool
) -> None:
    """Write what queries are put to beside the store: counts, and the files of sparq."""
    if union:
        write_release_counts(folder)
    write_second_engine(
        folder, stored.quads.lines(), stored.quads.count, second_engine, union=union
    )
