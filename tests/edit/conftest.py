"""The tiny world with every kind of field, parts and statements; and workbooks of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.edit.filled import Filled, export

POND = Path(__file__).parent / "pond"


@pytest.fixture
def pond(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the world with more to edit; one stands in it."""
    shutil.copy(POND / "shapes.ttl", world / "shapes" / "Pond.ttl")
    shutil.copy(POND / "terms.ttl", world / "ontology" / "pond.ttl")
    shutil.copy(POND / "data.ttl", world / "data" / "lakes" / "pond.ttl")
    shutil.copy(POND / "unsourced.rq", world / "shapes" / "hygiene" / "unsourced.rq")
    monkeypatch.chdir(world)
    return world


@pytest.fixture
def book(pond: Path) -> Filled:
    """Return a workbook exported from it, to be filled in."""
    return export(pond)
