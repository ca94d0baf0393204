"""Validation reports, as every validator writes them, and the findings that people read.

SHACL, section 3.6: a report is a graph. Each validator gives it as N-Triples, from its own process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from publisher.findings import Finding, Severity
from publisher.messages import SOURCE_LANGUAGE, Message, Text, text
from publisher.quality.shape_features import ShapesGraph, read_literal
from publisher.quality.shape_preparation import MessageTemplate, fill_in
from publisher.rdf.namespaces import iri

Term = NamedNode | BlankNode | Literal | Triple
_MESSAGE, _PATTERN = f"<{iri('sh:message')}>", f"<{iri('sh:pattern')}>"
_SH = f"<{iri('sh:')}"
_PATH, _FIRST, _REST = (f"<{iri(name)}>" for name in ("sh:path", "rdf:first", "rdf:rest"))
# What stands before and after a path within a path (SPARQL 1.1, section 9.1).
_PATH_MARKS = {
    f"<{iri('sh:inversePath')}>": ("^", ""),
    f"<{iri('sh:zeroOrMorePath')}>": ("", "*"),
    f"<{iri('sh:oneOrMorePath')}>": ("", "+"),
    f"<{iri('sh:zeroOrOnePath')}>": ("", "?"),
}
_ALTERNATIVES = f"<{iri('sh:alternativePath')}>"
_DEEPEST_PATH = 20
_SEVERITIES = {
    iri("sh:Violation"): Severity.VIOLATION,
    iri("sh:Warning"): Severity.WARNING,
    iri("sh:Info"): Severity.INFO,
}
_BLANK = "[]"


class ResultKey(NamedTuple):
    """What two validators must agree on; a blank node of the data is ``[]``, since names differ.

    Attributes:
        focus_node: As N-Triples, as are the others.
        path: Empty for none.
        value: Empty for none.
        component: The constraint component, as an IRI.
        severity: As an IRI.
        shape: The shape that was broken; a blank node has a name of this run.
    """

    focus_node: str
    path: str
    value: str
    component: str
    severity: str
    shape: str


@dataclass(frozen=True)
class ValidationResult:
    """One result (SHACL, section 3.6.2).

    Attributes:
        key: What it says.
        constraint: The constraint in SPARQL that was broken, as N-Triples; empty for another.
        messages: Language, empty for none, and what the validator says, with variables filled in.
    """

    key: ResultKey
    constraint: str = ""
    messages: tuple[tuple[str, str], ...] = ()


def read_report(report: bytes) -> list[ValidationResult]:
    """Return the results of a report in N-Triples; those that only explain others are left out."""
    by_subject: dict[object, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in parse(report, format=RdfFormat.N_TRIPLES):
        by_subject[quad.subject][quad.predicate.value].append(quad.object)
    listed = [node for of in list(by_subject.values()) for node in of.get(iri("sh:result"), ())]
    return [_result(by_subject[node]) for node in listed]


def _result(properties: Mapping[str, Sequence[Term]]) -> ValidationResult:
    def first(name: str) -> str:
        values = properties.get(iri(name))
        return "" if not values else _BLANK if isinstance(values[0], BlankNode) else str(values[0])

    messages = tuple(
        (message.language or "", message.value)
        for message in properties.get(iri("sh:resultMessage"), ())
        if isinstance(message, Literal)
    )
    key = ResultKey(
        first("sh:focusNode"),
        first("sh:resultPath"),
        first("sh:value"),
        first("sh:sourceConstraintComponent")[1:-1],
        first("sh:resultSeverity")[1:-1],
        first("sh:sourceShape"),
    )
    return ValidationResult(key, first("sh:sourceConstraint"), messages)


def findings_of(results: Iterable[ValidationResult], shapes: ShapesGraph) -> Iterator[Finding]:
    """Yield the results as an editor reads them."""
    for result in results:
        key = result.key
        yield Finding(
            _SEVERITIES.get(key.severity, Severity.VIOLATION),
            _messages(result, shapes),
            rule=shapes.named_shape(key.shape),
            focus_node=shown_term(key.focus_node),
            path="" if key.path == _BLANK else shown_term(key.path),
            value=key.value,
            component=key.component,
        )


def shown_term(term: str) -> str:
    """Return an IRI as such, and a literal without its quotes."""
    if term.startswith("<"):
        return term[1:-1]
    return read_literal(term).value if term.startswith('"') else term


def _shown_path(shapes: ShapesGraph, path: str, depth: int = 0) -> str:
    """Return a path of properties as SPARQL writes it; a single property as its IRI."""
    if path.startswith("<"):
        return path if depth else path[1:-1]
    if depth > _DEEPEST_PATH:
        return "…"
    for predicate, value in shapes.triples.get(path, ()):
        if predicate in _PATH_MARKS:
            before, after = _PATH_MARKS[predicate]
            return f"{before}{_shown_path(shapes, value, depth + 1)}{after}"
        if predicate == _ALTERNATIVES:
            return f"({'|'.join(_shown_steps(shapes, value, depth))})"
    steps = "/".join(_shown_steps(shapes, path, depth))
    return f"({steps})" if depth else steps


def _shown_steps(shapes: ShapesGraph, node: str, depth: int) -> Iterator[str]:
    """Yield the members of a list of paths; a list of others' may lead back to its beginning."""
    seen: set[str] = set()
    while node not in seen and (first := shapes.values(node, _FIRST)):
        seen.add(node)
        yield _shown_path(shapes, first[0], depth + 1)
        node = next(iter(shapes.values(node, _REST)), "")


def _messages(result: ValidationResult, shapes: ShapesGraph) -> Text:
    """Return what the broken shape tells the editor, by language (SHACL, section 2.1.5).

    They are read from the shapes: some validators drop the languages. What only a query knows is
    taken from the report.
    """
    key = result.key
    written = (result.constraint and shapes.values(result.constraint, _MESSAGE)) or shapes.values(
        key.shape, _MESSAGE
    )
    templates = [
        MessageTemplate(literal.value, literal.language or "")
        for literal in map(read_literal, filter(_is_literal, written))
    ]
    if not templates:
        messages = {tag or SOURCE_LANGUAGE: words for tag, words in sorted(result.messages)}
        return default_message(key.component, shapes.values(key.shape, _PATTERN)) or messages
    terms = {"this": key.focus_node, "value": key.value}
    known = _parameters(shapes, key.shape)
    known |= {name: shown_term(term) for name, term in terms.items() if term}
    if path := next(iter(shapes.values(key.shape, _PATH)), "") or key.path:
        known |= dict.fromkeys(("path", "PATH"), _shown_path(shapes, path) or shown_term(path))
    return fill_in(templates, result.messages, known)


def _parameters(shapes: ShapesGraph, shape: str) -> dict[str, str]:
    """Return the parameters of a shape that have one value: ``maxLength`` and such."""
    found: dict[str, list[str]] = defaultdict(list)
    for predicate, value in shapes.triples.get(shape, ()):
        if predicate.startswith(_SH) and not value.startswith("_:"):
            found[predicate[len(_SH) : -1]].append(shown_term(value))
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _is_literal(term: str) -> bool:
    return term.startswith('"')


# What is said where a shape has no message: a sentence a component (SHACL, section 4 and 5).

_SENTENCES = {
    "And": "This does not conform to all of the shapes that are asked for.",
    "Class": "The value is not of the class that is asked for.",
    "Closed": "This property is not one that the shape allows.",
    "Datatype": "The value is not of the datatype that is asked for, or not well-formed.",
    "Disjoint": "The value must not be a value of the other property too.",
    "Equals": "The values must be the same as those of the other property.",
    "HasValue": "The value that is asked for is missing.",
    "In": "The value is not one of those that are allowed.",
    "LanguageIn": "The language of the text is not one of those that are asked for.",
    "LessThan": "The value must be less than those of the other property.",
    "LessThanOrEquals": "The value must not be greater than those of the other property.",
    "MaxCount": "There are too many values.",
    "MaxExclusive": "The value is too large, or cannot be compared.",
    "MaxInclusive": "The value is too large, or cannot be compared.",
    "MaxLength": "The value is too long.",
    "MinCount": "There are too few values.",
    "MinExclusive": "The value is too small, or cannot be compared.",
    "MinInclusive": "The value is too small, or cannot be compared.",
    "MinLength": "The value is too short.",
    "Node": "The value does not conform to the shape that is asked for.",
    "NodeKind": "The value is not of the kind that is asked for: IRI, blank node or literal.",
    "Not": "This conforms to a shape that it must not conform to.",
    "Or": "This conforms to none of the shapes of which it must have one.",
    "Pattern": "The value does not match the pattern.",
    "QualifiedMaxCount": "Too many values conform to the shape that is asked for.",
    "QualifiedMinCount": "Too few values conform to the shape that is asked for.",
    "SPARQL": "The query of the shape finds a fault here.",
    "UniqueLang": "Two values have the same language.",
    "Xone": "This must conform to exactly one of the shapes.",
}


_ONE_PATTERN = "The value does not match the pattern '{pattern}'."


def is_default(message: Text) -> bool:
    """Tell whether a message is what a broken constraint is called where its shape has no words."""
    return isinstance(message, Message) and message.key in _SENTENCES.values()


def default_message(component: str, patterns: Sequence[str] = ()) -> Text | None:
    """Return what a broken constraint is called in every language; None for one of others.

    Args:
        component: The constraint component, as an IRI.
        patterns: Those of the shape, as N-Triples.
    """
    name = component.removeprefix(iri("sh:")).removesuffix("ConstraintComponent")
    if name == "Pattern" and len(patterns) == 1:
        return text(_ONE_PATTERN, pattern=read_literal(patterns[0]).value)
    sentence = _SENTENCES.get(name)
    return text(sentence) if sentence else None
