"""Errors → problem details (RFC 9457) or a page in the reader's language, negotiated."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from publisher.errors import (
    EngineBusy,
    EngineFailed,
    NotAcceptable,
    PublisherError,
    QueryLimit,
    QueryRefused,
)
from publisher.media_types import HTML
from publisher.messages import in_language, translate
from publisher.negotiation import quality
from publisher.serve.fields import METHODS, vary
from publisher.serve.reader import reader_of
from publisher.serve.site import Site

PROBLEM = "application/problem+json"
_STATUSES: tuple[tuple[type[PublisherError], HTTPStatus], ...] = (
    (NotAcceptable, HTTPStatus.NOT_ACCEPTABLE),
    (QueryRefused, HTTPStatus.BAD_REQUEST),
    (QueryLimit, HTTPStatus.GATEWAY_TIMEOUT),
    (EngineBusy, HTTPStatus.SERVICE_UNAVAILABLE),
    (EngineFailed, HTTPStatus.BAD_GATEWAY),
    (PublisherError, HTTPStatus.INTERNAL_SERVER_ERROR),
)
_RETRY_AFTER_SECONDS = "5"
_TITLES = {
    400: "The request cannot be understood",
    404: "Page not found",
    405: "This method is not allowed here",
    406: "None of the formats you accept is on offer",
    413: "The request is too large",
    415: "This kind of content is not taken here",
    500: "Something broke here",
    502: "The query engine did not answer",
    503: "Too much to do just now",
    504: "The query was stopped at a limit",
}
_CURES = {
    404: "Check the address, or begin at the home page.",
    405: "Use one of the methods that the Allow field lists.",
    500: "Try again; if it happens again, tell those who run this site.",
}


def status_of(error: PublisherError) -> HTTPStatus:
    """Return the status code for an error."""
    return next(status for kind, status in _STATUSES if isinstance(error, kind))


def answer(site: Site, status: int, details: dict[str, object], sentences: list[str]) -> Response:
    """Return a problem as a page to readers who prefer pages, else as problem details."""
    reader = reader_of(request, site)
    title = translate(_TITLES.get(status, HTTPStatus(status).phrase), reader.language)
    accept = request.headers.get("Accept", "")
    wants_page = quality(accept, HTML.name) > max(
        quality(accept, PROBLEM), quality(accept, "application/json")
    ) or ("text/html" in accept and quality(accept, HTML.name) > 0)
    if wants_page:
        response = Response(
            site.pages.problem(status, title, sentences, reader),
            status,
            content_type=HTML.content_type,
        )
    else:
        problem = {"type": "about:blank", "title": title, "status": status, **details}
        if sentences:
            problem["detail"] = " ".join(sentences)
        body = json.dumps(problem, ensure_ascii=False, indent=1) + "\n"
        response = Response(body.encode(), status, content_type=PROBLEM)
    response.headers["Content-Language"] = reader.language
    response.headers["Cache-Control"] = "no-store" if status >= 500 else "no-cache"
    vary(response, "Accept", "Accept-Language")
    return response


def _publisher_error(site: Site, error: PublisherError) -> Response:
    status = status_of(error)
    language = reader_of(request, site).language
    sentences = [
        s for s in (in_language(error.what, language), in_language(error.remedy, language)) if s
    ]
    details: dict[str, object] = {}
    if isinstance(error, NotAcceptable):
        details["offered"] = list(error.offered)
    if isinstance(error, QueryLimit):
        details["limit"] = error.limit
    if isinstance(error, QueryRefused) and error.line:
        details |= {"line": error.line, "column": error.column}
    response = answer(site, status, details, sentences)
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response.headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return response


def _http_error(site: Site, error: HTTPException) -> Response:
    status = error.code or 500
    language = reader_of(request, site).language
    cure = _CURES.get(status)
    response = answer(site, status, {}, [translate(cure, language)] if cure else [])
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = getattr(error, "valid_methods", None)
        response.headers["Allow"] = ", ".join(sorted(allowed)) if allowed else METHODS
    return response


def register(app: Flask, site: Site) -> None:
    """Let every error of an app be answered here."""

    def on_publisher_error(error: PublisherError) -> Response:
        return _publisher_error(site, error)

    def on_http_error(error: HTTPException) -> Response:
        if error.code is not None and error.code < 400:
            return app.make_response(error.get_response())  # a redirect that Werkzeug raised
        return _http_error(site, error)

    app.register_error_handler(PublisherError, on_publisher_error)
    app.register_error_handler(HTTPException, on_http_error)
