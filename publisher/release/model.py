"""What a release is, once it is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pyoxigraph import Literal

from publisher.load.files import CATALOGUE, DATASET
from publisher.rdf.jsonld import Context

CURRENT = "current"
MANIFEST = "manifest.json"
STORE = "store"
STORE_MANIFEST = "store.json"
SPARQ = "sparq"
SPARQ_MANIFEST = "sparq.json"
COUNTS = "counts.json"
ANSWERS = "answers.json"
# What the machine that built a release decides, so the manifest does not list it.
ENGINE_FILES = (STORE, STORE_MANIFEST, SPARQ, SPARQ_MANIFEST, ANSWERS)
DUMPS = "dumps"
QUERIES = "queries"
CONTEXT = "context.jsonld"
REPORT = "report.json"
CATALOGUE_EU = "catalogue/dcat-ap.nt"
CATALOGUE_SE = "catalogue/dcat-ap-se.nt"
VOID = "void.nt"
SERVICE = "service.nt"
DOCUMENTS = "documents.tsv"
TOMBSTONES = "gone.tsv"
SHAPES = "shapes.nq"
LITERALS = "literals.nt"
FEED = "feed"
# As long as it is there, a release that is served already is still being completed.
IN_PREPARATION = "in-preparation"


@dataclass(frozen=True)
class StoredFile:
    """A file of a release.

    Attributes:
        name: Relative to the release's folder, with forward slashes.
        length: In bytes.
        sha256: Digest of the bytes, in hexadecimal.
    """

    name: str
    length: int
    sha256: str


@dataclass(frozen=True)
class Release:
    """A release that was opened; every byte agrees with its manifest.

    Attributes:
        id: Date and first digits of the digest.
        folder: Where it is.
        base_iri: Base of its names.
        published: The instant it stands for: from the newest date in the sources, never the clock.
        digest: SHA-256 of the canonical N-Quads (RDFC-1.0), in hexadecimal.
        inputs: Digest of everything it was made of.
        graphs: Graph IRI → number of triples.
        prefixes: Prefix → namespace.
        context: The JSON-LD context.
        documents: Path of a document → IRIs of its things, for documents of hash IRIs.
        files: Name → file.
        modified: Name of a dataset → when its content changed.
        named_graphs: Graph that a dataset has by another name than its own → graphs of the
            datasets it belongs to.
        union_stored: Whether its store has the union of its graphs as its default graph.
    """

    id: str
    folder: Path
    base_iri: str
    published: datetime
    digest: str
    inputs: str
    graphs: Mapping[str, int] = field(repr=False)
    prefixes: Mapping[str, str] = field(repr=False)
    context: Context = field(repr=False)
    documents: Mapping[str, tuple[str, ...]] = field(repr=False)
    files: Mapping[str, StoredFile] = field(repr=False)
    modified: Mapping[str, Literal] = field(repr=False)
    named_graphs: Mapping[str, tuple[str, ...]] = field(repr=False, default_factory=dict)
    union_stored: bool = False

    @property
    def store(self) -> Path:
        """Return the folder of the store."""
        return self.folder / STORE

    @property
    def catalogue(self) -> str:
        """Return the IRI of the catalogue."""
        return self.base_iri + CATALOGUE

    def dataset(self, name: str) -> str:
        """Return the IRI of a dataset."""
        return self.base_iri + DATASET + name

    def count_of(self, dataset: str) -> int:
        """Return the number of triples of a dataset, those in graphs of other names too."""
        home = self.dataset(dataset)
        others = (n for n, homes in self.named_graphs.items() if home in homes)
        return sum(self.graphs.get(name, 0) for name in (home, *others))

    def datasets(self) -> list[str]:
        """Return the names of the datasets that have dumps, sorted."""
        start, end = f"{DUMPS}/", ".nq"
        return sorted(
            name.removeprefix(start).removesuffix(end)
            for name in self.files
            if name.startswith(start) and name.endswith(end)
        )
