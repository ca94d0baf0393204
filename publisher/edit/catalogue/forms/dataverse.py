"""Datasets of Dataverse → DCAT: its own JSON, and answers of its search.

https://guides.dataverse.org/en/latest/api/native-api.html (``datasetVersion`` or ``latestVersion``
with blocks of metadata, and files) and https://guides.dataverse.org/en/latest/api/search.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publisher.edit.catalogue.forms.form import Following, JsonForm, next_by_number
from publisher.edit.catalogue.forms.json_fields import JsonFields, listed, written_text
from publisher.edit.catalogue.forms.writer import (
    NOT_PUBLIC,
    CatalogueWriter,
    DatasetNodes,
    address_of_doi,
)
from publisher.edit.catalogue.notes import NoteKind
from publisher.messages import text
from publisher.system.http_client import is_web

# How Dataverse keeps a dataset; it says nothing of the data.
_OWN = (
    *("id", "identifier", "protocol", "authority", "storageIdentifier", "metadataLanguage"),
    *("datasetType", "separator", "effectiveRequiresFilesToPublishDataset"),
)
_OWN_VERSION = (
    *("id", "datasetId", "datasetPersistentId", "storageIdentifier", "versionState", "UNF"),
    *("latestVersionPublishingState", "versionMinorNumber", "fileAccessRequest", "createTime"),
    *("internalVersionNumber", "citation", "datasetType", "publicationDate"),
)
_OWN_FILE = (
    *("id", "rootDataFileId", "storageIdentifier", "persistentId", "tabularData", "UNF"),
    *("friendlyType", "publicationDate", "fileAccessRequest", "fileMetadataId", "md5"),
    *("lastUpdateTime", "creationDate", "filename"),
)
_OWN_ITEM = (
    *("type", "citationHtml", "citation", "identifier_of_dataverse"),
    *("storageIdentifier", "fileCount", "versionId", "versionState", "createdAt", "entity_id"),
    *("publicationStatuses", "image_url", "score", "datasetType"),
)
_HIDDEN = ("DRAFT", "DEACCESSIONED")
_SIZE = ("per_page", 100)
_DOWNLOAD = text("Dataverse serves every file at an address of this form.")


def _version(document: object) -> Mapping[str, Any] | None:
    """Return the fields of a dataset in an answer, where there is one."""
    if not isinstance(document, dict):
        return None
    data = document.get("data", document)
    if not isinstance(data, dict):
        return None
    version = _inner(data)
    is_one = isinstance(version, dict) and isinstance(version.get("metadataBlocks"), dict)
    return data if is_one else None


def _inner(data: Mapping[str, Any]) -> Any:
    return data.get("datasetVersion") or data.get("latestVersion") or data


def _items(document: object) -> list[Any] | None:
    """Return the items of an answer of the search."""
    data = document.get("data") if isinstance(document, dict) else None
    items = data.get("items") if isinstance(data, dict) else None
    is_search = isinstance(data, dict) and bool({"total_count", "count_in_response"} & {*data})
    return items if isinstance(items, list) and is_search else None


def is_dataverse(document: object) -> bool:
    """Tell whether JSON is a dataset of Dataverse, or an answer of its search.

    >>> is_dataverse({"status": "OK", "data": {"items": [], "total_count": 0}})
    True
    """
    return _version(document) is not None or _items(document) is not None


def _add(document: object, writer: CatalogueWriter) -> None:
    data = _version(document)
    if data is not None:
        if (state := written_text(_inner(data).get("versionState"))) in _HIDDEN:
            writer.leave_out(_title(data), "versionState", state, NOT_PUBLIC)
            return
        _DataverseDataset(JsonFields(data), writer).add()
        return
    for item in _items(document) or ():
        fields = JsonFields(item)
        kind = written_text(fields.look("type"))
        if kind == "dataset" and (state := written_text(fields.look("versionState"))) in _HIDDEN:
            writer.leave_out(fields.text("name"), "versionState", state, NOT_PUBLIC)
        elif kind == "dataset":
            _add_item(fields, writer)
        else:
            writer.leave_out(fields.text("name"), "type", kind or "-")


def _title(data: Mapping[str, Any]) -> str:
    """Return what a dataset is called, where it is not read as a whole."""
    block = _of_block(_inner(data)["metadataBlocks"].get("citation"))
    return written_text(block.get("title")) or written_text(data.get("persistentUrl"))


def _following(document: object, address: str) -> Following:
    items = _items(document)
    if items is None or not isinstance(document, dict):
        return Following()
    total = document["data"].get("total_count")
    return Following(next_by_number(address, len(items), total, key="start", size=_SIZE))


def _add_item(fields: JsonFields, writer: CatalogueWriter) -> None:
    """Write a dataset as the search says it: without its files, so its page is the way to them."""
    page = fields.text("url")
    identifier = fields.text("global_id")
    dataset = writer.dataset(fields, [page, address_of_doi(identifier)], identifier)
    thing, language = dataset.thing, dataset.language
    writer.text(thing, "dcterms:title", fields.text("name"), language)
    writer.text(thing, "dcterms:description", fields.text("description"), language)
    writer.words(thing, "dcat:keyword", fields.texts("keywords", "subjects"), language)
    writer.agent(thing, "dcterms:publisher", fields.text("publisher"), language)
    for name in fields.texts("authors"):
        writer.agent(thing, "dcterms:creator", name, language, is_person=", " in name)
    for contact in fields.each("contacts"):
        writer.contact(thing, contact.text("name", "affiliation"), "")
    writer.date(thing, "dcterms:issued", fields.text("published_at"), "published_at")
    writer.date(thing, "dcterms:modified", fields.text("updatedAt"), "updatedAt")
    for place in fields.each("geographicCoverage"):
        _place(dataset, place, writer)
    major, minor = fields.text("majorVersion"), fields.text("minorVersion")
    writer.words(thing, "dcat:version", [f"{major}.{minor or 0}"] if major else [], "")
    writer.address_value(thing, "dcat:landingPage", page, "url")
    if page:
        writer.file(dataset, page)
    fields.own(*_OWN_ITEM)
    writer.finish(dataset)


def _place(dataset: DatasetNodes, place: JsonFields, writer: CatalogueWriter) -> None:
    keys = ("otherGeographicCoverage", "other", "city", "state", "country")
    names = list(filter(None, map(place.text, keys)))
    if names:
        writer.place(dataset.thing, ", ".join(names), dataset.language)


def _plain(found: Mapping[str, Any]) -> Any:
    """Return the value of a field; of a compound one a mapping by the names of its parts."""
    value = found.get("value")
    if found.get("typeClass") != "compound":
        return value
    plain = [
        {name: part.get("value") if isinstance(part, dict) else part for name, part in each.items()}
        for each in listed(value)
        if isinstance(each, dict)
    ]
    return plain


class _DataverseDataset:
    """Writes one dataset from its own JSON."""

    def __init__(self, data: JsonFields, writer: CatalogueWriter) -> None:
        self._data, self._writer = data, writer
        inner = next((k for k in ("datasetVersion", "latestVersion") if data.look(k)), "")
        self._version = data.within(inner) if inner else data
        blocks = self._version.value("metadataBlocks")
        self._blocks = {name: JsonFields(_of_block(blocks[name]), f"{name}.") for name in blocks}
        self._citation = self._blocks.get("citation", JsonFields({}))
        address = data.text("persistentUrl")
        stated = self._version.text("datasetPersistentId")
        called = ":".join(filter(None, (data.text("protocol"), data.text("authority"))))
        if called:
            called = f"{called}/{data.text('identifier')}"
        identifier = stated or called or address
        self._dataset = writer.dataset(data, [address, address_of_doi(identifier)], identifier)
        self._address = address or address_of_doi(identifier)

    def add(self) -> None:
        writer, dataset, version = self._writer, self._dataset, self._version
        thing = dataset.thing
        self._texts()
        self._people()
        self._dates_and_places()
        writer.address_value(thing, "dcat:landingPage", self._address, "persistentUrl")
        self._conditions()
        for file in version.each("files"):
            self._file(file)
        if not dataset.files and self._address:
            writer.file(dataset, self._address)
        major = version.text("versionNumber")
        minor = version.text("versionMinorNumber") or "0"
        writer.words(thing, "dcat:version", [f"{major}.{minor}"] if major else [], "")
        version.own(*_OWN_VERSION)
        self._data.own(*_OWN)
        writer.finish(dataset)
        for block in self._blocks.values():
            writer.leave_rest(thing, block)

    def _texts(self) -> None:
        writer, citation = self._writer, self._citation
        thing, language = self._dataset.thing, self._dataset.language
        writer.text(thing, "dcterms:title", citation.text("title"), language)
        said = [each.text("dsDescriptionValue") for each in citation.each("dsDescription")]
        # One property holds them all: several descriptions in a language are no description.
        writer.text(thing, "dcterms:description", "\n\n".join(filter(None, said)), language)
        for keyword in citation.each("keyword"):
            word, address = keyword.text("keywordValue"), keyword.text("keywordTermURI")
            writer.words(thing, "dcat:keyword", [word] if word else [], language)
            writer.terms(thing, "dcat:theme", [address] if is_web(address) else [])
        writer.words(thing, "dcat:keyword", citation.texts("subject"), language)
        writer.terms(thing, "dcterms:language", citation.texts("language"))
        for other in citation.each("otherId"):
            found = other.text("otherIdValue")
            writer.words(thing, "dcterms:identifier", [found] if found else [], "")
        for publication in citation.each("publication"):
            address = publication.text("publicationURL")
            writer.address_value(thing, "dcterms:isReferencedBy", address, "publicationURL")
        for address in citation.texts("alternativeURL"):
            writer.address_value(thing, "foaf:page", address, "alternativeURL")

    def _people(self) -> None:
        writer, citation = self._writer, self._citation
        thing, language = self._dataset.thing, self._dataset.language
        for author in citation.each("author"):
            name, number = author.text("authorName"), author.text("authorIdentifier")
            scheme = author.text("authorIdentifierScheme")
            if scheme.upper() == "ORCID" and number and not is_web(number):
                number = f"https://orcid.org/{number}"
            address = number if is_web(number) else ""
            is_person = ", " in name
            writer.agent(
                thing, "dcterms:creator", name, language, address=address, is_person=is_person
            )
        for contact in citation.each("datasetContact"):
            name = contact.text("datasetContactName")
            writer.contact(thing, name, contact.text("datasetContactEmail"))
        publisher = self._data.text("publisher")
        for distributor in citation.each("distributor")[:1] if not publisher else ():
            name, home = distributor.text("distributorName"), distributor.text("distributorURL")
            writer.agent(thing, "dcterms:publisher", name, language, home=home)
        writer.agent(thing, "dcterms:publisher", publisher, language)

    def _dates_and_places(self) -> None:
        writer, version, thing = self._writer, self._version, self._dataset.thing
        issued = self._data.text("publicationDate") or version.text("releaseTime")
        writer.date(thing, "dcterms:issued", issued, "publicationDate")
        modified = version.text("lastUpdateTime") or version.text("releaseTime")
        writer.date(thing, "dcterms:modified", modified, "lastUpdateTime")
        version.own("releaseTime", "lastUpdateTime")
        produced = self._citation.text("productionDate")
        writer.date(thing, "dcterms:created", produced, "productionDate")
        for period in self._citation.each("timePeriodCovered"):
            start, end = (
                period.text("timePeriodCoveredStart"),
                period.text("timePeriodCoveredEnd"),
            )
            writer.period(thing, start, end, "timePeriodCovered")
        geospatial = self._blocks.get("geospatial", JsonFields({}))
        for place in geospatial.each("geographicCoverage"):
            _place(self._dataset, place, writer)
        for box in geospatial.each("geographicBoundingBox"):
            # Older versions call longitudes in the north and south what are latitudes.
            south = box.text("southLatitude") or box.text("southLongitude")
            north = box.text("northLatitude") or box.text("northLongitude")
            numbers = [box.text("westLongitude"), south, box.text("eastLongitude"), north]
            writer.box(thing, numbers, "geographicBoundingBox")

    def _conditions(self) -> None:
        """Take the licence, or the terms that stand in place of one."""
        version, dataset = self._version, self._dataset
        licence = version.within("license")
        ways = licence.text("uri"), licence.text("name"), version.text("license")
        chosen = self._writer.chosen_licence(dataset.thing, "license", *ways)
        found = chosen[0][1] if chosen else ""
        licence.own("iconUri", "rightsIdentifier", "rightsIdentifierScheme", "schemeUri")
        licence.own("languageCode")
        terms = version.text("termsOfUse")
        if found and found.upper() != "NONE":
            dataset.licences.append(("license", found))
        if terms and terms != found:
            dataset.licences.append(("termsOfUse", terms))

    def _file(self, found: JsonFields) -> None:
        writer, dataset = self._writer, self._dataset
        data = found.within("dataFile") if found.look("dataFile") else found.within("datafile")
        number = data.text("id")
        address = f"{writer.site}/api/access/datafile/{number}" if writer.site and number else ""
        page = data.text("pidURL") or address_of_doi(data.text("persistentId"))
        file = writer.file(dataset, page or address or self._address, download=address)
        if address:
            about = dataset.thing.value
            writer.notes.add(NoteKind.ADDED, about, "dcat:downloadURL", "", address, _DOWNLOAD)
        name = found.text("label") or data.text("filename")
        writer.text(file, "dcterms:title", name, "")
        description = found.text("description") or data.text("description")
        writer.text(file, "dcterms:description", description, dataset.language)
        writer.formats(file, data.texts("contentType"), "contentType")
        writer.size(file, data.text("filesize"), "filesize")
        checksum = data.within("checksum")
        algorithm, digest = checksum.text("type"), checksum.text("value")
        digest, algorithm = (digest, algorithm) if digest else (data.text("md5"), "md5")
        writer.checksum(file, algorithm, digest, "checksum")
        writer.date(file, "dcterms:issued", data.text("publicationDate"), "publicationDate")
        if found.value("restricted") is True or data.value("restricted") is True:
            writer.terms(dataset.thing, "dcterms:accessRights", ["RESTRICTED"])
        data.own(*_OWN_FILE, "description")
        found.own("label", "version", "datasetVersionId")


def _of_block(block: object) -> dict[str, Any]:
    """Return the fields of a block by name."""
    fields = block.get("fields") if isinstance(block, dict) else None
    return {
        str(each.get("typeName")): _plain(each) for each in listed(fields) if isinstance(each, dict)
    }


DATAVERSE = JsonForm("Dataverse", is_dataverse, _add, _following)
