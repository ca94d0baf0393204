"""Tables of rules → SHACL shapes.

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

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from rdflib import DCTERMS, RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from publisher.messages import LANGUAGES, translate, written_in_table
from publisher.rdf.namespaces import PREFIXES

# The implementing regulation on high-value datasets.
HIGH_VALUE = URIRef("http://data.europa.eu/eli/reg_impl/2023/138/oj")
_LEGISLATION = URIRef("http://data.europa.eu/r5r/applicableLegislation")
_RULE = "urn:publisher:dcat-ap-se:"
# As DIGG's templates write them: schema.org and ORG under their other scheme.
_PREFIXES = {
    **PREFIXES,
    "odrs": "http://schema.theodi.org/odrs#",
    "org": "https://www.w3.org/ns/org#",
    "schema": "http://schema.org/",
}
# The class of a row → the classes whose things it judges; each of itself where it is not here.
_TARGETS = {
    "vcard:Kind": ("vcard:Kind", "vcard:Individual", "vcard:Organization"),
    "foaf:Agent": ("foaf:Agent", "foaf:Person", "foaf:Organization"),
}
_GROUPS = ("group", "box")
_LOCATION = "dcterms:Location"
_NODE_KINDS = {
    "text": SH.Literal,
    "literal": SH.Literal,
    "typed": SH.Literal,
    "iri": SH.IRI,
    "node": SH.BlankNodeOrIRI,
    "group": SH.BlankNodeOrIRI,
    "box": SH.BlankNodeOrIRI,
}


@dataclass(frozen=True)
class ProfileRule:
    """One row of a table of rules; the columns are described above."""

    owner: str
    path: str
    kind: str
    least: int
    wanted: int
    most: int | None
    of: tuple[str, ...]
    pattern: str
    passes_over: bool
    advised: str
    old: bool
    when: str
    meaning: Mapping[str, str]
    sources: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return what it is called in a report: class, property and, for a box, its kind."""
        return f"{self.owner} {self.path}{' box' if self.kind == 'box' else ''}"

    def iri(self, aspect: str) -> URIRef:
        """Return the IRI of the shape for one aspect of the rule, such as ``least``."""
        return URIRef(_RULE + quote(f"{self.name} {aspect}".replace(" ", "/"), safe="/:"))


def expand(name: str) -> URIRef:
    """Return the IRI of a prefixed name of the tables."""
    prefix, _, local = name.partition(":")
    return URIRef(_PREFIXES[prefix] + local)


@cache
def read_rules() -> tuple[ProfileRule, ...]:
    """Return the rules of DCAT-AP-SE 3.0.1."""
    return tuple(map(_rule, _rows("dcat_ap_se.csv")))


@cache
def read_lists() -> Mapping[str, tuple[URIRef, ...]]:
    """Return name → the IRIs of each list that values are chosen from."""
    lists: dict[str, list[URIRef]] = {}
    for row in _rows("lists.csv"):
        lists.setdefault(row["list"], []).append(URIRef(row["value"]))
    return {name: tuple(values) for name, values in lists.items()}


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("publisher.profiles") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _rule(row: Mapping[str, str]) -> ProfileRule:
    return ProfileRule(
        owner=row["class"],
        path=row["path"],
        kind=row["kind"],
        least=int(row["least"] or 0),
        wanted=int(row["wanted"] or 0),
        most=int(row["most"]) if row["most"] else None,
        of=tuple(row["of"].split()),
        pattern=row["pattern"],
        passes_over=bool(row["passes_over"]),
        advised=row["advised"],
        old=bool(row["old"]),
        when=row["when"],
        meaning=written_in_table(row),
        sources=tuple(row["source"].split()),
    )


def make_shapes() -> Graph:
    """Return the shapes of DCAT-AP-SE 3.0.1.

    Each shape is one rule, and carries the property that it is about as ``dcterms:subject`` and
    the names of DIGG's templates as ``dcterms:source``. Violations are what the harvester calls
    errors, warnings what it recommends; what only the specification asks for is information.
    """
    rules = read_rules()
    writer = _Writer(rules)
    for rule in rules:
        writer.add(rule)
    return writer.graph


class _Writer:
    """Writes the shapes of rules into a graph."""

    def __init__(self, rules: Iterable[ProfileRule]) -> None:
        self.graph = Graph()
        self._lists = read_lists()
        self._children: dict[str, list[ProfileRule]] = {}
        for rule in rules:
            self._children.setdefault(rule.owner, []).append(rule)
        self._groups = {name for rule in rules if rule.kind in _GROUPS for name in rule.of}

    def add(self, rule: ProfileRule) -> None:
        """Write the shapes of a rule: presence, number, and what each value must be."""
        if rule.least:
            self._presence(rule, "least", rule.least, SH.Violation)
        elif rule.wanted:
            self._presence(rule, "wanted", rule.wanted, SH.Warning)
        if rule.most is not None and not rule.old:
            self._most(rule, rule.most)
        self._values(rule)
        if rule.kind == "text" and rule.owner not in self._groups:
            self._language(rule)
        if rule.advised:
            self._advised(rule)
        if rule.old or "old-frequency" in rule.of:
            self._given_up(rule)

    def _shape(
        self, rule: ProfileRule, aspect: str, severity: Node, *, of_node: bool = False
    ) -> URIRef:
        """Return a new shape for one aspect of a rule, with target, message and sources."""
        shape = rule.iri(aspect)
        add = self.graph.add
        add((shape, RDF.type, SH.NodeShape if of_node else SH.PropertyShape))
        if not of_node:
            add((shape, SH.path, expand(rule.path)))
        for name in _TARGETS.get(rule.owner, (rule.owner,)):
            add((shape, SH.targetClass, expand(name)))
        add((shape, SH.severity, severity))
        add((shape, DCTERMS.subject, expand(rule.path)))
        for source in rule.sources:
            add((shape, DCTERMS.source, Literal(source)))
        for message in _messages(rule, aspect):
            add((shape, SH.message, message))
        return shape

    def _presence(self, rule: ProfileRule, aspect: str, least: int, severity: Node) -> None:
        exceptions = list(self._exceptions(rule))
        shape = self._shape(rule, aspect, severity, of_node=bool(exceptions))
        if exceptions:
            present = self._node((SH.path, expand(rule.path)))
            self._count(present, rule, SH.qualifiedMinCount, least)
            self._any_of(shape, [self._node((SH.property, present)), *exceptions])
        else:
            self._count(shape, rule, SH.qualifiedMinCount, least)

    def _exceptions(self, rule: ProfileRule) -> Iterator[Node]:
        """Return what spares a thing from a rule of presence.

        A part of a description that says nothing counts as absent, so nothing is asked of it.
        """
        if rule.when:
            law = self._node((SH.path, _LEGISLATION), (SH.hasValue, HIGH_VALUE))
            yield self._node((SH["not"], self._node((SH.property, law))))
        if rule.owner in self._groups:
            yield self._node((SH["not"], self._says_something(rule.owner)))
        if rule.old and rule.owner in self._groups:
            yield self._node((SH["not"], self._of_dataset()))
        if rule.owner == _LOCATION:  # one with an IRI is described elsewhere
            yield self._node((SH.nodeKind, SH.IRI))

    def _most(self, rule: ProfileRule, most: int) -> None:
        shape = self._shape(rule, "most", SH.Violation)
        self._count(shape, rule, SH.qualifiedMaxCount, most)

    def _count(self, shape: Node, rule: ProfileRule, bound: URIRef, number: int) -> None:
        """Bound how many values of a property say something."""
        self.graph.add((shape, SH.qualifiedValueShape, self._filled(rule)))
        self.graph.add((shape, bound, Literal(number)))

    def _filled(self, rule: ProfileRule) -> Node:
        """Return the shape of a value that counts."""
        if rule.pattern and rule.kind != "literal":
            return self._node((SH.pattern, Literal(rule.pattern)))
        if rule.kind in _GROUPS:
            blank = [(SH.nodeKind, SH.BlankNode)] if rule.kind == "box" else []
            parts: list[tuple[URIRef, Node]] = [(SH["class"], expand(name)) for name in rule.of]
            return self._node(*blank, *parts, (SH.node, self._says_something(rule.of[0])))
        if "old-frequency" in rule.of:  # a value of the old list is no second value
            return self._node((SH.nodeKind, SH.IRI), (SH["not"], self._in(["old-frequency"])))
        if self._is_beside_box(rule):
            return self._node((SH.nodeKind, SH.IRIOrLiteral))
        node = self._node((SH.nodeKind, SH.BlankNodeOrIRI))
        return self._any_of(BNode(), [node, self._node((SH.minLength, Literal(1)))])

    def _says_something(self, owner: str) -> Node:
        """Return the shape of a group of which at least one property has a value."""
        filled = []
        for child in self._children[owner]:
            present = self._node((SH.path, expand(child.path)))
            self._count(present, child, SH.qualifiedMinCount, 1)
            known = [(SH.node, self._of_dataset())] if child.old else []
            filled.append(self._node((SH.property, present), *known))
        return self._any_of(BNode(), filled)

    def _of_dataset(self) -> Node:
        """Return the shape of a period of a dataset: a series has none of the given-up dates."""
        period_of = self._node((SH.inversePath, expand("dcterms:temporal")))
        owned = self._node(
            (SH.path, period_of),
            (SH.qualifiedValueShape, self._node((SH["class"], expand("dcat:Dataset")))),
            (SH.qualifiedMinCount, Literal(1)),
        )
        return self._node((SH.property, owned))

    def _values(self, rule: ProfileRule) -> None:
        """Write the shape of what each value must be.

        Of a part that says nothing, nothing is asked, as with presence.
        """
        spared = list(self._exceptions(rule)) if rule.owner in self._groups else []
        shape = self._shape(rule, "values", SH.Violation, of_node=bool(spared))
        right = self._right(rule)
        if rule.passes_over:
            ignored = self._node((SH["not"], self._node((SH.pattern, Literal(rule.pattern)))))
            right = self._any_of(BNode(), [right, ignored])
        if spared:
            judged = self._node((SH.path, expand(rule.path)), (SH.node, right))
            self._any_of(shape, [self._node((SH.property, judged)), *spared])
        else:
            self.graph.add((shape, SH.node, right))

    def _right(self, rule: ProfileRule) -> Node:
        """Return the shape of a right value."""
        if rule.kind == "typed":
            kinds = [self._node((SH.datatype, expand(name))) for name in rule.of]
            return self._any_of(BNode(), kinds)
        if rule.kind == "box":
            alternatives = [self._node((SH["class"], expand(name))) for name in rule.of]
            return self._any_of(BNode(), [self._node((SH.nodeKind, SH.IRI)), *alternatives])
        if rule.kind == "group":
            return self._node(*((SH["class"], expand(name)) for name in rule.of))
        if self._is_beside_box(rule):
            return self._node((SH.nodeKind, SH.BlankNodeOrIRI))
        if rule.of:
            return self._in(rule.of, rule.pattern)
        found: list[tuple[URIRef, Node]] = [(SH.nodeKind, _NODE_KINDS[rule.kind])]
        if rule.pattern and not rule.passes_over:
            found.append((SH.pattern, Literal(rule.pattern)))
        return self._node(*found)

    def _is_beside_box(self, rule: ProfileRule) -> bool:
        """Return whether the values without an IRI are judged by another rule."""
        rules = self._children[rule.owner]
        return rule.kind == "iri" and any(r.kind == "box" and r.path == rule.path for r in rules)

    def _in(self, names: Iterable[str], pattern: str = "") -> Node:
        values = [value for name in names for value in self._lists[name]]
        node = self._node((SH["in"], self._list(values)))
        if pattern:
            self.graph.add((node, SH.pattern, Literal(pattern)))
        return node

    def _language(self, rule: ProfileRule) -> None:
        """Write what the specification asks of texts, and the harvester does not."""
        shape = self._shape(rule, "language", SH.Info)
        tagged = self._node((SH.datatype, RDF.langString))
        no_text = self._node((SH.nodeKind, SH.BlankNodeOrIRI))
        self._any_of(shape, [tagged, no_text])

    def _advised(self, rule: ProfileRule) -> None:
        """Write how the specification wants a value to be spelt."""
        shape = self._shape(rule, "advised", SH.Info)
        self.graph.add((shape, SH.pattern, Literal(rule.advised)))

    def _given_up(self, rule: ProfileRule) -> None:
        """Write that a property, or the values of a list, are given up."""
        shape = self._shape(rule, "old", SH.Info)
        if rule.old:
            self.graph.add((shape, SH.maxCount, Literal(0)))
        else:
            self.graph.add((shape, SH["not"], self._in(["old-frequency"])))

    def _node(self, *pairs: tuple[URIRef, Node]) -> Node:
        node = BNode()
        for predicate, value in pairs:
            self.graph.add((node, predicate, value))
        return node

    def _any_of(self, node: Node, shapes: Sequence[Node]) -> Node:
        self.graph.add((node, SH["or"], self._list(shapes)))
        return node

    def _list(self, members: Sequence[Node]) -> Node:
        head = BNode()
        Collection(self.graph, head, list(members))
        return head


_ADVICE = {
    "least": "{path} is missing: {meaning}.",
    "wanted": "{path} is missing: {meaning}. DCAT-AP-SE recommends it.",
    "most": "Give only one {path}: {meaning}.",
    "advised": "{path} should match {advised}: {meaning}.",
    "language": "Give each {path} a language: {meaning}.",
    "old": "Leave {path} out, or use what has taken its place: {meaning}.",
}
_VALUES = {
    "text": "{path} must be a text: {meaning}.",
    "literal": "{path} must be a text: {meaning}.",
    "typed": "{path} must be of the type {types}: {meaning}.",
    "iri": "{path} must be an address, not a text: {meaning}.",
    "node": "{path} must be a thing, not a text: {meaning}.",
    "group": "{path} must be a thing of class {types}: {meaning}.",
    "box": "{path} must be a thing of class {types}: {meaning}.",
    "list": "{path} must be one of the values of its list, such as {example}: {meaning}.",
    "pattern": "{path} is not written as it must be ({pattern}): {meaning}.",
}


def _messages(rule: ProfileRule, aspect: str) -> Iterator[Literal]:
    """Return the message of a rule in every language of the program."""
    message = _ADVICE.get(aspect) or _VALUES[_form(rule)]
    for language in LANGUAGES:
        meaning = rule.meaning.get(language) or rule.meaning["en"]
        written = translate(
            message,
            language,
            path=rule.path,
            meaning=meaning,
            types=" / ".join(rule.of),
            pattern=rule.pattern,
            advised=rule.advised,
            example=_example(rule),
        )
        yield Literal(written, lang=language)


def _form(rule: ProfileRule) -> str:
    """Return which kind of message says what a value must be."""
    if rule.kind in ("iri", "node") and rule.of:
        return "list"
    if rule.pattern and not rule.passes_over:
        return "pattern"
    return rule.kind


def _example(rule: ProfileRule) -> str:
    lists = read_lists()
    return next((str(lists[name][0]) for name in rule.of if name in lists), "")
