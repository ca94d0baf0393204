"""Hierarchies of concepts that lead back to where they began: nothing is at the top of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from publisher.findings import Finding, Severity
from publisher.load.sources import Sources
from publisher.messages import text
from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import lines_with

RULE = "circles"
_BROADER = f"<{iri('skos:broader')}>".encode()
_NARROWER = f"<{iri('skos:narrower')}>".encode()
# Of a larger circle so many concepts are named.
_MOST_NAMED = 8


def check_circles(sources: Sources) -> Iterator[Finding]:
    """Return a warning for each circle of concepts (``skos:broader``, ``skos:narrower``).

    SKOS Reference, section 8.6.8, allows circles; a hierarchy that has one is hardly meant so.
    """
    for circle in find_circles(_arcs(sources)):
        names = [name.decode() for name in circle]
        shown = ", ".join(f"<{name}>" for name in names[:_MOST_NAMED])
        yield Finding(
            Severity.WARNING,
            text(
                "This concept is below itself, in a circle of {count}: {names}. Remove one of the"
                " links between them.",
                count=len(names),
                names=shown + (" …" if len(names) > _MOST_NAMED else ""),
            ),
            rule=RULE,
            focus_node=names[0],
            path=iri("skos:broader"),
        )


def _arcs(sources: Sources) -> Iterator[tuple[bytes, bytes]]:
    """Yield each concept with one that is right above it."""
    for line in lines_with(sources.sorted_sources.quads, _BROADER, _NARROWER):
        subject, predicate, value = line.split(b" ", 3)[:3]
        if subject.startswith(b"<") and value.startswith(b"<"):
            pair = subject[1:-1], value[1:-1]
            if predicate == _BROADER:
                yield pair
            elif predicate == _NARROWER:
                yield pair[1], pair[0]


def find_circles(arcs: Iterable[tuple[bytes, bytes]]) -> list[list[bytes]]:
    """Return the circles of a relation: each as its members, sorted; what leads to one is none.

    >>> find_circles([(b"a", b"b"), (b"b", b"a"), (b"c", b"a"), (b"d", b"d"), (b"e", b"f")])
    [[b'a', b'b'], [b'd']]
    """
    above: dict[bytes, set[bytes]] = defaultdict(set)
    for low, high in arcs:
        above[low].add(high)
    left = {low: highs for low, highs in above.items()}
    # What has nothing above is in no circle, and then what has only such above.
    below: dict[bytes, list[bytes]] = defaultdict(list)
    for low, highs in left.items():
        for high in highs:
            below[high].append(low)
    counts = {low: len(highs) for low, highs in left.items()}
    waiting = [name for name in below if name not in counts]
    while waiting:
        for low in below[waiting.pop()]:
            counts[low] -= 1
            if not counts[low]:
                del counts[low]
                waiting.append(low)
    kept = {low: sorted(high for high in above[low] if high in counts) for low in sorted(counts)}
    found = [sorted(part) for part in _components(kept)]
    return sorted(part for part in found if len(part) > 1 or part[0] in above[part[0]])


def _components(above: Mapping[bytes, Sequence[bytes]]) -> Iterator[list[bytes]]:
    """Yield the strongly connected components of a graph (Tarjan 1972), without recursion."""
    numbers: dict[bytes, int] = {}
    lowest: dict[bytes, int] = {}
    stack: dict[bytes, None] = {}
    for start in above:
        if start in numbers:
            continue
        work = [(start, iter(above[start]))]
        numbers[start] = lowest[start] = len(numbers)
        stack[start] = None
        while work:
            name, rest = work[-1]
            for high in rest:
                if high not in numbers:
                    numbers[high] = lowest[high] = len(numbers)
                    stack[high] = None
                    work.append((high, iter(above[high])))
                    break
                if high in stack:
                    lowest[name] = min(lowest[name], numbers[high])
            else:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[name])
                if lowest[name] == numbers[name]:
                    yield _popped(stack, name)


def _popped(stack: dict[bytes, None], name: bytes) -> list[bytes]:
    """Take what is on a stack down to a name from it."""
    found = []
    while name in stack:
        last, _ = stack.popitem()
        found.append(last)
    return found
