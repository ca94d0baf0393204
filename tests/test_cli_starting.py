"""``publisher init``: another publisher begins, as somebody types it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli import main
from tests.conftest import wait_for

BATHING = [
    *("--name", "sv=Badplatser", "--name", "en=Bathing places"),
    *("--thing", "sv=Badplats", "--thing", "en=Bathing place"),
    *("--publisher", "Vattnet", "--contact", "waters@data.example.org"),
    *("--base-iri", "https://data.example.org/"),
]
SWEDISH = [
    *("--name", "sv=Åar", "--thing", "sv=Å", "--publisher", "Vattnet"),
    *("--contact", "waters@data.example.org", "--base-iri", "https://data.example.org/åar/"),
]


def publisher(*arguments: str, lang: str = "en", typed: str | None = None) -> Result:
    """Return what the command printed, and its exit code."""
    result = CliRunner().invoke(main, [*arguments, "--lang", lang], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder that was just begun."""
    monkeypatch.chdir(tmp_path)
    assert publisher("init", "waters", *BATHING).exit_code == 0
    monkeypatch.chdir(tmp_path / "waters")
    return tmp_path / "waters"


@pytest.fixture
def address(started: Path, free_port: int) -> Iterator[str]:
    """Return the address of the folder's site, checked, built and served by one command."""
    command = [sys.executable, "-m", "publisher", "run", "--port", str(free_port)]
    environ = {name: value for name, value in os.environ.items() if "PUBLISHER_" not in name}
    with (started / "log").open("w") as log:
        server = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{free_port}/readyz", server)
        yield f"http://127.0.0.1:{free_port}/"
    finally:
        server.terminate()
        server.wait()


def test_what_is_to_be_replaced_is_said_until_it_is(started: Path) -> None:
    """The example by its file, and each open place of the page by its line."""
    found = list(started.glob("data/*/*.ttl"))
    example = next(file for file in found if "Replace it with your own" in file.read_text("utf-8"))
    name = str(example.relative_to(started))

    said = publisher("check").output
    assert name in said
    assert "pages/tillganglighet.sv.md:9" in said

    text = example.read_text("utf-8")
    for language in ("en", "sv"):
        text = re.sub(rf'"[^"]*"@{language}', f'"Ny"@{language}', text)
    example.write_text(text, "utf-8")
    assert "example that the folder began with" not in publisher("check").output


@pytest.mark.slow
def test_a_folder_that_was_begun_passes_the_check_at_once(started: Path) -> None:
    """Ontology, shapes, data, catalogue and settings; nothing else."""
    files = {path.relative_to(started).as_posix() for path in started.rglob("*") if path.is_file()}

    assert files == {
        "pyproject.toml",
        "ontology/badplatser.ttl",
        "shapes/BathingPlace.ttl",
        "data/badplatser/bathing-place.ttl",
        "data/catalogue.ttl",
        "pages/tillganglighet.sv.md",
    }
    said = publisher("check", lang="sv").stdout
    assert "pages/tillganglighet.sv.md:9: anmärkning: Fyll i det som står öppet här" in said
    assert "0 violations, 0 warnings, " in publisher("check").stdout


@pytest.mark.slow
def test_a_german_folder_gets_a_german_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the law of the place says is left open, and the check says so."""
    given = [*("--name", "de=Brücken", "--thing", "de=Brücke", "--publisher", "Das Wasser")]
    given += ["--contact", "waters@data.example.org", "--base-iri", "https://data.example.org/"]
    assert publisher("init", str(tmp_path / "x"), *given).exit_code == 0
    monkeypatch.chdir(tmp_path / "x")
    assert [path.name for path in Path("pages").iterdir()] == ["barrierefreiheit.de.md"]
    text = Path("pages/barrierefreiheit.de.md").read_text(encoding="utf-8")
    assert "Das Wasser ist für diese Website verantwortlich" in text
    said = publisher("check", lang="de").stdout
    assert said.count("pages/barrierefreiheit.de.md:") == text.count("[Ausfüllen: ") == 7


@pytest.mark.slow
def test_it_runs_and_is_verified_without_a_violation(address: str) -> None:
    """Portals could harvest it; what only a person knows is a warning."""
    result = publisher("verify", address)

    assert result.exit_code == 0, result.stdout
    assert "no violations" in result.stdout
    assert "380     405       excellent" in result.stdout


CATALOGUE = [
    *("--catalogue", "--name", "sv=Öppna data", "--name", "en=Open data"),
    *("--publisher", "Region Nord", "--kind", "RegionalAuthority"),
    *("--contact", "data@region.example.org", "--base-iri", "https://data.region.example.org/"),
]


@pytest.mark.slow
def test_a_catalogue_alone_is_a_folder_that_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No ontology, no shapes, no data; one dataset shows how one is written."""
    assert publisher("init", str(tmp_path / "x"), *CATALOGUE).exit_code == 0
    monkeypatch.chdir(tmp_path / "x")

    files = {path.relative_to(".").as_posix() for path in Path(".").rglob("*") if path.is_file()}
    assert files == {
        "pyproject.toml",
        "data/catalogue.ttl",
        "data/catalogue/agents.ttl",
        "data/catalogue/list-of-datasets.ttl",
        "pages/tillganglighet.sv.md",
    }
    assert "\n0 violations, 0 warnings, " in f"\n{publisher('check').stdout}"
    assert publisher("build").exit_code == 0


@pytest.mark.slow
def test_a_dataset_is_added_by_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is still to be told of it is listed; when it is told, the folder passes."""
    assert publisher("init", str(tmp_path / "x"), *CATALOGUE).exit_code == 0
    monkeypatch.chdir(tmp_path / "x")
    result = publisher("new", "dataset", "Träd", "--set", "Tema=Miljö")

    assert result.exit_code == 0, result.stderr
    assert "“Description” is missing: what it is about." in result.stdout
    file = Path("data/catalogue/trad.ttl")
    said = file.read_text(encoding="utf-8")
    file.write_text(
        said.replace("dcterms:publisher", 'dcterms:description "Alla träd"@sv ; dcterms:publisher'),
        encoding="utf-8",
    )
    assert "\n0 violations, 0 warnings, " in f"\n{publisher('check').stdout}"


@pytest.mark.slow
def test_a_catalogue_alone_is_in_any_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program's own sentences are in English where it does not speak the language."""
    given = [CATALOGUE[0], "--name", "fi=Avoin data", *CATALOGUE[5:]]
    assert publisher("init", str(tmp_path / "x"), *given).exit_code == 0
    monkeypatch.chdir(tmp_path / "x")

    assert "\n0 violations, 0 warnings, " in f"\n{publisher('check').stdout}"
    assert '"Avoin data"@fi' in Path("data/catalogue.ttl").read_text(encoding="utf-8")


def test_a_catalogue_alone_has_no_things(tmp_path: Path) -> None:
    """Whoever names them means another kind of folder."""
    result = publisher("init", str(tmp_path / "x"), *CATALOGUE, "--thing", "sv=Sak")

    assert result.exit_code == 2
    assert "Leave out --thing, or --catalogue." in result.stderr


@pytest.mark.slow
def test_a_thing_of_one_s_own_comes_from_a_small_csv_file(started: Path) -> None:
    """The headings are the names of the fields."""
    Path("own.csv").write_text(
        "id;Namn (sv);Name (en)\n;Solviken;Sunny Cove\n;Norrviken;North Cove\n", encoding="utf-8"
    )
    result = publisher("sheet", "import", "own.csv")

    assert result.exit_code == 0, result.stdout + result.stderr
    said = Path("data/badplatser/bathing-place.ttl").read_text(encoding="utf-8")
    assert '"Sunny Cove"@en' in said
    assert '"Norrviken"@sv' in said
    assert "0 violations, 0 warnings, " in publisher("check").stdout


@pytest.mark.slow
def test_one_language_and_letters_outside_ascii_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Å is a name too; its address has an a."""
    assert publisher("init", str(tmp_path / "å"), *SWEDISH).exit_code == 0
    monkeypatch.chdir(tmp_path / "å")

    assert "0 violations, 0 warnings, " in publisher("check").stdout
    assert publisher("new", "a", "Svartån").exit_code == 0
    assert "0 violations, 0 warnings, " in publisher("check").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "things"),
    [
        (["fi=Uimarannat"], ["fi=Uimaranta"]),
        (["ar=شواطئ", "en=Beaches"], ["ar=شاطئ", "en=Beach"]),
        (
            ["sr-Latn=Jezera", "sma=Jaevrieh", "sv=Sjöar"],
            ["sr-Latn=Jezero", "sma=Jaevrie", "sv=Sjö"],
        ),
    ],
)
def test_the_data_may_be_in_any_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], things: list[str]
) -> None:
    """The program need not speak it: its own sentences are in English then."""
    called = [word for name in names for word in ("--name", name)]
    called += [word for thing in things for word in ("--thing", thing)]
    assert publisher("init", str(tmp_path / "x"), *called, *SWEDISH[4:]).exit_code == 0
    monkeypatch.chdir(tmp_path / "x")

    assert "0 violations, 0 warnings, " in publisher("check").stdout
    catalogue = Path("data/catalogue.ttl").read_text(encoding="utf-8")
    for name in names:
        tag, _, text = name.partition("=")
        assert f'"{text}"@{tag}' in catalogue


@pytest.mark.slow
def test_what_is_not_given_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the language of the person."""
    typed = "Badplatser\nBadplats\nVattnet\nwaters@data.example.org\nhttps://data.example.org/\n"
    result = publisher("init", str(tmp_path / "waters"), lang="sv", typed=typed)

    assert result.exit_code == 0
    assert "Vad handlar uppgifterna om?" in result.stdout
    monkeypatch.chdir(tmp_path / "waters")
    assert publisher("check").exit_code == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--base-iri", "data.example.org"], "from https:// to a slash at the end"),
        (["--contact", "waters"], "'waters' is not a mail address."),
        (["--name", "Lakes"], "Write en=Lakes, or begin with"),
        (["--name", "sv_SE=Seen"], "Write en=Seen, or begin with"),
        (["--name", "de=Seen"], "Say in the same languages"),
        (["--name", "el=Λίμνες", "--thing", "el=Λίμνη"], "--name en=Lakes --thing en=Lake"),
        (["--name", "sv=…", "--name", "en=…"], "holds no letter from a to z"),
        (["--thing", "sv=42", "--thing", "en=42"], "holds no letter from a to z"),
    ],
)
def test_what_cannot_be_is_told_with_the_cure(tmp_path: Path, wrong: list[str], said: str) -> None:
    """And no folder is left behind."""
    pairs = zip(BATHING[::2], BATHING[1::2], strict=True)
    given = [word for name, value in pairs if name not in wrong for word in (name, value)]
    result = publisher("init", str(tmp_path / "x"), *given, *wrong)

    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "x").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    """Nothing of anybody's is overwritten."""
    (tmp_path / "pyproject.toml").write_text("mine", encoding="utf-8")
    result = publisher("init", str(tmp_path), *BATHING)

    assert result.exit_code == 2
    assert "is not empty" in result.stderr
    assert (tmp_path / "pyproject.toml").read_text(encoding="utf-8") == "mine"
