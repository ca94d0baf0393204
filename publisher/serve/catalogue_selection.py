"""What a request chooses of the datasets of the catalogue."""

from __future__ import annotations

from flask import request

from publisher.errors import QueryRefused
from publisher.render.catalogue_index import FACETS, MODIFIED, CatalogueIndex
from publisher.render.catalogue_pages import CatalogueView
from publisher.render.frame import PageLanguage
from publisher.render.tables.selection import Selection

_LONGEST_WORDS = 200
_MOST_VALUES = 100


def read_catalogue_view(index: CatalogueIndex, page_language: PageLanguage) -> CatalogueView:
    """Return the page of the list that a request means; what names no facet is left aside.

    Raises:
        QueryRefused: It is too long.
    """
    words = " ".join(request.args.get("q", "").split())
    filters = {
        column.name: tuple(
            dict.fromkeys(
                index.known_value(column, value)
                for value in request.args.getlist(column.name)
                if value
            )
        )
        for column in FACETS
    }
    if len(words) > _LONGEST_WORDS or sum(map(len, filters.values())) > _MOST_VALUES:
        raise QueryRefused(
            "The selection is too long: at most {length} characters and {count} values.",
            remedy="Choose less.",
            length=_LONGEST_WORDS,
            count=_MOST_VALUES,
        )
    page = request.args.get("page", "1")
    is_newest = request.args.get("sort") == f"-{MODIFIED}"
    choice = Selection(
        words=words,
        filters={name: values for name, values in filters.items() if values},
        sort=MODIFIED if is_newest else "",
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 9 else 0,
    )
    return CatalogueView(choice, page_language)
