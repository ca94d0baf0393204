"""The command line: wires the stages together; the only module that prints, exits, reads argv.

Exit codes: 0 good, 1 findings or a failure, 2 used wrongly.
"""

from __future__ import annotations

import json
import locale
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from publisher import __version__
from publisher.config import Config, describe, read_config
from publisher.errors import NotApproved, PublisherError, SourceError, UsageError
from publisher.findings import Finding
from publisher.load.sources import Sources, read_sources
from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, translate

FOUND, USED_WRONGLY = 1, 2
_LANGUAGE = click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default=lambda: _locale_language(),
    help="Language of the messages; else the locale's.",
)
_FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "html"]),
    default="text",
    help="Form of the findings.",
)


def _locale_language() -> str:
    code = (locale.getlocale()[0] or "").split("_")[0].lower()
    return "sv" if code in ("sv", "swedish") else SOURCE_LANGUAGE


def settings(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that gives a command one option per setting named."""
    rows = {name: meaning for name, _, meaning in describe()}

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed(names):
            option = "--" + name.replace("_", "-")
            command = click.option(option, name, default=None, help=rows[name] + ".")(command)
        return command

    return decorate


def answers_for_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Print what went wrong in the reader's language, and leave with the right exit code."""

    @wraps(command)
    def wrapped(language: str, **options: Any) -> None:
        try:
            command(language=language, **options)
        except UsageError as error:
            click.echo(error.in_language(language), err=True)
            sys.exit(USED_WRONGLY)
        except PublisherError as error:
            click.echo(error.in_language(language), err=True)
            sys.exit(FOUND)

    return wrapped


@contextmanager
def _progress(language: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal which step is at work; stay silent elsewhere."""
    console = Console(stderr=True)
    with console.status("…") as status:
        yield lambda step: status.update(translate("At work: {step}", language, step=step))


def _config(**options: object) -> Config:
    config = read_config(Path.cwd(), options)
    if not config.base_iri:
        raise UsageError(
            "The setting 'base_iri' is not set.",
            remedy="Set it below [tool.publisher] in pyproject.toml, or as PUBLISHER_BASE_IRI.",
        )
    return config


def _sources(config: Config) -> Sources:
    return read_sources(Path.cwd(), config.base_iri)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="publisher")
def main() -> None:
    """Publish a folder of RDF (ontology, data, shapes) as linked open data."""


def _write(findings: list[Finding], form: str, language: str) -> None:
    from publisher.quality import reports

    if form == "json":
        click.echo(json.dumps(reports.as_json(findings), ensure_ascii=False, indent=1))
    elif form == "github":
        click.echo(reports.as_github(findings, language), nl=False)
    else:
        write = reports.as_html if form == "html" else reports.as_text
        click.echo(write(findings, language), nl=False)


def _only(findings: list[Finding], paths: tuple[str, ...]) -> list[Finding]:
    """Return the findings in some files or folders; all of them when none is named."""
    chosen = [Path(path).resolve().relative_to(Path.cwd()).as_posix() for path in paths]
    return [f for f in findings if not chosen or any(_lies_in(f.file, path) for path in chosen)]


def _lies_in(file: str, path: str) -> bool:
    return path == "." or file == path or file.startswith(f"{path}/")


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--fix", is_flag=True, help="First put the Turtle files into the sources' layout.")
@_FORMAT
@settings("base_iri")
@_LANGUAGE
@answers_for_errors
def check(paths: tuple[str, ...], fix: bool, form: str, language: str, **options: Any) -> None:
    """Say what keeps the sources from being published; with PATHS, only what concerns them."""
    from publisher.quality.approval import check as check_sources
    from publisher.quality.approval import finding_of
    from publisher.quality.style import fix_style

    config = _config(**options)
    try:
        sources = _sources(config)
        if fix:
            for name in fix_style(sources):
                click.echo(translate("Put in order: {name}", language, name=name), err=True)
            sources = _sources(config)
        with _progress(language) as progress:
            findings = check_sources(sources, progress)
    except SourceError as error:
        findings = [finding_of(error)]
    findings = _only(findings, paths)
    _write(findings, form, language)
    if any(finding.severity.blocks for finding in findings):
        sys.exit(FOUND)


def _build(config: Config, language: str) -> None:
    from publisher.quality.approval import approve
    from publisher.release.build import build as build_release

    with _progress(language) as progress:
        try:
            approved = approve(_sources(config), progress)
        except NotApproved as error:
            _write(list(error.findings), "text", language)
            raise
        release = build_release(approved, Path(config.releases), progress)
    click.echo(
        translate(
            "Release {id} is current: {triples} triples in {graphs} graphs.",
            language,
            id=release.id,
            triples=sum(release.graphs.values()),
            graphs=len(release.graphs),
        ),
        err=True,
    )


@main.command()
@settings("base_iri", "releases")
@_LANGUAGE
@answers_for_errors
def build(language: str, **options: Any) -> None:
    """Check the sources, make a release of them, and switch to it."""
    _build(_config(**options), language)


_SERVING = (
    "host",
    "port",
    "workers",
    "engine",
    "site_url",
    "releases",
    "language",
    "query_workers",
    "query_timeout_seconds",
    "query_memory_mb",
)


def _serve(config: Config) -> None:
    from publisher.serve.server import serve as serve_release

    serve_release(config.with_site())


@main.command()
@settings(*_SERVING)
@_LANGUAGE
@answers_for_errors
def serve(language: str, **options: Any) -> None:
    """Serve the current release until interrupted."""
    _serve(read_config(Path.cwd(), options))


@main.command()
@settings("base_iri", *_SERVING)
@_LANGUAGE
@answers_for_errors
def run(language: str, **options: Any) -> None:
    """Check, build and serve: the main job."""
    config = _config(**options)
    _build(config, language)
    _serve(config)
