"""The README tells what is true now."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest
from flask import Flask

from publisher.cli import main
from publisher.config import NAMES, describe
from publisher.serve.app import create_flask
from publisher.serve.site import Site

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def settings_table() -> str:
    """Return the table of settings as it must stand in the README."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for name, default, meaning in describe():
        shown = f"`{default}`" if default != "" else "–"
        lines.append(f"| `{name}` | {shown} | {meaning} |")
    return "\n".join(lines)


def test_the_table_of_settings_is_the_program_s() -> None:
    """A reader sets what the program reads, with the defaults it has."""
    assert f"<!-- settings -->\n{settings_table()}\n<!-- /settings -->" in README


def test_every_command_that_is_named_exists() -> None:
    """A newcomer types what the README says."""
    named = set(re.findall(r"publisher (\w+)", README)) - {"turns"}

    assert named
    assert named <= set(main.commands)


def test_every_command_is_named() -> None:
    """A command that nobody tells of is not used."""
    assert set(main.commands) <= set(re.findall(r"`publisher (\w+)", README))


def test_every_option_that_is_named_exists() -> None:
    """An option of a command is found in its help."""
    lines = [line for line in README.splitlines() if "publisher" in line]
    named = set(re.findall(r"(?<![\w-])--([a-z-]+)", "\n".join(lines)))
    groups = [each for each in main.commands.values() if isinstance(each, click.Group)]
    commands = [*main.commands.values(), *(c for g in groups for c in g.commands.values())]
    known = {
        name.lstrip("-")
        for command in commands
        for parameter in command.params
        for name in parameter.opts
    }

    assert named - {"data-urlencode"} <= known


def test_every_folder_and_file_that_is_named_exists() -> None:
    """The map leads to places that are there."""
    named = re.findall(
        r"`((?:ontology|data|shapes|publisher|tests)/[\w./-]*|LICENSE)`|\((tests/[\w./-]+)\)",
        README,
    )
    missing = [n for pair in named for n in pair if n and not (REPOSITORY / n).exists()]

    assert named
    assert missing == []


ADDRESSES = re.findall(r"^\| `(/[^` ]*)` \|", README, re.MULTILINE)


def matches(app: Flask, path: str) -> bool:
    """Tell whether a route of the application, other than the one for everything, takes a path."""
    rule, _ = app.url_map.bind("localhost").match(path, return_rule=True)
    return rule.rule != "/<path:name>" or path.startswith(
        ("/doc/", "/def/", "/dataset/", "/shapes")
    )


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_address_that_is_named_has_a_route(path: str, site: Site) -> None:
    """A developer asks for what the README lists."""
    assert matches(create_flask(site), path)


def test_the_addresses_are_a_table_of_more_than_ten() -> None:
    """The pattern above still finds the table."""
    assert len(ADDRESSES) > 10


def test_every_dependency_has_a_reason() -> None:
    """A package that nobody can say the use of does not belong here."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["build-system"]["requires"]
    names = {re.split(r"[<>=\[]", requirement)[0] for requirement in wanted}

    assert names <= set(re.findall(r"^\| ([\w.-]+) \|", README, re.MULTILINE))


def test_no_setting_is_hidden_from_the_environment() -> None:
    """Names of settings are names of variables too."""
    assert all(name == name.lower() and name.isidentifier() for name in NAMES)
