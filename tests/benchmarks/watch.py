"""How long who edits waits: a check from a cold start, and the answer of ``--watch`` after a save.

Run it with ``python tests/benchmarks/watch.py --readme`` (two minutes); it prints a table. The
folders are the real sources and rounds of copies of them (``clusters.py``). On a machine that has
other things to do, processor time says more than waiting: that of all processes of the program.
"""

from __future__ import annotations

import argparse
import os
import queue
import re
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from clusters import make_sources
from machinery import publisher, table
from measured import Part, circumstances, parser, show

from publisher.cli.watching import pause_seconds, saved_files

_FILE = "data/clusters/paper-province.ttl"
_OLD, _NEW = '"Brons 2016 för Paper Province"@sv', '"Brons för Paper Province 2016"@sv'
_ANSWER = re.compile(r"\d+ violations?, \d+ warnings?, \d+ notes?\.")
_WAITS = "Waiting for a file to be saved"
_LONGEST_SECONDS = 300.0
# After this the processes of the next check are there; people do not save more often.
_BETWEEN_SAVES_SECONDS = 1.5
_IDLE_SECONDS = 5.0
_MANY_FILES = 5_000


@dataclass
class Measured:
    """What some checks took: seconds of waiting, and of all processors."""

    waits: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    afterwards: list[float] = field(default_factory=list)
    idle_share: float = 0.0

    def waited(self) -> str:
        """Return median and longest."""
        return f"{statistics.median(self.waits):.2f} / {max(self.waits):.2f}"


def cold(folder: Path, runs: int) -> Measured:
    """Return what ``publisher check`` takes; the first run, which compiles, does not count."""
    found = Measured()
    for _ in range(runs + 1):
        before, began = _of_children(), time.perf_counter()
        subprocess.run(publisher("check"), cwd=folder, stdout=subprocess.DEVNULL, check=True)
        found.waits.append(time.perf_counter() - began)
        found.processor.append(_of_children() - before)
    del found.waits[0], found.processor[0]
    return found


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def watched(folder: Path, saves: int) -> Measured:
    """Return what ``publisher check --watch`` takes after each save of a file."""
    found = Measured()
    file = folder / _FILE
    text = file.read_text(encoding="utf-8")
    texts = [text.replace(_OLD, _NEW), text]
    if texts[0] == text:
        raise SystemExit(f"{_FILE} does not say {_OLD}.")
    with _watching(folder) as (pid, lines):
        _wait_for(lines, re.compile(_WAITS))
        for number in range(saves + 1):  # the first one imports what the cold check did not need
            time.sleep(_BETWEEN_SAVES_SECONDS)
            while not lines.empty():  # of a save that was seen half, or twice
                lines.get()
            new = file.with_name(".new")
            new.write_text(texts[number % 2], encoding="utf-8")
            before, began = _of_tree(pid), time.perf_counter()
            new.replace(file)  # as editors do
            _wait_for(lines, _ANSWER)
            found.waits.append(time.perf_counter() - began)
            answered = _of_tree(pid)
            time.sleep(_BETWEEN_SAVES_SECONDS)
            found.processor.append(answered - before)
            found.afterwards.append(_of_tree(pid) - answered)
        before = _of_tree(pid)
        time.sleep(_IDLE_SECONDS)
        found.idle_share = (_of_tree(pid) - before) / _IDLE_SECONDS
    file.write_text(text, encoding="utf-8")
    del found.waits[0], found.processor[0], found.afterwards[0]
    return found


@contextmanager
def _watching(folder: Path) -> Iterator[tuple[int, queue.Queue[str]]]:
    """Run the program; yield its process and the lines that it prints."""
    printed: queue.Queue[str] = queue.Queue()
    with subprocess.Popen(
        publisher("check", "--watch", "--lang", "en"),
        cwd=folder,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        assert program.stdout is not None
        lines = program.stdout
        threading.Thread(target=lambda: [printed.put(line) for line in lines], daemon=True).start()
        try:
            yield program.pid, printed
        finally:
            program.kill()


def _wait_for(lines: queue.Queue[str], wanted: re.Pattern[str]) -> None:
    while not wanted.search(lines.get(timeout=_LONGEST_SECONDS)):
        pass


def _of_tree(pid: int) -> float:
    """Return the processor time of a process and all that it started, also those that have ended.

    Fields 14 to 17 of ``/proc/PID/stat``, in ticks (proc(5)).
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        children = [int(child) for task in tasks for child in task.read_text().split()]
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(map(_of_tree, children))


def _look_at_many() -> tuple[float, float]:
    """Return the processor time of a look at many files, and the pause before the next."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("data/many").mkdir(parents=True)
        for number in range(_MANY_FILES):
            Path(f"data/many/{number}.ttl").touch()
        took = []
        for _ in range(5):
            began = time.thread_time()
            saved_files()
            took.append(time.thread_time() - began)
    look = statistics.median(took)
    return look, pause_seconds(look, 0.0)


def _row(folder: Path, triples: int, runs: int) -> list[str]:
    count = make_sources(folder, triples)
    files = sum(path.is_file() for path in folder.rglob("*"))
    start, save = cold(folder, runs), watched(folder, runs)
    return [
        f"{count:,} in {files:,} files",
        start.waited(),
        f"{statistics.median(start.processor):.2f}",
        save.waited(),
        f"{statistics.median(save.processor):.2f}",
        f"{statistics.median(save.afterwards):.2f}",
        f"{100 * save.idle_share:.0f} %",
    ]


def measure(options: argparse.Namespace) -> Part:
    """Measure the folders."""
    rows = []
    for triples in options.triples:
        with tempfile.TemporaryDirectory() as temporary:
            rows.append(_row(Path(temporary, "sources"), triples, options.runs))
    head = (
        *("triples", "cold check, s", "processor, s", "answer after a save, s", "processor, s"),
        *("the next processes, s", "watching, of a core"),
    )
    look, pause = _look_at_many()
    how = circumstances(*options.load, f"{options.runs} checks and saves each")
    looked = (
        f"A look at {_MANY_FILES:,} files takes {1000 * look:.0f} ms of processor time, and there"
        f" is one each {1000 * pause:.0f} ms."
    )
    text = f"{how}; waiting is median / longest:\n\n{table(head, rows)}\n\n{looked}"
    return Part("watch", text)


def main() -> int:
    """Measure, and return whether it could not be."""
    described = parser(__doc__)
    described.set_defaults(runs=15)
    described.add_argument("--triples", type=int, nargs="+", default=[0, 100_000])
    described.add_argument("--load", nargs="*", default=(), help="what else was going on")
    return not show(measure, described.parse_args())


if __name__ == "__main__":
    raise SystemExit(main())
