"""What happened to a topic and what others say of it, in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babel.dates import format_date
from pyoxigraph import Literal, NamedNode

from publisher.languages import locale_of
from publisher.query.engine import Description
from publisher.rdf.namespaces import iri
from publisher.render.facts.related import Properties, RelatedFacts, first_literal
from publisher.render.labels import best_label, foreign_language
from publisher.render.neighbours import (
    ATTRIBUTED_TO,
    DATE_TYPES,
    END_PROPERTIES,
    NUMBER_PROPERTIES,
    START_PROPERTIES,
)
from publisher.render.page_model import Fact, Value
from publisher.render.values import format_literal, read_date, sort_key
from publisher.render.views import Views

# Of the record, not of what it is about.
_RECORD_DATES = {iri(name) for name in ("dcterms:created", "dcterms:issued", "dcterms:modified")}


@dataclass(frozen=True)
class Moment:
    """One line of a timeline.

    Attributes:
        when: Its time; None when nobody dates it.
        kind: What it is to the topic: the name of a property or a class.
        fact: What it is, with its sources and notes; none when the kind says it all.
    """

    when: DateRange | None
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


def build_timeline(
    topic: str,
    description: Description,
    related: RelatedFacts,
    views: Views,
    called: Mapping[str, Value],
) -> Timeline | None:
    """Return the timeline of a topic; None when nothing that happened to it is dated.

    Args:
        topic: Its IRI.
        description: Of the document.
        related: What the things around it tell.
        views: What names and sources are found with.
        called: IRI of a property of the topic → what the page calls it.
    """
    events = {
        name for name, properties in related.things.items() if _is_event(properties, views.language)
    }
    moved = [path for path, names in related.linked.items() if events & set(names)]
    moments = [
        Moment(read_date_range(related.things.get(name, {}), views.language), called[path], fact)
        for path in moved
        if path in called
        for name in related.linked[path]
        for fact in views.facts(topic, path, [NamedNode(name)])
    ]
    linked = {name for path in moved for name in related.linked[path]}
    incoming = sorted(name for name in events - linked if name in related.incoming)
    for name in incoming:
        sources = tuple(views.link_to(source) for source in views.sources_of_fact(name))
        fact = Fact((views.link_to(name),), sources)
        moments.append(
            Moment(read_date_range(related.things[name], views.language), _kind(name, views), fact)
        )
    if not moments:
        return None
    moments += _own_dates(topic, description, views, called)
    return Timeline(
        tuple(sorted(moments, key=lambda moment: _order(moment, views.language))),
        frozenset(moved),
        frozenset(incoming),
    )


def _is_event(properties: Properties, language: str) -> bool:
    """Tell whether a thing is dated, and neither a figure nor what somebody says."""
    return (
        not (properties.keys() & {*NUMBER_PROPERTIES, ATTRIBUTED_TO})
        and read_date_range(properties, language) is not None
    )


def _own_dates(
    topic: str, description: Description, views: Views, called: Mapping[str, Value]
) -> Iterable[Moment]:
    """Yield the dates of the topic itself."""
    for triple in description.own:
        path, date = triple.predicate.value, triple.object
        if triple.subject != NamedNode(topic) or path in _RECORD_DATES or path not in called:
            continue
        dated = literal_date(date, views.language) if isinstance(date, Literal) else None
        if dated is not None:
            for fact in views.facts(topic, path, [date]):
                yield Moment(dated, called[path], Fact((), fact.sources, fact.notes))


def _kind(name: str, views: Views) -> Value:
    kinds = [views.link_to(kind) for kind in views.kinds_of(name)]
    return min(kinds, key=lambda kind: (kind.external, kind.text), default=Value(""))


def _order(moment: Moment, language: str) -> tuple[bool, str, str, str]:
    text = moment.fact.values[0].text if moment.fact.values else ""
    key = moment.when.key if moment.when else ""
    kind = sort_key(moment.kind.text, language)
    return (moment.when is None, key, kind, sort_key(text, language))


# When something was: a day, a month, a year, or from one to another.


@dataclass(frozen=True)
class DateRange:
    """A time in the reader's form.

    Attributes:
        words: As readers write it.
        machine: As HTML's ``time`` wants it; of a stretch of time its beginning.
        key: What times are sorted by.
        years: Since the year 0, with fractions: where it is on an axis.
        short: As it is on an axis.
    """

    words: str
    machine: str
    key: str
    years: float
    short: str


def read_date_range(properties: Properties, language: str) -> DateRange | None:
    """Return the dates of a thing; None when it has none."""
    start, end = (
        first_literal(properties, START_PROPERTIES),
        first_literal(properties, END_PROPERTIES),
    )
    dates = [literal_date(term, language) for term in (start, end) if term is not None]
    known = [one for one in dates if one is not None]
    if not known:
        return None
    first = known[0]
    if start is None:
        return DateRange(f"– {first.words}", first.machine, first.key, first.years, first.short)
    if len(known) < 2 or known[1].words == first.words:
        return first
    joint = "–" if known[0].words.isdigit() and known[1].words.isdigit() else " – "
    words = joint.join(one.words for one in known)
    return DateRange(words, first.machine, f"{first.key} {known[1].key}", first.years, first.short)


def literal_date(literal: Literal, language: str) -> DateRange | None:
    """Return a date; None for a literal that is none."""
    if literal.datatype.value not in DATE_TYPES:
        return None
    day = read_date(literal.value)
    if day is None:
        return None
    start = day.replace(month=1, day=1)
    years = day.year + (day - start).days / 366
    is_year = len(literal.value) == 4
    short = str(day.year) if is_year else format_date(day, "MMM y", locale=locale_of(language))
    text = literal.value[:10]
    return DateRange(format_literal(literal, language), text, text, years, short)


# What others say of a topic, and who they are.

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


def collect_claims(related: RelatedFacts, views: Views) -> dict[str, Claim]:
    """Return the claims of others about a topic, by IRI, without its own statements."""
    claims = {
        name: _claim(name, properties, views)
        for name, properties in related.things.items()
        if ATTRIBUTED_TO in properties
        and name in related.incoming
        and any(path != ATTRIBUTED_TO for path in related.incoming[name])
    }

    def order(named: tuple[str, Claim]) -> tuple[str, str]:
        return sort_key(named[1].name.text, views.language), named[0]

    return dict(sorted(claims.items(), key=order))


def _claim(name: str, properties: Properties, views: Views) -> Claim:
    speakers = [term.value for term in properties[ATTRIBUTED_TO] if isinstance(term, NamedNode)]
    return Claim(
        views.link_to(name),
        _text(properties, _TEXTS, views.language),
        tuple(views.link_to(speaker) for speaker in sorted(speakers)),
        _text(properties, _NOTES, views.language),
        tuple(views.link_to(source) for source in views.sources_of_fact(name)),
    )


def _text(properties: Properties, paths: tuple[str, ...], language: str) -> Value:
    literals = [
        term for path in paths for term in properties.get(path, ()) if isinstance(term, Literal)
    ]
    label = best_label(literals, language)
    return Value(label.value, "", foreign_language(label, language)) if label else Value("")
