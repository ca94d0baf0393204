"""Any RDF files → a release to look at: a store and what pages need, no catalogue, no history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import DefaultGraph

from publisher import __version__
from publisher.load.parse import ParsedFiles
from publisher.quality.reports import as_json as report_as_json
from publisher.rdf.jsonld import without_cycles
from publisher.rdf.namespaces import PREFIXES
from publisher.rdf.sorted_files import Quads, write_lines
from publisher.rdf.source_forms import write_source_forms
from publisher.rdf.subjects import Subjects
from publisher.release.build import write_store
from publisher.release.catalogue.catalogue import Descriptions, write_descriptions
from publisher.release.catalogue.partitions import count_partitions
from publisher.release.concepts import CONCEPTS_FILE, write_concepts
from publisher.release.current import switch
from publisher.release.documents import shared_documents
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
from publisher.release.search import SEARCH_FILE, write_search
from publisher.release.second_engine import (
    WITHOUT_SECOND_ENGINE,
    SecondEngine,
    write_release_counts,
    write_second_engine,
)

_NAME = "preview"


# With more, whoever looks at a file once would wait longer for the index than for all else.
_SEARCHED_QUADS = 500_000


def _write_indexes(release: Path, parsed: ParsedFiles) -> None:
    """Write the file of concepts, and the index of a search unless there is very much to find."""
    with TemporaryDirectory(dir=release) as folder:
        lines = sorted({f"{quad.triple} .\n".encode() for quad in parsed.quads})
        write_lines(Path(folder, "triples"), lines)
        graphs = {"": Quads(Path(folder, "triples"), len(lines))}
        write_concepts(release / CONCEPTS_FILE, graphs, parsed.base_iri)
        if len(parsed.quads) <= _SEARCHED_QUADS:
            write_search(release / SEARCH_FILE, graphs, parsed.base_iri)


def _schema(parsed: ParsedFiles, prefixes: Mapping[str, str]) -> Schema:
    """Return what the files look like; a triple in several graphs counts once."""
    triples = sorted({quad.triple for quad in parsed.quads}, key=str)
    known = Subjects(parsed.quads)
    return make_schema(count_partitions(triples), known, known, prefixes)


def build_preview(
    parsed: ParsedFiles,
    releases: Path,
    *,
    union: bool,
    second_engine: SecondEngine = WITHOUT_SECOND_ENGINE,
) -> Release:
    """Return the release of some files, the current one of a folder that holds nothing else.

    Args:
        parsed: The files.
        releases: The folder.
        union: Whether queries see all graphs at once.
        second_engine: Whether the release gets the files of sparq as well.

    Raises:
        OSError: The folder cannot be written.
    """
    folder = releases / _NAME
    folder.mkdir(parents=True)
    prefixes = parsed.prefixes | dict(PREFIXES)
    graphs = Counter(
        "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        for quad in set(parsed.quads)
    )
    write_json(folder / CONTEXT, {"@context": without_cycles(prefixes)})
    nothing = Descriptions(catalogue=(), swedish=(), void=(), documents=(), modified={})
    named = {name: count for name, count in graphs.items() if name}
    write_descriptions(folder, nothing, parsed.base_iri, named, union=union)
    _write_indexes(folder, parsed)
    write_json(folder / REPORT, report_as_json(()))  # nothing is checked
    write_schema(folder, _schema(parsed, prefixes))
    write_store(folder / STORE, parsed.quads)
    write_source_forms(folder / LITERALS, (f"{quad} .\n".encode() for quad in parsed.quads))
    write_sealed(folder / STORE_MANIFEST, {"files": as_json(list_files(folder / STORE, ()))})
    _write_engines(folder, parsed, second_engine, union=union)
    write_sealed(folder / MANIFEST, _manifest(folder, parsed, graphs))
    switch(releases, _NAME)
    return open_release(folder)


def _manifest(folder: Path, parsed: ParsedFiles, graphs: Mapping[str, int]) -> dict[str, object]:
    """Return what the release says of itself, with a list of its files."""
    return {
        "format": FORMAT,
        "release": _NAME,
        "base_iri": parsed.base_iri,
        "published": datetime.fromtimestamp(int(parsed.changed), UTC).isoformat(),
        "digest": "",
        "inputs": "",
        "software": __version__,
        "graphs": dict(graphs),
        "prefixes": parsed.prefixes | dict(PREFIXES),
        "documents": shared_documents(parsed.quads, parsed.base_iri),
        PAGE_INPUTS: {},
        "named_graphs": {name: [name] for name in graphs if name},
        "modified": {},
        "files": as_json(list_files(folder, (MANIFEST, *ENGINE_FILES))),
    }


def _write_engines(
    folder: Path, parsed: ParsedFiles, second_engine: SecondEngine, *, union: bool
) -> None:
    """Write what queries are put to beside the store: counts, and the files of sparq."""
    if union:
        write_release_counts(folder)
    write_second_engine(folder, parsed.quads, len(parsed.quads), second_engine, union=union)
