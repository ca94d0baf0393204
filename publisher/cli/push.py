"""push: a release into an engine somewhere else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.options import LANGUAGE, report_errors, settings, show_progress
from publisher.config import Config, read_config
from publisher.errors import UsageError
from publisher.messages import translate

if TYPE_CHECKING:
    from publisher.push.push import PushResult
    from publisher.push.registry import PushTarget

_LARGEST_ANSWER_BYTES = 1 << 30
_SETTINGS = (
    "releases",
    "engine_graph_store",
    "engine_update",
    "keep_releases",
    "keep_days",
)


@click.command()
@click.argument("url")
@click.option("--release", "name", default="", help="Release to load; else the current one.")
@settings(*_SETTINGS)
@LANGUAGE
@report_errors
def push(url: str, name: str, lang: str, **options: Any) -> None:
    """Load a release into the engine at URL (its query endpoint), and switch to it there."""
    from publisher.push.push import push as push_release
    from publisher.push.registry import Retention
    from publisher.release.history.releases import find_release
    from publisher.release.open import open_current

    config = read_config(Path.cwd(), options | {"engine": url})
    folder = Path(config.releases)
    release = find_release(folder, name) if name else open_current(folder)
    began = time.monotonic()
    with show_progress(lang) as progress:
        engine = _target_engine(config)
        retention = Retention(config.keep_releases, config.keep_days)
        done = push_release(release, engine, retention, progress)
    _print_result(release.id, done, time.monotonic() - began, lang)


def _target_engine(config: Config) -> PushTarget:
    """Return the engine that is pushed to: its connection and its writer."""
    from publisher.config import read_timeout
    from publisher.push.check import SECONDS
    from publisher.push.engine import GraphStore, Sender, SparqlUpdate
    from publisher.push.registry import PushTarget
    from publisher.query.engine import QueryLimits
    from publisher.query.remote.connection import ConnectionPool, EngineAddress, authorization

    if not (config.engine_graph_store or config.engine_update):
        raise UsageError(
            "Nothing says where the engine takes what is written to it.",
            remedy="Name its graph store with --engine-graph-store, or where it takes updates with"
            " --engine-update.",
        )
    address = EngineAddress(config.engine, authorization(), read_timeout(config.engine_timeout))
    connection = ConnectionPool(address, QueryLimits(SECONDS, 0, _LARGEST_ANSWER_BYTES), 1)
    if config.engine_graph_store:
        return PushTarget(connection, GraphStore(config.engine_graph_store, Sender()))
    return PushTarget(connection, SparqlUpdate(config.engine_update, Sender()))


def _print_result(name: str, done: PushResult, seconds: float, language: str) -> None:
    """Print what became of a push."""
    for datatype in sorted(done.guarded):
        sentence = translate(
            "The engine changes values of {datatype}; they are kept from it, and documents and"
            " answers show them as they were written.",
            language,
            datatype=datatype,
        )
        click.echo(sentence, err=True)
    for gone in done.pruned:
        click.echo(translate("Deleted: {name}", language, name=gone))
    click.echo(
        translate(
            "Release {id} is current in the engine: {triples} triples, {sent} of them sent now, in"
            " {seconds} seconds.",
            language,
            id=name,
            triples=done.triples,
            sent=done.sent,
            seconds=f"{seconds:.1f}",
        )
    )
