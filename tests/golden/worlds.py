"""The two folders of sources that are published for the digests: the tiny world, and our own."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from publisher.cli import main

_TESTS = Path(__file__).parents[1]
_PROJECT = _TESTS.parent
# Where the copy of the site is said to be; never the base of the names, so that a mix-up shows.
SITE = "https://copy.example.net/"
_PARAMETER = re.compile(r"^# param (\w+) example (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class World:
    """A folder of sources and the folder of its releases.

    Attributes:
        name: Begins the names of the lists of digests.
        sources: The folder of sources; its queries are asked with their examples.
        releases: Every release that was made of it, the current one the newest.
        words: What is searched for: a name, a misspelt name, a word, nothing that is there.
        is_whole: Every address is asked for in every way; else some of each kind.
        left: Paths of entities that have left, or were replaced.
    """

    name: str
    sources: Path
    releases: Path
    words: tuple[str, ...]
    is_whole: bool
    left: tuple[str, ...] = field(default=())

    @property
    def release_names(self) -> list[str]:
        """Return the names of the releases, the oldest first."""
        dates = {path.name: _manifest(path)["published"] for path in self.releases.glob("2*")}
        return sorted(dates, key=dates.__getitem__)

    @property
    def newest(self) -> Path:
        """Return the folder of the newest release."""
        return self.releases / self.release_names[-1]

    @property
    def base_iri(self) -> str:
        """Return the IRI that all names begin with."""
        return _manifest(self.newest)["base_iri"]

    def queries(self) -> dict[str, Mapping[str, str]]:
        """Return name of each named query → example of each parameter."""
        return {
            path.stem: dict(_PARAMETER.findall(path.read_text(encoding="utf-8")))
            for path in sorted((self.sources / "data" / "queries").glob("*.rq"))
        }


def _manifest(release: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((release / "manifest.json").read_bytes())
    return found


def publisher(folder: Path, *arguments: str) -> None:
    """Run a command of the program in a folder, without settings of the environment."""
    environ = {name: None for name in os.environ if name.startswith("PUBLISHER_")}
    with chdir(folder):
        result = CliRunner(env=environ).invoke(main, [*arguments, "--lang", "en"])
    assert result.exit_code == 0, f"{arguments}: {result.output}\n{result.exception!r}"


def _lake(name: str, label: str, more: str = "") -> str:
    return (
        f"\n<https://data.example.org/id/lake/{name}>\n    a water:Lake ;\n{more}"
        f'    skos:prefLabel\n        "{label}"@en ,\n        "{label}"@sv ;\n.\n'
    )


def build_tiny(folder: Path) -> World:
    """Return the tiny world after three releases: as it is, with more, and with less of it.

    The first release is made of ``tests/data`` just as it lies there. In the last one a lake has
    left and another one has a new address.
    """
    sources, releases = folder / "sources", folder / "releases"
    shutil.copytree(_TESTS / "data", sources)
    _build(sources, releases)
    lakes = sources / "data" / "lakes" / "lakes.ttl"
    first = lakes.read_text(encoding="utf-8").replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    lakes.write_text(
        first + _lake("orsasjon", "Orsasjön") + _lake("vättern", "Vättern"), encoding="utf-8"
    )
    _build(sources, releases)
    replaces = "    dcterms:replaces <https://data.example.org/id/lake/orsasjon> ;\n"
    lakes.write_text(first + _lake("orsasjön", "Orsasjön", replaces), encoding="utf-8")
    described = _TESTS / "release"
    shutil.copy(described / "catalogue.ttl", sources / "data" / "catalogue.ttl")
    shutil.copy(described / "dalarna.ttl", sources / "data" / "lakes" / "dalarna.ttl")
    _build(sources, releases, "--allow-loss", "a lake has left")
    words = ("Siljan", "siljn", "sjö", "nowhere")
    return World("tiny", sources, releases, words, True, ("lake/vättern", "lake/orsasjon"))


def build_own(folder: Path) -> World:
    """Return the project's own folder after one release."""
    sources, releases = folder / "sources", folder / "releases"
    sources.mkdir(parents=True)
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(_PROJECT / name, sources / name)
    shutil.copy(_PROJECT / "pyproject.toml", sources)
    _build(sources, releases)
    return World("data", sources, releases, ("Compare", "dalrna", "kluster"), False)


def _build(sources: Path, releases: Path, *options: str) -> None:
    publisher(sources, "build", "--releases", str(releases), *options)
