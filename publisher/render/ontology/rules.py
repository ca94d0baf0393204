"""What the shapes of a release demand of each class, property by property (SHACL, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.query.engine import Engine, Row, Term
from publisher.rdf.namespaces import PREFIXES, iri

_SH = PREFIXES["sh"]
_LAST = 1_000_000.0
_VIOLATION = iri("sh:Violation")
_TEXTS = ("name", "description")
# Said elsewhere on the page, or to those who edit the data.
_ASIDE = {"severity", "message", "order", "group", "path", "property", *_TEXTS}
_QUERY = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?class ?shape ?property ?constraint ?value ?item ?inner ?innerValue ?groupOrder WHERE {
    { ?shape sh:targetClass ?class . }
    UNION { VALUES ?kind { rdfs:Class owl:Class } ?shape a ?kind , sh:NodeShape .
            BIND(?shape AS ?class) }
    ?shape sh:property ?property .
    FILTER NOT EXISTS { ?property sh:deactivated true . }
    FILTER NOT EXISTS { ?shape sh:deactivated true . }
    ?property ?constraint ?value .
    OPTIONAL { ?property sh:group/sh:order ?groupOrder . }
    OPTIONAL {
        FILTER(isBlank(?value))
        { ?value rdf:rest*/rdf:first ?item . OPTIONAL { ?item ?inner ?innerValue . } }
        UNION { ?value sh:inversePath ?innerValue . BIND(sh:inversePath AS ?inner) }
    }
}
"""

Texts = Sequence[Literal]


@dataclass
class Rule:
    """What one property shape demands of the values of one property.

    Attributes:
        shape: IRI of the node shape.
        path: IRI of the property; empty for a path of several steps.
        is_inverse: Whether the values point to the thing.
        is_advice: Whether it should hold, and need not.
        texts: ``name`` and ``description`` → texts in several languages.
        said: Constraint → values, without lists.
        lists: Constraint → members of its list, in the order of their spelling.
        choices: Constraint → for each member without a name, what it demands.
        order: Place of its group, and its own.
    """

    shape: str
    path: str = ""
    is_inverse: bool = False
    is_advice: bool = False
    texts: dict[str, dict[Literal, None]] = field(default_factory=dict)
    said: dict[str, dict[Term, None]] = field(default_factory=dict)
    lists: dict[str, dict[Term, None]] = field(default_factory=dict)
    choices: dict[str, dict[str, dict[str, Term]]] = field(default_factory=dict)
    order: tuple[float, float] = (_LAST, _LAST)

    def number(self, constraint: str) -> int | None:
        """Return a count that a constraint gives; None when it is not there."""
        values = [int(v.value) for v in self.said.get(constraint, ()) if isinstance(v, Literal)]
        return values[0] if values else None

    def nodes(self, constraint: str) -> list[str]:
        """Return the IRIs that a constraint names, sorted."""
        return sorted(v.value for v in self.said.get(constraint, ()) if isinstance(v, NamedNode))

    def kinds(self) -> list[str]:
        """Return the classes of its values, else their datatypes, also those of a choice."""
        for constraint in ("class", "datatype"):
            choices = [c for found in self.choices.values() for c in found.values()]
            chosen = {c[constraint].value for c in choices if constraint in c}
            found = {*self.nodes(constraint), *chosen}
            if found:
                return sorted(found)
        return []


Rules = Mapping[str, Sequence[Rule]]


def read_rules(engine: Engine) -> Rules:
    """Return class → its rules, in the order of the shapes; asked of the engine."""
    found: dict[str, dict[str, Rule]] = {}
    for row in engine.rows(_QUERY):
        of_class = found.setdefault(row["class"].value, {})
        shape = row["shape"]
        key = f"{shape} {row['property']}"
        name = shape.value if isinstance(shape, NamedNode) else ""
        _add(of_class.setdefault(key, Rule(name)), row)
    return {name: sorted(rules.values(), key=_place) for name, rules in sorted(found.items())}


def _place(rule: Rule) -> tuple[tuple[float, float], str, bool, bool, str]:
    return rule.order, rule.path, rule.is_inverse, rule.is_advice, rule.shape


def _add(rule: Rule, row: Row) -> None:
    """Add what one solution says."""
    constraint, value = row["constraint"].value, row["value"]
    if not constraint.startswith(_SH):
        return
    name = constraint.removeprefix(_SH)
    inner = row.get("inner")
    if name == "path":
        rule.path = value.value if isinstance(value, NamedNode) else rule.path
        if inner is not None and inner.value == iri("sh:inversePath"):
            rule.path, rule.is_inverse = row["innerValue"].value, True
    elif name == "severity":
        rule.is_advice = value.value != _VIOLATION
    elif name == "order" and isinstance(value, Literal):
        group = row.get("groupOrder")
        placed = float(group.value) if isinstance(group, Literal) else _LAST
        rule.order = (placed, float(value.value))
    elif name in _TEXTS and isinstance(value, Literal):
        rule.texts.setdefault(name, {})[value] = None
    elif name not in _ASIDE:
        _add_constraint(rule, name, row)


def _add_constraint(rule: Rule, name: str, row: Row) -> None:
    item, inner = row.get("item"), row.get("inner")
    if item is None:
        rule.said.setdefault(name, {})[row["value"]] = None
    elif not isinstance(item, BlankNode):
        rule.lists.setdefault(name, {})[item] = None
    elif inner is not None and inner.value.startswith(_SH):
        demanded = rule.choices.setdefault(name, {}).setdefault(item.value, {})
        demanded[inner.value.removeprefix(_SH)] = row["innerValue"]


def named_in(rules: Iterable[Rule]) -> set[str]:
    """Return the IRIs that rules name, so that their names can be looked up."""
    found: set[str] = set()
    for rule in rules:
        found.add(rule.path)
        for terms in (*rule.said.values(), *rule.lists.values()):
            found |= {term.value for term in terms if isinstance(term, NamedNode)}
        for choices in rule.choices.values():
            for demanded in choices.values():
                found |= {t.value for t in demanded.values() if isinstance(t, NamedNode)}
    return found - {""}
