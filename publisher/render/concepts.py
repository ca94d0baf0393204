"""Pages of concept schemes and concepts: the tree, and who is described with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from publisher.languages import language_rank
from publisher.query.engine import Engine
from publisher.rdf.collation import alphabet, letter_key
from publisher.rdf.namespaces import iri
from publisher.release.concepts import (
    ConceptIndex,
    IndexedConcept,
    SchemeSummary,
)
from publisher.render.concept_addresses import below_path, index_path, list_name
from publisher.render.labels import Labels, fetch_labels
from publisher.render.page_model import Value
from publisher.render.values import sort_key, sort_values
from publisher.render.views import Views

_SKOS = iri("skos:Concept").removesuffix("Concept")
_THESAURUS = "http://purl.org/iso25964/skos-thes#"
_IN_SCHEME = frozenset(iri(name) for name in ("skos:inScheme", "skos:topConceptOf"))
# What the tree tells, so that the page need not say it again.
CONCEPT_PROPERTIES = (
    _IN_SCHEME
    | {iri(f"skos:{name}") for name in ("hasTopConcept", "broader", "narrower")}
    | {
        f"{_THESAURUS}{name}{kind}"
        for name in ("broader", "narrower")
        for kind in ("Generic", "Instantial", "Partitive")
    }
)
# A larger scheme shows the way to the topic, and what is right below it.
LARGE = 60
# So many concepts stand below the topic of a page at first; a list has them all.
MOST_BELOW, MOST_TOPS = 50, 100
# Of a longer way down the middle is left out.
_LONGEST_WAY, _FIRST_STEPS, _LAST_STEPS = 12, 3, 7
_MOST_ALSO = 12
# Anyone who is described with so many concepts below the topic is looked for.
_MOST_LOOKED = 200
_USERS = 400
_USERS_QUERY = """
SELECT DISTINCT ?thing ?path ?concept WHERE {{
    VALUES ?concept {{ {concepts} }}
    ?thing ?path ?concept ; a <{kind}> .
    FILTER(!STRSTARTS(STR(?path), "{skos}") && !STRSTARTS(STR(?path), "{thesaurus}"))
}}
LIMIT {most}
"""


@dataclass(frozen=True)
class Node:
    """A place in the hierarchy of a page.

    Attributes:
        name: IRI of the concept.
        below: What is below it on the page, in order.
        also: Other concepts that it is right below.
        skipped: So many steps of the way down are left out before it.
    """

    name: str
    below: tuple[Node, ...] = ()
    also: tuple[str, ...] = ()
    skipped: int = 0


@dataclass(frozen=True)
class Concepts:
    """The concepts around a topic, by IRI.

    Attributes:
        schemes: That the topic is, or is in.
        nodes: The hierarchy, from the top.
        known: What is known of each concept that is shown.
        total: How many stand right below the topic.
        users: Concept → things of the main class with the property that leads them to it.
        labels: The names of it all.
        is_scheme: Whether the topic is a scheme.
        beneath: The topic and the concepts below it, as far as they are looked at.
    """

    schemes: tuple[SchemeSummary, ...] = ()
    nodes: tuple[Node, ...] = ()
    known: Mapping[str, IndexedConcept] = field(default_factory=dict)
    total: int = 0
    users: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)
    is_scheme: bool = False
    beneath: frozenset[str] = frozenset()


def fetch_concepts(
    engine: Engine, index: ConceptIndex, topic: str, main: str, language: str
) -> Concepts:
    """Return the concepts around a topic; none when it is neither a concept nor a scheme of them.

    What it costs depends on what is shown.

    Args:
        engine: Over the release.
        index: Of its concepts.
        topic: IRI of what the document is about.
        main: IRI of the class whose things are looked for; empty for none.
        language: Of the page.
    """
    kinds = index.kinds(topic)
    if not kinds & {"concept", "scheme"}:
        return Concepts()
    is_scheme = "scheme" in kinds
    all_schemes = index.schemes()
    names = [topic] if is_scheme else index.schemes_of(topic)
    schemes = tuple(all_schemes[name] for name in names if name in all_schemes)
    tree = _Hierarchy(index, language)
    if schemes and sum(scheme.concepts for scheme in schemes) <= LARGE:
        nodes = tree.whole([scheme.iri for scheme in schemes])
        _, total = index.narrower(topic, language, 0, 0)
    else:
        nodes, total = tree.around(topic, is_scheme=is_scheme)
    beneath = set(tree.known) if is_scheme else set(index.below(topic, _MOST_LOOKED) or ())
    beneath.add(topic)
    looked = beneath | (set(tree.known) if len(tree.known) <= _MOST_LOOKED else set())
    users = _fetch_users(engine, looked, main) if main and not main.startswith(_SKOS) else {}
    others = {name for pairs in users.values() for pair in pairs for name in pair}
    others |= {name for name in looked if name in users} - tree.known.keys()
    labels = {
        **fetch_labels(engine, others),
        **{scheme.iri: scheme.names for scheme in schemes if scheme.names},
        **{name: concept.names for name, concept in tree.known.items() if concept.names},
    }
    return Concepts(schemes, nodes, tree.known, total, users, labels, is_scheme, frozenset(beneath))


class _Hierarchy:
    """Looks up what a page shows of a hierarchy."""

    def __init__(self, index: ConceptIndex, language: str) -> None:
        self._index, self._language = index, language
        self.known: dict[str, IndexedConcept] = {}

    def _below(self, name: str, most: int) -> list[str]:
        concepts, _ = self._index.narrower(name, self._language, 0, most)
        self.known.update((concept.iri, concept) for concept in concepts)
        return [concept.iri for concept in concepts]

    def whole(self, schemes: Iterable[str]) -> tuple[Node, ...]:
        """Return small schemes: each concept once, as near the top as it is."""
        tops = dict.fromkeys(name for scheme in schemes for name in self._below(scheme, LARGE))
        placed: dict[str, str] = dict.fromkeys(tops, "")
        below: dict[str, list[str]] = {}
        waiting = list(tops)
        while waiting:
            level, waiting = waiting, []
            for name in level:
                new = [n for n in self._below(name, 2 * LARGE) if n not in placed]
                placed.update(dict.fromkeys(new, name))
                below[name] = new
                waiting += new

        def node(name: str) -> Node:
            others = [n for n in self._index.broader(name, _MOST_ALSO) if n in placed]
            also = tuple(n for n in others if n != placed[name])
            return Node(name, tuple(map(node, below[name])), also)

        return tuple(map(node, tops))

    def around(self, topic: str, *, is_scheme: bool) -> tuple[tuple[Node, ...], int]:
        """Return the way down to a topic and what is right below it, and how much that is."""
        most = MOST_TOPS if is_scheme else MOST_BELOW
        concepts, total = self._index.narrower(topic, self._language, 0, most)
        self.known.update((concept.iri, concept) for concept in concepts)
        below = tuple(Node(concept.iri) for concept in concepts)
        if is_scheme:
            return below, total
        way = self._index.way_up(topic)
        others = [n for n in self._index.broader(topic, _MOST_ALSO) if n not in way[-2:-1]]
        shown, skipped = way, 0
        if len(way) > _LONGEST_WAY:
            shown = [*way[:_FIRST_STEPS], *way[-_LAST_STEPS:]]
            skipped = len(way) - len(shown)
        self.known.update(self._index.concepts([*shown, *others]))
        node = Node(topic, below, tuple(others), 0)
        first = shown[_FIRST_STEPS] if skipped else ""
        for name in reversed(shown[:-1]):
            node = Node(node.name, node.below, node.also, skipped if node.name == first else 0)
            node = Node(name, (node,))
        return (node,), total


def _fetch_users(
    engine: Engine, concepts: Iterable[str], main: str
) -> dict[str, list[tuple[str, str]]]:
    names = " ".join(str(NamedNode(name)) for name in sorted(concepts))
    rows = engine.rows(
        _USERS_QUERY.format(
            concepts=names, kind=main, most=_USERS + 1, skos=_SKOS, thesaurus=_THESAURUS
        )
    )
    if len(rows) > _USERS:
        return {}
    users: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if isinstance(row["thing"], NamedNode):
            users[row["concept"].value].append((row["thing"].value, row["path"].value))
    return {concept: sorted(pairs) for concept, pairs in sorted(users.items())}


# The tree of concepts as a page shows it, and those who are described with one.


@dataclass(frozen=True)
class Branch:
    """A concept, who is described with it, and the concepts below it.

    Attributes:
        concept: Link to it.
        is_here: Whether the page is about it.
        things: Who is described with it.
        below: The concepts below it that are shown, in order.
        notation: Of the concept; empty for none.
        also: Other concepts that it is right below.
        hidden: How many concepts right below it are not shown.
        skipped: So many steps of the way down are left out before it.
        is_deprecated: Whether it is no longer to be used.
        name: At the end of the address of its branch.
    """

    concept: Value
    is_here: bool = False
    things: tuple[Value, ...] = ()
    below: tuple[Branch, ...] = ()
    notation: str = ""
    also: tuple[Value, ...] = ()
    hidden: int = 0
    skipped: int = 0
    is_deprecated: bool = False
    name: str = ""


@dataclass(frozen=True)
class ConceptUser:
    """A thing that is described with a concept: by which property, and with which narrower ones."""

    thing: Value
    property: Value
    concepts: tuple[Value, ...]


@dataclass(frozen=True)
class IndexLetter:
    """A letter of an alphabetical index: where its names are listed, and how many there are."""

    letter: str
    path: str
    count: int


@dataclass(frozen=True)
class Tree:
    """The concepts around a topic.

    Attributes:
        schemes: The schemes that the topic is in; none on the page of such a scheme.
        branches: From the top.
        users: Who is described with the topic, or with what lies below it.
        total: How many concepts stand right below the topic.
        listing: Path of the page that lists all of these; empty when all are shown.
        slug: What the first scheme is called in addresses; empty when there is none.
        concepts: How many concepts a scheme has, on its own page.
        letters: The alphabetical index of a scheme, on its own page.
        spoken: Its languages: tag and path of the index in each.
        notation: Of the topic; empty for none.
        is_deprecated: Whether the topic is no longer to be used.
    """

    schemes: tuple[Value, ...]
    branches: tuple[Branch, ...]
    users: tuple[ConceptUser, ...]
    total: int = 0
    listing: str = ""
    slug: str = ""
    concepts: int = 0
    letters: tuple[IndexLetter, ...] = ()
    spoken: tuple[tuple[str, str], ...] = ()
    notation: str = ""
    is_deprecated: bool = False


def concept_tree(
    topic: str, concepts: Concepts, views: Views, index: ConceptIndex | None = None
) -> Tree | None:
    """Return the tree of a topic; None when it is no concept, or stands alone."""
    users = () if concepts.is_scheme else tuple(_linked_users(topic, concepts, views))
    if not concepts.nodes or (len(concepts.known) < 2 and not users and not concepts.is_scheme):
        return None
    branches = tuple(_branch(node, topic, concepts, views) for node in concepts.nodes)
    shown = len(concepts.nodes) if concepts.is_scheme else _shown_below(topic, concepts.nodes)
    slug = concepts.schemes[0].slug if concepts.schemes else ""
    listing = ""
    if concepts.total > shown and len(concepts.known) != sum(s.concepts for s in concepts.schemes):
        listing = below_path(slug, topic, views.base_iri)
    letters: tuple[IndexLetter, ...] = ()
    spoken: tuple[tuple[str, str], ...] = ()
    if concepts.is_scheme and concepts.schemes and index is not None:
        scheme = concepts.schemes[0]
        language = index_language(scheme, views.language)
        letters = index_letters(index, scheme, language)
        spoken = tuple((tag, index_path(scheme.slug, tag)) for tag in scheme.languages)
    return Tree(
        schemes=()
        if concepts.is_scheme
        else tuple(views.link_to(scheme.iri) for scheme in concepts.schemes),
        branches=branches,
        users=users,
        total=concepts.total,
        listing=listing,
        slug=slug,
        concepts=concepts.schemes[0].concepts if concepts.is_scheme and concepts.schemes else 0,
        letters=letters,
        spoken=spoken,
        notation=concepts.known[topic].notation if topic in concepts.known else "",
        is_deprecated=topic in concepts.known and concepts.known[topic].is_deprecated,
    )


def _shown_below(topic: str, nodes: Iterable[Node]) -> int:
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node.name == topic:
            return len(node.below)
        waiting += node.below
    return 0


def index_language(scheme: SchemeSummary, language: str) -> str:
    """Return the language in which a scheme's index is shown to a reader of a language."""
    tags = list(scheme.languages) or [""]
    near = [tag for tag in tags if language_rank(tag, language) <= 1]
    return (near or tags)[0]


def index_letters(
    index: ConceptIndex, scheme: SchemeSummary, language: str
) -> tuple[IndexLetter, ...]:
    """Return the letters of a scheme's index: the whole alphabet, also those without a name."""
    counts = index.letters(scheme.iri, language)
    own = alphabet(language) if any(letter.isalpha() for letter in counts) else ()
    ordered = sorted({*own, *counts}, key=lambda letter: letter_key(letter, language))
    return tuple(
        IndexLetter(letter, index_path(scheme.slug, language, letter), counts.get(letter, 0))
        for letter in ordered
    )


def _branch(node: Node, topic: str, concepts: Concepts, views: Views) -> Branch:
    known = concepts.known.get(node.name)
    things = {thing for thing, _ in concepts.users.get(node.name, ())}
    narrower = known.narrower if known else 0
    # On a way down a concept shows one of those below it; the others are on its own page.
    hidden = narrower if not node.below else 0
    return Branch(
        concept=views.link_to(node.name),
        is_here=node.name == topic,
        things=sort_values(map(views.link_to, things), views.language),
        below=tuple(_branch(each, topic, concepts, views) for each in node.below),
        notation=known.notation if known else "",
        also=tuple(map(views.link_to, node.also)),
        hidden=hidden if node.name != topic else 0,
        skipped=node.skipped,
        is_deprecated=known is not None and known.is_deprecated,
        name=list_name(node.name, views.base_iri),
    )


def _linked_users(topic: str, concepts: Concepts, views: Views) -> list[ConceptUser]:
    by_pair: dict[tuple[str, str], list[str]] = defaultdict(list)
    for concept, users in concepts.users.items():
        for thing, path in users if concept in concepts.beneath else ():
            by_pair[thing, path] += [concept] if concept != topic else []
    language = views.language
    linked = [
        ConceptUser(
            views.link_to(thing),
            views.link_to(path),
            sort_values(map(views.link_to, narrower), language),
        )
        for (thing, path), narrower in sorted(by_pair.items())
    ]
    return sorted(linked, key=lambda user: (sort_key(user.thing.text, language), user.thing.href))


def users_beneath(concepts: Concepts) -> set[str]:
    """Return the things that are described with the topic, or with a concept below it."""
    return {thing for name in concepts.beneath for thing, _ in concepts.users.get(name, ())}
