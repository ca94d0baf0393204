"""Can each geometry be placed on a map?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Triple

from publisher.findings import Finding
from publisher.load.parse import SourceFile, find_line, find_line_naming
from publisher.messages import Text
from publisher.rdf.geometries import (
    PAIR_PROPERTIES,
    TEXT_PROPERTIES,
    GeometryUnreadable,
    parse_geometry,
    point_text,
)
from publisher.rdf.namespaces import iri, shorten
from publisher.rule_settings import RULES

_RULE = RULES["geometries"]
_DATATYPES = frozenset(
    iri(f"geo:{name}") for name in ("wktLiteral", "gmlLiteral", "geoJSONLiteral", "kmlLiteral")
)
# Property → the text of a point for a value; the other number is one that is right everywhere.
_LATITUDES = frozenset(latitude for latitude, _ in PAIR_PROPERTIES)
_LONGITUDES = frozenset(longitude for _, longitude in PAIR_PROPERTIES)

# A check asks twice about each geometry, and the next one asks again: of these, 8 MB at most.
_KEPT, _LONGEST_KEPT = 2048, 4096
_PROPERTIES = frozenset((*TEXT_PROPERTIES, *_LATITUDES, *_LONGITUDES))


def check_geometries_in_file(file: SourceFile, triples: Iterable[Triple]) -> Iterator[Finding]:
    """Yield a finding for each geometry of a file that pages, tables and maps leave out."""
    for triple in triples:
        literal = triple.object
        if isinstance(literal, Literal):
            reason = _fault(triple.predicate.value, literal)
            if reason is not None:
                yield _finding(file, triple, literal, reason)


def may_say_where(path: str, datatype: str) -> bool:
    """Tell whether the literals of a property, or of a datatype, are geometries."""
    return path in _PROPERTIES or datatype in _DATATYPES


def is_misplaced(path: str, literal: Literal) -> bool:
    """Tell whether a literal of a property is a geometry that cannot be placed on a map."""
    return _fault(path, literal) is not None


def _fault(path: str, literal: Literal) -> Text | None:
    """Return why a literal is left out of maps; None where it is not, or is no geometry."""
    if path in TEXT_PROPERTIES or literal.datatype.value in _DATATYPES:
        written = literal.value
    elif path in _LATITUDES:
        written = point_text(literal.value, "0")
    elif path in _LONGITUDES:
        written = point_text("0", literal.value)
    else:
        return None
    judge = _fault_of if len(written) <= _LONGEST_KEPT else _fault_of.__wrapped__
    return judge(written)


@lru_cache(maxsize=_KEPT)
def _fault_of(written: str) -> Text | None:
    try:
        parse_geometry(written)
    except GeometryUnreadable as error:
        return error.reason
    return None


def _finding(file: SourceFile, triple: Triple, literal: Literal, reason: Text) -> Finding:
    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
    path = triple.predicate.value
    line = find_line(file, subject, path) if subject else 0
    return Finding(
        _RULE.severity,
        reason,
        rule=_RULE.name,
        file=file.name,
        line=line or find_line_naming(file, shorten(path, file.prefixes), literal.value),
        focus_node=subject,
        path=path,
        value=str(literal),
    )
