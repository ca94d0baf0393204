"""Whole datasets as files, in every format and compressed; none is ever in memory as a whole."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.load.files import CATALOGUE, DATASET
from publisher.rdf import media_types
from publisher.rdf.jsonld import Context
from publisher.rdf.sorted_files import Quads
from publisher.release.dump_formats import WRITERS
from publisher.release.model import DUMPS
from publisher.system.processes import on_all_cores

_CHUNK = 1 << 20
_LEVEL = 6
_GZIP = 31
# So many quads are written before other processes have begun.
_FEW = 50_000


def by_dataset(graphs: Mapping[str, Quads], base_iri: str) -> dict[str, Quads]:
    """Return dataset name → its quads, for the graphs that are datasets, sorted by name."""
    start = base_iri + DATASET
    return {n.removeprefix(start): q for n, q in sorted(graphs.items()) if n.startswith(start)}


def without_dump(graphs: Mapping[str, Quads], base_iri: str) -> Iterator[bytes]:
    """Yield the lines of graphs that no other file of a release holds: the shapes."""
    catalogue, dataset = base_iri + CATALOGUE, base_iri + DATASET
    for name, quads in sorted(graphs.items()):
        if name != catalogue and not name.startswith(dataset):
            yield from quads.lines()


@dataclass(frozen=True)
class _Dump:
    """A file to be written."""

    quads: Quads
    path: Path
    media_type: str
    prefixes: dict[str, str]
    context: dict[str, object]


def write_dumps(
    folder: Path, datasets: Mapping[str, Quads], prefixes: Mapping[str, str], context: Context
) -> None:
    """Write ``dumps/<dataset>.<extension>`` and ``….gz`` for each dataset and format."""
    (folder / DUMPS).mkdir()
    given = dict(prefixes), dict(context)
    dumps = [
        _Dump(quads, folder / DUMPS / f"{name}.{media_type.extension}", media_type.name, *given)
        for name, quads in datasets.items()
        for media_type in media_types.DUMPS
    ]
    is_small = sum(quads.count for quads in datasets.values()) < _FEW
    parts = [dumps] if is_small else [[dump] for dump in dumps]
    for _ in on_all_cores(_write, parts):
        pass


def _write(dumps: Iterable[_Dump]) -> None:
    for dump in dumps:
        write = WRITERS[media_types.BY_NAME[dump.media_type]]
        write(dump.quads, dump.path, dump.prefixes, Context(dump.context))
        _compress(dump.path)


def _compress(path: Path) -> None:
    """Write a file compressed, without the time of day in it."""
    stream = zlib.compressobj(_LEVEL, wbits=_GZIP)
    with path.open("rb") as content, path.with_name(path.name + ".gz").open("wb") as file:
        while chunk := content.read(_CHUNK):
            file.write(stream.compress(chunk))
        file.write(stream.flush())
