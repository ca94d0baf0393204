"""Whole datasets as files, in every format and compressed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import Quad

from publisher import media_types
from publisher.compaction import Context
from publisher.load.files import CATALOGUE, DATASET
from publisher.release.model import DUMPS
from publisher.serialise import gzipped, in_order, serialise


def by_dataset(quads: Iterable[Quad], base_iri: str) -> dict[str, list[Quad]]:
    """Return dataset name → its quads, for the graphs that are datasets, sorted by name."""
    datasets: dict[str, list[Quad]] = defaultdict(list)
    for quad in quads:
        name = quad.graph_name.value.removeprefix(base_iri + DATASET)  # type: ignore[union-attr]
        if name != quad.graph_name.value:  # type: ignore[union-attr]
            datasets[name].append(quad)
    return dict(sorted(datasets.items()))


def without_dump(quads: Iterable[Quad], base_iri: str) -> Iterator[Quad]:
    """Yield the quads of graphs that no other file of a release holds: the shapes."""
    catalogue, dataset = base_iri + CATALOGUE, base_iri + DATASET
    for quad in quads:
        name = str(getattr(quad.graph_name, "value", ""))
        if name != catalogue and not name.startswith(dataset):
            yield quad


def write_quads(path: Path, quads: Iterable[Quad]) -> None:
    """Write N-Quads in their order, one after the other."""
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{quad} .\n" for quad in quads)


def write_dumps(
    folder: Path,
    datasets: Mapping[str, Iterable[Quad]],
    prefixes: Mapping[str, str],
    context: Context,
) -> None:
    """Write ``dumps/<dataset>.<extension>`` and ``….gz`` for each dataset and format."""
    (folder / DUMPS).mkdir()
    for name, quads in datasets.items():
        ordered = in_order(quads)
        triples = [quad.triple for quad in ordered if isinstance(quad, Quad)]
        for media_type in media_types.DUMPS:
            statements = ordered if media_type is media_types.N_QUADS else triples
            content = serialise(statements, media_type, prefixes, context)
            path = folder / DUMPS / f"{name}.{media_type.extension}"
            path.write_bytes(content)
            path.with_name(path.name + ".gz").write_bytes(gzipped(content))
