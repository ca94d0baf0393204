"""Where a site is, which IRIs it answers for, what it says of itself and in its dumps."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin

import pyoxigraph as ox
from rdflib import RDF, VOID, Graph

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.left_open import EXAMPLE_TEXTS
from publisher.messages import text
from publisher.rdf.context_loading import context_loader
from publisher.rdf.namespaces import iri
from publisher.system.http_client import Client, Visit, is_web, parse_digits, without_fragment
from publisher.verify import graphs
from publisher.verify.graphs import Triples
from publisher.verify.links import links_of, targets
from publisher.verify.report import check_answered, is_absent, note, violation, warning

# RFC 3987, section 3.1: letters outside ASCII are escaped, what is escaped stays.
_SAFE = "/:@!$&'()*+,;=~-._%?#"


@dataclass(frozen=True)
class VerifiedSite:
    """A site: its address, the base of the IRIs it answers for, and its VoID description."""

    address: str
    base: str
    void: Graph = field(default_factory=Graph, repr=False)

    @property
    def describes_itself(self) -> bool:
        """Tell whether it says by VoID, or by the links of its pages, that it has linked data."""
        return len(self.void) > 0 or self.base != self.address

    def holds(self, iri: str) -> bool:
        """Tell whether the site answers for an IRI."""
        return iri.startswith((self.base, self.address))

    def locate(self, iri: str) -> str:
        """Return the address that answers for an IRI; an IRI of somebody else stays as it is.

        >>> VerifiedSite("http://x/", "https://e.org/").locate("https://e.org/id/ö")
        'http://x/id/%C3%B6'
        """
        if iri.startswith(self.base):
            iri = self.address + iri.removeprefix(self.base)
        return quote(iri, safe=_SAFE) if iri.startswith(self.address) else iri

    def endpoints(self) -> tuple[str, ...]:
        """Return the SPARQL endpoints of VoID (VoID, section 3.2)."""
        return tuple(sorted({str(o) for o in self.void.objects(None, VOID.sparqlEndpoint)}))

    def triples_of(self, dump: str) -> frozenset[int]:
        """Return how many triples VoID says a dump has; empty when it does not say."""
        address = self.locate(dump)
        numbers = {
            str(number)
            for dataset, described in self.void.subject_objects(VOID.dataDump)
            for number in self.void.objects(dataset, VOID.triples)
            if self.locate(str(described)) == address
        }
        return frozenset(n for n in map(parse_digits, numbers) if n is not None)


def read_site(client: Client, url: str, catalogue: str) -> tuple[VerifiedSite, list[Finding]]:
    """Return a site's description of itself, and findings about it.

    The base comes from ``void:uriSpace`` (VoID, section 4.2), else from the link ``canonical``
    of the home page or of the catalogue, else it is the address.
    """
    address = url if url.endswith("/") else url + "/"
    home = client.visit(address, fields={"Accept": "text/html"})
    canonical = _canonical(home, "") or _canonical(client.visit(address + catalogue), catalogue)
    client.locate = VerifiedSite(address, canonical or address).locate
    void, findings = _void(client, urljoin(address, ".well-known/void"))
    spaces = [str(space) for space in void.objects(None, VOID.uriSpace)]
    site = VerifiedSite(address, _base(canonical or address, spaces), void)
    client.locate = site.locate
    return site, check_answered(home, client.limits) + findings


def _canonical(visit: Visit, path: str) -> str:
    """Return the base that the canonical IRI of a page below it implies, if any."""
    canonical = targets(links_of(visit.last), "canonical")
    base = canonical[0].removesuffix(path) if canonical else ""
    return base if base.endswith("/") else ""


def _base(canonical: str, spaces: list[str]) -> str:
    """Return the base: the URI space all others lie in, or the home page's IRI when above it."""
    shortest = min(spaces, key=len, default="")
    shared = shortest[: shortest.rfind("/") + 1]
    outside = [space for space in spaces if not space.startswith(shared)]
    if not shared or outside or shared.startswith(canonical):
        return canonical
    return shared


def _void(client: Client, url: str) -> tuple[Graph, list[Finding]]:
    """Return the VoID description and what is wrong with it."""
    visit = client.visit(url, fields={"Accept": "text/turtle"})
    if is_absent(visit):
        message = text(
            "There is no VoID at {url}. It would tell machines which datasets, dumps and endpoints"
            " the site has.",
            url=url,
        )
        return Graph(), [note("void:none", message, url)]
    findings = check_answered(visit, client.limits)
    if findings:
        return Graph(), findings
    last = visit.last
    try:
        triples = graphs.parse(last.body, last.media_type, last.url, context_loader(client))
        void = graphs.to_rdflib(triples)
    except SourceSyntax as error:
        return Graph(), [violation("void:syntax", error.what, url)]
    if (None, RDF.type, VOID.Dataset) not in void:
        message = text("{url} describes no void:Dataset. Describe each dataset.", url=url)
        return void, [warning("void:dataset", message, url)]
    return void, []


# What the dumps hold: the subjects that must answer, the links out, the ontologies.

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
class DumpContents:
    """Grows with each dump that is read.

    Attributes:
        site: Decides which subjects are its own.
        subjects: Own subject → whether it may answer 200 itself.
        outgoing: Addresses of others that the data point to.
        ontologies: Own subjects typed ``owl:Ontology``.
        examples: Own subjects that say that they are there to be replaced.
    """

    site: VerifiedSite
    subjects: dict[str, bool] = field(default_factory=dict)
    outgoing: set[str] = field(default_factory=set)
    ontologies: set[str] = field(default_factory=set)
    examples: set[str] = field(default_factory=set)

    def add(self, triples: Triples) -> None:
        """Take in the triples of a dump."""
        for triple in triples:
            subject, value = triple.subject, triple.object
            if isinstance(subject, ox.NamedNode) and self.site.holds(subject.value):
                self._subject(subject.value, triple)
                if isinstance(value, ox.Literal) and value.value in EXAMPLE_TEXTS:
                    self.examples.add(subject.value)
            if isinstance(value, ox.NamedNode) and self._leads_out(triple.predicate, value):
                self.outgoing.add(value.value)

    def _subject(self, subject: str, triple: ox.Triple) -> None:
        """Note a subject, and what its type says of it.

        An ``rdfs:Resource`` is the address of an interface, typed for DCAT-AP's range shapes alone;
        the address of a page is no name that several formats answer to.
        """
        if triple.object == ADDRESS or subject.endswith(".html"):
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

        >>> inventory = DumpContents(VerifiedSite("http://x/", "https://e.org/"))
        >>> inventory.subjects.update({"https://e.org/a#1": False, "https://e.org/a#2": False})
        >>> inventory.sample(10)
        ['https://e.org/a#1']
        """
        return _sample_subjects(self.subjects, size)


def _sample_subjects(subjects: Iterable[str], size: int) -> list[str]:
    """Return one subject a document, in order; above the size a sample with a fixed seed."""
    documents: dict[str, str] = {}
    for subject in sorted(subjects):
        documents.setdefault(without_fragment(subject), subject)
    first_of_each = list(documents.values())
    return (
        first_of_each
        if len(first_of_each) <= size
        else sorted(random.Random(SEED).sample(first_of_each, size))
    )
