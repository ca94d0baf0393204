"""Triples by subject → class × property × (class | datatype), with counts: what tools read as VoID.

VoID, section 4.5; datatype partitions are those of https://ldf.fi/void-ext. The lines that are
sorted are as many as the triples; what is held in memory grows with the classes and properties.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import Sorter, merge_lines

_TYPE = iri("rdf:type")
_MEMBER, _LINK = b"0", b"1"
# A property with more values, or with longer texts, has none that a reader chooses from.
_MOST_VALUES, _LONGEST_VALUE = 60, 80


@dataclass
class PropertyPartition:
    """The triples of one property whose subjects are of one class.

    Attributes:
        triples: How many there are.
        subjects: How many things have one or more.
        most: How many values the thing with most of them has.
        datatypes: Datatype of a literal → number of triples.
        classes: Class of what is linked → number of triples; what is of no known class is missing.
        example: The first value, as N-Triples; empty when all are blank nodes.
        values: Value as N-Triples → number of triples; empty where they are too many or too long.
        has_many: Whether they are.
    """

    triples: int = 0
    subjects: int = 0
    most: int = 0
    datatypes: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    example: str = ""
    values: Counter[str] = field(default_factory=Counter)
    has_many: bool = False

    def count_value(self, value: Triple | BlankNode | Literal | NamedNode) -> None:
        """Count a value, as long as a reader could choose from all of them."""
        if self.has_many:
            return
        if isinstance(value, NamedNode) or (
            isinstance(value, Literal) and len(value.value) <= _LONGEST_VALUE
        ):
            self.values[str(value)] += 1
        else:
            self.has_many = True
        if self.has_many or len(self.values) > _MOST_VALUES:
            self.has_many = True
            self.values.clear()


@dataclass
class ClassPartition:
    """The things of one class.

    Attributes:
        entities: How many there are.
        example: IRI of the first of them; empty when all are blank nodes.
        members: Sum of their digests: classes of the very same things have the same one.
        properties: Property → its triples, the class itself left out.
    """

    entities: int = 0
    example: str = ""
    members: int = field(default=0, repr=False)
    properties: dict[str, PropertyPartition] = field(default_factory=dict)


Partitions = Mapping[str, ClassPartition]


def count_partitions(triples: Iterable[Triple | Quad]) -> Partitions:
    """Return class → its partition, for triples that are all different and come by subject."""
    found: dict[str, ClassPartition] = {}
    with TemporaryDirectory() as folder, Sorter(Path(folder, "links")) as links:
        reader = _PartitionReader(found, links)
        for _, of_subject in groupby(triples, lambda triple: triple.subject):
            reader.count(list(of_subject))
        links.close()
        _count_linked(reader.pairs, reader.classes, merge_lines(links.runs))
    return {name: found[name] for name in sorted(found)}


class _PartitionReader:
    """Counts subject after subject, and notes the links: what they lead to may come later."""

    def __init__(self, found: dict[str, ClassPartition], links: Sorter) -> None:
        self._found, self._links = found, links
        self._number = 0
        self._digest = 0  # of the subject that is counted
        self._class_numbers: dict[str, int] = {}
        self._pair_numbers: dict[tuple[str, str], int] = {}
        self.classes: list[str] = []
        self.pairs: list[PropertyPartition] = []

    def count(self, triples: list[Triple | Quad]) -> None:
        """Count what is said of one subject."""
        kinds = {t.object.value for t in triples if _is_type(t) and isinstance(t.object, NamedNode)}
        subject = str(triples[0].subject).encode()
        self._digest = int.from_bytes(blake2b(subject, digest_size=16).digest())
        for kind in sorted(kinds):
            self._count_as(kind, triples)

    def _count_as(self, kind: str, triples: list[Triple | Quad]) -> None:
        of_class = self._found.get(kind)
        if of_class is None:
            of_class = self._found[kind] = ClassPartition()
            self._class_numbers[kind] = len(self.classes)
            self.classes.append(kind)
        subject = triples[0].subject
        of_class.entities += 1
        of_class.members += self._digest
        if not of_class.example and isinstance(subject, NamedNode):
            of_class.example = subject.value
        number = self._class_numbers[kind]
        self._links.add(b"%b\t%b\t%d\n" % (str(subject).encode(), _MEMBER, number))
        values: Counter[str] = Counter()
        for triple in triples:
            if not _is_type(triple):
                values[triple.predicate.value] += 1
                self._count_value(kind, of_class, triple)
        for name, count in values.items():
            part = of_class.properties[name]
            part.subjects += 1
            part.most = max(part.most, count)

    def _count_value(self, kind: str, of_class: ClassPartition, triple: Triple | Quad) -> None:
        name, value = triple.predicate.value, triple.object
        part = of_class.properties.setdefault(name, PropertyPartition())
        part.triples += 1
        part.count_value(value)
        if not part.example and not isinstance(value, BlankNode):
            part.example = str(value)
        if isinstance(value, Literal):
            part.datatypes[value.datatype.value] += 1
            return
        pair = self._pair_numbers.get((kind, name))
        if pair is None:
            pair = self._pair_numbers[kind, name] = len(self.pairs)
            self.pairs.append(part)
        self._number += 1  # lines that are alike would become one
        self._links.add(b"%b\t%b\t%d\t%d\n" % (str(value).encode(), _LINK, pair, self._number))


def _is_type(triple: Triple | Quad) -> bool:
    return triple.predicate.value == _TYPE and isinstance(triple.object, NamedNode)


def _count_linked(
    pairs: list[PropertyPartition], classes: list[str], lines: Iterator[bytes]
) -> None:
    """Count the classes of what is linked: lines of a thing come before those of links to it."""
    for _, of_thing in groupby(lines, lambda line: line.partition(b"\t")[0]):
        kinds: list[str] = []
        for line in of_thing:
            _, mark, number, *_ = line[:-1].split(b"\t")
            if mark == _MEMBER:
                kinds.append(classes[int(number)])
            else:
                pairs[int(number)].classes.update(kinds)
