"""The SPARQL 1.1 Protocol: request → operation → answer."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from publisher import media_types
from publisher.errors import NotAcceptable, QueryRefused
from publisher.messages import in_language
from publisher.negotiation import negotiate, quality
from publisher.query.engine import BOOLEANS, GRAPHS, SOLUTIONS, Operation
from publisher.serve.fields import entity_tag, vary
from publisher.serve.problems import status_of
from publisher.serve.reader import reader_of
from publisher.serve.site import Site

_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"
_JSON_ALIASES = "application/json"


def _chosen(accept: str, offered: tuple[str, ...]) -> str:
    """Return the media type to answer in, or nothing when the client accepts none of them."""
    try:
        return negotiate(accept, offered)
    except NotAcceptable:
        if quality(accept, _JSON_ALIASES) and offered[0].endswith("json"):
            return offered[0]
        return ""


def _texts() -> list[str]:
    """Return every query text in the request; exactly one makes an operation."""
    if request.method != "POST" or request.mimetype == _FORM:
        return request.values.getlist("query")
    if request.mimetype != _DIRECT:
        abort(415)
    try:
        return [request.get_data().decode("utf-8")]
    except UnicodeDecodeError as error:
        raise QueryRefused(
            "The query is not UTF-8 (byte {position}).",
            position=error.start,
            remedy="Send it as UTF-8.",
        ) from error


def _operation(site: Site) -> Operation | None:
    texts = _texts()
    if not texts and request.method != "POST":
        return None
    if len(texts) != 1:
        raise QueryRefused(
            "The request holds {count} queries.",
            remedy="Send exactly one 'query' (SPARQL 1.1 Protocol, section 2.1).",
            count=len(texts),
        )
    accept = request.values.get("format") or request.headers.get("Accept", "")
    return Operation(
        query=texts[0],
        solutions_type=_chosen(accept, SOLUTIONS),
        boolean_type=_chosen(accept, BOOLEANS),
        graph_type=_chosen(accept, GRAPHS),
        default_graphs=tuple(request.values.getlist("default-graph-uri")),
        named_graphs=tuple(request.values.getlist("named-graph-uri")),
        base_iri=site.addresses.on_site(site.release.base_iri + "sparql"),
    )


def _form(site: Site, query: str = "", error: QueryRefused | None = None) -> Response:
    reader = reader_of(request, site)
    sentences = (
        [in_language(t, reader.language) for t in (error.what, error.remedy) if t] if error else []
    )
    body = site.pages.sparql(reader, query, sentences)
    status = status_of(error) if error else 200
    response = Response(body, status, content_type=media_types.HTML.content_type)
    response.headers["Content-Language"] = reader.language
    vary(response, "Accept", "Accept-Language")
    return response


def _prefers_page() -> bool:
    accept = request.headers.get("Accept", "")
    return "text/html" in accept and quality(accept, "text/html") > 0


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the endpoint."""
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response:
        operation = _operation(site)
        if operation is None:
            return _form(site)
        try:
            answer = site.engine.answer(operation)
        except QueryRefused as error:
            if _prefers_page():
                return _form(site, operation.query, error)
            raise
        except NotAcceptable as error:
            raise NotAcceptable(request.headers.get("Accept", ""), error.offered) from error
        response = Response(answer.body, content_type=answer.media_type)
        response.headers["ETag"] = entity_tag(answer.body)
        response.headers["Cache-Control"] = "public, no-cache"
        vary(response, "Accept")
        return response

    return routes
