"""Axioms of OWL 2 in words: a graph → phrases like those of the Manchester syntax, names linked.

"has crew some sailor", "boat and (has mast min 1) and not wreck". The words are the reader's, the
order and the brackets those of the Manchester syntax (OWL 2 Manchester Syntax, second edition,
section 2); how axioms stand in a graph is OWL 2 Mapping to RDF Graphs, section 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.messages import translate
from publisher.query.engine import LABELS
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.subjects import list_members
from publisher.render.page_model import Value
from publisher.render.values import format_literal

Graph = Mapping[str, Mapping[str, Sequence[object]]]
Pieces = list[Value]
_OWL, _XSD = PREFIXES["owl"], PREFIXES["xsd"]
_SWRL = "http://www.w3.org/2003/11/swrl#"
RULE, VARIABLE = f"{_SWRL}Imp", f"{_SWRL}Variable"
# An expression that is nested deeper, or leads back to itself, ends with an ellipsis.
_DEEPEST = 40
_FACETS = {
    _XSD + "minInclusive": "≥",
    _XSD + "maxInclusive": "≤",
    _XSD + "minExclusive": ">",
    _XSD + "maxExclusive": "<",
}
_NAMED_FACETS = {
    _XSD + "length": "length",
    _XSD + "minLength": "minLength",
    _XSD + "maxLength": "maxLength",
    _XSD + "pattern": "pattern",
    _XSD + "totalDigits": "totalDigits",
    _XSD + "fractionDigits": "fractionDigits",
    iri("rdf:langRange"): "langRange",
}
# Properties whose list is one phrase, and what joins its members.
_COMMA, _CHAIN = ", ", " o "
_JOINED = {
    _OWL + "propertyChainAxiom": _CHAIN,
    _OWL + "hasKey": _COMMA,
    _OWL + "disjointUnionOf": _COMMA,
    _OWL + "members": _COMMA,
    _OWL + "distinctMembers": _COMMA,
    _OWL + "onProperties": _COMMA,
}
# The parts of a rule (SWRL, section 5), and what the conditions in each name first.
_RULE_PARTS = (f"{_SWRL}body", f"{_SWRL}head")
_PREDICATES = tuple(
    f"{_SWRL}{name}" for name in ("classPredicate", "propertyPredicate", "builtin", "dataRange")
)
# What says that two are one, or not, without naming a property.
_SAME = {
    f"{_SWRL}SameIndividualAtom": "sameAs",
    f"{_SWRL}DifferentIndividualsAtom": "differentFrom",
}
# On a named class they say what it is, without an expression of its own.
_DIRECT = ("unionOf", "intersectionOf", "oneOf", "complementOf", "datatypeComplementOf")
_TYPE = iri("rdf:type")
_SUBCLASS, _SUBPROPERTY = iri("rdfs:subClassOf"), iri("rdfs:subPropertyOf")
# What is said of an expression, which no thing has as its own: general class axioms.
GENERAL = {
    _SUBCLASS: "is a kind of",
    _OWL + "equivalentClass": "is the same as",
    _OWL + "disjointWith": "has nothing in common with",
    _SUBPROPERTY: "is a kind of",
    _OWL + "equivalentProperty": "is the same as",
}
# Axioms that are things without a name.
ANONYMOUS = tuple(
    _OWL + name
    for name in (
        "AllDisjointClasses",
        "AllDisjointProperties",
        "AllDifferent",
        "Axiom",
        "Annotation",
        "NegativePropertyAssertion",
    )
)
# Of an axiom that is a thing, what makes it up; all else are notes on it.
_PARTS_OF_AXIOMS = frozenset(
    _OWL + name
    for name in (
        *("members", "distinctMembers", "sourceIndividual", "assertionProperty"),
        *("targetIndividual", "targetValue", "annotatedSource", "annotatedProperty"),
        "annotatedTarget",
    )
)


@dataclass(frozen=True)
class Axiom:
    """An axiom that is by itself, in words.

    Attributes:
        words: The phrase.
        about: IRIs of the terms that it names.
        notes: What an annotation says of it.
    """

    words: Value
    about: frozenset[str]
    notes: tuple[Value, ...] = ()


@dataclass
class AxiomWriter:
    """Puts expressions and axioms of a graph into words of one language.

    Attributes:
        graph: Subject → property → values; a blank node is called ``_:…``.
        link: IRI → the name of a term, with its link.
        language: Of the words.
    """

    graph: Graph
    link: Callable[[str], Value]
    language: str
    _named: set[str] = field(default_factory=set)

    def value(self, path: str, term: object) -> Value | None:
        """Return a value of a property in words; None when it is no expression of OWL."""
        if not isinstance(term, BlankNode):
            return None
        separator = _JOINED.get(path)
        name = path.removeprefix(_OWL)
        if path in _RULE_PARTS:
            words = self._conditions(term)
        elif separator is not None:
            words = self._members(term, separator)
        elif name in _DIRECT and self._is_list(term):
            words = self._direct(name, term)
        else:
            words = self._expression(term, frozenset())
        return _phrase(words) if words else None

    def _word(self, message: str) -> Value:
        return Value(f" {translate(message, self.language)} ")

    def _of(self, node: object, path: str) -> Sequence[object]:
        return self.graph.get(str(node), {}).get(_OWL + path, ())

    def _is_list(self, node: object) -> bool:
        return bool(self.graph.get(str(node), {}).get(iri("rdf:first")))

    def _list(self, node: object) -> list[object]:
        if node == NamedNode(iri("rdf:nil")):
            return []
        return list(list_members(node, self.graph))

    def _members(self, head: object, separator: str, seen: frozenset[str] = frozenset()) -> Pieces:
        parts = [self._nested(member, seen) for member in self._list(head)]
        return _join(parts, Value(separator))

    def _name(self, name: str) -> Value:
        self._named.add(name)
        return self.link(name)

    def _term(self, term: object, seen: frozenset[str]) -> Pieces:
        """Return a term or an expression in words."""
        if isinstance(term, NamedNode):
            return [self._name(term.value)]
        if isinstance(term, Literal):
            return [self._literal(term)]
        return self._expression(term, seen) or [Value("…")]

    def _literal(self, literal: Literal) -> Value:
        if literal.language:
            return Value(f"“{literal.value}”", "", literal.language)
        if literal.datatype.value == _XSD + "string":
            return Value(f"“{literal.value}”")
        return Value(format_literal(literal, self.language))

    def _nested(self, term: object, seen: frozenset[str]) -> Pieces:
        """Return a term as a part of an expression: in brackets, unless it is one word."""
        words = self._term(term, seen)
        if not isinstance(term, BlankNode) or self._is_closed(term):
            return words
        return [Value("("), *words, Value(")")]

    def _is_closed(self, node: BlankNode) -> bool:
        """Tell whether an expression needs no brackets: it has its own, or is a single word."""
        closed = ("oneOf", "onDatatype", "complementOf", "datatypeComplementOf", "inverseOf")
        return any(self._of(node, name) for name in closed)

    def _expression(self, node: object, seen: frozenset[str]) -> Pieces:
        """Return an expression in words; nothing when a node is none."""
        key = str(node)
        if key in seen or len(seen) > _DEEPEST:
            return [Value("…")]
        seen |= {key}
        if self._of(node, "onProperty") or self._of(node, "onProperties"):
            return self._restriction(node, seen)
        for name in (*_DIRECT, "onDatatype", "inverseOf"):
            for value in self._of(node, name)[:1]:
                return self._operator(name, node, value, seen)
        return []

    def _operator(self, name: str, node: object, value: object, seen: frozenset[str]) -> Pieces:
        if name == "inverseOf":
            return [Value(f"{translate('inverse of', self.language)} "), *self._nested(value, seen)]
        if name == "onDatatype":
            return self._datatype(node, value, seen)
        if name in ("complementOf", "datatypeComplementOf"):
            return [Value(f"{translate('not', self.language)} "), *self._nested(value, seen)]
        return self._direct(name, value, seen)

    def _direct(self, name: str, head: object, seen: frozenset[str] = frozenset()) -> Pieces:
        parts = [self._nested(member, seen) for member in self._list(head)]
        if name == "oneOf":
            return [Value("{"), *_join(parts, Value(_COMMA)), Value("}")]
        joint = self._word("and") if name == "intersectionOf" else self._word("or")
        # An intersection of nothing is everything, a union of nothing nothing.
        nothing = "Thing" if name == "intersectionOf" else "Nothing"
        return _join(parts, joint) or [self._name(_OWL + nothing)]

    def _datatype(self, node: object, base: object, seen: frozenset[str]) -> Pieces:
        facets: list[Pieces] = []
        for head in self._of(node, "withRestrictions")[:1]:
            for member in self._list(head):
                for path, values in sorted(self.graph.get(str(member), {}).items()):
                    sign = _FACETS.get(path) or _NAMED_FACETS.get(path, "")
                    for value in values if sign else ():
                        facets.append([Value(f"{sign} "), *self._term(value, seen)])
        words = self._term(base, seen)
        return [*words, Value("["), *_join(facets, Value(_COMMA)), Value("]")] if facets else words

    def _restriction(self, node: object, seen: frozenset[str]) -> Pieces:
        several = [m for head in self._of(node, "onProperties")[:1] for m in self._list(head)]
        properties = several or list(self._of(node, "onProperty")[:1])
        words = _join([self._nested(each, seen) for each in properties], Value(_COMMA))
        for name, message in (("someValuesFrom", "some"), ("allValuesFrom", "only")):
            for value in self._of(node, name)[:1]:
                word = self._word("some") if message == "some" else self._word("only")
                return [*words, word, *self._nested(value, seen)]
        for value in self._of(node, "hasValue")[:1]:
            return [*words, self._word("value"), *self._nested(value, seen)]
        if self._of(node, "hasSelf"):
            return [*words, Value(f" {translate('itself', self.language)}")]
        return [*words, *self._cardinality(node, seen)]

    def _cardinality(self, node: object, seen: frozenset[str]) -> Pieces:
        words = {
            "min": self._word("min"),
            "max": self._word("max"),
            "": self._word("exactly"),
        }
        for kind, word in words.items():
            plain = f"{kind}Cardinality" if kind else "cardinality"
            qualified = f"{kind}QualifiedCardinality" if kind else "qualifiedCardinality"
            for name in (plain, qualified):
                for number in self._of(node, name)[:1]:
                    count = Value(str(getattr(number, "value", "")))
                    of_class = [*self._of(node, "onClass"), *self._of(node, "onDataRange")][:1]
                    kinds = [self._nested(each, seen) for each in of_class]
                    return [word, count, *([Value(" "), *kinds[0]] if kinds else [])]
        return []

    # Axioms that stand by themselves.

    def axioms(self) -> list[Axiom]:
        """Return the axioms of the graph that are no property of a named term, in words."""
        axioms = [axiom for node in self.graph for axiom in self._of_node(node)]
        return sorted(axioms, key=lambda axiom: (axiom.words.text.casefold(), sorted(axiom.about)))

    def _of_node(self, node: str) -> Iterator[Axiom]:
        properties = self.graph[node]
        kinds = {str(getattr(term, "value", "")) for term in properties.get(_TYPE, ())}
        self._named = set()
        if RULE in kinds:
            if words := self._rule(node):
                called = [] if node.startswith("_:") else [self.link(node), Value(": ")]
                notes = self._notes(node, LABELS)
                yield Axiom(_phrase([*called, *words]), frozenset(self._named), notes)
            return
        if kinds & set(ANONYMOUS):
            words = [] if self._is_on_axiom(node) else self._anonymous(node, kinds)
            if words:
                yield Axiom(_phrase(words), frozenset(self._named), self._notes(node))
            return
        if not node.startswith("_:"):
            return
        for path in GENERAL:
            for value in properties.get(path, ()):
                self._named = set()
                left = self._expression(BlankNode(node[2:]), frozenset())
                if left:
                    words = [*left, self._general(path), *self._term(value, frozenset())]
                    yield Axiom(_phrase(words), frozenset(self._named))

    def _general(self, path: str) -> Value:
        return Value(f" {translate(GENERAL[path], self.language)} ")

    def _kinds(self, node: str) -> set[str]:
        return {str(getattr(t, "value", "")) for t in self.graph.get(node, {}).get(_TYPE, ())}

    def _is_on_axiom(self, node: str) -> bool:
        """Tell whether an annotation is on an axiom that is a thing, or on its annotation."""
        return any(self._kinds(str(s)) & set(ANONYMOUS) for s in self._of(node, "annotatedSource"))

    def _rule(self, node: str) -> Pieces:
        """Return a rule in words: bee(?x) and lives in(?x, ?y) → guards(?x, ?y)."""
        parts = [self.graph[node].get(path, ())[:1] for path in _RULE_PARTS]
        body, head = [self._conditions(part[0]) if part else [] for part in parts]
        return [*body, Value(" → "), *head] if body or head else []

    def _conditions(self, head: object) -> Pieces:
        return _join(map(self._condition, self._list(head)), self._word("and"))

    def _condition(self, atom: object) -> Pieces:
        properties = self.graph.get(str(atom), {})
        predicates = [p for path in _PREDICATES for p in properties.get(path, ())][:1]
        words = [w for p in predicates for w in self._nested(p, frozenset())]
        same = [_SAME[kind] for kind in self._kinds(str(atom)) if kind in _SAME]
        words = words or [self._name(_OWL + name) for name in same[:1]]
        arguments = [t for n in (1, 2) for t in properties.get(f"{_SWRL}argument{n}", ())[:1]]
        for listed in properties.get(f"{_SWRL}arguments", ())[:1]:
            arguments += self._list(listed)
        named = [self._argument(argument) for argument in arguments]
        return [*words, Value("("), *_join(named, Value(_COMMA)), Value(")")]

    def _argument(self, term: object) -> Pieces:
        if isinstance(term, NamedNode) and VARIABLE in self._kinds(term.value):
            return [Value(f"?{term.value.replace('#', '/').replace(':', '/').rpartition('/')[2]}")]
        return self._term(term, frozenset())

    def _anonymous(self, node: str, kinds: set[str]) -> Pieces:
        if kinds & {_OWL + "Axiom", _OWL + "Annotation"}:
            return self._annotated(node)
        if _OWL + "NegativePropertyAssertion" in kinds:
            names = ("sourceIndividual", "assertionProperty")
            parts = [self._of(node, name)[:1] for name in names]
            parts.append([*self._of(node, "targetIndividual"), *self._of(node, "targetValue")][:1])
            words = [self._term(part[0], frozenset()) for part in parts if part]
            return [
                Value(f"{translate('not', self.language)} ("),
                *_join(words, Value(" ")),
                Value(")"),
            ]
        heads = [*self._of(node, "members"), *self._of(node, "distinctMembers")][:1]
        members = self._members(heads[0], _COMMA) if heads else []
        if not members:
            return []
        heading = (
            translate("All different:", self.language)
            if _OWL + "AllDifferent" in kinds
            else translate("No two have anything in common:", self.language)
        )
        return [Value(f"{heading} "), *members]

    def _annotated(self, node: str) -> Pieces:
        names = ("annotatedSource", "annotatedProperty", "annotatedTarget")
        parts = [self._of(node, name)[:1] for name in names]
        words = [self._nested(part[0], frozenset()) for part in parts if part]
        return _join(words, Value(" "))

    def _notes(self, node: str, without: Sequence[str] = ()) -> tuple[Value, ...]:
        """Return what is said of an axiom: property and value, and what is said of that."""
        return tuple(
            _phrase(self._note(node, path, value))
            for path, value in self._said(node)
            if path not in without
        )

    def _said(self, node: str) -> Iterator[tuple[str, object]]:
        for path, values in sorted(self.graph.get(node, {}).items()):
            if path not in {_TYPE, *_RULE_PARTS, *_PARTS_OF_AXIOMS}:
                yield from ((path, value) for value in values)

    def _note(self, node: str, path: str, value: object, depth: int = 0) -> Pieces:
        words = [self.link(path), Value(": "), *self._term(value, frozenset())]
        further = [
            self._note(other, *said, depth + 1)
            for other in self._on_axioms.get(node, ())
            if depth < _DEEPEST
            and NamedNode(path) in self._of(other, "annotatedProperty")
            and value in self._of(other, "annotatedTarget")
            for said in self._said(other)
        ]
        return [*words, *_join([[Value(" ("), *part, Value(")")] for part in further], Value(""))]

    @cached_property
    def _on_axioms(self) -> Mapping[str, Sequence[str]]:
        """Return axiom or annotation that is a thing → the annotations on it."""
        by_axiom: dict[str, list[str]] = defaultdict(list)
        for node in self.graph:
            for source in self._of(node, "annotatedSource"):
                if isinstance(source, BlankNode):
                    by_axiom[str(source)].append(node)
        return by_axiom


def _join(parts: Iterable[Pieces], joint: Value) -> Pieces:
    joined: Pieces = []
    for part in parts:
        joined += [joint, *part] if joined else part
    return joined


def _phrase(pieces: Pieces) -> Value:
    """Return pieces as one value: links stay links."""
    together: Pieces = []
    for piece in pieces:
        if together and not any((piece.href, piece.language, together[-1].href)):
            last = together[-1]
            if not last.language:
                together[-1] = Value(last.text + piece.text)
                continue
        together.append(piece)
    return Value("".join(piece.text for piece in together), parts=tuple(together))
