"""What is digested: files, answers, help, settings; each without what differs by right.

What is left out, and why:

- ``store``, ``sparq``, their lists and ``answers.json`` of a release: the engines decide the bytes.
- ``software``, ``inputs``, ``frame`` and ``seal`` of a manifest: they are the number of the
  version, or digests into which it goes. A new number alone is no change.
- SQLite files, wherever they are: bytes depend on the SQLite of the machine. Their tables are
  digested instead, an index of words as its words; and a manifest's length and digest of them are
  left out.
- ``Date``, and of files below ``/static/`` the entity tag and date, which are made of the time at
  which the file was written.
- The order of methods in ``Allow`` and ``Access-Control-Allow-Methods``: it is that of a set, so
  another one each time.
- Texts of help are made of the commands and their options, not of what click prints: that depends
  on the version of click and on the width of the terminal.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import click
from prometheus_client.parser import text_string_to_metric_families

from publisher.cli import main
from publisher.config import describe_settings
from tests.golden.addresses import Request

_DIGITS = 12
_ENGINE_FILES = ("store", "store.json", "sparq", "sparq.json", "answers.json")
_VERSIONS = re.compile(rb'"(software|inputs|frame|seal)": "[^"]*"')
_OF_SQLITE = re.compile(rb'("[^"\n]+\.sqlite": \{)[^}]*\}')
_SQLITE = ".sqlite"
_WORDS = re.compile(r"CREATE VIRTUAL TABLE (\w+) USING fts5")
# Fields of which the values are few are written out, so that a change of one can be read.
_FEW = 24
_PATIENCE_SECONDS = 60
_NOT_COMPARED = {"date"}
_OF_A_SET = ("allow", "access-control-allow-methods")
_FROM_THE_CLOCK = {"etag", "last-modified"}
_FROM_THE_BODY = {"etag", "content-length"}


@dataclass(frozen=True)
class Entry:
    """One thing that must not change.

    Attributes:
        name: What no other entry of the list is called.
        content: What is digested; it is kept for people who want to know what differs.
        note: What is said of it besides.
    """

    name: str
    content: bytes
    note: str = ""

    @property
    def line(self) -> str:
        """Return digest, length and name in one line."""
        digest = hashlib.sha256(self.content).hexdigest()[:_DIGITS]
        note = f"  [{self.note}]" if self.note else ""
        return f"{digest}  {len(self.content):>7}  {self.name}{note}"


@dataclass(frozen=True)
class Answer:
    """What a server answered.

    Attributes:
        request: What was asked.
        status: The code.
        fields: Name (lower case) and value of each header field, sorted.
        body: Without what differs by right.
    """

    request: Request
    status: int
    fields: Sequence[tuple[str, str]]
    body: bytes

    @property
    def entry(self) -> Entry:
        """Return the answer as an entry: status, body and header fields."""
        head = "".join(f"{name}: {value}\n" for name, value in self.fields).encode()
        content_type = dict(self.fields).get("content-type", "-")
        digest = hashlib.sha256(head).hexdigest()[:8]
        note = f"{self.status} {content_type}; fields {digest}"
        return Entry(self.request.name, self.body, note)

    @property
    def whole(self) -> bytes:
        """Return status, fields and body, for people."""
        lines = [str(self.status), *(f"{name}: {value}" for name, value in self.fields), "", ""]
        return "\n".join(lines).encode() + self.body


def normalised(name: str, content: bytes) -> bytes:
    """Return the content of a file of a release without what differs by right."""
    if name.endswith(_SQLITE):
        return tables_of(content)
    if name.endswith("manifest.json"):
        return _OF_SQLITE.sub(rb"\1*}", _VERSIONS.sub(rb'"\1": "*"', content))
    return content


def tables_of(content: bytes) -> bytes:
    """Return the tables of an SQLite file as text: how each was made, and its rows, sorted."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(content)
        made = database.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        ).fetchall()
        indexes = {found[1] for _, _, sql in made if (found := _WORDS.match(sql))}
        lines: list[str] = []
        for kind, name, sql in made:
            if name.rpartition("_")[0] in indexes:
                continue  # a part of an index of words, of which the layout is SQLite's own
            lines.append(sql)
            if kind == "table":
                lines += _rows(database, name, is_index=name in indexes)
    return "\n".join(lines).encode()


def _rows(database: sqlite3.Connection, name: str, *, is_index: bool) -> list[str]:
    """Return the rows of a table, sorted; of an index of words which word stands where."""
    table = name
    if is_index:
        table = f"temp.words_of_{name}"
        database.execute(f"CREATE VIRTUAL TABLE {table} USING fts5vocab(main, {name}, instance)")
    return sorted(map(repr, database.execute(f"SELECT * FROM {table}")))


def files_of(releases: Path) -> list[Entry]:
    """Return every file of all releases but their stores."""
    found = []
    for path in sorted(releases.glob("2*/**/*")):
        name = path.relative_to(releases).as_posix()
        if path.is_file() and name.split("/")[1] not in _ENGINE_FILES:
            found.append(Entry(name, normalised(name, path.read_bytes())))
    return found


# Brought in when the package is built, from npm.
_FROM_NPM = tuple(
    f"site/static/{folder}/"
    for folder in ("yasqe", "leaflet", "supercluster", "topojson-client", "world-atlas", "ground")
)


def exported_files(folder: Path) -> list[Entry]:
    """Return every file of an export; where it lies is left out, and when the statics are dated."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name.startswith(_FROM_NPM):
            continue
        content = path.read_bytes()
        if not name.startswith("site/"):
            found.append(Entry(name, content.replace(str(folder).encode(), b"*")))
        elif name.startswith(("site/static/", "site/favicon")):
            found.append(Entry(name, content))
        else:
            found.append(Entry(name, content, f"dated {int(path.stat().st_mtime)}"))
    return found


@dataclass
class Visitor:
    """Asks a server one thing after the other, over one connection."""

    port: int
    answers: list[Answer] = field(default_factory=list)

    def ask(self, requests: Iterable[Request]) -> list[Answer]:
        """Return the answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)
        with closing(connection):
            return [self._answer(connection, request) for request in requests]

    def _answer(self, connection: HTTPConnection, request: Request) -> Answer:
        body = request.body.encode() or None
        connection.request(request.method, request.path, body, request.headers)
        response = connection.getresponse()
        read = response.read()
        path = request.path.partition("?")[0]
        content = normalised(path, read) if response.status == 200 else read
        by_right = set(_NOT_COMPARED)
        if content != read:
            by_right |= _FROM_THE_BODY
        if path.startswith("/static/"):
            by_right |= _FROM_THE_CLOCK
        fields = [
            (name, "*" if name in by_right else _in_order(name, value))
            for name, value in ((name.lower(), value) for name, value in response.getheaders())
        ]
        return Answer(request, response.status, sorted(fields), content)


def _in_order(name: str, value: str) -> str:
    return ", ".join(sorted(value.split(", "))) if name in _OF_A_SET else value


def values_of_fields(answers: Iterable[Answer]) -> list[str]:
    """Return each header field with how often it has which value; of many values, a digest."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for answer in answers:
        for name, value in answer.fields:
            counts[name][value] += 1
    return [line for name in sorted(counts) for line in _values(name, counts[name])]


def _values(name: str, counts: dict[str, int]) -> Iterator[str]:
    if len(counts) <= _FEW:
        for value, count in sorted(counts.items()):
            yield f"{name}: {value}  ({count} times)"
        return
    digest = hashlib.sha256("\n".join(sorted(counts)).encode()).hexdigest()[:_DIGITS]
    yield f"{name}: {len(counts)} values, {digest}  ({sum(counts.values())} times)"


def metrics_of(text: str) -> list[str]:
    """Return name, type and labels of every metric, without its value."""
    lines = set()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ", ".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            lines.add(f"{family.type}  {sample.name}{{{labels}}}  {family.documentation}")
    return sorted(lines)


def settings() -> list[str]:
    """Return every setting with its default and its meaning."""
    return [f"{name} = {default!r}  {meaning}" for name, default, meaning in describe_settings()]


def helps() -> list[str]:
    """Return what ``--help`` says of every command, as lines."""
    return list(_help(main, ("publisher",)))


def _help(command: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    yield f"{' '.join(path)}: {' '.join((command.help or '').split())}"
    for parameter in command.params:
        yield f"    {_option(parameter)}"
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _help(command.commands[name], (*path, name))


def _option(parameter: click.Parameter) -> str:
    """Return an option or argument: names, type, default, how often, meaning.

    What click calls the default of a flag, or of what has none, differs from version to version.
    """
    kind, is_flag = parameter.type, getattr(parameter, "is_flag", False)
    choices = "|".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else kind.name
    is_said = isinstance(parameter.default, str | int | float) and not is_flag
    words = [
        "/".join([*parameter.opts, *parameter.secondary_opts]),
        "flag" if is_flag else choices,
        f"default {parameter.default!r}" if is_said else "",
        "required" if parameter.required else "",
        "many" if parameter.nargs == -1 or getattr(parameter, "multiple", False) else "",
        getattr(parameter, "help", "") or "",
    ]
    return "  ".join(filter(None, words))
