"""A release → the graphs of an engine, and the one triple that makes it the current release there.

Loaded beside, counted, compared with its digest, then switched to: anyone who asks sees the release
before or this one, and never half of one. Cut at any place, the same command goes on there.

One push runs at a time: the list of releases in the engine is read, then written whole, since the
Graph Store Protocol cannot take single triples away. Two at once may lose an entry of it; the one
that lost gets an error, and repairs that by being sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from pyoxigraph import Store

from publisher.errors import PushFailed
from publisher.push.check import Checker, changed_datatypes
from publisher.push.engine import ReleaseGraph, guard_triple, survey_graphs, triples_of
from publisher.push.registry import Progress, PushTarget, Retention, prune, switch
from publisher.query.remote.registry import read_registry
from publisher.query.remote.rewriting import GraphNames
from publisher.release.model import Release


@dataclass(frozen=True)
class PushResult:
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


def push(
    release: Release,
    engine: PushTarget,
    retention: Retention,
    progress: Progress = lambda step: None,
) -> PushResult:
    """Load a release into an engine and make it the current one there.

    Args:
        release: What is loaded, unless it is there.
        engine: Where to.
        retention: Which older releases stay.
        progress: Called with the name of each step as it begins.

    Raises:
        PushFailed: The engine refuses, does not hold what was sent to it, or takes another push.
        QueryError: It does not answer.
    """
    loaded = read_registry(engine.connection, release.base_iri)
    names = GraphNames(release.base_iri, release.id, tuple(sorted(release.graphs)))
    before = loaded.get(release.id)
    sent = 0
    if before is None or not _is_loaded(release, names, engine.checker):
        sent, guarded = _load(release, names, engine, progress)
    else:
        guarded = before.guarded
    progress("switch")
    switch(release, names, guarded, engine)
    pruned = prune(release, engine, retention, progress)
    _confirm_current(release, engine)
    return PushResult(sum(release.graphs.values()), sent, guarded, pruned)


def _confirm_current(release: Release, engine: PushTarget) -> None:
    """Let a push end well whose release is the current one in the engine's list."""
    listed = read_registry(engine.connection, release.base_iri).get(release.id)
    if listed is None or not listed.is_current:
        raise PushFailed(
            "Something else changed the engine's list of releases at the same time.",
            remedy="Let one push run at a time: send this one again when the other has ended."
            " What is loaded is not sent again.",
        )


def _is_loaded(release: Release, names: GraphNames, checker: Checker) -> bool:
    """Tell whether every graph has as many triples as it should."""
    return all(
        checker.count(names.inside(graph)) == count for graph, count in release.graphs.items()
    )


def _load(
    release: Release, names: GraphNames, engine: PushTarget, progress: Progress
) -> tuple[int, frozenset[str]]:
    store = Store.read_only(str(release.store))
    progress("digest")
    graphs, samples = survey_graphs(store, names)
    progress("probe")
    _refuse_cutting(engine.checker)
    guarded = changed_datatypes(engine.writer, engine.checker, names, samples)
    sent = 0
    for graph in graphs:
        progress(graph.name)
        sent += _load_graph(store, graph, names, guarded, engine)
    return sent, guarded


def _refuse_cutting(checker: Checker) -> None:
    """Let an engine pass that gives whole answers, or says that it does not."""
    rows = checker.cut()
    if rows:
        raise PushFailed(
            "The engine cuts answers after {rows} rows without a word.",
            remedy="Raise its limit to a million rows (in Virtuoso: ResultSetMaxRows), so that no"
            " half of an answer looks like a whole one.",
            rows=rows,
        )


def _load_graph(
    store: Store,
    graph: ReleaseGraph,
    names: GraphNames,
    guarded: frozenset[str],
    engine: PushTarget,
) -> int:
    """Load one graph, from where an earlier attempt stopped; return how many triples were sent."""
    checker = engine.checker
    present = checker.count(graph.inside)
    sent = 0
    if present > graph.sum.count:
        engine.writer.clear(graph.inside)
        present = 0
    if present < graph.sum.count:
        # What is there was sent in this order, so the rest begins at the last whole batch.
        done = present - present % engine.writer.at_once
        sent += _send_batches(store, graph, names, guarded, engine, done)
    loaded = checker.sum(graph.inside, graph.sum.count)
    if loaded != graph.sum and present:
        engine.writer.clear(graph.inside)
        sent += _send_batches(store, graph, names, guarded, engine, 0)
        loaded = checker.sum(graph.inside, graph.sum.count)
    if loaded != graph.sum:
        raise PushFailed(
            "The engine does not hold the graph {graph} as it was sent: {found} of {count} triples,"
            " digest {got} instead of {digest}. Nothing was switched.",
            remedy="Send the command again. If it ends like this again, the engine changes what it"
            " is given, or cuts its answers: look at its limits of rows and its log.",
            graph=graph.name,
            found=loaded.count,
            count=graph.sum.count,
            got=f"{loaded.total:064x}"[:12],
            digest=f"{graph.sum.total:064x}"[:12],
        )
    return sent


def _send_batches(
    store: Store,
    graph: ReleaseGraph,
    names: GraphNames,
    guarded: frozenset[str],
    engine: PushTarget,
    done: int,
) -> int:
    """Send the triples of a graph from a position on, in batches; return how many."""
    triples = islice(triples_of(store, graph.name, names), done, None)
    sent = 0
    while part := [guard_triple(t, guarded) for t in islice(triples, engine.writer.at_once)]:
        engine.writer.add(graph.inside, part)
        sent += len(part)
    return sent
