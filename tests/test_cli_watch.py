from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic, sleep

import pytest

from publisher.cli import watching
from publisher.cli.watching import pause_seconds, saved_files, watch

pytestmark = pytest.mark.slow

LAKES = "data/lakes/lakes.ttl"
RIVERS = "data/rivers/rivers.ttl"
RULE = "shapes/hygiene/river-without-mouth.rq"
_PATIENCE_SECONDS = 60.0
_ENVIRON = {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}
# What a shell starts in the background does not hear SIGINT, nor does what that starts (POSIX,
# Shell Command Language, section 2.11); at a terminal the program hears it.
_AT_A_TERMINAL = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from publisher.cli import main
main()
"""
# A constraint that only pySHACL validates.
_SPARQL_SHAPE = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX shape: <https://data.example.org/shapes#>
PREFIX water: <https://data.example.org/def/water#>

shape:River
    a sh:NodeShape ;
    sh:targetClass water:River ;
    sh:sparql [
        sh:message "Every river is refused."@en , "Varje å avvisas."@sv ;
        sh:select "SELECT $this WHERE { $this a ?class }" ;
    ] ;
.
"""


class Watching:
    """``publisher check --watch`` in a folder, and what it prints."""

    def __init__(self, program: subprocess.Popen[str], folder: Path) -> None:
        """Read what the program prints from now on."""
        self.program, self.folder = program, folder
        self._printed: Queue[str] = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.program.stdout is not None
        for line in self.program.stdout:
            self._printed.put(line)

    def wait_for(self, wanted: str) -> None:
        """Read lines until one holds a text."""
        while wanted not in self._printed.get(timeout=_PATIENCE_SECONDS):
            pass

    def tells_what_a_fresh_check_tells(self) -> str:
        """Read until a check says what one says that begins now; return that."""
        expected = fresh_check(self.folder)
        end, told = monotonic() + _PATIENCE_SECONDS, ""
        while told.strip() != expected.strip():
            try:
                line = self._printed.get(timeout=max(0.01, end - monotonic()))
            except Empty:
                raise AssertionError(f"{told!r} instead of {expected!r}") from None
            told = "" if line.startswith("— ") else told + line
        return expected

    def children(self) -> list[int]:
        """Return the processes that the program has started."""
        tasks = Path(f"/proc/{self.program.pid}/task").glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]


def fresh_check(folder: Path) -> str:
    """Return what ``publisher check`` prints in a folder."""
    command = [sys.executable, "-m", "publisher", "check", "--lang", "en"]
    done = subprocess.run(
        command, cwd=folder, env=_ENVIRON, stdout=-1, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode in (0, 1, 2)
    return done.stdout


def lives(pid: int) -> bool:
    """Tell whether a process is there and works."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(claim: Callable[[], object]) -> None:
    """Wait until a claim is true."""
    end = monotonic() + _PATIENCE_SECONDS
    while not claim():
        assert monotonic() < end, "it never came true"
        sleep(0.02)


def change(path: Path, old: str, new: str) -> None:
    """Write a file anew with other words."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def watching_world(world: Path) -> Iterator[Watching]:
    """Run ``publisher check --watch`` in the tiny world."""
    command = [sys.executable, "-c", _AT_A_TERMINAL, "check", "--watch", "--lang", "en"]
    with subprocess.Popen(
        command,
        cwd=world,
        env=_ENVIRON | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        watched = Watching(program, world)
        watched.wait_for("Waiting for a file to be saved")
        yield watched
        program.kill()


def test_what_is_saved_is_checked_again_until_interrupted(watching_world: Watching) -> None:
    """An editor sees the mistake, and that it is mended, without calling anything."""
    lakes, program = watching_world.folder / LAKES, watching_world.program
    text = lakes.read_text(encoding="utf-8")
    change(lakes, '        "Siljan"@en ,\n', "")
    watching_world.wait_for("violation: Give one name per language")
    lakes.write_text("lake", encoding="utf-8")
    watching_world.wait_for("Line 1, column 1")
    lakes.write_text(text, encoding="utf-8")
    watching_world.wait_for("0 violations, 0 warnings, 0 notes.")

    wait_until(watching_world.children)
    children = watching_world.children()
    program.send_signal(signal.SIGINT)
    assert program.wait(timeout=_PATIENCE_SECONDS) == 0
    wait_until(lambda: not any(map(lives, children)))


def test_each_edit_is_answered_as_by_a_check_that_begins_anew(watching_world: Watching) -> None:
    """Whatever is kept from check to check, none says what was true before."""
    folder, told = watching_world.folder, watching_world.tells_what_a_fresh_check_tells
    lakes = folder / LAKES
    text = lakes.read_text(encoding="utf-8")

    lakes.write_text(text.replace('"Siljan"@en', '"Siljan"@fi'), encoding="utf-8")
    told()
    lakes.write_text(text[: len(text) // 2], encoding="utf-8")  # half of it is there
    assert "Line " in told()
    new = lakes.with_name(".lakes.ttl.new")
    new.write_text(text.replace("    a water:Lake ;\n", "    a water:Lakes ;\n"), encoding="utf-8")
    new.replace(lakes)  # as editors do it
    assert "Lakes" in told()
    lakes.rename(lakes.with_name("waters.ttl"))
    assert "waters.ttl" in told()
    lakes.with_name("waters.ttl").unlink()
    told()
    lakes.write_text(text, encoding="utf-8")
    told()


def test_shapes_rules_and_settings_count_as_they_are_now(watching_world: Watching) -> None:
    """Also where what is to be known before is not in the sources."""
    folder, told = watching_world.folder, watching_world.tells_what_a_fresh_check_tells
    settings = folder / "pyproject.toml"

    (folder / "shapes/River.ttl").write_text(_SPARQL_SHAPE, encoding="utf-8")
    assert "Every river is refused." in told()
    change(folder / "shapes/River.ttl", "Every river is refused.", "No river passes.")
    assert "No river passes." in told()
    (folder / "shapes/River.ttl").unlink()
    told()
    change(folder / RULE, "SELECT", "SELEKT")
    assert RULE in told()
    change(folder / RULE, "SELEKT", "SELECT")
    told()
    change(folder / LAKES, "    a water:Lake ;\n", "  a water:Lake ;\n")
    assert "not in the layout" in told()
    change(settings, 'layout = "warning"', 'layout = "off"')
    assert "0 warnings" in told()
    change(settings, 'layout = "off"', 'layout = "of"')
    told()
    change(settings, 'layout = "of"', 'layout = "off"')
    told()
    change(settings, "[tool.publisher]\n", '[tool.publisher]\nvalidator = "pyshacl"\n')
    change(folder / LAKES, '        "Siljan"@en ,\n', "")
    assert "Give one name per language" in told()
    change(settings, "[tool.publisher]", "[tool.publisher")
    assert "This is not a TOML file" in told()
    change(settings, "[tool.publisher", "[tool.publisher]")
    told()


def test_a_process_that_is_killed_between_two_saves_is_replaced(watching_world: Watching) -> None:
    """Whatever ended it, the answer is the same."""
    folder, told = watching_world.folder, watching_world.tells_what_a_fresh_check_tells
    change(folder / LAKES, '        "Siljan"@en ,\n', "")
    told()
    wait_until(lambda: len(watching_world.children()) > 1)
    for pid in watching_world.children():
        os.kill(pid, signal.SIGKILL)
    change(folder / RIVERS, "water:River", "water:Rivers")
    told()
    wait_until(lambda: len(watching_world.children()) > 1)
    assert all(map(lives, watching_world.children()))


def test_nothing_outlives_a_program_that_is_killed(watching_world: Watching) -> None:
    """The processes that wait for the next save end with it."""
    change(watching_world.folder / LAKES, '        "Siljan"@en ,\n', "")
    watching_world.tells_what_a_fresh_check_tells()
    wait_until(lambda: len(watching_world.children()) > 1)
    children = watching_world.children()
    watching_world.program.kill()
    wait_until(lambda: not any(map(lives, children)))


def test_a_save_while_a_check_runs_is_checked_too(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that leaves the file as long as it was, right after it was read."""
    monkeypatch.chdir(world)
    read: list[str] = []

    def again() -> None:
        read.append(Path(RIVERS).read_text(encoding="utf-8"))
        if len(read) > 1:
            raise KeyboardInterrupt
        change(Path(RIVERS), "water:River", "water:Fiver")

    seen = saved_files()
    os.utime(RIVERS)
    watch(again, seen, "en")
    assert "water:River" in read[0]
    assert "water:Fiver" in read[1]


def test_what_editors_do_to_files_is_seen(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written, touched, put in another's place, renamed, taken away; in folders of any depth."""
    monkeypatch.chdir(world)
    deep = Path("data/lakes/new/deeper/more.ttl")

    def replace() -> None:
        copy = Path("data/copy")
        copy.write_bytes(Path(LAKES).read_bytes())
        os.utime(copy, ns=(Path(LAKES).stat().st_atime_ns, Path(LAKES).stat().st_mtime_ns))
        copy.replace(LAKES)

    for step in (
        lambda: Path(LAKES).write_bytes(Path(LAKES).read_bytes() + b"\n"),
        lambda: os.utime(LAKES, ns=(1, 1)),
        replace,
        lambda: deep.parent.mkdir(parents=True),
        lambda: deep.write_text("a"),
        lambda: deep.rename(deep.with_name("less.ttl")),
        lambda: deep.with_name("less.ttl").chmod(0o400),
        lambda: Path("vocabularies").mkdir(),
        lambda: Path("vocabularies/own.ttl").symlink_to("nothing"),
        lambda: Path("pyproject.toml").unlink(),
    ):
        before = saved_files()
        assert saved_files() == before
        step()
        assert saved_files() != before


def test_a_context_that_the_settings_name_is_watched(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may lie beside the folders of sources; what the data say changes with it."""
    monkeypatch.chdir(world)
    context = Path("contexts/gauges.jsonld")
    context.parent.mkdir()
    context.write_text('{"@context": {}}')
    settings = Path("pyproject.toml")
    named = (
        '\n[tool.publisher.contexts]\n"https://terms.example.net/g" = "contexts/gauges.jsonld"\n'
    )
    settings.write_text(settings.read_text(encoding="utf-8") + named, encoding="utf-8")
    before = saved_files()
    context.write_text('{"@context": {"level": "urn:level"}}')
    assert saved_files() != before


def test_looking_at_many_files_leaves_the_machine_to_others() -> None:
    """A tenth of a core at most, and less where nothing is saved for long."""
    assert pause_seconds(0.001, 0.0) == watching._POLL_SECONDS
    for seconds in (0.02, 0.5):
        assert seconds / (seconds + pause_seconds(seconds, 1.0)) < 0.1
        assert seconds / (seconds + pause_seconds(seconds, 3600.0)) < 0.02
