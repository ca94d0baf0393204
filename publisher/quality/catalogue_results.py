"""What profiles of portals find in a catalogue; what two of them find is said once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, Triple, serialize

from publisher.findings import Finding, Severity
from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, Text, text, translate
from publisher.profiles import dcat_ap, dcat_ap_se
from publisher.profiles.dcat_ap import DCAT_AP, DCAT_AP_HVD, GEODCAT_AP
from publisher.profiles.dcat_ap_se import DCAT_AP_SE
from publisher.profiles.view_forms import LeftOut, Loss
from publisher.quality.written_catalogue import CataloguePlaces, WrittenCatalogue, thing_name
from publisher.rdf.namespaces import iri
from publisher.rule_settings import RULES

if TYPE_CHECKING:
    import shacl

ADVICE = "catalogue-advice"
# Recommended, but nothing that the author of a dataset can do about: the build adds boxes of places
# and dates of catalogues, and only bodies that are financed by fees have the classification.
_NOT_ADVISED = frozenset(
    (
        "dcat:Catalog dcterms:modified",
        "dcat:Dataset dcterms:spatial box",
        "dcat:DatasetSeries dcterms:spatial box",
        "foaf:Agent org:classification",
    )
)
_ADVISED = frozenset(
    (
        *("dcat:Catalog", "dcat:Dataset", "dcat:DatasetSeries", "dcat:Distribution"),
        *("dcat:DataService", "foaf:Agent", "vcard:Kind"),
    )
)


@dataclass(frozen=True)
class _Row:
    """What a shape comes from: one aspect of one row of a table.

    Attributes:
        owner: The class, as a prefixed name.
        path: The property, or several, as the table writes them.
        aspect: What about it: ``least``, ``wanted``, ``most``, ``values`` or another.
        meaning: What the property says, by language.
    """

    owner: str
    path: str
    aspect: str
    meaning: Text


@dataclass(frozen=True)
class _Profile:
    """Shapes that are ready to be used.

    Attributes:
        name: What readers call the profile.
        compiled: The shapes, for the validator.
        rows: IRI of a shape → what it comes from.
        paths: The same → IRI of the property; none where the row has several.
        messages: The same → what to do, by language.
    """

    name: str
    compiled: shacl.Shapes
    rows: Mapping[str, _Row]
    paths: Mapping[str, str]
    messages: Mapping[str, Text]


@dataclass(frozen=True)
class CatalogueResult:
    """One result of one profile.

    Attributes:
        profile: The name of the rule that reports it.
        focus: Name of the thing.
        path: IRI of the property; empty where the row has several.
        value: The value, as N-Triples; empty where one is missing, or too many.
        severity: As the profile has it.
        message: What to do.
        row: Where it comes from.
    """

    profile: str
    focus: str
    path: str
    value: str
    severity: Severity
    message: Text
    row: _Row


_NAMES = {
    DCAT_AP: "DCAT-AP",
    DCAT_AP_SE: "DCAT-AP-SE",
    DCAT_AP_HVD: "DCAT-AP HVD",
    GEODCAT_AP: "GeoDCAT-AP",
}
_ASPECTS = ("least", "wanted", "most", "values", "advised", "language", "old")
# The official shapes for the classes of values are left out: the build says what things are.
_PARTS = (*dcat_ap.BASE, *dcat_ap.LISTS)
_SEVERITIES = {iri("sh:Warning"): Severity.WARNING, iri("sh:Info"): Severity.INFO}
# What is about one value; the rest is about how many there are.
_OF_VALUES = frozenset(("values", "scheme"))


@cache
def _profile(name: str) -> _Profile:
    # Most folders describe nothing that lies elsewhere, and need not wait for these.
    import shacl
    from rdflib import DCTERMS, SH

    from publisher.profiles.dcat_ap_se_shapes import make_shapes
    from publisher.profiles.dcat_ap_shapes import make_semic_shapes

    rows: dict[str, _Row] = {}
    if name == DCAT_AP_SE:
        shapes = make_shapes()
        for rule in dcat_ap_se.read_rules():
            path = rule.name.removeprefix(f"{rule.owner} ")
            for aspect in _ASPECTS:
                row = _Row(rule.owner, path, aspect, rule.meaning)
                rows[rule.iri(aspect)] = row
    else:
        shapes = make_semic_shapes(name, _PARTS)
        for semic in dcat_ap.read_semic_rules(name):
            for aspect in semic.aspects():
                row = _Row(semic.owner, semic.path, aspect, semic.meaning)
                rows[semic.iri(aspect)] = row
    compiled = shacl.Shapes.from_text(shapes.serialize(format="nt"), "ntriples")
    paths = {str(shape): str(path) for shape, path in shapes.subject_objects(DCTERMS.subject)}
    messages: dict[str, dict[str, str]] = defaultdict(dict)
    for shape, message in shapes.subject_objects(SH.message):
        messages[str(shape)][str(getattr(message, "language", ""))] = str(message)
    return _Profile(_NAMES[name], compiled, rows, paths, messages)


def results_of(name: str, view: Iterable[Triple]) -> Iterator[CatalogueResult]:
    """Yield what a profile finds in a view of the catalogue."""
    profile = _profile(name)
    triples = (serialize(view, format=RdfFormat.N_TRIPLES) or b"").decode()
    for result in profile.compiled.validate_text(triples, "ntriples").results:
        shape = (result.source_shape or "").strip("<>")
        focus, value = result.focus_node or "", result.value or ""
        yield CatalogueResult(
            name,
            focus.strip("<>"),
            profile.paths.get(shape, ""),
            "" if value == focus else value,
            _SEVERITIES.get(str(result.severity_iri), Severity.VIOLATION),
            _message(profile, shape, value),
            profile.rows[shape],
        )


def _message(profile: _Profile, shape: str, value: str) -> Text:
    """Return the message of a shape, how to write what was meant, and the profile."""
    messages = profile.messages[shape]
    cure = _cure(profile.rows[shape], value)
    found = {}
    for tag in LANGUAGES:
        parts = (
            messages.get(tag, messages[SOURCE_LANGUAGE]),
            cure.get(tag, ""),
            f"({profile.name})",
        )
        found[tag] = " ".join(filter(None, parts))
    return found


def _cure(row: _Row, value: str) -> Text:
    """Return how what was meant is written: the law, or an address that is there as a text."""
    if row.path == "dcatap:applicableLegislation" and row.aspect in ("least", "has"):
        return text("Write {wanted}.", wanted=f"<{dcat_ap_se.HIGH_VALUE}>")
    if row.aspect not in _OF_VALUES or not value.startswith('"'):
        return {}
    written = value[1:].rpartition('"')[0].strip()
    example = ""
    if re.fullmatch(r"(https?|ftps?)://\S+", written):
        example = f"<{written}>"
    elif re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", written):
        example = f"<mailto:{written.removeprefix('mailto:')}>"
    elif row.path == "vcard:hasTelephone" and re.fullmatch(r"\+?[\d\s()-]+", written):
        digits = re.sub(r"[\s()]", "", written)
        example = f"[ a vcard:Voice ; vcard:hasValue <tel:{digits}> ]"
    elif row.path == "dcterms:license":
        example = "<http://creativecommons.org/licenses/by/4.0/>"
        return text("Write the address of a licence, such as {wanted}.", wanted=example)
    return text("Write {wanted}, without quotation marks.", wanted=example) if example else {}


def faults_of(results: Iterable[CatalogueResult], places: CataloguePlaces) -> Iterator[Finding]:
    """Yield a finding for each fault, whichever profiles object to it.

    Of a wrong value it is said once that it is wrong; that it does not count is no second fault.
    """
    wrong = [result for result in results if result.severity is Severity.VIOLATION]
    with_value = {(r.focus, r.path) for r in wrong if r.row.aspect in _OF_VALUES}
    reported: set[tuple[str, str, str]] = set()
    for result in wrong:
        of_value = result.row.aspect in _OF_VALUES
        about = result.path or result.row.path
        key = (result.focus, about, result.value or "?" if of_value else "")
        is_reported = key in reported or (
            (of_value and not result.value and (result.focus, about, "") in reported)
            or (result.row.aspect == "least" and (result.focus, result.path) in with_value)
        )
        if not is_reported:
            reported |= {key, (result.focus, about, "") if of_value else key}
            yield _finding(places, result, RULES[result.profile].severity)


def way_out(faults: Iterable[Finding], written: WrittenCatalogue) -> Iterator[Finding]:
    """Yield how to be judged without what Sweden alone asks for, where that is what is wrong.

    A catalogue is judged by the profile because it has a text in Swedish: it may still not be meant
    for dataportal.se.
    """
    number = sum(fault.rule == DCAT_AP_SE for fault in faults)
    if number:
        message = text(
            "{count} of the faults are such for DCAT-AP-SE alone, which judges this catalogue"
            " because it has texts in Swedish. Where dataportal.se does not fetch it, write in"
            " pyproject.toml under [tool.publisher.catalogue]: profiles = {profiles}.",
            count=number,
            profiles='["eu"]',
        )
        yield Finding(Severity.INFO, message, DCAT_AP_SE, focus_node=written.catalogue)


# Why a value is not in the view for Sweden → what its author is told.
_LEFT_OUT = {
    Loss.MONTH: (
        "{path}: dataportal.se takes days and years, so its view has only the year. Write the day"
        " to have more: {meaning}. (DCAT-AP-SE)"
    ),
    Loss.ONE_TOO_MANY: (
        "dataportal.se takes only one {path}, so this one is left out of its view: {meaning}."
        " (DCAT-AP-SE)"
    ),
    Loss.NO_FORM: (
        "dataportal.se does not take this {path}, so it is left out of its view. Wanted is:"
        " {meaning}. (DCAT-AP-SE)"
    ),
}


def left_out_values(
    found: Iterable[LeftOut], results: Iterable[CatalogueResult], places: CataloguePlaces
) -> Iterator[Finding]:
    """Yield a warning for each value that the view for Sweden cannot have.

    What DCAT-AP refuses too is said already.
    """
    reported = {(r.focus, r.path) for r in results if r.severity is Severity.VIOLATION}
    for each in found:
        focus, path = thing_name(each.subject), str(dcat_ap_se.expand(each.rule.path))
        if (focus, path) in reported:
            continue
        message = {
            tag: translate(
                _LEFT_OUT[each.loss],
                tag,
                path=each.rule.path,
                meaning=each.rule.meaning.get(tag) or each.rule.meaning[SOURCE_LANGUAGE],
            )
            for tag in LANGUAGES
        }
        yield places.at(DCAT_AP_SE, Severity.WARNING, message, focus, path, each.value)


def advice_of(results: Iterable[CatalogueResult], places: CataloguePlaces) -> Iterator[Finding]:
    """Yield one finding a thing for all that is recommended and not there."""
    missing: dict[str, dict[str, CatalogueResult]] = defaultdict(dict)
    listed = list(results)
    faulty = {(r.focus, r.path) for r in listed if r.severity is Severity.VIOLATION}
    for result in listed:
        row = result.row
        is_advice = row.aspect == "wanted" and f"{row.owner} {row.path}" not in _NOT_ADVISED
        if is_advice and row.owner in _ADVISED and (result.focus, result.path) not in faulty:
            missing[result.focus].setdefault(row.path, result)
    for by_path in missing.values():
        profiles = ", ".join(dict.fromkeys(_NAMES[r.profile] for r in by_path.values()))
        message = {
            tag: translate(
                "Portals show more of it with: {listed}. ({profiles})",
                tag,
                listed="; ".join(_meant(r.row, tag) for _, r in sorted(by_path.items())),
                profiles=profiles,
            )
            for tag in LANGUAGES
        }
        found = replace(next(iter(by_path.values())), path="", value="", message=message)
        yield replace(_finding(places, found, RULES[ADVICE].severity), rule=ADVICE)


def remarks_of(results: Iterable[CatalogueResult], places: CataloguePlaces) -> Iterator[Finding]:
    """Yield a note for each value that a profile takes, though it would rather have another."""
    reported = set()
    for result in results:
        row = result.row
        is_place = (row.aspect, row.path) == ("scheme", "dcterms:spatial")
        if result.severity is Severity.VIOLATION or row.aspect == "wanted" or is_place:
            continue
        key = (result.focus, row.path, row.aspect)
        if key not in reported:
            reported.add(key)
            yield replace(_finding(places, result, RULES[ADVICE].severity), rule=ADVICE)


def _meant(row: _Row, language: str) -> str:
    meaning = row.meaning.get(language) or row.meaning.get(SOURCE_LANGUAGE, "")
    name = row.path.removesuffix(" box").replace("|", " / ")
    return f"{name} ({meaning})" if meaning else name


def _finding(places: CataloguePlaces, result: CatalogueResult, severity: Severity) -> Finding:
    """Return a result as a finding about what has a name in the author's file."""
    return places.at(
        result.profile, severity, result.message, result.focus, result.path, result.value
    )
