"""Files of the release as they are: dumps with ranges, and every file for copies of the site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from flask import Blueprint, Response, abort, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from publisher.errors import NotAcceptable
from publisher.profiles.term_names import find_format
from publisher.rdf import media_types
from publisher.rdf.media_types import MediaType
from publisher.rdf.other_syntaxes import is_rewritten, rewrite
from publisher.release.catalogue.csv_metadata import METADATA_SUFFIX
from publisher.release.manifest import read_files
from publisher.release.model import CONTEXT, DUMPS, MANIFEST, StoredFile
from publisher.serve import signposting
from publisher.serve.archive import ReleaseArchive
from publisher.serve.documents import choose, redirect_to
from publisher.serve.headers import join_links, named_file, set_validators, with_exact_date
from publisher.serve.response_cache import asks_for_part, digest_field, is_known, mark_cacheable
from publisher.serve.site import Site
from publisher.system.cache import BoundedCache

DUMP_FOLDER = "dump"
# A file that takes no more than this share of the memory for answers is kept there.
_SHARE = 16
# How much of a longer one is read at a time: below what the C library maps for itself.
_CHUNK_BYTES = 128 << 10
_GZIP = "application/gzip"
# PROV-AQ, section 3.1: the manifest, which may be signed, names the digest of every file.
_HAS_PROVENANCE = "http://www.w3.org/ns/prov#has_provenance"


def file_response(response: Response, length: int) -> Response:
    """Return a file: whole, a range of it, or 304 (RFC 9110, section 14)."""
    requested = {
        n: v for n, v in request.environ.items() if n not in ("HTTP_RANGE", "HTTP_IF_RANGE")
    }
    requested = with_exact_date(requested, response)
    known = is_known(requested, response.headers["ETag"], response.headers["Last-Modified"])
    has_part = asks_for_part(
        request.environ, response.headers["ETag"], response.headers["Last-Modified"]
    )
    if has_part and not known:  # section 13.2.2: whether there is news is first
        requested["HTTP_RANGE"] = request.headers["Range"]
    try:
        response.make_conditional(requested, accept_ranges=True, complete_length=length)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    response.headers.pop("Date", None)  # the server's own, as with every answer
    return response


def _read_chunks(file: IO[bytes], _size: int) -> FileWrapper:
    return FileWrapper(file, _CHUNK_BYTES)


def release_file_response(
    site: Site, file: StoredFile, media_type: str, links: Iterable[tuple[str, str]]
) -> Response:
    """Return a file of the release, or the requested range of it."""
    request.environ["wsgi.file_wrapper"] = _read_chunks
    response = send_file(
        # Flask takes a relative path for one below the program's own folder.
        (site.release.folder / file.name).resolve(),
        mimetype=media_type,
        conditional=False,
        etag=file.sha256[:32],
        last_modified=site.release.published,
    )
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Repr-Digest"] = digest_field(bytes.fromhex(file.sha256))
    manifest = site.markdown.permalink(MANIFEST)
    links = [*links, (manifest, f'rel="{_HAS_PROVENANCE}"; type="{media_types.JSON.name}"')]
    response.headers["Link"] = join_links(links)
    name = file.name.rpartition("/")[2]
    response.headers["Content-Disposition"] = named_file(name)
    is_small = file.length * _SHARE <= site.config.cache_mb << 20
    if is_small and "Range" not in request.headers and mark_cacheable():
        return response  # whole, whatever the client has: the layer in front compares
    return file_response(response, file.length)


def blueprint(site: Site) -> Blueprint:
    """Return the routes of files."""
    routes = Blueprint("files", __name__)

    @routes.get(f"/{DUMP_FOLDER}/<name>")
    def dump(name: str) -> Response:
        file = site.release.files.get(f"{DUMPS}/{name}")
        if file is None:
            return _other_dump(site, name)
        dataset = name.removesuffix(".gz").rpartition(".")[0]
        if f"{DUMPS}/{dataset}.nq" not in site.release.files:
            return _published_file(site, file)
        media_type = media_types.media_type_of_file(name)
        links = signposting.file_signposts(site, site.release.dataset(dataset))
        return release_file_response(site, file, media_type.name if media_type else _GZIP, links)

    @routes.get(f"/{CONTEXT}")
    def context() -> Response:
        body = (site.release.folder / CONTEXT).read_bytes()
        response = Response(body, content_type=media_types.JSON_LD.content_type)
        set_validators(response, body, site.release.published)
        mark_cacheable()
        return response

    return routes


# More than this, which takes about a second, is not made anew for those who ask.
_MOST_REWRITTEN_BYTES = 16 << 20


def _other_dump(site: Site, name: str) -> Response:
    """Return a dump in a syntax that is made of its N-Quads; without an extension, lead to a file.

    Raises:
        NotAcceptable: No file fits, or there is too much to be made into another syntax.
    """
    dataset, _, extension = name.rpartition(".")
    made = media_types.PICKED.get(extension)
    quads = site.release.files.get(f"{DUMPS}/{dataset}.nq")
    if quads is not None and made is not None and is_rewritten(made.name):
        if quads.length > _MOST_REWRITTEN_BYTES:
            raise NotAcceptable("", [m.name for m in media_types.DUMPS], f".{extension}")
        return _rewritten(site, quads, made)
    if f"{DUMPS}/{name}.nq" not in site.release.files:
        abort(404)
    files = site.release.files
    there = [m for m in media_types.DUMPS if f"{DUMPS}/{name}.{m.extension}" in files]
    picked = choose(there)
    # A release of an older version has ``PREFIX``, which N3 has not; lines are both.
    kept = media_types.N_TRIPLES if picked.name in media_types.N3 else picked.media_type
    extension = kept.extension
    if is_rewritten(picked.name):
        extension = next(m.extension for m in media_types.OTHER_FILES if m.name == picked.name)
    address = f"{site.release.base_iri}{DUMP_FOLDER}/{name}.{extension}"
    return redirect_to(site.addresses.on_site(address), 303)


def _rewritten(site: Site, quads: StoredFile, made: MediaType) -> Response:
    """Return N-Quads of the release in a syntax that is made of them."""
    lines = (site.release.folder / quads.name).read_bytes()
    response = Response(rewrite(lines, made.name), content_type=made.content_type)
    set_validators(response, response.get_data(), site.release.published)
    return response


_CSVW = "application/csvm+json"
# A page or a picture with a script in it would run as one of the site's own.
_RUN_SCRIPTS = (
    "text/html",
    "image/svg+xml",
    "application/xhtml+xml",
    "application/xml",
    "text/xml",
)


def _published_file(site: Site, file: StoredFile) -> Response:
    """Return a file of the folder that the catalogue names, as whatever it is."""
    extension = file.name.rpartition(".")[2]
    media_type = find_format(extension).media_type or _OCTET_STREAM
    if file.name.endswith(METADATA_SUFFIX):
        media_type = _CSVW
    described = file.name + METADATA_SUFFIX
    links = []
    if described in site.release.files:
        # Relative to the file, wherever the site is.
        name = described.rpartition("/")[2]
        links = [(name, f'rel="describedby"; type="{_CSVW}"')]
    response = release_file_response(site, file, media_type, links)
    if media_type in _RUN_SCRIPTS or extension.lower() == "svg":
        name = file.name.rpartition("/")[2]
        response.headers["Content-Disposition"] = named_file(name, is_shown=False)
    return response


# What another copy of the site fetches: every file of a release, byte for byte.
#
# The manifest lists them; the store is not among them, since a copy makes it from the others.

_OCTET_STREAM = "application/octet-stream"

# The files of some releases, which never change.
_MOST_BYTES = 8 << 20
_file_lists: BoundedCache[Path, Mapping[str, StoredFile]] = BoundedCache(_MOST_BYTES)


def _files(folder: Path) -> Mapping[str, StoredFile]:
    """Return the files of a release."""
    return _file_lists.get(folder) or _file_lists.put(folder, read_files(folder / MANIFEST))


def copies_blueprint(site: Site, archive: ReleaseArchive) -> Blueprint:
    """Return the route of the files of releases."""
    routes = Blueprint("copies", __name__)
    releases = Path(site.config.releases)

    @routes.get("/release/<release>/file/<path:name>")
    def file(release: str, name: str) -> Response:
        info = next((k for k in archive.list_releases() if k.id == release), None)
        stored = _files(releases / release).get(name) if info else None
        if info is None or stored is None:
            abort(404)
        media_type = media_types.media_type_of_file(name)
        response = send_file(
            (releases / release / name).resolve(),
            mimetype=media_type.name if media_type else _OCTET_STREAM,
            conditional=False,
            etag=stored.sha256[:32],
            last_modified=info.published,
        )
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["Cache-Control"] = "public, no-cache"
        response.headers["Repr-Digest"] = digest_field(bytes.fromhex(stored.sha256))
        return file_response(response, stored.length)

    return routes
