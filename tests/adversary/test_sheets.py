"""Files of strangers are answered in a sentence, within bounds of memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from tests.adversary.sheet_files import (
    TABLES,
    WORKBOOKS,
    formatted_lines,
    unpacks_to_blanks,
    unpacks_to_gigabytes,
    wide_lines,
)
from tests.municipalities import BASE, write_municipalities
from tests.servers import program

pytestmark = pytest.mark.slow

WORLD = Path(__file__).parent.parent / "data"
# What the process may take at all, and what it takes for any of them; the program takes 120 MB.
MOST_BYTES, PEAK_MB = 3 << 30, 800
SECONDS = 400
SLOW = (formatted_lines, unpacks_to_blanks, unpacks_to_gigabytes, wide_lines)
# Each file in a child of its own, which shares what is imported: its peak is its own.
PROGRAM = """
import json, os, resource, sys
from click.testing import CliRunner
from publisher.cli import main
from publisher.quality import shapes
from publisher.edit.sheets import importing, marking

most = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (most, most))
for line in sys.stdin:
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        print(flush=True)
        continue
    arguments = ["sheet", "import", line.strip(), "--lang", "en", "--dry-run"]
    result = CliRunner().invoke(main, arguments)
    used = resource.getrusage(resource.RUSAGE_SELF)
    fault = None if isinstance(result.exception, SystemExit) else repr(result.exception)
    said = [result.exit_code, result.output, used.ru_utime, used.ru_maxrss >> 10, fault]
    print(json.dumps(said), end="", flush=True)
    os._exit(0)
"""


@dataclass(frozen=True)
class Answer:
    """What an import answered."""

    exit_code: int
    output: str
    seconds: float
    peak_mb: int
    fault: str | None


@dataclass(frozen=True)
class Importer:
    """Imports files that are made in its folder, each in a process of its own."""

    folder: Path
    process: subprocess.Popen[str]

    def answer(self, make: Callable[[Path], None], ending: str) -> Answer:
        """Return what the import of a file answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        file = self.folder / f"{make.__name__}.{ending}"
        make(file)
        self.process.stdin.write(f"{file.name}\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline().strip()
        assert said, f"the import of {file.name} ended without an answer"
        return Answer(*json.loads(said))


@pytest.fixture(scope="module")
def importer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Importer]:
    """Return an importer of the small world."""
    folder = tmp_path_factory.mktemp("sheets") / "world"
    shutil.copytree(WORLD, folder)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(MOST_BYTES)],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Importer(folder, process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(SECONDS)


def cases(makers: object) -> list[object]:
    """Return the files as parameters; those that take long are marked."""
    assert isinstance(makers, dict)
    return [
        pytest.param(make, id=make.__name__, marks=[pytest.mark.exhaustive] if make in SLOW else [])
        for make in makers
    ]


@pytest.mark.parametrize("make", cases(WORKBOOKS))
def test_a_hostile_workbook_gets_a_sentence(
    importer: Importer, make: Callable[[Path], None]
) -> None:
    """A stray cell, a bomb, a part without end: no traceback, and the machine goes on."""
    answer = importer.answer(make, "xlsx")
    said = WORKBOOKS[make]
    assert answer.fault in (None, "None")
    assert answer.exit_code == (0 if said is None else 1), answer.output
    assert (said or "") in answer.output
    assert said is None or answer.output.strip()
    assert answer.peak_mb < PEAK_MB


@pytest.mark.parametrize("make", cases(TABLES))
def test_a_hostile_table_gets_a_sentence(importer: Importer, make: Callable[[Path], None]) -> None:
    """A row, a cell or a quotation without end: the line on which it begins is named."""
    answer = importer.answer(make, "csv")
    assert answer.fault in (None, "None")
    assert answer.exit_code == 1
    assert TABLES[make] in " ".join(answer.output.split())
    assert answer.peak_mb < PEAK_MB


def lines_without_a_name(file: Path, count: int) -> None:
    """Write a workbook with new lakes that lack their name in one of two languages."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Lake")
    sheet.append(["Adress här", "Namn (sv)", "Namn (en)"])
    for number in range(count):
        sheet.append([None, f"Tjärn {number}", None])
    book.save(file)


def lines_without_a_county(file: Path, count: int) -> None:
    """Write a workbook with new municipalities in counties that nobody knows."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("municipality")
    sheet.append(["Adress här", "Namn (sv)", "Län", "Bokstäver"])
    for number in range(count):
        sheet.append([None, f"Ort {number}", f"Län {number}", f"{number} stycken"])
    book.save(file)


def twenty_thousand(file: Path) -> None:
    lines_without_a_name(file, 20_000)


def of_libreoffice(file: Path) -> None:
    """Write the same, saved by LibreOffice: a format on every cell, the texts shared."""
    source = file.with_name("in") / file.name
    source.parent.mkdir()
    lines_without_a_name(source, 20_000)
    profile = f"-env:UserInstallation=file://{source.parent}/profile"
    command = [program("soffice"), profile, "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*command, "--outdir", str(file.parent), str(source)],
        check=True,
        capture_output=True,
        timeout=SECONDS,
    )


@pytest.mark.parametrize(
    "make", [twenty_thousand, pytest.param(of_libreoffice, marks=pytest.mark.exhaustive)]
)
def test_very_many_wrong_lines_get_a_hundred_findings_and_a_count(
    importer: Importer, make: Callable[[Path], None]
) -> None:
    """Some stand for the others; each kind of mistake is told a hundred times."""
    answer = importer.answer(make, "xlsx")
    assert answer.exit_code == 1
    lines = answer.output.splitlines()
    told = [line for line in lines if "Fill in “Name” once in each language" in line]
    assert len(told) == 100, lines[:3]
    assert told[0].startswith("Lake C2: ")
    assert told[-1].endswith("… and 19,900 more like this.")
    assert lines[-1].startswith("To fix first: 20000. Nothing was written")
    assert answer.peak_mb < PEAK_MB


def test_a_folder_unlike_ours_gets_a_hundred_findings_of_each_kind(tmp_path: Path) -> None:
    """Two mistakes on every line are two kinds."""
    folder = write_municipalities(tmp_path)
    file = folder / "wrong.xlsx"
    lines_without_a_county(file, 2_000)
    command = [sys.executable, "-m", "publisher", "sheet", "import", file.name, "--lang", "en"]
    done = subprocess.run(
        [*command, "--base-iri", BASE], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    lines = done.stderr.splitlines()
    for said in ("is not in the list.", "is not a number that belongs here."):
        told = [line for line in lines if said in line]
        assert len(told) == 100
        assert told[-1].endswith("… and 1,900 more like this.")
    assert lines[-1].startswith("To fix first: 4000. Nothing was written")
