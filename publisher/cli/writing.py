"""new, retire, rename, rebase: changes of the sources that need more than a text editor."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from publisher.cli.options import (
    LANGUAGE,
    answers_for_errors,
    bounds_of,
    config_of,
    settings,
    write_findings,
)
from publisher.edit.changes import Plan, plan_changes
from publisher.edit.fields import Form
from publisher.edit.forms import read_forms
from publisher.edit.inventory import Inventory
from publisher.edit.rename import rebase as move_base
from publisher.edit.rename import rename as move_thing
from publisher.edit.things import Filled, add_thing, find_form, find_source, find_thing, read_filled
from publisher.edit.things import retire as retire_thing
from publisher.errors import NotApproved
from publisher.findings import Finding
from publisher.load.sources import Sources, read_sources
from publisher.messages import in_language, translate

_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show the difference; write nothing.")
_SOURCE = click.option(
    "--source", "cited", multiple=True, help="Name or address of a source of what is said."
)
_SET = click.option(
    "--set",
    "filled",
    multiple=True,
    metavar="FIELD=VALUE",
    help="A value of a field; FIELD@sv=TEXT for a text in a language. May be repeated.",
)


def _read(options: dict[str, Any]) -> Sources:
    config = config_of(**options)
    return read_sources(Path.cwd(), config.base_iri, bounds_of(config))


def _new_violations(plan: Plan) -> list[Finding]:
    """Return the violations that a plan would bring in."""
    from publisher.quality.approval import check

    def blocking(sources: Sources) -> list[Finding]:
        return [finding for finding in check(sources) if finding.severity.blocks]

    after = blocking(plan.after)
    if not after:
        return []
    known = {(f.rule, f.focus_node, f.path, f.value) for f in blocking(plan.before)}
    return [f for f in after if (f.rule, f.focus_node, f.path, f.value) not in known]


def _carry_out(plan: Plan, dry_run: bool, lang: str, allowed: Iterable[str] = ()) -> list[Finding]:
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
    found = _new_violations(plan)
    unfinished = set(allowed)
    if any(finding.focus_node not in unfinished for finding in found):
        write_findings(found, "text", lang)
        raise NotApproved(found)
    for name in plan.write():
        click.echo(translate("Written: {name}", lang, name=name))
    return found


def _asked(form: Form, given: Iterable[Filled], inventory: Inventory, lang: str) -> list[Filled]:
    """Ask at the terminal for what a form must have and nobody gave; an empty answer skips it."""
    from publisher.edit.things import missing_fields, question, why_refused

    answers = []
    for field, language in missing_fields(form, given):
        while True:
            written = click.prompt(
                question(field, language, inventory, lang), default="", show_default=False
            )
            if not written:
                break
            refused = why_refused(field, language, written, inventory)
            if refused is None:
                answers.append(Filled(field.key, language, written))
                break
            click.echo(refused.in_language(lang))
    return answers


@click.command()
@click.argument("kind")
@click.argument("name")
@_SET
@_SOURCE
@_DRY_RUN
@settings("base_iri")
@LANGUAGE
@answers_for_errors
def new(
    kind: str,
    name: str,
    filled: tuple[str, ...],
    cited: tuple[str, ...],
    dry_run: bool,
    lang: str,
    **options: Any,
) -> None:
    """Add a thing of a KIND, called NAME, and say what is still to be told of it."""
    inventory = Inventory(_read(options))
    forms = read_forms(inventory)
    form = find_form(inventory, forms, kind)
    given = [read_filled(text) for text in filled]
    if sys.stdin.isatty():
        given += _asked(form, given, inventory, lang)
    sources = [find_source(inventory, forms, written) for written in cited]
    addition = add_thing(inventory, form, name, given, sources)
    plan = plan_changes(inventory.sources, addition.changes)
    steps = _carry_out(plan, dry_run, lang, [addition.thing])
    if dry_run:
        return
    click.echo(translate("Its address for good: {address}", lang, address=addition.thing))
    if steps:
        click.echo(translate("It is published when these steps are done:", lang))
    for finding in steps:
        click.echo(f"  – {in_language(finding.message, lang)}")


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
@answers_for_errors
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
    event = [Filled("type", "", kind), *([Filled("date", "", date)] if date else [])]
    event += [_in_language("label", text) for text in labels]
    event += [_in_language("description", text) for text in texts]
    sources = [find_source(inventory, forms, written) for written in cited]
    own = [read_filled(text) for text in filled]
    addition = retire_thing(inventory, find_thing(inventory, thing), event, own, sources)
    _carry_out(plan_changes(inventory.sources, addition.changes), dry_run, lang)


def _in_language(field: str, text: str) -> Filled:
    language, _equals, written = text.partition("=")
    return read_filled(f"{field}@{language}={written}")


@click.command()
@click.argument("old")
@click.argument("new")
@_DRY_RUN
@settings("base_iri")
@LANGUAGE
@answers_for_errors
def rename(old: str, new: str, dry_run: bool, lang: str, **options: Any) -> None:
    """Give the thing OLD the address NEW, in every file; who follows the old one is redirected."""
    inventory = Inventory(_read(options))
    thing = find_thing(inventory, old)
    base_iri = inventory.sources.base_iri
    address = new
    if ":" not in new:
        folder = thing.rpartition("/")[0] + "/"
        address = base_iri + new if "/" in new else folder + new
    _carry_out(move_thing(inventory.sources, thing, address), dry_run, lang)


@click.command()
@click.argument("new_base")
@_DRY_RUN
@settings("base_iri")
@LANGUAGE
@answers_for_errors
def rebase(new_base: str, dry_run: bool, lang: str, **options: Any) -> None:
    """Move the whole folder of sources below NEW_BASE, an address that ends in a slash."""
    _carry_out(move_base(_read(options), new_base), dry_run, lang)
