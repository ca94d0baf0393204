"""Collections of an OGC API (Features, Coverages, Tiles …) → DCAT.

OGC 17-069r4 (OGC API – Features, part 1), clause 7.13, and OGC API – Common, part 2: a collection
is a dataset, and the interface a service that gives it. From its front page the list is found.
"""

from __future__ import annotations

from typing import Any

from publisher.edit.catalogue.forms.form import Following, JsonForm, next_by_link
from publisher.edit.catalogue.forms.json_fields import JsonFields
from publisher.edit.catalogue.forms.map_links import add_extent, add_links, own_address
from publisher.edit.catalogue.forms.writer import CatalogueWriter, DatasetNodes
from publisher.messages import text

_DATA = ("data", "http://www.opengis.net/def/rel/ogc/1.0/data")
_CONFORMANCE = ("conformance", "http://www.opengis.net/def/rel/ogc/1.0/conformance")
_OWN = ("id", "itemType", "links", "crs", "storageCrs", "storageCrsCoordinateEpoch", "dataType")
_IS_CATALOGUE = text("it is a catalogue of records: import the address of its items.")
_GEOJSON = "application/geo+json"


def _collections(document: object) -> list[Any]:
    if not isinstance(document, dict):
        return []
    found = document.get("collections")
    return found if isinstance(found, list) else [document]


def _is_collection(found: object) -> bool:
    return (
        isinstance(found, dict)
        and "id" in found
        and isinstance(found.get("links"), list)
        and ("extent" in found or "itemType" in found or "collections" not in found)
        and found.get("type") not in ("Feature", "Catalog")
        and "stac_version" not in found
    )


def _is_front_page(document: object) -> bool:
    links = document.get("links") if isinstance(document, dict) else None
    return bool(next_by_link(links, *_DATA) and next_by_link(links, *_CONFORMANCE))


def is_ogc_collections(document: object) -> bool:
    """Tell whether JSON is the front page of an OGC API, its collections, or one of them.

    >>> is_ogc_collections({"collections": [{"id": "a", "links": []}], "links": []})
    True
    """
    if _is_front_page(document):
        return True
    found = _collections(document)
    is_several = isinstance(document, dict) and isinstance(document.get("collections"), list)
    if not is_several and not (isinstance(document, dict) and "extent" in document):
        return bool(found) and _is_collection(found[0]) and _has_items(found[0])
    return bool(found) and all(map(_is_collection, found))


def _has_items(found: dict[str, Any]) -> bool:
    return bool(next_by_link(found.get("links"), "items"))


def _add(document: object, writer: CatalogueWriter) -> None:
    if _is_front_page(document):
        fields = JsonFields(document)
        title = fields.text("title")
        fields.own("links", "conformsTo", "description", "title", "stac_version")
        writer.catalogue(fields, title)
        return
    for found in _collections(document):
        _add_collection(JsonFields(found), writer)


def _following(document: object, _address: str) -> Following:
    links = document.get("links") if isinstance(document, dict) else None
    if _is_front_page(document):
        return Following(parts=[next_by_link(links, *_DATA)])
    return Following(next_by_link(links, "next"))


def _add_collection(fields: JsonFields, writer: CatalogueWriter) -> None:
    called = fields.text("id")
    if fields.look("itemType") == "record":
        writer.leave_out(fields.text("title") or called, "itemType", "record", _IS_CATALOGUE)
        return
    dataset = writer.dataset(fields, [own_address(fields, writer)], called)
    thing, language = dataset.thing, dataset.language
    writer.text(thing, "dcterms:title", fields.text("title") or called, language)
    writer.text(thing, "dcterms:description", fields.text("description"), language)
    writer.words(thing, "dcat:keyword", fields.texts("keywords"), language)
    writer.agent(thing, "dcterms:publisher", fields.text("publisher"), language)
    for key, path in (("created", "dcterms:issued"), ("updated", "dcterms:modified")):
        writer.date(thing, path, fields.text(key), key)
    if licence := fields.text("license"):
        dataset.licences.append(("license", licence))
    add_extent(dataset, writer)
    crs = [*fields.texts("storageCrs"), *fields.texts("crs")]
    for each in dict.fromkeys(crs if fields.look("storageCrs") is None else crs[:1]):
        writer.address_value(thing, "dcterms:conformsTo", each, "crs")
    _items(dataset, writer)
    fields.own(*_OWN)
    writer.finish(dataset)


def _items(dataset: DatasetNodes, writer: CatalogueWriter) -> None:
    """Say how the data are had: from the service, one file a format in which it answers."""
    for address, link in add_links(dataset, writer):
        media_type = link.text("type")
        if media_type.startswith("text/html"):
            link.own("title")
            writer.address_value(dataset.thing, "dcat:landingPage", address, "links.items")
            continue
        file = writer.file(dataset, address)
        writer.text(file, "dcterms:title", link.text("title"), dataset.language)
        formats = [media_type, "GEOJSON" if media_type == _GEOJSON else ""]
        writer.formats(file, filter(None, formats), "links.type")
        before, found, _ = address.partition("/collections/")
        if found:
            writer.service(dataset, file, "ogcapi-features", before)


OGC_COLLECTIONS = JsonForm("OGC API", is_ogc_collections, _add, _following)
