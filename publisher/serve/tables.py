"""Tables: pages with filters and facets, and the same rows as CSV, workbook, GeoJSON or JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request

from publisher.errors import QueryLimitExceeded, QueryRefused
from publisher.messages import printable
from publisher.rdf import media_types
from publisher.rdf.media_types import CSV, GEOJSON, HTML, JSON, MediaType, negotiate
from publisher.release.manifest import as_json_text
from publisher.release.tables.files import csv_metadata
from publisher.release.tables.table import DATE, METADATA, NUMBER, Column, Table
from publisher.render.maps.live import table_places
from publisher.render.tables.descriptions import json_schema
from publisher.render.tables.json_rows import describe_columns, row_objects
from publisher.render.tables.pages import (
    BELOW,
    EXCLUDED,
    FROM,
    MOST_PLACES,
    PLACES,
    TableView,
    has_places,
)
from publisher.render.tables.selection import Selection
from publisher.serve import signposting
from publisher.serve.files import release_file_response
from publisher.serve.headers import join_links, named_file, set_validators, set_vary
from publisher.serve.page_language import negotiate_language, page_response
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site

LONGEST_WORDS = 200
# Extensions of what is made for a request; a table without one is negotiated.
_SCHEMA = "schema.json"
_MADE_FOR_REQUESTS = ("", HTML.extension, JSON.extension, METADATA, PLACES, _SCHEMA)
# Rows of a page as JSON: unless the request says otherwise, and at most.
JSON_ROWS, MOST_JSON_ROWS = 100, 1000
_MOST_VALUES = 100


def read_selection(table: Table) -> Selection:
    """Return what the request chooses of a table; what names no column is left aside.

    Raises:
        QueryRefused: It is too long.
    """
    words = request.args.get("q", "").strip()
    filters, excluded = (_chosen_values(table, before) for before in ("", EXCLUDED))
    chosen = sum(map(len, [*filters.values(), *excluded.values()]))
    if len(words) > LONGEST_WORDS or chosen > _MOST_VALUES:
        raise QueryRefused(
            "The selection is too long: at most {length} characters and {count} values.",
            remedy="Choose less.",
            length=LONGEST_WORDS,
            count=_MOST_VALUES,
        )
    missing = tuple(
        name for name in dict.fromkeys(request.args.getlist("missing")) if table.column(name)
    )
    sort = request.args.get("sort", "")
    name = sort.removeprefix("-")
    page = request.args.get("page", "1")
    return Selection(
        words=words,
        filters=filters,
        missing=missing,
        excluded=excluded,
        ranges=_chosen_ranges(table),
        sort=name if table.column(name) else "",
        descending=sort.startswith("-") and table.column(name) is not None,
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 9 else 0,
    )


def _chosen_values(table: Table, before: str) -> dict[str, tuple[str, ...]]:
    """Return column → the values that parameters give, whose names have something before it."""
    given = {c.name: request.args.getlist(before + c.name) for c in table.columns}
    chosen = {name: tuple(dict.fromkeys(filter(None, values))) for name, values in given.items()}
    return {name: values for name, values in chosen.items() if values}


def _chosen_ranges(table: Table) -> dict[str, tuple[str, str]]:
    """Return column of numbers or dates → the ends of the range that parameters give.

    Raises:
        QueryRefused: One is no number, or no year or day.
    """
    ranges = {}
    for column in table.columns:
        if column.kind not in (NUMBER, DATE):
            continue
        first, below = (_end(column, start + column.name) for start in (FROM, BELOW))
        if first or below:
            ranges[column.name] = (first, below)
    return ranges


def _end(column: Column, parameter: str) -> str:
    given = request.args.get(parameter, "").strip()
    # People write a comma where their language does.
    written = given.replace(",", ".") if column.kind == NUMBER else given
    form, example = (
        (r"[-+]?[0-9]{1,15}([.][0-9]{1,10})?", "12.5")
        if column.kind == NUMBER
        else (r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", "2025-01-31")
    )
    if written and not re.fullmatch(form, written):
        raise QueryRefused(
            "The parameter '{name}' is '{value}', and that is no end of a range.",
            remedy="Write it as {example}.",
            name=parameter,
            value=printable(given),
            example=example,
        )
    return written.removeprefix("+")


def _page(site: Site, table: Table, offered: tuple[MediaType, ...]) -> Response:
    page_language = negotiate_language(request, site)
    view = TableView(
        table, read_selection(table), tuple(request.args.getlist("column")), page_language
    )
    body = site.pages.tables.page(view, site.config.table_page_size, site.config.table_rows)
    if body is None:
        abort(404)
    response = page_response(site, body, page_language)
    query = view.query(is_file=True)
    links = [
        (_on_site(site, table, m.extension) + query, f'rel="alternate"; type="{m.name}"')
        for m in (*offered, JSON)
        if m is not HTML
    ]
    response.headers["Link"] = join_links(links)
    mark_cacheable()
    return response


def _on_site(site: Site, table: Table, extension: str = "") -> str:
    return site.addresses.on_site(site.pages.tables.address(table, extension))


def _file(site: Site, table: Table, media_type: MediaType) -> Response:
    """Return the rows that the request chooses as a file: the release's own, when it is that."""
    selection = read_selection(table)
    view = TableView(table, selection, (), negotiate_language(request, site))
    query = view.query(is_file=True)
    links = [(_on_site(site, table) + query, f'rel="alternate"; type="{HTML.name}"')]
    if media_type is CSV:
        described = _on_site(site, table, METADATA) + query
        links.append((described, 'rel="describedby"; type="application/csvm+json"'))
    if selection.is_stored:
        links += signposting.file_signposts(site, site.release.dataset(table.dataset))
        response = release_file_response(
            site, site.release.files[table.file(media_type.extension)], media_type.name, links
        )
    else:
        response = _generated_file(site, table, selection, media_type)
        response.headers["Link"] = join_links(links)
    response.headers["Content-Location"] = _on_site(site, table, media_type.extension) + query
    return response


def _generated_file(
    site: Site, table: Table, selection: Selection, media_type: MediaType
) -> Response:
    """Return a file made for the request.

    Raises:
        QueryLimitExceeded: It would have more rows than one may have.
    """
    most = site.config.table_rows
    with site.pages.tables.lines(table, negotiate_language(request, site).language) as table_reader:
        count = table_reader.count(selection)
        if count > most:
            raise QueryLimitExceeded(
                "The selection has {count} rows; a file made on demand has at most {most}.",
                limit="table_rows",
                remedy="Filter further, or take the whole table: {address}",
                count=count,
                most=most,
                address=_on_site(site, table, media_type.extension),
            )
        body = table_reader.file(selection, media_type, most)
    response = Response(body, content_type=media_type.content_type)
    set_validators(response, body, site.release.published)
    name = f"{table.slug}.{media_type.extension}"
    response.headers["Content-Disposition"] = named_file(name)
    set_vary(response, "Accept-Language")
    mark_cacheable()
    return response


def _json_size() -> int:
    """Return how many rows a page of JSON has.

    Raises:
        QueryRefused: That is no number from 1 to the most.
    """
    size = request.args.get("size", str(JSON_ROWS))
    if not (size.isascii() and size.isdecimal() and 1 <= int(size[:9]) <= MOST_JSON_ROWS):
        raise QueryRefused(
            "The parameter 'size' is '{size}'; a page of JSON has 1 to {most} rows.",
            remedy="Choose a number from 1 to {most}, and follow 'next' for more.",
            size=printable(size),
            most=MOST_JSON_ROWS,
        )
    return int(size)


def _neighbours(
    url: str, parameters: Sequence[tuple[str, str]], page: int, pages: int
) -> dict[str, str | None]:
    """Return the addresses of the pages around one; None for those that are not there."""

    def address(number: int) -> str | None:
        if not 1 <= number <= pages:
            return None
        written = urlencode([*parameters, *([("page", str(number))] if number > 1 else [])])
        return url + (f"?{written}" if written else "")

    return {
        "first": address(1),
        "previous": address(page - 1),
        "next": address(page + 1),
        "last": address(pages),
    }


def _json(site: Site, table: Table) -> Response:
    """Return a page of rows as JSON, with the addresses of its neighbours."""
    selection, size = read_selection(table), _json_size()
    reader = negotiate_language(request, site)
    with site.pages.tables.lines(table, reader.language) as table_reader:
        total = table_reader.count(selection)
        pages = max(1, -(-total // size))
        if not 1 <= selection.page <= pages:
            abort(404)
        offset = (selection.page - 1) * size
        rows = table_reader.read(selection, table.columns, size, offset, located=bool(table.chains))
    parameters = TableView(table, selection, (), reader).parameters(is_file=True)
    parameters += [("size", str(size))] if size != JSON_ROWS else []
    neighbours = _neighbours(
        _on_site(site, table, JSON.extension), parameters, selection.page, pages
    )
    body = as_json_text(
        {
            "table": _on_site(site, table),
            "class": table.class_iri,
            "titles": dict(table.titles),
            "release": site.release.id,
            "count": total,
            "page": selection.page,
            "pages": pages,
            "size": size,
            **neighbours,
            "columns": describe_columns(table),
            "rows": row_objects(table, rows),
        }
    ).encode()
    response = Response(body, content_type=JSON.content_type)
    set_validators(response, body, site.release.published)
    links = [(url, f'rel="{_RELATIONS[name]}"') for name, url in neighbours.items() if url]
    described = _on_site(site, table, METADATA)
    links.append((described, 'rel="describedby"; type="application/csvm+json"'))
    response.headers["Link"] = join_links(links)
    set_vary(response, "Accept-Language")
    mark_cacheable()
    return response


# Relations of pages that follow each other (RFC 8288; RFC 5005 says ``previous``, IANA ``prev``).
_RELATIONS = {"first": "first", "previous": "prev", "next": "next", "last": "last"}


def _places(site: Site, table: Table) -> Response:
    """Return where the things are that the request chooses, for the map of the page.

    They come from the release's GeoJSON, whose lines are features; the index says which are wanted.
    """
    if not has_places(table):
        abort(404)
    reader, selection = negotiate_language(request, site), read_selection(table)
    things = None
    if not selection.is_whole:
        with site.pages.tables.lines(table, reader.language) as table_reader:
            things = frozenset(table_reader.things(selection, MOST_PLACES))
    file = site.release.folder / site.release.files[table.file(GEOJSON.extension)].name
    with file.open(encoding="utf-8") as features:
        body = table_places(
            table,
            islice(features, MOST_PLACES + 1),
            things,
            reader.language,
            lambda name: site.addresses.path(site.addresses.document_of(name)),
        )
    response = Response(body, content_type=JSON.content_type)
    set_validators(response, body, site.release.published)
    set_vary(response, "Accept-Language")
    mark_cacheable()
    return response


def _metadata(site: Site, table: Table) -> Response:
    query = TableView(table, read_selection(table), (), negotiate_language(request, site)).query(
        is_file=True
    )
    body = as_json_text(csv_metadata(table, f"{table.slug}.csv{query}")).encode()
    response = Response(body, content_type="application/csvm+json")
    set_validators(response, body, site.release.published)
    mark_cacheable()
    return response


def _schema(site: Site, table: Table) -> Response:
    body = as_json_text(json_schema(table, _on_site(site, table, _SCHEMA))).encode()
    response = Response(body, content_type="application/schema+json")
    set_validators(response, body, site.release.published)
    mark_cacheable()
    return response


def blueprint(site: Site) -> Blueprint:
    """Return the routes of tables."""
    routes = Blueprint("tables", __name__)

    @routes.get("/table/")
    def index() -> Response:
        page_language = negotiate_language(request, site)
        mark_cacheable()
        return page_response(site, site.pages.tables.index(page_language), page_language)

    @routes.get("/table/<name>")
    def table(name: str) -> Response:
        slug, _, extension = name.partition(".")
        chosen_table = site.pages.tables.tables.get(slug)
        if chosen_table is None or extension not in (*chosen_table.files, *_MADE_FOR_REQUESTS):
            abort(404)
        if extension == _SCHEMA:
            return _schema(site, chosen_table)
        if extension == METADATA:
            return _metadata(site, chosen_table)
        if extension == PLACES:
            return _places(site, chosen_table)
        offered = (HTML, *(m for m in media_types.TABLES if m.extension in chosen_table.files))
        if extension:
            media_type = media_types.BY_EXTENSION[extension]
        else:
            accept = request.headers.get("Accept", "")
            names = [m.name for m in (*offered, JSON)]
            media_type = media_types.BY_NAME[negotiate(accept, names)]
        if media_type is JSON:
            response = _json(site, chosen_table)
        elif media_type is HTML:
            response = _page(site, chosen_table, offered)
        else:
            response = _file(site, chosen_table, media_type)
        if not extension:
            set_vary(response, "Accept")
        return response

    return routes
