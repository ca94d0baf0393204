"""Pages as the site would show them, with its own stylesheet, below an address of the editor."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_from_directory

from publisher.messages import LANGUAGES
from publisher.writing.editor.room import Room

_SHARED = Path(str(files("publisher"))) / "serve" / "static"


def blueprint(room: Room) -> Blueprint:
    """Return the routes of the site to be."""
    part = Blueprint("site", __name__, url_prefix="/site")

    @part.get("/static/<path:name>")
    def static(name: str) -> Response:
        return send_from_directory(_SHARED, name)

    @part.get("/")
    @part.get("/<path:path>")
    def page(path: str = "") -> bytes:
        asked, number = request.args.get("lang", ""), request.args.get("incoming", "1")
        language = asked if asked in LANGUAGES else LANGUAGES[0]
        found = room.preview().page(path, language, int(number) if number.isdecimal() else 1)
        if found is None:
            abort(404)
        return found

    return part
