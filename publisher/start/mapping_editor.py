"""The site as it would be, in the browser, with what each column becomes beside it.

Behind the gate of the editor: on this machine alone, below an address with a secret. The preview is
made of the first rows, so that it follows each choice at once; what is saved is made of all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, request, send_from_directory
from werkzeug.wsgi import ClosingIterator, FileWrapper

from publisher.edit.changes import FileChange, write_all
from publisher.edit.editor.app import FIELDS
from publisher.edit.editor.pages import LANGUAGE_PART, PageContext, window_templates
from publisher.edit.editor.preview import Preview
from publisher.edit.editor.routes import site_blueprint
from publisher.edit.init import (
    LICENCES,
    StartOptions,
    default_base,
    read_licence,
    refuse_wrong,
)
from publisher.errors import PublisherError
from publisher.load.sources import read_sources
from publisher.messages import LANGUAGES, in_language
from publisher.start import kinds
from publisher.start.corrections import cell_of, column_of, with_cells
from publisher.start.folder import FolderDraft, draft_folder, write_folder
from publisher.start.mapping import with_kind
from publisher.start.plain_words import UNSURE, becomes, details, fits
from publisher.start.raw_tables import RawTable
from publisher.start.row_values import CellFault
from publisher.start.specifications import fit_of, following
from publisher.start.table_guess import TableGuess

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# As many rows as a preview has: enough to see, few enough to follow a choice at once.
PREVIEW_ROWS = 60
_EDITOR = Path(str(files("publisher.edit.editor"))) / "static"
_OWN = Path(str(files("publisher.start"))) / "static"


@dataclass(frozen=True)
class SaveAnswers:
    """What somebody says when they save.

    Attributes:
        name: What the data are about.
        body: Who publishes.
        contact: Mail address for questions.
        base_iri: Base of the addresses; empty for one on the domain of the contact.
        licence: Short name or IRI of the licence.
    """

    name: str
    body: str
    contact: str
    base_iri: str
    licence: str


class MappingEditor:
    """Guesses that somebody changes, and the site that they make."""

    def __init__(
        self,
        guesses: Sequence[TableGuess],
        options: Callable[[SaveAnswers], StartOptions],
        answers: SaveAnswers,
        into: Path | None = None,
        thing: tuple[str, str] = ("", ""),
    ) -> None:
        """Keep the guesses.

        Args:
            guesses: What the tables are taken for.
            options: Answers → what is said of the data.
            answers: What is known of the answers already.
            into: Folder to write; None for one named like the data.
            thing: What a row of the only table is called, and its language; empty: as the table.
        """
        self.guesses, self.answers, self.into = list(guesses), answers, into
        self.thing = thing
        self.saved: Path | None = None
        self._options = options
        self._preview: tuple[str, Preview, str] | None = None

    def choose(self, table: int, column: int, kind: str) -> None:
        """Take a column for something else."""
        self.guesses[table] = with_kind(self.guesses[table], column, kind)
        self._preview = None

    def follow(self, table: int, specification: str) -> None:
        """Say that the data of a table follow a specification; empty: none."""
        self.guesses[table] = following(self.guesses[table], specification)
        self._preview = None

    def preview(self, host: str) -> Preview:
        """Return the site as it would be, at an address."""
        return self._shown(host)[1]

    def turtle(self, host: str) -> str:
        """Return what the first row becomes, as linked data."""
        return self._shown(host)[2]

    def _shown(self, host: str) -> tuple[str, Preview, str]:
        if self._preview is None or self._preview[0] != host:
            few = [
                replace(g, table=replace(g.table, rows=g.table.rows[:PREVIEW_ROWS]))
                for g in self.guesses
            ]
            options = self._options(
                replace(
                    self.answers,
                    body=self.answers.body or "…",
                    contact=self.answers.contact or "info@example.org",
                )
            )
            draft = draft_folder(options, few, *self.thing)
            with TemporaryDirectory(prefix="publisher-") as temporary:
                folder = Path(temporary)
                made = [FileChange(n, folder / n, None, t) for n, t in draft.texts.items()]
                write_all(folder, made)
                sources = read_sources(folder, options.base_iri)
                shown = Preview(sources, host)
            file = f"data/{options.dataset}/{draft.mappings[0].kind}.ttl"
            data = draft.texts.get(file, "")
            self._preview = (host, shown, "\n\n".join(data.split("\n\n")[:2]))
        return self._preview

    def draft(self, answers: SaveAnswers) -> FolderDraft:
        """Return the folder as it would be written.

        Raises:
            UsageError: Something of the answers cannot be so.
        """
        self.answers = answers
        options = self._options(answers)
        refuse_wrong(options, self.into or Path(options.dataset))
        return draft_folder(options, self.guesses, *self.thing)

    def write(self, draft: FolderDraft) -> Path:
        """Write a folder; return where it is.

        Raises:
            SourceError: A file cannot be written.
        """
        folder = self.into or Path(draft.start.dataset)
        write_folder(draft, folder)
        self.saved = folder
        return folder

    def correct(self, written: Mapping[tuple[int, int, str], str]) -> None:
        """Write cells anew.

        Args:
            written: Position of a table, number of a row and heading → what stands there now.
        """
        for position, guess in enumerate(self.guesses):
            own = {(r, h): cell for (t, r, h), cell in written.items() if t == position}
            if own:
                self.guesses[position] = replace(guess, table=with_cells(guess.table, own))
                self._preview = None


def read_answers(form: object, before: SaveAnswers) -> SaveAnswers:
    """Return the answers of a form that was sent."""
    get = getattr(form, "get", lambda _name, default: default)
    return SaveAnswers(
        name=get("name", "").strip() or before.name,
        body=get("body", "").strip(),
        contact=get("contact", "").strip(),
        base_iri=get("base_iri", "").strip(),
        licence=get("licence", "CC0").strip(),
    )


def options_of(answers: SaveAnswers, first: StartOptions, language: str) -> StartOptions:
    """Return what is said of the data, from the answers of a form.

    Raises:
        UsageError: The licence is none.
    """
    given = dict(first.names)
    tag = next(iter(given), language)
    # A name that was given with its language keeps it, and those in others stay beside it.
    names = {**given, tag: answers.name}
    things = {each: first.things.get(each) or name for each, name in names.items()}
    options = replace(
        first, names=names, things=things, publisher=answers.body, contact=answers.contact
    )
    base = answers.base_iri or default_base(answers.contact, options.dataset)
    return replace(options, base_iri=base, licence=read_licence(answers.licence))


# Pages.


class PageRenderer:
    """The pages of this part, rendered; the templates escape everything."""

    def __init__(self) -> None:
        """Read the templates when they are asked for."""
        self._environment = window_templates("publisher.start")

    def render(self, template: str, language: str, **values: object) -> bytes:
        """Return a page."""
        page = request.path.removeprefix(f"/{language}/")
        context = PageContext(f"{request.script_root}/", language, page)
        written = self._environment.get_template(template).render(**values, **context.values())
        return written.encode()


class _Pages(PageRenderer):
    def __init__(self, editor: MappingEditor) -> None:
        super().__init__()
        self.editor = editor

    def host(self) -> str:
        return f"http://{request.host}{request.script_root}/site/"

    def mapping(self, language: str) -> bytes:
        tables = [
            {
                "file": guess.table.file,
                "rows": len(guess.table.rows),
                "notes": [in_language(note, language) for note in guess.table.notes],
                "columns": [_column_view(column, language) for column in guess.columns],
                "specification": _specification_view(guess, language),
            }
            for guess in self.editor.guesses
        ]
        turtle = self.editor.turtle(self.host())
        return self.render("mapping.html", language, tables=tables, turtle=turtle)

    def cells(self, language: str, draft: FolderDraft) -> bytes:
        faults = _faults_view(draft, language)
        return self.render(
            "cells.html",
            language,
            faults=faults[:_MOST_ASKED],
            more=max(0, len(faults) - _MOST_ASKED),
            loses=any(not fault["is_kept"] for fault in faults),
        )

    def saving(self, language: str, problem: str = "") -> bytes:
        return self.render(
            "saving.html",
            language,
            answers=self.editor.answers,
            licences=list(LICENCES),
            problem=problem.splitlines(),
            default=default_base(self.editor.answers.contact, "…"),
        )


# As many cells as a page asks for; who has more corrects them in the table.
_MOST_ASKED, _LONGEST_CELL = 100, 2_000


def _faults_view(draft: FolderDraft, language: str) -> list[dict[str, object]]:
    pairs = zip(draft.tables, draft.converted, strict=True)
    return faults_view([(table, converted.faults) for table, converted in pairs], language)


def faults_view(
    tables: Sequence[tuple[RawTable, Sequence[CellFault]]], language: str
) -> list[dict[str, object]]:
    """Return what cannot be read, each with the cell that may be written anew."""
    found = []
    for position, (table, faults) in enumerate(tables):
        for fault in faults:
            heading, cell = column_of(fault, table), cell_of(fault, table)
            is_short = len(cell) <= _LONGEST_CELL and "\n" not in cell
            found.append(
                {
                    "file": fault.file,
                    "row": fault.row,
                    "heading": fault.heading,
                    "message": in_language(fault.message, language),
                    "is_kept": fault.is_kept,
                    "field": f"{position} {fault.row} {heading}" if heading and is_short else "",
                    "cell": cell,
                }
            )
    return found


def _specification_view(guess: TableGuess, language: str) -> dict[str, object]:
    """Return the specification that a table seems to follow; empty: it seems to follow none."""
    fit = fit_of(guess.table)
    if fit is None:
        return {}
    return {
        "name": fit.specification.name,
        "title": fit.specification.in_language(language),
        "address": fit.specification.iri,
        "fits": fits(fit, language),
        "is_whole": not fit.missing,
        "is_followed": guess.specification == fit.specification.name,
    }


def _column_view(column: object, language: str) -> dict[str, object]:
    from publisher.start.column_guess import Guess

    assert isinstance(column, Guess)
    choices = (column.kind, *column.alternatives)
    return {
        "heading": column.heading,
        "details": details(column, language),
        "becomes": becomes(column, language),
        "kind": column.kind,
        "choices": [(kind, in_language(kinds.kind_words(kind), language)) for kind in choices],
        "reason": in_language(column.reason, language),
        "is_unsure": column.confidence < UNSURE,
        "warning": in_language(column.warning, language) if column.warning else "",
    }


def mapping_app(editor: MappingEditor, language: str) -> WSGIApplication:
    """Return the application; its requests wait for each other, since they share the guesses."""
    app, pages = Flask("publisher.start", static_folder=None), _Pages(editor)
    app.config["MAX_CONTENT_LENGTH"] = 1 << 20

    @app.get("/")
    def begin() -> Response:
        best = request.accept_languages.best_match(LANGUAGES) or language
        return Response(status=303, headers={"Location": f"{request.script_root}/{best}/"})

    add_own_files(app)
    _add_mapping_routes(app, pages)
    _add_specification_route(app, editor)
    app.register_blueprint(site_blueprint(lambda: editor.preview(pages.host())))

    return one_by_one(app)


def add_own_files(app: Flask) -> None:
    """Add the style sheets and the script of the pages."""

    @app.get("/static/<path:name>")
    def own_file(name: str) -> Response:
        return send_from_directory(_EDITOR if name == "edit.css" else _OWN, name)


def one_by_one(app: Flask) -> WSGIApplication:
    """Return an application whose requests wait for each other, with the fields of the editor."""

    @app.after_request
    def guard(response: Response) -> Response:
        for name, value in FIELDS:
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-cache, private")
        return response

    lock = threading.Lock()

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with lock:
            found = app.wsgi_app(environ, start)
            try:
                return [b"".join(found)]
            finally:
                if isinstance(found, ClosingIterator | FileWrapper):
                    found.close()

    return answer


def _add_mapping_routes(app: Flask, pages: _Pages) -> None:
    editor = pages.editor

    @app.get(f"/{LANGUAGE_PART}/")
    def mapping(language: str) -> bytes:
        return pages.mapping(language)

    @app.post(f"/{LANGUAGE_PART}/choose")
    def choose(language: str) -> Response:
        table, column = (request.form.get(name, "") for name in ("table", "column"))
        kind = request.form.get("kind", "")
        if not (table.isdecimal() and column.isdecimal()) or int(table) >= len(editor.guesses):
            abort(404)
        columns = editor.guesses[int(table)].columns
        if int(column) >= len(columns) or kind not in kinds.KINDS:
            abort(404)
        if kind != columns[int(column)].kind:
            editor.choose(int(table), int(column), kind)
        target = f"{request.script_root}/{language}/#c-{table}-{column}"
        return Response(status=303, headers={"Location": target})

    @app.get(f"/{LANGUAGE_PART}/save")
    def saving(language: str) -> bytes:
        return pages.saving(language)

    @app.post(f"/{LANGUAGE_PART}/save")
    def save(language: str) -> tuple[bytes, int] | bytes:
        answers = read_answers(request.form, editor.answers)
        editor.answers = answers
        return written(language, is_looked_at=False)

    @app.post(f"/{LANGUAGE_PART}/cells")
    def cells(language: str) -> tuple[bytes, int] | bytes:
        leaves_out = "leave" in request.form
        if not leaves_out:
            editor.correct(read_cells(request.form, editor.guesses))
        return written(language, is_looked_at=leaves_out)

    def written(language: str, is_looked_at: bool) -> tuple[bytes, int] | bytes:
        """Write the folder, unless somebody must first see what cannot be read."""
        try:
            draft = editor.draft(editor.answers)
            if draft.faults and not is_looked_at:
                return pages.cells(language, draft)
            folder = editor.write(draft)
        except PublisherError as error:
            return pages.saving(language, error.in_language(language)), 409
        return pages.render("done.html", language, folder=str(folder))


def _add_specification_route(app: Flask, editor: MappingEditor) -> None:
    @app.post(f"/{LANGUAGE_PART}/follow")
    def follow(language: str) -> Response:
        table, name = (request.form.get(field, "") for field in ("table", "specification"))
        if not table.isdecimal() or int(table) >= len(editor.guesses):
            abort(404)
        fit = fit_of(editor.guesses[int(table)].table)
        if name and (fit is None or fit.specification.name != name):
            abort(404)
        editor.follow(int(table), name)
        target = f"{request.script_root}/{language}/#t-{table}"
        return Response(status=303, headers={"Location": target})


def read_cells(
    form: Mapping[str, str], guesses: Sequence[TableGuess]
) -> dict[tuple[int, int, str], str]:
    """Return the cells of a form that was sent: table, row and heading → what stands there."""
    found = {}
    for field, cell in form.items():
        table, _, rest = field.partition(" ")
        row, _, heading = rest.partition(" ")
        if not (table.isdecimal() and row.isdecimal()) or int(table) >= len(guesses):
            continue
        if heading in guesses[int(table)].table.headings:
            found[int(table), int(row), heading] = cell
    return found
