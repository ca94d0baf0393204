"""Print the names of classes and modules that stand for more than one thing: python tests/names.py.

A name that has to be told apart by its folder has to be learnt twice, and a search for it finds the
wrong one. What still stands for several things has its reason below; the program ends with 1 when
one has none, or when a reason is left over.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "publisher"

# Subjects have the same name in each stage: what it does with them follows from the stage.
_SUBJECTS = {
    "catalogue": "a subject: the catalogue of the datasets",
    "concepts": "a subject: concept schemes and their concepts",
    "distributions": "a subject: the files of the datasets, written and verified",
    "documents": "a subject: documents about things",
    "feeds": "a subject: feeds of changes",
    "history": "a subject: what changed from release to release",
    "own_pages": "a subject: the publisher's own pages, read and served",
    "links": "a subject: addresses that the data names, checked in sources and on a site",
    "pictures": "a subject: pictures of shared links",
    "published_files": "a subject: files of the folder that the catalogue names",
    "queries": "a subject: queries of the folder and of visitors",
    "releases": "a subject: the releases that are kept",
    "search": "a subject: full-text search",
    "signposting": "a subject: typed links for machines, sent and verified",
}
_COMMANDS = {
    "build": "a command, and the step of the same name",
    "check": "a command, and what push calls the same: is there what was sent?",
    "export": "a command, and the way out of sources into a workbook (publisher sheet export)",
    "push": "a command, and its stage",
    "preview": "a command, and what the editor calls the same: pages of what is not released",
}
MODULES: Mapping[str, str] = {
    **_SUBJECTS,
    **_COMMANDS,
    "app": "Flask's word for the application of a server; the site and the editor are two servers",
    "cells": "of a table that is published, and of a workbook that is filled in",
    "connection": "of a client to the server, and of the server to a SPARQL engine",
    "differences": "between two releases, kept; and between a workbook and the sources",
    "engine": "a SPARQL engine: the interface, one somewhere else, one that is written into",
    "files": "on the disk: of sources, tables, a release that is served; how they are written",
    "layout": "which properties, or which columns, stand where",
    "options": "of a command, as arguments and as a value",
    "pages": "HTML pages of one subject each",
    "processes": "the web processes, and what the operating system gives any process",
    "queue": "the queue, and which requests have to wait in it",
    "reading": "of RDF, and of a workbook",
    "registry": "the list of releases in an engine, read and written",
    "reports": "of a check, and of an import",
    "rules": "of shapes in words, and of addresses for a file server",
    "site": "a site: served, and verified from outside",
    "values": "of properties: shown, and typed in",
}
CLASSES: Mapping[str, str] = {}


def modules(package: Path) -> Iterator[Path]:
    """Yield the modules of a package; ``__init__`` is named by its folder."""
    yield from (path for path in sorted(package.rglob("*.py")) if path.name != "__init__.py")


def module_names(package: Path) -> dict[str, list[str]]:
    """Return name of a module → where it stands, for names that stand more than once."""
    found = defaultdict(list)
    for path in modules(package):
        found[path.stem].append(path.relative_to(package).as_posix())
    return {name: places for name, places in sorted(found.items()) if len(places) > 1}


def class_names(package: Path) -> dict[str, list[str]]:
    """Return name of a class → the modules that define it, for names that several define."""
    found = defaultdict(set)
    for path in modules(package):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
            if isinstance(node, ast.ClassDef):
                found[node.name].add(path.relative_to(package).as_posix())
    return {name: sorted(places) for name, places in sorted(found.items()) if len(places) > 1}


def without_reason(
    found: Mapping[str, list[str]], reasons: Mapping[str, str], kind: str
) -> list[str]:
    """Return a sentence for each name that has no reason, and for each reason that has no name."""
    missing = [
        f"{kind} {name} stands for several things: {', '.join(places)}. Use another word."
        for name, places in found.items()
        if name not in reasons
    ]
    left = [f"{kind} {name} stands for one thing: take its reason away." for name in reasons]
    return missing + [line for line, name in zip(left, reasons, strict=True) if name not in found]


def wrong_names(package: Path) -> list[str]:
    """Return what is wrong with the names of a package."""
    return [
        *without_reason(class_names(package), CLASSES, "class"),
        *without_reason(module_names(package), MODULES, "module"),
    ]


def main() -> int:
    """Print names, places and reasons; return 1 when a reason is missing or left over."""
    for kind, found, reasons in (
        ("class", class_names(PACKAGE), CLASSES),
        ("module", module_names(PACKAGE), MODULES),
    ):
        for name, places in found.items():
            sys.stdout.write(f"{kind} {name}: {', '.join(places)}\n    {reasons.get(name, '-')}\n")
    wrong = wrong_names(PACKAGE)
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
