"""What ``publisher import`` does, once it is known what is asked: fetch, merge, write, tell."""

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

from publisher.cli.options import EXIT_FINDINGS, read_texts, require_base
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
from publisher.edit.catalogue.fetching import fetch_table, is_table, make_client
from publisher.edit.catalogue.merging import MergePolicy
from publisher.edit.catalogue.notes import ImportNotes
from publisher.edit.changes import difference
from publisher.edit.init import StartOptions, start_folder
from publisher.errors import UsageError
from publisher.messages import Text, translate
from publisher.system.http_client import is_web

_MOST_SUMMARY_LINES = 30


class CatalogueImporting:
    """What somebody asked of an import."""

    def __init__(
        self, source: str, into: Path, file_list: Path | None, lang: str, options: dict[str, Any]
    ) -> None:
        """Keep what is imported, into which folder, and the options of the command."""
        self._source, self._into, self._file_list, self._lang = source, into, file_list, lang
        self._options = options
        # A list at an address is in a file for as long as it is read.
        self._list = Path(source) if is_table(source) else None
        self._config = read_config(into, {"base_iri": options["base_iri"]})
        self._policy = MergePolicy(options["overwrite"], options["allow_removal"])
        self._language = options["text_language"] or self._config.language

    def run(self, notes: ImportNotes, progress: Callable[[str], None]) -> CatalogueImport:
        """Return what the import makes of the folder; it is written, unless it was a dry run."""
        progress("fetch")
        with TemporaryDirectory(prefix="publisher-") as temporary:
            if is_web(self._source):
                self._list = fetch_table(self._source, make_client(), Path(temporary))
            return self._import(notes, progress)

    def _import(self, notes: ImportNotes, progress: Callable[[str], None]) -> CatalogueImport:
        base_iri, draft = self._config.base_iri, None
        if self._list is None:
            named_below = base_iri or "urn:import:"
            draft = read_source(self._source, named_below, self._language, notes, progress)
        with self._folder(draft) as folder:
            progress("import")
            into = read_folder(folder, base_iri, self._language)
            name = self._source
            if draft is None and self._list is not None:
                draft = self._read_list(self._list, into, notes)
            assert draft is not None
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

    def _read_list(self, file: Path, into: CatalogueFolder, notes: ImportNotes) -> CatalogueDraft:
        """Return what a list says; its errors are printed, and end the program unless allowed."""
        from publisher.edit.catalogue.dataset_list import read_dataset_list
        from publisher.start.raw_tables import read_list_sheets

        is_patient = self._options["skip_bad"]
        listed = read_dataset_list(file, self._file_list, into, notes, read_list_sheets)
        for line in listed.lines(self._lang):
            click.echo(line, err=True)
        if listed.has_bad_columns and not listed.bad_rows and not is_patient:
            message = (
                "A column has an error; nothing was written. Correct it, or import the others with"
                " --skip-bad."
            )
            click.echo(translate(message, self._lang), err=True)
            sys.exit(EXIT_FINDINGS)
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


def print_import(found: CatalogueImport, notes: ImportNotes, lang: str, into: Path | None) -> None:
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
