"""Where in a Turtle file a subject, or one of its properties, is written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from publisher.load.parse import SourceFile
from publisher.namespaces import iri


def _spellings(value: str, prefixes: Mapping[str, str]) -> list[str]:
    written = [f"<{value}>"]
    written += [
        f"{prefix}:{value[len(namespace) :]}"
        for prefix, namespace in prefixes.items()
        if value.startswith(namespace)
    ]
    return [*written, "a"] if value == iri("rdf:type") else written


def line_of(file: SourceFile, subject: str, predicate: str = "") -> int:
    """Return the line (from 1) on which a subject begins, or its predicate below it; else 0.

    Looks at line beginnings, as the sources' layout writes them; in a file of another layout it
    falls back to the first line that names the subject.
    """
    lines = file.text.splitlines()
    names = _spellings(subject, file.prefixes)
    begins = [n for n, line in enumerate(lines) if line.split(" ", 1)[0] in names]
    if not begins:
        mentions = [n for n, line in enumerate(lines) if any(name in line for name in names)]
        return mentions[0] + 1 if mentions else 0
    if predicate:
        verbs = "|".join(re.escape(name) for name in _spellings(predicate, file.prefixes))
        for number, line in enumerate(lines[begins[0] :], begins[0]):
            if number > begins[0] and line and not line[0].isspace():
                break
            if re.search(rf"(?:^|\s)(?:{verbs})(?:\s|$)", line):
                return number + 1
    return begins[0] + 1
