"""sheet: sources as a workbook that editors fill in, and back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.options import (
    FOUND,
    LANGUAGE,
    answers_for_errors,
    bounds_of,
    config_of,
    progress_shown,
    settings,
)
from publisher.errors import UsageError
from publisher.load.sources import read_sources
from publisher.messages import translate

if TYPE_CHECKING:
    from publisher.edit.sheets.importing import Import


@click.group()
def sheet() -> None:
    """Edit the sources in a spreadsheet program: export a workbook, import it again."""


@sheet.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Write over a workbook that is there already.")
@settings("base_iri")
@LANGUAGE
@answers_for_errors
def export_sheets(file: Path, force: bool, lang: str, **options: Any) -> None:
    """Write FILE (.xlsx): a sheet a class, a line a thing, lists to choose from."""
    from publisher.edit.sheets.cells import Names
    from publisher.edit.sheets.export import export_workbook
    from publisher.edit.sheets.layout import basis_of

    if file.suffix.lower() != ".xlsx":
        raise UsageError(
            "'{name}' does not end in .xlsx.", remedy="Name it like clusters.xlsx.", name=file.name
        )
    if file.exists() and not force:
        raise UsageError(
            "There is a file of this name already.",
            where=str(file),
            remedy="Take another name, or write over it with --force: what was filled in there"
            " and not imported is lost then.",
        )
    config = config_of(**options)
    sources = read_sources(Path.cwd(), config.base_iri, bounds_of(config))
    basis = basis_of(sources)
    if not basis.layouts:
        raise UsageError(
            "No shape is for a class of the data, so there is no form to fill in.",
            remedy="Write shapes with sh:targetClass into shapes/: each makes a sheet.",
        )
    names = Names(basis.inventory, basis.layouts, lang)
    export_workbook(names, basis.layouts, file, lang)
    click.echo(
        translate(
            "{file}: {sheets} sheets, {lines} lines. Fill it in, then: publisher sheet import"
            " {file}",
            lang,
            file=file,
            sheets=len(basis.layouts),
            lines=sum(len(layout.form.things) for layout in basis.layouts),
        ),
        err=True,
    )


@sheet.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the difference; write nothing.")
@click.option(
    "--allow-removal",
    is_flag=True,
    help="Let things go whose lines are gone, with every link to them.",
)
@click.option(
    "--mark-original", is_flag=True, help="Mark findings in FILE itself instead of a copy."
)
@settings("base_iri")
@LANGUAGE
@answers_for_errors
def import_sheets(file: Path, lang: str, **options: Any) -> None:
    """Change the sources as FILE (.xlsx or .csv) says, if nothing is wrong with it."""
    from publisher.edit.sheets.command import read_import, report
    from publisher.edit.sheets.layout import basis_of

    dry_run, allow_removal = options.pop("dry_run"), options.pop("allow_removal")
    mark_original = options.pop("mark_original")
    config = config_of(**options)
    sources = read_sources(Path.cwd(), config.base_iri, bounds_of(config))
    with progress_shown(lang) as progress:
        progress("sheets")
        found = read_import(file, basis_of(sources), lang, allow_removal)
    for each in report(file, found, lang, mark_original):
        click.echo(each, err=True)
    if found.is_refused:
        sys.exit(FOUND)
    if dry_run:
        assert found.plan is not None
        click.echo(found.plan.difference(), nl=False)
        return
    _write(file, found, lang)


def _write(file: Path, found: Import, lang: str) -> None:
    assert found.plan is not None
    written = found.plan.write()
    if not written:
        click.echo(
            translate("{file}: nothing differs from the sources.", lang, file=file), err=True
        )
        return
    for name in written:
        click.echo(translate("Changed: {name}", lang, name=name), err=True)
    click.echo(
        translate(
            "Look at it: publisher run. To go on in a workbook, export it anew: publisher sheet"
            " export {file} --force",
            lang,
            file=file.with_suffix(".xlsx"),
        ),
        err=True,
    )
