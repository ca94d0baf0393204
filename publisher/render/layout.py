"""In which order and under which headings properties stand on a page: the shapes say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal

from publisher.query.engine import Engine, Row

_LAST = 1_000_000.0
_QUERY = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?class ?path ?order ?groupOrder ?name ?group WHERE {
    ?shape sh:targetClass ?class ; sh:property ?property .
    ?property sh:path ?path .
    FILTER(isIRI(?path))
    OPTIONAL { ?property sh:order ?order . }
    OPTIONAL { ?property sh:name ?name . }
    OPTIONAL {
        ?property sh:group ?g .
        ?g rdfs:label ?group .
        OPTIONAL { ?g sh:order ?groupOrder . }
    }
}
ORDER BY ?class ?path ?order ?name ?group
"""


@dataclass
class Placing:
    """Where a property stands on the page of a class.

    Attributes:
        group_order: Order of its group.
        order: Its order within the group.
        names: What the shape calls it, by language.
        groups: What the group is called, by language.
    """

    group_order: float = _LAST
    order: float = _LAST
    names: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)


def _number(row: Row, name: str) -> float:
    term = row.get(name)
    return float(term.value) if isinstance(term, Literal) else _LAST


class Layout:
    """Class → property → where it stands."""

    def __init__(self, engine: Engine) -> None:
        """Ask the engine for the shapes of the release."""
        self._classes: dict[str, dict[str, Placing]] = {}
        for row in engine.rows(_QUERY):
            properties = self._classes.setdefault(row["class"].value, {})
            placing = properties.setdefault(row["path"].value, Placing())
            placing.order = min(placing.order, _number(row, "order"))
            placing.group_order = min(placing.group_order, _number(row, "groupOrder"))
            for key, texts in (("name", placing.names), ("group", placing.groups)):
                term = row.get(key)
                if isinstance(term, Literal):
                    texts.setdefault(term.language or "", term.value)

    def of(self, classes: Iterable[str]) -> Mapping[str, Placing]:
        """Return property → placing for a thing of some classes; the first to place it wins."""
        merged: dict[str, Placing] = {}
        for name in classes:
            for path, placing in self._classes.get(name, {}).items():
                merged.setdefault(path, placing)
        return merged
