"""Concepts in their tree, and who is described with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from publisher.query.engine import Description, Engine, Row
from publisher.rdf.namespaces import iri
from publisher.render.called import read_names
from publisher.render.labels import Labels

_KIND = iri("rdf:type")
_CONCEPT, _SCHEME = iri("skos:Concept"), iri("skos:ConceptScheme")
_IN = frozenset(iri(name) for name in ("skos:inScheme", "skos:topConceptOf"))
# What the tree tells, so that the page need not say it again.
TOLD = _IN | {iri(f"skos:{name}") for name in ("hasTopConcept", "broader", "narrower")}
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
_WHO = """
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


def read_concepts(engine: Engine, topic: str, description: Description, main: str) -> Concepts:
    """Return the concepts around a topic; none when it is neither a concept nor a scheme of them.

    Args:
        engine: Over the release.
        topic: IRI of what the document is about.
        description: Of the document.
        main: IRI of the class whose things are looked for; empty for none.
    """
    said = [
        (t.predicate.value, t.object.value)
        for t in description.own
        if t.subject == NamedNode(topic) and isinstance(t.object, NamedNode)
    ]
    kinds = {value for path, value in said if path == _KIND}
    if not kinds & {_CONCEPT, _SCHEME}:
        return Concepts()
    schemes = [topic] if _SCHEME in kinds else [value for path, value in said if path in _IN]
    broader = _tree(engine, topic, sorted(set(schemes)))
    users = _users(engine, topic, broader, main) if main else {}
    names = {name for concept, above in broader.items() for name in (concept, *above)}
    names |= {name for found in users.values() for pair in found for name in pair}
    labels = read_names(engine, names | set(schemes))
    return Concepts(tuple(sorted(set(schemes))), broader, users, labels)


def _tree(engine: Engine, topic: str, schemes: Sequence[str]) -> dict[str, list[str]]:
    """Return concept → those above it: of the whole scheme, or around the topic in a large one."""
    rows: list[Row] = []
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


def _users(
    engine: Engine, topic: str, broader: Mapping[str, Iterable[str]], main: str
) -> dict[str, list[tuple[str, str]]]:
    concepts = " ".join(str(NamedNode(name)) for name in sorted({topic, *broader}))
    rows = engine.rows(_WHO.format(concepts=concepts, kind=main, most=_USERS + 1))
    if len(rows) > _USERS:
        return {}
    users: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if isinstance(row["thing"], NamedNode):
            users[row["concept"].value].append((row["thing"].value, row["path"].value))
    return {concept: sorted(found) for concept, found in sorted(users.items())}
