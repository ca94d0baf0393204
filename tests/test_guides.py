"""The examples of the guides for publishers of their own data do what the guides say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from publisher.cli import main
from publisher.load.sources import read_sources
from publisher.query.named import read_named
from tests.documents import DOCS, read

BASE = "https://data.example.org/"
OWN_DATA = read(DOCS / "own-data.md").text
SHAPES = read(DOCS / "shapes.md").text
THING = "data/badplatser/bathing-place.ttl"


def blocks(text: str, language: str) -> list[str]:
    """Return the blocks of code of a document in a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def called(*arguments: str) -> tuple[int, str]:
    """Return the exit code and the output of a command, in English."""
    done = CliRunner().invoke(main, [*arguments, "--lang", "en"])
    return done.exit_code, done.output


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that the guide begins, with everything that the guides add to it."""
    monkeypatch.chdir(tmp_path)
    first = blocks(OWN_DATA, "sh")[0].replace("\\\n", " ").partition("\n")[0]
    program, *arguments = shlex.split(first)
    assert program.endswith("publisher")
    assert called(*arguments)[0] == 0
    folder = tmp_path / "mine"
    monkeypatch.chdir(folder)
    ontology, shapes, labels = blocks(SHAPES, "turtle")
    (rule,) = blocks(SHAPES, "sparql")
    (query,) = blocks(OWN_DATA, "sparql")
    for name, text in (
        ("ontology/water-quality.ttl", ontology),
        ("shapes/water-quality.ttl", shapes),
        ("shapes/labels.ttl", labels),
        ("shapes/hygiene/same-website.rq", rule),
        ("data/queries/places-with.rq", query),
    ):
        assert f"`{name}`" in SHAPES + OWN_DATA
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_the_property_of_the_guide_is_asked_for_and_then_satisfied(mine: Path) -> None:
    """One finding, with the message of the shape; then none."""
    code, output = called("check")
    assert code == 1
    assert "Choose one of excellent, good, sufficient and poor." in output
    assert "1 violation, 0 warnings, " in output

    with_quality(mine)
    assert called("check", "--fix")[0] == 0
    code, output = called("check")
    assert code == 0
    # The label of the guide is made, and no file has it.
    sources = read_sources(mine, BASE)
    assert '(good)"@en' in sources.sorted_sources.quads.read_text("utf-8")
    assert "(good)" not in (mine / THING).read_text("utf-8")
    # What is still open are the blanks of the accessibility statement that 'init' wrote.
    assert output.endswith("0 violations, 0 warnings, 7 notes.\n")


@pytest.mark.slow
def test_the_rule_of_the_guide_warns_of_two_places_with_one_website(mine: Path) -> None:
    """A warning keeps nothing from being published."""
    text = with_quality(
        mine
    ) + "\n<{0}id/bathing-place/1> {1} .\n<{0}id/bathing-place/2> {1} .\n".format(
        BASE, "<http://xmlns.com/foaf/0.1/homepage> <https://waters.example.org/>"
    )
    second = text[text.index(f"<{BASE}id/bathing-place/1>\n") :].partition("\n.\n")[0] + "\n.\n"
    second = second.replace("place/1", "place/2").replace("Example", "Second").replace("Exem", "An")
    (mine / THING).write_text(text + second, encoding="utf-8")
    assert called("check", "--fix")[0] == 0

    code, output = called("check")
    assert code == 0
    assert "warning: Check the website: another place has the same." in output
    assert "0 violations, 1 warning" in output


def test_the_named_query_of_the_guide_has_its_parameter(mine: Path) -> None:
    """With a kind, an example and a sentence in both languages."""
    text = (mine / "data" / "queries" / "places-with.rq").read_text(encoding="utf-8")
    query = read_named("places-with", text)
    (parameter,) = query.parameters.values()

    assert set(query.about) == set(parameter.about) == {"en", "sv"}
    assert (parameter.name, parameter.kind, parameter.example) == ("word", "text", "bath")


def with_quality(folder: Path) -> str:
    """Give the one thing of the folder what the shape of the guide asks for; return the file."""
    path = folder / THING
    text = path.read_text(encoding="utf-8")
    first = "    a badplatser:BathingPlace ;\n"
    assert first in text
    text = text.replace(first, first + '    badplatser:waterQuality "good" ;\n')
    path.write_text(text, encoding="utf-8")
    return text
