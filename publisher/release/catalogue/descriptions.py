"""Everything a release says of itself: catalogue, VoID, service, list of documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Triple

from publisher.load.files import CATALOGUE, DATASET
from publisher.rdf.media_types import N_QUADS
from publisher.rdf.sorted_files import Quads
from publisher.release.catalogue.derive import Facts, derive
from publisher.release.catalogue.distributions import View
from publisher.release.catalogue.draft import Draft
from publisher.release.catalogue.looked_up import looked_up
from publisher.release.catalogue.service import describe_service
from publisher.release.catalogue.sitemap import list_documents, write_documents
from publisher.release.catalogue.void import Described, describe_void
from publisher.release.dates import modified_dates
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
    found: dict[str, dict[str, StoredFile]] = {}
    for file in list_files(staging / DUMPS, ()):
        name, _, extension = file.name.rpartition(".")
        if extension == "gz":
            continue
        stored = StoredFile(f"{DUMPS}/{file.name}", file.length, file.sha256)
        found.setdefault(name, {})[extension] = stored
    return found


def describe(
    base_iri: str,
    by_hand: Iterable[Quad],
    datasets: Mapping[str, Quads],
    files: Mapping[str, Mapping[str, StoredFile]],
    published: datetime,
    previous: Release | None,
    tables: Mapping[str, Sequence[TableFiles]] | None = None,
) -> Descriptions:
    """Return what a release says of itself: a pure function of what is in it and before it."""
    draft = Draft(quad.triple for quad in by_hand)
    modified = modified_dates(
        {name: extensions[N_QUADS.extension] for name, extensions in files.items()},
        previous,
        _modified_by_hand(draft, datasets, base_iri),
        published,
    )
    known = looked_up(draft, datasets)
    facts = Facts(base_iri, tuple(draft.triples()), known, files, modified, tables or {})
    catalogue = derive(facts, View.EU)
    return Descriptions(
        catalogue=catalogue,
        swedish=derive(facts, View.SE),
        void=describe_void(Described(base_iri, Draft(catalogue), datasets, files)),
        documents=list_documents(datasets, modified, _catalogued(Draft(catalogue)), base_iri),
        modified=modified,
    )


def _catalogued(catalogue: Draft) -> list[str]:
    found = catalogue.instances("dcat:Catalog")
    return [name.value for name in (*found, *catalogue.all_objects("dcat:dataset"))]


def _modified_by_hand(by_hand: Draft, datasets: Iterable[str], base_iri: str) -> dict[str, Literal]:
    dates = {}
    for name in datasets:
        date = by_hand.value(NamedNode(base_iri + DATASET + name), "dcterms:modified")
        if isinstance(date, Literal):
            dates[name] = date
    return dates


def in_store(
    graphs: Mapping[str, Quads], catalogue: Iterable[Triple], base_iri: str
) -> Iterator[Quad]:
    """Yield the quads with the complete catalogue in the place of the one by hand."""
    graph = NamedNode(base_iri + CATALOGUE)
    for name, quads in graphs.items():
        if name != graph.value:
            yield from quads
    yield from (Quad(t.subject, t.predicate, t.object, graph) for t in catalogue)


def count_triples(
    graphs: Mapping[str, Quads], catalogue: Sequence[Triple], base_iri: str
) -> dict[str, int]:
    """Return graph IRI → number of triples, with the complete catalogue for the one by hand."""
    counts = {name: quads.count for name, quads in graphs.items()}
    return counts | ({base_iri + CATALOGUE: len(catalogue)} if catalogue else {})


def write_descriptions(
    staging: Path,
    said: Descriptions,
    base_iri: str,
    graphs: Mapping[str, int],
    *,
    union: bool = True,
) -> None:
    """Write the descriptions into a release, as N-Triples with canonical addresses."""
    (staging / CATALOGUE_EU).parent.mkdir()
    _write(staging / CATALOGUE_EU, said.catalogue)
    _write(staging / CATALOGUE_SE, said.swedish)
    _write(staging / VOID, said.void)
    _write(staging / SERVICE, describe_service(base_iri, graphs, union=union))
    write_documents(staging / DOCUMENTS, said.documents)


def _write(path: Path, triples: Iterable[Triple]) -> None:
    path.write_text("".join(f"{triple} .\n" for triple in triples), encoding="utf-8")
