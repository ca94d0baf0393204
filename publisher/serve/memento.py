"""Documents at a time of the past (Memento, RFC 7089), answered with 200 and never with 302."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from flask import Blueprint, Flask, Response, abort, request
from werkzeug.http import http_date

from publisher.addresses import split_file
from publisher.messages import translate
from publisher.rdf import media_types
from publisher.rdf.media_types import JSON, negotiate
from publisher.release.history.releases import ReleaseInfo, kept_until
from publisher.release.model import MANIFEST
from publisher.serve import problems
from publisher.serve.archive import ReleaseArchive, release_at
from publisher.serve.headers import join_links, set_validators, set_vary, with_exact_date
from publisher.serve.page_language import negotiate_language
from publisher.serve.queue import request_slot
from publisher.serve.requested import requested_path, requested_target, with_path
from publisher.serve.response_cache import instant_of
from publisher.serve.site import Site

LINK_FORMAT = "application/link-format"
_ORIGINAL = "publisher.original"
# PROV-AQ, section 3.1: what vouches for the release, and may be signed.
_MANIFEST_LINK = 'rel="http://www.w3.org/ns/prov#has_provenance"; type="application/json"'


def document_path(site: Site, target: str) -> str:
    """Return the path of the document that a request means, whatever extension it bears."""
    return _document_paths(site, target)[0]


def _document_paths(site: Site, target: str) -> list[str]:
    """Return the path of the document that a request means; all it may mean when it is not there.

    What has left is known to the releases of the past alone.
    """
    names, extension = split_file(target)
    is_picked = extension in media_types.PICKED
    tried = [target, *(reversed(names) if is_picked else ())]
    documents = [
        site.addresses.document_of(iri) for n in tried for iri in site.addresses.candidates(n)
    ]
    paths = [document.removeprefix(site.release.base_iri) for document in documents]
    listed = next((path for path in paths if site.last_modified.has(path)), None)
    if listed is not None:
        return [listed]
    # The version of an ontology and the distribution of a dataset are parts of another document.
    whole = next(filter(None, map(site.documents.find, tried)), None)
    return [whole.iri.removeprefix(site.release.base_iri)] if whole else paths


def _named_target(site: Site, path: str) -> str:
    """Return a path with the query of its document's name: other parameters choose a page of it."""
    name = document_path(site, f"{path}?{request.query_string.decode('utf-8', 'replace')}")
    query = name.partition("?")[2]
    return f"{path}?{query}" if query else path


def _is_original() -> bool:
    """Tell whether an address is of a document; all else has no past of its own."""
    return request.blueprint == "documents" or request.path.startswith("/catalog")


class MementoAddresses:
    """The addresses of one site at all times."""

    def __init__(self, site: Site, archive: ReleaseArchive) -> None:
        """Keep what links are made of."""
        self.site = site
        self._past = archive

    def _url(self, path: str) -> str:
        return self.site.addresses.on_site(self.site.release.base_iri + path)

    def original(self, path: str, query: str = "") -> str:
        """Return the address of a path now."""
        return self._url(path) + (f"?{query}" if query else "")

    def memento(self, info: ReleaseInfo, path: str) -> str:
        """Return the address of a path in a release."""
        return self._url(f"release/{info.id}/{path}")

    def time_map(self, path: str) -> str:
        """Return the address of the list of a path's mementos."""
        return self._url(f"timemap/{path}")

    def mementos(self, path: str) -> list[ReleaseInfo]:
        """Return the releases in which a path is, the oldest first."""
        lists = map(self._past.mementos, _document_paths(self.site, path))
        return next(filter(None, lists), [])

    def links(self, path: str) -> list[tuple[str, str]]:
        """Return the links of an original, which is its own TimeGate (RFC 7089, pattern 1.1)."""
        original = self.original(path)
        return [
            (original, 'rel="original timegate"'),
            (self.time_map(path), f'rel="timemap"; type="{LINK_FORMAT}"'),
        ]

    def memento_links(self, path: str, here: ReleaseInfo | None) -> list[tuple[str, str]]:
        """Return the links to the first, the last, the one before and the one after."""
        mementos = self.mementos(path)
        relations: dict[str, list[str]] = defaultdict(list)
        by_id = {info.id: info for info in mementos}
        positions = {"first": 0, "last": len(mementos) - 1}
        if here is not None:
            instants = [info.published for info in mementos]
            positions["prev"] = bisect_left(instants, here.published) - 1
            positions["next"] = bisect_right(instants, here.published)
        for relation, number in positions.items():
            if 0 <= number < len(mementos):
                relations[mementos[number].id].append(relation)
        return [
            (
                self.memento(by_id[name], path),
                f'rel="{" ".join([*relation_names, "memento"])}"; '
                f'datetime="{http_date(by_id[name].published)}"',
            )
            for name, relation_names in relations.items()
        ]


def read_accept_datetime(site: Site) -> datetime:
    """Return the instant of the Accept-Datetime field (RFC 7089, section 2.1.1)."""
    value = request.headers.get("Accept-Datetime", "")
    instant = instant_of(value)
    if instant is not None:
        return instant
    language = negotiate_language(request, site).language
    sentence = translate(
        "Accept-Datetime is '{value}', which is no date. Write it as in"
        " 'Thu, 31 May 2007 20:35:00 GMT', or leave the field out.",
        language,
        value=value[:100],
    )
    abort(problems.problem_response(site, 400, {}, [sentence]))


def archived_response(
    clock: MementoAddresses, archive: ReleaseArchive, name: str, path: str
) -> Response | None:
    """Return what a release of the past answers for a path; None when there is no such release."""
    here = next((info for info in archive.list_releases() if info.id == name), None)
    if here is None:
        return None
    # A path in WSGI is bytes that are written as Latin-1 (PEP 3333).
    marks: list[bool] = []
    bare = f"/{path}".encode().decode("latin-1")
    requested = with_path(request.environ, bare) | {_ORIGINAL: marks}
    response = Response.from_app(partial(archive.answer, name), requested)
    assert isinstance(response, Response)
    if response.status_code != 200:
        return response
    response.headers["Memento-Datetime"] = http_date(here.published)
    config = clock.site.config
    kept_to = kept_until(archive.list_releases(), here, config.keep_releases, config.keep_days)
    if kept_to is not None:
        response.headers["Sunset"] = http_date(kept_to)
    if marks:
        path = _named_target(clock.site, path)
        links = [*clock.links(path), *clock.memento_links(path, here)]
    else:
        links = [(clock.original(path, request.query_string.decode("latin-1")), 'rel="original"')]
    links.append((clock.memento(here, MANIFEST), _MANIFEST_LINK))
    fields = [join_links(links), response.headers.get("Link")]
    response.headers["Link"] = ", ".join(filter(None, fields))
    return response


def mark_originals(app: Flask) -> None:
    """Let a release of the past say which of its answers are documents, which have TimeMaps."""

    def mark(response: Response) -> Response:
        marks = request.environ.get(_ORIGINAL)
        if marks is not None and _is_original():
            marks.append(True)
        return response

    app.after_request(mark)


def follow_accept_datetime(app: Flask, site: Site, archive: ReleaseArchive) -> None:
    """Let every document answer as it was at a requested time, with 200 and its own address."""
    clock = MementoAddresses(site, archive)

    def travel() -> Response | None:
        if "Accept-Datetime" not in request.headers or not _is_original():
            return None
        path = requested_path()
        instant = read_accept_datetime(site)
        mementos = clock.mementos(requested_target())
        info = release_at(mementos, instant) if mementos else None
        if info is None:
            return None
        with request_slot(site):
            response = archived_response(clock, archive, info.id, path)
        if response is None:
            return None
        if response.status_code == 200 and "Content-Location" not in response.headers:
            response.headers["Content-Location"] = clock.memento(info, _named_target(site, path))
        set_vary(response, "Accept-Datetime")
        response.make_conditional(with_exact_date(request.environ, response))
        return response

    def point(response: Response) -> Response:
        if not _is_original() or "Memento-Datetime" in response.headers:
            return response
        set_vary(response, "Accept-Datetime")  # at things, too: where they lead depends on the time
        if response.status_code == 200:
            links = join_links(clock.links(_named_target(site, requested_path())))
            response.headers["Link"] = ", ".join(
                filter(None, [response.headers.get("Link"), links])
            )
        return response

    app.before_request(travel)
    app.after_request(point)


def _as_links(clock: MementoAddresses, path: str, mementos: Sequence[ReleaseInfo]) -> bytes:
    links = [
        (clock.original(path), 'rel="original timegate"'),
        (
            clock.time_map(path),
            f'rel="self"; type="{LINK_FORMAT}"; from="{http_date(mementos[0].published)}"; '
            f'until="{http_date(mementos[-1].published)}"',
        ),
    ]
    for number, info in enumerate(mementos):
        ends = ["first"] * (number == 0) + ["last"] * (number == len(mementos) - 1)
        relation = " ".join([*ends, "memento"])
        date = http_date(info.published)
        links.append((clock.memento(info, path), f'rel="{relation}"; datetime="{date}"'))
    return (join_links(links).replace(", <", ",\n<") + "\n").encode()


def _as_json(clock: MementoAddresses, path: str, mementos: Sequence[ReleaseInfo]) -> bytes:
    listed = [
        {"datetime": info.published.isoformat(), "uri": clock.memento(info, path)}
        for info in mementos
    ]
    time_map = {
        "original_uri": clock.original(path),
        "timegate_uri": clock.original(path),
        "timemap_uri": clock.time_map(path),
        "mementos": {"first": listed[0], "last": listed[-1], "list": listed},
    }
    return (json.dumps(time_map, ensure_ascii=False, indent=1) + "\n").encode()


def blueprint(site: Site, archive: ReleaseArchive) -> Blueprint:
    """Return the routes of TimeMaps."""
    routes = Blueprint("memento", __name__)
    clock = MementoAddresses(site, archive)

    @routes.get("/timemap/", defaults={"path": ""})
    @routes.get("/timemap/<all:path>")
    def time_map(path: str) -> Response:
        path = requested_target(skipped=1)
        mementos = clock.mementos(path)
        # Every release has a front page, whether or not its data say anything of the base.
        is_known = not path or site.documents.find(document_path(site, path)) is not None
        if not mementos or (not is_known and len(mementos) == len(archive.list_releases())):
            abort(404)
        media_type = negotiate(request.headers.get("Accept", ""), [LINK_FORMAT, JSON.name])
        write = _as_json if media_type == JSON.name else _as_links
        body = write(clock, path, mementos)
        response = Response(body, content_type=media_type)
        set_validators(response, body, mementos[-1].published)
        set_vary(response, "Accept")
        return response

    return routes
