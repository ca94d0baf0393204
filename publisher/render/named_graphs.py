"""What is said of a thing in each graph that the data have by a name of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import Description
from publisher.render.labels import LabelPicker, foreign_language
from publisher.render.page_model import Value
from publisher.render.values import format_literal

# Of one graph; the files of the page have all of it.
_MOST_STATEMENTS = 50


@dataclass(frozen=True)
class GraphStatements:
    """What one graph says.

    Attributes:
        name: Of the graph.
        statements: Property and value of each.
        more: How many others it says.
    """

    name: Value
    statements: tuple[tuple[Value, Value], ...]
    more: int


def statements_by_graph(
    description: Description,
    graphs: Collection[str],
    names: LabelPicker,
    language: str,
    href: Callable[[str], str],
) -> list[GraphStatements]:
    """Return what some graphs say of the things of a document, by graph.

    Args:
        description: Of the document.
        graphs: Which graphs.
        names: What things and properties are called.
        language: Of the page.
        href: Returns the address of an IRI.
    """

    def shown(term: object) -> Value:
        if isinstance(term, NamedNode):
            label = names.of(term.value)
            return Value(label.value, href(term.value), foreign_language(label, language))
        if isinstance(term, Literal):
            return Value(format_literal(term, language), "", foreign_language(term, language))
        return Value("…")

    statements = []
    for graph in sorted(set(description.by_graph) & set(graphs)):
        triples = [
            triple
            for triple in sorted(description.by_graph[graph], key=str)
            if getattr(triple.subject, "value", "") in description.subjects
        ]
        pairs = [(shown(t.predicate), shown(t.object)) for t in triples[:_MOST_STATEMENTS]]
        statements.append(
            GraphStatements(Value(graph, href(graph)), tuple(pairs), len(triples) - len(pairs))
        )
    return statements
