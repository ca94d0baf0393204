"""What a person is asked, and told, about the cells of a table that cannot be read."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from publisher.cli.options import (
    EXIT_FINDINGS,
)
from publisher.messages import in_language, translate

if TYPE_CHECKING:
    from publisher.start.raw_tables import RawTable
    from publisher.start.row_values import CellFault

MOST_SHOWN = 30


@dataclasses.dataclass(frozen=True)
class Switches:
    """What the command may do without asking."""

    yes: bool
    skip_bad: bool
    dry_run: bool
    allow_removal: bool = False
    renamed: Sequence[str] = ()
    in_terminal: bool = False
    new_columns: bool = False
    follows: Sequence[str] = ()


def may_ask(switches: Switches) -> bool:
    """Tell whether somebody sits at a terminal and has not said yes to everything."""
    return not (switches.yes or switches.dry_run) and sys.stdin.isatty()


def tell_faults(faults: Sequence[CellFault], lang: str) -> None:
    """Print what could not be read: row, column, what is wrong and what to do."""
    for fault in faults[:MOST_SHOWN]:
        position = translate(
            "{file}, row {row}, column {heading}: {what}",
            lang,
            file=fault.file,
            row=fault.row,
            heading=fault.heading,
            what=in_language(fault.message, lang),
        )
        consequence = translate("It is kept as written.", lang) if fault.is_kept else ""
        click.echo(f"{position} {consequence}".rstrip(), err=True)
    if len(faults) > MOST_SHOWN:
        more = len(faults) - MOST_SHOWN
        click.echo(translate("… and {count} more.", lang, count=more), err=True)


def is_to_be_corrected(
    faults: Sequence[CellFault], switches: Switches, lang: str, *, is_first: bool
) -> bool:
    """Tell whether somebody wants to write cells anew; go on with the rest, or stop.

    Faults that lose something stop the command where nobody may be asked. Those that are kept as
    written are asked about once, when the folder is made.
    """
    is_lost = any(not fault.is_kept for fault in faults)
    if not (is_lost or (faults and is_first)) or switches.skip_bad or switches.dry_run:
        return False
    if may_ask(switches):
        choices = [translate(word, lang) for word in ("correct", "leave out", "stop")]
        question = translate(
            "Correct these cells here, leave out what cannot be kept, or stop?", lang
        )
        chosen = click.prompt(question, type=click.Choice(choices), default=choices[0])
        if chosen != choices[2]:
            return bool(chosen == choices[0])
    elif not is_lost:
        return False
    click.echo(
        translate(
            "Nothing was written. Correct the table, or leave these values out with --skip-bad.",
            lang,
        ),
        err=True,
    )
    sys.exit(EXIT_FINDINGS)


def corrected(table: RawTable, faults: Sequence[CellFault], lang: str) -> RawTable:
    """Return a table with the cells that cannot be read as somebody writes them now."""
    from publisher.start.corrections import cell_of, column_of, with_cells

    written: dict[tuple[int, str], str] = {}
    for fault in faults:
        heading = column_of(fault, table)
        if not heading or (fault.row, heading) in written:
            continue
        click.echo(in_language(fault.message, lang))
        question = translate("Row {row}, {heading}", lang, row=fault.row, heading=heading)
        cell = click.prompt(question, default=cell_of(fault, table))
        written[fault.row, heading] = cell
    return with_cells(table, written)
