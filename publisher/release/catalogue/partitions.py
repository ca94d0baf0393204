"""Triples by subject → class × property × (class | datatype), with counts: what tools read as VoID.

VoID, section 4.5; datatype partitions are those of https://ldf.fi/void-ext. The lines that are
sorted are as many as the triples; what is held in memory grows with the classes and properties.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import Literal, RdfFormat, parse

from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import Sorter, blocks_of_subjects, merge_lines

_TYPE = f"<{iri('rdf:type')}>".encode()
_MEMBER, _LINK = b"0", b"1"
# How a line of N-Triples ends behind its object.
END = b" .\n"
# A property with more values, or with longer texts, has none that a reader chooses from.
_MOST_VALUES, _LONGEST_VALUE = 60, 80
# So many links are held before they are sorted.
_MOST_NOTED = 50_000


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


def count_partitions(lines: Iterable[bytes]) -> Partitions:
    """Return class → its partition, for N-Triples that are all different and come by subject."""
    with TemporaryDirectory() as folder, Sorter(Path(folder, "links")) as links:
        reader = _PartitionReader(links)
        for subject, of_subject in blocks_of_subjects(lines):
            reader.count(subject, of_subject)
        reader.close()
        _count_linked(reader.columns, reader.kinds, merge_lines(links.runs))
    return {name[1:-1].decode(): reader.finished(name) for name in sorted(reader.classes)}


class _Column:
    """The triples of one property whose subjects are of one class, while they are counted."""

    __slots__ = ("classes", "endings", "example", "has_many", "most", "subjects", "values")

    def __init__(self) -> None:
        self.subjects = self.most = 0
        # What is behind the text of a literal → number of triples; nothing, a tag, a datatype.
        self.endings: dict[bytes, int] = defaultdict(int)
        self.classes: dict[bytes, int] = defaultdict(int)
        self.values: dict[bytes, int] = defaultdict(int)
        self.example = b""
        self.has_many = False

    def add(self, values: Sequence[bytes]) -> None:
        """Count the values that one thing has."""
        self.subjects += 1
        self.most = max(self.most, len(values))
        for value in values:
            if value.startswith(b'"'):
                self.endings[value[value.rindex(b'"') + 1 :]] += 1
            if not self.has_many:
                self.count_value(value)
            if not self.example and not value.startswith(b"_:"):
                self.example = value

    def count_value(self, value: bytes) -> None:
        """Count a value, as long as a reader could choose from all of them."""
        if value.startswith(b"<") or _is_short(value):
            self.values[value] += 1
        else:
            self.has_many = True
        if self.has_many or len(self.values) > _MOST_VALUES:
            self.has_many = True
            self.values.clear()

    def finished(self, triples: int) -> PropertyPartition:
        """Return the counts with names as texts."""
        datatypes: Counter[str] = Counter()
        for ending, count in self.endings.items():
            datatypes[_datatype(ending)] += count
        return PropertyPartition(
            triples=triples,
            subjects=self.subjects,
            most=self.most,
            datatypes=datatypes,
            classes=Counter({name[1:-1].decode(): n for name, n in self.classes.items()}),
            example=self.example.decode(),
            values=Counter({value.decode(): n for value, n in self.values.items()}),
            has_many=self.has_many,
        )


def _is_short(value: bytes) -> bool:
    """Tell whether a value, in N-Triples, is a literal that a reader could choose."""
    if not value.startswith(b'"'):
        return False
    text = value[1 : value.rindex(b'"')]
    if len(text) <= _LONGEST_VALUE:
        return True
    if b"\\" not in text:
        return len(text.decode()) <= _LONGEST_VALUE
    (quad,) = parse(b"<x:x> <x:x> " + value + b" .", format=RdfFormat.N_TRIPLES)
    return isinstance(quad.object, Literal) and len(quad.object.value) <= _LONGEST_VALUE


def _datatype(ending: bytes) -> str:
    """Return the datatype of a literal by what is behind its text."""
    if not ending:
        return iri("xsd:string")
    return iri("rdf:langString") if ending.startswith(b"@") else ending[3:-1].decode()


class _PartitionReader:
    """Counts subject after subject, and notes the links: what they lead to may come later."""

    def __init__(self, links: Sorter) -> None:
        self._links = links
        self._noted: list[bytes] = []
        self._number = 0
        self._kind_numbers: dict[tuple[bytes, ...], int] = {}
        self._column_numbers: dict[tuple[tuple[bytes, ...], bytes], int] = {}
        # Class → its partition; its properties are counted in columns.
        self.classes: dict[bytes, ClassPartition] = {}
        self._columns: dict[tuple[bytes, bytes], _Column] = {}
        self._triples: dict[tuple[tuple[bytes, ...], bytes], int] = defaultdict(int)
        # What things are together, and what is counted together for a property of theirs.
        self.kinds: list[tuple[bytes, ...]] = []
        self.columns: list[list[_Column]] = []

    def count(self, subject: bytes, lines: Sequence[bytes]) -> None:
        """Count what is said of one subject."""
        start = len(subject) + 1
        values: dict[bytes, list[bytes]] = {}
        types: set[bytes] = set()
        for line in lines:
            predicate, value = line[start : -len(END)].split(b" ", 1)
            if predicate == _TYPE and value.startswith(b"<"):
                types.add(value)
            elif predicate in values:
                values[predicate].append(value)
            else:
                values[predicate] = [value]
        if types:
            self._count_as(tuple(sorted(types)), subject, values)

    def _count_as(
        self, kinds: tuple[bytes, ...], subject: bytes, values: Mapping[bytes, Sequence[bytes]]
    ) -> None:
        digest = int.from_bytes(blake2b(subject, digest_size=16).digest())
        for kind in kinds:
            of_class = self.classes.setdefault(kind, ClassPartition())
            of_class.entities += 1
            of_class.members += digest
            if not of_class.example and subject.startswith(b"<"):
                of_class.example = subject[1:-1].decode()
        if kinds not in self._kind_numbers:
            self._kind_numbers[kinds] = len(self.kinds)
            self.kinds.append(kinds)
        note = self._noted.append
        note(b"%b\t%b\t%d\n" % (subject, _MEMBER, self._kind_numbers[kinds]))
        for predicate, of_property in values.items():
            number = self._column_numbers.get((kinds, predicate))
            if number is None:
                number = self._new_column(kinds, predicate)
            self._triples[kinds, predicate] += len(of_property)
            for column in self.columns[number]:
                column.add(of_property)
            for value in of_property:
                if not value.startswith(b'"'):
                    self._number += 1  # lines that are alike would become one
                    note(b"%b\t%b\t%d\t%d\n" % (value, _LINK, number, self._number))
        if len(self._noted) > _MOST_NOTED:
            self._links.extend(self._noted)
            self._noted = []

    def _new_column(self, kinds: tuple[bytes, ...], predicate: bytes) -> int:
        number = self._column_numbers[kinds, predicate] = len(self.columns)
        together = [self._columns.setdefault((kind, predicate), _Column()) for kind in kinds]
        self.columns.append(together)
        return number

    def close(self) -> None:
        """Write the links that are left."""
        self._links.extend(self._noted)
        self._links.close()

    def finished(self, kind: bytes) -> ClassPartition:
        """Return the partition of a class, its properties in the order in which they came."""
        partition = self.classes[kind]
        triples: dict[bytes, int] = defaultdict(int)
        for (kinds, predicate), count in self._triples.items():
            if kind in kinds:
                triples[predicate] += count
        for predicate, count in triples.items():
            name = predicate[1:-1].decode()
            partition.properties[name] = self._columns[kind, predicate].finished(count)
        return partition


def _count_linked(
    columns: Sequence[Sequence[_Column]],
    kinds: Sequence[tuple[bytes, ...]],
    lines: Iterator[bytes],
) -> None:
    """Count the classes of what is linked: lines of a thing come before those of links to it."""
    counts: Counter[tuple[int, int]] = Counter()
    for _, of_thing in blocks_of_subjects(lines, b"\t"):
        _, mark, rest = of_thing[0][:-1].split(b"\t", 2)
        if mark == _MEMBER:
            number = int(rest)
            counts.update((int(line.split(b"\t", 3)[2]), number) for line in of_thing[1:])
    for (column, number), count in counts.items():
        for each in columns[column]:
            for kind in kinds[number]:
                each.classes[kind] += count
