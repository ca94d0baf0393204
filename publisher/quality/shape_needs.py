"""What must be at hand to validate a node apart from the rest: steps from it, and what is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from publisher.rdf.paths import PathStep

JsonReach = list[Any]


class Unbounded(Exception):
    """Something may look anywhere."""


@dataclass
class Reach:
    """What is needed of a node.

    Attributes:
        is_whole: Whether everything that is said of it is.
        is_typed: Whether its classes are.
        steps: Step → what is needed of the nodes at its end.
    """

    is_whole: bool = False
    is_typed: bool = False
    steps: dict[PathStep, Reach] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is needed."""
        return not (self.is_whole or self.is_typed or self.steps)

    def add(self, other: Reach) -> None:
        """Let it reach as far as another does, too."""
        self.is_whole |= other.is_whole
        self.is_typed |= other.is_typed
        for step, then in other.steps.items():
            self.steps.setdefault(step, Reach()).add(then)

    def written(self) -> JsonReach:
        """Return the value as lists, for another process."""
        steps = [[*step, then.written()] for step, then in self.steps.items()]
        return [self.is_whole, self.is_typed, steps]

    @classmethod
    def read(cls, written: JsonReach) -> Reach:
        """Return a value that was written."""
        is_whole, is_typed, steps = written
        return cls(is_whole, is_typed, {PathStep(*step[:-1]): cls.read(step[-1]) for step in steps})

    def inverse(self) -> set[str]:
        """Return the properties of all steps from object to subject."""
        here = {step.predicate for step in self.steps if step.is_inverse}
        return here.union(*(then.inverse() for then in self.steps.values()))


@dataclass(frozen=True)
class Needs:
    """What must be at hand.

    Attributes:
        reach: How far any shape looks from a node that it targets.
        objects_of: Properties whose objects are targets (``sh:targetObjectsOf``).
        nodes: Nodes that are targets by name (``sh:targetNode``).
    """

    reach: Reach
    objects_of: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()

    def written(self) -> JsonReach:
        """Return the value as lists, for another process."""
        return [self.reach.written(), sorted(self.objects_of), sorted(self.nodes)]

    @classmethod
    def read(cls, written: JsonReach) -> Needs:
        """Return a value that was written."""
        reach, objects_of, nodes = written
        return cls(Reach.read(reach), frozenset(objects_of), frozenset(nodes))


def reach_along(steps: Iterable[PathStep], then: Reach) -> Reach:
    """Return the reach that takes steps and ends at nodes of another reach."""
    for step in reversed(list(steps)):
        reach = Reach()
        reach.steps[step] = Reach()
        reach.steps[step].add(then)
        then = reach
    return then
