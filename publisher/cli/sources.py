"""check, build: from sources to a release."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from publisher.cli.options import (
    FORMAT,
    FOUND,
    LANGUAGE,
    answers_for_errors,
    config_of,
    progress_shown,
    settings,
    write_findings,
)
from publisher.config import Config
from publisher.errors import LossRefused, NotApproved, SourceError, UsageError
from publisher.load.sources import Sources, read_sources
from publisher.messages import in_language, translate


def _sources(config: Config) -> Sources:
    return read_sources(Path.cwd(), config.base_iri)


def _below_here(path: str) -> str:
    """Return a path as findings name it."""
    try:
        return Path(path).resolve().relative_to(Path.cwd()).as_posix()
    except ValueError as error:
        raise UsageError(
            "{path} does not lie in this folder.",
            path=path,
            remedy="Stand in the folder that holds ontology/, data/ and shapes/.",
        ) from error


def _lies_in(file: str, chosen: list[str]) -> bool:
    """Tell whether a file is one of some files or lies in one of some folders; none means all."""
    return not chosen or any(path in (".", file) or file.startswith(f"{path}/") for path in chosen)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--fix", is_flag=True, help="First put the Turtle files into the sources' layout.")
@FORMAT
@settings("base_iri")
@LANGUAGE
@answers_for_errors
def check(paths: tuple[str, ...], fix: bool, form: str, lang: str, **options: Any) -> None:
    """Say what keeps the sources from being published; with PATHS, only what concerns them."""
    from publisher.quality.approval import check as check_sources
    from publisher.quality.approval import finding_of
    from publisher.quality.style import fix_style

    config = config_of(**options)
    chosen = [_below_here(path) for path in paths]
    try:
        sources = _sources(config)
        if fix:
            for name in fix_style(sources, lambda name: _lies_in(name, chosen)):
                click.echo(translate("Put in order: {name}", lang, name=name), err=True)
            sources = _sources(config)
        with progress_shown(lang) as progress:
            findings = check_sources(sources, progress)
        findings = [finding for finding in findings if _lies_in(finding.file, chosen)]
    except SourceError as error:
        findings = [finding_of(each) for each in error.each()]
    write_findings(findings, form, lang)
    if any(finding.severity.blocks for finding in findings):
        sys.exit(FOUND)


def build_release_of(config: Config, language: str, allow_loss: str = "") -> None:
    """Check and build, and say which release is current now."""
    from publisher.quality.approval import approve
    from publisher.release.build import build as build_release
    from publisher.release.catalogue.notices import notices_of
    from publisher.release.history.gate import Gate, LossLimits

    with progress_shown(language) as progress:
        try:
            approved = approve(_sources(config), progress)
        except NotApproved as error:
            write_findings(list(error.findings), "text", language)
            raise
        limits = LossLimits(config.loss_entities_percent, config.loss_triples_percent)
        gate = Gate(limits, allow_loss)
        key = Path(config.signing_key) if config.signing_key else None
        try:
            release = build_release(approved, Path(config.releases), progress, gate, key)
        except LossRefused as error:
            write_findings(list(error.findings), "text", language)
            raise
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
    for notice in notices_of(release):
        click.echo(in_language(notice, language), err=True)


@click.command()
@click.option(
    "--allow-loss",
    metavar="REASON",
    default="",
    help="Take away more than the limits allow; the reason is written into the release.",
)
@settings("base_iri", "releases")
@LANGUAGE
@answers_for_errors
def build(lang: str, allow_loss: str, **options: Any) -> None:
    """Check the sources, make a release of them, and switch to it."""
    build_release_of(config_of(**options), lang, allow_loss)
