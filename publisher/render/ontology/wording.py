"""What a shape demands, in the reader's words: "exactly one", "a date", "at most 200 letters"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from babel import Locale
from babel.core import UnknownLocaleError
from babel.lists import format_list
from pyoxigraph import Literal, NamedNode

from publisher.messages import translate
from publisher.query.engine import Term
from publisher.rdf.namespaces import iri
from publisher.render.ontology.rules import Rule
from publisher.render.parts import Value
from publisher.render.values import in_words

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
_NUMBERS = {
    "minLength": "at least {count} characters",
    "maxLength": "at most {count} characters",
}
_BOUNDS = {
    "minInclusive": "{value} or more",
    "maxInclusive": "{value} or less",
    "minExclusive": "more than {value}",
    "maxExclusive": "less than {value}",
}
_OTHERS = {
    "equals": "the same as: {name}",
    "disjoint": "not the same as: {name}",
    "lessThan": "before or below: {name}",
    "lessThanOrEquals": "not after or above: {name}",
}
_SIMPLE = {"datatype", "class", "nodeKind"}
_WORDED = {
    *_SIMPLE,
    *_NUMBERS,
    *_BOUNDS,
    *_OTHERS,
    *("minCount", "maxCount", "languageIn", "uniqueLang", "pattern", "flags", "in", "hasValue"),
}


@dataclass(frozen=True)
class Phrase:
    """A few words of a demand.

    Attributes:
        value: What stands there; a link if it names a term.
        code: A pattern, which stands after it.
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
        found = [self._count(rule), *self._kinds(rule), *self._languages(rule)]
        found += [*self._values(rule), *self._bounds(rule), *self._rest(rule)]
        return tuple(phrase for phrase in found if phrase.value.text)

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
            name: value for name in _SIMPLE for value in rule.said.get(name, ())
        }
        yield from self._kind(demanded)
        if not demanded and ("languageIn" in rule.said or "languageIn" in rule.lists):
            yield self._say(_DATATYPES[_TEXT_WITH_LANGUAGE])
        for choices in (rule.choices.get("or", {}), rule.choices.get("xone", {})):
            worded = [list(self._kind(choice)) for choice in choices.values()]
            texts = sorted({phrase.value.text for found in worded for phrase in found})
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
            names = self._joined([_language_name(tag, self.language) for tag in tags])
            yield self._say("in {languages}", languages=names)
        if any(term.value == "true" for term in rule.said.get("uniqueLang", ())):
            yield self._say("at most one in each language")

    def _values(self, rule: Rule) -> Iterator[Phrase]:
        allowed = [self._term(term) for term in rule.lists.get("in", ())]
        if len(allowed) > _MOST_LISTED:
            yield self._say("one of {count} values", count=len(allowed))
        elif allowed:
            yield self._say("one of: {values}", values=self._joined(sorted(allowed)))
        for term in rule.said.get("hasValue", ()):
            yield self._say("among them: {value}", value=self._term(term))
        for pattern in rule.said.get("pattern", ()):
            yield Phrase(Value(translate("of the form", self.language)), pattern.value)

    def _bounds(self, rule: Rule) -> Iterator[Phrase]:
        for name, message in _NUMBERS.items():
            count = rule.number(name)
            if count is not None:
                yield self._say(message, count=count)
        for name, message in _BOUNDS.items():
            for value in rule.said.get(name, ()):
                yield self._say(message, value=self._term(value))
        for name, message in _OTHERS.items():
            for other in rule.nodes(name):
                yield self._say(message, name=self.link(other).text)

    def _rest(self, rule: Rule) -> Iterator[Phrase]:
        """Return a pointer to the shape when it demands what has no words here."""
        demanded = {*rule.said, *rule.lists, *rule.choices}
        worded = {n for n in ("or", "xone") if _is_simple(rule.choices.get(n, {}).values())}
        if demanded - _WORDED - worded and rule.shape:
            text = translate("more in the shape", self.language)
            yield Phrase(Value(text, self.link(rule.shape).href))

    def _term(self, term: Term) -> str:
        if isinstance(term, NamedNode):
            return self.link(term.value).text
        return in_words(term, self.language) if isinstance(term, Literal) else ""

    def _joined(self, texts: Iterable[str]) -> str:
        return format_list(list(texts), style="or", locale=self.language)


def _is_simple(choices: Iterable[Mapping[str, Term]]) -> bool:
    return all(choice.keys() <= _SIMPLE for choice in choices)


def _language_name(tag: str, language: str) -> str:
    try:
        found = Locale.parse(tag, sep="-").get_display_name(language)
    except (UnknownLocaleError, ValueError):
        return tag
    return found or tag
