"""What is wrong, in the words of anyone who fills in a form or a sheet.

A shape or a rule says what is wrong, and the door says where: a report on files names file, line
and property; a form or a sheet marks the input. So a message that speaks of prefixes, files or
language tags is put into other words here: a term becomes the name of its field, and where that is
not enough, the constraint that was broken and the field make a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from publisher.edit.fields import ADDRESS, DATE, LINK, NUMBER, TEXT, TRUTH, Field, Form
from publisher.edit.forms import form_of
from publisher.edit.inventory import Inventory
from publisher.findings import Finding, Severity
from publisher.languages import LANGUAGES, SOURCE_LANGUAGE, language_name
from publisher.messages import Message, Text, text, translate
from publisher.quality.validation_results import is_default
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.rdf.subjects import Subjects, pick_name
from publisher.render.values import sentence_case

# A prefixed name, the extension of a file, a language tag, a class of characters, a datatype.
_TECHNICAL = re.compile(
    r"(?<![\w/.])[A-Za-z][\w-]*:[A-Za-z_]"
    r"|\.(?:ttl|trig|nt|nq|rdf|owl|jsonld|rq|toml)\b"
    r"|(?<!\w)@[a-z]{2,3}\b|\\|\^|\[[^\]\s]*-[^\]\s]*\]|\(\?"
    r"|(?i:\bspråktagg\w*|\blanguage tags?\b|\bprefix\w*|\bIRI(?:er|s|:n|:er)?\b|\bliteral\w*"
    r"|\bPräfix\w*|\bSprachk(?:ennzeichen|ürzel|ode)\w*|\bNamensr[aä]um\w*|\bAnführungszeichen\b"
    r"|\b(?:blank|tom|leere\w*) (?:nod|Knoten)\w*|\bTurtle\b|\bdat(?:at|ent)yp\w*|\bRDF\b"
    r"|\bSPARQL\b|\btrip(?:pel|plar|el|les?)\w*|\bnamespaces?\b|\bnamnrymd\w*"
    r"|\bcitattecken\b|\bquotation marks\b|\bVoID\b)"
)
_TERM = re.compile(
    r"<(?P<iri>https?://[^\s<>]+)>|(?<![\w/.])(?P<name>[A-Za-z][\w-]*:[A-Za-z_][\w-]*)"
)
_SENTENCES = {
    "missing": "Fill in “{field}”.",
    "each language": "Fill in “{field}” once in each language: {languages}.",
    "too many": "“{field}”: keep at most {most}, and take the others away.",
    "like others": "“{field}” should be written in another way, for example as {example}.",
    "look over": "Look over “{field}”: something in it does not fit.",
    "in files": "This is put right in the files: ask those who look after them.",
    LINK: "“{field}”: choose from the list.",
    ADDRESS: "“{field}”: write a whole address, from http:// or https://.",
    NUMBER: "“{field}”: write a number that is allowed here, in digits.",
    DATE: "“{field}”: write a year, a month or a day, as 2024, 2024-05 or 2024-05-31.",
    TRUTH: "“{field}”: answer yes or no.",
    TEXT: "“{field}”: write a text, and say in which language it is.",
}
_PATH = iri("sh:path")
_INVERSE, _ALTERNATIVE = iri("sh:inversePath"), iri("sh:alternativePath")
_LONGEST_EXAMPLE = 60


def is_technical(words: str) -> bool:
    r"""Tell whether a sentence speaks of files, prefixes or tags, which no form and sheet shows.

    >>> [is_technical(words) for words in ("Write schema:value.", "Give an address: https://…")]
    [True, False]
    """
    return _TECHNICAL.search(words) is not None


def field_keys(finding: Finding, shapes: Subjects) -> Iterator[str]:
    """Yield the keys of the fields that a finding is about, also when its path has several.

    An inverse path is the field of its other direction; of a sequence the first step counts, since
    that is what the thing itself has.
    """
    if finding.path:
        yield finding.path
    else:
        for path in shapes.nodes(finding.rule, _PATH):
            yield from _keys_of_path(path, shapes)


def _keys_of_path(path: str, shapes: Subjects) -> Iterator[str]:
    if path.startswith(("http://", "https://", "urn:")):
        yield path
        return
    for predicate in shapes.nodes(path, _INVERSE):
        yield f"^{predicate}"
    alternatives = [m for head in shapes.nodes(path, _ALTERNATIVE) for m in _members(head, shapes)]
    for each in alternatives or list(_members(path, shapes))[:1]:
        yield from _keys_of_path(each, shapes)


def _members(head: str, shapes: Subjects) -> Iterator[str]:
    return (term.value for term in shapes.list_members(head) if not isinstance(term, Literal))


def one_each(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings without those that speak of a fault which another one names.

    A shape may be broken in two ways by one value, and a rule of the folder may notice what a shape
    says better: what is left of it then is found when the shape is satisfied.
    """
    listed = list(findings)
    gravity = list(Severity)
    by_shape: dict[tuple[str, str], int] = {}
    for each in listed:
        if each.component and each.path:
            about = (each.focus_node, each.path)
            here = gravity.index(each.severity)
            by_shape[about] = min(here, by_shape.get(about, here))
    by_fault: dict[tuple[object, ...], Finding] = {}
    for each in listed:
        shape = by_shape.get((each.focus_node, each.path))
        if each.component or shape is None or shape > gravity.index(each.severity):
            sentence = tuple(sorted(each.message.items()))
            by_fault.setdefault((each.severity, each.focus_node, each.path, sentence), each)
    return list(by_fault.values())


def _like(finding: Finding, texts: Text) -> Text:
    """Return texts that stand for the message of a finding, and count as the same sentence."""
    key = finding.message.key if isinstance(finding.message, Message) else ""
    return Message(texts, key)


class FieldMessages:
    """Puts findings into the words of forms and sheets."""

    def __init__(self, inventory: Inventory, forms: Iterable[Form]) -> None:
        """Keep what names things and fields."""
        self._inventory = inventory
        self._forms = tuple(forms)

    def reworded(self, finding: Finding, form: Form | None = None) -> Finding:
        """Return a finding with a message for people who see fields, never files.

        Args:
            finding: The finding.
            form: Of the thing it is about; needed for a thing that the sources do not know yet.
        """
        message = self.of(finding, form)
        return finding if message is finding.message else replace(finding, message=message)

    def of(self, finding: Finding, form: Form | None = None) -> Text:
        """Return what a finding says, by language, without words of files."""
        form = form or self._form_of(finding.focus_node)
        named = {tag: self._with_names(words, form, tag) for tag, words in finding.message.items()}
        # What a validator says of a shape that says nothing names no field.
        is_vague = is_default(finding.message) and self._field(finding, form) is not None
        if not is_vague and not any(map(is_technical, named.values())):
            return finding.message if named == dict(finding.message) else _like(finding, named)
        return _like(finding, self._sentence(finding, form))

    # A term in a message becomes the name of its field, class or thing.

    def _with_names(self, words: str, form: Form | None, language: str) -> str:
        def name(match: re.Match[str]) -> str:
            term = match["iri"] or self._expanded(match["name"])
            known = self._name(term, form, language) if term else ""
            return translate("“{name}”", language, name=known) if known else match[0]

        return _TERM.sub(name, words)

    def _expanded(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        namespace = self._prefixes.get(prefix)
        return f"{namespace}{local}" if namespace else ""

    def _name(self, term: str, form: Form | None, language: str) -> str:
        forms = [form] if form is not None else []
        for each in (*forms, *self._forms):
            if (field := each.field(term)) is not None:
                return pick_name(field.names, language)
            if each.class_iri == term:
                return pick_name(each.names, language)
        return pick_name(self._inventory.names(term), language)

    @cached_property
    def _prefixes(self) -> Mapping[str, str]:
        return {**PREFIXES, **self._inventory.sources.prefixes}

    def _form_of(self, thing: str) -> Form | None:
        return form_of(self._forms, self._inventory.types(thing))

    # Where that is not enough: a sentence of the constraint and the field.

    def _sentence(self, finding: Finding, form: Form | None) -> Text:
        field = self._field(finding, form)
        if field is None:
            return text(_SENTENCES["in files"])
        component = finding.component.removeprefix(iri("sh:"))
        component = component.removesuffix("ConstraintComponent")
        sentence = _SENTENCES[self._fault(component, field)]
        return {
            tag: translate(
                sentence,
                tag,
                field=sentence_case(pick_name(field.names, tag)),
                most=field.most,
                languages=", ".join(language_name(each, tag) for each in field.languages),
                example=self._example(field),
            )
            for tag in LANGUAGES
        }

    def _field(self, finding: Finding, form: Form | None) -> Field | None:
        for key in field_keys(finding, self._inventory.shapes):
            for each in (form, *self._forms) if form is not None else self._forms:
                if each is not None and (field := each.field(key)) is not None:
                    return field
        return None

    def _fault(self, component: str, field: Field) -> str:
        """Return which sentence fits a broken constraint of a field."""
        if component in ("MinCount", "HasValue", "QualifiedMinCount"):
            return "each language" if field.kind == TEXT and field.languages[1:] else "missing"
        if component in ("MaxCount", "QualifiedMaxCount"):
            return "too many" if field.most else "look over"
        if component in ("UniqueLang", "LanguageIn"):
            return "each language"
        if component == "Pattern":
            return "like others" if self._example(field) else "look over"
        if component in ("Closed", "Equals", "Disjoint", "Not", "SPARQL", ""):
            return "look over"
        return field.kind if field.kind in _SENTENCES else "look over"

    def _example(self, field: Field) -> str:
        """Return a value of the field that is as its shape asks; empty when there is none."""
        pattern = re.compile(field.pattern) if field.pattern else None
        things = (thing for form in self._forms if field in form.fields for thing in form.things)
        for thing in things:
            for value in self._inventory.values(thing, field.path, field.is_inverse):
                written = self._written(value)
                if written and (pattern is None or pattern.search(getattr(value, "value", ""))):
                    return written
        return ""

    def _written(self, value: object) -> str:
        if isinstance(value, NamedNode):
            named = self._inventory.names(value.value)
            return pick_name(named, SOURCE_LANGUAGE) or value.value
        written = value.value if isinstance(value, Literal) else ""
        return "" if is_technical(written) else written[:_LONGEST_EXAMPLE]
