"""A command that is used wrongly says in the reader's language what is wrong and what to write."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from publisher.cli import main
from publisher.messages import translate

# What is written, and what must stand in the answer: the fault, and the cure.
WRONG = [
    ("rnu", "inget kommando som heter ”rnu”", "Menade du ”publisher run”?"),
    ("frobnicate", "inget kommando som heter ”frobnicate”", "Kommandona är: build, check"),
    ("sheet exprot", "inget kommando som heter ”exprot”", "Menade du ”publisher sheet export”?"),
    ("run --prot 8000", "ingen flagga som heter ”--prot”", "--port"),
    ("build --xyzzy", "ingen flagga som heter ”--xyzzy”", "”publisher build --help” visar"),
    ("build --allow-loss", "--allow-loss behöver ett värde", "Skriv: --allow-loss …"),
    ("check --format xml", "--format kan inte vara ”xml”", "text, json, github, html"),
    ("preview", "FILES saknas", "publisher preview FILES"),
    ("new cluster", "NAME saknas", "publisher new KIND NAME"),
    ("retire x", "--kind saknas", "publisher retire --kind … THING"),
    ("rename a b c", "”c” är mer än kommandot tar emot", "publisher rename OLD NEW"),
    ("check nosuchfile", "ingen fil eller mapp ”nosuchfile”", "vilken mapp du står i"),
    ("edit --port 99999999", "--port kan inte vara ”99999999”", "heltal från 0 till 65535"),
    ("verify http://a/ --sample 0", "--sample kan inte vara ”0”", "heltal från 1"),
    ("init x", "Ingen svarade på frågan: Vad handlar", "publisher init MAPP --name"),
    ("init x --name Badplatser", "”Badplatser” säger inte", "Skriv sv=Badplatser"),
]


@pytest.mark.parametrize(("line", "fault", "cure"), WRONG)
@pytest.mark.parametrize("place", ["--lang sv", "--lang=sv"])
def test_what_is_used_wrongly_is_told_with_the_cure(
    line: str, fault: str, cure: str, place: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, no traceback, nothing of click's English."""
    monkeypatch.chdir(str(tmp_path))
    words = line.split()
    # What takes a value takes the next word, so the language stands before it.
    where = 2 if words[0] in ("sheet", "build") and len(words) > 1 else len(words)
    where = 1 if words[0] == "build" else where
    given = [*words[:where], *place.split(), *words[where:]]
    ran = CliRunner().invoke(main, given, input="", prog_name="publisher")

    assert fault in ran.output
    assert cure in ran.output
    assert not {"Usage:", "Error:", "Try", "Traceback", "Aborted"} & set(ran.output.split())
    assert ran.exit_code == 2


def test_an_answer_that_cannot_be_used_is_asked_for_again(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are kept, and what is offered can be taken with Enter."""
    monkeypatch.chdir(str(tmp_path))
    answers = ["!!!", "Badplatser", "Badplats", "Orsa kommun", "ingen", "data@orsa.example", "", ""]
    ran = CliRunner().invoke(main, ["init", "bad", "--lang", "sv"], input="\n".join(answers))

    assert ran.exit_code == 0, ran.output
    assert "Namnet ger ingen adress" in ran.output
    assert "”ingen” är ingen e-postadress" in ran.output
    assert ran.output.count("Vad handlar uppgifterna om?") == 2
    assert ran.output.count("Vem publicerar") == 1


def test_a_folder_with_files_is_refused_before_any_question(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    with open("egen.txt", "w", encoding="utf-8") as file:
        file.write("min")
    ran = CliRunner().invoke(main, ["init", ".", "--lang", "sv"], input="")

    assert ran.exit_code == 2
    assert "är inte tom" in ran.output
    assert "?" not in ran.output


def test_what_the_system_says_is_in_the_reader_s_language() -> None:
    """The reason is the system's, in English; what it does not know stays as it is."""
    message = "The workbook cannot be written: {reason}."
    said = translate(message, "sv", reason="No such file or directory")

    assert said.endswith("filen eller mappen finns inte.")
    assert translate(message, "en", reason="No such file or directory").endswith("directory.")
    assert translate(message, "sv", reason="odd").endswith("odd.")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--help --lang sv", "Kommandon:"),
        ("build -h --lang=sv", "Kontrollera källorna, gör en utgåva av dem"),
        ("releases --help --lang sv", "Lista utgåvorna, de nyaste först"),
        ("check --help --lang en", "Example: publisher check"),
    ],
)
def test_help_is_in_the_reader_s_language_with_an_example(line: str, said: str) -> None:
    ran = CliRunner().invoke(main, line.split(), prog_name="publisher")

    assert said in " ".join(ran.output.split())
    assert "…" not in ran.output
    assert "..." not in ran.output.replace("[ARGS]...", "").replace("[PATHS]...", "")


def test_each_command_has_an_example() -> None:
    from publisher.cli.help_texts import EXAMPLES

    names = {"publisher"}
    for name, command in main.commands.items():
        names.add(f"publisher {name}")
        names |= {f"publisher {name} {part}" for part in getattr(command, "commands", ())}
    assert names == EXAMPLES.keys()


@pytest.mark.slow
@pytest.mark.parametrize("line", ["check --format json", "releases list", "--help"])
def test_nobody_is_told_that_a_reader_left(line: str) -> None:
    """``publisher … | head -0`` ends without a word: no traceback, and no fault of the program."""
    import os
    import subprocess
    import sys
    from pathlib import Path

    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [sys.executable, "-m", "publisher", *line.split()],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parent / "data",
        text=True,
        check=False,
        timeout=120,
    )
    os.close(writing)
    words = ("Traceback", "fault", "Broken", "Errno")
    assert not [word for word in words if word in ran.stderr], ran.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"LANG": "sv_SE.UTF-8"}, "inget kommando"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "de_AT"}, "gibt es nicht"),
        ({"LANG": "sv_SE.UTF-8", "LC_ALL": "fi_FI.UTF-8"}, "no command"),
        ({"LANG": "C.UTF-8"}, "no command"),
    ],
)
def test_the_language_is_that_of_the_environment(
    variables: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also on a machine that has no such locale."""
    for name in ("LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert said in CliRunner().invoke(main, ["frobnicate"]).output
