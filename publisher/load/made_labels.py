"""Labels that shapes say how to make, as quads beside those that the files say.

They are made once, when the sources are read: so the check, pages, tables, search and SPARQL have
the same ones. Nobody writes them, so a file never disagrees with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Quad

from publisher.load.files import Role
from publisher.load.parse import SourceFile
from publisher.rdf.label_templates import MadeProperty, made_properties
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.sorted_files import (
    SortedLines,
    Sorter,
    lines_with,
    merge_lines,
    write_lines,
)
from publisher.rdf.subjects import Subjects, SubjectsOnDisk

_TYPE = f" <{iri('rdf:type')}> ".encode()
_SUBCLASS = f" <{iri('rdfs:subClassOf')}> ".encode()


def read_made_properties(files: Sequence[SourceFile]) -> tuple[MadeProperty, ...]:
    """Return the properties that the shapes among some files say how to make."""
    return _made_by(
        tuple(_Version(f.name, f.base_iri, f.sha256, f) for f in files if _is_shapes(f))
    )


def _is_shapes(file: SourceFile) -> bool:
    return file.role is Role.SHAPES


@dataclass(frozen=True)
class _Version:
    """What a file says, compared by the digest of its content."""

    name: str
    base_iri: str
    sha256: str
    file: SourceFile = field(repr=False, compare=False)


@lru_cache(maxsize=1)  # who checks again after a save has seldom changed a shape
def _made_by(shapes: tuple[_Version, ...]) -> tuple[MadeProperty, ...]:
    prefixes = dict(PREFIXES)
    quads: list[Quad] = []
    for each in shapes:
        prefixes |= {prefix: name for prefix, name in each.file.prefixes.items() if name}
        quads += each.file.quads
    return made_properties(Subjects(quads), prefixes)


def add_made_labels(files: Sequence[SourceFile], quads: Path, in_graphs: Path | None) -> None:
    """Add what shapes make to sorted quads; memory holds one thing at a time.

    Args:
        files: The sources.
        quads: What they say, sorted, each in the graph of its file.
        in_graphs: The same in the graphs that the files put it into; None where that is the same.
    """
    made = read_made_properties(files)
    if not made:
        return
    classes = _with_subclasses(made, quads)
    with Sorter(quads.with_suffix(".made")) as labels, Sorter(quads.with_suffix(".in")) as placed:
        lines = SortedLines(in_graphs) if in_graphs is not None else None
        for line, graph in _made_lines(made, classes, quads):
            labels.add(line + graph)
            if lines is not None:
                placed.add(line + _graph_of(line, lines, graph))
    _merge_into(quads, labels.runs)
    if in_graphs is not None:
        _merge_into(in_graphs, placed.runs)


def _merge_into(target: Path, runs: Sequence[Path]) -> None:
    if runs:
        merged = target.with_suffix(".merged")
        write_lines(merged, merge_lines([target, *runs]))
        merged.replace(target)


def _made_lines(
    made: Sequence[MadeProperty], classes: Sequence[Collection[bytes]], quads: Path
) -> Iterator[tuple[bytes, bytes]]:
    """Yield each label as a line of N-Quads up to its graph, and the graph of its thing."""
    subjects = SubjectsOnDisk([quads])
    for subject, types in _typed(quads, set().union(*classes)):
        for each, known in zip(made, classes, strict=True):
            typed = next((name for name in types if name in known), None)
            if typed is not None:
                thing = subject[1:-1].decode()
                for label in each.missing(thing, subjects.values):
                    yield f"<{thing}> <{each.path}> {label} ".encode(), types[typed]


def _typed(
    quads: Path, classes: Collection[bytes]
) -> Iterator[tuple[bytes, Mapping[bytes, bytes]]]:
    """Yield each named thing of some classes: those of them that it has, each with the graph."""
    types: dict[bytes, bytes] = {}
    last = b""
    for line in lines_with(quads, _TYPE):
        subject, _, rest = line.partition(_TYPE)
        name, graph = rest.split(b" ", 1)
        # With a space in it, it is the beginning of a line with a text in which all this is said.
        if name not in classes or not subject.startswith(b"<") or b" " in subject:
            continue
        if subject != last and types:
            yield last, types
            types = {}
        last = subject
        types[name] = graph
    if types:
        yield last, types


def _graph_of(line: bytes, lines: SortedLines, usual: bytes) -> bytes:
    """Return the graph in which a file says the type of a thing."""
    subject = line.partition(b" ")[0]
    found = next(lines.starting(subject + _TYPE), None)
    return usual if found is None else found[len(subject) + len(_TYPE) :].split(b" ", 1)[1]


def _with_subclasses(made: Sequence[MadeProperty], quads: Path) -> list[set[bytes]]:
    """Return the classes of each property with their subclasses (SHACL, section 2.1.3.1)."""
    above: list[tuple[bytes, bytes]] = []
    for line in lines_with(quads, _SUBCLASS):
        narrower, _, rest = line.partition(_SUBCLASS)
        above.append((narrower, rest.partition(b" ")[0]))
    found = [{f"<{name}>".encode() for name in each.classes} for each in made]
    for known in found:
        size = 0
        while size < len(known):
            size = len(known)
            known |= {narrower for narrower, broader in above if broader in known}
    return found
