"""What the home page says of a release: its title, its things by class, its datasets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal

from publisher.query.engine import LABELS, Engine
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import pick_name
from publisher.render.labels import (
    Labels,
    best_label,
    foreign_language,
    term_label,
)
from publisher.render.layout import Layout
from publisher.render.page_model import Badge, Value
from publisher.render.presences import Locations, fetch_location_properties, fetch_locations
from publisher.render.values import first_sentence, sort_key

# Things of a class with more than this are not listed on the home page, only counted.
MOST_LISTED = 100
_DESCRIPTIONS = (iri("dcterms:description"), iri("skos:definition"))
# What the description of things is built of, rather than what somebody looks for.
_BUILDING_BLOCKS = frozenset(
    map(
        iri,
        (
            *("rdf:Statement", "rdf:List", "schema:ItemList", "geo:Geometry"),
            *("dcat:Distribution", "dcat:DataService", "sh:NodeShape", "sh:PropertyShape"),
            *("sh:PropertyGroup", "dcterms:PeriodOfTime", "foaf:OnlineAccount", "owl:Ontology"),
        ),
    )
)
# So many places begin an answer; the table has them all.
_MOST_PLACES = 6
# A statement carries a fact; the page of what it is about shows it.
_STATEMENT = iri("rdf:Statement")
_COUNTS = """
SELECT ?class (COUNT(DISTINCT ?thing) AS ?count) WHERE {
    ?thing a ?class .
    FILTER(STRSTARTS(STR(?thing), "%s") && !CONTAINS(STR(?thing), "%s") && isIRI(?class))
}
GROUP BY ?class
ORDER BY ?class
"""
_THINGS = """
SELECT ?class ?thing ?property ?value WHERE {
    VALUES ?class { %s }
    ?thing a ?class ; ?property ?value .
    FILTER(STRSTARTS(STR(?thing), "%s") && ?property IN (%s))
}
ORDER BY ?class ?thing ?property ?value
"""
_MEMBERS = """
SELECT DISTINCT ?thing WHERE { ?thing a <%s> . FILTER(STRSTARTS(STR(?thing), "%s")) } LIMIT %d
"""
_FIRST_THINGS = """
SELECT ?thing ?property ?value WHERE {
    VALUES ?thing { %s }
    ?thing ?property ?value .
    FILTER(?property IN (%s))
}
ORDER BY ?thing ?property ?value
"""
_NAMES = "SELECT ?thing ?property ?value WHERE { VALUES ?thing { %s } ?thing ?property ?value . \
FILTER(?property IN (%s)) } ORDER BY ?thing ?property ?value"

Link = Callable[[str], str]


def is_building_block(class_iri: str) -> bool:
    """Tell whether things of a class are what the description of others is built of."""
    return class_iri in _BUILDING_BLOCKS


@dataclass(frozen=True)
class Card:
    """A thing of the main class.

    Attributes:
        iri: Its canonical IRI.
        name: Link to it.
        marks: Its state, or whatever it is distinguished by.
        tags: The concepts it is first described with.
        sentence: First sentence of its description, when there are no tags.
        places: Where it is.
    """

    iri: str
    name: Value
    marks: tuple[Badge, ...]
    tags: tuple[Value, ...]
    sentence: Value | None
    places: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Collection:
    """A class and its things; these are empty when there are too many to list."""

    iri: str
    name: Value
    count: int
    things: tuple[Value, ...]


@dataclass(frozen=True)
class Home:
    """The home page's facts in every language.

    The **main class** is the one of the publisher's own ontology that the shapes describe most
    closely (by number of properties; then the one with most things, then the first by name):
    what somebody has taken the greatest care to describe is what the site is about.

    Attributes:
        main: IRI of the main class; empty when the ontology has no class with things.
        counts: Class → number of things; the publisher's own first, as closely described.
        things: Class → thing → property → values, for classes that are not too large.
        labels: Labels of classes, concepts and places.
        layout: The order in which shapes place properties, and which of them are badges.
        locations: Where the things of the main class are.
    """

    main: str
    counts: Mapping[str, int]
    things: Mapping[str, Mapping[str, Mapping[str, Sequence[object]]]]
    labels: Labels
    layout: Layout
    locations: Locations = field(default_factory=Locations)

    def cards(self, language: str, link: Link) -> list[Card]:
        """Return the things of the main class by name; none when there are too many."""
        things = self.things.get(self.main, {})
        cards = [
            self._card(name, properties, language, link) for name, properties in things.items()
        ]
        return sorted(cards, key=lambda card: sort_key(card.name.text, language))

    def _card(
        self, name: str, properties: Mapping[str, Sequence[object]], language: str, link: Link
    ) -> Card:
        placings = self.layout.of([self.main])
        ordered = sorted(placings.items(), key=lambda p: (p[1].group_order, p[1].order))
        badges = tuple(
            Badge(
                Value(pick_name(placing.names, language)),
                self._value(concept, language, link),
                self.layout.is_usual([self.main], path, concept),
            )
            for path, placing in ordered
            if placing.marks
            for concept in _names(properties.get(path, ()))
        )
        tagged = (
            path for path, p in ordered if p.concepts and not p.marks and properties.get(path)
        )
        tags = [
            self._value(c, language, link) for c in _names(properties.get(next(tagged, ""), ()))
        ]
        tags.sort(key=lambda tag: sort_key(tag.text, language))
        return Card(
            name,
            _with_labels(name, properties, language, link),
            badges,
            tuple(tags),
            None if tags else _first_sentence(properties, language),
            tuple(self._value(place, language, link) for place in self.locations.telling(name)),
        )

    def collections(self, language: str, link: Link) -> list[Collection]:
        """Return the classes besides the main one whose things have names."""
        classes = (c for c in self.counts if c != self.main and c not in _BUILDING_BLOCKS)
        return [self.collection(c, language, link) for c in classes]

    def building_blocks(self, language: str, link: Link) -> list[Collection]:
        """Return the classes of what the description of the others is built of."""
        classes = (c for c in self.counts if c != self.main and c in _BUILDING_BLOCKS)
        return [self.collection(c, language, link) for c in classes]

    def whereabouts(self, language: str, link: Link) -> list[tuple[Value, int]]:
        """Return the places that tell the things of the main class apart, with their numbers."""
        first = self.locations.counts()[:_MOST_PLACES]
        return [(self._value(place, language, link), count) for place, count in first]

    def collection(self, name: str, language: str, link: Link) -> Collection:
        """Return a class with its things."""
        things = [
            _with_labels(thing, properties, language, link)
            for thing, properties in self.things.get(name, {}).items()
        ]
        things.sort(key=lambda thing: sort_key(thing.text, language))
        return Collection(
            name, self._value(name, language, link), self.counts.get(name, 0), tuple(things)
        )

    def _value(self, name: str, language: str, link: Link) -> Value:
        label = term_label(name, self.labels.get(name, ()), language)
        label = label or Literal(name)
        return Value(label.value, link(name), foreign_language(label, language))


def _names(terms: Iterable[object]) -> list[str]:
    return [str(getattr(term, "value", "")) for term in terms]


def _literals(terms: Iterable[object]) -> list[Literal]:
    return [term for term in terms if isinstance(term, Literal)]


def _with_labels(
    name: str, properties: Mapping[str, Sequence[object]], language: str, link: Link
) -> Value:
    labels = next((properties[p] for p in LABELS if properties.get(p)), ())
    label = best_label(_literals(labels), language) or Literal(name)
    return Value(label.value, link(name), foreign_language(label, language))


def _first_sentence(properties: Mapping[str, Sequence[object]], language: str) -> Value | None:
    descriptions = next((properties[p] for p in _DESCRIPTIONS if properties.get(p)), ())
    text = best_label(_literals(descriptions), language)
    return text and Value(first_sentence(text.value), "", foreign_language(text, language))


def _in_brackets(names: Iterable[str], separator: str) -> str:
    return separator.join(f"<{name}>" for name in names)


def fetch_home(engine: Engine, layout: Layout, base_iri: str) -> Home:
    """Return the facts of the home page, fetched from the engine."""
    by_class = _count_things(engine, base_iri, "#")
    described = set(layout.described())
    ranked = sorted(
        (name for name in by_class if name.startswith(base_iri) or name in described),
        key=lambda c: (not c.startswith(base_iri), -layout.closeness(c), -by_class[c], c),
    )
    main = next((name for name in ranked if name.startswith(base_iri)), "")
    if not ranked:  # neither an ontology nor shapes: files that somebody looks at
        by_class = _count_things(engine, base_iri, " ")
        ranked = sorted(by_class, key=lambda c: (-by_class[c], c))
        main = ranked[0] if ranked else ""
    small = [name for name in ranked if by_class[name] <= MOST_LISTED]
    paths = [*LABELS, *_DESCRIPTIONS]
    paths += [path for path, p in layout.of([main]).items() if p.concepts]
    things: dict[str, dict[str, dict[str, list[object]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    query = _THINGS % (_in_brackets(small, " "), base_iri, _in_brackets(paths, ", "))
    for row in engine.rows(query) if small else ():
        of_class = things[row["class"].value]
        of_class[row["thing"].value][row["property"].value].append(row["value"])
    counts = {
        name: by_class[name]
        for name in ranked
        if name != _STATEMENT
        and (
            name not in small
            or any(properties.keys() & set(LABELS) for properties in things[name].values())
        )
    }
    return _around(engine, layout, main, counts, things)


def _around(
    engine: Engine,
    layout: Layout,
    main: str,
    counts: Mapping[str, int],
    things: Mapping[str, Mapping[str, Mapping[str, Sequence[object]]]],
) -> Home:
    """Return the facts with the names of what they name, and where the things are."""
    own = things.get(main, {})
    concepts = {
        name
        for properties in own.values()
        for property_, values in properties.items()
        if property_ not in (*LABELS, *_DESCRIPTIONS)
        for name in _names(values)
    }
    locations = fetch_locations(engine, fetch_location_properties(engine), own)
    places = {place for name in own for place in locations.telling(name)}
    names = _fetch_names(engine, {*counts, *concepts, *places})
    return Home(main, counts, things, names, layout, locations)


def fetch_members(engine: Engine, main: str, base_iri: str, most: int) -> list[str]:
    """Return the IRIs of the things of a class, sorted; none when there are more than so many."""
    if not main:
        return []
    rows = engine.rows(_MEMBERS % (main, base_iri, most + 1))
    return sorted(row["thing"].value for row in rows) if len(rows) <= most else []


def with_first(home: Home, engine: Engine, first: Sequence[str]) -> Home:
    """Return the facts of a home page that shows the first of many things of its main class."""
    paths = [*LABELS, *_DESCRIPTIONS]
    paths += [path for path, p in home.layout.of([home.main]).items() if p.concepts]
    things: dict[str, dict[str, list[object]]] = {name: defaultdict(list) for name in first}
    query = _FIRST_THINGS % (_in_brackets(first, " "), _in_brackets(paths, ", "))
    for row in engine.rows(query) if first else ():
        things[row["thing"].value][row["property"].value].append(row["value"])
    return _around(engine, home.layout, home.main, home.counts, {home.main: things})


def _count_things(engine: Engine, base_iri: str, without: str) -> dict[str, int]:
    """Return class → number of things below the base whose IRI is without a character."""
    rows = engine.rows(_COUNTS % (base_iri, without))
    return {row["class"].value: int(row["count"].value) for row in rows}


def _fetch_names(engine: Engine, names: Iterable[str]) -> Labels:
    by_thing: dict[str, list[Literal]] = defaultdict(list)
    query = _NAMES % (_in_brackets(sorted(names), " "), _in_brackets(LABELS, ", "))
    for row in engine.rows(query):
        if isinstance(row["value"], Literal):
            by_thing[row["thing"].value].append(row["value"])
    return {name: tuple(labels) for name, labels in by_thing.items()}
