"""In which order and under which headings properties stand on a page: the shapes say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal

from publisher.query.engine import Engine, Solution
from publisher.rdf.namespaces import iri, read_viewer

_LAST = 1_000_000.0
# A norm is what so many of all things share; what differs from it is worth a second look.
_NORM = 0.75
_CONCEPT = iri("skos:Concept")
_SOURCE = iri("dcterms:source")
_QUERY = """
PREFIX dash: <http://datashapes.org/dash#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?class ?path ?order ?groupOrder ?name ?group ?least ?most ?kind ?viewer WHERE {
    ?shape sh:targetClass ?class ; sh:property ?property .
    ?property sh:path ?path .
    FILTER(isIRI(?path))
    OPTIONAL { ?property sh:order ?order . }
    OPTIONAL { ?property sh:name ?name . }
    OPTIONAL { ?property sh:minCount ?least . }
    OPTIONAL { ?property sh:maxCount ?most . }
    OPTIONAL { ?property sh:class ?kind . }
    OPTIONAL { ?property dash:viewer ?viewer . }
    OPTIONAL {
        ?property sh:group ?g .
        ?g rdfs:label ?group .
        OPTIONAL { ?g sh:order ?groupOrder . }
    }
}
ORDER BY ?class ?path ?order ?name ?group ?viewer
"""
_INVERSE = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?class ?path ?name WHERE {
    ?shape sh:targetClass ?class ; sh:property ?property .
    ?property sh:path ?there ; sh:name ?name .
    ?there sh:inversePath ?path .
    FILTER(isIRI(?path))
}
ORDER BY ?class ?path ?name
"""
_USUAL_VALUES = """
SELECT ?class ?path ?value (COUNT(?thing) AS ?count) WHERE {
    VALUES (?class ?path) { %s }
    ?thing a ?class ; ?path ?value .
}
GROUP BY ?class ?path ?value
ORDER BY ?class ?path ?count ?value
"""


@dataclass
class PropertyLayout:
    """Position and display of a property on the page of a class.

    Attributes:
        group_order: Order of its group.
        order: Its order within the group.
        names: What the shape calls it, by language.
        groups: What the group is called, by language.
        concepts: Whether its values are concepts.
        least: How many values there must be.
        most: How many there may be.
        viewer: How they are shown (DASH); empty for as usual.
    """

    group_order: float = _LAST
    order: float = _LAST
    names: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    concepts: bool = False
    least: float = 0
    most: float = _LAST
    viewer: str = ""

    @property
    def marks(self) -> bool:
        """Tell whether it tells things apart: each has exactly one concept of a list."""
        return self.concepts and self.least == self.most == 1


def _number(row: Solution, name: str, default: float = _LAST) -> float:
    term = row.get(name)
    return float(term.value) if isinstance(term, Literal) else default


class Layout:
    """Class → property → where it is."""

    def __init__(self, engine: Engine) -> None:
        """Ask the engine for the shapes of the release."""
        self._classes: dict[str, dict[str, PropertyLayout]] = {}
        for row in engine.rows(_QUERY):
            properties = self._classes.setdefault(row["class"].value, {})
            _place(properties.setdefault(row["path"].value, PropertyLayout()), row)
        self._norms = self._read_norms(engine)
        self._inverse: dict[tuple[str, str, str], str] = {}
        for row in engine.rows(_INVERSE):
            if isinstance(row["name"], Literal):
                key = (row["class"].value, row["path"].value, row["name"].language or "")
                self._inverse.setdefault(key, row["name"].value)

    def _read_norms(self, engine: Engine) -> Mapping[tuple[str, str], str]:
        """Return class and property → the concept that most things are marked with, if one is."""
        marks = [(c, p) for c, placed in self._classes.items() for p in placed if placed[p].marks]
        if not marks:
            return {}
        pairs = " ".join(f"(<{name}> <{path}>)" for name, path in marks)
        counts: dict[tuple[str, str], dict[str, int]] = {}
        for row in engine.rows(_USUAL_VALUES % pairs):
            of_mark = counts.setdefault((row["class"].value, row["path"].value), {})
            of_mark[row["value"].value] = int(row["count"].value)
        return {
            mark: commonest
            for mark, concepts in counts.items()
            for commonest in [max(concepts, key=lambda concept: (concepts[concept], concept))]
            if concepts[commonest] >= _NORM * sum(concepts.values())
        }

    def of(self, classes: Iterable[str]) -> Mapping[str, PropertyLayout]:
        """Return property → placing for a thing of some classes; the first to place it wins."""
        merged: dict[str, PropertyLayout] = {}
        for name in classes:
            for path, placing in self._classes.get(name, {}).items():
                merged.setdefault(path, placing)
        return merged

    def inverse(self, classes: Iterable[str], path: str, language: str) -> str:
        """Return what the shapes of some classes call the links to their things by a property.

        Empty when they have no name for them in a language.
        """
        names = (self._inverse.get((name, path, language)) for name in classes)
        return next(filter(None, names), "")

    def is_usual(self, classes: Iterable[str], path: str, concept: str) -> bool:
        """Tell whether things of some classes are marked so as a rule, or there is no rule."""
        norms = (self._norms.get((name, path)) for name in classes)
        return next((norm == concept for norm in norms if norm), True)

    def closeness(self, name: str) -> int:
        """Return how many properties the shapes describe for a class."""
        return len(self._classes.get(name, {}))

    def must_be_sourced(self, classes: Iterable[str]) -> bool:
        """Tell whether the shapes demand a source of things of some class.

        Such a thing (a count, a claim, an event) is itself a fact, and its source is the fact's.
        """
        sources = (self._classes.get(name, {}).get(_SOURCE) for name in classes)
        return any(placing is not None and placing.least > 0 for placing in sources)

    def described(self) -> list[str]:
        """Return the classes that the shapes describe."""
        return list(self._classes)


def _place(placing: PropertyLayout, row: Solution) -> None:
    """Add what one solution says; several shapes may speak of one property."""
    placing.order = min(placing.order, _number(row, "order"))
    placing.group_order = min(placing.group_order, _number(row, "groupOrder"))
    placing.least = max(placing.least, _number(row, "least", 0))
    placing.most = min(placing.most, _number(row, "most"))
    viewer = row.get("viewer")
    placing.viewer = placing.viewer or (read_viewer(viewer.value) if viewer is not None else "")
    kind = row.get("kind")
    placing.concepts = placing.concepts or (kind is not None and kind.value == _CONCEPT)
    for key, texts in (("name", placing.names), ("group", placing.groups)):
        term = row.get(key)
        if isinstance(term, Literal):
            texts.setdefault(term.language or "", term.value)
