"""What another copy sent: which files its manifest lists, and what is made here from them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeGuard

from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from publisher.errors import QueryError, ReadLimitExceeded, ReleaseError
from publisher.load.files import CATALOGUE
from publisher.query.counts import make_counts, read_counts
from publisher.query.named import read_named_queries
from publisher.query.sparq_files import as_lines
from publisher.query.store_loading import load_store
from publisher.rdf.reading import read_quads_by_line
from publisher.release.manifest import (
    from_json,
    read_manifest,
    read_sealed,
)
from publisher.release.model import (
    CATALOGUE_EU,
    COUNTS,
    DUMPS,
    ENGINE_FILES,
    MANIFEST,
    QUERIES,
    SHAPES,
    STORE,
    Release,
    StoredFile,
)
from publisher.release.open import open_release
from publisher.release.second_engine import (
    SecondEngine,
    write_release_answers,
    write_second_engine,
)
from publisher.release.signature import PUBLIC_KEY, SIGNATURE
from publisher.release.stored_graphs import seal_store

_SPECIAL_FILES = frozenset({MANIFEST, SIGNATURE, PUBLIC_KEY, *ENGINE_FILES})
_MOST_FILES = 100_000
# File systems take names of 255 bytes; the program writes four folders deep at most.
_LONGEST_PART_BYTES = 255
_DEEPEST_FOLDER = 16
_LONGEST_FILE_BYTES = 1 << 63
_DIGEST = re.compile(r"[0-9a-f]{64}")
# Control characters, surrogates, and what turns the direction of writing.
_INVISIBLE_CHARACTERS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_TEXTS = ("release", "base_iri", "published", "digest", "inputs", "software")
_MAP_CHECKS: Mapping[str, Callable[[object], bool]] = {
    "graphs": lambda value: type(value) is int and value >= 0,
    "prefixes": lambda value: isinstance(value, str),
    "documents": lambda value: _is_list_of_texts(value),
    "modified": lambda value: _is_list_of_texts(value) and len(value) == 2,
    "files": lambda value: isinstance(value, dict) and set(value) == {"length", "sha256"},
}


def _is_list_of_texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def checked_manifest(path: Path) -> Mapping[str, Any]:
    """Return a manifest in which everything is of the kind that this program writes.

    Raises:
        ReleaseError: A byte of it differs from its seal, or something is missing or of another
            kind.
    """
    try:
        content = read_sealed(path)
    except ReleaseError as error:
        raise foreign_manifest(path) from error
    is_good = all(isinstance(content.get(name), str) for name in _TEXTS) and all(
        isinstance(content.get(name), dict) and all(map(is_kind, content[name].values()))
        for name, is_kind in _MAP_CHECKS.items()
    )
    if not is_good or not _is_instant(content["published"]):
        raise foreign_manifest(path)
    return content


def _is_instant(written: str) -> bool:
    """Tell whether a date and time with its zone is written; one without compares with none."""
    try:
        return datetime.fromisoformat(written).tzinfo is not None
    except ValueError:
        return False


def files_of(path: Path) -> Mapping[str, StoredFile]:
    """Return the files that a manifest lists, none of which lies outside the release.

    Raises:
        ReleaseError: The manifest is not one that this program writes.
    """
    listed = checked_manifest(path)["files"]
    for name, file in listed.items():
        length, digest = file["length"], file["sha256"]
        is_length = type(length) is int and 0 <= length <= _LONGEST_FILE_BYTES
        is_digest = isinstance(digest, str) and _DIGEST.fullmatch(digest)
        if not (is_length and is_digest and _is_safe_name(name)):
            raise foreign_manifest(path)
    folders = {name[:position] for name in listed for position in _refuse_backslashes(name)}
    if len(listed) > _MOST_FILES or folders & set(listed):
        raise foreign_manifest(path)
    return from_json(listed, path)


def _refuse_backslashes(name: str) -> Iterator[int]:
    return (position for position, letter in enumerate(name) if letter == "/")


def _is_safe_name(name: str) -> bool:
    """Tell whether a name is that of a file in the release, also where case makes no difference.

    Compatibility forms (NFKC) count too: some file systems and programs take a full-width slash or
    full stop for the plain one.
    """
    if _INVISIBLE_CHARACTERS.search(name):
        return False
    plain = unicodedata.normalize("NFKC", name)
    parts = plain.split("/")
    return (
        len(parts) == len(name.split("/")) <= _DEEPEST_FOLDER
        and all(part not in ("", ".", "..") and "\\" not in part for part in parts)
        and all(len(part.encode()) <= _LONGEST_PART_BYTES for part in name.split("/"))
        and parts[0].casefold() not in _SPECIAL_FILES
    )


def foreign_manifest(path: Path) -> ReleaseError:
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
        load_store(staging / STORE, as_lines(quads()))
    except (SyntaxError, ValueError, ReadLimitExceeded) as error:
        raise foreign_manifest(path) from error
    if dict(counted) != read_sealed(path).get("graphs"):
        raise ReleaseError(
            "The files of the release do not hold the triples that its manifest counts.",
            where=str(path),
            remedy="Build it again there, with the version of this program that runs here."
            " Nothing was changed.",
        )
    distinct = make_counts(Store.read_only(str(staging / STORE))).triples
    is_shared = distinct < sum(counted.values())
    seal_store(staging, as_lines(_quads(staging, files)) if is_shared else None)


def make_engine_files(
    staging: Path, files: Mapping[str, StoredFile], second_engine: SecondEngine
) -> None:
    """Make what a build makes beside the store: the files of sparq, and the prepared answers.

    Why there are no files of sparq, where an operator should know it, is kept with the release.

    Raises:
        ReleaseError: The counts or the named queries are not what this program writes.
        OSError: They cannot be written.
    """
    manifest = read_manifest(staging)
    triples = sum(manifest.graphs.values())
    lines = as_lines(_quads(staging, files))
    write_second_engine(staging, lines, triples, second_engine)
    try:
        if COUNTS in files:
            read_counts(staging / COUNTS)
        queries = read_named_queries(staging / QUERIES)
    except (ValueError, AttributeError, QueryError) as error:
        raise foreign_manifest(staging / MANIFEST) from error
    write_release_answers(staging, queries, manifest.base_iri)


def _quads(staging: Path, files: Mapping[str, StoredFile]) -> Iterator[Quad]:
    """Yield what the store holds: datasets, shapes, and the catalogue with all that was derived."""
    for name in files:
        is_dump = PurePosixPath(name).parts[0] == DUMPS and name.endswith(".nq")
        if is_dump or name == SHAPES:
            with (staging / name).open("rb") as stream:
                yield from read_quads_by_line(stream, RdfFormat.N_QUADS, name)
    base_iri = read_manifest(staging).base_iri
    graph = NamedNode(base_iri + CATALOGUE)
    if CATALOGUE_EU in files:
        with (staging / CATALOGUE_EU).open("rb") as stream:
            for quad in read_quads_by_line(stream, RdfFormat.N_TRIPLES, CATALOGUE_EU):
                yield Quad(quad.subject, quad.predicate, quad.object, graph)


def open_fetched(staging: Path, name: str) -> Release:
    """Return the release that was fetched, whole and legible."""
    try:
        release = open_release(staging)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise foreign_manifest(staging / MANIFEST) from error
    if release.id != name:
        raise foreign_manifest(staging / MANIFEST)
    return release
