"""Golden digests: what a change that changes nothing must leave as it is.

``python -m tests.golden.digests --write`` makes the lists anew; ``--keep FOLDER`` writes what they
are digests of, so that two commits can be compared with ``diff -r``. What differs by right is left
out (``entries``). Libraries decide some bytes too: ``made-with.txt`` has the versions of those that
the lists were made with, and where others are installed a difference skips the test, and says so.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import platform
import re
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from tests.adversary.served import serving
from tests.golden.addresses import Request, requests_of
from tests.golden.entries import (
    Entry,
    Visitor,
    exported_files,
    files_of,
    helps,
    metrics_of,
    settings,
    values_of_fields,
)
from tests.golden.worlds import SITE, World, build_own, build_tiny, publisher

FOLDER = Path(__file__).parent
_MADE_WITH = "made-with"
_AGAIN = "python -m tests.golden.digests"
# They decide bytes of what is published, and another version may decide otherwise.
_LIBRARIES = (
    *("babel", "flask", "font-source-sans-pro", "jinja2", "pillow", "prometheus-client"),
    *("pyoxigraph", "pyshacl", "rdflib", "shacl", "werkzeug", "xlsxwriter"),
)
_KEPT = ("/?", "/catalog", "/doc/", "/def/", "/table/", "/feed", "/search", "/void")
_SHOWN = 40
_LINE = re.compile(r"(\w{12}) +(\d+)  (.*?)(?:  \[(.*)\])?")


@dataclass(frozen=True)
class Listing:
    """A list of digests, in a file of its own.

    Attributes:
        name: Of the file, without its extension.
        lines: What stands in it.
        contents: Name → what was digested, for people.
    """

    name: str
    lines: Sequence[str]
    contents: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Return the file in which the list is committed."""
        return FOLDER / f"{self.name}.txt"

    def write(self) -> None:
        """Make this the list that others are compared with."""
        self.path.write_text(_text(self.lines), encoding="utf-8")

    def keep(self, folder: Path) -> None:
        """Write the list and what it is of below a folder."""
        there = folder / self.name
        there.mkdir(parents=True, exist_ok=True)
        (folder / self.path.name).write_text(_text(self.lines), encoding="utf-8")
        for name, content in self.contents.items():
            (there / _file_name(name)).write_bytes(content)

    def differences(self) -> list[str]:
        """Return what differs from the committed list, in lines; what is in a content first."""
        before = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        if before == [*self.lines]:
            return []
        if not self.contents:
            found = difflib.unified_diff(before, [*self.lines], lineterm="", n=0)
            return [line for line in found if not line.startswith(("---", "+++", "@@"))]
        return _differences(_read(before), _read(self.lines))


@dataclass(frozen=True)
class _Line:
    """A line of a list of digests, in its parts."""

    digest: str
    size: str
    note: str


def _read(lines: Sequence[str]) -> dict[str, _Line]:
    """Return name → the rest of the line."""
    parts = (_LINE.fullmatch(line) for line in lines)
    return {found[3]: _Line(found[1], found[2], found[4] or "") for found in parts if found}


def _differences(before: Mapping[str, _Line], after: Mapping[str, _Line]) -> list[str]:
    contents, notes, others = [], [], []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            others.append(f"{'gone' if new is None else 'new'}: {name}")
        elif old.digest != new.digest:
            contents.append(f"content: {name} ({old.size} → {new.size} bytes)")
        elif old != new:
            notes.append(f"around: {name} [{old.note}] → [{new.note}]")
    return [*contents, *others, *notes]


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _file_name(name: str) -> str:
    """Return a name that a file can have, and no other entry's file has."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{re.sub(r'[^A-Za-z0-9.,=-]+', '_', name)[:150]}.{digest}"


def _of_entries(name: str, entries: Sequence[Entry]) -> Listing:
    contents = {entry.name: entry.content for entry in entries}
    assert len(contents) == len(entries), "two entries have one name"
    return Listing(name, [entry.line for entry in entries], contents)


def of_the_program() -> list[Listing]:
    """Return the lists that need no data: commands and settings."""
    return [Listing("help", helps()), Listing("settings", settings())]


def of_releases(world: World) -> Listing:
    """Return every file of the releases of a world."""
    return _of_entries(f"{world.name}-files", files_of(world.releases))


def of_export(world: World, folder: Path) -> Listing:
    """Return every file of the export of a world.

    Args:
        world: What is exported.
        folder: Where to; it does not exist yet.
    """
    options = ("--releases", str(world.releases), "--site-url", SITE)
    publisher(world.sources, "export", str(folder), *options)
    return _of_entries(f"{world.name}-export", exported_files(folder))


def of_site(world: World, folder: Path) -> list[Listing]:
    """Return what the site of a world answers, which fields it sends, and what it counts.

    Args:
        world: What is served.
        folder: For the log of the server.
    """
    options = ("--site-url", SITE, "--query-workers", "1")
    with serving(world.releases, folder, *options) as server:
        visitor = Visitor(server.port)
        answers = visitor.ask(requests_of(world))
        # The second time they come from memory.
        first = [answer for answer in answers if answer.request.path.startswith(_KEPT)]
        again = visitor.ask(answer.request for answer in first)
        (metrics,) = visitor.ask([Request("/metrics")])
    pairs = zip(first, again, strict=True)
    assert [one.request.name for one, other in pairs if one != other] == []
    name = world.name
    answered = Listing(
        f"{name}-answers",
        [answer.entry.line for answer in answers],
        {answer.request.name: answer.whole for answer in answers},
    )
    fields = Listing(f"{name}-fields", values_of_fields(answers))
    return [answered, fields, Listing(f"{name}-metrics", metrics_of(metrics.body.decode()))]


def versions() -> list[str]:
    """Return the versions of what decides bytes besides the program."""
    python = ".".join(platform.python_version_tuple()[:2])
    own = [f"python {python}", f"zlib {zlib.ZLIB_RUNTIME_VERSION}"]
    return sorted([*own, *(f"{name} {version(name)}" for name in _LIBRARIES)])


def other_versions() -> list[str]:
    """Return what is installed here in another version than the lists were made with."""
    made = (FOLDER / f"{_MADE_WITH}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in versions() if line not in made]


def report(listings: Sequence[Listing], folder: Path) -> str:
    """Return what differs from the committed lists, for people; empty when nothing does.

    Args:
        listings: What was found.
        folder: Where what was found is kept, if anything differs.
    """
    parts = []
    for listing in sorted(listings, key=lambda listing: len(listing.lines)):
        lines = listing.differences()
        if lines:
            listing.keep(folder)
            more = [f"… and {len(lines) - _SHOWN} lines more"] if len(lines) > _SHOWN else []
            parts += [f"{listing.path.name} differs:", *lines[:_SHOWN], *more, ""]
    if not parts:
        return ""
    cure = f"""What was found is in {folder}. To see what it was: at the commit before,
'{_AGAIN} --keep OTHER', then 'diff -r OTHER {folder}'.
Was it meant to change? '{_AGAIN} --write', and say in the commit what differs."""
    return "\n".join([*parts, cure])


def _everything(folder: Path) -> Iterator[Listing]:
    yield from of_the_program()
    for name, build in (("tiny", build_tiny), ("data", build_own)):
        world = build(folder / name)
        yield of_releases(world)
        yield from of_site(world, folder)
        if world.is_whole:
            yield of_export(world, folder / "exported")
    yield Listing(_MADE_WITH, versions())


def _run() -> int:
    parser = argparse.ArgumentParser(prog=_AGAIN, description=__doc__)
    parser.add_argument("--write", action="store_true", help="make the committed lists anew")
    parser.add_argument("--keep", type=Path, help="folder for what the lists are digests of")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        for listing in _everything(Path(work)):
            if options.keep:
                listing.keep(options.keep)
            differences = listing.differences()
            sys.stdout.write(f"{listing.path.name}: {len(listing.lines)} lines\n")
            sys.stdout.write(_text(differences))
            if options.write:
                listing.write()
    return 0


if __name__ == "__main__":
    sys.exit(_run())
