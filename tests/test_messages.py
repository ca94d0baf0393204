"""Every English message of the program and its templates is translated in each catalogue.

Nothing is translated that is no message any more.
"""

from __future__ import annotations

import ast
import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from publisher import messages
from publisher.cli import main
from publisher.edit.catalogue.list_columns import COLUMNS
from publisher.languages import LANGUAGES
from publisher.messages import in_language, read_catalogue, text, translate
from publisher.render.labels import standard_terms

PROGRAM = Path(__file__).parent.parent / "publisher"
CATALOGUES = {path.stem: path for path in sorted((PROGRAM / "locale").glob("*.po"))}
PLACEHOLDER = re.compile(r"{(\w+)[^}]*}")
FUNCTIONS = frozenset({"text", "translate", "in_each"})
# Arguments by name that are messages too, in whatever raises or reports.
NAMED = frozenset({"remedy"})
# Nodes, each with the function that it stands in.
Nodes = list[tuple[ast.FunctionDef | None, ast.AST]]
_OF_INTEREST = (*(ast.Call, ast.Assign, ast.AnnAssign, ast.For, ast.comprehension, ast.ClassDef),)


class Messages:
    """The messages of one module: string constants that reach ``text``, ``translate``, an error."""

    def __init__(self, module: ast.Module, nodes: Nodes, errors: frozenset[str]) -> None:
        """Remember what names stand for, so that a message may wait in a variable or a table."""
        self._module = module
        self._errors = errors
        self._calls = [(within, node) for within, node in nodes if isinstance(node, ast.Call)]
        self._assigned: dict[str, list[ast.expr]] = {}
        for _, node in nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._remember(target, node.value)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                self._remember(node.target, node.value)
        for _, node in nodes:
            if isinstance(node, (ast.For, ast.comprehension)):
                self._remember_each(node.target, node.iter)

    def _remember_each(self, target: ast.expr, walked: ast.expr) -> None:
        """Remember what a loop's variables stand for, one row of a table after the other."""
        tables = self._assigned.get(walked.id, []) if isinstance(walked, ast.Name) else [walked]
        rows = [row for table in tables for row in getattr(table, "elts", ())]
        for row in rows:
            self._remember(target, row)
        if not rows:  # a dictionary's items, for instance
            for part in ast.walk(target):
                self._remember(part, walked)

    def _remember(self, target: ast.AST, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._assigned.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for part, of_part in zip(target.elts, value.elts, strict=True):
                self._remember(part, of_part)

    def __iter__(self) -> Iterator[str]:
        """Return every message, some more than once."""
        for function, call in self._calls:
            for argument in self._arguments(call):
                yield from self._strings(argument, function, frozenset())

    def _arguments(self, call: ast.Call) -> Iterator[ast.expr]:
        name = _called(call)
        is_error = name in self._errors or (name == "__init__" and self._defines_errors())
        is_function = isinstance(call.func, ast.Name) and name in FUNCTIONS
        if (is_function or is_error) and call.args:
            yield call.args[0]
        yield from (k.value for k in call.keywords if k.arg in NAMED)

    def _defines_errors(self) -> bool:
        return any(
            isinstance(node, ast.ClassDef) and node.name in self._errors
            for node in self._module.body
        )

    def _strings(
        self, node: ast.expr, function: ast.FunctionDef | None, seen: frozenset[str]
    ) -> Iterator[str]:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and node.value:
                yield node.value
        elif isinstance(node, ast.IfExp):
            yield from self._strings(node.body, function, seen)
            yield from self._strings(node.orelse, function, seen)
        elif isinstance(node, ast.Name) and node.id not in seen:
            for value in (*self._assigned.get(node.id, ()), *self._given(node.id, function)):
                yield from self._strings(value, function, seen | {node.id})
        elif isinstance(node, ast.BinOp):
            for before in self._strings(node.left, function, seen):
                yield from (before + s for s in self._strings(node.right, function, seen))
        elif isinstance(node, ast.Attribute):
            for value in self._fields(node.attr):
                yield from self._strings(value, function, seen)
        elif isinstance(node, ast.Call) and _called(node) in FUNCTIONS:
            return
        elif isinstance(node, ast.Subscript):
            yield from self._strings(node.value, function, seen)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            for part in (node.func.value, *node.args[1:]):  # a table's get, values or items
                yield from self._strings(part, function, seen)
        elif isinstance(node, (ast.Dict, ast.Tuple, ast.List, ast.BoolOp)):
            parts = node.elts if isinstance(node, (ast.Tuple, ast.List)) else node.values
            for part in parts:
                yield from self._strings(part, function, seen)

    def _fields(self, name: str) -> Iterator[ast.expr]:
        """Return what a field of a class of this module is made with."""
        for made in self._module.body:
            fields = [
                part.target.id
                for part in getattr(made, "body", ())
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
            ]
            if isinstance(made, ast.ClassDef) and name in fields:
                place = fields.index(name)
                for _, call in self._calls:
                    if _called(call) == made.name:
                        yield from call.args[place : place + 1]
                        yield from (k.value for k in call.keywords if k.arg == name)

    def _given(self, name: str, function: ast.FunctionDef | None) -> Iterator[ast.expr]:
        """Return what callers in this module give for a parameter of a function."""
        if function is None:
            return
        names = [a.arg for a in function.args.args if a.arg != "self"]
        for _, call in self._calls:
            if _called(call) == function.name and name in names:
                place = names.index(name)
                yield from call.args[place : place + 1]
                yield from (k.value for k in call.keywords if k.arg == name)


def _nodes_in(module: ast.Module) -> Nodes:
    """Return the nodes of a module that matter here, and the function that each stands in."""
    found: Nodes = []
    waiting: deque[tuple[ast.FunctionDef | None, ast.AST]] = deque([(None, module)])
    while waiting:
        within, node = waiting.popleft()
        if isinstance(node, _OF_INTEREST):
            found.append((within, node))
        inside = node if isinstance(node, ast.FunctionDef) else within
        for name in node._fields:
            part = getattr(node, name, None)
            if isinstance(part, list):
                waiting += [(inside, each) for each in part if isinstance(each, ast.AST)]
            elif isinstance(part, ast.AST):
                waiting.append((inside, part))
    return found


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _error_classes(nodes: Iterable[tuple[object, ast.AST]]) -> frozenset[str]:
    """Return the classes that descend from the root of the errors."""
    errors = {"PublisherError"}
    classes = [node for _, node in nodes if isinstance(node, ast.ClassDef)]
    for _ in range(5):  # deeper than the tree is
        for node in classes:
            if any(isinstance(base, ast.Name) and base.id in errors for base in node.bases):
                errors.add(node.name)
    return frozenset(errors)


@cache
def used() -> frozenset[str]:
    """Return every English message that the program and its templates use."""
    modules = [ast.parse(p.read_text(encoding="utf-8")) for p in sorted(PROGRAM.rglob("*.py"))]
    nodes = list(map(_nodes_in, modules))  # the whole program, so it is walked once
    errors = _error_classes(chain.from_iterable(nodes))
    found = {
        message
        for module, of_module in zip(modules, nodes, strict=True)
        for message in Messages(module, of_module, errors)
    }
    environment = Environment()
    for template in sorted(PROGRAM.rglob("templates/*.html")):
        tree = environment.parse(template.read_text(encoding="utf-8"))
        for _, _, message in extract_from_ast(tree, gettext_functions=("_",)):
            parts = (message,) if isinstance(message, str) else message or ()
            found |= {part for part in parts if part}
    return frozenset(found) | helps()


@cache
def helps() -> frozenset[str]:
    """Return the help of every command and option, as the help shows it."""
    found = {"Show this message and exit."}
    waiting: list[click.Command] = [main]
    while waiting:
        command = waiting.pop()
        found.add(" ".join((command.help or "").split()))
        found |= {p.help for p in command.params if isinstance(p, click.Option) and p.help}
        if isinstance(command, click.Group):
            waiting += command.commands.values()
    return frozenset(found - {""})


@cache
def in_tables(language: str) -> frozenset[str]:
    """Return the English texts of the program's tables that have no column of a language."""
    found = set()
    for table in sorted((PROGRAM / "profiles").glob("*.csv")):
        for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines()):
            if row.get("en") and row.get(language) is None:
                found.add(row["en"])
    if language != "sv":  # whose headings stand beside the English ones
        found |= {column.headings["en"] for column in COLUMNS}
    return frozenset(found)


@cache
def translations(language: str) -> dict[str, str]:
    """Return message → translation, as the catalogue of a language has them."""
    with CATALOGUES[language].open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream, locale=language) if m.id}


@pytest.mark.parametrize("language", CATALOGUES)
def test_the_catalogue_is_read_as_babel_reads_it(language: str) -> None:
    """Each command reads it, in a fiftieth of the time."""
    written = CATALOGUES[language].read_text(encoding="utf-8")
    assert read_catalogue(written) == translations(language)


def test_every_way_of_writing_an_entry_is_read_as_babel_reads_it() -> None:
    """Translators' programs wrap lines, comment, and keep what is no longer used."""
    written = r"""# of the translator
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Language: fi\n"

#. what it is about
#: publisher/render/pages.py:7
#, python-brace-format
msgid "One \"quoted\" lake"
msgstr "Yksi ”lainattu” järvi \\ C:\\temp"

msgid ""
"First line\n"
"and\ta second"
msgstr ""
"Ensimmäinen rivi\n"
"ja\ttoinen"

msgid "not translated yet"
msgstr ""

#~ msgid "no longer used"
#~ msgstr "ei enää"
"""
    theirs = read_po(io.BytesIO(written.encode()), locale="fi")
    found = read_catalogue(written)
    assert found == {str(m.id): str(m.string) for m in theirs if m.id}
    assert found['One "quoted" lake'].endswith("\\ C:\\temp")


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_message_that_is_searched_is_the_one_that_is_read(language: str) -> None:
    """Most stand on one line; none is taken for another that begins or ends the same way."""
    written = CATALOGUES[language].read_text(encoding="utf-8")
    known = translations(language)
    searched = {message: messages._searched(written, message) for message in known}
    found = {message: text for message, text in searched.items() if text is not None}
    assert found == {message: known[message] for message in found}
    assert len(found) > len(known) / 3
    for message in ("", "Page not", "not found", "no such message", "a\\b", 'a "b"'):
        assert messages._searched(written, message) is None


def test_a_catalogue_gives_the_same_however_much_is_asked_for() -> None:
    """Messages on one line and on several, without translation, and unknown ones."""
    written = """
msgid "on one line"
msgstr ""
"on several "
"lines"

msgid ""
"on several "
"lines"
msgstr "on one line"

msgid "say \\"no\\""
msgstr "säg \\"nej\\""

msgid "not translated"
msgstr ""

#~ msgid "gone"
#~ msgstr "borta"
"""
    known = read_catalogue(written)
    asked = [*known, "gone", "unknown", "", 'say \\"no\\"'] * 12
    for order in (asked, asked[::-1], asked[1:]):
        catalogue = messages._Translations(written)
        for message in order:
            assert catalogue.get(message, "none") == known.get(message, "none"), message


@pytest.mark.slow
@pytest.mark.parametrize("language", CATALOGUES)
def test_every_message_is_translated(language: str) -> None:
    """A civil servant reads his own language, in the terminal and on the pages."""
    wanted = used() | in_tables(language)
    assert sorted(message for message in wanted if not translations(language).get(message)) == []


@pytest.mark.slow
@pytest.mark.parametrize("language", CATALOGUES)
def test_no_translation_is_left_over(language: str) -> None:
    """A translation that nothing uses was misspelt, or its sentence was changed."""
    assert sorted(translations(language).keys() - used() - in_tables(language)) == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_message_is_translated_twice(language: str) -> None:
    """Two translations of one sentence would silently hide each other."""
    text = CATALOGUES[language].read_text(encoding="utf-8")
    written = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert sorted({message for message in written if written.count(message) > 1}) == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_has_the_placeholders_of_its_message(language: str) -> None:
    """A placeholder too many breaks the page at the moment when it is to explain an error."""
    differing = {
        message: translation
        for message, translation in translations(language).items()
        if set(PLACEHOLDER.findall(message)) != set(PLACEHOLDER.findall(translation))
    }
    assert differing == {}


@pytest.mark.parametrize("language", CATALOGUES)
def test_standard_terms_have_labels_in_every_language(language: str) -> None:
    """Classes, properties and values that many folders use, and none describes."""
    missing = [
        name
        for name, labels in standard_terms().items()
        if {label.language for label in labels} >= {"en"}
        and not any(label.language in (language, "") for label in labels)
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_placeholder_is_filled_in_every_language(language: str) -> None:
    """The value is the same, the sentence around it is not."""
    assert "2026" in translate("Data of {date}", language, date="2026")


def test_an_unknown_message_stays_english() -> None:
    """A sentence that nobody has translated is better than none."""
    assert translate("Nobody translated this.", "sv") == "Nobody translated this."


def test_a_text_falls_back_on_english() -> None:
    """Messages of shapes may be in other languages than the program's."""
    assert in_language({"fr": "non", "en": "no"}, "sv") == "no"


def test_a_text_is_in_every_language() -> None:
    """A finding is read by people who set any of them."""
    assert text("Page not found").keys() == set(LANGUAGES)
    assert text("Page not found")["sv"] == "Sidan finns inte"
    assert text("Page not found")["de"] == "Seite nicht gefunden"


def test_no_module_names_the_languages_of_the_program_itself() -> None:
    """A language is a row of the table and its files: a list elsewhere would forget it."""
    listed = re.compile(r'"sv"[ :,]+[^\n]*"en"|any\(sv, en\)|\(sv\|en\)')
    # The table; what headings of tables mean; tables of texts with a Swedish column.
    allowed = {"languages.py", "text_language.py", "list_columns.py"}
    found = [
        f"{path.relative_to(PROGRAM)}: {line.strip()}"
        for path in sorted([*PROGRAM.rglob("*.py"), *PROGRAM.rglob("*.html")])
        for line in path.read_text(encoding="utf-8").splitlines()
        if path.name not in allowed and listed.search(line) and ">>>" not in line
    ]
    assert found == []
