"""A workbook as an editor fills it in: cells found by sheet, line and heading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
from click.testing import CliRunner, Result

from publisher.cli import main

FILE = "pond.xlsx"
RUNN, SILJAN = "id/lake/runn", "id/lake/siljan"
LAKES, DEPTHS, SOURCES, STATEMENTS = "Sjö", "Djup", "Källa", "Belagd uppgift"


def call(*arguments: str) -> Result:
    """Return what ``publisher sheet`` did, in Swedish."""
    return CliRunner().invoke(main, ["sheet", *arguments, "--lang", "sv"])


def export(folder: Path) -> Filled:
    """Return a workbook exported from the folder one stands in."""
    result = call("export", FILE)
    assert result.exit_code == 0, result.output
    return Filled(folder)


def turtle(folder: Path) -> dict[str, str]:
    """Return name → text of every Turtle file."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.ttl"))
    }


class Filled:
    """A workbook that is being filled in."""

    def __init__(self, folder: Path) -> None:
        """Open the exported workbook of a folder."""
        self.file = folder / FILE
        self.before = turtle(folder)
        self._folder = folder
        self.book: Any = openpyxl.load_workbook(self.file)

    def sheet(self, title: str) -> Any:
        """Return a sheet."""
        return self.book[title]

    def column(self, title: str, heading: str) -> int:
        """Return the column of a Swedish heading."""
        heads = {str(c.value).split("\n")[0]: c.column for c in self.sheet(title)[1] if c.value}
        return int(heads[heading])

    def line(self, title: str, address: str) -> int:
        """Return the line of a thing."""
        return next(int(c.row) for c in self.sheet(title)["A"] if c.value == address)

    def cell(self, title: str, line: str | int, heading: str) -> Any:
        """Return a cell, by the address of its line or its number."""
        row = line if isinstance(line, int) else self.line(title, line)
        return self.sheet(title).cell(row, self.column(title, heading))

    def write(self, title: str, line: str | int, **values: object) -> None:
        """Write values below headings; a double underscore is a space, with (sv) and (en) added."""
        for heading, value in values.items():
            name = heading.replace("__", " ").replace("_sv", " (sv)").replace("_en", " (en)")
            self.cell(title, line, name).value = value

    def add(self, title: str, **values: object) -> int:
        """Write a new line, and return its number."""
        sheet = self.sheet(title)
        filled = [c.row for row in sheet.iter_rows() for c in row if c.value not in (None, "")]
        number = max(filled) + 1
        self.write(title, number, **values)
        return number

    def save(self) -> None:
        """Save the workbook."""
        self.book.save(self.file)

    def imported(self, *options: str) -> Result:
        """Save the workbook and import it."""
        self.save()
        return call("import", FILE, *options)

    def changed(self) -> dict[str, tuple[set[str], set[str]]]:
        """Return file → lines that went and lines that came."""
        after = turtle(self._folder)
        found = {}
        for name in sorted(self.before.keys() | after.keys()):
            old, new = (set(t.get(name, "").splitlines()) for t in (self.before, after))
            if self.before.get(name) != after.get(name):
                found[name] = (old - new, new - old)
        return found
