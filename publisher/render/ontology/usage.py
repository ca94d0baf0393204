"""How often terms are used in a release, and by what: VoID has counted when it was built."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from publisher.query.engine import Engine, Row
from publisher.rdf.namespaces import iri
from publisher.release.model import VOID, Release

_TERM = {iri("void:class"): iri("void:entities"), iri("void:property"): iri("void:triples")}
_COUNTS = frozenset(_TERM.values())
_PARTITIONS = frozenset({iri("void:classPartition"), iri("void:propertyPartition")})
# To look for a few things among more would take long.
_MOST_SEARCHED = 10_000
_COUNTED = (
    "SELECT ?term (COUNT(DISTINCT ?thing) AS ?count) WHERE { ?thing a ?term } GROUP BY ?term",
    "SELECT ?term (COUNT(*) AS ?count) WHERE { ?thing ?term ?value } GROUP BY ?term",
)
_FIRST = """
SELECT ?thing WHERE {{
    ?thing a <{term}> .
    FILTER(isIRI(?thing) && STRSTARTS(STR(?thing), "{base_iri}") && !CONTAINS(STR(?thing), "#"))
}}
ORDER BY ?thing
LIMIT {count:d}
"""


def read_usage(engine: Engine, release: Release) -> Mapping[str, int]:
    """Return term → how many things (of a class) or triples (of a property) use it.

    Counted over all datasets at once, as VoID's description of the whole has it.
    """
    terms: dict[str, str] = {}
    counts: dict[str, int] = {}
    whole: set[str] = set()
    path = release.folder / VOID
    for quad in parse(path=str(path), format=RdfFormat.N_TRIPLES):
        subject, value = str(getattr(quad.subject, "value", "")), quad.object
        predicate = quad.predicate.value
        if predicate in _TERM and isinstance(value, NamedNode):
            terms[subject] = value.value
        elif predicate in _COUNTS and isinstance(value, Literal):
            counts[subject] = int(value.value)
        elif predicate in _PARTITIONS and subject == f"{release.base_iri}void#all":
            whole.add(str(getattr(value, "value", "")))
    if not whole:  # files that somebody looks at, without a catalogue
        return {row["term"].value: _number(row) for q in _COUNTED for row in engine.rows(q)}
    return {terms[part]: counts[part] for part in sorted(whole)}


def _number(row: Row) -> int:
    return int(row["count"].value)


def first_things(
    engine: Engine, classes: Iterable[str], usage: Mapping[str, int], base_iri: str, count: int
) -> Mapping[str, list[str]]:
    """Return class → IRIs of its first things, at most ``count``; of large classes none."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in classes:
        if 0 < usage.get(name, 0) <= _MOST_SEARCHED:
            query = _FIRST.format(term=name, base_iri=base_iri, count=count)
            found[name] = [row["thing"].value for row in engine.rows(query)]
    return found
