"""Tables for other programs: JSON Schema, Data Package (Frictionless), Croissant 1.1.

The types are those of the columns, which come from the shapes and from the values. A column with
several values in a cell is a text there: CSV has no lists, and says so by a separator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.languages import SOURCE_LANGUAGE
from publisher.rdf.media_types import CSV
from publisher.rdf.namespaces import iri
from publisher.rdf.source_forms import INTEGERS
from publisher.rdf.subjects import pick_name
from publisher.release.model import Release, StoredFile
from publisher.release.tables.cells import FileColumn, file_columns
from publisher.release.tables.table import DATE, ID, LINK, NUMBER, TEXT, TRUTH, Column, Table
from publisher.render.tables.json_rows import GEOMETRY

_INTEGERS = {iri("xsd:integer"), *(iri(f"xsd:{name}") for name in INTEGERS)}
_NUMBERS = {iri(f"xsd:{name}") for name in ("decimal", "double", "float")}
_DAY = iri("xsd:date")
_TEXT, _INTEGER, _NUMBER, _TRUTH, _DATE, _LINK = (
    "text",
    "integer",
    "number",
    "truth",
    "date",
    "link",
)
_CROISSANT_TYPES = {
    _TEXT: "sc:Text",
    _INTEGER: "sc:Integer",
    _NUMBER: "sc:Float",
    _TRUTH: "sc:Boolean",
    _DATE: "sc:Date",
    _LINK: "sc:URL",
}
_PACKAGE_TYPES = {
    _TEXT: "string",
    _INTEGER: "integer",
    _NUMBER: "number",
    _TRUTH: "boolean",
    _DATE: "date",
    _LINK: "string",
}
_JSON_TYPES: Mapping[str, Mapping[str, str]] = {
    _TEXT: {"type": "string"},
    _INTEGER: {"type": "integer"},
    _NUMBER: {"type": "number"},
    _TRUTH: {"type": "boolean"},
    _DATE: {"type": "string", "format": "date"},
    _LINK: {"type": "string", "format": "iri"},
}


def _type_of(of: FileColumn, *, is_list: bool) -> str:
    """Return what one value of a column is; a text where a cell may hold several of them."""
    column = of.column
    if column is None:
        return _LINK
    if of.is_name or of.language is not None or (column.separator and is_list):
        return _TEXT
    if column.kind == LINK:
        return _LINK
    if column.kind == TRUTH:
        return _TRUTH
    if column.kind == DATE and column.datatype == _DAY:
        return _DATE
    if column.kind == NUMBER and column.datatype in _INTEGERS:
        return _INTEGER
    return _NUMBER if column.kind == NUMBER and column.datatype in _NUMBERS else _TEXT


def _about(of: FileColumn) -> str:
    """Return what a column holds, in a sentence."""
    column = of.column
    if column is None:
        return "IRI of the thing."
    name = pick_name(column.titles, SOURCE_LANGUAGE) or of.name
    described = f"What '{name}' leads to, by name" if of.is_name else name
    described += f" (language {of.language})" if of.language else ""
    return described + (
        f"; several are separated by {column.separator}" if column.separator else ""
    )


def _title(table: Table) -> str:
    return pick_name(table.titles, SOURCE_LANGUAGE)


def json_schema(table: Table, address: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a row of a table as JSON; see ``json_rows``.

    Args:
        table: The table.
        address: Of the schema.
    """
    properties: dict[str, Any] = {ID: {**_JSON_TYPES[_LINK], "description": "IRI of the thing."}}
    for column in table.columns:
        name = pick_name(column.titles, SOURCE_LANGUAGE) or column.name
        described = {"description": name, "x-property": column.path}
        properties[column.name] = _json_value(column) | described
    if table.chains:
        geometry = {"type": ["object", "null"], "description": "GeoJSON, in degrees."}
        properties[GEOMETRY] = geometry
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": _title(table),
        "x-class": table.class_iri,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _json_value(column: Column) -> dict[str, Any]:
    """Return what a column holds: one value or null, a list where there can be several."""
    if column.kind == TEXT:
        one: Mapping[str, Any] = {"type": "string"}
        texts = {"type": "array", "items": one} if column.separator else one
        return {"type": "object", "additionalProperties": texts}
    if column.kind == LINK:
        label = {"type": "object", "additionalProperties": {"type": "string"}}
        one = {
            "type": "object",
            "properties": {ID: _JSON_TYPES[_LINK], "label": label},
            "required": [ID, "label"],
            "additionalProperties": False,
        }
    elif column.kind == NUMBER and column.datatype not in _INTEGERS:
        one = {"type": ["number", "string"]}  # JSON has no INF
    else:
        one = _JSON_TYPES[_type_of(FileColumn(column.name, column), is_list=False)]
    if column.separator:
        return {"type": "array", "items": dict(one)}
    kinds = one["type"] if isinstance(one["type"], list) else [one["type"]]
    return {**one, "type": [*kinds, "null"]}


def data_package(
    tables: Iterable[Table], release: Release, title: str, licences: Sequence[str]
) -> dict[str, Any]:
    """Return the Data Package of a site's tables (https://datapackage.org, version 1)."""
    resources = []
    for table in tables:
        fields = [
            {
                "name": of.name,
                "type": _PACKAGE_TYPES[_type_of(of, is_list=True)],
                "description": _about(of),
            }
            for of in file_columns(table)
        ]
        file = release.files[table.file(CSV.extension)]
        resources.append(
            {
                "name": table.slug,
                "title": _title(table),
                "path": f"table/{table.slug}.csv",
                "format": "csv",
                "mediatype": CSV.name,
                "encoding": "utf-8",
                "bytes": file.length,
                "hash": f"sha256:{file.sha256}",
                "profile": "tabular-data-resource",
                "schema": {"fields": fields, "primaryKey": "id"},
            }
        )
    return {
        "profile": "tabular-data-package",
        "name": "tables",
        "title": title,
        "version": release.id,
        "created": release.published.isoformat(),
        "licenses": [{"path": licence} for licence in licences],
        "resources": resources,
    }


@dataclass(frozen=True)
class CroissantInput:
    """A data set as Croissant tells of it.

    Attributes:
        iri: Of the data set.
        address: Of its page.
        title: What it is called.
        about: What it holds.
        licences: Their addresses.
        publisher: Who publishes it; empty when nobody says.
        tables: Its tables, each with the address of its CSV file in the release.
        citation: Address that answers the same later.
    """

    iri: str
    address: str
    title: str
    about: str
    licences: Sequence[str]
    publisher: str
    tables: Sequence[tuple[Table, str]]
    citation: str


def croissant(of: CroissantInput, release: Release) -> dict[str, Any]:
    """Return a data set as Croissant 1.1 (http://mlcommons.org/croissant/1.1)."""
    files = [
        _file_object(table, address, release.files[table.file(CSV.extension)])
        for table, address in of.tables
    ]
    described: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "@id": of.iri,
        "name": of.title,
        "description": of.about or of.title,
        "url": of.address,
        "version": "1.0.0",
        "sdVersion": release.id,
        "datePublished": release.published.date().isoformat(),
        "license": list(of.licences),
        "citeAs": f"{of.title}, release {release.id}, {of.citation}",
        "distribution": files,
        "recordSet": [_record_set(table) for table, _ in of.tables],
    }
    if of.publisher:
        described["publisher"] = {"@type": "sc:Organization", "name": of.publisher}
    return described


def _file_object(table: Table, address: str, file: StoredFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": f"{table.slug}.csv",
        "name": f"{table.slug}.csv",
        "contentUrl": address,
        "contentSize": f"{file.length} B",
        "encodingFormat": CSV.name,
        "sha256": file.sha256,
    }


def _record_set(table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.slug,
        "name": table.slug,
        "description": f"{_title(table)}: {table.count} things of the class {table.class_iri}",
        "key": {"@id": f"{table.slug}/id"},
        "field": [_field(table, of) for of in file_columns(table)],
    }


def _field(table: Table, of: FileColumn) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table.slug}/{of.name}",
        "name": of.name,
        "description": _about(of),
        "dataType": _CROISSANT_TYPES[_type_of(of, is_list=True)],
        "source": {
            "fileObject": {"@id": f"{table.slug}.csv"},
            "extract": {"column": of.name},
        },
    }
    path = _property(of.column)
    return described | ({"equivalentProperty": path} if path and not of.is_name else {})


def _property(column: Column | None) -> str:
    return column.path if column is not None and ":" in column.path[:10] else ""


# As the specification prints it.
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
