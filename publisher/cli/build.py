"""build and releases: from sources to a release, and what becomes of older ones."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import click

from publisher.cli.options import (
    LANGUAGE,
    check_limits,
    folder_config,
    report_errors,
    settings,
    show_progress,
    write_findings,
)
from publisher.config import Config, read_config
from publisher.errors import LossRefused, NotApproved
from publisher.load.sources import read_sources
from publisher.messages import in_language, translate


def build_release(config: Config, language: str, allow_loss: str = "") -> None:
    """Check, build, and print which release is current now."""
    from publisher.quality.approval import approve
    from publisher.release.build import build as build_release
    from publisher.release.catalogue.notices import placeholder_notices, release_notices
    from publisher.release.history.loss_gate import LossGate, LossLimits
    from publisher.release.second_engine import SecondEngine, second_engine_notices

    with show_progress(language) as progress:
        try:
            approved = approve(
                read_sources(Path.cwd(), config.base_iri, check_limits(config, is_build=True)),
                progress,
            )
        except NotApproved as error:
            write_findings(list(error.findings), "text", language)
            raise
        limits = LossLimits(config.loss_entities_percent, config.loss_triples_percent)
        loss_gate = LossGate(limits, allow_loss)
        key = Path(config.signing_key) if config.signing_key else None
        try:
            second = SecondEngine(config.sparq_triples)
            release = build_release(
                approved, Path(config.releases), progress, loss_gate, key, second
            )
        except LossRefused as error:
            write_findings(list(error.findings), "text", language)
            raise
    click.echo(
        translate(
            "Release {id} is current: {triples} {triples:triple|triples} in {graphs}"
            " {graphs:graph|graphs}.",
            language,
            id=release.id,
            triples=sum(release.graphs.values()),
            graphs=len(release.graphs),
        ),
        err=True,
    )
    for notice in (
        *second_engine_notices(release.folder),
        *release_notices(release),
        *placeholder_notices(approved),
    ):
        click.echo(in_language(notice, language), err=True)


@click.command()
@click.option(
    "--allow-loss",
    metavar="REASON",
    default="",
    help="Remove more than the limits allow; the reason is written into the release.",
)
@click.option(
    "--no-sparq", is_flag=True, help="Leave out the files of the second engine (sparq_triples: 0)."
)
@click.option(
    "--offline", is_flag=True, help="Leave tables at addresses as they were when they came last."
)
@settings("base_iri", "releases")
@LANGUAGE
@report_errors
def build(lang: str, allow_loss: str, no_sparq: bool, offline: bool, **options: Any) -> None:
    """Check the sources, make a release of them, and switch to it.

    Tables at addresses are read again first.
    """
    from publisher.cli.table_updates import refresh_tables

    config = folder_config(**options)
    if not offline:
        try:
            refresh_tables(Path.cwd(), config, allow_loss, lang)
        except LossRefused as error:
            write_findings(list(error.findings), "text", lang)
            raise
    if no_sparq:
        config = dataclasses.replace(config, sparq_triples=0)
    build_release(config, lang, allow_loss)


# releases: which there are, what changed, going back, letting old ones go.


def _folder(options: dict[str, Any]) -> Path:
    return Path(read_config(Path.cwd(), options).releases)


@click.group()
def releases() -> None:
    """Look after the releases that are kept."""


@releases.command("list")
@settings("releases")
@LANGUAGE
@report_errors
def list_command(lang: str, **options: Any) -> None:
    """List the releases, the newest first, and mark the current one."""
    from publisher.release.history.releases import list_releases

    for info in list_releases(_folder(options)):
        mark = "*" if info.is_current else " "
        triples = translate("{triples} {triples:triple|triples}", lang, triples=info.triples)
        signed = f"  {translate('signed', lang)}" if info.is_signed else ""
        click.echo(f"{mark} {info.id}  {info.published:%Y-%m-%d %H:%M:%S}  {triples}{signed}")


@releases.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html", "rdf-patch"]), default="text"
)
@settings("releases")
@LANGUAGE
@report_errors
def diff(old: str, new: str, form: str, lang: str, **options: Any) -> None:
    """Show what changed from release OLD to release NEW; the beginning of a name will do."""
    from publisher.release.history import difference
    from publisher.release.history.releases import find_release

    folder = _folder(options)
    changes = difference.entity_diffs(find_release(folder, old), find_release(folder, new))
    if form == "json":
        click.echo(json.dumps(difference.as_json(changes), ensure_ascii=False, indent=1))
    elif form == "rdf-patch":
        for line in difference.as_rdf_patch(changes):
            click.echo(line)
    else:
        write = difference.as_html if form == "html" else difference.as_text
        click.echo(write(changes, lang), nl=False)


@releases.command()
@click.argument("name")
@settings("releases")
@LANGUAGE
@report_errors
def activate(name: str, lang: str, **options: Any) -> None:
    """Make release NAME the current one again; running servers follow."""
    from publisher.release.history.releases import activate as activate_release

    release = activate_release(_folder(options), name)
    click.echo(translate("Release {id} is current.", lang, id=release.id))


@releases.command()
@settings("releases", "keep_releases", "keep_days")
@LANGUAGE
@report_errors
def prune(lang: str, **options: Any) -> None:
    """Delete old releases: never the current one, nor the newest, nor young ones."""
    from publisher.release.history.releases import prune as prune_releases

    config = read_config(Path.cwd(), options)
    gone = prune_releases(Path(config.releases), config.keep_releases, config.keep_days)
    for name in gone:
        click.echo(translate("Deleted: {name}", lang, name=name))


@releases.command()
@click.argument("url")
@click.option("--release", "name", default="", help="Fetch this one, not the one current there.")
@click.option("--all", "is_all", is_flag=True, help="Fetch every release that is kept there.")
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    help="PEM file with the public key that the releases must be signed with.",
)
@click.option(
    "--no-sparq", is_flag=True, help="Leave out the files of the second engine (sparq_triples: 0)."
)
@settings("releases", "base_iri")
@LANGUAGE
@report_errors
def pull(
    url: str,
    name: str,
    is_all: bool,
    key: Path | None,
    no_sparq: bool,
    lang: str,
    **options: Any,
) -> None:
    """Fetch the current release of another copy at URL, verify it, and switch to it."""
    from publisher.release.copies.pull import PullOptions
    from publisher.release.copies.pull import pull as pull_release
    from publisher.release.second_engine import SecondEngine, second_engine_notices

    config = read_config(Path.cwd(), options)
    second = SecondEngine(0 if no_sparq else config.sparq_triples)
    pulled = PullOptions(name, is_all, key, config.base_iri, second)
    with show_progress(lang) as progress:
        release = pull_release(url, Path(config.releases), pulled, progress)
    click.echo(translate("Release {id} is current.", lang, id=release.id))
    for notice in second_engine_notices(release.folder):
        click.echo(in_language(notice, lang), err=True)
