"""The process that validates: pySHACL over a part of the data.

pySHACL evaluates SPARQL with rdflib, and patterns with Python's regular expressions: neither can be
stopped from within, so nothing of this runs in the process that waits for it.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode as OxBlankNode
from pyoxigraph import Literal as OxLiteral
from pyoxigraph import NamedNode as OxNamedNode
from pyoxigraph import RdfFormat, parse
from pyshacl.errors import ReportableRuntimeError
from pyshacl.functions import apply_functions, gather_functions
from pyshacl.graph_abstraction import DataGraph
from pyshacl.monkey import apply_patches
from pyshacl.target import apply_target_types, gather_target_types
from pyshacl.validator import Validator
from rdflib import RDFS, SH, BNode, Graph, Literal, Node, URIRef
from rdflib.plugins import sparql
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from publisher.quality.shape_features import shown_name
from publisher.quality.shape_needs import Needs, Reach
from publisher.quality.shape_partitions import NeedsReader, Partition, ValidationFiles
from publisher.quality.shape_preparation import is_template
from publisher.quality.shape_reach import needs_of
from publisher.query.worker_messages import ConnectionClosed, MessageSocket
from publisher.rdf.sorted_files import read_lines
from publisher.system import portable, sandbox

# A dataset that a query names is never fetched; see also what shapes are refused for.
sparql.SPARQL_LOAD_GRAPHS = False

# So many nodes are validated between two signs of life.
_AT_ONCE = 100
# pySHACL reads every triple of a shape again for each focus node.
_READ_BY_PEOPLE = {SH.description, SH.group, SH.message, SH.name, SH.order, RDFS.label}


class _DataGraph(Graph):
    """A graph that parses each query once; pySHACL asks the same one for every focus node."""

    def query(self, query_object: str | Query, *arguments: Any, **options: Any) -> Result:
        """Return the result of a query, as ``Graph.query`` does."""
        names = options.get("initNs") or {}
        if isinstance(query_object, str):
            query_object = _prepared(query_object, tuple(sorted(names.items())))
        return super().query(query_object, *arguments, **options)


@lru_cache(maxsize=256)
def _prepared(query: str, names: tuple[tuple[str, Any], ...]) -> Query:
    return prepareQuery(query, initNs=dict(names))


def _term(term: object) -> Node:
    if isinstance(term, OxNamedNode):
        return URIRef(term.value)
    if isinstance(term, OxBlankNode):
        return BNode(term.value)
    assert isinstance(term, OxLiteral)
    # normalize=False: "01" stays "01", so that a finding shows what the file says.
    if term.language:
        return Literal(term.value, lang=term.language, normalize=False)
    datatype = None if term.datatype.value.endswith("#string") else URIRef(term.datatype.value)
    return Literal(term.value, datatype=datatype, normalize=False)


def _terms(nodes: Iterable[bytes]) -> Iterator[Node]:
    """Yield terms that are written in N-Triples."""
    lines = b"".join(b"<x:x> <x:x> %s .\n" % node for node in nodes)
    return (_term(quad.object) for quad in parse(lines, format=RdfFormat.N_TRIPLES))


def _graph(lines: Iterable[bytes], prefixes: Mapping[str, str]) -> Graph:
    """Return lines of N-Triples as an rdflib graph."""
    graph = _DataGraph(bind_namespaces="none")
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace, override=True)
    for quad in parse(b"".join(lines), format=RdfFormat.N_TRIPLES):
        graph.add((_term(quad.subject), URIRef(quad.predicate.value), _term(quad.object)))
    return graph


def needs_in(files: ValidationFiles) -> Needs | None:
    """Return what must be at hand to validate a node; None when that may be anything."""
    prefixes = json.loads(files.prefixes.read_bytes())
    return needs_of(_graph(read_lines(files.shapes), prefixes), prefixes.items())


class ShapeValidator:
    """Shapes, read, and what they are held against."""

    def __init__(self, files: ValidationFiles, needs: Needs | None) -> None:
        """Read the shapes.

        Raises:
            pyshacl.errors.ReportableRuntimeError: They are not such as SHACL allows.
        """
        apply_patches()  # type: ignore[no-untyped-call]  # as pyshacl.validate does
        self._prefixes = json.loads(files.prefixes.read_bytes())
        self._shapes = _graph(read_lines(files.shapes), self._prefixes)
        self._needs = needs or Needs(Reach())
        self.held_against(files)
        rules = _graph((), self._prefixes)
        for triple in self._shapes:
            # What only a query knows is read from the messages that pySHACL fills in.
            is_filled_in = triple[1] == SH.message and is_template(str(triple[2]))
            if triple[1] not in _READ_BY_PEOPLE or is_filled_in:
                rules.add(triple)
        empty = DataGraph.from_rdflib(_graph((), {}))
        self._pyshacl = Validator(empty, shacl_graph=rules, options={"inplace": True})

    def held_against(self, files: ValidationFiles) -> None:
        """Look at other data from now on; the shapes stay."""
        self._lookup = NeedsReader(files, self._needs)

    def report(self, part: Partition, at: Callable[[str], None] = lambda shape: None) -> bytes:
        """Return the validation report on the nodes of a part, as N-Triples; empty for no result.

        Args:
            part: The nodes.
            at: Called with the name of each shape before it is held against some nodes.
        """
        nodes, lines = self._lookup.part(part)
        graph = _graph(lines, self._prefixes)
        own = set(_terms(nodes))
        results: list[Any] = []
        data = DataGraph.from_rdflib(graph)
        executor = self._advanced(data)
        name = ""
        for shape in self._pyshacl.shacl_graph.shapes:
            name = _as_text(shape.node)
            at(name)
            targets = shape.focus_nodes(data)
            focus = list(targets & own if own else targets)
            for start in range(0, len(focus), _AT_ONCE):
                at(name)
                some = focus[start : start + _AT_ONCE]
                results += shape.validate(executor, data, focus=some)[1]
        if not results:
            return b""
        at(name)
        report, _ = Validator.create_validation_report(self._pyshacl.shacl_graph, False, results)
        return bytes(report.serialize(format="nt", encoding="utf-8"))

    def _advanced(self, data: DataGraph) -> Any:
        """Return what runs the validation, with targets and functions of SHACL-AF (3 and 5)."""
        executor = self._pyshacl.make_executor()
        shapes = self._pyshacl.shacl_graph
        for shape in shapes.shapes:
            shape.set_advanced(True)
        apply_target_types(gather_target_types(shapes))
        apply_functions(executor, gather_functions(executor, shapes), data)
        return executor


def _as_text(node: Node | None) -> str:
    """Return an IRI or a text; blank nodes have no name that outlives the run."""
    return shown_name(str(node)) if isinstance(node, URIRef) else "[]"


# What runs in a process that validates. Its input is a socket; what crosses it is JSON.
#
# It reads files, and can do nothing else: no network, no process, nothing written.

# Who waits ends this process at the limit; should nobody wait any more, the kernel does.
_KILL_MARGIN_SECONDS = 5.0
_LONGEST_SHOWN = 300


def _work(channel: MessageSocket) -> None:
    """Read the shapes, then validate parts until nobody asks any more."""
    channel.send(json.dumps(["ready"]).encode())
    task = json.loads(channel.receive()[0])

    def at(shape: str) -> None:
        portable.set_alarm(task["seconds"] + _KILL_MARGIN_SECONDS)
        channel.send(json.dumps(["at", shape]).encode())

    sandbox.limit_memory(task["memory_bytes"])
    sandbox.forbid_growth()
    sandbox.forbid_system_calls(files=True)
    files = ValidationFiles(Path(task["folder"]), task["shapes_name"])
    made: list[ShapeValidator] = []

    def begin() -> bytes:
        at("")
        needs = needs_in(files) if task["is_cut"] else None
        made.append(ShapeValidator(files, needs))
        return json.dumps(needs.written() if needs else None).encode()

    if not _answer(channel, begin):
        return
    while True:
        requested = json.loads(channel.receive()[0])
        nodes = tuple(node.encode() for node in requested["nodes"])
        part = Partition(
            ValidationFiles(Path(requested["folder"]), task["shapes_name"]),
            requested["start"],
            requested["end"],
            nodes,
            requested["alone"],
        )

        def report(part: Partition = part) -> bytes:
            at("")
            made[0].held_against(part.files)
            return made[0].report(part, at)

        if not _answer(channel, report):
            return


def _answer(channel: MessageSocket, work: Callable[[], bytes]) -> bool:
    """Send what comes of some work; tell whether the process can go on."""
    status, reason, body = "found", "", b""
    try:
        body = work()
    except MemoryError:
        status = "memory"
    except ReportableRuntimeError as error:
        status, reason = "refused", str(error)
    except ConnectionClosed:
        raise
    except Exception as error:  # noqa: BLE001  # of strangers' shapes libraries raise anything
        status, reason = "failed", f"{type(error).__name__}: {error}"[:_LONGEST_SHOWN]
    portable.set_alarm(0)
    channel.send(json.dumps([status, reason]).encode(), body)
    return status == "found"


def main() -> None:
    """Work until the process that asks is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; who started this one ends it
    channel = MessageSocket(portable.inherited_socket())
    with suppress(ConnectionClosed):
        _work(channel)


if __name__ == "__main__":
    main()
