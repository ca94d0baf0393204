"""The next table into a folder, through the mapping of the first."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.table_faults import (
    MOST_SHOWN,
    Switches,
    corrected,
    is_to_be_corrected,
    may_ask,
    tell_faults,
)
from publisher.errors import UsageError
from publisher.messages import in_language, translate

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.load.sources import Sources
    from publisher.start.mapping import TableMapping
    from publisher.start.raw_tables import RawTable
    from publisher.start.renamed_columns import LikelyRename
    from publisher.start.update import Update


def has_mappings(folder: Path) -> bool:
    """Tell whether a folder remembers how tables became its sources."""
    from publisher.start.mapping import FOLDER

    return (folder / FOLDER).is_dir()


def update_tables(folder: Path, tables: Sequence[RawTable], switches: Switches, lang: str) -> None:
    """Take new editions of tables into a folder, each after it was shown what they change.

    Raises:
        PublisherError: No mapping of the folder fits a table, or what comes of it is not approved.
    """
    from publisher.config import read_config
    from publisher.load.sources import read_sources
    from publisher.start.mapping import read_mappings
    from publisher.start.update import rename_headings, with_new_headings

    renamed = dict(_pair(text) for text in switches.renamed)
    for table in tables:
        mappings = read_mappings(folder)
        base_iri = read_config(folder, {}).base_iri or mappings[0].base_iri
        sources = read_sources(folder, base_iri)
        named, agreed, declined = _with_old_headings(
            rename_headings(table, renamed), sources, mappings, switches, lang
        )
        update = _decided(sources, mappings, named, declined, switches, lang)
        update = with_new_headings(update, sources, {**renamed, **agreed})
        if switches.dry_run:
            continue
        is_asked = update.plan.files and may_ask(switches)
        if is_asked and not click.confirm(translate("Write these changes?", lang)):
            continue
        _write_update(table, update, lang)


def _decided(
    sources: Sources,
    mappings: Sequence[TableMapping],
    table: RawTable,
    declined: frozenset[str],
    switches: Switches,
    lang: str,
) -> Update:
    """Show what a table changes until somebody has corrected what cannot be read, or goes on.

    Args:
        sources: The folder, as it is.
        mappings: All mappings of it; one fits.
        table: The table, with headings of before.
        declined: New headings that stand for no old one, as somebody said.
        switches: What may be done without a question.
        lang: Language of questions.
    """
    from publisher.start.update import find_mapping, plan_new_columns, plan_update

    mapping, removes = find_mapping(mappings, table), switches.allow_removal
    takes_in: bool | None = None
    while True:
        update = _without(declined, plan_update(sources, mappings, mapping, table, removes))
        fresh = update.fresh
        if takes_in is None:
            takes_in = bool(fresh) and _takes_in(fresh, update, table, switches, lang)
        if takes_in:
            wider = plan_new_columns(sources, mappings, mapping, table, fresh, removes)
            update = _without(declined, wider)
        _show_update(table, update, removes, lang)
        tell_faults(update.faults, lang)
        if not is_to_be_corrected(update.faults, switches, lang, is_first=False):
            return update
        table = corrected(table, update.faults, lang)


def _without(declined: frozenset[str], update: Update) -> Update:
    """Return an update in which new headings stand for no old one, where somebody denied it."""
    likely = tuple(pair for pair in update.similar if pair.new not in declined)
    return dataclasses.replace(update, similar=likely)


def _with_old_headings(
    table: RawTable,
    sources: Sources,
    mappings: Sequence[TableMapping],
    switches: Switches,
    lang: str,
) -> tuple[RawTable, dict[str, str], frozenset[str]]:
    """Return a table with its headings of before, what somebody agreed to, and what they denied.

    What is likely is shown first, with its reason; nobody is asked where nothing may be asked.
    """
    from publisher.edit.inventory import Inventory
    from publisher.start.mapping import fitting_mapping
    from publisher.start.renamed_columns import likely_renames, renamed

    likely = likely_renames(Inventory(sources), mappings, table)
    is_asked = may_ask(switches)
    agreed: dict[str, str] = {}
    declined: set[str] = set()
    for pair in likely if is_asked else ():
        _show_likely(pair, lang, is_asked=True)
        if click.confirm(translate("Is it the same column?", lang), default=True):
            agreed[pair.old] = pair.new
        else:
            declined.add(pair.new)
    table = renamed(table, agreed)
    # Where no mapping fits, nothing is shown later.
    if not is_asked and fitting_mapping(mappings, table.name, table.headings) is None:
        for pair in likely:
            _show_likely(pair, lang)
    return table, agreed, frozenset(declined)


def _show_likely(pair: LikelyRename, lang: str, *, is_asked: bool = False) -> None:
    summary = translate(
        "The column {heading} is not there. It may be called {new} now: {reason}.",
        lang,
        heading=pair.old,
        new=pair.new,
        reason=in_language(pair.reason, lang),
    )
    if not is_asked:
        option = shlex.quote(f"{pair.old}={pair.new}")
        summary += " " + translate("If so, write --renamed {option}.", lang, option=option)
    click.echo(summary)


def refresh_tables(folder: Path, config: Config, allow_loss: str, lang: str) -> None:
    """Read the tables at addresses again, and bring what differs into the sources.

    A table that cannot be fetched changes nothing: the rows that came last stay, which is said.

    Raises:
        LossRefused: A table has lost more rows than it may.
        NotApproved: What it says does not pass the check.
        PublisherError: It is no table any more, or no mapping fits it.
    """
    if not has_mappings(folder):
        return
    from publisher.edit.catalogue.fetching import make_client
    from publisher.errors import SourceMissing
    from publisher.start.mapping import read_mappings
    from publisher.start.table_addresses import by_address, fetch_tables, read_state, write_state

    mappings = read_mappings(folder)
    for address in by_address(mappings):
        try:
            fetched = fetch_tables(address, make_client(), read_state(folder, address))
        except SourceMissing as error:
            click.echo(error.in_language(lang), err=True)
            click.echo(translate("The rows that came last stay.", lang), err=True)
            continue
        for table in fetched.tables:
            _refresh(folder, table, mappings, config, allow_loss, lang)
        write_state(folder, address, fetched.state)


def _refresh(
    folder: Path,
    table: RawTable,
    mappings: Sequence[TableMapping],
    config: Config,
    allow_loss: str,
    lang: str,
) -> None:
    from publisher.edit.inventory import Inventory
    from publisher.load.sources import read_sources
    from publisher.start.table_addresses import by_address, refuse_loss
    from publisher.start.update import find_mapping, plan_update

    mapping = find_mapping(by_address(mappings)[table.address], table)
    sources = read_sources(folder, config.base_iri or mapping.base_iri)
    update = plan_update(sources, mappings, mapping, table, allow_removal=True)
    if not allow_loss:
        before = len(set(Inventory(sources).instances(mapping.class_iri)))
        refuse_loss(table.address, update, before, config.loss_entities_percent)
    _show_update(table, update, True, lang)
    tell_faults(update.faults, lang)
    _write_update(table, update, lang)


def update_by_mapping(folder: Path, file: Path, switches: Switches, lang: str) -> bool:
    """Bring in a file that a mapping of the folder was made for; tell whether there is one.

    A workbook that was exported from the folder has a record of it, and a file with metadata beside
    it says itself what it is: both are for ``sheet import``.
    """
    from publisher.start.mapping import fitting_mapping, read_mappings
    from publisher.start.raw_tables import read_tables

    is_described = file.with_name(f"{file.name}-metadata.json").is_file()
    if is_described or file.suffix.lower() not in (".csv", ".tsv") or not has_mappings(folder):
        return False
    tables = read_tables(file)
    mappings = read_mappings(folder)
    if fitting_mapping(mappings, tables[0].name, tables[0].headings) is None:
        return False
    update_tables(folder, tables, switches, lang)
    return True


def _takes_in(
    fresh: Sequence[str], update: Update, table: RawTable, switches: Switches, lang: str
) -> bool:
    """Tell whether columns that are new are taken in; say what they would become."""
    from publisher.start.update import guessed_columns

    click.echo(translate("New columns, and what they would become:", lang))
    for line in guessed_columns(update.mapping, table, fresh, lang):
        click.echo(f"  + {line}")
    if switches.new_columns:
        return True
    if not may_ask(switches):
        return False
    return click.confirm(translate("Take them in?", lang), default=True)


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not equals:
        raise UsageError(
            "'{text}' does not say which heading is which.",
            remedy="Write --renamed OLD=NEW.",
            text=text,
        )
    return old.strip(), new.strip()


def _show_update(table: RawTable, update: Update, removes: bool, lang: str) -> None:
    """Print what differs: rows that changed, that are new, that are gone; then the columns."""
    things = {difference.thing for difference in update.changed}
    click.echo(
        translate(
            "{file}: {changed} changed, {new} new, {gone} gone.",
            lang,
            file=table.file,
            changed=len(things),
            new=len(update.new),
            gone=len(update.gone),
        )
    )
    for each in update.changed[:MOST_SHOWN]:
        old, new = ", ".join(each.old) or "–", ", ".join(each.new) or "–"
        click.echo(f"  ~ {each.name}, {each.heading}: {old} → {new}")
    for name in list(update.new.values())[:MOST_SHOWN]:
        click.echo(f"  + {name}")
    for name in list(update.gone.values())[:MOST_SHOWN]:
        click.echo(f"  − {name}")
    if update.gone and not removes:
        hint = translate("What is gone stays in the data: remove it with --allow-removal.", lang)
        click.echo(hint)
    for pair in update.similar:
        _show_likely(pair, lang)
    likely = {pair.old for pair in update.similar}
    for heading in update.missing:
        if heading not in likely:
            click.echo(
                translate(
                    "The column {heading} is not there; its values stay.", lang, heading=heading
                )
            )
    for heading in update.fresh:
        click.echo(
            translate(
                "The column {heading} is new, and is not read: the mapping does not know it."
                " Take it in with publisher start {file} --new-columns.",
                lang,
                file=shlex.quote(table.address or table.file),
                heading=heading,
            )
        )


def _write_update(table: RawTable, update: Update, lang: str) -> None:
    from publisher.cli.options import write_findings
    from publisher.edit.consequences import new_violations
    from publisher.errors import NotApproved

    if not update.plan.files:
        click.echo(
            translate("{file}: nothing differs from the sources.", lang, file=table.file), err=True
        )
        return
    violations = new_violations(update.plan)
    if violations:
        write_findings(violations, "text", lang)
        raise NotApproved(violations)
    for name in update.plan.write():
        click.echo(translate("Changed: {name}", lang, name=name), err=True)
