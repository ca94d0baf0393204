"""The tables of this package: rules, lists, names and file types, each a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def read_table(name: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of a table, by the name of its file: column → cell.

    >>> read_table("lists.csv")[0]["list"]
    'language'
    """
    content = (files("publisher.profiles") / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(content.splitlines()))
