"""The seam to the engine that evaluates SPARQL: an ``Operation`` in, an ``Answer`` out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, Triple

from publisher.errors import PublisherError
from publisher.query import result_formats
from publisher.rdf import namespaces
from publisher.rdf.versions import RDF_1_2

Term = NamedNode | BlankNode | Literal
Solution = Mapping[str, Term]

# Media types of answers as an engine writes them; the first of each is the answer to "anything".
SOLUTIONS = result_formats.names(result_formats.OF_SOLUTIONS)
(BARE_BOOLEAN,) = result_formats.names(result_formats.OF_BOOLEANS_ALONE)
BOOLEANS = (*SOLUTIONS, BARE_BOOLEAN)
GRAPHS = result_formats.names(result_formats.OF_GRAPHS)
CSV = SOLUTIONS[2]
# What is written as XML cannot carry all that the others can.
XML = (SOLUTIONS[1], GRAPHS[3])


# What is written in JSON-LD 1.1 cannot carry triples as terms.
JSON_LD = GRAPHS[2]


def results_format(media_type: str) -> QueryResultsFormat | None:
    """Return how pyoxigraph writes solutions, or a boolean, in a media type of ``BOOLEANS``."""
    # It writes a boolean in CSV as the bare word.
    written_as = CSV if media_type == BARE_BOOLEAN else media_type
    return QueryResultsFormat.from_media_type(written_as)


def carrying(media_type: str, version: str = "") -> tuple[str, ...]:
    """Return what may carry a result that a media type cannot carry.

    Args:
        media_type: What cannot.
        version: The version of RDF that the result needs; "" when RDF 1.1 carries it.
    """
    offered = SOLUTIONS if media_type in SOLUTIONS else GRAPHS
    without = (media_type, JSON_LD if version == RDF_1_2 else "")
    return tuple(name for name in offered if name not in without)


@dataclass(frozen=True)
class Operation:
    """A SPARQL query operation (SPARQL 1.1 Protocol, section 2.1).

    Attributes:
        query: The query text.
        solutions_type: Media type of the answer to SELECT; empty when the client accepts none.
        boolean_type: The same for ASK.
        graph_type: The same for CONSTRUCT and DESCRIBE.
        default_graphs: ``default-graph-uri``, in order.
        named_graphs: ``named-graph-uri``, in order.
        base_iri: Relative IRIs in the query are resolved against it.
        prefixes: Prefix and namespace of what the query may leave undeclared.
        seconds: Longest evaluation the client wants; 0 leaves it to the limit.
        without_sparq: Whether only Oxigraph may answer, where both engines are at hand.
    """

    query: str
    solutions_type: str = SOLUTIONS[0]
    boolean_type: str = BOOLEANS[0]
    graph_type: str = GRAPHS[0]
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base_iri: str = ""
    prefixes: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    without_sparq: bool = False


@dataclass(frozen=True)
class Answer:
    """What the engine wrote, untouched.

    Attributes:
        media_type: One of those the operation allows.
        body: The whole answer.
        version: The version of RDF that its terms need; "" when RDF 1.1 carries them.
    """

    media_type: str
    body: bytes
    version: str = ""


@dataclass(frozen=True)
class QueryLimits:
    """What one query may use; past one of them it ends with a ``QueryLimitExceeded``.

    Attributes:
        seconds: Wall-clock time of the evaluation.
        memory_bytes: Address space that one query may take.
        result_bytes: Length of the answer.
        query_bytes: Length of the query text, in UTF-8.
        nesting: Deepest nesting of brackets.
        patterns: Triple patterns.
        values: Cells of VALUES.
        path_operators: Operators of property paths.
        graphs: Graphs that the dataset is made of.
    """

    seconds: float
    memory_bytes: int
    result_bytes: int
    query_bytes: int = 64 << 10
    nesting: int = 100
    patterns: int = 100
    values: int = 10_000
    path_operators: int = 100
    graphs: int = 100

    @cached_property
    def smallest_count(self) -> int:
        """Return the smallest of the limits of what is counted in a query."""
        return min(self.nesting, self.patterns, self.values, self.path_operators, self.graphs)


class Engine(Protocol):
    """An engine that evaluates SPARQL over one release."""

    def answer(self, operation: Operation) -> Answer:
        """Return the answer to a client's query.

        Raises:
            QueryRefused: The query is wrong, or not allowed here.
            QueryLimitExceeded: It was stopped at a limit.
            NotAcceptable: Its result has no media type that the client accepts.
            EngineBusy: All workers are at work.
            EngineFailed: The engine broke.
        """

    def knows(self, subject: str) -> bool:
        """Tell whether anything is said of a thing."""

    def describe(self, subjects: Sequence[str], page: int, page_size: int) -> Description | None:
        """Return what is known of some things; None when nothing is.

        Args:
            subjects: IRIs of the things that one document is about.
            page: Which part of the incoming links, from 1.
            page_size: Incoming links a page.
        """

    def rows(self, query: str) -> list[Solution]:
        """Return the solutions of a SELECT query of this program's own (never of a client's)."""

    def trouble(self) -> PublisherError | None:
        """Return why the engine cannot answer just now; None when it can."""

    def close(self) -> None:
        """Let go of processes and files."""


# What a document holds: the thing's own triples, labels of what it links to, who links to it.

LABELS = namespaces.LABELS
# Past so many, incoming links are neither counted nor sorted: one page of a hub stays cheap.
MOST_COUNTED = 10_000
# The page of a concept scheme lists its concepts otherwise, and all of them.
MOST_OF_SCHEME = 300


@dataclass(frozen=True)
class Description:
    """What is known of the things that one document is about.

    It is their concise bounded description (W3C member submission of 2005-06-03): their own
    triples, those of blank nodes below them, and the statements made about these triples
    (``rdf:Statement``).

    Attributes:
        subjects: IRIs of the things.
        own: Their triples, with those of blank nodes and statements.
        labels: IRI → label triples' literals by predicate, for everything linked.
        incoming: One page of the triples that point to the things.
        incoming_total: How many there are in all, counted up to ``MOST_COUNTED``.
        page: Which page of the incoming links this is, from 1.
        pages: How many there are.
        graphs: IRIs of the graphs that the own triples stand in.
        by_graph: Each of them → which of the own triples.
    """

    subjects: tuple[str, ...]
    own: tuple[Triple, ...] = field(repr=False)
    labels: Mapping[str, tuple[tuple[str, Literal], ...]] = field(repr=False)
    incoming: tuple[Triple, ...] = field(repr=False)
    incoming_total: int
    page: int
    pages: int
    graphs: tuple[str, ...]
    by_graph: Mapping[str, tuple[Triple, ...]] = field(repr=False, default_factory=dict)

    def triples(self) -> Iterator[Triple]:
        """Return everything as triples: own, incoming, and the labels of what is linked."""
        yield from self.own
        yield from self.incoming
        for named, labels in self.labels.items():
            for predicate, label in labels:
                yield Triple(NamedNode(named), NamedNode(predicate), label)
