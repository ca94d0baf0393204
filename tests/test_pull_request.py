from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEFAULT_BUILDS = True

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[1] / ".ci" / "pull-request"
LAKES = "data/lakes/lakes.ttl"
_WHO = ["-c", "user.name=Editor", "-c", "user.email=editor@data.example.org"]


def git(folder: Path, *arguments: str) -> None:
    """Call Git in a folder."""
    subprocess.run(["git", *_WHO, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(world: Path) -> Path:
    """Return the tiny world in a repository, with a change of one lake on a branch."""
    git(world, "init", "--initial-branch", "main")
    git(world, "add", ".")
    git(world, "commit", "--message", "begin")
    git(world, "switch", "--create", "change")
    text = (world / LAKES).read_text(encoding="utf-8")
    text = text.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    (world / LAKES).write_text(text, encoding="utf-8")
    git(world, "commit", "--all", "--message", "change")
    return world


def review(repository: Path) -> subprocess.CompletedProcess[str]:
    """Return what the script prints, and its exit code."""
    program = repository.parent / "publisher"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m publisher "$@"\n')
    program.chmod(0o755)
    environ = {name: value for name, value in os.environ.items() if "PUBLISHER_" not in name}
    return subprocess.run(
        [str(SCRIPT), "main", "review"],
        cwd=repository,
        env=environ | {"PUBLISHER": str(program)},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_reviewer_gets_report_difference_and_pictures(repository: Path) -> None:
    """Of the one thing that changed, in both languages; the repository is as it was."""
    done = review(repository)
    made = {path.name for path in (repository / "review").iterdir()}
    difference = (repository / "review" / "difference.html").read_text(encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert "En stor sjö i Dalarna." in difference
    assert "0 entities added, 0 entities removed, 1 entity changed." in done.stdout
    pictures = {"lake-siljan.sv.png", "lake-siljan.en.png"} if shutil.which("chromium") else set()
    assert made == {"report.html", "difference.html", "difference.json"} | pictures
    trees = subprocess.run(
        ["git", "worktree", "list"], cwd=repository, capture_output=True, text=True, check=True
    )
    assert len(trees.stdout.splitlines()) == 1


def test_a_violation_is_annotated_and_stops_the_review(repository: Path) -> None:
    """GitHub shows it beside the line."""
    text = (repository / LAKES).read_text(encoding="utf-8")
    (repository / LAKES).write_text(text.replace('        "Siljan"@en ,\n', ""), encoding="utf-8")
    done = review(repository)

    assert done.returncode == 1
    assert f"::error file={LAKES},line=12::" in done.stdout
    assert LAKES in (repository / "review" / "report.html").read_text(encoding="utf-8")
    assert not (repository / "review" / "difference.html").exists()
