"""What a table is: the things of a class that a shape targets, a column for each property."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publisher.messages import Text

TABLES = "tables"
INDEX = f"{TABLES}/tables.json"
METADATA = "csv-metadata.json"
# Between a column's name and a language: name_sv.
JOINT = "_"
ID = "id"
LABEL = "label"
LINK, TEXT, NUMBER, DATE, TRUTH, PLAIN = "link", "text", "number", "date", "truth", "plain"


@dataclass(frozen=True)
class Column:
    """A property of the things in a table.

    Attributes:
        name: Unique in the table: the header in CSV, the parameter in addresses.
        path: IRI of the property; or a path of links as SPARQL writes it (``paths``).
        titles: What people call it, by language.
        kind: ``link``, ``text`` (with languages), ``number``, ``date``, ``truth`` or ``plain``.
        datatype: IRI of the datatype, when all values have the same; else empty.
        languages: Language tags in use, sorted; those of the names of what is linked, for links.
        named: Properties that name what is linked.
        separator: Stands between several values in CSV, and in none of them; empty for at most one.
        facet: Whether it has so few values that they can be listed with counts.
        usual: Whether it is worth its place on a page: short, different, and most things have it.
    """

    name: str
    path: str
    titles: Text
    kind: str
    datatype: str = ""
    languages: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    separator: str = ""
    facet: bool = False
    usual: bool = False

    def spoken(self, language: str) -> str | None:
        """Return the tag of the texts that readers of a language have it sorted by.

        Their own, or the next that there is; None where languages play no part.
        """
        if self.kind not in (TEXT, LINK):
            return None
        tags = (language, "", "en", *self.languages)
        return next((tag for tag in tags if tag in self.languages), None)


@dataclass(frozen=True)
class Table:
    """The things of a class.

    Attributes:
        slug: Its name in addresses.
        class_iri: The class.
        titles: What the class is called, by language.
        dataset: Name of the dataset that most of the things are in.
        count: Number of things.
        graphs: IRIs of the graphs that say what is of the class.
        columns: The label first, then in the order of the shapes.
        chains: Paths of properties that lead from a thing to its geometry as WKT, nearest first.
        files: Extensions of the whole table's files in the release.
    """

    slug: str
    class_iri: str
    titles: Text
    dataset: str
    count: int
    graphs: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)
    chains: tuple[tuple[str, ...], ...] = ()
    files: tuple[str, ...] = ()

    @property
    def label(self) -> Column | None:
        """Return the column that names the things, if they have names."""
        first = self.columns[0] if self.columns else None
        return first if first is not None and first.name == LABEL else None

    def column(self, name: str) -> Column | None:
        """Return the column of a name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def file(self, extension: str) -> str:
        """Return the name of one of its files in the release."""
        return f"{TABLES}/{self.slug}.{extension}"


def as_json(tables: Mapping[str, Table]) -> dict[str, Any]:
    """Return tables as they are written in a release."""
    return {slug: dataclasses.asdict(table) for slug, table in tables.items()}


def read_tables(folder: Path) -> dict[str, Table]:
    """Return slug → table of a release, in order; none for a release without tables."""
    path = folder / INDEX
    if not path.is_file():
        return {}
    written = json.loads(path.read_text(encoding="utf-8"))
    return {slug: _table(said) for slug, said in written.items()}


def _table(said: dict[str, Any]) -> Table:
    columns = tuple(
        Column(
            **{
                **column,
                "languages": tuple(column["languages"]),
                "named": tuple(column["named"]),
            }
        )
        for column in said["columns"]
    )
    return Table(
        **{
            **said,
            "columns": columns,
            "graphs": tuple(said["graphs"]),
            "chains": tuple(map(tuple, said["chains"])),
            "files": tuple(said["files"]),
        }
    )
