"""Records of OGC API Records (OGC 20-004, part 1) → the keys of Project Open Data.

A catalogue of maps answers with GeoJSON: each feature describes a dataset or a service, its files
and services are links. ``open_data_json`` makes DCAT of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Relations of links to the data, and to pages about them; others are about the record.
_OF_FILES = frozenset(("data", "download", "enclosure", "item", "items", "service", "preview"))
_OF_PAGES = frozenset(("about", "describedby", "documentation", "via"))
_KEYS = {
    "title": "title",
    "description": "description",
    "created": "issued",
    "updated": "modified",
    "keywords": "keyword",
    "license": "license",
    "rights": "rights",
}
_RESTATED = frozenset((*_KEYS, "contacts", "formats", "language", "themes", "type"))


def is_ogc_records(document: object) -> bool:
    """Tell whether JSON is a record of OGC API Records, or several."""
    return any(True for _ in _records(document))


def ogc_records_as_open_data(document: object) -> dict[str, Any]:
    """Return records as ``data.json`` has datasets; what has no key there keeps its own."""
    return {"dataset": [_dataset(each) for each in _records(document)]}


def _records(document: object) -> Iterator[Mapping[str, Any]]:
    if not isinstance(document, dict):
        return
    features = document.get("features") if document.get("type") != "Feature" else [document]
    for each in features if isinstance(features, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("properties"), dict):
            continue
        properties = each["properties"]
        is_record = "ogcapi-records" in str(each.get("conformsTo", "")) or (
            isinstance(each.get("links"), list) and bool({"contacts", "themes"} & {*properties})
        )
        if is_record and isinstance(properties.get("title"), str):
            yield each


def _dataset(record: Mapping[str, Any]) -> dict[str, Any]:
    properties = record["properties"]
    found = {_KEYS[key]: value for key, value in properties.items() if key in _KEYS}
    found |= {key: value for key, value in properties.items() if key not in _RESTATED}
    found["identifier"] = str(record.get("id") or "")
    language = properties.get("language")
    found["language"] = language.get("code") if isinstance(language, dict) else language
    found["spatial"] = record.get("geometry") or None
    found["temporal"] = _period(record.get("time"))
    found |= _contact(properties.get("contacts"))
    links = [link for link in record.get("links") or () if isinstance(link, dict)]
    found["references"] = [link.get("href") for link in links if link.get("rel") in _OF_PAGES]
    found["distribution"] = [
        {"accessURL": link.get("href"), "mediaType": link.get("type"), "title": link.get("title")}
        for link in links
        if str(link.get("rel", "")).rpartition("/")[2] in _OF_FILES and link.get("href")
    ]
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _period(time: object) -> str:
    """Return the interval of a record; two full stops mean that it is open."""
    interval = time.get("interval") if isinstance(time, dict) else None
    if not isinstance(interval, list) or len(interval) != 2:
        return ""
    return "/".join("" if each in ("..", None) else str(each) for each in interval)


def _contact(contacts: object) -> dict[str, Any]:
    """Return who publishes, and whom to ask: the first that has an organisation, and an address."""
    listed = (
        [each for each in contacts if isinstance(each, dict)] if isinstance(contacts, list) else []
    )
    found: dict[str, Any] = {}
    for each in listed:
        if name := each.get("organization") or each.get("name"):
            found.setdefault("publisher", {"name": name})
        mails = [mail for mail in each.get("emails") or () if isinstance(mail, dict)]
        if mails and mails[0].get("value"):
            contact = {"fn": each.get("name") or name or "", "hasEmail": mails[0]["value"]}
            found.setdefault("contactPoint", contact)
    return found
