"""What things are called, asked of the engine for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import Engine
from publisher.rdf.namespaces import LABELS
from publisher.render.labels import Labels

# So many names stand in one query.
_CHUNK = 500
# A filter, not VALUES, for the properties: the engine would begin with all that have them.
_QUERY = "SELECT ?thing ?property ?value WHERE {{ VALUES ?thing {{ {things} }} \
?thing ?property ?value . FILTER(?property IN ({properties})) }}"
_T = TypeVar("_T")


def chunks(found: Iterable[_T], size: int = _CHUNK) -> Iterator[Sequence[_T]]:
    """Yield what was found in parts of at most ``size``.

    >>> list(chunks("abc", 2))
    [['a', 'b'], ['c']]
    """
    rest = iter(found)
    while part := list(islice(rest, size)):
        yield part


def read_names(engine: Engine, things: Iterable[str]) -> Labels:
    """Return IRI → its names, by the first property that names it; things without are left out."""
    found: dict[str, dict[str, set[Literal]]] = {}
    properties = ", ".join(f"<{path}>" for path in LABELS)
    for part in chunks(sorted(set(things))):
        names = " ".join(str(NamedNode(name)) for name in part)
        for row in engine.rows(_QUERY.format(things=names, properties=properties)):
            if isinstance(row["value"], Literal):
                said = found.setdefault(row["thing"].value, {})
                said.setdefault(row["property"].value, set()).add(row["value"])
    return {
        name: tuple(sorted(next(said[p] for p in LABELS if p in said), key=str))
        for name, said in found.items()
    }
