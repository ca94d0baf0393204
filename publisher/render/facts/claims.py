"""What others say of a topic, and who they are."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from publisher.rdf.namespaces import iri
from publisher.render.facts.telling import SAID_BY
from publisher.render.facts.told import Said, Told
from publisher.render.labels import best, foreign
from publisher.render.parts import Value
from publisher.render.values import sort_key
from publisher.render.views import Views

_TEXTS = (iri("dcterms:description"), iri("schema:text"), iri("rdfs:comment"))
_NOTES = (iri("skos:note"),)


@dataclass(frozen=True)
class Claim:
    """What somebody says of a topic.

    Attributes:
        name: Link to it.
        text: What is said; empty when the name says it all.
        said_by: Who says it.
        note: What is to be known of it.
        sources: Where it is said.
    """

    name: Value
    text: Value
    said_by: tuple[Value, ...]
    note: Value
    sources: tuple[Value, ...]


def claims(told: Told, views: Views) -> dict[str, Claim]:
    """Return what others say of a topic, by IRI; what the topic itself says is not here."""
    found = {
        name: _claim(name, said, views)
        for name, said in told.things.items()
        if SAID_BY in said
        and name in told.incoming
        and any(path != SAID_BY for path in told.incoming[name])
    }
    return dict(sorted(found.items(), key=lambda named: (sort_key(named[1].name.text), named[0])))


def _claim(name: str, said: Said, views: Views) -> Claim:
    speakers = [term.value for term in said[SAID_BY] if isinstance(term, NamedNode)]
    return Claim(
        views.link_to(name),
        _text(said, _TEXTS, views.language),
        tuple(views.link_to(speaker) for speaker in sorted(speakers)),
        _text(said, _NOTES, views.language),
        tuple(views.link_to(source) for source in views.sources_of_fact(name)),
    )


def _text(said: Said, paths: tuple[str, ...], language: str) -> Value:
    literals = [term for path in paths for term in said.get(path, ()) if isinstance(term, Literal)]
    found = best(literals, language)
    return Value(found.value, "", foreign(found, language)) if found else Value("")
