"""Our DCAT-AP and HVD rules find what SEMIC's official shapes find, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
import shacl
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse
from rdflib import DCTERMS, RDF, Graph, URIRef

from publisher.profiles.dcat_ap import (
    BASE,
    DCAT_AP,
    DCAT_AP_HVD,
    LISTS,
    RANGES,
    SemicRule,
    read_semic_rules,
)
from publisher.profiles.dcat_ap_se import read_lists
from publisher.profiles.dcat_ap_shapes import expand_semic, make_semic_shapes
from publisher.verify import profiles
from tests.verify.test_dcat_ap_se import PORTALS, WHOLE, elsewhere, triples

official = pytest.mark.skipif(
    not PORTALS.is_dir(), reason=f"SEMIC's shapes are not beside the checkout: {PORTALS}"
)
A = NamedNode(str(RDF.type))
NAME = "https://data.example.org/fault/"
# Part of the official shapes → the files, the profile of ours and its aspects.
PARTS: Mapping[str, tuple[tuple[str, ...], str, Sequence[str]]] = {
    "base": (
        ("dcat-ap-3.0.1/shapes.ttl", "dcat-ap-3.0.1/shapes_recommended.ttl"),
        DCAT_AP,
        BASE,
    ),
    "deprecated": (("dcat-ap-3.0.1/deprecateduris.ttl",), DCAT_AP, ("old",)),
    "ranges": (("dcat-ap-3.0.1/range.ttl",), DCAT_AP, RANGES),
    "lists": (("dcat-ap-3.0.1/mdr-vocabularies.shape.ttl",), DCAT_AP, LISTS),
    "high-value": (
        ("dcat-ap-hvd-3.0.0/hvd-SHACL-base.ttl", "dcat-ap-hvd-3.0.0/hvd-SHACL-usagenotes.ttl"),
        DCAT_AP_HVD,
        (*BASE, *LISTS),
    ),
    "high-value ranges": (("dcat-ap-hvd-3.0.0/hvd-SHACL-ranges.ttl",), DCAT_AP_HVD, RANGES),
}
ASPECTS = {
    "MinCount": "least",
    "QualifiedMinCount": "least",
    "MaxCount": "most",
    "NodeKind": "values",
    "Datatype": "values",
    "Or": "values",
    "Node": "values",
    "Class": "range",
    "HasValue": "has",
}
# Focus node (empty when it has no IRI), property (empty when the path is more), aspect, severity.
Result = tuple[str, str, str, str]


def validated(shapes: Graph, data: str) -> set[Result]:
    """Return the results of shapes over N-Triples."""
    compiled = shacl.Shapes.from_text(shapes.serialize(format="nt"), "ntriples")
    found = set()
    for result in compiled.validate_text(data, "ntriples").results:
        shape = URIRef(str(result.source_shape).strip("<>"))
        own = str(shape).startswith("urn:publisher:")
        path = str(result.path or "").strip("<>")
        if own:
            path = str(shapes.value(shape, DCTERMS.subject) or "")
            aspect = str(shape).rpartition("/")[2]
        else:
            component = str(result.component_iri).rpartition("#")[2]
            aspect = ASPECTS[component.removesuffix("ConstraintComponent")]
        focus = str(result.focus_node)
        severity = str(result.severity_iri).rpartition("#")[2]
        found.add((focus.strip("<>") if focus.startswith("<") else "", path, aspect, severity))
    return found


@cache
def of_official(part: str, data: str) -> frozenset[Result]:
    """Return the results of the official files; in the words of ours."""
    found: set[Result] = set()
    for name in PARTS[part][0]:
        shapes = Graph().parse(PORTALS / "profiles" / name)
        for focus, path, aspect, severity in validated(
            profiles.without_pathless_shapes(shapes), data
        ):
            said = aspect
            if part == "ranges" or (part == "high-value ranges" and aspect == "values"):
                said = "range"
            elif part == "lists":
                said = "listed" if aspect == "has" else "scheme"
            elif part == "high-value" and aspect == "values" and (path, aspect) in CATEGORY:
                said = "scheme or values"
            elif part == "deprecated":
                said = "old"
            plain = path if path.startswith("http") else ""
            if aspect == "least" and severity == "Warning":
                said = "wanted"
            if not plain and aspect in ("values", "least"):
                said = "wanted" if severity == "Warning" else "least"
            found.add((focus, plain, said, severity))
    return frozenset(found)


CATEGORY = {("http://data.europa.eu/r5r/hvdCategory", "values")}


def of_ours(part: str, data: str) -> set[Result]:
    """Return the results of our rules, for all data."""
    _, profile, aspects = PARTS[part]
    found = validated(make_semic_shapes(profile, aspects, of_all=True), data)
    if part == "high-value":
        found = {
            (f, p, "scheme or values", s)
            if (p, "values") in CATEGORY and a in ("scheme", "values")
            else (f, p, a, s)
            for f, p, a, s in found
        }
    return found


def values_to_try(rule: SemicRule, number: int) -> Iterator[tuple[list[Any], list[Quad]]]:
    """Yield values of a property, and what else is said of them."""
    xsd = "http://www.w3.org/2001/XMLSchema#"
    first, second = NamedNode(f"{NAME}{number}/a"), NamedNode(f"{NAME}{number}/b")
    blank = BlankNode(f"n{number}")

    def typed(*spelt: tuple[str, str]) -> list[Any]:
        return [Literal(value, datatype=NamedNode(xsd + name)) for value, name in spelt]

    yield [], []
    yield [Literal("text")], []
    yield [Literal("text", language="sv"), Literal("text", language="en")], []
    yield [Literal("")], []
    yield [first], []
    yield [first, second], []
    yield [blank], []
    yield [first, Literal("text")], []
    yield typed(("2026-01-01", "date")), []
    yield typed(("2026-01", "gYearMonth"), ("2026", "gYear")), []
    yield typed(("2026-01-01T10:00:00Z", "dateTime")), []
    yield typed(("yesterday", "date")), []
    yield typed(("2026-13-40", "date")), []
    yield typed(("12", "nonNegativeInteger")), []
    yield typed(("-12", "nonNegativeInteger")), []
    yield typed(("12.5", "decimal")), []
    yield typed(("P1D", "duration")), []
    yield typed(("ab12", "hexBinary")), []
    for name in rule.range[:1]:
        yield [first], [Quad(first, A, NamedNode(str(expand_semic(name))), DefaultGraph())]
        yield [blank], [Quad(blank, A, NamedNode(str(expand_semic(name))), DefaultGraph())]
    yield [first], [Quad(first, A, NamedNode("https://data.example.org/def/Other"), DefaultGraph())]
    if rule.has:
        law = NamedNode(read_lists()[rule.has][0])
        yield [law], []
        yield [law, first], []


@cache
def faults() -> str:
    """Return N-Triples: for each property of each class a thing for each kind of value."""
    quads: list[Quad] = []
    for rule in (*read_semic_rules(DCAT_AP), *read_semic_rules(DCAT_AP_HVD)):
        path = rule.path.removeprefix("^").split("|")[0].split("/")[0]
        predicate = NamedNode(str(expand_semic(path.removeprefix("^"))))
        owner = NamedNode(str(expand_semic(rule.owner)))
        for values, more in values_to_try(rule, len(quads)):
            subject = NamedNode(f"{NAME}{len(quads)}")
            quads.append(Quad(subject, A, owner, DefaultGraph()))
            quads += more
            for value in values:
                if not rule.path.startswith("^"):
                    quads.append(Quad(subject, predicate, value, DefaultGraph()))
                elif not isinstance(value, Literal):
                    quads.append(Quad(value, predicate, subject, DefaultGraph()))
    return lines(quads)


def lines(quads: Sequence[Quad]) -> str:
    return "".join(f"{quad.triple} .\n" for quad in quads)


@cache
def judged_feeds() -> str:
    """Return the 196 feeds that DIGG's engine judged, and two whole ones, as N-Triples."""
    example = triples(PORTALS / "examples" / "feed-se-dcat-ap-se-3.0.1.ttl")
    verdicts = json.loads((PORTALS / "digg" / "verdicts.json").read_text(encoding="utf-8"))
    quads: list[Quad] = []
    for number, verdict in enumerate(verdicts):
        text = "\n".join(verdict["removed"]), "\n".join(verdict["added"])
        removed, added = (list(parse(part, format=RdfFormat.N_TRIPLES)) for part in text)
        quads += elsewhere([q for q in example if q not in removed] + added, number)
    whole = [WHOLE, PORTALS / "examples" / "feed-eu-dcat-ap-3.0.1.ttl"]
    for number, path in enumerate(whole, len(verdicts)):
        quads += elsewhere(triples(path), number)
    return lines(quads)


# Where we say something else than the official shapes, and why.


def is_unread_date(result: Result) -> bool:
    """``shapes.ttl`` names the shape of dates by ``sh:shape``, which SHACL does not know.

    SEMIC's other rendering (``dcat-ap-SHACL.ttl``) and the text of DCAT-AP want a date.
    """
    dates = ("issued", "modified", "startDate", "endDate")
    return result[2] == "values" and result[1].endswith(dates)


def is_given_up(result: Result) -> bool:
    """``deprecateduris.ttl`` names what is given up and constrains nothing: it finds nothing.

    Its messages say what we say. The ADMS status that it demands contradicts the list of the EU
    that ``mdr-vocabularies.shape.ttl`` demands.
    """
    return result[2] == "old"


def is_known_list(result: Result) -> bool:
    """The official lists must be loaded beside the feed; we know them by the address of a term.

    The checksum algorithms of SPDX are written there with https, which no term of SPDX is.
    """
    return result[2] in ("scheme", "scheme or values", "listed")


def is_publisher_list(result: Result) -> bool:
    """Only bodies of the EU are in the list of corporate bodies (DCAT-AP 3.0.1, section 7.1)."""
    return result[1].endswith("/publisher") and result[2] == "scheme"


def is_class_of_topic(result: Result) -> bool:
    """``shapes.ttl`` wants a record's topic to be of a class of DCAT; here that is a range."""
    return result[1].endswith("/primaryTopic") and result[2] == "values"


MORE: Mapping[str, Sequence[Callable[[Result], bool]]] = {
    "base": (is_unread_date, is_given_up),
    "deprecated": (is_given_up,),
}
FEWER: Mapping[str, Sequence[Callable[[Result], bool]]] = {
    "base": (is_class_of_topic,),
    "deprecated": (is_given_up,),
    "lists": (is_known_list, is_publisher_list),
    "high-value": (is_known_list,),
}


@pytest.mark.slow
@official
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("feed", [judged_feeds, faults], ids=["feeds", "faults"])
def test_our_rules_find_what_the_official_shapes_find(part: str, feed: Callable[[], str]) -> None:
    """Over 198 feeds, and 3,000 things that have each a value of some kind; four reasons."""
    data = feed()
    theirs, ours = of_official(part, data), of_ours(part, data)

    more = {r for r in ours - theirs if not any(reason(r) for reason in MORE.get(part, ()))}
    fewer = {r for r in theirs - ours if not any(reason(r) for reason in FEWER.get(part, ()))}
    assert (sorted(more)[:5], sorted(fewer)[:5]) == ([], [])
    assert theirs or part == "deprecated"
