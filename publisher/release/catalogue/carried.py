"""What a feed must say of terms that others own: neither portal looks them up.

Without these triples a valid feed has dozens of violations at data.europa.eu, whose validator
reads what is posted and nothing else (SEMICeu/DCAT-AP issues 248 and 403).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from publisher.rdf.namespaces import iri
from publisher.release.catalogue.draft import Draft, node

AUTHORITY = "http://publications.europa.eu/resource/authority/"
IANA = "http://www.iana.org/assignments/media-types/"
ADMS = "http://purl.org/adms/"
# Properties whose values must be typed in the feed (DCAT-AP 3.0.1, range and vocabulary shapes).
_FROM_LISTS = (
    "dcat:theme",
    "dcatap:availability",
    "dcterms:accessRights",
    "dcterms:accrualPeriodicity",
    "dcterms:format",
    "dcterms:language",
    "dcterms:type",
)
_FOLLOWED = (iri("dcterms:type"), iri("skos:inScheme"))


@cache
def _terms() -> Mapping[NamedNode, tuple[Triple, ...]]:
    content = (files("publisher") / "release" / "catalogue" / "carried.ttl").read_bytes()
    terms: dict[NamedNode, list[Triple]] = {}
    for quad in parse(content, format=RdfFormat.TURTLE):
        assert isinstance(quad.subject, NamedNode)
        terms.setdefault(quad.subject, []).append(quad.triple)
    return {term: tuple(triples) for term, triples in terms.items()}


def carry(draft: Draft) -> None:
    """Add type and label of every term of others that a draft mentions and does not describe.

    What the sources say of a term stands before what the program knows.
    """
    pending = sorted(draft.mentioned(), key=str)
    seen: set[NamedNode] = set()
    while pending:
        term = pending.pop()
        if term in seen or draft.objects(term, "rdf:type"):
            continue
        seen.add(term)
        triples = _terms().get(term, ())
        draft.extend(triples)
        for triple in triples:
            if triple.predicate.value in _FOLLOWED and isinstance(triple.object, NamedNode):
                pending.append(triple.object)


def unknown(triples: Iterable[Triple]) -> list[str]:
    """Return the terms of EU and ADMS lists that a feed uses and nobody describes, sorted."""
    draft = Draft(triples)
    used = {term for name in _FROM_LISTS for term in draft.all_objects(name)}
    return sorted(
        term.value
        for term in used
        if term.value.startswith((AUTHORITY, ADMS)) and not draft.objects(term, "rdf:type")
    )


def is_public_domain(licence: NamedNode) -> bool:
    """Tell whether a licence is known to ask for nothing."""
    wanted = (node("dcterms:type"), NamedNode(ADMS + "licencetype/PublicDomain"))
    return any((t.predicate, t.object) == wanted for t in _terms().get(licence, ()))
