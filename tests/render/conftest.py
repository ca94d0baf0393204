"""A few triples, described and made into what a page shows, without a release or a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store

from publisher.query.engine import LABELS, Description, Engine, Solution
from publisher.render.compose import classes_of
from publisher.render.incoming import Incoming
from publisher.render.labels import LabelPicker
from publisher.render.layout import Layout
from publisher.render.neighbours import fetch_neighbourhood
from publisher.render.page_model import PropertyGroup, Thing
from publisher.render.views import Views

BASE = "https://data.example.org/"
PREFIXES = """
PREFIX : <https://data.example.org/id/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX water: <https://data.example.org/def/water#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


class Pond:
    """A store in memory: an engine as far as pages ask one, and the views of what it holds."""

    def __init__(self, turtle: str) -> None:
        """Read triples written in Turtle; the usual prefixes stand before them."""
        self._store = Store()
        self._store.load((PREFIXES + turtle).encode(), format=RdfFormat.TURTLE)

    def rows(self, query: str) -> list[Solution]:
        """Return the solutions of a query."""
        solutions = self._store.query(query)
        assert isinstance(solutions, QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        return [
            cast(Solution, {name: row[name] for name in names if row[name] is not None})
            for row in solutions
        ]

    @property
    def quads(self) -> list[Quad]:
        """Return all that it holds."""
        return list(self._store)

    @property
    def engine(self) -> Engine:
        """Return this as the pages' engine."""
        return cast(Engine, self)

    def describe(self, *subjects: str) -> Description:
        """Return the description of things, with everything else in the store beside them."""
        triples = [quad.triple for quad in self._store]
        about = {
            t.subject
            for t in triples
            if t.predicate.value.endswith("#subject") and t.object.value in subjects
        }
        own = [
            t
            for t in triples
            if not isinstance(t.subject, NamedNode)
            or t.subject.value in subjects
            or t.subject in about
        ]
        incoming = [
            t
            for t in triples
            if isinstance(t.object, NamedNode) and t.object.value in subjects and t not in own
        ]
        labels: dict[str, list[tuple[str, Literal]]] = {}
        for t in triples:
            if t.predicate.value in LABELS and isinstance(t.object, Literal):
                name = str(getattr(t.subject, "value", ""))
                labels.setdefault(name, []).append((t.predicate.value, t.object))
        return Description(
            subjects=subjects,
            own=tuple(own),
            labels={name: tuple(found) for name, found in labels.items()},
            incoming=tuple(incoming),
            incoming_total=len(incoming),
            page=1,
            pages=1,
            graphs=(),
        )

    def views(self, description: Description, language: str) -> Views:
        """Return the views of a description; own things lead to a path, web pages to themselves."""
        around = fetch_neighbourhood(self.engine, description, BASE)
        names = LabelPicker(description, around.labels, language, {}, BASE)
        return Views(description, around, names, language, Layout(self.engine), _link)

    def thing(self, name: str, language: str = "en") -> Thing:
        """Return the view of one thing, named without the base."""
        subject = f"{BASE}id/{name}"
        return self.views(self.describe(subject), language).thing(subject)

    def incoming(self, name: str, language: str = "en") -> tuple[PropertyGroup, ...]:
        """Return the view of the links to one thing."""
        subject = f"{BASE}id/{name}"
        description = self.describe(subject)
        around = fetch_neighbourhood(self.engine, description, BASE)
        views, layout = self.views(description, language), Layout(self.engine)
        described = {subject: classes_of(description).get(subject, [])}
        links = Incoming(views, around, layout, language, described)
        shown = frozenset(
            t.object.value for t in description.own if isinstance(t.object, NamedNode)
        )
        return links.groups(description.incoming, shown, many=False)


def _link(name: str) -> str:
    if name.startswith(BASE):
        return "/" + name.removeprefix(BASE)
    return name if name.startswith("http") else ""


@pytest.fixture
def pond() -> Callable[[str], Pond]:
    """Return how to make a pond from a few triples in Turtle."""
    return Pond
