from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher import cli
from publisher.cli import main
from publisher.config import NAMES
from publisher.release.model import Release

DEFAULT_BUILDS = True

LAKES = "data/lakes/lakes.ttl"


@pytest.fixture(autouse=True)
def here(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of the tiny world, with no variable set."""
    for name in os.environ:
        if name.startswith("PUBLISHER_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(world)
    return world


def publisher(*arguments: str, lang: str = "en") -> Result:
    """Return what the command printed, and its exit code."""
    result = CliRunner().invoke(main, [*arguments, "--lang", lang])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def change(old: str, new: str, name: str = LAKES) -> None:
    """Replace a text that stands once in a source."""
    path = Path(name)
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.slow
def test_good_sources_end_with_0() -> None:
    """Exit code 0: good."""
    result = publisher("check")
    assert result.exit_code == 0
    assert result.stdout == "0 violations, 0 warnings, 0 notes.\n"


@pytest.mark.slow
def test_a_violation_ends_with_1_and_says_where_and_what_to_do() -> None:
    """Exit code 1: findings."""
    change('        "Siljan"@en ,\n', "")
    result = publisher("check")
    assert result.exit_code == 1
    assert f"{LAKES}:12: violation: Give one name per language, with a language tag." in (
        result.stdout
    )
    assert "https://data.example.org/id/lake/siljan" in result.stdout


@pytest.mark.slow
def test_a_warning_alone_ends_with_0() -> None:
    """It is published."""
    Path(LAKES).write_text(Path(LAKES).read_text(encoding="utf-8") + "\n\n", encoding="utf-8")
    result = publisher("check")
    assert result.exit_code == 0
    assert f"{LAKES}:1: warning: The file is not in the layout" in result.stdout


@pytest.mark.slow
def test_the_cure_is_told_in_swedish() -> None:
    """The region's staff."""
    change('        "Siljan"@en ,\n', "")
    result = publisher("check", lang="sv")
    assert f"{LAKES}:12: fel: Ange ett namn per språk, med språktagg." in result.stdout
    Path("data/catalogue.ttl").write_text("a b", encoding="utf-8")
    said = publisher("check", lang="sv").stdout
    assert "data/catalogue.ttl:1: fel: Rad 1, kolumn 1:" in said


def test_every_broken_file_is_told_of_at_once() -> None:
    """An editor mends them all in one go."""
    Path(LAKES).write_text("lake", encoding="utf-8")
    Path("data/rivers/rivers.ttl").write_bytes(b"\xff")
    Path("ontology/context.jsonld").write_text("{", encoding="utf-8")
    result = publisher("check")
    assert result.exit_code == 1
    assert f"{LAKES}:1: violation: Line 1, column 1:" in result.stdout
    assert "data/rivers/rivers.ttl:1: violation: The file is not UTF-8" in result.stdout
    assert "ontology/context.jsonld: violation: This is not a JSON-LD context" in result.stdout
    assert "3 violations" in result.stdout
    build = publisher("build")
    assert build.exit_code == 1
    assert "3 sources cannot be read." in build.stderr


@pytest.mark.slow
def test_findings_come_as_json_for_programs() -> None:
    """Every language in it that the shape has."""
    change('        "Siljan"@en ,\n', "")
    result = publisher("check", "--format", "json")
    report = json.loads(result.stdout)
    assert report["conforms"] is False
    assert report["findings"][0]["file"] == LAKES
    assert set(report["findings"][0]["message"]) == {"sv", "en"}


@pytest.mark.slow
def test_findings_come_as_annotations_and_as_a_page() -> None:
    """GitHub shows them beside the lines; the page can be mailed."""
    change('        "Siljan"@en ,\n', "")
    assert publisher("check", "--format", "github").stdout.startswith(
        f"::error file={LAKES},line=12::"
    )
    assert publisher("check", "--format", "html").stdout.startswith("<!doctype html>")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "exit_code"),
    [("data/lakes", 1), (LAKES, 1), (".", 1), ("data/rivers", 0), ("shapes", 0), ("data/lak", 2)],
)
def test_paths_choose_what_is_told_of(path: str, exit_code: int) -> None:
    """The whole is checked, for things refer to each other; only the editor's part is shown."""
    change('        "Siljan"@en ,\n', "")
    assert publisher("check", path).exit_code == exit_code


def test_a_broken_file_is_told_of_whatever_was_chosen() -> None:
    """With it nothing could be checked, and silence would look like approval."""
    Path(LAKES).write_text("lake", encoding="utf-8")
    result = publisher("check", "data/rivers")
    assert result.exit_code == 1
    assert LAKES in result.stdout


def test_a_path_elsewhere_is_a_wrong_use(tmp_path: Path) -> None:
    """Exit code 2: used wrongly."""
    result = publisher("check", str(tmp_path))
    assert result.exit_code == 2
    assert "does not lie in this folder" in result.stderr


@pytest.mark.slow
def test_fix_puts_files_in_order_and_says_which() -> None:
    """Once; then there is nothing to do."""
    text = Path(LAKES).read_text(encoding="utf-8")
    Path(LAKES).write_text(text.replace("\n\n", "\n\n\n"), encoding="utf-8")
    first, second = publisher("check", "--fix"), publisher("check", "--fix")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert f"Put in order: {LAKES}" in first.stderr
    assert second.stderr == ""
    assert Path(LAKES).read_text(encoding="utf-8") == text


@pytest.mark.slow
def test_fix_leaves_other_files_alone() -> None:
    """With paths, only what concerns them."""
    Path(LAKES).write_text(Path(LAKES).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert publisher("check", "--fix", "data/rivers").stderr == ""
    assert publisher("check", "--fix", "data/lakes").stderr == f"Put in order: {LAKES}\n"


def test_a_misspelt_setting_ends_with_2_and_the_right_name() -> None:
    """Exit code 2, in the file as in a variable."""
    change("base_iri", "base_irl", "pyproject.toml")
    result = publisher("check")
    assert result.exit_code == 2
    assert "Did you mean 'base_iri'?" in result.stderr


def test_a_missing_base_ends_with_2_and_the_cure() -> None:
    """Nothing can be named without it."""
    Path("pyproject.toml").write_text("[tool.publisher]\n", "utf-8")
    result = publisher("check")
    assert result.exit_code == 2
    assert "The setting 'base_iri' is not set." in result.stderr
    assert "PUBLISHER_BASE_IRI" in result.stderr
    Path("pyproject.toml").unlink()
    result = publisher("check")
    assert result.exit_code == 2
    assert "it has no pyproject.toml" in result.stderr
    assert "publisher start TABLE" in result.stderr


@pytest.mark.slow
def test_another_base_is_told_of() -> None:
    """A wrong base would publish a site that answers for nothing."""
    result = publisher("check", "--base-iri", "https://other.example/")
    assert result.exit_code == 1
    assert "Nothing here is named below the base IRI <https://other.example/>" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--nonsense"],
        ["nonsense"],
        ["check", "--format", "pdf"],
        ["check", "nowhere.ttl"],
        ["serve", "--port", "many"],
        ["serve", "--port", "70000"],
        ["serve", "--engine", "fuseki"],
        ["serve", "--language", "pl"],
    ],
)
def test_a_wrong_use_ends_with_2(arguments: list[str]) -> None:
    """As everywhere."""
    assert publisher(*arguments).exit_code == 2


def test_the_language_of_messages_is_not_the_language_of_pages() -> None:
    """``--lang`` and ``--language`` are two things."""
    result = publisher("serve", "--language", "pl", lang="sv")
    assert result.exit_code == 2
    assert "Inställningen" in result.stderr


def test_help_names_every_command_and_its_options() -> None:
    """The first thing that a newcomer tries."""
    help_text = CliRunner().invoke(main, ["-h"]).output
    for command in ("run", "check", "build", "serve"):
        assert f"\n  {command} " in help_text
        result = CliRunner().invoke(main, [command, "--help"])
        assert result.exit_code == 0
        assert "--lang" in result.output
    options = CliRunner().invoke(main, ["serve", "--help"]).output
    assert "Address to listen on." in options
    for name in ("port", "site_url", "query_timeout_seconds"):
        assert name in NAMES
        assert f"--{name.replace('_', '-')}" in options


@pytest.mark.slow
def test_build_makes_a_release_and_says_so() -> None:
    """On standard error, so that output can be piped."""
    result = publisher("build")
    assert result.exit_code == 0
    assert "Release 2026-01-02-" in result.stderr
    (release,) = Path(".publisher/releases").glob("2026-*")
    assert (release / "manifest.json").is_file()


@pytest.mark.slow
def test_a_refused_build_shows_the_findings_and_changes_nothing() -> None:
    """Promise 1."""
    assert publisher("build").exit_code == 0
    before = os.readlink(".publisher/releases/current")
    change('        "Siljan"@en ,\n', "")
    result = publisher("build")
    assert result.exit_code == 1
    assert f"{LAKES}:12: violation:" in result.stdout
    assert "The sources may not be published: 1 violation." in result.stderr
    assert os.readlink(".publisher/releases/current") == before


@pytest.mark.slow
def test_a_folder_for_releases_that_cannot_be_written_is_named() -> None:
    """A disk that refuses is no traceback."""
    result = publisher("build", "--releases", "pyproject.toml")
    assert result.exit_code == 1
    assert "The release cannot be written" in result.stderr


def test_serving_without_a_release_ends_with_1_and_the_cure() -> None:
    """Also in a folder without sources."""
    Path("pyproject.toml").unlink()
    result = publisher("serve")
    assert result.exit_code == 1
    assert "publisher build" in result.stderr


@pytest.mark.slow
def test_the_program_starts_as_a_module_too() -> None:
    """``python -m publisher``, where the script is not on the path."""
    command = [sys.executable, "-m", "publisher", "--version"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("publisher, version ")


def test_the_version_says_what_was_left_out_when_it_was_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who misses the editor or the map learns why."""
    monkeypatch.setattr(cli, "_FROM_NPM", (("Atlas", "atlas/none.js"), ("Site", "site.css")))
    assert "so left out: Atlas." in CliRunner().invoke(main, ["--version"]).output


@pytest.mark.slow
def test_export_writes_a_site_and_says_how_much(release: Release, tmp_path: Path) -> None:
    """The worst day is no day to look for the folder."""
    command = ["export", str(tmp_path / "out"), "--releases", str(release.folder.parent)]
    done = CliRunner().invoke(main, [*command, "--site-url", "http://localhost/", "--lang", "en"])

    assert done.exit_code == 0
    assert re.match(r"\d+ files, \d\.\d MB in ", done.stdout)
    assert (tmp_path / "out" / "site" / "index.html").is_file()
    assert (tmp_path / "out" / "nginx.conf").is_file()


def test_what_may_be_left_out_is_what_the_build_brings() -> None:
    """Else a whole installation says that something is missing."""
    from publisher.build_hook import GROUND, GROUND_FILES, PACKAGES, name_of_copy

    static = Path("publisher", "serve", "static")
    brought = {
        package.folder / name_of_copy(file) for package in PACKAGES for file in package.files
    }
    brought |= {GROUND / name for name in GROUND_FILES}
    assert {static / file for _, file in cli._FROM_NPM} <= brought
