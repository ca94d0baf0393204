"""What every workbook of ours has besides its sheets: names, colours, and a memory out of sight.

The memory of a workbook tells what stood in it when it was written, so that an import knows what
the editor changed from what has changed in the sources since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook

from publisher.messages import LANGUAGES, text

MEMORY = "publisher"
_VERSION = "1"
VIOLATION_FILL, WARNING_FILL = "FFF4B6B6", "FFFCE8A6"


# Sheets of our own, by language.
READ_ME, FINDINGS, LISTS = text("Read me"), text("What to mend"), text("Lists")
OWN = {name.casefold() for names in (READ_ME, FINDINGS, LISTS) for name in names.values()} | {
    MEMORY
}


@dataclass(frozen=True)
class Memory:
    """What stood in a workbook when it was written.

    Attributes:
        base_iri: Base of the short addresses in it.
        language: Of its names.
        digests: Class, short address and name of the group → digest of its cells. Every thing of
            the workbook has one under the empty name.
    """

    base_iri: str
    language: str
    digests: Mapping[tuple[str, str, str], str] = field(repr=False)

    def things(self, class_iri: str) -> list[str]:
        """Return the short addresses of the things of a class that stood in the workbook."""
        return [short for name, short, group in self.digests if name == class_iri and not group]


def write_memory(book: Workbook, memory: Memory) -> None:
    """Write the memory into a sheet that workbooks do not show."""
    sheet = book.create_sheet(MEMORY)
    sheet.sheet_state = "veryHidden"
    sheet.append([MEMORY, _VERSION, memory.base_iri, memory.language])
    for (name, short, group), digest in memory.digests.items():
        sheet.append([name, short, group, digest])
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                cell.data_type = "s"


def read_memory(book: Any) -> Memory | None:
    """Return the memory of a workbook; None when it has none that can be read."""
    if MEMORY not in book.sheetnames:
        return None
    rows = (tuple(cell.value for cell in row) for row in book.rows(MEMORY))
    head = tuple(str(value or "") for value in next(rows, ()))[:4]
    if len(head) < 4 or head[:2] != (MEMORY, _VERSION) or head[3] not in LANGUAGES:
        return None
    digests = {
        (str(row[0]), str(row[1]), str(row[2] or "")): str(row[3] or "")
        for row in rows
        if len(row) >= 4 and row[0] and row[1]
    }
    return Memory(head[2], head[3], digests)
