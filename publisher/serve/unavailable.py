"""The answer while nothing can be served, before there is a site that could make a page of it."""

from __future__ import annotations

import json
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING

from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, Text, in_language, translate
from publisher.rdf.media_types import HTML, quality

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

_RETRY_SECONDS = "5"


def unavailable(start_response: StartResponse, reason: Text, accept: str = "") -> list[bytes]:
    """Answer 503 with a reason (RFC 9110, 15.6.4): as problem details (RFC 9457), or as a page.

    Args:
        start_response: Of the request (PEP 3333).
        reason: Why nothing can be served, in every language.
        accept: What the client accepts; a browser gets a page in every language.
    """
    status = HTTPStatus.SERVICE_UNAVAILABLE
    is_page = quality(accept, HTML.name) > quality(accept, "application/json")
    body = _page(reason) if is_page else _problem(status, reason)
    fields = [
        ("Content-Type", HTML.content_type if is_page else "application/problem+json"),
        ("Cache-Control", "no-store"),
        ("Retry-After", _RETRY_SECONDS),
        ("Content-Length", str(len(body))),
        ("Vary", "Accept"),
    ]
    start_response(f"{status.value} {status.phrase}", fields)
    return [body]


def _problem(status: HTTPStatus, reason: Text) -> bytes:
    problem = {
        "type": "about:blank",
        "title": translate("Nothing can be served just now", SOURCE_LANGUAGE),
        "status": status.value,
        "detail": in_language(reason, SOURCE_LANGUAGE),
    }
    return json.dumps(problem, ensure_ascii=False).encode() + b"\n"


def _page(reason: Text) -> bytes:
    title = translate("Nothing can be served just now", SOURCE_LANGUAGE)
    parts = "".join(
        f'<section lang="{language}">'
        f"<h1>{escape(translate('Nothing can be served just now', language))}</h1>"
        f"<p>{escape(in_language(reason, language))}</p></section>"
        for language in LANGUAGES
    )
    head = f'<!doctype html><html lang="{SOURCE_LANGUAGE}"><meta charset="utf-8">'
    return f"{head}<title>{escape(title)}</title>{parts}</html>\n".encode()
