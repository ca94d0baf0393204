"""A request → the query operation it carries (SPARQL 1.1 Protocol, section 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from flask import Request, abort
from pyoxigraph import NamedNode

from publisher.errors import NotAcceptable, QueryRefused
from publisher.query.engine import BOOLEANS, GRAPHS, SOLUTIONS, Operation
from publisher.rdf import media_types
from publisher.rdf.media_types import negotiate

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
HTML = media_types.HTML.name
# What clients ask for when they mean a media type of the results; it is answered under that name.
_ALIASES = {
    SOLUTIONS: {"application/json": SOLUTIONS[0], "application/xml": SOLUTIONS[1]},
    GRAPHS: {"text/plain": GRAPHS[1]},
}
SHORT_NAMES = {
    "json": SOLUTIONS[0],
    "xml": SOLUTIONS[1],
    "csv": SOLUTIONS[2],
    "tsv": SOLUTIONS[3],
    "html": HTML,
} | {m.extension: m.name for m in media_types.ALL if m.rdf_format is not None}

Parameters = Mapping[str, list[str]]


@dataclass(frozen=True)
class Wish:
    """What a client wants as an answer.

    Attributes:
        solutions: Media type of the answer to SELECT; empty when the client accepts none.
        boolean: The same for ASK.
        graph: The same for CONSTRUCT and DESCRIBE.
        page: Whether a person looks at it in a browser.
        names: Media type of the engine → name under which the client asked for it.
        is_negotiated: Whether the Accept field decided.
    """

    solutions: str
    boolean: str
    graph: str
    page: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    is_negotiated: bool = True


def decode(written: bytes) -> dict[str, list[str]]:
    """Return name → values of a query string or form, decoded exactly once.

    Raises:
        QueryRefused: It is not UTF-8 below the escapes.

    >>> decode(b"query=ASK+%7B%7D&q=100%2525")
    {'query': ['ASK {}'], 'q': ['100%25']}
    """
    parameters: dict[str, list[str]] = {}
    for pair in written.split(b"&"):
        name, _, value = pair.partition(b"=")
        try:
            key = unquote_to_bytes(name.replace(b"+", b" ")).decode()
            text = unquote_to_bytes(value.replace(b"+", b" ")).decode()
        except UnicodeDecodeError as error:
            raise _not_utf8(error) from error
        if pair:
            parameters.setdefault(key, []).append(text)
    return parameters


def _not_utf8(error: UnicodeDecodeError) -> QueryRefused:
    return QueryRefused(
        "The request is not UTF-8 (byte {position}).",
        remedy="Send it as UTF-8.",
        position=error.start + 1,
    )


def read_parameters(request: Request) -> dict[str, list[str]]:
    """Return every parameter of a request, the query of a direct POST among them.

    Raises:
        QueryRefused: It is not UTF-8, or an update.
        HTTPException: 415, the body is of another kind.
    """
    found = decode(request.query_string)
    if request.method == "POST":
        if request.mimetype == UPDATE:
            raise _update()
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if request.mimetype not in (FORM, DIRECT) or charset not in ("utf-8", "utf8"):
            abort(415)
        body = request.get_data()
        if request.mimetype == DIRECT:
            try:
                sent = {"query": [body.decode()]}
            except UnicodeDecodeError as error:
                raise _not_utf8(error) from error
        else:
            sent = decode(body)
        for name, values in sent.items():
            found.setdefault(name, []).extend(values)
    if "update" in found:
        raise _update()
    return found


def _update() -> QueryRefused:
    return QueryRefused(
        "This endpoint answers queries; it takes no update ({form}).",
        remedy="Use SELECT, ASK, CONSTRUCT or DESCRIBE.",
        form="update",
    )


def read_wish(accept: str, chosen: str = "") -> Wish:
    """Return what a client wants, by its Accept field or by name (``format=csv``).

    Client libraries send names of their own besides an Accept field (SPARQLWrapper ``rdf+xml``);
    the field then decides.

    Raises:
        QueryRefused: There is no such format, and no Accept field that decides.
    """
    is_negotiated = True
    if chosen:
        named = SHORT_NAMES.get(chosen, chosen)
        if _chosen(named, (*SOLUTIONS, *GRAPHS, HTML)):
            accept, is_negotiated = named, False
        elif accept in ("", "*/*"):
            raise QueryRefused(
                "There is no format '{format}'.",
                remedy="Choose one of {formats}.",
                format=chosen[:100],
                formats=", ".join(SHORT_NAMES),
            )
    best = _chosen(accept, (*SOLUTIONS, *GRAPHS, *_ALIASES[SOLUTIONS], HTML))
    if best == HTML:
        return Wish(SOLUTIONS[0], BOOLEANS[0], GRAPHS[0], True, {}, is_negotiated)
    names: dict[str, str] = {}
    solutions, graph = _named(accept, SOLUTIONS, names), _named(accept, GRAPHS, names)
    return Wish(solutions, solutions, graph, False, names, is_negotiated)


def _named(accept: str, offered: tuple[str, ...], names: dict[str, str]) -> str:
    aliases = _ALIASES[offered]
    chosen = _chosen(accept, (*offered, *aliases))
    if chosen in aliases:
        names[aliases[chosen]] = chosen
        return aliases[chosen]
    return chosen


def _chosen(accept: str, offered: tuple[str, ...]) -> str:
    try:
        return negotiate(accept, offered)
    except NotAcceptable:
        return ""


def read_operation(
    parameters: Parameters, wish: Wish, base_iri: str, prefixes: Mapping[str, str]
) -> Operation:
    """Return the operation of a request.

    Args:
        parameters: Of the request.
        wish: What the client wants as an answer.
        base_iri: Relative IRIs in the query are resolved against it.
        prefixes: Those that ``prefixes=common`` lets a person leave out.

    Raises:
        QueryRefused: There is not exactly one query, or a parameter is wrong.
    """
    texts = parameters.get("query", [])
    if len(texts) != 1:
        raise QueryRefused(
            "The request holds {count} queries.",
            remedy="Send exactly one 'query' (SPARQL 1.1 Protocol, section 2.1).",
            count=len(texts),
        )
    return Operation(
        query=texts[0],
        solutions_type=wish.solutions,
        boolean_type=wish.boolean,
        graph_type=wish.graph,
        default_graphs=_graphs(parameters, "default-graph-uri"),
        named_graphs=_graphs(parameters, "named-graph-uri"),
        base_iri=base_iri,
        prefixes=tuple(prefixes.items()) if parameters.get("prefixes") == ["common"] else (),
        seconds=_seconds(parameters),
    )


def _graphs(parameters: Parameters, name: str) -> tuple[str, ...]:
    graphs = parameters.get(name, [])
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


def _seconds(parameters: Parameters) -> float:
    written = parameters.get("timeout", [""])[-1]
    if not written:
        return 0.0
    try:
        seconds = float(written)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise QueryRefused(
            "The value of timeout is '{value}', which is no number of seconds above 0.",
            remedy="Send seconds, such as timeout=2.5.",
            value=written[:100],
        )
    return seconds
