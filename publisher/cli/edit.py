"""new, retire, rename, rebase, sheet, init, edit: whatever changes the sources."""

from __future__ import annotations

import sys
import threading
import webbrowser
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.folder_options import KIND, NAMES, THEME
from publisher.cli.options import (
    EXIT_FINDINGS,
    LANGUAGE,
    check_limits,
    folder_config,
    read_texts,
    report_errors,
    settings,
    show_progress,
    write_findings,
)
from publisher.edit.changes import Plan, plan_changes
from publisher.edit.consequences import new_violations
from publisher.edit.fields import Form
from publisher.edit.forms import read_forms
from publisher.edit.init import (
    EXAMPLE_BASE,
    StartOptions,
    refuse_base,
    refuse_contact,
    refuse_folder,
    refuse_name,
    start_folder,
)
from publisher.edit.inventory import Inventory
from publisher.edit.rename import rebase as move_base
from publisher.edit.rename import rename as move_thing
from publisher.edit.things import (
    CONCEPT_WORDS,
    FilledField,
    add_thing,
    find_form,
    find_list,
    find_source,
    find_thing,
    read_filled,
)
from publisher.edit.things import retire as retire_thing
from publisher.errors import NotApproved, UsageError
from publisher.findings import Finding
from publisher.load.sources import Sources, read_sources
from publisher.messages import in_language, translate

if TYPE_CHECKING:
    from publisher.edit.sheets.importing import Import


_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show the difference; write nothing.")
_SOURCE = click.option(
    "--source", "cited", multiple=True, help="Name or address of a source of the values."
)
_SET = click.option(
    "--set",
    "filled",
    multiple=True,
    metavar="FIELD=VALUE",
    help="A value of a field; FIELD@sv=TEXT for a text in a language. May be repeated.",
)


def _read(options: dict[str, Any]) -> Sources:
    config = folder_config(**options)
    return read_sources(Path.cwd(), config.base_iri, check_limits(config))


def _apply_plan(plan: Plan, dry_run: bool, lang: str, allowed: Iterable[str] = ()) -> list[Finding]:
    """Write a plan, unless it would bring in a violation; return those that are allowed.

    Args:
        plan: What is to be written.
        dry_run: Show the difference instead.
        lang: Language of the messages.
        allowed: IRIs of the things that may be unfinished.

    Raises:
        NotApproved: It would bring in a violation; nothing was written.
    """
    if dry_run:
        click.echo(plan.difference(), nl=False)
        return []
    violations = new_violations(plan)
    unfinished = set(allowed)
    if any(finding.focus_node not in unfinished for finding in violations):
        write_findings(violations, "text", lang)
        raise NotApproved(violations)
    for name in plan.write():
        click.echo(translate("Written: {name}", lang, name=name))
    return violations


def _ask_missing(
    form: Form, filled: Iterable[FilledField], inventory: Inventory, lang: str
) -> list[FilledField]:
    """Prompt for required values that were not given; an empty answer skips one."""
    from publisher.edit.things import missing_fields, question_for, why_refused

    answers = []
    for field, language in missing_fields(form, filled):
        while True:
            written = click.prompt(
                question_for(field, language, inventory, lang), default="", show_default=False
            )
            if not written:
                break
            refused = why_refused(field, language, written, inventory)
            if refused is None:
                answers.append(FilledField(field.key, language, written))
                break
            click.echo(refused.in_language(lang))
    return answers


@click.command()
@click.argument("kind")
@click.argument("name")
@click.option("--list", "listed", default="", help="Of a concept: the list that it is added to.")
@_SET
@_SOURCE
@_DRY_RUN
@settings("base_iri")
@LANGUAGE
@report_errors
def new(
    kind: str,
    name: str,
    listed: str,
    filled: tuple[str, ...],
    cited: tuple[str, ...],
    dry_run: bool,
    lang: str,
    **options: Any,
) -> None:
    """Add a thing of a KIND, called NAME, and say what is still missing.

    The kind 'concept' adds to a list: publisher new concept NAME --list LIST.
    """
    inventory = Inventory(_read(options))
    forms = read_forms(inventory)
    if listed or kind.casefold() in CONCEPT_WORDS:
        form = find_list(inventory, forms, listed)
    else:
        form = find_form(inventory, forms, kind)
    fields = [read_filled(text) for text in filled]
    if sys.stdin.isatty():
        fields += _ask_missing(form, fields, inventory, lang)
    sources = [find_source(inventory, forms, written) for written in cited]
    addition = add_thing(inventory, form, name, fields, sources)
    plan = plan_changes(inventory.sources, addition.changes)
    steps = _apply_plan(plan, dry_run, lang, [addition.thing])
    if dry_run:
        return
    click.echo(translate("Its address for good: {address}", lang, address=addition.thing))
    if steps:
        click.echo(translate("It is published when these steps are done:", lang))
    from publisher.edit.field_messages import FieldMessages, one_each

    messages = FieldMessages(inventory, forms)
    for finding in one_each(steps):
        click.echo(f"  – {in_language(messages.of(finding, form), lang)}")


@click.command()
@click.argument("thing")
@click.option("--kind", required=True, help="What happened, as the list of kinds calls it.")
@click.option("--date", help="When: 2026-05-31, 2026-05 or 2026.")
@click.option("--label", "labels", multiple=True, metavar="LANG=TEXT", help="What happened, short.")
@click.option("--text", "texts", multiple=True, metavar="LANG=TEXT", help="What the source says.")
@_SOURCE
@_SET
@_DRY_RUN
@settings("base_iri")
@LANGUAGE
@report_errors
def retire(
    thing: str,
    kind: str,
    date: str | None,
    labels: tuple[str, ...],
    texts: tuple[str, ...],
    cited: tuple[str, ...],
    filled: tuple[str, ...],
    dry_run: bool,
    lang: str,
    **options: Any,
) -> None:
    """Record what ended or changed a THING; --set says what it is now, such as its state."""
    inventory = Inventory(_read(options))
    forms = read_forms(inventory)
    event = [FilledField("type", "", kind), *([FilledField("date", "", date)] if date else [])]
    event += [_in_language("label", text) for text in labels]
    event += [_in_language("description", text) for text in texts]
    sources = [find_source(inventory, forms, written) for written in cited]
    own = [read_filled(text) for text in filled]
    addition = retire_thing(inventory, find_thing(inventory, thing), event, own, sources)
    _apply_plan(plan_changes(inventory.sources, addition.changes), dry_run, lang)


def _in_language(field: str, text: str) -> FilledField:
    language, _equals, written = text.partition("=")
    return read_filled(f"{field}@{language}={written}")


@click.command()
@click.argument("old")
@click.argument("new")
@_DRY_RUN
@settings("base_iri")
@LANGUAGE
@report_errors
def rename(old: str, new: str, dry_run: bool, lang: str, **options: Any) -> None:
    """Give the thing OLD the address NEW, in every file; who follows the old one is redirected."""
    inventory = Inventory(_read(options))
    thing = find_thing(inventory, old)
    base_iri = inventory.sources.base_iri
    address = new
    if ":" not in new:
        folder = thing.rpartition("/")[0] + "/"
        address = base_iri + new if "/" in new else folder + new
    _apply_plan(move_thing(inventory.sources, thing, address), dry_run, lang)


@click.command()
@click.argument("new_base")
@_DRY_RUN
@settings("base_iri")
@LANGUAGE
@report_errors
def rebase(new_base: str, dry_run: bool, lang: str, **options: Any) -> None:
    """Move the whole folder of sources below NEW_BASE, an address that ends in a slash."""
    _apply_plan(move_base(_read(options), new_base), dry_run, lang)


# sheet: sources as a workbook that editors fill in, and back.


@click.group()
def sheet() -> None:
    """Edit the sources in a spreadsheet program: export a workbook, import it again."""


@sheet.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Write over a workbook that is there already.")
@settings("base_iri")
@LANGUAGE
@report_errors
def export_sheets(file: Path, force: bool, lang: str, **options: Any) -> None:
    """Write FILE (.xlsx): a sheet a class, a line a thing, lists to choose from."""
    from publisher.edit.sheets.export import export_workbook
    from publisher.edit.sheets.layout import make_basis

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
    config = folder_config(**options)
    sources = read_sources(Path.cwd(), config.base_iri, check_limits(config))
    basis = make_basis(sources)
    if not basis.layouts:
        raise UsageError(
            "No shape is for a class of the data, so there is no form to fill in.",
            remedy="Write shapes with sh:targetClass into shapes/: each makes a sheet.",
        )
    export_workbook(basis, file, lang)
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
    help="Remove things whose rows are gone, with every link to them.",
)
@click.option(
    "--update-texts",
    is_flag=True,
    help="Let texts follow that name a number or date which FILE replaces.",
)
@click.option(
    "--mark-original", is_flag=True, help="Mark findings in FILE itself instead of a copy."
)
@settings("base_iri")
@LANGUAGE
@report_errors
def import_sheets(file: Path, lang: str, **options: Any) -> None:
    """Change the sources as FILE (.xlsx or .csv) says, if nothing is wrong with it."""
    from publisher.cli.table_faults import Switches
    from publisher.cli.table_updates import update_by_mapping
    from publisher.edit.sheets.importing import import_file
    from publisher.edit.sheets.layout import make_basis
    from publisher.edit.sheets.marking import report_lines

    dry_run, allow_removal = options.pop("dry_run"), options.pop("allow_removal")
    mark_original, update_texts = options.pop("mark_original"), options.pop("update_texts")
    if update_by_mapping(Path.cwd(), file, Switches(True, False, dry_run, allow_removal), lang):
        return
    config = folder_config(**options)
    sources = read_sources(Path.cwd(), config.base_iri, check_limits(config))
    with show_progress(lang) as progress:
        progress("sheets")
        imported = import_file(file, make_basis(sources), lang, allow_removal, update_texts)
    for each in report_lines(file, imported, lang, mark_original):
        click.echo(each, err=True)
    if imported.is_refused:
        sys.exit(EXIT_FINDINGS)
    if dry_run:
        assert imported.plan is not None
        click.echo(imported.plan.difference(), nl=False)
        return
    _write(file, imported, lang)


def _write(file: Path, imported: Import, lang: str) -> None:
    assert imported.plan is not None
    written = imported.plan.write()
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


# init: a first folder of sources for another publisher.


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@NAMES
@click.option(
    *("--thing", "things"),
    multiple=True,
    metavar="LANG=TEXT",
    help="What one thing is called, in the same languages: sv=Badplats.",
)
@click.option(
    "--catalogue",
    "is_catalogue_alone",
    is_flag=True,
    help="A catalogue of data that lie elsewhere: no ontology, shapes or things.",
)
@click.option("--publisher", "body", help="Who publishes the data.")
@KIND
@click.option("--contact", help="Mail address for questions.")
@click.option("--base-iri", help="Base of every address; ends with a slash.")
@THEME
@LANGUAGE
@report_errors
def init(
    folder: Path,
    names: tuple[str, ...],
    things: tuple[str, ...],
    is_catalogue_alone: bool,
    body: str | None,
    kind: str,
    contact: str | None,
    base_iri: str | None,
    theme: str,
    lang: str,
) -> None:
    """Make a FOLDER with ontology, shapes, data and catalogue; what is not given is asked for."""
    if is_catalogue_alone and things:
        raise UsageError(
            "A catalogue alone has no things, so --thing says nothing.",
            remedy="Leave out --thing, or --catalogue.",
        )
    refuse_folder(folder)
    about = "What is the catalogue called?" if is_catalogue_alone else "What are the data about?"
    called = read_texts(names, lang) or {lang: _ask(lang, about, refuse_name)}
    of_things = read_texts(things, lang)
    if not of_things and not is_catalogue_alone:
        of_things = {tag: _ask(lang, "What is one thing called?", refuse_name) for tag in called}
    start = StartOptions(
        names=called,
        things=of_things,
        publisher=body or _ask(lang, "Who publishes the data?"),
        kind_of_publisher=kind,
        contact=contact or _ask(lang, "To which mail address do questions go?", refuse_contact),
        base_iri=base_iri
        or _ask(lang, "Below which address should the things be named?", refuse_base, EXAMPLE_BASE),
        theme=theme,
        day=datetime.now(UTC).date(),
        is_catalogue_alone=is_catalogue_alone,
    )
    for name in start_folder(start, folder):
        click.echo(translate("Written: {name}", lang, name=folder / name))
    click.echo(translate("Next: cd {folder} && publisher run", lang, folder=folder))


def _ask(
    language: str,
    question: str,
    refuse: Callable[[str], None] = lambda answer: None,
    default: str | None = None,
) -> str:
    """Return the answer to a question; one that cannot be used is told why, and asked again.

    Raises:
        UsageError: Nobody is there to answer.
    """
    while True:
        try:
            answer = str(click.prompt(translate(question, language), default=default)).strip()
        except click.Abort as error:
            if sys.stdin.isatty():
                raise
            raise UsageError(
                "Nobody answered the question: {question}",
                remedy="Answer it in a terminal, or give everything at once: publisher init FOLDER"
                " --name sv=Badplatser --thing sv=Badplats --publisher 'Orsa kommun'"
                " --contact data@orsa.example --base-iri https://data.orsa.example/.",
                question=translate(question, language),
            ) from error
        try:
            refuse(answer)
        except UsageError as error:
            click.echo(error.in_language(language), err=True)
        else:
            return answer


# edit: the form on the editor's own machine.


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port on this machine; else one that is free.",
)
@click.option("--no-browser", is_flag=True, help="Only write the address; open no browser.")
@settings("base_iri")
@LANGUAGE
@report_errors
def edit(port: int, no_browser: bool, lang: str, **options: Any) -> None:
    """Edit the data in forms, in the browser of this machine; nobody else can reach it."""
    from publisher.edit.editor.app import Editor, EditorServer

    config = folder_config(**options)
    editor = Editor(Path.cwd(), config.base_iri, config.language, check_limits(config))
    server = EditorServer(editor, port)
    click.echo(translate("Open this address in the browser of this machine:", lang))
    click.echo(f"  {server.gate.address}")
    click.echo(translate("It is yours alone: do not pass it on. End with Ctrl-C.", lang))
    if not no_browser:
        threading.Timer(0.3, webbrowser.open, [server.gate.door]).start()
    server.run()
    for name in editor.unsaved(lang):
        click.echo(translate("Not saved, and gone now: {name}", lang, name=name), err=True)
