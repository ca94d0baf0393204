"""Every address of a site that can be a file, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from publisher.addresses import INDEX, with_parameters
from publisher.rdf.media_types import DOCUMENTS, GRAPHS, HTML, TURTLE, MediaType
from publisher.release.catalogue.sitemap import MOST_ADDRESSES, read_documents
from publisher.release.history.document_dates import read_rows
from publisher.release.model import CONTEXT, DUMPS, TOMBSTONES
from publisher.release.model import DOCUMENTS as DOCUMENT_LIST
from publisher.release.tables.table import METADATA
from publisher.render.catalogue_pages import ROWS
from publisher.render.concept_addresses import (
    below_path,
    branch_path,
    data_path,
    index_path,
    links_path,
)
from publisher.render.concept_lists import PAGE_SIZE
from publisher.render.developer_docs import DOCS
from publisher.render.frame import HOME_PICTURE, PICTURES
from publisher.render.ontology.term_index import ALL, TERMS_PARAMETER
from publisher.render.own_pages import FOLDER
from publisher.render.page_model import anchor_of
from publisher.render.tables.pages import PLACES, has_places
from publisher.serve.concepts import dump_of
from publisher.serve.documents import find_tombstone, replacement_address
from publisher.serve.export.rules import VARIANTS, VariantSet
from publisher.serve.feeds import OFFERED
from publisher.serve.problems import PROBLEM
from publisher.serve.site import Site

PROBLEMS_FOLDER = f"{VARIANTS}/problems"
PROBLEM_EXTENSION = "problem"
# It has views of its own.
_CATALOGUE = "catalog"


@dataclass(frozen=True)
class ExportRequest:
    """An answer that becomes a file.

    Attributes:
        path: What is asked for, with the query.
        file: Where the answer goes, relative to the root of the files; empty when no file can be
            found at this address.
        fields: Of the request.
        status: Which must come; with 200 an address that is not there is left out.
        method: Of the request.
    """

    path: str
    file: str
    fields: dict[str, str] = field(default_factory=dict)
    status: int = 200
    method: str = "GET"


def page_trees(site: Site) -> dict[str, tuple[str, dict[str, str]]]:
    """Return folder → query and fields with which its pages are asked for.

    The pages of the site's own language have the addresses themselves. Anyone who chose a language
    finds the choice in every link, so these are pages of their own.
    """
    default = site.config.language
    trees = {"": ("", {"Accept-Language": default})}
    for language in site.config.offered_languages:
        if language != default:
            trees[f"{VARIANTS}/{language}/"] = ("", {"Accept-Language": language})
        trees[f"{VARIANTS}/chosen/{language}/"] = (f"?lang={language}", {})
    return trees


def export_requests(site: Site, offers: Iterable[VariantSet]) -> Iterator[ExportRequest]:
    """Yield the requests for all files of an export, one after the other."""
    yield from _documents(site)
    yield from _tables(site)
    yield from concept_requests(site)
    yield from link_requests(site)
    yield from _fixed(site)
    yield from _static()
    yield from _problems(site, offers)


def _representations(
    site: Site, path: str, file: str, media_types: Iterable[MediaType], parameters: str = ""
) -> Iterator[ExportRequest]:
    """Yield a document in some media types, pages in every language; these with parameters."""
    for media_type in media_types:
        name = f"{file}.{media_type.extension}"
        fields = {"Accept": media_type.name}
        if media_type is not HTML:
            yield ExportRequest(path, name, fields)
            continue
        for tree, (query, spoken) in page_trees(site).items():
            url = with_parameters(f"{path}{query}", parameters)
            yield ExportRequest(url, f"{tree}{name}", fields | spoken)


def document_paths(site: Site) -> Iterator[str]:
    """Yield the path of every document below the base; the home page has none."""
    shared = set(site.release.documents)
    for path, _ in read_documents(site.release.folder / DOCUMENT_LIST):
        if path not in shared and path not in ("", _CATALOGUE):
            yield path
    yield from sorted(shared - {"", _CATALOGUE})


# What is in the name of a file as it is; in addresses of other letters escapes mean something.
_NAME = re.compile(r"(?:[A-Za-z0-9/:@!$&'()*+,;=~._ -]|[^\x00-\x7f])*")


def stored_name(path: str) -> str:
    """Return the name of the file that answers at a path, without the first slash.

    It is the path without escapes. Where these mean something (RFC 3986, section 2.2), it is the
    path as it is sent, letter for letter: ``a%2Fb`` is not in a folder ``a``.

    >>> stored_name("/doc/v%C3%A4nern"), stored_name("/doc/a%2Fb"), stored_name("/doc/%c3%a4")
    ('doc/vänern', 'doc/a%2Fb', 'doc/%c3%a4')
    """
    name = unquote(path)
    is_plain = _NAME.fullmatch(name) and quote(name, safe="/:@!$&'()*+,;=~-._") == path
    return (name if is_plain else path).removeprefix("/")


def _stem(site: Site, document: str) -> str:
    """Return the path of a document's files, without their extensions."""
    file = site.addresses.file_of(document, TURTLE.extension)
    return site.addresses.path(file).removesuffix(f".{TURTLE.extension}")


def _is_a_file(path: str) -> bool:
    """Tell whether a file can have an address: there are none with queries and empty folders."""
    return "?" not in path and "//" not in path and not path.startswith("/")


def _documents(site: Site) -> Iterator[ExportRequest]:
    # A file is asked for without a query, so it holds all terms of an ontology.
    divided = site.pages.divided_documents()
    for path in document_paths(site):
        document = site.release.base_iri + path
        if not _is_a_file(path):
            yield ExportRequest(site.addresses.path(document), "")
            continue
        stem = _stem(site, document)
        file = stored_name(stem)
        for media_type in DOCUMENTS:
            picked = f"{stem}.{media_type.extension}"
            whole = f"{TERMS_PARAMETER}={ALL}" if document in divided else ""
            yield from _representations(site, picked, file, [media_type], whole)
        yield from _linksets(stem, file)
        yield from _pictures(site, stem, file)
    yield from _pictures(site, f"/{HOME_PICTURE}", HOME_PICTURE)
    yield from _representations(site, "/", INDEX, DOCUMENTS if _has_root(site) else [HTML])
    if _has_root(site):
        yield from _linksets(f"/{INDEX}", INDEX)
    yield from _representations(site, f"/{_CATALOGUE}", _CATALOGUE, DOCUMENTS)
    yield from _linksets(f"/{_CATALOGUE}", _CATALOGUE)
    yield from _pictures(site, f"/{_CATALOGUE}", _CATALOGUE)


def _has_root(site: Site) -> bool:
    return site.documents.find("") is not None


def _linksets(path: str, file: str) -> Iterator[ExportRequest]:
    for extension in ("json", "txt"):
        yield ExportRequest(f"/linkset{path}.{extension}", f"linkset/{file}.{extension}")


def _pictures(site: Site, path: str, file: str) -> Iterator[ExportRequest]:
    """Yield the picture of a page in every language; pages without a name share the home page's."""
    for language in site.config.offered_languages:
        folder = f"{PICTURES}{language}"
        yield ExportRequest(f"/{folder}{path}.png", f"{folder}/{file}.png")


def _tables(site: Site) -> Iterator[ExportRequest]:
    yield from _representations(site, "/table/", f"table/{INDEX}", [HTML])
    for slug, table in site.pages.tables.tables.items():
        yield from _representations(site, f"/table/{slug}", f"table/{slug}", [HTML])
        places = (PLACES,) if has_places(table) else ()
        for extension in (*table.files, METADATA, *places):
            yield ExportRequest(f"/table/{slug}.{extension}", f"table/{slug}.{extension}")


def concept_requests(site: Site) -> Iterator[ExportRequest]:
    """Yield the lists, the branches and the whole of every concept scheme."""
    index, base_iri = site.pages.concepts, site.release.base_iri
    for scheme in index.schemes().values():
        slug = scheme.slug
        for language in scheme.languages or ("",):
            yield from _list_pages(site, [index_path(slug, language)])
            for letter, count in index.letters(scheme.iri, language).items():
                pages = range(1, _pages(count) + 1)
                yield from _list_pages(site, (index_path(slug, language, letter, n) for n in pages))
        yield from _below(site, slug, [(scheme.iri, scheme.tops), *index.branches(scheme.iri)])
        for name, _ in index.branches(scheme.iri):
            for language in site.config.offered_languages:
                path = f"/{branch_path(slug, language, name, base_iri)}"
                yield ExportRequest(path, stored_name(path))
        for media_type in GRAPHS:
            if not dump_of(site, scheme, media_type):
                path = f"/{data_path(slug, media_type.extension)}"
                yield ExportRequest(path, stored_name(path))
    yield from _below(site, "", index.branches(""))


def _below(site: Site, slug: str, names: Iterable[tuple[str, int]]) -> Iterator[ExportRequest]:
    for name, count in names:
        pages = range(1, _pages(count) + 1)
        base_iri = site.release.base_iri
        yield from _list_pages(site, (below_path(slug, name, base_iri, n) for n in pages))


def _list_pages(site: Site, paths: Iterable[str]) -> Iterator[ExportRequest]:
    for path in paths:
        yield from _representations(site, f"/{path}", stored_name(f"/{path}"), [HTML])


_HUBS_QUERY = """
SELECT ?thing WHERE {{ ?other ?property ?thing . FILTER(isIRI(?thing)) }}
GROUP BY ?thing HAVING (COUNT(*) > {most}) ORDER BY ?thing
"""


def link_requests(site: Site) -> Iterator[ExportRequest]:
    """Yield the further pages of what links to the things that much links to."""
    base_iri, divided = site.release.base_iri, site.pages.divided_documents()
    rows = site.engine.rows(_HUBS_QUERY.format(most=site.config.incoming_links))
    hubs = (row["thing"].value for row in rows)
    of_hubs = {site.addresses.document_of(name) for name in hubs if site.addresses.holds(name)}
    # The links to the parts of a document stand together.
    of_parts = {base_iri + path for path in site.release.documents}
    for name in sorted(of_hubs | of_parts):
        document, number = site.documents.look_up(name), 1
        while document is not None and document.iri != site.release.catalogue:
            description = site.documents.describe(document, number)
            if description is None or not site.pages.has_more_links(document, description):
                break
            number += 1
            path = f"/{links_path(document.iri, base_iri, number)}"
            whole = f"{TERMS_PARAMETER}={ALL}" if document.iri in divided else ""
            yield from _representations(site, path, stored_name(path), [HTML], whole)


def _pages(count: int) -> int:
    return -(-count // PAGE_SIZE)


def _fixed(site: Site) -> Iterator[ExportRequest]:
    """Yield what every site has once."""
    yield from _representations(site, "/void", "void", GRAPHS)
    yield ExportRequest("/catalog/dcat-ap-se.rdf", "catalog/dcat-ap-se.rdf")
    yield ExportRequest("/static/favicon.ico", "favicon.ico")
    for name in (CONTEXT, "robots.txt", ".well-known/api-catalog", "sitemap.xml"):
        yield ExportRequest(f"/{name}", name)
    documents = sum(1 for _ in read_documents(site.release.folder / DOCUMENT_LIST))
    for number in range(1, -(-documents // MOST_ADDRESSES) + 1):
        yield ExportRequest(f"/sitemap/{number}.xml", f"sitemap/{number}.xml")
    for name in sorted(site.release.files):
        if name.startswith(f"{DUMPS}/"):
            file = f"dump/{name.removeprefix(f'{DUMPS}/')}"
            yield ExportRequest(f"/{file}", file)
    for tree, (query, fields) in page_trees(site).items():
        yield ExportRequest(f"/feed.atom{query}", f"{tree}feed.atom", fields)
        rows = f"{_CATALOGUE}/{ROWS}"
        yield ExportRequest(f"/{rows}{query}", f"{tree}{rows}", fields)
    yield from _feeds(site)
    yield from _own_pages(site)
    yield from _representations(site, f"/{DOCS}", DOCS, [HTML])


def _own_pages(site: Site) -> Iterator[ExportRequest]:
    """Yield the publisher's own pages, in every language, and what they look like."""
    own = site.pages.own
    for name in own.pages:
        yield from _representations(site, f"/{FOLDER}{name}", f"{FOLDER}{name}", [HTML])
    if own.logo is not None:
        yield ExportRequest(f"/{FOLDER}logo", f"{FOLDER}logo")
    if own.colour:
        yield ExportRequest(f"/{FOLDER}colour.css", f"{FOLDER}colour.css")


def _feeds(site: Site) -> Iterator[ExportRequest]:
    for stream, pages in site.feeds.pages.items():
        feed_path = urlsplit(site.feeds.address(stream)).path
        paths = [feed_path, *(f"{feed_path}/{number}" for number in range(1, len(pages) + 1))]
        for path in paths:
            yield from _representations(site, path, path.removeprefix("/"), OFFERED)


def _static() -> Iterator[ExportRequest]:
    folder = Path(__file__).parents[1] / "static"
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = f"static/{path.relative_to(folder).as_posix()}"
            yield ExportRequest(f"/{name}", name)


def _problems(site: Site, offers: Iterable[VariantSet]) -> Iterator[ExportRequest]:
    """Yield what is answered when nothing fits, as a page and as problem details."""
    forms = {HTML.extension: HTML.name, PROBLEM_EXTENSION: PROBLEM}
    for language in site.config.offered_languages:
        for extension, accept in forms.items():
            fields = {"Accept": accept, "Accept-Language": language}
            folder = f"{PROBLEMS_FOLDER}/{language}"
            yield ExportRequest("/404", f"{folder}/404.{extension}", fields, 404)
            yield ExportRequest("/robots.txt", f"{folder}/405.{extension}", fields, 405, "POST")
            for offer in offers:
                if len(offer.media_types) > 1 and (
                    accept == PROBLEM or HTML not in offer.media_types
                ):
                    file = f"{folder}/406-{offer.name}.{extension}"
                    yield ExportRequest(offer.sample, file, fields, 406)
    yield ExportRequest("/404", "404.html", {"Accept": HTML.name}, 404)


# Addresses that lead elsewhere: parts of a document to the whole, what was replaced to what is.

GONE_FOLDER = f"{VARIANTS}/gone"
Pair = tuple[str, str]


def plain_path(site: Site, iri: str) -> str:
    """Return the path of an IRI below the base, unescaped; empty where its escapes mean something.

    File servers look redirects up by the path without escapes.
    """
    path = site.addresses.path(iri).partition("#")[0]
    name = stored_name(path)
    return f"/{name}" if "%" not in name and _is_a_file(name) else ""


def document_redirects(site: Site) -> Iterator[Pair]:
    """Yield path of a thing that shares a document → address of the document.

    And of a large scheme in a format → address of the file of its dataset.
    """
    for scheme in site.pages.concepts.schemes().values():
        for media_type in GRAPHS:
            if dump := dump_of(site, scheme, media_type):
                yield f"/{unquote(data_path(scheme.slug, media_type.extension))}", dump
    for address, document, _thing in _parts_of_documents(site):
        yield address, document


def places_in_documents(site: Site) -> Iterator[Pair]:
    """Yield path of a thing that shares a document → its place there, as a fragment.

    Readers are led to it; for programs a fragment would be a thing of its own.
    """
    for address, _document, thing in _parts_of_documents(site):
        yield address, f"#{anchor_of(thing)}"


def _parts_of_documents(site: Site) -> Iterator[tuple[str, str, str]]:
    """Yield path of a thing that shares a document, address of the document, and the thing."""
    for path, things in site.release.documents.items():
        document = site.release.base_iri + path
        for thing in things:
            alone = site.addresses.document_of(thing)
            if "#" in thing or alone == document or not site.addresses.holds(thing):
                continue  # named elsewhere, as files of others may be: not asked for here
            for name in dict.fromkeys((thing, alone)):
                if address := plain_path(site, name):
                    yield address, site.addresses.on_site(document), thing


def replacement_redirects(site: Site) -> Iterator[Pair]:
    """Yield path of what has left → address of what replaced it."""
    for iri, path in _departed(site):
        tombstone = find_tombstone(site, path)
        for name in (iri, site.addresses.document_of(iri)):
            below = name.removeprefix(site.release.base_iri)
            replacement = (
                replacement_address(site, tombstone[0], below, None) if tombstone else None
            )
            if replacement and (address := plain_path(site, name)):
                yield address, replacement


def _departed(site: Site) -> Iterator[tuple[str, str]]:
    """Yield IRI and path (below the base) of every entity that has left."""
    for row in read_rows(site.release.folder / TOMBSTONES):
        if site.addresses.holds(row[0]) and "#" not in row[0]:
            yield row[0], row[0].removeprefix(site.release.base_iri)


def gone_requests(site: Site) -> Iterator[ExportRequest]:
    """Yield what answers for what has left and was not replaced: 410 in every form."""
    for iri, path in _departed(site):
        tombstone = find_tombstone(site, path)
        if tombstone is None or replacement_address(site, tombstone[0], path, None):
            continue
        document = site.addresses.document_of(iri)
        requested = site.addresses.path(document)
        if not _is_a_file(document.removeprefix(site.release.base_iri)):
            yield ExportRequest(requested, "")
            continue
        address = f"/{stored_name(_stem(site, document))}"
        for media_type in DOCUMENTS[1:]:
            file = f"{GONE_FOLDER}{address}.{media_type.extension}"
            yield ExportRequest(requested, file, {"Accept": media_type.name}, 410)
        for language in site.config.offered_languages:
            for extension, accept in ((HTML.extension, HTML.name), (PROBLEM_EXTENSION, PROBLEM)):
                fields = {"Accept": accept, "Accept-Language": language}
                yield ExportRequest(
                    requested, f"{GONE_FOLDER}/{language}{address}.{extension}", fields, 410
                )
