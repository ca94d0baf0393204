"""The suite of the W3C for the SPARQL 1.1 Protocol, asked of a real preview."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from rdflib import RDF, Dataset, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from tests.query import w3c
from tests.servers import free_ports, running

DEFAULT_BUILDS = True
FOLDER = Path(w3c.CHECKOUT or "nothing", "sparql", "sparql11", "protocol")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not FOLDER.is_dir(),
        reason="PUBLISHER_TEST_W3C names no checkout of github.com/w3c/rdf-tests",
    ),
]
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
TABULAR = ("application/sparql-results+json", "application/sparql-results+xml", "text/csv")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the port of a preview of the suite's graphs, under the names that the suite has."""
    folder = tmp_path_factory.mktemp("protocol")
    data = Dataset()
    for number in (1, 2, 3):
        name = URIRef(f"http://kasei.us/2009/09/sparql/data/data{number}.rdf")
        data.graph(name).parse(FOLDER / f"data{number}.nt")
    data.serialize(folder / "data.nq", format="nquads")
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "publisher", "preview", str(folder / "data.nq")]
    with running([*command, "--port", str(port), "--query-workers", "1"], port, folder):
        yield port


def only(manifest: Graph, node: Node, name: URIRef) -> Node:
    """Return the one value of a property."""
    (found,) = manifest.objects(node, name)
    return found


def answered(manifest: Graph, asked: Node, port: int) -> tuple[int, str, bytes]:
    """Return status, media type and body of the answer to a request of the suite."""
    fields = {
        str(only(manifest, field, HT.fieldName)): str(only(manifest, field, HT.fieldValue))
        for listed in manifest.objects(asked, HT.headers)
        for field in Collection(manifest, listed)
    }
    body = next(
        (
            str(only(manifest, sent, CNT.chars)).encode(
                str(only(manifest, sent, CNT.characterEncoding))
            )
            for sent in manifest.objects(asked, HT.body)
        ),
        None,
    )
    method, path = (str(only(manifest, asked, name)) for name in (HT.methodName, HT.absolutePath))
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as client:
        # By GET, a slash at the end is led on from.
        client.request(method, path.replace("/sparql/", "/sparql", 1), body, fields)
        answer = client.getresponse()
        return answer.status, answer.headers["Content-Type"].partition(";")[0], answer.read()


def is_expected(manifest: Graph, expected: Node, answer: tuple[int, str, bytes]) -> bool:
    """Tell whether an answer is one that a test of the suite expects."""
    status, media_type, body = answer
    classes = {str(each)[-3] for each in manifest.objects(expected, MF.expectedStatus)}
    kind = manifest.value(expected, MF.expectedFormat)
    truth = manifest.value(expected, MF.expectedBoolean)
    if str(status)[0] not in classes:
        return False
    if str(kind) in ("boolean", "tabular") and media_type not in TABULAR:
        return False
    if str(kind) == "RDF":
        Graph().parse(body, media_type)  # it raises what is wrong
    return truth is None or f'"boolean":{truth}'.encode() in body


def test_all_tests_of_queries_pass(port: int) -> None:
    """Those of updates pass where an update must be refused: here each is."""
    manifest = Graph().parse(FOLDER / "manifest.ttl")
    failing, tried = [], 0
    for case in manifest.subjects(RDF.type, MF.ProtocolTest):
        name = str(case).rpartition("#")[2]
        if name.startswith("update_"):
            continue
        requests = only(manifest, only(manifest, case, MF.action), HT.requests)
        for asked in Collection(manifest, requests):
            answer = answered(manifest, asked, port)
            tried += 1
            if not is_expected(manifest, only(manifest, asked, HT.resp), answer):
                failing.append((name, answer))
    assert failing == []
    assert tried > 20
