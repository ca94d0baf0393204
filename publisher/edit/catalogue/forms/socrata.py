"""The catalogue of Socrata (Discovery API, ``/api/catalog/v1``) → DCAT.

https://dev.socrata.com/docs/other/discovery describes it. The ``data.json`` of the same portals is
of Project Open Data, which is a form of its own.
"""

from __future__ import annotations

from typing import Any

from publisher.edit.catalogue.forms.form import Following, JsonForm, next_by_number
from publisher.edit.catalogue.forms.json_fields import JsonFields, written_text
from publisher.edit.catalogue.forms.writer import CatalogueWriter, DatasetNodes
from publisher.edit.catalogue.notes import NoteKind
from publisher.messages import text

# Kinds of what a portal shows that hold data; charts, maps and stories are views of them.
_OF_DATA = frozenset(("dataset", "file", "href", "federated_href", "link", "federated", ""))
_OWN = (
    *("id", "parent_fxf", "page_views", "download_count", "columns_format", "lens_view_type"),
    *("lens_display_type", "locked", "hide_from_data_json", "metadata_updated_at", "obe_fxf"),
    *("nbe_fxf", "type", "preview_image_url", "api_endpoint"),
    *("blob_mime_type",),
)
_OWN_ENTRY = ("link", "permalink", "owner", "creator", "preview_image_url", "preview_image_urls")
_EXPORTED = text("the portal gives every table in this format.")
_SIZE = ("limit", 100)


def _results(document: object) -> list[Any]:
    found = document.get("results") if isinstance(document, dict) else None
    return found if isinstance(found, list) else []


def is_socrata(document: object) -> bool:
    """Tell whether JSON is an answer of this interface.

    >>> is_socrata({"results": [{"resource": {"id": "abcd-1234"}, "permalink": "https://e.org"}]})
    True
    """
    found = _results(document)
    return bool(found) and all(
        isinstance(each, dict)
        and isinstance(each.get("resource"), dict)
        and bool({"permalink", "classification", "link"} & {*each})
        for each in found
    )


def _add(document: object, writer: CatalogueWriter) -> None:
    for found in _results(document):
        entry = JsonFields(found)
        kind = written_text(entry.within("resource").look("type"))
        if kind in _OF_DATA:
            _add_entry(entry, writer)
        else:
            writer.leave_out(entry.within("resource").text("name"), "resource.type", kind)


def _following(document: object, address: str) -> Following:
    total = document.get("resultSetSize") if isinstance(document, dict) else None
    return Following(next_by_number(address, len(_results(document)), total, size=_SIZE))


def _add_entry(entry: JsonFields, writer: CatalogueWriter) -> None:
    resource, classes = entry.within("resource"), entry.within("classification")
    page = entry.text("permalink") or entry.text("link")
    called = resource.text("id")
    dataset = writer.dataset(entry, [page], called)
    thing, language = dataset.thing, dataset.language
    writer.text(thing, "dcterms:title", resource.text("name"), language)
    writer.text(thing, "dcterms:description", resource.text("description"), language)
    tags = [*classes.texts("domain_tags"), *classes.texts("tags")]
    writer.words(thing, "dcat:keyword", dict.fromkeys(tags), language)
    themes = [*classes.texts("domain_category"), *classes.texts("categories")]
    writer.themes(dataset, dict.fromkeys(themes))
    name, home = resource.text("attribution"), resource.text("attribution_link")
    writer.agent(thing, "dcterms:publisher", name, language, home=home)
    if mail := resource.text("contact_email"):
        writer.contact(thing, name, mail)
    issued = resource.text("publication_date") or resource.text("createdAt")
    writer.date(thing, "dcterms:issued", issued, "publication_date")
    modified = resource.text("data_updated_at") or resource.text("updatedAt")
    writer.date(thing, "dcterms:modified", modified, "updatedAt")
    resource.own("createdAt", "publication_date", "updatedAt", "data_updated_at")
    writer.address_value(thing, "dcat:landingPage", entry.text("link") or page, "link")
    if licence := entry.within("metadata").text("license"):
        dataset.licences.append(("metadata.license", licence))
    _files(dataset, entry, page, writer)
    entry.within("metadata").own("domain")
    resource.own(*_OWN)
    entry.own(*_OWN_ENTRY)
    writer.finish(dataset)


def _files(dataset: DatasetNodes, entry: JsonFields, page: str, writer: CatalogueWriter) -> None:
    """Say how to get the data: a table in each format, a file or a page where it is."""
    resource = entry.within("resource")
    called, domain = resource.text("id"), written_text(entry.within("metadata").look("domain"))
    kind, media_type = resource.text("type"), written_text(resource.look("blob_mime_type"))
    if kind == "dataset" and domain and called and not media_type:
        for ending, code, shown_type in (
            (f"api/views/{called}/rows.csv?accessType=DOWNLOAD", "CSV", "text/csv"),
            (f"resource/{called}.json", "JSON", "application/json"),
        ):
            address = f"https://{domain}/{ending}"
            file = writer.file(dataset, page, download=address)
            writer.formats(file, [code, shown_type], "format")
            about = dataset.thing.value
            writer.notes.add(NoteKind.ADDED, about, "dcat:distribution", "", address, _EXPORTED)
    elif page:
        file = writer.file(dataset, page)
        writer.formats(file, filter(None, [media_type]), "blob_mime_type")


SOCRATA = JsonForm("Socrata", is_socrata, _add, _following)
