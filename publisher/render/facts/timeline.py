"""What happened to a topic, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import Description
from publisher.rdf.namespaces import iri
from publisher.render.facts.dates import When, date_of, when
from publisher.render.facts.telling import NUMBERS, SAID_BY
from publisher.render.facts.told import Said, Told
from publisher.render.parts import Fact, Value
from publisher.render.values import sort_key
from publisher.render.views import Views

# Of the record, not of what it is about.
_OF_RECORD = {iri(name) for name in ("dcterms:created", "dcterms:issued", "dcterms:modified")}


@dataclass(frozen=True)
class Moment:
    """One line of a timeline.

    Attributes:
        when: Its time; None when nobody dates it.
        kind: What it is to the topic: the name of a property or a class.
        fact: What it is, with its sources and notes; none when the kind says it all.
    """

    when: When | None
    kind: Value
    fact: Fact


@dataclass(frozen=True)
class Timeline:
    """What happened, in order; and what the page need not say again.

    Attributes:
        moments: The dated ones by time, then the others.
        properties: Properties of the topic whose values are all here.
        things: Things that lead to the topic and are here.
    """

    moments: tuple[Moment, ...]
    properties: frozenset[str] = frozenset()
    things: frozenset[str] = frozenset()


def timeline(
    topic: str, description: Description, told: Told, views: Views, called: Mapping[str, Value]
) -> Timeline | None:
    """Return the timeline of a topic; None when nothing that happened to it is dated.

    Args:
        topic: Its IRI.
        description: Of the document.
        told: What the things around it tell.
        views: What names and sources are found with.
        called: IRI of a property of the topic → what the page calls it.
    """
    events = {name for name, said in told.things.items() if _is_event(said, views.language)}
    moved = [path for path, names in told.linked.items() if events & set(names)]
    moments = [
        Moment(when(told.things.get(name, {}), views.language), called[path], fact)
        for path in moved
        if path in called
        for name in told.linked[path]
        for fact in views.facts(topic, path, [NamedNode(name)])
    ]
    linked = {name for path in moved for name in told.linked[path]}
    incoming = sorted(name for name in events - linked if name in told.incoming)
    for name in incoming:
        sources = tuple(views.link_to(source) for source in views.sources_of_fact(name))
        fact = Fact((views.link_to(name),), sources)
        moments.append(Moment(when(told.things[name], views.language), _kind(name, views), fact))
    if not moments:
        return None
    moments += _own(topic, description, views, called)
    return Timeline(tuple(sorted(moments, key=_order)), frozenset(moved), frozenset(incoming))


def _is_event(said: Said, language: str) -> bool:
    """Tell whether a thing is dated, and neither a figure nor what somebody says."""
    return not (said.keys() & {*NUMBERS, SAID_BY}) and when(said, language) is not None


def _own(
    topic: str, description: Description, views: Views, called: Mapping[str, Value]
) -> Iterable[Moment]:
    """Yield the dates of the topic itself."""
    for triple in description.own:
        path, date = triple.predicate.value, triple.object
        if triple.subject != NamedNode(topic) or path in _OF_RECORD or path not in called:
            continue
        dated = date_of(date, views.language) if isinstance(date, Literal) else None
        if dated is not None:
            for fact in views.facts(topic, path, [date]):
                yield Moment(dated, called[path], Fact((), fact.sources, fact.notes))


def _kind(name: str, views: Views) -> Value:
    kinds = [views.link_to(kind) for kind in views.kinds_of(name)]
    return min(kinds, key=lambda kind: (kind.external, kind.text), default=Value(""))


def _order(moment: Moment) -> tuple[bool, str, str, str]:
    text = moment.fact.values[0].text if moment.fact.values else ""
    key = moment.when.key if moment.when else ""
    return (moment.when is None, key, sort_key(moment.kind.text), sort_key(text))
