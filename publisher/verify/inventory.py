"""What the dumps hold: the subjects that must answer, the links out, the ontologies."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox
from rdflib import RDF

from publisher.rdf.namespaces import iri
from publisher.verify.graphs import Triples
from publisher.verify.site import Site
from publisher.verify.spelling import document, is_web

TYPE = str(RDF.type)
# What these stand for is a document, so it may answer 200 itself (httpRange-14).
DOCUMENT_TYPES = frozenset(
    map(
        iri,
        (
            "dcat:Catalog",
            "dcat:Dataset",
            "dcat:DatasetSeries",
            "dcat:Distribution",
            "dcat:DataService",
            "dcat:Resource",
            "dcterms:LicenseDocument",
            "dcterms:Standard",
            "foaf:Document",
            "owl:Ontology",
            "sd:Service",
            "void:Dataset",
            "void:DatasetDescription",
        ),
    )
)
ONTOLOGY = iri("owl:Ontology")
ADDRESS = ox.NamedNode(iri("rdfs:Resource"))
# A fixed seed: two verifications of the same release look at the same subjects.
SEED = 405


@dataclass
class Inventory:
    """Grows with each dump that is read.

    Attributes:
        site: Decides which subjects are its own.
        subjects: Own subject → whether it may answer 200 itself.
        outgoing: Addresses of others that the data point to.
        ontologies: Own subjects typed ``owl:Ontology``.
    """

    site: Site
    subjects: dict[str, bool] = field(default_factory=dict)
    outgoing: set[str] = field(default_factory=set)
    ontologies: set[str] = field(default_factory=set)

    def add(self, triples: Triples) -> None:
        """Take in the triples of a dump."""
        for triple in triples:
            subject, value = triple.subject, triple.object
            if isinstance(subject, ox.NamedNode) and self.site.holds(subject.value):
                self._subject(subject.value, triple)
            if isinstance(value, ox.NamedNode) and self._leads_out(triple.predicate, value):
                self.outgoing.add(value.value)

    def _subject(self, subject: str, triple: ox.Triple) -> None:
        """Note a subject, and what its type says of it.

        An ``rdfs:Resource`` is the address of an interface, typed for DCAT-AP's range shapes alone.
        """
        if triple.object == ADDRESS:
            return
        self.subjects.setdefault(subject, False)
        if triple.predicate.value == TYPE and isinstance(triple.object, ox.NamedNode):
            self.subjects[subject] |= triple.object.value in DOCUMENT_TYPES
            if triple.object.value == ONTOLOGY:
                self.ontologies.add(subject)

    def _leads_out(self, predicate: ox.NamedNode, value: ox.NamedNode) -> bool:
        """Tell whether a value is an address of somebody else; types are terms, not links."""
        web = is_web(value.value)
        return web and predicate.value != TYPE and not self.site.holds(value.value)

    def sample(self, size: int) -> list[str]:
        """Return own subjects, at most ``size`` of them, one for each document.

        >>> inventory = Inventory(Site("http://x/", "https://e.org/"))
        >>> inventory.subjects.update({"https://e.org/a#1": False, "https://e.org/a#2": False})
        >>> inventory.sample(10)
        ['https://e.org/a#1']
        """
        return _sampled(self.subjects, size)


def _sampled(subjects: Iterable[str], size: int) -> list[str]:
    """Return one subject a document, in order; above the size a sample with a fixed seed."""
    documents: dict[str, str] = {}
    for subject in sorted(subjects):
        documents.setdefault(document(subject), subject)
    chosen = list(documents.values())
    return chosen if len(chosen) <= size else sorted(random.Random(SEED).sample(chosen, size))
