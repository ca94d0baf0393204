"""An engine that is written into: graph store or updates, requests, the triples sent."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

import requests
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, serialize
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
from urllib3.exceptions import HTTPError

from publisher.errors import PushFailed, ReadLimitExceeded
from publisher.messages import printable
from publisher.query.remote.connection import TOKEN, authorization, user_and_password
from publisher.query.remote.rewriting import AS_WRITTEN, GraphNames
from publisher.rdf.reading import read_quads_by_line
from publisher.system.http_client import ClientSession

_N_TRIPLES = "application/n-triples"


class GraphWriter(Protocol):
    """Whatever changes graphs of an engine; each change may be made twice."""

    at_once: int

    def add(self, graph: str, triples: Iterable[Triple]) -> None:
        """Add triples to a graph."""

    def replace(self, graph: str, triples: Iterable[Triple]) -> None:
        """Let a graph hold these triples and no others."""

    def clear(self, graph: str) -> None:
        """Take a graph away."""

    def read(self, graph: str) -> Iterator[Triple] | None:
        """Return the triples of a graph; None when only queries tell."""


@dataclass
class GraphStore:
    """An engine's graphs by the SPARQL 1.1 Graph Store HTTP Protocol."""

    address: str
    sender: Sender
    at_once: int = 20_000

    def add(self, graph: str, triples: Iterable[Triple]) -> None:
        """Add triples to a graph (section 5.5)."""
        self._write("POST", graph, triples)

    def replace(self, graph: str, triples: Iterable[Triple]) -> None:
        """Let a graph hold these triples and no others (section 5.3)."""
        self._write("PUT", graph, triples)

    def _write(self, method: str, graph: str, triples: Iterable[Triple]) -> None:
        fields = {"Content-Type": _N_TRIPLES}
        self.sender.send(
            WriteRequest(method, self.address, {"graph": graph}, fields, as_n_triples(triples))
        )

    def clear(self, graph: str) -> None:
        """Take a graph away (section 5.4); it may be gone already."""
        self.sender.send(WriteRequest("DELETE", self.address, {"graph": graph}))

    def read(self, graph: str) -> Iterator[Triple] | None:
        """Return the triples of a graph as they come (section 5.2).

        Raises:
            PushFailed: What comes is cut, or no N-Triples.
        """
        fields = {"Accept": _N_TRIPLES}
        response = self.sender.send(WriteRequest("GET", self.address, {"graph": graph}, fields))
        if response.status_code == HTTPStatus.NOT_FOUND:
            return iter(())
        return _parsed(response)


def _parsed(response: requests.Response) -> Iterator[Triple]:
    response.raw.decode_content = True
    try:
        with response:
            source: Any = response.raw
            for quad in read_quads_by_line(source, RdfFormat.N_TRIPLES, response.url):
                yield quad.triple
    except (HTTPError, OSError, SyntaxError, ValueError, ReadLimitExceeded) as error:
        raise PushFailed(
            "What the engine holds cannot be read back: {reason}.",
            remedy="Run the command again; it continues where it stopped.",
            reason=printable(str(error)),
        ) from error


@dataclass
class SparqlUpdate:
    """An engine's graphs by SPARQL 1.1 Update."""

    address: str
    sender: Sender
    # Some engines compile each triple of INSERT DATA; more at a time is too much for them.
    at_once: int = 500

    def add(self, graph: str, triples: Iterable[Triple]) -> None:
        """Add triples to a graph."""
        self._update(self._insert(graph, triples))

    def replace(self, graph: str, triples: Iterable[Triple]) -> None:
        """Let a graph hold these triples and no others, in one request."""
        self._update(f"CLEAR SILENT GRAPH <{graph}> ;\n{self._insert(graph, triples)}")

    def _insert(self, graph: str, triples: Iterable[Triple]) -> str:
        return f"INSERT DATA {{ GRAPH <{graph}> {{\n{as_n_triples(triples).decode()}}} }}"

    def clear(self, graph: str) -> None:
        """Take a graph away; it may be gone already."""
        # Some engines drop only what was created by name, others keep the name of what is cleared.
        self._update(f"CLEAR SILENT GRAPH <{graph}> ;\nDROP SILENT GRAPH <{graph}>")

    def read(self, graph: str) -> Iterator[Triple] | None:
        """Return None: updates tell nothing."""
        return None

    def _update(self, text: str) -> None:
        self.sender.send(WriteRequest("POST", self.address, body={"update": text}))


# Requests with credentials, sent again when the engine does not take them just now.

_SECONDS = 600.0
_PAUSES_SECONDS = (1.0, 3.0, 9.0)
_log = logging.getLogger("publisher")


@dataclass(frozen=True)
class WriteRequest:
    """A request.

    Attributes:
        method: Of HTTP.
        address: Where to.
        parameters: Behind the question mark.
        fields: Header fields.
        body: What is sent; a mapping is sent as a form.
    """

    method: str
    address: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Mapping[str, str] = b""


class Sender:
    """One session; each request may be sent twice without harm."""

    def __init__(self, pauses: Iterable[float] = _PAUSES_SECONDS) -> None:
        """Take the credentials of the environment."""
        self._pauses = tuple(pauses)
        self._session = ClientSession()
        self._session.trust_env = False  # a proxy of the machine means other sites
        self._known = user_and_password()
        if authorization().get("Authorization", "").startswith("Bearer"):
            self._session.headers.update(authorization())
            self._known = None
        elif self._known is not None:
            self._session.auth = HTTPBasicAuth(*self._known)

    def send(self, message: WriteRequest) -> requests.Response:
        """Return a response that is well, or says that there is no such graph.

        Raises:
            PushFailed: The engine refuses, or cannot be reached again and again.
        """
        reason = ""
        for pause in (*self._pauses, 0.0):
            response = self._try(message)
            if isinstance(response, requests.Response):
                return response
            reason = response
            if pause:
                _log.warning("The engine took no request (%s); once more in %g s.", reason, pause)
                time.sleep(pause)
        raise PushFailed(
            "The engine does not take what is sent to it: {reason}.",
            remedy="Run the command again when the engine works; it continues where it stopped.",
            reason=reason,
        )

    def _try(self, message: WriteRequest) -> requests.Response | str:
        """Return a response, or why it is worth to try again."""
        try:
            response = self._session.request(
                message.method,
                message.address,
                params=dict(message.parameters),
                data=message.body,
                headers=dict(message.fields),
                timeout=_SECONDS,
                stream=message.method == "GET",
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return type(error).__name__
        status = response.status_code
        if status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.NOT_FOUND:
            return response
        if self._may_try_digest(response):
            return self._try(message)
        # A redirect too: anyone who gave the credentials named one address.
        reason = f"{status} {printable(response.text)}".strip()
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _refused(status, reason)
        return reason

    def _may_try_digest(self, response: requests.Response) -> bool:
        """Change to digest authentication (RFC 7616), once; not every engine says it wants it."""
        is_open = self._known is not None and not isinstance(self._session.auth, HTTPDigestAuth)
        if response.status_code != HTTPStatus.UNAUTHORIZED or not is_open:
            return False
        assert self._known is not None
        self._session.auth = HTTPDigestAuth(*self._known)
        return True


def _refused(status: int, reason: str) -> PushFailed:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return PushFailed(
            "The engine does not let us write: {reason}.",
            remedy="Set PUBLISHER_ENGINE_USER and PUBLISHER_ENGINE_PASSWORD, or"
            " {token}, to an account that may write.",
            reason=reason,
            token=TOKEN,
        )
    return PushFailed(
        "The engine refuses what is sent to it: {reason}.",
        remedy="Look whether --engine-graph-store or --engine-update is the right address.",
        reason=reason,
    )


# The triples of a release as they are sent to an engine, and the digest they are known by.

_MODULUS = 1 << 256
_NORMALISED_AT_ONCE = 10_000
_SAMPLES = 100
# An engine that changed these could hold no release at all.
_STABLE_DATATYPES = (
    "http://www.w3.org/2001/XMLSchema#string",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
)


@dataclass
class TripleDigest:
    """How many triples there are, and the sum of their SHA-256.

    A sum needs no order, so that triples can be added as they come, from whichever engine.
    """

    count: int = 0
    total: int = 0

    def add(self, triple: Triple) -> None:
        """Add one triple, written as in N-Triples."""
        digest = hashlib.sha256(str(triple).encode()).digest()
        self.total = (self.total + int.from_bytes(digest)) % _MODULUS
        self.count += 1


@dataclass
class ReleaseGraph:
    """One graph of a release.

    Attributes:
        name: In the data.
        inside: In the engine.
        sum: Of its triples.
    """

    name: str
    inside: str
    sum: TripleDigest = field(default_factory=TripleDigest)


def triples_of(store: Store, graph: str, names: GraphNames) -> Iterator[Triple]:
    """Return the triples of a graph with names for blank nodes; in the same order every time."""
    for quad in store.quads_for_pattern(None, None, None, NamedNode(graph)):
        yield _with_node_names(quad, names)


def _with_node_names(quad: Quad, names: GraphNames) -> Triple:
    subject, object_ = quad.subject, quad.object
    if isinstance(subject, BlankNode):
        subject = names.named(subject)
    if isinstance(object_, BlankNode):
        object_ = names.named(object_)
    return Triple(subject, quad.predicate, object_)


def survey_graphs(
    store: Store, names: GraphNames
) -> tuple[list[ReleaseGraph], dict[str, list[Literal]]]:
    """Return the graphs with their sums, and a few literals of every datatype."""
    graphs = []
    samples: dict[str, dict[Literal, None]] = {}
    for name in names.graphs:
        graph = ReleaseGraph(name, names.inside(name))
        for triple in triples_of(store, name, names):
            graph.sum.add(triple)
            if (
                isinstance(triple.object, Literal)
                and triple.object.datatype.value not in _STABLE_DATATYPES
            ):
                literals = samples.setdefault(triple.object.datatype.value, {})
                if len(literals) < _SAMPLES:
                    literals[triple.object] = None
        graphs.append(graph)
    return graphs, {datatype: list(literals) for datatype, literals in samples.items()}


def guard_triple(triple: Triple, guarded: frozenset[str]) -> Triple:
    """Return a triple whose literal the engine leaves as it is, see ``AS_WRITTEN``."""
    literal = triple.object
    if not isinstance(literal, Literal) or literal.datatype.value not in guarded:
        return triple
    datatype = NamedNode(AS_WRITTEN + literal.datatype.value)
    return Triple(triple.subject, triple.predicate, Literal(literal.value, datatype=datatype))


def unguard_triple(triple: Triple) -> Triple:
    """Return a triple as it was before it was guarded."""
    literal = triple.object
    if not isinstance(literal, Literal) or not literal.datatype.value.startswith(AS_WRITTEN):
        return triple
    datatype = NamedNode(literal.datatype.value.removeprefix(AS_WRITTEN))
    return Triple(triple.subject, triple.predicate, Literal(literal.value, datatype=datatype))


def as_n_triples(triples: Iterable[Triple]) -> bytes:
    """Return triples as N-Triples."""
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def normalise_triples(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Return triples with numbers and dates as the embedded engine writes them.

    Two engines may write one number in two ways; that alone makes no other release.
    """
    part: list[Quad] = []
    for triple in triples:
        part.append(Quad(triple.subject, triple.predicate, triple.object))
        if len(part) >= _NORMALISED_AT_ONCE:
            yield from _through_a_store(part)
            part = []
    yield from _through_a_store(part)


def _through_a_store(quads: Iterable[Quad]) -> Iterator[Triple]:
    store = Store()
    store.extend(quads)
    return (quad.triple for quad in store)
