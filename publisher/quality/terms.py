"""Is every term of a known vocabulary really in it? A misspelt shape is silence, not an error."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from pyoxigraph import Literal, NamedNode, Triple
from rdflib import namespace
from rdflib.namespace import DefinedNamespace

from publisher.findings import Finding, Severity
from publisher.load.files import Role
from publisher.load.parse import SourceFile, line_of
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rdf.namespaces import PREFIXES

RULE = "terms"
PREFIX_RULE = "prefixes"

# rdflib closes these; what stands behind the name are terms younger than its copy.
_CLOSED: Mapping[str, tuple[type[DefinedNamespace], str]] = {
    "dcat": (namespace.DCAT, "DatasetSeries inSeries prev seriesMember first last version"
             " hasVersion isVersionOf hasCurrentVersion previousVersion isReplacedBy resource"),
    "dcterms": (namespace.DCTERMS, ""),
    "foaf": (namespace.FOAF, ""),
    "geo": (namespace.GEO, ""),
    "org": (namespace.ORG, ""),
    "owl": (namespace.OWL, ""),
    "prov": (namespace.PROV, ""),
    "rdf": (namespace.RDF, "langString dirLangString"),
    "rdfs": (namespace.RDFS, ""),
    "schema": (namespace.SDO, "Certification hasCertification companyRegistration"),
    "sh": (namespace.SH, ""),
    "skos": (namespace.SKOS, ""),
    "vann": (namespace.VANN, ""),
    "void": (namespace.VOID, ""),
    "xsd": (namespace.XSD, ""),
}  # fmt: skip

# Vocabularies that rdflib does not know; the terms that sources have use for, as published.
_LISTED: Mapping[str, str] = {
    "adms": "Identifier identifier schemeAgency status versionNotes representationTechnique sample"
    " translation supportedSchema interoperabilityLevel",
    "bibo": "doi status Document Book authorList editor publisher isbn13 isbn10 uri",
    "cv": "PublicOrganisation registeredAddress registrationDate contactPoint hasLegalStatus"
    " LegalStatus AdminUnit adminUnit level code ContactPoint",
    "dcatap": "applicableLegislation availability hvdCategory",
    "locn": "Address Geometry location address geometry geographicName fullAddress postCode"
    " postName adminUnitL1 adminUnitL2 thoroughfare addressArea poBox locatorDesignator"
    " locatorName addressId",
    "rov": "RegisteredOrganization legalName orgType orgActivity orgStatus registration"
    " hasRegisteredOrganization",
    "spdx": "Checksum checksum algorithm checksumValue ChecksumAlgorithm checksumAlgorithm_sha1"
    " checksumAlgorithm_sha256",
    "vcard": "Kind Individual Organization Address Group Location fn hasEmail hasTelephone hasURL"
    " hasAddress street-address locality postal-code country-name region organization-name hasUID"
    " hasNote Voice hasValue",
    "wgs": "lat long alt lat_long location Point SpatialThing",
}


@cache
def _terms(prefix: str) -> frozenset[str]:
    """Return the local names of a vocabulary; empty for one that is not closed."""
    if prefix in _LISTED:
        return frozenset(_LISTED[prefix].split())
    if prefix not in _CLOSED:
        return frozenset()
    closed, younger = _CLOSED[prefix]
    # Names that are Python's own words (sh:class, sh:or) stand apart in rdflib.
    return frozenset((*closed.__annotations__, *closed._extras, *younger.split()))


def _own_terms(sources: Sources) -> Mapping[str, frozenset[str]]:
    """Return namespace → local names of the vocabularies that the ontology itself defines."""
    declared = {
        triple.subject.value
        for file in sources.of_role(Role.ONTOLOGY)
        for triple in file.triples
        if isinstance(triple.subject, NamedNode)
    }
    own = {n: p for p, n in sources.prefixes.items() if n not in PREFIXES.values() and p != "shape"}
    return {
        namespace: frozenset(i[len(namespace) :] for i in declared if i.startswith(namespace))
        for namespace in own
    }


def _iris(triple: Triple) -> Iterator[str]:
    for term in (triple.subject, triple.predicate, triple.object):
        if isinstance(term, NamedNode):
            yield term.value
        elif isinstance(term, Literal):
            yield term.datatype.value


class Vocabularies:
    """Every closed namespace of a folder of sources, and the verdict on each IRI."""

    def __init__(self, sources: Sources) -> None:
        """Read the vocabularies that the ontology defines."""
        self.prefixes = dict(sources.prefixes)
        self.terms = {PREFIXES[prefix]: _terms(prefix) for prefix in (*_CLOSED, *_LISTED)}
        self.terms |= _own_terms(sources)
        self.verdicts: dict[str, str | None] = {}

    def misspelt(self, iri: str) -> str | None:
        """Return the nearest right term ("" when none is near), or None when nothing is wrong."""
        if iri not in self.verdicts:
            self.verdicts[iri] = self._look_up(iri)
        return self.verdicts[iri]

    def _look_up(self, iri: str) -> str | None:
        for start, terms in self.terms.items():
            name = iri.removeprefix(start)
            if name == iri or not name or "/" in name or name in terms:
                continue
            return "".join(difflib.get_close_matches(name, sorted(terms), n=1, cutoff=0.5))
        return None


def check_terms(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each term that its closed vocabulary does not have, once a file."""
    vocabularies = Vocabularies(sources)
    for file in sources.files:
        yield from check_terms_of(file, file.triples, vocabularies)


def check_terms_of(
    file: SourceFile, triples: Iterable[Triple], vocabularies: Vocabularies
) -> Iterator[Finding]:
    """Return the same for one file and what it says."""
    yield from _check_prefixes(file, vocabularies.prefixes)
    seen: set[str] = set()
    for triple in triples:
        for iri in _iris(triple):
            if iri in seen or (near := vocabularies.misspelt(iri)) is None:
                continue
            seen.add(iri)
            yield _misspelt(file, triple, iri, near)


def _misspelt(file: SourceFile, triple: Triple, iri: str, near: str) -> Finding:
    message = "{iri} is not a term of its vocabulary. Write it as the vocabulary does."
    if near:
        message = "{iri} is not a term of its vocabulary. Did you mean '{near}'?"
    return Finding(
        Severity.VIOLATION,
        text(message, iri=iri, near=near),
        rule=RULE,
        file=file.name,
        line=line_of(file, str(getattr(triple.subject, "value", "")), triple.predicate.value),
        focus_node=str(getattr(triple.subject, "value", triple.subject)),
        path=triple.predicate.value,
        value=str(triple.object),
    )


def _check_prefixes(file: SourceFile, table: Mapping[str, str]) -> Iterator[Finding]:
    for prefix, start in file.prefixes.items():
        if prefix in table and table[prefix] != start:
            yield Finding(
                Severity.VIOLATION,
                text(
                    "The prefix {prefix}: stands for <{right}>, not <{wrong}>. Write the former.",
                    prefix=prefix,
                    right=table[prefix],
                    wrong=start,
                ),
                rule=PREFIX_RULE,
                file=file.name,
                line=next(
                    (n for n, t in enumerate(file.text.splitlines(), 1) if f"<{start}>" in t), 0
                ),
            )
