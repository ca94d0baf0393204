"""One description in the form of each view: DCAT-AP's and DCAT-AP-SE's.

The two profiles exclude each other in places: an identifier that one wants as a thing, the other
wants as a text; where one takes any law, list or date, the other takes a few. What can be said in
both forms is; what DCAT-AP-SE has no form for is left out of its view, and returned so that it can
be told. Only values that DCAT-AP takes are touched: what both refuse is its author's to correct.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from hashlib import sha256

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from publisher.profiles.dcat_ap import DCAT_AP, SemicRule, expand_semic, read_semic_rules
from publisher.profiles.dcat_ap_se import (
    GROUPS,
    TARGETS,
    ProfileRule,
    expand,
    read_lists,
    read_rules,
)
from publisher.profiles.file_types import IANA
from publisher.rdf.geometries import positions, read_geometry
from publisher.rdf.namespaces import LABELS, PREFIXES, iri
from publisher.rdf.subjects import MutableGraph, Subject, Term

_TYPE = iri("rdf:type")
_CONTACT, _KIND = iri("dcat:contactPoint"), iri("vcard:Kind")
_VCARD = PREFIXES["vcard"]
_AGENTS = frozenset(iri(f"foaf:{name}") for name in ("Agent", "Organization", "Person"))
_ROLES = tuple(iri(f"dcterms:{name}") for name in ("contributor", "creator", "publisher"))
_ORGANISATION, _INDIVIDUAL = iri("vcard:Organization"), iri("vcard:Individual")
_MAIL, _TELEPHONE, _VALUE = (
    iri(f"vcard:{name}") for name in ("hasEmail", "hasTelephone", "hasValue")
)
_FORMAT, _MEDIA_TYPE = iri("dcterms:format"), iri("dcat:mediaType")
_DESCRIPTION, _NOTATION = iri("dcterms:description"), iri("skos:notation")
_IDENTIFIER = iri("adms:identifier")
# Property that leads to a thing → class of the thing, and how a text that is there is said.
_THINGS: Mapping[str, tuple[str, str]] = {
    iri("dcterms:rights"): (iri("dcterms:RightsStatement"), iri("rdfs:label")),
    iri("dcterms:provenance"): (iri("dcterms:ProvenanceStatement"), iri("rdfs:label")),
}
# How a thing is put into words, in the order in which it is looked for.
_WORDS = (_NOTATION, *LABELS, iri("dcterms:identifier"))
# What has a place of its own in a catalogue, and stays when nothing leads to it any longer.
_ENTRIES = frozenset(
    iri(f"dcat:{name}")
    for name in ("Catalog", "DataService", "Dataset", "DatasetSeries", "Distribution")
)
_BOX, _SHAPE, _WKT = iri("dcat:bbox"), iri("locn:geometry"), iri("geo:wktLiteral")
_AREAS = (_BOX, _SHAPE)
_SIZE = iri("dcat:byteSize")
_NUMBERS = {iri(f"xsd:{name}") for name in ("decimal", "integer", "int", "long", "positiveInteger")}
_WHOLE = re.compile(r"\+?([0-9]+)(?:\.0*)?")
_YEAR, _MONTH = iri("xsd:gYear"), iri("xsd:gYearMonth")


class Loss(Enum):
    """What becomes of a value that DCAT-AP-SE does not take."""

    NO_FORM = "left out: there is no form for it"
    ONE_TOO_MANY = "left out: it is right, and so is another one"
    MONTH = "only its year is kept"


@dataclass(frozen=True)
class LeftOut:
    """A value that DCAT-AP takes and DCAT-AP-SE does not.

    Attributes:
        subject: What it was said of.
        rule: The rule of DCAT-AP-SE that has no place for it.
        value: The value, as N-Triples.
        loss: What becomes of it.
    """

    subject: Subject
    rule: ProfileRule
    value: str
    loss: Loss


@dataclass(frozen=True)
class SwedishView:
    """Statements as DCAT-AP-SE has them, and what it has no form for."""

    triples: tuple[Triple, ...]
    left_out: tuple[LeftOut, ...]


def european_form(triples: Iterable[Triple]) -> list[Triple]:
    """Return statements in the form of DCAT-AP 3.0.1."""
    statements = _Statements(triples)
    _common_form(statements)
    for subject, value in statements.pairs(_IDENTIFIER):
        if isinstance(value, Literal):
            _as_thing(statements, subject, _IDENTIFIER, value, (iri("adms:Identifier"), _NOTATION))
    return statements.triples()


def swedish_form(triples: Iterable[Triple]) -> SwedishView:
    """Return statements in the form of DCAT-AP-SE 3.0.1."""
    statements = _Statements(triples)
    _common_form(statements)
    view = _SwedishForm(statements)
    view.settle()
    return SwedishView(tuple(statements.triples()), tuple(view.left_out))


class _Statements(MutableGraph):
    """The triples of a catalogue, with sorted values."""

    def values(self, subject: object, path: str) -> Sequence[Term]:
        if isinstance(subject, Literal):
            return ()
        return sorted(super().values(subject, path), key=str)  # type: ignore[arg-type]

    def types(self, subject: object) -> set[str]:
        return {value.value for value in self.values(subject, _TYPE)}

    def instances(self) -> dict[str, list[Subject]]:
        """Return class → its things."""
        by_class: dict[str, list[Subject]] = defaultdict(list)
        for subject, value in self.pairs(_TYPE):
            by_class[value.value].append(subject)
        return by_class

    def parts(self, subject: Subject) -> Iterator[Subject]:
        """Yield the things that a thing leads to."""
        for _path, value in self.statements(subject):
            if not isinstance(value, Literal):
                yield value

    def named(self) -> set[Subject]:
        """Return what anything leads to."""
        return {part for subject in self.subjects() for part in self.parts(subject)}

    def triples(self) -> list[Triple]:
        """Return everything, sorted by its N-Triples form."""
        return sorted(super().triples(), key=str)


# What both views want.


def _common_form(statements: _Statements) -> None:
    """Write texts as the things they describe, sizes as whole numbers, mail and telephone plain."""
    for path, form in _THINGS.items():
        for subject, value in statements.pairs(path):
            if isinstance(value, Literal):
                _as_thing(statements, subject, path, value, form)
            elif form[0] not in statements.types(value):
                statements.add(value, _TYPE, NamedNode(form[0]))
    for subject, value in statements.pairs(_SIZE):
        if isinstance(value, Literal) and value.datatype.value in _NUMBERS:
            whole = _WHOLE.fullmatch(value.value)
            if whole:  # as a bare number of Turtle is typed, or as DCAT 2 wanted it
                size = Literal(whole[1], datatype=NamedNode(iri("xsd:nonNegativeInteger")))
                statements.replace(subject, _SIZE, value, size)
    for place in {place for path in _AREAS for place, _ in statements.pairs(path)}:
        _box_in_words(statements, place)
    for subject, value in statements.pairs(_MAIL):
        for address in statements.values(value, _VALUE):
            statements.replace(subject, _MAIL, value, address)
    for subject, value in statements.pairs(_TELEPHONE):
        if isinstance(value, NamedNode) and value.value.startswith("tel:"):
            digits = re.sub(r"[^0-9+]", "", value.value)
            # Not a fragment: the contact would then be a document, with a part in it.
            telephone = _beside(subject, f"telephone-{digits.lstrip('+')}")
            statements.replace(subject, _TELEPHONE, value, telephone)
            statements.add(telephone, _TYPE, NamedNode(iri("vcard:Voice")))
            statements.add(telephone, _VALUE, NamedNode(f"tel:{digits}"))


def _box_in_words(statements: _Statements, place: Subject) -> None:
    """Give a place whose box or shape is in GeoJSON, GML or a plain text the box in WKT.

    Portals draw WKT; what they do not read they leave out, and the dataset is on no map.
    """
    boxes, shapes = (statements.values(place, path) for path in (_BOX, _SHAPE))
    if any(_datatype(value) == _WKT for value in (boxes or shapes)):
        return
    for value in boxes or shapes:
        geometry = read_geometry(value.value) if isinstance(value, Literal) else None
        corners = (
            [(position[0], position[1]) for position in positions(geometry)] if geometry else []
        )
        if not corners:
            continue
        west, south = (min(numbers) for numbers in zip(*corners, strict=True))
        east, north = (max(numbers) for numbers in zip(*corners, strict=True))
        ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
        text = f"POLYGON(({', '.join(f'{x:.10g} {y:.10g}' for x, y in ring)}))"
        statements.discard(place, _BOX, value)
        statements.add(place, _BOX, Literal(text, datatype=NamedNode(_WKT)))
        return


def _datatype(value: Term) -> str:
    return value.datatype.value if isinstance(value, Literal) else ""


def _as_thing(
    statements: _Statements, subject: Subject, path: str, value: Literal, form: tuple[str, str]
) -> None:
    """Write a text as a thing of a class that says it."""
    kind, words = form
    local = path.replace("#", "/").rpartition("/")[2]
    thing = _part(subject, f"{local}-{sha256(str(value).encode()).hexdigest()[:8]}")
    statements.replace(subject, path, value, thing)
    statements.add(thing, _TYPE, NamedNode(kind))
    statements.add(thing, words, value)


def _part(subject: Subject, name: str) -> Subject:
    if isinstance(subject, BlankNode):
        return BlankNode(f"{subject.value}-{name}")
    separator = "-" if "#" in subject.value else "#"
    return NamedNode(f"{subject.value}{separator}{name}")


def _beside(subject: Subject, name: str) -> Subject:
    kind = BlankNode if isinstance(subject, BlankNode) else NamedNode
    return kind(f"{subject.value}-{name}")


# What DCAT-AP-SE wants.


@cache
def _rules_by_owner() -> Mapping[str, tuple[ProfileRule, ...]]:
    """Return class → its rules; the classes of parts come first."""
    by_owner: dict[str, list[ProfileRule]] = defaultdict(list)
    for rule in read_rules():
        by_owner[rule.owner].append(rule)
    parts = {name for rule in read_rules() if rule.kind in GROUPS for name in rule.of}
    ordered = sorted(by_owner, key=lambda owner: owner not in parts)
    return {owner: tuple(by_owner[owner]) for owner in ordered}


@cache
def _european_rules() -> Mapping[tuple[str, str], SemicRule]:
    return {(rule.owner, rule.path): rule for rule in read_semic_rules(DCAT_AP)}


def _is_european(rule: ProfileRule, value: Term) -> bool:
    """Tell whether DCAT-AP takes a value, by the kind of node that it is."""
    known = _european_rules().get((rule.owner, rule.path))
    if known is None or not known.kind:
        return True
    if known.kind == "typed":
        return isinstance(value, Literal) and value.datatype.value in {
            expand_semic(name) for name in known.of
        }
    if known.kind == "iri":
        return isinstance(value, NamedNode)
    return isinstance(value, Literal) == (known.kind == "literal")


@cache
def _listed(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(str(value) for name in names for value in read_lists().get(name, ()))


def _fits(rule: ProfileRule, value: Term) -> bool:
    """Tell whether DCAT-AP-SE takes a value; of one that it passes over, too."""
    if rule.kind in GROUPS or (rule.kind == "node" and not rule.of):
        return not isinstance(value, Literal)
    is_spelt = not rule.pattern or re.search(rule.pattern, value.value) is not None
    if rule.passes_over and not is_spelt:
        return True
    if rule.kind == "typed":
        return isinstance(value, Literal) and value.datatype.value in {
            expand(name) for name in rule.of
        }
    if rule.kind in ("text", "literal"):
        return isinstance(value, Literal) and is_spelt
    if rule.of and value.value not in _listed(rule.of):
        return False
    return isinstance(value, NamedNode) and is_spelt


def _counts(rule: ProfileRule, value: Term) -> bool:
    """Tell whether a value is one of those that are counted."""
    if not rule.passes_over:
        return True
    return re.search(rule.pattern, value.value) is not None


class _SwedishForm:
    """Brings statements into the form of DCAT-AP-SE."""

    def __init__(self, statements: _Statements) -> None:
        """Keep the statements, which are changed."""
        self._statements = statements
        self._dropped: list[Subject] = []
        self.left_out: list[LeftOut] = []

    def settle(self) -> None:
        """Change what has another form, and leave out what has none."""
        self._contacts()
        self._classes()
        instances = self._statements.instances()
        for owner, rules in _rules_by_owner().items():
            things = {s for name in _targets(owner) for s in instances.get(name, ())}
            for subject in sorted(things, key=str):
                for rule in rules:
                    self._settle(subject, rule)
        self._drop_lost_parts()

    def _contacts(self) -> None:
        """Give each contact one of the two classes that there are."""
        statements = self._statements
        acting = {value for path in _ROLES for _, value in statements.pairs(path)}
        for contact in {value for _, value in statements.pairs(_CONTACT)}:
            kinds = statements.types(contact)
            if isinstance(contact, Literal) or not kinds:
                continue
            is_person = iri("foaf:Person") in kinds
            if not kinds & {_ORGANISATION, _INDIVIDUAL}:
                statements.add(
                    contact, _TYPE, NamedNode(_INDIVIDUAL if is_person else _ORGANISATION)
                )
            statements.discard(contact, _TYPE, NamedNode(_KIND))
            if {_ORGANISATION, _INDIVIDUAL} <= kinds:
                statements.discard(contact, _TYPE, NamedNode(_INDIVIDUAL))
            if kinds & _AGENTS and contact in acting:
                self._part_contact_from_agent(contact)

    def _part_contact_from_agent(self, agent: Subject) -> None:
        """Give the contact of an organisation that is its own contact a name of its own."""
        statements = self._statements
        contact = _beside(agent, "contact")
        for path, value in list(statements.statements(agent)):
            of_contact = path.startswith(_VCARD)
            if of_contact or (path == _TYPE and value.value.startswith(_VCARD)):
                statements.discard(agent, path, value)
                statements.add(contact, path, value)
        for subject, value in statements.pairs(_CONTACT):
            if value == agent:
                statements.replace(subject, _CONTACT, agent, contact)

    def _classes(self) -> None:
        """Say of each part of a description what it is, and in words where it comes from."""
        statements = self._statements
        instances = statements.instances()
        for rule in (rule for rule in read_rules() if rule.kind == "group"):
            classes = [expand(name) for name in rule.of]
            owners = (s for name in _targets(rule.owner) for s in instances.get(name, ()))
            parts = {p for s in owners for p in statements.values(s, expand(rule.path))}
            for part in sorted(parts, key=str):
                if not isinstance(part, Literal) and not statements.types(part) & {*classes}:
                    statements.add(part, _TYPE, NamedNode(classes[0]))
        for _, part in statements.pairs(iri("dcterms:provenance")):
            if not isinstance(part, Literal) and not statements.values(part, _DESCRIPTION):
                texts = [v for path in LABELS for v in statements.values(part, path)]
                statements.add(part, _DESCRIPTION, *(t for t in texts if isinstance(t, Literal)))

    def _settle(self, subject: Subject, rule: ProfileRule) -> None:
        """Bring the values of one property of a thing into form."""
        if rule.kind == "box" or _is_beside_box(rule):
            return
        path = expand(rule.path)
        wrong = []
        for value in self._statements.values(subject, path):
            if rule.kind == "group" and self._is_incomplete(value, rule):
                self._leave_out(subject, rule, value)
            elif _fits(rule, value) or not _is_european(rule, value):
                continue
            elif not self._is_converted(subject, rule, value):
                wrong.append(value)
        right = [v for v in self._statements.values(subject, path) if _fits(rule, v)]
        counted = [v for v in right if _counts(rule, v)]
        if counted or not rule.least:
            for value in wrong:
                # A text that stands for a thing can be written as one: its author is told how.
                if not (rule.kind == "group" and isinstance(value, Literal)):
                    self._leave_out(subject, rule, value)
        self._keep_some(subject, rule, counted)

    def _keep_some(self, subject: Subject, rule: ProfileRule, values: list[Term]) -> None:
        """Leave out what is more than DCAT-AP-SE takes, where DCAT-AP takes it."""
        known = _european_rules().get((rule.owner, rule.path))
        is_refused_by_both = known is not None and known.most is not None
        is_type = rule.path == "rdf:type"
        if rule.most is None or len(values) <= rule.most or is_refused_by_both or is_type:
            return
        for value in _best_first(rule, values)[rule.most :]:
            self._leave_out(subject, rule, value, Loss.ONE_TOO_MANY)

    def _is_converted(self, subject: Subject, rule: ProfileRule, value: Term) -> bool:
        """Write a value in the form that is wanted, if it has one; tell whether it has."""
        path = expand(rule.path)
        if isinstance(value, Literal):
            is_month = rule.kind == "typed" and value.datatype.value == _MONTH
            if not is_month:
                return False
            year = Literal(value.value[:4], datatype=NamedNode(_YEAR))
            self._statements.replace(subject, path, value, year)
            self.left_out.append(LeftOut(subject, rule, str(value), Loss.MONTH))
            return True
        if rule.kind not in ("text", "literal"):
            return False
        words = self._in_words(subject, path, value)
        fitting = [word for word in words if _fits(rule, word)]
        if fitting:
            self._statements.discard(subject, path, value)
            self._statements.add(subject, path, *fitting)
            self._dropped.append(value)
        return bool(fitting)

    def _in_words(self, subject: Subject, path: str, value: Subject) -> list[Literal]:
        """Return the texts that say what a thing says."""
        if path == _FORMAT:
            types = self._statements.values(subject, _MEDIA_TYPE)
            return [Literal(t.value.removeprefix(IANA)) for t in types if t.value.startswith(IANA)]
        for known in _WORDS:
            texts = [t for t in self._statements.values(value, known) if isinstance(t, Literal)]
            if texts:
                return [Literal(t.value) for t in texts]
        return [Literal(value.value)] if isinstance(value, NamedNode) else []

    def _is_incomplete(self, part: Term, rule: ProfileRule) -> bool:
        """Tell whether a part lacks what it must say, and DCAT-AP does not ask for it."""
        if isinstance(part, Literal):
            return False
        children = [child for name in rule.of for child in _rules_by_owner().get(name, ())]
        by_child = [
            (child, self._statements.values(part, expand(child.path))) for child in children
        ]
        if not any(values for _, values in by_child):
            return False
        for child, values in by_child:
            known = _european_rules().get((child.owner, child.path))
            is_asked_by_both = known is not None and known.least and not values
            right = [v for v in values if _fits(child, v) and _counts(child, v)]
            if child.least and not right and not is_asked_by_both:
                return True
        return False

    def _leave_out(
        self, subject: Subject, rule: ProfileRule, value: Term, loss: Loss = Loss.NO_FORM
    ) -> None:
        self._statements.discard(subject, expand(rule.path), value)
        self.left_out.append(LeftOut(subject, rule, str(value), loss))
        if not isinstance(value, Literal):
            self._dropped.append(value)

    def _drop_lost_parts(self) -> None:
        """Take away what only led from what was left out."""
        while self._dropped:
            named = self._statements.named()
            lost = {p for p in self._dropped if p not in named}
            lost = {p for p in lost if not self._statements.types(p) & _ENTRIES}
            self._dropped = [part for thing in lost for part in self._statements.parts(thing)]
            for thing in lost:
                self._statements.drop(thing)


def _targets(owner: str) -> tuple[str, ...]:
    return tuple(expand(name) for name in TARGETS.get(owner, (owner,)))


def _is_beside_box(rule: ProfileRule) -> bool:
    rules = _rules_by_owner()[rule.owner]
    return rule.kind == "iri" and any(r.kind == "box" and r.path == rule.path for r in rules)


def _best_first(rule: ProfileRule, values: list[Term]) -> list[Term]:
    """Return values in the order in which they are kept: the finest resolution, the first name."""
    if rule.of == ("xsd:decimal",):
        return sorted(values, key=lambda value: (_number(value.value), str(value)))
    return sorted(values, key=str)


def _number(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return float("inf")
