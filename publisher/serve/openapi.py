"""The addresses of the site → OpenAPI 3.1: the contract for other programs.

https://spec.openapis.org/oas/v3.1.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from publisher import __version__
from publisher.messages import LANGUAGES
from publisher.rdf.media_types import JSON
from publisher.serve.offered_addresses import (
    ADDRESSES,
    QUERY_BODIES,
    AddressRow,
    ParameterRow,
    addresses_in,
)

PROBLEM = "application/problem+json"
_PROBLEM_SCHEMA = {
    "type": "object",
    "description": "What went wrong and the cure (RFC 9457).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "limit": {"type": "string", "description": "Name of the setting that was met."},
        "line": {"type": "integer", "description": "Of the query, from 1."},
        "column": {"type": "integer", "description": "Of that line, from 1."},
        "excerpt": {"type": "string", "description": "The place, with a caret below it."},
        "offered": {"type": "array", "items": {"type": "string"}},
    },
}


def describe_addresses(
    title: str,
    site_url: str,
    release: str,
    licences: Sequence[str],
    languages: Sequence[str] = LANGUAGES,
    examples: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the OpenAPI description of a site.

    Args:
        title: What the site is called.
        site_url: Its address; ends with a slash.
        release: Name of the release that answers.
        licences: Addresses of the licences of the data.
        languages: Those that the site offers pages in.
        examples: Values with something at them, as ``address_examples`` has them.
    """
    info: dict[str, Any] = {
        "title": title,
        "version": release,
        "description": (
            "Linked open data, read-only. Who sends no Accept gets the first of the media types of"
            f" an address. Made by lodverk {__version__}."
        ),
    }
    if licences:
        info["license"] = {"name": "Licence of the data", "url": licences[0]}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": site_url.rstrip("/") or "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(row.tag for row in ADDRESSES)],
        "paths": {row.path: _path(row, examples or {}) for row in addresses_in(languages)},
        "components": {"schemas": {"Problem": _PROBLEM_SCHEMA}},
    }


def _path(row: AddressRow, examples: Mapping[str, str]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    if not row.is_post_only:
        operations["get"] = _operation(row, row.name, row.parameters, examples)
    if row.body:
        in_path = [each for each in row.parameters if each.place == "path"]
        name = f"{row.name}_by_post" if operations else row.name
        posted = _operation(row, name, in_path, examples)
        content = {name: {"schema": _body_schema(name)} for name in row.body}
        operations["post"] = posted | {"requestBody": {"required": True, "content": content}}
    return operations


def _body_schema(media_type: str) -> dict[str, Any]:
    if media_type == QUERY_BODIES[0]:
        properties = {"query": {"type": "string", "minLength": 1}}
        return {"type": "object", "required": ["query"], "properties": properties}
    return {"type": "object" if media_type == JSON.name else "string"}


def _operation(
    row: AddressRow, name: str, parameters: Sequence[ParameterRow], examples: Mapping[str, str]
) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": row.about}
    if row.offered:
        answer["content"] = {kind: {"schema": _schema_of(kind)} for kind in row.offered}
    if row.status == 303:
        answer["headers"] = {"Location": {"schema": {"type": "string"}}}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    responses: Mapping[str, Any] = {
        str(row.status): answer,
        "default": {"description": "A problem, and its cure.", "content": {PROBLEM: problem}},
    }
    return {
        "operationId": name,
        "summary": row.about,
        "tags": [row.tag],
        "parameters": [each.as_json(_example(row, each, examples)) for each in parameters],
        "responses": responses,
    }


def _example(row: AddressRow, parameter: ParameterRow, examples: Mapping[str, str]) -> str:
    """Return a value for a parameter of an address, empty if none is known."""
    if parameter.place != "path":
        return ""
    return examples.get(f"{row.path} {parameter.name}", examples.get(parameter.name, ""))


def _schema_of(media_type: str) -> dict[str, Any]:
    is_json = media_type == JSON.name or media_type.endswith("+json")
    return {} if is_json else {"type": "string"}
