"""The form of one thing: shown, sent, and looked at while somebody types."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from publisher.errors import EditedElsewhere
from publisher.messages import in_language, translate
from publisher.writing.editor import form_page
from publisher.writing.editor.actions import act
from publisher.writing.editor.drafts import Draft
from publisher.writing.editor.remarks import Remarks
from publisher.writing.editor.room import Room

# Inputs that steer the form and are no part of the thing.
_STEERING = frozenset({"go", "revision", "slug"})


def blueprint(room: Room) -> Blueprint:
    """Return the routes of the forms."""
    part = Blueprint("forms", __name__, url_prefix="/<any(sv, en):language>")

    @part.get("/thing")
    def shown(language: str) -> bytes:
        draft = room.draft(request.args.get("key", ""))
        return form_page.page(room, draft, language, checks="check" in request.args)

    @part.post("/thing")
    def sent(language: str) -> Response:
        draft = room.draft(request.args.get("key", ""))
        go = request.form.get("go", "review")
        try:
            if go not in ("forget", "remove"):
                draft = _keep(room, draft.key)
        except EditedElsewhere:
            return Response(form_page.compared(room, draft, _pairs(), language), 409)
        return act(room, draft, go, language)

    @part.post("/live")
    def live(language: str) -> tuple[Response, int]:
        draft = room.draft(request.args.get("key", ""))
        try:
            draft = _keep(room, draft.key)
        except EditedElsewhere as error:
            return jsonify({"stale": error.in_language(language)}), 409
        work = room.work(draft)
        remarks = form_page.remarks(room, draft, work)
        said = _as_json(remarks, language)
        said |= {"revision": draft.revision, "pending": len(work.drafts), "iri": draft.iri}
        return jsonify(said), 200

    return part


def _pairs() -> list[tuple[str, str]]:
    return [(k, v) for k, v in request.form.items(multi=True) if k not in _STEERING]


def _keep(room: Room, key: str) -> Draft:
    revision = request.form.get("revision", "0")
    number = int(revision) if revision.isdecimal() else -1
    return room.desk.keep(key, _pairs(), number, request.form.get("slug", "").strip())


def _as_json(remarks: Remarks, language: str) -> dict[str, object]:
    """Return what is wrong, by the id of the place that tells it."""
    errors = {
        start.replace(".", "-"): [in_language(t, language) for t in (*said.errors, *said.warnings)]
        for start, said in remarks.fields.items()
    }
    errors |= {
        name.replace(".", "-") + "v": [in_language(text, language) for text in said]
        for name, said in remarks.rows.items()
    }
    return {
        "errors": errors,
        "general": [in_language(text, language) for text in remarks.general.errors],
        "count": remarks.count,
        "summary": translate("To mend: {count}", language, count=remarks.count)
        if remarks.count
        else translate("Nothing to mend here.", language),
    }
