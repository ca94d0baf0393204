"""What no table of a profile says of a catalogue: links, lost parts, licences, maps.

Each check yields thing and finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.findings import Finding, Severity
from publisher.messages import LANGUAGES, Text, text, translate
from publisher.profiles import dcat_ap_se
from publisher.profiles.dcat_ap import DCAT_AP, DCAT_AP_HVD, GEODCAT_AP
from publisher.profiles.term_names import find_format
from publisher.quality.catalogue_links import RELATIONS, strayed_properties, wrong_links
from publisher.quality.written_catalogue import (
    CATALOGUE,
    CATEGORY,
    ENTRIES,
    FILE,
    FORMAT,
    LINKS,
    LISTING,
    MEDIA_TYPE,
    PART,
    TYPE,
    CataloguePlaces,
    WrittenCatalogue,
    is_of_entries,
    thing_name,
)
from publisher.rdf.namespaces import iri, shorten
from publisher.rule_settings import RULES

_LISTED = (NamedNode(iri("dcat:Dataset")), NamedNode(iri("dcat:DataService")))
# Their values may be described by somebody else, in another catalogue.
_MAY_BE_ELSEWHERE = frozenset(("dcat:accessService", "dcat:inSeries", "dcat:servesDataset"))
_DEED = re.compile(r"/(deed|legalcode)(\.[\w-]+)?/?$")
# What the site's own services have too, as links.
_OF_SERVICES = ("dcat:contactPoint", "dcterms:publisher")


def _links(written: WrittenCatalogue, places: CataloguePlaces) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding where a link leads to what is not described as what it must be."""
    names = {iri(name): name for name in LINKS}
    for triple in written.triples:
        name = names.get(triple.predicate.value)
        is_text = isinstance(triple.object, Literal)
        # DCAT-AP lets these be texts in a catalogue alone; the site's own services have them too.
        of_catalogue = name in _OF_SERVICES and written.is_catalogue(thing_name(triple.subject))
        is_own = triple.object == triple.subject and triple.predicate.value in RELATIONS
        if name is None or is_own or (is_text and not of_catalogue):
            continue
        target, classes = thing_name(triple.object), LINKS[name]
        types = {
            thing_name(t.object) for t in written.by_subject.get(target, ()) if t.predicate == TYPE
        }
        if types & {iri(each) for each in classes}:
            continue
        is_described = target in written.by_subject
        if (
            not is_described
            and name in _MAY_BE_ELSEWHERE
            and not target.startswith(written.base_iri)
        ):
            continue
        focus = thing_name(triple.subject)
        stated = "" if is_of_entries(classes) else written.entry_class(target)
        message = (
            _mistaken(name, classes[0], shorten(stated))
            if stated
            else _undescribed(name, classes[0], is_described=is_described)
        )
        severity = RULES[DCAT_AP].severity
        value = "" if isinstance(triple.object, BlankNode) else str(triple.object)
        yield (
            focus,
            places.at(DCAT_AP, severity, message, focus, triple.predicate.value, value),
        )


def _impossible_links(
    written: WrittenCatalogue, places: CataloguePlaces
) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding for each link to itself, in a circle or to another kind of thing."""
    for link in wrong_links(written.named(), frozenset(map(iri, LINKS))):
        severity = RULES[DCAT_AP].severity
        found = places.at(DCAT_AP, severity, link.message, link.subject, link.path, link.value)
        yield link.subject, found


def _strayed(written: WrittenCatalogue, places: CataloguePlaces) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding for what stands where no portal looks for it."""
    for each in strayed_properties(written.named()):
        warning = Severity.WARNING
        found = places.at(DCAT_AP, warning, each.message, each.subject, each.path, each.value)
        yield each.subject, found
    led_to = {t.object for t in written.triples}
    for triple in written.triples:
        node = triple.subject
        if triple.predicate != TYPE or not isinstance(node, BlankNode) or node in led_to:
            continue
        if triple.object in (*ENTRIES, FILE, CATALOGUE):
            continue
        message = text(
            "A {kind} without a name belongs to nothing, so portals do not see it. Write it where"
            " it belongs, or remove it. (DCAT-AP)",
            kind=shorten(thing_name(triple.object)),
        )
        focus = written.catalogue
        yield focus, places.at(DCAT_AP, Severity.WARNING, message, focus)


def _unlisted(written: WrittenCatalogue, places: CataloguePlaces) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding for each entry that no catalogue lists, and the build will not."""
    catalogues = [t.subject for t in written.triples if t.object == CATALOGUE]
    listed = {thing_name(t.object) for t in written.triples if t.predicate.value in LISTING}
    for triple in written.triples:
        entry = thing_name(triple.subject)
        if triple.predicate != TYPE or triple.object not in _LISTED or entry in listed:
            continue
        if len(catalogues) == 1 and entry.startswith((written.base_iri, PART)):
            continue  # the build lists it, and names it below the base
        path = "dcat:dataset" if triple.object == _LISTED[0] else "dcat:service"
        message = text(
            "No catalogue lists it, so portals do not see it. Add it to the catalogue, with"
            " {path}. (DCAT-AP)",
            path=path,
        )
        yield entry, places.at(DCAT_AP, Severity.WARNING, message, entry)


def _lost(written: WrittenCatalogue, places: CataloguePlaces) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding for each distribution that no dataset has."""
    for name in sorted(written.lost_files()):
        message = text(
            "No dataset has this file or address, so portals do not see it. Name it in its dataset,"
            " with dcat:distribution. (DCAT-AP)"
        )
        yield name, places.at(DCAT_AP, Severity.WARNING, message, name)


def _mistaken(path: str, kind: str, stated: str) -> Text:
    return text(
        "What {path} leads to is a {stated}, which is nobody that can be asked. Describe who is"
        " meant as a {kind} with an address of its own, and name that here. (DCAT-AP)",
        path=path,
        stated=stated,
        kind=kind,
    )


def _undescribed(path: str, kind: str, *, is_described: bool) -> Text:
    if is_described:
        return text(
            "What {path} leads to is not said to be of the class {kind}. Give it this type, or"
            " name another thing here. (DCAT-AP)",
            path=path,
            kind=kind,
        )
    return text(
        "What {path} leads to is described nowhere in the catalogue. Describe it there as a"
        " {kind}, or correct its address. (DCAT-AP)",
        path=path,
        kind=kind,
    )


def _licences(
    catalogue: WrittenCatalogue, places: CataloguePlaces
) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding where a licence has another address than portals know it by."""
    known = set(dcat_ap_se.read_lists()["licence"])
    for triple in catalogue.triples:
        if triple.predicate.value != iri("dcterms:license"):
            continue
        written = getattr(triple.object, "value", "")
        usual = _DEED.sub("/", written.strip()).replace("https://", "http://", 1)
        usual = usual if usual.endswith("/") else f"{usual}/"
        if written not in known and usual in known:
            focus = thing_name(triple.subject)
            message = text(
                "Portals know this licence as <{usual}>: write it so, or they take it for another"
                " one. (DCAT-AP-SE, recommendations)",
                usual=usual,
            )
            path, value = triple.predicate.value, str(triple.object)
            yield focus, places.at(DCAT_AP, Severity.WARNING, message, focus, path, value)


# What the law wants of high-value data, and no official shape looks for.

_LEGISLATION = iri("dcatap:applicableLegislation")


def _high_value(
    written: WrittenCatalogue, places: CataloguePlaces
) -> Iterator[tuple[str, Finding]]:
    """Yield thing and finding for each high-value dataset without English title or download."""
    for name, triples in written.by_subject.items():
        by_path: dict[str, list[object]] = defaultdict(list)
        for triple in triples:
            by_path[triple.predicate.value].append(triple.object)
        law = NamedNode(dcat_ap_se.HIGH_VALUE)
        is_marked = law in by_path[_LEGISLATION] or by_path[CATEGORY]
        if not is_marked or NamedNode(iri("dcat:Dataset")) not in by_path[TYPE.value]:
            continue
        titles = [t for t in by_path[iri("dcterms:title")] if isinstance(t, Literal)]
        if not any((title.language or "").partition("-")[0] == "en" for title in titles):
            message = text(
                "Give the high-value dataset a title in English too (dcterms:title with @en): the"
                " EU reports on it. (Regulation (EU) 2023/138)"
            )
            yield name, places.at(DCAT_AP_HVD, Severity.WARNING, message, name)
        files = [
            f
            for part in by_path[iri("dcat:distribution")]
            for f in written.by_subject[thing_name(part)]
        ]
        if files and all(f.predicate.value != iri("dcat:downloadURL") for f in files):
            message = text(
                "Give the high-value dataset a file with all of it: a distribution with"
                " dcat:downloadURL, where the regulation asks for bulk download."
                " (Regulation (EU) 2023/138, annex)"
            )
            path = iri("dcat:distribution")
            yield name, places.at(DCAT_AP_HVD, Severity.WARNING, message, name, path)


# What geographic data are found by (GeoDCAT-AP 3.0): none of the other profiles asks for it.

_GEOGRAPHIC = re.compile(
    r"_SRVC$|^(GEOJSON|GEOTIFF|GML|GML_ZIP|GPKG|KML|KMZ|SHP|GDB|WMS|WFS|WMTS|WCS)$"
)
_MAP_STANDARD = re.compile(
    r"/(serviceType/ogc|standards?)/(wms|wmts|wfs|wcs)\b|ogcapi-(features|maps|tiles|coverages)",
    re.IGNORECASE,
)
# Systems of coordinates are named as the register of the OGC, or EPSG's own, names them.
_REFERENCE_SYSTEM = re.compile(r"/def/crs/|urn:ogc:def:crs:|epsg", re.IGNORECASE)


@cache  # not at once: a check without findings reads no catalogue of messages
def _geo_properties() -> Mapping[str, tuple[tuple[str, ...], Text]]:
    """Return what a map must say → the properties that say it, and what that is in words."""
    return {
        "dcterms:spatial": (("dcterms:spatial",), text("the area that it covers")),
        "dcat:spatialResolutionInMeters": (
            ("dcat:spatialResolutionInMeters", "geodcatap:spatialResolutionAsText"),
            text("how fine it is, in metres on the ground"),
        ),
        "geodcatap:referenceSystem": (
            ("geodcatap:referenceSystem", "dcterms:conformsTo"),
            text(
                "the system of its coordinates, such as http://www.opengis.net/def/crs/EPSG/0/3006"
            ),
        ),
    }


def check_geographic(
    written: WrittenCatalogue, places: CataloguePlaces
) -> Iterator[tuple[str, Finding]]:
    """Yield dataset or service and a warning for each map without area, resolution or system.

    What a distribution or a service of it says counts for the dataset, and what the datasets of a
    service say for the service. A service that is reached from a dataset is judged with it.
    """
    served = _served(written)
    for name in list(written.by_subject):
        kinds = {thing_name(t.object) for t in written.by_subject[name] if t.predicate == TYPE}
        is_alone = _SERVICE in kinds and name not in served
        if iri("dcat:Dataset") not in kinds and not is_alone:
            continue
        triples = list(_with_files(written, name))
        if not any(map(_is_geographic, triples)):
            continue
        given = {t.predicate.value for t in triples if not _is_other_standard(t)}
        missing = {
            path: meaning
            for path, (ways, meaning) in _geo_properties().items()
            if not given.intersection(map(iri, ways))
        }
        if missing:
            message = {
                tag: translate(
                    "Maps are found and laid over each other with: {listed}. (GeoDCAT-AP)",
                    tag,
                    listed="; ".join(f"{path} ({each[tag]})" for path, each in missing.items()),
                )
                for tag in LANGUAGES
            }
            yield name, places.at(GEODCAT_AP, Severity.WARNING, message, name)


_SERVICE = iri("dcat:DataService")


def _served(written: WrittenCatalogue) -> set[str]:
    """Return the services that are judged with a dataset that the catalogue describes."""
    found = set()
    for triple in written.triples:
        if triple.predicate.value == iri("dcat:accessService"):
            found.add(thing_name(triple.object))
        is_serving = triple.predicate.value == iri("dcat:servesDataset")
        if is_serving and thing_name(triple.object) in written.by_subject:
            found.add(thing_name(triple.subject))
    return found


def _is_geographic(triple: Triple) -> bool:
    """Tell whether it says that something is a map, or a service that gives maps."""
    value = getattr(triple.object, "value", "")
    if triple.predicate.value in (FORMAT, MEDIA_TYPE):
        return bool(_GEOGRAPHIC.search(find_format(value).file_type))
    is_standard = triple.predicate.value == iri("dcterms:conformsTo")
    return is_standard and bool(_MAP_STANDARD.search(value))


def _with_files(written: WrittenCatalogue, dataset: str) -> Iterator[Triple]:
    """Yield what is said of a dataset, of its distributions and services."""
    leading = {iri("dcat:distribution"), iri("dcat:accessService")}
    serving = written.serving.get(dataset, ())
    waiting, seen = [dataset, *serving], {dataset, *serving}
    while waiting:
        for triple in written.by_subject.get(waiting.pop(), ()):
            yield triple
            part = thing_name(triple.object)
            if triple.predicate.value in leading and part not in seen:
                seen.add(part)
                waiting.append(part)


def _is_other_standard(triple: Triple) -> bool:
    """Tell whether it names a standard that is no system of coordinates."""
    is_standard = triple.predicate.value == iri("dcterms:conformsTo")
    return is_standard and not _REFERENCE_SYSTEM.search(thing_name(triple.object))


# Each yields thing and finding; for maps see ``check_geographic``.
CHECKS = (_links, _impossible_links, _strayed, _unlisted, _lost, _licences, _high_value)
