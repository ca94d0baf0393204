"""Shapes and what is said of the things they target → tables and their columns."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import BlankNode, Literal

from publisher.messages import text
from publisher.rdf.namespaces import LABELS, PREFIXES, iri, shorten
from publisher.rdf.subjects import Subjects, Term, texts_by_language
from publisher.release.tables.ranges import NumberSample, round_edges, year_edges
from publisher.release.tables.table import (
    DATE,
    ID,
    JOINT,
    LABEL,
    LINK,
    NUMBER,
    PLAIN,
    TEXT,
    TRUTH,
    WHERE,
    Column,
    PathResolver,
    is_property,
    path_steps,
    read_path,
)

# Parameters of a table's address that are no columns.
RESERVED = ("q", "sort", "page", "lang", "column", "format", "missing")
# Longer texts crowd a page of a table; readers ask for them.
_LONGEST_USUAL = 120
_SEPARATORS = ("|", "¦", "‖", "\N{SYMBOL FOR UNIT SEPARATOR}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LAST = 1_000_000.0
_TYPE = iri("rdf:type")

ColumnOrder = tuple[float, float, str]


def kebab_case(name: str) -> str:
    """Return the words of a name with hyphens.

    >>> [kebab_case(name) for name in ("ClusterInitiative", "OWLClass", "S3Area")]
    ['cluster-initiative', 'owl-class', 's-3-area']
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "-".join(word.lower() for word in _WORD.findall(plain)) or "thing"


def local_name(name: str) -> str:
    """Return the last part of an IRI.

    >>> local_name("https://schema.org/Certification")
    'Certification'
    """
    return re.split(r"[/#:]", name.rstrip("/#"))[-1]


def class_slugs(classes: Iterable[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return class → its name in addresses; classes that share a name get their prefix.

    >>> class_slugs(["https://schema.org/Lake", "https://e.org/def#Lake"], {"w": "https://e.org/def#"})
    {'https://schema.org/Lake': 'schema-lake', 'https://e.org/def#Lake': 'w-lake'}
    """
    slugs = {name: kebab_case(local_name(name)) for name in classes}
    shared = {slug for slug, count in Counter(slugs.values()).items() if count > 1}
    taken: set[str] = set()
    for name, slug in slugs.items():
        if slug in shared:
            prefix, colon, _ = shorten(name, {**PREFIXES, **prefixes}).partition(":")
            slug = f"{prefix}-{slug}" if colon and not prefix.startswith("http") else slug
        number = 1
        while slug in taken:
            number += 1
            slug = f"{slugs[name]}-{number}"
        taken.add(slug)
        slugs[name] = slug
    return slugs


def target_shapes(shapes: Subjects) -> dict[str, list[str]]:
    """Return class → the shapes that target it."""
    by_class: dict[str, list[str]] = {}
    for shape in shapes:
        for name in shapes.nodes(shape, iri("sh:targetClass")):
            by_class.setdefault(name, []).append(shape)
    return by_class


def ordered_paths(shapes: Subjects, of_class: Sequence[str]) -> dict[str, ColumnOrder]:
    """Return path → order of its group, its order, its shape, for the shapes of a class."""
    orders: dict[str, ColumnOrder] = {}
    equal: dict[str, tuple[str, ...]] = {}
    for shape in of_class:
        for part in shapes.nodes(shape, iri("sh:property")):
            for written in shapes.values(part, iri("sh:path")):
                path = read_path(shapes, written)
                if not path or path == _TYPE:
                    continue
                if not is_property(path):
                    same = shapes.nodes(part, iri("sh:equals"))
                    equal[path] = (*equal.get(path, ()), *same)
                group = (*shapes.nodes(part, iri("sh:group")), "")[0]
                position = (_order(shapes, group), _order(shapes, part), part)
                orders[path] = min(position, orders.get(path, position))
    # What must equal another property would be the same column again.
    return {path: orders[path] for path in orders if not orders.keys() & equal.get(path, ())}


def _order(shapes: Subjects, subject: str) -> float:
    orders = shapes.values(subject, iri("sh:order"))
    return float(orders[0].value) if orders else _LAST


class ColumnCounts:
    """The columns of a class while its things are looked at, one after the other."""

    def __init__(
        self,
        shapes: Subjects,
        of_class: Sequence[str],
        subjects: Subjects,
        reach: PathResolver,
        location_path: str,
    ) -> None:
        """Begin with no things.

        Args:
            shapes: The graph of the shapes.
            of_class: The shapes of the class.
            subjects: What is said of its things.
            reach: Where paths lead from them.
            location_path: Leads to all locations of a thing; empty when no property says any.
        """
        self._shapes, self._subjects, self._reach = shapes, subjects, reach
        self._location_path = location_path
        self._places = ordered_paths(shapes, of_class)
        self._tallies = {path: ValueCounts() for path in (*self._places, *LABELS)}
        self._locations = ValueCounts()
        self._things = 0

    def add(self, thing: str) -> None:
        """Count the values of a thing."""
        self._things += 1
        for path, terms in self._reach.values_by_path(thing, self._tallies).items():
            self._tallies[path].add(terms, self._subjects)
        if self._location_path and (terms := self._reach.values(thing, self._location_path)):
            self._locations.add(terms, self._subjects)

    def columns(self, prefixes: Mapping[str, str]) -> tuple[Column, ...]:
        """Return the columns: its label, then every property that some thing has, then where.

        Args:
            prefixes: For properties with the same local name.
        """
        columns = list(self._of_shapes(prefixes))
        where = self._location_column({column.name for column in columns})
        return (*columns, where) if where else tuple(columns)

    def _of_shapes(self, prefixes: Mapping[str, str]) -> Iterator[Column]:
        places, tallies = dict(self._places), self._tallies
        label = max(LABELS, key=lambda path: (tallies[path].said, -LABELS.index(path)))
        if tallies[label].said:
            places[label] = (-1, -1, places.get(label, (0, 0, ""))[2])
        ordered = sorted(places, key=lambda path: (*places[path][:2], path))
        names = _column_names([path for path in ordered if path != label], prefixes)
        names[label] = LABEL
        for path in ordered:
            if tallies[path].filled:
                titles = texts_by_language(self._shapes.values(places[path][2], iri("sh:name")))
                titles = titles or (self._subjects.names(path) if is_property(path) else {})
                yield _column(names[path], path, titles, tallies[path], self._things)

    def _location_column(self, taken: set[str]) -> Column | None:
        """Return the column that says where things are; None where that tells none apart."""
        tally = self._locations
        if len(tally.different) < 2 or WHERE in taken:
            return None
        column = _column(WHERE, self._location_path, text("Where"), tally, self._things)
        # Towns, municipalities, counties in one cell crowd a page; the facet is what it is for.
        return replace(column, facet=len(tally.different) < tally.values, usual=False)


def _column_names(paths: Sequence[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return property → name of its column; what is taken gets the prefix in front."""
    names = {path: _in_ascii(_short_name(path)) for path in paths}
    counts = Counter(name.lower() for name in names.values())
    by_property: dict[str, str] = {}
    for path, name in names.items():
        if counts[name.lower()] > 1 or name.lower() in (*RESERVED, ID, LABEL, ""):
            prefix, colon, _ = shorten(
                path_steps(path)[0].predicate, {**prefixes, **PREFIXES}
            ).partition(":")
            name = f"{prefix}{JOINT}{name}" if colon and len(prefix) < 16 else f"p{JOINT}{name}"
        number = 1
        while name in by_property.values():
            number += 1
            name = f"{names[path]}{JOINT}{number}"
        by_property[path] = name
    return by_property


def _in_ascii(name: str) -> str:
    """Return a name in letters without marks, digits and underscores.

    >>> _in_ascii("går-baklänges"), _in_ascii("år")
    ('gar_baklanges', 'ar')
    """
    plain = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"\W", "_", "".join(plain), flags=re.ASCII).strip("_")


def _short_name(path: str) -> str:
    """Return what a column is named after.

    >>> _short_name("^<https://e.org/def#flowsInto>/<https://e.org/def#label>")
    'inverse_flowsInto_label'
    """
    words = (
        f"inverse{JOINT}" * step.is_inverse + local_name(step.predicate)
        for step in path_steps(path)
    )
    return JOINT.join(words)


def _column(
    name: str, path: str, titles: Mapping[str, str], tally: ValueCounts, things: int
) -> Column:
    kind = tally.kind
    # Of one property with languages, several values in one language are several values.
    most = tally.most_in_language if kind == TEXT else tally.most
    languages = tally.languages if kind == TEXT else tally.named_in if kind == LINK else set()
    written = tally.written | tally.written_in_names if kind == LINK else tally.written
    longest = max(tally.longest, tally.longest_name if kind == LINK else 0)
    different = len(tally.different)
    facet = is_facet(kind, tally, longest)
    return Column(
        name=name,
        path=path,
        titles=dict(sorted(titles.items())) or {"": name},
        kind=kind,
        datatype=next(iter(tally.datatypes)) if len(tally.datatypes) == 1 else "",
        languages=tuple(sorted(languages)),
        named=tuple(p for p in LABELS if p in tally.named_by) if kind == LINK else (),
        separator=_separator(written) if most > 1 else "",
        facet=facet,
        usual=different > 1 and tally.filled * 2 >= things and longest <= _LONGEST_USUAL,
        edges=() if facet or _COORDINATE.search(name) else _edges(kind, tally),
    )


# Half of a place is no quantity; the map divides things by where they are.
_COORDINATE = re.compile(
    r"^(lat|lon|lng|long|latitude?|longitude?|[nexy]|north|east|nord|ost)(ing)?$|sweref|rt_?90",
    re.I,
)


def _edges(kind: str, tally: ValueCounts) -> tuple[str, ...]:
    """Return what divides the values of a column into ranges; empty where they have no order."""
    if kind not in (DATE, NUMBER) or len(tally.datatypes) != 1:
        return ()
    numbers = tally.sample.sorted()
    return year_edges(numbers) if kind == DATE else round_edges(numbers)


def is_facet(kind: str, tally: ValueCounts, longest: int) -> bool:
    """Tell whether a column has values to choose between: few, that come again.

    Years, numbers and short texts must come again and again, or each row would be its own choice.
    """
    different = len(tally.different)
    if not 1 < different < tally.values:
        return False
    if kind in (LINK, TRUTH):
        return different <= FACET_VALUES
    if kind not in (DATE, NUMBER, PLAIN) or len(tally.datatypes) != 1:
        return False
    return (
        different <= _MOST_LITERALS and different * 4 <= tally.values and longest <= _LONGEST_CHOICE
    )


def _separator(written: set[str]) -> str:
    """Return the first separator that is in no text; the last one when all do."""
    return next((s for s in _SEPARATORS if s not in written), _SEPARATORS[-1])


# The values of one property, counted thing by thing; none is kept that does not tell a column.

# A column with at most so many different values is a facet.
FACET_VALUES = 30
# Of years, numbers and texts so many, and no longer ones.
_MOST_LITERALS, _LONGEST_CHOICE = 12, 40
_NUMBERS = {
    iri(f"xsd:{name}")
    for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
}
_DATES = {iri(f"xsd:{name}") for name in ("date", "dateTime", "gYear", "gYearMonth")}
_COUNTABLE = _NUMBERS | _DATES
_YEAR = re.compile(r"[0-9]{4}(?![0-9])")
_BOOLEAN = iri("xsd:boolean")
# So many linked things are remembered for each column.
_MOST_LOOKED_UP = 10_000
# Of a link there is no datatype.
_NO_LANGUAGE = ""


@dataclass
class ValueCounts:
    """What the values of a property are like.

    Attributes:
        said: Things that have the property.
        filled: Things that have a value for it that is no blank node.
        values: Such values of all things.
        most: Most values of one thing.
        most_in_language: Most values of one thing in one language.
        different: Different values, up to one more than a facet may have.
        datatypes: IRIs of datatypes; an empty one for links.
        languages: Language tags.
        written: Those of the separators that are in values.
        longest: Length of the longest value.
        named_in: Languages in which linked things are named.
        named_by: Properties that name them, the first of each; empty for none.
        written_in_names: Those of the separators that are in their names.
        longest_name: Length of the longest name.
        sample: What its numbers are, or the years of its dates.
    """

    said: int = 0
    filled: int = 0
    values: int = 0
    most: int = 0
    most_in_language: int = 0
    different: set[Term] = field(default_factory=set)
    datatypes: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    longest: int = 0
    named_in: set[str] = field(default_factory=set)
    named_by: set[str] = field(default_factory=set)
    written_in_names: set[str] = field(default_factory=set)
    longest_name: int = 0
    sample: NumberSample = field(default_factory=NumberSample, repr=False)
    # Whatever is linked to by many comes back.
    _looked_up: set[str] = field(default_factory=set, repr=False)

    def add(self, terms: Iterable[Term], subjects: Subjects) -> None:
        """Count the values of one thing."""
        values = [term for term in terms if not isinstance(term, BlankNode)]
        self.said += 1
        self.filled += bool(values)
        self.values += len(values)
        self.most = max(self.most, len(values))
        tags: dict[str, int] = {}
        for term in values:
            value = term.value
            if len(self.different) <= FACET_VALUES:
                self.different.add(term)
            self.written.update(s for s in _SEPARATORS if s in value)
            if len(value) > self.longest:
                self.longest = len(value)
            if isinstance(term, Literal):
                datatype = term.datatype.value
                self.datatypes.add(datatype)
                if datatype in _COUNTABLE:
                    self._add_number(value, is_date=datatype in _DATES)
                tag = term.language or ""
                tags[tag] = tags.get(tag, 0) + 1
            else:
                self.datatypes.add(_NO_LANGUAGE)
                self._add_names(value, subjects)
        if tags:
            self.languages.update(tags)
            self.most_in_language = max(self.most_in_language, *tags.values())

    def _add_number(self, written: str, *, is_date: bool) -> None:
        if is_date and not _YEAR.match(written):
            return
        try:
            self.sample.add(float(written[:4] if is_date else written))
        except ValueError:  # a literal whose text its datatype does not have
            return

    def _add_names(self, name: str, subjects: Subjects) -> None:
        if name in self._looked_up:
            return
        if len(self._looked_up) < _MOST_LOOKED_UP:
            self._looked_up.add(name)
        self.named_by.add(subjects.naming_property(name))
        for tag, label in subjects.names(name).items():
            self.named_in.add(tag)
            self.written_in_names.update(s for s in _SEPARATORS if s in label)
            self.longest_name = max(self.longest_name, len(label))

    @property
    def kind(self) -> str:
        """Return what the column holds."""
        if self.datatypes == {_NO_LANGUAGE}:
            return LINK
        if self.languages - {""}:
            return TEXT
        for kind, known in ((NUMBER, _NUMBERS), (DATE, _DATES), (TRUTH, {_BOOLEAN})):
            if self.datatypes <= known:
                return kind
        return PLAIN
