"""SHACL: shapes × data → findings. The shapes are the only source of rules on content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import pyshacl
from pyoxigraph import BlankNode as OxBlankNode
from pyoxigraph import Literal as OxLiteral
from pyoxigraph import NamedNode as OxNamedNode
from pyshacl.errors import ReportableRuntimeError, ShapeLoadError
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, Node, URIRef
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.load.files import Role
from publisher.load.sources import Sources
from publisher.messages import SOURCE_LANGUAGE, Text

_SEVERITIES = {
    str(SH.Violation): Severity.VIOLATION,
    str(SH.Warning): Severity.WARNING,
    str(SH.Info): Severity.INFO,
}


# pySHACL looks at every triple of a shape anew for each focus node.
_READ_BY_PEOPLE = {SH.description, SH.group, SH.message, SH.name, SH.order, RDFS.label}
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)


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


def graph_of(sources: Sources, *roles: Role) -> Graph:
    """Return what the files of some roles say, as one rdflib graph."""
    graph = _DataGraph(bind_namespaces="none")
    for prefix, namespace in sources.prefixes.items():
        graph.bind(prefix, namespace, override=True)
    for file in sources.of_role(*roles):
        for triple in file.triples:
            graph.add((_term(triple.subject), URIRef(triple.predicate.value), _term(triple.object)))
    return graph


def check_shapes(sources: Sources, things: Sequence[str] = ()) -> Iterator[Finding]:
    """Return a finding for each result of the validation report (SHACL, section 3.6).

    Ontology, data, catalogue and examples are validated together, since they refer to each other.

    Args:
        sources: Shapes and what they are about.
        things: IRIs of the only nodes to look at; none: all.

    Raises:
        SourceSyntax: A shape is not one that SHACL allows.
    """
    shapes = graph_of(sources, Role.SHAPES)
    data = graph_of(sources, Role.ONTOLOGY, Role.DATA, Role.CATALOGUE, Role.EXAMPLE)
    rules = Graph("SimpleMemory", bind_namespaces="none")
    for t in shapes:
        if t[1] not in _READ_BY_PEOPLE:
            rules.add(t)
    if things:
        _aim(rules, data, [URIRef(thing) for thing in things])
    try:
        _conforms, report, _text = pyshacl.validate(
            data, shacl_graph=rules, inference="none", inplace=True, meta_shacl=False
        )
    except (ShapeLoadError, ReportableRuntimeError) as error:
        raise SourceSyntax(
            "A shape is not valid SHACL: {reason}.",
            where="shapes/",
            remedy="Mend the shape that is named; nothing was published.",
            reason=str(error).strip().rstrip("."),
        ) from error
    assert isinstance(report, Graph)
    for result in report.subjects(RDF.type, SH.ValidationResult):
        yield _finding(report, shapes, result)


def _aim(shapes: Graph, data: Graph, things: Sequence[URIRef]) -> None:
    """Let the shapes target some nodes alone, each by the shapes that target it as it is.

    pySHACL's own ``focus_nodes`` also narrows the values that ``sh:or`` and ``sh:not`` look at.
    """
    aimed = [(shape, thing) for thing in things for shape in _targeting(shapes, data, thing)]
    for path in _TARGETS:
        shapes.remove((None, path, None))
    for shape, thing in aimed:
        shapes.add((shape, SH.targetNode, thing))


def _targeting(shapes: Graph, data: Graph, thing: URIRef) -> Iterator[Node]:
    """Yield the shapes that target a node (SHACL, section 2.1.3)."""
    yield from shapes.subjects(SH.targetNode, thing)
    for name in data.objects(thing, RDF.type):
        for broader in filter(None, data.transitive_objects(name, RDFS.subClassOf)):
            yield from shapes.subjects(SH.targetClass, broader)
            if (broader, RDF.type, SH.NodeShape) in shapes:
                yield broader
    for path in data.predicates(thing, None, unique=True):
        yield from shapes.subjects(SH.targetSubjectsOf, path)
    for path in data.predicates(None, thing, unique=True):
        yield from shapes.subjects(SH.targetObjectsOf, path)


def _messages(report: Graph, shapes: Graph, result: Node) -> Text:
    """Return what the broken shape tells the editor, by language.

    They are read from the shapes: pySHACL drops the language of messages of SPARQL constraints.
    """
    rule = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
    said = list(shapes.objects(rule, SH.message)) or list(report.objects(result, SH.resultMessage))
    return {
        m.language or SOURCE_LANGUAGE: str(m)
        for m in sorted(said, key=str)
        if isinstance(m, Literal)
    }


def _written(node: Node | None) -> str:
    """Return an IRI or a text; blank nodes have no name that outlives the run."""
    return "[]" if isinstance(node, BNode) else str(node)


def _finding(report: Graph, shapes: Graph, result: Node) -> Finding:
    path, value = report.value(result, SH.resultPath), report.value(result, SH.value)
    return Finding(
        _SEVERITIES.get(str(report.value(result, SH.resultSeverity)), Severity.VIOLATION),
        _messages(report, shapes, result),
        rule=_written(report.value(result, SH.sourceShape)),
        focus_node=_written(report.value(result, SH.focusNode)),
        path=str(path) if isinstance(path, URIRef) else "",
        value="" if value is None else "[]" if isinstance(value, BNode) else value.n3(),
    )
