"""Options of the commands that make a new folder of sources."""

from __future__ import annotations

import click

from publisher.edit.init import KINDS, THEMES

NAMES = click.option(
    *("--name", "names"),
    multiple=True,
    metavar="LANG=TEXT",
    help="What the data are about, in each of its languages: sv=Badplatser.",
)
KIND = click.option(
    "--kind",
    type=click.Choice(KINDS),
    default=KINDS[0],
    show_default=True,
    help="What kind of organisation that is.",
)
THEME = click.option(
    "--theme",
    type=click.Choice(THEMES),
    default="GOVE",
    show_default=True,
    help="Theme of the EU's data portal.",
)
