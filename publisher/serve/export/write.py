"""An answer of the application → a file, compressed beside, dated as the answer is."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.http import parse_date
from werkzeug.test import EnvironBuilder, run_wsgi_app

from publisher.errors import ExportError
from publisher.serve.export.offers import VARIANTS
from publisher.serve.export.walk import Wanted

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_WORTH_COMPRESSING = 512
_COMPRESSIBLE = {"html", "ttl", "jsonld", "rdf", "nt", "nq", "trig", "json", "csv", "geojson"}
_COMPRESSIBLE |= {"xml", "atom", "css", "js", "svg", "txt"}
_LONGEST_NAME = 255 - len(".gz")
_PLAIN = "identity"
_TREE = re.compile(rf"^{VARIANTS}/(chosen/)?[a-z]+/")


@dataclass
class Written:
    """What was written so far.

    Attributes:
        files: How many.
        bytes: How many.
        left_out: Paths whose names no file can have.
    """

    files: int = 0
    bytes: int = 0
    left_out: list[str] = field(default_factory=list)


def write_all(application: WSGIApplication, wanted: Iterable[Wanted], root: Path) -> Written:
    """Write every answer below a folder, one at a time.

    Raises:
        ExportError: The application answers otherwise than expected.
        OSError: The folder cannot be written.
    """
    done, tags = Written(), _Tags()
    for one in wanted:
        if not _is_writable(one.file):
            done.left_out.append(one.path)
            continue
        length = _write(application, one, root, tags)
        if length is not None:
            done.files += 1
            done.bytes += length
    return done


def _is_writable(file: str) -> bool:
    parts = file.split("/")
    return all(
        part not in ("", ".", "..") and "\0" not in part and len(part.encode()) <= _LONGEST_NAME
        for part in parts
    )


def _write(application: WSGIApplication, wanted: Wanted, root: Path, tags: _Tags) -> int | None:
    """Write one answer and return its length; None for an address that is not there."""
    path = root / wanted.file
    fields = wanted.fields | {"Accept-Encoding": _PLAIN}
    builder = EnvironBuilder(wanted.path, method=wanted.method, headers=list(fields.items()))
    chunks, status, headers = run_wsgi_app(application, builder.get_environ())
    try:
        code = int(status.split()[0])
        if code == 404 and wanted.status == 200:
            return None
        if code != wanted.status:
            raise ExportError(
                "The application answered {status} for {path}, and not {expected}.",
                remedy="Check the release with 'publisher verify'; nothing was exported.",
                status=code,
                path=wanted.path,
                expected=wanted.status,
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    length = path.stat().st_size
    dated = parse_date(headers.get("Last-Modified"))
    changed = dated.timestamp() if dated else 0.0
    tags.begin(wanted.file)
    tags.date(path, changed)
    _compress(path, changed, tags)
    return length


class _Tags:
    """Dates of files, such that no two files of one address have one date and one length.

    File servers make entity tags of these, so every copy of an export has the same ones.
    """

    def __init__(self) -> None:
        self._address = ""
        self._taken: set[tuple[float, int]] = set()

    def begin(self, file: str) -> None:
        """Forget the files of the address before, when the next one comes."""
        address = _TREE.sub("", file).rpartition(".")[0]
        if address != self._address:
            self._address = address
            self._taken.clear()

    def date(self, path: Path, changed: float) -> None:
        """Date a file as its answer was dated, or a second before that for each one like it."""
        length = path.stat().st_size
        while (changed, length) in self._taken:
            changed -= 1
        self._taken.add((changed, length))
        os.utime(path, (changed, changed))


def _compress(path: Path, changed: float, tags: _Tags) -> None:
    """Write a file compressed beside, when that is worth it."""
    is_text = path.suffix.lstrip(".") in _COMPRESSIBLE
    beside = path.with_name(f"{path.name}.gz")
    if not is_text or path.stat().st_size < _WORTH_COMPRESSING or path.parent.name == "dump":
        return  # a dump has its own
    with (
        path.open("rb") as plain,
        beside.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed)
    tags.date(beside, changed)
