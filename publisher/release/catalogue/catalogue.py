"""The catalogue by hand and what was just written → the catalogue that portals harvest.

A person writes what only a person knows; everything that can be counted is counted here. One
function makes both views of the same IRIs. They differ only where the profiles exclude each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from publisher.load.files import CATALOGUE, DATASET
from publisher.profiles.view_forms import european_form, swedish_form
from publisher.query.named import NamedQuery
from publisher.rdf.geometries import (
    GEOMETRY_NAMES,
    PAIR_NAMES,
    TEXT_NAMES,
    point_text,
    positions,
    readable,
)
from publisher.rdf.media_types import N_QUADS
from publisher.rdf.namespaces import AUTHORITY, iri
from publisher.rdf.sorted_files import Quads, read_parts
from publisher.rdf.subjects import SubjectsOnDisk
from publisher.release.catalogue.distributions import (
    ApplicationProfile,
    add_distributions,
    add_representations,
    add_services,
    add_tables,
)
from publisher.release.catalogue.entry_names import name_entries
from publisher.release.catalogue.executables import describe_queries
from publisher.release.catalogue.graph import CatalogueGraph, add_authority_terms, node
from publisher.release.catalogue.harmonise import (
    describe_agents,
    harmonise,
    name_blank_nodes,
    type_addresses,
    type_terms,
)
from publisher.release.catalogue.partitions import Partitions
from publisher.release.catalogue.published_files import (
    date_key,
    dates_by_hand,
    describe_published_files,
    named_files,
)
from publisher.release.catalogue.service import (
    Extent,
    describe_service,
    extent_of_positions,
    join_extents,
)
from publisher.release.catalogue.sitemap import list_documents, write_documents
from publisher.release.catalogue.void import VoidInput, describe_void
from publisher.release.dates import modified_dates
from publisher.release.documents import has_page
from publisher.release.manifest import list_files
from publisher.release.model import (
    CATALOGUE_EU,
    CATALOGUE_SE,
    DOCUMENTS,
    DUMPS,
    SERVICE,
    VOID,
    Release,
    StoredFile,
)
from publisher.release.tables.files import TableFiles

# So many keywords of the datasets stand for the catalogue when it has none by hand.
_KEYWORDS = 20
_SAME = ("schema:sameAs", "owl:sameAs", "skos:exactMatch")


@dataclass(frozen=True)
class CatalogueInput:
    """What the views are derived from.

    Attributes:
        base_iri: Base of the names.
        by_hand: The triples of ``data/catalogue.ttl``.
        sources: The triples of the datasets: places and standards are described there.
        files: Name of a dataset → extension → its file in the release.
        modified: Name of a dataset → when its content changed.
        tables: Name of a dataset → the files of its tables.
        published_files: Name → file of the folder that distributions name.
        file_dates: Key of such a file → when its content changed.
    """

    base_iri: str
    by_hand: tuple[Triple, ...] = field(repr=False)
    sources: CatalogueGraph = field(repr=False)
    files: Mapping[str, Mapping[str, StoredFile]] = field(repr=False)
    modified: Mapping[str, Literal] = field(repr=False)
    tables: Mapping[str, Sequence[TableFiles]] = field(default_factory=dict, repr=False)
    published_files: Mapping[str, StoredFile] = field(default_factory=dict, repr=False)
    file_dates: Mapping[str, Literal] = field(default_factory=dict, repr=False)


def derive_view(facts: CatalogueInput, view: ApplicationProfile) -> list[Triple]:
    """Return a complete view of the catalogue, sorted; its addresses are canonical.

    Without a ``dcat:Catalog`` by hand, what is there by hand is all there is.
    """
    named = name_entries(facts.by_hand, facts.base_iri)
    draft = CatalogueGraph(name_blank_nodes(named))
    describe_published_files(draft, facts.published_files, facts.file_dates, facts.base_iri, view)
    harmonise(draft, view, facts.base_iri)
    _list_entries(draft, facts.base_iri)
    catalogues = draft.instances("dcat:Catalog")
    datasets = list(dict.fromkeys(d for c in catalogues for d in draft.nodes(c, "dcat:dataset")))
    for dataset in datasets:
        _dataset(draft, facts, dataset, view)
    for catalogue in catalogues:
        _catalogue_modified(draft, catalogue)
        _list_modified(draft, catalogue)
    if catalogues:
        with_files = [d for d in datasets if _name(d, facts.base_iri) in facts.files]
        first = _first_catalogue(draft, catalogues, facts.base_iri)
        add_services(draft, first, with_files, facts.base_iri, view)
    _identify_entries(draft)
    extents = _describe_places(draft, facts.sources)
    _describe_standards(draft, facts.sources)
    for catalogue in draft.instances("dcat:Catalog"):
        if view is ApplicationProfile.EU:
            _describe_catalogue(draft, catalogue)
        else:
            draft.remove(catalogue, "dcat:contactPoint")
            _add_extents(draft, catalogue, extents)
    describe_agents(draft, facts.sources, view)
    add_authority_terms(draft)
    type_terms(draft, view)
    if view is ApplicationProfile.SE:
        return list(swedish_form(draft.triples()).triples)
    type_addresses(draft)
    return european_form(draft.triples())


def _first_catalogue(
    draft: CatalogueGraph, catalogues: Sequence[NamedNode], base_iri: str
) -> NamedNode:
    """Return the catalogue that the site's own services belong to: its own, else an outer one."""
    held = {*draft.all_objects("dcat:catalog"), *draft.all_objects("dcterms:hasPart")}
    own = NamedNode(base_iri + CATALOGUE)
    return min(catalogues, key=lambda name: (name != own, name in held, name.value))


def _list_entries(draft: CatalogueGraph, base_iri: str) -> None:
    """List in the catalogue, where there is one, each entry below the base that nothing lists."""
    catalogues = draft.instances("dcat:Catalog")
    if len(catalogues) != 1:
        return
    for kind, path in (("dcat:Dataset", "dcat:dataset"), ("dcat:DataService", "dcat:service")):
        listed = {*draft.all_objects(path), *catalogues}
        own = (e for e in draft.instances(kind) if e.value.startswith(base_iri))
        draft.add(catalogues[0], path, *(entry for entry in own if entry not in listed))


def _identify_entries(draft: CatalogueGraph) -> None:
    """Give each entry that has no identifier its IRI as one (DCAT-AP 3.0.1, Dataset).

    udata leaves out what has none; dataportal.se takes the IRI in either case.
    """
    for kind in ("dcat:Dataset", "dcat:DatasetSeries", "dcat:DataService"):
        for entry in draft.instances(kind):
            if not draft.objects(entry, "dcterms:identifier"):
                draft.add(entry, "dcterms:identifier", Literal(entry.value))


def _dataset(
    draft: CatalogueGraph, facts: CatalogueInput, dataset: NamedNode, view: ApplicationProfile
) -> None:
    """Add to a dataset what is derived: the dates of change, the files, the identifier."""
    name = _name(dataset, facts.base_iri)
    if name in facts.modified:
        draft.remove(dataset, "dcterms:modified")
        draft.add(dataset, "dcterms:modified", facts.modified[name])
    add_distributions(draft, dataset, facts.files.get(name, {}), facts.base_iri, view)
    add_tables(draft, dataset, facts.tables.get(name, ()), facts.base_iri, view)
    identifiers = draft.objects(dataset, "dcterms:identifier")
    if view is ApplicationProfile.EU and identifiers:
        identifier = NamedNode(f"{dataset.value}/identifier")
        draft.add(dataset, "adms:identifier", identifier)
        draft.add(identifier, "rdf:type", node("adms:Identifier"))
        draft.add(identifier, "skos:notation", *identifiers)


def _name(dataset: NamedNode, base_iri: str) -> str:
    return dataset.value.removeprefix(base_iri + DATASET)


def _catalogue_modified(draft: CatalogueGraph, catalogue: NamedNode) -> None:
    """Let a catalogue be as new as the newest thing in it."""
    dates = draft.objects(catalogue, "dcterms:modified")
    for dataset in draft.nodes(catalogue, "dcat:dataset"):
        dates += draft.objects(dataset, "dcterms:modified")
    if not dates:  # what nobody has changed is as it was issued
        dates = draft.objects(catalogue, "dcterms:issued")
    if dates:
        draft.remove(catalogue, "dcterms:modified")
        draft.add(catalogue, "dcterms:modified", max(dates, key=_lexical))


def _list_modified(draft: CatalogueGraph, catalogue: NamedNode) -> None:
    """Let the dataset that is the catalogue itself have its date."""
    for file in draft.subjects("dcat:accessURL", catalogue):
        for dataset in draft.subjects("dcat:distribution", file):
            if not draft.objects(dataset, "dcterms:modified"):
                dates = draft.objects(catalogue, "dcterms:modified")
                draft.add(dataset, "dcterms:modified", *dates)


def _lexical(term: object) -> tuple[str, str]:
    """Return what dates are compared by; written as ISO 8601 they sort as texts."""
    return (str(getattr(term, "value", "")), str(term))


def _describe_places(draft: CatalogueGraph, sources: CatalogueGraph) -> dict[NamedNode, Extent]:
    """Add type, name and extent of every named place; return the extents that were found."""
    extents = {}
    for place in draft.all_objects("dcterms:spatial"):
        draft.add(place, "rdf:type", node("dcterms:Location"))
        if place.value.startswith(AUTHORITY):
            draft.add(place, "skos:inScheme", NamedNode(place.value.rpartition("/")[0]))
        same = [place, *(s for name in _SAME for s in sources.subjects(name, place))]
        for described in same:
            extent = _extent(sources, described)
            if extent is None:
                continue
            draft.add(place, "rdfs:label", *sources.objects(described, "skos:prefLabel"))
            draft.add(place, "dcat:bbox", extent.box)
            draft.add(place, "dcat:centroid", extent.centroid)
            extents[place] = extent
            break
        by_hand = _box_by_hand(draft, place) if place not in extents else None
        if by_hand is not None:
            extents[place] = by_hand
            if not draft.objects(place, "dcat:centroid"):
                draft.add(place, "dcat:centroid", by_hand.centroid)
    return extents


def _box_by_hand(draft: CatalogueGraph, place: NamedNode) -> Extent | None:
    """Return the extent of a place that the catalogue itself gives a box in WKT."""
    texts = [str(term.value) for term in draft.objects(place, "dcat:bbox")]
    areas = (geometry for geometry in readable(texts) if geometry["type"] == "Polygon")
    return extent_of_positions((p[0], p[1]) for area in areas for p in positions(area))


def _extent(sources: CatalogueGraph, place: NamedNode) -> Extent | None:
    nodes = [place, *(node for name in GEOMETRY_NAMES for node in sources.nodes(place, name))]
    texts = [
        str(term.value)
        for node in nodes
        for name in TEXT_NAMES
        for term in sources.objects(node, name)
        if isinstance(term, Literal)
    ]
    for place_node in nodes:
        for pair in PAIR_NAMES:
            latitude, longitude = (sources.value(place_node, name) for name in pair)
            if isinstance(latitude, Literal) and isinstance(longitude, Literal):
                texts.append(point_text(latitude.value, longitude.value))
    return extent_of_positions(
        (position[0], position[1])
        for geometry in readable(texts)
        for position in positions(geometry)
    )


def _describe_standards(draft: CatalogueGraph, sources: CatalogueGraph) -> None:
    """Describe the standards that are described in the sources."""
    for standard in draft.all_objects("dcterms:conformsTo"):
        if draft.objects(standard, "rdf:type") or not sources.knows(standard):
            continue
        draft.add(standard, "rdf:type", node("dcterms:Standard"))
        for name in ("dcterms:title", "dcterms:description"):
            draft.add(standard, name, *sources.objects(standard, name))


def _describe_catalogue(draft: CatalogueGraph, catalogue: NamedNode) -> None:
    """Add what a catalogue needs to be judged as a dataset (DCAT 3: it is one)."""
    datasets = draft.nodes(catalogue, "dcat:dataset")
    for name, most in (("dcat:theme", None), ("dcat:keyword", _KEYWORDS)):
        if not draft.objects(catalogue, name):
            terms = {term for dataset in datasets for term in draft.objects(dataset, name)}
            draft.add(catalogue, name, *sorted(terms, key=str)[:most])
    _period(draft, catalogue, datasets)
    add_representations(draft, catalogue)


def _period(draft: CatalogueGraph, catalogue: NamedNode, datasets: Iterable[NamedNode]) -> None:
    """Add the time that the datasets cover together."""
    periods = [p for dataset in datasets for p in draft.nodes(dataset, "dcterms:temporal")]
    starts = [date for period in periods for date in draft.objects(period, "dcat:startDate")]
    ends = [date for period in periods for date in draft.objects(period, "dcat:endDate")]
    if not starts or not ends or draft.objects(catalogue, "dcterms:temporal"):
        return
    period = NamedNode(f"{catalogue.value}/temporal")
    draft.add(catalogue, "dcterms:temporal", period)
    draft.add(period, "rdf:type", node("dcterms:PeriodOfTime"))
    draft.add(period, "dcat:startDate", min(starts, key=_lexical))
    draft.add(period, "dcat:endDate", max(ends, key=_lexical))


def _add_extents(
    draft: CatalogueGraph, catalogue: NamedNode, extents: Mapping[NamedNode, Extent]
) -> None:
    """Add to each dataset and series its extent as a blank node, as DCAT-AP-SE asks for it."""
    described = (*draft.nodes(catalogue, "dcat:dataset"), *draft.instances("dcat:DatasetSeries"))
    for number, dataset in enumerate(dict.fromkeys(described), start=1):
        places = draft.nodes(dataset, "dcterms:spatial")
        extent = join_extents(extents[place] for place in places if place in extents)
        if extent is not None:
            location = BlankNode(f"extent{number}")
            draft.add(dataset, "dcterms:spatial", location)
            draft.add(location, "rdf:type", node("dcterms:Location"))
            draft.add(location, "dcat:bbox", extent.box)
            draft.add(location, "dcat:centroid", extent.centroid)


# Everything a release says of itself: catalogue, VoID, service, list of documents.


@dataclass(frozen=True)
class Descriptions:
    """What a release says of itself.

    Attributes:
        catalogue: The EU view; it is what the store holds as the graph of the catalogue.
        swedish: The DCAT-AP-SE view.
        void: The VoID description.
        documents: Path of each document and since when, sorted.
        modified: Name of a dataset → when its content changed.
    """

    catalogue: Sequence[Triple] = field(repr=False)
    swedish: Sequence[Triple] = field(repr=False)
    void: Sequence[Triple] = field(repr=False)
    documents: Iterable[tuple[str, str]] = field(repr=False)
    modified: Mapping[str, Literal]


def files_by_dataset(staging: Path) -> dict[str, dict[str, StoredFile]]:
    """Return name of a dataset → extension → its file in a release."""
    by_dataset: dict[str, dict[str, StoredFile]] = {}
    for file in list_files(staging / DUMPS, ()):
        name, _, extension = file.name.rpartition(".")
        if extension == "gz":
            continue
        stored = StoredFile(f"{DUMPS}/{file.name}", file.length, file.sha256)
        by_dataset.setdefault(name, {})[extension] = stored
    return by_dataset


def describe_release(
    base_iri: str,
    by_hand: Iterable[Quad],
    datasets: Mapping[str, Quads],
    files: Mapping[str, Mapping[str, StoredFile]],
    published: datetime,
    previous: Release | None,
    tables: Mapping[str, Sequence[TableFiles]] | None = None,
    published_files: Mapping[str, StoredFile] | None = None,
    partitions: Partitions | None = None,
) -> Descriptions:
    """Return the descriptions of a release: a pure function of it and the one before."""
    draft = CatalogueGraph(name_entries((quad.triple for quad in by_hand), base_iri))
    modified = modified_dates(
        {name: extensions[N_QUADS.extension] for name, extensions in files.items()},
        previous,
        _modified_by_hand(draft, datasets, base_iri),
        published,
    )
    known = find_places_and_standards(draft, datasets)
    stored = published_files or {}
    file_dates = modified_dates(
        {date_key(name): file for name, file in stored.items()},
        previous,
        dates_by_hand(draft, named_files(draft, base_iri)),
        published,
    )
    facts = CatalogueInput(
        base_iri, tuple(draft.triples()), known, files, modified, tables or {}, stored, file_dates
    )
    catalogue = derive_view(facts, ApplicationProfile.EU)
    return Descriptions(
        catalogue=catalogue,
        swedish=derive_view(facts, ApplicationProfile.SE),
        void=describe_void(
            VoidInput(base_iri, CatalogueGraph(catalogue), datasets, files, partitions or {})
        ),
        documents=list_documents(
            datasets, modified, _names_with_pages(CatalogueGraph(catalogue), base_iri), base_iri
        ),
        modified={**modified, **file_dates},
    )


# What of the catalogue has pages of its own, and is listed for crawlers.
_LISTED_CLASSES = (
    *("dcat:Catalog", "dcat:DatasetSeries", "dcat:DataService"),
    *("foaf:Agent", "vcard:Individual", "vcard:Organization"),
)


def _names_with_pages(catalogue: CatalogueGraph, base_iri: str) -> list[str]:
    listed = [name for kind in _LISTED_CLASSES for name in catalogue.instances(kind)]
    return [
        name.value
        for name in (*listed, *catalogue.all_objects("dcat:dataset"))
        if has_page(name.value, _classes(catalogue, name), base_iri)
    ]


def _classes(catalogue: CatalogueGraph, name: NamedNode | BlankNode) -> set[str]:
    classes = catalogue.objects(name, "rdf:type")
    return {kind.value for kind in classes if isinstance(kind, NamedNode)}


def _modified_by_hand(
    by_hand: CatalogueGraph, datasets: Iterable[str], base_iri: str
) -> dict[str, Literal]:
    dates = {}
    for name in datasets:
        date = by_hand.value(NamedNode(base_iri + DATASET + name), "dcterms:modified")
        if isinstance(date, Literal):
            dates[name] = date
    return dates


def quads_for_store(
    graphs: Mapping[str, Quads], catalogue: Iterable[Triple], base_iri: str
) -> Iterator[Quad]:
    """Yield the quads with the complete catalogue in the place of the one by hand."""
    graph = NamedNode(base_iri + CATALOGUE)
    for name, quads in graphs.items():
        if name != graph.value:
            yield from quads
    yield from (Quad(t.subject, t.predicate, t.object, graph) for t in catalogue)


def lines_for_store(
    graphs: Mapping[str, Quads], catalogue: Iterable[Triple], base_iri: str
) -> Iterator[bytes]:
    """Yield the same as lines of N-Quads, graph by graph."""
    graph = base_iri + CATALOGUE
    for name, quads in graphs.items():
        if name != graph:
            yield from quads.lines()
    yield from (f"{triple} <{graph}> .\n".encode() for triple in catalogue)


def parts_for_store(
    graphs: Mapping[str, Quads], catalogue: Iterable[Triple], base_iri: str
) -> Iterator[bytes]:
    """Yield the same lines, many at a time."""
    graph = base_iri + CATALOGUE
    for name, quads in graphs.items():
        if name != graph:
            yield from read_parts(quads.path)
    yield from lines_for_store({}, catalogue, base_iri)


def count_triples(
    graphs: Mapping[str, int], catalogue: Sequence[Triple], base_iri: str
) -> dict[str, int]:
    """Return graph IRI → number of triples, with the complete catalogue for the one by hand."""
    return {**graphs, **({base_iri + CATALOGUE: len(catalogue)} if catalogue else {})}


def write_descriptions(
    staging: Path,
    descriptions: Descriptions,
    base_iri: str,
    graphs: Mapping[str, int],
    *,
    union: bool = True,
    queries: Iterable[NamedQuery] = (),
    prefixes: Mapping[str, str] | None = None,
) -> None:
    """Write the descriptions into a release, as N-Triples with canonical addresses.

    The endpoint's own description holds the named queries, where tools look for them.
    """
    (staging / CATALOGUE_EU).parent.mkdir()
    _write(staging / CATALOGUE_EU, descriptions.catalogue)
    _write(staging / CATALOGUE_SE, descriptions.swedish)
    _write(staging / VOID, descriptions.void)
    service = describe_service(base_iri, graphs, union=union)
    written = {*service, *describe_queries(base_iri, queries, prefixes or {})}
    _write(staging / SERVICE, sorted(written, key=str))
    write_documents(staging / DOCUMENTS, descriptions.documents)


def _write(path: Path, triples: Iterable[Triple]) -> None:
    path.write_text("".join(f"{triple} .\n" for triple in triples), encoding="utf-8", newline="\n")


# What the catalogue looks up in the datasets: where places are, what standards are called.

_SAME_AS_PREDICATES = {
    f"<{iri(name)}>".encode() for name in ("schema:sameAs", "owl:sameAs", "skos:exactMatch")
}
_LOOKED_UP_PROPERTIES = (
    *("dcterms:description", "dcterms:title"),
    *("owl:sameAs", "schema:sameAs", "skos:exactMatch", "skos:prefLabel"),
    *dict.fromkeys((*GEOMETRY_NAMES, *TEXT_NAMES, *chain.from_iterable(PAIR_NAMES))),
    *("foaf:name", "rdfs:label", "schema:name", "vcard:fn"),
)
_DESCRIBED_BY_NAME = ("dcat:contactPoint", "dcterms:conformsTo", "dcterms:creator")


def find_places_and_standards(
    by_hand: CatalogueGraph, datasets: Mapping[str, Quads]
) -> CatalogueGraph:
    """Return the datasets' triples about places, standards and agents that a catalogue names.

    Of the places also what is said of their geometries, and of what is the same as they.
    """
    places = set(by_hand.all_objects("dcterms:spatial"))
    mentioned = places | {
        thing
        for name in (*_DESCRIBED_BY_NAME, "dcterms:publisher")
        for thing in by_hand.all_objects(name)
    }
    same = set(_same_as({str(place).encode() for place in places}, datasets))
    subjects = SubjectsOnDisk([quads.path for quads in datasets.values()])
    described = {node.value for node in mentioned} | same
    geometries = {
        geometry
        for name in described
        for path in map(iri, GEOMETRY_NAMES)
        for geometry in subjects.nodes(name, path)
    }
    return CatalogueGraph(
        Triple(NamedNode(name), NamedNode(path), term)
        for name in sorted(described | {g for g in geometries if ":" in g})
        for path in map(iri, _LOOKED_UP_PROPERTIES)
        for term in subjects.values(name, path)
    )


def _same_as(places: set[bytes], datasets: Mapping[str, Quads]) -> Iterator[str]:
    """Yield the things that are said to be the same as a place."""
    for quads in datasets.values():
        for line in quads.lines():
            subject, predicate, rest = line.split(b" ", 2)
            if predicate in _SAME_AS_PREDICATES and rest.partition(b" ")[0] in places:
                yield subject[1:-1].decode()
