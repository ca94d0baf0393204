"""The tree of concepts as a page shows it, and those who are described with one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from publisher.render.facts.concepts import Concepts
from publisher.render.parts import Value
from publisher.render.values import sort_key
from publisher.render.views import Views

# A larger tree shows the branches around the topic alone.
_LARGE = 60


@dataclass(frozen=True)
class Branch:
    """A concept, who is described with it, and the concepts below it.

    Attributes:
        concept: Link to it.
        is_here: Whether the page is about it.
        things: Who is described with it.
        below: The concepts below it, by name.
    """

    concept: Value
    is_here: bool
    things: tuple[Value, ...]
    below: tuple[Branch, ...]


@dataclass(frozen=True)
class User:
    """A thing that is described with a concept: by which property, and with which narrower ones."""

    thing: Value
    property: Value
    concepts: tuple[Value, ...]


@dataclass(frozen=True)
class Tree:
    """The concepts around a topic.

    Attributes:
        schemes: The lists that the topic is in; none on the page of such a list.
        branches: From the top.
        users: Who is described with the topic, or with what lies below it.
    """

    schemes: tuple[Value, ...]
    branches: tuple[Branch, ...]
    users: tuple[User, ...]


def tree(topic: str, concepts: Concepts, views: Views) -> Tree | None:
    """Return the tree of a topic; None when it is no concept, or stands alone."""
    is_scheme = topic in concepts.schemes
    narrower = concepts.narrower()
    path = _above(topic, concepts) | {topic}
    shown = set(concepts.broader)
    if len(shown) > _LARGE and not is_scheme:
        shown = path | set(concepts.below(topic))
    branches = _branches(narrower.get("", ()), topic, concepts, narrower, shown, views, frozenset())
    users = () if is_scheme else tuple(_users(topic, concepts, views))
    if len(concepts.broader) < 2 and not users:
        return None
    schemes = [] if is_scheme else [views.link_to(name) for name in concepts.schemes]
    return Tree(tuple(schemes), branches, users)


def _above(topic: str, concepts: Concepts) -> set[str]:
    found: set[str] = set()
    waiting = {topic}
    while waiting:
        waiting = {name for below in waiting for name in concepts.broader.get(below, ())} - found
        found |= waiting
    return found


def _branches(
    names: Iterable[str],
    topic: str,
    concepts: Concepts,
    narrower: Mapping[str, list[str]],
    shown: set[str],
    views: Views,
    above: frozenset[str],
) -> tuple[Branch, ...]:
    """Return the branches of some concepts; a circle of them ends where it began."""
    found = []
    for name in names:
        if name in shown and name not in above:
            things = {thing for thing, _ in concepts.users.get(name, ())}
            below = _branches(
                narrower.get(name, ()), topic, concepts, narrower, shown, views, above | {name}
            )
            linked = _sorted(views.link_to(thing) for thing in things)
            found.append(Branch(views.link_to(name), name == topic, linked, below))
    return tuple(sorted(found, key=lambda b: (sort_key(b.concept.text), b.concept.href)))


def _users(topic: str, concepts: Concepts, views: Views) -> list[User]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for concept in concepts.below(topic):
        for thing, path in concepts.users.get(concept, ()):
            found[thing, path] += [concept] if concept != topic else []
    users = [
        User(views.link_to(thing), views.link_to(path), _sorted(map(views.link_to, narrower)))
        for (thing, path), narrower in sorted(found.items())
    ]
    return sorted(users, key=lambda user: (sort_key(user.thing.text), user.thing.href))


def _sorted(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(sorted(values, key=lambda value: (sort_key(value.text), value.href)))
