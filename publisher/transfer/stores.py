"""Ways to write into an engine: its graph store, or updates; both of the SPARQL 1.1 standard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import requests
from pyoxigraph import RdfFormat, Triple
from urllib3.exceptions import HTTPError

from publisher.errors import PushFailed, ReadLimit
from publisher.rdf.reading import read_lines
from publisher.transfer.sender import Message, Sender
from publisher.transfer.sending import written

_N_TRIPLES = "application/n-triples"
_SHOWN = 300


class Writer(Protocol):
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
        self.sender.send(Message(method, self.address, {"graph": graph}, fields, written(triples)))

    def clear(self, graph: str) -> None:
        """Take a graph away (section 5.4); it may be gone already."""
        self.sender.send(Message("DELETE", self.address, {"graph": graph}))

    def read(self, graph: str) -> Iterator[Triple] | None:
        """Return the triples of a graph as they come (section 5.2).

        Raises:
            PushFailed: What comes is cut, or no N-Triples.
        """
        fields = {"Accept": _N_TRIPLES}
        response = self.sender.send(Message("GET", self.address, {"graph": graph}, fields))
        if response.status_code == HTTPStatus.NOT_FOUND:
            return iter(())
        return _parsed(response)


def _parsed(response: requests.Response) -> Iterator[Triple]:
    response.raw.decode_content = True
    try:
        with response:
            source: Any = response.raw
            for quad in read_lines(source, RdfFormat.N_TRIPLES, response.url):
                yield quad.triple
    except (HTTPError, OSError, SyntaxError, ValueError, ReadLimit) as error:
        raise PushFailed(
            "What the engine holds cannot be read back: {reason}.",
            remedy="Send the command again; it goes on where it stopped.",
            reason=str(error)[:_SHOWN],
        ) from error


@dataclass
class Updates:
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
        return f"INSERT DATA {{ GRAPH <{graph}> {{\n{written(triples).decode()}}} }}"

    def clear(self, graph: str) -> None:
        """Take a graph away; it may be gone already."""
        # Some engines drop only what was created by name, others keep the name of what is cleared.
        self._update(f"CLEAR SILENT GRAPH <{graph}> ;\nDROP SILENT GRAPH <{graph}>")

    def read(self, graph: str) -> Iterator[Triple] | None:
        """Return None: updates tell nothing."""
        return None

    def _update(self, text: str) -> None:
        self.sender.send(Message("POST", self.address, body={"update": text}))
