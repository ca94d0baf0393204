"""Errors → problem details (RFC 9457) or a page in the reader's language, negotiated."""

from __future__ import annotations

import json
import logging
import sqlite3
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException, RequestedRangeNotSatisfiable
from werkzeug.routing import RequestRedirect

from publisher.errors import (
    ClientBusy,
    ClientDisconnected,
    EngineBusy,
    EngineFailed,
    NotAcceptable,
    NotCarried,
    PublisherError,
    QueryLimitExceeded,
    QueryRefused,
    ReleaseError,
    ReleaseUnreadable,
)
from publisher.messages import in_language, translate
from publisher.query.remote.connection import engine_error
from publisher.query.remote.engine import RemoteEngine
from publisher.rdf.media_types import HTML, quality
from publisher.serve.formats import remaining_accept
from publisher.serve.headers import CODINGS, METHODS, set_vary
from publisher.serve.http.limits import BODY_SETTING, longest_body_bytes
from publisher.serve.loop_request import EVALUATED
from publisher.serve.page_language import negotiate_language
from publisher.serve.site import Site
from publisher.serve.suggestions import suggest_things, words_in_path

_log = logging.getLogger("publisher")
PROBLEM = "application/problem+json"
_STATUSES: tuple[tuple[type[PublisherError], HTTPStatus], ...] = (
    (NotAcceptable, HTTPStatus.NOT_ACCEPTABLE),
    (NotCarried, HTTPStatus.NOT_ACCEPTABLE),
    (QueryRefused, HTTPStatus.BAD_REQUEST),
    (QueryLimitExceeded, HTTPStatus.GATEWAY_TIMEOUT),
    (ClientBusy, HTTPStatus.TOO_MANY_REQUESTS),
    (EngineBusy, HTTPStatus.SERVICE_UNAVAILABLE),
    (ClientDisconnected, HTTPStatus.SERVICE_UNAVAILABLE),
    (EngineFailed, HTTPStatus.BAD_GATEWAY),
    # There is such an address, and it answers again when the release has been repaired.
    (ReleaseError, HTTPStatus.SERVICE_UNAVAILABLE),
    (PublisherError, HTTPStatus.INTERNAL_SERVER_ERROR),
)
# What rendering does with terms of another kind than the query asked for.
_ERRORS_OF_WRONG_TERMS = (
    *(AssertionError, AttributeError, LookupError),
    *(OverflowError, RecursionError, StopIteration, TypeError, ValueError),
)
# A disk that fails, no descriptor to be had, or a file that has gone or was damaged under the
# server; of the release's own RDF a SyntaxError tells, since queries are evaluated elsewhere.
_ERRORS_OF_FILES = (OSError, sqlite3.Error, SyntaxError)
_RETRY_AFTER_SECONDS = "5"
_TITLES = {
    400: "The request cannot be understood",
    404: "Page not found",
    405: "This method is not allowed here",
    406: "None of the formats you accept is on offer",
    413: "The request is too large",
    415: "This kind of content is not taken here",
    422: "The query was stopped at a limit",
    429: "Too many requests at one time",
    500: "Something broke here",
    502: "The query engine did not answer",
    503: "Too much to do just now",
    504: "The query was stopped at a limit",
}
_OWN_TITLES: tuple[tuple[type[PublisherError], str], ...] = (
    (ReleaseError, "This release cannot be served"),
    (NotCarried, "This format cannot carry the answer"),
)
_CURES = {
    404: "Check the address, or begin at the home page.",
    405: "Use one of the methods that the Allow field lists.",
    415: (
        "Send application/x-www-form-urlencoded, multipart/form-data or application/sparql-query in"
        " UTF-8, as it is or compressed by gzip."
    ),
    500: "Try again; if it happens again, tell those who run this site.",
}


def error_status(error: PublisherError) -> HTTPStatus:
    """Return the status code for an error."""
    if isinstance(error, QueryLimitExceeded) and error.limit != "query_timeout_seconds":
        return HTTPStatus.UNPROCESSABLE_ENTITY  # waiting longer would not help
    return next(status for kind, status in _STATUSES if isinstance(error, kind))


def _prefers_page(accept: str) -> bool:
    """Tell whether a client names HTML, and nothing that is better for programs."""
    page = quality(accept, HTML.name)
    details = max(quality(accept, PROBLEM), quality(accept, "application/json"))
    return page > details or (page == details > 0 and HTML.name in accept.lower())


def problem_response(
    site: Site, status: int, details: dict[str, object], sentences: list[str], title: str = ""
) -> Response:
    """Return a problem as a page to readers who prefer pages, else as problem details."""
    page_language = negotiate_language(request, site)
    title = translate(
        title or _TITLES.get(status, HTTPStatus(status).phrase), page_language.language
    )
    if _prefers_page(request.headers.get("Accept", "")):
        near = (
            suggest_things(site, request.path, page_language)
            if status == HTTPStatus.NOT_FOUND
            else []
        )
        requested = " ".join(words_in_path(request.path)) if status == HTTPStatus.NOT_FOUND else ""
        url = site.config.site_url.rstrip("/") + request.path
        page = site.pages.problem(status, title, sentences, page_language, near, requested, url)
        response = Response(page, status, content_type=HTML.content_type)
    else:
        problem = {"type": "about:blank", "title": title, "status": status, **details}
        if sentences:
            problem["detail"] = " ".join(sentences)
        body = json.dumps(problem, ensure_ascii=False, indent=1) + "\n"
        response = Response(body.encode(), status, content_type=PROBLEM)
    response.headers["Content-Language"] = page_language.language
    response.headers["Cache-Control"] = "no-store" if status >= 500 else "no-cache"
    set_vary(response, "Accept", "Accept-Language")
    return response


def error_sentences(error: PublisherError, language: str) -> list[str]:
    """Return what went wrong and the cure, in a language."""
    texts = (in_language(error.what, language), in_language(error.remedy, language))
    return [text for text in texts if text]


def with_error_headers(response: Response, error: PublisherError) -> None:
    """Add the header fields of an error to a response."""
    response.headers["Cache-Control"] = "no-store" if response.status_code >= 500 else "no-cache"
    if isinstance(error, EngineBusy | ClientBusy | ReleaseUnreadable):
        response.headers["Retry-After"] = _RETRY_AFTER_SECONDS


def _details(error: PublisherError) -> dict[str, object]:
    """Return the members of a problem document that are an error's own."""
    if isinstance(error, NotAcceptable | NotCarried):
        return {"offered": list(error.offered)}
    if isinstance(error, QueryLimitExceeded):
        return {"limit": error.limit}
    if isinstance(error, QueryRefused):
        members = {"line": error.line, "column": error.column, "excerpt": error.excerpt}
        return {name: value for name, value in (members | {"limit": error.limit}).items() if value}
    return {}


def _otherwise(error: NotCarried) -> Response | None:
    """Return the answer in the next format that the client named; None when there is none.

    What is accepted can be had in another way (RFC 9110, section 12.5.1).
    """
    environ = request.environ
    left = remaining_accept(environ.get("HTTP_ACCEPT", ""), error.media_type, error.offered)
    if not left:
        return None
    environ["HTTP_ACCEPT"] = left
    environ.pop(EVALUATED, None)  # the query is evaluated once more, for the other format
    try:
        return current_app.make_response(current_app.dispatch_request())
    except NotCarried:
        return None


def _publisher_error(site: Site, error: PublisherError) -> Response:
    if isinstance(error, NotCarried) and (response := _otherwise(error)) is not None:
        return response
    if isinstance(error, ClientDisconnected):
        return Response(b"", error_status(error), headers={"Cache-Control": "no-store"})
    sentences = error_sentences(error, negotiate_language(request, site).language)
    title = next((title for kind, title in _OWN_TITLES if isinstance(error, kind)), "")
    response = problem_response(site, error_status(error), _details(error), sentences, title)
    with_error_headers(response, error)
    return response


def _allowed(methods: str) -> Response:
    """Return the answer to OPTIONS; a browser's question is led nowhere (Fetch, section 4.8)."""
    return Response(b"", HTTPStatus.OK, headers={"Allow": methods})


_WRONG_PLACE = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)


def _without_slash(site: Site, path: str) -> Response | None:
    """Return a redirect to an address without the slashes at its end; None when there is none.

    Clients that put a path together like to end it so. What is sent with the request goes along.
    """
    whole = path.rstrip("/")
    if not whole or whole == path:
        return None
    try:
        urls = current_app.url_map.bind("")
        rule, parts = urls.match(whole, method=request.method, return_rule=True)
    except HTTPException:
        return None
    if parts != (rule.defaults or {}):  # a thing, or a file: that it is there nobody has said
        return None
    if request.method == "OPTIONS":
        return _allowed(", ".join(sorted(rule.methods or ())))
    location = site.addresses.on_site(site.release.base_iri + whole.lstrip("/"))
    query = request.query_string.decode("latin-1")
    response = Response(b"", HTTPStatus.PERMANENT_REDIRECT)
    if request.method in ("GET", "HEAD"):
        response.status_code = HTTPStatus.MOVED_PERMANENTLY
    response.headers["Location"] = f"{location}?{query}" if query else location
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def _http_error(site: Site, error: HTTPException) -> Response:
    status = error.code or 500
    if status in _WRONG_PLACE and (redirect := _without_slash(site, request.path)) is not None:
        return redirect
    language = negotiate_language(request, site).language
    cure = _CURES.get(status)
    sentences = [translate(cure, language)] if cure else []
    details: dict[str, object] = {}
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        details["limit"] = BODY_SETTING
        most = longest_body_bytes(site.config)
        sentence = "The body of a request may have {most} bytes ({setting})."
        sentences = [translate(sentence, language, most=most, setting=BODY_SETTING)]
    response = problem_response(site, status, details, sentences)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = getattr(error, "valid_methods", None)
        response.headers["Allow"] = ", ".join(sorted(allowed)) if allowed else METHODS
    if status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        response.headers["Accept-Encoding"] = CODINGS
    if isinstance(error, RequestedRangeNotSatisfiable):
        response.headers["Content-Range"] = f"bytes */{error.length}"
    return response


def _redirect(site: Site, error: RequestRedirect) -> Response:
    """Return a redirect within the site, to where this copy is; Werkzeug asks the Host field."""
    if request.method == "OPTIONS":
        return _allowed(METHODS)
    target = urlsplit(error.new_url)
    location = site.addresses.on_site(site.release.base_iri + target.path.lstrip("/"))
    response = Response(b"", error.code)
    response.headers["Location"] = f"{location}?{target.query}" if target.query else location
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def register_error_handlers(app: Flask, site: Site) -> None:
    """Let every error of an app be answered here."""

    def on_publisher_error(error: PublisherError) -> Response:
        return _publisher_error(site, error)

    def on_http_error(error: HTTPException) -> Response:
        return _http_error(site, error)

    def on_redirect(response: Response) -> Response:
        error = request.routing_exception  # Flask handles this one itself
        return _redirect(site, error) if isinstance(error, RequestRedirect) else response

    def on_engine_error(error: Exception) -> Response:
        # Terms of another kind than the query asked for may break what renders them, anywhere.
        _log.debug("An answer could not be rendered.", exc_info=error)
        return _publisher_error(site, engine_error(f"{type(error).__name__}: {error}"))

    def on_file_error(error: Exception) -> Response:
        _log.error("A file of the release cannot be read (%s).", request.path, exc_info=error)
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        what = "The file of the release cannot be read: {reason}."
        return _publisher_error(site, ReleaseUnreadable(what, remedy=_CURES[500], reason=reason))

    for file_error in _ERRORS_OF_FILES:
        app.register_error_handler(file_error, on_file_error)
    if isinstance(site.engine, RemoteEngine):
        for kind in _ERRORS_OF_WRONG_TERMS:
            app.register_error_handler(kind, on_engine_error)
    app.register_error_handler(PublisherError, on_publisher_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.after_request(on_redirect)
