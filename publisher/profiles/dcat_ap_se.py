"""The rules of DCAT-AP-SE as tables; ``dcat_ap_se_shapes`` makes SHACL shapes of them.

A row of ``dcat_ap_se.csv`` says what DCAT-AP-SE 3.0.1 demands of one property of one class, as the
harvester of dataportal.se applies it. The rules are DIGG's (the templates of diggsweden/DCAT-AP-SE,
CC BY 4.0; the column ``source`` names the template); the words are ours. The columns:

- ``class``, ``path``: of what, and which property of it.
- ``kind``: what a value must be: a ``text`` (in a language), any other ``literal``, a ``typed``
  literal, an ``iri``, a ``node`` (with or without an IRI), or a ``group``: a node that is part of
  the description and has rules of its own. A ``box`` is a group without an IRI.
- ``least``, ``wanted``, ``most``: how many values there must be, should be and may be.
- ``of``: datatypes of a typed literal, the class of a group, else lists of ``lists.csv``.
- ``pattern``: what the spelling of a value must match.
- ``passes_over``: values that do not match the pattern are not judged, and count as if absent.
- ``advised``: what the specification wants the spelling to match, and the harvester does not.
- ``old``: the property is given up; what it says is not counted.
- ``when``: the rule holds for high-value datasets only.
- ``en``, ``sv``: what the value says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from publisher.profiles.csv_tables import PropertyRule, read_rule, read_table
from publisher.rdf.namespaces import PREFIXES

# What the profile is called in settings and reports.
DCAT_AP_SE = "dcat-ap-se"
# The implementing regulation on high-value datasets.
HIGH_VALUE = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
_RULE = "urn:publisher:dcat-ap-se:"
# As DIGG's templates write them: schema.org and ORG under their other scheme.
_PREFIXES = {
    **PREFIXES,
    "odrs": "http://schema.theodi.org/odrs#",
    "org": "https://www.w3.org/ns/org#",
    "schema": "http://schema.org/",
}
# The class of a row → the classes whose things it judges; each of itself where it is not here.
TARGETS = {
    "vcard:Kind": ("vcard:Kind", "vcard:Individual", "vcard:Organization"),
    "foaf:Agent": ("foaf:Agent", "foaf:Person", "foaf:Organization"),
}
GROUPS = ("group", "box")


def expand(name: str) -> str:
    """Return the IRI of a prefixed name of the tables."""
    prefix, _, local = name.partition(":")
    return _PREFIXES[prefix] + local


@dataclass(frozen=True, kw_only=True)
class ProfileRule(PropertyRule):
    """One row of a table of rules; the columns are described above."""

    pattern: str
    passes_over: bool
    advised: str
    when: str

    @property
    def name(self) -> str:
        """Return what it is called in a report: class, property and, for a box, its kind."""
        return f"{self.owner} {self.path}{' box' if self.kind == 'box' else ''}"

    def iri(self, aspect: str) -> str:
        """Return the IRI of the shape for one aspect of the rule, such as ``least``."""
        return _RULE + quote(f"{self.name} {aspect}".replace(" ", "/"), safe="/:")


@cache
def read_rules() -> tuple[ProfileRule, ...]:
    """Return the rules of DCAT-AP-SE 3.0.1."""
    return tuple(map(_rule, read_table("dcat_ap_se.csv")))


@cache
def read_lists() -> Mapping[str, tuple[str, ...]]:
    """Return name → the IRIs of each list that values are chosen from."""
    lists: dict[str, list[str]] = {}
    for row in read_table("lists.csv"):
        lists.setdefault(row["list"], []).append(row["value"])
    return {name: tuple(values) for name, values in lists.items()}


def _rule(row: Mapping[str, str]) -> ProfileRule:
    return ProfileRule(
        **read_rule(row),
        pattern=row["pattern"],
        passes_over=bool(row["passes_over"]),
        advised=row["advised"],
        when=row["when"],
    )
