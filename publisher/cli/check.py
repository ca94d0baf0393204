"""check: what keeps the sources from being published, and what should be looked at again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.options import (
    EXIT_FINDINGS,
    FORMAT,
    LANGUAGE,
    check_limits,
    folder_config,
    report_errors,
    settings,
    show_progress,
    write_findings,
)
from publisher.cli.watching import saved_files
from publisher.cli.watching import watch as watch_files
from publisher.config import Config
from publisher.errors import SourceError, UsageError
from publisher.findings import Finding
from publisher.load.sources import Sources, read_sources, remembering_files
from publisher.messages import translate
from publisher.system.standby import Standby, standing_by

if TYPE_CHECKING:
    from publisher.bounds import CheckLimits
    from publisher.quality.links import HostSummary

_LINKS_FILE = "links.jsonl"


@dataclass(frozen=True)
class _CheckRequest:
    """The arguments of ``check``."""

    config: Config
    language: str
    chosen: tuple[str, ...]
    fix: bool
    fix_texts: bool
    stale: bool
    links: bool

    def concerns(self, file: str) -> bool:
        """Tell whether a file is one of the chosen or lies in one of them; none means all."""
        return not self.chosen or any(
            path in (".", file) or file.startswith(f"{path}/") for path in self.chosen
        )


def _relative_path(path: str) -> str:
    """Return a path as findings name it."""
    try:
        return Path(path).resolve().relative_to(Path.cwd()).as_posix()
    except ValueError as error:
        raise UsageError(
            "{path} does not lie in this folder.",
            path=path,
            remedy="Stand in the folder that holds ontology/, data/ and shapes/.",
        ) from error


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--fix", is_flag=True, help="First put the Turtle files into the sources' layout.")
@click.option(
    "--fix-texts",
    is_flag=True,
    help="First give names that repeat a number the one that the value has now.",
)
@click.option("--stale", is_flag=True, help="Also warn about dated values that have become old.")
@click.option("--links", is_flag=True, help="Also check whether links to other sites work.")
@click.option("--watch", is_flag=True, help="Check again each time a file is saved.")
@FORMAT
@settings(
    "base_iri",
    "validator",
    "second_opinion",
    "check_timeout_seconds",
    "check_memory_mb",
    "stale_years",
    "link_days",
    "link_pause_seconds",
)
@LANGUAGE
@report_errors
def check(
    paths: tuple[str, ...],
    fix: bool,
    fix_texts: bool,
    stale: bool,
    links: bool,
    watch: bool,
    form: str,
    lang: str,
    **options: Any,
) -> None:
    """Say what keeps the sources from being published; with PATHS, only what concerns them."""
    only_files = tuple(_relative_path(path) for path in paths)

    def once(standby: Standby) -> list[Finding]:
        config = folder_config(**options)  # also its file may have been saved
        requested = _CheckRequest(config, lang, only_files, fix, fix_texts, stale, links)
        findings = _findings(requested, standby)
        write_findings(findings, form, lang)
        if watch:
            standby.fill()
        return findings

    seen = saved_files() if watch else {}
    with standing_by() as standby, remembering_files() if watch else nullcontext():
        findings = once(standby)
        if watch:
            watch_files(lambda: once(standby), seen, lang)
    if any(finding.severity.blocks for finding in findings):
        sys.exit(EXIT_FINDINGS)


def _findings(requested: _CheckRequest, standby: Standby) -> list[Finding]:
    folder, base_iri = Path.cwd(), requested.config.base_iri
    bounds = check_limits(requested.config)
    # They start while the rest of the program is imported and the sources are read.
    _prepare_processes(standby, folder, bounds)
    from publisher.quality.approval import check as check_sources
    from publisher.quality.approval import finding_of

    try:
        sources = read_sources(folder, base_iri, bounds)
        if requested.fix and _fix_layout(sources, requested):
            sources = read_sources(folder, base_iri, bounds)
        if requested.fix_texts and _fix_texts(sources, requested):
            sources = read_sources(folder, base_iri, bounds)
        with show_progress(requested.language) as progress:
            found = check_sources(sources, progress)
            found += sources.rule_settings.at_levels(_optional_checks(sources, requested, progress))
    except SourceError as error:
        return [finding_of(each) for each in error.each()]
    return [finding for finding in found if requested.concerns(finding.file)]


def _prepare_processes(standby: Standby, folder: Path, bounds: CheckLimits) -> None:
    """Start the processes that a check of a folder most likely needs."""
    from publisher.quality.queries import prepare_queries
    from publisher.quality.validator_process import prepare_validator

    prepare_validator(standby, bounds)
    prepare_queries(standby, folder)


def _fix_layout(sources: Sources, requested: _CheckRequest) -> bool:
    """Rewrite files in the layout, print which, and tell whether there were any."""
    from publisher.quality.file_rules import fix_style

    names = fix_style(sources, requested.concerns)
    for name in names:
        click.echo(translate("Put in order: {name}", requested.language, name=name), err=True)
    return bool(names)


def _fix_texts(sources: Sources, requested: _CheckRequest) -> bool:
    """Correct names that lag behind a value, print what was changed, and tell whether any was."""
    from publisher.edit.changes import plan_changes
    from publisher.edit.consequences import corrected_names

    plan = plan_changes(sources, corrected_names(sources, requested.concerns))
    click.echo(plan.difference(), nl=False, err=True)
    return bool(plan.write())


def _optional_checks(
    sources: Sources, requested: _CheckRequest, progress: Callable[[str], None]
) -> Iterator[Finding]:
    """Return what depends on the day or on others, and so is no part of a release."""
    today = datetime.now(UTC).date()
    if requested.stale:
        from publisher.quality.approval import with_lines
        from publisher.quality.hygiene import check_freshness

        stale = check_freshness(sources, requested.config.stale_years, today)
        yield from with_lines(stale, sources)
    if requested.links:
        from publisher.quality.links import check_links

        cache_file = Path(requested.config.releases).parent / _LINKS_FILE
        config = requested.config
        report = check_links(
            sources,
            cache_file,
            today,
            config.link_days,
            progress,
            config.link_pause_seconds,
        )
        _write_hosts(report.hosts, requested.language)
        yield from report.findings


def _write_hosts(hosts: Iterable[HostSummary], language: str) -> None:
    """Print a line for each host whose addresses were asked for."""
    for host in hosts:
        click.echo(
            translate(
                "{host}: {asked} addresses, {failing} do not answer, {otherwise} are not as stated,"
                " {left} are left for another day, {megabytes} MB.",
                language,
                host=host.host,
                asked=host.asked,
                failing=host.failing,
                otherwise=host.otherwise,
                left=host.left,
                megabytes=f"{host.length / 1_000_000:.1f}",
            ),
            err=True,
        )
