"""The terms of an answer to a query, as a reader sees them, and what a column of them holds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal, NamedNode

from publisher.rdf.namespaces import iri, shorten
from publisher.render.labels import Labels, best_label, foreign_language, standard_terms
from publisher.render.page_model import Value
from publisher.render.values import format_literal

STRING = iri("xsd:string")
NUMBERS = frozenset(
    iri(f"xsd:{name}")
    for name in (
        *("integer", "decimal", "double", "float", "int", "long", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "unsignedInt", "unsignedLong"),
    )
)
DATES = frozenset(iri(f"xsd:{name}") for name in ("date", "dateTime", "gYear", "gYearMonth"))
# From so much on, a number has no places behind the point.
_LARGE = Decimal(10) ** 15

Term = Mapping[str, Any]
Row = Mapping[str, Term]
Href = Callable[[str], str]


@dataclass(frozen=True)
class Binding:
    """One value of a solution; ``iri`` is the whole IRI where the text is a name of it."""

    text: str
    href: str = ""
    language: str = ""
    note: str = ""
    iri: str = ""


class AnswerTerms:
    """Writes the terms of an answer for a reader."""

    def __init__(
        self, labels: Labels, prefixes: Mapping[str, str], language: str, href: Href
    ) -> None:
        """Keep what names terms, and where their names lead."""
        self._labels, self._prefixes = labels, prefixes
        self.language, self._href = language, href

    def binding(self, term: Term) -> Binding:
        """Return a term as a cell shows it."""
        if term["type"] == "triple":
            parts = (term["value"][name] for name in ("subject", "predicate", "object"))
            return Binding(f"<<( {' '.join(self.binding(part).text for part in parts)} )>>")
        value = str(term["value"])
        if term["type"] == "uri":
            named = self.value(value)
            return Binding(named.text, named.href, named.language, iri=value)
        datatype = str(term.get("datatype", STRING))
        note = shorten(datatype, self._prefixes) if datatype != STRING else ""
        return Binding(value, language=str(term.get("xml:lang", "")), note=note)

    def value(self, name: str) -> Value:
        """Return an IRI by its name, else as short as prefixes make it."""
        known = self._labels.get(name) or standard_terms().get(name, ())
        label = best_label(known, self.language)
        if label is None:
            return Value(shorten(name, self._prefixes), self._href(name))
        return Value(label.value, self._href(name), foreign_language(label, self.language))

    def number(self, number: Decimal | float) -> str:
        """Return a number as readers of the language write it, with six places at most."""
        exact = number if isinstance(number, Decimal) else Decimal(str(number))
        exact = exact.to_integral_value() if abs(exact) >= _LARGE else round(exact, 6)
        text = f"{exact:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        kind = NamedNode(iri("xsd:decimal" if "." in text else "xsd:integer"))
        return format_literal(Literal("0" if text == "-0" else text, datatype=kind), self.language)

    def axis(self, term: Term) -> str:
        """Return what stands at the end of an axis."""
        kind = NamedNode(str(term.get("datatype", STRING)))
        if kind.value in NUMBERS:
            return str(term["value"])  # a year among them is no amount
        if kind.value in DATES:
            return format_literal(Literal(str(term["value"]), datatype=kind), self.language)
        return self.binding(term).text


def all_of(rows: Sequence[Row], name: str, datatypes: frozenset[str]) -> bool:
    """Tell whether a column has values, and all are numbers, or dates."""
    terms = [row[name] for row in rows if name in row]
    return bool(terms) and all(
        term.get("datatype") in datatypes and (datatypes is DATES or _is_number(term))
        for term in terms
    )


def _is_number(term: Term) -> bool:
    try:
        return math.isfinite(float(number_of(term)))
    except (ArithmeticError, ValueError):
        return False


def number_of(term: Term) -> Decimal:
    """Return the number that a literal is.

    Raises:
        ArithmeticError: It is none.
    """
    return Decimal(str(term["value"]))


def place_of(term: Term) -> float:
    """Return the place of a number or date on an axis; dates in days, near enough to draw."""
    text = str(term["value"])
    if term.get("datatype") in NUMBERS:
        return float(text)
    parts = text.lstrip("-").partition("T")[0].rstrip("Z").split("-")
    numbers = [float(part[:4]) for part in parts[:3] if part[:4].isdecimal()]
    year, month, day = (*numbers, 1.0, 1.0, 1.0)[:3] if numbers else (0.0, 1.0, 1.0)
    return (-1 if text.startswith("-") else 1) * year * 365.25 + (month - 1) * 30.44 + day


def has_places(rows: Sequence[Row], name: str) -> bool:
    """Tell whether the values of a column have an order that is theirs: numbers or dates."""
    return all_of(rows, name, NUMBERS) or all_of(rows, name, DATES)


def term_key(term: Term) -> str:
    """Return a text that two terms share only when they are the same."""
    return json.dumps(term, sort_keys=True)
