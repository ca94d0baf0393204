"""A tiny site over a real socket: good in every respect, until a test puts a fault into it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import pyoxigraph as ox

from publisher.errors import NotAcceptable
from publisher.rdf.media_types import BY_NAME, DOCUMENTS, GRAPHS, negotiate
from tests.verify import world

RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
LINKSET = "application/linkset+json"


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    fields: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What the site sends; ``raw`` takes the connection over after the head."""

    status: int = 200
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw: Callable[[BufferedIOBase], None] | None = None


Route: TypeAlias = Callable[[Request], Answer]


@dataclass
class Site:
    """The site: its address, and path → what answers there. Tests replace routes."""

    address: str
    routes: dict[str, Route]

    @property
    def url(self) -> str:
        """Return the address with a slash, as it is given to ``verify``."""
        return self.address + "/"

    def break_route(self, path: str, fault: Callable[[Request, Answer], Answer]) -> None:
        """Let a fault change what a path answers."""
        whole = self.routes[path]
        self.routes[path] = lambda request: fault(request, whole(request))

    def replace_text(self, path: str, old: str, new: str) -> None:
        """Put other words into what a path answers."""

        def fault(_: Request, good: Answer) -> Answer:
            if "Content-Type" not in good.fields:
                return good
            body = good.body.replace(old.encode(), new.encode())
            return whole(body, good.fields["Content-Type"], good.fields, good.status)

        self.break_route(path, fault)


def whole(
    body: bytes, media_type: str, fields: Mapping[str, str] | None = None, status: int = 200
) -> Answer:
    """Return an answer with media type and ETag."""
    tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
    return Answer(status, {**(fields or {}), "Content-Type": media_type, "ETag": tag}, body)


def serialised(turtle: str, media_type: str) -> bytes:
    """Return Turtle in another format of RDF."""
    triples = {quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)}
    rdf_format = BY_NAME[media_type].rdf_format
    assert rdf_format is not None
    body = ox.serialize(sorted(triples, key=str), format=rdf_format)
    assert body is not None
    return body


def fixed(body: bytes, media_type: str, links: str = "") -> Route:
    """Return a route that answers the same to all."""
    fields = {"Link": links} if links else {}
    return lambda request: whole(body, media_type, fields)


def negotiated(turtle: str, page: str, links: str = "", by_default: str = "") -> Route:
    """Return a route for a document in five formats."""
    offered = [m.name for m in (DOCUMENTS if page else GRAPHS)]
    if by_default:
        offered.sort(key=lambda name: name != by_default)

    def answer(request: Request) -> Answer:
        fields = {"Vary": "Accept"} | ({"Link": links} if links else {})
        try:
            chosen = negotiate(request.fields.get("accept", ""), offered)
        except NotAcceptable as error:
            return whole(", ".join(error.offered).encode(), "text/plain", fields, 406)
        body = page.encode() if chosen == "text/html" else serialised(turtle, chosen)
        return whole(body, chosen, fields)

    return answer


def redirect(target: str, status: int = 303) -> Route:
    """Return a route that leads elsewhere."""
    return lambda request: Answer(status, {"Location": target})


def page(title: str, *more: str) -> str:
    """Return an HTML page that links home."""
    return (
        f"<!DOCTYPE html><html lang=en><title>{title}</title><h1>{title}</h1>"
        f'<p><a href="/">Home</a></p>{"".join(more)}'
    )


def sparql(site: str) -> Route:
    """Return a SPARQL endpoint over the bridges."""
    store = ox.Store()
    store.load(world.DATA.encode(), format=ox.RdfFormat.TURTLE)
    description = negotiated(world.SERVICE.substitute(site=site), page("SPARQL"))
    shared = {"Access-Control-Allow-Origin": "*", "Vary": "Accept"}

    def answer(request: Request) -> Answer:
        if request.method == "OPTIONS":
            return Answer(204, shared | {"Allow": "GET, HEAD, POST, OPTIONS"})
        if request.method not in ("GET", "HEAD", "POST"):
            return Answer(405, shared | {"Allow": "GET, HEAD, POST, OPTIONS"})
        queries, status = _queries(request)
        if status:
            return Answer(status, shared)
        if not queries:
            return description(request)
        if len(queries) != 1 or "SERVICE" in queries[0]:
            return Answer(400, shared)
        return _evaluated(store, queries[0], request.fields.get("accept", ""), shared)

    return answer


def _queries(request: Request) -> tuple[list[str], int]:
    """Return the queries of a request, or the status that refuses it."""
    if request.method != "POST":
        return request.query.get("query", []), 0
    media_type = request.fields.get("content-type", "")
    if media_type == "application/sparql-query":
        return [request.body.decode()], 0
    if media_type == "application/x-www-form-urlencoded":
        form = parse_qs(request.body.decode())
        return form.get("query", []), 0 if "query" in form else 400
    return [], 415


def _evaluated(store: ox.Store, query: str, accept: str, fields: Mapping[str, str]) -> Answer:
    """Return what a query gives."""
    try:
        result = store.query(query)
    except SyntaxError:
        return Answer(400, fields)
    offered = [m.name for m in GRAPHS] if isinstance(result, ox.QueryTriples) else list(RESULTS)
    try:
        chosen = negotiate(accept, offered)
    except NotAcceptable:
        return Answer(406, fields)
    if isinstance(result, ox.QueryTriples):
        body = result.serialize(format=BY_NAME[chosen].rdf_format)
    else:
        body = result.serialize(format=RESULTS[chosen])
    return whole(body or b"", chosen, fields)


def routes(site: str, mail: str = "data@regiondalarna.se") -> dict[str, Route]:
    """Return path → route of the whole good site."""
    found: dict[str, Route] = {
        "/": fixed(page("Tiny").encode(), "text/html", f'<{world.BASE}>; rel="canonical"'),
        "/.well-known/void": redirect("/void"),
        "/void": negotiated(world.VOID.substitute(site=site), page("VoID")),
        "/catalog": negotiated(
            world.catalogue(site, mail, swedish=False), page("Catalogue"), "", "application/rdf+xml"
        ),
        "/catalog/dcat-ap-se.rdf": fixed(
            serialised(world.catalogue(site, mail, swedish=True), "application/rdf+xml"),
            "application/rdf+xml",
        ),
        "/sparql": sparql(site),
        "/logo.svg": fixed(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        "/def/bridge": negotiated(world.ONTOLOGY, page("Bridge terms")),
        "/def/bridge/1.0": negotiated(world.ONTOLOGY, page("Bridge terms 1.0")),
        "/.well-known/api-catalog": fixed(_api_catalogue(site), LINKSET),
    }
    for number, turtle in world.BRIDGES.items():
        found[f"/id/bridge/{number}"] = redirect(f"/doc/bridge/{number}")
        found |= _posted(site, f"/doc/bridge/{number}", f"id/bridge/{number}", turtle, "")
    for name in ("bridges", "terms"):
        found |= _dataset(site, name, mail)
    return found


def _api_catalogue(site: str) -> bytes:
    """Return the linkset of the interfaces (RFC 9727)."""
    service = [{"href": f"{site}/sparql"}]
    return json.dumps({"linkset": [{"anchor": f"{site}/", "service-desc": service}]}).encode()


def _dataset(site: str, name: str, mail: str) -> dict[str, Route]:
    """Return the landing page of a dataset and its dumps."""
    files = [file for file in world.dumps() if file.startswith(name)]
    found: dict[str, Route] = {}
    for file in files:
        media_type = world.FORMATS[file.rpartition(".")[2]][1]
        back = f'<{site}/dataset/{name}>; rel="collection"'
        found[f"/dump/{file}"] = fixed(world.dumps()[file], media_type, back)
    script = json.dumps(
        {
            "@context": {"@vocab": "https://schema.org/"},
            "@type": "Dataset",
            "@id": f"{world.BASE}dataset/{name}",
            "name": name,
            "description": f"All the {name} of the tiny world, for tests that need a good site.",
            "identifier": f"{world.BASE}dataset/{name}",
            "creator": {"@type": "Organization", "name": "Region Dalarna"},
            "publisher": {"@type": "Organization", "name": "Region Dalarna"},
            "keywords": [name],
            "datePublished": "2026-01-01",
            "license": "http://creativecommons.org/publicdomain/zero/1.0/",
            "isAccessibleForFree": True,
            "includedInDataCatalog": f"{world.BASE}catalog",
            "distribution": [
                {
                    "@type": "DataDownload",
                    "contentUrl": f"{site}/dump/{file}",
                    "encodingFormat": world.FORMATS[file.rpartition(".")[2]][1],
                    "contentSize": str(len(world.dumps()[file])),
                }
                for file in files
            ],
        }
    )
    items = [
        f'<{site}/dump/{file}>; rel="item"; type="{world.FORMATS[file.rpartition(".")[2]][1]}"'
        for file in files
    ]
    more = [
        '<https://schema.org/Dataset>; rel="type"',
        '<https://schema.org/AboutPage>; rel="type"',
        '<http://creativecommons.org/publicdomain/zero/1.0/>; rel="license"',
        *items,
    ]
    turtle = world.catalogue(site, mail, swedish=False)
    embedded = f'<script type="application/ld+json">{script}</script>'
    return found | _posted(
        site, f"/dataset/{name}", f"dataset/{name}", turtle, embedded, tuple(more)
    )


def _posted(
    site: str, path: str, iri: str, turtle: str, embedded: str, more: tuple[str, ...] = ()
) -> dict[str, Route]:
    """Return a document with FAIR Signposting: itself, its Turtle, and its linkset."""
    named = [
        f'<{world.BASE}{iri}>; rel="cite-as"',
        f'<{site}{path}.ttl>; rel="describedby"; type="text/turtle"',
        *more,
    ]
    linkset: dict[str, object] = {"anchor": f"{site}{path}"}
    for link in named:
        target, _, rest = link.partition(">; ")
        relation = rest.split('"')[1]
        held = linkset.setdefault(relation, [])
        assert isinstance(held, list)
        held.append({"href": target.lstrip("<")})
    leads = f'<{site}{path}.linkset>; rel="linkset"; type="{LINKSET}"'
    body = json.dumps({"linkset": [linkset]}).encode()
    return {
        path: negotiated(turtle, page(iri, embedded), ", ".join([*named, leads])),
        f"{path}.ttl": fixed(
            serialised(turtle, "text/turtle"), "text/turtle", f'<{site}{path}>; rel="describes"'
        ),
        f"{path}.linkset": fixed(body, LINKSET),
    }


class _Handler(BaseHTTPRequestHandler):
    """Hands a request to the site that the server belongs to."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            unquote(parts.path),
            parse_qs(parts.query),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        route = self.server.site.routes.get(request.path)
        answer = route(request) if route else Answer(404)
        if answer.status == 200 and request.fields.get("if-none-match") == answer.fields.get(
            "ETag", "-"
        ):
            answer = Answer(304, {"ETag": answer.fields["ETag"]})
        self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = _answer

    def _send(self, answer: Answer) -> None:
        """Send head and body in one write, so that no delayed acknowledgement slows tests."""
        head = f"HTTP/1.1 {answer.status} \r\n"
        fields = dict(answer.fields)
        if answer.raw is None and answer.status not in (204, 304):
            fields.setdefault("Content-Length", str(len(answer.body)))
        head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        body = b"" if self.command == "HEAD" else answer.body
        self.wfile.write(head.encode() + b"\r\n" + body)
        if answer.raw is not None:
            self.close_connection = True
            if self.command != "HEAD":
                answer.raw(self.wfile)


class _Server(ThreadingHTTPServer):
    """A server on a free port of this machine."""

    daemon_threads = True
    block_on_close = False
    site: Site

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a client hangs up: some tests make it do so."""


@contextmanager
def serving() -> Iterator[Site]:
    """Serve the good site while the context lasts."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        server.site = Site(address, routes(address))
        threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
        yield server.site
        server.shutdown()
