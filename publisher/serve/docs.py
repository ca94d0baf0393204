"""The page for developers, and every address of the site on it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from publisher.render.developer_docs import DOCS
from publisher.serve.openapi import address_groups
from publisher.serve.page_language import negotiate_language, page_response
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site


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
