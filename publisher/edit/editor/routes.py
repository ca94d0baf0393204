"""The routes of the editor: first page, forms, saving, and the site as it would be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory

from publisher.edit.editor import form_page
from publisher.edit.editor.actions import run_action
from publisher.edit.editor.checks import (
    FormErrors,
    StaleMention,
    apply_proposals,
    find_stale_mentions,
    new_violations,
    unchanged_sources,
)
from publisher.edit.editor.difference import FactChange, TermFormatter
from publisher.edit.editor.pages import EditorPages
from publisher.edit.editor.pending import PendingChanges, draft_triples, resolve_conflicts
from publisher.edit.editor.session import Draft, FieldChoices
from publisher.edit.fields import Form
from publisher.edit.statements import STATEMENT, SUBJECT
from publisher.errors import ChangeRefused, EditConflict, SourceError
from publisher.findings import Finding
from publisher.messages import LANGUAGES, in_language, translate
from publisher.quality.approval import check
from publisher.rdf import turtle
from publisher.rdf.text import fold
from publisher.render.values import sort_key


@dataclass(frozen=True)
class DraftDifference:
    """One draft on the page of the difference."""

    draft: Draft
    kind: str
    name: str
    differences: tuple[FactChange, ...]
    echoes: tuple[StaleMention, ...]
    unmoved: tuple[tuple[str, str], ...]
    errors: tuple[str, ...]


def saving_blueprint(editor: EditorPages) -> Blueprint:
    """Return the routes that lead to the files."""
    part = Blueprint("saving", __name__, url_prefix="/<any(sv, en):language>")

    @part.get("/review")
    def review(language: str) -> bytes:
        return _review(editor, language)

    @part.post("/save")
    def save(language: str) -> Response:
        return _save(editor, language)

    @part.post("/settle")
    def settle(language: str) -> Response:
        resolve_conflicts(
            editor.session, editor.work().clashes, mine=request.form.get("keep") == "mine"
        )
        return editor.sent_to("review")

    @part.post("/echo")
    def echo(language: str) -> Response:
        draft = editor.draft(request.form.get("key", ""))
        found = find_stale_mentions(editor.session.entries(draft), editor.session.choices())
        editor.session.put(replace(draft, pairs=apply_proposals(draft, found), is_kept=True))
        return editor.sent_to("review")

    @part.post("/forget")
    def forget(language: str) -> Response:
        for key in [request.form["key"]] if "key" in request.form else list(editor.session.drafts):
            editor.session.forget(key)
        return editor.sent_to("review" if editor.session.kept_drafts else "")

    @part.get("/look")
    def look(language: str) -> bytes:
        return _preview_page(editor, language)

    return part


def _preview_page(editor: EditorPages, language: str) -> bytes:
    """Return the page that shows a draft as the site would, and as Turtle."""
    draft = editor.draft(request.args.get("key", ""))
    work = editor.work(draft if draft.is_kept else None)
    written = ""
    if work.plan is not None:
        triples = draft_triples(work, draft.key, editor.session)
        written = turtle.write_turtle(triples, dict(editor.session.snapshot.sources.prefixes))
    return editor.render(
        "look.html",
        editor.session.name(draft, language) or translate("New entry", language),
        work=work if draft.is_kept else None,
        draft=draft,
        page=editor.preview().path_of(draft.iri),
        turtle=written,
    )


def _review(editor: EditorPages, language: str, stopped: tuple[Finding, ...] = ()) -> bytes:
    work = editor.work()
    findings = list(stopped) or editor.findings(work)
    choices = editor.session.choices()
    formatter = TermFormatter(choices, language)
    clashes = [
        FactChange(
            choices.name(clash.change.path, language),
            formatter.of(clash.change.old),
            formatter.of(clash.change.new),
        )
        for clash in work.clashes
    ]
    return editor.render(
        "review.html",
        translate("Review and save", language),
        work=work,
        changed=[_changed(editor, work, key, formatter, language) for key in work.drafts],
        clashes=clashes,
        refused=work.refused.in_language(language).splitlines() if work.refused else [],
        findings=[f for f in findings if f.severity.blocks],
        advice=[f for f in findings if not f.severity.blocks],
        about=lambda finding: _about(editor, finding, language),
        difference=work.plan.difference() if work.plan is not None else "",
        files=[file.name for file in work.plan.files] if work.plan is not None else [],
        has_problems=any(work.problems.values()),
        stopped=bool(stopped),
    )


def _changed(
    editor: EditorPages, work: PendingChanges, key: str, formatter: TermFormatter, language: str
) -> DraftDifference:
    session = editor.session
    draft = session.drafts[key]
    form = session.form(draft)
    entries = () if draft.is_removed else session.entries(draft)
    return DraftDifference(
        draft,
        in_language(form.names, language),
        _draft_name(editor, draft, language),
        tuple(formatter.differences(entries)),
        tuple(find_stale_mentions(entries, session.choices())),
        tuple(
            (in_language(each.names, language), ", ".join(map(formatter.value, sources)))
            for each, sources in unchanged_sources(entries, session.choices())
        ),
        tuple(in_language(problem.message, language) for problem in work.problems[key]),
    )


def _draft_name(editor: EditorPages, draft: Draft, language: str) -> str:
    """Return the name of a draft, or its kind while it has no name."""
    kind = in_language(editor.session.form(draft).names, language)
    return editor.session.name(draft, language) or translate("New: {kind}", language, kind=kind)


def _about(editor: EditorPages, finding: Finding, language: str) -> tuple[str, str]:
    """Return key and name of the draft or thing that a finding is about."""
    for draft in editor.session.kept_drafts:
        if draft.iri == finding.focus_node:
            return draft.key, _draft_name(editor, draft, language)
    snapshot, thing = editor.session.snapshot, finding.focus_node
    for subject in snapshot.inventory.properties.nodes(thing, SUBJECT):
        thing = subject
    name = editor.session.choices().name(thing, language)
    return (thing, name) if snapshot.form_of(thing) is not None else ("", name)


def _save(editor: EditorPages, language: str) -> Response:
    """Check everything, write the files that change, and tell what was written."""
    work = editor.work()
    if work.plan is None or work.clashes or any(work.problems.values()) or not work.drafts:
        return editor.sent_to("review")
    stopped = new_violations(work)
    if stopped:
        return Response(_review(editor, language, tuple(stopped)), 422)
    try:
        names = work.plan.write()
    except (ChangeRefused, SourceError) as error:
        editor.session.refresh(anyway=True)
        lines = error.in_language(language).splitlines()
        title = translate("Nothing was saved", language)
        page = editor.render("stopped.html", title, details=lines, work=editor.work())
        return Response(page, 409)
    saved = [_link(editor, key, language) for key in work.drafts]
    for key in list(editor.session.drafts):
        editor.session.forget(key)
    editor.session.refresh(anyway=True)
    title = translate("Saved", language)
    return Response(editor.render("saved.html", title, files=names, saved=saved))


def _link(editor: EditorPages, key: str, language: str) -> tuple[str, str]:
    draft = editor.session.drafts[key]
    name = editor.session.name(draft, language) or draft.iri
    return ("" if draft.is_removed else draft.iri), name


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
    part = Blueprint("lists", __name__, url_prefix="/<any(sv, en):language>")

    @part.get("/")
    def start(language: str) -> bytes:
        requested = request.args.get("q", "")[:200]
        choices = editor.session.choices()
        title = translate("Edit the data", language)
        listed = [
            _listed(editor, form, choices, language, requested) for form in _shown_forms(editor)
        ]
        listed = [each for each in listed if each.things or not requested]
        return editor.render("start.html", title, listed=listed, asked=requested)

    @part.post("/new")
    def new(language: str) -> Response:
        form = editor.form(request.form.get("class", ""))
        return editor.sent_to("thing", key=editor.session.start(form).key)

    @part.get("/check")
    def checked(language: str) -> bytes:
        title = translate("The check of all files", language)
        choices = editor.session.choices()
        by_thing: dict[str, list[Finding]] = defaultdict(list)
        for finding in check(editor.session.snapshot.sources):
            by_thing[finding.focus_node].append(finding)
        about = [
            (
                choices.name(thing, language) if thing else "",
                thing if editor.session.snapshot.form_of(thing) else "",
                findings,
            )
            for thing, findings in by_thing.items()
        ]
        return editor.render("check.html", title, about=about)

    return part


def _shown_forms(editor: EditorPages) -> list[Form]:
    """Return the forms, those with most fields first; what is edited inside others comes last."""
    snapshot = editor.session.snapshot
    forms = [form for form in snapshot.forms if form.class_iri != STATEMENT]
    return sorted(
        forms, key=lambda form: (snapshot.is_part(form), -len(form.fields), form.class_iri)
    )


def _listed(
    editor: EditorPages, form: Form, choices: FieldChoices, language: str, requested: str
) -> ClassListing:
    named = [(thing, choices.name(thing, language)) for thing in form.things]
    words = fold(requested).split()
    found = [
        (thing, name)
        for thing, name in named
        if all(word in fold(" ".join(_names(editor, thing))) for word in words)
    ]
    return ClassListing(
        form,
        in_language(form.names, language),
        sorted(found, key=lambda row: sort_key(row[1])),
        not editor.session.snapshot.is_part(form),
        len(found) > _LONGEST_LIST and not requested,
    )


def _names(editor: EditorPages, thing: str) -> list[str]:
    return [*editor.session.snapshot.inventory.names(thing).values(), thing.rpartition("/")[2]]


# The form of one thing: shown, sent, and looked at while somebody types.

# Inputs that steer the form and are no part of the thing.
_CONTROL_FIELDS = frozenset({"go", "revision", "slug"})


def form_blueprint(editor: EditorPages) -> Blueprint:
    """Return the routes of the forms."""
    part = Blueprint("forms", __name__, url_prefix="/<any(sv, en):language>")

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
        work = editor.work(draft)
        remarks = form_page.draft_errors(editor, draft, work)
        properties = _as_json(remarks, language)
        properties |= {"revision": draft.revision, "pending": len(work.drafts), "iri": draft.iri}
        return jsonify(properties), 200

    return part


def _pairs() -> list[tuple[str, str]]:
    return [(k, v) for k, v in request.form.items(multi=True) if k not in _CONTROL_FIELDS]


def _store_draft(editor: EditorPages, key: str) -> Draft:
    revision = request.form.get("revision", "0")
    number = int(revision) if revision.isdecimal() else -1
    return editor.session.store_inputs(key, _pairs(), number, request.form.get("slug", "").strip())


def _as_json(remarks: FormErrors, language: str) -> dict[str, object]:
    """Return what is wrong, by the id of the place that tells it."""
    errors = {
        start.replace(".", "-"): [
            in_language(t, language) for t in (*messages.errors, *messages.warnings)
        ]
        for start, messages in remarks.fields.items()
    }
    errors |= {
        name.replace(".", "-") + "v": [in_language(text, language) for text in messages]
        for name, messages in remarks.rows.items()
    }
    return {
        "errors": errors,
        "general": [in_language(text, language) for text in remarks.general.errors],
        "count": remarks.count,
        "summary": translate("To fix: {count}", language, count=remarks.count)
        if remarks.count
        else translate("Nothing to fix here.", language),
    }


# Pages as the site would show them, with its own stylesheet, below an address of the editor.

_SHARED = Path(str(files("publisher"))) / "serve" / "static"


def site_blueprint(editor: EditorPages) -> Blueprint:
    """Return the routes of the site to be."""
    part = Blueprint("site", __name__, url_prefix="/site")

    @part.get("/static/<path:name>")
    def static(name: str) -> Response:
        return send_from_directory(_SHARED, name)

    @part.get("/")
    @part.get("/<path:path>")
    def page(path: str = "") -> bytes:
        requested, number = request.args.get("lang", ""), request.args.get("incoming", "1")
        language = requested if requested in LANGUAGES else LANGUAGES[0]
        found = editor.preview().page(path, language, int(number) if number.isdecimal() else 1)
        if found is None:
            abort(404)
        return found

    return part
