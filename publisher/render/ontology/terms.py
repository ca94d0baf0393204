"""The terms of an ontology: its classes and properties, and how they hang together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from publisher.query.engine import Engine
from publisher.rdf.namespaces import iri

CLASSES = frozenset({iri("owl:Class"), iri("rdfs:Class")})
PROPERTIES = frozenset(
    iri(name)
    for name in (
        "owl:ObjectProperty",
        "owl:DatatypeProperty",
        "owl:AnnotationProperty",
        "rdf:Property",
    )
)
# What else an ontology holds: values of its own, and things that belong to its meaning.
OTHERS = frozenset({iri("rdfs:Datatype"), iri("owl:NamedIndividual")})
_TYPE, _DEFINED_BY = iri("rdf:type"), iri("rdfs:isDefinedBy")
_ROLES = {
    iri("rdfs:subClassOf"): "above",
    iri("rdfs:subPropertyOf"): "above",
    iri("owl:deprecated"): "deprecated",
    iri("rdfs:domain"): "domain",
    iri("schema:domainIncludes"): "domain",
    iri("rdfs:range"): "range",
    iri("schema:rangeIncludes"): "range",
}
_DEFINED_QUERY = "SELECT ?term WHERE {{ ?term <{by}> <{ontology}> }} ORDER BY ?term"
# Two queries: with the members of unions as an option, the engine takes many times as long.
_TERMS_QUERY = """
SELECT ?term ?property ?value WHERE {{
    VALUES ?term {{ {terms} }}
    ?term ?property ?value .
    FILTER(?property IN ({properties}))
}}
"""
_UNIONS_QUERY = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?term ?property ?value WHERE {{
    VALUES ?term {{ {terms} }}
    ?term ?property ?union .
    FILTER(?property IN ({properties}))
    ?union owl:unionOf ?list . ?list rdf:rest*/rdf:first ?value .
}}
"""


@dataclass
class Term:
    """A class or property.

    Attributes:
        iri: Its IRI.
        kinds: IRIs of its classes.
        above: Those it is a kind of.
        domain: Of a property: classes whose things have it.
        range: Of a property: classes or datatypes of its values.
        is_deprecated: Whether it is no longer to be used.
    """

    iri: str
    kinds: set[str] = field(default_factory=set)
    above: list[str] = field(default_factory=list)
    domain: list[str] = field(default_factory=list)
    range: list[str] = field(default_factory=list)
    is_deprecated: bool = False

    @property
    def is_class(self) -> bool:
        """Tell whether it is a class."""
        return bool(self.kinds & CLASSES)

    @property
    def is_term(self) -> bool:
        """Tell whether it is a term of an ontology."""
        return self.is_class or self.is_property or bool(self.kinds & OTHERS)

    @property
    def is_property(self) -> bool:
        """Tell whether it is a property."""
        return bool(self.kinds & PROPERTIES)


Terms = Mapping[str, Term]
_UNPLACED_QUERY = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?term ?kind WHERE {{
    VALUES ?kind {{ owl:Ontology {kinds} }}
    ?term a ?kind .
    FILTER(isIRI(?term))
    FILTER NOT EXISTS {{ ?term rdfs:isDefinedBy ?other . }}
}}
"""


def fetch_unplaced(engine: Engine) -> Mapping[str, list[str]]:
    """Return ontology → the terms that name no ontology themselves, fetched from the engine.

    Most ontologies whose terms are named with a slash are so (BFO, those of OBO). Such a term is
    counted to the ontology whose name begins most like its own, and to an only one in any case.
    """
    kinds = " ".join(f"<{kind}>" for kind in sorted(CLASSES | PROPERTIES | OTHERS))
    ontologies: set[str] = set()
    terms: set[str] = set()
    for row in engine.rows(_UNPLACED_QUERY.format(kinds=kinds)):
        is_ontology = row["kind"].value == iri("owl:Ontology")
        (ontologies if is_ontology else terms).add(row["term"].value)
    return place_terms(ontologies, terms - ontologies)


def place_terms(ontologies: Iterable[str], terms: Iterable[str]) -> dict[str, list[str]]:
    """Return ontology → terms that belong to it by their names, sorted.

    >>> place_terms({"http://e/obo/a.owl", "http://e/b/"}, {"http://e/obo/A_1", "http://e/b/x"})
    {'http://e/b/': ['http://e/b/x'], 'http://e/obo/a.owl': ['http://e/obo/A_1']}
    """
    known = sorted(ontologies)
    placed: dict[str, list[str]] = {name: [] for name in known}
    beginnings = [(start, name) for name in known for start in _beginnings(name)]
    for term in sorted(terms):
        near = [(len(start), name) for start, name in beginnings if term.startswith(start)]
        best = {name for length, name in near if length == max(near)[0]} or set(known)
        if len(best) == 1:
            placed[best.pop()].append(term)
    return placed


def _beginnings(ontology: str) -> tuple[str, str]:
    """Return how the terms of an ontology begin: like it, or like what is beside it."""
    bare = ontology.rstrip("#/")
    return bare, bare[: bare.rfind("/") + 1]


def fetch_things(
    engine: Engine, ontology: str, subjects: Iterable[str], placed: Iterable[str] = ()
) -> Terms:
    """Return IRI → term or other thing of an ontology that has a class, sorted, from the engine.

    Args:
        engine: Over the release.
        ontology: IRI of the ontology; what says that it is defined there is a term of it.
        subjects: The things of its document, which are terms too.
        placed: Terms that belong to it by their names.
    """
    query = _DEFINED_QUERY.format(by=_DEFINED_BY, ontology=ontology)
    defined = {row["term"].value for row in engine.rows(query)}
    names = " ".join(f"<{name}>" for name in sorted({*defined, *subjects, *placed}))
    properties = ", ".join(f"<{name}>" for name in (_TYPE, *_ROLES))
    terms: dict[str, Term] = {}
    things = {
        (row["term"].value, row["property"].value, row["value"])
        for query in (_TERMS_QUERY, _UNIONS_QUERY)
        for row in engine.rows(query.format(terms=names, properties=properties))
    }
    for name, path, value in sorted(things, key=lambda row: (row[0], row[1], str(row[2]))):
        term = terms.setdefault(name, Term(name))
        role = _ROLES.get(path)
        if role == "deprecated":
            term.is_deprecated = term.is_deprecated or value.value in ("true", "1")
        elif role is None:
            term.kinds.add(value.value)
        elif isinstance(value, NamedNode):
            named: list[str] = getattr(term, role)
            if value.value not in named:
                named.append(value.value)
    return dict(sorted(terms.items()))


# Classes below classes, properties below properties: each once, the others tell where else.

# Deeper terms stand below the last level that is shown.
_DEEPEST = 25


@dataclass(frozen=True)
class TermNode:
    """A term in the tree of its kind.

    Attributes:
        name: Its IRI.
        below: The terms right below it.
        also: Other terms that it is right below.
    """

    name: str
    below: tuple[TermNode, ...] = ()
    also: tuple[str, ...] = ()


def term_tree(names: Iterable[str], above: Mapping[str, Iterable[str]]) -> tuple[TermNode, ...]:
    """Return terms in their hierarchy, each once, as near the top as it is; circles end.

    Args:
        names: The terms, in the order in which a list shows them.
        above: Term → what it is a kind of; what is not among the names is left aside.

    >>> tree = term_tree(["a", "b", "c"], {"b": ["a"], "c": ["b", "a"]})
    >>> [(node.name, [below.name for below in node.below]) for node in tree]
    [('a', ['b', 'c'])]
    """
    ordered = list(dict.fromkeys(names))
    among = set(ordered)
    higher = {n: [a for a in above.get(n, ()) if a in among and a != n] for n in ordered}
    lower: dict[str, list[str]] = {name: [] for name in ordered}
    for name in ordered:
        for each in higher[name]:
            lower[each].append(name)
    places: dict[str, str] = {}
    levels: dict[str, int] = {}
    # What is in a circle has something above, too: it begins where the list does.
    for top in [*(n for n in ordered if not higher[n]), *ordered]:
        if top in places:
            continue
        places[top], levels[top] = "", 0
        waiting = [top]
        for name in waiting:
            for each in lower[name]:
                if each not in places:
                    deep = levels[name] >= _DEEPEST
                    places[each] = places[name] if deep else name
                    levels[each] = levels[name] + (not deep)
                    waiting.append(each)
    below: dict[str, list[str]] = {"": []}
    for name in ordered:
        below.setdefault(places[name], []).append(name)

    def node(name: str) -> TermNode:
        also = tuple(a for a in higher[name] if a != places[name])
        return TermNode(name, tuple(map(node, below.get(name, ()))), also)

    return tuple(map(node, below[""]))
