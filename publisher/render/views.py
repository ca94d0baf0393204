"""A description as a page shows it: names, groups of facts, statements, sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.languages import WRITTEN_LANGUAGES, ReaderLanguage, language_rank
from publisher.messages import translate
from publisher.query.engine import LABELS, Description
from publisher.rdf.label_properties import LITERAL_FORM as _LITERAL_FORM
from publisher.rdf.label_properties import XL_LABELS
from publisher.rdf.namespaces import DETAILS, LABEL, LANG_STRING, iri
from publisher.rdf.subjects import list_members, pick_name
from publisher.render.labels import LabelPicker, foreign_language
from publisher.render.layout import Layout, PropertyLayout
from publisher.render.neighbours import Neighbourhood
from publisher.render.ontology.axioms import AxiomWriter
from publisher.render.page_model import (
    Badge,
    Fact,
    PropertyGroup,
    PropertyValues,
    Thing,
    Value,
    anchor_of,
)
from publisher.render.values import line_text, value_order, view_iri, view_literal

_TYPE = iri("rdf:type")
_SOURCE = iri("dcterms:source")
_DEFINED_BY = iri("rdfs:isDefinedBy")
_DESCRIPTIONS = (iri("dcterms:description"), iri("skos:definition"), iri("rdfs:comment"))
# A name in another language is another fact, not a translation.
_IN_EVERY_LANGUAGE = frozenset({iri("skos:altLabel")})
# Things are found by them, and not shown with them (SKOS Reference, section 5.1).
_NOT_SHOWN = frozenset({iri("skos:hiddenLabel"), XL_LABELS[2]})
_CONCEPTS = frozenset(
    iri(f"skos:{name}") for name in ("Concept", "ConceptScheme", "Collection", "OrderedCollection")
)
# Stands for all the properties whose values are names in other languages.
_OTHER_NAMES = "urn:publisher:names-in-other-languages"


class Views:
    """Makes views of one description, in one language."""

    def __init__(
        self,
        description: Description,
        neighbourhood: Neighbourhood,
        names: LabelPicker,
        language: str,
        layout: Layout,
        link: Callable[[str], str],
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        """Sort the triples by subject.

        ``link`` gives the address of an IRI, or nothing; ``hidden`` are properties not to be shown.
        """
        self._hidden = _NOT_SHOWN | hidden
        self._neighbourhood = neighbourhood
        self._names = names
        self.base_iri = names.base_iri
        self.language = language
        self._layout = layout
        self._link = link
        self._by_subject: dict[str, dict[str, list[object]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for triple in description.own:
            subject = triple.subject
            key = subject.value if isinstance(subject, NamedNode) else str(subject)
            self._by_subject[key][triple.predicate.value].append(triple.object)
        self._statements = read_provenance(self._by_subject)
        self._axioms = AxiomWriter(self._by_subject, self.link_to, language)
        # Things without a name that a document describes beside its topic are shown in place.
        self._parts = set(description.subjects[1:])

    def link_to(self, name: str) -> Value:
        """Return a link to a thing or term, with its name."""
        return self._named(name, self._link(name))

    def _named(self, name: str, href: str = "") -> Value:
        properties = self._by_subject.get(name)
        if properties and properties.get(OBJECT) and not self._names.known(name):
            subject, predicate = (properties[part][0] for part in (SUBJECT, PREDICATE))
            parts = (self._names.of(str(getattr(p, "value", ""))) for p in (subject, predicate))
            return Value(": ".join(part.value for part in parts), href)
        label = self._names.of(name)
        return Value(label.value, href, foreign_language(label, self.language))

    def thing(self, name: str) -> Thing:
        """Return the view of one of the things described."""
        properties = self._by_subject.get(name, {})
        classes = sorted(
            (term.value for term in properties.get(_TYPE, ()) if isinstance(term, NamedNode)),
            key=lambda kind: (not self._link(kind).startswith("/"), kind),
        )
        placings = self._layout.of(classes)
        described = next((p for p in _DESCRIPTIONS if properties.get(p)), "")
        shown = [p for p in properties if p not in (_TYPE, described) and self._tells(name, p)]
        lines = {p: self._line(name, p, properties[p], placings) for p in shown}
        lines |= self._other_names(name, properties, set(lines))
        # A class without a name is an expression, told in words.
        if unnamed := [t for t in properties.get(_TYPE, ()) if isinstance(t, BlankNode)]:
            lines[_TYPE] = self._line(name, _TYPE, unnamed, placings)
        return Thing(
            iri=name,
            anchor=anchor_of(name),
            name=self._named(name),
            kinds=self._kinds(classes),
            marks=tuple(self._marks(classes, properties, placings)),
            descriptions=tuple(
                self._value(term)
                for term in self._in_language(described, list(properties.get(described, ())))
            ),
            groups=self._groups(lines, placings),
            disputed=self._disputed(name, properties, placings),
        )

    def _other_names(
        self, name: str, properties: Mapping[str, list[object]], shown: set[str]
    ) -> dict[str, PropertyValues]:
        """Return lines with what else a thing is called: in other languages, by other properties.

        A name in a language of the site's pages is on the page in that language; of a concept
        all of them are shown.
        """
        names = self._names.all_of(name)
        heading = self._names.of(name)
        kinds = {str(getattr(kind, "value", "")) for kind in properties.get(_TYPE, ())}
        hidden = () if kinds & _CONCEPTS else WRITTEN_LANGUAGES
        others = [
            n
            for n in names
            if n != heading
            and n.language
            and n.language.partition("-")[0] not in hidden
            and n.value != heading.value
        ]
        lines = {}
        if others and name in self._by_subject:
            facts = self.facts(name, _OTHER_NAMES, others, LANG_STRING)
            title = Value(translate("In other languages", self.language))
            lines[_OTHER_NAMES] = PropertyValues(title, _OTHER_NAMES, facts)
        known = {n.value for n in names}
        for path in LABELS if names else ():
            further = [
                t
                for t in properties.get(path, ())
                if isinstance(t, Literal) and t.value not in known
            ]
            if further and path not in shown and path != _LITERAL_FORM:
                lines[path] = self._line(name, path, further, {})
        return lines

    def _kinds(self, classes: Sequence[str]) -> tuple[Value, ...]:
        """Return links to classes; two that are called alike are one to a reader."""
        kinds: dict[str, Value] = {}
        for kind in map(self._term, classes):
            kinds.setdefault(kind.text.casefold(), kind)
        return tuple(kinds.values())

    def _tells(self, subject: str, predicate: str) -> bool:
        """Tell whether a line would tell more than heading and document already do."""
        if predicate == _DEFINED_BY:
            return subject.partition("#")[0] not in self._by_subject
        if predicate in self._hidden:
            return False
        if predicate in LABELS and predicate != iri("sh:name"):
            return any(fact[0] == predicate for fact in self._statements.about.get(subject, ()))
        return True

    def _marks(
        self,
        classes: Sequence[str],
        properties: Mapping[str, list[object]],
        placings: Mapping[str, PropertyLayout],
    ) -> Iterable[Badge]:
        for predicate, placing in placings.items():
            for term in properties.get(predicate, ()) if placing.marks else ():
                if isinstance(term, NamedNode):
                    usual = self._layout.is_usual(classes, predicate, term.value)
                    name = self._property(predicate, placing)
                    yield Badge(name, self.link_to(term.value), usual)

    def _property(self, predicate: str, placing: PropertyLayout | None) -> Value:
        """Return the name of a property: the shape's, else its own; it leads to its definition."""
        called = placing.names.get(self.language) if placing else None
        name = self._term(predicate)
        return Value(called, name.href) if called else name

    def _term(self, name: str) -> Value:
        """Return a link to a class or property, with its name."""
        label = self._names.of(name, is_term=True)
        return Value(label.value, self._link(name), foreign_language(label, self.language))

    def _line(
        self,
        subject: str,
        predicate: str,
        terms: Sequence[object],
        placings: Mapping[str, PropertyLayout],
    ) -> PropertyValues:
        placing = placings.get(predicate)
        name = self._property(predicate, placing)
        viewer = placing.viewer if placing else ""
        return PropertyValues(name, predicate, self.facts(subject, predicate, terms, viewer))

    def facts(
        self, subject: str, predicate: str, terms: Sequence[object], viewer: str = ""
    ) -> tuple[Fact, ...]:
        """Return values as a viewer shows them, those with the same sources and notes together."""
        together: dict[tuple[tuple[str, ...], tuple[Literal, ...]], list[Value]] = {}
        for term, value in self._valued(predicate, terms, viewer):
            fact = (predicate, term)
            sources = self._statements.sources_of(subject, fact, terms)
            if not sources and isinstance(term, NamedNode):
                sources = self.sources_of_fact(term.value)
            notes = tuple(sorted(self._statements.notes.get((subject, fact), ()), key=str))
            together.setdefault((tuple(sources), notes), []).append(value)
        return tuple(
            Fact(
                tuple(values),
                tuple(self.link_to(source) for source in sources),
                tuple(self._value(note) for note in self._in_language("", notes)),
            )
            for (sources, notes), values in together.items()
        )

    def _valued(
        self, predicate: str, terms: Sequence[object], viewer: str
    ) -> list[tuple[object, Value]]:
        """Return the terms to be shown as values, sorted; the members of a list keep its order."""
        axioms = [(term, self._axioms.value(predicate, term)) for term in terms]
        valued = [(term, value) for term, value in axioms if value is not None]
        left = [term for term, value in axioms if value is None]
        lists = [members for term in left if (members := self._list(term))]
        plain = [term for term in left if not self._list(term)]
        valued += [(t, self._value(t, viewer)) for t in self._in_language(predicate, plain, viewer)]
        valued.sort(key=lambda v: value_order(v[1], self.language))
        for members in sorted(lists, key=lambda members: str(members[0])):
            fitting = self._in_language(predicate, members, viewer)
            valued += [(t, self._value(t, viewer)) for t in members if t in fitting]
        return valued

    def _list(self, term: object) -> list[object]:
        """Return the members of an RDF list; none when a term is no list."""
        members = list(list_members(term, self._by_subject))
        return members if members != [term] else []

    def has_name(self, name: str) -> bool:
        """Tell whether a thing has a name."""
        return self._names.known(name)

    def kinds_of(self, name: str) -> list[str]:
        """Return the classes of a thing that the document links to."""
        return self._neighbourhood.of(name).kinds

    def sources_of_fact(self, name: str) -> list[str]:
        """Return the sources of a thing that is itself a fact: a count, a claim, an event."""
        neighbour = self._neighbourhood.of(name)
        return neighbour.sources if self._layout.must_be_sourced(neighbour.kinds) else []

    def _in_language(
        self, predicate: str, terms: Sequence[object], viewer: str = ""
    ) -> Sequence[object]:
        """Return the texts in the page's language when there are any, and all that is not text."""
        listed = list(terms)
        texts = [t for t in listed if isinstance(t, Literal) and t.language]
        fitting = self._preferred(texts)
        if viewer == LANG_STRING:
            return listed
        if not fitting or predicate in _IN_EVERY_LANGUAGE:
            spellings = {t.value: t for t in [*texts, *fitting]}
            fitting = list(spellings.values())
        return [t for t in listed if t not in texts] + list(fitting)

    def _preferred(self, texts: Sequence[Literal]) -> list[Literal]:
        """Return the texts in the language that the reader would rather read, if there is one."""
        ranks = [language_rank(t.language or "", self.language) for t in texts]
        best = min(ranks, default=0)
        is_wanted = best <= 1 or isinstance(self.language, ReaderLanguage)
        return [t for t, rank in zip(texts, ranks, strict=True) if rank == best and is_wanted]

    def _value(self, term: object, viewer: str = "") -> Value:
        if isinstance(term, NamedNode):
            name = term.value
            if name in self._parts and not self._names.known(name) and viewer != LABEL:
                anchor = anchor_of(name)
                if nested := self._nested(name):  # else nothing is said of it but its address
                    return Value("", nested=nested, anchor=anchor)
            if viewer == DETAILS:
                anchor = anchor_of(name) if name in self._parts else ""
                return replace(self.link_to(name), nested=self._details(name), anchor=anchor)
            return view_iri(name, self.link_to(name), viewer)
        if isinstance(term, BlankNode):
            nested = self._nested(str(term))
            # Nothing is said of it, or it is told elsewhere on the page.
            words = "" if nested else translate("something without an address", self.language)
            return Value(words, nested=nested)
        assert isinstance(term, Literal)
        if not term.value.strip():  # quotation marks show that there is a text, and what it is
            return Value(f"“{term.value}”", "", foreign_language(term, self.language))
        return view_literal(term, self._link(term.value), viewer, self.language)

    def _details(self, name: str) -> tuple[PropertyValues, ...]:
        """Return what is told of another thing, as its shape has it, but not what names it."""
        properties = self._by_subject.pop(name, {})  # popped, so that it is told once
        self._parts.discard(name)
        classes = sorted(t.value for t in properties.get(_TYPE, ()) if isinstance(t, NamedNode))
        placings = self._layout.of(classes)
        # The source of what is itself a fact is beside it.
        without = {_TYPE, *LABELS, *([_SOURCE] if self._layout.must_be_sourced(classes) else [])}
        lines = {
            p: self._line(name, p, properties[p], placings) for p in properties if p not in without
        }
        return tuple(line for group in self._groups(lines, placings) for line in group.lines)

    def _nested(self, node: str) -> tuple[PropertyValues, ...]:
        properties = self._by_subject.pop(node, {})  # popped, so that a circle of them ends
        self._parts.discard(node)
        shown = sorted(p for p in properties if p != _TYPE) or list(properties)
        return tuple(self._line(node, p, properties[p], {}) for p in shown)

    def _groups(
        self, lines: Mapping[str, PropertyValues], placings: Mapping[str, PropertyLayout]
    ) -> tuple[PropertyGroup, ...]:
        """Return the lines below the headings of the shapes, in their order."""
        groups: dict[tuple[float, str], list[tuple[float, str, PropertyValues]]] = defaultdict(list)
        foreign: dict[str, str] = {}
        for predicate, line in lines.items():
            placing = placings.get(predicate, PropertyLayout())
            heading = pick_name(placing.groups, self.language)
            if heading and self.language not in placing.groups:
                foreign[heading] = next(t for t, text in placing.groups.items() if text == heading)
            groups[placing.group_order, heading].append((placing.order, line.name.text, line))
        others = translate("More", self.language) if len(groups) > 1 else ""
        return tuple(
            PropertyGroup(
                heading or others,
                tuple(line for _, _, line in sorted(members, key=lambda f: f[:2])),
                foreign.get(heading, ""),
            )
            for (_, heading), members in sorted(groups.items(), key=lambda group: group[0])
        )

    def _disputed(
        self,
        name: str,
        properties: Mapping[str, list[object]],
        placings: Mapping[str, PropertyLayout],
    ) -> tuple[PropertyValues, ...]:
        """Return the statements about a thing that are not among its triples."""
        facts = [
            f for f in self._statements.about.get(name, ()) if f[1] not in properties.get(f[0], ())
        ]
        lines = (self._line(name, predicate, [value], placings) for predicate, value in facts)
        return tuple(sorted(lines, key=lambda line: (line.iri, line_text(line, self.language))))


# Statements about triples (rdf:Statement): who says so, what is noted, what is not adopted.

SUBJECT, PREDICATE, OBJECT = (iri(f"rdf:{part}") for part in ("subject", "predicate", "object"))
_STATEMENT_SOURCE, _NOTE = iri("dcterms:source"), iri("skos:note")

PredicateObject = tuple[str, object]
PropertiesByEntity = Mapping[str, Mapping[str, Sequence[object]]]


@dataclass
class Provenance:
    """Sources and notes of the facts in one description.

    A fact is a property and a value of a thing. ``about`` has the facts of each thing.
    """

    sources: dict[tuple[str, PredicateObject], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    notes: dict[tuple[str, PredicateObject], list[Literal]] = field(
        default_factory=lambda: defaultdict(list)
    )
    about: dict[str, list[PredicateObject]] = field(default_factory=lambda: defaultdict(list))

    def sources_of(self, subject: str, fact: PredicateObject, twins: Sequence[object]) -> list[str]:
        """Return who says so, sorted; a text without sources has those of its twins."""
        sources = set(self.sources.get((subject, fact), ()))
        if not sources and isinstance(fact[1], Literal) and fact[1].language:
            for twin in _translations(fact[1], twins):
                sources |= set(self.sources.get((subject, (fact[0], twin)), ()))
        return sorted(sources)


def _translations(text: Literal, all_texts: Sequence[object]) -> list[Literal]:
    """Return the texts in other languages, when there is one text per language."""
    texts = [t for t in all_texts if isinstance(t, Literal) and t.language]
    languages = {t.language for t in texts}
    return [t for t in texts if t != text] if len(languages) == len(texts) else []


def read_provenance(described: PropertiesByEntity) -> Provenance:
    """Return the sources and notes that the statements of a description give."""
    read = Provenance()
    for properties in described.values():
        if not all(properties.get(part) for part in (SUBJECT, PREDICATE, OBJECT)):
            continue
        subject = str(getattr(properties[SUBJECT][0], "value", ""))
        fact = (str(getattr(properties[PREDICATE][0], "value", "")), properties[OBJECT][0])
        read.about[subject].append(fact)
        read.sources[subject, fact] += [
            str(getattr(s, "value", "")) for s in properties.get(_STATEMENT_SOURCE, ())
        ]
        read.notes[subject, fact] += [
            n for n in properties.get(_NOTE, ()) if isinstance(n, Literal)
        ]
    return read
