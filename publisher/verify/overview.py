"""What a portal shows: a line for each dataset, a line for each file."""

from __future__ import annotations

from collections.abc import Sequence

from rdflib import DCAT, DCTERMS, Graph, Literal, URIRef

from publisher.messages import text
from publisher.verify.affected import VCARD
from publisher.verify.distributions import DownloadResult
from publisher.verify.harvest import Feed
from publisher.verify.report import ReportCell, ReportTable


def tables(feed: Feed) -> list[ReportTable]:
    """Return the table of datasets as a portal's visitor sees them; none without datasets."""
    rows = tuple(_row(feed.graph, URIRef(dataset)) for dataset in feed.datasets())
    columns = (
        text("Dataset"),
        text("Title"),
        text("Licence"),
        text("Formats"),
        text("Contact"),
    )
    return [ReportTable(text("What a portal shows"), columns, rows)] if rows else []


def _row(graph: Graph, dataset: URIRef) -> tuple[ReportCell, ...]:
    """Return the line of one dataset."""
    titles = sorted(
        f"{title} ({title.language or '-'})"
        for title in graph.objects(dataset, DCTERMS.title)
        if isinstance(title, Literal)
    )
    distributions = list(graph.objects(dataset, DCAT.distribution))
    licences = {str(o) for d in distributions for o in graph.objects(d, DCTERMS.license)}
    formats = {
        str(o).rpartition("/")[2]
        for d in distributions
        for o in graph.objects(d, DCTERMS["format"])
    }
    contacts = {
        str(o).removeprefix("mailto:")
        for contact in graph.objects(dataset, DCAT.contactPoint)
        for o in graph.objects(contact, VCARD.hasEmail)
    }
    parts = (titles, licences, formats, contacts)
    return (str(dataset), *(", ".join(sorted(part)) or "-" for part in parts))


def _is_as_described(download: DownloadResult) -> bool:
    """Tell whether an address answered, with nothing that contradicts its description."""
    return download.last.successful and not any(f.severity.blocks for f in download.findings)


def downloads(fetched: Sequence[DownloadResult]) -> ReportTable:
    """Return the table of the addresses of all distributions, as they answered."""
    columns = (
        text("Address"),
        text("Status"),
        text("Media type"),
        text("Bytes"),
        text("Triples"),
        text("As described"),
    )
    rows = tuple(
        (
            one.last.url,
            str(one.last.status or "-"),
            one.last.media_type or "-",
            str(one.length_bytes or "-"),
            "-" if one.count is None else str(one.count),
            text("yes") if _is_as_described(one) else text("no"),
        )
        for one in fetched
    )
    # Formats of a dataset share their access address.
    once = {(row[0], *row[3:5]): row for row in rows}
    return ReportTable(text("Distributions"), columns, tuple(once.values()))
