"""The next table of a folder, in the browser: what differs first, questions, then the writing.

Behind the gate of the editor, as the mapping is: on this machine alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, request, send_from_directory

from publisher.edit.consequences import new_violations
from publisher.edit.editor.pages import LANGUAGE_PART
from publisher.edit.inventory import Inventory
from publisher.errors import NotApproved, PublisherError
from publisher.load.sources import Sources
from publisher.messages import LANGUAGES, in_language
from publisher.start.corrections import with_cells
from publisher.start.mapping import TableMapping
from publisher.start.mapping_editor import (
    PageRenderer,
    add_own_files,
    faults_view,
    one_by_one,
)
from publisher.start.raw_tables import RawTable
from publisher.start.renamed_columns import LikelyRename, likely_renames, renamed
from publisher.start.update import (
    Update,
    find_mapping,
    guessed_columns,
    plan_new_columns,
    plan_update,
    with_new_headings,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_SITE = Path(str(files("publisher.serve"))) / "static"
_MOST_SHOWN = 100


@dataclass(frozen=True)
class UpdateChoices:
    """What somebody says of the next table.

    Attributes:
        same: Headings of before whose columns are called something else now.
        takes_in: Whether columns that are new are taken in.
        removes: Whether things without a row go away.
    """

    same: frozenset[str] = frozenset()
    takes_in: bool = False
    removes: bool = False


@dataclass
class UpdateEditor:
    """The next table, what is said of it, and what it would change.

    Attributes:
        sources: The folder, as it is.
        mappings: All mappings of it.
        table: The table.
        choices: What somebody says of it.
        likely: Columns that seem to be called something else now.
        written: Names of the files that were written; None before that.
    """

    sources: Sources
    mappings: Sequence[TableMapping]
    table: RawTable
    choices: UpdateChoices = field(init=False)
    likely: Sequence[LikelyRename] = field(init=False)
    written: list[str] | None = None

    def __post_init__(self) -> None:
        """Look for columns that are called something else; they are taken for the same at first.

        Raises:
            UsageError: No mapping of the folder fits.
        """
        self.likely = likely_renames(Inventory(self.sources), self.mappings, self.table)
        self.choices = UpdateChoices(same=frozenset(pair.old for pair in self.likely))
        self.plan()

    def plan(self) -> Update:
        """Return what the table changes, as it is chosen.

        Raises:
            UsageError: No mapping of the folder fits.
            ChangeRefused: No file can hold the changes.
        """
        agreed, removes = self._agreed, self.choices.removes
        table = renamed(self.table, agreed)
        mapping = find_mapping(self.mappings, table)
        found = plan_update(self.sources, self.mappings, mapping, table, removes)
        found = replace(found, similar=())
        if self.choices.takes_in and found.fresh:
            fresh = found.fresh
            found = plan_new_columns(self.sources, self.mappings, mapping, table, fresh, removes)
        return with_new_headings(found, self.sources, agreed)

    def new_columns(self, language: str) -> list[str]:
        """Return a line for each column that is new: what it would become."""
        table = renamed(self.table, self._agreed)
        mapping = find_mapping(self.mappings, table)
        fresh = [heading for heading in table.headings if mapping.column(heading) is None]
        return guessed_columns(mapping, table, fresh, language) if fresh else []

    @property
    def _agreed(self) -> dict[str, str]:
        return {pair.old: pair.new for pair in self.likely if pair.old in self.choices.same}

    def correct(self, form: Mapping[str, str]) -> None:
        """Write cells anew: number of a row and heading, as the form names them."""
        cells = {}
        for name, cell in form.items():
            position, _, rest = name.partition(" ")
            row, _, heading = rest.partition(" ")
            if position == "0" and row.isdecimal() and heading in self.table.headings:
                cells[int(row), heading] = cell
        if cells:
            self.table = with_cells(self.table, cells)

    def write(self) -> None:
        """Write what the table changes.

        Raises:
            NotApproved: The check would find mistakes that are not there now.
            SourceError: A file cannot be written.
        """
        plan = self.plan().plan
        violations = new_violations(plan)
        if violations:
            raise NotApproved(violations)
        self.written = list(plan.write())


def update_app(editor: UpdateEditor, language: str) -> WSGIApplication:
    """Return the application with the pages of an update."""
    app, pages = Flask("publisher.start", static_folder=None), PageRenderer()
    app.config["MAX_CONTENT_LENGTH"] = 1 << 20
    add_own_files(app)

    @app.get("/")
    def begin() -> Response:
        best = request.accept_languages.best_match(LANGUAGES) or language
        return Response(status=303, headers={"Location": f"{request.script_root}/{best}/"})

    @app.get("/site/static/<path:name>")
    def site_file(name: str) -> Response:
        return send_from_directory(_SITE, name)

    @app.get(f"/{LANGUAGE_PART}/")
    def difference(language: str) -> bytes:
        return page(language)

    @app.post(f"/{LANGUAGE_PART}/")
    def choose(language: str) -> bytes | tuple[bytes, int]:
        form, before = request.form, editor.choices
        editor.choices = UpdateChoices(
            frozenset(form.getlist("same")), "takes_in" in form, "removes" in form
        )
        editor.correct(form)
        try:
            editor.plan()
        except PublisherError as error:  # without a column that stands for one, no mapping fits
            editor.choices = before
            return page(language, error.in_language(language)), 409
        try:
            if "write" in form:
                editor.write()
        except PublisherError as error:
            return page(language, error.in_language(language)), 409
        return page(language)

    def page(language: str, problem: str = "") -> bytes:
        if editor.written is not None:
            return pages.render("updated.html", language, names=editor.written)
        return pages.render(
            "update.html", language, problem=problem.splitlines(), **_view(editor, language)
        )

    return one_by_one(app)


def _view(editor: UpdateEditor, language: str) -> dict[str, object]:
    """Return what the page of the difference shows."""
    found, choices = editor.plan(), editor.choices
    asked = [
        (pair.old, pair.new, in_language(pair.reason, language), pair.old in choices.same)
        for pair in editor.likely
    ]
    return {
        "file": editor.table.file,
        "changed": found.changed[:_MOST_SHOWN],
        "new": list(found.new.values())[:_MOST_SHOWN],
        "gone": list(found.gone.values())[:_MOST_SHOWN],
        "counts": (len({each.thing for each in found.changed}), len(found.new), len(found.gone)),
        "asked": asked,
        "columns": editor.new_columns(language),
        "missing": found.missing,
        "choices": choices,
        "faults": faults_view([(editor.table, found.faults)], language)[:_MOST_SHOWN],
        "loses": any(not fault.is_kept for fault in found.faults),
        "differs": bool(found.plan.files),
        "most": _MOST_SHOWN,
    }
