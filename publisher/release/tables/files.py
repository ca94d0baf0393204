"""Each class that a shape targets → its whole table as files of the release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad

from publisher.load.files import DATASET, SHAPES
from publisher.media_types import CSV, GEOJSON, XLSX
from publisher.messages import Text
from publisher.namespaces import iri
from publisher.release.manifest import digest_of, write_json
from publisher.release.model import StoredFile
from publisher.release.tables.cells import Line, Names, write_csv
from publisher.release.tables.columns import columns, local, slugs, targets
from publisher.release.tables.csvw import metadata
from publisher.release.tables.features import write_features
from publisher.release.tables.geometries import chains, located
from publisher.release.tables.subjects import Subjects, called
from publisher.release.tables.table import INDEX, METADATA, TABLES, Table, as_json
from publisher.release.tables.workbook import MOST_LINES, write_workbook

_TYPE = iri("rdf:type")


@dataclass(frozen=True)
class TableFiles:
    """The files of a table, as the catalogue lists them.

    Attributes:
        slug: Name of the table in addresses.
        titles: What its class is called, by language.
        files: Extension → file.
    """

    slug: str
    titles: Text
    files: Mapping[str, StoredFile]


def write_tables(
    staging: Path,
    quads: Iterable[Quad],
    datasets: Mapping[str, Sequence[Quad]],
    base_iri: str,
    prefixes: Mapping[str, str],
) -> dict[str, list[TableFiles]]:
    """Write ``tables/<class>.csv``, ``.xlsx``, ``.geojson`` and what they mean.

    Args:
        staging: The release's folder.
        quads: Everything that is published, the shapes among it.
        datasets: Name of a dataset → its quads.
        base_iri: Base of the names.
        prefixes: For classes and properties with the same local name.

    Returns:
        Name of a dataset → the files of its tables, in order.
    """
    graph = NamedNode(base_iri + SHAPES)
    shapes = Subjects(quad for quad in quads if quad.graph_name == graph)
    subjects = Subjects(quad for said in datasets.values() for quad in said)
    (staging / TABLES).mkdir()
    tables: dict[str, Table] = {}
    found: dict[str, list[TableFiles]] = {}
    for table, things in _tables(shapes, subjects, datasets, base_iri, prefixes):
        written = _write(staging, table, things, subjects)
        tables[table.slug] = replace(table, files=tuple(written))
        files = TableFiles(table.slug, table.titles, written)
        found.setdefault(table.dataset, []).append(files)
    write_json(staging / INDEX, as_json(tables))
    return found


def _tables(
    shapes: Subjects,
    subjects: Subjects,
    datasets: Mapping[str, Sequence[Quad]],
    base_iri: str,
    prefixes: Mapping[str, str],
) -> Iterator[tuple[Table, list[str]]]:
    """Yield each table with its things, by slug."""
    shaped = targets(shapes)
    members: dict[str, dict[str, str]] = {name: {} for name in shaped}
    for dataset, said in datasets.items():
        for quad in said:
            if quad.predicate.value == _TYPE and isinstance(quad.subject, NamedNode):
                of_class = members.get(str(getattr(quad.object, "value", "")))
                if of_class is not None:
                    of_class.setdefault(quad.subject.value, dataset)
    inhabited = sorted(name for name, things in members.items() if things)
    for name, slug in sorted(slugs(inhabited, prefixes).items(), key=lambda pair: pair[1]):
        things = sorted(members[name])
        where = Counter(members[name].values())
        table = Table(
            slug=slug,
            class_iri=name,
            titles=_titles(name, shaped[name], shapes, subjects),
            dataset=min(where, key=lambda dataset: (-where[dataset], dataset)),
            count=len(things),
            graphs=tuple(base_iri + DATASET + dataset for dataset in datasets),
            columns=tuple(columns(shapes, shaped[name], things, subjects, prefixes)),
            chains=chains(things, subjects),
        )
        yield table, things


def _titles(name: str, of_class: Sequence[str], shapes: Subjects, subjects: Subjects) -> Text:
    """Return what a class is called: by its vocabulary, else by its shape, else as it is named."""
    said = [subjects.names(name)]
    said += [called(shapes.values(shape, iri("rdfs:label"))) for shape in of_class]
    found = next(filter(None, said), {"": local(name)})
    return dict(sorted(found.items()))


def _write(
    staging: Path, table: Table, things: Sequence[str], subjects: Subjects
) -> dict[str, StoredFile]:
    """Write the files of a table; return extension → file."""
    names = _names(subjects)

    def lines() -> Iterator[Line]:
        for thing in things:
            said = {column.path: subjects.values(thing, column.path) for column in table.columns}
            values = {
                path: tuple(t for t in terms if not isinstance(t, BlankNode))
                for path, terms in said.items()
            }
            yield Line(thing, values, located(thing, table.chains, subjects))

    paths = {m.extension: staging / table.file(m.extension) for m in (CSV, XLSX, GEOJSON)}
    with paths["csv"].open("w", encoding="utf-8", newline="") as stream:
        write_csv(table, lines(), names, stream)
    described = staging / table.file(METADATA)
    write_json(described, metadata(table, f"{table.slug}.csv"))
    if table.count <= MOST_LINES:
        write_workbook(table, lines, names, paths["xlsx"])
    if table.chains:
        with paths["geojson"].open("w", encoding="utf-8") as stream:
            write_features(table, lines(), names, stream)
    return {
        extension: StoredFile(table.file(extension), path.stat().st_size, digest_of(path))
        for extension, path in paths.items()
        if path.is_file()
    }


def _names(subjects: Subjects) -> Names:
    def name(subject: str, language: str) -> str:
        return subjects.names(subject).get(language, "")

    return name
