"""Kinds of query, and clients that ask them one after the other."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from generate import BASE, CLUSTER, GRAPH

_PROLOGUE = f"""PREFIX cluster: <{CLUSTER}>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TABLE, _GRAPH = "application/sparql-results+json", "application/n-triples"
_LONGEST_SECONDS = 60.0
KINDS: dict[str, str] = {
    "point": "SELECT ?p ?o { THING ?p ?o }",
    "star": """SELECT * { THING skos:prefLabel ?name ; cluster:status ?status ;
        schema:foundingDate ?founded ; schema:areaServed ?area ;
        cluster:addressesIndustry ?industry ; cluster:competenceArea ?competence }""",
    "two hops": """SELECT * { THING cluster:participation ?participation .
        ?participation cluster:programme ?programme . ?programme skos:prefLabel ?name }""",
    "describe": "DESCRIBE THING",
    "text filter": """SELECT ?cluster ?name { ?cluster a cluster:ClusterInitiative ;
        skos:prefLabel ?name FILTER(CONTAINS(?name, "NUMBER")) }""",
    "top k": """SELECT ?count ?value { ?count a cluster:MemberCount ; schema:value ?value }
        ORDER BY DESC(?value) ?count LIMIT 10""",
    "aggregate": """SELECT ?area (COUNT(?cluster) AS ?n) { ?cluster schema:areaServed ?area }
        GROUP BY ?area""",
    "path": "SELECT ?other { THING org:linkedTo+ ?other }",
}

# These tell the two embedded engines apart.
APART: dict[str, str] = {
    "counted join": """SELECT (COUNT(*) AS ?n) { ?cluster cluster:participation ?participation .
        ?participation cluster:programme ?programme . ?programme skos:prefLabel ?name }""",
    "path from everywhere": "SELECT (COUNT(*) AS ?n) { ?one org:linkedTo+ ?other }",
    "FROM": f"""SELECT (COUNT(*) AS ?n) FROM <{GRAPH.value}> {{
        ?cluster schema:areaServed ?area }}""",
}


def query(kind: str, number: int, initiatives: int) -> str:
    """Return a query of a kind; no two are the same, so none is answered from a memory."""
    chosen = number * 7919 % initiatives // 10 * 10 + 9
    text = (KINDS | APART)[kind].replace("THING", f"<{BASE}id/cluster/g{chosen:07}>")
    return f"{_PROLOGUE}{text.replace('NUMBER', str(chosen))} # {number}"


def ask(connection: http.client.HTTPConnection, path: str, text: str) -> bytes:
    """Return the answer's body."""
    fields = _FORM | {"Accept": _GRAPH if "DESCRIBE" in text else _TABLE}
    connection.request("POST", path, urlencode({"query": text}), fields)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {body[:300]!r}")
    return body


def measure(
    address: str, kind: str, clients: int, seconds: float, initiatives: int, numbers: Iterator[int]
) -> tuple[float, float]:
    """Return the median time of an answer in milliseconds, and answers a second."""
    parts = urlsplit(address)
    end = time.perf_counter() + seconds
    taken: list[float] = []
    errors: list[str] = []

    def client() -> None:
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=_LONGEST_SECONDS
        )
        try:
            while not taken or time.perf_counter() < end:
                began = time.perf_counter()
                ask(connection, parts.path, query(kind, next(numbers), initiatives))
                taken.append(time.perf_counter() - began)
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            errors.append(f"{type(error).__name__} {error}")
        finally:
            connection.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not taken:
        raise RuntimeError(errors[0])
    return statistics.median(taken) * 1000, len(taken) / (time.perf_counter() - began)
