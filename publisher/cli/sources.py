"""build: from sources to a release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from publisher.cli.options import (
    LANGUAGE,
    answers_for_errors,
    bounds_of,
    config_of,
    progress_shown,
    settings,
    write_findings,
)
from publisher.config import Config
from publisher.errors import LossRefused, NotApproved
from publisher.load.sources import read_sources
from publisher.messages import in_language, translate


def build_release_of(config: Config, language: str, allow_loss: str = "") -> None:
    """Check and build, and say which release is current now."""
    from publisher.quality.approval import approve
    from publisher.release.build import build as build_release
    from publisher.release.catalogue.notices import notices_of
    from publisher.release.history.loss_gate import Gate, LossLimits

    with progress_shown(language) as progress:
        try:
            approved = approve(
                read_sources(Path.cwd(), config.base_iri, bounds_of(config)), progress
            )
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
