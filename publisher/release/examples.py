"""The examples of an ontology travel with the release whose pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from publisher.load.files import Role
from publisher.load.sources import Sources
from publisher.rdf.media_types import TURTLE

EXAMPLES = "examples"


def find_examples(sources: Sources) -> dict[str, str]:
    """Return file name → text of each ``ontology/examples/*.ttl``, sorted."""
    texts = {file.source.path.name: file.text for file in sources.of_role(Role.EXAMPLE)}
    return dict(sorted(texts.items()))


def write_examples(folder: Path, examples: Mapping[str, str]) -> None:
    """Write each example below its name into a new folder; no folder when there is none."""
    if not examples:
        return
    folder.mkdir()
    for name, text in examples.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def read_examples(folder: Path) -> dict[str, str]:
    """Return local name of a class → text of its example, from the folder of a release.

    >>> read_examples(Path("nowhere"))
    {}
    """
    files = sorted((folder / EXAMPLES).glob(f"*.{TURTLE.extension}"))
    return {path.stem: path.read_text(encoding="utf-8") for path in files}
