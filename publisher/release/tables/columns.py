"""Shapes and what is said of the things they target → tables and their columns."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from publisher.rdf.namespaces import LABELS, PREFIXES, iri, shorten
from publisher.rdf.subjects import Subjects, called
from publisher.release.tables.paths import Reach, is_property, read_path, steps
from publisher.release.tables.table import ID, JOINT, LABEL, LINK, TEXT, TRUTH, Column
from publisher.release.tables.tally import FACET_VALUES, Tally

# Parameters of a table's address that are no columns.
RESERVED = ("q", "sort", "page", "lang", "column", "format")
# Longer texts crowd a page of a table; readers ask for them.
_LONGEST_USUAL = 120
_SEPARATORS = ("|", "¦", "‖", "\N{SYMBOL FOR UNIT SEPARATOR}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LAST = 1_000_000.0
_TYPE = iri("rdf:type")

Place = tuple[float, float, str]


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


def placed(shapes: Subjects, of_class: Sequence[str]) -> dict[str, Place]:
    """Return path → order of its group, its order, its shape, for the shapes of a class."""
    found: dict[str, Place] = {}
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
                place = (_order(shapes, group), _order(shapes, part), part)
                found[path] = min(place, found.get(path, place))
    # What must equal another property would be the same column again.
    return {path: found[path] for path in found if not found.keys() & equal.get(path, ())}


def _order(shapes: Subjects, subject: str) -> float:
    orders = shapes.values(subject, iri("sh:order"))
    return float(orders[0].value) if orders else _LAST


def columns(
    shapes: Subjects,
    of_class: Sequence[str],
    things: Sequence[str],
    subjects: Subjects,
    reach: Reach,
    prefixes: Mapping[str, str],
) -> Iterator[Column]:
    """Yield the columns of a class: its label, then every property that some thing has.

    Args:
        shapes: The graph of the shapes.
        of_class: The shapes of the class.
        things: The things of the class.
        subjects: What is said of them.
        reach: Where paths lead from them.
        prefixes: For properties with the same local name.
    """
    places = placed(shapes, of_class)
    tallies = {path: Tally() for path in (*places, *LABELS)}
    for thing in things:
        for path, terms in reach.said(thing, tallies).items():
            tallies[path].add(terms, subjects)
    label = max(LABELS, key=lambda path: (tallies[path].said, -LABELS.index(path)))
    if tallies[label].said:
        places[label] = (-1, -1, places.get(label, (0, 0, ""))[2])
    ordered = sorted(places, key=lambda path: (*places[path][:2], path))
    names = _names([path for path in ordered if path != label], prefixes) | {label: LABEL}
    for path in ordered:
        if tallies[path].filled:
            titles = called(shapes.values(places[path][2], iri("sh:name")))
            titles = titles or (subjects.names(path) if is_property(path) else {})
            yield _column(names[path], path, titles, tallies[path], len(things))


def _names(paths: Sequence[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return property → name of its column; what is taken gets the prefix in front."""
    wanted = {path: re.sub(r"\W", "_", _short(path), flags=re.ASCII).strip("_") for path in paths}
    counts = Counter(name.lower() for name in wanted.values())
    found: dict[str, str] = {}
    for path, name in wanted.items():
        if counts[name.lower()] > 1 or name.lower() in (*RESERVED, ID, LABEL, ""):
            prefix, colon, _ = shorten(steps(path)[0].path, {**prefixes, **PREFIXES}).partition(":")
            name = f"{prefix}{JOINT}{name}" if colon and len(prefix) < 16 else f"p{JOINT}{name}"
        number = 1
        while name in found.values():
            number += 1
            name = f"{wanted[path]}{JOINT}{number}"
        found[path] = name
    return found


def _short(path: str) -> str:
    """Return what a column is named after.

    >>> _short("^<https://e.org/def#flowsInto>/<https://e.org/def#label>")
    'inverse_flowsInto_label'
    """
    words = (f"inverse{JOINT}" * step.is_inverse + local(step.path) for step in steps(path))
    return JOINT.join(words)


def _column(name: str, path: str, titles: Mapping[str, str], tally: Tally, things: int) -> Column:
    kind = tally.kind
    # Of one property with languages, several values in one language are several values.
    most = tally.most_in_language if kind == TEXT else tally.most
    languages = tally.languages if kind == TEXT else tally.named_in if kind == LINK else set()
    written = tally.written | tally.written_in_names if kind == LINK else tally.written
    longest = max(tally.longest, tally.longest_name if kind == LINK else 0)
    different = len(tally.different)
    return Column(
        name=name,
        path=path,
        titles=dict(sorted(titles.items())) or {"": name},
        kind=kind,
        datatype=next(iter(tally.datatypes)) if len(tally.datatypes) == 1 else "",
        languages=tuple(sorted(languages)),
        named=tuple(p for p in LABELS if p in tally.named_by) if kind == LINK else (),
        separator=_separator(written) if most > 1 else "",
        facet=kind in (LINK, TRUTH) and 1 < different <= FACET_VALUES and different < tally.values,
        usual=different > 1 and tally.filled * 2 >= things and longest <= _LONGEST_USUAL,
    )


def _separator(written: set[str]) -> str:
    """Return the first separator that stands in no text; the last one when all do."""
    return next((s for s in _SEPARATORS if s not in written), _SEPARATORS[-1])
