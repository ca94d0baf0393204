"""Is the text of each literal one that its datatype allows?

The lexical spaces of XSD 1.1 (part 2, section 3) and of RDF's own datatypes (RDF 1.1 Concepts,
section 5), with years of any size, before and after Christ. Of other datatypes nothing is known.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from xml.parsers import expat

from pyoxigraph import Literal, NamedNode, Triple

from publisher.errors import ReadLimitExceeded
from publisher.findings import Finding
from publisher.load.parse import SourceFile, find_line, find_line_naming
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rdf.namespaces import iri, shorten
from publisher.rdf.reading import read_json
from publisher.rule_settings import RULES

LexicalCheck = Callable[[str], bool]
_RULE = RULES["literals"]
_SHOWN = 60
_CACHED = 1 << 16
# So many digits decide whether a number is in the range of any of the types that have one.
_MOST_DIGITS = 20

# XSD 1.1, part 2, appendix D.
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_YEAR = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_DATE = rf"(?P<year>{_YEAR})-(?P<month>{_MONTH})-(?P<day>{_DAY})"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_FLOAT = rf"(?:{_DECIMAL}(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN)"
_DAYS_AND_TIME = r"(?:[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
_NAME_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_REST = rf"{_NAME_START}\-.0-9\xb7\u0300-\u036f\u203f\u2040"
_BASE64 = re.compile(
    r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?"
)
_PATTERNS = {
    "boolean": r"true|false|1|0",
    "decimal": _DECIMAL,
    "integer": r"[+-]?[0-9]+",
    "double": _FLOAT,
    "float": _FLOAT,
    "date": rf"{_DATE}{_ZONE}?",
    "dateTime": rf"{_DATE}T{_TIME}{_ZONE}?",
    "dateTimeStamp": rf"{_DATE}T{_TIME}{_ZONE}",
    "time": rf"{_TIME}{_ZONE}?",
    "gYear": rf"{_YEAR}{_ZONE}?",
    "gYearMonth": rf"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonth": rf"--{_MONTH}{_ZONE}?",
    "gDay": rf"---{_DAY}{_ZONE}?",
    "gMonthDay": rf"--(?P<month>{_MONTH})-(?P<day>{_DAY}){_ZONE}?",
    "duration": rf"-?P(?=.)(?:[0-9]+Y)?(?:[0-9]+M)?{_DAYS_AND_TIME}",
    "yearMonthDuration": r"-?P(?=.)(?:[0-9]+Y)?(?:[0-9]+M)?",
    "dayTimeDuration": rf"-?P(?=.){_DAYS_AND_TIME}",
    "hexBinary": r"(?:[0-9A-Fa-f]{2})*",
    "normalizedString": r"[^\t\n\r]*",
    "token": r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?",
    "language": r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    "NMTOKEN": rf"[:{_NAME_REST}]+",
    "Name": rf"[:{_NAME_START}][:{_NAME_REST}]*",
    "NCName": rf"[{_NAME_START}][{_NAME_REST}]*",
}
_RANGES = {
    "byte": (-(1 << 7), (1 << 7) - 1),
    "short": (-(1 << 15), (1 << 15) - 1),
    "int": (-(1 << 31), (1 << 31) - 1),
    "long": (-(1 << 63), (1 << 63) - 1),
    "unsignedByte": (0, (1 << 8) - 1),
    "unsignedShort": (0, (1 << 16) - 1),
    "unsignedInt": (0, (1 << 32) - 1),
    "unsignedLong": (0, (1 << 64) - 1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
}
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY, _LEAP_DAY = 2, 29


@cache
def _compiled(name: str) -> re.Pattern[str]:
    """Return the pattern of a type; most folders use a few of them."""
    return re.compile(_PATTERNS[name], re.DOTALL)


def _matches(name: str, written: str) -> bool:
    """Tell whether a text is in a lexical space; a day in it must be one that there is."""
    found = _compiled(name).fullmatch(written)
    if found is None:
        return False
    parts = found.groupdict()
    if "day" not in parts:
        return True
    month, day = int(parts["month"]), int(parts["day"])
    if day > _DAYS[month - 1]:
        return False
    # The calendar repeats after 400 years; there is a year 0 (XSD 1.1, section D.2.1).
    year = int(parts.get("year", "0")[-4:])
    return (month, day) != (_FEBRUARY, _LEAP_DAY) or isleap(year)


def _is_in_range(least: int | None, most: int | None, written: str) -> bool:
    if not re.fullmatch(r"[+-]?[0-9]+", written):
        return False
    digits = written.lstrip("+-").lstrip("0")
    sign = -1 if written.startswith("-") else 1
    number = sign * int(digits[: _MOST_DIGITS + 1] or "0")
    return (least is None or number >= least) and (most is None or number <= most)


def _is_base64(written: str) -> bool:
    if written != written.strip(" ") or "  " in written:
        return False
    return _BASE64.fullmatch(written.replace(" ", "")) is not None


def _is_json(written: str) -> bool:
    try:
        read_json(written.encode(), "")
    except (ValueError, ReadLimitExceeded):
        return False
    return True


def _is_xml(written: str) -> bool:
    """Tell whether a text is the content of an element (RDF 1.1 Concepts, section 5.3)."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(f"<x>{written}</x>".encode(), True)
    except (expat.ExpatError, UnicodeEncodeError):
        return False
    return True


_CHECKS: Mapping[str, LexicalCheck] = {
    **{iri(f"xsd:{name}"): partial(_matches, name) for name in _PATTERNS},
    **{iri(f"xsd:{name}"): partial(_is_in_range, *limits) for name, limits in _RANGES.items()},
    iri("xsd:base64Binary"): _is_base64,
    iri("rdf:JSON"): _is_json,
    iri("rdf:XMLLiteral"): _is_xml,
}
# Datatypes whose values are integers.
INTEGERS = frozenset(iri(f"xsd:{name}") for name in ("integer", *_RANGES))


def is_judged(datatype: str) -> bool:
    """Tell whether it is known which texts a datatype allows."""
    return datatype in _CHECKS


@lru_cache(maxsize=_CACHED)
def is_lexical(written: str, datatype: str) -> bool:
    """Tell whether a datatype allows a text; True for one of which nothing is known.

    >>> xsd = "http://www.w3.org/2001/XMLSchema#"
    >>> is_lexical("-0044-03-15", xsd + "date"), is_lexical("2024-02-30", xsd + "date")
    (True, False)
    """
    check = _CHECKS.get(datatype)
    return check is None or check(written)


def check_literals(sources: Sources) -> Iterator[Finding]:
    """Yield a finding for each literal whose text its datatype does not allow."""
    for file in sources.files:
        yield from check_literals_in_file(file, file.triples)


def check_literals_in_file(file: SourceFile, triples: Iterable[Triple]) -> Iterator[Finding]:
    """Yield the same for one file and what it says."""
    for triple in triples:
        literal = triple.object
        if (
            isinstance(literal, Literal)
            and (datatype := literal.datatype.value) in _CHECKS
            and not is_lexical(literal.value, datatype)
        ):
            yield _finding(file, triple, literal)


def _finding(file: SourceFile, triple: Triple, literal: Literal) -> Finding:
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
    path = triple.predicate.value
    shown = literal.value if len(literal.value) <= _SHOWN else f"{literal.value[:_SHOWN]}…"
    line = find_line(file, subject, path) if subject else 0
    return Finding(
        _RULE.severity,
        text(
            "'{value}' is no {datatype}. Correct the value, or give it the datatype that it has.",
            value=shown,
            datatype=shorten(literal.datatype.value),
        ),
        rule=_RULE.name,
        file=file.name,
        line=line or find_line_naming(file, shorten(path, file.prefixes), literal.value),
        focus_node=subject,
        path=path,
        value=str(literal),
    )
