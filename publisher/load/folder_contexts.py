"""JSON-LD contexts that a folder has as files: beside the data, or in the place of an address.

A file may name a context by an address of its own folder, as ``"@context": "terms.jsonld"``; it
is read from there. What stands for an address of the web is a line of ``pyproject.toml``::

    [tool.publisher.contexts]
    "https://terms.example.org/context.jsonld" = "contexts/terms.jsonld"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from publisher.errors import SettingError, SourceSyntax
from publisher.load.files import SourcePath
from publisher.rdf.known_contexts import Json, ReadContext, addresses_of_contexts, read_context
from publisher.rdf.reading import read_json
from publisher.rule_settings import CONTEXTS_TABLE, SETTINGS_FILE

# RFC 3986, section 3.1; and what begins with the name of a host.
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


def reader_for(source: SourcePath) -> ReadContext:
    """Return what reads the contexts that a file names: those of its folder, then known ones.

    The reader returns None for a context that is neither; it raises ``SourceSyntax`` for one that
    cannot be used.
    """
    root = _root(source)
    stand_ins = named_contexts(root) if root else {}

    def read(address: str) -> Json:
        if address in stand_ins:
            return _read(stand_ins[address], source.name)
        if _ABSOLUTE.match(address):
            return read_context(address)
        beside = source.path.parent / unquote(address.partition("#")[0])
        within = (root or source.path.parent).resolve()
        is_inside = beside.resolve().is_relative_to(within)
        return _read(beside, source.name) if is_inside and beside.is_file() else None

    return read


def names_contexts_of_folder(written: str) -> bool:
    """Tell whether JSON-LD names a context that is not known here."""
    return '"@context"' in written and any(
        read_context(address) is None for address in addresses_of_contexts(written)
    )


def read_context_settings(folder: Path) -> Mapping[str, Path]:
    """Return address → file of the contexts that a folder names in its settings.

    Raises:
        SettingError: The table is none, or a file is not there.
    """
    path = folder / SETTINGS_FILE
    table = _table(folder)
    found: dict[str, Path] = {}
    for address, name in table.items() if isinstance(table, dict) else ():
        file = folder / name if isinstance(name, str) else folder
        if not file.is_file() or not file.resolve().is_relative_to(folder.resolve()):
            raise SettingError(
                "[tool.publisher.contexts] names {file} for the context {address}, and there is no"
                " such file in the folder.",
                where=str(path),
                remedy='Write "address" = "file", the file relative to the folder.',
                file=name,
                address=f"<{address}>",
            )
        found[address] = file
    if not isinstance(table, dict):
        raise SettingError(
            "tool.publisher.contexts must be a table of addresses and files.",
            where=str(path),
            remedy='Write "address" = "file", the file relative to the folder.',
        )
    return found


def _table(folder: Path) -> object:
    path = folder / SETTINGS_FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return table.get("tool", {}).get("publisher", {}).get(CONTEXTS_TABLE, {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, AttributeError):
        return {}  # anyone who reads the other settings says what is wrong


def named_contexts(root: Path) -> Mapping[str, Path]:
    """Return the same, remembered while the settings stay; none where they are wrong."""
    path = root / SETTINGS_FILE
    try:
        return _remembered_settings(root, path.stat().st_mtime_ns)
    except (OSError, SettingError):
        return {}


@lru_cache(maxsize=4)
def _remembered_settings(root: Path, changed: int) -> Mapping[str, Path]:
    return read_context_settings(root)


def _root(source: SourcePath) -> Path | None:
    """Return the folder of the sources that a file belongs to; None for a file by itself."""
    name = source.name.removesuffix(f"/{source.member}") if source.member else source.name
    depth = len(Path(name).parts)
    is_below = not Path(name).is_absolute() and len(source.path.parents) >= depth
    return source.path.parents[depth - 1] if is_below else None


def _read(path: Path, where: str) -> Json:
    status = path.stat()
    return _read_version(path, where, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=32)
def _read_version(path: Path, where: str, changed: int, size: int) -> Json:
    try:
        document = read_json(path.read_bytes(), str(path))
    except (ValueError, OSError) as error:
        raise _unusable(path, where) from error
    if not isinstance(document, dict) or "@context" not in document:
        raise _unusable(path, where)
    context: Json = document["@context"]
    return context


def _unusable(path: Path, where: str) -> SourceSyntax:
    return SourceSyntax(
        "The file names the context {file}, which is not a JSON-LD context.",
        where=where,
        remedy='Write {{"@context": {{…}}}} as JSON in UTF-8; nothing was published.',
        file=path.name,
    )
