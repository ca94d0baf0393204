"""Labels that are made from what a thing has: "105 members (2015)" from number, unit and date.

A property shape says how, in ``sh:labelTemplate``, once a language. Text stands for itself, and

- ``{schema:value}`` for the value of a property, ``{ex:kind/skos:prefLabel}`` for one further on;
- ``{dcterms:date|undated}`` for the first of these that there is: a word without a colon is text;
- ``{ex:precision=about}`` for nothing, but is there only if a value ends with that name;
- ``[more than {schema:minValue}]`` for what is left out when something inside is not there.

Numbers and dates are written as the language writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from publisher.languages import BY_TAG
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.subjects import Subjects, Term

if TYPE_CHECKING:
    from babel import Locale

TEMPLATE = iri("sh:labelTemplate")
# Thing and property → values.
ValuesOf = Callable[[str, str], Sequence[Term]]

_PART = re.compile(r"\{(?P<value>[^{}]*)\}|(?P<bracket>[\[\]])|(?P<text>[^{}\[\]]+)|(?P<stray>.)")
_STEP = re.compile(r"<(?P<iri>[^<>\s]+)>|(?P<prefix>[\w.-]*):(?P<local>[\w.-]+)")
_NUMBERS = frozenset(
    iri(f"xsd:{name}")
    for name in (
        *("integer", "decimal", "int", "long", "short", "byte", "nonNegativeInteger"),
        *("positiveInteger", "unsignedInt", "unsignedLong", "double", "float"),
    )
)
# Datatype → pattern of the text, and the form of CLDR that says as much.
_DATES = {
    iri("xsd:gYearMonth"): (re.compile(r"(\d{4})-(\d\d)()"), "MMMM y"),
    iri("xsd:date"): (re.compile(r"(\d{4})-(\d\d)-(\d\d)"), "long"),
    iri("xsd:dateTime"): (re.compile(r"(\d{4})-(\d\d)-(\d\d)T.*"), "long"),
}


class TemplateError(ValueError):
    """A template cannot be read; its text is the part that is not understood."""


@dataclass(frozen=True)
class _Choice:
    """One of the alternatives of a placeholder: a text, or the value at the end of a path."""

    path: tuple[str, ...] = ()
    ending: str | None = None
    text: str = ""


@dataclass(frozen=True)
class _Placeholder:
    choices: tuple[_Choice, ...]


@dataclass(frozen=True)
class _Optional:
    parts: tuple[_Part, ...]


_Part = str | _Placeholder | _Optional


@dataclass(frozen=True)
class LabelTemplate:
    """A template in one language."""

    language: str
    parts: tuple[_Part, ...]

    def label(self, thing: str, values_of: ValuesOf) -> str:
        """Return the label of a thing; empty when something that it needs is not there."""
        made = _filled(self.parts, thing, self.language, values_of)
        return re.sub(r"[ \t\r\n]+", " ", made).strip(" ") if made else ""


@dataclass(frozen=True)
class MadeProperty:
    """A property whose values are made.

    Attributes:
        path: IRI of the property.
        classes: IRIs of the classes whose things get it.
        templates: One a language.
    """

    path: str
    classes: frozenset[str]
    templates: tuple[LabelTemplate, ...]

    def missing(self, thing: str, values_of: ValuesOf) -> Iterator[Literal]:
        """Yield the labels of a thing, but for languages in which somebody wrote one."""
        written = {v.language for v in values_of(thing, self.path) if isinstance(v, Literal)}
        for template in self.templates:
            if (template.language or None) not in written:
                made = template.label(thing, values_of)
                if made:
                    tag = template.language
                    yield Literal(made, language=tag) if tag else Literal(made)


def read_template(
    written: str, language: str = "", prefixes: Mapping[str, str] = PREFIXES
) -> LabelTemplate:
    """Return a template.

    Raises:
        TemplateError: A bracket has no other, a prefix is not known, or a path is none.

    >>> values = {"schema:value": [Literal(1105)], "schema:unitText": [Literal("members")]}
    >>> template = read_template("[about {ex:x} ]{schema:value} {schema:unitText}", "en", {
    ...     "schema": "schema:", "ex": "ex:"})
    >>> template.label("thing", lambda thing, path: values.get(path, []))
    '1,105 members'
    """
    stack: list[list[_Part]] = [[]]
    for found in _PART.finditer(written):
        if found["stray"]:
            raise TemplateError(found["stray"])
        if found["text"] is not None:
            stack[-1].append(found["text"])
        elif found["value"] is not None:
            choices = found["value"].split("|")
            stack[-1].append(_Placeholder(tuple(_choice(each, prefixes) for each in choices)))
        elif found["bracket"] == "[":
            stack.append([])
        elif len(stack) == 1:
            raise TemplateError("]")
        else:
            inside = tuple(stack.pop())
            stack[-1].append(_Optional(inside))
    if len(stack) > 1:
        raise TemplateError("[")
    return LabelTemplate(language, tuple(stack[0]))


def _choice(written: str, prefixes: Mapping[str, str]) -> _Choice:
    if ":" not in written:
        return _Choice(text=written)
    steps, equals, ending = written.strip().partition("=")
    path, position = [], 0
    while position < len(steps):
        found = _STEP.match(steps, position)
        if found is None or (found["iri"] is None and found["prefix"] not in prefixes):
            raise TemplateError(steps[position:])
        path.append(found["iri"] or prefixes[found["prefix"]] + found["local"])
        position = found.end()
        if position < len(steps) and steps[position] != "/":
            raise TemplateError(steps[position:])
        position += 1
    return _Choice(tuple(path), ending.strip() if equals else None)


def _filled(parts: Sequence[_Part], thing: str, language: str, values_of: ValuesOf) -> str | None:
    """Return some parts as text; None when a placeholder among them has no value."""
    made: list[str] = []
    for part in parts:
        if isinstance(part, str):
            made.append(part)
        elif isinstance(part, _Optional):
            made.append(_filled(part.parts, thing, language, values_of) or "")
        else:
            found = (_value(each, thing, language, values_of) for each in part.choices)
            value = next((each for each in found if each is not None), None)
            if value is None:
                return None
            made.append(value)
    return "".join(made)


def _value(choice: _Choice, thing: str, language: str, values_of: ValuesOf) -> str | None:
    if not choice.path:
        return choice.text
    here = [thing]
    for step in choice.path[:-1]:
        here = [v.value for each in here for v in values_of(each, step) if not _is_literal(v)]
    values = [value for each in here for value in values_of(each, choice.path[-1])]
    if choice.ending is not None:
        return "" if any(_last_part(v.value) == choice.ending for v in values) else None
    return next((_written(v, language) for v in _in_language(values, language)), None)


def _is_literal(term: Term) -> bool:
    return isinstance(term, Literal)


def _last_part(value: str) -> str:
    return re.split(r"[/#]", value.rstrip("/#"))[-1]


def _in_language(values: Sequence[Term], language: str) -> list[Term]:
    """Return the values that serve a language best: its own, else those in none, else all."""
    for tag in (language, None):
        found = [v for v in values if (v.language if isinstance(v, Literal) else None) == tag]
        if found:
            return found
    return list(values)


def _written(term: Term, language: str) -> str:
    """Return a value as the language writes it."""
    if not isinstance(term, Literal):
        return _last_part(term.value)
    datatype, text = term.datatype.value, term.value
    if datatype not in _NUMBERS and datatype not in _DATES:
        return text
    # Folders without templates do not wait for it.
    from babel.dates import format_date
    from babel.numbers import format_decimal

    locale = _locale(language)
    try:
        if datatype in _NUMBERS:
            return format_decimal(text, locale=locale)
        if datatype in _DATES:
            pattern, form = _DATES[datatype]
            matched = pattern.fullmatch(text)
            if matched is not None:
                year, month, day = matched.groups()
                found = date(int(year), int(month), int(day or 1))
                return format_date(found, form, locale=locale)
    except (ValueError, ArithmeticError):
        pass  # a value that its datatype does not allow is reported elsewhere
    return text


def _locale(language: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    known = BY_TAG.get(language)
    try:
        return Locale.parse(known.locale if known else language.replace("-", "_") or "en_GB")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def made_properties(shapes: Subjects, prefixes: Mapping[str, str]) -> tuple[MadeProperty, ...]:
    """Return the properties that shapes say how to make; templates with an error are left out."""
    found: list[MadeProperty] = []
    for part in shapes.with_nameless():
        written = [v for v in shapes.values(part, TEMPLATE) if isinstance(v, Literal)]
        paths = shapes.nodes(part, iri("sh:path"))
        if not written or not paths:
            continue
        classes = {
            name
            for node in shapes.subjects(iri("sh:property"), part)
            for name in (*shapes.nodes(node, iri("sh:targetClass")), *_implicit(shapes, node))
        }
        templates = [t for each in written for t in _readable(each, prefixes)]
        found.append(MadeProperty(paths[0], frozenset(classes), tuple(templates)))
    return tuple(found)


def _implicit(shapes: Subjects, node: str) -> tuple[str, ...]:
    """Return the node itself where it is a class too (SHACL, section 2.1.3.3)."""
    types = shapes.nodes(node, iri("rdf:type"))
    return (node,) if {iri("rdfs:Class"), iri("owl:Class")} & set(types) else ()


def _readable(written: Literal, prefixes: Mapping[str, str]) -> Iterator[LabelTemplate]:
    try:
        yield read_template(written.value, written.language or "", prefixes)
    except TemplateError:
        return  # the check of shapes reports it
