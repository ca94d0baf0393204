"""Shapes and what is said of the things they target → tables and their columns."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import BlankNode, Literal

from publisher.namespaces import LABELS, PREFIXES, iri, shorten
from publisher.release.tables.subjects import Subjects, Term, called
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
    Column,
)

# Parameters of a table's address that are no columns.
RESERVED = ("q", "sort", "page", "lang", "column", "format")
# A column with at most so many different values is a facet.
FACET_VALUES = 30
# Longer texts crowd a page of a table; readers ask for them.
_LONGEST_USUAL = 120
_SEPARATORS = ("|", "¦", "‖", "\N{SYMBOL FOR UNIT SEPARATOR}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LAST = 1_000_000.0
_NUMBERS = {
    iri(f"xsd:{name}")
    for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
}
_DATES = {iri(f"xsd:{name}") for name in ("date", "dateTime", "gYear", "gYearMonth")}
_BOOLEAN = iri("xsd:boolean")
_TYPE = iri("rdf:type")

Values = Sequence[tuple[Term, ...]]


def kebab(name: str) -> str:
    """Return the words of a name with hyphens.

    >>> [kebab(name) for name in ("ClusterInitiative", "OWLClass", "S3Area")]
    ['cluster-initiative', 'owl-class', 's-3-area']
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "-".join(word.lower() for word in _WORD.findall(plain)) or "thing"


def local(name: str) -> str:
    """Return the last part of an IRI.

    >>> local("https://schema.org/Certification")
    'Certification'
    """
    return re.split(r"[/#:]", name.rstrip("/#"))[-1]


def slugs(classes: Iterable[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return class → its name in addresses; classes that share a name get their prefix.

    >>> slugs(["https://schema.org/Lake", "https://e.org/def#Lake"], {"w": "https://e.org/def#"})
    {'https://schema.org/Lake': 'schema-lake', 'https://e.org/def#Lake': 'w-lake'}
    """
    wanted = {name: kebab(local(name)) for name in classes}
    shared = {slug for slug, count in Counter(wanted.values()).items() if count > 1}
    taken: set[str] = set()
    for name, slug in wanted.items():
        if slug in shared:
            prefix, colon, _ = shorten(name, {**PREFIXES, **prefixes}).partition(":")
            slug = f"{prefix}-{slug}" if colon and not prefix.startswith("http") else slug
        number = 1
        while slug in taken:
            number += 1
            slug = f"{wanted[name]}-{number}"
        taken.add(slug)
        wanted[name] = slug
    return wanted


def targets(shapes: Subjects) -> dict[str, list[str]]:
    """Return class → the shapes that target it."""
    found: dict[str, list[str]] = {}
    for shape in shapes:
        for name in shapes.nodes(shape, iri("sh:targetClass")):
            found.setdefault(name, []).append(shape)
    return found


def _placed(shapes: Subjects, of_class: Sequence[str]) -> dict[str, tuple[float, float, str]]:
    """Return property → order of its group, its order, its shape, for the shapes of a class."""
    found: dict[str, tuple[float, float, str]] = {}
    for shape in of_class:
        for part in shapes.nodes(shape, iri("sh:property")):
            for path in shapes.values(part, iri("sh:path")):
                if isinstance(path, BlankNode) or path.value == _TYPE:
                    continue
                group = (*shapes.nodes(part, iri("sh:group")), "")[0]
                place = (_order(shapes, group), _order(shapes, part), part)
                found[path.value] = min(place, found.get(path.value, place))
    return found


def _order(shapes: Subjects, subject: str) -> float:
    orders = shapes.values(subject, iri("sh:order"))
    return float(orders[0].value) if orders else _LAST


def columns(
    shapes: Subjects,
    of_class: Sequence[str],
    things: Sequence[str],
    subjects: Subjects,
    prefixes: Mapping[str, str],
) -> Iterator[Column]:
    """Yield the columns of a class: its label, then every property that some thing has.

    Args:
        shapes: The graph of the shapes.
        of_class: The shapes of the class.
        things: The things of the class.
        subjects: What is said of them.
        prefixes: For properties with the same local name.
    """
    placed = _placed(shapes, of_class)
    used = Counter(path for thing in things for path in subjects.of(thing) if path in LABELS)
    label = max(LABELS, key=lambda path: (used[path], -LABELS.index(path)))
    if used[label]:
        placed[label] = (-1, -1, placed.get(label, (0, 0, ""))[2])
    ordered = sorted(placed, key=lambda path: (*placed[path][:2], path))
    names = _names([path for path in ordered if path != label], prefixes) | {label: LABEL}
    for path in ordered:
        values = [subjects.values(thing, path) for thing in things]
        values = [tuple(t for t in found if not isinstance(t, BlankNode)) for found in values]
        if any(values):
            titles = called(shapes.values(placed[path][2], iri("sh:name")))
            titles = titles or subjects.names(path)
            yield _column(names[path], path, titles, values, subjects)


def _names(paths: Sequence[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return property → name of its column; what is taken gets the prefix in front."""
    wanted = {path: re.sub(r"\W", "_", local(path), flags=re.ASCII).strip("_") for path in paths}
    counts = Counter(name.lower() for name in wanted.values())
    found: dict[str, str] = {}
    for path, name in wanted.items():
        if counts[name.lower()] > 1 or name.lower() in (*RESERVED, ID, LABEL, ""):
            prefix, colon, _ = shorten(path, {**prefixes, **PREFIXES}).partition(":")
            name = f"{prefix}{JOINT}{name}" if colon and len(prefix) < 16 else f"p{JOINT}{name}"
        number = 1
        while name in found.values():
            number += 1
            name = f"{wanted[path]}{JOINT}{number}"
        found[path] = name
    return found


def _column(
    name: str, path: str, titles: Mapping[str, str], values: Values, subjects: Subjects
) -> Column:
    terms = {term for found in values for term in found}
    kind = _kind(terms)
    datatypes = {t.datatype.value if isinstance(t, Literal) else "" for t in terms}
    # Of one property with languages, several values in one language are several values.
    most = max(len(found) for found in values)
    if kind == TEXT:
        most = max(max(_by_language(found).values(), default=0) for found in values)
    languages: set[str] = set()
    if kind == TEXT:
        languages = {t.language or "" for t in terms if isinstance(t, Literal)}
    elif kind == LINK:
        languages = {tag for term in terms for tag in subjects.names(term.value)}
    texts = {term.value for term in terms}
    if kind == LINK:
        texts |= {n for term in terms for n in subjects.names(term.value).values()}
    return Column(
        name=name,
        path=path,
        titles=dict(sorted(titles.items())) or {"": name},
        kind=kind,
        datatype=datatypes.pop() if len(datatypes) == 1 else "",
        languages=tuple(sorted(languages)),
        named=_named(terms, subjects) if kind == LINK else (),
        separator=_separator(texts) if most > 1 else "",
        facet=kind in (LINK, TRUTH)
        and 1 < len(terms) <= FACET_VALUES
        and len(terms) < sum(map(len, values)),
        usual=len(terms) > 1
        and sum(map(bool, values)) * 2 >= len(values)
        and max(map(len, texts)) <= _LONGEST_USUAL,
    )


def _named(terms: Iterable[Term], subjects: Subjects) -> tuple[str, ...]:
    """Return the properties that name the things, each by the first that names it."""
    said = [subjects.of(term.value) for term in terms]
    first = {next((path for path in LABELS if path in found), "") for found in said}
    return tuple(path for path in LABELS if path in first)


def _by_language(terms: Iterable[Term]) -> Counter[str]:
    return Counter(t.language or "" for t in terms if isinstance(t, Literal))


def _kind(terms: Iterable[Term]) -> str:
    if all(not isinstance(term, Literal) for term in terms):
        return LINK
    literals = [term for term in terms if isinstance(term, Literal)]
    if any(literal.language for literal in literals):
        return TEXT
    datatypes = {literal.datatype.value for literal in literals}
    for kind, known in ((NUMBER, _NUMBERS), (DATE, _DATES), (TRUTH, {_BOOLEAN})):
        if datatypes <= known and len(literals) == len(list(terms)):
            return kind
    return PLAIN


def _separator(texts: Iterable[str]) -> str:
    """Return the first separator that stands in no text; the last one when all do."""
    written = set("".join(texts))
    return next((s for s in _SEPARATORS if s not in written), _SEPARATORS[-1])
