"""The graph of a catalogue while it is made, and what a feed must say of terms that others own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import chain

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from publisher.languages import WRITTEN_LANGUAGES, written_languages
from publisher.messages import Text
from publisher.profiles.term_names import terms_of
from publisher.rdf.namespaces import AUTHORITY, HVD_CATEGORIES, iri
from publisher.rdf.subjects import MutableGraph, Subject, Term


def node(name: str) -> NamedNode:
    """Return the node that a prefixed name stands for.

    >>> node("dcat:Dataset").value
    'http://www.w3.org/ns/dcat#Dataset'
    """
    return NamedNode(iri(name))


def typed(value: str, datatype: str) -> Literal:
    """Return a literal of a datatype given as a prefixed name."""
    return Literal(value, datatype=node(datatype))


def in_languages(text: Text, draft: CatalogueGraph) -> list[Literal]:
    """Return a text of the program as one literal per language that it writes into a catalogue."""
    return [
        Literal(value, language=language)
        for language, value in text.items()
        if language in draft.languages
    ]


class CatalogueGraph:
    """The triples of a catalogue, looked up and changed by prefixed names; results come sorted."""

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        """Begin with some triples."""
        self._graph = MutableGraph(triples)
        titles = (title for _subject, title in self._graph.pairs(iri("dcterms:title")))
        tags = {title.language or "" for title in titles if isinstance(title, Literal)}
        # In which the program adds its own texts: its usual ones, and those of the titles.
        self.languages = written_languages(tags)

    def add(self, subject: Subject, name: str, *terms: Term) -> None:
        """Add values of a property; ``name`` is the prefixed name of the property."""
        self._graph.add(subject, iri(name), *terms)

    def extend(self, triples: Iterable[Triple]) -> None:
        """Add triples."""
        self._graph.extend(triples)

    def describe(self, subject: Subject, properties: Mapping[str, Iterable[Term]]) -> None:
        """Add values of several properties of a subject: prefixed name → values."""
        for name, terms in properties.items():
            self.add(subject, name, *terms)

    def remove(self, subject: Subject, name: str) -> None:
        """Remove the values of a property."""
        self._graph.drop(subject, iri(name))

    def discard(self, subject: Subject, name: str, term: Term) -> None:
        """Remove one triple, if it is there."""
        self._graph.discard(subject, iri(name), term)

    def replace(self, subject: Subject, name: str, term: Term, other: Term) -> None:
        """Replace one value by another."""
        self._graph.replace(subject, iri(name), term, other)

    def objects(self, subject: Subject, name: str) -> list[Term]:
        """Return the values of a property."""
        return self.objects_of(subject, iri(name))

    def objects_of(self, subject: Subject, path: str) -> list[Term]:
        """Return the same of a property that is given as an IRI."""
        return sorted(self._graph.values(subject, path), key=str)

    def nodes(self, subject: Subject, name: str) -> list[NamedNode]:
        """Return the values that are IRIs."""
        return [term for term in self.objects(subject, name) if isinstance(term, NamedNode)]

    def value(self, subject: Subject, name: str) -> Term | None:
        """Return the first value; None when there is none."""
        return next(iter(self.objects(subject, name)), None)

    def instances(self, name: str) -> list[NamedNode]:
        """Return the IRIs of a class."""
        return self.subjects("rdf:type", node(name))

    def subjects(self, name: str, term: Term) -> list[NamedNode]:
        """Return the IRIs that have a value by a property."""
        subjects = self._graph.with_value(iri(name), term)
        return sorted((s for s in subjects if isinstance(s, NamedNode)), key=str)

    def all_objects(self, name: str) -> list[NamedNode]:
        """Return every IRI that is the value of a property."""
        values = {value for _subject, value in self._graph.pairs(iri(name))}
        return sorted((v for v in values if isinstance(v, NamedNode)), key=str)

    def knows(self, subject: Subject) -> bool:
        """Tell whether there are triples about a subject."""
        return self._graph.knows(subject)

    def triples(self) -> list[Triple]:
        """Return everything, sorted by its N-Triples form."""
        return sorted(self._graph.triples(), key=str)

    def mentioned(self) -> set[NamedNode]:
        """Return every IRI that is a value."""
        return {t.object for t in self._graph.triples() if isinstance(t.object, NamedNode)}


# What a feed must say of terms that others own: neither portal looks them up.
#
# Without these triples a valid feed has dozens of violations at data.europa.eu, whose validator
# reads what is posted and nothing else (SEMICeu/DCAT-AP issues 248 and 403).

ADMS = "http://purl.org/adms/"
# Properties whose values must be typed in the feed (DCAT-AP 3.0.1, range and vocabulary shapes).
_CODED_PROPERTIES = (
    "dcat:theme",
    "dcatap:availability",
    "dcterms:accessRights",
    "dcterms:accrualPeriodicity",
    "dcterms:format",
    "dcterms:language",
    "dcterms:type",
)
_TERM_PROPERTIES = (iri("dcterms:type"), iri("skos:inScheme"))


# List that names its terms → the concept scheme that they are in.
_SCHEMES = {
    "availability": AUTHORITY + "planned-availability",
    "hvd-category": HVD_CATEGORIES,
    "theme": AUTHORITY + "data-theme",
}


@cache
def _authority_terms() -> Mapping[NamedNode, tuple[Triple, ...]]:
    content = (files("publisher.release.catalogue") / "carried.ttl").read_bytes()
    terms: dict[NamedNode, list[Triple]] = {}
    for triple in chain(
        (quad.triple for quad in parse(content, format=RdfFormat.TURTLE)), _listed_terms()
    ):
        assert isinstance(triple.subject, NamedNode)
        terms.setdefault(triple.subject, []).append(triple)
    return {term: tuple(triples) for term, triples in terms.items()}


def _listed_terms() -> Iterator[Triple]:
    """Yield the descriptions of the terms whose names are in the table of ``term_names``."""
    for name, scheme in _SCHEMES.items():
        for term in terms_of(name):
            concept = NamedNode(term.value)
            yield Triple(concept, node("rdf:type"), node("skos:Concept"))
            yield Triple(concept, node("skos:inScheme"), NamedNode(scheme))
            for tag in WRITTEN_LANGUAGES:
                label = Literal(term.labels[tag], language=tag)
                yield Triple(concept, node("skos:prefLabel"), label)


@cache
def exact_matches() -> Mapping[NamedNode, NamedNode]:
    """Return term of an EU list → the term that the program's list says to be the same."""
    return {
        triple.object: term
        for term, triples in _authority_terms().items()
        for triple in triples
        if triple.predicate == node("skos:exactMatch") and isinstance(triple.object, NamedNode)
    }


def add_authority_terms(draft: CatalogueGraph) -> None:
    """Add type and label of every term of others that a draft mentions and does not describe.

    What the sources say of a term is before what the program knows.
    """
    pending = sorted(draft.mentioned(), key=str)
    seen: set[NamedNode] = set()
    while pending:
        term = pending.pop()
        if term in seen or draft.objects(term, "rdf:type"):
            continue
        seen.add(term)
        triples = _authority_terms().get(term, ())
        draft.extend(triples)
        for triple in triples:
            if triple.predicate.value in _TERM_PROPERTIES and isinstance(triple.object, NamedNode):
                pending.append(triple.object)


def undescribed_terms(triples: Iterable[Triple]) -> list[str]:
    """Return the terms of EU and ADMS lists that a feed uses without a description."""
    draft = CatalogueGraph(triples)
    used = {term for name in _CODED_PROPERTIES for term in draft.all_objects(name)}
    return sorted(
        term.value
        for term in used
        if term.value.startswith((AUTHORITY, ADMS)) and not draft.objects(term, "rdf:type")
    )


def is_public_domain(licence: NamedNode) -> bool:
    """Tell whether a licence is known to ask for nothing."""
    public_domain = (node("dcterms:type"), NamedNode(ADMS + "licencetype/PublicDomain"))
    return any(
        (t.predicate, t.object) == public_domain for t in _authority_terms().get(licence, ())
    )
