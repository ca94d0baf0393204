"""The routes of the editor: first page, forms, saving, and the site as it would be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory

from publisher.edit.consequences import new_violations
from publisher.edit.editor import form_page
from publisher.edit.editor.actions import run_action
from publisher.edit.editor.checks import FormErrors, check_drafts, form_errors
from publisher.edit.editor.pages import LANGUAGE_PART, EditorPages
from publisher.edit.editor.pending import Draft, PendingChanges
from publisher.edit.editor.preview import Preview
from publisher.edit.editor.review import (
    clash_differences,
    draft_differences,
    find_stale_mentions,
    subject_of,
)
from publisher.edit.editor.snapshot import SourceSnapshot
from publisher.edit.fields import Form
from publisher.edit.statements import STATEMENT
from publisher.errors import ChangeRefused, EditConflict, SourceError
from publisher.findings import Finding
from publisher.messages import LANGUAGES, in_language, translate
from publisher.quality.approval import check
from publisher.rdf import turtle
from publisher.rdf.text import fold
from publisher.render.values import sort_key


def saving_blueprint(editor: EditorPages) -> Blueprint:
    """Return the routes that lead to the files."""
    part = Blueprint("saving", __name__, url_prefix=f"/{LANGUAGE_PART}")

    @part.get("/review")
    def review(language: str) -> bytes:
        return _review(editor, language)

    @part.post("/save")
    def save(language: str) -> Response:
        return _save(editor, language)

    @part.post("/settle")
    def settle(language: str) -> Response:
        editor.session.resolve_conflicts(mine=request.form.get("keep") == "mine")
        return editor.sent_to("review")

    @part.post("/echo")
    def echo(language: str) -> Response:
        draft = editor.draft(request.form.get("key", ""))
        pending = editor.pending
        mentions = find_stale_mentions(pending.entries(draft), pending.choices)
        editor.session.fill_in(draft.key, {each.input: each.proposal for each in mentions})
        return editor.sent_to("review")

    @part.post("/forget")
    def forget(language: str) -> Response:
        if "key" in request.form:
            editor.session.forget(request.form["key"])
        else:
            editor.session.forget_all()
        return editor.sent_to("review" if editor.pending.kept else "")

    @part.get("/look")
    def look(language: str) -> bytes:
        return _preview_page(editor, language)

    return part


def _preview_page(editor: EditorPages, language: str) -> bytes:
    """Return the page that shows a draft as the site would, and as Turtle."""
    draft = editor.draft(request.args.get("key", ""))
    pending = editor.pending.with_draft(draft) if draft.is_kept else editor.pending
    prefixes = dict(pending.snapshot.sources.prefixes)
    return editor.render(
        "look.html",
        pending.name(draft, language) or translate("New entry", language),
        draft=draft,
        page=editor.preview().path_of(draft.iri),
        turtle=turtle.write_turtle(pending.triples(draft), prefixes) if pending.plan else "",
    )


def _review(editor: EditorPages, language: str, stopped: tuple[Finding, ...] = ()) -> bytes:
    pending = editor.pending
    findings = list(stopped) or check_drafts(pending)
    return editor.render(
        "review.html",
        translate("Review and save", language),
        changed=draft_differences(pending, language),
        clashes=clash_differences(pending, language),
        refused=pending.refused.in_language(language).splitlines() if pending.refused else [],
        findings=[f for f in findings if f.severity.blocks],
        advice=[f for f in findings if not f.severity.blocks],
        about=lambda finding: subject_of(pending, finding, language),
        difference=pending.plan.difference() if pending.plan else "",
        files=[file.name for file in pending.plan.files] if pending.plan else [],
        has_problems=pending.has_problems,
        stopped=bool(stopped),
    )


def _save(editor: EditorPages, language: str) -> Response:
    """Check everything, write the files that change, and say what was written."""
    pending = editor.pending
    if pending.plan is None or pending.clashes or pending.has_problems or not pending.changed:
        return editor.sent_to("review")
    stopped = new_violations(pending.plan)
    if stopped:
        return Response(_review(editor, language, tuple(stopped)), 422)
    drafts = [pending.drafts[key] for key in pending.changed]
    try:
        names = editor.session.save()
    except (ChangeRefused, SourceError) as error:
        lines = error.in_language(language).splitlines()
        title = translate("Nothing was saved", language)
        return Response(editor.render("stopped.html", title, details=lines), 409)
    saved = [
        ("" if draft.is_removed else draft.iri, pending.name(draft, language) or draft.iri)
        for draft in drafts
    ]
    title = translate("Saved", language)
    return Response(editor.render("saved.html", title, files=names, saved=saved))


# The first page: what there is, what can be added, what waits to be saved; and the whole check.

# A longer list is folded.
_LONGEST_LIST = 30


@dataclass(frozen=True)
class ClassListing:
    """The things of a class, for the first page.

    Attributes:
        form: Of the class.
        name: What the class is called.
        things: IRI and name, sorted.
        may_add: Whether new ones can be added here, and not only to what they are parts of.
        is_long: Whether the list is folded.
    """

    form: Form
    name: str
    things: list[tuple[str, str]]
    may_add: bool
    is_long: bool


def list_blueprint(editor: EditorPages) -> Blueprint:
    """Return the routes of the lists."""
    part = Blueprint("lists", __name__, url_prefix=f"/{LANGUAGE_PART}")

    @part.get("/")
    def start(language: str) -> bytes:
        requested = request.args.get("q", "")[:200]
        pending, title = editor.pending, translate("Edit the data", language)
        forms = _shown_forms(pending.snapshot)
        listed = [_listed(pending, form, language, requested) for form in forms]
        listed = [each for each in listed if each.things or not requested]
        return editor.render("start.html", title, listed=listed, asked=requested)

    @part.post("/new")
    def new(language: str) -> Response:
        form = editor.form(request.form.get("class", ""))
        return editor.sent_to("thing", key=editor.session.start(form).key)

    @part.get("/check")
    def checked(language: str) -> bytes:
        title = translate("The check of all files", language)
        snapshot, choices = editor.pending.snapshot, editor.pending.choices
        by_thing: dict[str, list[Finding]] = defaultdict(list)
        for finding in check(snapshot.sources):
            by_thing[finding.focus_node].append(
                snapshot.messages.reworded(finding)
                if snapshot.form_of(finding.focus_node)
                else finding
            )
        about = [
            (
                choices.name(thing, language) if thing else "",
                thing if snapshot.form_of(thing) else "",
                findings,
            )
            for thing, findings in by_thing.items()
        ]
        return editor.render("check.html", title, about=about)

    return part


def _shown_forms(snapshot: SourceSnapshot) -> list[Form]:
    """Return the forms, those with most fields first; what is edited inside others comes last."""
    forms = [form for form in snapshot.forms if form.class_iri != STATEMENT]
    return sorted(
        forms, key=lambda form: (snapshot.is_part(form), -len(form.fields), form.class_iri)
    )


def _listed(pending: PendingChanges, form: Form, language: str, requested: str) -> ClassListing:
    words = fold(requested).split()
    inventory = pending.snapshot.inventory

    def is_found(thing: str) -> bool:
        names = fold(" ".join([*inventory.names(thing).values(), thing.rpartition("/")[2]]))
        return all(word in names for word in words)

    rows = [
        (thing, pending.choices.name(thing, language)) for thing in form.things if is_found(thing)
    ]
    rows = _told_apart(pending, rows, language)
    return ClassListing(
        form,
        in_language(form.names, language),
        sorted(rows, key=lambda row: sort_key(row[1])),
        not pending.snapshot.is_part(form),
        len(rows) > _LONGEST_LIST and not requested,
    )


def _told_apart(
    pending: PendingChanges, named: list[tuple[str, str]], language: str
) -> list[tuple[str, str]]:
    """Return things with names; where several have one, what each belongs to stands with it."""
    uses = Counter(name for _, name in named)

    def name_of(thing: str, name: str) -> str:
        if uses[name] == 1:
            return name
        owners = pending.snapshot.owners(thing)
        whole = pending.choices.name(owners[0][0], language) if owners else ""
        return f"{name} ({whole or thing.rpartition('/')[2]})"

    return [(thing, name_of(thing, name)) for thing, name in named]


# The form of one thing: shown, sent, and looked at while somebody types.

# Inputs that steer the form and are no part of the thing.
_CONTROL_FIELDS = frozenset({"go", "revision", "slug"})


def form_blueprint(editor: EditorPages) -> Blueprint:
    """Return the routes of the forms."""
    part = Blueprint("forms", __name__, url_prefix=f"/{LANGUAGE_PART}")

    @part.get("/thing")
    def shown(language: str) -> bytes:
        draft = editor.draft(request.args.get("key", ""))
        return form_page.form_page(editor, draft, language, checks="check" in request.args)

    @part.post("/thing")
    def sent(language: str) -> Response:
        draft = editor.draft(request.args.get("key", ""))
        go = request.form.get("go", "review")
        try:
            if go not in ("forget", "remove"):
                draft = _store_draft(editor, draft.key)
        except EditConflict:
            return Response(form_page.comparison_page(editor, draft, _pairs(), language), 409)
        return run_action(editor, draft, go, language)

    @part.post("/live")
    def live(language: str) -> tuple[Response, int]:
        draft = editor.draft(request.args.get("key", ""))
        try:
            draft = _store_draft(editor, draft.key)
        except EditConflict as error:
            return jsonify({"stale": error.in_language(language)}), 409
        pending = editor.pending.with_draft(draft)
        answer = _as_json(form_errors(pending, draft), language)
        answer |= {"revision": draft.revision, "pending": len(pending.changed), "iri": draft.iri}
        return jsonify(answer), 200

    return part


def _pairs() -> list[tuple[str, str]]:
    return [(k, v) for k, v in request.form.items(multi=True) if k not in _CONTROL_FIELDS]


def _store_draft(editor: EditorPages, key: str) -> Draft:
    revision = request.form.get("revision", "0")
    number = int(revision) if revision.isdecimal() else -1
    return editor.session.store_inputs(key, _pairs(), number, request.form.get("slug", "").strip())


def _as_json(draft_errors: FormErrors, language: str) -> dict[str, object]:
    """Return what is wrong, by the id of the place that tells it."""
    errors = {
        start.replace(".", "-"): [
            in_language(t, language) for t in (*messages.errors, *messages.warnings)
        ]
        for start, messages in draft_errors.fields.items()
    }
    errors |= {
        name.replace(".", "-") + "v": [in_language(text, language) for text in messages]
        for name, messages in draft_errors.rows.items()
    }
    return {
        "errors": errors,
        "general": [in_language(text, language) for text in draft_errors.general.errors],
        "count": draft_errors.count,
        "summary": translate("To fix: {count}", language, count=draft_errors.count)
        if draft_errors.count
        else translate("Nothing to fix here.", language),
    }


# Pages as the site would show them, with its own stylesheet, below an address of the editor.

_SHARED = Path(str(files("publisher"))) / "serve" / "static"


def site_blueprint(preview: Callable[[], Preview]) -> Blueprint:
    """Return the routes of the site as it would be.

    Args:
        preview: Returns the site for the request at hand.
    """
    part = Blueprint("site", __name__, url_prefix="/site")

    @part.get("/static/<path:name>")
    def static(name: str) -> Response:
        return send_from_directory(_SHARED, name)

    @part.get("/")
    @part.get("/<path:path>")
    def page(path: str = "") -> bytes:
        requested, number = request.args.get("lang", ""), request.args.get("incoming", "1")
        language = requested if requested in LANGUAGES else LANGUAGES[0]
        preview_page = preview().page(path, language, int(number) if number.isdecimal() else 1)
        if preview_page is None:
            abort(404)
        return preview_page

    return part
