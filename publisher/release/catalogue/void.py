"""Datasets just written → what VoID says of them, with real counts (VoID, section 4.6)."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, Triple

from publisher.load.files import CATALOGUE, DATASET
from publisher.rdf.media_types import DUMPS as DUMPED
from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import (
    Quads,
    Sorter,
    blocks_of_subjects,
    merge_lines,
    without_repetitions,
)
from publisher.release.catalogue.graph import CatalogueGraph, node, typed
from publisher.release.catalogue.partitions import (
    END,
    Partitions,
    PropertyPartition,
    count_partitions,
)
from publisher.release.model import StoredFile

VOID = "void"
# Datatype partitions: VoID itself has none (https://ldf.fi/void-ext).
VOID_EXT = "http://ldf.fi/void-ext#"
_TYPE_TERM = f"<{iri('rdf:type')}>".encode()
# These name terms of vocabularies, or repeat what a triple says.
_NOT_LINKS = {f"<{iri(name)}>".encode() for name in ("rdf:type", "rdf:predicate", "rdf:object")}
_FORMATS = "http://www.w3.org/ns/formats/"
_FEATURES = ("Turtle", "JSON-LD", "RDF_XML", "N-Triples", "N-Quads")
_EXAMPLES = 5
_BATCH = 10_000
_COPIED_PROPERTIES = (
    "dcterms:title",
    "dcterms:description",
    "dcterms:license",
    "dcterms:publisher",
    "dcterms:issued",
    "dcterms:modified",
)


@dataclass
class Counts:
    """What is counted in one dataset; links are counted by host and predicate."""

    triples: int = 0
    subjects: int = 0
    objects: int = 0
    entities: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    properties: Counter[str] = field(default_factory=Counter)
    links: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)


def count_graph(lines: Iterable[bytes], base_iri: str) -> Counts:
    """Return the counts of a graph: N-Triples that are all different and come by subject.

    An entity is a subject below the base (VoID, section 4.6, leaves that to the dataset).
    """
    counts = _LineCounts(base_iri)
    with TemporaryDirectory() as folder, Sorter(Path(folder, "objects")) as objects:
        seen: set[bytes] = set()
        for subject, of_subject in blocks_of_subjects(lines):
            seen.update(counts.add(subject, of_subject))
            if len(seen) > _BATCH:
                objects.extend(list(seen))
                seen = set()
        objects.extend(list(seen))
        objects.close()
        return counts.finished(sum(1 for _ in merge_lines(objects.runs)))


class _LineCounts:
    """Counts N-Triples, subject after subject."""

    def __init__(self, base_iri: str) -> None:
        self._base_iri = base_iri
        self._start = f"<{base_iri}".encode()
        self._counts = Counts()
        self._classes: Counter[bytes] = Counter()
        self._properties: Counter[bytes] = Counter()
        self._links: Counter[tuple[bytes, bytes]] = Counter()
        self._examples: dict[bytes, bytes] = {}

    def add(self, subject: bytes, lines: Sequence[bytes]) -> list[bytes]:
        """Count what is said of a subject; return the objects, each with a line feed."""
        is_own = subject.startswith(self._start)
        self._counts.triples += len(lines)
        self._counts.subjects += 1
        self._counts.entities += is_own
        start = len(subject) + 1
        pairs = [line[start : -len(END)].split(b" ", 1) for line in lines]
        self._properties.update([predicate for predicate, _ in pairs])
        for predicate, value in pairs:
            if not value.startswith(b"<"):
                continue
            if predicate == _TYPE_TERM:
                self._classes[value] += 1
                if is_own:
                    name = subject[1:-1]
                    self._examples[value] = min(name, self._examples.get(value, name))
            if is_own and not value.startswith(self._start) and predicate not in _NOT_LINKS:
                self._links[_beginning(value), predicate] += 1
        return [value + b"\n" for _, value in pairs]

    def finished(self, objects: int) -> Counts:
        """Return the counts with names as texts."""
        counts = self._counts
        counts.objects = objects
        counts.classes = Counter({_name(term): n for term, n in self._classes.items()})
        counts.properties = Counter({_name(term): n for term, n in self._properties.items()})
        counts.examples = {_name(term): n.decode() for term, n in self._examples.items()}
        for (beginning, predicate), number in self._links.items():
            if root := _root(beginning.decode()):
                counts.links[root, _name(predicate)] += number
        return counts


def _name(term: bytes) -> str:
    return term[1:-1].decode()


def _beginning(term: bytes) -> bytes:
    """Return an IRI up to the slash behind its host, or as it is where there is none."""
    end = term.find(b"/", term.find(b"://") + 3)
    return term[1:end] if end > 0 else term[1:-1]


def _merge_by_subject(datasets: Iterable[Quads]) -> Iterator[bytes]:
    """Yield the triples of several datasets by subject, each once."""
    return without_repetitions(heapq.merge(*map(triple_lines, datasets)))


def triple_lines(quads: Quads) -> Iterator[bytes]:
    """Yield the quads of a graph as N-Triples."""
    return (line[: line.rindex(b" <")] + END for line in quads.lines())


def _root(name: str) -> str:
    """Return scheme and host of an IRI; empty for one that is no web address."""
    parts = urlsplit(name)
    return f"{parts.scheme}://{parts.netloc}/" if parts.scheme in ("http", "https") else ""


def _namespace(name: str) -> str:
    """Return what is before the last ``#`` or ``/`` of an IRI, else the last ``:``, with it.

    >>> _namespace("http://e.org/v#name"), _namespace("urn:example:name")
    ('http://e.org/v#', 'urn:example:')
    """
    return name[: max(name.rfind("#"), name.rfind("/")) + 1 or name.rfind(":") + 1]


def _number(value: int) -> Literal:
    return typed(str(value), "xsd:integer")


@dataclass(frozen=True)
class VoidInput:
    """What VoID is made of.

    Attributes:
        base_iri: Base of the names.
        catalogue: The EU view: titles, licences and dates are there.
        datasets: Name → its quads, all different.
        files: Name → extension → its file.
        partitions: Of all datasets together; see ``partition_datasets``.
    """

    base_iri: str
    catalogue: CatalogueGraph
    datasets: Mapping[str, Quads]
    files: Mapping[str, Mapping[str, StoredFile]]
    partitions: Partitions = field(default_factory=dict)

    @property
    def document(self) -> str:
        """Return the IRI of the VoID description."""
        return self.base_iri + VOID


def partition_datasets(datasets: Mapping[str, Quads]) -> Partitions:
    """Return the partitions of all datasets together."""
    return count_partitions(_merge_by_subject(datasets.values()))


def describe_void(described: VoidInput) -> list[Triple]:
    """Return the VoID description of every dataset and of all together, sorted."""
    draft = CatalogueGraph()
    base_iri = described.base_iri
    document = NamedNode(described.document)
    whole = NamedNode(f"{described.document}#all")
    parts: dict[str, list[NamedNode]] = defaultdict(list)
    draft.add(document, "rdf:type", node("void:DatasetDescription"), node("foaf:Document"))
    draft.add(document, "foaf:primaryTopic", whole)
    for name, quads in described.datasets.items():
        dataset = NamedNode(base_iri + DATASET + name)
        counts = count_graph(triple_lines(quads), base_iri)
        draft.add(document, "foaf:topic", dataset)
        draft.add(whole, "void:subset", dataset)
        _copy_properties(draft, described.catalogue, dataset, dataset)
        _statistics(draft, described, dataset, name, counts)
        for term, part in _property_parts(described, name, counts).items():
            parts[term].append(part)
            _describe_part(draft, dataset, part, term, counts.properties[term])
        _links(draft, described, dataset, name, counts)
        for file in _dumps(described.files.get(name, {})):
            draft.add(dataset, "void:dataDump", NamedNode(f"{base_iri}dump/{file}"))
    triples = _merge_by_subject(described.datasets.values())
    catalogue = NamedNode(base_iri + CATALOGUE)
    _copy_properties(draft, described.catalogue, catalogue, whole)
    counts = count_graph(triples, base_iri)
    _statistics(draft, described, whole, "all", counts)
    for term, part in _property_parts(described, "all", counts).items():
        if len(parts[term]) == 1:  # what one dataset alone says is the same part of the whole
            draft.add(whole, "void:propertyPartition", parts[term][0])
        else:
            _describe_part(draft, whole, part, term, counts.properties[term])
    _partitions(draft, described)
    return draft.triples()


def _property_parts(described: VoidInput, name: str, counts: Counts) -> dict[str, NamedNode]:
    """Return property → the part of a dataset that has it."""
    return {
        term: NamedNode(f"{described.document}#{name}-property-{number}")
        for number, term in enumerate(sorted(counts.properties), start=1)
    }


def _describe_part(
    draft: CatalogueGraph, dataset: NamedNode, part: NamedNode, term: str, triples: int
) -> None:
    draft.add(dataset, "void:propertyPartition", part)
    draft.add(part, "void:property", NamedNode(term))
    draft.add(part, "void:triples", _number(triples))


def _dumps(files: Mapping[str, StoredFile]) -> Iterator[str]:
    """Yield the names of the files that hold the whole graph."""
    for media_type in DUMPED:
        if media_type.extension in files:
            name = files[media_type.extension].name.rpartition("/")[2]
            yield name
            yield f"{name}.gz"


def _copy_properties(
    draft: CatalogueGraph, catalogue: CatalogueGraph, source: NamedNode, target: NamedNode
) -> None:
    for name in _COPIED_PROPERTIES:
        draft.add(target, name, *catalogue.objects(source, name))


def _statistics(
    draft: CatalogueGraph, described: VoidInput, dataset: NamedNode, name: str, counts: Counts
) -> None:
    vocabularies = {_namespace(term) for term in (*counts.classes, *counts.properties)}
    draft.describe(
        dataset,
        {
            "rdf:type": [node("void:Dataset")],
            "void:sparqlEndpoint": [NamedNode(described.base_iri + "sparql")],
            "void:uriSpace": [Literal(described.base_iri)],
            "void:feature": [NamedNode(_FORMATS + feature) for feature in _FEATURES],
            "void:vocabulary": [NamedNode(v) for v in sorted(vocabularies)],
            "void:exampleResource": [
                NamedNode(counts.examples[c])
                for c, _ in counts.classes.most_common()
                if c in counts.examples
            ][:_EXAMPLES],
            "void:triples": [_number(counts.triples)],
            "void:entities": [_number(counts.entities)],
            "void:classes": [_number(len(counts.classes))],
            "void:properties": [_number(len(counts.properties))],
            "void:distinctSubjects": [_number(counts.subjects)],
            "void:distinctObjects": [_number(counts.objects)],
        },
    )
    for number, term in enumerate(sorted(counts.classes), start=1):
        part = NamedNode(f"{described.document}#{name}-class-{number}")
        draft.add(dataset, "void:classPartition", part)
        draft.add(part, "void:class", NamedNode(term))
        draft.add(part, "void:entities", _number(counts.classes[term]))


def _partitions(draft: CatalogueGraph, described: VoidInput) -> None:
    """Add to each class of the whole its properties, and to these what their values are.

    Classes of the very same things have the same parts. Their names are short: there are many.
    """
    known: dict[tuple[int, int], int] = {}
    for number, name in enumerate(sorted(described.partitions), start=1):
        part = NamedNode(f"{described.document}#all-class-{number}")
        of_class = described.partitions[name]
        first = known.setdefault((of_class.entities, of_class.members), number)
        for position, path in enumerate(sorted(of_class.properties), start=1):
            inner = NamedNode(f"{described.document}#c{first}p{position}")
            draft.add(part, "void:propertyPartition", inner)
            if first == number:
                draft.add(inner, "void:property", NamedNode(path))
                _property_partition(draft, inner, of_class.properties[path])


def _property_partition(
    draft: CatalogueGraph, inner: NamedNode, counted: PropertyPartition
) -> None:
    """Add what the values of one property are; a part that is all of them is not counted anew."""
    draft.add(inner, "void:triples", _number(counted.triples))
    draft.add(inner, "void:distinctSubjects", _number(counted.subjects))
    for number, (name, count) in enumerate(sorted(counted.classes.items()), start=1):
        linked = NamedNode(f"{inner.value}c{number}")
        draft.add(inner, "void:classPartition", linked)
        draft.add(linked, "void:class", NamedNode(name))
        if count != counted.triples:
            draft.add(linked, "void:triples", _number(count))
    for number, (name, count) in enumerate(sorted(counted.datatypes.items()), start=1):
        typed_as = NamedNode(f"{inner.value}d{number}")
        extensions = (
            Triple(inner, NamedNode(f"{VOID_EXT}datatypePartition"), typed_as),
            Triple(typed_as, NamedNode(f"{VOID_EXT}datatype"), NamedNode(name)),
        )
        draft.extend(extensions)
        if count != counted.triples:
            draft.add(typed_as, "void:triples", _number(count))


def _links(
    draft: CatalogueGraph, described: VoidInput, dataset: NamedNode, name: str, counts: Counts
) -> None:
    """Add a linkset for each host that a dataset links to (VoID, section 5)."""
    hosts: dict[str, dict[str, int]] = defaultdict(dict)
    for (host, predicate), number in counts.links.items():
        hosts[host][predicate] = number
    for position, host in enumerate(sorted(hosts), start=1):
        linkset = NamedNode(f"{described.document}#{name}-links-{position}")
        draft.add(dataset, "void:subset", linkset)
        draft.describe(
            linkset,
            {
                "rdf:type": [node("void:Linkset")],
                "void:subjectsTarget": [dataset],
                "void:objectsTarget": [NamedNode(host)],
                "void:linkPredicate": [NamedNode(p) for p in sorted(hosts[host])],
                "void:triples": [_number(sum(hosts[host].values()))],
            },
        )
