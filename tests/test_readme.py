"""The README, the reference and the other documents say what is true now."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import click
import pytest
from flask import Flask

from publisher.build_hook import PACKAGES
from publisher.cli import main
from publisher.config import NAMES, describe_settings
from publisher.serve.app import create_flask
from publisher.serve.site import Site
from tests.documents import DOCS, ROOT, documents, project, read
from tests.test_architecture import modules

README = read(ROOT / "README.md").text
REFERENCE = read(DOCS / "reference.md").text
PACKAGE = read(ROOT / "publisher" / "README.md").text
# What describes the program; a decision or a changelog may name what is no more.
DESCRIBING = [
    path
    for path in documents()
    if path.parent.name != "decisions" and path.name != "changelog.md" and "data" not in path.parts
]
# Documents that speak of a reader's own folder, and what of this repository they name beside it.
_OF_A_READER = ("catalogue.md", "own-data.md", "shapes.md")
_OURS = ("publisher/", "tests/", ".github/", ".ci/", "LICENSE")


def name(path: Path) -> str:
    """Return what a test calls a document."""
    return str(path.relative_to(ROOT))


def settings_table() -> str:
    """Return the table of settings as it must stand in the reference."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for setting, default, meaning in describe_settings():
        shown = f"`{default}`" if default != "" else "–"
        lines.append(f"| `{setting}` | {shown} | {meaning} |")
    return "\n".join(lines)


def test_the_readme_is_read_in_a_few_minutes() -> None:
    """It is at most 10 KB, with three pictures, and leads the four kinds of users on."""
    assert len(README.encode()) <= 10_000
    pictures = [link for link in read(ROOT / "README.md").links if link.endswith(".png")]
    assert pictures == [f"publisher/docs/pictures/{n}.png" for n in ("site", "table", "editor")]
    for user in ("portal", "developer", "edit the data", "visit"):
        assert re.search(rf"^\| .*\*\*{user}\*\*.*\]\([^)]+\.md", README, re.MULTILINE), user


# What stands in the table of figures → where it was measured, and by what it is divided.
_FIGURES = {
    r"([\d,]+) a second": (r"\| html \| [\d,]+ \| ([\d,]+) \|", 1),
    r"([\d.]+) times nginx": (r"\| html \| [\d,]+ \| [\d,]+ \| [\d,]+ \(([\d.]+)×\)", 1),
    r"over HTTP \| ([\d.]+) ms": (r"<!-- benchmark: bare -->.*?\| point \| ([\d.]+) \|", 1),
    r"ten thousand triples \| ([\d.]+) s": (r"\| 10,421 \| [^|]+ \| ([\d.]+) \(", 1),
    r"built with ([\d.]+) GB": (r"\| 10,003,225 (?:\|[^|]+){3}\|[^|]* (\d+) \|", 1000),
    r"served with ([\d.]+) GB": (r"\| 10,003,225 (?:\|[^|]+){5}\| (\d+) /", 1000),
}


def number_of(pattern: str, text: str) -> str:
    """Return the first number of a text that an expression finds, without commas."""
    found = re.search(pattern, text, re.DOTALL)
    assert found, pattern
    return found[1].replace(",", "")


@pytest.mark.parametrize("figure", _FIGURES)
def test_the_figures_are_those_of_the_benchmarks(figure: str) -> None:
    """What was measured anew is told anew, rounded."""
    measured, divisor = _FIGURES[figure]
    benchmarks = read(ROOT / "tests" / "benchmarks" / "README.md").text
    told = number_of(figure, README)
    decimals = len(told.partition(".")[2])
    assert told == f"{float(number_of(measured, benchmarks)) / divisor:.{decimals}f}"


def test_the_table_of_settings_is_the_program_s() -> None:
    """A reader sets what the program reads, with the defaults it has."""
    assert f"<!-- settings -->\n{settings_table()}\n<!-- /settings -->" in REFERENCE


def calls(text: str) -> list[str]:
    """Return what a document says of commands: code, with its continued lines joined."""
    code = re.findall(r"```\w*\n.*?```|`[^`\n]+`", text.replace("\\\n", " "), re.DOTALL)
    return [line for part in code for line in part.splitlines() if "publisher " in line]


@pytest.mark.parametrize("document", DESCRIBING, ids=name)
def test_every_command_and_option_that_is_named_exists(document: Path) -> None:
    """A newcomer types what the documents say."""
    found = 0
    for line in calls(read(document).text):
        for words in re.findall(
            r"(?<![\w./-])(?:\.venv/bin/|/opt/publisher/bin/)?publisher ([^`|#&]+)", line
        ):
            command, options = command_of(words), set(re.findall(r"(?<![\w-])--[a-z-]+", words))
            if command is not None:
                found += 1
                assert options <= {o for p in command.params for o in (*p.opts, "--help")}, words
    assert found or document != DOCS / "reference.md"


def command_of(words: str) -> click.Command | None:
    """Return the command that words call; None where they only speak of the program."""
    first, second = [*words.split(), "", ""][:2]
    if not re.fullmatch(r"[a-z]+", first):
        return None
    command = main.commands[first]
    if isinstance(command, click.Group) and re.fullmatch(r"[a-z]+", second):
        return command.commands[second]
    return command


def test_every_command_is_named() -> None:
    """A command that is not in the reference is not used."""
    assert set(main.commands) <= set(
        re.findall(r"^\| `publisher (\w+)` \|", REFERENCE, re.MULTILINE)
    )


@pytest.mark.parametrize("document", DESCRIBING, ids=name)
def test_every_folder_and_file_that_is_named_exists(document: Path) -> None:
    """The map leads to places that are there."""
    named = re.findall(
        r"`((?:ontology|data|shapes|publisher|tests|\.github|\.ci)/[\w./-]*|LICENSE)`",
        read(document).text,
    )
    ours = _OURS if document.name in _OF_A_READER else ("",)
    assert [p for p in named if p.startswith(ours) and not (ROOT / p).exists()] == []


ADDRESSES = re.findall(r"^\| `(/[^` ]*)` \|", REFERENCE, re.MULTILINE)


def matches(app: Flask, path: str) -> bool:
    """Tell whether a route of the application, other than the one for everything, takes a path."""
    rule, _ = app.url_map.bind("localhost").match(path, return_rule=True)
    return rule.rule != "/<path:name>" or path.startswith(
        ("/doc/", "/def/", "/dataset/", "/shapes")
    )


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_address_that_is_named_has_a_route(path: str, site: Site) -> None:
    """A developer asks for what the reference lists."""
    assert matches(create_flask(site), path)


def test_the_addresses_are_a_table_of_more_than_ten() -> None:
    """The pattern above still finds the table."""
    assert len(ADDRESSES) > 10


def required(requirements: Iterable[str]) -> set[str]:
    """Return the names of what is required."""
    return {re.split(r"[<>=\[;]", each)[0].strip() for each in requirements}


def test_every_dependency_has_a_reason_and_a_licence() -> None:
    """A package that nobody can say the use of, or the terms of, does not belong here."""
    extras = project()["optional-dependencies"]
    names = required([*project()["dependencies"], "hatchling"])
    names |= required(each for extra in ("sign", "parquet", "sparq") for each in extras[extra])
    names |= {package.name.rpartition("@")[0] for package in PACKAGES}

    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", PACKAGE, re.MULTILINE)
    described = {name for cell, licence in rows if licence.strip() for name in cell.split(", ")}
    assert names <= described


def test_every_import_is_of_a_declared_dependency() -> None:
    """What is there only because another package needs it may go with any version of that one."""
    declared = required(project()["dependencies"]) | {"hatchling"}
    declared |= set().union(*map(required, project()["optional-dependencies"].values()))
    sources = packages_distributions()
    imported = {
        name.partition(".")[0]
        for tree in modules(ROOT / "publisher").values()
        for node in ast.walk(tree)
        for name in imported_names(node)
    }
    foreign = imported - set(sys.stdlib_module_names) - {"publisher", "_typeshed"}
    given = {
        name: {each.lower().replace("_", "-") for each in sources.get(name, [name])}
        for name in foreign
    }
    assert {name for name, packages in given.items() if not packages & declared} == set()


def imported_names(node: ast.AST) -> list[str]:
    """Return the names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_the_journey_names_every_stage() -> None:
    """Each folder of the package is in the map, and each of the map is in the package."""
    folder = ROOT / "publisher"
    chapter = PACKAGE.partition("## The journey of the data")[2].partition("```")[0]
    named = set(re.findall(r"`(\w+)/`", chapter)) - {"ontology", "data", "shapes"}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}

    assert named == packages


def test_no_setting_is_hidden_from_the_environment() -> None:
    """Names of settings are names of variables too."""
    assert all(name == name.lower() and name.isidentifier() for name in NAMES)
