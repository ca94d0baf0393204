"""``data.json`` of open data portals → DCAT.

The schema is that of Project Open Data, version 1.1 (https://resources.data.gov/resources/dcat-us/),
which ArcGIS Hub, Socrata and public bodies of the United States write: JSON whose keys stand for
properties of DCAT, in a shape that JSON-LD does not read as such. What has no property is handed
back, so that a reader can say so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from publisher.rdf.namespaces import iri
from publisher.rdf.ogc_records import is_ogc_records, ogc_records_as_open_data

_SCHEMA = "project-open-data"
_ACCESS = "http://publications.europa.eu/resource/authority/access-right/"
_LEVELS = {"public": "PUBLIC", "restricted public": "RESTRICTED", "non-public": "NON_PUBLIC"}
_TEXTS = {"title": "dcterms:title", "description": "dcterms:description"}
# Key of a dataset → property, for values that stay as they are: texts or addresses.
_OF_DATASET = {
    "identifier": "dcterms:identifier",
    "landingPage": "dcat:landingPage",
    "accrualPeriodicity": "dcterms:accrualPeriodicity",
    "theme": "dcat:theme",
    "keyword": "dcat:keyword",
    "references": "foaf:page",
    "describedBy": "foaf:page",
    "conformsTo": "dcterms:conformsTo",
    "issued": "dcterms:issued",
    "modified": "dcterms:modified",
    "version": "dcat:version",
}
_OF_FILE = {
    "accessURL": "dcat:accessURL",
    "downloadURL": "dcat:downloadURL",
    "webService": "dcat:accessURL",
    "mediaType": "dcat:mediaType",
    "format": "dcterms:format",
    "conformsTo": "dcterms:conformsTo",
    "describedBy": "foaf:page",
    "license": "dcterms:license",
    "byteSize": "dcat:byteSize",
    "issued": "dcterms:issued",
    "modified": "dcterms:modified",
}
_ADDRESSES = frozenset(
    map(iri, ("dcat:landingPage", "dcat:accessURL", "dcat:downloadURL", "foaf:page"))
)
# Without a list of files the dataset itself is one (version 1.0).
_FILE_KEYS = ("accessURL", "downloadURL", "webService", "format")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?")
_REPEATED = re.compile(r"R/P[0-9.]*[A-Z0-9.]+")
_POSITION = re.compile(r"-?\d{1,3}(?:\.\d+)?")


@dataclass(frozen=True)
class OpenDataCatalogue:
    """What such a file says.

    Attributes:
        quads: In DCAT.
        left_out: Thing, key and value of what has no property.
    """

    quads: list[Quad] = field(default_factory=list, repr=False)
    left_out: list[tuple[NamedNode | BlankNode, str, str]] = field(default_factory=list)


def is_open_data_json(document: object) -> bool:
    """Tell whether JSON is a catalogue of this schema, of version 1.1 or 1.0.

    Records of OGC API Records count too: they are read by the same keys.

    >>> is_open_data_json({"dataset": [{"title": "Lakes", "accessLevel": "public"}]})
    True
    """
    if is_ogc_records(document):
        return True
    if isinstance(document, dict):
        context = document.get("@context")
        stated = f"{document.get('conformsTo', '')} {context if isinstance(context, str) else ''}"
        if context is not None and _SCHEMA not in stated:
            return False
        return isinstance(document.get("dataset"), list) and (
            _SCHEMA in stated or all(map(_is_dataset, document["dataset"]))
        )
    return isinstance(document, list) and bool(document) and all(map(_is_dataset, document))


def _is_dataset(found: object) -> bool:
    return (
        isinstance(found, dict)
        and "title" in found
        and bool({"accessLevel", "modified"} & {*found})
    )


def read_open_data_json(document: Any, address: str) -> OpenDataCatalogue:
    """Return what a catalogue says.

    Args:
        document: Read by a reader of JSON.
        address: Of the file, which names the catalogue.
    """
    if is_ogc_records(document):
        document = ogc_records_as_open_data(document)
    writer = _CatalogueWriter(NamedNode(address.partition("#")[0] + "#catalog"))
    fields = document if isinstance(document, dict) else {"dataset": document}
    writer.catalogue(fields)
    return writer.found


class _CatalogueWriter:
    """Writes a catalogue of this schema in DCAT."""

    def __init__(self, catalogue: NamedNode) -> None:
        self._catalogue = catalogue
        self.found = OpenDataCatalogue()

    def catalogue(self, fields: Mapping[str, Any]) -> None:
        self._type(self._catalogue, "dcat:Catalog")
        self._texts(self._catalogue, fields, "")
        for dataset in fields["dataset"]:
            if isinstance(dataset, dict):
                self._dataset(dataset)
            else:
                self._leave(self._catalogue, "dataset", dataset)

    def _dataset(self, fields: Mapping[str, Any]) -> None:
        name = str(fields.get("identifier") or "")
        dataset = _node(name)
        language = _language(fields)
        self._say(self._catalogue, "dcat:dataset", dataset)
        self._type(dataset, "dcat:Dataset")
        self._texts(dataset, fields, language)
        for key, path in _OF_DATASET.items():
            for value in _listed(fields.get(key)):
                self._value(dataset, path, key, value, language)
        for tag in _listed(fields.get("language")):
            self._say(dataset, "dcterms:language", Literal(str(tag).partition("-")[0]))
        self._access(dataset, fields)
        self._agent(dataset, "dcterms:publisher", fields.get("publisher"), language)
        self._contact(dataset, fields)
        for value in _listed(fields.get("spatial")):
            self._place(dataset, value)
        self._period(dataset, fields.get("temporal"))
        files = [each for each in _listed(fields.get("distribution")) if isinstance(each, dict)]
        if not files and any(fields.get(key) for key in _FILE_KEYS):
            files = [{key: fields[key] for key in _FILE_KEYS if fields.get(key)}]
        for file in files:
            self._file(dataset, file, fields, language)
        if not files and fields.get("license"):
            self._leave(dataset, "license", fields["license"])
        self._rest(dataset, fields, {*_OF_DATASET, *_KNOWN, *(_FILE_KEYS if files else ())})

    def _file(
        self,
        dataset: NamedNode | BlankNode,
        fields: Mapping[str, Any],
        of_dataset: Mapping[str, Any],
        language: str,
    ) -> None:
        file = BlankNode()
        self._say(dataset, "dcat:distribution", file)
        self._type(file, "dcat:Distribution")
        self._texts(file, fields, language)
        for key, path in _OF_FILE.items():
            value = fields.get(key) or (of_dataset.get(key) if key == "license" else None)
            for each in _listed(value):
                self._value(file, path, key, each, language)
        if of_dataset.get("rights"):
            statement = BlankNode()
            self._say(file, "dcterms:rights", statement)
            self._type(statement, "dcterms:RightsStatement")
            self._say(statement, "rdfs:label", _text(str(of_dataset["rights"]), language))
        self._rest(file, fields, {*_OF_FILE, *_TEXTS, "@type", "describedByType"})

    def _access(self, dataset: NamedNode | BlankNode, fields: Mapping[str, Any]) -> None:
        level = str(fields.get("accessLevel") or "").strip().lower()
        if level in _LEVELS:
            self._say(dataset, "dcterms:accessRights", NamedNode(_ACCESS + _LEVELS[level]))
        elif level:
            self._say(dataset, "dcterms:accessRights", Literal(level))

    def _agent(
        self,
        owner: NamedNode | BlankNode,
        path: str,
        stated: object,
        language: str,
    ) -> None:
        """Say who somebody is; what an organisation belongs to is handed back."""
        fields = stated if isinstance(stated, dict) else {"name": stated}
        name = str(fields.get("name") or "").strip()
        if not name:
            return
        agent = BlankNode()
        self._say(owner, path, agent)
        self._type(agent, "foaf:Agent")
        self._say(agent, "foaf:name", _text(name, language))
        self._rest(agent, fields, {"@type", "name"})

    def _contact(self, dataset: NamedNode | BlankNode, fields: Mapping[str, Any]) -> None:
        stated = fields.get("contactPoint")
        found = (
            stated if isinstance(stated, dict) else {"fn": stated, "hasEmail": fields.get("mbox")}
        )
        name, mail = found.get("fn"), found.get("hasEmail")
        if not (name or mail):
            return
        contact = BlankNode()
        self._say(dataset, "dcat:contactPoint", contact)
        self._type(contact, "vcard:Organization")
        self._say(contact, "vcard:fn", Literal(str(name or mail).removeprefix("mailto:")))
        if mail:
            address = f"mailto:{str(mail).removeprefix('mailto:').strip()}"
            is_right = _is_iri(address)
            self._say(
                contact, "vcard:hasEmail", NamedNode(address) if is_right else Literal(address)
            )
        self._rest(contact, found, {"@type", "fn", "hasEmail"})

    def _place(self, dataset: NamedNode | BlankNode, value: object) -> None:
        """Say where it is: a box by its four numbers, a geometry, or a name."""
        box = _box(value)
        if box is None and not isinstance(value, dict):
            self._value(dataset, "dcterms:spatial", "spatial", value, "")
            return
        place = BlankNode()
        self._say(dataset, "dcterms:spatial", place)
        self._type(place, "dcterms:Location")
        if box is not None:
            self._say(place, "dcat:bbox", Literal(box, datatype=NamedNode(iri("geo:wktLiteral"))))
        else:
            written = json.dumps(value, ensure_ascii=False)
            kind = NamedNode(iri("geo:geoJSONLiteral"))
            self._say(place, "locn:geometry", Literal(written, datatype=kind))

    def _period(self, dataset: NamedNode | BlankNode, value: object) -> None:
        parts = str(value or "").split("/")
        if not value:
            return
        if len(parts) != 2 or parts[1].startswith("P"):
            self._leave(dataset, "temporal", value)
            return
        period = BlankNode()
        self._say(dataset, "dcterms:temporal", period)
        self._type(period, "dcterms:PeriodOfTime")
        for path, written in zip(("dcat:startDate", "dcat:endDate"), parts, strict=True):
            if written:
                self._say(period, path, _dated(written))

    def _texts(
        self, thing: NamedNode | BlankNode, fields: Mapping[str, Any], language: str
    ) -> None:
        for key, path in _TEXTS.items():
            if str(fields.get(key) or "").strip():
                self._say(thing, path, _text(str(fields[key]), language))

    def _value(
        self, thing: NamedNode | BlankNode, path: str, key: str, value: object, language: str
    ) -> None:
        """Say a value: a date, an address where one is meant, else a text."""
        written = str(value).strip() if isinstance(value, str | int | float) else ""
        if not written:
            if value not in (None, "", [], {}):
                self._leave(thing, key, value)
        elif key == "modified" and _REPEATED.fullmatch(written):
            self._say(thing, "dcterms:accrualPeriodicity", Literal(written))
        elif key in ("issued", "modified"):
            self._say(thing, path, _dated(written))
        elif key == "keyword":
            self._say(thing, path, _text(written, language))
        elif (iri(path) in _ADDRESSES or _is_web(written)) and _is_iri(written):
            is_name = key == "identifier"
            self._say(thing, path, Literal(written) if is_name else NamedNode(written))
        else:
            self._say(thing, path, Literal(written))

    def _rest(
        self, thing: NamedNode | BlankNode, fields: Mapping[str, Any], known: set[str]
    ) -> None:
        for key, value in fields.items():
            if key not in known and value not in (None, "", [], {}):
                self._leave(thing, key, value)

    def _leave(self, thing: NamedNode | BlankNode, key: str, value: object) -> None:
        written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self.found.left_out.append((thing, key, written))

    def _type(self, thing: NamedNode | BlankNode, kind: str) -> None:
        self._say(thing, "rdf:type", NamedNode(iri(kind)))

    def _say(
        self,
        thing: NamedNode | BlankNode,
        path: str,
        value: NamedNode | BlankNode | Literal,
    ) -> None:
        self.found.quads.append(Quad(thing, NamedNode(iri(path)), value))


# Keys of a dataset that are read otherwise than by the tables.
_KNOWN = frozenset(
    (
        *("@type", "title", "description", "language", "accessLevel", "publisher", "contactPoint"),
        *("mbox", "spatial", "temporal", "distribution", "license", "rights"),
        "describedByType",
    )
)


def _node(name: str) -> NamedNode | BlankNode:
    """Return the node of a dataset: its identifier where that is an address."""
    return NamedNode(name) if _is_web(name) and _is_iri(name) else BlankNode()


def _is_web(written: str) -> bool:
    return written.startswith(("http://", "https://"))


def _is_iri(written: str) -> bool:
    """Tell whether something can be the name of a thing."""
    try:
        NamedNode(written)
    except ValueError:
        return False
    return True


def _language(fields: Mapping[str, Any]) -> str:
    """Return the language of a dataset's texts, where the data have but one."""
    tags = [str(tag) for tag in _listed(fields.get("language"))]
    is_tag = len(tags) == 1 and re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", tags[0])
    return tags[0] if is_tag else ""


def _text(written: str, language: str) -> Literal:
    return Literal(written.strip(), language=language) if language else Literal(written.strip())


def _listed(value: object) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif value not in (None, ""):
        yield value


def _dated(written: str) -> Literal:
    """Return a date or moment with its type, anything else as a text."""
    plain = written.strip()
    if _DATE.fullmatch(plain):
        return Literal(plain, datatype=NamedNode(iri("xsd:date")))
    if _MOMENT.fullmatch(plain):
        return Literal(plain, datatype=NamedNode(iri("xsd:dateTime")))
    return Literal(plain)


def _box(value: object) -> str | None:
    """Return the polygon of west, south, east and north, or of an envelope of two corners.

    >>> _box("12,59,15,62")
    'POLYGON((12 59,15 59,15 62,12 62,12 59))'
    """
    if isinstance(value, dict) and str(value.get("type", "")).lower() == "envelope":
        corners: Any = value.get("coordinates")
        try:
            (x1, y1), (x2, y2) = corners
            west, east, south, north = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
        except (TypeError, ValueError):
            return None
    else:
        parts = [part.strip() for part in str(value).split(",")]
        if len(parts) != 4 or not all(map(_POSITION.fullmatch, parts)):
            return None
        west, south, east, north = parts
    around = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return f"POLYGON(({','.join(f'{x} {y}' for x, y in around)}))"
