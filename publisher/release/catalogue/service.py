"""The SPARQL endpoint described in its own terms (SPARQL 1.1 Service Description)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from publisher.query import result_formats
from publisher.rdf.geometries import positions, read_geometry
from publisher.rdf.namespaces import iri
from publisher.release.catalogue.graph import CatalogueGraph, node, typed
from publisher.release.model import SERVICE, VOID

_FORMATS = "http://www.w3.org/ns/formats/"

# GeoSPARQL 1.1, clauses 8 to 10: those that Oxigraph evaluates.
_GEO_FUNCTIONS = "http://www.opengis.net/def/function/geosparql/"
GEO_FUNCTIONS = tuple(
    f"{_GEO_FUNCTIONS}{name}"
    for name in (
        *("asGeoJSON", "centroid", "convexHull", "coordinateDimension", "dimension", "envelope"),
        *("getSRID", "isEmpty", "isSimple"),
        *("sfContains", "sfCrosses", "sfDisjoint", "sfEquals", "sfIntersects", "sfOverlaps"),
        *("sfTouches", "sfWithin"),
        *("ehContains", "ehCoveredBy", "ehCovers", "ehDisjoint", "ehEquals", "ehInside"),
        *("ehMeet", "ehOverlap"),
        *("rcc8dc", "rcc8ec", "rcc8eq", "rcc8ntpp", "rcc8ntppi", "rcc8po", "rcc8tpp", "rcc8tppi"),
    )
)


# What the endpoint says of itself: what it can do, named queries, counts. Tools that ask it alone
# look there for all of it.
ENDPOINT_FILES = (SERVICE, VOID)


def own_graph_files(base_iri: str) -> dict[str, tuple[str, ...]]:
    """Return the graphs in which the endpoint describes itself: name → files of a release.

    Each is called as the address where it is found.
    """
    return {f"{base_iri}void": (VOID,), f"{base_iri}sparql": ENDPOINT_FILES}


def describe_service(
    base_iri: str, graphs: Mapping[str, int], *, union: bool = True
) -> list[Triple]:
    """Return the service description.

    What describes the endpoint may be asked, and is no part of the dataset that is asked without
    saying which (SPARQL 1.1 Service Description, section 3.4.11, ``sd:availableGraphs``).

    Args:
        base_iri: Below which the service is named.
        graphs: Graph IRI → number of triples, of the graphs it queries.
        union: Whether its default graph is the union of all of them.
    """
    draft = CatalogueGraph()
    service = NamedNode(base_iri + "service/sparql")
    content = NamedNode(service.value + "/content")
    whole = NamedNode(service.value + "/default-graph")
    draft.describe(
        service,
        {
            "rdf:type": [node("sd:Service")],
            "sd:endpoint": [NamedNode(base_iri + "sparql")],
            "sd:supportedLanguage": [node("sd:SPARQL11Query")],
            "sd:feature": [node("sd:UnionDefaultGraph")] if union else [],
            "sd:extensionFunction": [NamedNode(name) for name in GEO_FUNCTIONS],
            # Counts of classes and properties, and queries that are known to be right.
            "rdfs:seeAlso": [NamedNode(f"{base_iri}{path}") for path in ("void", "query")],
            "sd:defaultDataset": [content],
        },
    )
    _add_formats(draft, service)
    _add_own_graphs(draft, service, base_iri)
    draft.add(content, "rdf:type", node("sd:Dataset"))
    draft.add(content, "sd:defaultGraph", whole)
    draft.add(whole, "rdf:type", node("sd:Graph"))
    for name, triples in sorted(graphs.items()):
        local = name.removeprefix(base_iri)
        local = quote(name, safe="") if local == name else local
        graph = NamedNode(f"{service.value}/graph/{local}")
        content_node = NamedNode(f"{graph.value}/content")
        draft.add(content, "sd:namedGraph", graph)
        draft.add(graph, "rdf:type", node("sd:NamedGraph"))
        draft.add(graph, "sd:name", NamedNode(name))
        draft.add(graph, "sd:graph", content_node)
        draft.add(content_node, "rdf:type", node("sd:Graph"))
        draft.add(content_node, "void:triples", typed(str(triples), "xsd:integer"))
    return draft.triples()


def _add_formats(draft: CatalogueGraph, service: NamedNode) -> None:
    """Name the formats of results; what the W3C has no name for gets one, and is described."""
    for each in result_formats.ALL:
        media_type = each.media_type
        own = f"{service.value}/format/{media_type.extension}"
        name = NamedNode(_FORMATS + each.w3c_name if each.w3c_name else own)
        draft.add(service, "sd:resultFormat", name)
        if each.w3c_name:
            continue
        described: dict[str, NamedNode | Literal] = {
            iri("rdf:type"): NamedNode(_FORMATS + "Format"),
            iri("rdfs:label"): Literal(media_type.label),
            _FORMATS + "media_type": Literal(media_type.name),
            _FORMATS + "preferred_suffix": Literal(f".{media_type.extension}"),
        }
        draft.extend(Triple(name, NamedNode(p), value) for p, value in described.items())


def _add_own_graphs(draft: CatalogueGraph, service: NamedNode, base_iri: str) -> None:
    available = NamedNode(service.value + "/available-graphs")
    draft.add(service, "sd:availableGraphs", available)
    draft.add(available, "rdf:type", node("sd:GraphCollection"))
    for name in own_graph_files(base_iri):
        graph = NamedNode(f"{service.value}/graph/{name.removeprefix(base_iri)}")
        draft.add(available, "sd:namedGraph", graph)
        draft.add(graph, "rdf:type", node("sd:NamedGraph"))
        draft.add(graph, "sd:name", NamedNode(name))


# Geometry as WKT → its bounding box and the middle of it, as DCAT wants them.

_DIGITS = 4


@dataclass(frozen=True)
class Extent:
    """A bounding box in degrees, WGS 84."""

    west: float
    south: float
    east: float
    north: float

    @property
    def box(self) -> Literal:
        """Return the value of ``dcat:bbox``.

        >>> Extent(12.0, 60.0, 16.5, 62.0).box.value
        'POLYGON((12.0 60.0, 16.5 60.0, 16.5 62.0, 12.0 62.0, 12.0 60.0))'
        """
        west, south, east, north = self.west, self.south, self.east, self.north
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        return typed(f"POLYGON(({', '.join(f'{x} {y}' for x, y in corners)}))", "geo:wktLiteral")

    @property
    def centroid(self) -> Literal:
        """Return the value of ``dcat:centroid``: the middle of the box.

        >>> Extent(12.0, 60.0, 16.5, 62.0).centroid.value
        'POINT(14.25 61.0)'
        """
        x = round((self.west + self.east) / 2, _DIGITS)
        y = round((self.south + self.north) / 2, _DIGITS)
        return typed(f"POINT({x} {y})", "geo:wktLiteral")


def extent_of_positions(points: Iterable[tuple[float, float]]) -> Extent | None:
    """Return the smallest extent that holds all positions; None when there are none."""
    listed = [(float(x), float(y)) for x, y in points]
    if not listed:
        return None
    xs, ys = [x for x, _ in listed], [y for _, y in listed]
    return Extent(min(xs), min(ys), max(xs), max(ys))


def extent_of_text(written: str) -> Extent | None:
    """Return the extent of a geometry in any notation; None for one that cannot be placed."""
    geometry = read_geometry(written)
    return extent_of_positions((p[0], p[1]) for p in positions(geometry)) if geometry else None


def join_extents(extents: Iterable[Extent]) -> Extent | None:
    """Return the smallest extent that holds all of them; None when there are none."""
    return extent_of_positions(p for e in extents for p in ((e.west, e.south), (e.east, e.north)))
