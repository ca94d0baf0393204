"""Axioms of OWL 2 in words: a graph → phrases like those of the Manchester syntax, names linked.

"has crew some sailor", "boat and (has mast min 1) and not wreck". The words are the reader's, the
order and the brackets those of the Manchester syntax (OWL 2 Manchester Syntax, second edition,
section 2); how axioms stand in a graph is OWL 2 Mapping to RDF Graphs, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.messages import translate
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.subjects import list_members
from publisher.render.page_model import Value
from publisher.render.values import format_literal

Graph = Mapping[str, Mapping[str, Sequence[object]]]
Pieces = list[Value]
_OWL, _XSD = PREFIXES["owl"], PREFIXES["xsd"]
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
        "NegativePropertyAssertion",
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
        if separator is not None:
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
        found = [axiom for node in self.graph for axiom in self._of_node(node)]
        return sorted(found, key=lambda axiom: (axiom.words.text.casefold(), sorted(axiom.about)))

    def _of_node(self, node: str) -> Iterator[Axiom]:
        properties = self.graph[node]
        kinds = {str(getattr(term, "value", "")) for term in properties.get(_TYPE, ())}
        if not node.startswith("_:") and not kinds & set(ANONYMOUS):
            return
        self._named = set()
        if kinds & set(ANONYMOUS):
            words, notes = self._anonymous(node, kinds)
            if words:
                yield Axiom(_phrase(words), frozenset(self._named), notes)
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

    def _anonymous(self, node: str, kinds: set[str]) -> tuple[Pieces, tuple[Value, ...]]:
        if _OWL + "Axiom" in kinds:
            return self._annotated(node), self._notes(node)
        if _OWL + "NegativePropertyAssertion" in kinds:
            names = ("sourceIndividual", "assertionProperty")
            parts = [self._of(node, name)[:1] for name in names]
            parts.append([*self._of(node, "targetIndividual"), *self._of(node, "targetValue")][:1])
            words = [self._term(part[0], frozenset()) for part in parts if part]
            return [
                Value(f"{translate('not', self.language)} ("),
                *_join(words, Value(" ")),
                Value(")"),
            ], ()
        heads = [*self._of(node, "members"), *self._of(node, "distinctMembers")][:1]
        members = self._members(heads[0], _COMMA) if heads else []
        if not members:
            return [], ()
        heading = (
            translate("All different:", self.language)
            if _OWL + "AllDifferent" in kinds
            else translate("No two have anything in common:", self.language)
        )
        return [Value(f"{heading} "), *members], ()

    def _annotated(self, node: str) -> Pieces:
        names = ("annotatedSource", "annotatedProperty", "annotatedTarget")
        parts = [self._of(node, name)[:1] for name in names]
        words = [self._nested(part[0], frozenset()) for part in parts if part]
        return _join(words, Value(" "))

    def _notes(self, node: str) -> tuple[Value, ...]:
        """Return what is said of an annotated axiom: property and value."""
        return tuple(
            _phrase([self.link(path), Value(": "), *self._term(value, frozenset())])
            for path, values in sorted(self.graph[node].items())
            if path != _TYPE and not path.startswith(_OWL + "annotated")
            for value in values
        )


def _join(parts: Iterable[Pieces], joint: Value) -> Pieces:
    found: Pieces = []
    for part in parts:
        found += [joint, *part] if found else part
    return found


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
