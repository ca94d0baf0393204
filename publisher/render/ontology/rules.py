"""What the shapes of a release demand of each class, and the same in words for readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from babel.lists import format_list
from pyoxigraph import BlankNode, Literal, NamedNode

from publisher.languages import language_name
from publisher.messages import translate
from publisher.query.engine import Engine, Solution, Term
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.render.page_model import Value
from publisher.render.values import format_literal

_SH = PREFIXES["sh"]
_LAST = 1_000_000.0
_VIOLATION = iri("sh:Violation")
_TEXTS = ("name", "description")
# Said elsewhere on the page, or to those who edit the data.
_IGNORED_PARAMETERS = {"severity", "message", "order", "group", "path", "property", *_TEXTS}
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
        values: Constraint → values, without lists.
        lists: Constraint → members of its list, in the order of their spelling.
        choices: Constraint → for each member without a name, what it demands.
        order: Place of its group, and its own.
    """

    shape: str
    path: str = ""
    is_inverse: bool = False
    is_advice: bool = False
    texts: dict[str, dict[Literal, None]] = field(default_factory=dict)
    values: dict[str, dict[Term, None]] = field(default_factory=dict)
    lists: dict[str, dict[Term, None]] = field(default_factory=dict)
    choices: dict[str, dict[str, dict[str, Term]]] = field(default_factory=dict)
    order: tuple[float, float] = (_LAST, _LAST)

    def number(self, constraint: str) -> int | None:
        """Return a count that a constraint gives; None when it is not there."""
        values = [int(v.value) for v in self.values.get(constraint, ()) if isinstance(v, Literal)]
        return values[0] if values else None

    def nodes(self, constraint: str) -> list[str]:
        """Return the IRIs that a constraint names, sorted."""
        return sorted(v.value for v in self.values.get(constraint, ()) if isinstance(v, NamedNode))

    def kinds(self) -> list[str]:
        """Return the classes of its values, else their datatypes, also those of a choice."""
        for constraint in ("class", "datatype"):
            choices = [c for classes in self.choices.values() for c in classes.values()]
            alternatives = {c[constraint].value for c in choices if constraint in c}
            classes = {*self.nodes(constraint), *alternatives}
            if classes:
                return sorted(classes)
        return []


Rules = Mapping[str, Sequence[Rule]]


def fetch_rules(engine: Engine) -> Rules:
    """Return class → its rules, in the order of the shapes, fetched from the engine."""
    by_class: dict[str, dict[str, Rule]] = {}
    for row in engine.rows(_QUERY):
        of_class = by_class.setdefault(row["class"].value, {})
        shape = row["shape"]
        key = f"{shape} {row['property']}"
        name = shape.value if isinstance(shape, NamedNode) else ""
        _add_solution(of_class.setdefault(key, Rule(name)), row)
    return {name: sorted(rules.values(), key=_sort_key) for name, rules in sorted(by_class.items())}


def _sort_key(rule: Rule) -> tuple[tuple[float, float], str, bool, bool, str]:
    return rule.order, rule.path, rule.is_inverse, rule.is_advice, rule.shape


def _add_solution(rule: Rule, row: Solution) -> None:
    """Add the rule that one solution describes."""
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
    elif name not in _IGNORED_PARAMETERS:
        _add_constraint(rule, name, row)


def _add_constraint(rule: Rule, name: str, row: Solution) -> None:
    item, inner = row.get("item"), row.get("inner")
    if item is None:
        rule.values.setdefault(name, {})[row["value"]] = None
    elif not isinstance(item, BlankNode):
        rule.lists.setdefault(name, {})[item] = None
    elif inner is not None and inner.value.startswith(_SH):
        demanded = rule.choices.setdefault(name, {}).setdefault(item.value, {})
        demanded[inner.value.removeprefix(_SH)] = row["innerValue"]


def named_iris(rules: Iterable[Rule]) -> set[str]:
    """Return the IRIs that rules name, so that their names can be looked up."""
    iris: set[str] = set()
    for rule in rules:
        iris.add(rule.path)
        for terms in (*rule.values.values(), *rule.lists.values()):
            iris |= {term.value for term in terms if isinstance(term, NamedNode)}
        for choices in rule.choices.values():
            for demanded in choices.values():
                iris |= {t.value for t in demanded.values() if isinstance(t, NamedNode)}
    return iris - {""}


# What a shape demands, in the reader's words: "exactly one", "a date", "at most 200 letters".

# Longer lists of allowed values stand in the shape alone.
_MOST_LISTED = 12
_TEXT_WITH_LANGUAGE = iri("rdf:langString")
_NODE_KINDS = {
    iri("sh:IRI"): "an address (IRI)",
    iri("sh:Literal"): "a text, number or date",
    iri("sh:BlankNode"): "something without an address",
    iri("sh:BlankNodeOrIRI"): "something described in the data",
}
_DATATYPES = {
    _TEXT_WITH_LANGUAGE: "a text with its language",
    iri("xsd:string"): "a plain text",
    iri("xsd:date"): "a date",
    iri("xsd:dateTime"): "a date and time",
    iri("xsd:gYear"): "a year",
    iri("xsd:gYearMonth"): "a year and month",
    iri("xsd:integer"): "a whole number",
    iri("xsd:nonNegativeInteger"): "a whole number, 0 or more",
    iri("xsd:positiveInteger"): "a whole number, 1 or more",
    iri("xsd:decimal"): "a number",
    iri("xsd:double"): "a number",
    iri("xsd:float"): "a number",
    iri("xsd:boolean"): "yes or no",
    iri("xsd:anyURI"): "a web address",
}
_LENGTHS = {
    "minLength": "at least {count} characters",
    "maxLength": "at most {count} characters",
}
_BOUNDS = {
    "minInclusive": "{value} or more",
    "maxInclusive": "{value} or less",
    "minExclusive": "more than {value}",
    "maxExclusive": "less than {value}",
}
_PAIR_CONSTRAINTS = {
    "equals": "the same as: {name}",
    "disjoint": "not the same as: {name}",
    "lessThan": "before or below: {name}",
    "lessThanOrEquals": "not after or above: {name}",
}
_SIMPLE = {"datatype", "class", "nodeKind"}
_WORDED_PARAMETERS = {
    *_SIMPLE,
    *_LENGTHS,
    *_BOUNDS,
    *_PAIR_CONSTRAINTS,
    *("minCount", "maxCount", "languageIn", "uniqueLang", "pattern", "flags", "in", "hasValue"),
}


@dataclass(frozen=True)
class Phrase:
    """A few words of a demand.

    Attributes:
        value: What is there; a link if it names a term.
        code: A pattern, which is after it.
    """

    value: Value
    code: str = ""


@dataclass(frozen=True)
class Wording:
    """Puts rules into words of one language; ``link`` gives the name of a term, with its link."""

    language: str
    link: Callable[[str], Value]

    def of(self, rule: Rule) -> tuple[Phrase, ...]:
        """Return what a rule demands, the number of values first."""
        phrases = [self._count(rule), *self._kinds(rule), *self._languages(rule)]
        phrases += [*self._values(rule), *self._bounds(rule), *self._rest(rule)]
        return tuple(phrase for phrase in phrases if phrase.value.text)

    def _say(self, message: str, **values: object) -> Phrase:
        return Phrase(Value(translate(message, self.language, **values)))

    def _count(self, rule: Rule) -> Phrase:
        least, most = rule.number("minCount") or 0, rule.number("maxCount")
        if rule.is_advice and not least and most is None:
            return Phrase(Value(""))
        if most is None:
            words = {0: "any number", 1: "at least one"}
            return self._say(words.get(least, "at least {count}"), count=least)
        if least == most:
            words = {0: "none", 1: "exactly one"}
            return self._say(words.get(least, "exactly {count}"), count=least)
        if least == 0:
            words = {1: "at most one"}
            return self._say(words.get(most, "at most {count}"), count=most)
        return self._say("{least} to {most}", least=least, most=most)

    def _kinds(self, rule: Rule) -> Iterator[Phrase]:
        demanded: dict[str, Term] = {
            name: value for name in _SIMPLE for value in rule.values.get(name, ())
        }
        yield from self._kind(demanded)
        if not demanded and ("languageIn" in rule.values or "languageIn" in rule.lists):
            yield self._say(_DATATYPES[_TEXT_WITH_LANGUAGE])
        for choices in (rule.choices.get("or", {}), rule.choices.get("xone", {})):
            worded = [list(self._kind(choice)) for choice in choices.values()]
            texts = sorted({phrase.value.text for phrases in worded for phrase in phrases})
            if texts:
                yield Phrase(Value(self._joined(texts)))

    def _kind(self, demanded: Mapping[str, Term]) -> Iterator[Phrase]:
        kind, datatype = demanded.get("class"), demanded.get("datatype")
        node_kind = demanded.get("nodeKind")
        if kind is not None:
            yield Phrase(self.link(kind.value))
        elif datatype is not None:
            message = _DATATYPES.get(datatype.value)
            yield self._say(message) if message else Phrase(self.link(datatype.value))
        elif node_kind is not None:
            yield self._say(_NODE_KINDS.get(node_kind.value, _NODE_KINDS[iri("sh:BlankNodeOrIRI")]))

    def _languages(self, rule: Rule) -> Iterator[Phrase]:
        tags = [term.value for term in rule.lists.get("languageIn", ())]
        tags.sort(key=lambda tag: (tag != self.language, tag))
        if tags:
            names = self._joined([language_name(tag, self.language) for tag in tags])
            yield self._say("in {languages}", languages=names)
        if any(term.value == "true" for term in rule.values.get("uniqueLang", ())):
            yield self._say("at most one in each language")

    def _values(self, rule: Rule) -> Iterator[Phrase]:
        allowed = [self._term(term) for term in rule.lists.get("in", ())]
        if len(allowed) > _MOST_LISTED:
            yield self._say("one of {count} values", count=len(allowed))
        elif allowed:
            yield self._say("one of: {values}", values=self._joined(sorted(allowed)))
        for term in rule.values.get("hasValue", ()):
            yield self._say("among them: {value}", value=self._term(term))
        for pattern in rule.values.get("pattern", ()):
            yield Phrase(Value(translate("of the form", self.language)), pattern.value)

    def _bounds(self, rule: Rule) -> Iterator[Phrase]:
        for name, message in _LENGTHS.items():
            count = rule.number(name)
            if count is not None:
                yield self._say(message, count=count)
        for name, message in _BOUNDS.items():
            for value in rule.values.get(name, ()):
                yield self._say(message, value=self._term(value))
        for name, message in _PAIR_CONSTRAINTS.items():
            for other in rule.nodes(name):
                yield self._say(message, name=self.link(other).text)

    def _rest(self, rule: Rule) -> Iterator[Phrase]:
        """Return a pointer to the shape when it demands what has no words here."""
        demanded = {*rule.values, *rule.lists, *rule.choices}
        worded = {n for n in ("or", "xone") if _is_simple(rule.choices.get(n, {}).values())}
        if demanded - _WORDED_PARAMETERS - worded and rule.shape:
            text = translate("more in the shape", self.language)
            yield Phrase(Value(text, self.link(rule.shape).href))

    def _term(self, term: Term) -> str:
        if isinstance(term, NamedNode):
            return self.link(term.value).text
        return format_literal(term, self.language) if isinstance(term, Literal) else ""

    def _joined(self, texts: Iterable[str]) -> str:
        return format_list(list(texts), style="or", locale=self.language)


def _is_simple(choices: Iterable[Mapping[str, Term]]) -> bool:
    return all(choice.keys() <= _SIMPLE for choice in choices)
