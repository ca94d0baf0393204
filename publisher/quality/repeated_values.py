"""Do names that repeat a value still give the value that the data has? "105 medlemmar", value 106.

Which names repeat which values is learnt from the folder: a property counts as repeated in the
names of a class when most of its things have the number, or the year, in theirs. What then has
another number in its place is reported: somebody changed the one and forgot the other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from publisher.findings import Finding
from publisher.load.files import Role
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rdf.namespaces import LABELS, iri
from publisher.rdf.sorted_files import blocks_of_subjects, read_lines
from publisher.rule_settings import RULES

_RULE = RULES["repeated-values"]
_TYPE = iri("rdf:type")
_NUMBERS = frozenset(
    iri(f"xsd:{name}")
    for name in ("integer", "decimal", "double", "int", "long", "nonNegativeInteger")
)
_DATES = frozenset(iri(f"xsd:{name}") for name in ("date", "gYear", "gYearMonth", "dateTime"))
# So many things, and so great a part of them, make a habit.
_LEAST, _LEAST_SHARE = 3, 0.75
_LABEL_NAMES = frozenset(f"<{path}>".encode() for path in LABELS)
_TYPE_NAME = f"<{_TYPE}>".encode()
_NAMES = tuple(name + b' "' for name in sorted(_LABEL_NAMES))
_CLASSES = _TYPE_NAME + b" <"
_COUNTED = frozenset(name.encode() for name in _NUMBERS | _DATES)
# Quotation marks in texts are escaped.
_DATATYPE = re.compile(rb'(?<!\\)"\^\^<([^>]*)>')
_DIGIT = re.compile(rb"[0-9]")
_WRITTEN = re.compile(r"\d+(?:[.,]\d+)?")
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f.,](?=\d{3}(?!\d))")

Pair = tuple[str, str]


@dataclass(frozen=True)
class RepeatingName:
    """A name of a thing that has numbers.

    Attributes:
        thing: IRI.
        path: IRI of the property that gives the name.
        literal: The name.
        values: Property → its numbers and years, as they are written in digits.
    """

    thing: str
    path: str
    literal: Literal
    values: Mapping[str, frozenset[str]]

    @cached_property
    def numbers(self) -> list[str]:
        """Return the numbers in the name."""
        return numbers_in(self.literal.value)

    def repeats(self, path: str) -> bool:
        """Tell whether the name gives the value of a property."""
        return not self.values[path].isdisjoint(self.numbers)

    @property
    def strange(self) -> list[str]:
        """Return the numbers in the name that are no value of the thing."""
        known = {value for found in self.values.values() for value in found}
        return [number for number in self.numbers if number not in known]


def numbers_in(words: str) -> list[str]:
    """Return the numbers in a text, without separators of thousands.

    >>> numbers_in("1 105 members in 2015, 3,5 %")
    ['1105', '2015', '3.5']
    """
    return [found.replace(",", ".") for found in _WRITTEN.findall(_THOUSANDS.sub("", words))]


@dataclass(frozen=True)
class LaggingName:
    """A name that gives another number than the value which it repeats.

    Attributes:
        name: The name.
        path: IRI of the property whose value it repeats.
    """

    name: RepeatingName
    path: str

    @property
    def correction(self) -> tuple[str, str] | None:
        """Return the number in the name and the one that belongs there; None when it is unclear."""
        strange, values = self.name.strange, sorted(self.name.values[self.path])
        return (strange[0], values[0]) if len(strange) == len(values) == 1 else None


def check_repeated_values(sources: Sources) -> Iterator[Finding]:
    """Yield a finding for each name that gives another number than the value it repeats."""
    for each in find_lagging_names(sources):
        yield _finding(each.name, each.path)


def find_lagging_names(sources: Sources) -> Iterator[LaggingName]:
    """Yield the names that give another number than the value they repeat."""
    everyone: Counter[Pair] = Counter()
    repeating: Counter[Pair] = Counter()
    for kind, name in _names(sources, everyone):
        for path in name.values:
            everyone[kind, path] += 1
            repeating[kind, path] += name.repeats(path)
    habits = {
        pair
        for pair, count in everyone.items()
        if max(_LEAST, _LEAST_SHARE * count) <= repeating[pair] < count
    }
    seen: set[tuple[str, str]] = set()
    for kind, name in _names(sources) if habits else ():
        for path in name.values:
            is_lacking = (kind, path) in habits and not name.repeats(path) and name.strange
            if is_lacking and (name.thing, str(name.literal)) not in seen:
                seen.add((name.thing, str(name.literal)))
                yield LaggingName(name, path)


def _names(
    sources: Sources, others: Counter[Pair] | None = None
) -> Iterator[tuple[str, RepeatingName]]:
    """Yield the names of the things in the data that have numbers, with each class of the thing.

    Names of things that have no digit in any of theirs are only counted.
    """
    graphs = {f"<{sources.base_iri}{file.source.graph}>" for file in sources.of_role(Role.DATA)}
    ends = tuple(f" {graph} .\n".encode() for graph in sorted(graphs))
    for subject, lines in blocks_of_subjects(read_lines(sources.sorted_sources.quads)):
        start = len(subject) + 1
        counted = [line for line in lines if _is_counted(line, start) and line.endswith(ends)]
        if not counted or not subject.startswith(b"<"):
            continue
        named = [line for line in lines if line.startswith(_NAMES, start) and line.endswith(ends)]
        # The rest of what is said tells nothing here, and most things have no digit in their names.
        classes = [x for x in lines if x.startswith(_CLASSES, start) and x.endswith(ends)]
        said = classes + named + counted
        if not any(_DIGIT.search(line, line.index(b'"'), line.rfind(b'"')) for line in named):
            if others is not None:
                _count(said, others)
            continue
        kinds: list[str] = []
        labels: list[tuple[str, Literal]] = []
        values: dict[str, set[str]] = defaultdict(set)
        for quad in parse(b"".join(said), format=RdfFormat.N_QUADS):
            _sort(quad.triple, kinds, labels, values)
        known = {path: frozenset(found) for path, found in values.items()}
        thing = subject[1:-1].decode()
        for kind in kinds if known else ():
            for path, label in labels:
                yield kind, RepeatingName(thing, path, label, known)


def _count(said: Iterable[bytes], others: Counter[Pair]) -> None:
    """Count the names of a thing for each of its classes and of its properties with numbers."""
    kinds: list[str] = []
    paths: set[str] = set()
    labels = 0
    for line in said:
        _, predicate, rest = line.split(b" ", 2)
        if predicate == _TYPE_NAME:
            kinds.append(rest[1 : rest.index(b">")].decode())
        elif predicate in _LABEL_NAMES:
            labels += rest.startswith(b'"')
        elif (found := _DATATYPE.search(rest)) and found[1] in _COUNTED:
            paths.add(predicate[1:-1].decode())
    for kind in kinds if labels else ():
        for path in paths:
            others[kind, path] += labels


def _is_counted(line: bytes, start: int) -> bool:
    """Tell whether a line, whose property is at ``start``, gives a number or date, and no name."""
    position = line.rfind(b'"^^<') + 4
    return (
        position > 4
        and line[position : line.index(b">", position)] in _COUNTED
        and not line.startswith(_NAMES, start)
    )


def _sort(
    triple: Triple,
    kinds: list[str],
    labels: list[tuple[str, Literal]],
    values: Mapping[str, set[str]],
) -> None:
    path, value = triple.predicate.value, triple.object
    if path == _TYPE and isinstance(value, NamedNode):
        kinds.append(value.value)
    elif isinstance(value, Literal):
        if path in LABELS:
            labels.append((path, value))
        elif written := _digits(value):
            values[path].add(written)


def _digits(literal: Literal) -> str:
    """Return a number, or the year of a date, in digits; empty for another value."""
    if literal.datatype.value in _DATES:
        return literal.value.partition("-")[0] if literal.value[:1].isdigit() else ""
    if literal.datatype.value not in _NUMBERS:
        return ""
    try:
        number = Decimal(literal.value).normalize()
    except InvalidOperation:
        return ""
    return format(number, "f") if number.is_finite() else ""


def _finding(name: RepeatingName, path: str) -> Finding:
    value = ", ".join(sorted(name.values[path]))
    return Finding(
        _RULE.severity,
        text(
            "“{name}” says {number}, and the value is {value}. Write the same in both.",
            name=name.literal.value,
            number=", ".join(name.strange),
            value=value,
        ),
        rule=_RULE.name,
        focus_node=name.thing,
        path=name.path,
        value=str(name.literal),
    )
