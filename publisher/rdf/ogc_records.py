"""Records of OGC API Records (OGC 20-004, part 1) → the keys of Project Open Data.

A catalogue of maps answers with GeoJSON: each feature describes a dataset or a service, its files
and services are links. ``open_data_json`` makes DCAT of them, and names what has no key there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
_RESTATED = frozenset((*_KEYS, "contacts", "language", "themes", "type"))
# What a record says of itself, and links that lead round in the same interface.
_OWN = frozenset(("id", "type", "properties", "links", "geometry", "time", "conformsTo", "bbox"))
_READ_ROLES = ("publisher", "pointOfContact")
_LINK_KEYS = {
    "href": "accessURL",
    "type": "mediaType",
    "created": "issued",
    "updated": "modified",
    "length": "byteSize",
}
_OWN_LINKS = frozenset(("self", "collection", "alternate", "root", "parent", "next", "prev"))
# Words of the specification in the place of a licence that has no identifier.
_NO_LICENCE = ("other", "various", "proprietary")


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
    found |= {key: value for key, value in record.items() if key not in _OWN}
    if found.get("license") in _NO_LICENCE:
        found.setdefault("rights", found["license"])
        del found["license"]
    found["identifier"] = str(record.get("id") or "")
    if properties.get("type") not in (None, "dataset"):
        found["type"] = properties["type"]
    language = properties.get("language")
    found["language"] = language.get("code") if isinstance(language, dict) else language
    found["theme"], words = _themes(properties.get("themes"))
    found["keyword"] = [*_listed(found.get("keyword")), *words]
    found["spatial"] = record.get("geometry") or None
    found |= _period(record.get("time"))
    found |= _contacts(properties.get("contacts"))
    found |= _links(record.get("links"))
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _themes(themes: object) -> tuple[list[str], list[str]]:
    """Return the addresses of the concepts of themes, and the words for those without one."""
    concepts = [
        concept
        for theme in _listed(themes)
        if isinstance(theme, dict)
        for concept in _listed(theme.get("concepts"))
        if isinstance(concept, dict)
    ]
    addresses = [str(each["url"]) for each in concepts if each.get("url")]
    words = [str(c.get("title") or c.get("id") or "") for c in concepts if not c.get("url")]
    return addresses, [word for word in words if word]


def _links(links: object) -> dict[str, Any]:
    """Return files and pages, and the links that are neither."""
    found: dict[str, Any] = {"references": [], "distribution": [], "links": []}
    for link in _listed(links):
        if not isinstance(link, dict):
            continue
        kind, address = str(link.get("rel", "")), link.get("href")
        if kind.rpartition("/")[2] in _OF_FILES and address:
            file = {_LINK_KEYS.get(key, key): value for key, value in link.items() if key != "rel"}
            found["distribution"].append(file)
        elif kind in _OF_PAGES:
            found["references"].append(address)
        elif kind == "license" and address:
            found["license"] = address
        elif kind not in _OWN_LINKS:
            found["links"].append(link)
    return found


def _period(time: object) -> dict[str, Any]:
    """Return the time of a record; two full stops mean that an interval is open."""
    if not isinstance(time, dict):
        return {}
    interval = time.get("interval")
    moment = time.get("date") or time.get("timestamp")
    left = {
        f"time.{key}": time[key] for key in time if key not in ("interval", "date", "timestamp")
    }
    if isinstance(interval, list) and len(interval) == 2:
        bounds = ("" if each in ("..", None) else str(each) for each in interval)
        return {"temporal": "/".join(bounds), **left}
    return {"temporal": f"{moment}/{moment}" if moment else "", **left}


def _contacts(contacts: object) -> dict[str, Any]:
    """Return who publishes, whom to ask, and the others."""
    listed = [each for each in _listed(contacts) if isinstance(each, dict)]
    publisher = _first(
        listed, "publisher", lambda each: each.get("organization") or each.get("name")
    )
    asked = _first(listed, "pointOfContact", _mail)
    found: dict[str, Any] = {}
    if publisher is not None:
        name = publisher.get("organization") or publisher.get("name")
        mail = _mail(publisher) if publisher is asked else ""
        found["publisher"] = {**_rest_of(publisher, name, mail), "name": name}
    if asked is not None:
        name = asked.get("name") or asked.get("organization") or ""
        rest = _rest_of(asked, name, _mail(asked)) if asked is not publisher else {}
        found["contactPoint"] = {**rest, "fn": name, "hasEmail": _mail(asked)}
    found["contacts"] = [each for each in listed if each is not publisher and each is not asked]
    return found


def _rest_of(contact: Mapping[str, Any], name: object, mail: str) -> dict[str, Any]:
    """Return what a contact says beside its name, mail address and the roles that are read."""
    # The keys of Project Open Data have "name" for who it is.
    rest = {
        f"contacts.{key}" if key == "name" else key: value
        for key, value in contact.items()
        if key != "identifier" and value != name
    }
    rest["emails"] = [
        each
        for each in _listed(contact.get("emails"))
        if not (isinstance(each, dict) and each.get("value") == mail)
    ]
    roles = _listed(contact.get("roles"))
    return {**rest, "roles": [each for each in roles if each not in _READ_ROLES]}


def _first(
    contacts: Sequence[Mapping[str, Any]], role: str, has: Callable[[Mapping[str, Any]], object]
) -> Mapping[str, Any] | None:
    """Return the first contact that has something, one with a role before others."""
    suited = [each for each in contacts if has(each)]
    with_role = [each for each in suited if role in _listed(each.get("roles"))]
    return next(iter([*with_role, *suited]), None)


def _mail(contact: Mapping[str, Any]) -> str:
    mails = [mail for mail in _listed(contact.get("emails")) if isinstance(mail, dict)]
    return str(mails[0].get("value") or "") if mails else ""
