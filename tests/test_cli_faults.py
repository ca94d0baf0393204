"""Whatever goes wrong, people read a sentence, not the words of a library."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rdflib import XSD, Literal

from publisher.cli.options import EXIT_FINDINGS, LANGUAGE, report_errors, silence_libraries


@click.command()
@LANGUAGE
@report_errors
def broken(lang: str) -> None:
    """Fail as nobody foresaw."""
    raise ZeroDivisionError(f"division by zero in {lang}")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The program has a fault"), ("sv", "Det är fel på programmet")]
)
def test_an_error_that_nobody_foresaw_is_a_sentence_and_a_file(language: str, said: str) -> None:
    """The file has what the makers of the program need."""
    result = CliRunner().invoke(broken, ["--lang", language])
    assert result.exit_code == EXIT_FINDINGS
    assert result.output.startswith(f"{said}: ZeroDivisionError: division by zero")
    assert "Traceback" not in result.output
    found = re.search(r"(/\S+\.txt)", result.output)
    assert found is not None
    file = Path(found[1])
    assert "Traceback" in file.read_text(encoding="utf-8")
    file.unlink()


def test_wrong_usage_is_still_wrong_usage() -> None:
    """Click's own messages stay."""
    result = CliRunner().invoke(broken, ["--no-such-option"])
    assert (result.exit_code, "No such option" in result.output) == (2, True)


def test_libraries_say_nothing_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """Rdflib writes a traceback for each literal that it cannot make a value of Python of."""
    silence_libraries()
    assert Literal("-0043-03-15", datatype=XSD.date).value is None
    assert Literal("hello", datatype=XSD.integer).ill_typed
    assert capfd.readouterr() == ("", "")
