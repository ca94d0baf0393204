"""The SPARQL 1.1 Protocol: request → operation → answer, or the page that asks and shows."""

from __future__ import annotations

import time

from flask import Blueprint, Response, request

from publisher.errors import ClientLeft, NotAcceptable, PublisherError, QueryRefused
from publisher.query.engine import Answer, Operation
from publisher.rdf import media_types
from publisher.rdf.media_types import GRAPHS, HTML, negotiate
from publisher.release.model import SERVICE
from publisher.render.queries import QueryPage
from publisher.serve.clients import client_of
from publisher.serve.costs import has_left_of_request, turn_of
from publisher.serve.fields import EDITOR_POLICY, validators, vary
from publisher.serve.keeping import keep
from publisher.serve.problems import headed, sentences_of, status_of
from publisher.serve.protocol import Parameters, Wish, read_operation, read_parameters, read_wish
from publisher.serve.query_log import QueryLog
from publisher.serve.reader import reader_of, speak
from publisher.serve.site import Site

# Without a query; RDF first, since a client without wishes is a program.
_DESCRIPTIONS = (*GRAPHS, HTML)


def ask(site: Site, operation: Operation) -> Answer:
    """Return the answer to a client's query, written down and counted; see ``Endpoint.answer``."""
    log = QueryLog(site.config, site.metrics)
    client = client_of(request.environ, site.config.client_header)
    began = time.perf_counter()
    try:
        answer = site.endpoint.answer(operation, client, has_left_of_request())
    except NotAcceptable as error:
        log.failed(operation, error, client, began)
        raise NotAcceptable(request.headers.get("Accept", ""), error.offered) from error
    except PublisherError as error:
        log.failed(operation, error, client, began)
        raise
    log.answered(operation, answer, client, began)
    return answer


def respond(site: Site, answer: Answer, wish: Wish) -> Response:
    """Return an answer with its header fields, to be kept by the layer in front."""
    name = wish.names.get(answer.media_type, answer.media_type)
    content_type = f"{name};charset=utf-8" if name.startswith("text/") else name
    response = Response(answer.body, content_type=content_type)
    # The same bytes can be two representations: an N-Triples file is a Turtle file too.
    validators(response, name.encode() + b"\n" + answer.body, site.release.published)
    if wish.is_negotiated:
        vary(response, "Accept")
    keep()
    return response


def _page(
    site: Site,
    operation: Operation | None,
    answer: Answer | None = None,
    error: PublisherError | None = None,
) -> Response:
    """Return the page with the form, the query that was sent, and what came of it."""
    reader = reader_of(request, site)
    page = QueryPage(
        query=operation.query if operation else "",
        is_whole=operation is not None and not operation.prefixes,
        answer=answer,
        problem=sentences_of(error, reader.language) if error else [],
        excerpt=error.excerpt if isinstance(error, QueryRefused) else "",
    )
    body = site.pages.queries.endpoint(reader, page)
    response = Response(body, content_type=HTML.content_type)
    if error is None:
        validators(response, body, site.release.published)
    else:
        response.status_code = status_of(error)
        headed(response, error)
    response.headers["Content-Security-Policy"] = EDITOR_POLICY
    vary(response, "Accept")
    speak(response, reader)
    return response


def _description(site: Site, accept: str) -> Response:
    """Return the service description, or the form (SPARQL 1.1 Service Description, section 2)."""
    chosen = media_types.BY_NAME[negotiate(accept, [m.name for m in _DESCRIPTIONS])]
    if chosen is HTML:
        return _page(site, None)
    body = site.feeds.stored(SERVICE, chosen)
    response = Response(body, content_type=chosen.content_type)
    validators(response, body, site.release.published)
    vary(response, "Accept")
    keep()
    return response


def show(site: Site, operation: Operation) -> Response:
    """Return a page with the query and its answer, or with what is wrong with it."""
    try:
        answer = ask(site, operation)
        with turn_of(site):  # a page of thousands of rows takes as long as many a query
            return _page(site, operation, answer)
    except ClientLeft:
        raise
    except PublisherError as error:
        return _page(site, operation, error=error)


def _answer(site: Site, parameters: Parameters, wish: Wish) -> Response:
    endpoint = site.addresses.on_site(site.release.base_iri + "sparql")
    operation = read_operation(parameters, wish, endpoint, site.release.prefixes)
    if wish.page:
        return show(site, operation)
    return respond(site, ask(site, operation), wish)


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the endpoint."""
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response:
        parameters = read_parameters(request)
        accept = request.headers.get("Accept", "")
        if request.method != "POST" and "query" not in parameters:
            return _description(site, accept)
        chosen = "".join(parameters.get("format", [])[-1:])
        return _answer(site, parameters, read_wish(accept, chosen))

    return routes
