"""The catalogue of a first folder: what only a person knows, and may change."""

from __future__ import annotations

import uuid

from pyoxigraph import Literal, NamedNode

from publisher.rdf.namespaces import iri
from publisher.writing.starting.model import (
    LICENCE,
    Said,
    Start,
    Term,
    given,
    in_each,
    lower,
    nodes,
    vocabulary_description,
)

_EU = "http://publications.europa.eu/resource/authority/"
_ADMS = "http://purl.org/adms/publishertype/"
_TAGS = {"sv": "SWE", "en": "ENG"}
_OWL = "https://www.w3.org/TR/owl2-overview/"
_OPEN = "Open data on {names}, free to use by everybody, as linked data and as tables."


def catalogue(start: Start) -> Said:
    """Return catalogue, datasets, publisher and contact."""
    return _catalogue(start) | _people(start) | _datasets(start)


def _addresses(start: Start) -> tuple[str, str, list[str]]:
    """Return the IRIs of contact and publisher, and those of the datasets."""
    base = start.base_iri
    datasets = [f"{base}dataset/{start.dataset}", f"{base}dataset/vocabulary"]
    return f"{base}contact", f"{base}id/organisation/publisher", datasets


def _shared(start: Start) -> dict[str, list[Term]]:
    """Return what holds for the catalogue and for each dataset."""
    contact, publisher, _datasets = _addresses(start)
    return {
        "dcterms:publisher": nodes(publisher),
        "dcterms:license": nodes(LICENCE),
        "dcterms:language": nodes(*(f"{_EU}language/{_TAGS[tag]}" for tag in start.languages)),
        "dcterms:spatial": nodes(f"{_EU}country/SWE"),
        "dcterms:issued": [Literal(start.day.isoformat(), datatype=NamedNode(iri("xsd:date")))],
        "dcat:contactPoint": nodes(contact),
    }


def _catalogue(start: Start) -> Said:
    home = start.base_iri
    return {
        home: {"rdf:type": nodes("foaf:Document"), "dcterms:title": given(start, start.names)},
        f"{home}catalog": _shared(start)
        | {
            "rdf:type": nodes("dcat:Catalog"),
            "dcterms:title": in_each("{names}: linked open data", start, names=start.names),
            "dcterms:description": in_each(_OPEN, start, names=lower(start.names)),
            "dcat:dataset": nodes(*_addresses(start)[2]),
            "dcat:themeTaxonomy": nodes(f"{_EU}data-theme"),
            "foaf:homepage": nodes(home),
        },
    }


def _people(start: Start) -> Said:
    contact, publisher, _datasets = _addresses(start)
    return {
        contact: {
            "rdf:type": nodes("vcard:Organization"),
            "vcard:fn": in_each("Questions about the data", start),
            "vcard:hasEmail": nodes(f"mailto:{start.contact}"),
        },
        publisher: {
            "rdf:type": nodes("foaf:Agent"),
            "dcterms:type": nodes(f"{_ADMS}{start.kind_of_publisher}"),
            "foaf:name": [Literal(start.publisher, language=tag) for tag in start.languages],
        },
    }


def _datasets(start: Start) -> Said:
    own, vocabulary = _addresses(start)[2]
    names = lower(start.names)
    return {
        own: _dataset(start, own)
        | {
            "dcterms:title": given(start, start.names),
            "dcterms:conformsTo": nodes(f"{start.base_iri}def/{start.dataset}"),
            "dcterms:description": in_each(_OPEN, start, names=names),
            "dcat:keyword": given(start, names),
        },
        vocabulary: _dataset(start, vocabulary)
        | {
            "dcterms:title": in_each("Vocabulary for {names}", start, names=names),
            "dcterms:conformsTo": nodes(_OWL),
            "dcterms:description": vocabulary_description(start),
            "dcat:keyword": [*given(start, names), *in_each("vocabulary", start)],
        },
        _OWL: {
            "rdf:type": nodes("dcterms:Standard"),
            "dcterms:title": [Literal("OWL 2", language=tag) for tag in start.languages],
            "dcterms:description": in_each("The W3C's language for ontologies.", start),
        },
    }


def _dataset(start: Start, dataset: str) -> dict[str, list[Term]]:
    return _shared(start) | {
        "rdf:type": nodes("dcat:Dataset"),
        "dcterms:accessRights": nodes(f"{_EU}access-right/PUBLIC"),
        "dcterms:accrualPeriodicity": nodes(f"{_EU}frequency/IRREG"),
        "dcterms:identifier": [Literal(str(uuid.uuid5(uuid.NAMESPACE_URL, dataset)))],
        "dcat:landingPage": nodes(dataset),
        "dcat:theme": nodes(f"{_EU}data-theme/{start.theme}"),
    }
