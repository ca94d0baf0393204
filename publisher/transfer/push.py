"""A release → the graphs of an engine, and the one triple that makes it the current release there.

Loaded beside, counted, compared with its digest, then switched to: whoever asks sees the release
before or this one, and never half of one. Cut at any place, the same command goes on there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pyoxigraph import Literal, NamedNode, Store, Triple

from publisher.errors import PushFailed
from publisher.namespaces import iri
from publisher.query.remote.connection import Connection
from publisher.query.remote.names import Names, registry_of
from publisher.query.remote.registry import (
    CURRENT,
    GUARDED,
    IDENTIFIER,
    TRIPLES,
    Loaded,
    read_registry,
)
from publisher.release.history.kept import Kept, outdated
from publisher.release.model import Release
from publisher.transfer.checking import Checker, changed_datatypes
from publisher.transfer.sending import Graph, guard, survey, triples_of
from publisher.transfer.stores import Writer

Progress = Callable[[str], None]
_ISSUED, _PART = iri("dcterms:issued"), iri("dcterms:hasPart")
_DIGEST = iri("schema:sha256")


@dataclass(frozen=True)
class Keep:
    """Which releases stay in an engine.

    Attributes:
        releases: So many of the newest.
        days: Those that are younger than so many days.
    """

    releases: int
    days: int


@dataclass(frozen=True)
class Pushed:
    """What became of a push.

    Attributes:
        triples: Of the release.
        sent: Triples that had to be sent; 0 when all were there.
        guarded: Datatypes whose literals the engine would change.
        pruned: Releases taken away from the engine.
    """

    triples: int
    sent: int
    guarded: frozenset[str]
    pruned: tuple[str, ...]


@dataclass(frozen=True)
class Engine:
    """How an engine is asked and written to."""

    connection: Connection
    writer: Writer

    @property
    def checker(self) -> Checker:
        """Return what tells of its graphs."""
        return Checker(self.connection, self.writer)


def push(
    release: Release, engine: Engine, keep: Keep, progress: Progress = lambda step: None
) -> Pushed:
    """Load a release into an engine and make it the current one there.

    Args:
        release: What is loaded, unless it is there.
        engine: Where to.
        keep: Which older releases stay.
        progress: Told which step begins.

    Raises:
        PushFailed: The engine refuses, or does not hold what was sent to it.
        QueryError: It does not answer.
    """
    loaded = read_registry(engine.connection, release.base_iri)
    names = Names(release.base_iri, release.id, tuple(sorted(release.graphs)))
    before = loaded.get(release.id)
    sent = 0
    if before is None or not _is_there(release, names, engine.checker):
        sent, guarded = _load(release, names, engine, progress)
    else:
        guarded = before.guarded
    progress("switch")
    entry = _entry(release, names, guarded)
    said = _said(engine, release.base_iri, loaded)
    current = Triple(NamedNode(release.base_iri), NamedNode(CURRENT), _node(names))
    kept = [t for t in said if t.subject != _node(names) and t.predicate.value != CURRENT]
    engine.writer.replace(registry_of(release.base_iri), [*kept, *entry, current])
    pruned = _prune(release, engine, keep, progress)
    return Pushed(sum(release.graphs.values()), sent, guarded, pruned)


def _node(names: Names) -> NamedNode:
    return NamedNode(names.root.removesuffix("/"))


def _is_there(release: Release, names: Names, checker: Checker) -> bool:
    """Tell whether every graph has as many triples as it should."""
    return all(
        checker.count(names.inside(graph)) == count for graph, count in release.graphs.items()
    )


def _load(
    release: Release, names: Names, engine: Engine, progress: Progress
) -> tuple[int, frozenset[str]]:
    store = Store.read_only(str(release.store))
    progress("digest")
    graphs, samples = survey(store, names)
    progress("probe")
    guarded = changed_datatypes(engine.writer, engine.checker, names, samples)
    sent = 0
    for graph in graphs:
        progress(graph.name)
        sent += _bring(store, graph, names, guarded, engine)
    return sent, guarded


def _bring(
    store: Store, graph: Graph, names: Names, guarded: frozenset[str], engine: Engine
) -> int:
    """Load one graph, from where an earlier attempt stopped; return how many triples were sent."""
    checker = engine.checker
    there = checker.count(graph.inside)
    sent = 0
    if there > graph.sum.count:
        engine.writer.clear(graph.inside)
        there = 0
    if there < graph.sum.count:
        # What is there was sent in this order, so the rest begins at the last whole batch.
        done = there - there % engine.writer.at_once
        sent += _send(store, graph, names, guarded, engine, done)
    found = checker.sum(graph.inside, graph.sum.count)
    if found != graph.sum and there:
        engine.writer.clear(graph.inside)
        sent += _send(store, graph, names, guarded, engine, 0)
        found = checker.sum(graph.inside, graph.sum.count)
    if found != graph.sum:
        raise PushFailed(
            "The engine does not hold the graph {graph} as it was sent: {found} of {count} triples,"
            " digest {got} instead of {digest}. Nothing was switched.",
            remedy="Send the command again. If it ends like this again, the engine changes what it"
            " is given, or cuts its answers: look at its limits of rows and its log.",
            graph=graph.name,
            found=found.count,
            count=graph.sum.count,
            got=f"{found.total:064x}"[:12],
            digest=f"{graph.sum.total:064x}"[:12],
        )
    return sent


def _send(
    store: Store,
    graph: Graph,
    names: Names,
    guarded: frozenset[str],
    engine: Engine,
    done: int,
) -> int:
    """Send the triples of a graph behind the first ones, in batches; return how many."""
    triples = islice(triples_of(store, graph.name, names), done, None)
    sent = 0
    while part := [guard(t, guarded) for t in islice(triples, engine.writer.at_once)]:
        engine.writer.add(graph.inside, part)
        sent += len(part)
    return sent


def _entry(release: Release, names: Names, guarded: frozenset[str]) -> Iterator[Triple]:
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


def _said(engine: Engine, base_iri: str, loaded: Mapping[str, Loaded]) -> list[Triple]:
    """Return all that the registry says."""
    return list(engine.checker.read(registry_of(base_iri), 1)) if loaded else []


def _prune(release: Release, engine: Engine, keep: Keep, progress: Progress) -> tuple[str, ...]:
    """Take old releases out of the registry, then their graphs; return their names."""
    registry = registry_of(release.base_iri)
    said = list(engine.checker.read(registry, 1))
    values: dict[NamedNode, dict[str, str]] = {}
    for triple in said:
        if triple.predicate.value in (IDENTIFIER, _ISSUED, TRIPLES):
            of_release = values.setdefault(triple.subject, {})  # type: ignore[arg-type]
            of_release[triple.predicate.value] = triple.object.value  # type: ignore[union-attr]
    listed = [
        Kept(
            known[IDENTIFIER],
            datetime.fromisoformat(known[_ISSUED]),
            int(known[TRIPLES]),
            known[IDENTIFIER] == release.id,
        )
        for known in values.values()
    ]
    newest_first = sorted(listed, key=lambda kept: (kept.published, kept.id), reverse=True)
    gone = outdated(newest_first, keep.releases, keep.days)
    nodes = {node for node, known in values.items() if known[IDENTIFIER] in gone}
    if nodes:
        progress("prune")
        engine.writer.replace(registry, [t for t in said if t.subject not in nodes])
    for triple in said:
        if triple.subject in nodes and triple.predicate.value == _PART:
            engine.writer.clear(triple.object.value)  # type: ignore[union-attr]
    return tuple(gone)
