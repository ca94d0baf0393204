"""What another copy of the site fetches: every file of a release, byte for byte.

The manifest lists them; the store is not among them, since a copy makes it from the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Response, abort, send_file

from publisher.rdf import media_types
from publisher.release.manifest import read_files
from publisher.release.model import MANIFEST, StoredFile
from publisher.serve.files import in_parts
from publisher.serve.past import Past
from publisher.serve.site import Site
from publisher.system.cache import BoundedCache

_ANY = "application/octet-stream"


# The files of some releases, which never change.
_MOST_BYTES = 8 << 20
_known: BoundedCache[Path, Mapping[str, StoredFile]] = BoundedCache(_MOST_BYTES)


def _files(folder: Path) -> Mapping[str, StoredFile]:
    """Return the files of a release."""
    return _known.get(folder) or _known.keep(folder, read_files(folder / MANIFEST))


def blueprint(site: Site, past: Past) -> Blueprint:
    """Return the route of the files of releases."""
    routes = Blueprint("copies", __name__)
    releases = Path(site.config.releases)

    @routes.get("/release/<release>/file/<path:name>")
    def file(release: str, name: str) -> Response:
        kept = next((k for k in past.kept() if k.id == release), None)
        found = _files(releases / release).get(name) if kept else None
        if kept is None or found is None:
            abort(404)
        media_type = media_types.of_file(name)
        response = send_file(
            (releases / release / name).resolve(),
            mimetype=media_type.name if media_type else _ANY,
            conditional=False,
            etag=found.sha256[:32],
            last_modified=kept.published,
        )
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["Cache-Control"] = "public, no-cache"
        return in_parts(response, found.length)

    return routes
