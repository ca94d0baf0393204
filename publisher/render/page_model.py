"""The parts of a page, as the templates see them: values, facts, lines, groups, things."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from publisher.rdf.namespaces import iri

# Properties that lead to the website of a thing, not to a page about it.
_WEBSITES = frozenset(
    (iri("foaf:homepage"), iri("schema:url"), "http://schema.org/url", iri("dcat:landingPage"))
)
_NOT_IN_ANCHORS = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class Value:
    """One value on a page.

    Attributes:
        text: What the reader sees.
        href: Where it leads; empty when it is no link.
        language: Language tag of the text, when it is not the page's.
        cut: Length of the whole text in characters, when only its beginning is shown.
        nested: Rows of a thing that has no name, shown in place.
        anchor: Where such a thing is, if its IRI leads here.
        picture: Where a picture is that stands for it.
        spoken: The language of the text in words, where the page tells it.
        parts: What the text is made of, where some of it leads elsewhere.
    """

    text: str
    href: str = ""
    language: str = ""
    cut: int = 0
    nested: tuple[PropertyValues, ...] = ()
    anchor: str = ""
    picture: str = ""
    spoken: str = ""
    parts: tuple[Value, ...] = ()

    @property
    def external(self) -> bool:
        """Tell whether the link leads to another site."""
        return "://" in self.href


@dataclass(frozen=True)
class Fact:
    """Values of one property that rest on the same sources and have the same notes."""

    values: tuple[Value, ...]
    sources: tuple[Value, ...] = ()
    notes: tuple[Value, ...] = ()


@dataclass(frozen=True)
class PropertyValues:
    """A property with its values.

    Attributes:
        name: What the property is called.
        iri: IRI of the property.
        facts: In order.
        detail: A few words more on the name.
    """

    name: Value
    iri: str
    facts: tuple[Fact, ...]
    detail: str = ""


@dataclass(frozen=True)
class PropertyGroup:
    """Lines below one heading; the heading may be empty.

    Attributes:
        heading: The heading.
        lines: The lines.
        language: Of the heading, where it is not that of the page; else empty.
    """

    heading: str
    lines: tuple[PropertyValues, ...]
    language: str = ""


@dataclass(frozen=True)
class Badge:
    """The concept out of a list that distinguishes a thing, such as its state.

    Attributes:
        name: What the property is called.
        value: The concept.
        usual: Whether most things of the class have the same.
    """

    name: Value
    value: Value
    usual: bool


@dataclass(frozen=True)
class Thing:
    """One thing as a page shows it.

    Attributes:
        iri: Its canonical IRI.
        anchor: Where it is in a document that holds many: what follows ``#`` in its IRI.
        name: What it is called.
        kinds: What it is, the publisher's own classes first.
        marks: What it is distinguished by.
        descriptions: What it is about.
        groups: Everything else, in the order of the shapes.
        disputed: Statements about it that the data does not adopt.
    """

    iri: str
    anchor: str
    name: Value
    kinds: tuple[Value, ...]
    marks: tuple[Badge, ...]
    descriptions: tuple[Value, ...]
    groups: tuple[PropertyGroup, ...]
    disputed: tuple[PropertyValues, ...] = ()

    def without(self, properties: Collection[str]) -> Thing:
        """Return the thing without the lines of some properties, which stand elsewhere."""
        groups = (
            replace(g, lines=tuple(line for line in g.lines if line.iri not in properties))
            for g in self.groups
        )
        return replace(self, groups=tuple(group for group in groups if group.lines))

    @property
    def website(self) -> tuple[str, str] | None:
        """Return host and address of its own website; None where nobody names one."""
        for line in self.lines:
            for fact in line.facts if line.iri in _WEBSITES else ():
                for value in fact.values:
                    if value.external and (host := urlsplit(value.href).hostname):
                        return host, value.href
        return None

    @property
    def lines(self) -> tuple[PropertyValues, ...]:
        """Return the lines of every group, in order."""
        return tuple(line for group in self.groups for line in group.lines)


@dataclass(frozen=True)
class Section:
    """Things of one kind in a document that holds many."""

    kind: Value
    anchor: str
    things: tuple[Thing, ...]


def anchor_of(name: str) -> str:
    """Return where a thing is in a document of many: its fragment, else made of its IRI."""
    return name.partition("#")[2] or _NOT_IN_ANCHORS.sub("-", name.partition("//")[2]).strip("-")
