"""The MQA score of data.europa.eu: 405 points for a dataset, by its published metrics.

Per dataset the best distribution counts; dates of a distribution stand before those of the dataset.
Source: the piveau metrics vocabulary and data.europa.eu's methodology.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from rdflib import DCAT, DCTERMS, RDF, SKOS, Graph, URIRef
from rdflib.term import Node

from publisher.findings import Finding
from publisher.messages import Text, text
from publisher.rdf.namespaces import AUTHORITY, shorten
from publisher.system.http_client import Client, Visit
from publisher.verify.affected import node_name
from publisher.verify.options import EUROPA
from publisher.verify.report import (
    MetricScore,
    ReportTable,
    format_points,
    score_metric,
    score_table,
    total_points,
)

# The link check waits ten seconds (piveau-metrics-url-checker).
LINK_CHECK_SECONDS = 10.0
RATINGS = ((351, "excellent"), (221, "good"), (121, "sufficient"), (0, "bad"))
FINDABILITY, ACCESSIBILITY = "Findability", "Accessibility"
INTEROPERABILITY, REUSABILITY, CONTEXTUALITY = "Interoperability", "Reusability", "Contextuality"


def rating(points: float) -> Text:
    """Return the rating of a score.

    >>> rating(351)["en"]
    'excellent'
    """
    word = next(word for least, word in RATINGS if points >= least)
    return {
        "excellent": text("excellent"),
        "good": text("good"),
        "sufficient": text("sufficient"),
        "bad": text("bad"),
    }[word]


def file_addresses(feed: Graph) -> list[str]:
    """Return every access and download address of a feed, each once, in order."""
    return sorted(
        {
            str(value)
            for predicate in (DCAT.accessURL, DCAT.downloadURL)
            for value in feed.objects(None, predicate)
        }
    )


def ask_for_files(
    client: Client,
    addresses: Sequence[str],
    seconds: float,
    progress: Callable[[str], None] = lambda address: None,
) -> dict[str, Visit]:
    """Return address → what HEAD gave, as the link check of data.europa.eu asks.

    Args:
        client: Asks.
        addresses: What is asked for.
        seconds: After so many none is asked for any more.
        progress: Is called with each address.
    """
    limits = replace(client.limits, total_seconds=LINK_CHECK_SECONDS)
    end = time.monotonic() + seconds
    visits: dict[str, Visit] = {}
    for address in addresses:
        if time.monotonic() > end:
            break
        progress(address)
        visits[address] = client.visit(address, "HEAD", {"User-Agent": EUROPA}, limits)
    return visits


def statuses_of(visits: Mapping[str, Visit]) -> dict[str, int]:
    """Return address → status of HEAD; 0 when there was no answer."""
    return {a: 0 if visit.fault else visit.last.status for a, visit in visits.items()}


def _property_points(
    group: str, points: float, graph: Graph, node: Node, predicate: URIRef
) -> MetricScore:
    """Return the points for a property that is there."""
    name = shorten(str(predicate)).replace("dcterms:", "dct:")
    return score_metric(
        group,
        name,
        points,
        (node, predicate, None) in graph,
        text("{name} is given.", name=name),
        text("Give {name} to {node}.", name=name, node=str(node)),
    )


def _link_points(
    metric: str, points: float, addresses: Iterable[str], statuses: Mapping[str, int]
) -> MetricScore:
    """Return the points for an address that answers HEAD with 200 to 299."""
    status_of = {address: statuses.get(address, 0) for address in sorted(addresses)}
    passed = any(200 <= status < 300 for status in status_of.values())
    shown = ", ".join(f"{address} {status or '-'}" for address, status in status_of.items()) or "-"
    return score_metric(
        ACCESSIBILITY,
        metric,
        points,
        passed,
        text("HEAD answers: {shown}.", shown=shown),
        text("Let an address answer HEAD with 200; now: {shown}.", shown=shown),
    )


def _dataset_scores(graph: Graph, dataset: Node, compliant: bool) -> list[MetricScore]:
    """Return the marks that do not depend on a distribution."""
    rights = {str(o) for o in graph.objects(dataset, DCTERMS.accessRights)}
    return [
        _property_points(FINDABILITY, 30, graph, dataset, DCAT.keyword),
        _property_points(FINDABILITY, 30, graph, dataset, DCAT.theme),
        _property_points(FINDABILITY, 20, graph, dataset, DCTERMS.spatial),
        _property_points(FINDABILITY, 20, graph, dataset, DCTERMS.temporal),
        score_metric(
            INTEROPERABILITY,
            "DCAT-AP",
            30,
            compliant,
            text("The description breaks no rule of DCAT-AP."),
            text("Fix the violations of DCAT-AP that are listed."),
        ),
        _property_points(REUSABILITY, 10, graph, dataset, DCTERMS.accessRights),
        score_metric(
            REUSABILITY,
            "dct:accessRights (EU)",
            5,
            any(value.startswith(ACCESS_RIGHTS) for value in rights),
            text("The access right is of the EU list."),
            text("Take the access right from {list}.", list=ACCESS_RIGHTS),
        ),
        _property_points(REUSABILITY, 20, graph, dataset, DCAT.contactPoint),
        _property_points(REUSABILITY, 10, graph, dataset, DCTERMS.publisher),
    ]


def _format_scores(graph: Graph, node: Node) -> list[MetricScore]:
    """Return the marks of one distribution for its formats."""
    code = file_type(str(graph.value(node, DCTERMS["format"]) or ""))
    media_type = str(graph.value(node, DCAT.mediaType) or "")
    lists = bool(code) and known_media_type(media_type)
    shown = code or "-"
    return [
        _property_points(INTEROPERABILITY, 20, graph, node, DCTERMS["format"]),
        _property_points(INTEROPERABILITY, 10, graph, node, DCAT.mediaType),
        score_metric(
            INTEROPERABILITY,
            "vocabulary",
            10,
            lists,
            text("File type and media type are of the EU and IANA lists."),
            text("Take dct:format from the EU list and dcat:mediaType from IANA's."),
        ),
        score_metric(
            INTEROPERABILITY,
            "non-proprietary",
            20,
            code in NON_PROPRIETARY,
            text("{format} is an open format.", format=shown),
            text("Offer an open format; {format} is not one of the list.", format=shown),
        ),
        score_metric(
            INTEROPERABILITY,
            "machine-readable",
            20,
            code in MACHINE_READABLE,
            text("{format} is machine-readable.", format=shown),
            text("Offer a machine-readable format; {format} is not one.", format=shown),
        ),
    ]


def _distribution_scores(
    graph: Graph, dataset: Node, node: Node, statuses: Mapping[str, int]
) -> list[MetricScore]:
    """Return the marks that one distribution would bring."""
    access = {str(o) for o in graph.objects(node, DCAT.accessURL)}
    downloads = {str(o) for o in graph.objects(node, DCAT.downloadURL)}
    licences = {str(o) for o in graph.objects(node, DCTERMS.license)}
    dated = {
        predicate: node if (node, predicate, None) in graph else dataset
        for predicate in (DCTERMS.issued, DCTERMS.modified)
    }
    return [
        _link_points("dcat:accessURL", 50, access, statuses),
        _property_points(ACCESSIBILITY, 20, graph, node, DCAT.downloadURL),
        _link_points("dcat:downloadURL", 30, downloads, statuses),
        *_format_scores(graph, node),
        _property_points(REUSABILITY, 20, graph, node, DCTERMS.license),
        score_metric(
            REUSABILITY,
            "dct:license (known)",
            10,
            any(known_licence(graph, licence) for licence in licences),
            text("The licence is a known one."),
            text("Name a licence of the EU list, such as CC0 or CC BY 4.0."),
        ),
        _property_points(CONTEXTUALITY, 5, graph, node, DCTERMS.rights),
        _property_points(CONTEXTUALITY, 5, graph, node, DCAT.byteSize),
        *(_property_points(CONTEXTUALITY, 5, graph, where, date) for date, where in dated.items()),
    ]


def score(
    graph: Graph, dataset: str, violations: Collection[Finding], statuses: Mapping[str, int]
) -> list[MetricScore]:
    """Return the marks of a dataset, of 405 points, by its best distribution.

    Args:
        graph: The EU view of the catalogue.
        dataset: Its IRI.
        violations: Of DCAT-AP, anywhere in the feed.
        statuses: Of the access and download addresses.
    """
    broken = {finding.focus_node for finding in violations}
    return _score(graph, dataset, broken, statuses, _entries(graph))


def score_all(
    graph: Graph,
    datasets: Iterable[str],
    violations: Collection[Finding],
    statuses: Mapping[str, int],
) -> dict[str, list[MetricScore]]:
    """Return dataset → its marks; see ``score``."""
    broken = {finding.focus_node for finding in violations}
    entries = _entries(graph)
    return {d: _score(graph, d, broken, statuses, entries) for d in datasets}


def _score(
    graph: Graph,
    dataset: str,
    broken: set[str],
    statuses: Mapping[str, int],
    entries: frozenset[Node],
) -> list[MetricScore]:
    """Return the marks of a dataset; ``broken`` are the nodes that break a rule."""
    node = URIRef(dataset)
    compliant = broken.isdisjoint(_described_with(graph, node, entries))
    nowhere = URIRef(f"{dataset}#no-distribution")
    distributions = sorted(graph.objects(node, DCAT.distribution), key=str) or [nowhere]
    best = max(
        (
            _distribution_scores(graph, node, distribution, statuses)
            for distribution in distributions
        ),
        key=total_points,
    )
    order = (FINDABILITY, ACCESSIBILITY, INTEROPERABILITY, REUSABILITY, CONTEXTUALITY)
    scores = [*_dataset_scores(graph, node, compliant), *best]
    return sorted(scores, key=lambda m: order.index(m.group))


def _entries(graph: Graph) -> frozenset[Node]:
    """Return the datasets and catalogues of a feed."""
    kinds = (DCAT.Dataset, DCAT.Catalog)
    return frozenset(node for kind in kinds for node in graph.subjects(RDF.type, kind))


def _described_with(graph: Graph, dataset: URIRef, entries: frozenset[Node]) -> set[str]:
    """Return the dataset and all its description leads to, other datasets and catalogues aside."""
    waiting: list[Node] = [dataset]
    seen: set[Node] = set()
    while waiting:
        node = waiting.pop()
        if node not in seen and (node == dataset or node not in entries):
            seen.add(node)
            waiting += graph.objects(node)
    return {node_name(node) for node in seen}


def tables(scores: Mapping[str, list[MetricScore]]) -> list[ReportTable]:
    """Return the scores of all datasets, the worst first; what they lack; the marks of each."""
    totals = {dataset: total_points(given) for dataset, given in scores.items()}
    rows = [
        (dataset, format_points(got), format_points(possible), rating(got))
        for dataset, (got, possible) in sorted(totals.items(), key=lambda item: item[1][0])
    ]
    columns = (text("Dataset"), text("Points"), text("Possible"), text("Rating"))
    summary = ReportTable(text("MQA score by dataset"), columns, tuple(rows))
    details = [
        score_table(text("MQA of {dataset}", dataset=dataset), given)
        for dataset, given in scores.items()
    ]
    return [summary, *_lacking(scores), *details]


def _lacking(scores: Mapping[str, list[MetricScore]]) -> list[ReportTable]:
    """Return which metrics cost points, by how much they cost in all; none when none does."""
    lacking: dict[tuple[str, float], list[str]] = {}
    for dataset, given in scores.items():
        for mark in given:
            if mark.got < mark.possible:
                lacking.setdefault((mark.metric, mark.possible), []).append(dataset)
    rows = sorted(lacking.items(), key=lambda item: -item[0][1] * len(item[1]))
    columns = (text("Metric"), text("Datasets"), text("Points each"), text("One of them"))
    return (
        [
            ReportTable(
                text("MQA: where points are lost"),
                columns,
                tuple(
                    (metric, str(len(datasets)), format_points(points), datasets[0])
                    for (metric, points), datasets in rows
                ),
            )
        ]
        if rows
        else []
    )


# The lists of the EU and of IANA that scorers look terms up in, as far as needed here.

FILE_TYPES = AUTHORITY + "file-type/"
LICENCES = AUTHORITY + "licence/"
ACCESS_RIGHTS = AUTHORITY + "access-right/"
MEDIA_TYPES = (
    "http://www.iana.org/assignments/media-types/",
    "https://www.iana.org/assignments/media-types/",
)
# IANA's registries of media types (RFC 6838, section 4.2).
TOP_LEVEL = frozenset(
    [
        "application",
        "audio",
        "font",
        "haptics",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    ]
)

_RDF = frozenset(
    [
        "JSON_LD",
        "N3",
        "RDF",
        "RDFA",
        "RDF_N_QUADS",
        "RDF_N_TRIPLES",
        "RDF_TRIG",
        "RDF_TRIX",
        "RDF_TURTLE",
        "RDF_XML",
    ]
)
_OPEN_TEXT = frozenset(
    (
        "ATOM",
        "CSV",
        "GEOJSON",
        "GML",
        "JSON",
        "KML",
        "ODS",
        "RSS",
        "TSV",
        "XML",
    )
)
NON_PROPRIETARY = (
    _RDF
    | _OPEN_TEXT
    | frozenset(
        (
            "HTML",
            "HTML_SIMPL",
            "ODT",
            "PNG",
            "SVG",
            "TAR",
            "TXT",
            "ZIP",
        )
    )
)
MACHINE_READABLE = (
    _RDF
    | _OPEN_TEXT
    | frozenset(
        (
            "SHP",
            "SPARQLQ",
            "SPARQLQRES",
            "XLS",
            "XLSX",
        )
    )
)

# The licences of the EU list that publishers name by the address of Creative Commons itself.
CREATIVE_COMMONS = frozenset(
    "http://creativecommons.org/" + path
    for path in (
        "publicdomain/zero/1.0/",
        "publicdomain/mark/1.0/",
        "licenses/by/4.0/",
        "licenses/by-sa/4.0/",
        "licenses/by-nc/4.0/",
        "licenses/by-nd/4.0/",
        "licenses/by-nc-sa/4.0/",
        "licenses/by-nc-nd/4.0/",
    )
)


def file_type(iri: str) -> str:
    """Return the code of an EU file type, empty for anything else.

    >>> file_type("http://publications.europa.eu/resource/authority/file-type/CSV")
    'CSV'
    """
    return iri.removeprefix(FILE_TYPES) if iri.startswith(FILE_TYPES) else ""


def known_media_type(iri: str) -> bool:
    """Tell whether an IRI is a media type below one of IANA's registries."""
    for base in MEDIA_TYPES:
        registry, slash, name = iri.removeprefix(base).partition("/")
        if iri.startswith(base) and registry in TOP_LEVEL and slash and name:
            return True
    return False


def known_licence(graph: Graph, iri: str) -> bool:
    """Tell whether a licence is one of the EU list, also by ``skos:exactMatch``."""
    matches = {str(o) for o in graph.objects(URIRef(iri), SKOS.exactMatch)}
    return any(name in CREATIVE_COMMONS or name.startswith(LICENCES) for name in {iri, *matches})
