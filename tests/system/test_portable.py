"""The program without what only POSIX has, as far as Linux can show it; and wheels for all."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import requests

from publisher.system import files, portable
from tests.servers import free_ports

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
WORLD = HERE.parent / "data"
# System → the tags of the wheels that it takes.
PLATFORMS = {
    "windows": ["win_amd64"],
    "macos": [f"macosx_{n}_0_{cpu}" for n in range(11, 15) for cpu in ("arm64", "universal2")]
    + [f"macosx_10_{n}_universal2" for n in range(9, 17)],
    "linux": [f"manylinux_2_{n}_x86_64" for n in (5, 12, 17, 24, 28)] + ["manylinux2014_x86_64"],
}


def environment() -> dict[str, str]:
    """Return the environment in which processes find no part of POSIX."""
    return os.environ | {
        "PYTHONPATH": os.pathsep.join([str(HERE / "no_posix"), str(REPOSITORY)]),
        "PUBLISHER_QUERY_WORKERS": "1",
        "PUBLISHER_TEST_NO_POSIX": "1",
    }


def run(folder: Path, *arguments: str) -> str:
    """Return what a command says; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "publisher", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def eventually(address: str, text: str) -> None:
    """Wait until an address answers with a text."""
    for _ in range(600):
        try:
            if text in requests.get(address, timeout=10).text:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.1)
    raise AssertionError(address)


@pytest.mark.slow
def test_a_site_is_built_served_changed_and_exported_without_posix(tmp_path: Path) -> None:
    """No fcntl, resource, uvloop, signals, links: what Windows lacks, each process lacks."""
    folder = Path(shutil.copytree(WORLD, tmp_path / "world"))
    (port,) = free_ports(1)
    site = f"http://127.0.0.1:{port}"
    assert "0 violations" in run(folder, "check")
    run(folder, "build")
    assert (folder / ".publisher" / "releases" / "current").is_file()
    log = (tmp_path / "log").open("wb")
    command = [sys.executable, "-m", "publisher", "serve", "--port", str(port)]
    with log, subprocess.Popen(command, cwd=folder, env=environment(), stdout=log) as server:
        try:
            eventually(f"{site}/readyz", "2026-01-02")
            answer = requests.post(f"{site}/sparql", data={"query": "ASK { ?s ?p ?o }"}, timeout=30)
            assert answer.json()["boolean"] is True
            assert "Siljan" in requests.get(f"{site}/doc/lake/siljan", timeout=30).text
            lakes = folder / "data" / "lakes" / "lakes.ttl"
            lakes.write_text(lakes.read_text("utf-8").replace("En sjö", "En stor sjö"), "utf-8")
            run(folder, "build")
            eventually(f"{site}/doc/lake/siljan.ttl", "En stor sjö")
        finally:
            server.terminate()
        assert server.wait(30) is not None
    said = (tmp_path / "log").read_text("utf-8")
    assert "limited by its parent alone" in said
    assert "Traceback" not in said
    assert "files" in run(folder, "export", "out", "--site-url", "https://data.example.org/")
    run(folder, "sheet", "export", "lakes.xlsx")
    assert "nothing differs" in run(folder, "sheet", "import", "lakes.xlsx")


def test_a_link_is_a_file_where_there_are_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leads on, is replaced in one step, and a file that names no neighbour leads nowhere."""
    link = tmp_path / "current"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    files.point_at(link, "one")
    assert link.is_symlink()
    monkeypatch.setattr(Path, "symlink_to", _refuse)
    files.point_at(link, "two")
    assert not link.is_symlink()
    assert files.pointed_at(link) == "two"
    assert files.followed(link) == (tmp_path / "two").resolve()
    for name in ("../elsewhere", ".hidden", "a\nb", "", "x" * 300):
        link.write_text(name, "utf-8")
        assert files.pointed_at(link) == "", name


def _refuse(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_a_limit_that_the_system_lacks_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the log says what that means."""
    monkeypatch.setattr(portable, "resource", None)
    portable.limit("RLIMIT_AS", 1)
    portable.allow_descriptors()
    assert portable.descriptors() > 1000
    assert any("parent alone" in clause for clause in portable.missing_protection())


@pytest.mark.exhaustive
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_dependency_has_a_wheel_for_each_platform(platform: str, tmp_path: Path) -> None:
    """Who has no compiler installs it all the same."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    is_windows = platform == "windows"
    wanted = [
        re.sub(r";.*", "", line)
        for line in project["dependencies"]
        if not (is_windows and "!= 'win32'" in line)
    ]
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    command += ["--only-binary=:all:", "--python-version", "3.11"]
    command += [part for tag in PLATFORMS[platform] for part in ("--platform", tag)]
    command += ["--target", str(tmp_path / "there"), "--report", str(tmp_path / "report.json")]
    done = subprocess.run([*command, *wanted], capture_output=True, text=True, check=False)
    if "No matching distribution" not in done.stderr and done.returncode:
        pytest.skip(f"the registry of packages cannot be asked: {done.stderr[-200:]}")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "report.json").read_text("utf-8"))["install"]
    assert all(one["download_info"]["url"].endswith(".whl") for one in found)
