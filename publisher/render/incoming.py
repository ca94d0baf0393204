"""The links to a document's things: by what links and how, and by the statements that name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from publisher.messages import translate
from publisher.rdf.namespaces import iri
from publisher.render.layout import Layout
from publisher.render.neighbours import Neighbour, Neighbourhood
from publisher.render.page_model import Fact, PropertyGroup, PropertyValues, Value
from publisher.render.values import (
    format_literal,
    sentence_case,
    shorten_text,
    sort_key,
    sort_values,
)
from publisher.render.views import OBJECT, PREDICATE, Views

_TYPE, _SOURCE = iri("rdf:type"), iri("dcterms:source")


class Incoming:
    """Makes views of the links to the things of one document, in one language."""

    def __init__(
        self,
        views: Views,
        neighbourhood: Neighbourhood,
        layout: Layout,
        language: str,
        described: Mapping[str, Sequence[str]],
    ) -> None:
        """Keep what names and links are made with.

        ``described`` are the document's things, and the classes of each.
        """
        self._described = described
        self._views = views
        self._neighbourhood = neighbourhood
        self._layout = layout
        self._language = language

    def groups(
        self, triples: Iterable[Triple], shown: frozenset[str], *, many: bool
    ) -> tuple[PropertyGroup, ...]:
        """Return the links: first the statements, by what they are about, then the others.

        Args:
            triples: That point to the things.
            shown: IRIs that the page links to already; they are not repeated.
            many: Whether the document has many things, so that a link must say to which.
        """
        statements, others = [], []
        for triple in triples:
            if not isinstance(triple.subject, NamedNode) or triple.subject.value in shown:
                continue
            neighbour = self._neighbourhood.of(triple.subject.value)
            if neighbour.statement() is None:
                others.append(triple)
            elif self._tells(triple, neighbour):
                statements.append((triple, neighbour))
        cited = [s for s in statements if s[0].predicate.value == _SOURCE]
        named = [s for s in statements if s[0].predicate.value != _SOURCE]
        groups = (
            PropertyGroup(
                translate("Facts from this source", self._language), self._by_subject(cited)
            ),
            PropertyGroup(
                translate("Facts that refer to this", self._language), self._by_subject(named)
            ),
            PropertyGroup(
                translate("What links to this", self._language), self._linked(others, many)
            ),
        )
        return tuple(group for group in groups if group.lines)

    @staticmethod
    def _tells(triple: Triple, neighbour: Neighbour) -> bool:
        """Tell whether a statement says more than the plain link beside it."""
        if triple.predicate.value == PREDICATE:
            return False
        return triple.predicate.value != OBJECT or not neighbour.adopted

    def _by_subject(self, statements: list[tuple[Triple, Neighbour]]) -> tuple[PropertyValues, ...]:
        by_subject: dict[str, dict[str, Value]] = defaultdict(dict)
        for triple, neighbour in statements:
            statement = neighbour.statement()
            if statement is not None and isinstance(triple.subject, NamedNode):
                subject, predicate, value = statement
                words = f"{self._views.link_to(predicate).text}: {self._in_words(value)}"
                if not neighbour.adopted:
                    words += f" ({translate('not adopted here', self._language)})"
                name = triple.subject.value
                by_subject[subject][name] = Value(words, self._views.link_to(name).href)
        lines = [
            PropertyValues(
                self._views.link_to(subject),
                "",
                (Fact(sort_values(facts.values(), self._language)),),
            )
            for subject, facts in by_subject.items()
        ]
        return tuple(sorted(lines, key=lambda line: sort_key(line.name.text, self._language)))

    def _in_words(self, value: NamedNode | Literal) -> str:
        if isinstance(value, NamedNode):
            return self._views.link_to(value.value).text
        return shorten_text(format_literal(value, self._language), legible=bool(value.language))[0]

    def _linked(self, triples: list[Triple], many: bool) -> tuple[PropertyValues, ...]:
        grouped: dict[tuple[str, str, str, str], list[NamedNode]] = defaultdict(list)
        for triple in triples:
            assert isinstance(triple.subject, NamedNode)
            assert isinstance(triple.object, NamedNode)
            target, predicate = triple.object.value, triple.predicate.value
            classes = self._described.get(target, ())
            called = self._layout.inverse(classes, predicate, self._language)
            kind = "" if called else self._kind(triple)
            grouped[called, kind, predicate, target if many else ""].append(triple.subject)
        lines = [self._line(*key, subjects) for key, subjects in grouped.items()]
        language = self._language
        return tuple(
            sorted(lines, key=lambda line: (sort_key(line.name.text, language), line.detail))
        )

    def _kind(self, triple: Triple) -> str:
        """Return the class that best says what links: the publisher's own before others'."""
        if triple.predicate.value == _TYPE and isinstance(triple.object, NamedNode):
            return triple.object.value
        kinds = self._neighbourhood.of(getattr(triple.subject, "value", "")).kinds
        return min(
            kinds,
            key=lambda kind: (self._views.link_to(kind).external, kind),
            default="",
        )

    def _line(
        self, called: str, kind: str, predicate: str, target: str, subjects: list[NamedNode]
    ) -> PropertyValues:
        if called:
            # The shape of the thing itself names the way back.
            name = Value(sentence_case(called))
            detail = self._views.link_to(target).text if target else ""
            return PropertyValues(name, predicate, self._facts(subjects), detail)
        placing = self._layout.of([kind]).get(predicate)
        spoken = placing.names.get(self._language) if placing else None
        verb = spoken or self._views.link_to(predicate).text
        to = self._views.link_to(target).text if target else translate("this", self._language)
        if not kind:
            name, detail = self._views.link_to(predicate), to
        elif predicate == _TYPE:
            name, detail = self._views.link_to(kind), ""
        else:
            name, detail = self._views.link_to(kind), sentence_case(f"{verb}: {to}")
        return PropertyValues(name, predicate, self._facts(subjects), detail)

    def _facts(self, subjects: list[NamedNode]) -> tuple[Fact, ...]:
        by_sources: dict[tuple[str, ...], list[Value]] = defaultdict(list)
        for subject in dict.fromkeys(subjects):
            sources = tuple(
                source
                for source in self._views.sources_of_fact(subject.value)
                if source not in self._described
            )
            by_sources[sources].append(self._views.link_to(subject.value))
        return tuple(
            Fact(sort_values(values, self._language), tuple(map(self._views.link_to, sources)))
            for sources, values in by_sources.items()
        )
