"""Documents: 303 to them, the representation that a client prefers, 301 or 410 when gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, request

from publisher.addresses import (
    CONTENT_PARAMETER,
    INCOMING_PARAMETER,
    LANGUAGE_PARAMETER,
    split_file,
    with_parameters,
)
from publisher.errors import NotAcceptable
from publisher.messages import translate
from publisher.rdf import media_types
from publisher.rdf.media_types import (
    GRAPHS,
    HTML,
    MARKDOWN,
    Chosen,
    MediaType,
    negotiate_rdf,
)
from publisher.rdf.other_syntaxes import is_rewritten, rewrite
from publisher.rdf.serialise import serialise
from publisher.release.history.tombstones import Tombstone
from publisher.render.documents import Document
from publisher.render.ontology.term_index import TERM_PARAMETER, TERMS_PARAMETER, TermChoice
from publisher.render.page_model import anchor_of
from publisher.render.plain_json import document_json
from publisher.serve import signposting
from publisher.serve.catalogue_selection import read_catalogue_view
from publisher.serve.headers import document_links, join_links, set_validators, set_vary
from publisher.serve.page_language import negotiate_language
from publisher.serve.problems import PROBLEM
from publisher.serve.requested import requested_target
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site
from publisher.serve.suggestions import suggest_things

_ESCAPED_SLASH = re.compile("%2[Ff]")


def redirect_to(location: str, code: int) -> Response:
    """Return a redirect without a body; never 302, which some harvesters do not follow."""
    response = Response(b"", code)
    response.headers["Location"] = location
    response.headers["Cache-Control"] = "public, no-cache"
    set_vary(response, "Accept")
    return response


def _redirect_to_document(site: Site, document: Document, code: int) -> Response:
    """Redirect to a document; the query of the request goes with it: it chooses the language."""
    query = request.query_string.decode("latin-1")
    own = site.addresses.on_site(document.iri).partition("?")[2]
    if own and query.startswith(own):
        query = query.removeprefix(own).removeprefix("&")
    return redirect_to(with_parameters(site.addresses.on_site(document.iri), query), code)


def _at_its_place(site: Site, document: Document, target: str) -> Response:
    """Redirect to the document of a part, such as a file of a dataset; a reader to its place there.

    Programs read the document as a whole: a fragment would be a thing of its own to them.
    """
    response = _redirect_to_document(site, document, 303)
    parts = site.release.documents.get(document.iri.removeprefix(site.release.base_iri), ())
    named = set(site.addresses.equivalents(target))
    part = next((part for part in parts if part in named), "")
    if part and "text/html" in request.headers.get("Accept", ""):
        response.headers["Location"] += f"#{anchor_of(part)}"
    return response


def _page_number(document: Document) -> int:
    try:
        number = int(_page_parameters(document).get(INCOMING_PARAMETER, "1"))
    except ValueError:
        number = 0
    if number < 1:
        abort(404)
    return number


def _split(site: Site, target: str) -> tuple[Document, MediaType | None]:
    """Return the document that a request means, and the media type its extension picks."""
    document = site.documents.find_exactly(target)
    if document is not None:
        return document, None
    document, extension = site.documents.find_by_file(target)
    media_type = media_types.PICKED.get(extension)
    if document is not None and media_type is not None:
        return document, media_type
    document = site.documents.find(target)
    if document is None:
        abort(404)
    return document, None


def choose(offered: Sequence[MediaType], extension: MediaType | None = None) -> Chosen:
    """Return what an extension picks, or else the client prefers, by any name that clients use.

    Raises:
        NotAcceptable: The client accepts none of it.
    """
    if extension is not None:
        is_made = extension in media_types.OTHER_FILES and extension not in offered
        made_of = media_types.other_names(offered)[extension.name] if is_made else extension
        return Chosen(made_of, extension.name)
    return negotiate_rdf(request.headers.get("Accept", ""), offered)


def named(response: Response, media_type: Chosen) -> Response:
    """Give an answer the name that the client asked for.

    The same bytes under two names are two representations, with two entity tags, of which only the
    one under its own name has an address of its own. A version of RDF is a part of the name: what
    is published here is RDF 1.1, which every version carries.

    Raises:
        NotCarried: It is another syntax by that name, which cannot carry the answer.
    """
    if not media_type.is_own_name:
        response.headers["Content-Type"] = media_type.content_type
        tag, is_weak = response.get_etag()
        name = "-".join(filter(None, [media_type.name.replace("/", "-"), media_type.version]))
        response.set_etag(f"{tag}-{name}", bool(is_weak))
        response.headers.pop("Content-Location", None)
    if is_rewritten(media_type.name):
        response.set_data(rewrite(response.get_data(), media_type.name))
    return response


def _page_parameters(document: Document) -> dict[str, str]:
    """Return the parameters of the request that are not part of the document's own name."""
    own = parse_qsl(document.iri.partition("?")[2], keep_blank_values=True)
    names = (
        *(INCOMING_PARAMETER, LANGUAGE_PARAMETER, CONTENT_PARAMETER),
        *(TERMS_PARAMETER, TERM_PARAMETER),
    )
    parameters: dict[str, str] = {}
    for name, value in request.args.items(multi=True):
        if name in names and (name, value) not in own:
            parameters.setdefault(name, value)
    return parameters


def _represent(site: Site, document: Document, media_type: MediaType) -> tuple[bytes, str]:
    """Return the bytes of a representation, and its language if it has one."""
    if media_type is media_types.HTML and _is_list(site, document):
        return _catalogue_page(site, document)
    if media_type is media_types.HTML:
        return _document_page(site, document)
    description = site.documents.describe(document, _page_number(document))
    if description is None:
        abort(404)
    if media_type is media_types.MARKDOWN:
        return site.markdown.document(document, description), ""
    if media_type is media_types.JSON:
        url = site.addresses.on_site(document.iri)
        return document_json(document, description, site.release, url), ""
    return site.documents.graph(document, description, media_type), ""


def _document_page(site: Site, document: Document, links: int = 0) -> tuple[bytes, str]:
    """Return the page of a document, of a large ontology the part that was asked for.

    Args:
        site: That shows it.
        document: What is asked for.
        links: Which page of the links to it; that of the request where none is named.
    """
    page_language = negotiate_language(request, site)
    parameters = _page_parameters(document)
    choice = TermChoice(parameters.get(TERMS_PARAMETER, ""), parameters.get(TERM_PARAMETER, ""))
    shown = site.pages.shown_part(document, choice, page_language)
    description = site.documents.describe(shown, links or _page_number(document))
    if description is None:
        abort(404)
    body = site.pages.document(shown, description, page_language, choice, document)
    return body, page_language.language


def _is_list(site: Site, document: Document) -> bool:
    """Tell whether the page of a document is the list of the catalogue's datasets."""
    return document.iri == site.release.catalogue and bool(site.pages.catalogue.index.entries)


def _catalogue_page(site: Site, document: Document) -> tuple[bytes, str]:
    page_language = negotiate_language(request, site)
    view = read_catalogue_view(site.pages.catalogue.index, page_language)
    # Who narrows the list down has read what the catalogue is.
    description = site.documents.describe(document) if view.is_first else None
    page = site.pages.catalogue_list(document, description, view)
    if page is None:
        abort(404)
    return page, page_language.language


def document_response(site: Site, document: Document, extension: MediaType | None) -> Response:
    """Return a document in the media type that an extension picks, or else the client prefers."""
    picked = choose(media_types.DOCUMENTS, extension)
    media_type = picked.media_type
    body, language = _represent(site, document, media_type)
    response = Response(body, content_type=media_type.content_type)
    set_validators(response, body, site.documents.changed(document, media_type))
    url = site.addresses.on_site(site.addresses.representation(document.iri, media_type))
    own = urlencode(_page_parameters(document))
    if media_type is HTML and _is_list(site, document):
        own = request.query_string.decode("latin-1")  # it chose what is listed
    response.headers["Content-Location"] = with_parameters(url, own)
    links = document_links(site.addresses, document.iri, document.topic, media_type)
    posts = join_links(signposting.document_signposts(site, document, media_type))
    response.headers["Link"] = f"{links}, {posts}"
    if extension is None:
        set_vary(response, "Accept")
    if language:
        response.headers["Content-Language"] = language
        if not negotiate_language(request, site).chosen:
            set_vary(response, "Accept-Language")
    mark_cacheable()
    return named(response, picked)


def _home(site: Site) -> Response:
    page_language = negotiate_language(request, site)
    body = site.pages.home(page_language)
    response = Response(body, content_type=media_types.HTML.content_type)
    set_validators(response, body, site.release.published)
    response.headers["Content-Language"] = page_language.language
    response.headers["Link"] = join_links(signposting.home_signposts(site))
    set_vary(response, "Accept", "Accept-Language")
    mark_cacheable()
    return response


def _tombstone_response(site: Site, target: str) -> Response | None:
    """Return what answers for a request of which the entity has left; None for all others."""
    tombstone = find_tombstone(site, target)
    if tombstone is None:
        return None
    replacement = replacement_address(site, tombstone[0], target, tombstone[1])
    return redirect_to(replacement, 301) if replacement else gone_response(site, *tombstone)


def _thing(site: Site, target: str) -> Response:
    document = site.documents.find(target)
    if document is None:
        abort(404)
    return _redirect_to_document(site, document, 303)


def _document(site: Site, target: str) -> Response:
    document, extension = _split(site, target)
    if extension is None and document.iri not in site.addresses.equivalents(target):
        is_misspelt = document.iri in site.addresses.candidates(target)
        if is_misspelt:
            return _redirect_to_document(site, document, 301)
        return _at_its_place(site, document, target)
    if extension is media_types.HTML and document.iri == site.release.base_iri:
        return _home(site)
    return document_response(site, document, extension)


def _with_slashes(site: Site, target: str) -> str | None:
    """Return the path of what was asked for with its slashes escaped; None for all else.

    Programs that are generated from a description of addresses escape them in parameters of a path
    (OpenAPI 3.1, section 4.8.12.1); an escaped slash may also be part of a name.
    """
    path, mark, query = target.partition("?")
    spelled = _ESCAPED_SLASH.sub("/", path)
    if spelled == path or any(_finds(site, target)) or not any(_finds(site, spelled)):
        return None
    return f"{spelled}{mark}{query}"


def _finds(site: Site, target: str) -> Iterator[bool]:
    yield site.documents.find(target) is not None
    yield site.documents.find_by_file(target)[0] is not None


def blueprint(site: Site) -> Blueprint:
    """Return the routes of things and documents."""
    routes = Blueprint("documents", __name__)

    # ``name`` has lost its escapes, which tell one thing from another: what was sent counts.
    @routes.get("/<all:name>")
    def thing_or_document(name: str) -> Response:
        target = requested_target()
        left = _tombstone_response(site, target)
        if left is not None:
            return left
        spelled = _with_slashes(site, target)
        if spelled is not None and not target.startswith("id/"):
            return redirect_to(site.addresses.on_site(site.release.base_iri + spelled), 301)
        target = spelled or target
        return _thing(site, target) if target.startswith("id/") else _document(site, target)

    @routes.get("/")
    def home() -> Response:
        # A thing may be named by the base and a query; parameters of the page are none.
        document = site.documents.find(requested_target())
        if document is not None and document.iri != site.release.base_iri:
            return document_response(site, document, None)
        if document is None or choose(media_types.DOCUMENTS).media_type is media_types.HTML:
            return _home(site)
        return document_response(site, document, None)

    @routes.get("/search/links/<int:number>/<all:name>")
    def links(number: int, name: str) -> Response:
        document = site.documents.look_up(site.release.base_iri + name)
        if document is None or number < 1 or _is_list(site, document):
            abort(404)
        body, language = _document_page(site, document, number)
        response = Response(body, content_type=HTML.content_type)
        set_validators(response, body, site.release.published)
        response.headers["Content-Language"] = language
        set_vary(response, "Accept-Language")
        mark_cacheable()
        return response

    return routes


# What has left → 301 to what replaced it, or 410 with when, why and what came instead.

_GONE_STATUS = 410
_DETAILS = MediaType(PROBLEM, "", "")
_OFFERED = (_DETAILS, HTML, *GRAPHS, MARKDOWN)


def find_tombstone(site: Site, target: str) -> tuple[Tombstone, MediaType | None] | None:
    """Return the tombstone that a request means, and the media type its extension picks.

    What is there under a better spelling has not left.
    """
    names, extension = split_file(target)
    suffix_type = media_types.PICKED.get(extension)
    tried: list[tuple[str, MediaType | None]] = [(target, None)]
    if suffix_type is not None:
        tried += [(name, suffix_type) for name in names]
    for requested, media_type in tried:
        better: list[str] = []
        for name in site.addresses.candidates(requested):
            for entity in (name, site.addresses.thing_of(name)):
                tombstone = site.tombstones.find(entity)
                if tombstone is not None:
                    is_there = any(map(site.documents.look_up, better))
                    return None if is_there else (tombstone, media_type)
            better.append(name)
    return None


def replacement_address(
    site: Site, tombstone: Tombstone, path: str, extension: MediaType | None
) -> str | None:
    """Return where what replaced an entity is: thing for thing, file for file."""
    target = site.tombstones.follow(tombstone, site.addresses)
    if not target:
        return None
    if not path.startswith("id/"):
        target = site.addresses.document_of(target)
    if extension is not None:
        target = site.addresses.representation(target, extension)
    return site.addresses.on_site(target)


def last_version_address(site: Site, tombstone: Tombstone) -> str:
    """Return the address of an entity's document in the last release that had it."""
    if not tombstone.last:
        return ""
    document = site.addresses.document_of(tombstone.entity)
    path = document.removeprefix(site.release.base_iri)
    return site.addresses.on_site(f"{site.release.base_iri}release/{tombstone.last}/{path}")


def _problem(tombstone: Tombstone, was: str, language: str) -> bytes:
    problem = {
        "type": "about:blank",
        "title": translate("This is no longer here", language),
        "status": _GONE_STATUS,
        "entity": tombstone.entity,
        "gone": tombstone.gone.isoformat(),
        "release": tombstone.release,
        "replaced_by": list(tombstone.replaced_by),
        "events": list(tombstone.events),
        "as_it_was": was,
    }
    return (json.dumps(problem, ensure_ascii=False, indent=1) + "\n").encode()


def _gone_text(tombstone: Tombstone, was: str) -> bytes:
    """Return what happened as Markdown, in English as all of it is."""
    lines = [
        "# This is no longer here",
        "",
        f"- IRI: <{tombstone.entity}>",
        f"- Gone: {tombstone.gone.isoformat()}, with release {tombstone.release}",
        *(f"- Replaced by: <{name}>" for name in tombstone.replaced_by),
    ]
    lines += [f"- As it was: <{was}>"] if was else []
    return ("\n".join(lines) + "\n").encode()


def _negotiate(extension: MediaType | None) -> Chosen:
    """Return the media type that an extension picks, or else the client prefers."""
    if extension is not None:
        return choose(_OFFERED, extension)
    try:
        offer = negotiate_rdf(request.headers.get("Accept", ""), _OFFERED)
    except NotAcceptable:
        return Chosen(_DETAILS, PROBLEM)
    # Who asks for any JSON is told what happened in the JSON of errors (RFC 9457, section 3).
    return Chosen(_DETAILS, PROBLEM) if offer.name == "application/json" else offer


def gone_response(site: Site, tombstone: Tombstone, extension: MediaType | None) -> Response:
    """Return 410 as a page, as a graph, or as problem details (RFC 9110, section 15.5.11)."""
    page_language = negotiate_language(request, site)
    was = last_version_address(site, tombstone)
    picked = _negotiate(extension)
    media_type = picked.media_type
    if media_type is _DETAILS or media_type is media_types.JSON:
        body = _problem(tombstone, was, page_language.language)
        response = Response(body, _GONE_STATUS, content_type=PROBLEM)
    elif media_type is HTML:
        entity = tombstone.entity.removeprefix(site.release.base_iri)
        hits = suggest_things(site, entity, page_language, tombstone.replaced_by)
        near = site.pages.search.near(hits, page_language)
        page = site.pages.history.gone(tombstone, was, page_language, near)
        response = Response(page, _GONE_STATUS, content_type=HTML.content_type)
    elif media_type is MARKDOWN:
        body = _gone_text(tombstone, was)
        response = Response(body, _GONE_STATUS, content_type=MARKDOWN.content_type)
    else:
        release = site.release
        graph = serialise(tombstone.triples(), media_type, release.prefixes, release.context)
        graph = rewrite(graph, picked.name) if is_rewritten(picked.name) else graph
        response = Response(graph, _GONE_STATUS, content_type=picked.content_type)
    if media_type in (_DETAILS, HTML, media_types.JSON):
        response.headers["Content-Language"] = page_language.language
    links = [(name, 'rel="successor-version"') for name in tombstone.replaced_by]
    links += [(was, 'rel="predecessor-version"')] if was else []
    if links:
        response.headers["Link"] = join_links(links)
    response.headers["Cache-Control"] = "public, no-cache"
    set_vary(response, "Accept", "Accept-Language")
    return response
