"""DataCite JSON → DCAT: of the REST API, and of a DOI that is asked for it.

The properties are those of the DataCite Metadata Schema 4
(https://datacite-metadata-schema.readthedocs.io/), the answers those of
https://support.datacite.org/docs/api: ``data`` with ``attributes``, or the attributes alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from publisher.edit.catalogue.forms.form import Following, JsonForm
from publisher.edit.catalogue.forms.json_fields import JsonFields, listed, written_text
from publisher.edit.catalogue.forms.writer import (
    NOT_PUBLIC,
    CatalogueWriter,
    DatasetNodes,
    address_of_doi,
)
from publisher.messages import text
from publisher.rdf.namespaces import iri
from publisher.system.http_client import is_web

# Kinds of resources that hold data (resourceTypeGeneral); texts, software and events do not.
_OF_DATA = frozenset(
    ("dataset", "collection", "image", "audiovisual", "sound", "model", "datapaper", "other", "")
)
_OWN = (
    *("id", "prefix", "suffix", "xml", "metadataVersion", "source", "isActive", "state", "reason"),
    *("viewCount", "viewsOverTime", "downloadCount", "downloadsOverTime", "referenceCount"),
    *("citationCount", "citationsOverTime", "partCount", "partOfCount", "versionCount"),
    *("versionOfCount", "created", "registered", "published", "updated", "schemaVersion"),
    *("agency", "clientId", "providerId", "content_url", "landingPage"),
)
_KINDS = ("ris", "bibtex", "citeproc", "schemaOrg", "resourceTypeGeneral", "resourceType")
# Relation of the schema → property, where DCAT-AP has one.
_RELATIONS: Mapping[str, str] = {
    "iscitedby": "dcterms:isReferencedBy",
    "isreferencedby": "dcterms:isReferencedBy",
    "isdescribedby": "dcterms:isReferencedBy",
    "isderivedfrom": "dcterms:source",
    "isversionof": "dcat:isVersionOf",
    "isnewversionof": "dcat:previousVersion",
    "hasversion": "dcat:hasVersion",
    "isdocumentedby": "foaf:page",
}
_DATES: Mapping[str, str] = {
    "issued": "dcterms:issued",
    "available": "dcterms:issued",
    "updated": "dcterms:modified",
    "created": "dcterms:created",
}
_IN_WORDS = text("it does not say of which file.")
_ISSUED = iri("dcterms:issued")
_OPEN_ACCESS = "info:eu-repo/semantics/"


def _records(document: object) -> Iterator[Mapping[str, Any]]:
    """Yield the attributes of each record in an answer."""
    data = document.get("data") if isinstance(document, dict) else None
    for each in listed(data if data is not None else document):
        if isinstance(each, dict):
            attributes = _in_camel_case(each.get("attributes", each))
            if isinstance(attributes, dict):
                yield attributes


def _in_camel_case(found: Any) -> Any:
    """Return JSON with the keys of version 4.3 on; before they had hyphens or underscores."""
    if isinstance(found, list):
        return [_in_camel_case(each) for each in found]
    if not isinstance(found, dict):
        return found
    return {
        re.sub(r"[-_]([a-z])", lambda after: after[1].upper(), str(key)): _in_camel_case(value)
        for key, value in found.items()
    }


def is_datacite(document: object) -> bool:
    """Tell whether JSON is of DataCite.

    >>> is_datacite({"doi": "10.5072/a", "titles": [], "types": {}, "creators": []})
    True
    """
    found = list(_records(document))
    return bool(found) and all(
        {"titles", "creators"} <= {*each}
        and bool({"doi", "id", "identifiers", "identifier"} & {*each})
        and bool({"types", "publicationYear", "schemaVersion", "resourceType"} & {*each})
        for each in found
    )


def _add(document: object, writer: CatalogueWriter) -> None:
    for each in _records(document):
        fields = JsonFields(each)
        types = fields.within("types") or fields.within("resourceType")
        kind = written_text(types.look("resourceTypeGeneral"))
        title = written_text(JsonFields(next(iter(listed(each.get("titles"))), {})).look("title"))
        state = written_text(each.get("state"))
        if state and state != "findable":
            writer.leave_out(title or fields.text("doi"), "state", state, NOT_PUBLIC)
        elif kind.lower() in _OF_DATA:
            _DataciteRecord(fields, writer).add()
        else:
            writer.leave_out(title or fields.text("doi"), "resourceTypeGeneral", kind)


def _following(document: object, _address: str) -> Following:
    links = document.get("links") if isinstance(document, dict) else None
    following = links.get("next") if isinstance(links, dict) else None
    return Following(following if isinstance(following, str) else "")


class _DataciteRecord:
    """Writes one record."""

    def __init__(self, fields: JsonFields, writer: CatalogueWriter) -> None:
        self._fields, self._writer = fields, writer
        doi = fields.text("doi") or self._doi_of_identifiers() or fields.text("id")
        address = self._address = address_of_doi(doi)
        language = fields.text("language")
        self._dataset: DatasetNodes = writer.dataset(fields, [address], doi, language)
        writer.terms(self._dataset.thing, "dcterms:language", [language] if language else [])
        fields.own("id")

    def _doi_of_identifiers(self) -> str:
        fields = self._fields
        for each in [*fields.each("identifier"), *fields.each("identifiers")]:
            if str(each.look("identifierType")).upper() == "DOI":
                each.own("identifierType")
                return each.text("identifier")
        return ""

    def add(self) -> None:
        writer, fields, dataset = self._writer, self._fields, self._dataset
        thing, language = dataset.thing, dataset.language
        self._titles_and_descriptions()
        for subject in fields.each("subjects"):
            word, address = subject.text("subject"), written_text(subject.look("valueUri"))
            tag = subject.text("lang", "xml:lang") or language
            writer.words(thing, "dcat:keyword", [word] if word else [], tag)
            if is_web(address):
                writer.terms(thing, "dcat:theme", [address])
                subject.own("valueUri")
        writer.words(thing, "dcat:keyword", fields.texts("subjects"), language)
        self._people()
        self._dates()
        self._identifiers()
        self._related()
        self._rights()
        for place in fields.each("geoLocations"):
            self._place(place)
        self._files()
        if version := fields.text("version"):
            writer.words(thing, "dcat:version", [version], "")
        for key in ("types", "resourceType"):
            fields.within(key).own(*_KINDS)
        fields.own(*_OWN)
        writer.finish(dataset)

    def _titles_and_descriptions(self) -> None:
        writer, thing = self._writer, self._dataset.thing
        for title in self._fields.each("titles"):
            kind = title.text("titleType")
            tag = title.text("lang", "xml:lang") or self._dataset.language
            if not kind or kind == "TranslatedTitle":
                writer.text(thing, "dcterms:title", title.text("title"), tag)
        for each in self._fields.each("descriptions"):
            kind = each.text("descriptionType")
            tag = each.text("lang", "xml:lang") or self._dataset.language
            if kind in ("Abstract", "Methods", "Other", "TechnicalInfo", "Summary", ""):
                writer.text(thing, "dcterms:description", each.text("description"), tag)

    def _people(self) -> None:
        writer, fields = self._writer, self._fields
        thing, language = self._dataset.thing, self._dataset.language
        publisher = fields.within("publisher")
        name = publisher.text("name") if publisher else fields.text("publisher")
        address = publisher.text("publisherIdentifier")
        publisher.own("publisherIdentifierScheme", "schemeUri", "lang")
        writer.agent(thing, "dcterms:publisher", name, language, address=address)
        for creator in fields.each("creators"):
            self._creator(creator)
        for each in fields.each("contributors"):
            if each.look("contributorType") == "ContactPerson":
                each.own("contributorType", "nameType", "givenName", "familyName")
                writer.contact(thing, each.text("name", "contributorName"), "")

    def _creator(self, creator: JsonFields) -> None:
        """Say who made the data; a name identifier that is an address names the agent."""
        address = ""
        for each in creator.each("nameIdentifiers"):
            found = each.text("nameIdentifier")
            scheme = each.text("nameIdentifierScheme")
            if scheme.upper() == "ORCID" and found and not is_web(found):
                found = f"https://orcid.org/{found}"
            is_first = not address and is_web(found)
            address = found if is_first else address
            if found and not is_first:
                self._writer.leave(self._dataset.thing, "creators.nameIdentifiers", found)
            each.own("schemeUri")
        name = creator.text("name", "creatorName")
        is_person = creator.text("nameType") == "Personal" or "familyName" in creator
        creator.own("givenName", "familyName")
        self._writer.agent(
            self._dataset.thing,
            "dcterms:creator",
            name,
            self._dataset.language,
            address=address,
            is_person=is_person,
        )

    def _dates(self) -> None:
        writer, thing = self._writer, self._dataset.thing
        for each in self._fields.each("dates"):
            kind, written = str(each.look("dateType")).lower(), written_text(each.look("date"))
            if kind in ("collected", "coverage") and written:
                writer.interval(thing, written, f"dates.{kind}")
            elif kind in _DATES and written:
                writer.date(thing, _DATES[kind], written, f"dates.{kind}")
            else:
                continue
            each.own("date", "dateType")
        year = self._fields.text("publicationYear")
        known = self._writer.draft.values(thing, _ISSUED)
        if known and known[0].value[:4] == year:
            return
        writer.date(thing, "dcterms:issued", year, "publicationYear")

    def _identifiers(self) -> None:
        for key, inner in (
            ("identifiers", "identifier"),
            ("alternateIdentifiers", "alternateIdentifier"),
        ):
            for each in self._fields.each(key):
                found = each.text(inner)
                each.own(f"{inner}Type")
                doi = address_of_doi(found)
                if doi and self._dataset.thing.value == doi:
                    continue
                self._writer.words(
                    self._dataset.thing, "dcterms:identifier", [found] if found else [], ""
                )

    def _related(self) -> None:
        """Say what the data are related to, where it has an address."""
        for each in self._fields.each("relatedIdentifiers"):
            written = written_text(each.look("relatedIdentifier"))
            address = address_of_doi(written) or (written if is_web(written) else "")
            relation = str(each.look("relationType")).lower()
            path = _RELATIONS.get(relation, "dcterms:relation")
            if address:
                self._writer.address_value(self._dataset.thing, path, address, "relatedIdentifiers")
                each.own("relatedIdentifier", "relatedIdentifierType", "resourceTypeGeneral")
                if relation in _RELATIONS:
                    each.own("relationType")

    def _rights(self) -> None:
        """Take what may be done with the data; ``info:eu-repo`` says who may have them."""
        for each in self._fields.each("rightsList"):
            address = each.text("rightsUri", "rightsURI")
            code, words = each.text("rightsIdentifier"), each.text("rights")
            each.own("rightsIdentifierScheme", "schemeUri", "lang")
            for stated in (address, words):
                if stated.startswith(_OPEN_ACCESS):
                    is_open = stated.endswith("openAccess")
                    level = "PUBLIC" if is_open else "RESTRICTED"
                    self._writer.terms(self._dataset.thing, "dcterms:accessRights", [level])
                    break
            else:
                self._dataset.licences += self._writer.chosen_licence(
                    self._dataset.thing, "rightsList", address, code, words
                )

    def _place(self, place: JsonFields) -> None:
        writer, thing = self._writer, self._dataset.thing
        label = place.text("geoLocationPlace")
        box, point = place.within("geoLocationBox"), place.within("geoLocationPoint")
        polygons = _positions(place.value("geoLocationPolygon"))
        if box:
            keys = (
                *("westBoundLongitude", "southBoundLatitude"),
                *("eastBoundLongitude", "northBoundLatitude"),
            )
            writer.box(thing, [box.value(key) for key in keys], "geoLocationBox", label)
        elif point:
            x, y = point.value("pointLongitude"), point.value("pointLatitude")
            writer.box(thing, [x, y, x, y], "geoLocationPoint", label)
        elif polygons:
            xs, ys = [x for x, _ in polygons], [y for _, y in polygons]
            writer.box(thing, [min(xs), min(ys), max(xs), max(ys)], "geoLocationPolygon", label)
            writer.note_shape(thing, place.look("geoLocationPolygon"), "geoLocationPolygon")
        elif label:
            writer.place(thing, label, self._dataset.language)

    def _files(self) -> None:
        """Say how to get the data: by addresses of files, else by the page of the DOI."""
        writer, fields, dataset = self._writer, self._fields, self._dataset
        page = fields.text("url") or self._address
        writer.address_value(dataset.thing, "dcat:landingPage", page, "url")
        formats, sizes = fields.texts("formats"), fields.texts("sizes")
        contents = fields.texts("contentUrl")
        for content in contents:
            file = writer.file(dataset, content, download=content)
        if not contents and page:
            file = writer.file(dataset, page)
        if dataset.files and len(dataset.files) == len(formats) == 1:
            writer.formats(file, formats, "formats")
            formats = []
        for key, several in (("formats", formats), ("sizes", sizes)):
            for each in several:
                writer.leave(dataset.thing, key, each, _IN_WORDS)


def _positions(polygon: object) -> list[tuple[float, float]]:
    """Return the positions of a polygon, or of several."""
    found = []
    waiting = listed(polygon)
    while waiting:
        each = waiting.pop()
        if not isinstance(each, dict | list):
            continue
        if isinstance(each, list) or "pointLongitude" not in each:
            waiting += each if isinstance(each, list) else each.values()
            continue
        try:
            found.append((float(each["pointLongitude"]), float(each["pointLatitude"])))
        except (KeyError, TypeError, ValueError):
            return []
    return found


DATACITE = JsonForm("DataCite", is_datacite, _add, _following)
