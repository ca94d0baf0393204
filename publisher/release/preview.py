"""Any RDF files → a release to look at: a store and what pages need, no catalogue, no history."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import DefaultGraph

from publisher import __version__
from publisher.load.parse import ParsedFiles
from publisher.rdf.namespaces import PREFIXES
from publisher.release.build import write_store
from publisher.release.catalogue.catalogue import Descriptions, write_descriptions
from publisher.release.current import switch
from publisher.release.documents import shared_documents
from publisher.release.history.document_dates import PAGE_INPUTS
from publisher.release.manifest import FORMAT, as_json, list_files, write_json, write_sealed
from publisher.release.model import CONTEXT, MANIFEST, STORE, STORE_MANIFEST, Release
from publisher.release.open import open_release

_NAME = "preview"


def build_preview(parsed: ParsedFiles, releases: Path, *, union: bool) -> Release:
    """Return the release of some files, the current one of a folder that holds nothing else.

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
    write_json(folder / CONTEXT, {"@context": prefixes})
    nothing = Descriptions(catalogue=(), swedish=(), void=(), documents=(), modified={})
    named = {name: count for name, count in graphs.items() if name}
    write_descriptions(folder, nothing, parsed.base_iri, named, union=union)
    write_store(folder / STORE, parsed.quads)
    write_sealed(folder / STORE_MANIFEST, {"files": as_json(list_files(folder / STORE, ()))})
    manifest = {
        "format": FORMAT,
        "release": _NAME,
        "base_iri": parsed.base_iri,
        "published": datetime.fromtimestamp(int(parsed.changed), UTC).isoformat(),
        "digest": "",
        "inputs": "",
        "software": __version__,
        "graphs": dict(graphs),
        "prefixes": prefixes,
        "documents": shared_documents(parsed.quads, parsed.base_iri),
        PAGE_INPUTS: {},
        "modified": {},
        "files": as_json(list_files(folder, (MANIFEST, STORE, STORE_MANIFEST))),
    }
    write_sealed(folder / MANIFEST, manifest)
    switch(releases, _NAME)
    return open_release(folder)
