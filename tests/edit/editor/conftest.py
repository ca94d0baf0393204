"""The editor over a copy of the tiny world, and over a copy of the fourteen."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.edit.editor.app import Editor, EditorServer, create_flask
from publisher.edit.editor.pages import EditorFrame, EditorPages
from publisher.edit.editor.session import EditSession

REPOSITORY = Path(__file__).parents[3]
BASE = "https://data.example.org/"
CLUSTERS = "https://w3id.org/nms-kluster/"


@pytest.fixture
def desk(world: Path) -> EditSession:
    """Return the desk of somebody who edits the tiny world."""
    return EditSession(world, BASE)


@pytest.fixture
def editor(desk: EditSession) -> FlaskClient:
    """Return a client of the editor of the tiny world, inside its gate."""
    return create_flask(EditorPages(desk, EditorFrame(lambda language: "")), "sv").test_client()


@pytest.fixture
def clusters(tmp_path: Path) -> Path:
    """Return a copy of the fourteen, to be changed at will."""
    folder = tmp_path / "clusters"
    for name in ("ontology", "data", "shapes"):
        shutil.copytree(REPOSITORY / name, folder / name)
    return folder


@pytest.fixture
def cluster_desk(clusters: Path) -> EditSession:
    """Return the desk of somebody who edits the fourteen."""
    return EditSession(clusters, CLUSTERS)


@pytest.fixture
def staff(cluster_desk: EditSession) -> FlaskClient:
    """Return a client of the editor of the fourteen, inside its gate."""
    frame = EditorFrame(lambda language: "")
    return create_flask(EditorPages(cluster_desk, frame), "sv").test_client()


@pytest.fixture
def served_editor(world: Path) -> Iterator[EditorServer]:
    """Return the editor of the tiny world on a real socket."""
    yield from run(Editor(world, BASE, "sv"))


def run(application: Editor) -> Iterator[EditorServer]:
    """Serve an editor as the command does, until the test ends."""
    server = EditorServer(application)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server
    server.close()
    thread.join()
