"""Files of the folder that distributions name (``data/files/…``) → files of a release.

They are published like dumps, at ``dump/<name>`` below the base: the address stays, the bytes are
those of the release, and size, digest, media type and date of change are derived from them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from pyoxigraph import Literal, NamedNode

from publisher.errors import ReleaseError
from publisher.load.files import PUBLISHED_FILES, find_published_files
from publisher.profiles.file_types import FILE_TYPES, IANA
from publisher.profiles.term_names import find_format
from publisher.release.catalogue.csv_metadata import METADATA_SUFFIX, describe_csv
from publisher.release.catalogue.distributions import ApplicationProfile, add_checksum
from publisher.release.catalogue.graph import CatalogueGraph, node, typed
from publisher.release.manifest import digest_of, write_json
from publisher.release.model import DUMPS, StoredFile

_ADDRESSES = ("dcat:downloadURL", "dcat:accessURL")
_DUMP = "dump/"


def named_files(by_hand: CatalogueGraph, base_iri: str) -> dict[str, list[NamedNode]]:
    """Return name of a file of the folder → the distributions that name it.

    They may name it by its place in the folder, relative to the base, or by its lasting address.
    """
    distributions: dict[str, list[NamedNode]] = {}
    for name in _ADDRESSES:
        for address in by_hand.all_objects(name):
            for start in (PUBLISHED_FILES, _DUMP):
                file = address.value.removeprefix(base_iri + start)
                if file != address.value and file:
                    for each in by_hand.subjects(name, address):
                        if each not in distributions.setdefault(file, []):
                            distributions[file].append(each)
    return distributions


def copy_published_files(
    folder: Path, staging: Path, names: Iterable[str]
) -> dict[str, StoredFile]:
    """Copy the files that distributions name into a release; return name → file.

    Raises:
        ReleaseError: One has the name of a dump.
    """
    files = find_published_files(folder)
    stored = {}
    for name in sorted(set(names) & set(files)):
        target = staging / DUMPS / name
        if target.exists() or name.endswith((".nq", ".nq.gz")):
            raise ReleaseError(
                "The file has the name of a dump that the build writes.",
                where=PUBLISHED_FILES + name,
                remedy="Give it another name, and name it so in the catalogue.",
            )
        shutil.copyfile(files[name], target)
        stored[name] = StoredFile(f"{DUMPS}/{name}", target.stat().st_size, digest_of(target))
        metadata = name + METADATA_SUFFIX
        if name.lower().endswith((".csv", ".tsv")) and metadata in files:
            # Its author has described it, and better than can be guessed.
            shutil.copyfile(files[metadata], target.with_name(metadata))
        elif name.lower().endswith(".csv") and (described := describe_csv(target)) is not None:
            write_json(target.with_name(metadata), described)
    return stored


def dates_by_hand(
    by_hand: CatalogueGraph, named: Mapping[str, list[NamedNode]]
) -> dict[str, Literal]:
    """Return key of a file → the date of change that its distribution states."""
    dates = {}
    for name, distributions in named.items():
        for distribution in distributions:
            date = by_hand.value(distribution, "dcterms:modified")
            if isinstance(date, Literal):
                dates[date_key(name)] = date
    return dates


def date_key(name: str) -> str:
    """Return what the date of change of a file is kept under, beside those of datasets."""
    return _DUMP + name


def describe_published_files(
    draft: CatalogueGraph,
    files: Mapping[str, StoredFile],
    modified: Mapping[str, Literal],
    base_iri: str,
    view: ApplicationProfile,
) -> None:
    """Add to the distributions of a draft what the files say that they name."""
    for name, distributions in named_files(draft, base_iri).items():
        file = files.get(name)
        if file is None:
            continue
        address = NamedNode(f"{base_iri}{_DUMP}{name}")
        for distribution in distributions:
            _addresses(draft, distribution, name, address, base_iri)
            draft.remove(distribution, "dcat:byteSize")
            size = typed(str(file.length), "xsd:nonNegativeInteger")
            draft.add(distribution, "dcat:byteSize", size)
            draft.remove(distribution, "dcterms:modified")
            draft.add(distribution, "dcterms:modified", modified[date_key(name)])
            draft.remove(distribution, "spdx:checksum")
            if view is ApplicationProfile.EU:
                add_checksum(draft, distribution, file)
            for path, value in _format(name):
                if not draft.objects(distribution, path):
                    draft.add(distribution, path, value)


def _addresses(
    draft: CatalogueGraph, distribution: NamedNode, name: str, address: NamedNode, base_iri: str
) -> None:
    """Write the lasting address in the place of the one in the folder."""
    in_folder = NamedNode(base_iri + PUBLISHED_FILES + name)
    for path in _ADDRESSES:
        values = draft.objects(distribution, path)
        draft.remove(distribution, path)
        draft.add(distribution, path, *(address if v == in_folder else v for v in values))
        if not values:
            draft.add(distribution, path, address)
    draft.add(distribution, "rdf:type", node("dcat:Distribution"))


def _format(name: str) -> Iterator[tuple[str, NamedNode]]:
    known = find_format(PurePosixPath(name).suffix.lstrip("."))
    if known.file_type:
        yield "dcterms:format", NamedNode(FILE_TYPES + known.file_type)
    if known.media_type:
        yield "dcat:mediaType", NamedNode(IANA + known.media_type)
