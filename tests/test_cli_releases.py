"""The releases from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli import main
from publisher.release.model import Release
from publisher.release.open import open_current

pytestmark = pytest.mark.slow


@pytest.fixture
def two_releases(world: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Return the names of two releases of the world one stands in, the older first."""
    monkeypatch.chdir(world)
    assert call("build").exit_code == 0
    path = world / "data" / "lakes" / "lakes.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("En sjö i Dalarna.", "En stor sjö i Dalarna."), encoding="utf-8")
    assert call("build").exit_code == 0
    newer, older = (line.strip("* ").split()[0] for line in listed())
    return older, newer


def call(*arguments: str) -> Result:
    """Return what a command did, in English."""
    return CliRunner().invoke(main, [*arguments, "--lang", "en"])


def listed() -> list[str]:
    """Return the lines of the list of releases."""
    return call("releases", "list").stdout.splitlines()


def test_the_list_marks_the_current_release(two_releases: tuple[str, str]) -> None:
    """An operator sees at a glance what is on line."""
    older, newer = two_releases

    assert [line.startswith("* ") for line in listed()] == [True, False]
    assert newer in listed()[0]
    assert older in listed()[1]


def test_activate_goes_back(two_releases: tuple[str, str]) -> None:
    """One command undoes a release."""
    older, _ = two_releases

    assert call("releases", "activate", older).exit_code == 0
    assert next(line for line in listed() if line.startswith("* ")).split()[1] == older


@pytest.mark.parametrize(
    ("form", "piece"),
    [
        ("text", "~ https://data.example.org/id/lake/siljan (lakes)"),
        ("html", "<ins>"),
        ("rdf-patch", "TX ."),
    ],
)
def test_diff_shows_what_changed(two_releases: tuple[str, str], form: str, piece: str) -> None:
    """A reviewer reads the change in the form that suits."""
    assert piece in call("releases", "diff", *two_releases, "--format", form).stdout


def test_diff_is_json_for_programs(two_releases: tuple[str, str]) -> None:
    """A program reads the same."""
    (change,) = json.loads(call("releases", "diff", *two_releases, "--format", "json").stdout)

    assert change["kind"] == "changed"


def test_prune_keeps_what_is_young(two_releases: tuple[str, str]) -> None:
    """Nothing is deleted that a client may still page through."""
    assert call("releases", "prune", "--keep-releases", "1").exit_code == 0
    assert len(listed()) == 2


def test_an_unknown_release_is_a_failure_with_a_sentence(two_releases: tuple[str, str]) -> None:
    """Exit code 1, and the names there are."""
    result = call("releases", "activate", "1999")

    assert result.exit_code == 1
    assert two_releases[0] in result.stderr


def test_a_loss_stops_the_build_and_a_reason_lets_it_pass(
    world: Path, two_releases: tuple[str, str]
) -> None:
    """Portals delete what disappears; somebody must want that."""
    rivers = world / "data" / "rivers" / "rivers.ttl"
    rivers.write_text(
        rivers.read_text(encoding="utf-8").replace("id/river/klaralven", "id/river/klara"),
        encoding="utf-8",
    )

    refused = call("build")
    assert refused.exit_code == 1
    assert "https://data.example.org/id/river/klaralven" in refused.stdout
    assert two_releases[1] in next(line for line in listed() if line.startswith("* "))

    assert call("build", "--allow-loss", "Renamed.").exit_code == 0


def test_pull_fetches_the_current_release_of_a_running_site(
    served: str, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the real server over a real socket, in a folder where nothing is set up."""
    monkeypatch.chdir(tmp_path)

    done = call("releases", "pull", served)

    assert (done.exit_code, done.stdout) == (0, f"Release {release.id} is current.\n")
    assert open_current(tmp_path / ".publisher" / "releases").id == release.id


def test_pull_says_in_the_readers_language_what_is_wrong(tmp_path: Path) -> None:
    """And leaves with 1."""
    command = ["releases", "pull", "http://127.0.0.1:1/", "--releases", str(tmp_path)]
    done = CliRunner().invoke(main, [*command, "--lang", "sv"])

    assert done.exit_code == 1
    assert "Den andra kopian går inte att nå" in done.stderr
