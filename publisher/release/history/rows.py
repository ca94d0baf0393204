"""Rows in a file, sorted by their first cell and found by bisection: memory does not grow."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path


def write_rows(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write rows of cells, which come sorted by their first cell; no cell has a tab in it."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(cells) + "\n" for cells in rows)


def read_rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of a file in its order; none when there is no file."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")


class Rows:
    """The rows of a file that never changes; the kernel keeps what is used of it in memory."""

    def __init__(self, path: Path) -> None:
        """Map the file; one that is missing or empty has no rows."""
        self._content: mmap.mmap | bytes = b""
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as file:
                self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def find(self, key: str) -> list[str] | None:
        """Return the row whose first cell is the key; None when there is none.

        UTF-8 sorts as the characters do, so bytes are compared.
        """
        wanted, content = key.encode(), self._content
        low, high = 0, len(content)
        while low < high:
            start = content.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = content.find(b"\n", start)
            line = content[start:end]
            found = line.partition(b"\t")[0]
            if found == wanted:
                return line.decode().split("\t")
            if found < wanted:
                low = end + 1
            else:
                high = start
        return None
