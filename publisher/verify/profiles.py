"""The feeds against SHACL profiles: our own, and any that are given.

Our own are called by their names (``BUILT_IN``); each is a table of rules, in ``profiles/``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pyshacl
import shacl
from pyshacl.errors import ReportableRuntimeError
from rdflib import DCTERMS, RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from publisher.errors import SourceMissing, SourceSyntax
from publisher.findings import Finding, Severity
from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, Text
from publisher.profiles.dcat_ap import (
    BASE,
    DCAT_AP,
    DCAT_AP_HVD,
    GEODCAT_AP,
    LISTS,
    RANGES,
)
from publisher.profiles.dcat_ap_se import DCAT_AP_SE, HIGH_VALUE
from publisher.profiles.dcat_ap_se_shapes import make_shapes
from publisher.profiles.dcat_ap_shapes import make_semic_shapes
from publisher.rdf.context_loading import context_loader
from publisher.rdf.media_types import TURTLE, media_type_of_file
from publisher.system.http_client import Client
from publisher.verify import graphs

SE_PREFIX = "se="
SWEDISH = DCAT_AP_SE
_SWEDISH_NAMES = ("dcat-ap-se", "docs.dataportal.se/dcat")
_SWEDISH_PUBLISHERS = "http://dataportal.se/organisation/"
_CATEGORY = URIRef("http://data.europa.eu/r5r/hvdCategory")
# Of the first blank node of a feed, for the validator numbers them anew in their order.
_FIRST = "urn:publisher:first"
_FIRST_SHAPE = f"""<{_FIRST}-shape> <{RDF.type}> <{SH.NodeShape}> .
<{_FIRST}-shape> <{SH.targetSubjectsOf}> <{_FIRST}> .
<{_FIRST}-shape> <{SH.nodeKind}> <{SH.IRI}> .
"""
_NUMBER = re.compile(r"(\d+)$")
_BLANK_SUBJECT = re.compile(r"_:(\S+) ")
_BLANK_OBJECT = re.compile(r"> _:(\S+) \.$")
SEVERITIES: Mapping[Node | None, Severity] = {
    SH.Violation: Severity.VIOLATION,
    SH.Warning: Severity.WARNING,
    SH.Info: Severity.INFO,
}


@dataclass(frozen=True)
class Profile:
    """A shapes graph with its name.

    Attributes:
        name: In front of each message.
        shapes: The shapes.
        of_se_view: Whether it judges the DCAT-AP-SE view.
        option: What it is asked for by, of ours.
    """

    name: str
    shapes: Graph
    of_se_view: bool = False
    option: str = ""

    @property
    def is_ours(self) -> bool:
        """Tell whether the program brings it."""
        return bool(self.option)


_FULL_HVD = (*BASE, *LISTS, *RANGES)
# Option → name, and what makes the shapes. Those of SEMIC are put together as its validator does
# (ISAITB/validator-resources-dcat-ap): ``full`` adds the classes of values, ``lists`` is alone.
BUILT_IN: Mapping[str, tuple[str, Callable[[], Graph]]] = {
    "dcat-ap": ("DCAT-AP", partial(make_semic_shapes, DCAT_AP)),
    "dcat-ap-full": (
        "DCAT-AP full",
        partial(make_semic_shapes, DCAT_AP, (*BASE, *RANGES)),
    ),
    "dcat-ap-lists": (
        "DCAT-AP lists",
        partial(make_semic_shapes, DCAT_AP, LISTS),
    ),
    "dcat-ap-hvd": (
        "DCAT-AP HVD",
        partial(make_semic_shapes, DCAT_AP_HVD, (*BASE, *LISTS)),
    ),
    "dcat-ap-hvd-full": (
        "DCAT-AP HVD full",
        partial(make_semic_shapes, DCAT_AP_HVD, _FULL_HVD),
    ),
    GEODCAT_AP: (
        "GeoDCAT-AP",
        partial(make_semic_shapes, GEODCAT_AP, (*BASE, *LISTS)),
    ),
    SWEDISH: ("DCAT-AP-SE", make_shapes),
}
# Each feed is judged by these, whatever else is asked for.
DEFAULT = ("dcat-ap", SWEDISH, "dcat-ap-hvd")


@cache
def built_in_profile(option: str) -> Profile:
    """Return a profile of our own."""
    name, make = BUILT_IN[option]
    return Profile(name, make(), of_se_view=option == SWEDISH, option=option)


def claimed_profiles(feed: Graph) -> tuple[str, ...]:
    """Return the profiles that a feed is meant for, as far as it shows.

    A catalogue may name its profile (``dcterms:conformsTo``). Formats in words are what only
    DCAT-AP-SE asks for, but CKAN writes them everywhere: so Swedish texts, or publishers by the
    names that dataportal.se gives, must be beside them. Who marks data as high-value is bound by
    the law about them.
    """
    named = " ".join(map(str, feed.objects(None, DCTERMS.conformsTo))).lower()
    formats = list(feed.objects(None, DCTERMS["format"]))
    in_words = sum(isinstance(value, Literal) for value in formats)
    publishers = map(str, feed.objects(None, DCTERMS.publisher))
    is_swedish = any(name in named for name in _SWEDISH_NAMES) or (
        2 * in_words >= len(formats)
        and (
            any(publisher.startswith(_SWEDISH_PUBLISHERS) for publisher in publishers)
            or (in_words > 0 and _is_in_swedish(feed))
        )
    )
    is_marked = (None, _CATEGORY, None) in feed or (None, None, URIRef(HIGH_VALUE)) in feed
    return (SWEDISH if is_swedish else "dcat-ap", *(["dcat-ap-hvd"] if is_marked else []))


def _is_in_swedish(feed: Graph) -> bool:
    """Tell whether a title is in Swedish, or the feed says that its texts are."""
    languages = {
        str(value).rpartition("/")[2].lower() for value in feed.objects(None, DCTERMS.language)
    }
    titles = feed.objects(None, DCTERMS.title)
    return bool(languages & {"sv", "swe"}) or any(
        isinstance(title, Literal) and (title.language or "").startswith("sv") for title in titles
    )


def read_profiles(client: Client, names: Sequence[str]) -> list[Profile]:
    """Return profiles from files and addresses; ``se=`` before one makes it judge the SE view.

    Names of our own are passed over.

    Raises:
        SourceMissing: There is none at the path or address.
        SourceSyntax: It is not RDF.
    """
    profiles = []
    for name in names:
        if name in BUILT_IN:
            continue
        location = name.removeprefix(SE_PREFIX)
        shapes = _address(client, location) if "://" in location else _file(Path(location))
        profiles.append(
            Profile(_name(location), without_pathless_shapes(shapes), of_se_view=name != location)
        )
    return profiles


def _name(location: str) -> str:
    """Return the last part of a path or address, to stand before each message."""
    return location.rstrip("/").rpartition("/")[2] or location


def _file(path: Path) -> Graph:
    """Return the shapes in a file."""
    if not path.is_file():
        raise SourceMissing(
            "There is no such profile.",
            where=str(path),
            remedy="Name a file or address with SHACL shapes, or one of these: {names}.",
            names=", ".join(BUILT_IN),
        )
    media_type = media_type_of_file(path.name) or TURTLE
    base = path.resolve().as_uri()
    return graphs.to_rdflib(graphs.parse(path.read_bytes(), media_type.name, base))


def _address(client: Client, url: str) -> Graph:
    """Return the shapes at an address."""
    visit = client.visit(url, fields={"Accept": "text/turtle, application/rdf+xml;q=0.8"})
    if not visit.successful:
        raise SourceMissing("There is no such profile.", where=url)
    last = visit.last
    media_type = last.media_type
    if media_type == "text/plain":
        media_type = (media_type_of_file(url) or TURTLE).name
    return graphs.to_rdflib(graphs.parse(last.body, media_type, last.url, context_loader(client)))


def without_pathless_shapes(shapes: Graph) -> Graph:
    """Return the shapes without references to property shapes that have no path.

    DCAT-AP's generated files hold 208 of them, and pySHACL refuses the file for one.
    """
    for triple in list(shapes.triples((None, SH.property, None))):
        if shapes.value(triple[2], SH.path) is None:
            shapes.remove(triple)
    return shapes


def validate(feed: Graph, profile: Profile) -> list[Finding]:
    """Return the results of a profile over a feed as findings (SHACL, section 3.6).

    Our own shapes use only what the fast validator does as pySHACL does; shapes of others are
    pySHACL's. Only results of the report itself count, not those that explain another one.

    Raises:
        SourceSyntax: The shapes contradict SHACL.
    """
    if profile.is_ours:
        return _validate_fast(feed, profile)
    try:
        _, report, _ = pyshacl.validate(
            feed, shacl_graph=profile.shapes, inference="none", do_owl_imports=False, advanced=False
        )
    except ReportableRuntimeError as error:
        raise SourceSyntax(
            "It cannot be used as shapes: {reason}", where=profile.name, reason=str(error)
        ) from error
    return [
        _finding(report, result, profile)
        for validation_report in report.subjects(RDF.type, SH.ValidationReport)
        for result in report.objects(validation_report, SH.result)
    ]


@cache
def _compiled(option: str) -> shacl.Shapes:
    """Return the shapes of a profile of our own, ready to be used."""
    shapes = built_in_profile(option).shapes.serialize(format="nt") + _FIRST_SHAPE
    return shacl.Shapes.from_text(shapes, "ntriples")


def _validate_fast(feed: Graph, profile: Profile) -> list[Finding]:
    triples = f"_:first <{_FIRST}> <{_FIRST}> .\n" + feed.serialize(format="nt")
    results = _compiled(profile.option).validate_text(triples, "ntriples").results
    labels = _labels(triples, [r.focus_node or "" for r in results if _is_first(r)])
    findings = []
    for result in results:
        if _is_first(result):
            continue
        shape = URIRef(_plain(result.source_shape))
        path = profile.shapes.value(shape, DCTERMS.subject) or _plain(result.path)
        finding = Finding(
            SEVERITIES.get(URIRef(result.severity_iri), Severity.VIOLATION),
            _in_languages(profile.shapes.objects(shape, SH.message), profile),
            str(shape),
            focus_node=labels.get(result.focus_node or "") or _plain(result.focus_node),
            path=str(path or ""),
            value="" if result.value == result.focus_node else result.value or "",
        )
        findings.append(finding)
    return _each_fault_once(findings)


def _is_first(result: shacl.Result) -> bool:
    """Tell whether a result is about the node that was put in front of the feed."""
    return _FIRST in (result.source_shape or "")


def _labels(triples: str, first: Sequence[str]) -> dict[str, str]:
    """Return what the validator calls a blank node → its label in the feed; empty if unknown.

    It numbers them in the order in which they are read; the first one's number is known.
    """
    order: dict[str, None] = {}
    for line in triples.splitlines():
        for look in (_BLANK_SUBJECT.match(line), _BLANK_OBJECT.search(line)):
            if look:
                order.setdefault(look[1])
    number = _NUMBER.search(first[0]) if first else None
    if number is None:
        return {}
    before, start = first[0][: number.start()], int(number[1])
    return {f"{before}{start + position}": f"_:{label}" for position, label in enumerate(order)}


def _each_fault_once(findings: list[Finding]) -> list[Finding]:
    """Return findings without those that say the same of one property in other words.

    Where a value is missing, no value is the one that must be among them.
    """
    absent = {(f.focus_node, f.rule.rpartition("/")[0]) for f in findings if _aspect(f) == "least"}
    return [
        f
        for f in findings
        if _aspect(f) != "has" or (f.focus_node, f.rule.rpartition("/")[0]) not in absent
    ]


def _aspect(finding: Finding) -> str:
    return finding.rule.rpartition("/")[2]


def _plain(term: str | None) -> str:
    """Return an IRI without its brackets."""
    return (term or "").strip("<>")


def _finding(report: Graph, result: Node, profile: Profile) -> Finding:
    """Return one validation result as a finding."""
    shape = report.value(result, SH.sourceShape)
    named = isinstance(shape, URIRef)
    value = report.value(result, SH.value)
    return Finding(
        SEVERITIES.get(report.value(result, SH.resultSeverity), Severity.VIOLATION),
        _in_languages(report.objects(result, SH.resultMessage), profile),
        str(shape) if named else str(report.value(result, SH.sourceConstraintComponent)),
        focus_node=str(report.value(result, SH.focusNode)),
        path=str(report.value(result, SH.resultPath) or ""),
        value="" if value is None else value.n3(),
    )


def _in_languages(texts: Iterable[Node], profile: Profile) -> Text:
    """Return the message of a shape in the languages it has, the profile named in front."""
    messages = {m.language or SOURCE_LANGUAGE: str(m) for m in texts if isinstance(m, Literal)}
    fallback = messages.get(SOURCE_LANGUAGE) or next(iter(messages.values()), "")
    return {
        language: f"{profile.name}: {messages.get(language, fallback)}" for language in LANGUAGES
    }
