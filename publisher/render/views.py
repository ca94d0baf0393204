"""A description as a page shows it: headings, values with their sources, links in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.messages import translate
from publisher.namespaces import iri
from publisher.query.description import LABELS, Description
from publisher.render.labels import Names
from publisher.render.layout import Layout, Placing
from publisher.render.values import in_words

_TYPE = iri("rdf:type")
_DESCRIPTIONS = (iri("dcterms:description"), iri("skos:definition"), iri("rdfs:comment"))
_STATEMENT = tuple(
    iri(name)
    for name in ("rdf:subject", "rdf:predicate", "rdf:object", "dcterms:source", "skos:note")
)


@dataclass(frozen=True)
class Value:
    """One value on a page.

    Attributes:
        text: What the reader sees.
        href: Where it leads; empty when it is no link.
        language: Language tag of the text, when it is not the page's.
        sources: Who says so, from statements about this fact.
        notes: What is noted of the fact.
        nested: Rows of a blank node.
    """

    text: str
    href: str = ""
    language: str = ""
    sources: tuple[Value, ...] = ()
    notes: tuple[Value, ...] = ()
    nested: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Line:
    """A property and its values.

    Attributes:
        name: What the property is called.
        href: Where the property is defined.
        values: In order.
        iri: IRI of the property.
    """

    name: Value
    iri: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Group:
    """Properties below one heading; the heading may be empty."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Thing:
    """One thing as a page shows it.

    Attributes:
        iri: Its canonical IRI.
        fragment: What stands after ``#`` in it.
        name: What it is called.
        kinds: What it is.
        descriptions: What it is about.
        groups: Everything else, in the order of the shapes.
        disputed: Statements about it that the data does not adopt.
    """

    iri: str
    fragment: str
    name: Value
    kinds: tuple[Value, ...]
    descriptions: tuple[Value, ...]
    groups: tuple[Group, ...]
    disputed: tuple[Line, ...] = ()


@dataclass
class _Statements:
    """Statements about triples: what they say of the facts on the page."""

    sources: dict[tuple[str, object], list[str]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[tuple[str, object], list[Literal]] = field(
        default_factory=lambda: defaultdict(list)
    )
    about: dict[str, list[tuple[str, object]]] = field(default_factory=lambda: defaultdict(list))


class Views:
    """Makes views of one description, in one language."""

    def __init__(
        self,
        description: Description,
        language: str,
        layout: Layout,
        prefixes: Mapping[str, str],
        link: Callable[[str], str],
    ) -> None:
        """Sort the triples by subject; ``link`` gives the address of an IRI, or nothing."""
        self._language = language
        self._layout = layout
        self._link = link
        self._names = Names(description, language, prefixes)
        self._by_subject: dict[str, dict[str, list[object]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for triple in description.own:
            subject = triple.subject
            key = subject.value if isinstance(subject, NamedNode) else str(subject)
            self._by_subject[key][triple.predicate.value].append(triple.object)
        self._statements = self._read_statements()

    def _read_statements(self) -> _Statements:
        read = _Statements()
        for said in self._by_subject.values():
            if not all(said.get(part) for part in _STATEMENT[:3]):
                continue
            subject, predicate, value = (said[part][0] for part in _STATEMENT[:3])
            fact = (str(getattr(predicate, "value", "")), value)
            read.about[str(getattr(subject, "value", ""))].append(fact)
            read.sources[fact] += [str(getattr(s, "value", "")) for s in said[_STATEMENT[3]]]
            read.notes[fact] += [n for n in said[_STATEMENT[4]] if isinstance(n, Literal)]
        return read

    def link_to(self, name: str) -> Value:
        """Return a link to a thing or term, with its name."""
        label = self._names.of(name)
        return Value(label.value, self._link(name), self._foreign(label))

    def _foreign(self, literal: Literal) -> str:
        """Return the language tag of a literal when a page must mark it."""
        tag = literal.language or ""
        return "" if tag.split("-")[0] == self._language else tag

    def thing(self, name: str) -> Thing:
        """Return the view of one of the things described."""
        said = self._by_subject.get(name, {})
        kinds = [term.value for term in said.get(_TYPE, ()) if isinstance(term, NamedNode)]
        placings = self._layout.of(kinds)
        label = self._names.of(name)
        described = next((p for p in _DESCRIPTIONS if said.get(p)), "")
        hidden = {_TYPE, described} | {p for p in LABELS if p in said and p != iri("sh:name")}
        lines = {p: self._line(name, p, said[p], placings) for p in said if p not in hidden}
        return Thing(
            iri=name,
            fragment=name.partition("#")[2],
            name=Value(label.value, "", self._foreign(label)),
            kinds=tuple(self.link_to(kind) for kind in sorted(kinds)),
            descriptions=self._values(name, described, said.get(described, ())),
            groups=self._groups(lines, placings),
            disputed=self._disputed(name, said, placings),
        )

    def _line(
        self, subject: str, predicate: str, terms: Iterable[object], placings: Mapping[str, Placing]
    ) -> Line:
        placing = placings.get(predicate)
        called = placing.names.get(self._language) if placing else None
        name = self.link_to(predicate)
        if called:
            name = Value(called, name.href)
        return Line(name, predicate, self._values(subject, predicate, terms))

    def _values(self, subject: str, predicate: str, terms: Iterable[object]) -> tuple[Value, ...]:
        values = [self._value(predicate, term) for term in self._in_language(list(terms))]
        return tuple(sorted(values, key=lambda value: (value.text.casefold(), value.href)))

    def _in_language(self, terms: Sequence[object]) -> Sequence[object]:
        """Return the texts in the page's language when there are any, and all that is not text."""
        texts = [term for term in terms if isinstance(term, Literal) and term.language]
        fitting = [t for t in texts if (t.language or "").split("-")[0] == self._language]
        return [t for t in terms if t not in texts] + list(fitting or texts)

    def _value(self, predicate: str, term: object) -> Value:
        fact = (predicate, term)
        sources = tuple(
            self.link_to(s) for s in sorted(set(self._statements.sources.get(fact, ())))
        )
        notes = tuple(
            Value(note.value, "", self._foreign(note))
            for note in self._in_language(self._statements.notes.get(fact, ()))
            if isinstance(note, Literal)
        )
        if isinstance(term, NamedNode):
            linked = self.link_to(term.value)
            return Value(linked.text, linked.href, linked.language, sources, notes)
        if isinstance(term, BlankNode):
            return Value("", nested=self._nested(str(term)))
        assert isinstance(term, Literal)
        shown = in_words(term, self._language)
        return Value(shown, "", self._foreign(term), sources, notes)

    def _nested(self, node: str) -> tuple[Line, ...]:
        said = self._by_subject.pop(node, {})  # popped, so that a circle of blank nodes ends
        return tuple(self._line(node, p, terms, {}) for p, terms in sorted(said.items()))

    def _groups(
        self, lines: Mapping[str, Line], placings: Mapping[str, Placing]
    ) -> tuple[Group, ...]:
        """Return the lines below the headings of the shapes, in their order."""
        groups: dict[tuple[float, str], list[tuple[float, str, Line]]] = defaultdict(list)
        for predicate, line in lines.items():
            placing = placings.get(predicate, Placing())
            heading = placing.groups.get(self._language, "")
            groups[placing.group_order, heading].append((placing.order, line.name.text, line))
        return tuple(
            Group(heading, tuple(line for _, _, line in sorted(found, key=lambda f: f[:2])))
            for (_, heading), found in sorted(groups.items(), key=lambda group: group[0])
        )

    def _disputed(
        self, name: str, said: Mapping[str, list[object]], placings: Mapping[str, Placing]
    ) -> tuple[Line, ...]:
        """Return the statements about a thing that are not among its triples."""
        facts = [f for f in self._statements.about.get(name, ()) if f[1] not in said.get(f[0], ())]
        return tuple(self._line(name, predicate, [value], placings) for predicate, value in facts)

    def incoming(self, triples: Iterable[Triple]) -> tuple[Line, ...]:
        """Return the links to the things, by property."""
        found: dict[str, list[Value]] = defaultdict(list)
        for triple in triples:
            if isinstance(triple.subject, NamedNode):
                found[triple.predicate.value].append(self.link_to(triple.subject.value))
        return tuple(
            Line(
                self.link_to(predicate),
                predicate,
                tuple(sorted(values, key=lambda value: value.text.casefold())),
            )
            for predicate, values in sorted(found.items())
        )


def representation_label(media_type_label: str, language: str) -> str:
    """Return how a page calls one of its own representations."""
    return translate("This page as {format}", language, format=media_type_label)
