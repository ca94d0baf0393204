"""The facts of a document, each with what it rests on: one reading for texts and for assistants.

A fact rests on what a statement about it names as its source (``rdf:Statement``); else on the
sources of the thing itself; else on those of what it leads to, where that is a fact too (a count,
an event); else on the dataset that says it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.query.engine import Description, Engine, Term
from publisher.rdf.namespaces import LABELS, iri
from publisher.rdf.subjects import texts_by_language
from publisher.release.model import Release
from publisher.render.labels import Labels, fetch_in_chunks, fetch_labels, standard_terms
from publisher.render.layout import Layout
from publisher.render.neighbours import Neighbourhood, fetch_neighbourhood
from publisher.render.views import OBJECT, PREDICATE, SUBJECT

SOURCES = tuple(
    iri(name) for name in ("dcterms:source", "prov:wasDerivedFrom", "prov:hadPrimarySource")
)
_NOTE = iri("skos:note")
_TYPE = iri("rdf:type")
# More facts within facts than this are links: anyone who wants more looks them up.
_MOST_DETAILED = 60
_DETAILS = "SELECT ?thing ?property ?value WHERE {{ VALUES ?thing {{ {things} }} \
?thing ?property ?value . }} ORDER BY ?thing ?property ?value LIMIT {most}"
_MOST_DETAILS = 60 * _MOST_DETAILED
_STATEMENTS = """
SELECT ?subject ?property ?value ?statement ?by ?source WHERE {{
    VALUES ?subject {{ {things} }}
    ?statement <{subject}> ?subject ; <{predicate}> ?property ; <{object}> ?value .
    OPTIONAL {{ ?statement ?by ?source . FILTER(?by IN ({sources})) }}
}} ORDER BY ?subject ?property ?value ?statement ?source
"""
_OWN = """
SELECT ?subject ?source WHERE {{
    VALUES ?subject {{ {things} }} ?subject ?by ?source . FILTER(?by IN ({sources}))
}} ORDER BY ?subject ?source
"""
_GRAPHS = """
SELECT DISTINCT ?subject ?property ?value ?graph WHERE {{
    VALUES (?subject ?property ?value) {{ {triples} }} GRAPH ?graph {{ ?subject ?property ?value }}
}} ORDER BY ?subject ?property ?value ?graph
"""


@dataclass(frozen=True)
class Evidence:
    """What a fact rests on.

    Attributes:
        source: IRI of the source, or its text.
        said_by: IRI of what names it: a statement, a thing, or the dataset itself.
        level: ``statement``, ``thing`` or ``dataset``.
    """

    source: str
    said_by: str
    level: str


@dataclass(frozen=True)
class SourcedFact:
    """A property of a thing, a value of it, and what that rests on.

    Attributes:
        property: IRI of the property.
        value: As the sources write it.
        evidence: In order.
        notes: What is noted of it.
        is_adopted: Whether the data hold it, and not only tell that somebody says so.
        details: What is said of the value, when that is a fact too, or has no name.
    """

    property: str
    value: Term
    evidence: tuple[Evidence, ...]
    notes: tuple[Literal, ...] = ()
    is_adopted: bool = True
    details: tuple[SourcedFact, ...] = ()


@dataclass(frozen=True)
class SourcedDocument:
    """What a document says.

    Attributes:
        things: IRI of each thing → its facts.
        names: IRI → language → what it is called, for everything that the facts speak of.
        shape_names: Property → language → what the shapes of the things call it.
    """

    things: Mapping[str, Sequence[SourcedFact]]
    names: Mapping[str, Mapping[str, str]] = field(repr=False)
    shape_names: Mapping[str, Mapping[str, str]] = field(repr=False, default_factory=dict)

    def property_name(self, name: str) -> Mapping[str, str]:
        """Return what a property is called: by the shapes, where they call it something."""
        return {**self.names.get(name, {}), **self.shape_names.get(name, {})}


class FactReader:
    """Reads the facts of one release."""

    def __init__(self, release: Release, engine: Engine, layout: Layout) -> None:
        """Keep what facts are read of."""
        self._release, self._engine, self._layout = release, engine, layout

    def read(self, description: Description) -> SourcedDocument:
        """Return the facts of a document's things, in the order of the shapes."""
        neighbours = fetch_neighbourhood(self._engine, description, self._release.base_iri)
        facts = _Facts(self, description, neighbours, self._details(description, neighbours))
        things = {
            name: facts.of(name)
            for name in description.subjects
            if name in facts.known and not facts.is_statement(name)
        }
        if not things:  # the document is about a statement
            things = {name: facts.of(name) for name in description.subjects if name in facts.known}
        given = {name: tuple(t for _, t in labels) for name, labels in description.labels.items()}
        names = self.names(_mentioned(things), {**neighbours.labels, **facts.labels, **given})
        kinds = sorted({kind for name in things for kind in facts.kinds(name)})
        placed = self._layout.of(kinds)
        shape_names = {path: placing.names for path, placing in placed.items() if placing.names}
        return SourcedDocument(things, names, shape_names)

    def names(self, terms: Iterable[str], known: Labels | None = None) -> dict[str, dict[str, str]]:
        """Return IRI → language → name, for what has a name."""
        labels = dict(known or {})
        missing = {name for name in terms if name not in labels}
        labels |= fetch_labels(self._engine, missing)
        for name in missing - labels.keys():
            labels[name] = standard_terms().get(name, ())
        return {name: texts_by_language(literals) for name, literals in labels.items() if literals}

    def order(self, classes: Iterable[str]) -> Mapping[str, tuple[float, float]]:
        """Return property → its place on the page of a thing of some classes."""
        placed = self._layout.of(classes)
        return {path: (each.group_order, each.order) for path, each in placed.items()}

    def is_fact(self, neighbours: Neighbourhood, name: str) -> bool:
        """Tell whether a thing that is linked is itself a fact about what links to it."""
        neighbour = neighbours.of(name)
        if neighbour.statement() is not None:
            return False
        return bool(neighbour.sources) and (
            neighbour.is_fact or self._layout.must_be_sourced(neighbour.kinds)
        )

    def _details(
        self, description: Description, neighbours: Neighbourhood
    ) -> dict[str, list[Triple]]:
        """Return what is said of linked things that are facts themselves."""
        own = set(description.subjects)
        linked = {
            t.object.value
            for t in description.own
            if isinstance(t.object, NamedNode) and t.object.value not in own
        }
        facts = sorted(name for name in linked if self.is_fact(neighbours, name))
        details: dict[str, list[Triple]] = defaultdict(list)
        if not 0 < len(facts) <= _MOST_DETAILED:
            return details
        query = _DETAILS.format(things=_values(facts), most=_MOST_DETAILS)
        for row in self._engine.rows(query):
            thing, path = row["thing"], row["property"]
            if isinstance(thing, NamedNode) and isinstance(path, NamedNode):
                details[thing.value].append(Triple(thing, path, row["value"]))
        return details

    def homes(self, graphs: Iterable[str]) -> list[str]:
        """Return the datasets that some graphs belong to."""
        named = self._release.named_graphs
        return sorted({home for graph in graphs for home in named.get(graph, (graph,))})

    def evidence_of(self, triples: Sequence[Triple]) -> dict[Triple, tuple[Evidence, ...]]:
        """Return what each of some triples of the data rests on; without those not in the data."""
        statements, twins = self._stated(triples), _twins(triples)
        own: dict[str, set[str]] = defaultdict(set)
        homes: dict[Triple, set[str]] = defaultdict(set)
        sources = ", ".join(f"<{name}>" for name in SOURCES)
        named = [t for t in triples if not _has_blank(t)]
        for part in fetch_in_chunks(sorted({str(t.subject) for t in named})):
            for row in self._engine.rows(_OWN.format(things=" ".join(part), sources=sources)):
                own[row["subject"].value].add(row["source"].value)
        for some in fetch_in_chunks(list(dict.fromkeys(named))):
            rows = " ".join(f"({t.subject} {t.predicate} {t.object})" for t in some)
            for row in self._engine.rows(_GRAPHS.format(triples=rows)):
                triple = Triple(row["subject"], row["property"], row["value"])  # type: ignore[arg-type]
                homes[triple].add(row["graph"].value)
        return {
            triple: tuple(
                statements.get(triple)
                or [e for twin in twins.get(triple, ()) for e in statements.get(twin, ())]
                or _of_thing(triple, own)
                or [Evidence(home, home, "dataset") for home in self.homes(homes[triple])]
            )
            for triple in dict.fromkeys(named)
            if homes[triple]
        }

    def _stated(self, triples: Sequence[Triple]) -> dict[Triple, list[Evidence]]:
        triples_asked, evidence = set(triples), defaultdict[Triple, list[Evidence]](list)
        sources = ", ".join(f"<{name}>" for name in SOURCES)
        subjects = sorted({str(t.subject) for t in triples if isinstance(t.subject, NamedNode)})
        for part in fetch_in_chunks(subjects):
            query = _STATEMENTS.format(
                things=" ".join(part),
                subject=SUBJECT,
                predicate=PREDICATE,
                object=OBJECT,
                sources=sources,
            )
            for row in self._engine.rows(query):
                triple = Triple(row["subject"], row["property"], row["value"])  # type: ignore[arg-type]
                source = row.get("source")
                if triple in triples_asked and source is not None:
                    by = row["statement"].value
                    evidence[triple].append(Evidence(source.value, by, "statement"))
        return evidence


class _Facts:
    """The facts of one description."""

    def __init__(
        self,
        reader: FactReader,
        description: Description,
        neighbours: Neighbourhood,
        details: Mapping[str, Sequence[Triple]],
    ) -> None:
        self._reader, self._neighbours, self._details = reader, neighbours, details
        self.known: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in description.own:
            self.known[_key(triple.subject)][triple.predicate.value].append(triple.object)  # type: ignore[arg-type]
        self._graphs: dict[Triple, list[str]] = defaultdict(list)
        for graph, triples in description.by_graph.items():
            for triple in triples:
                self._graphs[triple].append(graph)
        self._all_graphs = reader.homes(description.graphs)
        self._statements: dict[tuple[str, str], list[tuple[str, Term]]] = defaultdict(list)
        for name, properties in self.known.items():
            if self.is_statement(name):
                about = str(getattr(properties[SUBJECT][0], "value", ""))
                path = str(getattr(properties[PREDICATE][0], "value", ""))
                self._statements[about, path].append((name, properties[OBJECT][0]))
        self.labels: dict[str, tuple[Literal, ...]] = {}
        for name, properties in self.known.items():
            path = next((path for path in LABELS if path in properties), "")
            if path:
                self.labels[name] = tuple(t for t in properties[path] if isinstance(t, Literal))

    def is_statement(self, name: str) -> bool:
        """Tell whether a thing is a statement about a triple."""
        properties = self.known.get(name, {})
        return all(properties.get(part) for part in (SUBJECT, PREDICATE, OBJECT))

    def kinds(self, name: str) -> list[str]:
        """Return the classes of a thing."""
        types = self.known.get(name, {}).get(_TYPE, ())
        return [term.value for term in types if isinstance(term, NamedNode)]

    def of(self, name: str, seen: frozenset[str] = frozenset()) -> list[SourcedFact]:
        """Return the facts of a thing, those that are not adopted last."""
        properties = self.known.get(name, {})
        order = self._reader.order(self.kinds(name))
        last = (float("inf"), float("inf"))
        paths = sorted(properties, key=lambda path: (path != _TYPE, order.get(path, last), path))
        facts = [
            self._fact(name, path, value, seen | {name})
            for path in paths
            for value in sorted(properties[path], key=str)
        ]
        return [*facts, *self._not_adopted(name, properties)]

    def _fact(self, name: str, path: str, value: Term, seen: frozenset[str]) -> SourcedFact:
        stated = [s for s, other in self._statements[name, path] if other == value]
        return SourcedFact(
            path,
            value,
            tuple(self._evidence(name, path, value, stated)),
            tuple(self._notes(stated)),
            details=tuple(self._inside(value, seen)),
        )

    def _inside(self, value: Term, seen: frozenset[str]) -> Iterable[SourcedFact]:
        key = _key(value)
        if isinstance(value, BlankNode) and key not in seen:
            return self.of(key, seen)
        if isinstance(value, NamedNode) and key in self._details:
            sources = self._neighbours.of(key).sources
            evidence = tuple(Evidence(source, key, "thing") for source in sources)
            return [
                SourcedFact(t.predicate.value, t.object, evidence)  # type: ignore[arg-type]
                for t in self._details[key]
                if t.predicate.value not in SOURCES and _key(t.object) not in seen
            ]
        return ()

    def _evidence(
        self, name: str, path: str, value: Term, stated: Sequence[str]
    ) -> Iterator[Evidence]:
        evidence = self._of_statements(stated) or self._of_statements(
            self._twins(name, path, value)
        )
        if not evidence and isinstance(value, NamedNode) and value.value in self._details:
            of_value = self._neighbours.of(value.value).sources
            evidence = [Evidence(source, value.value, "thing") for source in of_value]
        if not evidence:
            properties = self.known.get(name, {})
            own = sorted({_key(t) for source in SOURCES for t in properties.get(source, ())})
            evidence = [Evidence(source, name, "thing") for source in own]
        if not evidence:
            subject = BlankNode(name[2:]) if name.startswith("_:") else NamedNode(name)
            graphs = self._graphs.get(Triple(subject, NamedNode(path), value))
            homes = self._reader.homes(graphs) if graphs else self._all_graphs
            evidence = [Evidence(home, home, "dataset") for home in homes]
        yield from evidence

    def _twins(self, name: str, path: str, value: Term) -> list[str]:
        """Return the statements of the same text in other languages, with one text a language."""
        texts = [t for t in self.known[name].get(path, ()) if isinstance(t, Literal) and t.language]
        if value not in texts or len({t.language for t in texts}) < len(texts):
            return []
        return [s for s, other in self._statements[name, path] if other in texts]

    def _of_statements(self, names: Iterable[str]) -> list[Evidence]:
        return [
            Evidence(_key(term), name, "statement")
            for name in sorted(names)
            for source in SOURCES
            for term in sorted(self.known[name].get(source, ()), key=str)
        ]

    def _notes(self, names: Iterable[str]) -> Iterator[Literal]:
        for name in sorted(names):
            yield from (t for t in self.known[name].get(_NOTE, ()) if isinstance(t, Literal))

    def _not_adopted(
        self, name: str, properties: Mapping[str, Sequence[Term]]
    ) -> Iterator[SourcedFact]:
        for (about, path), stated in sorted(self._statements.items()):
            others = {value for _, value in stated if value not in properties.get(path, ())}
            for value in sorted(others, key=str) if about == name else ():
                by = [s for s, other in stated if other == value]
                evidence, notes = tuple(self._of_statements(by)), tuple(self._notes(by))
                yield SourcedFact(path, value, evidence, notes, is_adopted=False)


def _key(term: object) -> str:
    return str(term) if isinstance(term, BlankNode) else _value(term)


def _value(term: object) -> str:
    return str(getattr(term, "value", ""))


def _of_thing(triple: Triple, own: Mapping[str, Iterable[str]]) -> list[Evidence]:
    name = _value(triple.subject)
    return [Evidence(source, name, "thing") for source in sorted(own.get(name, ()))]


def _twins(triples: Iterable[Triple]) -> dict[Triple, list[Triple]]:
    """Return text → the same in other languages, where there is one text per language."""
    texts: dict[tuple[str, str], list[Triple]] = defaultdict(list)
    for triple in dict.fromkeys(triples):
        if isinstance(triple.object, Literal) and triple.object.language:
            texts[_key(triple.subject), triple.predicate.value].append(triple)
    return {
        triple: [other for other in group if other != triple]
        for group in texts.values()
        if len({_language(t) for t in group}) == len(group) > 1
        for triple in group
    }


def _language(triple: Triple) -> str:
    return str(getattr(triple.object, "language", ""))


def _has_blank(triple: Triple) -> bool:
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)


def _values(names: Iterable[str]) -> str:
    return " ".join(f"<{name}>" for name in names)


def _mentioned(things: Mapping[str, Sequence[SourcedFact]]) -> set[str]:
    """Return every IRI that some facts speak of."""
    mentioned = set(things)
    pending = [fact for facts in things.values() for fact in facts]
    while pending:
        fact = pending.pop()
        mentioned |= {fact.property, *(each.source for each in fact.evidence)}
        if isinstance(fact.value, NamedNode):
            mentioned.add(fact.value.value)
        pending += fact.details
    return {
        name for name in mentioned if ":" in name and " " not in name and not name.startswith("_")
    }
