"""What the columns of a CSV file mean, as CSV on the Web (W3C tabular metadata, 2015-12-17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publisher.messages import text
from publisher.rdf.namespaces import PREFIXES
from publisher.release.tables.cells import Field, fields
from publisher.release.tables.paths import is_property, steps
from publisher.release.tables.table import ID, LINK, Column, Table

_XSD = PREFIXES["xsd"]
_NOTE = "What the path {path} leads to from the thing of the row (SPARQL 1.1, property paths)."
_RDF_TYPE = PREFIXES["rdf"] + "type"
# Datatypes that metadata names without a prefix (section 5.11.1).
_BUILT_IN = (
    *("anyURI", "boolean", "date", "dateTime", "decimal", "double", "float", "gYear"),
    *("gYearMonth", "int", "integer", "long", "nonNegativeInteger", "string"),
)


def metadata(table: Table, url: str) -> dict[str, Any]:
    """Return the metadata of a table's CSV file.

    Args:
        table: The table.
        url: The file's address, relative to that of the metadata.
    """
    columns = [_column(of) for of in fields(table)]
    columns.append(
        {
            "name": "type",
            "virtual": True,
            "propertyUrl": _RDF_TYPE,
            "valueUrl": table.class_iri,
        }
    )
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": url,
        "dc:title": _in_languages(table.titles),
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ",", "doubleQuote": True},
        "tableSchema": {"aboutUrl": "{+id}", "primaryKey": ID, "columns": columns},
    }


def _in_languages(titles: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"@value": title} | ({"@language": tag} if tag else {}) for tag, title in titles.items()
    ]


def _column(of: Field) -> dict[str, Any]:
    column = of.column
    # The header is a title too, in no language: what the file is compared with (section 5.6.1).
    said: dict[str, Any] = {"name": of.name, "titles": {"und": of.name}}
    if column is None:
        return said | {"datatype": "anyURI", "required": True, "suppressOutput": True}
    said["titles"] |= {tag: title for tag, title in column.titles.items() if tag}
    if column.separator:
        said["separator"] = column.separator
    if of.is_name:
        return said | _lang(of) | {"suppressOutput": True}
    if not is_property(column.path):
        return said | _linked_here(of, column)
    said["propertyUrl"] = column.path
    if of.language is not None:
        return said | _lang(of)
    if column.kind == LINK:
        said["datatype"] = "anyURI"
        # With several values the template would join them into one address.
        return said if column.separator else said | {"valueUrl": f"{{+{of.name}}}"}
    return said | {"datatype": _datatype(column)}


def _linked_here(of: Field, column: Column) -> dict[str, Any]:
    """Return what can be said of values that a path leads to.

    A link to the row's thing is about the value in the cell. With several values the template would
    join them into one address, and of longer paths metadata says nothing: a reader is told then,
    and a program makes no triples of the column.
    """
    way, found = steps(column.path), _lang(of)
    if of.language is None:
        found = {"datatype": "anyURI" if column.kind == LINK else _datatype(column)}
    if len(way) == 1 and way[0].is_inverse and not column.separator:
        link = {"aboutUrl": f"{{+{of.name}}}", "propertyUrl": way[0].path, "valueUrl": "{+id}"}
        return found | link
    note = _in_languages(text(_NOTE, path=column.path))
    return found | {"suppressOutput": True, "dc:description": note}


def _lang(of: Field) -> dict[str, Any]:
    return {"lang": of.language} if of.language else {}


def _datatype(column: Column) -> str | dict[str, str]:
    name = column.datatype.removeprefix(_XSD)
    if name in _BUILT_IN:
        return name
    return {"@id": column.datatype, "base": "string"} if column.datatype else "string"
