"""What a page must know of the things it links to: what they are, and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import LABELS, Description, Engine
from publisher.rdf.namespaces import iri

_KIND, _SOURCE = iri("rdf:type"), iri("dcterms:source")
_PARTS = (iri("rdf:subject"), iri("rdf:predicate"), iri("rdf:object"))
_QUERY = "SELECT ?thing ?property ?value WHERE {{ VALUES ?thing {{ {things} }} \
?thing ?property ?value . FILTER(?property IN ({properties})) }} ORDER BY ?thing ?property ?value"
_NOT_ADOPTED = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?thing WHERE {{
    VALUES ?thing {{ {things} }}
    ?thing rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object .
    FILTER NOT EXISTS {{ ?subject ?predicate ?object . }}
}}
"""


@dataclass
class Neighbour:
    """A thing that a page links to.

    Attributes:
        kinds: IRIs of its classes.
        sources: IRIs of its sources.
        parts: Subject, predicate and object, by their property, of a statement (rdf:Statement).
        adopted: Whether the data holds what the statement says.
        is_fact: Whether it is dated, counts something, or is said by somebody.
    """

    kinds: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    parts: dict[str, NamedNode | Literal] = field(default_factory=dict)
    adopted: bool = True
    is_fact: bool = False

    def statement(self) -> tuple[str, str, NamedNode | Literal] | None:
        """Return subject, predicate and object when this is a statement, else None."""
        if len(self.parts) < len(_PARTS):
            return None
        subject, predicate, value = (self.parts[part] for part in _PARTS)
        return subject.value, predicate.value, value


@dataclass(frozen=True)
class Neighbourhood:
    """The neighbours of one document, and the names that the description does not bring."""

    neighbours: Mapping[str, Neighbour]
    labels: Mapping[str, tuple[Literal, ...]]

    def of(self, name: str) -> Neighbour:
        """Return what is known of a thing; nothing, when it is not here."""
        return self.neighbours.get(name, _UNKNOWN)


_UNKNOWN = Neighbour()


def _members_of(names: Iterable[str]) -> str:
    return " ".join(f"<{name}>" for name in names)


def fetch_neighbourhood(engine: Engine, description: Description, base_iri: str) -> Neighbourhood:
    """Return what the engine knows of the own things that a description links to."""
    linked = {t.object.value for t in description.own if isinstance(t.object, NamedNode)}
    linked = {name for name in linked if "#" not in name}  # a term is no fact and has no source
    linked |= {t.subject.value for t in description.incoming if isinstance(t.subject, NamedNode)}
    own = sorted(name for name in linked if name.startswith(base_iri))
    neighbours: dict[str, Neighbour] = {}
    properties = ", ".join(
        f"<{name}>" for name in (_KIND, _SOURCE, *_PARTS, *sorted(FACT_PROPERTIES))
    )
    for row in (
        engine.rows(_QUERY.format(things=_members_of(own), properties=properties)) if own else ()
    ):
        neighbour = neighbours.setdefault(row["thing"].value, Neighbour())
        name, value = row["property"].value, row["value"]
        if name in (_KIND, _SOURCE):
            # A class or source without a name, or a text, is nothing to look up or link to.
            if isinstance(value, NamedNode):
                (neighbour.kinds if name == _KIND else neighbour.sources).append(value.value)
        elif name in FACT_PROPERTIES:
            neighbour.is_fact = True
        elif isinstance(value, (NamedNode, Literal)):
            neighbour.parts[name] = value
    statements = [name for name, neighbour in neighbours.items() if neighbour.parts]
    if statements:
        for row in engine.rows(_NOT_ADOPTED.format(things=_members_of(statements))):
            neighbours[row["thing"].value].adopted = False
    return Neighbourhood(neighbours, _labels(engine, description, neighbours))


def _labels(
    engine: Engine, description: Description, neighbours: Mapping[str, Neighbour]
) -> Mapping[str, tuple[Literal, ...]]:
    """Return the names of the neighbours' classes, sources and parts."""
    unlabelled = {
        name
        for neighbour in neighbours.values()
        for name in (
            *neighbour.kinds,
            *neighbour.sources,
            *(part.value for part in neighbour.parts.values() if isinstance(part, NamedNode)),
        )
    }
    missing = sorted(unlabelled - set(description.labels))
    if not missing:
        return {}
    labels_of: dict[str, dict[str, list[Literal]]] = {}
    properties = ", ".join(f"<{name}>" for name in LABELS)
    for row in engine.rows(_QUERY.format(things=_members_of(missing), properties=properties)):
        if isinstance(row["value"], Literal):
            by_property = labels_of.setdefault(row["thing"].value, {})
            by_property.setdefault(row["property"].value, []).append(row["value"])
    return {
        name: tuple(next(labels[p] for p in LABELS if p in labels))
        for name, labels in labels_of.items()
    }


# The properties that make a thing a fact about another: its time, its number, who says it.

# When something happened, or began and ended. A founding date is not here: what has one lasts.
START_PROPERTIES = tuple(
    iri(name)
    for name in (
        "dcterms:date",
        "schema:startDate",
        "schema:validFrom",
        "prov:atTime",
        "prov:startedAtTime",
    )
)
END_PROPERTIES = tuple(
    iri(name)
    for name in ("schema:endDate", "schema:expires", "schema:validThrough", "prov:endedAtTime")
)
LEAST, MOST = iri("schema:minValue"), iri("schema:maxValue")
NUMBER_PROPERTIES = (iri("schema:value"), iri("rdf:value"), LEAST, MOST)
ATTRIBUTED_TO = iri("prov:wasAttributedTo")
FACT_PROPERTIES = frozenset((*START_PROPERTIES, *END_PROPERTIES, *NUMBER_PROPERTIES, ATTRIBUTED_TO))
# Datatypes of dates.
DATE_TYPES = frozenset(
    iri(f"xsd:{name}") for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth")
)
