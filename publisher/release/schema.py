"""Shapes and counts → what the data look like: each class, its properties, how often, for example.

Written once with a release. The texts for assistants, the types of tables for programs and the
answers about the schema are all made of it, so that they cannot differ.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import Literal

from publisher.load.files import SHAPES
from publisher.messages import Text
from publisher.rdf.namespaces import LABELS, iri
from publisher.rdf.sorted_files import Quads
from publisher.rdf.subjects import Subjects, SubjectsOnDisk, texts_by_language
from publisher.release.catalogue.partitions import (
    ClassPartition,
    Partitions,
    PropertyPartition,
)
from publisher.release.manifest import write_json
from publisher.release.tables.columns import class_slugs, target_shapes
from publisher.release.tables.table import read_path

SCHEMA = "schema.json"
_TYPE = iri("rdf:type")
_DEFINITIONS = tuple(
    iri(name) for name in ("skos:definition", "dcterms:description", "rdfs:comment")
)
_LAST = 1_000_000.0
# Things that carry what is said of others; no one asks for them first.
_STATEMENT = iri("rdf:Statement")


@dataclass(frozen=True)
class PropertySchema:
    """What is said of the things of a class by one property.

    Attributes:
        path: IRI of the property; or a path of links as SPARQL writes it.
        names: What it is called, by language.
        about: What it means, by language.
        least: How many values each thing must have.
        most: How many each may have; None for any number.
        datatypes: Datatype → number of values. Of a shape without values: those it allows, with 0.
        classes: Class of what is linked → number of values, likewise.
        things: How many things have a value.
        triples: How many values there are.
        several: Whether some thing has more than one value.
        example: A value, as N-Triples; empty for none.
        is_described: Whether a shape describes it.
        values: Each value, as N-Triples → number of triples; those that a shape allows have 0 where
            there are none. Empty where there are too many to choose from.
        value_names: IRI among the values → what it is called, by language.
    """

    path: str
    names: Text
    about: Text
    least: int = 0
    most: int | None = None
    datatypes: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    things: int = 0
    triples: int = 0
    several: bool = False
    example: str = ""
    is_described: bool = False
    values: Mapping[str, int] = field(default_factory=dict)
    value_names: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class ClassSchema:
    """A class of the data.

    Attributes:
        iri: The class.
        slug: Its name in addresses.
        names: What it is called, by language.
        about: What it means, by language.
        count: How many things there are.
        example: IRI of one of them; empty for none.
        is_described: Whether a shape describes it.
        properties: Those of the shapes in their order, then all others by name.
    """

    iri: str
    slug: str
    names: Text
    about: Text
    count: int
    example: str
    is_described: bool
    properties: tuple[PropertySchema, ...] = field(repr=False)

    def coverage(self, of: PropertySchema) -> float:
        """Return the share (0 to 1) of the things that have a value of a property."""
        return of.things / self.count if self.count else 0.0


Schema = Mapping[str, ClassSchema]


def make_schema(
    partitions: Partitions, shapes: Subjects, known: Subjects, prefixes: Mapping[str, str]
) -> Schema:
    """Return slug → class: those that shapes describe first, then by number of things.

    Args:
        partitions: The counts.
        shapes: The graph of the shapes.
        known: Everything that says what terms are called and mean.
        prefixes: For classes with the same local name.
    """
    of_shapes = target_shapes(shapes)
    classes = sorted({*partitions, *of_shapes} - {_STATEMENT})
    slugs = class_slugs(classes, prefixes)
    made = [
        _class(
            name, slugs[name], partitions.get(name, ClassPartition()), of_shapes, (shapes, known)
        )
        for name in classes
    ]
    made.sort(key=lambda each: (not each.is_described, -each.count, each.iri))
    return {each.slug: each for each in made}


def describe_schema(
    partitions: Partitions,
    graphs: Mapping[str, Quads],
    base_iri: str,
    prefixes: Mapping[str, str],
) -> Schema:
    """Return the schema of a release: its counts, and what its graphs say of their terms."""
    shapes = Subjects(graphs.get(base_iri + SHAPES, ()))
    known = SubjectsOnDisk([quads.path for quads in graphs.values()])
    return make_schema(partitions, shapes, known, prefixes)


def _class(
    name: str,
    slug: str,
    counted: ClassPartition,
    of_shapes: Mapping[str, Sequence[str]],
    graphs: tuple[Subjects, Subjects],
) -> ClassSchema:
    shapes, known = graphs
    of_class = of_shapes.get(name, ())
    labels_in_shapes = [_texts(known, name, LABELS), *(_texts(shapes, s, LABELS) for s in of_class)]
    parts = _parts(shapes, of_class)
    described = [
        _property(path, counted.properties.get(path, PropertyPartition()), parts[path], graphs)
        for path in sorted(parts, key=lambda path: (_position(shapes, parts[path]), path))
    ]
    others = [
        _property(path, counted.properties[path], (), graphs)
        for path in sorted(counted.properties.keys() - parts.keys())
    ]
    return ClassSchema(
        iri=name,
        slug=slug,
        names=next(filter(None, labels_in_shapes), {}),
        about=_texts(known, name, _DEFINITIONS),
        count=counted.entities,
        example=counted.example,
        is_described=bool(of_class),
        properties=(*described, *others),
    )


def _parts(shapes: Subjects, of_class: Sequence[str]) -> dict[str, list[str]]:
    """Return path → the property shapes of a class."""
    by_path: dict[str, list[str]] = {}
    for shape in of_class:
        for part in shapes.nodes(shape, iri("sh:property")):
            for written in shapes.values(part, iri("sh:path")):
                path = read_path(shapes, written)
                if path and path != _TYPE:
                    by_path.setdefault(path, []).append(part)
    return by_path


def _position(shapes: Subjects, parts: Sequence[str]) -> tuple[float, float]:
    def order(subject: str) -> float:
        return min((n for n in _numbers(shapes, subject, "sh:order")), default=_LAST)

    groups = [group for part in parts for group in shapes.nodes(part, iri("sh:group"))]
    return min(map(order, groups), default=_LAST), min(map(order, parts), default=_LAST)


def _numbers(shapes: Subjects, subject: str, name: str) -> Iterable[float]:
    for term in shapes.values(subject, iri(name)):
        try:
            yield float(term.value)
        except ValueError:
            continue


def _property(
    path: str,
    counted: PropertyPartition,
    parts: Sequence[str],
    graphs: tuple[Subjects, Subjects],
) -> PropertySchema:
    shapes, known = graphs
    least = [int(n) for part in parts for n in _numbers(shapes, part, "sh:minCount")]
    most = [int(n) for part in parts for n in _numbers(shapes, part, "sh:maxCount")]
    names = [*(_texts(shapes, part, (iri("sh:name"),)) for part in parts)]
    about = [_texts(shapes, part, (iri("sh:description"),)) for part in parts]
    values = _listed(shapes, parts) | dict(sorted(counted.values.items()))
    return PropertySchema(
        path=path,
        names=next(filter(None, [*names, _texts(known, path, LABELS)]), {}),
        about=next(filter(None, [*about, _texts(known, path, _DEFINITIONS)]), {}),
        least=max(least, default=0),
        most=min(most) if most else None,
        datatypes=_allowed(shapes, parts, "sh:datatype") | dict(sorted(counted.datatypes.items())),
        classes=_allowed(shapes, parts, "sh:class") | dict(sorted(counted.classes.items())),
        things=counted.subjects,
        triples=counted.triples,
        several=counted.most > 1,
        example=counted.example,
        is_described=bool(parts),
        values=values,
        value_names=_value_names(known, values),
    )


def _listed(shapes: Subjects, parts: Sequence[str]) -> dict[str, int]:
    """Return the values that shapes list (``sh:in``), as N-Triples, each with 0."""
    heads = [head for part in parts for head in shapes.nodes(part, iri("sh:in"))]
    return {str(value): 0 for head in heads for value in shapes.list_members(head)}


def _value_names(known: Subjects, values: Iterable[str]) -> dict[str, Text]:
    names = [value[1:-1] for value in values if value.startswith("<")]
    return {name: texts for name in names if (texts := _texts(known, name, LABELS))}


def _allowed(shapes: Subjects, parts: Sequence[str], name: str) -> dict[str, int]:
    return {term: 0 for part in parts for term in shapes.nodes(part, iri(name)) if ":" in term}


def _texts(graph: Subjects, subject: str, paths: Sequence[str]) -> dict[str, str]:
    """Return language → text by the first of some properties that a subject has."""
    for path in paths:
        literals = [t for t in graph.values(subject, path) if isinstance(t, Literal)]
        if literals:
            return dict(sorted(texts_by_language(literals).items()))
    return {}


def write_schema(folder: Path, schema: Schema) -> None:
    """Write the schema into a release."""
    write_json(folder / SCHEMA, {"classes": [dataclasses.asdict(each) for each in schema.values()]})


def read_schema(folder: Path) -> Schema:
    """Return the schema of a release; empty for one that was made before there were any."""
    path = folder / SCHEMA
    if not path.is_file():
        return {}
    written = json.loads(path.read_text(encoding="utf-8"))["classes"]
    return {each["slug"]: _read_class(each) for each in written}


def _read_class(written: dict[str, Any]) -> ClassSchema:
    properties = tuple(PropertySchema(**each) for each in written.pop("properties"))
    return ClassSchema(**written, properties=properties)
