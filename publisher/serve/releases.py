"""Every release that is kept: the list, reports, differences, and all addresses as they were."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from flask import Blueprint, Response, abort, request
from werkzeug.http import http_date

from publisher.rdf.media_types import HTML, JSON, negotiate
from publisher.release.manifest import read_manifest
from publisher.release.model import MANIFEST, REPORT, Release
from publisher.release.signature import PUBLIC_KEY, SIGNATURE
from publisher.render.history import MOST_SHOWN
from publisher.serve.archive import ReleaseArchive
from publisher.serve.differences import SpooledText
from publisher.serve.documents import redirect_to
from publisher.serve.headers import set_validators, set_vary, with_exact_date
from publisher.serve.memento import MementoAddresses, archived_response
from publisher.serve.page_language import negotiate_language
from publisher.serve.requested import requested_path
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site

RDF_PATCH = "application/rdf-patch"
_FOR_GOOD = "public, max-age=604800, immutable"
# A text that takes no more than this share of the memory for answers is kept there.
_SHARE = 16
_EXTENSIONS = {"html": HTML.name, "json": JSON.name, "rdfp": RDF_PATCH}


def _serialise(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _answer(site: Site, body: bytes, media_type: str, language: str = "") -> Response:
    """Return an answer that was negotiated."""
    content_type = HTML.content_type if media_type == HTML.name else media_type
    response = Response(body, content_type=content_type)
    set_validators(response, body, site.release.published)
    set_vary(response, "Accept")
    if language:
        response.headers["Content-Language"] = language
        set_vary(response, "Accept-Language")
    return response


def _negotiate(offered: Iterable[str], extension: str = "") -> str:
    return _EXTENSIONS[extension] if extension else negotiate(_accept(), list(offered))


def _accept() -> str:
    return request.headers.get("Accept", "")


def _listing(site: Site, archive: ReleaseArchive) -> Response:
    """Return the releases that are kept, the newest first."""
    clock, infos = MementoAddresses(site, archive), list(archive.list_releases())[::-1]
    if _negotiate([HTML.name, JSON.name]) == HTML.name:
        page_language = negotiate_language(request, site)
        return _answer(
            site,
            site.pages.history.releases(infos, page_language),
            HTML.name,
            page_language.language,
        )
    before = [release.id for release in infos[1:]] + [""]
    listed = [
        {
            "id": release.id,
            "published": release.published.isoformat(),
            "triples": release.triples,
            "current": release.is_current,
            "address": clock.memento(release, ""),
            "manifest": clock.memento(release, MANIFEST),
            "signature": clock.memento(release, SIGNATURE) if release.is_signed else None,
            "public_key": clock.memento(release, PUBLIC_KEY) if release.is_signed else None,
            "report": clock.memento(release, "report"),
            "differences": clock.memento(release, f"diff/{older}") if older else None,
        }
        for release, older in zip(infos, before, strict=True)
    ]
    return _answer(site, _serialise({"releases": listed}), JSON.name)


def _report(site: Site, archive: ReleaseArchive, name: str) -> Response:
    """Return what the check found when a release was made."""
    release = archive.release(name)
    if release is None:
        abort(404)
    written = (release.folder / REPORT).read_bytes()
    if _negotiate([HTML.name, JSON.name]) == JSON.name:
        return _answer(site, written, JSON.name)
    page_language = negotiate_language(request, site)
    reason = read_manifest(release.folder).loss_allowed
    page = site.pages.history.report(name, json.loads(written), reason, page_language)
    return _answer(site, page, HTML.name, page_language.language)


def _file(site: Site, archive: ReleaseArchive, name: str, file: str) -> Response:
    """Return the manifest of a release, its signature or the key of that, byte for byte."""
    path = Path(site.config.releases) / name / file
    if not archive.has(name) or not path.is_file():
        abort(404)
    body = path.read_bytes()
    content_type = JSON.name if file == MANIFEST else "text/plain;charset=utf-8"
    response = Response(body, content_type=content_type)
    set_validators(response, body, site.release.published)
    return response


def _difference(
    site: Site, archive: ReleaseArchive, names: tuple[str, str], extension: str
) -> Response:
    """Return what changed from the second release to the first."""
    new, old = archive.release(names[0]), archive.release(names[1])
    if new is None or old is None:
        abort(404)
    media_type = _negotiate(_EXTENSIONS.values(), extension)
    difference = archive.differences.find(old, new)
    if media_type != HTML.name:
        return _text(
            site, difference.json if media_type == JSON.name else difference.patch, media_type, new
        )
    page_language = negotiate_language(request, site)
    page = site.pages.history.difference(
        (old.id, new.id), difference.counts, difference.beginning(MOST_SHOWN), page_language
    )
    response = _answer(site, page, HTML.name, page_language.language)
    mark_cacheable()
    return response


def _text(site: Site, text: SpooledText, media_type: str, new: Release) -> Response:
    """Return a text of two releases: like these it never changes."""
    response = Response(text.chunks(), content_type=media_type)
    response.content_length = text.length
    response.set_etag(text.tag)
    response.headers["Last-Modified"] = http_date(new.published)
    response.headers["Cache-Control"] = _FOR_GOOD
    set_vary(response, "Accept")
    if text.length * _SHARE <= site.config.query_cache_mb << 20 and mark_cacheable():
        return response  # whole, whatever the client has: the layer in front compares
    response.make_conditional(with_exact_date(request.environ, response))
    response.headers.pop("Date", None)  # the server's own, as with every answer
    return response


def blueprint(site: Site, archive: ReleaseArchive) -> Blueprint:
    """Return the routes of releases."""
    routes = Blueprint("releases", __name__)
    clock = MementoAddresses(site, archive)

    @routes.get("/release")
    def releases() -> Response:
        return _listing(site, archive)

    @routes.get("/release/<name>/report")
    def report(name: str) -> Response:
        return _report(site, archive, name)

    @routes.get(f"/release/<name>/<any('{MANIFEST}', '{SIGNATURE}', '{PUBLIC_KEY}'):file>")
    def manifest(name: str, file: str) -> Response:
        return _file(site, archive, name, file)

    @routes.get("/release/<name>/diff/<other>", defaults={"extension": ""})
    @routes.get("/release/<name>/diff/<other>.<any(html, json, rdfp):extension>")
    def difference(name: str, other: str, extension: str) -> Response:
        return _difference(site, archive, (name, other), extension)

    @routes.route("/release/<name>/", defaults={"path": ""})
    @routes.route("/release/<name>/<all:path>")
    # Nothing else takes a POST, and what Allow lists is taken.
    @routes.post("/release/<name>/sparql", defaults={"path": "sparql"})
    @routes.post("/release/<name>/sparql/", defaults={"path": "sparql/"})
    @routes.post("/release/<name>/mcp", defaults={"path": "mcp"})
    @routes.post("/release/<name>/query/<all:path>")
    def as_it_was(name: str, path: str) -> Response:
        # ``path`` has lost its escapes, which tell one thing from another.
        response = archived_response(clock, archive, name, requested_path(skipped=2))
        if response is None:
            abort(404)
        if response.status_code == 200 and "ETag" in response.headers:
            mark_cacheable()
        return response

    return routes


# What a release of the past does not answer itself: the list of all releases is the site's.


def present_blueprint(site: Site) -> Blueprint:
    """Return the route that leads out of the past."""
    routes = Blueprint("elsewhere", __name__)

    @routes.get("/release")
    def releases() -> Response:
        return redirect_to(f"{site.present}release", 301)

    return routes
