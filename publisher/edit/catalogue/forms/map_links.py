"""Links and extents, as STAC and OGC APIs have them alike → DCAT."""

from __future__ import annotations

from publisher.edit.catalogue.forms.json_fields import JsonFields, listed
from publisher.edit.catalogue.forms.writer import CatalogueWriter, DatasetNodes, address_of_doi

# Relations (IANA, OGC, STAC) that lead round in the same interface; they say nothing of the data.
_OWN = frozenset(
    (
        *("self", "root", "parent", "collection", "alternate", "canonical", "next", "prev"),
        *("queryables", "schema", "conformance", "data", "search", "service-desc", "service-doc"),
        *("child", "item", "aggregate", "aggregations", "style", "styles", "icon", "preview"),
    )
)
_PAGES = {
    "about": "foaf:page",
    "describedby": "foaf:page",
    "documentation": "foaf:page",
    "via": "dcterms:source",
    "derived_from": "dcterms:source",
    "handbook": "foaf:page",
    "related": "dcterms:relation",
    "sibling": "dcterms:relation",
    "successor-version": "dcat:hasVersion",
    "predecessor-version": "dcat:previousVersion",
    "latest-version": "dcat:hasVersion",
}


def relation(link: JsonFields) -> str:
    """Return the relation of a link, without the address of the register of the OGC."""
    return str(link.look("rel") or "").rstrip("/").rpartition("/")[2].rpartition(":")[2]


def own_address(fields: JsonFields, writer: CatalogueWriter) -> str:
    """Return the address that a collection says is its own; empty where it says none."""
    for wanted in ("canonical", "self"):
        for link in fields.each("links"):
            if relation(link) == wanted and link.look("href"):
                found = writer.resolve(str(link.look("href")))
                if found:
                    return found.partition("?")[0]
    return ""


def add_links(dataset: DatasetNodes, writer: CatalogueWriter) -> list[tuple[str, JsonFields]]:
    """Say where links lead; return address and link of each that leads to the data themselves.

    Addresses of the interface itself are of no use elsewhere and count as read.
    """
    thing, to_data = dataset.thing, []
    for link in dataset.fields.each("links"):
        kind, address = relation(link), str(link.look("href") or "")
        if kind in ("items", "enclosure", "download", "coverage", "map", "tiles"):
            to_data.append((writer.resolve(address), link))
            link.own("href", "rel")
        elif kind == "license":
            resolved = writer.resolve(address)
            dataset.licences.append(("links.license", resolved or address))
            link.own("href", "rel", "type")
        elif kind == "cite-as":
            found = address_of_doi(address) or address
            writer.words(thing, "dcterms:identifier", [found] if found else [], "")
            link.own("href", "rel", "type")
        elif kind in _PAGES:
            if writer.address_value(thing, _PAGES[kind], address, f"links.{kind}"):
                link.own("href", "rel", "type")
        elif kind in _OWN or "queryables" in kind or "schema" in kind:
            link.own(*link.whole)
        link.own("hreflang", "method", "length", "templated")
    return to_data


def add_extent(dataset: DatasetNodes, writer: CatalogueWriter) -> None:
    """Say which area and time a collection covers: the first box and interval are the whole."""
    thing = dataset.thing
    extent = dataset.fields.within("extent")
    spatial, temporal = extent.within("spatial"), extent.within("temporal")
    boxes = listed(spatial.value("bbox")) if spatial else listed(extent.look("spatial"))
    if boxes and not isinstance(boxes[0], list):
        boxes = [boxes]
        extent.own("spatial")
    for number, box in enumerate(boxes):
        if number == 0:
            writer.box(thing, box, "extent.spatial.bbox")
        else:
            writer.leave(thing, "extent.spatial.bbox", str(box))
    spatial.own("crs")
    intervals = listed(temporal.value("interval")) if temporal else listed(extent.look("temporal"))
    if intervals and not isinstance(intervals[0], list):
        intervals = [intervals]
        extent.own("temporal")
    for number, interval in enumerate(each for each in intervals if isinstance(each, list)):
        bounds = ["" if bound is None else str(bound) for bound in interval]
        if number == 0 and len(bounds) == 2:
            writer.period(thing, bounds[0], bounds[1], "extent.temporal.interval")
        else:
            writer.leave(thing, "extent.temporal.interval", "/".join(bounds))
    temporal.own("trs", "crs")
