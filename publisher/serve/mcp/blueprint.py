"""``/mcp``: the protocol over HTTP ("streamable HTTP"), one message a request, one answer."""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort, request

from publisher.rdf.media_types import JSON
from publisher.serve.assistants import text_response
from publisher.serve.mcp.rpc import answer_message
from publisher.serve.mcp.tools import AssistantTools, Caller
from publisher.serve.queue import client_address, client_disconnected
from publisher.serve.site import Site
from publisher.serve.sparql import sent_body, sent_request

_STREAM = "text/event-stream"


def _answer(site: Site) -> Response:
    """Return the answer to a message.

    Pages of any origin may ask: what is here is public and cannot be changed (see the decision).

    Raises:
        QueryRefused: The body is no gzip, though it says so.
        HTTPException: 413 or 415, it is not taken.
    """
    client = client_address(request.environ, site.config.client_header)
    tools = AssistantTools(site, Caller(client, client_disconnected()))
    fields = {name.lower(): value for name, value in request.headers.items()}
    reply = answer_message(tools, sent_body(sent_request()), fields)
    body = b"" if reply.body is None else json.dumps(reply.body, ensure_ascii=False).encode()
    response = Response(body, reply.status, content_type=JSON.name if body else None)
    response.headers["Cache-Control"] = "no-store"
    return response


def _about(site: Site) -> bytes:
    url = site.markdown.address("mcp")
    return (
        "# Model Context Protocol\n\n"
        f"Assistants connect to <{url}> (streamable HTTP, no login, read-only).\n\n"
        f"- Claude, VS Code and others: add a server of type `http` with the address {url}\n"
        "- On your own machine, for a folder: `publisher mcp`\n\n"
        f"What the site is: <{site.markdown.address('llms.txt')}>\n"
    ).encode()


def blueprint(site: Site) -> Blueprint:
    """Return the route of the protocol."""
    routes = Blueprint("mcp", __name__)

    @routes.post("/mcp")
    def message() -> Response:
        return _answer(site)

    @routes.get("/mcp")
    def about() -> Response:
        # There is nothing that the site would say unasked, so there is no stream to listen to.
        if _STREAM in request.headers.get("Accept", ""):
            abort(Response(b"", 405, headers={"Allow": "POST"}))
        return text_response(site, _about(site))

    return routes
