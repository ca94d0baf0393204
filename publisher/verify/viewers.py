"""What portals make of a feed: what each would show, lose, refuse or delete.

Each statement is read from the code or the guide of the portal; its source is beside it:

- ``ckan``: ckanext-dcat 2.4.4 (``ckanext/dcat``).
- ``udata``: udata 17.18.0 (``udata``), which data.gouv.fr and others run.
- ``dataportal``: DIGG's guide for harvesting (diggsweden/DCAT-AP-SE, ``docs/harvesting.md`` and
  ``docs/changes.md``).
- ``europa``: the data provider manual of data.europa.eu, and piveau-utils (``Hydra.kt``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rdflib import DCAT, DCTERMS, RDF, SKOS, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from publisher.messages import Text, text
from publisher.rdf.namespaces import iri
from publisher.system.http_client import is_web
from publisher.verify.affected import affected_datasets, node_name
from publisher.verify.harvest import HYDRA, Feed
from publisher.verify.report import ReportCell, ReportTable

_SERIES, _SERVICE = URIRef(iri("dcat:DatasetSeries")), URIRef(iri("dcat:DataService"))
_CATEGORY = URIRef("http://data.europa.eu/r5r/hvdCategory")
_GEOMETRIES = (
    "http://www.opengis.net/ont/geosparql#wktLiteral",
    "http://www.opengis.net/ont/geosparql#geoJSONLiteral",
    "http://www.opengis.net/rdf#wktLiteral",
    "https://www.iana.org/assignments/media-types/application/vnd.geo+json",
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ORGANISATION = re.compile(r"http://dataportal\.se/organisation/SE\d{10}(?:-[\w-]+)?")
# What udata guesses the format of a feed from: rdflib's extensions, and its own.
_UDATA_EXTENSIONS = re.compile(r"\.(?:xml|rdf|owl|n3|ttl|turtle|nt|trix|trig|json|jsonld|nq)$")


@dataclass(frozen=True)
class PortalEffect:
    """What a portal makes of some things of a feed.

    Attributes:
        effect: ``shows``, ``loses``, ``refuses`` or ``deletes``.
        what: In words.
        nodes: The things, by their names.
        source: File and function of the portal's code, or chapter of its guide.
        of_feed: Whether it is about the feed as a whole, not about things in it.
    """

    effect: Text
    what: Text
    nodes: tuple[str, ...]
    source: str
    of_feed: bool = False


def _shows(what: Text, nodes: Iterable[Node] | None, source: str) -> PortalEffect:
    return PortalEffect(text("shows"), what, _names(nodes or ()), source, nodes is None)


def _loses(what: Text, nodes: Iterable[Node] | None, source: str) -> PortalEffect:
    return PortalEffect(text("loses"), what, _names(nodes or ()), source, nodes is None)


def _refuses(what: Text, nodes: Iterable[Node] | None, source: str) -> PortalEffect:
    return PortalEffect(text("refuses"), what, _names(nodes or ()), source, nodes is None)


def _deletes(what: Text, nodes: Iterable[Node] | None, source: str) -> PortalEffect:
    return PortalEffect(text("deletes"), what, _names(nodes or ()), source, nodes is None)


def _names(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(sorted({node_name(node) for node in nodes}))


class _FeedParts:
    """The datasets, files and contacts of a feed."""

    def __init__(self, feed: Feed) -> None:
        self.feed, self.graph = feed, feed.graph
        self.datasets = set(self.graph.subjects(RDF.type, DCAT.Dataset))
        self.series = set(self.graph.subjects(RDF.type, _SERIES))
        self.services = set(self.graph.subjects(RDF.type, _SERVICE))
        self.files = {f for d in self.datasets for f in self.graph.objects(d, DCAT.distribution)}

    def without(self, nodes: Iterable[Node], *predicates: URIRef) -> set[Node]:
        """Return the nodes that have none of some properties."""
        return {n for n in nodes if not any((n, p, None) in self.graph for p in predicates)}

    def with_several(self, nodes: Iterable[Node], predicate: URIRef) -> set[Node]:
        """Return the nodes that have several values of a property."""
        return {n for n in nodes if len(set(self.graph.objects(n, predicate))) > 1}

    def in_languages(self, nodes: Iterable[Node]) -> set[Node]:
        """Return the nodes whose title is in several languages."""
        return {
            n
            for n in nodes
            if len({getattr(o, "language", None) for o in self.graph.objects(n, DCTERMS.title)}) > 1
        }

    def unnamed(self, nodes: Iterable[Node]) -> set[Node]:
        """Return the nodes without an IRI."""
        return {n for n in nodes if isinstance(n, BNode)}


def _ckan(parts: _FeedParts) -> Iterator[PortalEffect]:
    graph, datasets = parts.graph, parts.datasets
    yield _shows(text("datasets"), datasets, "processors.py: RDFParser._datasets")
    if not datasets:
        what = text("every dataset that it has from this feed: there is none in it any more")
        yield _deletes(what, None, "harvesters/rdf.py: _mark_datasets_for_deletion")
    yield _refuses(
        text("the whole feed, because a dataset has no title"),
        parts.without(datasets, DCTERMS.title),
        "harvesters/rdf.py: gather_stage (dataset['title'])",
    )
    yield _deletes(
        text("datasets without an IRI or identifier when their title changes, and makes new ones"),
        parts.without(parts.unnamed(datasets), DCTERMS.identifier),
        "harvesters/rdf.py: _get_guid",
    )
    listed = set(graph.objects(None, DCAT.dataset))
    yield _shows(
        text("datasets that no catalogue lists"),
        datasets - listed if listed else (),
        "processors.py: RDFParser._datasets",
    )
    services = parts.services - set(graph.objects(None, DCAT.accessService))
    base = "profiles/euro_dcat_ap_base.py: _parse_dataset_base"
    yield _loses(
        text("data services that no distribution names with dcat:accessService"), services, base
    )
    yield _loses(text("series that are not datasets too"), parts.series - datasets, base)
    yield _loses(
        text("every title but the one in the portal's language, or the first"),
        parts.in_languages(datasets),
        base,
    )
    for predicate, what in (
        (DCAT.contactPoint, text("every contact but one")),
        (DCTERMS.publisher, text("every publisher but one")),
    ):
        yield _loses(what, parts.with_several(datasets, predicate), base)
    yield _loses(
        text("every access or download address but one"),
        parts.with_several(parts.files, DCAT.accessURL)
        | parts.with_several(parts.files, DCAT.downloadURL),
        base,
    )
    yield _loses(
        text("the address of files that have none: a resource that leads nowhere"),
        parts.without(parts.files, DCAT.accessURL, DCAT.downloadURL),
        base,
    )


def _udata(parts: _FeedParts) -> Iterator[PortalEffect]:
    graph, entries = parts.graph, parts.datasets | parts.series
    base, rdf = "harvest/backends/base.py", "core/dataset/rdf.py"
    no_identifier = parts.without(entries | parts.services, DCTERMS.identifier)
    no_title = parts.without(entries, DCTERMS.title)
    yield _shows(
        text("datasets and series"), entries - no_identifier - no_title, f"{rdf}: dataset_from_rdf"
    )
    yield _refuses(
        text("datasets, series and services without dcterms:identifier"),
        no_identifier,
        f"{base}: process_item",
    )
    yield _refuses(text("datasets without a title"), no_title, f"{rdf}: dataset_from_rdf")
    identifiers = Counter(
        str(value) for node in entries for value in graph.objects(node, DCTERMS.identifier)
    )
    yield _refuses(
        text("all but one of the datasets with the same identifier"),
        {n for n in entries if any(identifiers[str(v)] > 1 for v in _identifiers(graph, n))},
        f"{base}: ensure_unique_remote_id",
    )
    yield _loses(
        text("files without an access or download address"),
        parts.without(parts.files, DCAT.accessURL, DCAT.downloadURL),
        f"{rdf}: resource_from_rdf",
    )
    yield _loses(
        text("data services that a distribution names: they become files of the kind API"),
        parts.services & set(graph.objects(None, DCAT.accessService)),
        "harvest/backends/dcat.py: process_one_dataservices_page",
    )
    yield from _udata_properties(parts, rdf)
    address = parts.feed.address.partition("?")[0]
    if is_web(address) and not _UDATA_EXTENSIONS.search(address):
        what = text("the feed, unless its Content-Type is one of RDF: its address has no extension")
        yield _refuses(what, None, "harvest/backends/dcat.py: DcatBackend.format")
    following = {
        view
        for view in graph.subjects(RDF.type, HYDRA.PagedCollection)
        if (view, HYDRA.next, None) in graph
        and (view, HYDRA.nextPage, None) not in graph
        and (view, RDF.type, HYDRA.PartialCollectionView) not in graph
    }
    yield _deletes(
        text("after some days what is on later pages: a PagedCollection must have hydra:nextPage"),
        following,
        "harvest/backends/dcat.py: KNOWN_PAGINATION; base.py: autoarchive",
    )


def _udata_properties(parts: _FeedParts, rdf: str) -> Iterator[PortalEffect]:
    """Yield what udata does not read of a dataset."""
    graph, datasets = parts.graph, parts.datasets
    themes = {theme for d in datasets for theme in graph.objects(d, DCAT.theme)}
    yield _loses(
        text("themes without skos:prefLabel in the feed"),
        {
            t
            for t in themes
            if not isinstance(t, Literal) and (t, SKOS.prefLabel, None) not in graph
        },
        "rdf.py: theme_labels_from_rdf",
    )
    yield _loses(
        text("the mark of high-value data: the category must be a dcat:theme too"),
        {
            d
            for d in datasets
            if not set(graph.objects(d, _CATEGORY)) <= set(graph.objects(d, DCAT.theme))
        },
        "rdf.py: theme_labels_from_rdf (EU_HVD_CATEGORIES)",
    )
    yield _loses(
        text("the area: no place of the dataset has a polygon in the feed"),
        {d for d in datasets if (d, DCTERMS.spatial, None) in graph and not _has_area(graph, d)},
        f"{rdf}: spatial_from_rdf",
    )
    yield _loses(
        text("a date of change that lies in the future"),
        {n for n in datasets | parts.files if _is_future(graph.value(n, DCTERMS.modified))},
        "utils.py: safe_harvest_datetime",
    )
    yield _loses(
        text("every title but the one in the portal's language, or the first"),
        parts.in_languages(datasets),
        "rdf.py: default_lang_value",
    )


def _identifiers(graph: Graph, node: Node) -> Iterator[Node]:
    return graph.objects(node, DCTERMS.identifier)


def _has_area(graph: Graph, dataset: Node) -> bool:
    """Tell whether a place of a dataset has a polygon in WKT or GeoJSON."""
    values = (v for place in graph.objects(dataset, DCTERMS.spatial) for v in graph.objects(place))
    return any(
        isinstance(value, Literal)
        and str(value.datatype) in _GEOMETRIES
        and "POLYGON" in str(value).upper()
        for value in values
    )


def _is_future(value: Node | None) -> bool:
    return str(value or "")[:10] > datetime.now(UTC).date().isoformat()


def _dataportal(parts: _FeedParts) -> Iterator[PortalEffect]:
    graph, datasets = parts.graph, parts.datasets
    guide = "docs/harvesting.md"
    yield _shows(text("datasets, series and services"), _entries(parts), guide)
    if parts.feed.pages > 1:
        what = text("what is on the pages after the first")
        yield _loses(what, None, guide)
    agents = {a for d in datasets for a in graph.objects(d, DCTERMS.publisher)}
    contacts = {c for d in datasets for c in graph.objects(d, DCAT.contactPoint)}
    yield _deletes(
        text("things without an IRI at each harvest, and makes them anew"),
        parts.unnamed(datasets | parts.files | agents | contacts),
        guide,
    )
    yield _loses(
        text("the difference between contact and publisher: they share an IRI"),
        {a for a in agents & contacts if not isinstance(a, BNode)},
        guide,
    )
    yield _loses(
        text(
            "the organisation that it knows: publishers are named"
            " http://dataportal.se/organisation/SE and ten digits"
        ),
        {a for a in agents if not _ORGANISATION.fullmatch(str(a))},
        guide,
    )
    yield _loses(
        text("an identifier that is no UUID: copies by another catalogue are not recognised"),
        {
            d
            for d in datasets
            if any(not _UUID.fullmatch(str(v)) for v in graph.objects(d, DCTERMS.identifier))
        },
        guide,
    )
    yield _refuses(
        text("descriptions of entries (dcat:CatalogRecord)"),
        graph.subjects(RDF.type, URIRef(iri("dcat:CatalogRecord"))),
        "docs/changes.md",
    )


def _entries(parts: _FeedParts) -> set[Node]:
    return parts.datasets | parts.series | parts.services


def _europa(parts: _FeedParts) -> Iterator[PortalEffect]:
    graph, datasets = parts.graph, parts.datasets
    manual = "data provider manual: harvesting"
    yield _shows(text("datasets, once a national portal passes them on"), datasets, manual)
    paged = {
        view
        for kind in (HYDRA.PagedCollection, HYDRA.PartialCollectionView)
        for view in graph.subjects(RDF.type, kind)
    }
    if paged and (None, HYDRA.totalItems, None) not in graph:
        what = text("a feed in pages without hydra:totalItems")
        yield _refuses(what, paged, "piveau-utils: Hydra.kt")
    yield _deletes(
        text("datasets without an IRI at each harvest, and makes them anew"),
        parts.unnamed(datasets),
        manual,
    )
    yield _loses(
        text("points of the MQA: the format is no file type of the EU"),
        {
            f
            for f in parts.files
            if not str(graph.value(f, DCTERMS["format"]) or "").startswith(
                "http://publications.europa.eu/resource/authority/file-type/"
            )
        },
        "piveau-dqv-vocabulary.ttl: formatMediaTypeVocabularyAlignment",
    )


VIEWERS: Mapping[str, Callable[[_FeedParts], Iterator[PortalEffect]]] = {
    "ckan": _ckan,
    "udata": _udata,
    "dataportal": _dataportal,
    "europa": _europa,
}


def effects(feed: Feed, viewer: str) -> list[PortalEffect]:
    """Return what a portal makes of a feed; what concerns nothing in it is left out."""
    return [e for e in VIEWERS[viewer](_FeedParts(feed)) if e.nodes or e.of_feed]


def viewer_table(feed: Feed, viewer: str) -> ReportTable:
    """Return what a portal makes of a feed as a table: effect, number, example, source, what."""
    columns = (text("Effect"), text("Number"), text("One of them"), text("Source"), text("What"))
    known = affected_datasets(feed.graph)
    rows: list[tuple[ReportCell, ...]] = []
    for effect in effects(feed, viewer):
        example = (*effect.nodes, "-")[0]
        if example.startswith("_:") and example in known:
            example = known[example].iri
        number = str(len(effect.nodes) or "-")
        rows.append((effect.effect, number, example, effect.source, effect.what))
    return ReportTable(text("What {viewer} makes of it", viewer=viewer), columns, tuple(rows))
