"""The rules of DCAT-AP-SE → SHACL shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rdflib import DCTERMS, RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from publisher.messages import LANGUAGES, translate
from publisher.profiles.dcat_ap_se import (
    GROUPS,
    HIGH_VALUE,
    TARGETS,
    ProfileRule,
    expand,
    read_lists,
    read_rules,
)
from publisher.profiles.shape_writer import ShapeWriter

_LEGISLATION = URIRef("http://data.europa.eu/r5r/applicableLegislation")
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


def _term(name: str) -> URIRef:
    """Return the IRI of a prefixed name of the tables."""
    return URIRef(expand(name))


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


class _Writer(ShapeWriter):
    """Writes the shapes of rules into a graph."""

    def __init__(self, rules: Iterable[ProfileRule]) -> None:
        super().__init__()
        self._rules = tuple(rules)
        self._children: dict[str, list[ProfileRule]] = {}
        for rule in self._rules:
            self._children.setdefault(rule.owner, []).append(rule)
        self._groups = {name for rule in self._rules if rule.kind in GROUPS for name in rule.of}

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
        shape = URIRef(rule.iri(aspect))
        add = self.graph.add
        add((shape, RDF.type, SH.NodeShape if of_node else SH.PropertyShape))
        if not of_node:
            add((shape, SH.path, _term(rule.path)))
        for name in TARGETS.get(rule.owner, (rule.owner,)):
            add((shape, SH.targetClass, _term(name)))
        add((shape, SH.severity, severity))
        add((shape, DCTERMS.subject, _term(rule.path)))
        for source in rule.sources:
            add((shape, DCTERMS.source, Literal(source)))
        for message in _messages(rule, aspect):
            add((shape, SH.message, message))
        return shape

    def _presence(self, rule: ProfileRule, aspect: str, least: int, severity: Node) -> None:
        exceptions = list(self._exceptions(rule))
        shape = self._shape(rule, aspect, severity, of_node=bool(exceptions))
        if exceptions:
            present = self.node((SH.path, _term(rule.path)))
            self._count(present, rule, SH.qualifiedMinCount, least)
            self._any_of(shape, [self.node((SH.property, present)), *exceptions])
        else:
            self._count(shape, rule, SH.qualifiedMinCount, least)

    def _exceptions(self, rule: ProfileRule) -> Iterator[Node]:
        """Return what spares a thing from a rule of presence.

        A part of a description that says nothing counts as absent, so nothing is asked of it.
        """
        if rule.when:
            law = self.node((SH.path, _LEGISLATION), (SH.hasValue, URIRef(HIGH_VALUE)))
            yield self.node((SH["not"], self.node((SH.property, law))))
        if rule.owner in self._groups:
            yield self.node((SH["not"], self._says_something(rule.owner)))
            yield self.node((SH["not"], self._is_part(rule.owner)))
            yield from self._judged_alone()
        if rule.old and rule.owner in self._groups:
            yield self.node((SH["not"], self._of_dataset()))
        if rule.owner == _LOCATION:  # one with an IRI is described elsewhere
            yield self.node((SH.nodeKind, SH.IRI))

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
            return self.node((SH.pattern, Literal(rule.pattern)))
        if rule.kind in GROUPS:
            blank = [(SH.nodeKind, SH.BlankNode)] if rule.kind == "box" else []
            parts: list[tuple[URIRef, Node]] = [(SH["class"], _term(name)) for name in rule.of]
            return self.node(*blank, *parts, (SH.node, self._says_something(rule.of[0])))
        if "old-frequency" in rule.of:  # a value of the old list is no second value
            return self.node((SH.nodeKind, SH.IRI), (SH["not"], self._in(["old-frequency"])))
        if self._is_beside_box(rule):
            return self.node((SH.nodeKind, SH.IRIOrLiteral))
        node = self.node((SH.nodeKind, SH.BlankNodeOrIRI))
        return self._any_of(BNode(), [node, self.node((SH.minLength, Literal(1)))])

    def _says_something(self, owner: str) -> Node:
        """Return the shape of a group of which at least one property has a value."""
        filled = []
        for child in self._children[owner]:
            present = self.node((SH.path, _term(child.path)))
            self._count(present, child, SH.qualifiedMinCount, 1)
            known = [(SH.node, self._of_dataset())] if child.old else []
            filled.append(self.node((SH.property, present), *known))
        return self._any_of(BNode(), filled)

    def _is_part(self, owner: str) -> Node:
        """Return the shape of what a thing names as a part of this class, by the right property."""
        ways = []
        for rule in self._rules:
            if rule.kind in GROUPS and owner in rule.of:
                ways += [
                    self._reached(rule.path, name)
                    for name in TARGETS.get(rule.owner, (rule.owner,))
                ]
        return self._any_of(BNode(), ways)

    def _reached(self, path: str, owner: str) -> Node:
        """Return the shape of what a thing of a class names with a property."""
        named_by = self.node((SH.inversePath, _term(path)))
        owned = self.node(
            (SH.path, named_by),
            (SH.qualifiedValueShape, self.node((SH["class"], _term(owner)))),
            (SH.qualifiedMinCount, Literal(1)),
        )
        return self.node((SH.property, owned))

    def _judged_alone(self) -> list[Node]:
        """Return the shapes of what has rules of its own, by which alone it is judged."""
        owners = [rule.owner for rule in self._rules if rule.owner not in self._groups]
        names = [name for owner in dict.fromkeys(owners) for name in TARGETS.get(owner, (owner,))]
        return [self.node((SH["class"], _term(name))) for name in names]

    def _of_dataset(self) -> Node:
        """Return the shape of a period of a dataset: a series has none of the given-up dates."""
        return self._reached("dcterms:temporal", "dcat:Dataset")

    def _values(self, rule: ProfileRule) -> None:
        """Write the shape of what each value must be.

        Of a part that says nothing, nothing is asked, as with presence.
        """
        spared = list(self._exceptions(rule)) if rule.owner in self._groups else []
        shape = self._shape(rule, "values", SH.Violation, of_node=bool(spared))
        right = self._right(rule)
        if rule.passes_over:
            ignored = self.node((SH["not"], self.node((SH.pattern, Literal(rule.pattern)))))
            right = self._any_of(BNode(), [right, ignored])
        if spared:
            judged = self.node((SH.path, _term(rule.path)), (SH.node, right))
            self._any_of(shape, [self.node((SH.property, judged)), *spared])
        else:
            self.graph.add((shape, SH.node, right))

    def _right(self, rule: ProfileRule) -> Node:
        """Return the shape of a right value."""
        if rule.kind == "typed":
            kinds = [self.node((SH.datatype, _term(name))) for name in rule.of]
            return self._any_of(BNode(), kinds)
        if rule.kind == "box":
            alternatives = [self.node((SH["class"], _term(name))) for name in rule.of]
            return self._any_of(BNode(), [self.node((SH.nodeKind, SH.IRI)), *alternatives])
        if rule.kind == "group":
            part = self.node(*((SH["class"], _term(name)) for name in rule.of))
            return self._any_of(BNode(), [part, *self._judged_alone()])
        if self._is_beside_box(rule):
            return self.node((SH.nodeKind, SH.BlankNodeOrIRI))
        if rule.of:
            return self._in(rule.of, rule.pattern)
        constraints: list[tuple[URIRef, Node]] = [(SH.nodeKind, _NODE_KINDS[rule.kind])]
        if rule.pattern and not rule.passes_over:
            constraints.append((SH.pattern, Literal(rule.pattern)))
        return self.node(*constraints)

    def _is_beside_box(self, rule: ProfileRule) -> bool:
        """Return whether the values without an IRI are judged by another rule."""
        rules = self._children[rule.owner]
        return rule.kind == "iri" and any(r.kind == "box" and r.path == rule.path for r in rules)

    def _in(self, names: Iterable[str], pattern: str = "") -> Node:
        values = [value for name in names for value in self.lists[name]]
        node = self.node((SH["in"], self.list_of(values)))
        if pattern:
            self.graph.add((node, SH.pattern, Literal(pattern)))
        return node

    def _language(self, rule: ProfileRule) -> None:
        """Write what the specification asks of texts, and the harvester does not."""
        shape = self._shape(rule, "language", SH.Info)
        tagged = self.node((SH.datatype, RDF.langString))
        no_text = self.node((SH.nodeKind, SH.BlankNodeOrIRI))
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

    def _any_of(self, node: Node, shapes: Sequence[Node]) -> Node:
        self.graph.add((node, SH["or"], self.list_of(shapes)))
        return node


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
    return next((lists[name][0] for name in rule.of if name in lists), "")
