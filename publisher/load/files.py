"""Which files are sources, and which graph each belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from publisher import media_types
from publisher.errors import SourceMissing

DATASET = "dataset/"
VOCABULARY = DATASET + "vocabulary"
CATALOGUE = "catalog"
SHAPES = "shapes"
CONTEXT = "context.jsonld"
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


def _classify(parts: tuple[str, ...]) -> tuple[Role, str]:
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
        SourceMissing: One of the folders is missing, or ``data/`` holds no RDF file.
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
        for path in (folder / top).rglob("*"):
            media_type = media_types.of_file(path.name)
            if not path.is_file() or media_type is None or media_type.rdf_format is None:
                continue
            parts = path.relative_to(folder).parts
            if path.name.startswith(".") or parts[-1] == CONTEXT:
                continue
            role, graph = _classify(parts)
            yield SourcePath(path, "/".join(parts), role, graph)


def find_queries(folder: Path) -> list[Path]:
    """Return the hygiene rules of a folder of sources, sorted by name."""
    return sorted((folder / "shapes" / "hygiene").glob("*.rq"))
