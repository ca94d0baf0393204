"""The suite of the W3C for SPARQL 1.1 Query, asked of real previews over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
import requests
from pyoxigraph import RdfFormat, serialize

from tests.query import w3c
from tests.servers import free_ports, running

DEFAULT_BUILDS = True
pytestmark = [
    pytest.mark.exhaustive,  # each of some eighty datasets has a preview of its own
    pytest.mark.skipif(
        not Path(w3c.CHECKOUT or "nothing", "sparql", "sparql11").is_dir(),
        reason="PUBLISHER_TEST_W3C names no checkout of github.com/w3c/rdf-tests",
    ),
]


def passes(case: w3c.Case, endpoint: str) -> bool:
    """Tell whether a preview does as a test of the suite says."""
    query = case.query if case.result is None else f"BASE <{case.base}>\n{case.query}"
    is_csv = case.result is not None and case.result.suffix == ".csv"
    accept = "text/csv" if is_csv else "application/sparql-results+json, application/n-triples"
    kind = {"Content-Type": "application/sparql-query", "Accept": accept, "Accept-Language": "en"}
    answer = requests.post(endpoint, query.encode(), headers=kind, timeout=60)
    if case.result is None:
        # The grammar allows calls of functions that no engine knows.
        is_read = answer.ok or "is not supported" in answer.text
        return is_read == ("Positive" in case.kind)
    media_type = answer.headers["Content-Type"].partition(";")[0]
    return answer.ok and w3c.is_expected(case, answer.content, media_type)


def failing(folder: Path) -> Iterator[str]:
    """Yield the names of the tests that fail."""

    def dataset(case: w3c.Case) -> bytes:
        return b"".join(sorted(serialize(case.data, format=RdfFormat.N_QUADS).splitlines(True)))

    suite = sorted(w3c.cases(w3c.CHECKOUT), key=dataset)
    assert len(suite) == 338
    for number, (content, of_dataset) in enumerate(groupby(suite, key=dataset)):
        file = folder / f"{number}.nq"
        file.write_bytes(content)
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "publisher", "preview", str(file), "--allow-empty"]
        command += ["--port", str(port), "--query-workers", "1"]
        with running(command, port, folder):
            for case in of_dataset:
                if not passes(case, f"http://127.0.0.1:{port}/sparql"):
                    yield case.name


def test_all_338_tests_pass_through_previews(tmp_path: Path) -> None:
    """A file in, answers out, as somebody would try it."""
    assert list(failing(tmp_path)) == []
