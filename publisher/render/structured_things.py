"""A thing in schema.org's words, for the page about it: what search engines read.

A class of another vocabulary is said by the nearest class of schema.org, and by ``additionalType``
as it is; so nothing is claimed that the data do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import LABELS
from publisher.rdf.geometries import (
    CENTROID_PROPERTIES,
    GEOMETRY_PROPERTIES,
    PAIR_PROPERTIES,
    TEXT_PROPERTIES,
    point_text,
    readable,
)
from publisher.rdf.namespaces import iri
from publisher.render.labels import best_label

_SCHEMA = ("https://schema.org/", "http://schema.org/")
_LONGEST_DESCRIPTION = 5000
_CLASSES = {
    iri(name): class_name
    for class_name, names in {
        "Organization": ("foaf:Organization", "org:Organization", "vcard:Organization"),
        "GovernmentOrganization": ("cv:PublicOrganisation", "rov:RegisteredOrganization"),
        "Person": ("foaf:Person", "vcard:Individual"),
        "Place": ("dcterms:Location", "geo:Feature", "wgs:SpatialThing", "locn:Geometry"),
        "PostalAddress": ("locn:Address", "vcard:Address"),
        "DefinedTerm": ("skos:Concept",),
        "DefinedTermSet": ("skos:ConceptScheme", "owl:Ontology"),
        "Class": ("owl:Class", "rdfs:Class"),
        "Property": ("rdf:Property", "owl:ObjectProperty", "owl:DatatypeProperty"),
        "DataCatalog": ("dcat:Catalog",),
        "DataDownload": ("dcat:Distribution",),
        "WebAPI": ("dcat:DataService",),
        "CreativeWork": ("foaf:Document", "bibo:Document", "dcterms:BibliographicResource"),
        "Collection": ("skos:Collection", "dcat:DatasetSeries"),
    }.items()
    for name in names
}
_DESCRIPTIONS = (
    *("skos:definition", "dcterms:description", "schema:description"),
    *("rdfs:comment", "skos:scopeNote"),
)
# Name of schema.org → where the data may say it.
_TEXTS = {
    "alternateName": ("skos:altLabel", "schema:alternateName", "dcterms:alternative"),
    "identifier": ("dcterms:identifier", "schema:identifier"),
    "termCode": ("skos:notation",),
    "dateModified": ("dcterms:modified", "schema:dateModified"),
    "datePublished": ("dcterms:issued", "schema:datePublished"),
    "dateCreated": ("dcterms:created", "schema:dateCreated"),
}
_IRIS = {
    "sameAs": ("owl:sameAs", "skos:exactMatch", "schema:sameAs"),
    "image": ("foaf:depiction", "foaf:img", "schema:image", "foaf:logo"),
    "url": ("foaf:homepage", "schema:url", "foaf:page"),
    "inDefinedTermSet": ("skos:inScheme",),
    "isPartOf": ("dcterms:isPartOf", "schema:isPartOf"),
    "license": ("dcterms:license",),
}
# They belong to one class.
_OF_TERMS = ("termCode", "inDefinedTermSet")


class TopicStatements(Protocol):
    """What the document says, and in which language it is told."""

    @property
    def language(self) -> str:
        """Return the language."""

    def terms(self, subject: str, name: str) -> list[object]:
        """Return the objects of a property, by its prefixed name."""

    def of(self, subject: str, predicate: str) -> list[object]:
        """Return the objects of a property, by its IRI."""


def thing(statements: TopicStatements, topic: str, page: str) -> dict[str, Any]:
    """Return a thing in schema.org's words; empty when nothing names it.

    Args:
        statements: The triples of the document.
        topic: IRI of the thing.
        page: Address of the page.
    """
    name = _named(statements, topic)
    if not name:
        return {}
    types, others = _classes(statements, topic)
    node: dict[str, Any] = {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": types[0] if len(types) == 1 else types,
        "@id": topic,
        "name": name,
        "description": _description(statements, topic),
        "mainEntityOfPage": page,
        "additionalType": others,
    }
    node |= {word: _texts(statements, topic, names) for word, names in _TEXTS.items()}
    node |= {word: _iris(statements, topic, names) for word, names in _IRIS.items()}
    node["url"] = node["url"][:1] or topic
    if "Place" in types:
        node["geo"] = _place(statements, topic)
    if "DefinedTerm" not in types:
        node = {word: value for word, value in node.items() if word not in _OF_TERMS}
    return {word: _bare(value) for word, value in node.items() if value not in ("", [], {})}


def _bare(value: object) -> object:
    """Return the only member of a list as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _classes(statements: TopicStatements, topic: str) -> tuple[list[str], list[str]]:
    """Return the classes of schema.org, and the IRIs of all others."""
    of_schema_org, others = set(), set()
    for term in statements.terms(topic, "rdf:type"):
        if not isinstance(term, NamedNode):
            continue
        own = next((term.value[len(s) :] for s in _SCHEMA if term.value.startswith(s)), "")
        if own.isalnum():
            of_schema_org.add(own)
            continue
        others.add(term.value)
        if term.value in _CLASSES:
            of_schema_org.add(_CLASSES[term.value])
    if _place(statements, topic):
        of_schema_org.add("Place")
    return sorted(of_schema_org) or ["Thing"], sorted(others)


def _literals(terms: Iterable[object]) -> list[Literal]:
    return [term for term in terms if isinstance(term, Literal)]


def _named(statements: TopicStatements, topic: str) -> str:
    for predicate in LABELS:
        label = best_label(_literals(statements.of(topic, predicate)), statements.language)
        if label is not None:
            return label.value
    return ""


def _description(statements: TopicStatements, topic: str) -> str:
    for name in _DESCRIPTIONS:
        label = best_label(_literals(statements.terms(topic, name)), statements.language)
        if label is not None:
            return label.value[:_LONGEST_DESCRIPTION]
    return ""


def _texts(statements: TopicStatements, topic: str, names: Iterable[str]) -> list[str]:
    literals = [text for name in names for text in _literals(statements.terms(topic, name))]
    mine = [t for t in literals if (t.language or "").split("-")[0] in ("", statements.language)]
    return sorted({text.value for text in mine or literals})


def _iris(statements: TopicStatements, topic: str, names: Iterable[str]) -> list[str]:
    terms = [term for name in names for term in statements.terms(topic, name)]
    return sorted({term.value for term in terms if isinstance(term, NamedNode)})


def _place(statements: TopicStatements, topic: str) -> dict[str, Any]:
    """Return where a thing is, when that is one point; its middle only if nothing else is said."""
    for names in (GEOMETRY_PROPERTIES, CENTROID_PROPERTIES):
        nodes = [topic, *(_name_of(term) for name in names for term in statements.of(topic, name))]
        for geometry in readable(
            text for node in nodes for text in _geometry_texts(statements, node)
        ):
            if geometry["type"] == "Point":
                longitude, latitude, *_ = geometry["coordinates"]
                return {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}
    return {}


def _geometry_texts(statements: TopicStatements, node: str) -> Iterator[str]:
    for name in (*TEXT_PROPERTIES, *CENTROID_PROPERTIES):
        yield from (literal.value for literal in _literals(statements.of(node, name)))
    for latitude, longitude in PAIR_PROPERTIES:
        coordinates = [_literals(statements.of(node, name)) for name in (latitude, longitude)]
        if all(coordinates):
            yield point_text(coordinates[0][0].value, coordinates[1][0].value)


def _name_of(term: object) -> str:
    return str(getattr(term, "value", ""))
