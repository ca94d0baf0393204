"""The descriptions of a catalogue while they are imported: looked up and changed thing by thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from publisher.languages import LANGUAGES
from publisher.rdf.namespaces import iri

Term = NamedNode | BlankNode | Literal
Thing = NamedNode | BlankNode
TYPE = iri("rdf:type")
DATASET, SERIES, SERVICE = iri("dcat:Dataset"), iri("dcat:DatasetSeries"), iri("dcat:DataService")
DISTRIBUTION, CATALOGUE = iri("dcat:Distribution"), iri("dcat:Catalog")
AGENTS = tuple(map(iri, ("foaf:Agent", "foaf:Organization", "foaf:Person")))
CONTACTS = tuple(map(iri, ("vcard:Kind", "vcard:Organization", "vcard:Individual", "vcard:Group")))


class CatalogueDraft:
    """What is said of each thing: predicate → values, in the order in which they came."""

    def __init__(self, triples: Iterable[Triple | Quad] = ()) -> None:
        """Begin with some statements."""
        self._properties: dict[Thing, dict[str, dict[Term, None]]] = {}
        for triple in triples:
            subject, value = triple.subject, triple.object
            if not isinstance(subject, Triple) and not isinstance(value, Triple):
                self.add(subject, triple.predicate.value, value)

    def add(self, thing: Thing, path: str, *values: Term) -> None:
        """Say something of a thing; ``path`` is the IRI of a property."""
        if values:
            terms = self._properties.setdefault(thing, {}).setdefault(path, {})
            terms.update(dict.fromkeys(values))

    def put(self, thing: Thing, path: str, *values: Term) -> None:
        """Say it in place of what was said with the property before."""
        self.drop(thing, path)
        self.add(thing, path, *values)

    def exchange(self, thing: Thing, path: str, old: Term, *new: Term) -> None:
        """Put other values in the place of one."""
        values = list(self._properties[thing].pop(path))
        index = values.index(old)
        self.add(thing, path, *values[:index], *new, *values[index + 1 :])

    def drop(self, thing: Thing, path: str = "") -> None:
        """Take away what is said with a property, or all that is said of a thing."""
        if not path:
            self._properties.pop(thing, None)
        elif thing in self._properties:
            self._properties[thing].pop(path, None)
            if not self._properties[thing]:
                del self._properties[thing]

    def values(self, thing: Thing, path: str) -> tuple[Term, ...]:
        """Return what is said of a thing with a property."""
        return tuple(self._properties.get(thing, {}).get(path, ()))

    def paths(self, thing: Thing) -> tuple[str, ...]:
        """Return the properties with which something is said of a thing."""
        return tuple(self._properties.get(thing, ()))

    def knows(self, thing: object) -> bool:
        """Tell whether anything is said of a thing."""
        return thing in self._properties

    def is_a(self, thing: Thing, *classes: str) -> bool:
        """Tell whether a thing is of one of some classes."""
        types = self._properties.get(thing, {}).get(TYPE, {})
        return any(NamedNode(each) in types for each in classes)

    def things(self, *classes: str) -> list[Thing]:
        """Return the things of some classes, in the order in which they came; all without one."""
        return [each for each in self._properties if not classes or self.is_a(each, *classes)]

    def statements(self, thing: Thing) -> Iterator[tuple[str, Term]]:
        """Yield property and value of all that is said of a thing."""
        for path, values in self._properties.get(thing, {}).items():
            for value in values:
                yield path, value

    def triples_of(self, thing: Thing) -> Iterator[Triple]:
        """Yield what is said of a thing."""
        for path, value in self.statements(thing):
            yield Triple(thing, NamedNode(path), value)

    def triples(self) -> Iterator[Triple]:
        """Yield everything."""
        for thing in self._properties:
            yield from self.triples_of(thing)

    def rename(self, names: dict[Thing, NamedNode]) -> None:
        """Give things other names, wherever they stand."""
        old = self._properties
        self._properties = {}
        for thing, paths in old.items():
            for path, values in paths.items():
                renamed = (
                    names.get(value, value) if not isinstance(value, Literal) else value
                    for value in values
                )
                self.add(names.get(thing, thing), path, *renamed)

    def title(self, thing: Thing) -> str:
        """Return what a thing is called, in the program's languages first; else its IRI."""
        found: dict[str, str] = {}
        for path in _NAMES:
            for value in self.values(thing, path):
                if isinstance(value, Literal) and value.value.strip():
                    found.setdefault((value.language or "").partition("-")[0], value.value.strip())
        for language in (*LANGUAGES, "", *found):
            if language in found:
                return found[language]
        return thing.value if isinstance(thing, NamedNode) else ""


_NAMES = tuple(map(iri, ("dcterms:title", "foaf:name", "vcard:fn", "rdfs:label", "skos:prefLabel")))
