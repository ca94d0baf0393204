"""Two validators hold the same shapes against the same data; what they do not agree on is shown.

Where one of them is known to be wrong, the other is believed; the table says why. Any other
difference stops a release: nobody can say whether the data conforms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from pyoxigraph import Literal, QuerySolutions, Store

from publisher.bounds import FAST_VALIDATOR, PYSHACL
from publisher.findings import Finding
from publisher.messages import text
from publisher.quality.literals import INTEGERS, is_judged, is_lexical
from publisher.quality.shape_features import ShapesGraph, read_literal, shown_name
from publisher.quality.validation_results import ResultKey, ValidationResult, shown_term
from publisher.rdf.namespaces import iri
from publisher.rule_settings import RULES

RULE = "second-opinion"
# More than so many triples, and pySHACL takes too long to be asked each time.
MOST_TRIPLES = 20_000

_LARGEST_COMPARED = 1 << 63
# Years before 1 and after 9999, and the end of a day: Python has no such dates.
_NOT_IN_PYTHON = re.compile(r"-|0000|\d{5,}-|.*T24:")
_OPERATORS = {
    "MinInclusive": "{value} >= {limit}",
    "MinExclusive": "{value} > {limit}",
    "MaxInclusive": "{value} <= {limit}",
    "MaxExclusive": "{value} < {limit}",
}
_REWRITTEN = (iri("xsd:normalizedString"), iri("xsd:token"))


def _is_well_typed(value: Literal) -> bool | None:
    """Tell whether a literal is written as its datatype wants; None where that is not known."""
    datatype = value.datatype.value
    return is_lexical(value.value, datatype) if is_judged(datatype) else None


def _of_rewritten(key: ResultKey, shapes: ShapesGraph, finder: str) -> bool | None:
    is_rewritten = read_literal(key.value).datatype.value in _REWRITTEN
    return finder == FAST_VALIDATOR if is_rewritten else None


def _of_nested_shape(key: ResultKey, shapes: ShapesGraph, finder: str) -> bool | None:
    """Tell whether the fast validator found it, of a value that Python reads otherwise."""
    value = read_literal(key.value)
    is_date = value.datatype.value in (iri("xsd:date"), iri("xsd:dateTime"))
    is_strange = _is_well_typed(value) is False or (is_date and _NOT_IN_PYTHON.match(value.value))
    return finder == FAST_VALIDATOR if is_strange else None


def _of_datatype(key: ResultKey, shapes: ShapesGraph, finder: str) -> bool | None:
    value = read_literal(key.value)
    datatypes = shapes.values(key.shape, f"<{iri('sh:datatype')}>")
    is_well_typed = _is_well_typed(value) if datatypes == [str(value.datatype)] else None
    return None if is_well_typed is None else not is_well_typed


def _of_limit(key: ResultKey, shapes: ShapesGraph, finder: str) -> bool | None:
    name = _component(key).removesuffix("ConstraintComponent")
    limits = shapes.values(key.shape, f"<{iri('sh:')}{name[0].lower()}{name[1:]}>")
    if not key.value.startswith('"') or len(limits) != 1:
        return True
    value = read_literal(key.value)
    if _is_well_typed(value) is False:
        return True
    if value.datatype.value in INTEGERS:
        limit, number = read_literal(limits[0]), int(value.value)
        if abs(number) < _LARGEST_COMPARED or not is_lexical(limit.value, iri("xsd:decimal")):
            return None if _is_met(name, key.value, limits[0]) is not None else True
        is_less = number < Decimal(limit.value)
        return is_less if name.startswith("Min") else not is_less
    is_met = _is_met(name, key.value, limits[0])
    is_new = value.datatype.value == iri("xsd:dateTimeStamp")  # pySHACL does not know it
    is_known = is_met is None or is_new or _NOT_IN_PYTHON.match(value.value)
    return not is_met if is_known else None


def _of_language(key: ResultKey, shapes: ShapesGraph, finder: str) -> bool | None:
    """Tell whether no range of a list matches (RFC 4647, section 3.3.1, as SPARQL asks for it)."""
    tag = (read_literal(key.value).language or "").lower()
    ranges = [
        read_literal(member).value.lower()
        for node in shapes.values(key.shape, f"<{iri('sh:languageIn')}>")
        for member in shapes.members(node)
    ]
    return not any(tag == name or tag.startswith(f"{name}-") for name in ranges)


def _of_letters(key: ResultKey, shapes: ShapesGraph, finder: str) -> bool | None:
    """Tell of letters that differ only in case in Turkish (Functions and Operators 3.1, 5.6.2).

    The capital of the dotless i is I; the dotted I is the capital of no letter alone.
    """
    letters = {*shown_term(key.value)}.union(*shapes.values(key.shape, f"<{iri('sh:pattern')}>"))
    if letters.issuperset("ıİ"):
        return True
    if letters.isdisjoint("ıİ"):
        return None
    return finder == (PYSHACL if "ı" in letters else FAST_VALIDATOR)


def _is_met(name: str, value: str, limit: str) -> bool | None:
    """Tell whether SPARQL finds that a value keeps to a limit; None when it cannot compare them."""
    comparison = _OPERATORS[name].format(value=value, limit=limit)
    found = Store().query(f"SELECT (({comparison}) AS ?is_met) {{}}")
    assert isinstance(found, QuerySolutions)
    (row,) = found
    return None if row["is_met"] is None else row["is_met"] == Literal(True)


@dataclass(frozen=True)
class KnownFault:
    """A kind of result that one validator alone has, for a reason that is known.

    Attributes:
        components: Names of the constraint components; none for any.
        section: Where SHACL says what is right.
        reason: What which validator does.
        is_fault: Returns whether who finds it is right, by the name of who does; None where the
            result is of another kind.
    """

    components: tuple[str, ...]
    section: str
    reason: str
    is_fault: Callable[[ResultKey, ShapesGraph, str], bool | None]


KNOWN_FAULTS = (
    KnownFault(
        (),
        "2.1.5",  # a result names the value node as it is
        "pySHACL reads xsd:normalizedString and xsd:token with other blanks than they have",
        _of_rewritten,
    ),
    KnownFault(
        ("DatatypeConstraintComponent",),
        "4.1.2",
        "pySHACL lets pass what Python reads (' 7 ' as xsd:integer, 'inf' as xsd:double) and"
        " refuses dates that Python does not have (before year 1, after 9999, 24:00:00);"
        " the fast validator does not look into xsd:hexBinary and xsd:base64Binary",
        _of_datatype,
    ),
    KnownFault(
        tuple(f"{name}ConstraintComponent" for name in ("And", "Node", "Not", "Or", "Xone")),
        "4.6",
        "what is said above of a datatype, in shapes that are named by others",
        _of_nested_shape,
    ),
    KnownFault(
        tuple(f"{name}ConstraintComponent" for name in _OPERATORS),
        "4.3",
        "pySHACL lets pass values that cannot be compared with the limit (true and 90.0), and"
        " cannot compare dates that Python does not have; the fast validator compares no integers"
        " of more than 64 bits; both compare integers that are none of their datatype",
        _of_limit,
    ),
    KnownFault(
        ("LanguageInConstraintComponent",),
        "4.4.4",
        "pySHACL does not find that 'sv-x' is the beginning of 'sv-x-abc'",
        _of_language,
    ),
    KnownFault(
        ("PatternConstraintComponent",),
        "4.4.3",
        "with the flag i, 'i' is 'İ' for pySHACL, and not 'ı' for the fast validator",
        _of_letters,
    ),
    KnownFault(
        ("LessThanConstraintComponent", "LessThanOrEqualsConstraintComponent"),
        "4.5.3",
        "pySHACL lets pass values that cannot be compared with the others",
        lambda key, shapes, finder: True if finder == FAST_VALIDATOR else None,
    ),
)


def _component(key: ResultKey) -> str:
    return key.component.removeprefix(iri("sh:"))


@dataclass(frozen=True)
class Comparison:
    """What comes of two reports.

    Attributes:
        results: What is believed.
        findings: What the validators do not agree on.
    """

    results: list[ValidationResult]
    findings: list[Finding]


def compare(
    fast: Iterable[ValidationResult], slow: Iterable[ValidationResult], shapes: ShapesGraph
) -> Comparison:
    """Return what is believed of the results of the fast validator and of pySHACL."""
    results: list[ValidationResult] = []
    findings: list[Finding] = []
    ours, theirs = _by_key(fast), _by_key(slow)
    for key in {**ours, **theirs}:
        found = {FAST_VALIDATOR: ours.get(key, []), PYSHACL: theirs.get(key, [])}
        fewer, more = sorted(found, key=lambda name: len(found[name]))
        if len(found[fewer]) == len(found[more]):
            results += found[FAST_VALIDATOR]
            continue
        verdict = known_fault(key, shapes, more)
        if verdict is None:
            findings.append(_disagreement(key, more, fewer))
        results += found[fewer if verdict is False else more]
    return Comparison(results, findings)


def _by_key(results: Iterable[ValidationResult]) -> dict[ResultKey, list[ValidationResult]]:
    found: dict[ResultKey, list[ValidationResult]] = {}
    for result in results:
        found.setdefault(result.key, []).append(result)
    return found


def known_fault(key: ResultKey, shapes: ShapesGraph, finder: str) -> bool | None:
    """Tell of a result that one validator alone has whether it is right; None when unknown."""
    for fault in KNOWN_FAULTS:
        if not fault.components or _component(key) in fault.components:
            verdict = fault.is_fault(key, shapes, finder)
            if verdict is not None:
                return verdict
    return None


def _disagreement(key: ResultKey, finds: str, passes: str) -> Finding:
    return Finding(
        RULES[RULE].severity,
        text(
            "The validators do not agree: '{finds}' finds a fault here ({component}), '{passes}'"
            " does not. Write the shape in another way; or set second_opinion to 'never', and"
            " report this to the makers of the program.",
            finds=finds,
            passes=passes,
            component=_component(key),
        ),
        rule=RULE if shown_name(key.shape) == "[]" else shown_name(key.shape),
        focus_node=shown_term(key.focus_node),
        path=shown_term(key.path) if key.path.startswith("<") else "",
        value=key.value,
    )
