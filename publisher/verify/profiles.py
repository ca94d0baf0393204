"""The feeds against SHACL profiles: our own, and any that are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyshacl
import shacl
from pyshacl.errors import ReportableRuntimeError
from rdflib import DCTERMS, RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from publisher.errors import SourceMissing, SourceSyntax
from publisher.findings import Finding, Severity
from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, Text
from publisher.profiles import dcat_ap_se
from publisher.rdf.media_types import TURTLE, media_type_of_file
from publisher.system.http_client import Client
from publisher.verify import graphs
from publisher.verify.site import context_loader

SE_PREFIX = "se="
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
        is_ours: Whether the program brings it.
    """

    name: str
    shapes: Graph
    of_se_view: bool = False
    is_ours: bool = False


@cache
def built_in_profiles() -> tuple[Profile, Profile]:
    """Return our own profiles: DCAT-AP for the EU view and DCAT-AP-SE for the Swedish one."""
    body = (files("publisher.verify") / "profiles" / "dcat-ap.ttl").read_bytes()
    eu = graphs.to_rdflib(graphs.parse(body, TURTLE.name, "profile:dcat-ap.ttl"))
    swedish = dcat_ap_se.make_shapes()
    return (
        Profile("DCAT-AP", eu, is_ours=True),
        Profile("DCAT-AP-SE", swedish, of_se_view=True, is_ours=True),
    )


def read_profiles(client: Client, wanted: Sequence[str]) -> list[Profile]:
    """Return profiles from files and addresses; ``se=`` before one makes it judge the SE view.

    Raises:
        SourceMissing: There is none at the path or address.
        SourceSyntax: It is not RDF.
    """
    profiles = []
    for name in wanted:
        place = name.removeprefix(SE_PREFIX)
        shapes = _address(client, place) if "://" in place else _file(Path(place))
        profiles.append(
            Profile(_name(place), without_pathless_shapes(shapes), of_se_view=name != place)
        )
    return profiles


def _name(place: str) -> str:
    """Return the last part of a path or address, to stand before each message."""
    return place.rstrip("/").rpartition("/")[2] or place


def _file(path: Path) -> Graph:
    """Return the shapes in a file."""
    if not path.is_file():
        raise SourceMissing("There is no such profile.", where=str(path))
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
def _compiled(name: str) -> shacl.Shapes:
    """Return the shapes of a profile of our own, ready to be used."""
    (profile,) = (profile for profile in built_in_profiles() if profile.name == name)
    return shacl.Shapes.from_text(profile.shapes.serialize(format="nt"), "ntriples")


def _validate_fast(feed: Graph, profile: Profile) -> list[Finding]:
    report = _compiled(profile.name).validate_text(feed.serialize(format="nt"), "ntriples")
    findings = []
    for result in report.results:
        shape = URIRef(_plain(result.source_shape))
        path = _plain(result.path) or profile.shapes.value(shape, DCTERMS.subject)
        found = Finding(
            SEVERITIES.get(URIRef(result.severity_iri), Severity.VIOLATION),
            _in_languages(profile.shapes.objects(shape, SH.message), profile),
            str(shape),
            focus_node=_plain(result.focus_node),
            path=str(path or ""),
            value=result.value or "",
        )
        findings.append(found)
    return findings


def _plain(term: str | None) -> str:
    """Return an IRI without its brackets; a blank node keeps a label, though not the feed's own."""
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


def _in_languages(found: Iterable[Node], profile: Profile) -> Text:
    """Return the message of a shape in the languages it has, the profile named in front."""
    messages = {m.language or SOURCE_LANGUAGE: str(m) for m in found if isinstance(m, Literal)}
    fallback = messages.get(SOURCE_LANGUAGE) or next(iter(messages.values()), "")
    return {
        language: f"{profile.name}: {messages.get(language, fallback)}" for language in LANGUAGES
    }
