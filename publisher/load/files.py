"""Which files are sources, and which graph each belongs to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from publisher.errors import SourceError, SourceMissing
from publisher.rdf import media_types

DATASET = "dataset/"
VOCABULARY = DATASET + "vocabulary"
CATALOGUE = "catalog"
SHAPES = "shapes"
CONTEXT = "context.jsonld"
RULES = "shapes/hygiene"
FOLDERS = ("ontology", "data", "shapes")


class Role(Enum):
    """What a source file is for."""

    ONTOLOGY = "ontology"
    DATA = "data"
    CATALOGUE = "catalogue"
    SHAPES = "shapes"
    EXAMPLE = "example"


@dataclass(frozen=True)
class SourcePath:
    """A source file before it is read.

    Attributes:
        path: Where it is.
        name: The same relative to the folder of the sources, with forward slashes.
        role: What it is for.
        graph: Graph IRI relative to the base; the path decides it.
    """

    path: Path
    name: str
    role: Role
    graph: str


def _role_and_graph(parts: tuple[str, ...]) -> tuple[Role, str]:
    if parts[0] == "ontology":
        return (Role.EXAMPLE if parts[1] == "examples" else Role.ONTOLOGY), VOCABULARY
    if parts[0] == "shapes":
        return Role.SHAPES, SHAPES
    if len(parts) == 2:
        return Role.CATALOGUE, CATALOGUE
    return Role.DATA, DATASET + parts[1]


def find_sources(folder: Path) -> list[SourcePath]:
    """Return every RDF file below ``ontology/``, ``data/`` and ``shapes/``, sorted by name.

    ``data/<dataset>/…`` belongs to the dataset of that name, ``data/catalogue.ttl`` to the
    catalogue, ``ontology/…`` to the vocabulary.

    Raises:
        SourceMissing: One of the folders is missing, or holds no RDF file.
        SourceError: A folder cannot be listed.
    """
    found = sorted(_walk(folder), key=lambda source: source.name)
    if not any(source.role is Role.DATA for source in found):
        raise SourceMissing(
            "There is no RDF file in any folder below data/.",
            where=str(folder / "data"),
            remedy="Put Turtle files into data/<dataset>/; nothing was published.",
        )
    return found


def _walk(folder: Path) -> Iterator[SourcePath]:
    for top in FOLDERS:
        if not (folder / top).is_dir():
            raise SourceMissing(
                "The folder {name}/ is missing.",
                where=str(folder),
                remedy="Stand in the folder that holds ontology/, data/ and shapes/;"
                " nothing was published.",
                name=top,
            )
        sources = [source_path(path, folder) for path in _files(folder / top) if _is_rdf(path)]
        if not sources:
            raise SourceMissing(
                "The folder {name}/ holds no RDF file.",
                where=str(folder),
                remedy="Put Turtle files into it; nothing was published.",
                name=top,
            )
        yield from sources


def _files(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise SourceError(
            "The folder cannot be listed: {reason}.",
            where=str(error.filename),
            remedy="Give yourself the right to read it, or take it away; nothing was published.",
            reason=error.strerror,
        ) from error

    for parent, _folders, names in os.walk(folder, onerror=refuse):
        yield from (Path(parent, name) for name in names)


def _is_rdf(path: Path) -> bool:
    media_type = media_types.media_type_of_file(path.name)
    is_hidden = path.name.startswith(".") or path.name == CONTEXT
    return media_type is not None and media_type.rdf_format is not None and not is_hidden


def source_path(path: Path, folder: Path) -> SourcePath:
    """Return what a file in a folder of sources is for; it need not be there yet."""
    parts = path.relative_to(folder).parts
    role, graph = _role_and_graph(parts)
    return SourcePath(path, "/".join(parts), role, graph)


def find_queries(folder: Path) -> list[Path]:
    """Return the hygiene rules of a folder of sources, sorted by name."""
    return sorted((folder / RULES).glob("*.rq"))
