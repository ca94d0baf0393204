"""A build tells the operator what to change before a portal is told of the feed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from publisher.cli import main

pytestmark = pytest.mark.slow

PLACEHOLDERS = {
    "sv": "Kontaktadressen waters@data.example.org är en platshållare.",
    "en": "The contact address waters@data.example.org is a placeholder.",
}


@pytest.fixture
def described(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in the tiny world, which has a whole catalogue with a contact that is nobody."""
    shutil.copy(Path(__file__).with_name("catalogue.ttl"), world / "data" / "catalogue.ttl")
    monkeypatch.chdir(world)
    return world


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_build_names_the_placeholder_and_succeeds(described: Path, language: str) -> None:
    """It is a word of advice: the release is made all the same."""
    run = CliRunner().invoke(main, ["build", "--lang", language])

    assert run.exit_code == 0
    assert PLACEHOLDERS[language] in run.stderr


def test_a_second_build_names_it_again(described: Path) -> None:
    """Nothing changed, so nothing is built; the contact is still nobody."""
    CliRunner().invoke(main, ["build", "--lang", "en"])
    run = CliRunner().invoke(main, ["build", "--lang", "en"])

    assert PLACEHOLDERS["en"] in run.stderr


def test_a_check_does_not_fail_for_it(described: Path) -> None:
    """Whoever tries the program out has no contact yet."""
    assert CliRunner().invoke(main, ["check", "--lang", "en"]).exit_code == 0
