"""What an ontology holds, read once for all its pages, and the part of it that one page shows.

A page costs what it shows: of a large ontology the terms of one kind, some of them at a time in
alphabetical order. The numbers are those of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from publisher.messages import translate
from publisher.query.engine import Engine
from publisher.rdf.collation import index_letter
from publisher.rdf.namespaces import iri
from publisher.render.dataset_page import is_catalogued
from publisher.render.labels import Labels, fetch_labels
from publisher.render.ontology.axioms import RULE, VARIABLE
from publisher.render.ontology.terms import CLASSES, Term, Terms, fetch_things
from publisher.render.values import sentence_case, sort_key

# So many terms of a kind are on a page of an ontology that holds more than so many in all.
PART, MOST_WHOLE = 50, 150
TERMS_PARAMETER, TERM_PARAMETER, ALL = "terms", "term", "all"
_ONTOLOGY = iri("owl:Ontology")
# In which order a page lists what an ontology holds, and under which heading.
KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Classes", CLASSES),
    ("Object properties", frozenset({iri("owl:ObjectProperty")})),
    ("Datatype properties", frozenset({iri("owl:DatatypeProperty")})),
    ("Annotation properties", frozenset({iri("owl:AnnotationProperty")})),
    ("Properties", frozenset({iri("rdf:Property")})),
    ("Datatypes", frozenset({iri("rdfs:Datatype")})),
    ("Rules", frozenset({RULE})),
    ("Individuals", frozenset({iri("owl:NamedIndividual")})),
    ("Other terms", frozenset()),
)


@dataclass(frozen=True)
class TermChoice:
    """Which terms of an ontology a reader asked for.

    Attributes:
        terms: ``all``, or a kind and a part of it (``2.3``); empty for the beginning.
        term: The end of the name of one term, whose part is shown; empty for none.
    """

    terms: str = ""
    term: str = ""

    @property
    def is_whole(self) -> bool:
        """Tell whether everything is to be on one page."""
        return self.terms == ALL

    def place(self) -> tuple[int, int]:
        """Return number of the kind and of the part, both from 1; the first where none is named."""
        kind, _, part = self.terms.partition(".")
        numbers = [int(n) if n.isascii() and n.isdigit() else 1 for n in (kind, part)]
        return max(1, numbers[0]), max(1, numbers[1])


@dataclass(frozen=True)
class OntologyIndex:
    """The terms of an ontology, and what they are called.

    Attributes:
        topic: IRI of the ontology.
        things: IRI → kinds and places of its terms, and of what else its document holds.
        others: Things of its document that have no kind.
        labels: The names of all of them, and of what they lead to.
        subjects: The things of its document.
    """

    topic: str
    things: Terms
    others: tuple[str, ...]
    labels: Labels
    subjects: tuple[str, ...] = ()

    @cached_property
    def terms(self) -> Terms:
        """Return the classes, properties, datatypes and individuals."""
        return {name: thing for name, thing in self.things.items() if thing.is_term}

    @cached_property
    def namespace(self) -> str:
        """Return what is before the names of the classes."""
        first = next((name for name, term in self.terms.items() if term.is_class), "")
        return first[: max(first.rfind("#"), first.rfind("/")) + 1] or self.topic

    @cached_property
    def is_ontology(self) -> bool:
        """Tell whether it is one: it says so, or has classes or properties named with a hash."""
        topic = self.things.get(self.topic)
        return (topic is not None and _ONTOLOGY in topic.kinds) or any(
            "#" in name and (term.is_class or term.is_property) for name, term in self.terms.items()
        )

    @cached_property
    def kinds(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return heading → the terms of a kind, each term once; kinds without any are left out.

        Of a document that is no ontology, such as a scheme of concepts named with a hash, headings
        are the IRIs of classes.
        """
        if not self.is_ontology:
            return self._by_class
        # What is of a class that is no kind of term is an individual, said to be one or not.
        of_document = {n: bool(t.kinds) for n, t in self.things.items() if "#" in n}
        of_document |= dict.fromkeys((name for name in self.others if "#" in name), False)
        named = (n for n in (*self.terms, *of_document) if self._is_shown(n))
        left = dict.fromkeys(named)
        listed = []
        for heading, kinds in KINDS:
            takes_typed = heading == "Individuals"
            names = [
                name
                for name in left
                if not kinds
                or (name in self.things and self.things[name].kinds & kinds)
                or (takes_typed and name not in self.terms and of_document[name])
            ]
            taken = set(names)
            left = {name: None for name in left if name not in taken}
            if names:
                listed.append((heading, tuple(names)))
        return tuple(listed)

    @property
    def _by_class(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        by_class: dict[str, list[str]] = {}
        for name in self.subjects:
            if name != self.topic:
                kinds = self.things[name].kinds if name in self.things else ()
                by_class.setdefault(min(kinds, default="Other terms"), []).append(name)
        largest_first = sorted(by_class.items(), key=lambda kind: (-len(kind[1]), kind[0]))
        return tuple((heading, tuple(names)) for heading, names in largest_first)

    def _is_shown(self, name: str) -> bool:
        """Tell whether a thing is listed: the variables of rules stand in these alone."""
        return name not in self.things or self.things[name].kinds != {VARIABLE}

    @cached_property
    def is_large(self) -> bool:
        """Tell whether its page shows it a part at a time; files of a dataset stand together."""
        topic = self.things.get(self.topic)
        if not self.is_ontology and topic is not None and is_catalogued(topic.kinds):
            return False
        return sum(len(names) for _, names in self.kinds) > MOST_WHOLE


def fetch_index(
    engine: Engine, topic: str, subjects: Sequence[str], placed: Sequence[str]
) -> OntologyIndex:
    """Return what an ontology holds, fetched from the engine.

    Args:
        engine: Over the release.
        topic: IRI of the ontology.
        subjects: The things of its document.
        placed: Terms that belong to it by their names.
    """
    things = fetch_things(engine, topic, subjects, placed)
    unlabelled = {*things, *subjects}
    for term in things.values():
        unlabelled |= {*term.above, *term.domain, *term.range}
    others = tuple(name for name in subjects if name not in things)
    unlabelled |= {kind for name in subjects if name in things for kind in things[name].kinds}
    return OntologyIndex(topic, things, others, fetch_labels(engine, unlabelled), tuple(subjects))


@dataclass(frozen=True)
class ListedKind:
    """The terms of one kind in the order of a language.

    Attributes:
        heading: What they are, in the language.
        names: Their IRIs.
        letters: Letter → number of the part in which its terms begin.
    """

    heading: str
    names: tuple[str, ...]
    letters: Mapping[str, int]

    @property
    def parts(self) -> int:
        """Return in how many parts a large ontology shows them."""
        return max(1, -(-len(self.names) // PART))

    def part(self, number: int) -> tuple[str, ...]:
        """Return the names of a part, from 1; of the last one for what is beyond."""
        number = min(number, self.parts)
        return self.names[(number - 1) * PART : number * PART]


def listed_kinds(
    index: OntologyIndex, called: Callable[[str], str], language: str
) -> tuple[ListedKind, ...]:
    """Return the terms by kind, each kind in the order of a language."""
    kinds = []
    titles = {heading: translate(heading, language) for heading, _ in KINDS}
    for heading, names in index.kinds:
        texts = {name: called(name) for name in names}
        ordered = sorted(names, key=lambda name: (sort_key(texts[name], language), name))
        letters: dict[str, int] = {}
        for number, name in enumerate(ordered):
            letters.setdefault(index_letter(texts[name], language), number // PART + 1)
        title = titles[heading] if heading in titles else sentence_case(called(heading))
        kinds.append(ListedKind(title, tuple(ordered), letters))
    return tuple(kinds)


def local_name(name: str) -> str:
    """Return the end of an IRI: what follows the last hash or slash."""
    return name.replace("#", "/").rpartition("/")[2]


def term_parameter(name: str) -> str:
    """Return the parameter of an address that asks for the part in which a term is.

    >>> term_parameter("http://e.org/o#a&b")
    'term=a%26b'
    """
    return f"{TERM_PARAMETER}={quote(local_name(name), safe='')}"


def find_place(kinds: Sequence[ListedKind], choice: TermChoice) -> tuple[int, int]:
    """Return numbers of the kind and the part that a choice means, both from 1."""
    if choice.term:
        for number, kind in enumerate(kinds, start=1):
            for position, name in enumerate(kind.names):
                if local_name(name) == choice.term:
                    return number, position // PART + 1
    number, part = choice.place()
    number = min(number, max(1, len(kinds)))
    return number, min(part, kinds[number - 1].parts if kinds else 1)


def shown_terms(kinds: Sequence[ListedKind], choice: TermChoice) -> tuple[str, ...]:
    """Return the terms that are described where a part of an ontology is shown."""
    if not kinds:
        return ()
    number, part = find_place(kinds, choice)
    return kinds[number - 1].part(part)


def is_deprecated(term: Term | None) -> bool:
    """Tell whether a term is no longer to be used."""
    return term is not None and term.is_deprecated
