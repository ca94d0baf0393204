"""Folders of other publishers' shapes: written, checked, built and served on a real socket."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlsplit

from publisher.findings import Finding
from publisher.load.sources import Sources, read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.release.model import Release
from tests.conftest import wait_for
from tests.serve.conftest import Answer, Socket
from tests.servers import free_ports

REDIRECTS = (301, 303, 307, 308)
# RFC 3986: what stands in a path or a query as it is; escapes stay, letters are escaped.
_SAFE = "/:@!$&'()*+,;=~-._%?"


@dataclass(frozen=True)
class Folder:
    """A folder that was checked and built.

    Attributes:
        base: Base of its names.
        sources: As they were read.
        findings: Of the check.
        release: What was built.
    """

    base: str
    sources: Sources
    findings: tuple[Finding, ...]
    release: Release

    def found(self, rule: str) -> set[str]:
        """Return the things of which a rule found something."""
        return {finding.focus_node for finding in self.findings if finding.rule == rule}


def write_folder(folder: Path, base: str, files: Mapping[str, str]) -> Path:
    """Write sources; what every folder must have is added where it is missing."""
    least = {
        "ontology/own.ttl": f"<{base}def/own> a <http://www.w3.org/2002/07/owl#Ontology> .\n",
        "shapes/own.ttl": f"<{base}shapes#Own> a <http://www.w3.org/ns/shacl#NodeShape> .\n",
        "data/catalogue.ttl": (
            f"<{base}catalog> a <http://www.w3.org/ns/dcat#Catalog> ;\n"
            "    <http://purl.org/dc/terms/modified>"
            ' "2026-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .\n'
        ),
    }
    folders = {name.partition("/")[0] for name in files}
    for name, text in files.items():
        _write(folder / name, text)
    for name, text in least.items():
        if name.partition("/")[0] not in folders or name.startswith("data/"):
            _write(folder / name, text)
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def build_folder(work: Path, base: str, files: Mapping[str, str]) -> Folder:
    """Write, check and build a folder of sources."""
    sources = read_sources(write_folder(work / "sources", base, files), base)
    approved = approve(sources)
    return Folder(base, sources, approved.findings, build(approved, work / "releases"))


@contextmanager
def run_publisher(work: Path, *arguments: str) -> Iterator[Site]:
    """Run a command that serves, on a port of its own, until it is no longer needed."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "publisher", *arguments, "--port", str(port)]
    command += ["--query-workers", "1"]
    environ = {name: value for name, value in os.environ.items() if "PUBLISHER" not in name}
    with (work / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=work, env=environ, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", server)
        yield Site(Socket(port))
    finally:
        server.terminate()
        server.wait(30)


@dataclass(frozen=True)
class Site:
    """A site on a real socket, asked as it is written: no client tidies up the addresses."""

    socket: Socket
    root: str = "/"

    @property
    def address(self) -> str:
        """Return the address of the home page."""
        return f"http://127.0.0.1:{self.socket.port}/"

    def look_up(self, base: str, iri: str, accept: str) -> tuple[list[int], Answer]:
        """Return the statuses from an IRI to its document, and the last answer."""
        path = quote(iri.partition("#")[0].removeprefix(base), safe=_SAFE)
        return self.follow(self.root + path, accept)

    def sitemap(self) -> list[str]:
        """Return the paths of all addresses of the sitemap."""
        written = self.socket.get("/sitemap.xml").text
        return [target_of(unescape(place)) for place in re.findall("<loc>([^<]*)</loc>", written)]

    def follow(self, path: str, accept: str) -> tuple[list[int], Answer]:
        """Return the statuses from a path through redirects, and the last answer."""
        answer = self.socket.get(path, {"Accept": accept})
        statuses = [answer.status_code]
        while answer.status_code in REDIRECTS and len(statuses) < 5:
            answer = self.socket.get(target_of(answer.headers["Location"]), {"Accept": accept})
            statuses.append(answer.status_code)
        return statuses, answer


def target_of(location: str) -> str:
    """Return path and query of an address."""
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
