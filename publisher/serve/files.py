"""Files of the release as they are: dumps with ranges, the JSON-LD context."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, send_file

from publisher import media_types
from publisher.release.model import CONTEXT, DUMPS
from publisher.serve.documents import keep
from publisher.serve.fields import validators
from publisher.serve.site import Site

_GZIP = "application/gzip"


def blueprint(site: Site) -> Blueprint:
    """Return the routes of files."""
    routes = Blueprint("files", __name__)

    @routes.get("/dump/<name>")
    def dump(name: str) -> Response:
        file = site.release.files.get(f"{DUMPS}/{name}")
        if file is None:
            abort(404)
        media_type = media_types.of_file(name)
        response = send_file(
            site.release.folder / file.name,
            mimetype=media_type.content_type if media_type else _GZIP,
            conditional=False,
            etag=file.sha256[:32],
            last_modified=site.release.published,
        )
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["Cache-Control"] = "public, no-cache"
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
        response.make_conditional(request, accept_ranges=True, complete_length=file.length)
        return response

    @routes.get(f"/{CONTEXT}")
    def context() -> Response:
        body = (site.release.folder / CONTEXT).read_bytes()
        response = Response(body, content_type=media_types.JSON_LD.content_type)
        validators(response, body, site.release.published)
        keep()
        return response

    return routes
