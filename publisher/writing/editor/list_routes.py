"""The first page: what there is, what can be added, what waits to be saved; and the whole check."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from flask import Blueprint, Response, request

from publisher.findings import Finding
from publisher.messages import in_language, translate
from publisher.quality.approval import check
from publisher.rdf.text import folded
from publisher.render.values import sort_key
from publisher.writing.editor.choices import Choices
from publisher.writing.editor.room import Room
from publisher.writing.fields import Form
from publisher.writing.statements import STATEMENT

# A longer list is folded.
_LONGEST_LIST = 30


@dataclass(frozen=True)
class Listed:
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


def blueprint(room: Room) -> Blueprint:
    """Return the routes of the lists."""
    part = Blueprint("lists", __name__, url_prefix="/<any(sv, en):language>")

    @part.get("/")
    def start(language: str) -> bytes:
        asked = request.args.get("q", "")[:200]
        choices = room.desk.choices()
        title = translate("Edit the data", language)
        listed = [_listed(room, form, choices, language, asked) for form in _shown_forms(room)]
        listed = [each for each in listed if each.things or not asked]
        return room.render("start.html", title, listed=listed, asked=asked)

    @part.post("/new")
    def new(language: str) -> Response:
        form = room.form(request.form.get("class", ""))
        return room.sent_to("thing", key=room.desk.start(form).key)

    @part.get("/check")
    def checked(language: str) -> bytes:
        title = translate("The check of all files", language)
        choices = room.desk.choices()
        by_thing: dict[str, list[Finding]] = defaultdict(list)
        for finding in check(room.desk.scene.sources):
            by_thing[finding.focus_node].append(finding)
        about = [
            (
                choices.name(thing, language) if thing else "",
                thing if room.desk.scene.form_of(thing) else "",
                findings,
            )
            for thing, findings in by_thing.items()
        ]
        return room.render("check.html", title, about=about)

    return part


def _shown_forms(room: Room) -> list[Form]:
    """Return the forms, those with most fields first; what is edited inside others comes last."""
    scene = room.desk.scene
    forms = [form for form in scene.forms if form.class_iri != STATEMENT]
    return sorted(forms, key=lambda form: (scene.is_part(form), -len(form.fields), form.class_iri))


def _listed(room: Room, form: Form, choices: Choices, language: str, asked: str) -> Listed:
    named = [(thing, choices.name(thing, language)) for thing in form.things]
    words = folded(asked).split()
    found = [
        (thing, name)
        for thing, name in named
        if all(word in folded(" ".join(_names(room, thing))) for word in words)
    ]
    return Listed(
        form,
        in_language(form.names, language),
        sorted(found, key=lambda row: sort_key(row[1])),
        not room.desk.scene.is_part(form),
        len(found) > _LONGEST_LIST and not asked,
    )


def _names(room: Room, thing: str) -> list[str]:
    return [*room.desk.scene.inventory.names(thing).values(), thing.rpartition("/")[2]]
