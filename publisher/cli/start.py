"""start: from a table to a folder of sources, and the next table into it."""

from __future__ import annotations

import dataclasses
import os
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.folder_options import KIND, NAMES, THEME
from publisher.cli.options import (
    LANGUAGE,
    read_texts,
    report_errors,
    show_progress,
)
from publisher.cli.table_faults import Switches, corrected, is_to_be_corrected, may_ask, tell_faults
from publisher.cli.table_updates import has_mappings, update_tables
from publisher.edit.init import (
    StartOptions,
    default_base,
    read_licence,
    refuse_wrong,
)
from publisher.errors import UsageError
from publisher.messages import Text, in_language, translate

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from publisher.start.folder import FolderDraft
    from publisher.start.raw_tables import RawTable
    from publisher.start.table_guess import TableGuess


@dataclasses.dataclass(frozen=True)
class _OptionValues:
    """What the command line says of the data; empty where it says nothing."""

    names: Text
    things: Text
    body: str
    kind: str
    contact: str
    base_iri: str
    licence: str
    theme: str


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the sources; else one named like the data, or this one if it has a mapping.",
)
@click.option("--yes", is_flag=True, help="Take every guess; ask nothing, open no browser.")
@click.option("--text", "in_terminal", is_flag=True, help="Ask here instead of in the browser.")
@NAMES
@click.option(
    *("--thing", "things"),
    multiple=True,
    metavar="LANG=TEXT",
    help="What one row is called: sv=Badplats.",
)
@click.option("--publisher", "body", default="", help="Who publishes the data.")
@KIND
@click.option("--contact", default="", help="Mail address for questions.")
@click.option("--base-iri", default="", help="Base of every address; ends with a slash.")
@click.option("--licence", default="CC0", show_default=True, help="CC0, CC-BY, CC-BY-SA or an IRI.")
@THEME
@click.option(
    "--follows",
    multiple=True,
    metavar="NAME",
    help="A published specification that a table follows, by the name that the command says.",
)
@click.option("--skip-bad", is_flag=True, help="Leave out values that cannot be read, and go on.")
@click.option("--dry-run", is_flag=True, help="Show what would become of it; write nothing.")
@click.option("--allow-removal", is_flag=True, help="Remove things whose rows are gone.")
@click.option(
    *("--renamed", "renamed"),
    multiple=True,
    metavar="OLD=NEW",
    help="A heading that is another one in this table. May be repeated.",
)
@click.option("--new-columns", is_flag=True, help="Take in the columns that are new.")
@LANGUAGE
@report_errors
def start(
    files: tuple[str, ...],
    into: Path | None,
    yes: bool,
    in_terminal: bool,
    names: tuple[str, ...],
    things: tuple[str, ...],
    renamed: tuple[str, ...],
    follows: tuple[str, ...],
    skip_bad: bool,
    dry_run: bool,
    allow_removal: bool,
    new_columns: bool,
    lang: str,
    **options: str,
) -> None:
    """Make a site of tables (FILES: .csv, .tsv, .xlsx, .ods, .geojson, or - for standard input).

    A table at a web address is read again before each build.

    In a folder that was made so, the next table goes through the same mapping: what differs is
    shown first.
    """
    tables = _read_tables(files)
    for table in tables:
        for note in table.notes:
            click.echo(f"{table.file}: {in_language(note, lang)}", err=True)
    folder = into or Path.cwd()
    if has_mappings(folder):
        switches = Switches(yes, skip_bad, dry_run, allow_removal, renamed, new_columns=new_columns)
        is_asked = not in_terminal and may_ask(switches)
        is_plain = switches == Switches(yes=False, skip_bad=False, dry_run=False)
        if is_asked and is_plain and _update_in_browser(folder, tables, lang):
            return
        update_tables(folder, tables, switches, lang)
        return
    answers = _OptionValues(read_texts(names), read_texts(things), **options)
    switches = Switches(yes, skip_bad, dry_run, in_terminal=in_terminal, follows=follows)
    _begin(tables, into, answers, switches, lang)


def _read_tables(files: Iterable[str]) -> list[RawTable]:
    from publisher.edit.catalogue.fetching import make_client
    from publisher.start.raw_tables import MOST_BYTES, read_tables, tables_of
    from publisher.start.table_addresses import fetch_tables
    from publisher.system.http_client import is_web

    tables: list[RawTable] = []
    for file in files:
        if file == "-":
            tables += tables_of(sys.stdin.buffer.read(MOST_BYTES + 1), "tabell")
        elif is_web(file):
            tables += fetch_tables(file, make_client()).tables
        else:
            tables += read_tables(Path(file))
    return tables


# A first folder.


def _begin(
    tables: Sequence[RawTable],
    into: Path | None,
    answers: _OptionValues,
    switches: Switches,
    lang: str,
) -> None:
    from publisher.start.folder import draft_folder, write_folder
    from publisher.start.specifications import with_stated_kinds
    from publisher.start.table_guess import guess_tables

    guesses = [with_stated_kinds(guess) for guess in guess_tables(tables, lang)]
    guesses = _following(guesses, switches.follows)
    is_asked = not (switches.yes or switches.in_terminal or switches.dry_run)
    if is_asked and _open_in_browser(guesses, into, answers, lang):
        return
    _show_guesses(guesses, lang)
    is_silent = switches.yes or switches.dry_run
    if not is_silent:
        guesses = _ask_about(guesses, lang)
    guesses = _offer_specifications(guesses, is_silent, lang)
    options = _start_options(guesses, answers, is_silent, lang)
    folder = into or Path(options.dataset)
    refuse_wrong(options, folder)
    thing, language = _thing_of_table(guesses, answers, options.things)
    while True:
        with show_progress(lang) as progress:
            progress("sheets")
            draft = draft_folder(options, guesses, thing, language)
        tell_faults(draft.faults, lang)
        if not is_to_be_corrected(draft.faults, switches, lang, is_first=True):
            break
        guesses = [
            dataclasses.replace(guess, table=corrected(guess.table, each.faults, lang))
            for guess, each in zip(guesses, draft.converted, strict=True)
        ]
    if switches.dry_run:
        return
    for name in write_folder(draft, folder):
        click.echo(translate("Written: {name}", lang, name=folder / name))
    click.echo(_summary(draft, lang))
    click.echo(translate("Next: cd {folder} && publisher run", lang, folder=folder))


def _thing_of_table(
    guesses: Sequence[TableGuess], given: _OptionValues, things: Text
) -> tuple[str, str]:
    """Return what a row of the only table is called, and in which language; empty: as the table.

    A site of one table is about what its rows are; of several each is called as its file is.
    """
    own = guesses[0].language
    language = own if own in things else next(iter(things))
    is_named = given.things or (given.names and len(guesses) == 1)
    return (things[language] if is_named else "", language)


def _summary(draft: FolderDraft, lang: str) -> str:
    return translate(
        "{things} {things:thing|things}, {columns} {columns:column|columns},"
        " {lost} {lost:value|values} left out.",
        lang,
        things=sum(len(each.things) for each in draft.converted),
        columns=sum(len(mapping.columns) for mapping in draft.mappings),
        lost=sum(not fault.is_kept for fault in draft.faults),
    )


def _open_in_browser(
    guesses: Sequence[TableGuess], into: Path | None, given: _OptionValues, lang: str
) -> bool:
    """Open the editor of the mapping, if there is a browser; tell whether it was opened."""
    if not _has_browser():
        return False
    from publisher.start.mapping_editor import MappingEditor, SaveAnswers, mapping_app, options_of
    from publisher.start.plain_words import default_name

    language = guesses[0].language
    names = given.names or {language: default_name(guesses[0].table, language)}
    answers = SaveAnswers(
        name=next(iter(names.values())),
        body=given.body,
        contact=given.contact,
        base_iri=given.base_iri,
        licence=given.licence,
    )
    things = {tag: given.things.get(tag) or name for tag, name in names.items()}
    first = StartOptions(names, things, "", given.kind, "", "", given.theme, _today())
    called = _thing_of_table(guesses, given, things)
    editor = MappingEditor(guesses, lambda a: options_of(a, first, language), answers, into, called)
    _serve(mapping_app(editor, lang), lang)
    if editor.saved is None:
        click.echo(translate("Nothing was saved.", lang), err=True)
    return True


def _update_in_browser(folder: Path, tables: Sequence[RawTable], lang: str) -> bool:
    """Show in the browser what the next table changes; tell whether it was opened.

    Several tables, and what the command line decides already, go through the terminal.
    """
    if len(tables) != 1 or not _has_browser():
        return False
    from publisher.config import read_config
    from publisher.load.sources import read_sources
    from publisher.start.mapping import read_mappings
    from publisher.start.update_editor import UpdateEditor, update_app

    mappings = read_mappings(folder)
    base_iri = read_config(folder, {}).base_iri or mappings[0].base_iri
    editor = UpdateEditor(read_sources(folder, base_iri), mappings, tables[0])
    _serve(update_app(editor, lang), lang)
    if editor.written is None:
        click.echo(translate("Nothing was saved.", lang), err=True)
    return True


def _serve(app: WSGIApplication, lang: str) -> None:
    """Serve pages to the browser of this machine until somebody ends it."""
    from publisher.edit.editor.app import EditorServer

    server = EditorServer(app)
    click.echo(translate("Open this address in the browser of this machine:", lang))
    click.echo(f"  {server.gate.address}")
    click.echo(translate("It is yours alone: do not pass it on. End with Ctrl-C.", lang))
    threading.Timer(0.3, webbrowser.open, [server.gate.door]).start()
    server.run()


def _has_browser() -> bool:
    """Tell whether a browser of this machine can be opened: not over SSH, not without a screen."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, screens))


def _show_guesses(guesses: Sequence[TableGuess], lang: str) -> None:
    """Print a line for each column: what it becomes, and why."""
    from publisher.start.plain_words import column_lines

    for guess in guesses:
        rows = translate(
            "{file}: {rows} {rows:row|rows}",
            lang,
            file=guess.table.file,
            rows=len(guess.table.rows),
        )
        click.echo(rows, err=True)
        for line in column_lines(guess, lang):
            click.echo(f"  {line}", err=True)


def _ask_about(guesses: Sequence[TableGuess], lang: str) -> list[TableGuess]:
    """Let somebody choose another kind for columns, until there is nothing more to change."""
    from publisher.start.kinds import kind_words
    from publisher.start.mapping import with_kind
    from publisher.start.plain_words import column_lines

    answered = list(guesses)
    for position, guess in enumerate(answered):
        while True:
            question = translate(
                "Which column of {file} is something else? (number; nothing: all is right)",
                lang,
                file=guess.table.file,
            )
            answer = click.prompt(question, default="", show_default=False)
            if not answer.isdigit() or not 1 <= int(answer) <= len(guess.columns):
                break
            index = int(answer) - 1
            choices = guess.columns[index].alternatives
            for number, kind in enumerate(choices, 1):
                click.echo(f"  {number}. {in_language(kind_words(kind), lang)}")
            choice = click.prompt(translate("Which?", lang), default="", show_default=False)
            if choice.isdigit() and 1 <= int(choice) <= len(choices):
                guess = answered[position] = with_kind(guess, index, choices[int(choice) - 1])
                click.echo(f"  {column_lines(guess, lang)[index]}")
    return answered


def _following(guesses: Sequence[TableGuess], names: Sequence[str]) -> list[TableGuess]:
    """Return the guesses, with the specifications that somebody says their tables follow.

    Raises:
        UsageError: No table looks like one of them.
    """
    from publisher.start.specifications import fit_of, following

    answered = list(guesses)
    for name in names:
        fits = [fit_of(guess.table) for guess in guesses]
        places = [n for n, fit in enumerate(fits) if fit and fit.specification.name == name]
        if not places:
            raise UsageError(
                "No table looks like the specification {name}.",
                remedy="Leave out --follows: the command says which specification a table looks"
                " like.",
                name=name,
            )
        for place in places:
            answered[place] = following(answered[place], name)
    return answered


def _offer_specifications(
    guesses: Sequence[TableGuess], is_silent: bool, lang: str
) -> list[TableGuess]:
    """Say which specifications tables look like, and ask whether their data follow them."""
    from publisher.start.plain_words import fits
    from publisher.start.specifications import fit_of, following

    offered = []
    for guess in guesses:
        fit = fit_of(guess.table)
        if fit is not None and not guess.specification:
            click.echo(f"{guess.table.file}: {fits(fit, lang)}", err=True)
            name = fit.specification.name
            if is_silent:
                hint = translate(
                    "If the data follow it, say so with --follows={name}.", lang, name=name
                )
                click.echo(hint, err=True)
            elif click.confirm(translate("Do the data follow it?", lang), default=False):
                guess = following(guess, name)
        offered.append(guess)
    return offered


def _start_options(
    guesses: Sequence[TableGuess], answers: _OptionValues, is_silent: bool, lang: str
) -> StartOptions:
    """Return what is said of the data; what is missing is asked for.

    Raises:
        UsageError: Something is missing, and nothing may be asked.
    """
    from publisher.start.plain_words import default_name

    language = guesses[0].language
    own = default_name(guesses[0].table, language)

    def ask(given: str, option: str, question: Callable[[], str], default: str = "") -> str:
        if given:
            return given
        if is_silent and default:
            return default
        if is_silent:
            raise UsageError(
                "--yes asks nothing, and {option} is missing.",
                remedy="Give --publisher and --contact; for example --publisher='Torsby kommun'"
                " --contact=data@kommun.example.",
                option=option,
            )
        return str(click.prompt(question(), default=default or None))

    names = answers.names or {
        language: ask("", "--name", lambda: translate("What are the data about?", lang), own)
    }
    body = ask(answers.body, "--publisher", lambda: translate("Who publishes the data?", lang))
    contact = ask(
        answers.contact,
        "--contact",
        lambda: translate("To which mail address do questions go?", lang),
    )
    first = StartOptions(names, names, body, answers.kind, contact, "", answers.theme, _today())
    base = ask(
        answers.base_iri,
        "--base-iri",
        lambda: translate(
            "Below which address should the things be named? It should last; w3id.org lends one"
            " that does not depend on your server",
            lang,
        ),
        default_base(contact, first.dataset),
    )
    things = {tag: answers.things.get(tag) or text for tag, text in names.items()}
    licence = read_licence(answers.licence)
    return dataclasses.replace(first, base_iri=base, things=things, licence=licence)


def _today() -> date:
    return datetime.now(UTC).date()
