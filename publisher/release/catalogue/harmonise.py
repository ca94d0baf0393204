"""What a person wrote in the catalogue → what both profiles take.

A format may be written as an EU file type, a media type or IANA's address of one; parts may be
written without a name. Each view says the same of the same things, in the form its profile wants.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.addresses import Addresses
from publisher.languages import SOURCE_LANGUAGE
from publisher.profiles.file_types import FILE_TYPES, IANA
from publisher.profiles.term_names import find_format, terms_of
from publisher.rdf.namespaces import AUTHORITY, LABELS, iri
from publisher.rdf.subjects import Subject, Term
from publisher.release.catalogue.distributions import ApplicationProfile
from publisher.release.catalogue.entry_names import with_names
from publisher.release.catalogue.graph import (
    CatalogueGraph,
    exact_matches,
    node,
)

_FORMAT, _MEDIA_TYPE = "dcterms:format", "dcat:mediaType"
_LEGAL_RESOURCE = NamedNode("http://data.europa.eu/eli/ontology#LegalResource")
# Property → class of what it leads to, where a feed must say it and nobody has (DCAT-AP 3.0.1).
_CLASSES: Mapping[str, NamedNode] = {
    "dcterms:license": node("dcterms:LicenseDocument"),
    "dcterms:conformsTo": node("dcterms:Standard"),
    "dcat:compressFormat": node("dcterms:MediaType"),
    "dcat:packageFormat": node("dcterms:MediaType"),
    "dcat:hadRole": node("dcat:Role"),
    "dcterms:temporal": node("dcterms:PeriodOfTime"),
    "prov:wasGeneratedBy": node("prov:Activity"),
    "dcat:landingPage": node("foaf:Document"),
    "foaf:homepage": node("foaf:Document"),
    "foaf:page": node("foaf:Document"),
    "dcatap:applicableLegislation": _LEGAL_RESOURCE,
}
# List of the EU Publications Office → class of its values, as the ranges of DCAT-AP 3.0.1 have it.
_CLASS_OF_LIST: Mapping[str, NamedNode] = {
    name: node(kind)
    for kind, names in {
        "dcterms:Frequency": ("frequency",),
        "dcterms:LicenseDocument": ("licence",),
        "dcterms:LinguisticSystem": ("language",),
        "dcterms:Location": ("atu", "continent", "country", "place"),
        "dcterms:MediaTypeOrExtent": ("file-type",),
        "dcterms:RightsStatement": ("access-right",),
        "foaf:Agent": ("corporate-body",),
    }.items()
    for name in names
}
# Properties whose values DCAT-AP takes from these lists (section 7.1, controlled vocabularies).
_LISTED_PROPERTIES = (
    *("accessRights", "accrualPeriodicity", "format", "language", "license", "publisher"),
)
_AGENT_PROPERTIES = tuple(
    f"dcterms:{name}" for name in ("contributor", "creator", "publisher", "rightsHolder")
)
_AGENT_CLASSES = tuple(node(f"foaf:{name}") for name in ("Agent", "Organization", "Person"))
_CONTACT_CLASSES = (node("vcard:Individual"), node("vcard:Organization"))


def harmonise(draft: CatalogueGraph, view: ApplicationProfile, base_iri: str = "") -> None:
    """Bring everything written by hand into the form of a view.

    Args:
        draft: What was written, its parts named.
        view: The profile.
        base_iri: Base of the names; empty where no pages are served.
    """
    for name in ("dcat:Distribution", "dcat:DataService"):
        for subject in draft.instances(name):
            _formats(draft, subject, view)
    for licence in draft.all_objects("dcterms:license"):
        known = _licence(licence, view)
        if known != licence:
            for subject in draft.subjects("dcterms:license", licence):
                draft.replace(subject, "dcterms:license", licence, known)
    for contact in draft.all_objects("dcat:contactPoint"):
        _contact(draft, contact, view)
    _series(draft)
    _reference_systems(draft, view)
    _list_services(draft)
    if base_iri:
        separate_pages(draft, Addresses(base_iri, base_iri))


def type_terms(draft: CatalogueGraph, view: ApplicationProfile) -> None:
    """Say what things named elsewhere are, where neither the sources nor the program's lists do."""
    for name, kind in _CLASSES.items():
        for term in draft.all_objects(name):
            if not draft.objects(term, "rdf:type"):
                draft.add(term, "rdf:type", kind)
    listed_terms = {t for name in _LISTED_PROPERTIES for t in draft.all_objects(f"dcterms:{name}")}
    for term in sorted(listed_terms, key=str):
        if term.value.startswith(AUTHORITY) and not draft.objects(term, "rdf:type"):
            scheme = term.value.rpartition("/")[0]
            listed = _CLASS_OF_LIST.get(scheme.removeprefix(AUTHORITY))
            if listed is not None:
                draft.add(term, "rdf:type", listed)
                draft.add(term, "skos:inScheme", NamedNode(scheme))
    if view is ApplicationProfile.EU:
        for service in draft.instances("dcat:DataService"):
            for name in ("dcat:endpointURL", "dcat:endpointDescription"):
                for address in draft.nodes(service, name):
                    if not draft.objects(address, "rdf:type"):
                        draft.add(address, "rdf:type", node("rdfs:Resource"))


def type_addresses(draft: CatalogueGraph) -> None:
    """Say of the addresses of high-value datasets that they are resources (HVD 3.0).

    The shapes ask for it, and judge what is in the feed and nothing else.
    """
    for law in draft.all_objects("dcatap:applicableLegislation"):
        for subject in draft.subjects("dcatap:applicableLegislation", law):
            for name in ("dcat:accessURL", "dcat:endpointURL", "dcat:endpointDescription"):
                for address in draft.nodes(subject, name):
                    if not draft.objects(address, "rdf:type"):
                        draft.add(address, "rdf:type", node("rdfs:Resource"))


# Agents, contacts, series and services, as both profiles take them.


def describe_agents(
    draft: CatalogueGraph, sources: CatalogueGraph, view: ApplicationProfile
) -> None:
    """Give every agent the class and the name that portals show.

    The name may be written with another property, or in the data (DCAT-AP 3.0.1, class Agent).
    """
    agents = {agent for name in _AGENT_PROPERTIES for agent in draft.all_objects(name)}
    for agent in sorted(agents, key=str):
        kinds = draft.objects(agent, "rdf:type")
        demanded = _AGENT_CLASSES[:1] if view is ApplicationProfile.EU else _AGENT_CLASSES
        if not any(kind in kinds for kind in demanded):
            draft.add(agent, "rdf:type", _AGENT_CLASSES[0])
        _add_name(draft, sources, agent, "foaf:name")
    for contact in draft.all_objects("dcat:contactPoint"):
        _add_name(draft, sources, contact, "vcard:fn")


def _add_name(draft: CatalogueGraph, sources: CatalogueGraph, thing: NamedNode, name: str) -> None:
    """Say with the property of a profile what is said with another one that names things."""
    if draft.objects(thing, name):
        return
    for path in LABELS:
        for graph in (draft, sources):
            names = graph.objects_of(thing, path)
            if names:
                draft.add(thing, name, *names)
                return


def _contact(draft: CatalogueGraph, contact: NamedNode, view: ApplicationProfile) -> None:
    """Write a contact's class, mail and telephone as the profiles want them."""
    if not any(kind in _CONTACT_CLASSES for kind in draft.objects(contact, "rdf:type")):
        is_person = node("foaf:Person") in draft.objects(contact, "rdf:type")
        draft.add(contact, "rdf:type", _CONTACT_CLASSES[0 if is_person else 1])
    if view is ApplicationProfile.SE:  # exactly one of the two, and nothing above them
        draft.discard(contact, "rdf:type", node("vcard:Kind"))
    for mail in draft.objects(contact, "vcard:hasEmail"):
        written = mail.value.removeprefix("mailto:")
        if "@" in written and " " not in written:
            draft.replace(contact, "vcard:hasEmail", mail, NamedNode(f"mailto:{written}"))
    for number in draft.objects(contact, "vcard:hasTelephone"):
        is_number = isinstance(number, Literal) or number.value.startswith("tel:")
        if is_number:
            digits = re.sub(r"[^0-9+]", "", number.value)
            # Not a fragment: the contact would then be a document, with a part in it.
            telephone = NamedNode(f"{contact.value}-telephone-{digits.lstrip('+')}")
            draft.replace(contact, "vcard:hasTelephone", number, telephone)
            draft.add(telephone, "rdf:type", node("vcard:Voice"))
            draft.add(telephone, "vcard:hasValue", NamedNode(f"tel:{digits}"))


def _series(draft: CatalogueGraph) -> None:
    """Say of each member of a series that it is one: DCAT-AP 3.0.1 asks the member.

    What a series says itself stays, as do its order and its first and last member.
    """
    for series in draft.instances("dcat:DatasetSeries"):
        for member in draft.nodes(series, "dcat:seriesMember"):
            draft.add(member, "dcat:inSeries", series)
        for name in ("dcat:first", "dcat:last"):
            for member in draft.nodes(series, name):
                draft.add(member, "dcat:inSeries", series)
    for name, inverse in (("dcat:prev", "dcat:next"), ("dcat:next", "dcat:prev")):
        for later in draft.all_objects(name):
            for dataset in draft.subjects(name, later):
                if draft.nodes(dataset, "dcat:inSeries"):
                    draft.add(later, inverse, dataset)


def _list_services(draft: CatalogueGraph) -> None:
    """List the services that no catalogue lists; with several catalogues nobody knows in which."""
    catalogues = draft.instances("dcat:Catalog")
    listed = set(draft.all_objects("dcat:service"))
    for service in draft.instances("dcat:DataService"):
        if len(catalogues) == 1 and service not in listed:
            draft.add(catalogues[0], "dcat:service", service)


_REFERENCE_SYSTEM = re.compile(
    r"https?://www\.opengis\.net/def/crs/([A-Za-z]+)/[0-9.]+/([A-Za-z0-9]+)/?"
)


@cache
def _system_names() -> Mapping[str, str]:
    """Return systems of coordinates → what they are called."""
    return {term.value: term.labels[SOURCE_LANGUAGE] for term in terms_of("reference-system")}


_IN_A_SYSTEM = ("dcat:Dataset", "dcat:DatasetSeries", "dcat:DataService", "dcat:Distribution")


def _reference_systems(draft: CatalogueGraph, view: ApplicationProfile) -> None:
    """Say with both properties in which system the coordinates of a map are.

    ``geodcatap:referenceSystem`` is a kind of ``dcterms:conformsTo`` (GeoDCAT-AP 3.0, vocabulary
    930), which is what portals for other data know; version 2 of the profile had only this.
    """
    for kind in _IN_A_SYSTEM:
        for thing in draft.instances(kind):
            draft.add(thing, "dcterms:conformsTo", *draft.nodes(thing, "geodcatap:referenceSystem"))
            if view is not ApplicationProfile.EU:
                continue
            for system in draft.nodes(thing, "dcterms:conformsTo"):
                known = _REFERENCE_SYSTEM.fullmatch(system.value)
                if known:
                    draft.add(thing, "geodcatap:referenceSystem", system)
                    draft.add(system, "rdf:type", node("dcterms:Standard"), node("skos:Concept"))
                    if not draft.objects(system, "skos:prefLabel"):
                        name = _system_names().get(system.value, f"{known[1]}:{known[2]}")
                        draft.add(system, "skos:prefLabel", Literal(name, language="en"))


_PAGED_CLASSES = ("dcat:Dataset", "dcat:DatasetSeries", "dcat:DataService")


def separate_pages(draft: CatalogueGraph, addresses: Addresses) -> None:
    """Let no dataset, series or service be its own web page: the page has an address of its own.

    A thing is described by its page, and is none (Architecture of the World Wide Web, section 2.2).
    """
    for kind in _PAGED_CLASSES:
        for thing in draft.instances(kind):
            draft.discard(thing, "rdf:type", node("foaf:Document"))
            for name in ("dcat:landingPage", "foaf:page"):
                if thing not in draft.objects(thing, name):
                    continue
                draft.discard(thing, name, thing)
                if addresses.holds(thing.value) and "#" not in thing.value:
                    page = addresses.file_of(addresses.document_of(thing.value), "html")
                    draft.add(thing, name, NamedNode(page))
                    for text in ("dcterms:title", "dcterms:description"):
                        draft.add(NamedNode(page), text, *draft.objects(thing, text))


_CREATIVE_COMMONS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/((?:licenses|publicdomain)/[a-z-]+/[0-9.]+)(?:/.*)?$"
)


def _licence(licence: NamedNode, view: ApplicationProfile) -> NamedNode:
    """Return a licence under the name that portals know (DCAT-AP-SE, recommendation 11).

    >>> _licence(
    ...     NamedNode("https://creativecommons.org/licenses/by/4.0/deed.sv"), ApplicationProfile.EU
    ... )
    <NamedNode value=http://creativecommons.org/licenses/by/4.0/>
    """
    match = _CREATIVE_COMMONS.match(licence.value)
    if match:
        return NamedNode(f"http://creativecommons.org/{match[1]}/")
    if view is ApplicationProfile.SE:
        return exact_matches().get(licence, licence)
    return licence


# Formats under the names of each profile.


def _formats(draft: CatalogueGraph, subject: Subject, view: ApplicationProfile) -> None:
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
    known = find_format(term.value)
    return NamedNode(IANA + known.media_type) if known.media_type else term


def _format(term: Term, view: ApplicationProfile) -> Term:
    known = find_format(term.value)
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
    triples_of: dict[BlankNode, list[Triple]] = defaultdict(list)
    for triple in listed:
        if isinstance(triple.subject, BlankNode):
            triples_of[triple.subject].append(triple)
    names: dict[BlankNode, NamedNode] = {}
    places: set[BlankNode] = set()
    waiting = [t for t in listed if isinstance(t.subject, NamedNode)]
    while waiting:
        triple = waiting.pop()
        part = triple.object
        if not isinstance(part, BlankNode) or part in names:
            continue
        if _is_location(triples_of[part], triple.predicate.value):
            places.add(part)
            continue
        owner = names[triple.subject] if isinstance(triple.subject, BlankNode) else triple.subject
        assert not isinstance(owner, Triple)  # this reads files, not triples about triples
        local = triple.predicate.value.rstrip("/#").replace("#", "/").rpartition("/")[2]
        digest = sha256(_content(part, triples_of, frozenset()).encode()).hexdigest()[:8]
        separator = "-" if "#" in owner.value else "#"
        names[part] = NamedNode(f"{owner.value}{separator}{local}-{digest}")
        waiting += triples_of[part]
    kind = (node("rdf:type"), node("dcterms:Location"))
    typed = [Triple(place, *kind) for place in sorted(places, key=str)]
    return [with_names(triple, names) for triple in [*listed, *typed]]


_OF_A_BOX = {iri(name) for name in ("dcat:bbox", "dcat:centroid", "locn:geometry", "geo:asWKT")}


def _is_location(triples: Iterable[Triple], led_by: str) -> bool:
    """Tell whether a part is a place on a map: said to be one, or an extent with a geometry."""
    kind = (iri("rdf:type"), node("dcterms:Location"))
    is_extent = led_by == iri("dcterms:spatial")
    return any(
        (t.predicate.value, t.object) == kind or (is_extent and t.predicate.value in _OF_A_BOX)
        for t in triples
    )


def _content(
    part: BlankNode, triples_of: Mapping[BlankNode, list[Triple]], above: frozenset[BlankNode]
) -> str:
    """Return what is said of a part, whatever labels the file gave to it and its own parts."""
    if part in above:
        return "(itself)"
    inside = above | {part}
    return "\n".join(
        sorted(
            f"{t.predicate} {_content(t.object, triples_of, inside)}"
            if isinstance(t.object, BlankNode)
            else f"{t.predicate} {t.object}"
            for t in triples_of[part]
        )
    )
