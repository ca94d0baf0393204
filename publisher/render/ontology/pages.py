"""The page of an ontology: a diagram of its classes, and every term as a reader needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from publisher.addresses import Addresses
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
    standard_terms,
    term_as_label,
)
from publisher.render.ontology.axioms import ANONYMOUS, GENERAL, Axiom, AxiomWriter, Graph
from publisher.render.ontology.diagram import (
    ClassDescription,
    Diagram,
    describe_classes,
    draw_diagram,
)
from publisher.render.ontology.rules import Phrase, Rule, Rules, Wording, fetch_rules, named_iris
from publisher.render.ontology.terms import (
    CLASSES,
    MOST_LISTED,
    OTHERS,
    PROPERTIES,
    Term,
    TermNode,
    Terms,
    fetch_terms,
    fetch_unplaced,
    term_tree,
)
from publisher.render.page_model import PropertyValues, Section, Thing, Value
from publisher.render.snippets import query_address
from publisher.render.values import sort_key

# So many things of a class are named on its page.
_EXAMPLE_COUNT = 3
# So many classes are told in words; of more, those that are drawn.
_MOST_TOLD = 200
_TYPE, _ONTOLOGY = iri("rdf:type"), iri("owl:Ontology")
# In which order a page lists what an ontology holds, and under which heading.
KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Classes", CLASSES),
    ("Object properties", frozenset({iri("owl:ObjectProperty")})),
    ("Datatype properties", frozenset({iri("owl:DatatypeProperty")})),
    ("Annotation properties", frozenset({iri("owl:AnnotationProperty")})),
    ("Properties", frozenset({iri("rdf:Property")})),
    ("Datatypes", frozenset({iri("rdfs:Datatype")})),
    ("Individuals", frozenset({iri("owl:NamedIndividual")})),
    ("Other terms", frozenset()),
)
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
    """The terms of one kind, as a tree.

    Attributes:
        heading: What they are.
        anchor: Where the list stands.
        count: How many there are.
        branches: From the top.
        more: How many are not shown.
    """

    heading: str
    anchor: str
    count: int
    branches: tuple[TermBranch, ...]
    more: int = 0


class OntologyPages:
    """What the pages of ontologies need besides the view of their things."""

    def __init__(
        self, frame: Frame, release: Release, engine: Engine, addresses: Addresses
    ) -> None:
        """Keep what the pages are made of."""
        self._frame, self._release, self._addresses = frame, release, addresses
        self._engine = engine

    @cached_property
    def _rules(self) -> Rules:
        return fetch_rules(self._engine)

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
        return fetch_labels(self._engine, terms)

    def axioms_about(self, term: str, page_language: PageLanguage) -> tuple[Axiom, ...]:
        """Return the axioms about a term that stand by themselves."""
        if not self._nameless:
            return ()
        writer = _TermWriter(self._frame, self._release, page_language, self._named_in_axioms)
        found = AxiomWriter(self._nameless, writer.link, page_language.language).axioms()
        return tuple(axiom for axiom in found if term in axiom.about)

    @cached_property
    def _usage(self) -> Mapping[str, int]:
        return fetch_usage(self._engine, self._release)

    @cached_property
    def _examples(self) -> Mapping[str, str]:
        return read_examples(self._release.folder)

    def parts(
        self, ontology: str, found: Sequence[Section], page_language: PageLanguage
    ) -> dict[str, Any]:
        """Return what the template of an ontology needs besides a document's.

        Args:
            ontology: IRI of the ontology.
            found: The things of its document by kind.
            page_language: Who asks.
        """
        things = [thing for section in found for thing in section.things]
        placed = self._unplaced.get(ontology, ())
        terms = fetch_terms(self._engine, ontology, [thing.iri for thing in things], placed)
        classes = [name for name, term in terms.items() if term.is_class]
        base_iri = self._release.base_iri
        first = fetch_first_things(self._engine, classes, self._usage, base_iri, _EXAMPLE_COUNT)
        wanted = {name for names in first.values() for name in names} | set(terms)
        wanted |= {thing.iri for thing in things}
        for term in terms.values():
            wanted |= {*term.above, *term.domain, *term.range}
        wanted |= named_iris(rule for rules in self._rules.values() for rule in rules)
        writer = _TermWriter(
            self._frame,
            self._release,
            page_language,
            fetch_labels(self._engine, wanted | set(self._rules)),
        )
        drawing = draw_diagram(terms, self._rules, writer.link)
        axioms = self._axioms_of(ontology, terms, page_language)
        entries = {
            thing.iri: self._entry(thing, terms.get(thing.iri), first, writer, axioms)
            for thing in things
        }
        return {
            "lists": term_lists(terms, things, writer),
            "axioms": axioms,
            "drawing": drawing if drawing.boxes else None,
            "drawn_words": _drawn_words(terms, self._rules, writer, drawing),
            "entries": entries,
            "curie": lambda href: writer.code(href) if "://" in href else "",
            "namespace": _namespace(classes, ontology),
        }

    def _axioms_of(
        self, ontology: str, terms: Terms, page_language: PageLanguage
    ) -> tuple[Axiom, ...]:
        """Return the axioms that stand by themselves and speak of the terms of an ontology."""
        if not self._nameless:
            return ()
        writer = _TermWriter(self._frame, self._release, page_language, self._named_in_axioms)
        found = AxiomWriter(self._nameless, writer.link, page_language.language).axioms()
        known = terms.keys() | {ontology}
        return tuple(axiom for axiom in found if axiom.about & known)

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
        inside = [
            (writer.link(of_class), writer.demand(rule))
            for of_class, rules in self._rules.items()
            for rule in rules
            if rule.path == name and not rule.is_inverse and not is_class
        ]
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


def term_lists(terms: Terms, things: Iterable[Thing], writer: _TermWriter) -> tuple[TermList, ...]:
    """Return the terms of an ontology by kind, each kind as a tree.

    Args:
        terms: Those of which the kind is known.
        things: All things of the document: a term may have no kind.
        writer: Of names.
    """
    # What is of a class that is no kind of term is an individual, said to be one or not.
    typed = {thing.iri: bool(thing.kinds) for thing in things if "#" in thing.iri}
    left = dict.fromkeys([*terms, *typed])
    found: list[TermList] = []
    for heading, kinds in KINDS:
        takes_typed = heading == "Individuals"
        names = [
            n
            for n in left
            if not kinds
            or (n in terms and terms[n].kinds & kinds)
            or (takes_typed and n not in terms and typed[n])
        ]
        left = {name: None for name in left if name not in set(names)}
        if not names:
            continue
        language = writer.language
        links = {name: writer.link(name) for name in names}
        names.sort(key=lambda name: (sort_key(links[name].text, language), name))
        above = {name: terms[name].above for name in names if name in terms}
        shown = names[:MOST_LISTED]

        def branch(node: TermNode, links: Mapping[str, Value] = links) -> TermBranch:
            term = terms.get(node.name)
            return TermBranch(
                links[node.name],
                tuple(branch(each, links) for each in node.below),
                tuple(links[each] for each in node.also),
                term is not None and term.is_deprecated,
            )

        found.append(
            TermList(
                translate(heading, language),
                f"list-{len(found) + 1}",
                len(names),
                tuple(branch(node) for node in term_tree(shown, above)),
                len(names) - len(shown),
            )
        )
    return tuple(found)


def _drawn_words(
    terms: Terms, rules: Rules, writer: _TermWriter, drawing: Diagram
) -> list[ClassDescription]:
    """Return the diagram in words: of a large ontology what is drawn, as the lists have all."""
    classes = [name for name, term in terms.items() if term.is_class]
    if len(classes) <= _MOST_TOLD:
        return describe_classes(terms, rules, writer.link)
    drawn = {box.name.href for box in drawing.boxes}
    kept = {name for name in classes if writer.link(name).href in drawn}
    told = {n: t for n, t in terms.items() if n in kept or kept.intersection(t.domain)}
    return describe_classes(told, rules, writer.link)


def _namespace(classes: Sequence[str], ontology: str) -> str:
    """Return what stands before the names of the classes."""
    if not classes:
        return ontology
    first = classes[0]
    return first[: max(first.rfind("#"), first.rfind("/")) + 1]


class _TermWriter:
    """Names and demands in the reader's language."""

    def __init__(
        self, frame: Frame, release: Release, page_language: PageLanguage, labels: Labels
    ) -> None:
        self._frame, self._release, self._reader = frame, release, page_language
        self.language = page_language.language
        self._labels = labels
        self._wording = Wording(page_language.language, self.link)

    def code(self, name: str) -> str:
        """Return the prefixed name of a term; empty when no prefix fits."""
        short = shorten(name, self._release.prefixes)
        return "" if short == name else short

    def link(self, name: str) -> Value:
        """Return the name of a term or thing, with its link."""
        found = best_label(
            self._labels.get(name) or standard_terms().get(name, ()), self._reader.language
        )
        prefixes, base_iri = self._release.prefixes, self._release.base_iri
        found = found or Literal(term_as_label(name, prefixes, base_iri))
        href = self._frame.href(name, self._reader)
        return Value(found.value, href, foreign_language(found, self._reader.language))

    def demand(self, rule: Rule) -> Demand:
        """Return a rule in words."""
        language = self._reader.language
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
SELECT DISTINCT ?node ?property ?value WHERE {{
    {{ VALUES ?kind {{ {kinds} }} ?root a ?kind . }}
    UNION {{
        VALUES ?relation {{ {relations} }}
        ?root ?relation ?anything . FILTER(isBlank(?root))
    }}
    ?root (owl:members|owl:distinctMembers|owl:annotatedTarget|owl:annotatedSource
        |owl:unionOf|owl:intersectionOf|owl:complementOf|owl:oneOf|owl:datatypeComplementOf
        |owl:someValuesFrom|owl:allValuesFrom|owl:onClass|owl:onDataRange|owl:onProperty
        |owl:onProperties|owl:inverseOf|owl:withRestrictions|owl:onDatatype
        |rdfs:subClassOf|owl:equivalentClass|owl:disjointWith|rdf:rest|rdf:first)* ?node .
    FILTER(isBlank(?node) || ?node = ?root)
    ?node ?property ?value .
}}
LIMIT {most}
"""
_MOST_NAMELESS = 200_000


def fetch_nameless(engine: Engine) -> Graph:
    """Return the axioms that stand by themselves and what they are made of, as a graph."""
    query = _NAMELESS_QUERY.format(
        kinds=" ".join(f"<{name}>" for name in ANONYMOUS),
        relations=" ".join(f"<{name}>" for name in GENERAL),
        most=_MOST_NAMELESS,
    )
    found: dict[str, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for row in engine.rows(query):
        node = row["node"]
        key = node.value if isinstance(node, NamedNode) else str(node)
        found[key][row["property"].value].append(row["value"])
    return found


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
    found: dict[str, list[str]] = defaultdict(list)
    for name in classes:
        if 0 < usage.get(name, 0) <= _MOST_SEARCHED:
            query = _FIRST_THINGS_QUERY.format(term=name, base_iri=base_iri, count=count)
            found[name] = [row["thing"].value for row in engine.rows(query)]
    return found
