"""The editor as a WSGI application: desk and pages, one request at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from publisher.bounds import DEFAULT_BOUNDS, Bounds
from publisher.errors import PublisherError
from publisher.messages import LANGUAGES, translate
from publisher.rdf.subjects import name_in
from publisher.writing.editor import form_routes, list_routes, saving_routes, site_routes
from publisher.writing.editor.desk import Desk
from publisher.writing.editor.frame import EditorFrame
from publisher.writing.editor.gate import FIELDS
from publisher.writing.editor.room import Room

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# A form of a thing with hundreds of values stays far below.
LARGEST_FORM = 8 << 20
_OWN = Path(str(files("publisher.writing.editor"))) / "static"


class Editor:
    """The application; requests wait for each other, since they share a desk."""

    def __init__(
        self, folder: Path, base_iri: str, language: str, bounds: Bounds = DEFAULT_BOUNDS
    ) -> None:
        """Read the sources.

        Args:
            folder: Of the sources.
            base_iri: Base of their names.
            language: Of the first page, when the browser's is not known.
            bounds: What checking one of their rules, queries or shapes may take.

        Raises:
            SourceError: They cannot be read.
        """
        desk = Desk(folder, base_iri, bounds)

        def title(language: str) -> str:
            said = desk.scene.inventory
            return name_in(said.names(base_iri) or said.names(f"{base_iri}catalog"), language)

        self._room = Room(desk, EditorFrame(title))
        self._flask = create_flask(self._room, language)
        self._lock = threading.Lock()

    def unsaved(self, language: str) -> list[str]:
        """Return what has been changed and not saved, by name."""
        desk = self._room.desk
        return [desk.name(desk.drafts[k], language) or k for k in self._room.work().drafts]

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request, after those before it."""
        with self._lock:
            answer = self._flask.wsgi_app(environ, start)
            return [b"".join(answer)]


def create_flask(room: Room, language: str) -> Flask:
    """Return the Flask application of a room."""
    app = Flask("publisher.writing.editor", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM

    @app.before_request
    def follow_the_disk() -> None:
        if "static" not in request.path:
            room.desk.refresh()

    @app.get("/")
    def begin() -> Response:
        chosen = request.accept_languages.best_match(LANGUAGES) or language
        return _sent_to(f"{request.script_root}/{chosen}/")

    @app.get("/static/<path:name>")
    def own_file(name: str) -> Response:
        return send_from_directory(_OWN, name)

    for part in (list_routes, form_routes, saving_routes, site_routes):
        app.register_blueprint(part.blueprint(room))
    _answer_errors(app, room)
    app.after_request(_guard)
    return app


def _sent_to(address: str) -> Response:
    return Response(status=303, headers={"Location": address})


def _guard(response: Response) -> Response:
    for name, value in FIELDS:
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-cache, private")
    return response


def _answer_errors(app: Flask, room: Room) -> None:
    @app.errorhandler(PublisherError)
    def told(error: PublisherError) -> tuple[bytes, int]:
        place = room.place()
        return room.problem(error.in_language(place.language).splitlines()), 409

    @app.errorhandler(HTTPException)
    def not_found(error: HTTPException) -> tuple[bytes, int]:
        language = room.place().language
        if isinstance(error, RequestEntityTooLarge):
            said = translate(
                "The form is larger than {most} MB. Go back with the browser's button: what you"
                " wrote is still there. Shorten it, and send it again.",
                language,
                most=LARGEST_FORM >> 20,
            )
        elif error.code == 404:
            said = translate(
                "There is no such page here. It may have been taken away, or not been saved.",
                language,
            )
        else:
            said = translate("The request cannot be understood. Go back, and try again.", language)
        return room.problem([said]), error.code or 500
