"""Releases of the tiny world, for programs that are run by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.chain import Chain
from tests.conftest import WORLD


def write_releases(folder: Path, count: int = 1) -> Path:
    """Build releases that differ in one text; the last one is current.

    Args:
        folder: Of the releases; a folder of the sources is made beside it.
        count: How many.
    """
    world = folder.with_name(f"{folder.name}-sources")
    chain = Chain(Path(shutil.copytree(WORLD, world)), folder)
    old = '"A lake in <Dalarna>'
    chain.build()
    for number in range(1, count):
        new = f'"A lake number {number} in <Dalarna>'
        chain.replace(old, new)
        old = new
    return folder
