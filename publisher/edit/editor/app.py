"""The editor as a WSGI application, its server, and who may speak to it."""

from __future__ import annotations

import logging
import secrets
import socket
import threading
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.serving import BaseWSGIServer, make_server

from publisher.bounds import DEFAULT_CHECK_LIMITS, CheckLimits
from publisher.edit.editor import routes
from publisher.edit.editor.pages import EditorFrame, EditorPages
from publisher.edit.editor.session import EditSession
from publisher.errors import PublisherError, SettingError
from publisher.messages import LANGUAGES, Text, text, translate
from publisher.rdf.subjects import pick_name

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


# A form of a thing with hundreds of values stays far below.
LARGEST_FORM = 8 << 20
_OWN = Path(str(files("publisher.edit.editor"))) / "static"


class Editor:
    """The application; requests wait for each other, since they share a session."""

    def __init__(
        self, folder: Path, base_iri: str, language: str, bounds: CheckLimits = DEFAULT_CHECK_LIMITS
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
        session = EditSession(folder, base_iri, bounds)

        def title(language: str) -> str:
            inventory = session.pending.snapshot.inventory
            return pick_name(
                inventory.names(base_iri) or inventory.names(f"{base_iri}catalog"), language
            )

        self._pages = EditorPages(session, EditorFrame(title))
        self._flask = create_flask(self._pages, language)
        self._lock = threading.Lock()

    def unsaved(self, language: str) -> list[str]:
        """Return what has been changed and not saved, by name."""
        pending = self._pages.pending
        return [pending.name(pending.drafts[key], language) or key for key in pending.changed]

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request, after those before it."""
        with self._lock:
            answer = self._flask.wsgi_app(environ, start)
            return [b"".join(answer)]


def create_flask(editor: EditorPages, language: str) -> Flask:
    """Return the Flask application of some pages."""
    app = Flask("publisher.edit.editor", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM

    @app.before_request
    def follow_the_disk() -> None:
        if "static" not in request.path:
            editor.session.refresh()

    @app.get("/")
    def begin() -> Response:
        best = request.accept_languages.best_match(LANGUAGES) or language
        return _request_target(f"{request.script_root}/{best}/")

    @app.get("/static/<path:name>")
    def own_file(name: str) -> Response:
        return send_from_directory(_OWN, name)

    app.register_blueprint(routes.list_blueprint(editor))
    app.register_blueprint(routes.form_blueprint(editor))
    app.register_blueprint(routes.saving_blueprint(editor))
    app.register_blueprint(routes.site_blueprint(editor.preview))
    _answer_errors(app, editor)
    app.after_request(_guard)
    return app


def _request_target(address: str) -> Response:
    return Response(status=303, headers={"Location": address})


def _guard(response: Response) -> Response:
    for name, value in FIELDS:
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-cache, private")
    return response


def _answer_errors(app: Flask, editor: EditorPages) -> None:
    @app.errorhandler(PublisherError)
    def refused(error: PublisherError) -> tuple[bytes, int]:
        context = editor.context()
        return editor.problem(error.in_language(context.language).splitlines()), 409

    @app.errorhandler(HTTPException)
    def not_found(error: HTTPException) -> tuple[bytes, int]:
        language = editor.context().language
        if isinstance(error, RequestEntityTooLarge):
            text = translate(
                "The form is larger than {most} MB. Go back with the browser's button: what you"
                " wrote is still there. Shorten it, and send it again.",
                language,
                most=LARGEST_FORM >> 20,
            )
        elif error.code == 404:
            text = translate(
                "There is no such page here. It may have been taken away, or not been saved.",
                language,
            )
        else:
            text = translate("The request cannot be understood. Go back, and try again.", language)
        return editor.problem([text]), error.code or 500


# The editor's server: on the loopback address, threads in one process, ended with Ctrl-C.

LOOPBACK = "127.0.0.1"


class EditorServer:
    """A server for one person: what it serves is behind a gate, and nobody else can reach it."""

    def __init__(self, application: WSGIApplication, port: int = 0) -> None:
        """Listen at a port of the loopback address; 0 takes one that is free.

        Raises:
            SettingError: Nothing can listen there.
        """
        self._server = _listen(self._answer, port)
        self.gate = AccessGuard(application, self._server.port)

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return self.gate(environ, start)

    def run(self) -> None:
        """Answer until ``close`` is called or the program is interrupted."""
        self._server.serve_forever()

    def close(self) -> None:
        """Stop answering, and let the port go."""
        self._server.shutdown()
        self._server.server_close()


def _listen(answer: Callable[..., Iterable[bytes]], port: int) -> BaseWSGIServer:
    # Each request would be a line in the terminal, with the secret in it.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        with socket.create_server((LOOPBACK, port)) as listening:
            return make_server(LOOPBACK, port, answer, threaded=True, fd=listening.fileno())
    except (OSError, OverflowError) as error:
        raise SettingError(
            "The editor cannot listen at port {port}.",
            remedy="Choose another --port, or leave it out: a free one is found.",
            port=port,
        ) from error


# Who may speak to the editor: the browser that knows its secret, on this machine, from its page.
#
# The secret is the first part of every address, so there is no cookie that a browser would send
# along by itself: a page of another site can neither read nor post anything here. What a browser
# tells of where a request comes from is checked all the same.

_METHODS = ("GET", "HEAD", "POST")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
FIELDS = (
    ("Content-Security-Policy", _POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
)


class AccessGuard:
    """A WSGI layer that refuses requests that do not come from the editor's browser."""

    def __init__(self, application: WSGIApplication, port: int) -> None:
        """Draw the secrets.

        Args:
            application: What answers; it is mounted below the secret.
            port: Where the server listens on the loopback address.
        """
        self._application = application
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._secret = secrets.token_urlsafe(32)
        # Other users of a machine see what a browser is started with, so that opens one door once.
        self._ticket = secrets.token_urlsafe(32)

    @property
    def address(self) -> str:
        """Return the address of the first page."""
        return f"http://{self._hosts[0]}/{self._secret}/"

    @property
    def door(self) -> str:
        """Return an address that leads to the first page once."""
        return f"http://{self._hosts[0]}/open/{self._ticket}"

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request, or refuse it."""
        refusal = self._refusal(environ)
        if refusal is not None:
            return _refuse(start, *refusal)
        first, _, rest = environ["PATH_INFO"].removeprefix("/").partition("/")
        if first == "open" and self._admit(rest):
            start("303 See Other", [("Location", self.address), *FIELDS])
            return [b""]
        if not _same(first, self._secret):
            return _refuse(
                start,
                "403 Forbidden",
                text(
                    "This address belongs to the editor of one person."
                    " Open the address that 'publisher edit' wrote in the terminal."
                ),
            )
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{first}"
        environ["PATH_INFO"] = f"/{rest}"
        return self._application(environ, start)

    def _admit(self, ticket: str) -> bool:
        if not _same(ticket, self._ticket):
            return False
        self._ticket = secrets.token_urlsafe(32)
        return True

    def _refusal(self, environ: WSGIEnvironment) -> tuple[str, Text] | None:
        """Return status and reason when a request is not to be let in, whatever it knows."""
        host, method = environ.get("HTTP_HOST", ""), environ["REQUEST_METHOD"]
        if host not in self._hosts:  # a foreign name that resolves to this machine
            return "403 Forbidden", text("The editor answers at 127.0.0.1 and localhost alone.")
        if method not in _METHODS:
            return "405 Method Not Allowed", text("The editor answers GET, HEAD and POST.")
        if method == "POST" and not _is_own(environ, host):
            reason = text("A page of another site sent this; nothing was changed.")
            return "403 Forbidden", reason
        return None


def _is_own(environ: WSGIEnvironment, host: str) -> bool:
    """Tell whether a form was sent by a page of the editor (Fetch: Origin, Sec-Fetch-Site)."""
    site = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
    return environ.get("HTTP_ORIGIN") == f"http://{host}" and site == "same-origin"


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())


def _refuse(start: StartResponse, status: str, reason: Text) -> Iterable[bytes]:
    body = "".join(f"{reason[language]}\n" for language in LANGUAGES).encode()
    start(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *FIELDS,
        ],
    )
    return [body]
