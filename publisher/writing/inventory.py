"""What the sources hold, looked up as editing needs it: names, instances, homes of things."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from pyoxigraph import NamedNode

from publisher.load.files import Role
from publisher.load.sources import Sources
from publisher.messages import Text
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Subjects, Term

_TYPE = iri("rdf:type")
_DESCRIBED = (Role.ONTOLOGY, Role.DATA, Role.CATALOGUE)


class Inventory:
    """Sources, indexed once; it does not change when they do."""

    def __init__(self, sources: Sources) -> None:
        """Index what the sources say."""
        self.sources = sources
        self.said = Subjects(sources.quads(*_DESCRIBED))
        self.shapes = Subjects(sources.quads(Role.SHAPES))

    def types(self, thing: str) -> tuple[str, ...]:
        """Return the classes that a thing is said to be of, sorted."""
        return self.said.nodes(thing, _TYPE)

    def names(self, thing: str) -> Text:
        """Return what a thing is called: language tag → name."""
        return self.said.names(thing)

    def instances(self, class_iri: str) -> tuple[str, ...]:
        """Return the things of a class and of its subclasses, sorted (SHACL, section 1.1)."""
        classes = self._with_subclasses(class_iri)
        return tuple(sorted({thing for name in classes for thing in self._instances.get(name, ())}))

    def subjects(self, path: str, value: str) -> tuple[str, ...]:
        """Return the things that have an IRI as a value of a property, sorted."""
        return tuple(self._incoming.get((path, value), ()))

    def pointing(self, thing: str) -> tuple[tuple[str, str], ...]:
        """Return property and subject of every triple whose value is an IRI, sorted."""
        return tuple(sorted(self._pointing.get(thing, ())))

    def values(self, thing: str, path: str, is_inverse: bool = False) -> tuple[Term, ...]:
        """Return the values of a property of a thing, sorted; inverse: what points to it."""
        if is_inverse:
            return tuple(NamedNode(subject) for subject in self.subjects(path, thing))
        return self.said.values(thing, path)

    @cached_property
    def homes(self) -> dict[str, str]:
        """Return thing → name of the file that states its type, or else names it first."""
        found: dict[str, str] = {}
        typed: dict[str, str] = {}
        for file in self.sources.of_role(*_DESCRIBED):
            for triple in file.triples:
                if isinstance(triple.subject, NamedNode):
                    found.setdefault(triple.subject.value, file.name)
                    if triple.predicate.value == _TYPE:
                        typed.setdefault(triple.subject.value, file.name)
        return found | typed

    @cached_property
    def things(self) -> frozenset[str]:
        """Return everything that a file of data describes."""
        return frozenset(
            triple.subject.value
            for file in self.sources.of_role(Role.DATA)
            for triple in file.triples
            if isinstance(triple.subject, NamedNode)
        )

    @cached_property
    def _instances(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for thing in self.said:
            for name in self.types(thing):
                found[name].append(thing)
        return found

    @cached_property
    def _incoming(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for thing in self.said:
            for path in self.said.of(thing):
                for value in self.said.nodes(thing, path):
                    found[path, value].append(thing)
        return found

    @cached_property
    def _pointing(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for (path, value), things in self._incoming.items():
            found[value] += [(path, thing) for thing in things]
        return found

    def _with_subclasses(self, class_iri: str) -> set[str]:
        found, waiting = {class_iri}, [class_iri]
        while waiting:
            for narrower in self.subjects(iri("rdfs:subClassOf"), waiting.pop()):
                if narrower not in found:
                    found.add(narrower)
                    waiting.append(narrower)
        return found
