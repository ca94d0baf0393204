"""Messages of the Model Context Protocol: JSON-RPC 2.0 in, JSON-RPC 2.0 out.

Both eras are spoken: the handshake (``initialize``, revisions up to 2025-11-25) and the envelope
that each request carries (2026-07-28). Nothing is kept between two messages, so any process of any
copy of the site answers any of them. https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from publisher import __version__

HANDSHAKE_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
ENVELOPE_VERSIONS = ("2026-07-28",)
VERSION_FIELD, METHOD_FIELD, NAME_FIELD = "mcp-protocol-version", "mcp-method", "mcp-name"
# Revisions in which a client may send several messages at once, and so many at most.
_BATCH_VERSIONS = HANDSHAKE_VERSIONS[:2]
_LONGEST_BATCH = 20
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_META = "io.modelcontextprotocol/"
_VERSION_KEY = f"{_META}protocolVersion"
_ENVELOPE_KEYS = (_VERSION_KEY, f"{_META}clientCapabilities")
_NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
INTERNAL_ERROR, NO_RESOURCE = -32603, -32002
_HEADER_MISMATCH, _UNSUPPORTED_VERSION = -32020, -32022
# Answers to requests with an envelope have a status of their own.
_STATUSES = {
    **dict.fromkeys((PARSE_ERROR, INVALID_REQUEST, INVALID_PARAMS), 400),
    **dict.fromkeys((_HEADER_MISMATCH, _UNSUPPORTED_VERSION), 400),
    NO_METHOD: 404,
}
# Lists and texts change with the release; a client may keep them for so long.
_FRESH_MILLISECONDS = 60_000
_CACHEABLE = ("/list", "/read", "server/discover")
_log = logging.getLogger("publisher")
Message = dict[str, Any]


class RpcError(Exception):
    """What a request is refused with (JSON-RPC 2.0, section 5.1)."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        """Keep the members of the error."""
        super().__init__(message)
        self.code, self.data = code, data


class AnsweringSite(Protocol):
    """What assistants learn about a site."""

    def instructions(self) -> str:
        """Return what an assistant should know before it asks."""

    def tools(self) -> list[Message]:
        """Return every tool."""

    def call(self, name: str, arguments: Message) -> Message:
        """Return the result of a tool.

        Raises:
            RpcError: There is no such tool.
        """

    def resources(self) -> list[Message]:
        """Return every resource."""

    def templates(self) -> list[Message]:
        """Return every template of resources."""

    def read(self, uri: str) -> list[Message]:
        """Return the contents of a resource.

        Raises:
            RpcError: There is no such resource.
        """


@dataclass(frozen=True)
class Reply:
    """An answer as it goes over HTTP; ``body`` is None for nothing but the status."""

    status: int
    body: Message | list[Message] | None = field(default=None)


def read_messages(written: bytes) -> Message | list[Any]:
    """Return a message, or the members of a batch, which are whatever was sent.

    Raises:
        RpcError: It is no JSON, or not in Unicode: half of a surrogate pair can be escaped.
    """
    try:
        content = json.loads(written)
        if _SURROGATE.search(written):
            json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise RpcError(PARSE_ERROR, "The message is no JSON.") from error
    return content if isinstance(content, list) else _checked(content)


def _checked(message: object) -> Message:
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise RpcError(INVALID_REQUEST, "Send one JSON-RPC 2.0 request or notification.")
    return dict(message)


def answer_message(
    site: AnsweringSite, written: bytes, fields: Mapping[str, str] | None = None
) -> Reply:
    """Return the answer to a message, or to a batch of them.

    Args:
        site: What is asked.
        written: The message.
        fields: Header fields by their lower-case names; None where there are none.
    """
    try:
        sent = read_messages(written)
        if isinstance(sent, list):
            return _answer_batch(site, sent, fields)
    except RpcError as error:
        return Reply(400, _error(None, error))
    return _answer_one(site, sent, fields)


def _answer_batch(site: AnsweringSite, sent: list[Any], fields: Mapping[str, str] | None) -> Reply:
    """Return the answers to a batch (JSON-RPC 2.0, section 6), in its order.

    Revision 2025-03-26 has servers take them; the next took them away again. A client of the two
    first revisions sends no field with its version.

    Raises:
        RpcError: It is empty, too long, or of a client whose revision has no batches.
    """
    version = (fields or {}).get(VERSION_FIELD, "")
    if version and version not in _BATCH_VERSIONS:
        raise RpcError(INVALID_REQUEST, f"Revision {version[:20]} has no batches.")
    if not 0 < len(sent) <= _LONGEST_BATCH:
        raise RpcError(INVALID_REQUEST, f"A batch has 1 to {_LONGEST_BATCH} messages.")
    answers: list[Message] = []
    for each in sent:
        try:
            message = _checked(each)
            if message.get("method") == "initialize":
                raise RpcError(INVALID_REQUEST, "The handshake is a message of its own.")
        except RpcError as error:
            known = each.get("id") if isinstance(each, dict) else None
            answers.append(_error(known if _is_identifier(known) else None, error))
            continue
        body = _answer_one(site, message, fields).body
        answers += [body] if isinstance(body, dict) else []
    return Reply(200, answers) if answers else Reply(202)


def _is_identifier(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _answer_one(site: AnsweringSite, message: Message, fields: Mapping[str, str] | None) -> Reply:
    identifier: Any = None
    is_enveloped = False
    try:
        if "method" not in message:
            return Reply(202)  # an answer to what nobody asked
        if "id" not in message:
            _check_version_field(fields)
            return Reply(202)
        if not _is_identifier(message["id"]):
            raise RpcError(INVALID_REQUEST, "The id of a request is a text or a whole number.")
        identifier = message["id"]
        is_enveloped = _is_enveloped(message, fields)
        if is_enveloped:
            _check_envelope(message, fields)
        else:
            _check_version_field(fields)
        result = _result(site, str(message["method"]), _params(message))
        if is_enveloped:
            result = _enveloped(result, str(message["method"]))
    except RpcError as error:
        status = _STATUSES.get(error.code, 200) if is_enveloped or identifier is None else 200
        status = 400 if error.code == _UNSUPPORTED_VERSION else status
        return Reply(status, _error(identifier, error))
    except Exception:  # noqa: BLE001 - whatever it is, a stranger learns no more than this
        _log.exception("A message of an assistant could not be answered.")
        broken = RpcError(INTERNAL_ERROR, "Something broke here. Try again.")
        return Reply(200, _error(identifier, broken))
    return Reply(200, {"jsonrpc": "2.0", "id": identifier, "result": result})


def _error(identifier: object, error: RpcError) -> Message:
    message: Message = {"code": error.code, "message": str(error)}
    if error.data is not None:
        message["data"] = error.data
    return {"jsonrpc": "2.0", "id": identifier, "error": message}


def _params(message: Message) -> Message:
    params = message.get("params", {})
    if not isinstance(params, dict):
        raise RpcError(INVALID_PARAMS, "The params of a request are an object.")
    return params


# The envelope, and the header fields that repeat it.


def _meta(message: Message) -> Message:
    params = message.get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    return meta if isinstance(meta, dict) else {}


def _is_enveloped(message: Message, fields: Mapping[str, str] | None) -> bool:
    if message.get("method") == "initialize":
        return False
    named = (fields or {}).get(VERSION_FIELD, "")
    return named in ENVELOPE_VERSIONS or _VERSION_KEY in _meta(message)


def _unsupported(requested: object) -> RpcError:
    supported = [*ENVELOPE_VERSIONS, *HANDSHAKE_VERSIONS]
    data = {"supported": supported, "requested": str(requested)[:100]}
    return RpcError(_UNSUPPORTED_VERSION, "Unsupported protocol version", data)


def _check_version_field(fields: Mapping[str, str] | None) -> None:
    version = (fields or {}).get(VERSION_FIELD, "")
    if version and version not in (*HANDSHAKE_VERSIONS, *ENVELOPE_VERSIONS):
        raise _unsupported(version)


def _check_envelope(message: Message, fields: Mapping[str, str] | None) -> None:
    meta = _meta(message)
    missing = [key for key in _ENVELOPE_KEYS if key not in meta]
    if missing:
        raise RpcError(INVALID_PARAMS, f"params._meta needs {' and '.join(missing)}.")
    version = meta[_VERSION_KEY]
    if fields is not None:
        _check_fields(message, str(version), fields)
    if not isinstance(version, str):
        raise RpcError(INVALID_PARAMS, f"{_VERSION_KEY} is a text.")
    if version not in ENVELOPE_VERSIONS:
        raise _unsupported(version)


def _check_fields(message: Message, version: str, fields: Mapping[str, str]) -> None:
    method = str(message["method"])
    name = _params(message).get(_NAMED_BY.get(method, ""))
    expected = {VERSION_FIELD: version, METHOD_FIELD: method}
    if isinstance(name, str):
        expected[NAME_FIELD] = name
    for field_name, value in expected.items():
        if _decoded(fields.get(field_name, "")) != value:
            raise RpcError(_HEADER_MISMATCH, f"The field {field_name} differs from the message.")


def _decoded(value: str) -> str:
    """Return the value of a field, which may be written as base64."""
    if not (value.startswith("=?base64?") and value.endswith("?=")):
        return value
    try:
        return base64.b64decode(value[9:-2], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return value


def _enveloped(result: Message, method: str) -> Message:
    message = {"resultType": "complete", **result}
    if method.endswith(_CACHEABLE):
        message |= {"cacheScope": "public", "ttlMs": _FRESH_MILLISECONDS}
    return message


# Methods.

_CAPABILITIES: Message = {
    "tools": {"listChanged": False},
    "resources": {"listChanged": False, "subscribe": False},
}


def _server_info() -> Message:
    return {"name": "lodverk", "title": "Linked open data with sources", "version": __version__}


def _initialized(site: AnsweringSite, params: Message) -> Message:
    requested = params.get("protocolVersion")
    version = requested if requested in HANDSHAKE_VERSIONS else HANDSHAKE_VERSIONS[-1]
    return {
        "protocolVersion": version,
        "capabilities": _CAPABILITIES,
        "serverInfo": _server_info(),
        "instructions": site.instructions(),
    }


def _discovered(site: AnsweringSite, _: Message) -> Message:
    return {
        "supportedVersions": [*ENVELOPE_VERSIONS, *HANDSHAKE_VERSIONS],
        "capabilities": _CAPABILITIES,
        "serverInfo": _server_info(),
        "instructions": site.instructions(),
        "_meta": {f"{_META}serverInfo": _server_info()},
    }


def _called(site: AnsweringSite, params: Message) -> Message:
    arguments = params.get("arguments") or {}
    if not isinstance(arguments, dict):
        raise RpcError(INVALID_PARAMS, "The arguments of a tool are an object.")
    return site.call(str(params.get("name", "")), arguments)


_METHODS: Mapping[str, Callable[[AnsweringSite, Message], Message]] = {
    "initialize": _initialized,
    "server/discover": _discovered,
    "ping": lambda site, _: {},
    "tools/list": lambda site, _: {"tools": site.tools()},
    "tools/call": _called,
    "resources/list": lambda site, _: {"resources": site.resources()},
    "resources/templates/list": lambda site, _: {"resourceTemplates": site.templates()},
    "resources/read": lambda site, params: {"contents": site.read(str(params.get("uri", "")))},
}


def _result(site: AnsweringSite, method: str, params: Message) -> Message:
    answer = _METHODS.get(method)
    if answer is None:
        raise RpcError(NO_METHOD, f"There is no method {method[:100]}.")
    if method.endswith("/list") and params.get("cursor") is not None:
        raise RpcError(INVALID_PARAMS, "There is no such cursor: the list is one page.")
    return answer(site, params)
