"""The descriptions of a catalogue while they are imported: looked up and changed thing by thing."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from publisher.languages import LANGUAGES
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import MutableGraph, Subject, Term

Thing = Subject
TYPE = iri("rdf:type")
DATASET, SERIES, SERVICE = iri("dcat:Dataset"), iri("dcat:DatasetSeries"), iri("dcat:DataService")
DISTRIBUTION, CATALOGUE = iri("dcat:Distribution"), iri("dcat:Catalog")
AGENTS = tuple(map(iri, ("foaf:Agent", "foaf:Organization", "foaf:Person")))
CONTACTS = tuple(map(iri, ("vcard:Kind", "vcard:Organization", "vcard:Individual", "vcard:Group")))


class CatalogueDraft(MutableGraph):
    """The triples of a catalogue that is imported, by thing."""

    def put(self, thing: Thing, path: str, *values: Term) -> None:
        """Set the values of a property, in place of those that it had."""
        self.drop(thing, path)
        self.add(thing, path, *values)

    def is_a(self, thing: Thing, *classes: str) -> bool:
        """Tell whether a thing is of one of some classes."""
        types = self.values(thing, TYPE)
        return any(NamedNode(each) in types for each in classes)

    def things(self, *classes: str) -> list[Thing]:
        """Return the things of some classes, in the order in which they came; all without one."""
        return [each for each in self.subjects() if not classes or self.is_a(each, *classes)]

    def rename(self, names: Mapping[Thing, NamedNode]) -> None:
        """Give things other names, as subjects and as values."""
        old = [(thing, *pair) for thing in self.subjects() for pair in self.statements(thing)]
        self.clear()
        for thing, path, value in old:
            renamed = value if isinstance(value, Literal) else names.get(value, value)
            self.add(names.get(thing, thing), path, renamed)

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
