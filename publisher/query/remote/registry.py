"""What an engine says of itself: which releases it holds, and which of them is the current one.

It is in one graph, in terms of DCAT, VoID and Dublin Core. What changes the current release is
one triple there; everybody who serves follows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.query.remote.connection import JSON, ConnectionPool, QueryRequest, engine_error
from publisher.query.remote.results import ResultLimits, read_solutions
from publisher.query.remote.rewriting import AS_WRITTEN, registry_graph
from publisher.rdf.namespaces import iri

SECONDS = 5.0
CURRENT = iri("dcat:hasCurrentVersion")
IDENTIFIER = iri("dcterms:identifier")
TRIPLES = iri("void:triples")
_VARIABLES = ("release", "triples", "guarded", "base")
_REGISTRY_BYTES = 4 << 20
GUARDED = f"{AS_WRITTEN}datatype"
_QUERY = f"""
SELECT ?release ?triples ?guarded ?base {{
    GRAPH <%s> {{
        ?named <{IDENTIFIER}> ?release ; <{TRIPLES}> ?triples .
        OPTIONAL {{ ?named <{GUARDED}> ?guarded . }}
        OPTIONAL {{ ?base <{CURRENT}> ?named . }}
    }}
}}
"""


@dataclass(frozen=True)
class LoadedRelease:
    """A release that an engine holds, complete and checked.

    Attributes:
        release: Its id.
        triples: How many there are, in all its graphs.
        guarded: Datatypes that the engine would change, see ``rewriting.AS_WRITTEN``.
        is_current: Whether it is the one on line.
    """

    release: str
    triples: int
    guarded: frozenset[str]
    is_current: bool


def read_registry(connection: ConnectionPool, base_iri: str) -> Mapping[str, LoadedRelease]:
    """Return the releases that an engine holds, by id.

    Raises:
        QueryError: The engine does not answer.
    """
    graph = registry_graph(base_iri)
    fields = [
        ("query", _QUERY % graph),
        ("default-graph-uri", graph),
        ("named-graph-uri", graph),
    ]
    body = connection.send(QueryRequest(fields, JSON, SECONDS, is_own=True))
    found: dict[str, LoadedRelease] = {}
    try:
        for row in read_solutions(body, _VARIABLES, ResultLimits.of(SECONDS, _REGISTRY_BYTES)):
            name = row["release"].value
            before = found.get(name)
            guarded = {row["guarded"].value} if "guarded" in row else set()
            found[name] = LoadedRelease(
                name,
                int(row["triples"].value),
                frozenset(guarded | (before.guarded if before else frozenset())),
                "base" in row,
            )
    except ValueError as error:
        raise engine_error(f"its list of releases cannot be read: {error}") from error
    return found
