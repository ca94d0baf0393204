"""A table at an address: read when the folder is made, and again before each build.

The address is in the mapping, as ``url`` of the CSVW. What the server said of the table last
(its entity tag, its date, a digest of its bytes) is kept beside the releases: a table that is what
it was is not read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from publisher.edit.catalogue.fetching import visit_address
from publisher.errors import LossRefused, SourceMissing
from publisher.findings import Finding, Severity
from publisher.messages import text
from publisher.rdf.guards import DEFAULT_READ_LIMITS
from publisher.rdf.packed import is_packed, unpack_gzip
from publisher.start.mapping import TableMapping
from publisher.start.raw_tables import RawTable, read_tables, tables_of
from publisher.start.update import Update
from publisher.system.files import replace_file
from publisher.system.http_client import Client

# What has been read, beside the releases.
STATES = Path(".publisher", "tables")
_ACCEPT = "text/csv, text/tab-separated-values;q=0.9, application/geo+json;q=0.8, */*;q=0.5"
_NOT_MODIFIED = 304
_WORKBOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class TableState:
    """What a server said of a table when it was read last.

    Attributes:
        etag: Its entity tag; empty for none.
        modified: Its date of change; empty for none.
        sha256: Digest of its bytes, in hexadecimal digits.
    """

    etag: str = ""
    modified: str = ""
    sha256: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """Return the fields of a request for it, unless it is what it was (RFC 9110, 13.1)."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class TableAtAddress:
    """What is at an address.

    Attributes:
        tables: Its tables; none when it is what it was.
        state: What the server says of it.
    """

    tables: tuple[RawTable, ...]
    state: TableState


def fetch_tables(
    address: str,
    client: Client,
    before: TableState = TableState(),
) -> TableAtAddress:
    """Return what is at an address.

    Args:
        address: From http:// or https:// on.
        client: Bounds how long it takes, and how much comes.
        before: What was said of it last; what is the same is not read again.

    Raises:
        SourceMissing: Nothing, or not all of it, came.
        SheetRefused: It is no table.
    """
    last = visit_address(address, client, {"Accept": _ACCEPT, **before.fields})
    if last.status == _NOT_MODIFIED:
        return TableAtAddress((), before)
    if not last.successful:
        raise SourceMissing(
            "The server answers {status} here.",
            where=address,
            remedy="Open the address in a browser. If the table comes there, save it as a file,"
            " and give publisher start that.",
            status=last.status,
        )
    content = last.body
    if last.fields.get("content-encoding", "").lower() == "gzip" or is_packed(address):
        content = unpack_gzip(content, DEFAULT_READ_LIMITS, address)
    state = TableState(
        last.fields.get("etag", ""),
        last.fields.get("last-modified", ""),
        hashlib.sha256(content).hexdigest(),
    )
    if state.sha256 == before.sha256:
        return TableAtAddress((), state)
    found = _read(content, file_name(address))
    return TableAtAddress(tuple(replace(table, address=address) for table in found), state)


def file_name(address: str) -> str:
    """Return what a file with what is at an address would be called.

    >>> file_name("https://data.example.org/open/tr%C3%A4d.csv?sep=;")
    'träd.csv'
    """
    parts = urlsplit(address)
    named = PurePosixPath(unquote(parts.path)).name.removesuffix(".gz")
    return named or parts.hostname or "tabell"


def _read(content: bytes, name: str) -> Sequence[RawTable]:
    if Path(name).suffix.lower() not in _WORKBOOKS:
        return tables_of(content, name)
    with TemporaryDirectory(prefix="publisher-") as temporary:
        file = Path(temporary) / name
        file.write_bytes(content)
        return read_tables(file)


# What has been read.


def read_state(folder: Path, address: str) -> TableState:
    """Return what was said of the table at an address last; nothing when nobody asked."""
    try:
        found = json.loads(_state_file(folder, address).read_text("utf-8"))
        return TableState(*(str(found.get(n, "")) for n in ("etag", "modified", "sha256")))
    except (OSError, ValueError, AttributeError):
        return TableState()


def write_state(folder: Path, address: str, state: TableState) -> None:
    """Keep what was said of the table at an address.

    Raises:
        StorageError: It cannot be written.
    """
    file = _state_file(folder, address)
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {"address": address, **vars(state)}
    replace_file(file, json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")


def _state_file(folder: Path, address: str) -> Path:
    return folder / STATES / f"{hashlib.sha256(address.encode()).hexdigest()[:24]}.json"


def by_address(mappings: Sequence[TableMapping]) -> Mapping[str, list[TableMapping]]:
    """Return address → the mappings of the tables that are there; the others are left out."""
    found: dict[str, list[TableMapping]] = {}
    for mapping in mappings:
        if mapping.address:
            found.setdefault(mapping.address, []).append(mapping)
    return found


def refuse_loss(address: str, found: Update, before: int, most_percent: float) -> None:
    """Let a table pass that has lost no more rows than it may.

    Args:
        address: Where the table is.
        found: What it changes.
        before: How many things there were.
        most_percent: Share of them that may be gone.

    Raises:
        LossRefused: More are gone.
    """
    gone = len(found.gone)
    if not gone or 100 * gone <= most_percent * before:
        return
    message = text(
        "The table at {address} has lost {count} of {all} rows, {names} among them. The limit is"
        " {limit} percent (loss_entities_percent).",
        address=address,
        count=gone,
        all=before,
        names=", ".join(list(found.gone.values())[:3]),
        limit=f"{most_percent:g}",
    )
    raise LossRefused([Finding(Severity.VIOLATION, message, "loss-rows")])
