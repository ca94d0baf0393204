"""The SPARQL 1.1 Protocol and named queries: request → operation → answer, or a page."""

from __future__ import annotations

import re
import time
import zlib
from binascii import a2b_qp
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus, unquote_to_bytes, urlencode

from flask import Blueprint, Response, abort, current_app, request
from pyoxigraph import NamedNode
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.http import parse_options_header

from publisher.errors import ClientDisconnected, NotAcceptable, PublisherError, QueryRefused
from publisher.query.engine import Answer, Operation
from publisher.query.named import NamedQuery
from publisher.rdf.media_types import GRAPHS, HTML, negotiate_rdf
from publisher.rdf.other_syntaxes import is_rewritten, rewrite
from publisher.render.answer_layout import NOTHING_CHOSEN, AnswerLayout
from publisher.render.queries import QueryPage
from publisher.serve.documents import named, redirect_to
from publisher.serve.formats import (
    PARAMETERS,
    AcceptedFormats,
    accepts_results,
    is_format,
    named_formats,
    read_accepted_formats,
)
from publisher.serve.headers import (
    entity_tag,
    join_links,
    revalidated_fields,
    set_validators,
    set_vary,
)
from publisher.serve.http.limits import MOST_PARAMETERS
from publisher.serve.loop_request import EVALUATED, EvaluatedQuery
from publisher.serve.metrics import QueryLog
from publisher.serve.multipart import MULTIPART_TYPE, read_multipart
from publisher.serve.page_language import negotiate_language, page_response, set_content_language
from publisher.serve.problems import error_sentences, error_status, with_error_headers
from publisher.serve.queue import client_address, client_disconnected, request_slot
from publisher.serve.response_cache import content_digest, mark_cacheable
from publisher.serve.site import Site

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Without a query; RDF first, since a client without preferences is a program.
_DESCRIPTIONS = (*GRAPHS, HTML)


def answer_query(site: Site, operation: Operation, accepted: AcceptedFormats) -> Answer:
    """Return the answer to a client's query, written down and counted; see ``Endpoint.answer``.

    What came of a query that was evaluated in the event loop is taken from the request. An answer
    that needs a later version of RDF than the client accepts is none.
    """
    log = QueryLog(site.config, site.metrics)
    client = client_address(request.environ, site.config.client_header)
    evaluated: EvaluatedQuery | None = request.environ.get(EVALUATED)
    began = time.perf_counter() if evaluated is None else evaluated.began
    try:
        if evaluated is None:
            answer = site.endpoint.answer(operation, client, client_disconnected())
        else:
            answer = evaluated.answer()
        accepted.content_type(answer.media_type, answer.version)
    except NotAcceptable as error:
        if not accepted.takes_page:
            log.failed(operation, error, client, began)
        raise accepted.refusal(error.offered) from error
    except PublisherError as error:
        log.failed(operation, error, client, began)
        raise
    log.answered(operation, answer, client, began)
    return answer


def query_response(site: Site, answer: Answer, requested: RequestedQuery) -> Response:
    """Return an answer as a cacheable response.

    Raises:
        NotCarried: It is asked for in a syntax that is made of another, and cannot carry it.
    """
    accepted = requested.accepted
    content_type = accepted.content_type(answer.media_type, answer.version)
    body, cited = answer.body, answer.media_type
    if is_rewritten(content_type):
        cited = content_type
        with request_slot(site):
            body = rewrite(body, content_type)
    response = Response(body, content_type=content_type)
    response.headers.update(answer_fields(site, content_type, accepted))
    response.headers["ETag"] = answer_tag(content_type, sha256(answer.body).digest())
    response.headers.update(citation_fields(site, request.environ, requested, cited))
    if request.method == "POST":  # what is asked by GET may be compressed, and gets its digest then
        response.headers["Content-Digest"] = content_digest(body)
    mark_cacheable()
    return response


_PATH = "sparql"
# Some proxies take no more than 4 kB of fields.
_LONGEST_CITATION = 2000


def citation_fields(
    site: Site, environ: WSGIEnvironment, requested: RequestedQuery, media_type: str
) -> dict[str, str]:
    """Return the field that says where the same answer will be found later (RFC 8574).

    There is none for a query that is too long for an address.

    Args:
        site: Of the release that answers.
        environ: The head of the request.
        requested: What it asks.
        media_type: Of the answer; empty for a page.
    """
    path = environ["PATH_INFO"].strip("/")
    sent = environ["QUERY_STRING"] if environ["REQUEST_METHOD"] != "POST" else ""
    if len(sent) + len(requested.operation.query) > 2 * _LONGEST_CITATION:
        return {}
    if not (sent.isascii() and path.isascii()):  # a path in WSGI is bytes written as Latin-1
        path = quote(path.encode("latin-1"), safe="/")
        sent = urlencode(decode(sent.encode("latin-1")), doseq=True)
    if environ["REQUEST_METHOD"] == "POST":
        if path.startswith("query/"):  # what was sent in the form is no part of the address
            return {}
        operation = requested.operation
        graphs = operation.default_graphs, operation.named_graphs
        sent = _by_get(operation.query, *graphs, bool(operation.prefixes))
    if media_type and requested.accepted.is_negotiated and requested.names_format:
        sent += ("&" if sent else "") + f"format={_escaped(media_type)}"
    address = site.endpoint_permalink if path == _PATH else site.markdown.permalink(path)
    # A bracket stands in no query of an address (RFC 3986, section 3.4); all else is escaped below.
    query = "?" + sent.replace("[", "%5B").replace("]", "%5D") if sent else ""
    link = join_links([(address + query, 'rel="cite-as"')])
    return {"Link": link} if len(link) <= _LONGEST_CITATION else {}


@lru_cache(maxsize=64)
def _escaped(media_type: str) -> str:
    return quote(media_type, safe="")


# What ``quote_plus`` makes of a letter of ASCII: a text is so escaped in half of the time.
_ESCAPES = {number: quote_plus(chr(number)) for number in range(128)}


def _by_get(
    query: str, default_graphs: tuple[str, ...], named_graphs: tuple[str, ...], is_common: bool
) -> str:
    """Return the parameters that ask the same by GET (SPARQL 1.1 Protocol, section 2.1.1)."""
    asked = query.translate(_ESCAPES) if query.isascii() else quote_plus(query)
    if not (default_graphs or named_graphs or is_common):
        return f"query={asked}"
    others = [
        *(("default-graph-uri", graph) for graph in default_graphs),
        *(("named-graph-uri", graph) for graph in named_graphs),
        *([("prefixes", "common")] if is_common else []),
    ]
    return f"query={asked}&{urlencode(others)}"


def answer_fields(site: Site, content_type: str, accepted: AcceptedFormats) -> dict[str, str]:
    """Return the fields of an answer that do not depend on its bytes."""
    fields = {"Content-Type": content_type} | revalidated_fields(site.release.published)
    return fields | ({"Vary": "Accept"} if accepted.is_negotiated else {})


def answer_tag(content_type: str, digest: bytes) -> str:
    """Return the entity tag of an answer.

    The same bytes can be two representations: an N-Triples file is a Turtle file too.

    Args:
        content_type: How it is sent.
        digest: SHA-256 of what the engine wrote.
    """
    return entity_tag(content_type.replace(";charset=utf-8", "").encode() + b"\n" + digest)


def _page(
    site: Site,
    requested: RequestedQuery | None,
    answer: Answer | None = None,
    error: PublisherError | None = None,
) -> Response:
    """Return the page with the form, the query that was sent, and what came of it."""
    page_language = negotiate_language(request, site)
    operation = requested.operation if requested else None
    refused = error if isinstance(error, QueryRefused) else None
    page = QueryPage(
        query=operation.query if operation else "",
        is_whole=operation is not None and not operation.prefixes,
        answer=answer,
        layout=requested.layout if requested else NOTHING_CHOSEN,
        problem=error_sentences(error, page_language.language) if error else [],
        excerpt=refused.excerpt if refused else "",
        line=refused.line or 0 if refused else 0,
        column=refused.column or 0 if refused else 0,
    )
    body = site.pages.queries.endpoint(page_language, page)
    response = Response(body, content_type=HTML.content_type)
    if error is None:
        set_validators(response, body, site.release.published)
    else:
        response.status_code = error_status(error)
        with_error_headers(response, error)
    set_vary(response, "Accept")
    set_content_language(response, page_language)
    return response


def _description(site: Site, accept: str) -> Response:
    """Return the service description, or the form (SPARQL 1.1 Service Description, section 2)."""
    try:
        picked = negotiate_rdf(accept, _DESCRIPTIONS)
    except NotAcceptable:
        if not accepts_results(accept):
            raise
        raise _count_error(0) from None  # who wants rows has a query, and did not send it
    media_type = picked.media_type
    if media_type is HTML:
        return _page(site, None)
    body = site.catalogue_views.endpoint(media_type)
    response = Response(body, content_type=media_type.content_type)
    set_validators(response, body, site.release.published)
    set_vary(response, "Accept")
    mark_cacheable()
    return named(response, picked)


def show_answer(site: Site, requested: RequestedQuery) -> Response:
    """Return a page with the query and its answer, or with what is wrong with it."""
    try:
        answer = answer_query(site, requested.operation, requested.accepted)
        with request_slot(site):  # a page of thousands of rows takes as long as many a query
            response = _page(site, requested, answer)
        response.headers.update(citation_fields(site, request.environ, requested, ""))
        return response
    except ClientDisconnected:
        raise
    except PublisherError as error:
        return _page(site, requested, error=error)


class RequestedQuery(NamedTuple):
    """A query, and in which formats its answer is accepted.

    Attributes:
        operation: The query.
        accepted: The formats.
        names_format: Whether a parameter of the address can name the format, and none does yet.
        layout: What a person chose to see of the answer.
    """

    operation: Operation
    accepted: AcceptedFormats
    names_format: bool = True
    layout: AnswerLayout = NOTHING_CHOSEN


def read_query(site: Site, sent: SentRequest) -> RequestedQuery | None:
    """Return what a request to the endpoint asks; None when it asks for the endpoint itself.

    Raises:
        QueryRefused: It is wrong, or carries no query but must.
        HTTPException: 413 or 415, its body is not taken.
    """
    parameters = read_parameters(sent)
    if sent.method != "POST" and "query" not in parameters:
        return None
    accepted = read_accepted_formats(sent.accept, parameters)
    return RequestedQuery(
        read_operation(parameters, accepted, site.endpoint_address, site.release.prefixes),
        accepted,
        names_format=not accepted.parameter or sent.method == "POST",
        layout=AnswerLayout.from_parameters(parameters) if accepted.page else NOTHING_CHOSEN,
    )


def _answer(site: Site, requested: RequestedQuery) -> Response:
    if requested.accepted.page:
        return show_answer(site, requested)
    try:
        answer = answer_query(site, requested.operation, requested.accepted)
    except NotAcceptable:
        if not requested.accepted.takes_page:
            raise
        request.environ.pop(EVALUATED, None)
        return _answer_as_page(site, requested)
    return query_response(site, answer, requested)


def _answer_as_page(site: Site, requested: RequestedQuery) -> Response:
    """Return an answer as the page that the client takes, in none of whose formats it comes."""
    accepted = requested.accepted.as_page()
    operation = replace(
        requested.operation,
        solutions_type=accepted.solutions,
        boolean_type=accepted.boolean,
        graph_type=accepted.graph,
    )
    return show_answer(site, requested._replace(operation=operation, accepted=accepted))


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the endpoint."""
    routes = Blueprint("sparql", __name__)

    # A slash at the end is a client's mistake, which a POST cannot be led on from by every client.
    @routes.route("/sparql/", methods=["POST"])
    @routes.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response:
        sent = sent_request()
        requested = read_query(site, sent)
        return _description(site, sent.accept) if requested is None else _answer(site, requested)

    return routes


# A request → the query operation it carries (SPARQL 1.1 Protocol, section 2.1).

FORM_TYPE = "application/x-www-form-urlencoded"
QUERY_TYPE = "application/sparql-query"
UPDATE_TYPE = "application/sparql-update"
# ASCII is a part of UTF-8.
_CHARSETS = dict.fromkeys(("utf-8", "utf8", "us-ascii", "ascii"), "utf-8")
# Older libraries write forms so; a direct query is UTF-8 (SPARQL 1.1 Protocol, section 2.1.3).
_FORM_CHARSETS = dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1"), "latin-1")
# Editors of Windows put it before a text in UTF-8 (Unicode, section 23.8).
_BYTE_ORDER_MARK = "\ufeff"
Parameters = Mapping[str, list[str]]
# Longer fields are read again each time: strangers must not fill the memory with them.
_LONGEST_REMEMBERED = 200
# A body of the largest size may have 13,000 empty members, each of which copies the rest.
_MOST_MEMBERS = 100


def decode(written: bytes, charset: str = "utf-8") -> dict[str, list[str]]:
    """Return name → values of a query string or form, decoded exactly once.

    Args:
        written: As sent.
        charset: What is below the escapes.

    Raises:
        QueryRefused: It is not UTF-8, though it should be, or has very many parameters.

    >>> decode(b"query=ASK+%7B%7D&q=100%2525")
    {'query': ['ASK {}'], 'q': ['100%25']}
    """
    if written.count(b"&") >= MOST_PARAMETERS:
        raise _too_many()
    parameters: dict[str, list[str]] = {}
    for pair in written.split(b"&") if written else ():
        if not pair:
            continue
        name, _, value = pair.partition(b"=")
        key, text = _decoded(_unescaped(name), charset), _decoded(_unescaped(value), charset)
        parameters.setdefault(key, []).append(text)
    return parameters


# Escapes that are whole, in a text of one line without the sign that escapes in a mail.
_WHOLE_ESCAPES = re.compile(rb"[^%=\r\n]*(?:%[0-9A-Fa-f]{2}[^%=\r\n]*)*")


def _unescaped(written: bytes) -> bytes:
    """Return a name or value of a form without its escapes.

    Mails escape as forms do, with another sign (RFC 2045, section 6.7), and for theirs Python has a
    reader in C: a query is decoded in a fifth of the time.
    """
    plain = written.replace(b"+", b" ")
    if b"%" not in plain:
        return plain
    if _WHOLE_ESCAPES.fullmatch(plain) is None:
        return unquote_to_bytes(plain)
    return a2b_qp(plain.replace(b"%", b"="))


def _too_many() -> QueryRefused:
    return QueryRefused(
        "The request has more than {most} parameters.",
        remedy="Leave out those that say nothing; ask in several requests.",
        most=MOST_PARAMETERS,
    )


def _decoded(written: bytes, charset: str) -> str:
    try:
        return written.decode(charset)
    except UnicodeDecodeError as error:
        raise QueryRefused(
            "The request is not UTF-8 (byte {position}).",
            remedy="Send it as UTF-8.",
            position=error.start + 1,
        ) from error


class SentRequest(NamedTuple):
    """What a client sent, as far as it makes a query operation.

    Attributes:
        environ: The head of the request (PEP 3333).
        body: As sent.
        most_bytes: How long the body may be without its content coding.
    """

    environ: WSGIEnvironment
    body: bytes
    most_bytes: int

    @property
    def method(self) -> str:
        """Return the method."""
        return str(self.environ["REQUEST_METHOD"])

    @property
    def accept(self) -> str:
        """Return the Accept field."""
        return str(self.environ.get("HTTP_ACCEPT", ""))

    @property
    def query_string(self) -> bytes:
        """Return the query string as it was sent."""
        return str(self.environ.get("QUERY_STRING", "")).encode("latin-1")


def sent_request() -> SentRequest:
    """Return what the client of the current request sent."""
    most = int(current_app.config["MAX_CONTENT_LENGTH"])
    body = request.get_data() if request.method == "POST" else b""
    return SentRequest(request.environ, body, most)


def read_parameters(sent: SentRequest) -> dict[str, list[str]]:
    """Return every parameter of a request, the query of a direct POST among them.

    Raises:
        QueryRefused: It is not UTF-8, or an update.
        HTTPException: 413, the body is too long; 415, it is of another kind.
    """
    found = decode(sent.query_string)
    # Without a body, the kind of it means nothing: the query is in the address.
    if sent.method == "POST" and (sent.body or "query" not in found):
        mimetype, charset = _content_type(sent.environ.get("CONTENT_TYPE", ""))
        if mimetype == UPDATE_TYPE:
            raise _refuse_update()
        if mimetype == QUERY_TYPE:
            if charset not in _CHARSETS:
                raise UnsupportedMediaType
            written = {"query": [_decoded(sent_body(sent), "utf-8")]}
        else:
            written = _sent_form(sent)
        for name, values in written.items():
            found.setdefault(name, []).extend(values)
    if "update" in found:
        raise _refuse_update()
    return found


def _sent_form(sent: SentRequest) -> dict[str, list[str]]:
    """Return the fields of a form that was sent, escaped or in parts.

    Raises:
        QueryRefused: It is not UTF-8, has very many fields, or its parts cannot be told apart.
        HTTPException: 413, it is too long; 415, it is no form, or in another charset.
    """
    content_type = sent.environ.get("CONTENT_TYPE", "")
    mimetype, charset = _content_type(content_type)
    boundary = ""
    if mimetype == MULTIPART_TYPE:
        boundary = parse_options_header(content_type)[1].get("boundary", "")
    charsets = _CHARSETS | _FORM_CHARSETS
    if (mimetype != FORM_TYPE and not boundary) or charset not in charsets:
        raise UnsupportedMediaType
    body = sent_body(sent)
    return _sent_parts(body, boundary) if boundary else decode(body, charsets[charset])


def _sent_parts(body: bytes, boundary: str) -> dict[str, list[str]]:
    if body.count(f"--{boundary}".encode()) > MOST_PARAMETERS + 1:
        raise _too_many()
    charsets = _CHARSETS | _FORM_CHARSETS
    found: dict[str, list[str]] = {}
    try:
        for name, charset, value in read_multipart(body, boundary):
            if charset not in charsets:
                raise UnsupportedMediaType
            found.setdefault(name, []).append(_decoded(value, charsets[charset]))
    except ValueError as error:
        raise QueryRefused(
            "The parts of the form cannot be told apart.",
            remedy="Send it as application/x-www-form-urlencoded.",
        ) from error
    return found


def _content_type(written: str) -> tuple[str, str]:
    """Return media type and charset of a Content-Type field (RFC 9110, section 8.3)."""
    return (_parsed_type if len(written) <= _LONGEST_REMEMBERED else _parse_type)(written)


def _parse_type(written: str) -> tuple[str, str]:
    mimetype, parameters = parse_options_header(written)
    return mimetype.lower(), parameters.get("charset", "utf-8").lower()


_parsed_type = lru_cache(maxsize=64)(_parse_type)


def sent_body(sent: SentRequest) -> bytes:
    """Return the body of a request without its content coding (RFC 9110, section 8.4).

    Raises:
        QueryRefused: It is no gzip, though it says so.
        HTTPException: 413, it is too long; 415, it is in another coding.
    """
    written = sent.environ.get("HTTP_CONTENT_ENCODING", "").lower().split(",")
    codings = [name for name in map(str.strip, written) if name not in ("", "identity")]
    if not codings:
        return sent.body
    if len(codings) > 1 or codings[0] not in ("gzip", "x-gzip"):
        raise UnsupportedMediaType
    try:
        return unzipped(sent.body, sent.most_bytes)
    except TooLong as error:
        raise RequestEntityTooLarge from error
    except (zlib.error, EOFError) as error:
        raise QueryRefused(
            "The body is no gzip, though Content-Encoding says so.",
            remedy="Send it as it is, or compressed by gzip.",
        ) from error


class TooLong(Exception):
    """A body is longer without its coding than it may be."""


def unzipped(body: bytes, most: int) -> bytes:
    """Return what was compressed by gzip, in one or more members (RFC 1952, section 2.2).

    Raises:
        EOFError: The end is missing, or there are very many members.
        TooLong: It has more than ``most`` bytes.
        zlib.error: It is no gzip.
    """
    found = b""
    members = 0
    while body:
        members += 1
        reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
        found += reader.decompress(body, most - len(found) + 1)
        if len(found) > most:
            raise TooLong
        if not reader.eof or members > _MOST_MEMBERS:
            raise EOFError
        body = reader.unused_data
    return found


def _refuse_update() -> QueryRefused:
    return QueryRefused(
        "This endpoint answers queries; it takes no update ({form}).",
        remedy="Use SELECT, ASK, CONSTRUCT or DESCRIBE.",
        form="update",
    )


def read_operation(
    parameters: Parameters, accepted: AcceptedFormats, base_iri: str, prefixes: Mapping[str, str]
) -> Operation:
    """Return the operation of a request.

    Args:
        parameters: Of the request.
        accepted: What the client wants as an answer.
        base_iri: Relative IRIs in the query are resolved against it.
        prefixes: Those that ``prefixes=common`` lets a person leave out.

    Raises:
        QueryRefused: There is not exactly one query, or a parameter is wrong.
    """
    sent = parameters.get("query", [])
    texts = [text for text in sent if text] or sent[:1]  # forms send empty fields
    if len(texts) != 1:
        raise _count_error(len(texts))
    return Operation(
        query=texts[0].removeprefix(_BYTE_ORDER_MARK),
        solutions_type=accepted.solutions,
        boolean_type=accepted.boolean,
        graph_type=accepted.graph,
        default_graphs=_graphs(parameters, "default-graph-uri"),
        named_graphs=_graphs(parameters, "named-graph-uri"),
        base_iri=base_iri,
        prefixes=tuple(prefixes.items()) if parameters.get("prefixes") == ["common"] else (),
        seconds=_time_limit(parameters),
    )


def _count_error(count: int) -> QueryRefused:
    return QueryRefused(
        "The request holds {count} queries.",
        remedy="Send exactly one 'query' (SPARQL 1.1 Protocol, section 2.1).",
        count=count,
    )


def _graphs(parameters: Parameters, name: str) -> tuple[str, ...]:
    if name not in parameters:
        return ()
    written = map(str.strip, parameters[name])
    graphs = list(filter(None, written))  # an empty one names no graph
    for graph in graphs:
        try:
            NamedNode(graph)
        except ValueError as error:
            raise QueryRefused(
                "The value of {name} is no IRI: '{value}'.",
                remedy="Send an absolute IRI, without < and >.",
                name=name,
                value=graph[:200],
            ) from error
    return tuple(graphs)


def _time_limit(parameters: Parameters) -> float:
    written = parameters.get("timeout", [""])[-1]
    if not written:
        return 0.0
    try:
        seconds = float(written)
    except ValueError:
        seconds = -1.0
    if seconds == 0:  # no limit of the client's own
        return 0.0
    if not 0 < seconds < float("inf"):
        raise QueryRefused(
            "The value of timeout is '{value}', which is no number of seconds.",
            remedy="Send seconds, such as timeout=2.5.",
            value=written[:100],
        )
    return seconds


# Named queries: each an address with parameters, bounded like every query.


def find_named(site: Site, path: str) -> tuple[NamedQuery, str] | None:
    """Return the query that a path means, and the extension at its end; None when it is none."""
    if path in site.queries:
        return site.queries[path], ""
    name, _, extension = path.rpartition(".")
    if name not in site.queries or not is_format(extension):
        return None
    return site.queries[name], extension


def read_named_query(
    site: Site, query: NamedQuery, extension: str, sent: SentRequest
) -> RequestedQuery | None:
    """Return what a request to a named query asks; None when a person must fill it in first.

    Raises:
        QueryRefused: A parameter is missing or wrong.
    """
    parameters = _named_parameters(sent)
    values = {name: found[-1] for name, found in parameters.items()}
    if extension:
        accepted = named_formats(extension)
    else:  # a parameter of the query's own names no format
        free = parameters.keys() - query.parameters.keys()
        formats = {name: parameters[name] for name in PARAMETERS if name in free}
        accepted = read_accepted_formats(sent.accept, formats)
    if accepted.page and query.parameters and not any(values.get(n) for n in query.parameters):
        return None
    filled = {"query": [query.fill(values)]}
    names_format = "format" not in query.parameters and not accepted.parameter
    operation = read_operation(filled, accepted, site.endpoint_address, {})
    return RequestedQuery(operation, accepted, names_format)


def _named_parameters(sent: SentRequest) -> dict[str, list[str]]:
    """Return the parameters of a named query, those in the address before those of a form.

    Raises:
        QueryRefused: They are not UTF-8.
        HTTPException: 413, the form is too long; 415, what was sent is no form.
    """
    found = decode(sent.query_string)
    if sent.body:
        for name, values in _sent_form(sent).items():
            found.setdefault(name, []).extend(values)
    return found


def _answer_named(site: Site, query: NamedQuery, extension: str) -> Response:
    requested = read_named_query(site, query, extension, sent_request())
    if requested is None:
        queries = site.addresses.path(f"{site.release.base_iri}query")
        return redirect_to(f"{queries}#{query.name}", 303)
    return _answer(site, requested)


def queries_blueprint(site: Site) -> Blueprint:
    """Return the routes of the named queries and of their documentation."""
    routes = Blueprint("queries", __name__)

    @routes.get("/query")
    def listed() -> Response:
        page_language = negotiate_language(request, site)
        mark_cacheable()
        return page_response(site, site.pages.queries.named(page_language), page_language)

    @routes.route("/query/<path:path>", methods=["GET", "POST"])
    def named(path: str) -> Response:
        found = find_named(site, path)
        return abort(404) if found is None else _answer_named(site, *found)

    return routes
