"""Pages about what was: kept releases, what changed between them, what has left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from publisher.addresses import Addresses
from publisher.messages import in_language, translate
from publisher.query.engine import Engine
from publisher.rdf.namespaces import LABELS, iri
from publisher.release.history.difference import EntityDiff, Kind
from publisher.release.history.releases import ReleaseInfo
from publisher.release.history.tombstones import Tombstone
from publisher.release.model import Release
from publisher.render.frame import Frame, PageLanguage
from publisher.render.labels import (
    LabelPicker,
    best_label,
    foreign_language,
    iri_as_label,
    term_label,
)
from publisher.render.page_model import Value
from publisher.render.values import format_literal

# Entities that the page of a difference shows; JSON and RDF Patch have them all.
MOST_SHOWN = 500


def format_day(instant: datetime, language: str) -> str:
    """Return the day of an instant as people write it."""
    day = Literal(instant.date().isoformat(), datatype=NamedNode(iri("xsd:date")))
    return format_literal(day, language)


class HistoryPages:
    """The pages of one release that look back."""

    def __init__(
        self, frame: Frame, engine: Engine, release: Release, addresses: Addresses
    ) -> None:
        """Keep what pages are made of."""
        self._frame = frame
        self._engine = engine
        self._release = release
        self._addresses = addresses

    def gone(
        self,
        tombstone: Tombstone,
        as_it_was: str,
        page_language: PageLanguage,
        near: Sequence[tuple[Value, Value | None]] = (),
    ) -> bytes:
        """Return the page of an entity that left.

        Args:
            tombstone: Of the entity.
            as_it_was: Address of its document in the last release that had it; may be empty.
            page_language: Who asks.
            near: What is called nearly so, with what it is.
        """
        language = page_language.language
        return self._frame.render(
            "gone.html",
            page_language,
            tombstone.entity,
            title=translate("This is no longer here", language),
            tombstone=tombstone,
            day=format_day(tombstone.gone, language),
            replaced_by=self._links(tombstone.replaced_by, page_language),
            events=self._links(tombstone.events, page_language),
            as_it_was=as_it_was,
            near=near,
        )

    def releases(self, infos: Sequence[ReleaseInfo], page_language: PageLanguage) -> bytes:
        """Return the page of the releases that are kept, the newest first."""
        before = [release.id for release in infos[1:]] + [""]
        rows = [
            (release, format_day(release.published, page_language.language), older)
            for release, older in zip(infos, before, strict=True)
        ]
        title = translate("Releases", page_language.language)
        return self._frame.render(
            "releases.html", page_language, self._page_address("release"), title=title, rows=rows
        )

    def report(
        self, name: str, report: Mapping[str, Any], loss_allowed: str, page_language: PageLanguage
    ) -> bytes:
        """Return the page of what the check of a release found.

        Args:
            name: Of the release.
            report: What was found.
            loss_allowed: Why it may take away more than the limits allow; empty when it may not.
            page_language: Who asks.
        """
        findings = [
            (finding, in_language(finding["message"], page_language.language))
            for finding in report["findings"]
        ]
        return self._frame.render(
            "report.html",
            page_language,
            self._page_address(f"release/{name}/report"),
            title=translate("Report of the release {name}", page_language.language, name=name),
            findings=findings,
            loss_allowed=loss_allowed,
        )

    def difference(
        self,
        names: tuple[str, str],
        counts: Mapping[str, int],
        beginning: Iterable[EntityDiff],
        page_language: PageLanguage,
    ) -> bytes:
        """Return the page of what changed from one release to another; it shows the beginning.

        Args:
            names: Of the older release and the newer one.
            counts: Name of a kind → how many entities it happened to.
            beginning: The first changes, not more than ``MOST_SHOWN``.
            page_language: Who asks.
        """
        old, new = names
        known: dict[str, Value] = {}

        def naming(name: str) -> Value:
            return known.get(name) or known.setdefault(name, self._link(name, page_language))

        listed = [view_change(change, naming, page_language.language) for change in beginning]
        return self._frame.render(
            "difference.html",
            page_language,
            self._page_address(f"release/{new}/diff/{old}"),
            title=translate("Differences", page_language.language),
            old=old,
            new=new,
            counts=counts,
            shown=listed,
            hidden=sum(counts.values()) - len(listed),
        )

    def _page_address(self, path: str) -> str:
        return self._addresses.base_iri + path

    def _links(self, names: Iterable[str], page_language: PageLanguage) -> Sequence[Value]:
        return [self._link(name, page_language) for name in names]

    def _link(self, name: str, page_language: PageLanguage) -> Value:
        """Return a link that bears the name of the thing it leads to."""
        prefixes, base_iri = self._release.prefixes, self._addresses.base_iri
        description = self._engine.describe((name,), 1, 1)
        if description is None:
            label = term_label(name, (), page_language.language)
            text = label.value if label else iri_as_label(name, prefixes, base_iri)
            return Value(text, self._frame.href(name, page_language))
        label = LabelPicker(description, {}, page_language.language, prefixes, base_iri).of(name)
        language = foreign_language(label, page_language.language)
        return Value(label.value, self._frame.href(name, page_language), language)


# What changed between two releases, in the words of the data: who reads it is no program.

# Called with an IRI, returns its name and where it is read about.
NameValue = Callable[[str], Value]


@dataclass(frozen=True)
class ChangedStatement:
    """A statement that was removed or added.

    Attributes:
        is_new: Whether it is new.
        term: What the property is called.
        value: What it says.
    """

    is_new: bool
    term: Value
    value: Value


@dataclass(frozen=True)
class ChangedEntity:
    """A thing that came, left or changed.

    Attributes:
        thing: Its name.
        dataset: Name of the dataset.
        kind: What happened to it: ``added``, ``removed`` or ``changed``.
        facts: By property; what is gone before what is new.
    """

    thing: Value
    dataset: str
    kind: str
    facts: tuple[ChangedStatement, ...]


def view_change(change: EntityDiff, naming: NameValue, language: str) -> ChangedEntity:
    """Return a change as a reader sees it.

    Args:
        change: Of one thing.
        naming: Names things and terms; what has left is named by what was said of it.
        language: Of the reader.
    """
    gone, new = list(_quads(change.removed)), list(_quads(change.added))
    facts = [_fact(q, naming, language, is_new=False) for q in gone]
    facts += [_fact(q, naming, language, is_new=True) for q in new]
    facts.sort(key=lambda fact: fact.term.text)  # a sort keeps the order among equals
    thing = naming(change.entity)
    if change.kind is Kind.REMOVED:
        label = _label(gone, change.entity, language)
        thing = (
            Value(label.value, thing.href, foreign_language(label, language)) if label else thing
        )
    return ChangedEntity(thing, change.dataset, change.kind.value, tuple(facts))


def _quads(lines: tuple[str, ...]) -> Iterator[Quad]:
    return iter(parse("\n".join(lines).encode(), format=RdfFormat.N_QUADS))


def _label(quads: list[Quad], entity: str, language: str) -> Literal | None:
    values = [
        quad.object
        for quad in quads
        if quad.predicate.value in LABELS
        and isinstance(quad.object, Literal)
        and quad.subject == NamedNode(entity)
    ]
    return best_label(values, language)


def _fact(quad: Quad, naming: NameValue, language: str, *, is_new: bool) -> ChangedStatement:
    term = quad.object
    if isinstance(term, NamedNode):
        value = naming(term.value)
    elif isinstance(term, Literal):
        value = Value(format_literal(term, language), "", foreign_language(term, language))
    else:
        value = Value("…")
    return ChangedStatement(is_new, naming(quad.predicate.value), value)
