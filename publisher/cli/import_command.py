"""import: an existing catalogue (a feed, a portal, a list) becomes a folder of sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from publisher.cli.options import LANGUAGE, report_errors, settings, show_progress
from publisher.edit.init import KINDS
from publisher.errors import UsageError
from publisher.messages import translate
from publisher.system.files import replace_file


@click.command("import")
@click.argument("source", required=False)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder of sources; a new one is made. Else the one you stand in.",
)
@click.option(
    "--files",
    "file_list",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A second list, of the files of the datasets: a row a file.",
)
@click.option("--skip-bad", is_flag=True, help="Leave out rows with errors; import the others.")
@click.option("--dry-run", is_flag=True, help="Show what would change or be lost; write nothing.")
@click.option("--overwrite", is_flag=True, help="Take what SOURCE says, also over changes by hand.")
@click.option(
    "--allow-removal", is_flag=True, help="Remove datasets that SOURCE does not have any more."
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every change and loss into a file (.csv or .json).",
)
@click.option(
    "--template", is_flag=True, help="Write an empty list to fill in: SOURCE is its name."
)
@click.option("--text-language", help="Language of texts that do not say theirs: sv, en, fi …")
@click.option(
    *("--name", "names"), multiple=True, metavar="LANG=TEXT", help="Of a new folder: its title."
)
@click.option("--publisher", "body", help="Of a new folder: who publishes the catalogue.")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default=KINDS[0],
    show_default=True,
    help="Of a new folder: what kind of organisation that is.",
)
@click.option("--contact", help="Of a new folder: mail address for questions.")
@settings("base_iri")
@LANGUAGE
@report_errors
def import_catalogue(
    source: str | None,
    into: Path,
    file_list: Path | None,
    report_file: Path | None,
    lang: str,
    **options: Any,
) -> None:
    """Bring in a catalogue: an address or file in DCAT or JSON of others, or a list (.csv, .xlsx).

    A dataset becomes a file of data/catalogue/; imported again, only differences are written.
    """
    if source is None:
        raise UsageError(
            "It is not said what to import.",
            remedy="Give an address or a file: publisher import https://…/catalog.rdf, or publisher"
            " import datasets.csv; publisher import --template datasets.xlsx writes a list to fill"
            " in.",
        )
    if options.pop("template"):
        from publisher.edit.catalogue.template import write_template

        write_template(Path(source), lang)
        click.echo(translate("Written: {name}", lang, name=source))
        return
    from publisher.cli.catalogue_importing import CatalogueImporting, print_import
    from publisher.edit.catalogue.notes import ImportNotes

    _refuse_report(report_file)
    importing = CatalogueImporting(source, into, file_list, lang, options)
    notes = ImportNotes()
    with show_progress(lang) as progress:
        imported = importing.run(notes, progress)
    print_import(imported, notes, lang, None if options["dry_run"] else into)
    if report_file is not None:
        is_json = report_file.suffix.lower() == ".json"
        replace_file(report_file, notes.as_json() if is_json else "\ufeff" + notes.as_csv(lang))
        click.echo(
            translate("{count} lines in {file}.", lang, count=len(notes), file=report_file),
            err=True,
        )


def _refuse_report(report_file: Path | None) -> None:
    if report_file is not None and report_file.suffix.lower() not in (".csv", ".json"):
        raise UsageError(
            "The report cannot be written as '{name}'.",
            remedy="Name it like report.csv or report.json.",
            name=report_file.name,
        )
