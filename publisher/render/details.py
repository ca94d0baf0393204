"""What is said of the values that a shape wants shown in place (``dash:DetailsViewer``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, NamedNode, Triple

from publisher.query.engine import Description, Engine
from publisher.rdf.namespaces import DETAILS
from publisher.rdf.source_forms import SourceForms
from publisher.render.labels import Labels, fetch_labels
from publisher.render.layout import PropertyLayout

# More values than this are links, as without the viewer: a page is read, not searched.
MOST = 20
_QUERY = "SELECT ?thing ?property ?value WHERE {{ VALUES ?thing {{ {things} }} \
?thing ?property ?value . }} ORDER BY ?thing ?property ?value LIMIT {most}"
_MOST_TRIPLES = 50 * MOST


@dataclass(frozen=True)
class Details:
    """What a page tells of other things in place.

    Attributes:
        triples: Their own, but those with blank nodes and those that lead back.
        labels: The names of what these lead to.
    """

    triples: tuple[Triple, ...] = ()
    labels: Labels = field(default_factory=dict)


def fetch_details(
    engine: Engine,
    forms: SourceForms,
    topic: str,
    description: Description,
    placings: Mapping[str, PropertyLayout],
) -> Details:
    """Return the engine's triples about values that are shown in place, as the sources say them."""
    paths = {path for path, placing in placings.items() if placing.viewer == DETAILS}
    things = {
        triple.object.value
        for triple in description.own
        if triple.predicate.value in paths
        and triple.subject == NamedNode(topic)
        and isinstance(triple.object, NamedNode)
    } - set(description.subjects)
    if not 0 < len(things) <= MOST:
        return Details()
    names = " ".join(str(NamedNode(name)) for name in sorted(things))
    stored = (
        Triple(row["thing"], row["property"], row["value"])
        for row in engine.rows(_QUERY.format(things=names, most=_MOST_TRIPLES))
        if isinstance(row["thing"], NamedNode)
        and isinstance(row["property"], NamedNode)
        and not isinstance(row["value"], BlankNode)
        and row["value"] != NamedNode(topic)
    )
    triples = tuple(forms.of_triples(stored))
    linked = {t.object.value for t in triples if isinstance(t.object, NamedNode)}
    return Details(triples, fetch_labels(engine, linked | {t.predicate.value for t in triples}))
