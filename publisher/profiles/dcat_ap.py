"""SEMIC's rules as tables: DCAT-AP 3.0.1, DCAT-AP HVD 3.0 for high-value data, GeoDCAT-AP 3.0.

``dcat_ap_shapes`` makes SHACL shapes of them.

A row of ``dcat_ap.csv`` or ``dcat_ap_hvd.csv`` says what SEMIC's official shapes demand of one
property of one class (SEMICeu/DCAT-AP, CC BY 4.0; the column ``source`` names their files). A row
of ``geodcat_ap.csv`` says what GeoDCAT-AP 3.0.0 adds for maps (SEMICeu/GeoDCAT-AP,
``releases/3.0.0/shacl``, CC BY 4.0): the lists come from the definitions of its terms, and the
resolution of a service has the address of DCAT, which the official file misspells with https. The
words are ours. The columns:

- ``class``, ``path``: of what, and which property of it; ``^`` turns a property round, ``/`` is a
  step further, ``|`` means that either will do.
- ``kind``: what a value must be: a ``literal``, a ``typed`` literal, an ``iri``, a ``node`` (with
  or without an IRI).
- ``least``, ``wanted``, ``most``: how many values there must be, should be and may be.
- ``of``: datatypes of a typed literal.
- ``range``: the class of a value; one of them where there are several.
- ``scheme``: the list that a value comes from; ``strict``: it must, else it should.
- ``has``: the value of this list of ``lists.csv`` must be among the values, whatever others there
  are; where none is demanded (``least``), it should.
- ``old``: the property is given up.
- ``en``, ``sv``: what the value says.

Violations and warnings are those of the official shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from publisher.profiles.csv_tables import PropertyRule, read_rule, read_table
from publisher.rdf.namespaces import PREFIXES

DCAT_AP, DCAT_AP_HVD, GEODCAT_AP = "dcat-ap", "dcat-ap-hvd", "geodcat-ap"
_TABLES = {
    DCAT_AP: "dcat_ap.csv",
    DCAT_AP_HVD: "dcat_ap_hvd.csv",
    GEODCAT_AP: "geodcat_ap.csv",
}
# Aspects of a rule, by the part of the official shapes that they come from.
BASE = ("least", "wanted", "most", "values", "has", "old")
RANGES = ("range",)
LISTS = ("scheme", "listed")
_PREFIXES = {
    **PREFIXES,
    "dqv": "http://www.w3.org/ns/dqv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    # As SEMIC's shapes write it.
    "schema": "http://schema.org/",
    "time": "http://www.w3.org/2006/time#",
}


def expand_semic(name: str) -> str:
    """Return the IRI of a prefixed name of the tables."""
    prefix, _, local = name.partition(":")
    return _PREFIXES[prefix] + local


@dataclass(frozen=True, kw_only=True)
class SemicRule(PropertyRule):
    """One row of a table; the columns are described above."""

    profile: str
    range: tuple[str, ...]
    scheme: str
    strict: bool
    has: str

    @property
    def is_simple(self) -> bool:
        """Tell whether its path is one property."""
        return not set("^/|") & set(self.path)

    def iri(self, aspect: str) -> str:
        """Return the IRI of the shape for one aspect of the rule, such as ``least``."""
        path = self.path.replace("/", ".").replace("|", "-or-").replace("^", "inverse-")
        name = f"{self.owner}/{path}/{aspect}"
        return f"urn:publisher:{self.profile}:" + quote(name, safe="/:")

    def aspects(self) -> Iterator[str]:
        """Yield what the rule demands: names of aspects."""
        aspects = {
            "least": self.least,
            "wanted": self.wanted and not self.least,
            "most": self.most,
            "values": self.kind,
            "range": self.range,
            "scheme": self.scheme,
            "has": self.has and self.least,
            "listed": self.has and not self.least,
            "old": self.old,
        }
        return (name for name, demanded in aspects.items() if demanded)


@cache
def read_semic_rules(profile: str) -> tuple[SemicRule, ...]:
    """Return the rules of a profile: ``dcat-ap``, ``dcat-ap-hvd`` or ``geodcat-ap``."""
    return tuple(_rule(profile, row) for row in read_table(_TABLES[profile]))


def _rule(profile: str, row: Mapping[str, str]) -> SemicRule:
    return SemicRule(
        **read_rule(row),
        profile=profile,
        range=tuple(row["range"].split()),
        scheme=row["scheme"],
        strict=bool(row["strict"]),
        has=row["has"],
    )
