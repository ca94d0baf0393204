"""The editors' handbook tells what is true now, in both languages."""

from __future__ import annotations

import re
import shlex
import shutil
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from pyoxigraph import Literal

from publisher.cli import main
from publisher.edit.forms import read_forms
from publisher.edit.inventory import Inventory
from publisher.load.files import Role
from publisher.load.sources import read_sources
from tests.test_messages import translations

DEFAULT_BUILDS = True

REPOSITORY = Path(__file__).parents[1]
BASE = "https://w3id.org/nms-kluster/"
BOOKS = {"sv": "handbok.md", "en": "handbook.md"}
TEXTS = {
    language: (REPOSITORY / "data" / name).read_text(encoding="utf-8")
    for language, name in BOOKS.items()
}


def commands(language: str) -> list[list[str]]:
    """Return the words of every call of the program in the handbook."""
    text = TEXTS[language].replace("\\\n", " ")
    calls = re.findall(r"\.venv/bin/publisher ([^`\n|>]+)", text)
    return [shlex.split(call.partition("#")[0]) for call in calls]


@cache
def said(language: str) -> set[str]:
    """Return every text of the program, the forms and the shapes in a language."""
    inventory = Inventory(read_sources(REPOSITORY, BASE))
    forms = read_forms(inventory)
    names = {form.names[language] for form in forms}
    names |= {field.names[language] for form in forms for field in form.fields}
    names |= {
        triple.object.value
        for file in inventory.sources.of_role(Role.SHAPES, Role.ONTOLOGY)
        for triple in file.triples
        if isinstance(triple.object, Literal) and triple.object.language == language
    }
    for rule in inventory.sources.rules.values():
        names |= set(re.findall(rf'"([^"]+)"@{language}', rule))
    messages = translations("sv" if language == "en" else language).items()
    return names | {m if language == "en" else translated for m, translated in messages}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_command_and_option_exists(language: str) -> None:
    """An editor types what the handbook says."""
    assert len(commands(language)) > 10
    for words in commands(language):
        command: click.Command = main
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.slow
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_button_and_field_is_called_so(language: str) -> None:
    """What is printed bold in a step is what stands on the screen."""
    steps = re.findall(r"^(?:\d\. |   ).+$", TEXTS[language], re.MULTILINE)
    bold = [name for step in steps for name in re.findall(r"\*\*(.+?)\*\*", step)]
    known = said(language) | {"Compare"}

    assert len(bold) > 7
    for name in bold:
        action, colon, kind = name.partition(": ")
        assert name in known or (colon and f"{action}: {{kind}}" in known and kind in known), name


@pytest.mark.slow
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_sentence_of_the_check_is_one_that_it_says(language: str) -> None:
    """An editor recognises what stands on the screen."""
    table = TEXTS[language].split("|---|---|")[-1].split("\n\n")[0]
    sentences = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
    known = said(language)

    assert len(sentences) == 4
    for sentence in sentences:
        assert any(text.startswith(sentence) for text in known), sentence


def test_both_languages_tell_the_same() -> None:
    """Chapter by chapter, command by command."""
    chapters = {lang: re.findall(r"^## ", text, re.MULTILINE) for lang, text in TEXTS.items()}

    assert len(chapters["sv"]) == len(chapters["en"])
    assert [words[0] for words in commands("sv")] == [words[0] for words in commands("en")]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_lines_that_write_do_what_they_say(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed as they stand, with a source that is there."""
    for name in ("ontology", "data", "shapes"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    source = "id/source/region-dalarna-klusterinitiativ"
    named = {"källans namn": source, "name of the source": source}
    named |= {"gammal": "findit", "ny": "findit-ny", "old": "findit", "new": "findit-ny"}
    for words in commands(language):
        if words[0] in ("new", "retire", "rename"):
            typed = [words[0], *(named.get(word, word) for word in words[1:])]
            result = CliRunner().invoke(main, typed)
            assert result.exit_code == 0, result.output
