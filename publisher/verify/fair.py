"""How FAIR a site is: Signposting, FOOPS!, F-UJI, and what Google Dataset Search needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from rdflib import DCAT, Graph, URIRef

from publisher.findings import Finding
from publisher.messages import Text, text
from publisher.rdf.context_loading import LoadContext
from publisher.system.http_client import Client
from publisher.verify import foops, fuji, signposting
from publisher.verify.report import (
    MetricScore,
    ReportTable,
    format_points,
    note,
    score_table,
    total_points,
    warning,
)

# Google Dataset Search: name, and a description of 50 to 5000 characters.
DESCRIPTION = (50, 5000)


def datasets(
    client: Client,
    feed: Graph,
    names: Iterable[str],
    load: LoadContext,
    progress: Callable[[str], None],
) -> tuple[list[Finding], list[ReportTable]]:
    """Return the Signposting of landing pages and the F-UJI score of datasets."""
    findings, tables, rows = [], [], []
    for dataset in names:
        progress(dataset)
        seen = fuji.fetch(client, dataset, load)
        page = feed.value(URIRef(dataset), DCAT.landingPage)
        scores = fuji.score(client, seen)
        posts = signposting.landing_page(client, str(page or dataset))
        rows.append((dataset, scores, posts))
        findings += _google(seen) + missing("signposting", posts, dataset)
        findings += missing("f-uji", scores, dataset)
        tables += [
            score_table(text("F-UJI 0.8 of {dataset}", dataset=dataset), scores),
            score_table(text("Signposting of {dataset}", dataset=dataset), posts),
        ]
    return findings, [_summary(rows), *tables] if rows else tables


def _summary(rows: Sequence[tuple[str, list[MetricScore], list[MetricScore]]]) -> ReportTable:
    """Return the sums of all datasets."""
    columns = (text("Dataset"), text("F-UJI 0.8"), text("Signposting"))
    return ReportTable(
        text("FAIR by dataset"),
        columns,
        tuple((name, _sum(scores), _sum(posts)) for name, scores, posts in rows),
    )


def _sum(scores: Iterable[MetricScore]) -> str:
    """Return points got of points possible.

    >>> _sum([MetricScore("F1", "F1-01MD", 1, 1, {}), MetricScore("F2", "F2-01M", 0, 2, {})])
    '1 / 3'
    """
    got, possible = total_points(scores)
    return f"{format_points(round(got, 2))} / {format_points(possible)}"


def missing(rule: str, scores: Iterable[MetricScore], about: str) -> list[Finding]:
    """Return a warning for each link of Signposting, a note for each point of a score, missing.

    A link that is missing is a fault of the site; a score is advice.
    """
    make = warning if rule == "signposting" else note
    return [make(f"{rule}:{m.metric}", m.why, about) for m in scores if m.got < m.possible]


def documents(client: Client, subjects: Iterable[str]) -> list[Finding]:
    """Return what is missing in the Signposting of the documents about things."""
    return [
        finding
        for subject in subjects
        for finding in missing("signposting", signposting.document(client, subject), subject)
    ]


def ontologies(
    client: Client, names: Iterable[str], load: LoadContext, outside: bool
) -> tuple[list[Finding], list[ReportTable]]:
    """Return the FOOPS! score of ontologies; what is missing is in the table and a note."""
    findings, tables = [], []
    for ontology in names:
        scores = foops.score(client, ontology, load, outside)
        findings += missing("foops", scores, ontology)
        title: Text = text("FOOPS! of {ontology}: {sum}", ontology=ontology, sum=_sum(scores))
        tables.append(score_table(title, scores))
    return findings, tables


def _google(seen: fuji.DatasetMetadata) -> list[Finding]:
    """Return a warning when Google Dataset Search would not show a dataset."""
    embedded: Mapping[str, object] = seen.embedded
    least, most = DESCRIPTION
    descriptions = [_plain(value) for value in _values(embedded.get("description"))]
    fits = bool(descriptions) and all(least <= len(one) <= most for one in descriptions)
    if seen.has("name") and fits:
        return []
    message = text(
        "{page}: Google shows a dataset with a name and a description of {least} to {most} "
        "characters in its JSON-LD.",
        page=seen.page.url,
        least=least,
        most=most,
    )
    return [warning("google:dataset", message, seen.iri)]


def _values(value: object) -> list[object]:
    """Return a value or its members."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _plain(value: object) -> str:
    """Return the text of a value with or without a language."""
    return str(value.get("@value", "")) if isinstance(value, dict) else str(value)
