"""Pages of concept schemes and concepts: the tree, and who is described with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from publisher.query.engine import Description, Engine, Solution
from publisher.rdf.namespaces import iri
from publisher.render.labels import Labels, fetch_labels
from publisher.render.page_model import Value
from publisher.render.values import sort_key, sort_values
from publisher.render.views import Views

_KIND = iri("rdf:type")
_CONCEPT, _SCHEME = iri("skos:Concept"), iri("skos:ConceptScheme")
_IN_SCHEME = frozenset(iri(name) for name in ("skos:inScheme", "skos:topConceptOf"))
# What the tree tells, so that the page need not say it again.
CONCEPT_PROPERTIES = _IN_SCHEME | {
    iri(f"skos:{name}") for name in ("hasTopConcept", "broader", "narrower")
}
# A larger tree is cut to what lies around the topic.
MOST = 1_000
_USERS = 400
_OF_SCHEME = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?concept ?broader WHERE {{
    VALUES ?scheme {{ {schemes} }}
    ?concept skos:inScheme|skos:topConceptOf|^skos:hasTopConcept ?scheme .
    OPTIONAL {{ ?concept skos:broader|^skos:narrower ?broader . }}
}}
ORDER BY ?concept ?broader
LIMIT {most}
"""
_OF_CONCEPT = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?concept ?broader WHERE {{
    {{ <{topic}> (skos:broader|^skos:narrower)* ?concept . }}
    UNION {{ ?concept skos:broader|^skos:narrower <{topic}> . }}
    OPTIONAL {{ ?concept skos:broader|^skos:narrower ?broader . }}
}}
ORDER BY ?concept ?broader
LIMIT {most}
"""
_USERS_QUERY = """
SELECT DISTINCT ?thing ?path ?concept WHERE {{
    VALUES ?concept {{ {concepts} }}
    ?thing ?path ?concept ; a <{kind}> .
}}
LIMIT {most}
"""


@dataclass(frozen=True)
class Concepts:
    """The concepts around a topic, by IRI.

    Attributes:
        schemes: That the topic is, or is in.
        broader: Concept → the concepts above it.
        users: Concept → things of the main class with the property that leads them to it.
        labels: The names of it all.
    """

    schemes: tuple[str, ...] = ()
    broader: Mapping[str, Sequence[str]] = field(default_factory=dict)
    users: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)

    def narrower(self) -> Mapping[str, list[str]]:
        """Return concept → the concepts below it; below nothing those at the top."""
        found: dict[str, list[str]] = defaultdict(list)
        for concept, above in self.broader.items():
            for name in [name for name in above if name in self.broader] or [""]:
                found[name].append(concept)
        return found

    def below(self, topic: str) -> list[str]:
        """Return a concept and all below it; of a scheme all that it holds."""
        if topic in self.schemes:
            return list(self.broader)
        narrower = self.narrower()
        found: dict[str, None] = {topic: None}
        waiting = [topic]
        while waiting:
            waiting = [c for name in waiting for c in narrower.get(name, ()) if c not in found]
            found.update(dict.fromkeys(waiting))
        return list(found)


def fetch_concepts(engine: Engine, topic: str, description: Description, main: str) -> Concepts:
    """Return the concepts around a topic; none when it is neither a concept nor a scheme of them.

    Args:
        engine: Over the release.
        topic: IRI of what the document is about.
        description: Of the document.
        main: IRI of the class whose things are looked for; empty for none.
    """
    values = [
        (t.predicate.value, t.object.value)
        for t in description.own
        if t.subject == NamedNode(topic) and isinstance(t.object, NamedNode)
    ]
    kinds = {value for path, value in values if path == _KIND}
    if not kinds & {_CONCEPT, _SCHEME}:
        return Concepts()
    schemes = (
        [topic] if _SCHEME in kinds else [value for path, value in values if path in _IN_SCHEME]
    )
    broader = _tree(engine, topic, sorted(set(schemes)))
    users = _fetch_users(engine, topic, broader, main) if main else {}
    names = {name for concept, above in broader.items() for name in (concept, *above)}
    names |= {name for found in users.values() for pair in found for name in pair}
    labels = fetch_labels(engine, names | set(schemes))
    return Concepts(tuple(sorted(set(schemes))), broader, users, labels)


def _tree(engine: Engine, topic: str, schemes: Sequence[str]) -> dict[str, list[str]]:
    """Return concept → those above it: of the whole scheme, or around the topic in a large one."""
    rows: list[Solution] = []
    if schemes:
        names = " ".join(str(NamedNode(name)) for name in schemes)
        rows = engine.rows(_OF_SCHEME.format(schemes=names, most=MOST + 1))
    if (not schemes or len(rows) > MOST) and topic not in schemes:
        rows = engine.rows(_OF_CONCEPT.format(topic=topic, most=MOST))
    broader: dict[str, list[str]] = defaultdict(list)
    for row in rows[:MOST]:
        above = broader[row["concept"].value]
        if isinstance(row.get("broader"), NamedNode):
            above.append(row["broader"].value)
    return dict(broader)


def _fetch_users(
    engine: Engine, topic: str, broader: Mapping[str, Iterable[str]], main: str
) -> dict[str, list[tuple[str, str]]]:
    concepts = " ".join(str(NamedNode(name)) for name in sorted({topic, *broader}))
    rows = engine.rows(_USERS_QUERY.format(concepts=concepts, kind=main, most=_USERS + 1))
    if len(rows) > _USERS:
        return {}
    users: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if isinstance(row["thing"], NamedNode):
            users[row["concept"].value].append((row["thing"].value, row["path"].value))
    return {concept: sorted(found) for concept, found in sorted(users.items())}


# The tree of concepts as a page shows it, and those who are described with one.

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
class ConceptUser:
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
    users: tuple[ConceptUser, ...]


def concept_tree(topic: str, concepts: Concepts, views: Views) -> Tree | None:
    """Return the tree of a topic; None when it is no concept, or stands alone."""
    is_scheme = topic in concepts.schemes
    narrower = concepts.narrower()
    path = _above(topic, concepts) | {topic}
    shown = set(concepts.broader)
    if len(shown) > _LARGE and not is_scheme:
        shown = path | set(concepts.below(topic))
    branches = _branches(narrower.get("", ()), topic, concepts, narrower, shown, views, frozenset())
    users = () if is_scheme else tuple(_linked_users(topic, concepts, views))
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
            linked = sort_values(map(views.link_to, things), views.language)
            found.append(Branch(views.link_to(name), name == topic, linked, below))
    language = views.language
    return tuple(sorted(found, key=lambda b: (sort_key(b.concept.text, language), b.concept.href)))


def _linked_users(topic: str, concepts: Concepts, views: Views) -> list[ConceptUser]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for concept in concepts.below(topic):
        for thing, path in concepts.users.get(concept, ()):
            found[thing, path] += [concept] if concept != topic else []
    language = views.language
    users = [
        ConceptUser(
            views.link_to(thing),
            views.link_to(path),
            sort_values(map(views.link_to, narrower), language),
        )
        for (thing, path), narrower in sorted(found.items())
    ]
    return sorted(users, key=lambda user: (sort_key(user.thing.text, language), user.thing.href))
