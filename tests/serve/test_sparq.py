from __future__ import annotations

import dataclasses
import importlib.util
import tempfile
from pathlib import Path

import pytest

from publisher.config import Config
from publisher.errors import SettingError
from publisher.query import sparq_files
from publisher.query.engine import Operation
from publisher.release.model import Release
from publisher.serve.engines import open_engine
from tests.documents import project

DEFAULT_BUILDS = True

pytestmark = pytest.mark.slow


def test_without_its_library_the_engine_is_refused_with_the_cure(
    config: Config, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An extra that is missing is a matter of one command."""
    monkeypatch.setattr(sparq_files, "find_spec", lambda name: None)
    with pytest.raises(SettingError, match="not installed") as refused:
        open_engine(dataclasses.replace(config, engine="sparq"), release, frozenset())
    (wanted,) = project()["optional-dependencies"]["sparq"]
    assert f"pip install '{wanted}'" in str(refused.value)


@pytest.mark.skipif(not importlib.util.find_spec("sparq"), reason="the extra is not installed")
def test_its_files_go_with_it(
    config: Config, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They lie beside the release, never in it, and are as large as it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    engine = open_engine(dataclasses.replace(config, engine="sparq"), release, frozenset())
    engine.answer(Operation("ASK {}"))
    assert len(list(tmp_path.glob("publisher-*/files/dict-meta.bin"))) == 1
    engine.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not importlib.util.find_spec("sparq"), reason="the extra is not installed")
def test_a_worker_evaluates_over_the_files(config: Config, release: Release) -> None:
    """A worker maps its files into memory."""
    engine = open_engine(dataclasses.replace(config, engine="sparq"), release, frozenset())
    try:
        engine.answer(Operation("ASK {}"))
        pid = engine._workers.pids()[0]  # type: ignore[attr-defined]
        assert "perm0.bin" in Path(f"/proc/{pid}/maps").read_text()
    finally:
        engine.close()


@pytest.mark.skipif(not importlib.util.find_spec("sparq"), reason="the extra is not installed")
def test_its_threads_are_there_before_the_sandbox_closes(config: Config, release: Release) -> None:
    """Where no thread may start, a query that wants more of them would end the worker."""
    engine = open_engine(dataclasses.replace(config, engine="sparq"), release, frozenset())
    grouped = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?n"
    try:
        engine.answer(Operation("ASK {}"))
        tasks = Path(f"/proc/{engine._workers.pids()[0]}/task")  # type: ignore[attr-defined]
        before = sorted(path.name for path in tasks.iterdir())
        engine.answer(Operation(grouped))
        assert sorted(path.name for path in tasks.iterdir()) == before
    finally:
        engine.close()


@pytest.mark.skipif(not importlib.util.find_spec("sparq"), reason="the extra is not installed")
def test_files_that_a_killed_process_left_are_taken_away_and_no_others(
    config: Config, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is stopped or killed does not close its engine."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "publisher-left").mkdir()
    (tmp_path / "publisher-left" / "lock").touch()
    chosen = dataclasses.replace(config, engine="sparq")
    first, second = (open_engine(chosen, release, frozenset()) for _ in range(2))
    left = sorted(path.name for path in tmp_path.glob("*/files"))
    is_gone = not (tmp_path / "publisher-left").exists()
    count = len(list(tmp_path.glob("publisher-*")))
    first.close()
    second.close()
    assert (is_gone, count, len(left)) == (True, 2, 2)
