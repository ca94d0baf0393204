"""serve, run, preview: from a release to the web."""

from __future__ import annotations

import dataclasses
import threading
import time
import webbrowser
from pathlib import Path
from typing import Any

import click

from publisher.cli.build import build_release
from publisher.cli.options import (
    LANGUAGE,
    folder_config,
    read_limits,
    report_errors,
    settings,
    show_progress,
)
from publisher.config import OXIGRAPH, Config, read_config
from publisher.messages import translate

_SERVING = (
    "host",
    "port",
    "workers",
    "connections",
    "client_connections",
    "engine",
    "engine_timeout",
    "site_url",
    "releases",
    "language",
    "tile_url",
    "tile_credit",
    "query_workers",
    "query_timeout_seconds",
    "query_memory_mb",
)


def _serve(config: Config) -> None:
    from publisher.serve.http.server import serve as serve_release

    serve_release(config.with_site())


@click.command()
@settings(*_SERVING)
@LANGUAGE
@report_errors
def serve(lang: str, **options: Any) -> None:
    """Serve the current release until interrupted."""
    _serve(read_config(Path.cwd(), options))


@click.command()
@click.option("--open", "is_opened", is_flag=True, help="Open the site in the browser.")
@settings("base_iri", *_SERVING)
@LANGUAGE
@report_errors
def run(lang: str, is_opened: bool, **options: Any) -> None:
    """Check, build and serve: the main job."""
    config = folder_config(**options)
    build_release(config, lang)
    if is_opened:
        threading.Thread(target=_open_when_ready, args=(config,), daemon=True).start()
    _serve(config)


# The first answer of a large release may take so long; then nobody waits for the browser any more.
_READY_SECONDS = 60


def _open_when_ready(config: Config) -> None:
    """Open the site in the browser as soon as it answers."""
    own = "127.0.0.1" if config.host in ("0.0.0.0", "::", "") else config.host  # nosec B104 # compared
    host = f"[{own}]" if ":" in own else own
    from publisher.system.http_client import Client, Deadline, ExchangeLimits

    client = Client(ExchangeLimits(total_seconds=5.0, length_bytes=1 << 16))
    deadline = Deadline(_READY_SECONDS)
    while deadline.remaining():
        if client.exchange("GET", f"http://{host}:{config.port}/readyz").successful:
            webbrowser.open(f"http://{host}:{config.port}/")
            return
        time.sleep(0.2)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--union", is_flag=True, help="Let queries see all graphs at once, as a site does.")
@click.option("--allow-empty", is_flag=True, help="Serve files without a triple, too.")
@settings("base_iri", "host", "port", "site_url", "language", "query_workers")
@LANGUAGE
@report_errors
def preview(
    files: tuple[Path, ...], union: bool, allow_empty: bool, lang: str, **options: Any
) -> None:
    """Serve any RDF files at once, with pages and SPARQL; nothing is set up or left behind."""
    from tempfile import TemporaryDirectory

    from publisher.load.stored_files import store_files
    from publisher.release.preview import begin_store, build_preview, completing_beside
    from publisher.release.second_engine import SecondEngine

    config = read_config(Path.cwd(), options)
    second = SecondEngine(config.sparq_triples)
    with TemporaryDirectory(prefix="publisher-") as folder:
        with begin_store(Path(folder)) as loader:
            base_iri = str(options["base_iri"] or "")
            stored = store_files(
                files, base_iri, read_limits(config), loader.take, allow_empty=allow_empty
            )
            # Nobody asks graph by graph for what is in no default graph.
            union = union or not stored.has_default_graph
            release = build_preview(
                stored, Path(folder), union=union, second_engine=second, loader=loader
            )
        preview_of = dataclasses.replace(
            config,
            base_iri=release.base_iri,
            default_graph="union" if union else "own",
            engine=OXIGRAPH,
            releases=folder,
        )
        click.echo(
            translate(
                "{triples} triples; things named below {base} have pages.",
                lang,
                triples=sum(release.graphs.values()),
                base=release.base_iri,
            ),
            err=True,
        )
        with completing_beside(stored, release, union=union, second_engine=second):
            _serve(preview_of)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@settings("site_url", "releases", "language", "tile_url", "tile_credit")
@LANGUAGE
@report_errors
def export(folder: Path, lang: str, **options: Any) -> None:
    """Write the current release as files to FOLDER, for nginx or Caddy: all but queries, search."""
    from publisher.serve.export.export import export as export_release

    config = read_config(Path.cwd(), options)
    with show_progress(lang) as progress:
        done = export_release(config, folder, progress)
    for path in done.left_out:
        click.echo(translate("No file can be called so: {path}", lang, path=path), err=True)
    click.echo(
        translate(
            "{files} files, {megabytes} MB in {folder}; nginx.conf and Caddyfile serve them.",
            lang,
            files=done.files,
            megabytes=f"{done.bytes / 1e6:.1f}",
            folder=folder,
        )
    )
