"""FAIR Signposting: typed links between a page, its metadata and its files (signposting.org/FAIR).

Level 1 is links in header fields; level 2 a set of all of them (RFC 9264), as JSON and as text.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, abort

from publisher.addresses import Addresses
from publisher.rdf.media_types import GRAPHS, HTML, MARKDOWN, RDF_XML, TURTLE, MediaType
from publisher.render.catalogue import DatasetFiles
from publisher.render.documents import Document
from publisher.serve.headers import join_links, set_validators
from publisher.serve.requested import requested_target
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site

LINKSET = MediaType("application/linkset", "txt", "Linkset")
LINKSET_JSON = MediaType("application/linkset+json", "json", "Linkset (JSON)")
# RFC 9727, section 4.
_API_PROFILE = "https://www.rfc-editor.org/info/rfc9727"


@dataclass(frozen=True)
class Signpost:
    """A typed link, from an absolute address to another."""

    anchor: str
    relation: str
    target: str
    media_type: str = ""

    @property
    def parameters(self) -> str:
        """Return the parameters in a Link field (RFC 8288, section 3)."""
        kind = f'; type="{self.media_type}"' if self.media_type else ""
        return f'rel="{self.relation}"{kind}'


def _landing_page_links(
    addresses: Addresses, document: Document, holding: DatasetFiles | None
) -> list[Signpost]:
    """Return the links of the page of a document."""
    page = addresses.on_site(document.iri)
    posts = [Signpost(page, "cite-as", document.topic)]
    for media_type in GRAPHS:
        url = addresses.on_site(addresses.representation(document.iri, media_type))
        posts.append(Signpost(page, "describedby", url, media_type.name))
    posts.append(Signpost(page, "type", "https://schema.org/AboutPage"))
    if holding is not None:
        posts.append(Signpost(page, "type", "https://schema.org/Dataset"))
        posts += [Signpost(page, "license", license_) for license_ in holding.licenses[:1]]
        posts += [Signpost(page, "item", url, kind) for url, kind in holding.files]
    return posts


def all_links(site: Site, document: Document) -> list[Signpost]:
    """Return the links of a page, of its metadata and of its files: the set of level 2."""
    holding = site.catalogue_views.holding(document.iri)
    posts = _landing_page_links(site.addresses, document, holding)
    page = posts[0].anchor
    back = {"describedby": "describes", "item": "collection"}
    text = site.addresses.on_site(site.addresses.representation(document.iri, MARKDOWN))
    posts.append(Signpost(text, "describes", page, HTML.name))
    return posts + [
        Signpost(post.target, back[post.relation], page, HTML.name)
        for post in posts
        if post.relation in back
    ]


def _sets(site: Site, document: str) -> Iterator[tuple[str, str]]:
    for media_type in (LINKSET_JSON, LINKSET):
        name = site.addresses.file_of(document, media_type.extension, "linkset/")
        yield site.addresses.on_site(name), f'rel="linkset"; type="{media_type.name}"'


def document_signposts(
    site: Site, document: Document, media_type: MediaType
) -> list[tuple[str, str]]:
    """Return target and parameters of the links of one representation of a document."""
    anchor = site.addresses.on_site(document.iri)
    if media_type is not HTML:
        anchor = site.addresses.on_site(site.addresses.representation(document.iri, media_type))
    posts = [post for post in all_links(site, document) if post.anchor == anchor]
    return [(post.target, post.parameters) for post in posts] + list(_sets(site, document.iri))


def home_signposts(site: Site) -> list[tuple[str, str]]:
    """Return target and parameters of the links of the home page."""

    def url_of(path: str) -> str:
        return site.addresses.on_site(site.release.base_iri + path)

    links = [
        (site.release.base_iri, 'rel="canonical"'),
        (url_of(".well-known/api-catalog"), f'rel="api-catalog"; type="{LINKSET_JSON.name}"'),
    ]
    if site.catalogue_views.has_catalogue:
        links += [
            (url_of("catalog.rdf"), f'rel="describedby"; type="{RDF_XML.name}"'),
            (url_of("void.ttl"), f'rel="describedby"; type="{TURTLE.name}"'),
        ]
    document = site.documents.find("")
    return links + (document_signposts(site, document, HTML) if document else [])


def file_signposts(site: Site, dataset: str) -> list[tuple[str, str]]:
    """Return target and parameters of the links of a file of a dataset."""
    page = site.addresses.on_site(dataset)
    return [(page, f'rel="collection"; type="{HTML.name}"'), *_sets(site, dataset)]


def linkset_json(posts: Iterable[Signpost]) -> bytes:
    """Return links as ``application/linkset+json`` (RFC 9264, section 4.2)."""
    sets: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for post in posts:
        target = {"href": post.target} | ({"type": post.media_type} if post.media_type else {})
        sets[post.anchor][post.relation].append(target)
    linkset = [{"anchor": anchor, **relations} for anchor, relations in sets.items()]
    return json.dumps({"linkset": linkset}, ensure_ascii=False, indent=1).encode() + b"\n"


def linkset_text(posts: Iterable[Signpost]) -> bytes:
    """Return links as ``application/linkset`` (RFC 9264, section 4.1)."""
    links = ((post.target, f'{post.parameters}; anchor="{post.anchor}"') for post in posts)
    return join_links(links).replace(", <", ",\n<").encode() + b"\n"


def _api_catalogue_links(site: Site) -> list[Signpost]:
    """Return the links of the catalogue of interfaces (RFC 9727)."""

    def url_of(path: str) -> str:
        return site.addresses.on_site(site.release.base_iri + path)

    here, endpoint, catalogue = (
        url_of(".well-known/api-catalog"),
        url_of("sparql"),
        url_of("catalog"),
    )
    of_catalogue = [
        Signpost(here, "item", catalogue),
        Signpost(here, "item", url_of("void")),
        Signpost(endpoint, "service-meta", url_of("void.ttl"), "text/turtle"),
        Signpost(catalogue, "service-desc", url_of("catalog.rdf"), "application/rdf+xml"),
        Signpost(catalogue, "service-doc", url_of("catalog.html"), "text/html"),
    ]
    return [
        Signpost(here, "item", endpoint),
        *(of_catalogue if site.catalogue_views.has_catalogue else ()),
        Signpost(here, "item", url_of("mcp")),
        Signpost(here, "service-desc", url_of("openapi.json"), "application/json"),
        Signpost(here, "service-doc", url_of("llms.txt"), "text/markdown"),
        Signpost(endpoint, "service-desc", url_of("sparql.ttl"), "text/turtle"),
        Signpost(endpoint, "service-doc", url_of(""), "text/html"),
    ]


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the sets of links."""
    routes = Blueprint("signposting", __name__)

    def answer(posts: list[Signpost], media_type: MediaType, content_type: str = "") -> Response:
        body = linkset_json(posts) if media_type is LINKSET_JSON else linkset_text(posts)
        response = Response(body, content_type=content_type or media_type.name)
        set_validators(response, body, site.release.published)
        mark_cacheable()
        return response

    @routes.get("/linkset/<all:path>.<any(json, txt):extension>")
    def linkset(path: str, extension: str) -> Response:
        document, _ = site.documents.find_by_file(requested_target(skipped=1))
        if document is None:
            abort(404)
        media_type = LINKSET_JSON if extension == LINKSET_JSON.extension else LINKSET
        return answer(all_links(site, document), media_type)

    @routes.get("/.well-known/api-catalog")
    def api_catalogue() -> Response:
        content_type = f'{LINKSET_JSON.name};profile="{_API_PROFILE}"'
        return answer(_api_catalogue_links(site), LINKSET_JSON, content_type)

    return routes
