"""What click refuses → one sentence with the cure, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

import click

from publisher.errors import UsageError
from publisher.messages import LANGUAGES

# Click names what it refuses in quotes, in brackets, or at the beginning.
_VALUES = (re.compile(r"'([^']*)'"), re.compile(r"\(([^()]+)\)"), re.compile(r"^(-?\d[\d.]*)"))


def asked_language(arguments: Sequence[str], default: str) -> str:
    """Return the language that the arguments ask for, even where the rest of them is wrong.

    >>> asked_language(["run", "--prot", "1", "--lang=sv"], "en")
    'sv'
    """
    for number, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            value = value if equals else "".join(arguments[number + 1 : number + 2])
            return value if value in LANGUAGES else default
    return default


def explain(error: click.UsageError) -> UsageError:
    """Return what was refused as an error of the program: what is wrong, and what to write."""
    if isinstance(error, click.exceptions.NoSuchCommand):
        return _no_such_command(error)
    if isinstance(error, click.NoSuchOption):
        return _no_such_option(error)
    if isinstance(error, click.MissingParameter):
        return UsageError(
            "{name} is missing.", remedy="Write: {usage}", name=_hint(error), usage=_usage(error)
        )
    if isinstance(error, click.BadOptionUsage):
        return UsageError(
            "The option {name} needs a value.",
            remedy="Write: {usage}",
            name=error.option_name,
            usage=f"{error.option_name} …",
        )
    if isinstance(error, click.BadParameter):
        return _bad_value(error)
    return UsageError(
        "'{value}' is more than the command takes.",
        remedy="Write: {usage}",
        value=_value(error.message),
        usage=_usage(error),
    )


def _no_such_command(error: click.exceptions.NoSuchCommand) -> UsageError:
    group = error.ctx.command if error.ctx else None
    known = group.list_commands(error.ctx) if isinstance(group, click.Group) and error.ctx else []
    near = get_close_matches(error.command_name, known, n=1)
    if near:
        return UsageError(
            "There is no command '{name}'.",
            remedy="Did you mean '{near}'?",
            name=error.command_name,
            near=f"{_path(error)} {near[0]}",
        )
    return UsageError(
        "There is no command '{name}'.",
        remedy="The commands are: {names}.",
        name=error.command_name,
        names=", ".join(known),
    )


def _no_such_option(error: click.NoSuchOption) -> UsageError:
    if error.possibilities:
        return UsageError(
            "There is no option '{name}'.",
            remedy="Did you mean {near}?",
            name=error.option_name,
            near=" / ".join(sorted(error.possibilities)),
        )
    return UsageError(
        "There is no option '{name}'.",
        remedy="'{command} --help' shows which there are.",
        name=error.option_name,
        command=_path(error),
    )


def _bad_value(error: click.BadParameter) -> UsageError:
    """Return the error of a value that its option or argument cannot have."""
    kind = error.param.type if error.param else None
    name, value = _hint(error), _value(error.message)
    if isinstance(kind, click.Path):
        return UsageError(
            "There is no file or folder '{value}' that fits here.",
            remedy="Check the name and the folder you stand in.",
            value=value,
        )
    what = "{name} cannot be '{value}'."
    if isinstance(kind, click.Choice):
        choices = ", ".join(map(str, kind.choices))
        cure = "Choose one of: {names}."
        return UsageError(what, remedy=cure, names=choices, name=name, value=value)
    if isinstance(kind, click.IntRange):
        cure = (
            "Write a whole number from {least}."
            if kind.max is None
            else "Write a whole number from {least} to {most}."
        )
        least, most = kind.min, kind.max
        return UsageError(what, remedy=cure, least=least, most=most, name=name, value=value)
    return UsageError(what, remedy="Write: {usage}", usage=_usage(error), name=name, value=value)


def _hint(error: click.BadParameter) -> str:
    """Return what the option or argument is called on the command line."""
    if error.param is None:
        return str(error.param_hint or "")
    if isinstance(error.param, click.Option):
        return max(error.param.opts, key=len)
    return error.param.human_readable_name


def _path(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "publisher"


def _usage(error: click.UsageError) -> str:
    """Return how the command is written, without what may be left out."""
    if error.ctx is None:
        return "publisher --help"
    pieces = error.ctx.command.collect_usage_pieces(error.ctx)
    arguments = [piece for piece in pieces if not piece.startswith("[")]
    if isinstance(error, click.MissingParameter) and isinstance(error.param, click.Option):
        arguments = [f"{_hint(error)} …", *arguments]
    return " ".join([error.ctx.command_path, *arguments])


def _value(message: str) -> str:
    return next((match[1] for pattern in _VALUES if (match := pattern.search(message))), message)
