"""Descriptions as others write them → as DCAT-AP has them; what is changed or unknown is noted.

Terms are looked up in the lists of the profiles, addresses and dates written as texts become
addresses and dates, and what belongs to the portal they come from (records, pages) is left out.
What is not understood stays as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.edit.catalogue.draft import (
    AGENTS,
    CATALOGUE,
    CONTACTS,
    DATASET,
    DISTRIBUTION,
    SERIES,
    SERVICE,
    TYPE,
    CatalogueDraft,
    Thing,
)
from publisher.edit.catalogue.notes import (
    AS_THE_LIST_SAYS,
    NOT_OF_THE_LIST,
    ImportNotes,
    NoteKind,
)
from publisher.messages import text
from publisher.profiles.file_types import FILE_TYPES, IANA
from publisher.profiles.term_names import find_format, find_term, names_version
from publisher.quality.catalogue_links import RELATIONS
from publisher.rdf.namespaces import iri, shorten
from publisher.rdf.subjects import Term
from publisher.release.catalogue.service import Extent, extent_of_text

_OLD_PROPERTIES: Mapping[str, str] = {
    "http://schema.org/startDate": iri("dcat:startDate"),
    "http://schema.org/endDate": iri("dcat:endDate"),
    iri("schema:startDate"): iri("dcat:startDate"),
    iri("schema:endDate"): iri("dcat:endDate"),
    iri("owl:versionInfo"): iri("dcat:version"),
    iri("dcterms:hasVersion"): iri("dcat:hasVersion"),
    iri("dcterms:isVersionOf"): iri("dcat:isVersionOf"),
    # Of DCAT-AP.de and DCAT-AP_IT, from before DCAT-AP had its own.
    "http://dcat-ap.de/def/dcatde/plannedAvailability": iri("dcatap:availability"),
    "http://dati.gov.it/onto/dcatapit#startDate": iri("dcat:startDate"),
    "http://dati.gov.it/onto/dcatapit#endDate": iri("dcat:endDate"),
    "http://purl.org/dc/elements/1.1/title": iri("dcterms:title"),
    "http://purl.org/dc/elements/1.1/description": iri("dcterms:description"),
    "http://purl.org/dc/elements/1.1/format": iri("dcterms:format"),
    "http://www.w3.org/ns/dcat#size": iri("dcat:byteSize"),
    "http://www.w3.org/ns/dcat#bytes": iri("dcat:byteSize"),
    "http://www.w3.org/ns/dcat#granularity": iri("dcterms:accrualPeriodicity"),
}
# Property → the list that its values come from.
_LISTS: Mapping[str, str] = {
    iri("dcat:theme"): "theme",
    iri("dcterms:language"): "language",
    iri("dcterms:accrualPeriodicity"): "frequency",
    iri("dcterms:accessRights"): "access-right",
    iri("dcatap:availability"): "availability",
    iri("adms:status"): "status",
    iri("dcterms:license"): "licence",
    iri("dcterms:spatial"): "place",
    iri("dcatap:hvdCategory"): "hvd-category",
}
_ADDRESSES = frozenset(
    map(
        iri,
        (
            *("dcat:accessURL", "dcat:downloadURL", "dcat:landingPage", "dcat:endpointURL"),
            *("dcat:endpointDescription", "dcterms:conformsTo", "dcterms:license"),
            *("dcterms:relation", "dcterms:source", "foaf:homepage", "foaf:page", "vcard:hasURL"),
            *("dcterms:isReferencedBy", "adms:sample", "dcatap:applicableLegislation"),
        ),
    )
)
_DATES = tuple(
    map(
        iri,
        ("dcterms:issued", "dcterms:modified", "dcterms:created", "dcat:startDate", "dcat:endDate"),
    )
)
_DATE, _MOMENT, _YEAR, _MONTH = map(
    iri, ("xsd:date", "xsd:dateTime", "xsd:gYear", "xsd:gYearMonth")
)
_NAMES = tuple(
    map(iri, ("rdfs:label", "skos:prefLabel", "rdf:value", "dcterms:title", "skos:notation"))
)
_HYDRA = iri("hydra:next").removesuffix("next")
_RECORD = iri("dcat:CatalogRecord")
_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,20}")
_WEB = re.compile(r"https?://[^\s/]+.*", re.IGNORECASE)
_YEAR_TEXT, _MONTH_TEXT = re.compile(r"[12][0-9]{3}"), re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")
_OTHER_NAMES = tuple(
    map(iri, ("vcard:hasFN", "vcard:organization-name", "vcard:hasOrganizationName"))
)
_IS_ADDRESS = text("it was written as a text; it is an address.")
_ADDRESS_WANTED = text("it should be an address from https:// on; it stays as it is.")
_IS_DATE = text("it is written as a date.")
_DATE_WANTED = text("it should be a date such as 2026-05-31; it stays as it is.")


def tidy(draft: CatalogueDraft, notes: ImportNotes) -> None:
    """Bring a draft into the form of DCAT-AP, in place, and note what is done."""
    _drop_foreign(draft, notes)
    for thing in draft.things():
        _old_properties(draft, thing, notes)
    for thing in draft.things():
        for path in draft.paths(thing):
            _own_value(draft, thing, path, notes)
            _values(draft, thing, path, notes)
    for thing in draft.things(DISTRIBUTION):
        _access(draft, thing, notes)
    for thing in draft.things(DISTRIBUTION, SERVICE):
        _formats(draft, thing, notes)
    for thing in draft.things(*CONTACTS):
        _contact(draft, thing, notes)
    for thing in draft.things(*AGENTS):
        _terms(draft, thing, iri("dcterms:type"), "publisher-type", notes)
    for thing in draft.things(iri("dcterms:Location")):
        _geometry(draft, thing, notes)
    _drop_unused_nodes(draft)


def _drop_foreign(draft: CatalogueDraft, notes: ImportNotes) -> None:
    """Leave out what describes the portal: its catalogue, records and pages."""
    for thing in draft.things(_RECORD):
        _drop(draft, thing, notes, "dcat:record", text("it is a record of the other portal."))
    for thing in draft.things():
        is_page = any(path.startswith(_HYDRA) for path in draft.paths(thing)) or any(
            isinstance(kind, NamedNode) and kind.value.startswith(_HYDRA)
            for kind in draft.values(thing, TYPE)
        )
        if is_page and not draft.is_a(thing, DATASET, SERIES, SERVICE, CATALOGUE):
            draft.drop(thing)
    for thing in draft.things(CATALOGUE):
        for kind, path in ((DATASET, "dcat:dataset"), (SERVICE, "dcat:service")):
            for part in draft.values(thing, iri(path)):
                if isinstance(part, Literal) or not draft.knows(part):
                    reason = text("the catalogue names it and nothing describes it.")
                    notes.add(NoteKind.DROPPED, _name(thing), path, _shown(part), "", reason)
                elif not draft.is_a(part, DATASET, SERIES, SERVICE):
                    draft.add(part, TYPE, NamedNode(kind))
        if not draft.is_a(thing, DATASET):
            reason = text("your folder has a catalogue of its own: data/catalogue.ttl.")
            parts = _reached(draft, [thing])
            _drop(draft, thing, notes, "dcat:Catalog", reason)
            others = [each for each in draft.things() if each not in parts]
            entries = draft.things(CATALOGUE, DATASET, SERIES, SERVICE)
            for part in parts - _reached(draft, [*others, *entries]):
                draft.drop(part)  # its own files and conditions: nothing else leads there


def _reached(draft: CatalogueDraft, roots: Iterable[Thing]) -> set[Thing]:
    """Return things and all that they lead to."""
    waiting, seen = list(roots), set(roots)
    while waiting:
        for _, value in draft.statements(waiting.pop()):
            if not isinstance(value, Literal) and value not in seen and draft.knows(value):
                seen.add(value)
                waiting.append(value)
    return seen


def _drop(
    draft: CatalogueDraft, thing: Thing, notes: ImportNotes, field: str, reason: Mapping[str, str]
) -> None:
    name = draft.title(thing) or _name(thing)
    notes.add(NoteKind.DROPPED, _name(thing), field, name, "", reason)
    draft.drop(thing)


def _old_properties(draft: CatalogueDraft, thing: Thing, notes: ImportNotes) -> None:
    for path in draft.paths(thing):
        new = _OLD_PROPERTIES.get(path)
        if new is None:
            continue
        values = draft.values(thing, path)
        draft.drop(thing, path)
        draft.add(thing, new, *values)
        reason = text("the property is given up; {new} has taken its place.", new=shorten(new))
        for value in values:
            shown = _shown(value)
            notes.add(NoteKind.CHANGED, _name(thing), shorten(path), shown, shown, reason)


def _own_value(draft: CatalogueDraft, thing: Thing, path: str, notes: ImportNotes) -> None:
    """Leave out that something is its own source, part or version, which says nothing."""
    values = draft.values(thing, path)
    if path in RELATIONS and thing in values:
        draft.put(thing, path, *(value for value in values if value != thing))
        reason = text("it is named as its own value.")
        notes.add(NoteKind.DROPPED, _name(thing), shorten(path), _shown(thing), "", reason)


def _values(draft: CatalogueDraft, thing: Thing, path: str, notes: ImportNotes) -> None:
    """Bring the values of one property of a thing into the form that the profiles have."""
    if path in _LISTS:
        _terms(draft, thing, path, _LISTS[path], notes)
    if path in _ADDRESSES:
        _addresses(draft, thing, path, notes)
    elif path in _DATES:
        _dates(draft, thing, path, notes)
    elif path == iri("dcat:byteSize"):
        _sizes(draft, thing, path, notes)
    elif path == iri("dcat:keyword"):
        _keywords(draft, thing, path, notes)


def _terms(draft: CatalogueDraft, thing: Thing, path: str, name: str, notes: ImportNotes) -> None:
    """Look up the values of a property in its list."""
    for value in draft.values(thing, path):
        written = _written(draft, value)
        is_described = (
            name == "place" and isinstance(value, BlankNode) and not _is_named(draft, value)
        )
        if not written or is_described:
            continue
        found = find_term(name, written)
        if found == written and isinstance(value, NamedNode):
            continue
        field = shorten(path)
        if found:
            draft.exchange(thing, path, value, NamedNode(found))
            reason = AS_THE_LIST_SAYS
            if name == "licence" and not names_version(written):
                reason = text("the licence names no version; it was read as 4.0. Make sure of it.")
            notes.add(NoteKind.CHANGED, _name(thing), field, written, found, reason)
        elif name != "place" or isinstance(value, Literal):
            notes.add(NoteKind.UNKNOWN, _name(thing), field, written, written, NOT_OF_THE_LIST)


def _is_named(draft: CatalogueDraft, node: BlankNode) -> bool:
    """Tell whether all that is said of a node is its type and what it is called."""
    return all(path in (TYPE, *_NAMES) for path in draft.paths(node))


def _written(draft: CatalogueDraft, value: Term) -> str:
    """Return how a value was written: its text, its address, or the name of a node without one."""
    if not isinstance(value, BlankNode):
        return value.value.strip()
    for path in _NAMES:
        for name in draft.values(value, path):
            if isinstance(name, Literal):
                return name.value.strip()
    return ""


def is_mail(written: str) -> bool:
    """Tell whether something is a mail address."""
    return _MAIL.fullmatch(written.strip()) is not None


def as_address(written: str) -> str:
    """Return an address as an IRI, what must not stand in one escaped; empty for anything else.

    >>> as_address("www.region.se/data fil.csv")
    'https://www.region.se/data%20fil.csv'
    >>> as_address("https://region.se/50%ig"), as_address("http://[")
    ('https://region.se/50%25ig', '')
    """
    value = written.strip()
    if value.lower().startswith("www."):
        value = f"https://{value}"
    if not _WEB.fullmatch(value):
        return ""
    found = "".join(quote(c) if c in ' "<>\\^`{|}' or not c.isprintable() else c for c in value)
    # A "%" before anything but two digits is one that was not escaped (RFC 3986, section 2.1).
    found = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", found)
    try:
        return NamedNode(found).value
    except ValueError:
        return ""


def _addresses(draft: CatalogueDraft, thing: Thing, path: str, notes: ImportNotes) -> None:
    for value in draft.values(thing, path):
        if not isinstance(value, Literal):
            continue
        found = as_address(value.value)
        if found:
            draft.exchange(thing, path, value, NamedNode(found))
            kind, reason = NoteKind.CHANGED, _IS_ADDRESS
        elif path in _LISTS:
            continue  # already noted
        else:
            kind, reason = NoteKind.UNKNOWN, _ADDRESS_WANTED
        notes.add(kind, _name(thing), shorten(path), value.value, found or value.value, reason)


def as_date(written: str) -> Literal | None:
    """Return a date, year or moment that somebody wrote, as a typed literal; None for others.

    >>> as_date("2026-05-31T00:00:00Z").datatype.value.rpartition("#")[2], as_date("31/5")
    ('dateTime', None)
    """
    value = written.strip()
    if _YEAR_TEXT.fullmatch(value):
        return Literal(value, datatype=NamedNode(_YEAR))
    if _MONTH_TEXT.fullmatch(value):
        return Literal(value, datatype=NamedNode(_MONTH))
    try:
        return Literal(date.fromisoformat(value).isoformat(), datatype=NamedNode(_DATE))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return Literal(moment.isoformat(), datatype=NamedNode(_MOMENT))


def _dates(draft: CatalogueDraft, thing: Thing, path: str, notes: ImportNotes) -> None:
    for value in draft.values(thing, path):
        if not isinstance(value, Literal):
            continue
        found = as_date(value.value)
        if found is None:
            notes.add(
                NoteKind.UNKNOWN,
                _name(thing),
                shorten(path),
                value.value,
                value.value,
                _DATE_WANTED,
            )
        elif value.datatype.value not in (_DATE, _MOMENT, _YEAR, _MONTH):
            draft.exchange(thing, path, value, found)
            notes.add(
                NoteKind.CHANGED, _name(thing), shorten(path), value.value, found.value, _IS_DATE
            )


def _sizes(draft: CatalogueDraft, thing: Thing, path: str, notes: ImportNotes) -> None:
    whole = NamedNode(iri("xsd:nonNegativeInteger"))
    for value in draft.values(thing, path):
        if not isinstance(value, Literal) or value.datatype == whole:
            continue
        digits = re.sub(r"\.0*$", "", value.value.strip())
        if digits.isascii() and digits.isdecimal():
            draft.exchange(thing, path, value, Literal(digits, datatype=whole))
            reason = text("a size is a whole number of bytes.")
            notes.add(NoteKind.CHANGED, _name(thing), shorten(path), value.value, digits, reason)
        else:
            reason = text("it is no number of bytes; it stays as it is.")
            notes.add(
                NoteKind.UNKNOWN, _name(thing), shorten(path), value.value, value.value, reason
            )


def _keywords(draft: CatalogueDraft, thing: Thing, path: str, notes: ImportNotes) -> None:
    """Part keywords that stand together in one text."""
    for value in draft.values(thing, path):
        if not isinstance(value, Literal) or not re.search(r"[,;|]", value.value):
            continue
        parts = [part.strip() for part in re.split(r"[,;|]", value.value) if part.strip()]
        separate = [Literal(part, language=value.language) for part in parts]
        draft.exchange(thing, path, value, *separate)
        reason = text("each keyword is a text of its own.")
        shown = " | ".join(parts)
        notes.add(NoteKind.CHANGED, _name(thing), shorten(path), value.value, shown, reason)


def _access(draft: CatalogueDraft, thing: Thing, notes: ImportNotes) -> None:
    """Give a file that has only a download address the same as its access address."""
    access = iri("dcat:accessURL")
    found = draft.values(thing, iri("dcat:downloadURL"))
    if found and not draft.values(thing, access):
        draft.add(thing, access, found[0])
        reason = text("portals ask for it; the file itself is the way to the data.")
        notes.add(NoteKind.ADDED, _name(thing), "dcat:accessURL", "", found[0].value, reason)


def _formats(draft: CatalogueDraft, thing: Thing, notes: ImportNotes) -> None:
    """Write formats as file types of the EU, and media types as addresses of IANA."""
    for path in map(iri, ("dcterms:format", "dcat:mediaType")):
        for value in draft.values(thing, path):
            written = _written(draft, value)
            known = find_format(written)
            is_format = path == iri("dcterms:format")
            if is_format and known.file_type:
                found = FILE_TYPES + known.file_type
            else:
                found = IANA + known.media_type if known.media_type else ""
            if found == written and isinstance(value, NamedNode):
                continue
            field = shorten(path)
            if found:
                draft.exchange(thing, path, value, NamedNode(found))
                notes.add(NoteKind.CHANGED, _name(thing), field, written, found, AS_THE_LIST_SAYS)
            else:
                notes.add(NoteKind.UNKNOWN, _name(thing), field, written, written, NOT_OF_THE_LIST)


def _geometry(draft: CatalogueDraft, thing: Thing, notes: ImportNotes) -> None:
    """Keep one geometry of a place, as WKT, and give the place its box.

    GeoNetwork and CKAN write the same shape in several forms; the profiles take one, and boxes.
    """
    path, wkt = iri("locn:geometry"), NamedNode(iri("geo:wktLiteral"))
    values = [v for v in draft.values(thing, path) if isinstance(v, Literal)]
    text_form = next((value for value in values if value.datatype == wkt), None)
    extent = extent_of_text(text_form.value) if text_form is not None else None
    for value in values:
        if value != text_form and value.datatype.value.endswith("json"):
            extent = extent or extent_of_geojson(value.value)
            if text_form is not None or extent is not None:
                draft.put(thing, path, *(v for v in draft.values(thing, path) if v != value))
                reason = text("the place has the same shape in another form.")
                field = shorten(path)
                notes.add(NoteKind.DROPPED, _name(thing), field, value.value, "", reason)
    if extent is not None and not draft.values(thing, iri("dcat:bbox")):
        draft.add(thing, iri("dcat:bbox"), extent.box)
        reason = text("it is the box around the shape of the place.")
        notes.add(NoteKind.ADDED, _name(thing), "dcat:bbox", "", extent.box.value, reason)


def extent_of_geojson(geometry: object) -> Extent | None:
    """Return the box around a GeoJSON geometry; None for anything else.

    >>> extent_of_geojson('{"type": "Point", "coordinates": [14.5, 61]}')
    Extent(west=14.5, south=61.0, east=14.5, north=61.0)
    """
    written = geometry if isinstance(geometry, str) else json.dumps(geometry)
    return extent_of_text(written) if written.lstrip().startswith("{") else None


def _contact(draft: CatalogueDraft, thing: Thing, notes: ImportNotes) -> None:
    """Give a contact point one class, a mail address and a telephone that can be followed."""
    organisation, individual, kind = map(
        NamedNode, map(iri, ("vcard:Organization", "vcard:Individual", "vcard:Kind"))
    )
    types = draft.values(thing, TYPE)
    if organisation not in types and individual not in types:
        draft.add(thing, TYPE, organisation)
        reason = text("a contact point is an organisation or a person.")
        notes.add(NoteKind.ADDED, _name(thing), "rdf:type", "", "vcard:Organization", reason)
    if kind in types:
        draft.put(thing, TYPE, *(each for each in draft.values(thing, TYPE) if each != kind))
    mail = iri("vcard:hasEmail")
    for value in draft.values(thing, mail):
        written = _written(draft, value).removeprefix("mailto:")
        if isinstance(value, BlankNode):
            inner = draft.values(value, iri("vcard:hasValue"))
            written = inner[0].value.removeprefix("mailto:") if inner else written
        is_right = value == NamedNode(f"mailto:{written}") if is_mail(written) else False
        if is_mail(written) and not is_right:
            draft.exchange(thing, mail, value, NamedNode(f"mailto:{written}"))
            notes.add(
                NoteKind.CHANGED,
                _name(thing),
                "vcard:hasEmail",
                _shown(value) or written,
                f"mailto:{written}",
                _IS_ADDRESS,
            )
        elif not is_mail(written):
            reason = text("it is no mail address; it stays as it is.")
            notes.add(NoteKind.UNKNOWN, _name(thing), "vcard:hasEmail", written, written, reason)
    _contact_name(draft, thing, notes)
    _telephone(draft, thing, notes)


def _contact_name(draft: CatalogueDraft, thing: Thing, notes: ImportNotes) -> None:
    """Give a contact without a name that of its organisation, else its mail address."""
    name = iri("vcard:fn")
    if draft.values(thing, name):
        return
    for path in _OTHER_NAMES:
        for value in draft.values(thing, path):
            if isinstance(value, Literal):
                draft.add(thing, name, value)
    if not draft.values(thing, name):
        mails = (v.value for v in draft.values(thing, iri("vcard:hasEmail")) if _shown(v))
        draft.add(thing, name, *(Literal(mail.removeprefix("mailto:")) for mail in mails))
    for value in draft.values(thing, name):
        reason = text("a contact point has a name; it had none of this property.")
        notes.add(NoteKind.ADDED, _name(thing), "vcard:fn", "", _shown(value), reason)


def telephone(draft: CatalogueDraft, contact: Thing, written: str) -> bool:
    """Give a contact point a telephone, as a thing with an address; tell whether it is one."""
    digits = re.sub(r"[^0-9+]", "", written.removeprefix("tel:"))
    if not _PHONE.fullmatch(written.removeprefix("tel:").strip()):
        return False
    node = BlankNode()
    draft.add(contact, iri("vcard:hasTelephone"), node)
    draft.add(node, TYPE, NamedNode(iri("vcard:Voice")))
    draft.add(node, iri("vcard:hasValue"), NamedNode(f"tel:{digits}"))
    return True


def _telephone(draft: CatalogueDraft, thing: Thing, notes: ImportNotes) -> None:
    path = iri("vcard:hasTelephone")
    for value in draft.values(thing, path):
        if isinstance(value, Literal) or not draft.knows(value):
            draft.put(thing, path, *(each for each in draft.values(thing, path) if each != value))
            if telephone(draft, thing, value.value):
                reason = text("a telephone is a thing with the number as an address.")
                notes.add(
                    NoteKind.CHANGED,
                    _name(thing),
                    "vcard:hasTelephone",
                    value.value,
                    value.value,
                    reason,
                )
            else:
                draft.add(thing, path, value)


def _drop_unused_nodes(draft: CatalogueDraft) -> None:
    """Leave out nodes without a name to which nothing leads any more."""
    while True:
        used = {value for thing in draft.things() for _, value in draft.statements(thing)}
        unused = [
            thing
            for thing in draft.things()
            if isinstance(thing, BlankNode)
            and thing not in used
            and not draft.is_a(thing, DATASET, SERIES, SERVICE, DISTRIBUTION)
        ]
        if not unused:
            return
        for thing in unused:
            draft.drop(thing)


def _shown(value: Term) -> str:
    return "" if isinstance(value, BlankNode) else value.value


def _name(thing: Thing) -> str:
    return thing.value
