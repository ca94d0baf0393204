"""From drafts to files: look at it, see the difference, save, or let it be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Response, request

from publisher.errors import ChangeRefused, SourceError
from publisher.findings import Finding
from publisher.messages import in_language, translate
from publisher.rdf import turtle
from publisher.writing.editor.checks import new_violations
from publisher.writing.editor.difference import Difference, Words
from publisher.writing.editor.drafts import Draft
from publisher.writing.editor.echoing import Echo, adopted, echoes, unmoved
from publisher.writing.editor.room import Room
from publisher.writing.editor.settling import settle_clashes
from publisher.writing.editor.work import Work, triples_of
from publisher.writing.statements import SUBJECT


@dataclass(frozen=True)
class Changed:
    """One draft on the page of the difference."""

    draft: Draft
    kind: str
    name: str
    differences: tuple[Difference, ...]
    echoes: tuple[Echo, ...]
    unmoved: tuple[tuple[str, str], ...]
    errors: tuple[str, ...]


def blueprint(room: Room) -> Blueprint:
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
        settle_clashes(room.desk, room.work().clashes, mine=request.form.get("keep") == "mine")
        return room.sent_to("review")

    @part.post("/echo")
    def echo(language: str) -> Response:
        draft = room.draft(request.form.get("key", ""))
        found = echoes(room.desk.entries(draft), room.desk.choices())
        room.desk.put(replace(draft, pairs=adopted(draft, found), is_kept=True))
        return room.sent_to("review")

    @part.post("/forget")
    def forget(language: str) -> Response:
        for key in [request.form["key"]] if "key" in request.form else list(room.desk.drafts):
            room.desk.forget(key)
        return room.sent_to("review" if room.desk.kept else "")

    @part.get("/look")
    def look(language: str) -> bytes:
        return _look(room, language)

    return part


def _look(room: Room, language: str) -> bytes:
    """Return the page that shows a draft as the site would, and as Turtle."""
    draft = room.draft(request.args.get("key", ""))
    work = room.work(draft if draft.is_kept else None)
    written = ""
    if work.plan is not None:
        triples = triples_of(work, draft.key, room.desk)
        written = turtle.write(triples, dict(room.desk.scene.sources.prefixes))
    return room.render(
        "look.html",
        room.desk.name(draft, language) or translate("New entry", language),
        work=work if draft.is_kept else None,
        draft=draft,
        page=room.preview().path_of(draft.iri),
        turtle=written,
    )


def _review(room: Room, language: str, stopped: tuple[Finding, ...] = ()) -> bytes:
    work = room.work()
    findings = list(stopped) or room.findings(work)
    choices = room.desk.choices()
    words = Words(choices, language)
    clashes = [
        Difference(
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


def _changed(room: Room, work: Work, key: str, words: Words, language: str) -> Changed:
    desk = room.desk
    draft = desk.drafts[key]
    form = desk.form(draft)
    entries = () if draft.is_removed else desk.entries(draft)
    return Changed(
        draft,
        in_language(form.names, language),
        _named(room, draft, language),
        tuple(words.differences(entries)),
        tuple(echoes(entries, desk.choices())),
        tuple(
            (in_language(each.names, language), ", ".join(map(words.value, sources)))
            for each, sources in unmoved(entries, desk.choices())
        ),
        tuple(in_language(problem.message, language) for problem in work.problems[key]),
    )


def _named(room: Room, draft: Draft, language: str) -> str:
    """Return what a draft is called; of what kind it is while it has no name."""
    kind = in_language(room.desk.form(draft).names, language)
    return room.desk.name(draft, language) or translate("New: {kind}", language, kind=kind)


def _about(room: Room, finding: Finding, language: str) -> tuple[str, str]:
    """Return key and name of the draft or thing that a finding is about."""
    for draft in room.desk.kept:
        if draft.iri == finding.focus_node:
            return draft.key, _named(room, draft, language)
    scene, thing = room.desk.scene, finding.focus_node
    for subject in scene.inventory.said.nodes(thing, SUBJECT):
        thing = subject
    name = room.desk.choices().name(thing, language)
    return (thing, name) if scene.form_of(thing) is not None else ("", name)


def _save(room: Room, language: str) -> Response:
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
        room.desk.refresh(anyway=True)
        told = error.in_language(language).splitlines()
        title = translate("Nothing was saved", language)
        page = room.render("stopped.html", title, details=told, work=room.work())
        return Response(page, 409)
    saved = [_link(room, key, language) for key in work.drafts]
    for key in list(room.desk.drafts):
        room.desk.forget(key)
    room.desk.refresh(anyway=True)
    title = translate("Saved", language)
    return Response(room.render("saved.html", title, files=names, saved=saved))


def _link(room: Room, key: str, language: str) -> tuple[str, str]:
    draft = room.desk.drafts[key]
    name = room.desk.name(draft, language) or draft.iri
    return ("" if draft.is_removed else draft.iri), name
