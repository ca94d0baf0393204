"""Addresses that lead elsewhere: parts of a document to the whole, what was replaced to what is."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from publisher.messages import LANGUAGES
from publisher.rdf.media_types import DOCUMENTS, HTML
from publisher.release.history.document_dates import read_rows
from publisher.release.model import GONE
from publisher.serve.export.offers import VARIANTS
from publisher.serve.export.walk import PROBLEM_EXTENSION, Wanted
from publisher.serve.gone import find_tombstone, replacement
from publisher.serve.problems import PROBLEM
from publisher.serve.site import Site

GRAVES = f"{VARIANTS}/gone"
Pair = tuple[str, str]


def path_of(site: Site, iri: str) -> str:
    """Return the path of an IRI below the base as it is asked for, without escapes."""
    return unquote(urlsplit(site.addresses.path(iri)).path)


def moved(site: Site) -> Iterator[Pair]:
    """Yield path of a thing that shares a document → address of the document."""
    for path, things in site.release.documents.items():
        document = site.release.base_iri + path
        for thing in things:
            alone = site.addresses.document_of(thing)
            if "#" in thing or alone == document:
                continue
            for name in dict.fromkeys((thing, alone)):
                yield path_of(site, name), site.addresses.on_site(document)


def replaced(site: Site) -> Iterator[Pair]:
    """Yield path of what has left → address of what replaced it."""
    for iri, path in _left(site):
        found = find_tombstone(site, path)
        for name in (iri, site.addresses.document_of(iri)):
            below = name.removeprefix(site.release.base_iri)
            there = replacement(site, found[0], below, None) if found else None
            if there:
                yield path_of(site, name), there


def _left(site: Site) -> Iterator[tuple[str, str]]:
    """Yield IRI and path (below the base) of every entity that has left."""
    for row in read_rows(site.release.folder / GONE):
        if site.addresses.holds(row[0]) and "#" not in row[0]:
            yield row[0], row[0].removeprefix(site.release.base_iri)


def graves(site: Site) -> Iterator[Wanted]:
    """Yield what answers for what has left and was not replaced: 410 in every form."""
    for iri, path in _left(site):
        found = find_tombstone(site, path)
        if found is None or replacement(site, found[0], path, None):
            continue
        place = path_of(site, site.addresses.document_of(iri))
        asked = urlsplit(site.addresses.path(site.addresses.document_of(iri))).path
        for media_type in DOCUMENTS[1:]:
            file = f"{GRAVES}{place}.{media_type.extension}"
            yield Wanted(asked, file, {"Accept": media_type.name}, 410)
        for language in LANGUAGES:
            for extension, accept in ((HTML.extension, HTML.name), (PROBLEM_EXTENSION, PROBLEM)):
                fields = {"Accept": accept, "Accept-Language": language}
                yield Wanted(asked, f"{GRAVES}/{language}{place}.{extension}", fields, 410)
