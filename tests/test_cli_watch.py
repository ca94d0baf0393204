from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

pytestmark = pytest.mark.slow

LAKES = "data/lakes/lakes.ttl"
_PATIENCE_SECONDS = 60.0
# What a shell starts in the background does not hear SIGINT, nor does what that starts (POSIX,
# Shell Command Language, section 2.11); at a terminal the program hears it.
_AT_A_TERMINAL = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from publisher.cli import main
main()
"""


@pytest.fixture
def watching(world: Path) -> Iterator[tuple[subprocess.Popen[str], Queue[str]]]:
    """Run ``publisher check --watch`` in the tiny world; return the program and what it prints."""
    command = [sys.executable, "-c", _AT_A_TERMINAL, "check", "--watch", "--lang", "en"]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}
    printed: Queue[str] = Queue()
    with subprocess.Popen(
        command,
        cwd=world,
        env=environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        assert program.stdout is not None
        lines = program.stdout
        Thread(target=lambda: [printed.put(line) for line in lines], daemon=True).start()
        yield program, printed
        program.kill()


def wait_for(printed: Queue[str], wanted: str) -> None:
    """Read lines until one holds a text."""
    while wanted not in printed.get(timeout=_PATIENCE_SECONDS):
        pass


def test_what_is_saved_is_checked_again_until_interrupted(
    world: Path, watching: tuple[subprocess.Popen[str], Queue[str]]
) -> None:
    """An editor sees the mistake, and that it is mended, without calling anything."""
    program, printed = watching
    text = (world / LAKES).read_text(encoding="utf-8")
    wait_for(printed, "Waiting for a file to be saved")

    (world / LAKES).write_text(text.replace('        "Siljan"@en ,\n', ""), encoding="utf-8")
    wait_for(printed, "violation: Give one name per language")
    (world / LAKES).write_text("lake", encoding="utf-8")
    wait_for(printed, "Line 1, column 1")
    (world / LAKES).write_text(text, encoding="utf-8")
    wait_for(printed, "0 violations, 0 warnings, 0 notes.")

    program.send_signal(signal.SIGINT)
    assert program.wait(timeout=_PATIENCE_SECONDS) == 0
