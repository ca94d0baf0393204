"""Releases of the tiny world, one after the other, for tests of what a release remembers."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask.testing import FlaskClient

from publisher.config import Config
from publisher.load.files import FOLDERS, VOCABULARIES
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.release.current import JOURNAL, build_lock, switch
from publisher.release.history import feeds
from publisher.release.model import Release
from publisher.release.open import open_release
from publisher.serve.app import create_flask
from publisher.serve.site import Site, open_site

BASE = "https://data.example.org/"
LAKES = "data/lakes/lakes.ttl"
SILJAN = f"{BASE}id/lake/siljan"
VATTERN = f"{BASE}id/lake/vattern"
A_LAKE = f"""

<{VATTERN}>
    a water:Lake ;
    skos:prefLabel
        "Vättern"@en ,
        "Vättern"@sv ;
.
"""
PREFIX = "PREFIX org: <http://www.w3.org/ns/org#>\n"


def build_once(world: Path, releases: Path, made: Path, base: str = BASE) -> Release:
    """Return the release of some sources as a build gives it, and switch to it.

    What a build writes depends on nothing but the sources and the releases that lie there, and
    hundreds of tests begin with the same. So it is made once in a run, for all its processes, and
    copied then; the name of the copy is a digest of all that it depends on.

    Args:
        world: Folder of the sources.
        releases: Folder of the releases.
        made: Folder of what this run has made.
        base: Base of the names.
    """
    kept = made / _digest(world, releases, base)
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.is_dir():
            return _copied(next(kept.iterdir()), releases)
        before = {path.name for path in releases.glob("*")}
        release = build(approve(read_sources(world, base)), releases)
        if release.id not in before:
            beside = kept.with_suffix(".part")
            shutil.copytree(release.folder, beside / release.id)
            beside.rename(kept)
    return release


def _copied(kept: Path, releases: Path) -> Release:
    releases.mkdir(parents=True, exist_ok=True)
    with build_lock(releases):
        staging = releases / f".staging-{kept.name}"
        shutil.copytree(kept, staging)
        staging.rename(releases / kept.name)
        release = open_release(releases / kept.name)
        switch(releases, release.id)
        return release


def _digest(world: Path, releases: Path, base: str) -> str:
    """Return a digest of all that a release is made of, the setting that tests change included."""
    digest = hashlib.sha256(f"{base}\n{feeds.PAGE_MEMBERS}\n".encode())
    sources = [world / name for name in (*FOLDERS, VOCABULARIES)]
    beside = [path for path in world.glob("*") if path.is_file()]
    for path in sorted([*beside, *_files(*sources), *_files(releases)]):
        name = path.relative_to(releases if path.is_relative_to(releases) else world).as_posix()
        if name == ".lock":
            continue
        content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
        if name == JOURNAL:  # whose first line has the time of the clock
            content = content.partition(b"\n")[2]
        digest.update(os.fsencode(name) + b"\n" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())


@dataclass(frozen=True)
class Chain:
    """A folder of sources, and the folder of its releases.

    Attributes:
        world: Folder of the sources.
        releases: Folder of the releases.
        made: Folder of the releases that this run of the tests has built; see ``build_once``. None:
            every build is made.
    """

    world: Path
    releases: Path
    made: Path | None = None

    def write(self, name: str, text: str) -> None:
        """Put a text into a file of the sources."""
        (self.world / name).write_text(text, encoding="utf-8")

    def read(self, name: str = LAKES) -> str:
        """Return the text of a file of the sources."""
        return (self.world / name).read_text(encoding="utf-8")

    def build(self) -> Release:
        """Return the release of the sources as they stand."""
        if self.made is not None:
            return build_once(self.world, self.releases, self.made)
        return build(approve(read_sources(self.world, BASE)), self.releases)

    def replace(self, old: str, new: str, name: str = LAKES) -> Release:
        """Return the release after a text was replaced in the sources."""
        text = self.read(name)
        assert old in text
        self.write(name, text.replace(old, new))
        return self.build()

    def add(self, text: str, name: str = LAKES) -> Release:
        """Return the release after a text was added to the sources."""
        before = self.read(name)
        head = PREFIX if "org:" in text and PREFIX not in before else ""
        self.write(name, head + before.rstrip("\n") + "\n" + text)
        return self.build()

    def remove(self, text: str, name: str = LAKES) -> Release:
        """Return the release after a text was taken out of the sources."""
        return self.replace(text, "", name)

    def config(self, **settings: object) -> Config:
        """Return settings for serving the releases."""
        usual: dict[str, object] = {
            "base_iri": BASE,
            "site_url": "http://localhost/",
            "releases": str(self.releases),
            "query_workers": 1,
        }
        return Config(**(usual | settings)).with_site()  # type: ignore[arg-type]

    @contextmanager
    def site(self, release: Release) -> Iterator[Site]:
        """Open a release for serving, for as long as it is needed."""
        opened = open_site(self.config(), release)
        try:
            yield opened
        finally:
            opened.engine.close()

    @contextmanager
    def client(self, release: Release) -> Iterator[FlaskClient]:
        """Open a release, and ask it without the memory in front."""
        with self.site(release) as site:
            yield create_flask(site).test_client()
