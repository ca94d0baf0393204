"""The page for developers, and every address of the site on it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request

from publisher.messages import LANGUAGES, translate
from publisher.query import result_formats
from publisher.rdf.media_types import ALL
from publisher.render.developer_docs import DOCS, AddressGroup, AddressView, ParameterView
from publisher.serve.offered_addresses import AddressRow, addresses_in
from publisher.serve.page_language import negotiate_language, page_response
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site

_GROUPS = {
    "data": "Things and the catalogue",
    "tables": "Tables",
    "queries": "Queries",
    "concepts": "Concepts",
    "files": "Files",
    "changes": "Changes",
    "releases": "Releases",
    "assistants": "Assistants",
    "site": "The site",
}
_LABELS = {
    media_type.name: media_type.label
    for media_type in (*(each.media_type for each in result_formats.ALL), *ALL)
}


def blueprint(site: Site) -> Blueprint:
    """Return the route of the page for developers."""
    routes = Blueprint("docs", __name__)

    @routes.get(f"/{DOCS}")
    def docs() -> Response:
        page_language = negotiate_language(request, site)
        groups = address_groups(page_language.language, site.config.offered_languages)
        main = site.markdown.main_class
        body = site.pages.developer_docs(groups, page_language, main.example if main else "")
        mark_cacheable()
        return page_response(site, body, page_language)

    return routes


def address_groups(language: str, languages: Sequence[str] = LANGUAGES) -> list[AddressGroup]:
    """Return every address as the page for developers shows it, by subject.

    Args:
        language: Of the page.
        languages: Those that the site offers pages in.
    """
    return [
        AddressGroup(
            translate(title, language),
            [_view(row, language) for row in addresses_in(languages) if row.tag == tag],
        )
        for tag, title in _GROUPS.items()
    ]


def _view(row: AddressRow, language: str) -> AddressView:
    return AddressView(
        row.path,
        row.about_in(language),
        [_LABELS.get(name, name) for name in row.offered],
        [ParameterView(each.name, each.about_in(language), each.values) for each in row.parameters],
        row.body,
    )
