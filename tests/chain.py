"""Releases of the tiny world, one after the other, for tests of what a release remembers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask.testing import FlaskClient

from publisher.config import Config
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import Progress, build
from publisher.release.model import Release
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


@dataclass(frozen=True)
class Chain:
    """A folder of sources, and the folder of its releases."""

    world: Path
    releases: Path

    def write(self, name: str, text: str) -> None:
        """Put a text into a file of the sources."""
        (self.world / name).write_text(text, encoding="utf-8")

    def read(self, name: str = LAKES) -> str:
        """Return the text of a file of the sources."""
        return (self.world / name).read_text(encoding="utf-8")

    def build(self, progress: Progress = lambda step: None) -> Release:
        """Return the release of the sources as they stand."""
        return build(approve(read_sources(self.world, BASE)), self.releases, progress)

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
