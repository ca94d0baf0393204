"""Do names that repeat a value still give the value that the data has? "105 medlemmar", value 106.

Which names repeat which values is learnt from the folder: a property counts as repeated in the
names of a class when most of its things have the number, or the year, in theirs. What then has
another number in its place is reported: somebody changed the one and forgot the other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import groupby

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.findings import Finding
from publisher.load.files import Role
from publisher.load.parse import SourceFile, find_line
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rdf.namespaces import LABELS, iri
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
# Files that nobody writes by hand are passed over: reading them again would take long.
_LARGEST_BYTES = 8 << 20
_WRITTEN = re.compile(r"\d+(?:[.,]\d+)?")
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f.,](?=\d{3}(?!\d))")

Pair = tuple[str, str]


@dataclass(frozen=True)
class RepeatingName:
    """A name of a thing that has numbers.

    Attributes:
        file: Where it stands.
        thing: IRI.
        path: IRI of the property that gives the name.
        literal: The name.
        values: Property → its numbers and years, as they are written in digits.
    """

    file: SourceFile
    thing: str
    path: str
    literal: Literal
    values: Mapping[str, frozenset[str]]

    @property
    def strange(self) -> list[str]:
        """Return the numbers in the name that are no value of the thing."""
        known = {value for found in self.values.values() for value in found}
        return [number for number in numbers_in(self.literal.value) if number not in known]


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
    names: dict[Pair, list[RepeatingName]] = defaultdict(list)
    for file in sources.files:
        if file.role is Role.DATA and len(file.text) <= _LARGEST_BYTES:
            for kind, name in _names(file):
                for path in name.values:
                    names[kind, path].append(name)
    seen: set[tuple[str, str]] = set()
    for (_, path), found in names.items():
        for name in _differing(path, found):
            if (name.thing, str(name.literal)) not in seen:
                seen.add((name.thing, str(name.literal)))
                yield LaggingName(name, path)


def _differing(path: str, names: Sequence[RepeatingName]) -> Iterator[RepeatingName]:
    """Yield the names that lack the value of a property which most of the others repeat."""
    lacking = [n for n in names if not n.values[path] & set(numbers_in(n.literal.value))]
    repeating = len(names) - len(lacking)
    if repeating >= _LEAST and repeating >= _LEAST_SHARE * len(names):
        yield from (name for name in lacking if name.strange)


def _names(file: SourceFile) -> Iterator[tuple[str, RepeatingName]]:
    """Yield the names of the things of a file that have numbers, each with a class of the thing."""
    for subject, triples in groupby(file.triples, key=lambda triple: triple.subject):
        if isinstance(subject, BlankNode):
            continue
        kinds: list[str] = []
        labels: list[tuple[str, Literal]] = []
        values: dict[str, set[str]] = defaultdict(set)
        for triple in triples:
            _sort(triple, kinds, labels, values)
        known = {path: frozenset(found) for path, found in values.items()}
        for kind in kinds if known else ():
            for path, label in labels:
                yield (
                    kind,
                    RepeatingName(file, str(getattr(subject, "value", "")), path, label, known),
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
        file=name.file.name,
        line=find_line(name.file, name.thing, name.path),
        focus_node=name.thing,
        path=name.path,
        value=str(name.literal),
    )
