"""The wheel: what is in it, and what a type checker sees of it once it is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from publisher.build_hook import GROUND, GROUND_FILES, PACKAGES, name_of_copy

DEFAULT_BUILDS = True

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
_BUILD = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
_PROGRAM = """\
from publisher.addresses import Addresses

reveal_type(Addresses("https://data.example.org/", "http://127.0.0.1/").document_of)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of the package, built from a copy of its sources without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    source, built = folder / "source", folder / "built"
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "publisher", source / "publisher", ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    # The build hook downloads packages from npm unless they are there.
    for package in PACKAGES:
        there = source / package.folder
        there.mkdir(parents=True, exist_ok=True)
        for name in package.files:
            (there / name_of_copy(name)).touch()
    (source / GROUND).mkdir(exist_ok=True)
    for name in GROUND_FILES:
        (source / GROUND / name).touch()
    built.mkdir()
    subprocess.run([sys.executable, "-c", _BUILD, str(built)], cwd=source, check=True, timeout=300)
    (found,) = built.glob("*.whl")
    return found


def test_the_wheel_holds_the_program_and_its_marker_but_no_documents(wheel: Path) -> None:
    """A package without ``py.typed`` counts as untyped (PEP 561); documents only make it big."""
    names = zipfile.ZipFile(wheel).namelist()

    assert "publisher/py.typed" in names
    assert "publisher/locale/sv.po" in names
    for package in PACKAGES:
        for file in package.files:
            assert (package.folder / name_of_copy(file)).as_posix() in names
    assert {(GROUND / name).as_posix() for name in GROUND_FILES} <= set(names)
    assert [name for name in names if name.endswith((".md", ".png"))] == [
        "publisher/serve/static/icon.png"
    ]


def test_a_type_checker_sees_the_types_of_the_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    """Without the marker everything that is imported would be ``Any``."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run(
        [*pip, "--no-index", "--no-deps", "--disable-pip-version-check", str(wheel)],
        check=True,
        timeout=300,
    )
    (tmp_path / "program.py").write_text(_PROGRAM, encoding="utf-8")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file", "", "--cache-dir", "cache"]
    done = subprocess.run(
        [*mypy, "--python-executable", str(python), "program.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert 'Revealed type is "def (iri: str) -> str"' in done.stdout
