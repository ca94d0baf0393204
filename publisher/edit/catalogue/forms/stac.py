"""Collections of the SpatioTemporal Asset Catalog → DCAT: files that link, and the API.

https://github.com/radiantearth/stac-spec (version 1): a collection is a dataset, a catalogue leads
to collections and to further catalogues. Items are single scenes; they stay where they are.
"""

from __future__ import annotations

from typing import Any

from publisher.edit.catalogue.forms.form import Following, JsonForm, next_by_link
from publisher.edit.catalogue.forms.json_fields import JsonFields, listed, written_text
from publisher.edit.catalogue.forms.map_links import add_extent, add_links, own_address
from publisher.edit.catalogue.forms.writer import CatalogueWriter, DatasetNodes, address_of_doi
from publisher.messages import text
from publisher.profiles.term_names import find_term

_OWN = ("type", "stac_version", "stac_extensions", "id", "conformsTo", "links", "crs", "storageCrs")
# Words of the specification in the place of a licence: it stands elsewhere, or there are several.
_NO_LICENCE = ("proprietary", "various", "other")
# Roles of who provides, in the order in which they speak for who publishes.
_PUBLISHING = ("host", "licensor", "producer")
_NO_ROLE = text("DCAT-AP has no property for this role.")
_ONE_SCENE = text("it is a single item: import the collection that it belongs to.")
_SPDX = "https://spdx.org/licenses/"


def _collections(document: object) -> list[Any]:
    """Return what is described: the collections of an answer, or the document itself."""
    if isinstance(document, dict):
        for key in ("collections", "features"):
            if isinstance(document.get(key), list):
                return list(document[key])
    return [document]


def _is_part(found: object) -> bool:
    return isinstance(found, dict) and "stac_version" in found


def is_stac(document: object) -> bool:
    """Tell whether JSON is a collection, a catalogue, or an answer with collections, of STAC.

    >>> is_stac({"stac_version": "1.0.0", "type": "Collection", "id": "a"})
    True
    """
    found = _collections(document)
    return bool(found) and any(map(_is_part, found))


def _add(document: object, writer: CatalogueWriter) -> None:
    for found in _collections(document):
        fields = JsonFields(found)
        if "extent" in fields or fields.look("type") == "Collection":
            _add_collection(fields, writer)
        elif fields.look("type") == "Feature":
            writer.leave_out(fields.text("id"), "type", "Item", _ONE_SCENE)
        else:
            title = fields.text("title") or fields.text("id")
            fields.own(*_OWN, "title")
            writer.catalogue(fields, title)


def _following(document: object, _address: str) -> Following:
    links = document.get("links") if isinstance(document, dict) else None
    if isinstance(document, dict) and isinstance(document.get("collections"), list):
        return Following(next_by_link(links, "next"))
    if isinstance(document, dict) and document.get("type") in ("Feature", "FeatureCollection"):
        return Following()
    # Of an interface the list of collections is the whole; its links would lead there again.
    collections = next_by_link(links, "data")
    parts = [
        str(link["href"])
        for link in listed(links)
        if isinstance(link, dict) and link.get("rel") == "child" and link.get("href")
    ]
    return Following(parts=[collections] if collections else parts)


def _add_collection(fields: JsonFields, writer: CatalogueWriter) -> None:
    called = fields.text("id")
    dataset = writer.dataset(fields, [own_address(fields, writer)], called)
    thing, language = dataset.thing, dataset.language
    writer.text(thing, "dcterms:title", fields.text("title") or called, language)
    writer.text(thing, "dcterms:description", fields.text("description"), language)
    writer.words(thing, "dcat:keyword", fields.texts("keywords"), language)
    _licence(dataset)
    _providers(dataset, writer)
    add_extent(dataset, writer)
    for address, link in add_links(dataset, writer):
        file = writer.file(dataset, address)
        writer.formats(file, link.texts("type"), "links.type")
        writer.text(file, "dcterms:title", link.text("title"), language)
    _assets(dataset, writer)
    for key, path in (("created", "dcterms:issued"), ("updated", "dcterms:modified")):
        writer.date(thing, path, fields.text(key), key)
    if version := fields.text("version"):
        writer.words(thing, "dcat:version", [version], "")
    if doi := address_of_doi(written_text(fields.look("sci:doi"))):
        writer.words(thing, "dcterms:identifier", [doi], "")
        fields.own("sci:doi")
    resolutions = listed(fields.within("summaries").look("gsd"))
    if len(resolutions) == 1 and isinstance(resolutions[0], int | float):
        fields.within("summaries").own("gsd")
        writer.metres(thing, str(resolutions[0]))
    fields.own(*_OWN)
    writer.finish(dataset)


def _licence(dataset: DatasetNodes) -> None:
    """Take the licence: an identifier of SPDX, else what the links lead to."""
    written = dataset.fields.text("license")
    if written in _NO_LICENCE or not written:
        dataset.licences += [("license", written)] if written else []
    else:
        is_known = find_term("licence", written)
        dataset.licences.append(("license", written if is_known else _SPDX + written))


def _providers(dataset: DatasetNodes, writer: CatalogueWriter) -> None:
    providers = [(each, each.texts("roles")) for each in dataset.fields.each("providers")]
    publisher = next(
        (each for role in _PUBLISHING for each, roles in providers if role in roles),
        providers[0][0] if providers else None,
    )
    for each, roles in providers:
        name, home = each.text("name"), each.text("url")
        if each is publisher:
            writer.agent(dataset.thing, "dcterms:publisher", name, dataset.language, home=home)
        if "producer" in roles:
            writer.agent(dataset.thing, "dcterms:creator", name, dataset.language, home=home)
        said = {"producer", "host"} if each is publisher else {"producer"}
        others = [role for role in roles if role not in said]
        if others or not (roles or each is publisher):
            shown_roles = f"{name} ({', '.join(others)})" if others else name
            writer.leave(dataset.thing, "providers", shown_roles, _NO_ROLE)


def _assets(dataset: DatasetNodes, writer: CatalogueWriter) -> None:
    """Say which files the collection itself has."""
    assets = dataset.fields.within("assets")
    for key in assets.whole:
        for asset in assets.each(key):
            roles = asset.texts("roles")
            address = asset.text("href")
            if {"thumbnail", "overview"} & {*roles}:
                writer.leave(dataset.thing, f"assets.{key}", address)
                asset.own(*asset.whole)
                continue
            file = writer.file(dataset, address, download=address)
            writer.text(file, "dcterms:title", asset.text("title") or key, dataset.language)
            writer.text(file, "dcterms:description", asset.text("description"), dataset.language)
            writer.formats(file, asset.texts("type"), "assets.type")
            writer.size(file, asset.text("file:size"), "file:size")


STAC = JsonForm("STAC", is_stac, _add, _following)
