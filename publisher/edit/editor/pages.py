"""What the pages of the editor share: session, templates, addresses, languages, preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, abort, request
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from publisher.edit.editor.pending import Draft, PendingChanges
from publisher.edit.editor.preview import Preview
from publisher.edit.editor.session import EditSession
from publisher.edit.fields import Form
from publisher.languages import BY_TAG, LANGUAGES, language_name
from publisher.messages import in_language, translate
from publisher.render.values import sentence_case


class EditorPages:
    """The session, its pages, and the preview of what is pending."""

    def __init__(self, session: EditSession, frame: EditorFrame) -> None:
        """Keep them; there is no preview yet."""
        self.session, self._frame = session, frame
        self._shown: tuple[PendingChanges, Preview] | None = None

    @property
    def pending(self) -> PendingChanges:
        """Return the drafts, and what they make of the sources."""
        return self.session.pending

    def context(self) -> PageContext:
        """Return where the request is."""
        language, _, page = request.path.removeprefix("/").partition("/")
        if language not in LANGUAGES:
            language, page = LANGUAGES[0], ""
        return PageContext(f"{request.script_root}/", language, page, request.query_string.decode())

    def render(
        self, template: str, title: str, pending: PendingChanges | None = None, **values: object
    ) -> bytes:
        """Return a page, with what every page says of the session.

        Args:
            template: Name of its template.
            title: Its title.
            pending: What it shows as pending, if that is not what the session has.
            values: What its template needs besides.
        """
        context, unread = self.context(), self.session.unread
        return self._frame.render(
            template,
            context,
            title=title,
            pending=len((pending or self.pending).changed),
            unread=unread.in_language(context.language).splitlines() if unread else [],
            **values,
        )

    def problem(self, details: list[str]) -> bytes:
        """Return a page that says what went wrong and what to do."""
        title = translate("This did not work", self.context().language)
        return self.render("problem.html", title, details=details)

    def preview(self) -> Preview:
        """Return the site as it would be; it is made again when something changes."""
        pending = self.pending
        if self._shown is None or self._shown[0] is not pending:
            host = f"http://{request.host}{request.script_root}/site/"
            after = pending.plan.after if pending.plan is not None else pending.snapshot.sources
            self._shown = (pending, Preview(after, host))
        return self._shown[1]

    def draft(self, key: str) -> Draft:
        """Return the draft of a key; without one the answer is 404."""
        draft = self.pending.open(key)
        if draft is None:
            abort(404)
        return draft

    def form(self, class_iri: str) -> Form:
        """Return the form of a class; without one the answer is 404."""
        form = self.pending.snapshot.form(class_iri)
        if form is None:
            abort(404)
        return form

    def sent_to(self, page: str, fragment: str = "", **parameters: str) -> Response:
        """Return the redirection that follows a form (RFC 9110, section 15.4.4)."""
        address = self.context().address(page, **parameters)
        return Response(status=303, headers={"Location": f"{address}{fragment}"})


# What surrounds the editor's pages: templates, addresses, the switch of languages.

# The beginning of the addresses of pages: one of the languages (a rule of Werkzeug).
LANGUAGE_PART = f"<any({', '.join(LANGUAGES)}):language>"


@dataclass(frozen=True)
class PageContext:
    """The page of the editor that is shown: address, language, parameters.

    Attributes:
        root: Path of the first page; ends with a slash.
        language: Language of the page.
        page: Path below root and language.
        query: Parameters of the address, as a text.
    """

    root: str
    language: str
    page: str = ""
    query: str = ""

    def address(self, page: str = "", **parameters: str) -> str:
        """Return the path of a page in the same language."""
        requested = urlencode({name: value for name, value in parameters.items() if value})
        return f"{self.root}{self.language}/{page}" + (f"?{requested}" if requested else "")

    def switches(self) -> list[tuple[str, str, str]]:
        """Return language, its name and address of this page in the others."""
        query = f"?{self.query}" if self.query else ""
        return [
            (other, BY_TAG[other].name, f"{self.root}{other}/{self.page}{query}")
            for other in LANGUAGES
            if other != self.language
        ]

    def values(self) -> dict[str, object]:
        """Return what every template of a window needs (``window.html``)."""
        return {
            "_": lambda message, **values: translate(message, self.language, **values),
            "language": self.language,
            "place": self,
            "address": self.address,
            "root": self.root,
        }


def window_templates(*packages: str) -> Environment:
    """Return the templates of packages, and what they share with the editor; they escape all."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in (*packages, "publisher.edit.editor")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class EditorFrame:
    """Renders the editor's templates; they escape everything."""

    def __init__(self, titles: Callable[[str], str]) -> None:
        """Prepare the templates; ``titles`` gives the name of the site in a language."""
        self._titles = titles
        self._environment = window_templates()
        self._environment.filters["sentence_case"] = sentence_case
        self._environment.filters["said_in"] = in_language

    def render(self, template: str, context: PageContext, *, title: str, **values: object) -> bytes:
        """Return a page.

        Args:
            template: Name of its template.
            context: Where it is.
            title: Its title.
            values: What its template needs besides.
        """
        language = context.language
        written = self._environment.get_template(template).render(
            **values,
            **context.values(),
            said=lambda text: in_language(text, language),
            tongue=lambda tag: sentence_case(language_name(tag, language)),
            title=title,
            site_name=self._titles(language),
        )
        return written.encode()
