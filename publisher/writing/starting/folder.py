"""A first folder of sources for another publisher: small, whole, and theirs to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.turtle import write
from publisher.writing.files import FileChange, write_all
from publisher.writing.starting.catalogue import catalogue
from publisher.writing.starting.model import (
    LICENCE,
    Said,
    Start,
    Term,
    given,
    in_each,
    lower,
    nodes,
    refuse_wrong,
    vocabulary_description,
)


def start_folder(start: Start, folder: Path) -> list[str]:
    """Write a folder of sources that passes the check; return the names of its files.

    Raises:
        UsageError: The folder is not empty, or something cannot be an address.
        SourceError: A file cannot be written.
    """
    refuse_wrong(start, folder)
    base = start.base_iri
    prefix = start.dataset
    prefixes = {prefix: f"{base}def/{start.dataset}#", "shape": f"{base}shapes#"} | dict(PREFIXES)
    texts = {
        "pyproject.toml": _settings(start),
        f"ontology/{start.dataset}.ttl": write(_triples(_ontology(start)), prefixes),
        f"shapes/{start.class_name}.ttl": write(_triples(_shapes(start)), prefixes),
        f"data/{start.dataset}/{start.kind}.ttl": write(_triples(_first_thing(start)), prefixes),
        "data/catalogue.ttl": write(_triples(catalogue(start)), prefixes),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return write_all(
        folder, [FileChange(name, folder / name, None, text) for name, text in texts.items()]
    )


def _settings(start: Start) -> str:
    return (
        "# Settings of the publisher: see 'publisher run --help'.\n[tool.publisher]\n"
        f'base_iri = "{start.base_iri}"\nlanguage = "{start.languages[0]}"\n'
    )


def _triples(said: Mapping[str, Mapping[str, Iterable[Term]]]) -> Iterable[Triple]:
    for subject, properties in said.items():
        for name, values in properties.items():
            for value in values:
                yield Triple(NamedNode(subject), NamedNode(iri(name)), value)


def _ontology(start: Start) -> Said:
    ontology = f"{start.base_iri}def/{start.dataset}"
    own_class = f"{ontology}#{start.class_name}"
    thing, names = lower(start.things), lower(start.names)
    day = Literal(start.day.isoformat(), datatype=NamedNode(iri("xsd:date")))
    return {
        ontology: {
            "rdf:type": nodes("owl:Ontology"),
            "dcterms:title": in_each("Vocabulary for {names}", start, names=names),
            "dcterms:description": vocabulary_description(start),
            "dcterms:creator": nodes(f"{start.base_iri}id/organisation/publisher"),
            "dcterms:publisher": nodes(f"{start.base_iri}id/organisation/publisher"),
            "dcterms:created": [day],
            "dcterms:issued": [day],
            "dcterms:modified": [day],
            "dcterms:license": nodes(LICENCE),
            "owl:versionIRI": nodes(f"{ontology}/1.0.0"),
            "owl:versionInfo": [Literal("1.0.0")],
            "vann:preferredNamespacePrefix": [Literal(start.dataset)],
            "vann:preferredNamespaceUri": [Literal(f"{ontology}#")],
        },
        own_class: {
            "rdf:type": nodes("owl:Class"),
            "rdfs:label": given(start, thing),
            "rdfs:isDefinedBy": nodes(ontology),
            "skos:definition": in_each("One of the {names} listed here.", start, names=names),
        },
    }


def _shapes(start: Start) -> Said:
    shape = f"{start.base_iri}shapes#{start.class_name}"
    one = Literal(str(len(start.languages)), datatype=NamedNode(iri("xsd:integer")))
    required: dict[str, list[Term]] = {"sh:minCount": [one]}
    text: dict[str, list[Term]] = {
        "sh:datatype": nodes("rdf:langString"),
        "sh:uniqueLang": [Literal("true", datatype=NamedNode(iri("xsd:boolean")))],
    }
    address: dict[str, list[Term]] = {"sh:nodeKind": nodes("sh:IRI")}
    rows = (
        (
            "skos:prefLabel",
            in_each("Name", start),
            in_each("Give one name per language, with a language tag.", start),
            required | text,
        ),
        (
            "dcterms:description",
            in_each("Description", start),
            in_each("Give one text per language, with a language tag.", start),
            text,
        ),
        (
            "foaf:homepage",
            in_each("Website", start),
            in_each("Write the address of a website, from https:// on.", start),
            address,
        ),
    )
    said: Said = {
        shape: {
            "rdf:type": nodes("sh:NodeShape"),
            "rdfs:label": given(start, start.things),
            "sh:targetClass": nodes(f"{start.base_iri}def/{start.dataset}#{start.class_name}"),
            "sh:property": [NamedNode(f"{shape}-{row[0].partition(':')[2]}") for row in rows],
        }
    }
    for number, (path, names, messages, constraints) in enumerate(rows, 1):
        said[f"{shape}-{path.partition(':')[2]}"] = {
            "rdf:type": nodes("sh:PropertyShape"),
            "sh:path": nodes(path),
            "sh:name": names,
            "sh:message": messages,
            "sh:order": [Literal(str(number), datatype=NamedNode(iri("xsd:integer")))],
            "sh:severity": nodes("sh:Violation"),
            **constraints,
        }
    return said


def _first_thing(start: Start) -> Said:
    """Return one thing, which says itself that it is there to be replaced."""
    return {
        f"{start.base_iri}id/{start.kind}/1": {
            "rdf:type": nodes(f"{start.base_iri}def/{start.dataset}#{start.class_name}"),
            "skos:prefLabel": in_each("Example: {thing}", start, thing=lower(start.things)),
            "dcterms:description": in_each(
                "This thing shows how one is written. Replace it with your own.", start
            ),
        }
    }
