"""Files that somebody names, of any RDF format, wherever they are → their quads as they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from pyoxigraph import NamedNode, Quad, RdfFormat

from publisher.errors import SourceMissing, SourceSyntax
from publisher.load.files import Role, SourcePath
from publisher.load.parse import declared_in, read_text, syntax_error
from publisher.rdf import media_types
from publisher.rdf.guards import LIMITS, Limits
from publisher.rdf.reading import read

# Extensions in use besides the ones this program writes.
_ALSO = {
    "owl": RdfFormat.RDF_XML,
    "xml": RdfFormat.RDF_XML,
    "rdfs": RdfFormat.RDF_XML,
    "turtle": RdfFormat.TURTLE,
    "json": RdfFormat.JSON_LD,
    "n3": RdfFormat.TURTLE,
}
_FALLBACK = "http://localhost/"


@dataclass(frozen=True)
class GivenFiles:
    """What some files say.

    Attributes:
        quads: Each in the graph the file puts it into.
        prefixes: Prefix → namespace, as the files declare them.
        base_iri: Where most of what they describe is named.
        changed: When the newest file was changed, in seconds since 1970.
    """

    quads: tuple[Quad, ...] = field(repr=False)
    prefixes: dict[str, str] = field(repr=False)
    base_iri: str
    changed: float


def read_given(paths: Sequence[Path], base_iri: str = "", limits: Limits = LIMITS) -> GivenFiles:
    """Return what the files say.

    Args:
        paths: Turtle, TriG, N-Triples, N-Quads, RDF/XML or JSON-LD, told by their extension.
        base_iri: Where their things are named; empty: where most of them are.
        limits: What reading each of them may take.

    Raises:
        SourceError: A file is missing, empty, of another kind, not what its extension says, or
            takes more than that (``ReadLimit``).
    """
    quads: list[Quad] = []
    prefixes: dict[str, str] = {}
    for path in paths:
        text = _read(path, limits)
        quads += _parse(path, text, base_iri or _FALLBACK, limits)
        prefixes |= declared_in(text)
    base = base_iri or _most_common_base(quads)
    return GivenFiles(tuple(quads), prefixes, base, max(p.stat().st_mtime for p in paths))


def _read(path: Path, limits: Limits) -> str:
    if not path.is_file():
        raise SourceMissing(
            "There is no such file.",
            where=str(path),
            remedy="Check the name and the folder you stand in.",
        )
    return read_text(path, str(path), limits)


def _parse(path: Path, text: str, base_iri: str, limits: Limits) -> list[Quad]:
    extension = path.suffix.lstrip(".").lower()
    media_type = media_types.BY_EXTENSION.get(extension)
    rdf_format = (media_type.rdf_format if media_type else None) or _ALSO.get(extension)
    if rdf_format is None:
        raise SourceSyntax(
            "The extension '.{extension}' is of no RDF format that is read here.",
            where=str(path),
            remedy="Name the file .ttl, .trig, .nt, .nq, .rdf or .jsonld after what is in it.",
            extension=extension,
        )
    try:
        # Blank nodes of two files are different nodes, whatever they are called.
        quads = read(
            text.encode(), rdf_format, base_iri, str(path), limits=limits, rename_blank_nodes=True
        )
    except SyntaxError as error:
        raise syntax_error(SourcePath(path, str(path), Role.DATA, ""), text, error) from error
    if not quads:
        raise SourceMissing(
            "The file holds no triple.", where=str(path), remedy="Fill it, or name another file."
        )
    return quads


def _most_common_base(quads: Sequence[Quad]) -> str:
    """Return scheme and host of most subjects, with the slash."""
    found = Counter(_bases(quads)).most_common(1)
    return found[0][0] if found else _FALLBACK


def _bases(quads: Sequence[Quad]) -> Iterator[str]:
    for subject in {quad.subject for quad in quads}:
        if isinstance(subject, NamedNode):
            parts = urlsplit(subject.value)
            if parts.scheme in ("http", "https") and parts.netloc:
                yield f"{parts.scheme}://{parts.netloc}/"
