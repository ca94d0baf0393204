"""Pages about what was: releases that are kept, what changed between them, what has left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pyoxigraph import Literal, NamedNode

from publisher.addresses import Addresses
from publisher.messages import in_language, translate
from publisher.query.engine import Engine
from publisher.rdf.namespaces import iri
from publisher.release.history.difference import Change
from publisher.release.history.releases import Kept
from publisher.release.history.tombstones import Tombstone
from publisher.release.model import Release
from publisher.render.differing import shown
from publisher.render.frame import Frame, Reader
from publisher.render.labels import Names, address_as_name, best, foreign, standard_terms
from publisher.render.parts import Value
from publisher.render.values import in_words

# Entities that the page of a difference shows; JSON and RDF Patch have them all.
SHOWN = 500


def day_in_words(instant: datetime, language: str) -> str:
    """Return the day of an instant as people write it."""
    day = Literal(instant.date().isoformat(), datatype=NamedNode(iri("xsd:date")))
    return in_words(day, language)


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
        reader: Reader,
        near: Sequence[tuple[Value, Value | None]] = (),
    ) -> bytes:
        """Return the page of an entity that left.

        Args:
            tombstone: Of the entity.
            as_it_was: Address of its document in the last release that had it; may be empty.
            reader: Who asks.
            near: What is called nearly so, with what it is.
        """
        language = reader.language
        return self._frame.render(
            "gone.html",
            reader,
            tombstone.entity,
            title=translate("This is no longer here", language),
            tombstone=tombstone,
            day=day_in_words(tombstone.gone, language),
            replaced_by=self._links(tombstone.replaced_by, reader),
            events=self._links(tombstone.events, reader),
            as_it_was=as_it_was,
            near=near,
        )

    def releases(self, kept: Sequence[Kept], reader: Reader) -> bytes:
        """Return the page of the releases that are kept, the newest first."""
        before = [release.id for release in kept[1:]] + [""]
        rows = [
            (release, day_in_words(release.published, reader.language), older)
            for release, older in zip(kept, before, strict=True)
        ]
        title = translate("Releases", reader.language)
        return self._frame.render(
            "releases.html", reader, self._place("release"), title=title, rows=rows
        )

    def report(
        self, name: str, report: Mapping[str, Any], loss_allowed: str, reader: Reader
    ) -> bytes:
        """Return the page of what the check of a release found.

        Args:
            name: Of the release.
            report: What was found.
            loss_allowed: Why it may take away more than the limits allow; empty when it may not.
            reader: Who asks.
        """
        findings = [
            (finding, in_language(finding["message"], reader.language))
            for finding in report["findings"]
        ]
        return self._frame.render(
            "report.html",
            reader,
            self._place(f"release/{name}/report"),
            title=translate("Report of the release {name}", reader.language, name=name),
            findings=findings,
            loss_allowed=loss_allowed,
        )

    def difference(
        self,
        names: tuple[str, str],
        counts: Mapping[str, int],
        beginning: Iterable[Change],
        reader: Reader,
    ) -> bytes:
        """Return the page of what changed from one release to another; it shows the beginning.

        Args:
            names: Of the older release and the newer one.
            counts: Name of a kind → how many entities it happened to.
            beginning: The first changes, not more than ``SHOWN``.
            reader: Who asks.
        """
        old, new = names
        known: dict[str, Value] = {}

        def naming(name: str) -> Value:
            return known.get(name) or known.setdefault(name, self._link(name, reader))

        listed = [shown(change, naming, reader.language) for change in beginning]
        return self._frame.render(
            "difference.html",
            reader,
            self._place(f"release/{new}/diff/{old}"),
            title=translate("Differences", reader.language),
            old=old,
            new=new,
            counts=counts,
            shown=listed,
            hidden=sum(counts.values()) - len(listed),
        )

    def _place(self, path: str) -> str:
        return self._addresses.base_iri + path

    def _links(self, names: Iterable[str], reader: Reader) -> Sequence[Value]:
        return [self._link(name, reader) for name in names]

    def _link(self, name: str, reader: Reader) -> Value:
        """Return a link that bears the name of the thing it leads to."""
        prefixes, base_iri = self._release.prefixes, self._addresses.base_iri
        description = self._engine.describe((name,), 1, 1)
        if description is None:
            label = best(standard_terms().get(name, ()), reader.language)
            text = label.value if label else address_as_name(name, prefixes, base_iri)
            return Value(text, self._frame.href(name, reader))
        label = Names(description, {}, reader.language, prefixes, base_iri).of(name)
        language = foreign(label, reader.language)
        return Value(label.value, self._frame.href(name, reader), language)
