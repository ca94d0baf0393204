"""The page of an ontology: a diagram of its classes, and every term as a reader needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from publisher.addresses import Addresses, with_parameters
from publisher.messages import translate
from publisher.query.engine import Description, Engine, Solution
from publisher.rdf.namespaces import iri, shorten
from publisher.release.examples import read_examples
from publisher.release.model import VOID, Release
from publisher.render.frame import Frame, PageLanguage
from publisher.render.labels import (
    Labels,
    best_label,
    fetch_labels,
    foreign_language,
    term_as_label,
    term_label,
)
from publisher.render.ontology.axioms import ANONYMOUS, GENERAL, RULE, Axiom, AxiomWriter, Graph
from publisher.render.ontology.diagram import (
    ClassDescription,
    Diagram,
    describe_classes,
    draw_diagram,
)
from publisher.render.ontology.rules import Phrase, Rule, Rules, Wording, fetch_rules, named_iris
from publisher.render.ontology.term_index import (
    ALL,
    MOST_WHOLE,
    TERMS_PARAMETER,
    ListedKind,
    OntologyIndex,
    TermChoice,
    fetch_index,
    find_place,
    is_deprecated,
    listed_kinds,
    shown_terms,
)
from publisher.render.ontology.terms import (
    CLASSES,
    OTHERS,
    PROPERTIES,
    Term,
    TermNode,
    Terms,
    fetch_unplaced,
    term_tree,
)
from publisher.render.page_model import PropertyValues, Section, Thing, Value
from publisher.render.snippets import query_address

# So many things of a class are named on its page.
_EXAMPLE_COUNT = 3
# So many classes are told in words; of more, those that are drawn.
_MOST_TOLD = 200
_TYPE, _ONTOLOGY = iri("rdf:type"), iri("owl:Ontology")
_NOTES = frozenset({iri("skos:scopeNote"), iri("skos:example"), iri("skos:note")})


@dataclass(frozen=True)
class Demand:
    """What a shape demands of one property, in words."""

    name: Value
    code: str
    phrases: tuple[Phrase, ...]
    about: Value | None
    is_inverse: bool
    is_advice: bool


@dataclass(frozen=True)
class TermView:
    """A term on the page of its ontology.

    Attributes:
        thing: Its name, definition and facts.
        code: Its prefixed name.
        notes: Notes and examples that stand beside the definition.
        lines: The other facts.
        count: How many things or triples of the release use it; None when it is neither a class
            nor a property.
        is_class: Whether it is a class.
        ask: Address of the query for its uses.
        first: Some things of the class.
        demands: What the shapes of the class demand.
        inside: Of a property: each class whose shape speaks of it, and what is demanded there.
        example: Turtle; empty when there is none.
        axioms: Axioms about it that stand by themselves.
    """

    thing: Thing
    code: str
    notes: tuple[PropertyValues, ...]
    lines: tuple[PropertyValues, ...]
    count: int | None
    is_class: bool
    ask: str
    first: tuple[Value, ...]
    demands: tuple[Demand, ...]
    inside: tuple[tuple[Value, Demand], ...]
    example: str
    axioms: tuple[Axiom, ...] = ()


@dataclass(frozen=True)
class TermBranch:
    """A term in the list of its kind.

    Attributes:
        name: Link to it.
        below: The terms right below it.
        also: Other terms that it is right below.
        is_deprecated: Whether it is no longer to be used.
    """

    name: Value
    below: tuple[TermBranch, ...]
    also: tuple[Value, ...]
    is_deprecated: bool


@dataclass(frozen=True)
class TermList:
    """The terms of one kind, as a tree; of a large ontology a part of them.

    Attributes:
        heading: What they are.
        anchor: Where the list is.
        count: How many there are in all.
        branches: From the top.
        page: Which part this is, from 1.
        pages: How many parts there are.
        previous: Link to the part before; None where this is the first.
        next: Link to the part after.
        letters: Links to the parts in which letters begin.
    """

    heading: str
    anchor: str
    count: int
    branches: tuple[TermBranch, ...]
    page: int = 1
    pages: int = 1
    previous: str = ""
    next: str = ""
    letters: tuple[Value, ...] = ()


@dataclass(frozen=True)
class _InLanguage:
    """What the pages of an ontology share for readers of one language."""

    kinds: tuple[ListedKind, ...]
    drawing: Diagram
    drawn_words: list[ClassDescription]
    axioms: tuple[Axiom, ...]


V = TypeVar("V")
# So many ontologies, and languages of their pages, are kept.
_MOST_KEPT = 8


class _Kept:
    """What was made for the last few keys."""

    def __init__(self) -> None:
        self._found: dict[object, Any] = {}
        self._lock = Lock()

    def get(self, key: object, make: Callable[[], V]) -> V:
        """Return what was made for a key; make it if it is not kept."""
        with self._lock:
            if key in self._found:
                self._found[key] = self._found.pop(key)
                known: V = self._found[key]
                return known
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > _MOST_KEPT:
                self._found.pop(next(iter(self._found)))
        return made


class OntologyPages:
    """What the pages of ontologies need besides the view of their things."""

    def __init__(
        self, frame: Frame, release: Release, engine: Engine, addresses: Addresses
    ) -> None:
        """Keep what the pages are made of."""
        self._frame, self._release, self._addresses = frame, release, addresses
        self._engine = engine
        self._indexes, self._spoken = _Kept(), _Kept()

    @cached_property
    def _rules(self) -> Rules:
        return fetch_rules(self._engine)

    @cached_property
    def _demands_by_class(self) -> Mapping[str, list[tuple[str, Rule]]]:
        """Return property → the classes whose shapes speak of it, and what they demand."""
        demands: dict[str, list[tuple[str, Rule]]] = defaultdict(list)
        for of_class, rules in self._rules.items():
            for rule in rules:
                if not rule.is_inverse:
                    demands[rule.path].append((of_class, rule))
        return demands

    @cached_property
    def _unplaced(self) -> Mapping[str, list[str]]:
        return fetch_unplaced(self._engine)

    @cached_property
    def _nameless(self) -> Graph:
        return fetch_nameless(self._engine)

    @cached_property
    def _named_in_axioms(self) -> Labels:
        terms = {
            t.value
            for p in self._nameless.values()
            for ts in p.values()
            for t in ts
            if isinstance(t, NamedNode)
        }
        terms |= {path for properties in self._nameless.values() for path in properties}
        terms |= {node for node in self._nameless if not node.startswith("_:")}
        return fetch_labels(self._engine, terms)

    def axioms_about(self, term: str, page_language: PageLanguage) -> tuple[Axiom, ...]:
        """Return the axioms about a term that stand by themselves."""
        if not self._nameless:
            return ()
        writer = _TermWriter(self._frame, self._release, page_language, self._named_in_axioms)
        axioms = AxiomWriter(self._nameless, writer.link, page_language.language).axioms()
        return tuple(axiom for axiom in axioms if term in axiom.about)

    @cached_property
    def _usage(self) -> Mapping[str, int]:
        return fetch_usage(self._engine, self._release)

    @cached_property
    def _examples(self) -> Mapping[str, str]:
        return read_examples(self._release.folder)

    def index(self, topic: str, subjects: Sequence[str]) -> OntologyIndex:
        """Return what an ontology holds.

        Args:
            topic: IRI of the ontology.
            subjects: All things of its document.
        """
        placed = self._unplaced.get(topic, ())
        return self._indexes.get(
            (topic, len(subjects)), lambda: fetch_index(self._engine, topic, subjects, placed)
        )

    def names(self) -> Iterable[str]:
        """Return the IRIs of the ontologies."""
        return self._unplaced

    def is_divided(self, topic: str, subjects: Sequence[str]) -> bool:
        """Tell whether the page of a document shows a large ontology a part at a time."""
        if topic not in self._unplaced and len(subjects) <= MOST_WHOLE:
            return False
        return self.index(topic, subjects).is_large

    def is_ontology(self, topic: str, subjects: Sequence[str]) -> bool:
        """Tell whether a document of many things is an ontology, whatever part of it is shown."""
        return self.index(topic, subjects).is_ontology

    def part(
        self, topic: str, subjects: Sequence[str], choice: TermChoice, page_language: PageLanguage
    ) -> tuple[str, ...] | None:
        """Return the things that the page of a large ontology describes; None for all of them.

        Args:
            topic: IRI of what the document is about.
            subjects: All things of the document.
            choice: What the reader asked for.
            page_language: Who asks.
        """
        if len(subjects) <= MOST_WHOLE or choice.is_whole:
            return None
        index = self.index(topic, subjects)
        if not index.is_large:
            return None
        shown = set(shown_terms(self._in_language(index, page_language).kinds, choice))
        return tuple(name for name in subjects if name == topic or name in shown)

    def _in_language(self, index: OntologyIndex, page_language: PageLanguage) -> _InLanguage:
        reader = page_language.language
        wishes = getattr(reader, "content", ""), getattr(reader, "others", ())
        key = index.topic, len(index.things), page_language.kept, str(reader), wishes
        return self._spoken.get(key, lambda: self._read_in_language(index, page_language))

    def _read_in_language(self, index: OntologyIndex, page_language: PageLanguage) -> _InLanguage:
        writer = self._writer(index, page_language)
        terms, language = index.terms, page_language.language
        drawing = draw_diagram(terms, self._rules, writer.link)
        return _InLanguage(
            listed_kinds(index, lambda name: writer.label(name).value, language),
            drawing,
            _drawn_words(terms, self._rules, writer, drawing),
            self._axioms_of(index.topic, terms, page_language),
        )

    @cached_property
    def _rule_labels(self) -> Labels:
        named = named_iris(rule for rules in self._rules.values() for rule in rules)
        return fetch_labels(self._engine, named | set(self._rules))

    def _writer(self, index: OntologyIndex, page_language: PageLanguage) -> _TermWriter:
        labels = index.labels, self._rule_labels
        return _TermWriter(self._frame, self._release, page_language, *labels)

    def parts(
        self,
        topic: str,
        subjects: Sequence[str],
        sections: Sequence[Section],
        page_language: PageLanguage,
        choice: TermChoice,
    ) -> dict[str, Any]:
        """Return what the template of an ontology needs besides a document's.

        Of its document, these things are found; the rest is as for ``part``.
        """
        things = [thing for section in sections for thing in section.things]
        index = self.index(topic, subjects)
        terms, spoken = index.terms, self._in_language(index, page_language)
        shown = {thing.iri for thing in things}
        classes = [name for name in shown if name in terms and terms[name].is_class]
        base_iri = self._release.base_iri
        first = fetch_first_things(self._engine, classes, self._usage, base_iri, _EXAMPLE_COUNT)
        writer = self._writer(index, page_language)
        further = {name for names in first.values() for name in names} - index.labels.keys()
        writer.learn(fetch_labels(self._engine, further))
        entries = {
            thing.iri: self._entry(thing, terms.get(thing.iri), first, writer, spoken.axioms)
            for thing in things
        }
        is_whole = choice.is_whole or not index.is_large
        is_first = not (choice.terms or choice.term)
        lists = [
            self._list(number, index, spoken.kinds, choice, writer, shown, is_whole=is_whole)
            for number in range(1, len(spoken.kinds) + 1)
        ]
        return {
            "lists": lists,
            "axioms": spoken.axioms[: None if is_whole else _MOST_TOLD],
            "axiom_count": len(spoken.axioms),
            # The first page of a large ontology draws it; the parts lead there.
            "drawing": spoken.drawing if spoken.drawing.boxes and (is_whole or is_first) else None,
            "drawn_words": spoken.drawn_words,
            "entries": entries,
            "curie": lambda href: writer.code(href) if "://" in href else "",
            "namespace": index.namespace,
            "is_part": not is_whole,
            "all_terms": "" if is_whole else self._at(topic, "all", page_language),
            "kept": f"{TERMS_PARAMETER}={choice.terms}" if choice.terms else "",
        }

    def contents(
        self,
        topic: str,
        subjects: Sequence[str],
        shown: Iterable[str],
        page_language: PageLanguage,
        choice: TermChoice,
    ) -> dict[str, Any]:
        """Return what the template of a large document that is no ontology needs: what it lists.

        Args:
            topic: IRI of what the document is about.
            subjects: All things of the document.
            shown: Those that the page describes.
            page_language: Who asks.
            choice: Which part the reader asked for.
        """
        index, here = self.index(topic, subjects), set(shown)
        writer, is_whole = self._writer(index, page_language), choice.is_whole
        kinds = self._in_language(index, page_language).kinds
        return {
            "lists": [
                self._list(number, index, kinds, choice, writer, here, is_whole=is_whole)
                for number in range(1, len(kinds) + 1)
            ],
            "is_part": not is_whole,
            # The first page has the hierarchy and the index of a scheme; the parts lead there.
            "is_later": bool(choice.terms or choice.term),
            "all_terms": "" if is_whole else self._at(topic, ALL, page_language),
            "kept": f"{TERMS_PARAMETER}={choice.terms}" if choice.terms else "",
        }

    def _at(self, topic: str, terms: str, page_language: PageLanguage, fragment: str = "") -> str:
        """Return the address of a part of an ontology's page."""
        href, hash_, own = self._frame.href(topic, page_language).partition("#")
        url = with_parameters(href, f"{TERMS_PARAMETER}={terms}")
        fragment = fragment or own
        return f"{url}#{fragment}" if fragment or hash_ else url

    def _list(
        self,
        number: int,
        index: OntologyIndex,
        kinds: Sequence[ListedKind],
        choice: TermChoice,
        writer: _TermWriter,
        shown: set[str],
        *,
        is_whole: bool,
    ) -> TermList:
        """Return the list of a kind: all of it, or the part that was asked for, else the first."""
        kind, reader, topic = kinds[number - 1], writer.reader, index.topic
        open_kind, part = find_place(kinds, choice)
        part = part if open_kind == number else 1
        names = kind.names if is_whole else kind.part(part)
        anchor = f"list-{number}"

        def link(name: str) -> Value:
            linked = writer.link(name)
            is_here = name in shown or "#" not in name or not self._is_in(name, topic)
            if is_whole or is_here or name not in names:
                return linked
            url = self._at(topic, f"{number}.{part}", reader, name.rpartition("#")[2])
            return Value(linked.text, url, linked.language)

        branches = term_branches(names, index.terms, link)
        heading = kind.heading
        if is_whole or kind.parts == 1:
            return TermList(heading, anchor, len(kind.names), branches)
        at = {n: self._at(topic, f"{number}.{n}", reader, anchor) for n in (part - 1, part + 1)}
        return TermList(
            heading,
            anchor,
            len(kind.names),
            branches,
            part,
            kind.parts,
            at[part - 1] if part > 1 else "",
            at[part + 1] if part < kind.parts else "",
            tuple(
                Value(letter, self._at(topic, f"{number}.{url}", reader, anchor))
                for letter, url in kind.letters.items()
            ),
        )

    def _is_in(self, name: str, topic: str) -> bool:
        """Tell whether a thing is on the page of an ontology, not on one of its own."""
        document = self._addresses.document_of
        return document(name).partition("#")[0] == document(topic).partition("#")[0]

    def _axioms_of(
        self, ontology: str, terms: Terms, page_language: PageLanguage
    ) -> tuple[Axiom, ...]:
        """Return the axioms that stand by themselves and speak of the terms of an ontology."""
        if not self._nameless:
            return ()
        writer = _TermWriter(self._frame, self._release, page_language, self._named_in_axioms)
        axioms = AxiomWriter(self._nameless, writer.link, page_language.language).axioms()
        known = terms.keys() | {ontology}
        return tuple(axiom for axiom in axioms if axiom.about & known)

    def _entry(
        self,
        thing: Thing,
        term: Term | None,
        first: Mapping[str, list[str]],
        writer: _TermWriter,
        axioms: Sequence[Axiom],
    ) -> TermView:
        name = thing.iri
        lines = thing.lines
        is_used = term is not None and (term.is_class or term.is_property)
        is_class = term is not None and term.is_class
        demands = () if is_class else self._demands_by_class.get(name, ())
        inside = [(writer.link(of_class), writer.demand(rule)) for of_class, rule in demands]
        local = name.replace("#", "/").rpartition("/")[2]
        return TermView(
            thing=thing,
            code=writer.code(name),
            notes=tuple(line for line in lines if line.iri in _NOTES),
            lines=tuple(line for line in lines if line.iri not in _NOTES),
            count=self._usage.get(name, 0) if is_used else None,
            is_class=is_class,
            ask=self._ask(name, is_class=is_class),
            first=tuple(writer.link(thing) for thing in first.get(name, ())),
            demands=tuple(writer.demand(rule) for rule in self._rules.get(name, ())),
            inside=tuple(inside),
            example=self._examples.get(local, "") if is_class else "",
            axioms=tuple(axiom for axiom in axioms if name in axiom.about),
        )

    def _ask(self, name: str, *, is_class: bool) -> str:
        pattern = f"?thing a <{name}> ." if is_class else f"?thing <{name}> ?value ."
        query = f"SELECT * WHERE {{\n  {pattern}\n}}\nLIMIT 100"
        return query_address(self._addresses.path(self._release.base_iri + "sparql"), query)


def is_ontology(description: Description) -> bool:
    """Tell whether a document is about an ontology: it is one, or has terms named with a hash."""
    for triple in description.own:
        if triple.predicate.value == _TYPE and isinstance(triple.object, NamedNode):
            kind, name = triple.object.value, str(getattr(triple.subject, "value", ""))
            if kind == _ONTOLOGY or ("#" in name and kind in CLASSES | PROPERTIES):
                return True
    return False


def is_term(description: Description, topic: str) -> bool:
    """Tell whether a document is about a term of an ontology that has a document of its own."""
    return any(
        triple.predicate.value == _TYPE
        and triple.subject == NamedNode(topic)
        and str(getattr(triple.object, "value", "")) in CLASSES | PROPERTIES | OTHERS
        for triple in description.own
    )


def term_branches(
    names: Sequence[str], terms: Terms, link: Callable[[str], Value]
) -> tuple[TermBranch, ...]:
    """Return terms as a tree; what one is below and is not among them is beside it.

    Args:
        names: The terms, in order.
        terms: All terms of the ontology.
        link: IRI → name of a term, with its link.
    """
    among = set(names)
    above = {name: terms[name].above for name in names if name in terms}

    def branch(node: TermNode) -> TermBranch:
        elsewhere = [a for a in above.get(node.name, ()) if a in terms and a not in among]
        return TermBranch(
            link(node.name),
            tuple(map(branch, node.below)),
            tuple(link(each) for each in (*node.also, *elsewhere)),
            is_deprecated(terms.get(node.name)),
        )

    return tuple(map(branch, term_tree(names, above)))


def _drawn_words(
    terms: Terms, rules: Rules, writer: _TermWriter, drawing: Diagram
) -> list[ClassDescription]:
    """Return the diagram in words: of a large ontology what is drawn, as the lists have all."""
    classes = [name for name, term in terms.items() if term.is_class]
    if len(classes) <= _MOST_TOLD:
        return describe_classes(terms, rules, writer.link)
    drawn = {box.name.href for box in drawing.boxes}
    shown = {name for name in classes if writer.href(name) in drawn}
    described = {n: t for n, t in terms.items() if n in shown or shown.intersection(t.domain)}
    return describe_classes(described, rules, writer.link)


class _TermWriter:
    """Names and demands in the reader's language."""

    def __init__(
        self, frame: Frame, release: Release, page_language: PageLanguage, *labels: Labels
    ) -> None:
        self._frame, self._release, self.reader = frame, release, page_language
        self.language = page_language.language
        self._labels = labels
        self._wording = Wording(page_language.language, self.link)

    def learn(self, labels: Labels) -> None:
        """Add names of further things."""
        self._labels = (labels, *self._labels)

    def code(self, name: str) -> str:
        """Return the prefixed name of a term; empty when no prefix fits."""
        short = shorten(name, self._release.prefixes)
        return "" if short == name else short

    def label(self, name: str) -> Literal:
        """Return the name of a term or thing."""
        known = next((labels[name] for labels in self._labels if labels.get(name)), ())
        label = term_label(name, known, self.reader.language)
        prefixes, base_iri = self._release.prefixes, self._release.base_iri
        return label or Literal(term_as_label(name, prefixes, base_iri))

    def href(self, name: str) -> str:
        """Return where a term is, if anything is."""
        return self._frame.href(name, self.reader)

    def link(self, name: str) -> Value:
        """Return the name of a term or thing, with its link."""
        label, href = self.label(name), self._frame.link(name, self.reader)
        return Value(label.value, href, foreign_language(label, self.reader.language))

    def demand(self, rule: Rule) -> Demand:
        """Return a rule in words."""
        language = self.reader.language
        called = best_label(rule.texts.get("name", ()), language)
        name = self.link(rule.path) if rule.path else Value(translate("several steps", language))
        if called is not None:
            name = Value(called.value, name.href, foreign_language(called, language))
        about = best_label(rule.texts.get("description", ()), language)
        return Demand(
            name,
            self.code(rule.path),
            self._wording.of(rule),
            about and Value(about.value, "", foreign_language(about, language)),
            rule.is_inverse,
            rule.is_advice,
        )


# Axioms that stand by themselves, in nodes without names.

_NAMELESS_QUERY = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX swrl: <http://www.w3.org/2003/11/swrl#>
SELECT DISTINCT ?node ?property ?value WHERE {{
    {{ VALUES ?kind {{ {kinds} }} ?root a ?kind . }}
    UNION {{
        VALUES ?relation {{ {relations} }}
        ?root ?relation ?anything . FILTER(isBlank(?root))
    }}
    ?root (owl:members|owl:distinctMembers|owl:annotatedTarget|owl:annotatedSource
        |owl:unionOf|owl:intersectionOf|owl:complementOf|owl:oneOf|owl:datatypeComplementOf
        |owl:someValuesFrom|owl:allValuesFrom|owl:onClass|owl:onDataRange|owl:onProperty
        |owl:onProperties|owl:inverseOf|owl:withRestrictions|owl:onDatatype|swrl:body|swrl:head
        |swrl:arguments|swrl:argument1|swrl:argument2|swrl:classPredicate|swrl:dataRange
        |rdfs:subClassOf|owl:equivalentClass|owl:disjointWith|rdf:rest|rdf:first)* ?node .
    FILTER(isBlank(?node) || ?node = ?root || EXISTS {{ ?node a swrl:Variable }})
    ?node ?property ?value .
}}
LIMIT {most}
"""
_MOST_NAMELESS = 200_000


def fetch_nameless(engine: Engine) -> Graph:
    """Return the axioms that stand by themselves and what they are made of, as a graph."""
    query = _NAMELESS_QUERY.format(
        kinds=" ".join(f"<{name}>" for name in (*ANONYMOUS, RULE)),
        relations=" ".join(f"<{name}>" for name in GENERAL),
        most=_MOST_NAMELESS,
    )
    nodes: dict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for row in engine.rows(query):
        node = row["node"]
        key = node.value if isinstance(node, NamedNode) else str(node)
        nodes[key][row["property"].value].append(row["value"])
    return nodes


# How often terms are used in a release, and by what: VoID has counted when it was built.

_TERM = {iri("void:class"): iri("void:entities"), iri("void:property"): iri("void:triples")}
_COUNTS = frozenset(_TERM.values())
_PARTITIONS = frozenset({iri("void:classPartition"), iri("void:propertyPartition")})
# To look for a few things among more would take long.
_MOST_SEARCHED = 10_000
_COUNT_QUERY = (
    "SELECT ?term (COUNT(DISTINCT ?thing) AS ?count) WHERE { ?thing a ?term } GROUP BY ?term",
    "SELECT ?term (COUNT(*) AS ?count) WHERE { ?thing ?term ?value } GROUP BY ?term",
)
_FIRST_THINGS_QUERY = """
SELECT ?thing WHERE {{
    ?thing a <{term}> .
    FILTER(isIRI(?thing) && STRSTARTS(STR(?thing), "{base_iri}") && !CONTAINS(STR(?thing), "#"))
}}
ORDER BY ?thing
LIMIT {count:d}
"""


def fetch_usage(engine: Engine, release: Release) -> Mapping[str, int]:
    """Return term → how many things (of a class) or triples (of a property) use it.

    Counted over all datasets at once, as VoID's description of the whole has it.
    """
    terms: dict[str, str] = {}
    counts: dict[str, int] = {}
    whole: set[str] = set()
    path = release.folder / VOID
    for quad in parse(path=str(path), format=RdfFormat.N_TRIPLES):
        subject, value = str(getattr(quad.subject, "value", "")), quad.object
        predicate = quad.predicate.value
        if predicate in _TERM and isinstance(value, NamedNode):
            terms[subject] = value.value
        elif predicate in _COUNTS and isinstance(value, Literal):
            counts[subject] = int(value.value)
        elif predicate in _PARTITIONS and subject == f"{release.base_iri}void#all":
            whole.add(str(getattr(value, "value", "")))
    if not whole:  # files that somebody looks at, without a catalogue
        return {row["term"].value: _number(row) for q in _COUNT_QUERY for row in engine.rows(q)}
    return {terms[part]: counts[part] for part in sorted(whole)}


def _number(row: Solution) -> int:
    return int(row["count"].value)


def fetch_first_things(
    engine: Engine, classes: Iterable[str], usage: Mapping[str, int], base_iri: str, count: int
) -> Mapping[str, list[str]]:
    """Return class → IRIs of its first things, at most ``count``; of large classes none."""
    first_things: dict[str, list[str]] = defaultdict(list)
    for name in classes:
        if 0 < usage.get(name, 0) <= _MOST_SEARCHED:
            query = _FIRST_THINGS_QUERY.format(term=name, base_iri=base_iri, count=count)
            first_things[name] = [row["thing"].value for row in engine.rows(query)]
    return first_things
