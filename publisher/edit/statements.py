"""Facts and who says so: statements (``rdf:Statement``) that follow when facts change.

Which facts have statements is what the sources do already: if a fact of some class and property
has one, a new fact of that class and property gets one. Things that name their source
themselves (counts, events, claims) have none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import Change, add_value, remove_value, replace_value
from publisher.edit.fields import Form
from publisher.edit.inventory import Inventory, free_address, iri_prefix, last_part, slug
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term
from publisher.release.tables.columns import kebab_case, local_name

STATEMENT = iri("rdf:Statement")
SUBJECT, PREDICATE, OBJECT = iri("rdf:subject"), iri("rdf:predicate"), iri("rdf:object")
SOURCE = iri("dcterms:source")
_TYPE = iri("rdf:type")


class StatementIndex:
    """The statements of some sources."""

    def __init__(self, inventory: Inventory, forms: Iterable[Form]) -> None:
        """Index the statements by what they say."""
        self._inventory = inventory
        self._form = next((form for form in forms if form.class_iri == STATEMENT), None)
        self._by_fact: dict[tuple[str, str, Term], list[str]] = {}
        for statement in inventory.instances(STATEMENT):
            for fact in self._facts(statement):
                self._by_fact.setdefault(fact, []).append(statement)

    def of_fact(self, thing: str, path: str, value: Term) -> tuple[str, ...]:
        """Return the statements that say a fact."""
        return tuple(self._by_fact.get((thing, path, value), ()))

    def sources(self, thing: str, path: str, value: Term) -> tuple[str, ...]:
        """Return the sources of a fact, by its statements, sorted."""
        sources = (self._cited(statement) for statement in self.of_fact(thing, path, value))
        return tuple(sorted({source for cited in sources for source in cited}))

    def are_wanted(self, types: Iterable[str], path: str, value: Term) -> bool:
        """Tell whether a fact needs a statement, as facts of its kind have them here."""
        language = value.language or "" if isinstance(value, Literal) else ""
        return any((name, path, language) in self._practice for name in types)

    def want(self, types: Iterable[str]) -> bool:
        """Tell whether any fact on things of some classes has a statement."""
        known = set(types)
        return any(name in known for name, _path, _language in self._practice)

    def following(
        self,
        changes: Sequence[Change],
        citing: Mapping[str, Sequence[str]],
        untouched: Collection[str] = (),
        stated: Collection[tuple[str, str, Term]] = (),
    ) -> list[Change]:
        """Return the changes of statements that follow from changes of facts.

        A fact taken away takes its statements with it. A new one gets a statement for the sources
        that are cited for its thing; without any it gets none, and the check asks for one. A value
        put in the place of another keeps the statement when its source is cited again.

        Args:
            changes: Of facts; none on statements.
            citing: Thing → IRIs of the sources of its new facts.
            untouched: Statements that somebody looks after: they stay as they are.
            stated: Facts (thing, property, value) that somebody writes a statement on himself.
        """
        following: list[Change] = []
        taken: set[str] = set()
        given = _added_types(changes)
        for change in changes:
            cited = tuple(citing.get(change.thing, ()))
            old = [] if change.old is None else self._said_of(change, untouched)
            moved = self._moved(change, old, cited)
            following += moved or [gone for statement in old for gone in self._removal(statement)]
            if cited and not moved and self._lacks(change, given, stated):
                following += self._new(change, cited, taken)
        return following

    def lacking(
        self,
        changes: Sequence[Change],
        citing: Mapping[str, Sequence[str]],
        stated: Collection[tuple[str, str, Term]] = (),
    ) -> list[Change]:
        """Return the changes that add a fact of which nobody says who says it."""
        given = _added_types(changes)
        return [
            change
            for change in changes
            if not citing.get(change.thing) and self._lacks(change, given, stated)
        ]

    def _lacks(
        self,
        change: Change,
        given: Mapping[str, Sequence[str]],
        stated: Collection[tuple[str, str, Term]],
    ) -> bool:
        """Tell whether a change adds a fact that needs a statement and has none."""
        if change.new is None:
            return False
        types = given.get(change.thing) or self._inventory.types(change.thing)
        fact = (change.thing, change.path, change.new)
        if fact in stated or self.of_fact(*fact):
            return False
        return self.are_wanted(types, change.path, change.new)

    @cached_property
    def _beginning(self) -> str:
        """Return how the IRIs of statements begin, before the name of what they are about."""
        counts: Counter[str] = Counter()
        for (thing, _path, _value), statements in self._by_fact.items():
            for statement in statements:
                before, named, _rest = statement.partition(f"/{last_part(thing)}/")
                counts.update([f"{before}/"] if named else [])
        if counts:
            return counts.most_common(1)[0][0]
        if self._form is not None:
            return iri_prefix(self._inventory, self._form)
        return f"{self._inventory.sources.base_iri}id/statement/"

    @cached_property
    def _practice(self) -> frozenset[tuple[str, str, str]]:
        """Return class, property and language of the facts that have statements."""
        return frozenset(
            (name, path, value.language or "" if isinstance(value, Literal) else "")
            for (thing, path, value), statements in self._by_fact.items()
            if any(self._cited(statement) for statement in statements)
            if value in self._inventory.values(thing, path)
            for name in self._inventory.types(thing)
        )

    def _facts(self, statement: str) -> Iterator[tuple[str, str, Term]]:
        subjects = self._inventory.properties
        for subject in subjects.nodes(statement, SUBJECT):
            for predicate in subjects.nodes(statement, PREDICATE):
                for value in subjects.values(statement, OBJECT):
                    yield subject, predicate, value

    def _cited(self, statement: str) -> tuple[str, ...]:
        return self._inventory.properties.nodes(statement, SOURCE)

    def _said_of(self, change: Change, untouched: Collection[str]) -> list[str]:
        assert change.old is not None
        statements = self.of_fact(change.thing, change.path, change.old)
        return [statement for statement in statements if statement not in untouched]

    def _moved(self, change: Change, old: Sequence[str], cited: Sequence[str]) -> list[Change]:
        """Return how the statements of a value move to the one in its place, if they may."""
        if change.new is None or change.old is None or not old:
            return []
        if not all(set(cited) & set(self._cited(statement)) for statement in old):
            return []
        return [replace_value(statement, OBJECT, change.old, change.new) for statement in old]

    def _removal(self, statement: str) -> Iterator[Change]:
        for path in self._inventory.properties.of(statement):
            for value in self._inventory.properties.values(statement, path):
                yield remove_value(statement, path, value)

    def _new(self, change: Change, cited: Sequence[str], taken: set[str]) -> Iterator[Change]:
        assert change.new is not None
        statement = self.address(change.thing, change.path, change.new, taken)
        taken.add(statement)
        file = change.file or self._inventory.defining_files.get(change.thing, "")
        yield add_value(statement, _TYPE, NamedNode(STATEMENT), file)
        yield add_value(statement, SUBJECT, NamedNode(change.thing), file)
        yield add_value(statement, PREDICATE, NamedNode(change.path), file)
        yield add_value(statement, OBJECT, change.new, file)
        for source in cited:
            yield add_value(statement, SOURCE, NamedNode(source), file)

    def address(
        self,
        thing: str,
        path: str,
        value: Term,
        taken: Collection[str] = (),
        numbers: MutableMapping[str, int] | None = None,
    ) -> str:
        """Return a free IRI for a new statement on a fact; see ``inventory.free_address``."""
        name = kebab_case(local_name(path))
        if isinstance(value, NamedNode):
            name = f"{name}-{last_part(value.value)}"
        elif isinstance(value, Literal) and value.language:
            name = f"{name}-{slug(value.value)[:30]}".strip("-")
        return free_address(
            f"{self._beginning}{last_part(thing)}/{name}", self._inventory, taken, numbers
        )


def _added_types(changes: Iterable[Change]) -> dict[str, list[str]]:
    """Return thing → classes that the changes give it."""
    by_thing: dict[str, list[str]] = {}
    for change in changes:
        if change.path == _TYPE and isinstance(change.new, NamedNode):
            by_thing.setdefault(change.thing, []).append(change.new.value)
    return by_thing
