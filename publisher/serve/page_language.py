"""Who a page is for: the language of the request."""

from __future__ import annotations

from flask import Request, Response

from publisher.addresses import LANGUAGE_PARAMETER
from publisher.messages import LANGUAGES
from publisher.rdf.media_types import HTML, choose_language
from publisher.render.pages import PageLanguage
from publisher.serve.headers import set_validators
from publisher.serve.site import Site


def negotiate_language(request: Request, site: Site) -> PageLanguage:
    """Return the page's language: by ``?lang=``, Accept-Language, or the setting."""
    chosen = request.args.get(LANGUAGE_PARAMETER, "")
    if chosen in LANGUAGES:
        return PageLanguage(chosen, chosen=True)
    default = site.config.language
    offered = (default, *(language for language in LANGUAGES if language != default))
    return PageLanguage(choose_language(request.headers.get("Accept-Language", ""), offered))


def set_content_language(response: Response, page_language: PageLanguage) -> None:
    """Say the language of an answer, and whether the request's field chose it.

    RFC 9110, sections 8.5 and 12.5.5.
    """
    response.headers["Content-Language"] = page_language.language
    if not page_language.chosen:
        response.vary.add("Accept-Language")


def page_response(site: Site, body: bytes, page_language: PageLanguage) -> Response:
    """Return a page of the release as an answer: with validators, and in its reader's language."""
    response = Response(body, content_type=HTML.content_type)
    set_validators(response, body, site.release.published)
    set_content_language(response, page_language)
    return response
