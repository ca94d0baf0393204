"""Who a page is for: the language of the request."""

from __future__ import annotations

from flask import Request, Response

from publisher.addresses import CONTENT_PARAMETER, LANGUAGE_PARAMETER
from publisher.languages import SOURCE_LANGUAGE, ReaderLanguage, is_language_tag
from publisher.rdf.media_types import HTML, accepted_languages, choose_language
from publisher.render.pages import PageLanguage
from publisher.serve.headers import set_validators
from publisher.serve.site import Site

_LONGEST_TAG = 40


def negotiate_language(request: Request, site: Site) -> PageLanguage:
    """Return the page's language: by ``?lang=``, Accept-Language, or the setting."""
    requested = request.args.get(LANGUAGE_PARAMETER, "")
    default, known = site.config.language, site.config.offered_languages
    offered = (default, *(language for language in known if language != default))
    accepted = request.headers.get("Accept-Language", "")
    is_chosen = requested in known
    spoken = requested if is_chosen else choose_language(accepted, offered)
    content = request.args.get(CONTENT_PARAMETER, "")
    content = content if is_language_tag(content) and len(content) < _LONGEST_TAG else ""
    # Anyone who chose a language in the address gets the same page with any fields.
    taken = [] if is_chosen else [tag.partition("-")[0] for tag in accepted_languages(accepted)]
    in_data = {tag.partition("-")[0] for tag in site.content_languages}
    own = next((tag for tag in taken if tag in in_data), "")
    # What has no text in the page's language is as English as it always was.
    others = [*taken, SOURCE_LANGUAGE, *site.content_languages]
    return PageLanguage(ReaderLanguage(spoken, others, content or own), is_chosen, content)


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
