"""What a person wrote in the catalogue → what both profiles take.

A format may be written as an EU file type, a media type or IANA's address of one; parts may be
written without a name. Each view says the same of the same things, in the form its profile wants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.messages import text
from publisher.profiles.dcat_ap_se import read_lists
from publisher.profiles.file_types import FILE_TYPES, IANA, file_type_of
from publisher.profiles.term_names import terms_of
from publisher.rdf.namespaces import iri
from publisher.release.catalogue.distributions import ApplicationProfile
from publisher.release.catalogue.graph import MutableGraph, Term, in_languages, node

_FORMAT, _MEDIA_TYPE = "dcterms:format", "dcat:mediaType"
_HVD_SCHEME = NamedNode("http://data.europa.eu/bna/asd487ae75")
_LEGAL_RESOURCE = NamedNode("http://data.europa.eu/eli/ontology#LegalResource")
# Property → class of what it leads to, where a feed must say it and nobody has (DCAT-AP 3.0.1).
_CLASSES: Mapping[str, NamedNode] = {
    "dcterms:license": node("dcterms:LicenseDocument"),
    "dcterms:conformsTo": node("dcterms:Standard"),
    "dcat:landingPage": node("foaf:Document"),
    "foaf:homepage": node("foaf:Document"),
    "foaf:page": node("foaf:Document"),
    "dcatap:applicableLegislation": _LEGAL_RESOURCE,
}


def harmonise(draft: MutableGraph, view: ApplicationProfile) -> None:
    """Bring the formats of everything written by hand into the form of a view."""
    for name in ("dcat:Distribution", "dcat:DataService"):
        for subject in draft.instances(name):
            _formats(draft, subject, view)


def type_terms(draft: MutableGraph) -> None:
    """Say what things named elsewhere are, where neither the sources nor the program's lists do."""
    for name, kind in _CLASSES.items():
        for term in draft.all_objects(name):
            if not draft.objects(term, "rdf:type"):
                draft.add(term, "rdf:type", kind)
    categories = set(draft.all_objects("dcatap:hvdCategory"))
    for category in sorted(categories, key=str):
        if category.value in {str(value) for value in read_lists()["hvd-category"]}:
            draft.add(category, "rdf:type", node("skos:Concept"))
            draft.add(category, "skos:inScheme", _HVD_SCHEME)
            draft.add(_HVD_SCHEME, "rdf:type", node("skos:ConceptScheme"))
            _label(draft, category)


def type_addresses(draft: MutableGraph) -> None:
    """Say of the addresses of high-value datasets that they are resources (HVD 3.0).

    The shapes ask for it, and judge what is in the feed and nothing else.
    """
    for law in draft.all_objects("dcatap:applicableLegislation"):
        for subject in draft.subjects("dcatap:applicableLegislation", law):
            for name in ("dcat:accessURL", "dcat:endpointURL", "dcat:endpointDescription"):
                for address in draft.nodes(subject, name):
                    if not draft.objects(address, "rdf:type"):
                        draft.add(address, "rdf:type", node("rdfs:Resource"))


def _label(draft: MutableGraph, category: NamedNode) -> None:
    """Name a category of high-value datasets and its list, where nobody has (DCAT-AP 3.0.1)."""
    if not draft.objects(category, "skos:prefLabel"):
        labels = next((t.labels for t in terms_of("hvd-category") if t.value == category.value), {})
        draft.add(category, "skos:prefLabel", *in_languages(labels))
    if not draft.objects(_HVD_SCHEME, "dcterms:title"):
        titles = text("Categories of high-value datasets")
        draft.add(_HVD_SCHEME, "dcterms:title", *in_languages(titles))


def _formats(draft: MutableGraph, subject: NamedNode, view: ApplicationProfile) -> None:
    """Write the formats of a distribution or service as a view wants them.

    What is not known stays as it was written, and the profile's rules object to it.
    """
    media_types = [_iana(term) for term in draft.objects(subject, _MEDIA_TYPE)]
    draft.remove(subject, _MEDIA_TYPE)
    draft.add(subject, _MEDIA_TYPE, *media_types)
    formats = [_format(term, view) for term in draft.objects(subject, _FORMAT) or media_types]
    draft.remove(subject, _FORMAT)
    draft.add(subject, _FORMAT, *formats)
    for term in (*formats, *media_types):
        if isinstance(term, NamedNode) and term.value.startswith(FILE_TYPES):
            draft.add(term, "rdf:type", node("dcterms:MediaTypeOrExtent"))
            draft.add(term, "skos:inScheme", NamedNode(FILE_TYPES.rstrip("/")))
        elif isinstance(term, NamedNode) and term.value.startswith(IANA):
            draft.add(term, "rdf:type", node("dcterms:MediaType"))


def _iana(term: Term) -> Term:
    known = file_type_of(term.value)
    return NamedNode(IANA + known.media_type) if known.media_type else term


def _format(term: Term, view: ApplicationProfile) -> Term:
    known = file_type_of(term.value)
    if view is ApplicationProfile.SE:
        return Literal(known.media_type) if known.media_type else term
    return NamedNode(FILE_TYPES + known.file_type) if known.file_type else term


def name_blank_nodes(triples: Iterable[Triple]) -> list[Triple]:
    """Return the triples with names for parts that have none, made of their owner and content.

    Portals follow names only: a file or a contact without one is lost. A box on a map stays
    without a name, since DCAT-AP-SE takes one only so. The same content has the same name in
    every release.
    """
    listed = list(triples)
    said: dict[BlankNode, list[Triple]] = defaultdict(list)
    for triple in listed:
        if isinstance(triple.subject, BlankNode):
            said[triple.subject].append(triple)
    names: dict[BlankNode, NamedNode] = {}
    waiting = [t for t in listed if isinstance(t.subject, NamedNode)]
    while waiting:
        triple = waiting.pop()
        part = triple.object
        if not isinstance(part, BlankNode) or part in names or _is_location(said[part]):
            continue
        owner = names[triple.subject] if isinstance(triple.subject, BlankNode) else triple.subject
        assert not isinstance(owner, Triple)  # this reads files, not triples about triples
        local = triple.predicate.value.rstrip("/#").replace("#", "/").rpartition("/")[2]
        digest = sha256(_content(part, said, frozenset()).encode()).hexdigest()[:8]
        separator = "-" if "#" in owner.value else "#"
        names[part] = NamedNode(f"{owner.value}{separator}{local}-{digest}")
        waiting += said[part]
    return [_renamed(triple, names) for triple in listed]


def _is_location(triples: Iterable[Triple]) -> bool:
    kind = (iri("rdf:type"), node("dcterms:Location"))
    return any((t.predicate.value, t.object) == kind for t in triples)


def _content(
    part: BlankNode, said: Mapping[BlankNode, list[Triple]], above: frozenset[BlankNode]
) -> str:
    """Return what is said of a part, whatever labels the file gave to it and its own parts."""
    if part in above:
        return "(itself)"
    inside = above | {part}
    return "\n".join(
        sorted(
            f"{t.predicate} {_content(t.object, said, inside)}"
            if isinstance(t.object, BlankNode)
            else f"{t.predicate} {t.object}"
            for t in said[part]
        )
    )


def _renamed(triple: Triple, names: Mapping[BlankNode, NamedNode]) -> Triple:
    subject, value = triple.subject, triple.object
    if isinstance(subject, BlankNode):
        subject = names.get(subject, subject)
    if isinstance(value, BlankNode):
        value = names.get(value, value)
    return Triple(subject, triple.predicate, value)
