"""init: a first folder of sources for another publisher."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from publisher.cli.options import LANGUAGE, answers_for_errors
from publisher.edit.init import KINDS, THEMES, Start, start_folder
from publisher.errors import UsageError
from publisher.messages import LANGUAGES, Text, translate


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    *("--name", "names"),
    multiple=True,
    metavar="LANG=TEXT",
    help="What the data are about, in each of its languages: sv=Badplatser.",
)
@click.option(
    *("--thing", "things"),
    multiple=True,
    metavar="LANG=TEXT",
    help="What one thing is called, in the same languages: sv=Badplats.",
)
@click.option("--publisher", "body", help="Who publishes the data.")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default=KINDS[0],
    show_default=True,
    help="What kind of organisation that is.",
)
@click.option("--contact", help="Mail address for questions.")
@click.option("--base-iri", help="Base of every address; ends with a slash.")
@click.option(
    "--theme",
    type=click.Choice(THEMES),
    default="GOVE",
    show_default=True,
    help="Theme of the EU's data portal.",
)
@LANGUAGE
@answers_for_errors
def init(
    folder: Path,
    names: tuple[str, ...],
    things: tuple[str, ...],
    body: str | None,
    kind: str,
    contact: str | None,
    base_iri: str | None,
    theme: str,
    lang: str,
) -> None:
    """Make a FOLDER with ontology, shapes, data and catalogue; what is not given is asked for."""

    def ask(question: str) -> str:
        return str(click.prompt(translate(question, lang)))

    called = _by_language(names) or {lang: ask("What are the data about?")}
    start = Start(
        names=called,
        things=_by_language(things) or {tag: ask("What is one thing called?") for tag in called},
        publisher=body or ask("Who publishes the data?"),
        kind_of_publisher=kind,
        contact=contact or ask("To which mail address do questions go?"),
        base_iri=base_iri or ask("Below which address shall things be named?"),
        theme=theme,
        day=datetime.now(UTC).date(),
    )
    for name in start_folder(start, folder):
        click.echo(translate("Written: {name}", lang, name=folder / name))
    click.echo(translate("Next: cd {folder} && publisher run", lang, folder=folder))


def _by_language(given: Iterable[str]) -> Text:
    found = {}
    for text in given:
        language, equals, said = text.partition("=")
        if not (equals and said.strip()) or language not in LANGUAGES:
            raise UsageError(
                "'{text}' does not say what is meant in which language.",
                remedy="Write sv=… or en=…; more languages may be added to the files later.",
                text=text,
            )
        found[language] = said.strip()
    return found
