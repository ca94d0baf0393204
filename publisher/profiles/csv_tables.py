"""The tables of this package: rules, lists, names and file types, each a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from publisher.messages import written_in_table


@cache
def read_table(name: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of a table, by the name of its file: column → cell.

    >>> read_table("lists.csv")[0]["list"]
    'language'
    """
    content = (files("publisher.profiles") / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(content.splitlines()))


@dataclass(frozen=True, kw_only=True)
class PropertyRule:
    """What every table of rules says of one property of one class.

    Attributes:
        owner: The class, as a prefixed name.
        path: The property, or several, as the table writes them.
        kind: What a value must be.
        least: How many values there must be.
        wanted: How many there should be.
        most: How many there may be; None for any number.
        of: Datatypes, a class or lists that a value is of.
        old: Whether the property is given up.
        meaning: What the value says, by language.
        sources: Files of the specification.
    """

    owner: str
    path: str
    kind: str
    least: int
    wanted: int
    most: int | None
    of: tuple[str, ...]
    old: bool
    meaning: Mapping[str, str]
    sources: tuple[str, ...]


def read_rule(row: Mapping[str, str]) -> dict[str, Any]:
    """Return the attributes of a ``PropertyRule``, for a row of a table."""
    return {
        "owner": row["class"],
        "path": row["path"],
        "kind": row["kind"],
        "least": int(row["least"] or 0),
        "wanted": int(row["wanted"] or 0),
        "most": int(row["most"]) if row["most"] else None,
        "of": tuple(row["of"].split()),
        "old": bool(row["old"]),
        "meaning": written_in_table(row),
        "sources": tuple(row["source"].split()),
    }
