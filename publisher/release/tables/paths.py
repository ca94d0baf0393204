"""Property paths of shapes (SHACL, section 2.3.1), as columns have them, and where they lead.

A column's path is the IRI of a property, or links followed backwards (``^<property>``) and steps
after each other (``<property>/^<property>``), as SPARQL writes them. Other paths have no column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import Quads, SortedLines, Sorter, distinct, merged, write_lines
from publisher.rdf.subjects import Subjects, Term

_STEP = re.compile(r"(\^?)<([^>]*)>")
_INVERSE, _FIRST, _REST = iri("sh:inversePath"), iri("rdf:first"), iri("rdf:rest")
_MOST_STEPS = 5


@dataclass(frozen=True)
class Step:
    """A property on the way, followed backwards or not."""

    path: str
    is_inverse: bool = False


def steps(path: str) -> tuple[Step, ...]:
    """Return the steps of a column's path.

    >>> steps("https://e.org/a")
    (Step(path='https://e.org/a', is_inverse=False),)
    >>> [step.path for step in steps("^<https://e.org/a>/<https://e.org/b>")]
    ['https://e.org/a', 'https://e.org/b']
    """
    if is_property(path):
        return (Step(path),)
    return tuple(Step(name, bool(back)) for back, name in _STEP.findall(path))


def is_property(path: str) -> bool:
    """Tell whether a path is but a property."""
    return not path.startswith(("^", "<"))


def read_path(shapes: Subjects, path: Term) -> str:
    """Return a path of a shape as columns have it; empty for one that has no column."""
    if isinstance(path, NamedNode):
        return path.value
    found = list(_listed(shapes, path)) or [path]
    read = [_step(shapes, part) for part in found]
    if len(read) > _MOST_STEPS or None in read:
        return ""
    return "/".join(filter(None, read))


def _listed(shapes: Subjects, node: Term) -> Iterator[Term]:
    for _ in range(_MOST_STEPS + 1):
        first = shapes.values(node.value, _FIRST)
        if not first:
            return
        yield first[0]
        node = shapes.values(node.value, _REST)[0]


def _step(shapes: Subjects, path: Term) -> str | None:
    if isinstance(path, NamedNode):
        return f"<{path.value}>"
    followed = shapes.values(path.value, _INVERSE)
    name = followed[0] if followed else None
    return f"^<{name.value}>" if isinstance(name, NamedNode) else None


def write_links(graphs: Iterable[Quads], wanted: Iterable[str], path: Path) -> None:
    """Write a line for each link by some properties: property, where to, where from; sorted."""
    names = {f"<{name}>".encode() for name in wanted}
    with Sorter(path.with_name("links")) as sorter:
        for line in (line for quads in graphs if names for line in quads.lines()):
            subject, predicate, rest = line.split(b" ", 2)
            if predicate in names and rest.startswith((b"<", b"_:")):
                there = rest.partition(b" ")[0]
                sorter.add(b"\t".join((predicate, there, subject)) + b"\n")
        sorter.close()
        write_lines(path, distinct(merged(sorter.runs)))


class Reach:
    """Where paths lead to."""

    def __init__(self, subjects: Subjects, links: Path) -> None:
        """Keep what is said of subjects, and the file of the links that are followed backwards."""
        self._subjects, self._links = subjects, SortedLines(links)

    def said(self, thing: str, paths: Iterable[str]) -> Mapping[str, tuple[Term, ...]]:
        """Return path → its values from a thing, sorted; without those that lead nowhere."""
        found = ((path, self.values(thing, path)) for path in paths)
        return {path: values for path, values in found if values}

    def values(self, thing: str, path: str) -> tuple[Term, ...]:
        """Return the values of a path from a thing, sorted."""
        if is_property(path):
            return self._subjects.values(thing, path)
        here: set[Term] = {NamedNode(thing)}
        for step in steps(path):
            here = {term for node in here for term in self._next(node, step)}
        return tuple(sorted(here, key=str))

    def _next(self, node: Term, step: Step) -> Iterable[Term]:
        if isinstance(node, Literal):
            return ()
        return (
            self._back(node, step)
            if step.is_inverse
            else self._subjects.values(node.value, step.path)
        )

    def _back(self, node: NamedNode | BlankNode, step: Step) -> Iterator[Term]:
        for line in self._links.starting(f"<{step.path}>\t{node}\t".encode()):
            subject = line[:-1].rpartition(b"\t")[2].decode()
            is_named = subject.startswith("<")
            yield NamedNode(subject[1:-1]) if is_named else BlankNode(subject[2:])
