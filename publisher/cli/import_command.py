"""import: an existing catalogue (a feed, a portal, a list) becomes a folder of sources."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from publisher.cli.options import (
    EXIT_FINDINGS,
    LANGUAGE,
    read_texts,
    report_errors,
    require_base,
    settings,
    show_progress,
)
from publisher.config import read_config
from publisher.edit.catalogue.catalogue_import import (
    CatalogueFolder,
    CatalogueImport,
    catalogue_of,
    import_draft,
    read_folder,
    read_source,
)
from publisher.edit.catalogue.draft import CatalogueDraft
from publisher.edit.catalogue.fetching import is_table
from publisher.edit.catalogue.merging import MergePolicy
from publisher.edit.catalogue.notes import ImportNotes
from publisher.edit.changes import difference
from publisher.edit.init import KINDS, StartOptions, start_folder
from publisher.errors import UsageError
from publisher.messages import Text, translate
from publisher.system.files import replace_file
from publisher.system.http_client import is_web

_MOST_SUMMARY_LINES = 30


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
    """Bring in a catalogue: an address or file in DCAT or of CKAN, or a list (.csv, .xlsx).

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
    _refuse_report(report_file)
    asked = _Asked(source, into, file_list, lang, options)
    notes = ImportNotes()
    with show_progress(lang) as progress:
        found = asked.run(notes, progress)
    _print(found, notes, lang, None if options["dry_run"] else into)
    if report_file is not None:
        is_json = report_file.suffix.lower() == ".json"
        replace_file(report_file, notes.as_json() if is_json else "\ufeff" + notes.as_csv(lang))
        click.echo(
            translate("{count} lines in {file}.", lang, count=len(notes), file=report_file),
            err=True,
        )


class _Asked:
    """What somebody asked of an import."""

    def __init__(
        self, source: str, into: Path, file_list: Path | None, lang: str, options: dict[str, Any]
    ) -> None:
        self._source, self._into, self._file_list, self._lang = source, into, file_list, lang
        self._options = options
        self._config = read_config(into, {"base_iri": options["base_iri"]})
        self._policy = MergePolicy(options["overwrite"], options["allow_removal"])
        self._language = options["text_language"] or self._config.language

    def run(self, notes: ImportNotes, progress: Callable[[str], None]) -> CatalogueImport:
        """Return what the import makes of the folder; it is written, unless it was a dry run."""
        progress("fetch")
        base_iri, draft = self._config.base_iri, None
        if not is_table(self._source):
            named_below = base_iri or "urn:import:"
            draft = read_source(self._source, named_below, self._language, notes, progress)
        with self._folder(draft) as folder:
            progress("import")
            into = read_folder(folder, base_iri, self._language)
            name = self._source
            if draft is None:
                draft = self._read_list(into, notes)
            if not is_web(name):
                name = Path(name).name
            found = import_draft(draft, name, into, notes, self._policy)
            if self._options["dry_run"]:
                changed = [c for c in found.result.changes if c.name in found.result.changed]
                click.echo(difference(changed), nl=False)
            else:
                found.write()
            return found

    @contextmanager
    def _folder(self, draft: CatalogueDraft | None) -> Iterator[Path]:
        """Give the folder that is written into; a new one is made when there is none."""
        if self._into.is_dir() and any(self._into.iterdir()):
            require_base(self._config, self._into)
            yield self._into
            return
        start = self._start(draft)
        # It gets its name when all of it is there: of a list with errors, nothing is left.
        with TemporaryDirectory() as temporary:
            folder = Path(temporary) / "folder"
            start_folder(start, folder)
            yield folder
            if not self._options["dry_run"]:
                shutil.copytree(folder, self._into, dirs_exist_ok=True)

    def _start(self, draft: CatalogueDraft | None) -> StartOptions:
        """Return what a new folder is begun with: what was said, else what the feed says.

        Raises:
            UsageError: It is not enough.
        """
        given = self._options
        titles, publisher, mail = catalogue_of(draft) if draft is not None else ({}, "", "")
        names: Text = read_texts(given["names"]) or titles
        body, contact = given["body"] or publisher, given["contact"] or mail
        given_or_found = {
            "--base-iri": self._config.base_iri,
            "--name": names,
            "--publisher": body,
            "--contact": contact,
        }
        missing = [option for option, value in given_or_found.items() if not value]
        if missing:
            raise UsageError(
                "There is no folder of sources in {folder} yet, and too little is known to begin"
                " one.",
                remedy="Add {missing}; or make one: publisher init FOLDER --catalogue.",
                folder=str(self._into),
                missing=", ".join(missing),
            )
        return StartOptions(
            names=names,
            things={},
            publisher=body,
            kind_of_publisher=given["kind"],
            contact=contact,
            base_iri=self._config.base_iri,
            theme="GOVE",
            day=datetime.now(UTC).date(),
            is_catalogue_alone=True,
        )

    def _read_list(self, into: CatalogueFolder, notes: ImportNotes) -> CatalogueDraft:
        """Return what a list says; its errors are printed, and end the program unless allowed."""
        from publisher.edit.catalogue.dataset_list import read_dataset_list

        is_patient = self._options["skip_bad"]
        file = Path(self._source)
        listed = read_dataset_list(file, self._file_list, into, notes)
        for line in listed.lines(self._lang):
            click.echo(line, err=True)
        if listed.bad_rows and not is_patient:
            click.echo(
                translate(
                    "{count} of {all} rows have errors; nothing was written. Correct them, or"
                    " import the others with --skip-bad.",
                    self._lang,
                    count=listed.bad_rows,
                    all=listed.rows,
                ),
                err=True,
            )
            sys.exit(EXIT_FINDINGS)
        return listed.draft


def _refuse_report(report_file: Path | None) -> None:
    if report_file is not None and report_file.suffix.lower() not in (".csv", ".json"):
        raise UsageError(
            "The report cannot be written as '{name}'.",
            remedy="Name it like report.csv or report.json.",
            name=report_file.name,
        )


def _print(found: CatalogueImport, notes: ImportNotes, lang: str, into: Path | None) -> None:
    """Print what was found, what became of it, and which files that makes.

    Args:
        found: The import.
        notes: What became of its values.
        lang: Language of the messages.
        into: Folder that was written into; None when nothing was written.
    """
    placement, result = found.placement, found.result
    click.echo(
        translate(
            "{datasets} datasets, {files} files, {services} services, {series} series.",
            lang,
            datasets=len(placement.datasets),
            files=placement.distributions,
            services=len(placement.services),
            series=len(placement.series),
        )
    )
    lines = list(notes.summary(lang))
    for line in lines[:_MOST_SUMMARY_LINES]:
        click.echo(f"  {line}")
    if len(lines) > _MOST_SUMMARY_LINES:
        rest = len(lines) - _MOST_SUMMARY_LINES
        click.echo("  " + translate("… and {count} more.", lang, count=rest))
    for name in result.left:
        click.echo(
            translate(
                "{name}: the source does not have it any more. It stays; --allow-removal removes"
                " it.",
                lang,
                name=name,
            )
        )
    message = (
        "{created} new files, {changed} changed, {removed} removed. Nothing was written."
        if into is None
        else "{created} new files, {changed} changed, {removed} removed."
    )
    counts = (len(result.created), len(result.changed), len(result.removed))
    created, changed, removed = counts
    click.echo(translate(message, lang, created=created, changed=changed, removed=removed))
    if into is not None and any(counts):
        click.echo(translate("Next: cd {folder} && publisher run", lang, folder=into))
