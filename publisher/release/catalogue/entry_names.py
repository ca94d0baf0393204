"""Names for catalogues, datasets and services that their author gave none.

Portals and readers come back by the name: one that was made of all that a dataset says would be
another after each change, so it is made of what the dataset is called.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.load.files import CATALOGUE, DATASET
from publisher.rdf.namespaces import LABELS, iri
from publisher.rdf.text import fold, plain_letters

_TYPE = iri("rdf:type")
_CATALOGUE = iri("dcat:Catalog")
# Class → what the names of its things begin with, and what stands for one without a title.
_BEGINNINGS = {
    iri("dcat:Dataset"): (DATASET, "dataset"),
    iri("dcat:DatasetSeries"): (DATASET, "series"),
    iri("dcat:DataService"): ("service/", "service"),
    _CATALOGUE: (f"{CATALOGUE}-", "part"),
}
# Names below service/ that the site has for its own.
_RESERVED = frozenset(("service/sparql", "service/documents"))
_HOLDS_CATALOGUES = frozenset((iri("dcat:catalog"), iri("dcterms:hasPart")))
_WORD = re.compile(r"[a-z0-9]+")
_LONGEST = 60


def name_entries(triples: Iterable[Triple], base_iri: str) -> list[Triple]:
    """Return triples in which each catalogue, dataset, series and service has a name.

    A catalogue that no other one holds is that of the site, if the site has none yet.

    Args:
        triples: What the files of the catalogue say.
        base_iri: Base of the new names.
    """
    listed = list(triples)
    by_subject: dict[BlankNode, list[Triple]] = defaultdict(list)
    for triple in listed:
        if isinstance(triple.subject, BlankNode):
            by_subject[triple.subject].append(triple)
    if not by_subject:
        return listed
    taken = {t.subject.value for t in listed if isinstance(t.subject, NamedNode)}
    held = {t.object for t in listed if t.predicate.value in _HOLDS_CATALOGUES}
    names: dict[BlankNode, NamedNode] = {}
    for node in sorted(by_subject, key=lambda node: (_title(by_subject[node]), node.value)):
        kinds = {getattr(t.object, "value", "") for t in by_subject[node] if _is_type(t)}
        kind = next((kind for kind in _BEGINNINGS if kind in kinds), "")
        if not kind:
            continue
        if kind == _CATALOGUE and node not in held and base_iri + CATALOGUE not in taken:
            name = base_iri + CATALOGUE
        else:
            beginning, instead = _BEGINNINGS[kind]
            start = beginning + (_slug(_title(by_subject[node])) or instead)
            name = _free(base_iri, start, taken)
        taken.add(name)
        names[node] = NamedNode(name)
    return [with_names(triple, names) for triple in listed] if names else listed


def _is_type(triple: Triple) -> bool:
    return triple.predicate.value == _TYPE


def _title(triples: Iterable[Triple]) -> str:
    """Return what a thing is called: the same, whatever else is said of it."""
    texts = [
        (LABELS.index(t.predicate.value), t.object.language or "", t.object.value)
        for t in triples
        if t.predicate.value in LABELS and isinstance(t.object, Literal)
    ]
    return min(texts)[2] if texts else ""


def _slug(words: str) -> str:
    return "-".join(_WORD.findall(plain_letters(fold(words))))[:_LONGEST].rstrip("-")


def _free(base_iri: str, start: str, taken: Iterable[str]) -> str:
    name, number = start, 1
    while base_iri + name in taken or name in _RESERVED:
        number += 1
        name = f"{start}-{number}"
    return base_iri + name


def with_names(triple: Triple, names: Mapping[BlankNode, NamedNode]) -> Triple:
    """Return a triple with names in place of the blank nodes that have one."""
    subject, value = triple.subject, triple.object
    if isinstance(subject, BlankNode):
        subject = names.get(subject, subject)
    if isinstance(value, BlankNode):
        value = names.get(value, value)
    return Triple(subject, triple.predicate, value)
