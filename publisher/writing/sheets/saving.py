"""A workbook → a file, in one step: a half-written workbook is never seen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from publisher.errors import SourceError


def save(book: Any, file: Path) -> None:
    """Write a workbook beside its place, and put it there by one rename.

    Raises:
        SourceError: It cannot be written.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        book.save(temporary)
        temporary.replace(file)
    except OSError as error:
        raise SourceError(
            "The workbook cannot be written: {reason}.",
            where=str(file),
            remedy="Close it where it is open, make room on the disk, or name another folder.",
            reason=error.strerror,
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
