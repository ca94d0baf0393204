"""What the home page says of a release: its title, its classes with their things, its datasets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import Engine, Row
from publisher.render.labels import best
from publisher.render.views import Value

# A class with more things than this is not listed on the home page, only counted.
LISTED = 60
_CATALOGUE = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?thing ?kind ?title ?description WHERE {
    VALUES ?kind { dcat:Catalog dcat:Dataset }
    ?thing a ?kind .
    OPTIONAL { ?thing dcterms:title ?title . }
    OPTIONAL { ?thing dcterms:description ?description . }
}
ORDER BY ?thing ?title ?description
"""
_CLASSES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?class ?classLabel ?thing ?label WHERE {
    ?class a owl:Class ; rdfs:label ?classLabel .
    ?thing a ?class .
    OPTIONAL { ?thing skos:prefLabel|rdfs:label ?label . }
}
ORDER BY ?class ?thing ?label ?classLabel
"""


@dataclass(frozen=True)
class Section:
    """A class and its things; empty when there are too many to list."""

    name: Value
    count: int
    things: tuple[Value, ...]


Link = Callable[[str], str]


def _value(name: str, labels: list[Literal], language: str, link: Link) -> Value:
    label = best(labels, language) or Literal(name)
    tag = label.language or ""
    return Value(label.value, link(name), "" if tag.split("-")[0] == language else tag)


@dataclass(frozen=True)
class Home:
    """The home page's facts in every language."""

    titles: tuple[Literal, ...]
    descriptions: tuple[Literal, ...]
    dataset_titles: Mapping[str, list[Literal]]
    dataset_descriptions: Mapping[str, list[Literal]]
    class_labels: Mapping[str, list[Literal]]
    things: Mapping[str, Mapping[str, list[Literal]]]

    def sections(self, language: str, link: Link) -> list[Section]:
        """Return the classes of the ontology that have things."""
        sections = []
        for name, things in self.things.items():
            listed = things if len(things) <= LISTED else {}
            values = [_value(thing, labels, language, link) for thing, labels in listed.items()]
            values.sort(key=lambda value: value.text.casefold())
            heading = _value(name, self.class_labels[name], language, link)
            sections.append(Section(heading, len(things), tuple(values)))
        return sections

    def datasets(self, language: str, link: Link) -> list[tuple[Value, str]]:
        """Return link and description of each dataset."""
        found = []
        for name, titles in self.dataset_titles.items():
            description = best(self.dataset_descriptions.get(name, []), language)
            found.append(
                (_value(name, titles, language, link), description.value if description else "")
            )
        return found


def _literals(rows: list[Row], kind: str, name: str) -> dict[str, list[Literal]]:
    found: dict[str, dict[Literal, None]] = defaultdict(dict)
    for row in rows:
        literal = row.get(name)
        if row["kind"].value.endswith(kind) and isinstance(literal, Literal):
            found[row["thing"].value][literal] = None
    return {thing: list(literals) for thing, literals in found.items()}


def read_home(engine: Engine, base_iri: str) -> Home:
    """Return the facts of the home page, asked of the engine."""
    catalogue = engine.rows(_CATALOGUE)
    titles = _literals(catalogue, "Catalog", "title")
    descriptions = _literals(catalogue, "Catalog", "description")
    labels: dict[str, dict[Literal, None]] = defaultdict(dict)
    things: dict[str, dict[str, dict[Literal, None]]] = defaultdict(lambda: defaultdict(dict))
    for row in engine.rows(_CLASSES):
        thing = row["thing"]
        if isinstance(thing, NamedNode) and thing.value.startswith(base_iri):
            labels[row["class"].value][row["classLabel"]] = None  # type: ignore[index]
            named = things[row["class"].value][thing.value]
            if isinstance(row.get("label"), Literal):
                named[row["label"]] = None  # type: ignore[index]
    return Home(
        titles=tuple(t for found in titles.values() for t in found),
        descriptions=tuple(d for found in descriptions.values() for d in found),
        dataset_titles=_literals(catalogue, "Dataset", "title"),
        dataset_descriptions=_literals(catalogue, "Dataset", "description"),
        class_labels={name: list(found) for name, found in labels.items()},
        things={name: {t: list(ls) for t, ls in found.items()} for name, found in things.items()},
    )
