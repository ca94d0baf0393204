"""FAIR Signposting: typed links between a landing page, its metadata and its files.

Level 1 is links in the header fields, level 2 a linkset of all of them (signposting.org/FAIR).
"""

from __future__ import annotations

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.messages import Text, text
from publisher.system.http_client import Client, Exchange
from publisher.verify.links import LINKSET_JSON, WebLink, links_of, linkset, targets
from publisher.verify.report import MetricScore, score_metric, warning

SCHEMA_ABOUT_PAGE = "https://schema.org/AboutPage"
LEVEL_1, LEVEL_2 = "Level 1", "Level 2"
# A page with many files names them all; some of them stand for the rest.
FOLLOWED = 5


def landing_page(client: Client, page: str) -> list[MetricScore]:
    """Return the marks of the landing page of a dataset, level 1 and level 2."""
    visit = client.visit(page, fields={"Accept": "text/html"})
    last = visit.last
    links = links_of(last)
    return [
        *_level_1(client, last, links),
        _links_back(client, links, "describedby", "describes"),
        _links_back(client, links, "item", "collection"),
        *_level_2(client, links),
    ]


def document(client: Client, page: str) -> list[MetricScore]:
    """Return the marks of a page about a thing: its identifier, its metadata, its linkset."""
    last = client.visit(page, fields={"Accept": "text/html"}).last
    links = links_of(last)
    return [_cite_as(client, last, links), _described(links), *_level_2(client, links)]


def _present(relation: str) -> Text:
    """Return the good news that a relation is there."""
    return text("There is a link {relation}.", relation=relation)


def _cite_as(client: Client, page: Exchange, links: tuple[WebLink, ...]) -> MetricScore:
    """Return whether exactly one ``cite-as`` leads back to this page."""
    cited = targets(links, "cite-as")
    passed = len(cited) == 1 and _leads_to_page(client, cited[0], page)
    return score_metric(
        LEVEL_1,
        "cite-as",
        1,
        passed,
        text("{iri} leads to the page.", iri="".join(cited)),
        text("Send one Link 'cite-as' with the IRI that leads to {url}.", url=page.url),
    )


def _leads_to_page(client: Client, iri: str, page: Exchange) -> bool:
    """Tell whether an IRI leads to a page, under one of its addresses or to the same bytes."""
    last = client.visit(iri, fields={"Accept": "text/html"}).last
    return last.url == page.url or (last.successful and last.body == page.body)


def _described(links: tuple[WebLink, ...]) -> MetricScore:
    """Return whether there is metadata, with its media type."""
    described = [link for link in links if link.relation == "describedby"]
    return score_metric(
        LEVEL_1,
        "describedby",
        1,
        bool(described) and all(link.media_type for link in described),
        _present("describedby"),
        text("Send a Link 'describedby' with 'type' to each metadata document."),
    )


def _level_1(client: Client, page: Exchange, links: tuple[WebLink, ...]) -> list[MetricScore]:
    """Return the marks for the links of a landing page itself."""
    kinds = targets(links, "type")
    items = [link for link in links if link.relation == "item"]
    return [
        _cite_as(client, page, links),
        _described(links),
        score_metric(
            LEVEL_1,
            "type",
            1,
            SCHEMA_ABOUT_PAGE in kinds and len(kinds) == 2,
            _present("type"),
            text(
                "Send two Links 'type': {about} and the class of the thing.",
                about=SCHEMA_ABOUT_PAGE,
            ),
        ),
        score_metric(
            LEVEL_1,
            "license",
            1,
            len(targets(links, "license")) == 1,
            _present("license"),
            text("Send one Link 'license'."),
        ),
        score_metric(
            LEVEL_1,
            "item",
            1,
            bool(items) and all(link.media_type for link in items),
            _present("item"),
            text("Send a Link 'item' with 'type' to each file."),
        ),
    ]


def _links_back(
    client: Client, links: tuple[WebLink, ...], relation: str, inverse: str
) -> MetricScore:
    """Return whether what a page leads to leads back to one page by the inverse relation."""
    silent = []
    for target in targets(links, relation)[:FOLLOWED]:
        answer = client.visit(target, "HEAD").last
        if len(targets(links_of(answer), inverse)) != 1:
            silent.append(target)
    return score_metric(
        LEVEL_1,
        inverse,
        1,
        not silent and bool(targets(links, relation)),
        _present(inverse),
        text(
            "Send one Link '{inverse}' to the landing page from: {urls}.",
            inverse=inverse,
            urls=", ".join(silent) or "-",
        ),
    )


def _level_2(client: Client, links: tuple[WebLink, ...]) -> list[MetricScore]:
    """Return the marks for the linkset: it is there, and has every link of the page."""
    named = [link.target for link in links if link.relation == "linkset"]
    typed = [
        link.target
        for link in links
        if link.relation == "linkset" and link.media_type == LINKSET_JSON
    ]
    listed = _fetched(client, typed[0]) if typed else ()
    in_linkset = {(link.relation, client.locate(link.target)) for link in listed}
    on_page = {
        (link.relation, client.locate(link.target))
        for link in links
        if link.relation in ("cite-as", "describedby", "type", "license", "item", "author")
    }
    absolute = bool(listed) and all(link.absolute for link in listed)
    missing = sorted(relation for relation, _ in on_page - in_linkset)
    return [
        score_metric(
            LEVEL_2,
            "linkset",
            1,
            absolute,
            text("The linkset is there: {url}.", url="".join(typed[:1])),
            text(
                "Send a Link 'linkset' of type {media_type}, and in it absolute addresses "
                "only; now: {url}.",
                media_type=LINKSET_JSON,
                url="".join(named[:1]) or "-",
            ),
        ),
        score_metric(
            LEVEL_2,
            "complete",
            1,
            bool(listed) and not missing,
            text("The linkset has every link of the page."),
            text(
                "Put these links of the page into the linkset too: {relations}.",
                relations=", ".join(missing) or "-",
            ),
        ),
    ]


def _fetched(client: Client, url: str) -> tuple[WebLink, ...]:
    """Return the links of a linkset, none when it cannot be had or read."""
    visit = client.visit(url, fields={"Accept": LINKSET_JSON})
    if not visit.successful or visit.last.media_type != LINKSET_JSON:
        return ()
    try:
        return linkset(visit.last.body)
    except SourceSyntax:
        return ()


def api_catalogue(client: Client, address: str) -> list[Finding]:
    """Return a warning when ``/.well-known/api-catalog`` is no linkset (RFC 9727)."""
    url = address + ".well-known/api-catalog"
    if _fetched(client, url):
        return []
    message = text(
        "{url} is no linkset ({media_type}). List the interfaces of the site there.",
        url=url,
        media_type=LINKSET_JSON,
    )
    return [warning("signposting:api-catalog", message, url)]
