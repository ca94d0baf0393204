"""Where things are: one derivation for tables, maps, cards and pages.

A thing is at a place when it has a seat there (directly or by a site), when it serves the place, or
when it lies in it; and it is at everything that this place lies within: site → town or municipality
→ county. Properties of a publisher's own count when the ontology says that they are special cases
of a known one (``rdfs:subPropertyOf``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields

from publisher.rdf.namespaces import iri

SUB_PROPERTY = iri("rdfs:subPropertyOf")
# Brackets that follow each other are the step from a site to its place.
_SEATS_IN_PATH = re.compile(r"\(([^()]*)\)/\(\1\)")


def _iris(*names: str) -> tuple[str, ...]:
    return tuple(map(iri, names))


def alternatives(properties: Iterable[str]) -> str:
    """Return a property path that any of some properties takes (SPARQL 1.1, section 9.1).

    >>> alternatives(["https://e.org/a", "https://e.org/b"])
    '<https://e.org/a>|<https://e.org/b>'
    """
    return "|".join(f"<{name}>" for name in properties)


@dataclass(frozen=True)
class LocationProperties:
    """The properties that say where things are.

    Attributes:
        seats: Lead from a thing to its site or its place, and from a site to its place.
        areas: Lead from a thing to the areas that it serves.
        about: Lead from a document to the places that it is about.
        inside: Lead from a place, or anything that has one, to what it lies within.
        holds: The same the other way round.
        parts: Lead from a place to what it is a part of. Books and series have them too, so nothing
            but a place is followed along them.
    """

    seats: tuple[str, ...] = _iris(
        "org:hasPrimarySite",
        "org:hasRegisteredSite",
        "org:hasSite",
        "locn:location",
        "schema:location",
    )
    areas: tuple[str, ...] = _iris("schema:areaServed", "schema:serviceArea")
    about: tuple[str, ...] = _iris("dcterms:spatial")
    inside: tuple[str, ...] = _iris("schema:containedInPlace", "geo:sfWithin", "geo:ehInside")
    holds: tuple[str, ...] = _iris("schema:containsPlace", "geo:sfContains", "geo:ehContains")
    parts: tuple[str, ...] = _iris("dcterms:isPartOf")

    def extended(self, pairs: Collection[tuple[str, str]]) -> LocationProperties:
        """Return these with the special cases of them.

        Args:
            pairs: Property and the property of which it is a special case.
        """
        return LocationProperties(
            *(_closed(getattr(self, field.name), pairs) for field in fields(self))
        )

    def only(self, used: Collection[str]) -> LocationProperties:
        """Return those of them that are in use."""
        return LocationProperties(
            *(tuple(p for p in getattr(self, field.name) if p in used) for field in fields(self))
        )

    @property
    def within_path(self) -> str:
        """Return the path from a place to what it lies within directly; empty for none."""
        return "|".join(filter(None, [self.inside_path, alternatives(self.parts)]))

    @property
    def inside_path(self) -> str:
        """Return the same for anything that may be in a place; empty for none."""
        ways = [alternatives(self.inside), *(f"^<{name}>" for name in self.holds)]
        return "|".join(filter(None, ways))

    @property
    def path(self) -> str:
        """Return the path from a thing to every place where it is; empty for none.

        It passes sites, which are no places; see ``site_path``.
        """
        seats, within = alternatives(self.seats), self.within_path
        ways = [alternatives((*self.areas, *self.about)), self.inside_path]
        ways += [f"({seats})", f"({seats})/({seats})"] if seats else []
        found = "|".join(filter(None, ways))
        return f"({found})" + (f"/({within})*" if within else "") if found else ""


DEFAULT = LocationProperties()


def _closed(known: tuple[str, ...], pairs: Collection[tuple[str, str]]) -> tuple[str, ...]:
    found = dict.fromkeys(known)
    size = 0
    while len(found) > size:
        size = len(found)
        found.update(dict.fromkeys(sorted(part for part, whole in pairs if whole in found)))
    return tuple(found)


def is_location_path(path: str) -> bool:
    """Tell whether a path is one of ``LocationProperties.path``."""
    return path.startswith("(")


def site_path(path: str) -> str:
    """Return the path by which sites, on the way of such a path, lead on; empty for none.

    >>> site_path(LocationProperties().only(["http://www.w3.org/ns/org#hasSite"]).path)
    '<http://www.w3.org/ns/org#hasSite>'
    """
    found = _SEATS_IN_PATH.search(path)
    return found[1] if found else ""
