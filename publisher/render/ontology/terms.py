"""The terms of an ontology: its classes and properties, and how they hang together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
_TYPE, _DEFINED_BY = iri("rdf:type"), iri("rdfs:isDefinedBy")
_ROLES = {
    iri("rdfs:subClassOf"): "above",
    iri("rdfs:domain"): "domain",
    iri("schema:domainIncludes"): "domain",
    iri("rdfs:range"): "range",
    iri("schema:rangeIncludes"): "range",
}
_DEFINED_QUERY = "SELECT ?term WHERE {{ ?term <{by}> <{ontology}> }} ORDER BY ?term"
_TERMS_QUERY = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?term ?property ?value ?member WHERE {{
    VALUES ?term {{ {terms} }}
    ?term ?property ?value .
    FILTER(?property IN ({properties}))
    OPTIONAL {{ ?value owl:unionOf/rdf:rest*/rdf:first ?member . }}
}}
ORDER BY ?term ?property ?value ?member
"""


@dataclass
class Term:
    """A class or property.

    Attributes:
        iri: Its IRI.
        kinds: IRIs of its classes.
        above: Of a class: those it is a kind of.
        domain: Of a property: classes whose things have it.
        range: Of a property: classes or datatypes of its values.
    """

    iri: str
    kinds: set[str] = field(default_factory=set)
    above: list[str] = field(default_factory=list)
    domain: list[str] = field(default_factory=list)
    range: list[str] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        """Tell whether it is a class."""
        return bool(self.kinds & CLASSES)

    @property
    def is_property(self) -> bool:
        """Tell whether it is a property."""
        return bool(self.kinds & PROPERTIES)


Terms = Mapping[str, Term]


def fetch_terms(engine: Engine, ontology: str, subjects: Iterable[str]) -> Terms:
    """Return IRI → class or property, sorted, fetched from the engine.

    Args:
        engine: Over the release.
        ontology: IRI of the ontology; what says that it is defined there is a term of it.
        subjects: The things of its document, which are terms too.
    """
    query = _DEFINED_QUERY.format(by=_DEFINED_BY, ontology=ontology)
    defined = {row["term"].value for row in engine.rows(query)}
    names = " ".join(f"<{name}>" for name in sorted(defined | set(subjects)))
    properties = ", ".join(f"<{name}>" for name in (_TYPE, *_ROLES))
    terms: dict[str, Term] = {}
    for row in engine.rows(_TERMS_QUERY.format(terms=names, properties=properties)):
        term = terms.setdefault(row["term"].value, Term(row["term"].value))
        value = row.get("member", row["value"])
        role = _ROLES.get(row["property"].value)
        if role is None:
            term.kinds.add(value.value)
        elif str(value).startswith("<"):
            named: list[str] = getattr(term, role)
            if value.value not in named:
                named.append(value.value)
    return {name: t for name, t in sorted(terms.items()) if t.is_class or t.is_property}
