"""RDF lists, as the members that a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import BlankNode

from publisher.namespaces import iri

_FIRST, _REST = iri("rdf:first"), iri("rdf:rest")


def members(
    term: object, said_of: Mapping[str, Mapping[str, Sequence[object]]]
) -> Iterable[object]:
    """Yield the members of an RDF list, else the term itself.

    Args:
        term: Perhaps the beginning of a list.
        said_of: Node → property → values.
    """
    said = said_of.get(str(term), {}) if isinstance(term, BlankNode) else {}
    if _FIRST not in said:
        yield term
        return
    seen: set[object] = set()
    while _FIRST in said and term not in seen:  # a list that bites its tail ends
        seen.add(term)
        yield said[_FIRST][0]
        term = said[_REST][0] if said.get(_REST) else None
        said = said_of.get(str(term), {})
