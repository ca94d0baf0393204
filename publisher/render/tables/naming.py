"""Names and paths as they stand in the queries of tables: short, with their prefixes in front."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import Literal

from publisher.rdf.namespaces import PREFIXES, shorten
from publisher.release.tables.table import Column, is_property, steps


def told_apart(columns: Iterable[Column]) -> tuple[list[str], list[str]]:
    """Return the properties among the paths of columns, and the other paths."""
    paths = [column.path for column in columns]
    return [p for p in paths if is_property(p)], [p for p in paths if not is_property(p)]


def either(ways: Sequence[str]) -> str:
    """Return patterns that any of several fit."""
    return ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)


class Naming:
    """Writes names with the prefixes of a release."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Keep the prefixes."""
        self._prefixes = {**PREFIXES, **prefixes}

    def name(self, name: str) -> str:
        """Return an IRI with a prefix, if there is one for it and no letter needs an escape."""
        short = shorten(name, self._prefixes)
        return short if short != name and _is_plain(short) else f"<{name}>"

    def path(self, path: str) -> str:
        """Return the path of a column."""
        if is_property(path):
            return self.name(path)
        return "/".join("^" * step.is_inverse + self.name(step.path) for step in steps(path))

    def walked(self, path: str, graphs: str) -> list[str]:
        """Return patterns from ``?thing`` to ``?value``, each link said in one of some graphs.

        ``?property`` is the path, as the column has it.
        """
        lines, way = [], steps(path)
        for number, step in enumerate(way, start=1):
            here = "?thing" if number == 1 else f"?step{number - 1}"
            there = "?value" if number == len(way) else f"?step{number}"
            ends = (there, here) if step.is_inverse else (here, there)
            lines.append(f"GRAPH ?graph{number} {{ {ends[0]} {self.name(step.path)} {ends[1]} . }}")
            lines.append(f"FILTER(?graph{number} IN ({graphs}))")
        return [*lines, f"BIND({Literal(path)} AS ?property)"]

    def declared(self, lines: Sequence[str]) -> str:
        """Return a query with the prefixes that it uses in front."""
        body = "\n".join(lines)
        used = [p for p in sorted(self._prefixes) if re.search(rf"[ |/(^]{re.escape(p)}:", body)]
        head = [f"PREFIX {prefix}: <{self._prefixes[prefix]}>" for prefix in used]
        return "\n".join([*head, "", body] if head else [body])


def _is_plain(short: str) -> bool:
    """Tell whether a prefixed name may stand in a query as it is."""
    return short.replace(":", "").replace("-", "").replace("_", "").isalnum() and short.isascii()
