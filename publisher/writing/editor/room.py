"""What the routes of the editor share: the desk, the pages, the last preview."""

from __future__ import annotations

from flask import Response, abort, request

from publisher.findings import Finding
from publisher.messages import LANGUAGES, translate
from publisher.writing.editor.checks import check_around
from publisher.writing.editor.desk import Desk
from publisher.writing.editor.drafts import Draft
from publisher.writing.editor.frame import EditorFrame, Place
from publisher.writing.editor.preview import Preview
from publisher.writing.editor.work import Work, work_of
from publisher.writing.fields import Form


class Room:
    """Desk, pages, and the preview of what lies on the desk."""

    def __init__(self, desk: Desk, frame: EditorFrame) -> None:
        """Keep them; there is no preview yet."""
        self.desk, self._frame = desk, frame
        self._shown: tuple[object, Preview] | None = None

    def place(self) -> Place:
        """Return where the request is."""
        language, _, page = request.path.removeprefix("/").partition("/")
        if language not in LANGUAGES:
            language, page = LANGUAGES[0], ""
        return Place(f"{request.script_root}/", language, page, request.query_string.decode())

    def render(self, template: str, title: str, **values: object) -> bytes:
        """Return a page, with what every page tells of the desk.

        Args:
            template: Name of its template.
            title: Its title.
            values: What its template needs besides.
        """
        place = self.place()
        values.setdefault("work", None)
        work = values["work"] or self.work()
        assert isinstance(work, Work)
        unread = self.desk.unread
        return self._frame.render(
            template,
            place,
            title=title,
            pending=len(work.drafts),
            unread=unread.in_language(place.language).splitlines() if unread else [],
            **values,
        )

    def problem(self, details: list[str]) -> bytes:
        """Return a page that says what went wrong and what to do."""
        title = translate("This did not work", self.place().language)
        return self.render("problem.html", title, details=details)

    def work(self, also: Draft | None = None) -> Work:
        """Return what the drafts make of the sources."""
        return work_of(self.desk, also)

    def findings(self, work: Work) -> list[Finding]:
        """Return what is wrong around the drafts."""
        return check_around(work, self.desk.scene.around)

    def preview(self) -> Preview:
        """Return the site as it would be; it is made again when something changes."""
        work = self.work()
        sources = work.plan.after if work.plan is not None else self.desk.scene.sources
        mark = (self.desk.scene.signature, tuple((d.key, d.revision) for d in self.desk.kept))
        if self._shown is None or self._shown[0] != mark:
            host = f"http://{request.host}{request.script_root}/site/"
            self._shown = (mark, Preview(sources, host))
        return self._shown[1]

    def draft(self, key: str) -> Draft:
        """Return the draft of a key; without one the answer is 404."""
        draft = self.desk.open(key)
        if draft is None:
            abort(404)
        return draft

    def form(self, class_iri: str) -> Form:
        """Return the form of a class; without one the answer is 404."""
        form = self.desk.scene.form(class_iri)
        if form is None:
            abort(404)
        return form

    def sent_to(self, page: str, fragment: str = "", **parameters: str) -> Response:
        """Return the redirection that follows a form (RFC 9110, section 15.4.4)."""
        address = self.place().address(page, **parameters)
        return Response(status=303, headers={"Location": f"{address}{fragment}"})
