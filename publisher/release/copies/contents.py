"""What another copy sent: which files its manifest lists, and the store that is made from them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from publisher.errors import ReleaseError
from publisher.load.files import CATALOGUE
from publisher.release.manifest import (
    as_json,
    from_json,
    list_files,
    read_manifest,
    read_sealed,
    write_sealed,
)
from publisher.release.model import (
    CATALOGUE_EU,
    DUMPS,
    MANIFEST,
    SHAPES,
    STORE,
    STORE_MANIFEST,
    Release,
    StoredFile,
)
from publisher.release.open import open_release
from publisher.release.signature import PUBLIC_KEY, SIGNATURE
from publisher.release.store import write_store

_PART = re.compile(r"[^/\\\x00-\x1f]+")
_OWN = (MANIFEST, SIGNATURE, PUBLIC_KEY, STORE_MANIFEST, STORE)


def files_of(path: Path) -> Mapping[str, StoredFile]:
    """Return the files that a manifest lists, none of which lies outside the release."""
    content = read_sealed(path)
    try:
        files = from_json(content.get("files"), path)
    except ReleaseError as error:
        raise strange(path) from error
    for name, file in files.items():
        parts = name.split("/")
        is_tame = all(_PART.fullmatch(p) and p not in (".", "..") for p in parts)
        if not is_tame or parts[0] in _OWN or file.length < 0:
            raise strange(path)
    return files


def strange(path: Path) -> ReleaseError:
    """Return what is raised for a manifest that this program did not write."""
    return ReleaseError(
        "The manifest is not one that this program writes.",
        where=str(path),
        remedy="Give the address of a copy that the same version of this program serves."
        " Nothing was changed.",
    )


def make_store(staging: Path, files: Mapping[str, StoredFile]) -> None:
    """Make the store from the files of the release, and compare the graphs with the manifest."""
    counted: Counter[str] = Counter()

    def quads() -> Iterator[Quad]:
        for quad in _quads(staging, files):
            counted[str(getattr(quad.graph_name, "value", ""))] += 1
            yield quad

    path = staging / MANIFEST
    try:
        write_store(staging / STORE, quads())
    except (SyntaxError, ValueError) as error:
        raise strange(path) from error
    if dict(counted) != read_sealed(path).get("graphs"):
        raise ReleaseError(
            "The files of the release do not hold the triples that its manifest counts.",
            where=str(path),
            remedy="Build it again there, with the version of this program that runs here."
            " Nothing was changed.",
        )
    write_sealed(staging / STORE_MANIFEST, {"files": as_json(list_files(staging / STORE, ()))})


def _quads(staging: Path, files: Mapping[str, StoredFile]) -> Iterator[Quad]:
    """Yield what the store holds: datasets, shapes, and the catalogue with all that was derived."""
    for name in files:
        is_dump = PurePosixPath(name).parts[0] == DUMPS and name.endswith(".nq")
        if is_dump or name == SHAPES:
            yield from parse(path=staging / name, format=RdfFormat.N_QUADS)
    base_iri = read_manifest(staging).base_iri
    graph = NamedNode(base_iri + CATALOGUE)
    if CATALOGUE_EU in files:
        for quad in parse(path=staging / CATALOGUE_EU, format=RdfFormat.N_TRIPLES):
            yield Quad(quad.subject, quad.predicate, quad.object, graph)


def open_fetched(staging: Path, name: str) -> Release:
    """Return the release that was fetched, whole and legible."""
    release = open_release(staging)
    if release.id != name:
        raise strange(staging / MANIFEST)
    return release
