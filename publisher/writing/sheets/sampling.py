"""A few of very many new lines, which stand for the others: those filled in the same way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from publisher.writing.changes import Change
from publisher.writing.sheets.grids import Placed
from publisher.writing.sheets.lines import Line
from publisher.writing.sheets.reports import KEPT, kind_of

# Fewer new things are simply checked.
_MANY = 1_000
# Where more than so many belong together, no part of them can be looked at alone.
_MOST = 3_000
_Way = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class Sample:
    """Some of the new things, with all that belongs to them.

    Attributes:
        things: Their IRIs.
        changes: What makes them.
        of: Number of all new things.
    """

    things: Set[str]
    changes: Sequence[Change] = field(repr=False)
    of: int
    _ways: Mapping[str, _Way] = field(repr=False)
    _counts: Mapping[_Way, int] = field(repr=False)

    def like(self, findings: Iterable[Placed]) -> Iterator[tuple[Placed, int]]:
        """Yield a finding of each kind, and how many things outside of the sample have it too.

        What is missing in every thing of the sample that is filled in one way is missing in all
        that are filled in that way. What is wrong with a value is not known of others.
        """
        having: dict[tuple[object, _Way], dict[str, Placed]] = defaultdict(dict)
        for each in findings:
            finding = each.finding
            way = self._ways.get(finding.focus_node)
            if way is not None and (not finding.value or finding.value == finding.focus_node):
                having[kind_of(each), way].setdefault(finding.focus_node, each)
        for (_kind, way), things in having.items():
            same = [thing for thing in self.things if self._ways.get(thing) == way]
            rest = self._counts[way] - len(same)
            if rest and len(things) == len(same):
                yield next(iter(things.values())), rest


def sample_of(lines: Iterable[Line], changes: Sequence[Change]) -> Sample | None:
    """Return a sample of the new things; None when there are few, or all belong together.

    The first hundred that are filled in the same way are taken, and whatever they name or are
    named by, so that nothing is missing in them because it is not in the sample.
    """
    ways = {line.thing: _way(line) for line in lines if line.is_new and line.thing}
    if len(ways) <= _MANY:
        return None
    counts: dict[_Way, int] = defaultdict(int)
    chosen: list[str] = []
    for thing, way in ways.items():
        counts[way] += 1
        if counts[way] <= KEPT and len(chosen) < _MANY:
            chosen.append(thing)
    things = _together(chosen, changes)
    if things is None:
        return None
    return Sample(things & ways.keys(), _about(things, changes), len(ways), ways, counts)


def _way(line: Line) -> _Way:
    names = (group.name for group in line.sheet.filled(line.number))
    return line.sheet.layout.form.class_iri, frozenset(names)


def _together(chosen: Iterable[str], changes: Sequence[Change]) -> set[str] | None:
    """Return some new things with all that the changes link them to; None when that is too much."""
    made = {change.thing for change in changes if change.file}
    linked: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        if isinstance(change.new, NamedNode) and change.new.value in made:
            linked[change.thing].append(change.new.value)
            linked[change.new.value].append(change.thing)
    found: set[str] = set()
    waiting = list(chosen)
    while waiting:
        thing = waiting.pop()
        if thing in found:
            continue
        found.add(thing)
        if len(found) > _MOST:
            return None
        # Through what was there before, everything would belong together.
        waiting += [other for other in linked[thing] if other in made and thing in made]
    return found


def _about(things: Set[str], changes: Sequence[Change]) -> list[Change]:
    return [
        change
        for change in changes
        if change.thing in things
        or (isinstance(change.new, NamedNode) and change.new.value in things)
    ]
