"""What an engine's list of releases says, and what is written there: entries, switch, pruning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Triple

from publisher.push.check import Checker
from publisher.push.engine import GraphWriter
from publisher.query.remote.connection import ConnectionPool
from publisher.query.remote.registry import CURRENT, GUARDED, IDENTIFIER, TRIPLES
from publisher.query.remote.rewriting import GraphNames, registry_graph
from publisher.rdf.namespaces import iri
from publisher.release.history.releases import ReleaseInfo, releases_to_prune
from publisher.release.model import Release

Progress = Callable[[str], None]
_ISSUED, _PART = iri("dcterms:issued"), iri("dcterms:hasPart")
_DIGEST = iri("schema:sha256")


@dataclass(frozen=True)
class Retention:
    """Which releases stay in an engine.

    Attributes:
        releases: So many of the newest.
        days: Those that are younger than so many days.
    """

    releases: int
    days: int


@dataclass(frozen=True)
class PushTarget:
    """An engine that is pushed to: its connection and its writer."""

    connection: ConnectionPool
    writer: GraphWriter

    @property
    def checker(self) -> Checker:
        """Return the triples that describe its graphs."""
        return Checker(self.connection, self.writer)


def _node(names: GraphNames) -> NamedNode:
    return NamedNode(names.root.removesuffix("/"))


def switch(
    release: Release, names: GraphNames, guarded: frozenset[str], engine: PushTarget
) -> None:
    """Write a release into the engine's list, as the current one, in one change.

    Raises:
        PushFailed: The engine refuses.
    """
    registry = registry_graph(release.base_iri)
    current = Triple(NamedNode(release.base_iri), NamedNode(CURRENT), _node(names))
    other_triples = [
        triple
        for triple in engine.checker.read(registry, 1)
        if triple.subject != _node(names) and triple.predicate.value != CURRENT
    ]
    engine.writer.replace(registry, [*other_triples, *_entry(release, names, guarded), current])


def _entry(release: Release, names: GraphNames, guarded: frozenset[str]) -> Iterator[Triple]:
    """Return what the registry says of a release."""
    node = _node(names)

    def literal(value: object, datatype: str = "xsd:string") -> Literal:
        return Literal(str(value), datatype=NamedNode(iri(datatype)))

    yield Triple(node, NamedNode(IDENTIFIER), literal(release.id))
    yield Triple(node, NamedNode(_ISSUED), literal(release.published.isoformat()))
    yield Triple(node, NamedNode(_DIGEST), literal(release.digest))
    triples = sum(release.graphs.values())
    yield Triple(node, NamedNode(TRIPLES), literal(triples, "xsd:integer"))
    for graph in sorted(release.graphs):
        yield Triple(node, NamedNode(_PART), NamedNode(names.inside(graph)))
    for datatype in sorted(guarded):
        yield Triple(node, NamedNode(GUARDED), NamedNode(datatype))


def prune(
    release: Release, engine: PushTarget, retention: Retention, progress: Progress
) -> tuple[str, ...]:
    """Take old releases out of the registry, then their graphs; return their names.

    Raises:
        PushFailed: The engine refuses.
    """
    registry = registry_graph(release.base_iri)
    triples = list(engine.checker.read(registry, 1))
    values: dict[NamedNode, dict[str, str]] = {}
    for triple in triples:
        if triple.predicate.value in (IDENTIFIER, _ISSUED, TRIPLES):
            of_release = values.setdefault(triple.subject, {})  # type: ignore[arg-type]
            of_release[triple.predicate.value] = triple.object.value  # type: ignore[union-attr]
    listed = [
        ReleaseInfo(
            known[IDENTIFIER],
            datetime.fromisoformat(known[_ISSUED]),
            int(known[TRIPLES]),
            known[IDENTIFIER] == release.id,
        )
        for known in values.values()
    ]
    newest_first = sorted(listed, key=lambda info: (info.published, info.id), reverse=True)
    gone = releases_to_prune(newest_first, retention.releases, retention.days)
    nodes = {node for node, known in values.items() if known[IDENTIFIER] in gone}
    if nodes:
        progress("prune")
        engine.writer.replace(registry, [t for t in triples if t.subject not in nodes])
    for triple in triples:
        if triple.subject in nodes and triple.predicate.value == _PART:
            engine.writer.clear(triple.object.value)  # type: ignore[union-attr]
    return tuple(gone)
