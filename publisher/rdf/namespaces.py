"""Namespaces, prefixes and names of RDF that pages, queries and files share.

A publisher's own prefix comes from ``vann:preferredNamespacePrefix`` in its ontology.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "bibo": "http://purl.org/ontology/bibo/",
    "cv": "http://data.europa.eu/m8g/",
    "dash": "http://datashapes.org/dash#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "geodcatap": "http://data.europa.eu/930/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "locn": "http://www.w3.org/ns/locn#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rov": "http://www.w3.org/ns/regorg#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@cache
def iri(curie: str) -> str:
    """Return the IRI that a prefixed name of the table stands for.

    >>> iri("skos:prefLabel")
    'http://www.w3.org/2004/02/skos/core#prefLabel'

    Raises:
        KeyError: The prefix is not in the table.
    """
    prefix, _, name = curie.partition(":")
    return PREFIXES[prefix] + name


# The lists of the EU's Publications Office that DCAT-AP takes values from ("authority tables").
AUTHORITY = "http://publications.europa.eu/resource/authority/"
# The list of the categories of high-value datasets (Implementing Regulation (EU) 2023/138).
HVD_CATEGORIES = "http://data.europa.eu/bna/asd487ae75"

# What names a thing, in the order in which a name is looked for. See ``rdf.label_properties``.
LABELS = (
    *(iri("skos:prefLabel"), iri("rdfs:label"), iri("dcterms:title")),
    "http://purl.org/dc/elements/1.1/title",
    *(iri("foaf:name"), iri("schema:name"), "http://schema.org/name"),
    *(iri("vcard:fn"), iri("sh:name")),
    # What a label of SKOS-XL says names the label.
    "http://www.w3.org/2008/05/skos-xl#literalForm",
)


def shorten(value: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Return the prefixed name of an IRI, or the IRI itself when no prefix fits.

    >>> shorten("http://www.w3.org/2004/02/skos/core#prefLabel")
    'skos:prefLabel'
    """
    for prefix, namespace in prefixes.items():
        if value.startswith(namespace) and value[len(namespace) :].isidentifier():
            return f"{prefix}:{value[len(namespace) :]}"
    return value


# The viewers of DASH that pages know: how a shape says that values of a property are shown.
#
# DASH, https://datashapes.org/forms.html, section "Viewers". ``dash:HTMLViewer`` is left out on
# purpose: a text from the data never becomes markup of a page.

VIEWER = iri("dash:viewer")
# These show an IRI by its name, and a blank node by what is said of it, which pages do anyway.
BLANK_NODE, LABEL = "dash:BlankNodeViewer", "dash:LabelViewer"
DETAILS = "dash:DetailsViewer"
HYPERLINK, URI = "dash:HyperlinkViewer", "dash:URIViewer"
IMAGE = "dash:ImageViewer"
LANG_STRING, LITERAL = "dash:LangStringViewer", "dash:LiteralViewer"
VIEWERS = (BLANK_NODE, DETAILS, HYPERLINK, IMAGE, LABEL, LANG_STRING, LITERAL, URI)


def read_viewer(name: str) -> str:
    """Return the viewer that an IRI names; empty for one that pages do not know.

    >>> read_viewer("http://datashapes.org/dash#URIViewer")
    'dash:URIViewer'
    >>> read_viewer("http://datashapes.org/dash#HTMLViewer")
    ''
    """
    short = shorten(name)
    return short if short in VIEWERS else ""
