"""What assistants and other programs read first: the site, its schema and its addresses."""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort

from publisher.languages import SOURCE_LANGUAGE
from publisher.rdf.media_types import JSON, JSON_LD, MARKDOWN, MediaType
from publisher.rdf.subjects import pick_name
from publisher.release.manifest import as_json_text
from publisher.render.completion import completions
from publisher.render.datasets import DatasetRecord
from publisher.render.markdown import joined_names
from publisher.render.tables.descriptions import CroissantInput, croissant, data_package
from publisher.serve.address_examples import address_examples
from publisher.serve.headers import set_validators
from publisher.serve.openapi import describe_addresses
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site


def text_response(site: Site, body: bytes, media_type: MediaType = MARKDOWN) -> Response:
    """Return a text about the release, which is the same until the next one."""
    response = Response(body, content_type=media_type.content_type)
    set_validators(response, body, site.release.published)
    mark_cacheable()
    return response


def _openapi(site: Site) -> bytes:
    catalogued = site.pages.catalogued
    titles = {title.language or "": title.value for title in catalogued.site.titles}
    described = describe_addresses(
        joined_names(titles, site.release.base_iri),
        site.config.site_url,
        site.release.id,
        [name for record in catalogued.datasets.values() for name in record.licenses],
        site.config.offered_languages,
        address_examples(site),
    )
    # Not sorted: of several media types generated clients expect the first, which is what they get.
    return (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode()


def _package(site: Site) -> bytes:
    catalogued = site.pages.catalogued
    titles = {title.language or "": title.value for title in catalogued.site.titles}
    licences = dict.fromkeys(n for r in catalogued.datasets.values() for n in r.licenses)
    title = pick_name(titles, SOURCE_LANGUAGE) or site.release.base_iri
    tables = site.pages.tables.tables.values()
    return as_json_text(data_package(tables, site.release, title, list(licences))).encode()


def _croissant(site: Site, name: str) -> bytes | None:
    """Return a data set as Croissant; None for none of the release's."""
    if name not in site.release.datasets():
        return None
    dataset = site.release.dataset(name)
    record = site.pages.catalogued.datasets.get(dataset, DatasetRecord())
    titles, about = (
        {text.language or "": text.value for text in texts}
        for texts in (record.titles, record.descriptions)
    )
    tables = [
        (table, site.markdown.permalink(f"table/{table.slug}.csv"))
        for table in site.pages.tables.tables.values()
        if table.dataset == name
    ]
    described = CroissantInput(
        iri=dataset,
        address=site.addresses.on_site(dataset),
        title=pick_name(titles, SOURCE_LANGUAGE) or name,
        about=pick_name(about, SOURCE_LANGUAGE),
        licences=record.licenses,
        publisher="",
        tables=tables,
        citation=site.markdown.permalink(dataset.removeprefix(site.release.base_iri)),
    )
    return as_json_text(croissant(described, site.release)).encode()


def blueprint(site: Site) -> Blueprint:
    """Return the routes of what is read first."""
    routes = Blueprint("assistants", __name__)
    texts = site.markdown

    def answer(body: bytes | None) -> Response:
        return abort(404) if body is None else text_response(site, body)

    @routes.get("/llms.txt")
    def llms() -> Response:
        queries = list(site.queries.values())
        return text_response(site, texts.site_text(queries, texts.main_class))

    @routes.get("/schema.md")
    def schema() -> Response:
        return answer(texts.schema_text())

    @routes.get("/schema.<int:number>.md")
    def schema_part(number: int) -> Response:
        return answer(texts.schema_text(number))

    @routes.get("/schema/<name>.md")
    def schema_of_class(name: str) -> Response:
        return answer(texts.class_text(name))

    @routes.get("/schema/<name>.<int:number>.md")
    def schema_of_class_part(name: str, number: int) -> Response:
        return answer(texts.class_text(name, number))

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return text_response(site, _openapi(site), JSON)

    @routes.get("/completion.json")
    def completion() -> Response:
        offered = completions(texts.schema, site.release.prefixes, site.release.id)
        written = json.dumps(offered, ensure_ascii=False, separators=(",", ":"))
        return text_response(site, written.encode(), JSON)

    @routes.get("/datapackage.json")
    def package() -> Response:
        return text_response(site, _package(site), JSON)

    @routes.get("/croissant/<path:name>.json")
    def croissants(name: str) -> Response:
        body = _croissant(site, name)
        return abort(404) if body is None else text_response(site, body, JSON_LD)

    return routes
