"""Kinds of query, and clients that ask them one after the other."""

from __future__ import annotations

import http.client
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
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
_VARIABLE = re.compile(r"\?\w+")
_GRAPH_FORM = re.compile(r"\b(?:DESCRIBE|CONSTRUCT)\b")
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


def distinct(text: str, number: int) -> str:
    """Return a query with variables of its own, or a limit of its own where it has none.

    A comment would not do: a memory that knows queries by their tokens passes over comments. And
    an answer with other variables is another answer, so none that is ready serves.

    >>> distinct("ASK { ?s ?p ?o }", 7), distinct("DESCRIBE <urn:a>", 7)
    ('ASK { ?s7 ?p7 ?o7 }', 'DESCRIBE <urn:a> LIMIT 8')
    """
    renamed = _VARIABLE.sub(rf"\g<0>{number}", text)
    return renamed if renamed != text else f"{text} LIMIT {number + 1}"


def query(kind: str, number: int, initiatives: int) -> str:
    """Return a query of a kind; no two are the same, so none is answered from a memory."""
    chosen = number * 7919 % initiatives // 10 * 10 + 9
    text = (KINDS | APART)[kind].replace("THING", f"<{BASE}id/cluster/g{chosen:07}>")
    return _PROLOGUE + distinct(text.replace("NUMBER", str(chosen)), number)


def ask(
    connection: http.client.HTTPConnection, path: str, text: str, method: str = "POST"
) -> bytes:
    """Return the answer's body."""
    is_graph = _GRAPH_FORM.search(text) is not None
    fields = {"Accept": _GRAPH if is_graph else _TABLE}
    written = urlencode({"query": text})
    if method == "GET":
        connection.request("GET", f"{path}?{written}", headers=fields)
    else:
        connection.request("POST", path, written, _FORM | fields)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {body[:300]!r}")
    return body


def measure(
    address: str,
    write: Callable[[int], str],
    clients: int,
    seconds: float,
    numbers: Iterator[int],
    method: str = "POST",
) -> tuple[float, float]:
    """Return the median time of an answer in milliseconds, and answers a second.

    Args:
        address: Of the endpoint.
        write: Returns the query of a number.
        clients: How many ask at the same time, each on a connection of its own.
        seconds: How long.
        numbers: Yields numbers that were not used before.
        method: GET or POST.
    """
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
                text = write(next(numbers))
                began = time.perf_counter()
                ask(connection, parts.path, text, method)
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
