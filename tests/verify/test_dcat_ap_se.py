"""Our DCAT-AP-SE rules judge as the harvester of dataportal.se does."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from publisher.findings import Finding, Severity
from publisher.profiles.dcat_ap_se import ProfileRule, read_lists, read_rules
from publisher.profiles.dcat_ap_se_shapes import expand
from publisher.verify import graphs, profiles

PORTALS = Path(__file__).parents[3] / "shared" / "portals"
WHOLE = Path(__file__).parent / "whole_feed.ttl"
RULES = read_rules()
of_digg = pytest.mark.skipif(
    not PORTALS.is_dir(), reason=f"DIGG's rules and verdicts are not beside the checkout: {PORTALS}"
)
A = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
# What a rule is called in a verdict of DIGG's engine, by the code at its end.
ASPECTS = {"min": "least", "pref": "wanted", "many": "most", "disjoint": "most"}
OWNERS = {"dcat:contactPoint": "vcard:Kind", "dcat:foaf:Agent": "foaf:Agent"}
GROUPS = {
    (path, part.path): rule.owner
    for rule in RULES
    for path in [next((r.path for r in RULES if rule.owner in r.of), "")]
    for part in [rule]
    if path
}
# A rule of ours as one of a verdict: class, property, aspect.
Broken = tuple[str, str, str]


def triples(path: Path) -> list[Quad]:
    """Return the triples of a Turtle file."""
    return list(parse(path=str(path), format=RdfFormat.TURTLE))


def elsewhere(quads: list[Quad], number: int) -> Iterator[Quad]:
    """Return triples with names of their own, so that many feeds can be judged at one time."""

    def moved(term: Any) -> Any:
        if isinstance(term, BlankNode):
            return BlankNode(f"v{number}x{term.value}")
        if isinstance(term, NamedNode):
            name = re.sub(
                r"^(https?://)(ex\.se|data\.example\.org)", rf"\1v{number}.\2", term.value
            )
            name = re.sub(r"(dataportal\.se/organisation/)", rf"\1v{number}.", name)
            return NamedNode(name)
        return term

    return (Quad(moved(q.subject), q.predicate, moved(q.object), DefaultGraph()) for q in quads)


def judge(feeds: Mapping[int, list[Quad]]) -> dict[int, set[Broken]]:
    """Return number of a feed → what it breaks, but for what is mere information.

    What a part without a name breaks has the number -1: labels are not kept.
    """
    quads = [quad for number, feed in feeds.items() for quad in elsewhere(feed, number)]
    swedish = profiles.built_in_profile(profiles.SWEDISH)
    found: dict[int, set[Broken]] = defaultdict(set)
    owner = {
        str(q.subject): number for number, feed in feeds.items() for q in elsewhere(feed, number)
    }
    for finding in profiles.validate(graphs.to_rdflib(quads), swedish):
        if finding.severity is not Severity.INFO:
            node = finding.focus_node
            found[owner.get(f"<{node}>", -1)].add(broken_by(finding))
    return found


def broken_by(finding: Finding) -> Broken:
    """Return the rule that a finding is about."""
    owner, path, *_, aspect = finding.rule.removeprefix("urn:publisher:dcat-ap-se:").split("/")
    return owner, path, aspect


def said(line: str) -> Broken | None:
    """Return the rule that one line of a verdict is about; None for one that another repeats."""
    template, path, code = re.fullmatch(r"(\S+)\s+(.*?) ?\((\w+)\)", line).groups()  # type: ignore[union-attr]
    if not path:  # a group of alternatives without a property: the line beside it names one
        return None
    aspect = ASPECTS.get(code, "values")
    steps = (
        path.removeprefix("dcterms:publisher > ").removeprefix("dcat:contactPoint > ").split(" > ")
    )
    if len(steps) == 1:
        return OWNERS.get(template, template), steps[-1], aspect
    return GROUPS[steps[-2], steps[-1]], steps[-1], aspect


@cache
def verdicts() -> list[dict[str, Any]]:
    """Return what DIGG's engine said of 196 feeds."""
    found: list[dict[str, Any]] = json.loads(
        (PORTALS / "digg" / "verdicts.json").read_text(encoding="utf-8")
    )
    return found


def is_only_misspelt(name: str, rule: Broken) -> bool:
    """DIGG's engine does not read literals.

    A date that is none ("igår"^^xsd:date, or an empty one) is an error of RDF 1.1 (Concepts, 3.3),
    of SEMIC's shapes and of what harvests after DIGG.
    """
    return name.endswith((" empty", " ill-typed")) and rule[2] == "values"


def is_second_format(name: str, rule: Broken) -> bool:
    """Of two formats, one empty, DIGG's engine as it was asked names only that there are two."""
    return name == "service dct:format twice" and rule == (
        "dcat:DataService",
        "dcterms:format",
        "values",
    )


# Where we say more than DIGG's engine, and why.
REASONS = (is_only_misspelt, is_second_format)


@pytest.mark.slow
@of_digg
def test_196_feeds_are_judged_as_by_diggs_engine() -> None:
    """Each is the example feed with one fault or none; two kinds of difference have a reason."""
    example = triples(PORTALS / "examples" / "feed-se-dcat-ap-se-3.0.1.ttl")
    feeds = {}
    for number, verdict in enumerate(verdicts()):
        lines = "\n".join(verdict["removed"]), "\n".join(verdict["added"])
        removed, added = (list(parse(text, format=RdfFormat.N_TRIPLES)) for text in lines)
        feeds[number] = [quad for quad in example if quad not in removed] + added
    found = judge(feeds)
    missed, more = [], []
    for number, verdict in enumerate(verdicts()):
        expected = {said(line) for line in verdict["errors"] + verdict["warnings"]} - {None}
        name = verdict["name"]
        missed += [(name, rule) for rule in expected - found[number]]
        more += [
            (name, rule)
            for rule in found[number] - expected
            if not any(reason(name, rule) for reason in REASONS)
        ]

    assert (missed, more) == ([], [])


def part_of_feed(rule: ProfileRule, feed: list[Quad]) -> tuple[Any, list[Quad]]:
    """Return a thing that a rule is about, and its description with what it refers to."""
    wanted = {expand(name) for name in (rule.owner, "vcard:Organization")}
    subject = next(
        q.subject
        for q in feed
        if q.predicate == A
        and q.object.value in {str(name) for name in wanted}
        and (rule.owner != "dcterms:Location" or isinstance(q.subject, BlankNode))
        and (rule.owner == "vcard:Kind")
        == ("vcard" in q.object.value and "ization" in q.object.value)
    )
    near = {subject}
    for _ in range(2):
        near |= {q.object for q in feed if q.subject in near and not isinstance(q.object, Literal)}
    description = [q for q in feed if q.subject in near]
    if any(rule.owner in other.of for other in RULES):  # it says of what the part is one
        owners = {q.subject for q in feed if q.object == subject}
        near_owners = [q for q in feed if q.subject in owners]
        description += [q for q in near_owners if q.object == subject or q.predicate == A]
    return subject, description


def wrong_value(rule: ProfileRule) -> Any:
    """Return a value that a rule does not let pass."""
    if rule.passes_over:  # what is not spelt as it must be is not judged
        return Literal(spelt_right(rule))
    if rule.kind in ("text", "literal"):
        return NamedNode("https://data.example.org/wrong")
    if rule.kind == "box":
        return BlankNode("wrong")
    return Literal("wrong")


def spelt_right(rule: ProfileRule) -> str:
    """Return a spelling that matches the pattern of a rule."""
    samples = ("https://data.example.org/right", "tel:+46-1", "P1D")
    return next(sample for sample in samples if re.search(rule.pattern, sample))


def failing(rule: ProfileRule, aspect: str, subject: Any, feed: list[Quad]) -> list[Quad]:
    """Return a description that breaks one aspect of a rule."""
    predicate = NamedNode(str(expand(rule.path)))
    given = [q for q in feed if (q.subject, q.predicate) == (subject, predicate)]
    rest = [q for q in feed if q not in given]
    if rule.kind == "box" or (rule.path == "dcterms:spatial" and rule.owner != "dcat:Catalog"):
        own = [q for q in given if isinstance(q.object, BlankNode) == (rule.kind == "box")]
        rest += [q for q in given if q not in own]
        given = own
    if aspect in ("least", "wanted"):
        return rest
    if aspect == "values":
        rest += given if predicate == A else []  # without a class, nothing would judge it
        return [*rest, Quad(subject, predicate, wrong_value(rule), DefaultGraph())]
    others = [
        NamedNode(q.object.value + "2") if isinstance(q.object, NamedNode) else q.object
        for q in given
    ]
    if rule.of and rule.kind in ("iri", "node"):
        others = [NamedNode(value) for name in rule.of[:1] for value in read_lists()[name][-2:]]
        others += [NamedNode("https://data.example.org/second")]
    if rule.kind in ("typed", "literal"):
        kind = given[0].object.datatype
        second = {"dateTime": "2019-01-01T00:00:00Z", "date": "2019-01-01", "gYear": "2019"}
        local = re.split("[#/]", kind.value)[-1]
        spelt = second.get(local, {"duration": "P9D", "decimal": "9.5"}.get(local, "9"))
        others = [Literal(spelt, datatype=kind)]
    if rule.kind == "group":
        copies = [
            Quad(NamedNode(q.subject.value + "2"), q.predicate, q.object, DefaultGraph())
            for q in feed
            if q.subject in {g.object for g in given}
        ]
        rest += copies
    return [*rest, *given, *(Quad(subject, predicate, o, DefaultGraph()) for o in others)]


def is_alone(rule: ProfileRule) -> bool:
    """Tell whether a rule is the only one of a part: without its value there is no such part."""
    is_part = any(rule.owner in other.of for other in RULES)
    return is_part and sum(other.owner == rule.owner for other in RULES) == 1


@pytest.mark.slow
def test_each_rule_lets_right_feeds_pass_and_finds_wrong_ones() -> None:
    """A feed that breaks no rule; then, for each aspect of each rule, one that breaks it."""
    whole = triples(WHOLE)
    cases: list[Broken] = []
    feeds: dict[int, list[Quad]] = {0: whole}
    for rule in RULES:
        aspects = [("least", rule.least), ("wanted", rule.wanted), ("most", rule.most)]
        names = [name for name, number in aspects if number and not rule.old] + ["values"]
        subject, description = part_of_feed(rule, whole)
        for aspect in names:
            if aspect == "least" and (rule.path == "rdf:type" or is_alone(rule)):
                continue
            cases.append((rule.owner, rule.path, aspect))
            feeds[len(cases)] = failing(rule, aspect, subject, description)
    found = judge(feeds)

    assert judge({0: whole}) == {}
    assert [case for n, case in enumerate(cases, 1) if case not in found[n] | found[-1]] == []
    assert len(cases) > 280


LOCATION = "http://purl.org/dc/terms/Location"
CENTROID = "http://www.w3.org/ns/dcat#centroid"


def with_place(place: Any, centroid: Any) -> list[Quad]:
    """Return a feed with one more place, of which a centroid is said."""
    dataset = NamedNode("https://data.example.org/dataset/more")
    return [
        Quad(dataset, A, NamedNode("http://www.w3.org/ns/dcat#Dataset"), DefaultGraph()),
        Quad(dataset, NamedNode("http://purl.org/dc/terms/spatial"), place, DefaultGraph()),
        Quad(place, A, NamedNode(LOCATION), DefaultGraph()),
        Quad(place, NamedNode(CENTROID), centroid, DefaultGraph()),
    ]


@pytest.mark.parametrize(
    ("place", "centroid", "is_wrong"),
    [
        (BlankNode("box"), NamedNode("https://data.example.org/point"), True),
        (NamedNode("https://data.example.org/place"), NamedNode("https://x.example/p"), False),
        (BlankNode("box"), Literal(""), False),
    ],
    ids=["a place without a name", "a place with a name", "a place of which nothing is said"],
)
def test_a_place_is_judged_as_the_harvester_judges_it(
    place: Any, centroid: Any, is_wrong: bool
) -> None:
    """One with an IRI is described elsewhere; one that says nothing is as if it were not there."""
    found = judge({0: with_place(place, centroid)})
    broken = {rule for rules in found.values() for rule in rules}

    assert (("dcterms:Location", "dcat:centroid", "values") in broken) == is_wrong


PERIOD = NamedNode("http://purl.org/dc/terms/PeriodOfTime")


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("http://purl.org/dc/terms/temporal", PERIOD, {"dcat:startDate", "dcat:endDate"}),
        ("http://purl.org/dc/terms/relation", PERIOD, set()),
        ("http://purl.org/dc/terms/temporal", "http://purl.org/dc/terms/Location", {"temporal"}),
        ("http://purl.org/dc/terms/temporal", "http://xmlns.com/foaf/0.1/Agent", set()),
    ],
    ids=["a part", "what another property names", "a thing of another class", "an organisation"],
)
def test_a_part_is_judged_where_it_is_one(path: str, kind: Any, expected: set[str]) -> None:
    """A thing that has rules of its own is judged by these alone, wherever it stands."""
    dataset, part = (NamedNode(f"https://data.example.org/{n}") for n in ("dataset/p", "part"))
    kind = kind if isinstance(kind, NamedNode) else NamedNode(kind)
    literal = Literal("2026", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#date"))
    feed = [
        Quad(dataset, A, NamedNode("http://www.w3.org/ns/dcat#Dataset"), DefaultGraph()),
        Quad(dataset, NamedNode(path), part, DefaultGraph()),
        Quad(part, A, kind, DefaultGraph()),
        Quad(part, NamedNode("http://www.w3.org/ns/dcat#startDate"), literal, DefaultGraph()),
    ]
    found = {rule[1:] for rules in judge({0: feed}).values() for rule in rules}

    of_part = {p for p, aspect in found if p in ("dcat:startDate", "dcat:endDate")}
    of_part |= {"temporal"} & {p.partition(":")[2] for p, a in found if a == "values"}
    assert of_part == expected


def items(template: dict[str, Any], templates: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return class and item of everything in a template that has a property."""
    constraints = template.get("constraints") or {}
    owner = next(iter(constraints.values()), "")
    owner = owner[0] if isinstance(owner, list) else owner
    for item in template.get("items", []):
        name = item if isinstance(item, str) else item.get("id")
        part = resolved(templates.get(name, item), templates)
        if part.get("property"):
            yield owner, part
        if part["type"] == "group":
            inner = items(part, templates)
            yield from inner if part.get("property") else ((owner, i) for _, i in inner)


def resolved(template: dict[str, Any], templates: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template with what it takes from the one that it extends."""
    base = templates.get(template.get("extends", ""))
    return {**resolved(base, templates), **template} if base else template


@of_digg
def test_every_template_of_digg_has_a_rule() -> None:
    """By the identifier of the template; what has no identifier is held by the feeds above."""
    bundle = json.loads((PORTALS / "digg" / "bundle.json").read_text(encoding="utf-8"))
    templates = {t["id"]: t for t in bundle["templates"]}
    roots = ("Catalog", "Dataset", "DatasetSeries", "Distribution", "DataService", "contactPoint")
    named = {
        part["id"]
        for root in (*(f"dcat:{name}" for name in roots), "dcat:foaf:Agent")
        for _, part in items(resolved(templates[root], templates), templates)
        if part.get("id")
    }

    assert named - {source for rule in RULES for source in rule.sources} == set()


@of_digg
@pytest.mark.parametrize("rule", [r for r in RULES if r.sources], ids=lambda r: r.name)
def test_a_rule_wants_as_many_values_as_its_template(rule: ProfileRule) -> None:
    """Formats and licences are groups of alternatives there, and one rule here."""
    bundle = json.loads((PORTALS / "digg" / "bundle.json").read_text(encoding="utf-8"))
    templates = {t["id"]: t for t in bundle["templates"]}
    if rule.path in ("dcterms:format", "dcterms:license") and rule.owner != "dcat:Catalog":
        assert (rule.least, rule.wanted, rule.most) == (0, 0, 1)
        return
    known = [source for source in rule.sources if source in templates]
    card = resolved(templates[known[-1]], templates).get("cardinality") or {}

    assert rule.least == card.get("min", 0)
    assert rule.wanted == (0 if rule.least else card.get("pref", 0))
    assert rule.most == card.get("max")
