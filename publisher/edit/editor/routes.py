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


def saving_blueprint(room: EditorPages) -> Blueprint:
    """Return the routes that lead to the files."""
    part = Blueprint("saving", __name__, url_prefix="/<any(sv, en):language>")

    @part.get("/review")
    def review(language: str) -> bytes:
        return _review(room, language)

    @part.post("/save")
    def save(language: str) -> Response:
        return _save(room, language)

    @part.post("/settle")
    def settle(language: str) -> Response:
        resolve_conflicts(
            room.session, room.work().clashes, mine=request.form.get("keep") == "mine"
        )
        return room.sent_to("review")

    @part.post("/echo")
    def echo(language: str) -> Response:
        draft = room.draft(request.form.get("key", ""))
        found = find_stale_mentions(room.session.entries(draft), room.session.choices())
        room.session.put(replace(draft, pairs=apply_proposals(draft, found), is_kept=True))
        return room.sent_to("review")

    @part.post("/forget")
    def forget(language: str) -> Response:
        for key in [request.form["key"]] if "key" in request.form else list(room.session.drafts):
            room.session.forget(key)
        return room.sent_to("review" if room.session.kept_drafts else "")

    @part.get("/look")
    def look(language: str) -> bytes:
        return _preview_page(room, language)

    return part


def _preview_page(room: EditorPages, language: str) -> bytes:
    """Return the page that shows a draft as the site would, and as Turtle."""
    draft = room.draft(request.args.get("key", ""))
    work = room.work(draft if draft.is_kept else None)
    written = ""
    if work.plan is not None:
        triples = draft_triples(work, draft.key, room.session)
        written = turtle.write_turtle(triples, dict(room.session.snapshot.sources.prefixes))
    return room.render(
        "look.html",
        room.session.name(draft, language) or translate("New entry", language),
        work=work if draft.is_kept else None,
        draft=draft,
        page=room.preview().path_of(draft.iri),
        turtle=written,
    )


def _review(room: EditorPages, language: str, stopped: tuple[Finding, ...] = ()) -> bytes:
    work = room.work()
    findings = list(stopped) or room.findings(work)
    choices = room.session.choices()
    words = TermFormatter(choices, language)
    clashes = [
        FactChange(
            choices.name(clash.change.path, language),
            words.of(clash.change.old),
            words.of(clash.change.new),
        )
        for clash in work.clashes
    ]
    return room.render(
        "review.html",
        translate("Review and save", language),
        work=work,
        changed=[_changed(room, work, key, words, language) for key in work.drafts],
        clashes=clashes,
        refused=work.refused.in_language(language).splitlines() if work.refused else [],
        findings=[f for f in findings if f.severity.blocks],
        advice=[f for f in findings if not f.severity.blocks],
        about=lambda finding: _about(room, finding, language),
        difference=work.plan.difference() if work.plan is not None else "",
        files=[file.name for file in work.plan.files] if work.plan is not None else [],
        has_problems=any(work.problems.values()),
        stopped=bool(stopped),
    )


def _changed(
    room: EditorPages, work: PendingChanges, key: str, words: TermFormatter, language: str
) -> DraftDifference:
    desk = room.session
    draft = desk.drafts[key]
    form = desk.form(draft)
    entries = () if draft.is_removed else desk.entries(draft)
    return DraftDifference(
        draft,
        in_language(form.names, language),
        _draft_name(room, draft, language),
        tuple(words.differences(entries)),
        tuple(find_stale_mentions(entries, desk.choices())),
        tuple(
            (in_language(each.names, language), ", ".join(map(words.value, sources)))
            for each, sources in unchanged_sources(entries, desk.choices())
        ),
        tuple(in_language(problem.message, language) for problem in work.problems[key]),
    )


def _draft_name(room: EditorPages, draft: Draft, language: str) -> str:
    """Return what a draft is called; of what kind it is while it has no name."""
    kind = in_language(room.session.form(draft).names, language)
    return room.session.name(draft, language) or translate("New: {kind}", language, kind=kind)


def _about(room: EditorPages, finding: Finding, language: str) -> tuple[str, str]:
    """Return key and name of the draft or thing that a finding is about."""
    for draft in room.session.kept_drafts:
        if draft.iri == finding.focus_node:
            return draft.key, _draft_name(room, draft, language)
    scene, thing = room.session.snapshot, finding.focus_node
    for subject in scene.inventory.properties.nodes(thing, SUBJECT):
        thing = subject
    name = room.session.choices().name(thing, language)
    return (thing, name) if scene.form_of(thing) is not None else ("", name)


def _save(room: EditorPages, language: str) -> Response:
    """Check everything, write the files that change, and tell what was written."""
    work = room.work()
    if work.plan is None or work.clashes or any(work.problems.values()) or not work.drafts:
        return room.sent_to("review")
    stopped = new_violations(work)
    if stopped:
        return Response(_review(room, language, tuple(stopped)), 422)
    try:
        names = work.plan.write()
    except (ChangeRefused, SourceError) as error:
        room.session.refresh(anyway=True)
        told = error.in_language(language).splitlines()
        title = translate("Nothing was saved", language)
        page = room.render("stopped.html", title, details=told, work=room.work())
        return Response(page, 409)
    saved = [_link(room, key, language) for key in work.drafts]
    for key in list(room.session.drafts):
        room.session.forget(key)
    room.session.refresh(anyway=True)
    title = translate("Saved", language)
    return Response(room.render("saved.html", title, files=names, saved=saved))


def _link(room: EditorPages, key: str, language: str) -> tuple[str, str]:
    draft = room.session.drafts[key]
    name = room.session.name(draft, language) or draft.iri
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


def list_blueprint(room: EditorPages) -> Blueprint:
    """Return the routes of the lists."""
    part = Blueprint("lists", __name__, url_prefix="/<any(sv, en):language>")

    @part.get("/")
    def start(language: str) -> bytes:
        asked = request.args.get("q", "")[:200]
        choices = room.session.choices()
        title = translate("Edit the data", language)
        listed = [_listed(room, form, choices, language, asked) for form in _shown_forms(room)]
        listed = [each for each in listed if each.things or not asked]
        return room.render("start.html", title, listed=listed, asked=asked)

    @part.post("/new")
    def new(language: str) -> Response:
        form = room.form(request.form.get("class", ""))
        return room.sent_to("thing", key=room.session.start(form).key)

    @part.get("/check")
    def checked(language: str) -> bytes:
        title = translate("The check of all files", language)
        choices = room.session.choices()
        by_thing: dict[str, list[Finding]] = defaultdict(list)
        for finding in check(room.session.snapshot.sources):
            by_thing[finding.focus_node].append(finding)
        about = [
            (
                choices.name(thing, language) if thing else "",
                thing if room.session.snapshot.form_of(thing) else "",
                findings,
            )
            for thing, findings in by_thing.items()
        ]
        return room.render("check.html", title, about=about)

    return part


def _shown_forms(room: EditorPages) -> list[Form]:
    """Return the forms, those with most fields first; what is edited inside others comes last."""
    scene = room.session.snapshot
    forms = [form for form in scene.forms if form.class_iri != STATEMENT]
    return sorted(forms, key=lambda form: (scene.is_part(form), -len(form.fields), form.class_iri))


def _listed(
    room: EditorPages, form: Form, choices: FieldChoices, language: str, asked: str
) -> ClassListing:
    named = [(thing, choices.name(thing, language)) for thing in form.things]
    words = fold(asked).split()
    found = [
        (thing, name)
        for thing, name in named
        if all(word in fold(" ".join(_names(room, thing))) for word in words)
    ]
    return ClassListing(
        form,
        in_language(form.names, language),
        sorted(found, key=lambda row: sort_key(row[1])),
        not room.session.snapshot.is_part(form),
        len(found) > _LONGEST_LIST and not asked,
    )


def _names(room: EditorPages, thing: str) -> list[str]:
    return [*room.session.snapshot.inventory.names(thing).values(), thing.rpartition("/")[2]]


# The form of one thing: shown, sent, and looked at while somebody types.

# Inputs that steer the form and are no part of the thing.
_CONTROL_FIELDS = frozenset({"go", "revision", "slug"})


def form_blueprint(room: EditorPages) -> Blueprint:
    """Return the routes of the forms."""
    part = Blueprint("forms", __name__, url_prefix="/<any(sv, en):language>")

    @part.get("/thing")
    def shown(language: str) -> bytes:
        draft = room.draft(request.args.get("key", ""))
        return form_page.form_page(room, draft, language, checks="check" in request.args)

    @part.post("/thing")
    def sent(language: str) -> Response:
        draft = room.draft(request.args.get("key", ""))
        go = request.form.get("go", "review")
        try:
            if go not in ("forget", "remove"):
                draft = _store_draft(room, draft.key)
        except EditConflict:
            return Response(form_page.comparison_page(room, draft, _pairs(), language), 409)
        return run_action(room, draft, go, language)

    @part.post("/live")
    def live(language: str) -> tuple[Response, int]:
        draft = room.draft(request.args.get("key", ""))
        try:
            draft = _store_draft(room, draft.key)
        except EditConflict as error:
            return jsonify({"stale": error.in_language(language)}), 409
        work = room.work(draft)
        remarks = form_page.draft_errors(room, draft, work)
        said = _as_json(remarks, language)
        said |= {"revision": draft.revision, "pending": len(work.drafts), "iri": draft.iri}
        return jsonify(said), 200

    return part


def _pairs() -> list[tuple[str, str]]:
    return [(k, v) for k, v in request.form.items(multi=True) if k not in _CONTROL_FIELDS]


def _store_draft(room: EditorPages, key: str) -> Draft:
    revision = request.form.get("revision", "0")
    number = int(revision) if revision.isdecimal() else -1
    return room.session.store_inputs(key, _pairs(), number, request.form.get("slug", "").strip())


def _as_json(remarks: FormErrors, language: str) -> dict[str, object]:
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
        "summary": translate("To fix: {count}", language, count=remarks.count)
        if remarks.count
        else translate("Nothing to fix here.", language),
    }


# Pages as the site would show them, with its own stylesheet, below an address of the editor.

_SHARED = Path(str(files("publisher"))) / "serve" / "static"


def site_blueprint(room: EditorPages) -> Blueprint:
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
