"""What a table is: the things of a class, a column for each property or path of properties."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.languages import LANGUAGES, SOURCE_LANGUAGE, written_languages
from publisher.messages import Text
from publisher.rdf.locations import LocationProperties, is_location_path
from publisher.rdf.namespaces import iri
from publisher.rdf.paths import PathStep
from publisher.rdf.sorted_files import (
    Quads,
    SortedLines,
    Sorter,
    merge_lines,
    without_repetitions,
    write_lines,
)
from publisher.rdf.subjects import Subjects, Term, in_order

TABLES = "tables"
INDEX = f"{TABLES}/tables.json"
METADATA = "csv-metadata.json"
# Between a column's name and a language: name_sv.
JOINT = "_"
ID = "id"
LABEL = "label"
# Every place where a thing is.
WHERE = "where"
LINK, TEXT, NUMBER, DATE, TRUTH, PLAIN = "link", "text", "number", "date", "truth", "plain"


@dataclass(frozen=True)
class Column:
    """A property of the things in a table.

    Attributes:
        name: Unique in the table: the header in CSV, the parameter in addresses.
        path: IRI of the property; or a path of links as SPARQL writes it.
        titles: What people call it, by language.
        kind: ``link``, ``text`` (with languages), ``number``, ``date``, ``truth`` or ``plain``.
        datatype: IRI of the datatype, when all values have the same; else empty.
        languages: Language tags in use, sorted; those of the names of what is linked, for links.
        named: Properties that name what is linked.
        separator: Stands between several values in CSV, and in none of them; empty for at most one.
        facet: Whether it has so few values that they can be listed with counts.
        usual: Whether it is worth its place on a page: short, different, and most things have it.
        edges: Round numbers, or years, that divide its values into ranges; empty for no ranges.
    """

    name: str
    path: str
    titles: Text
    kind: str
    datatype: str = ""
    languages: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    separator: str = ""
    facet: bool = False
    usual: bool = False
    edges: tuple[str, ...] = ()

    def spoken(self, language: str) -> str | None:
        """Return the tag of the texts that readers of a language have it sorted by.

        Their own, or the next that there is; None where languages play no part.
        """
        if self.kind not in (TEXT, LINK):
            return None
        tags = (language, "", SOURCE_LANGUAGE, *self.languages)
        return next((tag for tag in tags if tag in self.languages), None)

    def sorted_in(self, language: str) -> str:
        """Return the language in whose order readers of a language get the texts.

        Their own, if texts are in it; an order more for each column would cost every build.
        """
        return language if language in written_languages(self.languages) else LANGUAGES[0]


@dataclass(frozen=True)
class Table:
    """The things of a class.

    Attributes:
        slug: Its name in addresses.
        class_iri: The class.
        titles: What the class is called, by language.
        dataset: Name of the dataset that most of the things are in.
        count: Number of things.
        graphs: IRIs of the graphs that say what is of the class.
        columns: The label first, then in the order of the shapes.
        chains: Paths of properties that lead from a thing to its geometry as WKT, nearest first.
        files: Extensions of the whole table's files in the release.
    """

    slug: str
    class_iri: str
    titles: Text
    dataset: str
    count: int
    graphs: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)
    chains: tuple[tuple[str, ...], ...] = ()
    files: tuple[str, ...] = ()

    @property
    def label(self) -> Column | None:
        """Return the column that names the things, if they have names."""
        first = self.columns[0] if self.columns else None
        return first if first is not None and first.name == LABEL else None

    def column(self, name: str) -> Column | None:
        """Return the column of a name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def file(self, extension: str) -> str:
        """Return the name of one of its files in the release."""
        return f"{TABLES}/{self.slug}.{extension}"


def as_json(tables: Mapping[str, Table]) -> dict[str, Any]:
    """Return tables as they are written in a release."""
    return {slug: dataclasses.asdict(table) for slug, table in tables.items()}


def read_tables(folder: Path) -> dict[str, Table]:
    """Return slug → table of a release, in order; none for a release without tables."""
    path = folder / INDEX
    if not path.is_file():
        return {}
    written = json.loads(path.read_text(encoding="utf-8"))
    return {slug: _table(row) for slug, row in written.items()}


def _table(properties: dict[str, Any]) -> Table:
    columns = tuple(
        Column(
            **{
                **column,
                "languages": tuple(column["languages"]),
                "named": tuple(column["named"]),
                "edges": tuple(column.get("edges", ())),
            }
        )
        for column in properties["columns"]
    )
    return Table(
        **{
            **properties,
            "columns": columns,
            "graphs": tuple(properties["graphs"]),
            "chains": tuple(map(tuple, properties["chains"])),
            "files": tuple(properties["files"]),
        }
    )


# Property paths of shapes (SHACL, section 2.3.1), as columns have them, and where they lead.
#
# A column's path is the IRI of a property, or links followed backwards (``^<property>``) and steps
# after each other (``<property>/^<property>``), as SPARQL writes them. Other paths have no column.

_STEP = re.compile(r"(\^?)<([^>]*)>")
_INVERSE, _FIRST, _REST = iri("sh:inversePath"), iri("rdf:first"), iri("rdf:rest")
_MOST_STEPS = 5


def path_steps(path: str) -> tuple[PathStep, ...]:
    """Return the steps of a column's path.

    >>> path_steps("https://e.org/a")
    (PathStep(predicate='https://e.org/a', is_inverse=False, is_repeated=False),)
    >>> [step.predicate for step in path_steps("^<https://e.org/a>/<https://e.org/b>")]
    ['https://e.org/a', 'https://e.org/b']
    """
    if is_property(path):
        return (PathStep(path),)
    return tuple(PathStep(name, bool(back)) for back, name in _STEP.findall(path))


def is_property(path: str) -> bool:
    """Tell whether a path is a single property, followed forwards."""
    return not path.startswith(("^", "<", "("))


def read_path(shapes: Subjects, path: Term) -> str:
    """Return a path of a shape as columns have it; empty for one that has no column."""
    if isinstance(path, NamedNode):
        return path.value
    steps = list(shapes.list_members(path.value)) or [path]
    read = [_read_step(shapes, part) for part in steps]
    if len(read) > _MOST_STEPS or None in read:
        return ""
    return "/".join(filter(None, read))


def _read_step(shapes: Subjects, path: Term) -> str | None:
    if isinstance(path, NamedNode):
        return f"<{path.value}>"
    followed = shapes.values(path.value, _INVERSE)
    name = followed[0] if followed else None
    return f"^<{name.value}>" if isinstance(name, NamedNode) else None


def write_links(graphs: Iterable[Quads], things: Iterable[str], path: Path) -> None:
    """Write a line for each link by some properties: property, where to, where from; sorted."""
    names = {f"<{name}>".encode() for name in things}
    with Sorter(path.with_name("links")) as sorter:
        for line in (line for quads in graphs if names for line in quads.lines()):
            subject, predicate, rest = line.split(b" ", 2)
            if predicate in names and rest.startswith((b"<", b"_:")):
                target = rest.partition(b" ")[0]
                sorter.add(b"\t".join((predicate, target, subject)) + b"\n")
        sorter.close()
        write_lines(path, without_repetitions(merge_lines(sorter.runs)))


class PathResolver:
    """Where paths lead to."""

    def __init__(
        self, subjects: Subjects, links: Path, locations: LocationProperties | None = None
    ) -> None:
        """Keep what paths are followed in.

        Args:
            subjects: What is said of them.
            links: File of the links that are followed backwards.
            locations: The properties that a path to all locations takes.
        """
        self._subjects, self._links = subjects, SortedLines(links)
        by = self._locations = locations or LocationProperties().only(())
        # Whatever has none of these is nowhere, unless a place says that it holds it.
        self._leading = {*by.seats, *by.areas, *by.about, *by.inside}
        self._around: dict[Term, tuple[Term, ...]] = {}

    def values_by_path(self, thing: str, paths: Iterable[str]) -> Mapping[str, tuple[Term, ...]]:
        """Return path → its values from a thing, sorted; without those that lead nowhere."""
        properties = self._subjects.of(thing)
        by_path = {}
        for path in paths:
            if is_property(path):
                if path in properties:
                    by_path[path] = in_order(properties[path])
            elif values := self.values(thing, path):
                by_path[path] = values
        return by_path

    def values(self, thing: str, path: str) -> tuple[Term, ...]:
        """Return the values of a path from a thing, sorted."""
        if is_property(path):
            return self._subjects.values(thing, path)
        if is_location_path(path):
            return self._locations_of(thing)
        here: set[Term] = {NamedNode(thing)}
        for step in path_steps(path):
            here = {term for node in here for term in self._next(node, step)}
        return tuple(sorted(here, key=str))

    def _locations_of(self, thing: str) -> tuple[Term, ...]:
        """Return every place where a thing is, sorted; see ``publisher.rdf.locations``."""
        if not self._locations.holds and self._subjects.of(thing).keys().isdisjoint(self._leading):
            return ()
        itself, by = NamedNode(thing), self._locations
        seats = self._along([itself], by.seats)
        seats |= self._along(seats, by.seats)
        near = seats | self._along([itself], (*by.areas, *by.about)) | self._inside(itself)
        reached, waiting = set(near), list(near)
        while waiting:
            new = set(self._wholes(waiting.pop())) - reached
            reached |= new
            waiting += new
        sites = {place for place in reached if self._along([place], by.seats)}
        return tuple(sorted(reached - sites - {itself}, key=str))

    def _along(self, nodes: Iterable[Term], properties: Iterable[str]) -> set[Term]:
        """Return the named things that some properties lead nodes to."""
        steps = [PathStep(name) for name in properties]
        targets = (term for node in nodes for step in steps for term in self._next(node, step))
        return {term for term in targets if isinstance(term, NamedNode)}

    def _wholes(self, place: Term) -> tuple[Term, ...]:
        """Return what a place lies within directly; places come back, so it is remembered."""
        if place not in self._around:
            wholes = self._inside(place) | self._along([place], self._locations.parts)
            self._around[place] = tuple(wholes)
        return self._around[place]

    def _inside(self, thing: Term) -> set[Term]:
        back = [PathStep(name, is_inverse=True) for name in self._locations.holds]
        neighbours = (term for step in back for term in self._next(thing, step))
        wholes = self._along([thing], self._locations.inside)
        return wholes | {term for term in neighbours if isinstance(term, NamedNode)}

    def _next(self, node: Term, step: PathStep) -> Iterable[Term]:
        if isinstance(node, Literal):
            return ()
        return (
            self._back(node, step)
            if step.is_inverse
            else self._subjects.values(node.value, step.predicate)
        )

    def _back(self, node: NamedNode | BlankNode, step: PathStep) -> Iterator[Term]:
        for line in self._links.starting(f"<{step.predicate}>\t{node}\t".encode()):
            subject = line[:-1].rpartition(b"\t")[2].decode()
            is_named = subject.startswith("<")
            yield NamedNode(subject[1:-1]) if is_named else BlankNode(subject[2:])
