"""The command line: wires the stages together; the only package that prints, exits, reads argv.

Exit codes: 0 good, 1 findings or a failure, 2 used wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from publisher import __version__
from publisher.cli.options import silence_libraries

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


class _Commands(click.Group):
    """A group whose commands are imported one by one."""

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


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="publisher")
def main() -> None:
    """Publish a folder of RDF (ontology, data, shapes) as linked open data."""
    silence_libraries()
