"""Files of strangers are answered in a sentence, within bounds of memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.adversary.sheet_files import TABLES, WORKBOOKS

WORLD = Path(__file__).parent.parent / "data"
# What the process may take at all, and what it takes for any of them; the program takes 120 MB.
MOST_BYTES, PEAK_MB = 3 << 30, 800
SECONDS = 400
# One process for all of them: what one leaves behind shows in the peak.
PROGRAM = """
import json, resource, sys, time
from click.testing import CliRunner
from publisher.cli import main

most, *files = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_AS, (int(most), int(most)))
for file in files:
    began = time.monotonic()
    result = CliRunner().invoke(main, ["sheet", "import", file, "--lang", "en", "--dry-run"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    fault = repr(result.exception) if not isinstance(result.exception, SystemExit) else None
    seconds = round(time.monotonic() - began, 1)
    said = [file, result.exit_code, result.output, seconds, peak, fault]
    print(json.dumps(said), flush=True)
"""


@dataclass(frozen=True)
class Answer:
    """What an import answered."""

    exit_code: int
    output: str
    seconds: float
    peak_mb: int
    fault: str | None


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """Return name of a file → what its import answered, all by one process."""
    folder = tmp_path_factory.mktemp("sheets") / "world"
    shutil.copytree(WORLD, folder)
    made = [(each, "xlsx") for each in WORKBOOKS] + [(each, "csv") for each in TABLES]
    for make, ending in made:
        make(folder / f"{make.__name__}.{ending}")
    names = [f"{make.__name__}.{ending}" for make, ending in made]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(MOST_BYTES), *names],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(names), f"ended in {names[len(lines)]}: {done.stderr[-2000:]}"
    return {Path(name).stem: Answer(*rest) for name, *rest in lines}


@pytest.mark.parametrize("make", WORKBOOKS, ids=lambda make: make.__name__)
def test_a_hostile_workbook_gets_a_sentence(
    answers: dict[str, Answer], make: Callable[[Path], None]
) -> None:
    """A stray cell, a bomb, a part without end: no traceback, and the machine goes on."""
    answer = answers[make.__name__]
    said = WORKBOOKS[make]
    assert answer.fault in (None, "None")
    assert answer.exit_code == (0 if said is None else 1), answer.output
    assert (said or "") in answer.output
    assert said is None or answer.output.strip()
    assert answer.peak_mb < PEAK_MB


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_a_hostile_table_gets_a_sentence(
    answers: dict[str, Answer], make: Callable[[Path], None]
) -> None:
    """A row, a cell or a quotation without end."""
    answer = answers[make.__name__]
    assert answer.fault in (None, "None")
    assert answer.exit_code == 1
    assert TABLES[make] in answer.output
    assert answer.peak_mb < PEAK_MB


def test_a_file_that_was_answered_leaves_nothing_behind(answers: dict[str, Answer]) -> None:
    """The process goes on after all of them."""
    assert len(answers) == len(WORKBOOKS) + len(TABLES)
