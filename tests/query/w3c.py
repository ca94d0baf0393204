"""The test suite of SPARQL 1.1 Query (W3C), read from a checkout of github.com/w3c/rdf-tests."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)
from rdflib import RDF, Graph, Namespace
from rdflib.collection import Collection
from rdflib.term import Node

CHECKOUT = os.environ.get("PUBLISHER_TEST_W3C", "")
_MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
_QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_RESULTS = ("csv-tsv-res", "json-res")
_FORMATS = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}
Term = NamedNode | BlankNode | Literal | Triple
Rows = list[dict[str, Term]]
Result = bool | Rows | list[Triple]


@dataclass(frozen=True)
class Case:
    """A test of the suite.

    Attributes:
        name: Its folder and its name there.
        kind: Local name of its class.
        query: The query text.
        base: The address that it is resolved against.
        data: The dataset.
        result: The file with the expected result; None for a test of syntax.
    """

    name: str
    kind: str
    query: str
    base: str
    data: tuple[Quad, ...]
    result: Path | None


def cases(checkout: str) -> Iterator[Case]:
    """Yield the tests of the query language and of the formats of results: 338 in all."""
    root = Path(checkout, "sparql", "sparql11").resolve()
    listed = (root / "manifest-sparql11-query.ttl").read_text()
    for folder in (*re.findall(r"<([\w-]+)/manifest\.ttl>", listed), *_RESULTS):
        manifest = root / folder / "manifest.ttl"
        graph = Graph().parse(manifest, publicID=manifest.as_uri())
        for entries in graph.objects(None, _MF.entries):
            for test in Collection(graph, entries):
                yield _case(graph, folder, test)


def _case(graph: Graph, folder: str, test: Node) -> Case:
    kind = str(graph.value(test, RDF.type)).rpartition("#")[2]
    action = graph.value(test, _MF.action)
    is_syntax = "Syntax" in kind
    asked = _path(action if is_syntax else graph.value(action, _QT.query))
    data = [] if is_syntax else list(graph.objects(action, _QT.data))
    named = [] if is_syntax else list(graph.objects(action, _QT.graphData))
    quads = [quad for file in data for quad in _read(_path(file))]
    for file in named:
        name = NamedNode(str(file))
        quads += [Quad(q.subject, q.predicate, q.object, name) for q in _read(_path(file))]
    return Case(
        f"{folder}/{str(test).rpartition('#')[2]}",
        kind,
        asked.read_text(encoding="utf-8"),
        asked.as_uri(),
        tuple(quads),
        None if is_syntax else _path(graph.value(test, _MF.result)),
    )


def _path(address: object) -> Path:
    return Path(str(address).removeprefix("file://"))


def _read(path: Path) -> list[Quad]:
    return list(parse(path=str(path), base_iri=path.as_uri()))


# What is compared: terms, numbers by their values, and blank nodes up to their names.


def is_expected(case: Case, body: bytes, media_type: str) -> bool:
    """Tell whether an answer is the one that the suite expects."""
    assert case.result is not None
    if case.result.suffix == ".csv":
        return _same_csv(case.result.read_text(), body.decode())
    found = read_answer(body, media_type)
    wanted = _expected(case.result)
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found == wanted
    return len(found) == len(wanted) and canonical(found) == canonical(wanted)


def read_answer(body: bytes, media_type: str) -> Result:
    """Return what an answer says."""
    if media_type in ("application/n-triples", "text/turtle"):
        form = RdfFormat.from_media_type(media_type)
        return [quad.triple for quad in parse(body, format=form)]
    form = QueryResultsFormat.from_media_type(media_type)
    return _solutions(parse_query_results(body, format=form))


def _solutions(results: object) -> bool | Rows:
    if isinstance(results, QueryBoolean):
        return bool(results)
    names = [variable.value for variable in results.variables]  # type: ignore[attr-defined]
    rows = results  # type: ignore[attr-defined]
    return [{n: row[n] for n in names if row[n] is not None} for row in rows]  # type: ignore[attr-defined]


def _expected(path: Path) -> Result:
    if path.suffix in _FORMATS:
        return _solutions(parse_query_results(path=str(path), format=_FORMATS[path.suffix]))
    triples = [quad.triple for quad in _read(path)]
    return _result_set(triples) if any(_RS in str(t.predicate) for t in triples) else triples


def _result_set(triples: list[Triple]) -> bool | Rows:
    """Return the solutions that a graph of the result set vocabulary holds."""
    said: dict[tuple[object, str], list[Term]] = {}
    for triple in triples:
        name = triple.predicate.value.removeprefix(_RS)
        said.setdefault((triple.subject, name), []).append(triple.object)
    booleans = [terms for (_, name), terms in said.items() if name == "boolean"]
    if booleans:
        return getattr(booleans[0][0], "value", "") == "true"
    rows: Rows = []
    for (_, name), solutions in said.items():
        for solution in solutions if name == "solution" else ():
            row = {}
            for binding in said.get((solution, "binding"), []):
                variable = getattr(said[binding, "variable"][0], "value", "")
                row[variable] = said[binding, "value"][0]
            rows.append(row)
    return rows


def canonical(found: Rows | list[Triple]) -> Dataset:
    """Return solutions or triples as a dataset that is equal for equal ones."""
    made = Dataset()
    for number, each in enumerate(found):
        if isinstance(each, Triple):
            made.add(Quad(each.subject, each.predicate, by_value(each.object)))
            continue
        row = BlankNode(f"row{number}")
        made.add(Quad(row, NamedNode("urn:row"), Literal("")))
        for name, term in each.items():
            made.add(Quad(row, NamedNode(f"urn:var:{name}"), by_value(term)))
    made.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return made


def by_value(term: Term) -> Term:
    """Return a term; a number in one form for all of its forms, a language tag in lower case."""
    if not isinstance(term, Literal):
        return term
    if term.language:
        return Literal(term.value, language=term.language.lower())
    if term.datatype.value.removeprefix(_XSD) in ("integer", "decimal", "double", "float"):
        with suppress(ValueError):
            return Literal(f"{float(term.value):.9g}", datatype=term.datatype)
    return term


def _same_csv(wanted: str, found: str) -> bool:
    """Tell whether two tables say the same, whatever the order of their columns and rows."""
    return _table(wanted) == _table(found)


def _table(text: str) -> list[list[tuple[str, str]]]:
    names: dict[str, str] = {}

    def cell(value: str) -> str:
        if value.startswith("_:"):  # a blank node is known by where it stands alone
            return names.setdefault(value, "_:")
        with suppress(ValueError):
            return f"{float(value):.9g}"
        return value

    rows = csv.DictReader(io.StringIO(text))
    return sorted(sorted((name, cell(value or "")) for name, value in row.items()) for row in rows)
