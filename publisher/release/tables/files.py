"""Each class that a shape targets → its whole table as files, with CSVW metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyoxigraph import BlankNode

from publisher.languages import written_languages
from publisher.load.files import DATASET, SHAPES
from publisher.messages import Text, text
from publisher.rdf.locations import DEFAULT, SUB_PROPERTY, LocationProperties
from publisher.rdf.media_types import CSV, GEOJSON, XLSX
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.sorted_files import Quads, SortedLines, Sorter, merge_lines, write_lines
from publisher.rdf.subjects import Subjects, SubjectsOnDisk, texts_by_language
from publisher.release.manifest import digest_of, write_json
from publisher.release.model import StoredFile
from publisher.release.tables.cells import (
    CsvFile,
    FileColumn,
    NameOf,
    TableRow,
    file_columns,
    file_rows,
)
from publisher.release.tables.columns import (
    ColumnCounts,
    class_slugs,
    local_name,
    ordered_paths,
    target_shapes,
)
from publisher.release.tables.geojson import FeatureFile, GeometryChains, thing_geometries
from publisher.release.tables.index import INDEX_EXTENSION, RowIndex
from publisher.release.tables.table import (
    ID,
    INDEX,
    LINK,
    METADATA,
    TABLES,
    Column,
    PathResolver,
    Table,
    as_json,
    is_property,
    path_steps,
    write_links,
)
from publisher.release.tables.workbook import MOST_ROWS, WorkbookFile
from publisher.system.files import with_path
from publisher.system.processes import map_on_all_cores

_TYPED = f" <{iri('rdf:type')}> ".encode()
_SPECIAL = f"<{SUB_PROPERTY}>".encode()
# So many quads are written before other processes have begun.
_IN_MEMORY_QUADS = 50_000


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


@dataclass(frozen=True)
class _Class:
    """A class whose table is to be written.

    Attributes:
        name: Its IRI.
        slug: Name of the table.
        dataset: Name of the dataset that most of its things are in.
        members: File of all classes and their things.
        links: File of the links that some column follows backwards.
        shapes: The graph of the shapes.
        datasets: IRI of the graph of each dataset → its quads.
        prefixes: For properties with the same local name.
        staging: The release's folder.
        named_graphs: IRIs of graphs that datasets have beside the ones of their own names.
        locations: The properties that say where things are.
    """

    name: str
    slug: str
    dataset: str
    members: Path
    links: Path
    shapes: Quads
    datasets: Mapping[str, Quads]
    prefixes: Mapping[str, str]
    staging: Path
    named_graphs: tuple[str, ...]
    locations: LocationProperties


def write_tables(
    staging: Path,
    graphs: Mapping[str, Quads],
    datasets: Mapping[str, Quads],
    base_iri: str,
    prefixes: Mapping[str, str],
    named_graphs: tuple[str, ...] = (),
) -> dict[str, list[TableFiles]]:
    """Write ``tables/<class>.csv``, ``.xlsx``, ``.geojson``, what they mean and their indexes.

    Args:
        staging: The release's folder.
        graphs: Everything that is published, the shapes among it.
        datasets: Name of a dataset → its quads.
        base_iri: Base of the names.
        prefixes: For classes and properties with the same local name.
        named_graphs: IRIs of graphs that datasets have beside the ones of their own names.

    Returns:
        Name of a dataset → the files of its tables, in order.
    """
    (staging / TABLES).mkdir()
    tables: dict[str, Table] = {}
    files_by_dataset: dict[str, list[TableFiles]] = {}
    shapes = graphs.get(base_iri + SHAPES)
    with TemporaryDirectory() as folder:
        members, links = Path(folder, "members.tsv"), Path(folder, "links.tsv")
        homes = _write_members(datasets, members)
        subjects = Subjects(shapes or ())
        shaped = target_shapes(subjects)
        locations = find_locations(datasets.values())
        followed = _inverse_properties(subjects) | set(locations.holds)
        write_links(datasets.values(), followed, links)
        by_iri = {base_iri + DATASET + name: quads for name, quads in datasets.items()}
        of_all = dict(prefixes), staging, named_graphs, locations
        classes = [
            _Class(name, slug, homes[name].dataset, members, links, shapes, by_iri, *of_all)
            for name, slug in _slugs(shaped, homes, prefixes)
            if shapes is not None
        ]
        is_small = sum(quads.count for quads in datasets.values()) < _IN_MEMORY_QUADS
        # Whoever begins with the largest table waits for no other at the end.
        largest_first = sorted(classes, key=lambda of: -homes[of.name].things)
        parts = [classes] if is_small else [[each] for each in largest_first]
        written = chain.from_iterable(map_on_all_cores(_write_classes, parts))
        for table, files in sorted(written, key=lambda pair: pair[0].slug):
            tables[table.slug] = table
            files_by_dataset.setdefault(table.dataset, []).append(files)
    write_json(staging / INDEX, as_json(tables))
    return files_by_dataset


def find_locations(graphs: Iterable[Quads]) -> LocationProperties:
    """Return the properties in use that say where things are, the publisher's own among them.

    A property is the publisher's own when the ontology calls it a special case of a known one.
    """
    pairs: set[tuple[str, str]] = set()
    used: set[bytes] = set()
    for line in (line for quads in graphs for line in quads.lines()):
        subject, predicate, rest = line.split(b" ", 2)
        used.add(predicate)
        if predicate == _SPECIAL and rest.startswith(b"<"):
            pairs.add((subject[1:-1].decode(), rest.partition(b" ")[0][1:-1].decode()))
    return DEFAULT.extended(pairs).only({name[1:-1].decode() for name in used})


def _inverse_properties(shapes: Subjects) -> set[str]:
    """Return the properties that some column follows backwards."""
    paths = (
        path
        for of_class in target_shapes(shapes).values()
        for path in ordered_paths(shapes, of_class)
    )
    return {step.predicate for path in paths for step in path_steps(path) if step.is_inverse}


def _slugs(
    shaped: Iterable[str], homes: Mapping[str, _Home], prefixes: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return each class that has a shape and things, and its slug, by slug."""
    inhabited = sorted(name for name in shaped if name in homes)
    return sorted(class_slugs(inhabited, prefixes).items(), key=lambda pair: pair[1])


@dataclass(frozen=True)
class _Home:
    """Where the things of a class are: the dataset of most of them, and how many there are."""

    dataset: str
    things: int


def _write_members(datasets: Mapping[str, Quads], path: Path) -> dict[str, _Home]:
    """Write lines of class, thing and dataset; return class → the dataset of most of its things.

    A thing that several datasets say the class of belongs to the first.
    """
    where: dict[str, Counter[str]] = {}
    with Sorter(path.with_name("members")) as sorter:
        for dataset, quads in datasets.items():
            for line in quads.lines():
                if _TYPED in line and line.startswith(b"<"):
                    subject, predicate, rest = line.split(b" ", 2)
                    if predicate == _TYPED.strip() and rest.startswith(b"<"):
                        kind = rest.partition(b" ")[0][1:-1]
                        sorter.add(b"\t".join((kind, subject[1:-1], dataset.encode())) + b"\n")
        sorter.close()

        def firsts() -> Iterator[bytes]:
            for _, same in groupby(
                merge_lines(sorter.runs), lambda line: line.rpartition(b"\t")[0]
            ):
                line = next(same)
                kind, _, dataset = line.decode().rstrip("\n").split("\t")
                where.setdefault(kind, Counter())[dataset] += 1
                yield line

        write_lines(path, firsts())
    return {
        kind: _Home(min(c, key=lambda d: (-c[d], d)), sum(c.values())) for kind, c in where.items()
    }


def _write_classes(classes: Sequence[_Class]) -> list[tuple[Table, TableFiles]]:
    shapes = Subjects(classes[0].shapes if classes else ())
    return [_write_class(each, shapes) for each in classes]


def _write_class(of: _Class, shapes: Subjects) -> tuple[Table, TableFiles]:
    subjects = SubjectsOnDisk([quads.path for quads in of.datasets.values()])
    reach = PathResolver(subjects, of.links, of.locations)
    rows = SortedLines(of.members).starting(f"{of.name}\t".encode())
    things = [row.split(b"\t")[1].decode() for row in rows]
    of_class = target_shapes(shapes)[of.name]
    counts = ColumnCounts(shapes, of_class, subjects, reach, of.locations.path)
    chains = GeometryChains(subjects)
    for thing in things:
        counts.add(thing)
        chains.add(thing)
    table = Table(
        slug=of.slug,
        class_iri=of.name,
        titles=_titles(of.name, of_class, shapes, subjects),
        dataset=of.dataset,
        count=len(things),
        graphs=(*of.datasets, *of.named_graphs),
        columns=counts.columns(of.prefixes),
        chains=chains.in_order(),
    )
    written = _write(of.staging, table, things, subjects, reach)
    return replace(table, files=tuple(written)), TableFiles(of.slug, table.titles, written)


def _titles(name: str, of_class: Sequence[str], shapes: Subjects, subjects: Subjects) -> Text:
    """Return what a class is called: by its vocabulary, else by its shape, else as it is named."""
    messages = [subjects.names(name)]
    # A shape for several classes names none of them: they would be called the same.
    messages += [
        texts_by_language(shapes.values(shape, iri("rdfs:label")))
        for shape in of_class
        if len(shapes.nodes(shape, iri("sh:targetClass"))) == 1
    ]
    titles = next(filter(None, messages), {"": local_name(name)})
    return dict(sorted(titles.items()))


def _write(
    staging: Path, table: Table, things: Sequence[str], subjects: Subjects, reach: PathResolver
) -> dict[str, StoredFile]:
    """Write the files of a table; return extension → file."""
    names = _names(subjects)

    def lines() -> Iterator[TableRow]:
        for thing in things:
            properties = reach.values_by_path(thing, (column.path for column in table.columns))
            values = {
                path: tuple(t for t in terms if not isinstance(t, BlankNode))
                for path, terms in properties.items()
            }
            yield TableRow(thing, values, thing_geometries(thing, table.chains, subjects))

    paths = {m.extension: staging / table.file(m.extension) for m in (CSV, XLSX, GEOJSON)}
    _write_files(table, lines(), names, paths, staging / table.file(INDEX_EXTENSION))
    write_json(staging / table.file(METADATA), csv_metadata(table, f"{table.slug}.csv"))
    return {
        extension: StoredFile(table.file(extension), path.stat().st_size, digest_of(path))
        for extension, path in paths.items()
        if path.is_file()
    }


def _write_files(
    table: Table,
    rows: Iterable[TableRow],
    names: NameOf,
    paths: Mapping[str, Path],
    index: Path,
) -> None:
    """Write all files of a table line by line: what a line says is looked up once."""
    with ExitStack() as opened:
        opened.enter_context(with_path(index, has_temporary=True))
        of_rows = opened.enter_context(closing(RowIndex(index, table, names)))
        stream = opened.enter_context(paths["csv"].open("w", encoding="utf-8", newline=""))
        files: list[CsvFile | WorkbookFile | FeatureFile] = [CsvFile(table, stream)]
        if table.count <= MOST_ROWS:
            book = WorkbookFile(table, names, paths["xlsx"])
            files.append(opened.enter_context(closing(book)))
        if table.chains:
            text = paths["geojson"].open("w", encoding="utf-8", newline="\n")
            stream = opened.enter_context(text)
            files.append(opened.enter_context(closing(FeatureFile(table, stream))))
        for line in file_rows(table, rows, names):
            of_rows.add(line.row)
            for file in files:
                file.add(line)


def _names(subjects: Subjects) -> NameOf:
    def name(subject: str, language: str) -> str:
        return subjects.names(subject).get(language, "")

    return name


# What the columns of a CSV file mean, as CSV on the Web (W3C tabular metadata, 2015-12-17).

_XSD = PREFIXES["xsd"]
_NOTE = "What the path {path} leads to from the thing of the row (SPARQL 1.1, property paths)."
_RDF_TYPE = PREFIXES["rdf"] + "type"
# Datatypes that metadata names without a prefix (section 5.11.1).
_BUILT_IN = (
    *("anyURI", "boolean", "date", "dateTime", "decimal", "double", "float", "gYear"),
    *("gYearMonth", "int", "integer", "long", "nonNegativeInteger", "string"),
)


def csv_metadata(table: Table, url: str) -> dict[str, Any]:
    """Return the metadata of a table's CSV file.

    Args:
        table: The table.
        url: The file's address, relative to that of the metadata.
    """
    columns = [_column(of) for of in file_columns(table)]
    columns.append(
        {
            "name": "type",
            "virtual": True,
            "propertyUrl": _RDF_TYPE,
            "valueUrl": table.class_iri,
        }
    )
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": url,
        "dc:title": _in_languages(table.titles),
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ",", "doubleQuote": True},
        "tableSchema": {"aboutUrl": "{+id}", "primaryKey": ID, "columns": columns},
    }


def _in_languages(titles: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"@value": title} | ({"@language": tag} if tag else {}) for tag, title in titles.items()
    ]


def _column(of: FileColumn) -> dict[str, Any]:
    column = of.column
    # The header is a title too, in no language: what the file is compared with (section 5.6.1).
    properties: dict[str, Any] = {"name": of.name, "titles": {"und": of.name}}
    if column is None:
        return properties | {"datatype": "anyURI", "required": True, "suppressOutput": True}
    properties["titles"] |= {tag: title for tag, title in column.titles.items() if tag}
    if column.separator:
        properties["separator"] = column.separator
    if of.is_name:
        return properties | _lang(of) | {"suppressOutput": True}
    if not is_property(column.path):
        return properties | _link_metadata(of, column)
    properties["propertyUrl"] = column.path
    if of.language is not None:
        return properties | _lang(of)
    if column.kind == LINK:
        properties["datatype"] = "anyURI"
        # With several values the template would join them into one address.
        return properties if column.separator else properties | {"valueUrl": f"{{+{of.name}}}"}
    return properties | {"datatype": _datatype(column)}


def _link_metadata(of: FileColumn, column: Column) -> dict[str, Any]:
    """Return the metadata of values that a path leads to.

    A link to the row's thing is about the value in the cell. With several values the template would
    join them into one address, and of longer paths metadata says nothing: a reader is told then,
    and a program makes no triples of the column.
    """
    path, metadata = path_steps(column.path), _lang(of)
    if of.language is None:
        metadata = {"datatype": "anyURI" if column.kind == LINK else _datatype(column)}
    if len(path) == 1 and path[0].is_inverse and not column.separator:
        link = {
            "aboutUrl": f"{{+{of.name}}}",
            "propertyUrl": path[0].predicate,
            "valueUrl": "{+id}",
        }
        return metadata | link
    notes = text(_NOTE, path=column.path)
    languages = written_languages(column.titles)
    note = _in_languages({tag: notes[tag] for tag in languages})
    return metadata | {"suppressOutput": True, "dc:description": note}


def _lang(of: FileColumn) -> dict[str, Any]:
    return {"lang": of.language} if of.language else {}


def _datatype(column: Column) -> str | dict[str, str]:
    name = column.datatype.removeprefix(_XSD)
    if name in _BUILT_IN:
        return name
    return {"@id": column.datatype, "base": "string"} if column.datatype else "string"
