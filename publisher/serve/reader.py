"""Who a page is for: the language of the request."""

from __future__ import annotations

from flask import Request

from publisher.messages import LANGUAGES
from publisher.negotiation import choose_language
from publisher.render.pages import Reader
from publisher.serve.site import Site

PARAMETER = "lang"


def reader_of(request: Request, site: Site) -> Reader:
    """Return the reader: by ``?lang=``, else by Accept-Language, else as the setting says."""
    chosen = request.args.get(PARAMETER, "")
    if chosen in LANGUAGES:
        return Reader(chosen, chosen=True)
    default = site.config.language
    offered = (default, *(language for language in LANGUAGES if language != default))
    return Reader(choose_language(request.headers.get("Accept-Language", ""), offered))
