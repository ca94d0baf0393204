"""Statements about triples (rdf:Statement): who says so, what is noted, what is not adopted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal

from publisher.rdf.namespaces import iri

SUBJECT, PREDICATE, OBJECT = (iri(f"rdf:{part}") for part in ("subject", "predicate", "object"))
_SOURCE, _NOTE = iri("dcterms:source"), iri("skos:note")

Fact = tuple[str, object]
Described = Mapping[str, Mapping[str, Sequence[object]]]


@dataclass
class Statements:
    """What the statements of one description say of the facts on its page.

    A fact is a property and a value of a thing. ``about`` has the facts of each thing.
    """

    sources: dict[tuple[str, Fact], list[str]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[tuple[str, Fact], list[Literal]] = field(default_factory=lambda: defaultdict(list))
    about: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))

    def sources_of(self, subject: str, fact: Fact, twins: Sequence[object]) -> list[str]:
        """Return who says so, sorted; a text without sources has those of its twins."""
        found = set(self.sources.get((subject, fact), ()))
        if not found and isinstance(fact[1], Literal) and fact[1].language:
            for twin in _twins(fact[1], twins):
                found |= set(self.sources.get((subject, (fact[0], twin)), ()))
        return sorted(found)


def _twins(text: Literal, all_texts: Sequence[object]) -> list[Literal]:
    """Return the texts in other languages, when there is one text per language."""
    texts = [t for t in all_texts if isinstance(t, Literal) and t.language]
    languages = {t.language for t in texts}
    return [t for t in texts if t != text] if len(languages) == len(texts) else []


def read_statements(described: Described) -> Statements:
    """Return what the statements among the things described say."""
    read = Statements()
    for said in described.values():
        if not all(said.get(part) for part in (SUBJECT, PREDICATE, OBJECT)):
            continue
        subject = str(getattr(said[SUBJECT][0], "value", ""))
        fact = (str(getattr(said[PREDICATE][0], "value", "")), said[OBJECT][0])
        read.about[subject].append(fact)
        read.sources[subject, fact] += [str(getattr(s, "value", "")) for s in said.get(_SOURCE, ())]
        read.notes[subject, fact] += [n for n in said.get(_NOTE, ()) if isinstance(n, Literal)]
    return read
