"""What a release is, once it is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from publisher.compaction import Context

CURRENT = "current"
MANIFEST = "manifest.json"
STORE = "store"
STORE_MANIFEST = "store.json"
DUMPS = "dumps"
CONTEXT = "context.jsonld"
REPORT = "report.json"


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
        graphs: Graph IRI → number of triples.
        prefixes: Prefix → namespace.
        context: The JSON-LD context.
        documents: Path of a document → IRIs of its things, for documents of hash IRIs.
        files: Name → file.
    """

    id: str
    folder: Path
    base_iri: str
    published: datetime
    digest: str
    graphs: Mapping[str, int] = field(repr=False)
    prefixes: Mapping[str, str] = field(repr=False)
    context: Context = field(repr=False)
    documents: Mapping[str, tuple[str, ...]] = field(repr=False)
    files: Mapping[str, StoredFile] = field(repr=False)

    @property
    def store(self) -> Path:
        """Return the folder of the store."""
        return self.folder / STORE

    def datasets(self) -> list[str]:
        """Return the names of the datasets that have dumps, sorted."""
        names = (name.removeprefix(f"{DUMPS}/") for name in self.files if name.endswith(".nq"))
        return sorted(name.removesuffix(".nq") for name in names)
