"""A command starts soon: it imports what it needs, when it needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# What takes longest to import: a tenth of a second and more each.
SLOW = frozenset(
    (
        *("PIL", "babel", "flask", "jinja2", "markdown_it", "openpyxl", "pyproj", "pyshacl"),
        *("rdflib", "requests", "rich", "urllib3", "werkzeug", "xlsxwriter"),
    )
)
COMMANDS = (
    *("build", "check", "edit", "export", "import", "init", "mcp", "new", "preview", "push"),
    *("rebase", "releases", "rename", "retire", "run", "serve", "sheet", "start", "verify"),
)


def imported(program: str, folder: Path) -> set[str]:
    """Return which of the slow packages are there after a program has run."""
    telling = f"{program}\nimport sys\nprint(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", telling], cwd=folder, capture_output=True, text=True, check=True
    )
    return SLOW & set(done.stderr.split())


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_help_of_a_command_needs_no_slow_package(language: str, tmp_path: Path) -> None:
    """People ask for help while they write a command; tests start the program hundreds of times."""
    lines = ["from publisher.cli import main"]
    for command in ("", *COMMANDS):
        arguments = [*command.split(), "--help", "--lang", language]
        lines += ["try:", f"    main({arguments!r})", "except SystemExit:", "    pass"]
    assert imported("\n".join(lines), tmp_path) == set()


def test_a_check_needs_no_slow_package(world: Path) -> None:
    """Nor does the report; queries and shapes have processes of their own."""
    lines = ["from publisher.cli import main", "try:", "    main(['check', '--lang', 'sv'])"]
    assert imported("\n".join([*lines, "except SystemExit:", "    pass"]), world) == set()


@pytest.mark.parametrize(
    "module",
    ["publisher.query.worker", "publisher.quality.fast_validator", "publisher.release.open"],
)
def test_a_process_of_a_check_or_a_server_needs_no_slow_package(
    module: str, tmp_path: Path
) -> None:
    """A query waits for its worker."""
    assert imported(f"import {module}", tmp_path) == set()
